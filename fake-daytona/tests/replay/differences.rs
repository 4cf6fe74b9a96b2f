//! Where the fake differs from what was recorded, and why.

use crate::player::Known;

const OTHER_LOGIN: &str = "the recorded server had a login of its own beside it; nothing here logs persons in";
const OTHER_KEY: &str = "the recorded key was the server's built-in one";

/// Steps are counted from 1, in the order in which they are sent; watching counts as one.
pub const ACCESS_VALIDATION_DELETE: &[Known] = &[
    (3, "/oidc/issuer", OTHER_LOGIN),
    (6, "/lastUsedAt", "the recorded key had been used before; here it is used for the first time"),
    (6, "/name", OTHER_KEY),
    (6, "/userId", OTHER_KEY),
    (6, "/value", OTHER_KEY),
    (8, "/lastUsedAt", "as for step 6"),
    (8, "/name", OTHER_KEY),
    (8, "/userId", OTHER_KEY),
    (8, "/value", OTHER_KEY),
];

pub const LIFECYCLE: &[Known] =
    &[(13, "/items: 2 recorded, 1 here", "the second is an errored sandbox that an earlier recording had left behind")];

/// None, once a sandbox that an earlier recording left running is there before it.
pub const SLOW_CREATE_QUOTA: &[Known] = &[];

/// None, apart from what the recordings call no evidence: `daemonVersion` is compared for being a version only.
pub const WORKSPACE: &[Known] = &[];
