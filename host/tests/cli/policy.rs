//! `--policy`: what the provider may do, from a file.

use crate::stage::Stage;

#[test]
fn an_origin_that_the_policy_does_not_list_is_not_called() {
    let stage = Stage::new();
    stage.write("policy.toml", "[egress]\nallow = [\"app.daytona.io\"]\n");
    let run = stage.json(&["provision", "--session", "s", "--policy", "policy.toml"]);
    assert_eq!((run.code, run.error().code()), (9, "egress-denied"), "{run:?}");
    assert_eq!(stage.fake.requests().len(), 0);
}

#[test]
fn keys_can_be_kept_from_the_provider() {
    let stage = Stage::new();
    stage.write("policy.toml", "[credentials]\ninject = true\n");
    let run = stage.json(&["provision", "--session", "s", "--policy", "policy.toml"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(stage.fake.alive().len(), 1);
}

#[test]
fn a_policy_that_cannot_be_read_is_told_with_what_is_wrong() {
    let stage = Stage::new();
    stage.write("policy.toml", "[egress]\nalow = []\n");
    let run = stage.json(&["provision", "--session", "s", "--policy", "policy.toml"]);
    assert_eq!((run.code, run.error().code()), (3, "invalid-config"), "{run:?}");
    assert!(run.error().message().contains("alow"), "{run:?}");
    let run = stage.json(&["provision", "--session", "s", "--policy", "no-such.toml"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.error().message().contains("no-such.toml"), "{run:?}");
    assert_eq!(stage.fake.requests().len(), 0);
}
