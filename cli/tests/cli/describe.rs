//! What needs no Daytona.

use crate::stage::Stage;

#[test]
fn describe_tells_every_capability_by_name_and_what_the_component_imports() {
    let stage = Stage::new();
    let run = stage.run(&["describe"]);
    assert_eq!(run.code, 0, "{run:?}");
    for word in ["daytona", "transportModel", "dial-in", "idleCostModel", "storage-only", "wasi:http/outgoing-handler"]
    {
        assert!(run.out.contains(word), "{word}: {}", run.out);
    }
    let value = stage.json(&["describe"]).value();
    assert_eq!(value["id"], "daytona");
    assert_eq!(value["capabilities"]["supportsFsSnapshot"], true);
    assert_eq!(value["component"]["sha256"].as_str().map(str::len), Some(64));
    assert_eq!(stage.fake.requests().len(), 0);
}

#[test]
fn describe_prints_the_schema_of_the_configuration_alone() {
    let stage = Stage::new();
    let schema = stage.run(&["describe", "--schema"]).value();
    assert!(schema["properties"]["daytonaApiUrl"].is_object(), "{schema}");
}

#[test]
fn help_lists_the_commands_with_the_demo_first_and_the_exit_codes() {
    let stage = Stage::new();
    let run = stage.finish(stage.command(&["--help"]));
    assert_eq!(run.code, 0);
    let commands = run.out.split("Commands:").nth(1).unwrap();
    assert!(commands.trim_start().starts_with("demo"), "{}", run.out);
    assert!(run.out.contains("Exit codes:"), "{}", run.out);
}

#[test]
fn a_command_that_does_not_exist_is_a_usage_error() {
    let stage = Stage::new();
    for arguments in [&["fly"][..], &[], &["status"], &["provision"], &["watch", "--handle", "h", "--interval", "0s"]] {
        let run = stage.finish(stage.command(arguments));
        assert_eq!(run.code, 2, "{arguments:?}: {run:?}");
        assert!(!run.err.is_empty());
    }
}
