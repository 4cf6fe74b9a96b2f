//! The first thing that a newcomer runs.

use serde_json::Value;

use crate::stage::Stage;

#[test]
fn the_demo_shows_a_life_in_both_dialects_and_leaves_nothing_behind() {
    let stage = Stage::new();
    let mut command = stage.command(&["demo", "--quick", "--json"]);
    command.env_remove("DAYTONA_API_KEY");
    let run = stage.finish(command);
    assert_eq!(run.code, 0, "{run:?}");
    let output = run.value();
    let scenes = output["scenes"].as_array().unwrap();
    let names: Vec<&Value> = scenes.iter().map(|scene| &scene["scene"]).collect();
    assert_eq!(names, ["sandbox", "workspace", "processes", "failures"]);
    for scene in &scenes[..2] {
        assert_eq!((&scene["truth"]["created"], &scene["truth"]["alive"]), (&1.into(), &0.into()), "{scene}");
    }
    assert_eq!((&scenes[2]["truth"]["created"], &scenes[2]["truth"]["alive"]), (&2.into(), &0.into()), "{output}");
    assert_eq!((&scenes[0]["generation"], &scenes[1]["generation"]), (&"0.205".into(), &"documented".into()));
    let codes: Vec<&Value> = scenes[3]["steps"].as_array().unwrap().iter().map(|step| &step["error"]["code"]).collect();
    assert_eq!(codes, ["unauthenticated", "quota-exceeded"]);
    for step in scenes[3]["steps"].as_array().unwrap() {
        assert!(step["error"]["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{step}");
    }
}

#[test]
fn the_demo_is_plain_text_where_nobody_sees_colour() {
    let stage = Stage::new();
    let run = stage.finish(stage.command(&["demo", "--quick"]));
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    assert!(!run.out.contains('\x1b'), "{}", run.out);
    for line in [
        "provision --session fix-login-bug",
        "POST   /api/sandbox",
        "in the end   created 1, alive 0,",
        "error unauthenticated",
        "remedy",
    ] {
        assert!(run.out.contains(line), "{line}: {}", run.out);
    }
    assert_eq!(stage.fake.requests().len(), 0, "it has a Daytona of its own");
}

#[test]
fn the_demo_shows_a_pools_first_session_from_a_prepared_snapshot_and_a_worker_that_is_launched() {
    let stage = Stage::new();
    let run = stage.finish(stage.command(&["demo", "--quick"]));
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    let mut rest = run.out.as_str();
    for line in [
        "snapshot prepare worker-1",
        "  ready",
        "provision --session first",
        "-worker-1",
        "exec -- git clone",
        "Cloning into",
        "snapshot capture after-setup",
        "provision --session second",
        "-after-setup",
        "launch --id worker -- donmai agent run",
        "registered, waiting for work",
        "kill --id worker",
        "created 2, alive 0,",
    ] {
        let Some(at) = rest.find(line) else { panic!("{line} is not in the rest: {}", run.out) };
        rest = &rest[at..];
    }
}

#[test]
fn the_demo_refuses_a_pool_because_it_would_not_use_it() {
    let stage = Stage::new();
    let run = stage.json(&["demo"]);
    assert_eq!((run.code, run.error().code()), (2, "usage"), "{run:?}");
    assert!(run.error().remedy().contains("--pool"), "{run:?}");
}
