//! What `docs/` shows is what there is.

use sandbox_host::policy::Egress;
use sandbox_host::{Policy, WarmLimits};

const GUIDE: &str = include_str!("../../../docs/host.md");

#[test]
fn the_policy_in_the_guide_is_one_and_has_every_key() {
    let toml = GUIDE.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let policy = Policy::parse(toml).unwrap();
    assert!(policy.inject_credentials && matches!(policy.egress, Egress::Only(_)));
    // The defaults that it shows are the defaults.
    let default = Policy::default();
    assert_eq!((policy.limits, policy.response_bytes), (default.limits, default.response_bytes));
    assert_eq!(policy.warm, Some(WarmLimits::default()));
}
