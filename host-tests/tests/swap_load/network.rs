//! The way to the server, on which some requests stay until the provider has been replaced.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use fake_daytona::FakeDaytona;
use host_tests::fake::FakeNetwork;
use http::Request;
use sandbox_host::http::{HttpClient, RequestOptions, ResponseFuture, WasiBody};
use tokio::sync::watch;

/// What holds requests back.
#[derive(Clone, Copy)]
struct Gate {
    /// The generation that serves.
    generation: u64,
    /// The shift has ended: nothing is held any more.
    open: bool,
}

pub struct Network {
    fake: Mutex<FakeDaytona>,
    gate: watch::Sender<Gate>,
    /// Requests on their way that wait for a switch.
    held: watch::Sender<usize>,
    /// By caller, the versions that have sent its requests since it last asked.
    senders: Mutex<BTreeMap<String, Vec<String>>>,
}

impl Network {
    pub fn new(fake: FakeDaytona) -> Self {
        Self {
            fake: Mutex::new(fake),
            gate: watch::Sender::new(Gate { generation: 1, open: true }),
            held: watch::Sender::new(0),
            senders: Mutex::default(),
        }
    }

    /// Leads to this server from now on, and holds requests back.
    pub fn serve(&self, fake: FakeDaytona) {
        *self.fake.lock().unwrap_or_else(PoisonError::into_inner) = fake;
        self.gate.send_modify(|gate| gate.open = false);
    }

    /// Lets everything through.
    pub fn end_of_shift(&self) {
        self.gate.send_modify(|gate| gate.open = true);
    }

    pub fn shift_has_ended(&self) -> bool {
        self.gate.borrow().open
    }

    /// This generation serves from now on.
    pub fn switched(&self, generation: u64) {
        self.gate.send_modify(|gate| gate.generation = generation);
    }

    /// The generation that is known to serve; a newer one may be by now.
    pub fn generation(&self) -> u64 {
        self.gate.borrow().generation
    }

    /// Returns when a request waits for the next switch: its call then spans it.
    pub async fn something_is_held(&self) {
        let mut held = self.held.subscribe();
        held.wait_for(|held| *held > 0).await.expect("the sender is here");
    }

    /// The versions that sent this caller's requests since it last asked.
    pub fn senders(&self, caller: &str) -> Vec<String> {
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        senders.remove(caller).unwrap_or_default()
    }
}

impl HttpClient for Network {
    fn send(&self, request: Request<WasiBody>, options: RequestOptions) -> ResponseFuture {
        let host = request.uri().host().unwrap_or_default();
        let caller = host.split('.').next().unwrap_or_default().to_owned();
        let agent = request.headers().get("user-agent").and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        let slow = caller.starts_with("slow");
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        senders.entry(caller).or_default().push(agent.to_owned());

        let fake = self.fake.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let answer = FakeNetwork(fake).send(request, options);
        let (mut gate, held) = (self.gate.subscribe(), self.held.clone());
        let sent_at = gate.borrow().generation;
        Box::pin(async move {
            if slow {
                held.send_modify(|held| *held += 1);
                gate.wait_for(|gate| gate.open || gate.generation > sent_at).await.expect("the sender is there");
                held.send_modify(|held| *held -= 1);
            }
            answer.await
        })
    }
}
