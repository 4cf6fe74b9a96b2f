//! Images and commands.

use super::{Case, spec};

fn command(title: &str, words: &[&str]) -> Case {
    let words = words.iter().map(|&word| word.to_owned()).collect();
    Case::new(format!("command with {title}"), spec(|spec| spec.command = Some(words)))
}

pub fn commands() -> Vec<Case> {
    vec![
        command("one word", &["run"]),
        command("empty words after the first", &["run", "", ""]),
        command("spaces and a tab", &["run it", " a  b ", "\t"]),
        command("quotes of all kinds", &["sh", "-c", r#"echo "a" 'b' `c` ’d’ «e»"#]),
        command("backslashes", &["\\", "C:\\new\\table", "\\\\server", "ends in one\\"]),
        command("escapes that are only spelt", &["\\n", "\\u0041", "\\x41", "\\\"", "%0A", "&quot;"]),
        command("spelt lone surrogates", &["\\ud800", "\\uDFFF", "\\ud83e\\udd80", "\\\\ud800"]),
        command("dollars", &["$HOME", "${HOME}", "$$", "$(id)", "\\$HOME", "$1", "${A:-\"b\"}"]),
        command("line breaks", &["a\nb", "a\r\nb", "a\rb", "\n", "ends in one\n"]),
        command(
            "text that looks like instructions",
            &["run", "x\nRUN evil\nFROM other", "# syntax=evil", "# escape=`"],
        ),
        command(
            "control characters",
            &["\u{1}", "\u{7}\u{8}\u{b}\u{c}\u{1b}[31m", "\u{1f}\u{7f}", "\u{80}\u{85}\u{9f}"],
        ),
        command("letters beyond ASCII", &["é", "ß", "Ω", "я", "א", "ا", "ไ", "日本語", "한국어"]),
        command("one letter composed and decomposed", &["é", "e\u{301}"]),
        command("emoji", &["🦀", "👩‍👩‍👧‍👦", "🇩🇪", "❤️", "👍🏽"]),
        command("separators of lines and paragraphs", &["a\u{2028}b\u{2029}c"]),
        command("spaces that are not ASCII", &["\u{a0}", "\u{2003}", "\u{3000}", "\u{200b}", "\u{feff}a"]),
        command("marks of direction", &["\u{202e}txt.exe", "\u{2066}a\u{2069}", "\u{200f}"]),
        command("characters around the surrogates", &["\u{d7ff}", "\u{e000}", "\u{fffd}", "\u{fffe}", "\u{ffff}"]),
        command("the first and the last beyond 16 bits", &["\u{10000}", "\u{10ffff}", "\u{1f600}"]),
        command(
            "the word that Daytona looks for",
            &["ENTRYPOINT", "xENTRYPOINTx", "ENTRYPOINTENTRYPOINT", "\\ENTRYPOINT"],
        ),
        command(
            "the same word in other spellings",
            &["entrypoint", "Entrypoint", "ENTRYENTRYPOINTPOINT", "\\u0045NTRYPOINT"],
        ),
        command("the other word that Daytona looks for", &["CMD", "run", "[\"a\"]", "CMD [\"a\"]"]),
        command("JSON in a word", &["run", r#"{"a":["b",1,null]}"#, "[]", "]", "\",\""]),
        command("markup", &["</script>", "<!--", "a/b", "&amp;", "<>"]),
        command("a long word", &[&"x".repeat(1_500)]),
        command("a long word beyond ASCII", &[&"é🦀".repeat(200)]),
        command("many words", &["a"; 200]),
        command("nothing at all", &[]),
        command("an empty first word", &["", "run"]),
        command("NUL", &["run\0"]),
        Case::new("the pool's command", spec(|_| ()))
            .in_pool(r#""command":["pool","two words","\u00e9\ud83e\udd80\u2028$x\\"]"#),
        Case::new("the session's command over the pool's", spec(|spec| spec.command = Some(vec!["mine".to_owned()])))
            .in_pool(r#""command":["pool"]"#),
        Case::new("neither image nor command", spec(|_| ())),
    ]
}

const SHA256: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

pub fn images() -> Vec<Case> {
    let digest = format!("ghcr.io/acme/worker@sha256:{SHA256}");
    let both = format!("ghcr.io/acme/worker:1.2.3@sha256:{SHA256}");
    let sha512 = format!("acme/worker@sha512:{SHA256}{SHA256}");
    let unknown = format!("acme/worker@x+y.z-a_b:{}", SHA256.to_uppercase());
    let short = "acme/worker@sha256:0123".to_owned();
    let long = format!("acme/{}:1", "a".repeat(200));
    let tag = format!("acme/worker:{}", "t".repeat(128));
    let references = [
        "ubuntu",
        "ubuntu:22.04",
        "acme/worker",
        "acme/worker:latest",
        "localhost:5000/worker:1",
        "REGISTRY.Example.COM/a/b:T_1.x-Y",
        "[2001:db8::1]:5000/a:1",
        "a__b/c.d/e-f/g---h:1",
        "10.0.0.1/a:1",
        &digest,
        &both,
        &sha512,
        &unknown,
        &long,
        &tag,
    ];
    let refused = [
        "",
        " ",
        "a b",
        "a:1\n",
        "a\nRUN x",
        "a:é",
        "日本:1",
        "Acme/Worker:1",
        "a:1#x",
        "a:$TAG",
        "a:\"1\"",
        "a\\b",
        "https://ghcr.io/a:1",
        "a/ENTRYPOINT:1",
        "a:ENTRYPOINT",
        "a:",
        "a@",
        "/a",
        "a/",
        &short,
    ];
    let case =
        |image: &&str| Case::new(format!("image {image:?}"), spec(|spec| spec.image = Some((*image).to_owned())));
    let mut cases: Vec<Case> = references.iter().chain(&refused).map(case).collect();
    cases.push(Case::new("the pool's image", spec(|_| ())).in_pool(r#""image":"pool/worker:1""#));
    cases.push(Case::new("the pool's image by digest", spec(|_| ())).in_pool(&format!(r#""image":"{digest}""#)));
    cases.push(
        Case::new("the session's image over the pool's", spec(|spec| spec.image = Some("mine:1".to_owned())))
            .in_pool(r#""image":"pool/worker:1""#),
    );
    cases
}
