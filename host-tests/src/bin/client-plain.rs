//! A client of the bench: what a platform would write against Daytona's API without any plugin. It sends what the
//! component sends, and reads what it needs of the replies.
#![forbid(unsafe_code)]

use host_tests::clients::{Allocator, Failure, SNAPSHOT, Target, work};
use reqwest::{Client, Method};
use serde::Deserialize;
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// What it looks at.
#[derive(Deserialize)]
struct Sandbox {
    id: String,
    state: String,
}

/// One client with its pool of connections.
struct Api {
    client: Client,
    target: Target,
}

impl Api {
    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Result<Vec<u8>, Failure> {
        let mut request = self.client.request(method, format!("{}{path}", self.target.url));
        request = request.bearer_auth(&self.target.key).header("accept", "application/json");
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(serde_json::to_vec(&body)?);
        }
        let response = request.send().await?.error_for_status()?;
        Ok(response.bytes().await?.to_vec())
    }

    async fn cycle(&self, name: &str) -> Result<(), Failure> {
        let body = json!({
            "name": format!("plain-{name}-0123456789abcdef"),
            "snapshot": SNAPSHOT,
            "autoArchiveInterval": 1,
            "autoDeleteInterval": -1,
            "user": "daytona",
            "env": {"AGENT_TOKEN": "0123456789abcdef", "AGENT_URL": "https://platform.example"},
            "labels": {
                "team": "a",
                "rensei.dev/managed-by": "daytona-sandbox-provider",
                "rensei.dev/pool": "pool-1",
                "rensei.dev/session": name,
                "rensei.dev/provider-version": "0.1.0",
                "rensei.dev/deadline": "created+604800s",
                "rensei.dev/digest": "1:60593b18928967fa2322fd89cd273244",
            },
            "autoStopInterval": 30,
        });
        let created: Sandbox = serde_json::from_slice(&self.send(Method::POST, "/sandbox", Some(body)).await?)?;
        let path = format!("/sandbox/{}", created.id);
        let found: Sandbox = serde_json::from_slice(&self.send(Method::GET, &path, None).await?)?;
        if found.state != "started" {
            return Err(format!("it is {}", found.state).into());
        }
        self.send(Method::DELETE, &path, None).await?;
        Ok(())
    }
}

fn main() -> Result<(), Failure> {
    let api = Api { client: Client::new(), target: Target::from_env()? };
    work(async |name| api.cycle(&name).await)
}
