//! What becomes of programs: their codes, their output, their ends, and that each runs once.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::super::Program;
use super::super::reply::Standing;
use super::machine::{Machine, READERS, told, verdict};

fn script(text: &str) -> [String; 3] {
    ["sh", "-c", text].map(str::to_owned)
}

fn program(argv: &[String]) -> Program<'_> {
    Program { argv, env: &[], directory: None }
}

fn run(machine: &Machine, text: &str) -> super::super::reply::Told {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    machine.exec(&format!("run-{}", COUNT.fetch_add(1, Ordering::Relaxed)), &program(&script(text)))
}

/// Waits until something is so, for what runs in the background.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::yield_now();
    }
}

/// Whether a process whose number a file has is there, and more than a zombie.
fn lives(file: &str) -> bool {
    let pid = fs::read_to_string(file).unwrap_or_default();
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

#[test]
fn exit_codes_and_both_streams_are_told() {
    for machine in Machine::all() {
        let seen = run(&machine, "echo out; echo err >&2; exit 3");
        assert_eq!(seen.standing, Standing::Ended(3));
        assert_eq!((seen.stdout.text.as_str(), seen.stderr.text.as_str()), ("out\n", "err\n"));
        assert_eq!(run(&machine, "kill -KILL $$").standing, Standing::Ended(137));
        assert_eq!(run(&machine, "kill -TERM $$").stderr.text, "");
        let missing = ["no-such-program".to_owned()];
        let seen = machine.exec("missing", &program(&missing));
        assert_eq!(seen.standing, Standing::Ended(127));
        assert!(seen.stderr.text.contains("no-such-program"), "{seen:?}");
        let no_program = ["/etc/passwd".to_owned()];
        assert_eq!(machine.exec("no program", &program(&no_program)).standing, Standing::Ended(126));
    }
}

#[test]
fn standard_input_is_empty_and_the_mask_of_files_is_the_images() {
    for machine in Machine::all() {
        assert_eq!(run(&machine, "cat; umask").stdout.text.trim_start_matches('0'), "22\n");
    }
}

#[test]
fn output_is_bounded_and_the_code_is_kept() {
    for machine in Machine::all() {
        let argv = script("head -c 5000000 /dev/zero | tr '\\0' x; echo e >&2; exit 7");
        let seen = told(&machine.start("1", "exec", 1000, "20", &program(&argv)));
        assert_eq!((seen.standing, seen.stdout.text.as_str()), (Standing::Ended(7), "x".repeat(1000).as_str()));
        assert!(seen.stdout.size > seen.limit && seen.stdout.size < 5000, "{:?}", seen.stdout.size);
        assert_eq!((seen.stderr.text.as_str(), seen.stderr.size), ("e\n", 2));
    }
}

#[test]
fn a_timeout_ends_all_that_was_started_though_it_ignores_requests_to_end() {
    for machine in Machine::all() {
        let file = format!("{}/child", machine.root());
        let text = format!("trap '' TERM; (trap '' TERM; sh -c 'echo $$ >{file}; exec sleep 60'); sleep 60");
        let argv = script(&text);
        let seen = told(&machine.start("1", "exec", 1000, "0.5", &program(&argv)));
        assert_eq!(seen.standing, Standing::TimedOut);
        assert!(!lives(&file));
        // One that minds is ended at once.
        let begun = Instant::now();
        let argv = ["sleep".to_owned(), "60".to_owned()];
        let seen = told(&machine.start("2", "exec", 1000, "0.2", &program(&argv)));
        assert_eq!(seen.standing, Standing::TimedOut);
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn what_is_left_running_in_the_background_neither_holds_the_call_nor_is_ended_with_it() {
    for machine in Machine::all() {
        let file = format!("{}/child", machine.root());
        let begun = Instant::now();
        let seen = run(
            &machine,
            &format!("sh -c 'echo $$ >{file}; exec sleep 30' & until [ -s {file} ]; do :; done; echo hi"),
        );
        assert_eq!((seen.standing, seen.stdout.text.as_str()), (Standing::Ended(0), "hi\n"));
        assert!(begun.elapsed() < Duration::from_secs(20));
        assert!(lives(&file));
        let pid = fs::read_to_string(&file).expect("a number");
        let killed = std::process::Command::new("kill").arg(pid.trim()).status();
        assert!(killed.is_ok_and(|status| status.success()));
    }
}

#[test]
fn a_command_that_arrives_twice_runs_once_and_both_get_its_result() {
    for machine in Machine::all() {
        let file = format!("{}/runs", machine.root());
        let argv = script(&format!("echo run >>{file}; sleep 0.3; echo done; exit 4"));
        let line = std::thread::scope(|scope| {
            let machine = &machine;
            let line = program(&argv).line([super::machine::MARK, "d", "x", "exec", "1000", "20", "20"]);
            let execute = machine.executor(&line);
            let both = [scope.spawn(execute.clone()), scope.spawn(execute)];
            for reply in both {
                let seen = told(&reply.join().expect("a reply"));
                assert_eq!((seen.standing, seen.stdout.text.as_str()), (Standing::Ended(4), "done\n"));
            }
            line
        });
        // Also long after.
        assert_eq!(told(&machine.execute(&line)).stdout.text, "done\n");
        assert_eq!(fs::read_to_string(&file).ok().as_deref(), Some("run\n"));
    }
}

#[test]
fn of_many_launches_of_one_id_one_starts_and_another_command_under_it_is_told() {
    for machine in Machine::all() {
        let file = format!("{}/runs", machine.root());
        let argv = script(&format!("echo run >>{file}; exec sleep 30"));
        let line = |digest| program(&argv).line([super::machine::MARK, "d", digest, "launch", "1000", "0", "20"]);
        let execute = machine.executor(&line("x"));
        let verdicts = std::thread::scope(|scope| {
            let all: Vec<_> = (0..20).map(|_| scope.spawn(execute.clone())).collect();
            all.into_iter().map(|one| verdict(&one.join().expect("a reply"))).collect::<Vec<_>>()
        });
        assert_eq!(verdicts.iter().filter(|verdict| *verdict == "new").count(), 1, "{verdicts:?}");
        assert_eq!(verdicts.iter().filter(|verdict| *verdict == "again").count(), 19, "{verdicts:?}");
        assert_eq!(verdict(&machine.execute(&line("y"))), "other");
        until("it runs", || Path::new(&file).exists());
        assert_eq!(fs::read_to_string(&file).ok().as_deref(), Some("run\n"));
        assert_eq!(machine.look(), "end 1 0 -");
        // A restart ends it, and the same id starts anew.
        machine.restart();
        assert_eq!(machine.look(), "end 0 0 -");
        assert_eq!(verdict(&machine.execute(&line("x"))), "new");
        until("it runs again", || fs::read_to_string(&file).is_ok_and(|runs| runs == "run\nrun\n"));
        let _ = machine.execute(&super::machine::kill_line("d"));
    }
}

#[test]
fn a_launched_program_is_read_from_where_the_last_read_ended_without_cutting_characters() {
    for machine in Machine::all() {
        let go = format!("{}/go", machine.root());
        let argv =
            script(&format!("printf 日本; echo e >&2; until [ -e {go} ]; do sleep 0.05; done; echo end; exit 5"));
        assert_eq!(verdict(&machine.start("p", "launch", 1 << 20, "0", &program(&argv))), "new");
        until("it has written", || machine.read("p", (0, 0), 100).stderr.text == "e\n");
        let mut first = machine.read("p", (0, 0), 4);
        assert_eq!((first.standing, first.stdout.bytes, first.stderr.bytes), (Standing::Running, 4, 0));
        first.stdout.complete_characters();
        assert_eq!((first.stdout.text.as_str(), first.stdout.bytes, first.stdout.size), ("日", 3, 6));
        let second = machine.read("p", (3, 0), 100);
        assert_eq!((second.stdout.text.as_str(), second.stderr.text.as_str()), ("本", "e\n"));
        fs::write(&go, "").expect("a file");
        until("it ends", || machine.read("p", (6, 2), 100).standing == Standing::Ended(5));
        let last = machine.read("p", (6, 2), 100);
        assert_eq!((last.stdout.text.as_str(), last.stderr.text.as_str()), ("end\n", ""));
        // Beyond the end there is nothing.
        let beyond = machine.read("p", (99, 99), 100);
        assert_eq!((beyond.stdout.bytes, beyond.stderr.bytes), (0, 0));
        assert_eq!(machine.look(), "end 0 1 5");
        let of_another_run = told(&machine.read_of_run("p", (3, 1), 100, "1"));
        let of_this_one = machine.read("p", (0, 0), 100);
        assert_eq!(of_another_run, of_this_one);
        assert_eq!(verdict(&machine.read_raw("unknown", (0, 0), 9)), "unknown");
    }
}

#[test]
fn killing_ends_the_whole_group_and_is_told_only_once_it_has_ended() {
    for machine in Machine::all() {
        let file = format!("{}/child", machine.root());
        let text = format!("trap '' TERM; sh -c 'echo $$ >{file}; exec sleep 60' & wait; sleep 60");
        let argv = script(&text);
        assert_eq!(verdict(&machine.start("p", "launch", 1000, "0", &program(&argv))), "new");
        until("it runs", || lives(&file));
        assert_eq!(machine.kill("p"), "end ended");
        assert!(!lives(&file));
        assert_eq!(machine.read("p", (0, 0), 9).standing, Standing::Ended(137));
        assert_eq!((machine.kill("p"), machine.kill("unknown")), ("end ended".to_owned(), "unknown".to_owned()));
    }
}

#[test]
fn what_an_ended_program_left_behind_can_be_killed_as_well() {
    for machine in Machine::all() {
        let file = format!("{}/child", machine.root());
        let argv = script(&format!("sh -c 'echo $$ >{file}; exec sleep 60' & until [ -s {file} ]; do :; done"));
        assert_eq!(verdict(&machine.start("p", "launch", 1000, "0", &program(&argv))), "new");
        until("it ends", || machine.read("p", (0, 0), 9).standing == Standing::Ended(0));
        assert!(lives(&file));
        assert_eq!(machine.kill("p"), "end ended");
        assert!(!lives(&file));
    }
}

#[test]
fn a_launched_program_whose_time_is_up_is_ended() {
    let machine = Machine::new(READERS[0], "dash");
    let argv = ["sleep".to_owned(), "60".to_owned()];
    assert_eq!(verdict(&machine.start("p", "launch", 1000, "0.2", &program(&argv))), "new");
    until("it ends", || machine.read("p", (0, 0), 9).standing == Standing::TimedOut);
}
