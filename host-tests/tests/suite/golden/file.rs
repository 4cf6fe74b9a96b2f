//! A golden file: written once, compared ever after.

use std::fmt::Write as _;
use std::path::PathBuf;

use host_tests::{KEY, Recorded, bench};
use sandbox_host::{CallError, Handle};
use similar::TextDiff;

/// Set in the environment, it makes the tests write the files instead of comparing them.
const REGENERATE: &str = "REGENERATE_GOLDEN_FILES";

/// Stands for the version of the provider, which differs from release to release.
const VERSION: &str = "{version}";

/// The text of a file as the component under test makes it.
pub struct Golden {
    name: &'static str,
    text: String,
    version: String,
}

impl Golden {
    pub async fn new(name: &'static str) -> Self {
        let version = bench([]).provider.describe().await.expect("a descriptor").version;
        Self { name, text: String::new(), version }
    }

    pub fn title(&mut self, title: &str) {
        let gap = if self.text.is_empty() { "" } else { "\n" };
        let _ = writeln!(self.text, "{gap}## {title}");
    }

    pub fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{line}");
    }

    /// Method, address and body; a Dockerfile in it as Daytona reads it, and what it is called.
    pub fn request(&mut self, request: &Recorded) {
        let (method, uri) = (&request.method, &request.uri);
        self.line(&format!("{method} {uri}"));
        if request.body.is_empty() {
            return;
        }
        let label = |version: &str| format!(r#""rensei.dev/provider-version":"{version}""#);
        self.line(&request.body.replace(&label(&self.version), &label(VERSION)));
        let body: serde_json::Value = serde_json::from_str(&request.body).expect("a body of JSON");
        if let Some(dockerfile) = body["buildInfo"]["dockerfileContent"].as_str() {
            assert!(dockerfile.is_ascii() && dockerfile.ends_with('\n'), "{dockerfile:?}");
            for line in dockerfile.lines() {
                self.line(&format!("  | {line}"));
            }
        }
    }

    /// All headers in order of their names. Lengths are held to the body, because the version's is in them.
    pub fn headers(&mut self, request: &Recorded) {
        let mut lines = Vec::new();
        for (name, value) in &request.headers {
            let value = value.to_str().expect("a header of ASCII");
            let value = match name.as_str() {
                "content-length" => {
                    assert_eq!(value, request.body.len().to_string(), "{} {}", request.method, request.uri);
                    "{length}".to_owned()
                }
                _ => value
                    .replace(KEY, "{key}")
                    .replace(&format!("provider/{}", self.version), &format!("provider/{VERSION}")),
            };
            lines.push(format!("  {name}: {value}"));
        }
        lines.sort();
        lines.iter().for_each(|line| self.line(line));
    }

    /// A handle with its facts, or what a refusal is branched on. Messages are for people and may change.
    pub fn outcome(&mut self, outcome: Result<Handle, CallError>) {
        match outcome {
            Ok(handle) => {
                self.line(&format!("handle {} {}", handle.provider_id, handle.external_id));
                for (key, value) in handle.metadata.iter() {
                    self.line(&format!("  {key}: \"{}\"", super::shown(value)));
                }
            }
            Err(error) => {
                let error = host_tests::reported::<()>(Err(error));
                let detail = |key| super::shown(error.details.get(key).unwrap_or("-"));
                self.line(&format!("refused {}, rule {}, path {}", error.code, detail("rule"), detail("path")));
            }
        }
    }

    /// Holds the text against the file.
    ///
    /// # Panics
    /// With every line that differs.
    pub fn compare(self) {
        let path =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/golden").join(self.name).with_extension("txt");
        if std::env::var_os(REGENERATE).is_some_and(|value| value == "1") {
            std::fs::write(&path, &self.text).expect("the golden file can be written");
            return;
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if expected != self.text {
            let difference = TextDiff::from_lines(&expected, &self.text);
            let shown = difference.unified_diff().context_radius(3).header("as it has to be", "as it is").to_string();
            let (name, first) = (self.name, first_difference(&expected, &self.text));
            panic!("fixtures/golden/{name}.txt differs ({REGENERATE}=1 writes it anew)\n{first}\n{shown}");
        }
    }
}

/// Where two texts begin to differ: lines are too long to find it by eye.
fn first_difference(expected: &str, found: &str) -> String {
    let common = expected.chars().zip(found.chars()).take_while(|(expected, found)| expected == found).count();
    let before = common.saturating_sub(40);
    let part = |text: &str| text.chars().skip(before).take(100).collect::<String>();
    format!("first as it has to be: {:?}\n          and as it is: {:?}", part(expected), part(found))
}
