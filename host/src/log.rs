//! Log lines through `tracing` where the feature of that name is on, and nothing otherwise.

/// A line that an operator should see: something was refused, or a provider broke.
macro_rules! warn_line {
    ($($field:tt)*) => {
        #[cfg(feature = "tracing")]
        tracing::warn!($($field)*);
    };
}

/// A line that an operator may want to see: something changed as it should.
macro_rules! info_line {
    ($($field:tt)*) => {
        #[cfg(feature = "tracing")]
        tracing::info!($($field)*);
    };
}

pub(crate) use {info_line, warn_line};
