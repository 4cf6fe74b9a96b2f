//! Whatever the words, variables and directory of a program are, it gets them unchanged.

use super::super::Program;
use super::super::reply::Standing;
use super::machine::{Machine, READERS, Reader, SHELLS};

/// Vectors for each reader of the line.
const VECTORS: u64 = 2_000;

/// One in so many is not only read, but run as well.
const RUN: usize = 40;

/// One in so many has a long word.
const LONG: u64 = 50;
const LONG_BYTES: usize = 100_000;

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn word(&mut self) -> String {
        const PIECES: [&str; 40] = [
            "'",
            "\"",
            "\\",
            "$",
            "`",
            "$HOME",
            "$(id)",
            "${x}",
            "\n",
            "\r",
            "\t",
            " ",
            "!",
            "!!",
            "#",
            "&",
            "|",
            ";",
            "<",
            ">",
            "*",
            "?",
            "[",
            "]",
            "{a,b}",
            "~",
            "=",
            "-",
            "--",
            "%s",
            "\\n",
            "'\"'\"'",
            "\"'\"'\"",
            "é",
            "日本",
            "🦀",
            "\u{1}",
            "\u{7f}",
            "\u{1b}[0m",
            "\u{85}",
        ];
        let mut word = String::new();
        for _ in 0..self.below(9) {
            match self.below(4) {
                0 => word.extend(char::from_u32(1 + self.below(0x2fff) as u32)),
                1 => word.push(char::from(b'a' + self.below(26) as u8)),
                _ => word.push_str(PIECES[self.below(PIECES.len() as u64) as usize]),
            }
        }
        word
    }

    fn words(&mut self) -> Vec<String> {
        (0..self.below(7)).map(|_| self.word()).collect()
    }
}

fn vectors() -> Vec<Vec<String>> {
    let mut numbers = Numbers(42);
    let vector = |index| {
        let mut words = numbers.words();
        if index % LONG == 0 {
            words.push(numbers.word().repeat(LONG_BYTES).chars().take(LONG_BYTES / 4).collect());
        }
        words
    };
    (0..VECTORS).map(vector).collect()
}

/// A program that writes each of its words, with a NUL after it.
fn echo(words: &[String]) -> Vec<String> {
    ["printf", "%s\\0"].map(str::to_owned).into_iter().chain(words.iter().cloned()).collect()
}

/// Runs something on each of these at the same time.
fn each<T: Copy + Send>(these: &[T], action: impl Fn(T) + Sync) {
    let action = &action;
    std::thread::scope(|scope| {
        these.iter().for_each(|this| {
            let this = *this;
            scope.spawn(move || action(this));
        })
    });
}

#[test]
fn two_thousand_random_vectors_reach_the_shell_unchanged_through_every_reader() {
    let vectors = vectors();
    each(&READERS, |reader| {
        let machine = Machine::recording(reader);
        for (index, words) in vectors.iter().enumerate() {
            let argv = echo(words);
            let program = Program { argv: &argv, env: &[], directory: Some("it's") };
            let read = machine.execute(&program.line(["mark", "$x"]));
            let read: Vec<&[u8]> = read.split(|byte| *byte == 0).collect();
            let full = argv.iter().filter(|word| !word.is_empty());
            let rest = ["sh", "start", "mark", "$x", "./it's"].into_iter().chain(full.map(String::as_str)).chain([""]);
            let rest: Vec<&[u8]> = rest.map(str::as_bytes).collect();
            assert!(read.get(2..) == Some(&rest), "{reader:?}, vector {index}");
        }
    });
}

#[test]
fn random_vectors_with_empty_words_and_long_ones_are_run_as_they_are_by_every_shell() {
    let vectors = vectors();
    let readers = READERS.map(|reader| (reader, SHELLS[0]));
    let shells = SHELLS.map(|sh| (Reader::Splitter, sh));
    each(&[&readers[..], &shells[1..]].concat(), |(reader, sh)| {
        let machine = Machine::new(reader, sh);
        for (index, words) in vectors.iter().enumerate().step_by(RUN) {
            let argv = echo(words);
            let told = machine.exec(&index.to_string(), &Program { argv: &argv, env: &[], directory: None });
            // Without a word, printf writes one that is empty.
            let expected: String = words.iter().map(|word| format!("{word}\0")).collect();
            let expected = if words.is_empty() { "\0".to_owned() } else { expected };
            let context = format!("{reader:?} and {sh}, vector {index}");
            assert_eq!((told.standing, told.stderr.text.as_str()), (Standing::Ended(0), ""), "{context}");
            assert!(told.stdout.text == expected, "{context}: {} bytes", told.stdout.text.len());
        }
    });
}

#[test]
fn variables_have_the_values_that_they_were_given_whatever_they_mean_to_a_shell() {
    let pairs = [
        ("A", "it's\n$HOME \"x\""),
        ("EMPTY", ""),
        ("_", "under"),
        ("SHLVL", "40"),
        ("UID", "7"),
        ("PPID", "8"),
        ("OPTIND", "x"),
        ("RANDOM", "r"),
        ("SECONDS", "s"),
        ("IFS", "a"),
        ("LC_ALL", "no_such"),
        ("PWD", "/nowhere"),
        ("A", "the last counts"),
    ];
    let env = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    for (index, program) in [&["cat", "/proc/self/environ"][..], &["cat", "/proc/self/environ", ""]].iter().enumerate()
    {
        let argv: Vec<String> = program.iter().map(|word| (*word).to_owned()).collect();
        for machine in Machine::all() {
            let told = machine.exec(&index.to_string(), &Program { argv: &argv, env: &env, directory: None });
            let seen: Vec<&str> = told.stdout.text.split('\0').collect();
            for (name, value) in &pairs[1..] {
                assert!(seen.contains(&format!("{name}={value}").as_str()), "{name}: {seen:?}");
            }
            assert!(!seen.iter().any(|variable| variable.starts_with("A=it's")), "{seen:?}");
        }
    }
}

#[test]
fn a_program_whose_name_is_like_a_variable_is_run_and_not_set() {
    let env = [("A".to_owned(), "1".to_owned())];
    for machine in Machine::all() {
        let name = format!("{}/a=b", machine.root());
        std::fs::copy("/usr/bin/env", &name).expect("a program");
        let argv = [name, "-u".to_owned(), "PATH".to_owned()];
        let told = machine.exec("1", &Program { argv: &argv, env: &env, directory: None });
        assert!(told.stdout.text.lines().any(|line| line == "A=1"), "{told:?}");
    }
}

#[test]
fn a_directory_is_taken_literally_and_a_missing_one_is_told() {
    for machine in Machine::all() {
        let odd = format!("{}/it's $HOME\n -", machine.root());
        std::fs::create_dir_all(&odd).expect("a directory");
        let argv = ["pwd".to_owned()];
        let told = machine.exec("1", &Program { argv: &argv, env: &[], directory: Some(&odd) });
        assert_eq!(told.stdout.text, format!("{odd}\n"));
        let nowhere = Program { argv: &argv, env: &[], directory: Some("nowhere") };
        let reply = machine.start("2", "exec", 9, "9", &nowhere);
        assert_eq!(super::machine::verdict(&reply), "no-directory");
    }
}

#[test]
fn what_no_kernel_starts_is_found_before_it_is_sent() {
    let text = |text: &str| text.to_owned();
    let flaws = |argv: &[String], env: &[(String, String)], directory| {
        let flaws = Program { argv, env, directory }.flaws();
        flaws.into_iter().map(|flaw| format!("{} {}", flaw.rule, flaw.path)).collect::<Vec<_>>()
    };
    let fine = [text("a"), "x".repeat(131_071)];
    assert_eq!(flaws(&fine, &[(text("_A1"), "x".repeat(131_067))], Some("/")), [""; 0]);
    for (argv, expected) in [
        (vec![], "empty-command argv"),
        (vec![text("")], "empty-command argv[0]"),
        (vec![text("-x")], "program-name argv[0]"),
        (vec![text("a"), text("b\0")], "nul-byte argv[1]"),
        (vec![text("a"), "x".repeat(131_072)], "too-large argv[1]"),
        (vec!["x".repeat(131_000); 15], "too-large argv"),
        ([vec![text("a")], vec![text(""); 60_000]].concat(), "too-large argv"),
    ] {
        assert_eq!(flaws(&argv, &[], None), [expected]);
    }
    for (name, value, expected) in [
        ("", text("x"), "env-name env[0]"),
        ("1A", text("x"), "env-name env[0]"),
        ("A-B", text("x"), "env-name env[0]"),
        ("A=B", text("x"), "env-name env[0]"),
        ("Ä", text("x"), "env-name env[0]"),
        ("A", text("\0"), "nul-byte env[0]"),
        ("A", "x".repeat(131_070), "too-large env[0]"),
    ] {
        assert_eq!(flaws(&fine, &[(text(name), value)], None), [expected]);
    }
    assert_eq!(flaws(&fine, &[], Some("")), ["empty-value working-directory"]);
    assert_eq!(flaws(&fine, &[], Some("a\0b")), ["nul-byte working-directory"]);
}
