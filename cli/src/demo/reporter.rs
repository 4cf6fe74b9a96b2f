//! Tells a scene while it plays, or collects it for machines.

use std::time::Instant;

use sandbox_host::{CallError, Handle, State};
use serde_json::{Value, json};

use super::stage::Stage;
use super::wire::Exchange;
use crate::failure::Failure;
use crate::layout::{columns, seconds};
use crate::out;
use crate::output::print_json;
use crate::style::{Style, clean};

const WIDTH: usize = 78;

pub struct Reporter {
    style: Style,
    /// For machines: nothing is said until the end.
    json: bool,
    component: Value,
    scenes: Vec<Value>,
    steps: Vec<Value>,
    begun: Instant,
    step_begun: Instant,
    last: Option<String>,
    looks: usize,
    /// Requests of all looks.
    asked: usize,
}

impl Reporter {
    pub fn new(json: bool) -> Self {
        let now = Instant::now();
        Self {
            style: Style::stdout(),
            json,
            component: Value::Null,
            scenes: Vec::new(),
            steps: Vec::new(),
            begun: now,
            step_begun: now,
            last: None,
            looks: 0,
            asked: 0,
        }
    }

    fn line(&self, text: &str) {
        if !self.json {
            // A demo that nobody sees plays on: the last line says whether it could be shown.
            let _ = out::line(text);
        }
    }

    /// What plays here.
    pub async fn opening(&mut self, stage: &Stage) -> Result<(), Failure> {
        let said = stage.provider.describe().await?;
        let info = stage.provider.info();
        self.component =
            json!({ "id": said.id, "version": said.version, "size": info.size, "sha256": info.digest_hex() });
        let style = self.style;
        self.line(&style.bold("A session's life on Daytona, as a platform sees it through this component."));
        self.line("The component, the host and the HTTP client are the real ones. The Daytona is a");
        self.line("fake inside this process: no account is needed, and nothing leaves the machine.");
        let rows = [
            ("component", format!("{} {}, {} bytes of WebAssembly", clean(&said.id), clean(&said.version), info.size)),
            ("may call", "the Daytona of its pool, and nothing else: no files, no sockets".to_owned()),
        ];
        self.line("");
        self.line(columns(style, &rows).trim_end());
        Ok(())
    }

    /// A new scene begins.
    pub fn scene(&mut self, name: &str, what: &str, stage: &Stage) {
        self.steps.clear();
        self.scenes.push(json!({ "scene": name, "generation": stage.fake.generation().to_string(), "url": stage.url }));
        let title = match name {
            "failures" | "processes" => what.to_owned(),
            _ => format!("dialect {name}: {what}"),
        };
        let rule = "─".repeat(WIDTH.saturating_sub(title.chars().count() + 4));
        self.line(&format!("\n{} {} {}", self.style.dim("──"), self.style.bold(&title), self.style.dim(&rule)));
        if name != "failures" {
            self.line(&self.style.dim(format!("   {}", stage.url)));
        }
    }

    /// A call begins: what would be typed, and why.
    pub fn call(&mut self, words: &str, why: &str) {
        self.step_begun = Instant::now();
        self.last = None;
        (self.looks, self.asked) = (0, 0);
        self.steps.push(json!({ "call": words, "requests": [], "states": [] }));
        self.keep();
        let verb = words.split_once(' ').map_or((words, ""), |(verb, rest)| (verb, rest));
        let why = if why.is_empty() { String::new() } else { self.style.dim(format!("  {why}")) };
        let rest = if verb.1.is_empty() { String::new() } else { format!(" {}", verb.1) };
        self.line(&format!("\n{}{rest}{why}", self.style.bold(self.style.busy(verb.0))));
    }

    /// What went over the wire, one line each.
    pub fn wire(&mut self, stage: &Stage) {
        for exchange in self.note(stage) {
            self.line(&self.exchange(&exchange, ""));
        }
    }

    /// A state was returned: what was sent for it, and what it says, where it is new.
    pub fn state(&mut self, stage: &Stage, state: &State) {
        self.looks += 1;
        let exchanges = self.note(stage);
        self.asked += exchanges.len();
        let words = format!("{} {} {}", state.status, state.phase, state.provider_state);
        if self.last.as_ref() == Some(&words) {
            return;
        }
        self.last = Some(words);
        let mut said = json!({ "status": state.status, "phase": state.phase, "providerState": state.provider_state });
        said["atMillis"] = json!(u64::try_from(self.step_begun.elapsed().as_millis()).unwrap_or(u64::MAX));
        self.push("states", said);
        let mut text = self.style.status(state.status, format!("{:<12}", state.status.as_str()));
        if state.phase.as_str() != state.status.as_str() {
            text.push_str(&format!(" {}", state.phase));
        }
        if !state.provider_state.is_empty() && state.provider_state != state.phase.as_str() {
            text.push_str(&self.style.dim(format!("  \"{}\"", clean(&state.provider_state))));
        }
        let Some((last, before)) = exchanges.split_last() else { return };
        for exchange in before {
            self.line(&self.exchange(exchange, ""));
        }
        self.line(&self.exchange(last, &text));
    }

    /// A snapshot was looked at: what was sent for it and how far it is, where that is new.
    pub fn snapshot(&mut self, stage: &Stage, is_new: bool, phase: &str) {
        let exchanges = self.note(stage);
        if is_new && let Some(last) = exchanges.last() {
            self.push("said", phase.into());
            self.line(&self.exchange(last, phase));
        }
    }

    /// What a program wrote.
    pub fn output(&mut self, text: &str) {
        self.push("output", text.into());
        for line in text.lines() {
            self.line(&format!("          {}", clean(line)));
        }
    }

    /// How many looks it took.
    pub fn looks(&self) {
        if self.looks > 1 {
            let each = if self.asked == self.looks { ", one request each" } else { "" };
            self.line(&self.style.dim(format!("          {} looks{each}", self.looks)));
        }
    }

    /// One more remark on the call.
    pub fn say(&mut self, text: &str) {
        self.push("said", text.into());
        self.line(&format!("          {}", self.style.good(clean(text))));
    }

    /// What Daytona made of a provision.
    pub fn made(&mut self, stage: &Stage, handle: &Handle) {
        self.push("handle", serde_json::to_value(handle).unwrap_or_default());
        let Some(made) = stage.fake.sandbox(&handle.external_id) else { return };
        let command = clean(&made.entrypoint.join(" "));
        let mut rows = vec![("sandbox", clean(&made.created_name))];
        match &made.dockerfile {
            Some(dockerfile) => {
                rows.extend(dockerfile.lines().zip(["runs", ""]).map(|(line, name)| (name, clean(line))));
            }
            None => rows.extend([
                ("image", clean(made.snapshot.as_deref().unwrap_or_default())),
                ("command", if made.entrypoint.is_empty() { "none" } else { &command }.to_owned()),
            ]),
        }
        rows.push(("may idle", format!("{} minutes, then it stops", made.auto_stop_interval)));
        for line in columns(self.style, &rows).lines() {
            self.line(&format!("        {line}"));
        }
    }

    /// The call failed, as it should: the error with its remedy.
    pub fn refusal(&mut self, stage: &Stage, error: Option<CallError>) -> Result<(), Failure> {
        self.wire(stage);
        let Some(error) = error else {
            return Err(Failure::host("The demo's Daytona accepted what it should refuse, which is a defect."));
        };
        let failure = Failure::from(error);
        self.push("error", failure.to_json()["error"].clone());
        for line in failure.to_text(self.style).lines() {
            self.line(&format!("          {line}"));
        }
        Ok(())
    }

    /// What the server has at the end of a scene.
    pub fn ground_truth(&mut self, stage: &Stage) {
        let all = stage.fake.sandboxes();
        let requests = stage.fake.requests().len();
        let histories: Vec<Vec<&str>> = all
            .iter()
            .map(|sandbox| {
                let mut states = sandbox.states();
                // A changed wish is a moment of its own, with the same word.
                states.dedup();
                states
            })
            .collect();
        if let Some(scene) = self.scenes.last_mut() {
            scene["truth"] = json!({
                "created": all.len(), "alive": stage.alive(), "requests": requests, "histories": histories,
            });
        }
        let counts = format!("created {}, alive {}, {requests} requests", all.len(), stage.alive());
        let mut rows = vec![("in the end", format!("{}, as Daytona's server has it", self.style.good(counts)))];
        let mut name = "it has been";
        for history in &histories {
            for line in wrap(history) {
                rows.push((name, line));
                name = "";
            }
        }
        self.line("");
        self.line(columns(self.style, &rows).trim_end());
    }

    /// The end: what to do next, or everything as one JSON value.
    pub fn closing(&mut self) -> Result<(), Failure> {
        if self.json {
            return print_json(&json!({ "component": self.component, "scenes": self.scenes }));
        }
        let style = self.style;
        let rows = [
            ("took", seconds(self.begun.elapsed())),
            ("on yours", "export DAYTONA_API_KEY=…".to_owned()),
            ("", "sandbox-host provision --session my-first --handle-out handle.json".to_owned()),
            ("and then", "sandbox-host --help".to_owned()),
        ];
        out::line(format!("\n{}\n{}", style.dim("─".repeat(WIDTH)), columns(style, &rows).trim_end()))?;
        Ok(())
    }

    fn exchange(&self, exchange: &Exchange, meaning: &str) -> String {
        let at = exchange.begun.saturating_duration_since(self.step_begun);
        let status = match exchange.status {
            Some(status @ 200..=299) => self.style.good(status),
            Some(status) => self.style.warning(status),
            None => self.style.bad("---"),
        };
        let (method, path) = (&exchange.method, format!("{:<32}", short(&exchange.path)));
        format!("{}  {method:<6} {path} {status}  {meaning}", self.style.dim(format!("{:>8}", seconds(at))))
            .trim_end()
            .to_owned()
    }

    /// Takes what was recorded into the step.
    fn note(&mut self, stage: &Stage) -> Vec<Exchange> {
        let exchanges = stage.exchanges();
        for exchange in &exchanges {
            self.push("requests", serde_json::to_value(exchange).unwrap_or_default());
        }
        exchanges
    }

    fn push(&mut self, member: &str, value: Value) {
        let Some(step) = self.steps.last_mut() else { return };
        match step.get_mut(member).and_then(Value::as_array_mut) {
            Some(list) => list.push(value),
            None => step[member] = value,
        }
        self.keep();
    }

    fn keep(&mut self) {
        if let Some(scene) = self.scenes.last_mut() {
            scene["steps"] = Value::Array(self.steps.clone());
        }
    }
}

/// Ids of 36 characters are cut to their first eight, so that a line stays a line.
fn short(path: &str) -> String {
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    let path = path
        .split('/')
        .map(|segment| match segment.get(..8) {
            Some(start) if segment.len() >= 24 => format!("{start}…"),
            _ => segment.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("/");
    // A value that would not fit on the line says nothing to a reader.
    match query.split_once('=') {
        Some((name, value)) if value.len() >= 24 => format!("{path}{name}=…"),
        _ => path + query,
    }
}

/// States with arrows between, in lines that fit.
fn wrap(states: &[&str]) -> Vec<String> {
    let mut lines = vec![String::new()];
    for (index, state) in states.iter().enumerate() {
        let word = if index == 0 { (*state).to_owned() } else { format!(" → {state}") };
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last + word.chars().count() > WIDTH - 16 {
            lines.push(format!("→ {state}"));
        } else if let Some(line) = lines.last_mut() {
            line.push_str(&word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{short, wrap};

    #[test]
    fn ids_in_paths_are_cut_and_everything_else_is_not() {
        assert_eq!(short("/api/sandbox/2752acb4-993b-4bc3-810c-dbeb5fd8992c/stop"), "/api/sandbox/2752acb4…/stop");
        assert_eq!(short("/api/sandbox"), "/api/sandbox");
        assert_eq!(short("/w/2752acb4-993b-4bc3-810c-dbeb5fd8992c?force=true"), "/w/2752acb4…?force=true");
        assert_eq!(short("/w?labels=%7B%22rensei.dev%2Fmanaged-by%22%3A%22"), "/w?labels=…");
    }

    #[test]
    fn a_long_history_is_broken_into_lines() {
        assert_eq!(wrap(&["creating", "started"]), ["creating → started"]);
        let lines = wrap(&["building_snapshot"; 6]);
        assert!(lines.len() > 1 && lines.iter().all(|line| line.chars().count() <= 62), "{lines:?}");
    }
}
