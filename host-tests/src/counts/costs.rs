//! What was written down: per function, what it cost in 0.2.0 and what it cost last.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Failure;

/// Where it is written down.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/counts/costs.json");

/// How many more instructions than what is written down are let pass, in percent: what a new compiler may move.
const TOLERANCE: u64 = 2;

/// What one call of a function costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The function, and what is special of this call.
    pub name: String,
    /// Wasm instructions.
    pub instructions: u64,
    /// Calls to the host by interface.
    pub host_calls: BTreeMap<String, u64>,
}

impl Function {
    /// Calls to the host in all.
    pub fn all_host_calls(&self) -> u64 {
        self.host_calls.values().sum()
    }

    /// Calls to the host's interfaces of one package, for example `io/`.
    pub fn host_calls_of(&self, package: &str) -> u64 {
        self.host_calls.iter().filter(|(interface, _)| interface.starts_with(package)).map(|(_, calls)| calls).sum()
    }

    fn cost(&self) -> Cost {
        Cost { instructions: self.instructions, host_calls: self.all_host_calls() }
    }
}

/// A cost as it is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cost {
    pub instructions: u64,
    pub host_calls: u64,
}

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line {
    function: String,
    /// In version 0.2.0, which was written for size; absent of what came later.
    #[serde(rename = "v0.2.0", default, skip_serializing_if = "Option::is_none")]
    before: Option<Cost>,
    last: Cost,
}

/// All that is written down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Costs(Vec<Line>);

impl Costs {
    /// What is written down: nothing where there is no file yet.
    ///
    /// # Errors
    /// When the file cannot be read, or is no such file.
    pub fn read() -> Result<Self, Failure> {
        match std::fs::read(FILE) {
            Ok(text) => Ok(serde_json::from_slice(&text).map_err(|problem| format!("{FILE}: {problem}"))?),
            Err(problem) if problem.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(problem) => Err(format!("{FILE}: {problem}").into()),
        }
    }

    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self) -> Result<(), Failure> {
        Ok(std::fs::write(FILE, format!("{}\n", serde_json::to_string_pretty(self)?))?)
    }

    /// The same with what was counted now as the last costs.
    pub fn accept(&self, now: &[Function]) -> Self {
        let line = |function: &Function| Line {
            function: function.name.clone(),
            before: self.before(&function.name),
            last: function.cost(),
        };
        Self(now.iter().map(line).collect())
    }

    /// What a function cost in version 0.2.0.
    pub fn before(&self, function: &str) -> Option<Cost> {
        self.line(function)?.before
    }

    fn line(&self, function: &str) -> Option<&Line> {
        self.0.iter().find(|line| line.function == function)
    }

    /// Every function that costs more than is written down, or of which nothing is, in words.
    pub fn exceeded(&self, now: &[Function]) -> Vec<String> {
        let mut exceeded = Vec::new();
        for function in now {
            let (name, cost) = (&function.name, function.cost());
            let Some(Line { last, .. }) = self.line(name) else {
                exceeded.push(format!("{name}: nothing is written down"));
                continue;
            };
            let most = last.instructions + last.instructions * TOLERANCE / 100;
            if cost.instructions > most {
                let (now, last) = (cost.instructions, last.instructions);
                exceeded.push(format!("{name}: {now} instructions, over {TOLERANCE} % more than {last}"));
            }
            if cost.host_calls > last.host_calls {
                exceeded.push(format!("{name}: {} host calls, more than {}", cost.host_calls, last.host_calls));
            }
        }
        let gone = self.0.iter().filter(|line| !now.iter().any(|function| function.name == line.function));
        exceeded.extend(gone.map(|line| format!("{}: it is written down, and was not counted", line.function)));
        exceeded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &str, instructions: u64, host_calls: u64) -> Function {
        let host_calls = [("io/poll".to_owned(), host_calls)].into();
        Function { name: name.to_owned(), instructions, host_calls }
    }

    fn costs() -> Costs {
        let before = Some(Cost { instructions: 3_000, host_calls: 9 });
        Costs(vec![Line { function: "status".to_owned(), before, last: Cost { instructions: 1_000, host_calls: 5 } }])
    }

    #[test]
    fn two_percent_more_instructions_are_let_pass_and_no_host_call_more() {
        assert_eq!(costs().exceeded(&[function("status", 1_020, 5)]), [""; 0]);
        assert_eq!(costs().exceeded(&[function("status", 1, 0)]), [""; 0]);
        let exceeded = costs().exceeded(&[function("status", 1_021, 6)]);
        let expected = ["status: 1021 instructions, over 2 % more than 1000", "status: 6 host calls, more than 5"];
        assert_eq!(exceeded, expected);
    }

    #[test]
    fn a_function_that_is_only_on_one_side_is_told() {
        let exceeded = costs().exceeded(&[function("locate", 1, 1)]);
        let expected = ["locate: nothing is written down", "status: it is written down, and was not counted"];
        assert_eq!(exceeded, expected);
    }

    #[test]
    fn accepting_keeps_what_a_function_cost_before() {
        let accepted = costs().accept(&[function("status", 2_000, 7), function("new", 1, 1)]);
        assert_eq!(accepted.before("status"), Some(Cost { instructions: 3_000, host_calls: 9 }));
        assert_eq!(accepted.before("new"), None);
        assert_eq!(accepted.exceeded(&[function("status", 2_000, 7), function("new", 1, 1)]), [""; 0]);
    }
}
