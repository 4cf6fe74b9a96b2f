//! By what an organization's own are known, computed here anew: a mistake in the component's own would hide.

use fake_daytona::{DEFAULT_KEY, SandboxView};
use sha2::{Digest as _, Sha256};

use super::session::Session;

/// The key of the platform's pool.
pub const KEY: &str = DEFAULT_KEY;

/// A key of another organization.
pub const FOREIGN_KEY: &str = "dtn_another_0123456789abcdef0123456789abcdef0";

/// The platform's pool.
pub const POOL: &str = "pool-1";

/// Name of a copy; nobody who makes one takes the name of a session.
pub const COPY: &str = "copy-of-";

/// The name of a session's sandbox, computed here anew: a mistake in the component's own would hide.
pub fn name(session_id: &str) -> String {
    let digest = Sha256::digest([POOL.as_bytes(), &[0], session_id.as_bytes()].concat());
    let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let mut slug = String::new();
    for c in session_id.chars().map(|c| c.to_ascii_lowercase()) {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(32);
    match slug.trim_end_matches('-') {
        "" => format!("rensei-{hash}"),
        slug => format!("rensei-{slug}-{hash}"),
    }
}

/// A sandbox that was made for this session of the platform's pool.
pub fn is_of(view: &SandboxView, session: &Session) -> bool {
    // Whoever copies a sandbox copies its labels; the name tells.
    if view.created_name.starts_with(COPY) {
        return false;
    }
    let label = |key: &str| view.labels.get(key).map(String::as_str);
    label("rensei.dev/managed-by") == Some("daytona-sandbox-provider")
        && label("rensei.dev/pool") == Some(POOL)
        && label("rensei.dev/session") == Some(session.id.as_str())
}

/// What the server calls a snapshot of the platform's pool, computed here anew: a mistake in the component's own would hide.
pub fn vendor_name(short: &str) -> String {
    let hash: String = Sha256::digest(POOL).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("rensei-{hash}-{short}")
}
