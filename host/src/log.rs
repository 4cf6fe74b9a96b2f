//! Log lines through `tracing` where the feature of that name is on, and nothing otherwise.

/// A line that an operator should see: something was refused, or a provider broke.
macro_rules! warn_line {
    ($($field:tt)*) => {
        #[cfg(feature = "tracing")]
        tracing::warn!($($field)*);
    };
}

pub(crate) use warn_line;
