//! A pool's configuration as an admin writes it, and what is said about it.

use serde_json::{Map, Value, json};

use super::*;

fn loaded(config: &str) -> Box<Pool> {
    match load(config) {
        Ok(pool) => pool,
        Err(findings) => panic!("{config}: {}", lines(&findings)),
    }
}

fn line(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    format!("{severity} {} {}", finding.rule, finding.path)
}

fn lines(findings: &[Finding]) -> String {
    findings.iter().map(line).collect::<Vec<_>>().join("; ")
}

/// Severity, rule and path of every finding.
fn found(config: &Value) -> String {
    lines(&check(&config.to_string()))
}

/// The only finding.
fn only(config: &Value) -> Finding {
    let mut findings = check(&config.to_string());
    assert_eq!(findings.len(), 1, "{config}: {}", lines(&findings));
    findings.remove(0)
}

// The documented keys, their types and defaults.

#[test]
fn daytona_api_url_is_a_string_and_its_default_is_the_cloud() {
    assert_eq!(DEFAULT_API_URL, "https://app.daytona.io/api");
    assert!(loaded("{}").api_url.is_none());
    let url = loaded(r#"{"daytonaApiUrl":"https://daytona.example/api/"}"#).api_url.map(|url| url.to_string());
    assert_eq!(url.as_deref(), Some("https://daytona.example/api"));
}

#[test]
fn image_is_a_string_and_its_default_is_the_donmai_worker() {
    assert_eq!(DEFAULT_IMAGE, "ghcr.io/renseiai/donmai-worker:latest");
    assert!(loaded("{}").image.is_none());
    assert_eq!(loaded(r#"{"image":"a/b:1"}"#).image.as_deref(), Some("a/b:1"));
}

#[test]
fn disk_gb_is_a_number_and_its_default_is_20() {
    assert_eq!(DEFAULT_DISK_GB, 20);
    assert_eq!(loaded("{}").disk_gb, None);
    assert_eq!(loaded(r#"{"diskGB":8}"#).disk_gb, Some(8));
}

#[test]
fn user_is_a_string_and_its_default_is_daytona() {
    assert_eq!(loaded("{}").user, "daytona");
    assert_eq!(loaded(r#"{"user":"root"}"#).user, "root");
}

#[test]
fn command_is_an_array_of_strings_and_its_default_is_donmai_agent_run() {
    assert_eq!(DEFAULT_COMMAND, ["donmai", "agent", "run"]);
    assert_eq!(loaded("{}").command, None);
    let command = loaded(r#"{"command":["sh","","-c"]}"#).command;
    assert_eq!(command, Some(vec!["sh".to_owned(), String::new(), "-c".to_owned()]));
}

#[test]
fn every_further_key_is_read() {
    let pool = loaded(
        r#"{"target":"eu","dialect":"workspace","cpu":2,"memoryGB":4,"labels":{"team":"core","a.b/c":""},
        "maxLifetimeMinutes":600,"autoArchiveMinutes":43200,"autoDeleteMinutes":1,"keepAlive":"off",
        "toolboxUrl":"https://Toolbox.example:8443/toolbox"}"#,
    );
    assert_eq!(pool.target.as_deref(), Some("eu"));
    assert_eq!(pool.dialect, Dialect::Workspace);
    assert_eq!((pool.cpu, pool.memory_gb), (Some(2), Some(4)));
    assert_eq!(pool.labels, [("team".to_owned(), "core".to_owned()), ("a.b/c".to_owned(), String::new())]);
    assert_eq!(pool.max_lifetime_minutes, Some(600));
    assert_eq!((pool.auto_archive_minutes, pool.auto_delete_minutes), (Some(43_200), Some(1)));
    assert_eq!(pool.toolbox_url.map(|origin| origin.to_string()).as_deref(), Some("https://toolbox.example:8443"));
    assert_eq!(loaded(r#"{"snapshot":"worker"}"#).snapshot.as_deref(), Some("worker"));
    for (word, dialect) in [("auto", Dialect::Auto), ("sandbox", Dialect::Sandbox)] {
        assert_eq!(loaded(&json!({"dialect": word}).to_string()).dialect, dialect);
    }
    assert_eq!(loaded("{}").dialect, Dialect::Auto);
}

#[test]
fn nothing_written_means_all_defaults_and_nothing_to_say() {
    for config in
        ["", "  \n", "null", "{}", "\u{feff}{}", r#"{"image":null,"diskGB":null,"labels":null,"command":null}"#]
    {
        assert_eq!(lines(&check(config)), "", "{config:?}");
        assert_eq!(loaded(config).user, "daytona");
    }
}

#[test]
fn a_whole_number_may_be_written_with_a_point() {
    assert_eq!(loaded(r#"{"diskGB":8.0}"#).disk_gb, Some(8));
    assert_eq!(loaded(r#"{"diskGB":1e1}"#).disk_gb, Some(10));
}

// What is refused.

#[test]
fn text_that_is_not_json_is_told_with_line_and_column() {
    let findings = check("{\n  \"image\": }");
    assert_eq!(lines(&findings), "error not-json $");
    assert!(findings.iter().all(|finding| finding.message.contains("line 2 column 12")), "{:?}", findings);
    let deep = "[".repeat(5_000);
    assert_eq!(lines(&check(&deep)), "error not-json $");
}

#[test]
fn json_that_is_not_an_object_is_refused() {
    for config in [json!([1]), json!("image"), json!(20), json!(true)] {
        assert_eq!(found(&config), "error not-an-object $", "{config}");
    }
}

#[test]
fn a_configuration_above_256_kib_is_not_read() {
    let padded = |len: usize| format!("{{{}}}", " ".repeat(len - 2));
    assert_eq!(lines(&check(&padded(256 * 1024))), "");
    assert_eq!(lines(&check(&padded(256 * 1024 + 1))), "error config-too-large $");
}

#[test]
fn a_wrong_type_is_told_with_what_was_found_and_what_is_wanted() {
    for (config, path, message) in [
        (json!({"image": 1}), "$.image", "image is the number 1, where a text belongs."),
        (json!({"user": ["a"]}), "$.user", "user is an array, where a text belongs."),
        (json!({"target": true}), "$.target", "target is true, where a text belongs."),
        (json!({"snapshot": {}}), "$.snapshot", "snapshot is an object, where a text belongs."),
        (json!({"dialect": false}), "$.dialect", "dialect is false, where a text belongs."),
        (json!({"keepAlive": false}), "$.keepAlive", "keepAlive is false, where a text belongs."),
        (json!({"daytonaApiUrl": 1}), "$.daytonaApiUrl", "daytonaApiUrl is the number 1, where a text belongs."),
        (json!({"toolboxUrl": 1}), "$.toolboxUrl", "toolboxUrl is the number 1, where a text belongs."),
        (json!({"diskGB": "big"}), "$.diskGB", "diskGB is the text \"big\", where a whole number belongs."),
        (json!({"cpu": []}), "$.cpu", "cpu is an array, where a whole number belongs."),
        (json!({"memoryGB": true}), "$.memoryGB", "memoryGB is true, where a whole number belongs."),
        (
            json!({"command": "donmai agent run"}),
            "$.command",
            "command is the text \"donmai agent run\", where an array of texts belongs.",
        ),
        (json!({"command": ["a", 1]}), "$.command[1]", "command[1] is the number 1, where a text belongs."),
        (json!({"command": ["a", null]}), "$.command[1]", "command[1] is null, where a text belongs."),
        (json!({"labels": ["a"]}), "$.labels", "labels is an array, where an object of texts belongs."),
        (json!({"labels": {"a": 1}}), "$.labels.a", "The value is the number 1, where a text belongs."),
    ] {
        let finding = only(&config);
        assert_eq!(line(&finding), format!("error wrong-type {path}"), "{config}");
        assert_eq!(finding.message, message);
    }
}

#[test]
fn a_number_in_quotes_is_told_how_to_write_it() {
    assert_eq!(only(&json!({"diskGB": "20"})).remedy.as_deref(), Some("Write it without quotes: 20."));
}

#[test]
fn numbers_have_to_be_whole_and_positive_and_bearable() {
    for key in ["diskGB", "cpu", "memoryGB", "maxLifetimeMinutes", "autoArchiveMinutes", "autoDeleteMinutes"] {
        for (value, rule) in [
            (json!(0), "not-positive"),
            (json!(-1), "not-positive"),
            (json!(-0.5), "not-positive"),
            (json!(-0.0), "not-positive"),
            (json!(1.5), "fraction"),
            (json!(0.5), "fraction"),
            (json!(2_147_483_648_u64), "out-of-range"),
            (json!(u64::MAX), "out-of-range"),
            (json!(1e300), "out-of-range"),
        ] {
            let mut config = Map::new();
            config.insert(key.to_owned(), value);
            let finding = only(&Value::Object(config));
            assert_eq!(line(&finding), format!("error {rule} $.{key}"));
            assert!(finding.message.starts_with(&format!("{key} is ")), "{}", finding.message);
        }
    }
    assert_eq!(found(&json!({"autoArchiveMinutes": 43_201})), "error out-of-range $.autoArchiveMinutes");
}

#[test]
fn zero_minutes_are_refused_with_what_they_would_mean() {
    let remedy = |config| only(&config).remedy.unwrap_or_default();
    assert!(remedy(json!({"autoArchiveMinutes": 0})).contains("maximum of 30 days"));
    assert!(remedy(json!({"autoDeleteMinutes": 0})).contains("never or at once"));
}

#[test]
fn an_empty_command_is_refused() {
    assert_eq!(found(&json!({"command": []})), "error command-empty $.command");
    assert_eq!(found(&json!({"command": [""]})), "error command-empty $.command[0]");
    assert_eq!(found(&json!({"command": ["", "a"]})), "error command-empty $.command[0]");
}

#[test]
fn nul_is_refused_everywhere() {
    for (config, path) in [
        (json!({"command": ["a", "b\0"]}), "$.command[1]"),
        (json!({"command": ["\0"]}), "$.command[0]"),
        (json!({"user": "a\0"}), "$.user"),
        (json!({"target": "\0"}), "$.target"),
        (json!({"snapshot": "\0"}), "$.snapshot"),
        (json!({"image": "a\0"}), "$.image"),
        (json!({"labels": {"a": "\0"}}), "$.labels.a"),
        (json!({"labels": {"a\0": ""}}), "$.labels[\"a\\u0000\"]"),
        (json!({"daytonaApiUrl": "https://a/\0"}), "$.daytonaApiUrl"),
    ] {
        assert_eq!(found(&config), format!("error nul-character {path}"), "{config}");
        assert!(load(&config.to_string()).is_err());
    }
}

#[test]
fn empty_texts_are_refused() {
    for key in ["daytonaApiUrl", "image", "user", "snapshot", "target", "dialect", "toolboxUrl", "keepAlive"] {
        let mut config = Map::new();
        config.insert(key.to_owned(), json!(""));
        assert_eq!(found(&Value::Object(config)), format!("error empty $.{key}"));
    }
}

#[test]
fn an_image_that_is_no_reference_is_refused() {
    let finding = only(&json!({"image": "a:1\nRUN evil"}));
    assert_eq!(line(&finding), "error image-reference $.image");
    assert_eq!(finding.message, "image is \"a:1\\nRUN evil\", which is not an image reference.");
}

#[test]
fn a_bad_url_is_refused_with_the_rule_of_its_problem() {
    for key in ["daytonaApiUrl", "toolboxUrl"] {
        for (url, rule) in [
            ("daytona.example", "url-scheme"),
            ("ftp://daytona.example", "url-scheme"),
            ("https://user:hunter2@daytona.example", "url-user-info"),
            ("https://daytona.example/api?a=b", "url-query"),
            ("https://daytona.example/api#a", "url-fragment"),
            ("https://[::1]/api", "url-ipv6"),
            ("https://daytona.example:0", "url-port"),
            (" https://daytona.example", "url-whitespace"),
        ] {
            let mut config = Map::new();
            config.insert(key.to_owned(), json!(url));
            assert_eq!(found(&Value::Object(config)), format!("error {rule} $.{key}"), "{url}");
        }
    }
}

#[test]
fn a_bad_url_is_repeated_unless_it_may_hold_a_secret() {
    let message = |url: &str| only(&json!({"daytonaApiUrl": url})).message;
    assert_eq!(message("daytona/api"), "daytonaApiUrl does not start with https:// or http://: \"daytona/api\".");
    for url in [
        "https://u:hunter2@h",
        "https://u:hunter2/x@h",
        "https://h?k=hunter2",
        "https://h#hunter2",
        "hunter2@x",
        "https://h:1:hunter2@h",
    ] {
        assert!(!message(url).contains("hunter2"), "{}", message(url));
    }
}

#[test]
fn the_api_of_daytona_v2_is_refused() {
    let finding = only(&json!({"daytonaApiUrl": "https://API.daytona.com"}));
    assert_eq!(line(&finding), "error daytona-v2 $.daytonaApiUrl");
    assert!(finding.remedy.is_some_and(|remedy| remedy.contains("https://app.daytona.io/api")));
}

#[test]
fn nothing_that_a_snapshot_fixes_may_stand_beside_it() {
    let config = json!({"snapshot": "s", "image": "a:1", "command": ["a"], "cpu": 1, "memoryGB": 1, "diskGB": 1, "user": "u", "target": "eu"});
    assert_eq!(
        found(&config),
        "error snapshot-conflict $.image; error snapshot-conflict $.command; error snapshot-conflict $.cpu; \
         error snapshot-conflict $.memoryGB; error snapshot-conflict $.diskGB"
    );
    assert_eq!(found(&json!({"snapshot": "s", "image": null})), "");
}

#[test]
fn labels_of_the_reserved_prefix_and_without_a_name_are_refused() {
    assert_eq!(
        found(&json!({"labels": {"rensei.dev/pool": "x"}})),
        "error label-reserved $.labels[\"rensei.dev/pool\"]"
    );
    assert_eq!(found(&json!({"labels": {"": "x"}})), "error label-name-empty $.labels[\"\"]");
    assert_eq!(found(&json!({"labels": {"rensei.development/x": "x", "Rensei.dev": "x"}})), "");
}

#[test]
fn a_dialect_or_keep_alive_that_does_not_exist_is_refused() {
    let finding = only(&json!({"dialect": "v2"}));
    assert_eq!(line(&finding), "error unknown-value $.dialect");
    assert_eq!(finding.message, "dialect is \"v2\", which is none of auto, sandbox, workspace.");
    assert_eq!(found(&json!({"keepAlive": "on"})), "error unknown-value $.keepAlive");
}

#[test]
fn keep_alive_is_agent_unless_the_admin_says_otherwise() {
    assert_eq!(loaded("").keep_alive, KeepAlive::Agent);
    for (word, meaning) in [("agent", KeepAlive::Agent), ("poll", KeepAlive::Poll), ("off", KeepAlive::Off)] {
        assert_eq!(loaded(&json!({"keepAlive": word}).to_string()).keep_alive, meaning);
    }
}

#[test]
fn an_unknown_key_is_a_warning_with_the_key_that_was_meant() {
    let finding = only(&json!({"diskGb": 10}));
    assert_eq!(line(&finding), "warning unknown-key $.diskGb");
    assert_eq!(finding.message, "diskGb is not a key of this provider and has no effect.");
    assert_eq!(finding.remedy.as_deref(), Some("Did you mean diskGB?"));
    assert_eq!(only(&json!({"gpu": 1})).remedy.as_deref(), Some("Remove it, or correct its name."));
    assert!(
        only(&json!({"autoStopInterval": 1})).remedy.is_some_and(|remedy| remedy.contains("comes with each session"))
    );
    assert_eq!(line(&only(&json!({"": 1}))), "warning unknown-key $[\"\"]");
    assert!(load(r#"{"diskGb":10}"#).is_ok());
}

#[test]
fn a_secret_in_the_configuration_is_a_warning_that_does_not_repeat_it() {
    for (config, path) in [
        (json!({"apiKey": "hunter2"}), "$.apiKey"),
        (json!({"DAYTONA_API_KEY": "hunter2"}), "$.DAYTONA_API_KEY"),
        (json!({"password": {"a": "hunter2"}}), "$.password"),
        (json!({"note": "dtn_hunter2"}), "$.note"),
        (json!({"dtn_hunter2": "note"}), "$[a text with an API key in it]"),
    ] {
        let finding = only(&config);
        assert_eq!(line(&finding), format!("warning secret-in-config {path}"));
        assert!(!format!("{finding:?}").contains("hunter2"), "{finding:?}");
        assert!(finding.remedy.is_some_and(|remedy| remedy.contains("daytona credential")));
    }
}

#[test]
fn a_key_that_is_a_secret_itself_is_spoken_of_without_its_name() {
    let message = only(&json!({"dtn_hunter2": 1})).message;
    assert!(message.starts_with("A key looks like a secret."), "{message}");
}

#[test]
fn an_api_key_under_a_known_key_is_never_repeated() {
    for config in [
        json!({"daytonaApiUrl": "dtn_hunter2"}),
        json!({"image": "dtn_hunter2!"}),
        json!({"diskGB": "dtn_hunter2"}),
        json!({"dialect": "dtn_hunter2"}),
        json!({"keepAlive": "dtn_hunter2"}),
        json!({"command": "dtn_hunter2"}),
        json!({"labels": {"rensei.dev/dtn_hunter2": "x"}}),
        json!({"toolboxUrl": "https://h:dtn_hunter2"}),
        json!("dtn_hunter2"),
    ] {
        let findings = format!("{:?}", check(&config.to_string()));
        assert!(findings.contains("Error") && !findings.contains("hunter2"), "{findings}");
    }
}

#[test]
fn plain_http_is_a_warning_except_to_this_machine() {
    assert_eq!(found(&json!({"daytonaApiUrl": "http://daytona.lan/api"})), "warning plain-http $.daytonaApiUrl");
    assert_eq!(found(&json!({"toolboxUrl": "http://daytona.lan"})), "warning plain-http $.toolboxUrl");
    for url in [
        "http://localhost:3000/api",
        "http://127.0.0.1:3000/api",
        "http://daytona.localhost/api",
        "https://daytona.lan/api",
    ] {
        assert_eq!(found(&json!({"daytonaApiUrl": url})), "", "{url}");
    }
}

#[test]
fn a_url_without_a_path_is_a_warning_that_names_the_usual_one() {
    let finding = only(&json!({"daytonaApiUrl": "https://daytona.example/"}));
    assert_eq!(line(&finding), "warning url-without-path $.daytonaApiUrl");
    assert!(finding.remedy.is_some_and(|remedy| remedy.contains("https://daytona.example/api ")));
}

#[test]
fn more_than_daytona_usually_grants_is_a_warning_where_it_was_written() {
    for (config, path, remedy) in [
        (json!({"diskGB": 20}), "$.diskGB", "Write 10 or less"),
        (json!({"diskGB": 11}), "$.diskGB", "Write 10 or less"),
        (json!({"cpu": 5}), "$.cpu", "Write 4 or less"),
        (json!({"memoryGB": 9}), "$.memoryGB", "Write 8 or less"),
    ] {
        let finding = only(&config);
        assert_eq!(line(&finding), format!("warning over-usual-maximum {path}"));
        assert!(finding.remedy.is_some_and(|text| text.starts_with(remedy)));
    }
    assert_eq!(found(&json!({"diskGB": 10, "cpu": 4, "memoryGB": 8})), "");
}

#[test]
fn an_image_without_a_fixed_version_is_a_warning_where_it_was_written() {
    for image in ["ghcr.io/a/b", "ghcr.io/a/b:latest", DEFAULT_IMAGE] {
        assert_eq!(found(&json!({"image": image})), "warning image-not-pinned $.image");
    }
    assert_eq!(found(&json!({"image": "ghcr.io/a/b:1"})), "");
}

#[test]
fn a_deletion_that_an_archive_would_prevent_is_a_warning_with_the_order_that_works() {
    for (config, archived) in [
        (json!({"autoDeleteMinutes": 10, "autoArchiveMinutes": 5}), 5),
        (json!({"autoDeleteMinutes": 10, "autoArchiveMinutes": 10}), 10),
        (json!({"autoDeleteMinutes": 43200}), 43_200),
        (json!({"autoDeleteMinutes": 43200, "autoArchiveMinutes": 43200}), 43_200),
        (json!({"autoDeleteMinutes": 2_147_483_647, "autoArchiveMinutes": 1}), 1),
    ] {
        let finding = only(&config);
        assert_eq!(line(&finding), "warning never-deleted $.autoDeleteMinutes", "{config}");
        assert!(finding.message.contains(&format!("at {archived} at the latest")), "{}", finding.message);
        assert!(
            finding.remedy.as_ref().is_some_and(|text| text.contains("autoArchiveMinutes and 43200")),
            "{finding:?}"
        );
    }
    assert_eq!(found(&json!({"autoDeleteMinutes": 10, "autoArchiveMinutes": 11})), "");
    assert_eq!(found(&json!({"autoDeleteMinutes": 43199})), "");
    assert_eq!(found(&json!({"autoArchiveMinutes": 1})), "");
}

#[test]
fn an_image_in_the_dialect_where_it_is_a_snapshots_name_is_a_warning() {
    assert_eq!(found(&json!({"dialect": "workspace", "image": "a/b:1"})), "warning workspace-image $.image");
    assert_eq!(found(&json!({"dialect": "workspace"})), "");
    assert_eq!(found(&json!({"dialect": "auto", "image": "a/b:1"})), "");
}

#[test]
fn sizes_and_lifetimes_that_only_a_wrong_unit_explains_are_refused() {
    for (config, path) in [
        (json!({"cpu": 1025}), "$.cpu"),
        (json!({"memoryGB": 16385}), "$.memoryGB"),
        (json!({"diskGB": 4_294_967_295_u32}), "$.diskGB"),
        (json!({"maxLifetimeMinutes": 525_601}), "$.maxLifetimeMinutes"),
    ] {
        assert_eq!(found(&config), format!("error out-of-range {path}"));
    }
    assert_eq!(found(&json!({"maxLifetimeMinutes": 525_600})), "");
}

#[test]
fn a_blank_text_is_refused_as_an_empty_one_is() {
    for key in ["daytonaApiUrl", "image", "user", "snapshot", "target", "dialect", "toolboxUrl", "keepAlive"] {
        for blank in ["", " ", "\t\n "] {
            assert_eq!(found(&json!({key: blank})), format!("error empty $.{key}"), "{blank:?}");
        }
    }
    assert_eq!(found(&json!({"command": [" ", "x"]})), "error command-empty $.command[0]");
    assert_eq!(found(&json!({"labels": {" ": "x"}})), "error label-name-empty $.labels[\" \"]");
    assert_eq!(found(&json!({"command": ["x", ""], "labels": {"a": ""}})), "");
}

#[test]
fn a_key_that_stands_twice_is_refused_because_nobody_knows_which_one_counts() {
    let doubled = |config: &str| lines(&check(config));
    assert_eq!(doubled(r#"{"diskGB":8,"cpu":1,"diskGB":9}"#), "error key-twice $.diskGB");
    assert_eq!(doubled(r#"{"diskGB":8,"diskGB":8}"#), "error key-twice $.diskGB");
    assert_eq!(doubled(r#"{"labels":{"a":"1","b":"2","a":"1"}}"#), "error key-twice $.labels.a");
    assert_eq!(doubled(r#"{"labels":{"a":"1","\u0061":"1"}}"#), "error key-twice $.labels.a");
    assert_eq!(doubled(r#"{"labels":{"cpu":"1"},"cpu":1}"#), "");
    let Some(finding) = check(r#"{"cpu":1,"cpu":1}"#).pop() else { panic!("accepted") };
    assert!(finding.message.contains("$.cpu") && finding.remedy.is_some(), "{finding:?}");
}

#[test]
fn an_api_key_in_a_value_that_is_used_is_refused_without_being_repeated() {
    for (config, path) in [
        (json!({"command": ["run", "--key=dtn_hunter2"]}), "$.command"),
        (json!({"labels": {"a": "dtn_hunter2"}}), "$.labels"),
        (json!({"labels": {"dtn_hunter2": "a"}}), "$.labels"),
        (json!({"user": "dtn_hunter2"}), "$.user"),
        (json!({"target": "dtn_hunter2"}), "$.target"),
        (json!({"snapshot": "dtn_hunter2"}), "$.snapshot"),
        (json!({"image": "a/dtn_hunter2:1"}), "$.image"),
        (json!({"toolboxUrl": "https://a.example/dtn_hunter2"}), "$.toolboxUrl"),
    ] {
        let finding = only(&config);
        assert_eq!(line(&finding), format!("error key-in-config {path}"));
        assert!(!format!("{finding:?}").contains("hunter2"), "{finding:?}");
    }
}

#[test]
fn a_command_that_no_sandbox_can_be_started_with_is_refused_with_its_size() {
    let finding = only(&json!({"command": ["x", "y".repeat(65_520)]}));
    assert_eq!(line(&finding), "error too-large $.command");
    assert!(finding.message.contains("65539 bytes, more than 65535"), "{}", finding.message);
    let findings = check(&json!({"command": ["x", "y".repeat(131_072)]}).to_string());
    assert_eq!(lines(&findings), "error too-large $.command[1]");
}

// All at once.

#[test]
fn every_problem_is_told_at_once_and_errors_come_first() {
    let config = json!({"aaa": 1, "diskGB": 20, "image": "", "command": [1, "\0"], "user": 1});
    assert_eq!(
        found(&config),
        "error empty $.image; error wrong-type $.user; error wrong-type $.command[0]; error nul-character $.command[1]; \
         warning over-usual-maximum $.diskGB; warning unknown-key $.aaa"
    );
    let Err(findings) = load(&config.to_string()) else { panic!("loaded") };
    assert_eq!(findings.len(), 6);
}

#[test]
fn every_error_and_warning_names_a_remedy() {
    let config = json!({"daytonaApiUrl": "x", "image": "", "diskGB": -1, "user": 1, "command": [""], "labels": {"": 1}, "dialect": "x", "keepAlive": "no", "y": 1});
    for finding in check(&config.to_string()) {
        assert!(finding.remedy.as_ref().is_some_and(|remedy| remedy.ends_with('.')), "{finding:?}");
        assert!(finding.message.ends_with('.'), "{finding:?}");
    }
}

#[test]
fn a_flood_of_findings_ends_with_their_number() {
    let command: Vec<u32> = (0..500).collect();
    let findings = check(&json!({"command": command, "unknown": 1}).to_string());
    assert_eq!(findings.len(), 101);
    assert_eq!(findings.last().map(line).as_deref(), Some("note more-findings $"));
    assert!(findings.last().is_some_and(|finding| finding.message.contains("401 more")));
}

#[test]
fn long_values_and_keys_are_cut() {
    let long = "x".repeat(10_000);
    for config in [
        json!({"dialect": long}),
        json!({long.as_str(): 1}),
        json!({"labels": {long.as_str(): 1}}),
        json!({"image": long}),
        json!({"daytonaApiUrl": long}),
    ] {
        for finding in check(&config.to_string()) {
            assert!(finding.message.len() < 200 && finding.path.len() < 100, "{finding:?}");
        }
    }
}

// The schema.

fn schema() -> Value {
    match serde_json::from_str(SCHEMA) {
        Ok(schema) => schema,
        Err(problem) => panic!("{problem}"),
    }
}

#[test]
fn the_schema_has_exactly_the_keys_that_are_read() {
    let schema = schema();
    let mut listed: Vec<&str> =
        schema["properties"].as_object().map(|keys| keys.keys().map(String::as_str).collect()).unwrap_or_default();
    let mut known = KEYS;
    listed.sort_unstable();
    known.sort_unstable();
    assert_eq!(listed, known);
}

#[test]
fn the_schema_tells_the_defaults_that_are_used() {
    let schema = schema();
    let default = |key: &str| schema["properties"][key]["default"].clone();
    assert_eq!(default("daytonaApiUrl"), DEFAULT_API_URL);
    assert_eq!(default("image"), DEFAULT_IMAGE);
    assert_eq!(default("diskGB"), DEFAULT_DISK_GB);
    assert_eq!(default("user"), config::DEFAULT_USER);
    assert_eq!(default("command"), json!(DEFAULT_COMMAND));
    assert_eq!(default("dialect"), "auto");
    assert_eq!(default("keepAlive"), "agent");
    assert_eq!(default("labels"), json!({}));
}

#[test]
fn a_configuration_of_all_the_defaults_of_the_schema_can_be_loaded() {
    let schema = schema();
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let defaults: Map<String, Value> =
        properties.iter().filter_map(|(key, schema)| Some((key.clone(), schema.get("default")?.clone()))).collect();
    assert_eq!(
        found(&Value::Object(defaults)),
        "warning image-not-pinned $.image; warning over-usual-maximum $.diskGB"
    );
}

#[test]
fn the_limits_of_the_schema_are_those_that_are_checked() {
    for (key, schema) in schema()["properties"].as_object().into_iter().flatten() {
        assert!(schema["description"].as_str().is_some_and(|text| text.ends_with('.')), "{key}");
        if schema["type"] == "integer" {
            let rules = |value: f64| found(&Value::Object(Map::from_iter([(key.clone(), json!(value))])));
            let (Some(minimum), Some(maximum)) = (schema["minimum"].as_f64(), schema["maximum"].as_f64()) else {
                panic!("{key}")
            };
            for (value, allowed) in [(minimum - 1.0, false), (minimum, true), (maximum, true), (maximum + 1.0, false)] {
                assert_eq!(!rules(value).contains("error"), allowed, "{key} {value}");
            }
        }
    }
}
