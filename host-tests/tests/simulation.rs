//! The three promises, held against thousands of simulated sessions; and the simulation itself, held against what is
//! broken on purpose.

use fake_daytona::Generation;
use host_tests::sim::{Cuts, Features, Plan, Sabotage, many, run};

/// All cores: the rest of the machine has nothing else to do.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Plans in which sessions run commands and workers and make snapshots, without new faults.
fn busy(seed: u64) -> Plan {
    Plan::plain(seed).with_tasks()
}

/// Runs plans until one breaks one of these promises.
fn is_noticed(sabotage: Sabotage, promises: &[&str]) {
    is_noticed_in(Plan::draw, sabotage, promises);
}

fn is_noticed_in(draw: fn(u64) -> Plan, sabotage: Sabotage, promises: &[&str]) {
    let noticed = (1..400).find(|seed| {
        let report = run(draw(*seed), sabotage);
        report.violations.iter().any(|violation| promises.contains(&violation.promise))
    });
    assert!(noticed.is_some(), "{sabotage:?} breaks one of the promises {promises:?}, and nothing was noticed");
}

#[test]
fn the_component_gives_every_promise_that_is_held_against_it() {
    let features = run(Plan::draw(1), Sabotage::Nothing).features;
    assert_eq!(features, Features { adoption: true, keep_alive: true, inventory: true });
}

/// Three of four organizations with the new faults, the fourth with the first release that is replaced by today's.
#[test]
fn two_thousand_sessions_on_servers_of_every_generation_keep_every_promise() {
    let sum = many(Plan::draw, 1, 2_000, threads(), &Cuts::default(), Sabotage::Nothing);
    assert!(sum.broken.is_empty(), "{sum}");
    assert_eq!(sum.generations.len(), Generation::ALL.len());
    assert!(sum.sessions >= 2_000 && sum.faults > 1_000 && sum.crashes > 500, "{sum}");
}

#[test]
fn the_same_number_tells_the_same_story() {
    for seed in 1..30 {
        let journal_of = |_| run(Plan::draw(seed), Sabotage::Nothing).journal;
        let [first, second] = [0, 1].map(journal_of).map(|journal| format!("{journal:?}"));
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
fn new_faults_change_nothing_about_the_plan_that_they_are_added_to() {
    for seed in 1..50 {
        let mut cut = Plan::odd(seed).cut(&Cuts { without: Cuts::odd_words().collect(), ..Cuts::default() });
        assert!(std::mem::take(&mut cut.oddities.drawn), "seed {seed}");
        assert_eq!(format!("{cut:?}"), format!("{:?}", Plan::plain(seed)), "seed {seed}");
    }
}

#[test]
fn most_plans_have_new_faults_and_the_others_begin_with_the_first_release() {
    let drawn = (1..400).filter(|seed| Plan::draw(*seed).oddities.drawn).count();
    assert!((250..350).contains(&drawn), "{drawn} of 399");
    let swaps = |seed: &u64| {
        let plan = Plan::draw(*seed);
        !plan.oddities.drawn && plan.sessions.iter().any(|session| session.swap.is_some())
    };
    assert!((1..100).filter(swaps).count() > 10);
}

#[test]
fn the_same_number_tells_the_same_story_with_new_faults() {
    for seed in 1..20 {
        let journal_of = |_| run(Plan::odd(seed), Sabotage::Nothing).journal;
        let [first, second] = [0, 1].map(journal_of).map(|journal| format!("{journal:?}"));
        assert!(first == second, "seed {seed}");
    }
}

#[test]
fn a_busy_refusal_taken_for_an_accepted_end_is_noticed() {
    is_noticed(Sabotage::BusyIsAccepted, &["end"]);
}

#[test]
fn names_that_do_not_arrive_are_noticed() {
    is_noticed(Sabotage::NamesAreLost, &["once", "locate", "agree"]);
}

#[test]
fn trouble_taken_for_proof_of_absence_is_noticed() {
    is_noticed(Sabotage::TroubleIsGone, &["proof"]);
}

#[test]
fn sandboxes_that_never_become_idle_are_noticed() {
    is_noticed(Sabotage::NeverIdle, &["leak", "kept"]);
}

#[test]
fn a_pool_without_keep_alive_is_noticed() {
    is_noticed(Sabotage::KeepAliveOff, &["killed"]);
}

#[test]
fn a_sandbox_of_another_specification_that_is_taken_all_the_same_is_noticed() {
    is_noticed(Sabotage::DigestsAgree, &["spec"]);
}

#[test]
fn a_platform_that_says_it_knows_nothing_is_noticed() {
    is_noticed(Sabotage::NothingIsKnown, &["asked"]);
}

#[test]
fn what_nobody_cleans_up_is_noticed() {
    is_noticed(Sabotage::NobodyCleans, &["left"]);
}

#[test]
fn a_key_that_gets_into_a_body_is_noticed() {
    is_noticed(Sabotage::KeyLeaks, &["secret"]);
}

#[test]
fn a_strangers_sandbox_that_is_taken_for_ours_is_noticed() {
    is_noticed(Sabotage::EverythingIsOurs, &["ours", "strangers"]);
}

#[test]
fn a_create_that_is_told_as_refused_and_was_done_is_noticed() {
    is_noticed(Sabotage::DoneButRefused, &["honest"]);
}

#[test]
fn a_kept_look_up_that_is_taken_for_proof_of_absence_is_noticed() {
    is_noticed_in(Plan::odd, Sabotage::ListsAreEmpty, &["locate"]);
}

#[test]
fn a_working_agent_that_is_said_to_have_ended_is_noticed() {
    is_noticed(Sabotage::AgentsHaveEnded, &["agent"]);
}

#[test]
fn an_ended_agent_that_is_kept_alive_is_noticed() {
    is_noticed(Sabotage::AgentsNeverEnd, &["kept"]);
}

#[test]
fn a_page_that_is_taken_for_an_accepted_end_is_noticed() {
    is_noticed_in(Plan::odd, Sabotage::PagesAreAnswers, &["end"]);
}

#[test]
fn dates_that_are_behind_and_believed_are_noticed() {
    is_noticed_in(Plan::odd, Sabotage::DatesAgree, &["killed"]);
}

#[test]
fn a_copy_that_is_taken_for_the_session_is_noticed() {
    is_noticed_in(Plan::odd, Sabotage::CopiesAreOurs, &["strangers", "ours"]);
}

#[test]
fn a_key_of_another_organization_that_is_believed_is_noticed() {
    is_noticed_in(Plan::odd, Sabotage::OrganizationsAgree, &["proof"]);
}

#[test]
fn an_exit_code_that_a_hard_stop_left_behind_and_is_believed_is_noticed() {
    is_noticed_in(Plan::odd, Sabotage::StartsAreForgotten, &["agent"]);
}

#[test]
fn what_is_done_in_sessions_changes_nothing_about_the_sessions() {
    for seed in 1..50 {
        let (busy, plain) = (busy(seed), Plan::plain(seed));
        let told = |plan: &Plan| format!("{:?}", &plan.sessions[..plain.sessions.len()]);
        assert_eq!(told(&busy), told(&plain), "seed {seed}");
        assert!(busy.tasks.drawn, "seed {seed}");
    }
}

#[test]
fn the_same_number_tells_the_same_story_of_what_is_done_in_sessions() {
    for seed in 1..10 {
        let journal_of = |_| run(Plan::odd(seed).with_tasks(), Sabotage::Nothing).journal;
        let [first, second] = [0, 1].map(journal_of).map(|journal| format!("{journal:?}"));
        assert!(first == second, "seed {seed}");
    }
}

#[test]
fn three_hundred_sessions_that_run_commands_and_workers_and_make_snapshots_keep_every_promise() {
    let sum = many(busy, 1, 300, threads(), &Cuts::default(), Sabotage::Nothing);
    assert!(sum.broken.is_empty(), "{sum}");
    assert!(sum.programs > 100, "{sum}");
}

#[test]
fn a_command_that_runs_twice_is_noticed() {
    is_noticed_in(busy, Sabotage::DirectoriesAreForgotten, &["twice"]);
}

#[test]
fn a_worker_that_is_not_written_down_is_noticed() {
    is_noticed_in(busy, Sabotage::LaunchesAreUnlabelled, &["agent", "killed"]);
}

#[test]
fn a_finished_worker_that_is_kept_by_being_watched_is_noticed() {
    is_noticed_in(busy, Sabotage::WatchingIsActivity, &["kept"]);
}

#[test]
fn output_that_is_read_twice_is_noticed() {
    is_noticed_in(busy, Sabotage::ReadsGoBack, &["bytes"]);
}

#[test]
fn a_worker_that_is_said_to_be_ended_and_runs_is_noticed() {
    is_noticed_in(busy, Sabotage::KillsAreLost, &["kill"]);
}

#[test]
fn a_capture_that_is_said_to_be_there_and_is_not_is_noticed() {
    is_noticed_in(busy, Sabotage::CapturesAreThere, &["capture"]);
}
