//! Environment, labels, sizes and times.

use sandbox_host::Spec;

use super::{Case, spec};

/// Texts that something on their way could take for something else.
const ODD: [(&str, &str); 16] = [
    ("empty", ""),
    ("a space", " "),
    ("spaces at both ends", "  a  "),
    ("quotes", r#""a" 'b' `c`"#),
    ("backslashes", "\\a\\\\b\\"),
    ("line breaks and a tab", "a\nb\r\nc\td"),
    ("control characters", "\u{1}\u{8}\u{c}\u{1b}\u{1f}\u{7f}\u{80}\u{9f}"),
    ("dollars", "$HOME ${HOME} $(id) $$"),
    ("spelt escapes", "\\u0041\\ud800\\n%00&amp;"),
    ("letters beyond ASCII", "äöü ß é e\u{301} 日本語 א"),
    ("emoji", "🦀👩‍👩‍👧‍👦🇩🇪"),
    ("separators of lines and paragraphs", "\u{2028}\u{2029}"),
    ("marks that are not seen", "\u{feff}\u{200b}\u{202e}\u{a0}"),
    ("the edges of the surrogates and of Unicode", "\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}"),
    ("JSON", r#"{"a":[1,null,"b"]}"#),
    ("markup and slashes", "</script> a/b http://x/?y=z&a#b"),
];

fn with_env(title: impl Into<String>, pairs: &[(&str, &str)]) -> Case {
    Case::new(format!("environment with {}", title.into()), spec(|spec| spec.env = pairs.iter().copied().collect()))
}

pub fn environments() -> Vec<Case> {
    let mut cases = vec![with_env("nothing", &[])];
    cases.extend(ODD.map(|(title, text)| with_env(format!("a value: {title}"), &[("A", text)])));
    cases.extend(ODD.map(|(title, text)| with_env(format!("a name: {title}"), &[(text, "a")])));
    cases.extend([
        with_env("two that are not in order", &[("B", "1"), ("A", "2")]),
        with_env("the same two in order", &[("A", "2"), ("B", "1")]),
        with_env("a doubled name", &[("A", "first"), ("B", "between"), ("A", "last")]),
        with_env("a name three times", &[("A", "1"), ("A", "2"), ("A", "3")]),
        with_env("a doubled name whose last value is empty", &[("A", "1"), ("A", "")]),
        with_env("names that differ in case", &[("path", "1"), ("PATH", "2"), ("Path", "3")]),
        with_env("names that differ in composition", &[("é", "1"), ("e\u{301}", "2")]),
        with_env("names of JavaScript's", &[("__proto__", "1"), ("constructor", "2"), ("1", "3"), ("0", "4")]),
        with_env("a long value", &[("A", &"x".repeat(1_500))]),
        with_env("a long value beyond ASCII", &[("A", &"é🦀".repeat(150))]),
        with_env("a long name", &[(&"N".repeat(300), "a")]),
        with_env("a name with =", &[("A=B", "1")]),
        with_env("NUL in a value", &[("A", "\0")]),
        with_env("NUL in a name", &[("A\0", "1")]),
    ]);
    let many: Vec<(String, String)> = (0..60).map(|n| (format!("N{}", (n * 37) % 60), n.to_string())).collect();
    cases.push(Case::new("environment with sixty names", spec(|spec| spec.env = many.into_iter().collect())));
    cases
}

fn with_labels(title: impl Into<String>, pairs: &[(&str, &str)]) -> Case {
    Case::new(format!("labels with {}", title.into()), spec(|spec| spec.labels = pairs.iter().copied().collect()))
}

pub fn labels() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    cases.extend(ODD.map(|(title, text)| with_labels(format!("a value: {title}"), &[("team", text)])));
    cases.extend(ODD.map(|(title, text)| with_labels(format!("a name: {title}"), &[(text, "a")])));
    cases.extend(ODD.map(|(title, text)| {
        let pool = serde_json::json!({"team": text}).to_string();
        Case::new(format!("labels of the pool with a value: {title}"), spec(|_| ()))
            .in_pool(&format!(r#""labels":{pool}"#))
    }));
    cases.extend([
        with_labels("a doubled name", &[("a", "1"), ("b", "2"), ("a", "3")]),
        with_labels(
            "names that resemble the reserved prefix",
            &[("rensei.dev", "1"), ("RENSEI.DEV/pool", "2"), ("xrensei.dev/pool", "3")],
        ),
        with_labels("a reserved name", &[("rensei.dev/session", "1")]),
        with_labels("names of JavaScript's", &[("__proto__", "1"), ("10", "2"), ("2", "3")]),
        with_labels("the pool's over the session's", &[("tier", "session"), ("own", "1")])
            .in_pool(r#""labels":{"team":"core","tier":"pool","z":""}"#),
        Case::new("labels of the pool that are doubled", spec(|_| ())).in_pool(r#""labels":{"a":"1","b":"2","a":"3"}"#),
        Case::new("labels of the pool with escapes", spec(|_| ()))
            .in_pool(r#""labels":{"\u00e9\ud83e\udd80":"\"\\\/\b\f\n\r\t\u2028\u007f"}"#),
    ]);
    cases
}

/// A resource of every number, in MiB where it has a unit.
fn resource(name: &str, set: fn(&mut Spec, u32), numbers: &[u32]) -> Vec<Case> {
    let case = |number: &u32| Case::new(format!("{name} {number}"), spec(|spec| set(spec, *number)));
    numbers.iter().map(case).collect()
}

pub fn sizes() -> Vec<Case> {
    const MIB: [u32; 11] = [0, 1, 512, 1_023, 1_024, 1_025, 2_048, 3_000, 10_240, 10_241, 16_777_216];
    let all = |spec: &mut Spec| {
        spec.resources.vcpu = Some(2);
        spec.resources.memory_mb = Some(4_097);
        spec.resources.disk_mb = Some(6_144);
        spec.region = Some("eu".to_owned());
    };
    let pool = r#""cpu":1,"memoryGB":3,"diskGB":5,"target":"us""#;
    let mut cases = resource("vcpu", |spec, number| spec.resources.vcpu = Some(number), &[0, 1, 2, 4, 64, 1_024]);
    cases.extend(resource("memory-mb", |spec, number| spec.resources.memory_mb = Some(number), &MIB));
    cases.extend(resource("disk-mb", |spec, number| spec.resources.disk_mb = Some(number), &MIB));
    cases.extend(resource("gpu", |spec, number| spec.resources.gpu = Some(number), &[0, 1]));
    cases.extend([
        Case::new("all sizes of the session", spec(all)),
        Case::new("all sizes of the pool", spec(|_| ())).in_pool(pool),
        Case::new("all sizes of the session over the pool's", spec(all)).in_pool(pool),
        Case::new("cores of the session, the rest of the pool", spec(|spec| spec.resources.vcpu = Some(9)))
            .in_pool(pool),
        Case::new("sizes of the pool as whole fractions", spec(|_| ()))
            .in_pool(r#""cpu":2.0,"memoryGB":3e0,"diskGB":50E-1"#),
        Case::new("large sizes of the pool", spec(|_| ())).in_pool(r#""cpu":1024,"diskGB":16384"#),
    ]);
    let region = |text: &str| Case::new(format!("region {text:?}"), spec(|spec| spec.region = Some(text.to_owned())));
    cases.extend(["eu", "us-east-1", "", " ", "日本", "a\"b\\c\n", "\0"].map(region));
    cases.push(Case::new("region of the pool", spec(|_| ())).in_pool(r#""target":"\u65e5 \"us\"""#));
    cases
}

pub fn times() -> Vec<Case> {
    const DAY: u32 = 86_400;
    let mut cases = resource(
        "timeout-sec",
        |spec, number| spec.resources.timeout_sec = Some(number),
        &[0, 1, 59, 60, 61, 119, 120, 121, 1_799, 1_800, 1_801, 3_600, DAY, 30 * DAY],
    );
    let duration = |spec: &mut Spec, number| spec.max_duration_sec = Some(number);
    cases.extend(resource("max-duration-sec", duration, &[0, 1, 59, 60, 61, 3_600, 7 * DAY, 30 * DAY, 365 * DAY]));
    let pool = |more: &str| Case::new(format!("pool with {more}"), spec(|_| ())).in_pool(more);
    cases.extend([
        pool(r#""maxLifetimeMinutes":1"#),
        pool(r#""maxLifetimeMinutes":10080"#),
        pool(r#""autoArchiveMinutes":1"#),
        pool(r#""autoArchiveMinutes":43200"#),
        pool(r#""autoArchiveMinutes":10,"autoDeleteMinutes":5"#),
        pool(r#""maxLifetimeMinutes":9,"autoArchiveMinutes":9,"autoDeleteMinutes":8"#),
        Case::new("max-duration-sec over the pool's maxLifetimeMinutes", spec(|spec| duration(spec, 601)))
            .in_pool(r#""maxLifetimeMinutes":9"#),
        Case::new(
            "timeout-sec and max-duration-sec together",
            spec(|spec| {
                spec.resources.timeout_sec = Some(90);
                duration(spec, 91);
            }),
        ),
    ]);
    cases
}
