//! The native twin of the transport: answers from a script, in virtual time.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use super::url::Origin;
use super::{Failure, FailureKind, Headers, Instant, Method, Reply, Request, Transport};

/// One line of the script.
pub enum Answer {
    Reply(u16, Vec<(String, Vec<u8>)>, Vec<u8>),
    Failure(FailureKind, Option<u16>),
    /// Nothing, until the deadline.
    Silence,
}

impl Answer {
    pub fn status(status: u16) -> Self {
        Self::Reply(status, Vec::new(), Vec::new())
    }

    pub fn json(status: u16, body: &str) -> Self {
        let headers = vec![("content-type".to_owned(), b"application/json; charset=utf-8".to_vec())];
        Self::Reply(status, headers, body.as_bytes().to_vec())
    }

    pub fn failure(kind: FailureKind) -> Self {
        Self::Failure(kind, None)
    }

    pub fn silence() -> Self {
        Self::Silence
    }

    pub fn header(self, name: &str, value: &str) -> Self {
        match self {
            Self::Reply(status, mut headers, body) => {
                headers.push((name.to_owned(), value.as_bytes().to_vec()));
                Self::Reply(status, headers, body)
            }
            other => other,
        }
    }
}

/// Makes an answer to a request, given as `METHOD path body`.
type Rule = Box<dyn Fn(&str) -> Answer>;

/// A transport that reads its answers from a script.
pub struct Scripted {
    now: Cell<u64>,
    script: RefCell<VecDeque<Answer>>,
    /// What answers once the script is over.
    rule: Option<Rule>,
    sent: RefCell<Vec<String>>,
    /// Milliseconds that every answer takes.
    delay_ms: u64,
}

const START: u64 = 1_000_000_007;

impl Scripted {
    pub fn new(script: impl IntoIterator<Item = Answer>) -> Self {
        let script = RefCell::new(script.into_iter().collect());
        Self { now: Cell::new(START), script, rule: None, sent: RefCell::default(), delay_ms: 0 }
    }

    /// One that answers every request by a rule.
    pub fn ruled(rule: impl Fn(&str) -> Answer + 'static) -> Self {
        Self { rule: Some(Box::new(rule)), ..Self::new([]) }
    }

    /// The same with answers that take so many milliseconds.
    pub fn slow(self, delay_ms: u64) -> Self {
        Self { delay_ms, ..self }
    }

    /// How many requests were sent.
    pub fn requests(&self) -> usize {
        self.sent.borrow().len()
    }

    /// The requests as `METHOD path body`.
    pub fn sent(&self) -> Vec<String> {
        self.sent.borrow().clone()
    }

    pub fn elapsed_ms(&self) -> u64 {
        (self.now.get() - START) / 1_000_000
    }
}

impl Transport for Scripted {
    fn now(&self) -> Instant {
        Instant(self.now.get())
    }

    fn sleep_until(&self, until: Instant) {
        self.now.set(self.now.get().max(until.0));
    }

    fn send(&self, request: &Request, deadline: Instant) -> Result<Reply, Failure> {
        let body = String::from_utf8_lossy(&request.body);
        let line = format!("{} {} {body}", request.method.name(), request.path_and_query);
        self.sent.borrow_mut().push(line.trim_end().to_owned());
        let answer = self.script.borrow_mut().pop_front();
        let arrives = self.now().plus_ms(self.delay_ms);
        if arrives.0 > deadline.0 {
            self.sleep_until(deadline);
            return Err(Failure::new(FailureKind::Deadline, "scripted"));
        }
        self.sleep_until(arrives);
        match answer.or_else(|| self.rule.as_ref().map(|rule| rule(&line))) {
            Some(Answer::Reply(status, mut headers, body)) => {
                if matches!(status, 200..=299) {
                    headers.retain(|(name, _)| request.wanted.contains(&name.as_str()));
                }
                Ok(Reply { status, headers: Headers::new(headers), body })
            }
            Some(Answer::Failure(kind, status)) => Err(Failure { kind, text: "scripted".to_owned(), status }),
            Some(Answer::Silence) => {
                self.sleep_until(deadline);
                Err(Failure::new(FailureKind::Deadline, "scripted"))
            }
            None => panic!("the script has no answer to {line}"),
        }
    }
}

fn request(method: Method, path: &str) -> Request {
    let Ok(origin) = Origin::parse("https://daytona.example") else { panic!("origin") };
    Request::new(method, origin, path.to_owned(), String::new())
}

pub fn get(path: &str) -> Request {
    request(Method::Get, path)
}

pub fn post(path: &str) -> Request {
    request(Method::Post, path)
}
