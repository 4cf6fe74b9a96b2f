//! Sessions, pools and contexts.

use host_tests::{KEY, context};
use sandbox_host::{Context, Credential, Spec};

use super::{Case, shown, spec};

pub fn sessions() -> Vec<Case> {
    let ids = [
        "sess-42".to_owned(),
        "0".to_owned(),
        "Sess__42!".to_owned(),
        "--a--".to_owned(),
        "---".to_owned(),
        " ".to_owned(),
        "a b\tc".to_owned(),
        "line\nbreak\r\n".to_owned(),
        "\u{1}\u{1f}\u{7f}\u{85}".to_owned(),
        r#"a"b\c'd`e$f"#.to_owned(),
        "\\ud800\\u0041".to_owned(),
        "a/b?c=d&e#f%2F+;".to_owned(),
        "../../etc".to_owned(),
        "日本".to_owned(),
        "Ünï-Cödé".to_owned(),
        "e\u{301}-é".to_owned(),
        "İSTANBUL ıß".to_owned(),
        "🦀-👩‍👩‍👧‍👦".to_owned(),
        "a\u{2028}b\u{2029}c\u{feff}".to_owned(),
        "\u{d7ff}\u{e000}\u{ffff}\u{10ffff}".to_owned(),
        "__proto__".to_owned(),
        "null".to_owned(),
        "6F9619FF-8B86-D011-B42D-00CF4FC964FF".to_owned(),
        "x".repeat(32),
        "x".repeat(33),
        format!("{}-yyy", "x".repeat(31)),
        format!("{}é{}", "x".repeat(31), "y".repeat(5)),
        "日".repeat(300),
        String::new(),
        "\0".to_owned(),
    ];
    let case = |id: String| Case::new(format!("session \"{}\"", shown(&id)), Spec::new(id));
    let mut cases: Vec<Case> = ids.into_iter().map(case).collect();
    for pool in ["p", "日本", "a\0b", " ", "a/b?c", "POOL-1", "\u{2028}\"\\", ""] {
        let mut case = Case::new(format!("pool id \"{}\"", shown(pool)), spec(|_| ()));
        case.context.pool_id = pool.to_owned();
        cases.push(case);
    }
    cases
}

/// A pool of its configuration alone, as its text.
fn pool(title: &str, config: &str) -> Case {
    let context = Context::new("pool-1").with_config(config).with_credential(Credential::new(KEY.to_owned()));
    Case { title: format!("{title}: {}", shown(config)), context, spec: spec(|_| ()) }
}

fn in_context(title: &str, change: impl FnOnce(&mut Context)) -> Case {
    let mut context = context();
    change(&mut context);
    Case { title: title.to_owned(), context, spec: spec(|_| ()) }
}

fn credential(change: impl FnOnce(&mut Credential)) -> Option<Credential> {
    let mut credential = Credential::new(KEY.to_owned());
    change(&mut credential);
    Some(credential)
}

pub fn pools() -> Vec<Case> {
    let snapshot = r#""snapshot":"worker-1""#;
    vec![
        pool("no configuration", ""),
        pool("an empty object", "{}"),
        pool("null for everything", r#"{"image":null,"command":null,"cpu":null,"labels":null,"snapshot":null,"user":null}"#),
        pool("space around it", "\n {\t\"diskGB\" : 3 }\r\n"),
        pool("a byte order mark", "\u{feff}{\"diskGB\":3}"),
        pool("a doubled key", r#"{"diskGB":3,"user":"first","user":"last"}"#),
        pool("a doubled key whose last value is null", r#"{"diskGB":3,"user":"first","user":null}"#),
        pool("a key with an escape in it", r#"{"d\u0069skGB":3,"us\u0065r":"agent"}"#),
        pool("a key that is not known", r#"{"diskGB":3,"colour":"blue"}"#),
        pool("a value of the wrong type", r#"{"diskGB":"3"}"#),
        pool("a user with odd letters", r#"{"user":"\u00e9\ud83e\udd80 \"x\"\\\n$y\u2028"}"#),
        pool("a user as raw UTF-8", "{\"user\":\"é🦀\u{2028}\u{7f}\"}"),
        pool("a URL with a slash at its end", r#"{"daytonaApiUrl":"https://daytona.example/api/"}"#),
        pool("a URL with several", r#"{"daytonaApiUrl":"https://daytona.example/api///"}"#),
        pool("a URL with a port and a deep path", r#"{"daytonaApiUrl":"https://daytona.example:8443/a/b/api"}"#),
        pool("a URL with the usual port", r#"{"daytonaApiUrl":"https://daytona.example:443/api"}"#),
        pool("a URL in upper case", r#"{"daytonaApiUrl":"HTTPS://Daytona.EXAMPLE/API"}"#),
        pool("a URL without a path", r#"{"daytonaApiUrl":"https://daytona.example"}"#),
        pool("a URL of plain http", r#"{"daytonaApiUrl":"http://localhost:3000/api"}"#),
        pool("a URL of an address", r#"{"daytonaApiUrl":"http://127.0.0.1:3000/api"}"#),
        pool("a URL of an IPv6 address", r#"{"daytonaApiUrl":"http://[::1]:3000/api"}"#),
        pool("a URL with escapes", r#"{"daytonaApiUrl":"https:\/\/daytona.example\/\u0061pi"}"#),
        pool("a URL with percent signs", r#"{"daytonaApiUrl":"https://daytona.example/a%20b/api"}"#),
        pool("where the toolbox may be", r#"{"daytonaApiUrl":"https://other.example/api","toolboxUrl":"https://proxy.daytona.example"}"#),
        pool("where the toolbox may not be", r#"{"daytonaApiUrl":"https://other.example/api"}"#),
        Case::new("a snapshot", spec(|_| ())).in_pool(snapshot),
        Case::new("a snapshot with odd letters", spec(|_| ())).in_pool(r#""snapshot":"a/b:1 \u00e9\ud83e\udd80\"\\""#),
        Case::new("a snapshot and all else that may stand beside it", spec(|spec| {
            spec.env.push("TOKEN", "t");
            spec.labels.push("tier", "gold");
            spec.resources.timeout_sec = Some(61);
            spec.max_duration_sec = Some(3_600);
            spec.region = Some("eu".to_owned());
        }))
        .in_pool(r#""snapshot":"worker-1","user":"agent","target":"us","labels":{"team":"core"},"autoArchiveMinutes":9,"autoDeleteMinutes":8"#),
        Case::new("a snapshot beside an image", spec(|spec| spec.image = Some("a:1".to_owned()))).in_pool(snapshot),
        Case::new("a snapshot beside a command", spec(|spec| spec.command = Some(vec!["a".to_owned()]))).in_pool(snapshot),
        Case::new("a snapshot beside a size", spec(|spec| spec.resources.disk_mb = Some(1))).in_pool(snapshot),
        Case::new("everything at once", spec(|spec| {
            spec.image = Some("ghcr.io/acme/agent:1.2".to_owned());
            spec.command = Some(["run", "two words", "é\n\"x\""].map(str::to_owned).to_vec());
            spec.env = [("TOKEN", "t"), ("EMPTY", "")].into_iter().collect();
            spec.labels.push("tier", "gold");
            spec.resources.vcpu = Some(2);
            spec.resources.memory_mb = Some(4_097);
            spec.resources.disk_mb = Some(6_144);
            spec.resources.timeout_sec = Some(601);
            spec.max_duration_sec = Some(3_600);
            spec.region = Some("eu".to_owned());
        }))
        .in_pool(
            r#""image":"pool:1","command":["pool"],"cpu":1,"memoryGB":1,"diskGB":5,"target":"us","user":"agent","labels":{"team":"core"},"maxLifetimeMinutes":9,"autoArchiveMinutes":9,"autoDeleteMinutes":8,"keepAlive":"poll""#,
        ),
        in_context("no organization of the platform", |context| context.organization_id = None),
        in_context("an odd organization of the platform", |context| {
            context.organization_id = Some("örg \"1\"\\\n🦀\u{2028}".to_owned());
        }),
        in_context("an empty organization of the platform", |context| context.organization_id = Some(String::new())),
        in_context("a credential with its organization", |context| {
            context.credential = credential(|credential| credential.organization_id = Some("org-c".to_owned()));
        }),
        in_context("a credential with its URL", |context| {
            context.credential = credential(|credential| credential.api_url = Some("https://key.example/v1/api/".to_owned()));
        }),
        in_context("an extension that is not known", |context| context.extensions.push("colour", "blue")),
        in_context("no credential", |context| context.credential = None),
        in_context("the key in the session's environment", |_| ()).with_key_in_env(),
    ]
}

impl Case {
    fn with_key_in_env(mut self) -> Self {
        self.spec.env.push("KEY", KEY);
        self
    }
}
