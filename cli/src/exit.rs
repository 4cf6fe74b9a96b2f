//! Exit codes, the interface for scripts.

use std::process::ExitCode;

use sandbox_host::{ErrorCode, Finding, Severity, Status};

/// Why the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Ok,
    Usage,
    Config,
    Spec,
    Credential,
    Limit,
    NotFound,
    Unavailable,
    EgressDenied,
    Protocol,
    Defect,
    Output,
    Failed,
    Terminated,
    Unfinished,
    Degraded,
    TimedOut,
    Interrupted,
    /// What a program in a sandbox ended with.
    Program(u8),
}

/// The table in `--help`. The test below holds it to the codes.
pub const TABLE: &str = "\
Exit codes:
   0  done
   2  the command line is wrong
   3  the pool's configuration or the credential is wrong: an admin has to act
   4  the specification or the handle is wrong: the caller has to act
   5  there is no key, it is not accepted, or it may not do this
   6  a quota, a rate limit or no capacity: try later, elsewhere, or raise the limit
   7  the sandbox does not exist, or is in a state in which this cannot be done
   8  the API cannot be reached or took too long: try again
   9  the host does not let the provider call there
  10  what answered is not the API, or does not offer this
  11  the component or the host is at fault
  12  the result could not be written to standard output: nobody reads it any more, or it is full
  20  status, watch, keep-alive, explain: the sandbox has failed
  21  status, watch, keep-alive, explain: the sandbox is not running and not about to
  22  reconcile, capacity: not everything could be done: run it again
  23  doctor, health: it works, but something is not as it should be
 124  exec: the command was ended by its timeout, or nobody knows how it ended
 130  interrupted
exec ends with the exit code of its command, which may be any of these. A signal to exec ends
the command in the sandbox first, and then exec with 130 (SIGINT) or 143 (SIGTERM).";

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Usage => 2,
            Self::Config => 3,
            Self::Spec => 4,
            Self::Credential => 5,
            Self::Limit => 6,
            Self::NotFound => 7,
            Self::Unavailable => 8,
            Self::EgressDenied => 9,
            Self::Protocol => 10,
            Self::Defect => 11,
            Self::Output => 12,
            Self::Failed => 20,
            Self::Terminated => 21,
            Self::Unfinished => 22,
            Self::Degraded => 23,
            Self::TimedOut => 124,
            Self::Interrupted => 130,
            Self::Program(code) => code,
        }
    }
}

impl Exit {
    /// That of the worst finding: of an error by what it is about, which says who has to act.
    pub fn of_findings(findings: &[&Finding]) -> Self {
        let Some(worst) = findings.iter().find(|finding| finding.severity == Severity::Error) else {
            let has_warning = findings.iter().any(|finding| finding.severity == Severity::Warning);
            return if has_warning { Self::Degraded } else { Self::Ok };
        };
        let path = worst.path.as_str();
        match path.split('.').next().unwrap_or_default() {
            "spec" | "handle" => Self::Spec,
            "sandbox" => Self::Failed,
            "context" => Self::Credential,
            "vendor" if path == "vendor.key" => Self::Credential,
            "vendor" if path == "vendor.limits" => Self::Limit,
            "vendor" if path == "vendor" => Self::Unavailable,
            _ => Self::Config,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

impl From<ErrorCode> for Exit {
    fn from(code: ErrorCode) -> Self {
        match code {
            ErrorCode::InvalidConfig => Self::Config,
            ErrorCode::InvalidSpec => Self::Spec,
            ErrorCode::Unauthenticated | ErrorCode::PermissionDenied => Self::Credential,
            ErrorCode::QuotaExceeded | ErrorCode::RateLimited | ErrorCode::NoCapacity => Self::Limit,
            ErrorCode::NotFound | ErrorCode::Conflict => Self::NotFound,
            ErrorCode::Unavailable | ErrorCode::Timeout => Self::Unavailable,
            ErrorCode::EgressDenied => Self::EgressDenied,
            ErrorCode::Protocol | ErrorCode::Unsupported => Self::Protocol,
            ErrorCode::Internal => Self::Defect,
        }
    }
}

impl From<Status> for Exit {
    fn from(status: Status) -> Self {
        match status {
            Status::Provisioning | Status::Running => Self::Ok,
            Status::Failed => Self::Failed,
            Status::Terminated => Self::Terminated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Exit, TABLE};

    #[test]
    fn the_table_in_the_help_lists_every_exit_code_once_and_in_order() {
        let listed: Vec<u8> =
            TABLE.lines().filter_map(|line| line.strip_prefix(' ')?.split_whitespace().next()?.parse().ok()).collect();
        let codes = [
            Exit::Ok,
            Exit::Usage,
            Exit::Config,
            Exit::Spec,
            Exit::Credential,
            Exit::Limit,
            Exit::NotFound,
            Exit::Unavailable,
            Exit::EgressDenied,
            Exit::Protocol,
            Exit::Defect,
            Exit::Output,
            Exit::Failed,
            Exit::Terminated,
            Exit::Unfinished,
            Exit::Degraded,
            Exit::TimedOut,
            Exit::Interrupted,
        ]
        .map(Exit::code);
        assert_eq!(listed, codes);
    }
}
