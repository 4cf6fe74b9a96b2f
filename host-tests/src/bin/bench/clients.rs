//! Clients as processes: the bench orders a number of cycles, and the client answers how long they took.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use host_tests::clients::peak_memory;
use serde_json::Value;

use crate::Failure;
use crate::server;

/// Longest time until a client sends its first request.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A client at work; it ends with this.
pub struct Client {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// Seconds of one cycle, in the middle of a round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cycle {
    pub wall: f64,
    /// Processor time of the client, user and system together.
    pub cpu: f64,
}

impl Client {
    pub fn start(mut program: Command) -> Result<Self, Failure> {
        let mut child = program
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} could not be started: {error}", program.get_program().display()))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (Some(input), Some(output)) = (input, output) else { return Err("a client without pipes".into()) };
        Ok(Self { child, input, output: BufReader::new(output) })
    }

    /// Does a round and returns the mean of its cycles.
    pub fn round(&mut self, cycles: u32) -> Result<Cycle, Failure> {
        self.order(cycles)?;
        let mut answer = String::new();
        if self.output.read_line(&mut answer)? == 0 {
            return Err(format!("the client ended ({})", self.child.wait()?).into());
        }
        cycle(&answer, cycles)
    }

    fn order(&mut self, cycles: u32) -> Result<(), Failure> {
        writeln!(self.input, "{cycles}")?;
        Ok(self.input.flush()?)
    }

    /// The most memory that it has had, in bytes.
    pub fn peak_memory(&self) -> Result<u64, Failure> {
        peak_memory(&self.child.id().to_string())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `{"wall": seconds, "cpu": seconds}` of all cycles of a round.
fn cycle(answer: &str, cycles: u32) -> Result<Cycle, Failure> {
    let answer: Value = serde_json::from_str(answer).map_err(|error| format!("a client says {answer:?}: {error}"))?;
    let each = |name: &str| match answer[name].as_f64() {
        Some(seconds) if seconds > 0.0 => Ok(seconds / f64::from(cycles)),
        _ => Err(format!("a client's {name} is {}", answer[name])),
    };
    Ok(Cycle { wall: each("wall")?, cpu: each("cpu")? })
}

/// A port that notes when a first request arrives, and answers nothing.
pub struct Gate {
    address: SocketAddr,
    arrivals: Receiver<std::io::Result<(Instant, TcpStream)>>,
}

impl Gate {
    /// Watches on a thread of its own, so that whoever measures may be tied to another processor.
    pub fn open() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let (sender, arrivals) = channel();
        thread::spawn(move || {
            loop {
                let arrival = listener.accept().and_then(|(mut connection, _)| {
                    connection.read_exact(&mut [0])?;
                    Ok((Instant::now(), connection))
                });
                if sender.send(arrival).is_err() {
                    return;
                }
            }
        });
        Ok(Self { address, arrivals })
    }

    /// Seconds from the start of a client's process until its first request arrives.
    pub fn first_request(&self, mut program: Command, key: &str) -> Result<f64, Failure> {
        server::name(&mut program, &format!("http://{}/api", self.address), key);
        let begun = Instant::now();
        let mut client = Client::start(program)?;
        client.order(1)?;
        let (arrival, connection) =
            self.arrivals.recv_timeout(START_LIMIT).map_err(|_| "a client sends no request")??;
        // It is ended first: one whose connection ends would complain.
        drop(client);
        drop(connection);
        Ok(arrival.duration_since(begun).as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_of_all_cycles_and_a_cycle_of_one() {
        let read = cycle("{\"wall\": 2.0, \"cpu\": 1}\n", 4).expect("a cycle");
        assert_eq!(read, Cycle { wall: 0.5, cpu: 0.25 });
    }

    #[test]
    fn an_answer_that_measures_nothing_is_refused() {
        for (answer, why) in [
            (r#"{"wall": 1.0}"#, "a client's cpu is null"),
            (r#"{"wall": 0, "cpu": 1}"#, "a client's wall is 0"),
            (r#"{"wall": "1", "cpu": 1}"#, "a client's wall is \"1\""),
        ] {
            let Err(failure) = cycle(answer, 1) else { panic!("accepted: {answer}") };
            assert_eq!(failure.to_string(), why);
        }
        let Err(failure) = cycle("Traceback", 1) else { panic!("accepted") };
        assert!(failure.to_string().starts_with("a client says \"Traceback\": "), "{failure}");
    }
}
