//! A session that is provisioned.
#![forbid(unsafe_code)]

use crate::contract::Spec;
use crate::daytona::NewSandbox;

/// What is wanted of a session, in all rounds alike.
pub struct Session<'a> {
    pub spec: &'a Spec,
    pub new: NewSandbox<'a>,
    pub digest: &'a str,
    /// Seconds that the session may last.
    pub lifetime_sec: u64,
}
