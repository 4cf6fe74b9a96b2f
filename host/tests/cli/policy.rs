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
fn a_denial_is_logged_with_the_line_that_would_allow_it() {
    let stage = Stage::new();
    stage.write("policy.toml", "[egress]\nallow = []\n");
    let run = stage.run(&["provision", "--session", "s", "--policy", "policy.toml"]);
    assert_eq!((run.code, run.out.as_str()), (9, ""), "{run:?}");
    let allow = format!("[egress]\nallow = [\"{}\"]\n", stage.url.trim_end_matches("/api"));
    assert!(run.err.contains(&allow.trim_end().replace('\n', " ")), "{}", run.err);

    stage.write("policy.toml", allow);
    let run = stage.run(&["provision", "--session", "s", "--policy", "policy.toml"]);
    assert_eq!(run.code, 0, "{run:?}");
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
