//! Making findings.
#![forbid(unsafe_code)]

use crate::contract::{ErrorCode, Finding, Severity};
use crate::error::Error;
use crate::http::secret::Secret;

/// Calls fail, or have failed.
pub fn error(rule: &str, path: &str, message: impl Into<String>, remedy: &str) -> Finding {
    remark(Severity::Error, rule, path, message.into(), remedy)
}

/// It works, but probably not as meant.
pub fn warning(rule: &str, path: &str, message: impl Into<String>, remedy: &str) -> Finding {
    remark(Severity::Warning, rule, path, message.into(), remedy)
}

/// Worth knowing.
pub fn note(rule: &str, path: &str, message: impl Into<String>, remedy: &str) -> Finding {
    remark(Severity::Note, rule, path, message.into(), remedy)
}

#[cold]
fn remark(severity: Severity, rule: &str, path: &str, message: String, remedy: &str) -> Finding {
    let remedy = (!remedy.is_empty()).then(|| remedy.to_owned());
    Finding { severity, rule: rule.to_owned(), path: path.to_owned(), message, remedy }
}

/// An error as a finding about the field that it names, or else about something.
pub fn of_error(failed: &Error, about: &str) -> Finding {
    let path = failed.get("path").unwrap_or(about);
    let (rule, remedy) = (failed.get("rule").unwrap_or("internal"), failed.get("remedy").unwrap_or_default());
    error(rule, path, failed.message.as_str(), remedy)
}

/// What an error of the server or on the way to it is about.
pub fn of_server(failed: &Error) -> Finding {
    let about = match failed.code {
        ErrorCode::Unauthenticated | ErrorCode::PermissionDenied => "vendor.key",
        ErrorCode::InvalidConfig | ErrorCode::Protocol => "vendor.url",
        ErrorCode::QuotaExceeded | ErrorCode::RateLimited => "vendor.limits",
        _ => "vendor",
    };
    of_error(failed, about)
}

/// The same without the key of their call: much of them is made of what came in.
pub fn without_key(mut findings: Vec<Finding>, secret: &Secret) -> Vec<Finding> {
    for finding in &mut findings {
        for text in [&mut finding.path, &mut finding.message].into_iter().chain(&mut finding.remedy) {
            *text = secret.redact_input(text);
        }
    }
    findings
}

/// The most serious first, otherwise in their order.
pub fn sorted(findings: Vec<Finding>) -> Vec<Finding> {
    let (mut errors, mut warnings, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    for finding in findings {
        match finding.severity {
            Severity::Error => errors.push(finding),
            Severity::Warning => warnings.push(finding),
            Severity::Note => notes.push(finding),
        }
    }
    errors.append(&mut warnings);
    errors.append(&mut notes);
    errors
}
