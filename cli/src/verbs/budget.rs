//! Commands of several calls that are bounded as a whole.

use std::time::{Duration, Instant};

use sandbox_host::Context;

use crate::args::Global;
use crate::failure::Failure;
use crate::layout::seconds;

/// The time that a command may take as a whole.
pub struct Budget(Option<(Instant, Duration)>);

impl Budget {
    pub fn of(global: &Global) -> Self {
        Self(global.deadline.map(|limit| (Instant::now(), limit)))
    }

    /// The context of the next call, which may take what is left.
    pub fn context(&self, context: &Context) -> Result<Context, Failure> {
        let Some((begun, limit)) = self.0 else { return Ok(context.clone()) };
        match limit.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) {
            Some(left) => Ok(context.clone().with_deadline(left)),
            None => Err(Failure::timeout(format!("It was not done within {}.", seconds(limit)))
                .remedy("Give it a longer --deadline.")),
        }
    }
}
