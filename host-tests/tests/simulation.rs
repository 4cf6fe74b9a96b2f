//! The three promises, held against thousands of simulated sessions; and the simulation itself, held against what is
//! broken on purpose.

use fake_daytona::Generation;
use host_tests::sim::{Cuts, Plan, Sabotage, many, run};

/// All cores: the rest of the machine has nothing else to do.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Runs plans until one breaks this promise.
fn is_noticed(sabotage: Sabotage, promise: &str) {
    let noticed = (1..400).find(|seed| {
        let report = run(Plan::draw(*seed), sabotage);
        report.violations.iter().any(|violation| violation.promise == promise)
    });
    assert!(noticed.is_some(), "{sabotage:?} breaks the promise `{promise}`, and nothing was noticed");
}

#[test]
fn two_thousand_sessions_on_servers_of_every_generation_keep_every_promise() {
    let sum = many(1, 2_000, threads(), &Cuts::default(), Sabotage::Nothing);
    assert!(sum.broken.is_empty(), "{sum}");
    assert_eq!(sum.generations.len(), Generation::ALL.len());
    assert!(sum.sessions >= 2_000 && sum.faults > 1_000 && sum.crashes > 500, "{sum}");
}

#[test]
fn the_same_number_tells_the_same_story() {
    for seed in 1..30 {
        let story = |_| run(Plan::draw(seed), Sabotage::Nothing).journal;
        let [first, second] = [0, 1].map(story).map(|journal| format!("{journal:?}"));
        assert!(first == second, "seed {seed}");
    }
}

#[test]
fn what_is_left_out_of_a_plan_changes_nothing_about_the_rest() {
    let whole = Plan::draw(7);
    let cut = Plan::draw(7).cut(&Cuts { keep: Some(vec![1]), ..Cuts::default() });
    assert_eq!(format!("{:?}", cut.sessions[0]), format!("{:?}", whole.sessions[1]));
}

#[test]
fn a_busy_refusal_taken_for_an_accepted_end_is_noticed() {
    is_noticed(Sabotage::BusyIsAccepted, "end");
}

#[test]
fn names_that_do_not_arrive_are_noticed() {
    is_noticed(Sabotage::NamesAreLost, "once");
}

#[test]
fn trouble_taken_for_proof_of_absence_is_noticed() {
    is_noticed(Sabotage::TroubleIsGone, "proof");
}

#[test]
fn sandboxes_that_never_become_idle_are_noticed() {
    is_noticed(Sabotage::NeverIdle, "leak");
}
