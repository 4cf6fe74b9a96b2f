//! Why something does not work, what became of a session, and how many more fit. Nothing here creates or changes anything,
//! and nothing is asked twice.

mod capacity;
mod causes;
mod check_spec;
mod explain;
mod health;
mod key;
mod preflight;
mod remark;

pub use capacity::capacity;
pub use check_spec::check_spec;
pub use explain::explain;
pub use health::health;
pub use preflight::preflight;
