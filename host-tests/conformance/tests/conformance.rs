//! The suite itself: the component passes it, every expectation can fail, and the neutral part is neutral.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sandbox_conformance::data::{Case, Suite};
use sandbox_conformance::judge::{judge, mutate::mutants};
use sandbox_conformance::runner::{Mode, Runner};
use sandbox_conformance::transcript::Transcript;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// What the issue asks for at least.
const FEWEST_CASES: usize = 180;

fn here(path: &str) -> PathBuf {
    Path::new(HERE).join(path)
}

fn built(name: &str, command: &str) -> PathBuf {
    let path = here("../../target/component").join(name);
    assert!(path.exists(), "{} is not there. Run `cargo xtask {command}` first.", path.display());
    path
}

fn all_cases() -> Vec<Case> {
    let directories = [here("cases/neutral"), here("cases/daytona")];
    Suite::read(&directories, &here("daytona.json")).unwrap_or_else(|error| panic!("{error}")).cases
}

fn neutral_cases() -> Vec<Case> {
    Suite::read(&[here("cases/neutral")], &here("tests/tiny.json")).unwrap_or_else(|error| panic!("{error}")).cases
}

/// The cases that fail, each with its first reason.
fn failures(cases: &[Case], transcripts: &[Transcript]) -> Vec<String> {
    let judged = cases.iter().zip(transcripts).map(|(case, transcript)| (case, judge(case, transcript)));
    judged.filter_map(|(case, problems)| Some(format!("{}: {}", case.name, problems.first()?))).collect()
}

#[test]
fn the_component_passes_every_case_and_every_changed_expectation_is_noticed() {
    let cases = all_cases();
    assert!(cases.len() >= FEWEST_CASES, "there are {} cases", cases.len());
    let transcripts = Runner::Rust(Mode::Fresh).run(&built("daytona-sandbox-provider.wasm", "build"), &cases);
    assert_eq!(failures(&cases, &transcripts), [""; 0]);

    let (mut unnoticed, mut unchanged) = (Vec::new(), Vec::new());
    for (case, transcript) in cases.iter().zip(&transcripts) {
        let mutants = mutants(case);
        if mutants.is_empty() {
            unchanged.push(case.name.as_str());
        }
        let missed = mutants.iter().filter(|(_, mutant)| judge(mutant, transcript).is_empty());
        unnoticed.extend(missed.map(|(what, _)| format!("{}: {what}", case.name)));
    }
    assert!(unnoticed.is_empty(), "expectations that hold whatever happens:\n{}", unnoticed.join("\n"));
    assert_eq!(unchanged, [""; 0], "cases that expect nothing");
}

#[test]
fn another_vendors_provider_passes_the_neutral_part_in_every_way_of_calling() {
    let cases = neutral_cases();
    for mode in [Mode::Fresh, Mode::Warm, Mode::Slot] {
        let transcripts = Runner::Rust(mode).run(&built("tiny.wasm", "guests"), &cases);
        assert_eq!(failures(&cases, &transcripts), [""; 0], "{mode:?}");
    }
}

#[test]
fn each_planted_mistake_fails_the_case_that_is_named_after_what_it_breaks() {
    let cases = neutral_cases();
    let transcripts = Runner::Rust(Mode::Fresh).run(&built("tiny-faulty.wasm", "guests"), &cases);
    let failed: BTreeSet<&str> = cases
        .iter()
        .zip(&transcripts)
        .filter(|(case, transcript)| !judge(case, transcript).is_empty())
        .map(|(case, _)| case.name.as_str())
        .collect();
    for (mistake, case) in [
        ("a trap on a wrong configuration", "check-config-of-no-json-is-a-finding"),
        ("a deadline that is not held", "silence-ends-provider.status-at-the-deadline"),
        ("the key in an error", "key-that-the-server-repeats-with-401"),
        ("an override that is merged", "provides-is-replaced-by-an-override"),
        ("a second sandbox for a session", "provisioning-again-gives-the-same-handle"),
        ("an end that a gateway proves", "provider.status-takes-no-page-with-404-for-an-answer"),
    ] {
        assert!(failed.contains(case), "{mistake} is not found by {case}, but by {failed:?}");
    }
    // What has no mistake in it passes.
    for case in
        ["describe-says-what-it-is", "unmet-names-each-missing-kind-once-in-order", "locate-of-nothing-is-nothing"]
    {
        assert!(!failed.contains(case), "{case}");
    }
}

#[test]
fn a_case_that_cannot_be_run_is_a_failure() {
    let cases = neutral_cases();
    for runner in [
        Runner::Rpc(PathBuf::from("/no/such/program")),
        Runner::External("none".to_owned(), vec!["/no/such/program".to_owned()]),
        Runner::External("silent".to_owned(), vec!["true".to_owned()]),
        Runner::Rust(Mode::Fresh),
    ] {
        let transcripts = runner.run(Path::new("/no/such/component.wasm"), &cases);
        assert_eq!(transcripts.len(), cases.len());
        assert_eq!(failures(&cases, &transcripts).len(), cases.len(), "{}", runner.name());
    }
}
