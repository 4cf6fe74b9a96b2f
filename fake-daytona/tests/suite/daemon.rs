//! The daemons of four versions, and what they run.

use fake_daytona::{Daemon, Generation, Matcher, Program, RequestAction};
use serde_json::{Value, json};

use crate::client::{Answer, Client};

const SCRIPT: &str = "(exec $session \"$@\") 2>&4";

async fn execute(client: &Client, id: &str, line: &str) -> Answer {
    let body = json!({"command": line, "timeout": 60}).to_string();
    client.send("POST", &format!("/toolbox/{id}/process/execute"), Some(body)).await
}

fn start(directory: &str, digest: &str, mode: &str, timeout: &str, words: &str) -> String {
    format!("sh -c '{SCRIPT}' sh start M {directory} {digest} {mode} 100 {timeout} 20 . {words}")
}

fn result(answer: &Answer) -> String {
    answer.body["result"].as_str().unwrap_or_default().trim().to_owned()
}

#[tokio::test(start_paused = true)]
async fn each_version_names_the_code_in_its_own_way_and_says_otherwise_that_time_is_up() {
    for (daemon, field, told) in [
        (Daemon::V0_110, "code", 408),
        (Daemon::V0_138, "exitCode", 500),
        (Daemon::V0_155, "exitCode", 408),
        (Daemon::V0_190, "exitCode", 408),
    ] {
        let client = Client::new(Generation::V0_190);
        let id = client.started(json!({"name": "a"})).await;
        client.fake.set_daemon(daemon);
        let done = execute(&client, &id, &start("d", "x", "exec", "0", "echo hi")).await;
        assert_eq!((done.status, &done.body[field]), (200, &json!(0)), "{daemon:?}");
        assert!(
            result(&done).contains("hi") && result(&done).contains("end ended 0 exit 3 3 0 0 100 "),
            "{}",
            result(&done)
        );
        let late = execute(&client, &id, &start("e", "x", "exec", "0", "sleep 600")).await;
        assert_eq!((late.status, &late.body["statusCode"]), (408, &json!(told)), "{daemon:?}");
        let version = client.send("GET", &format!("/toolbox/{id}/version"), None).await;
        assert_eq!(version.text("version"), daemon.version());
    }
}

#[tokio::test(start_paused = true)]
async fn sessions_of_the_launch_command_are_of_the_newer_daemons() {
    for (daemon, status) in [(Daemon::V0_138, 404), (Daemon::V0_155, 200)] {
        let client = Client::new(Generation::V0_190);
        let dockerfile = "FROM x:1\nENTRYPOINT [\"w\"]";
        let body = json!({"name": "a", "buildInfo": {"dockerfileContent": dockerfile}});
        let id = client.post("/sandbox", body).await.id();
        client.watch("/sandbox/a", "started").await;
        client.fake.set_daemon(daemon);
        let session = client.send("GET", &format!("/toolbox/{id}/process/session/entrypoint"), None).await;
        assert_eq!(session.status, status, "{daemon:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_that_arrives_twice_starts_its_program_once() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    client.fake.once(Matcher::any(), RequestAction::ApplyTwice);
    let done = execute(&client, &id, &start("d", "x", "exec", "0", "sleep 5")).await;
    assert!(result(&done).contains("end ended 0 exit"), "{}", result(&done));
    assert_eq!(client.fake.program_runs().len(), 1);
    let other = execute(&client, &id, &start("d", "y", "exec", "0", "sleep 5")).await;
    assert_eq!(result(&other), "M other");
}

#[tokio::test(start_paused = true)]
async fn launched_programs_run_on_are_read_looked_at_and_killed_and_a_stop_forgets_them() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    let works = Program { takes: None, stdout: "ready\n".to_owned(), ..Program::default() };
    client.fake.has_program("worker", works);
    assert_eq!(result(&execute(&client, &id, &start("d", "x", "launch", "0", "worker")).await), "M new");
    assert_eq!(result(&execute(&client, &id, &start("d", "x", "launch", "0", "worker")).await), "M again");
    let line = |words: &str| format!("sh -c 'x' sh {words}");
    assert_eq!(result(&execute(&client, &id, &line("look M -")).await), "M end 1 0 -");
    let read = execute(&client, &id, &line("read M d 2 0 3 0")).await;
    // Its offset is of another run of the sandbox, so it is told from its beginning.
    let told = read.body["result"].as_str().unwrap().to_owned();
    assert!(told.starts_with("\nM\nrea\nM\n\nM end running - - 3 6 0 0 100 "), "{told}");
    let run = told.trim_end().rsplit(' ').next().unwrap().to_owned();
    let read = execute(&client, &id, &line(&format!("read M d 2 0 3 {run}"))).await;
    assert_eq!(read.body["result"], format!("\nM\nady\nM\n\nM end running - - 3 6 0 0 100 {run}\n"));
    assert_eq!(result(&execute(&client, &id, &line("kill M d 10 10")).await), "M end ended");
    assert_eq!(result(&execute(&client, &id, &line("look M -")).await), "M end 0 1 143");
    client.post(&format!("/sandbox/{id}/stop"), Value::Null).await;
    client.watch(&format!("/sandbox/{id}"), "stopped").await;
    client.post(&format!("/sandbox/{id}/start"), Value::Null).await;
    client.watch(&format!("/sandbox/{id}"), "started").await;
    assert_eq!(result(&execute(&client, &id, &line("read M d 0 0 9 0")).await), "M unknown");
}

#[tokio::test(start_paused = true)]
async fn an_image_without_a_shell_runs_nothing() {
    for (daemon, code) in [(Daemon::V0_155, -1), (Daemon::V0_190, 127)] {
        let client = Client::new(Generation::V0_190);
        let id = client.started(json!({"name": "a"})).await;
        client.fake.set_daemon(daemon);
        client.fake.has_no_shell();
        assert_eq!(execute(&client, &id, "sh -c 'x' sh look M -").await.body["exitCode"], code);
    }
}

#[tokio::test(start_paused = true)]
async fn the_machines_own_shells_run_a_line_where_a_test_asks_for_it() {
    let directory = std::env::temp_dir().join(format!("fake-daemon-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    for daemon in [Daemon::V0_155, Daemon::V0_190] {
        let client = Client::new(Generation::V0_190);
        let id = client.started(json!({"name": "a"})).await;
        client.fake.set_daemon(daemon);
        client.fake.run_commands_in(&directory);
        let done = execute(&client, &id, "sh -c 'echo \"$1\"; exit 3' sh 'a  b'").await;
        assert_eq!(done.body, json!({"exitCode": 3, "result": "a  b\n"}), "{daemon:?}");
    }
    std::fs::remove_dir_all(&directory).unwrap();
}
