//! A host with two providers, a hostile one and an honest one.

use std::sync::Arc;
use std::time::Duration;

use fake_daytona::{DEFAULT_KEY, FakeDaytona, Generation};
use host_tests::{load, load_hostile};
use sandbox_host::{
    CallError, Command, Context, Credential, Declaration, Finding, Handle, Host, Mode, Pairs, Policy, Provider, Spec,
    State,
};

use crate::network::Network;

/// Every function of the contract. Two of them are called `list`; one has its interface before its name.
pub const FUNCTIONS: [&str; 31] = [
    "describe",
    "check-config",
    "provides",
    "unmet",
    "origins",
    "provision",
    "locate",
    "status",
    "terminate",
    "stop",
    "start",
    "archive",
    "keep-alive",
    "extend",
    "list",
    "reconcile",
    "check-spec",
    "health",
    "preflight",
    "explain",
    "capacity",
    "exec",
    "launch",
    "read",
    "kill",
    "capture",
    "prepare",
    "get",
    "snapshots.list",
    "activate",
    "delete",
];

/// The name by which an error tells a function.
pub fn name(function: &str) -> &str {
    function.rsplit('.').next().unwrap_or(function)
}

/// Functions whose result has no room for a text.
pub const WITHOUT_TEXTS: [&str; 3] = ["terminate", "kill", "delete"];

/// Those before which the provider is asked for its origins, and which may call them.
pub fn on_the_network() -> impl Iterator<Item = &'static str> {
    const OFF: [&str; 5] = ["describe", "check-config", "provides", "unmet", "check-spec"];
    FUNCTIONS.into_iter().filter(|function| !OFF.contains(function))
}

/// Time that a call may compute here. The honest provider needs less than a hundredth of it.
pub const COMPUTE: Duration = Duration::from_millis(150);

/// A policy under which nothing that is left behind stays unnoticed: a pool has one call at a time, and the host two.
pub fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.pool_calls_in_flight = Some(1);
    policy.limits.concurrent_calls = 2;
    policy.limits.compute = COMPUTE;
    policy
}

pub struct Victim {
    hostile: Provider,
    honest: Provider,
    pub network: Arc<Network>,
    orders: String,
}

impl Victim {
    /// The hostile provider gets these orders; see `guests/hostile`.
    pub fn of(orders: impl Into<String>) -> Self {
        Self::under(policy(), orders)
    }

    /// The same under another policy.
    pub fn under(policy: Policy, orders: impl Into<String>) -> Self {
        let network = Arc::new(Network::new(FakeDaytona::builder(Generation::V0_205).build()));
        let orders = orders.into();
        let host = Host::builder().http(network.clone()).policy(policy).env("ORDERS", orders.as_str());
        let host = host.build().expect("a host");
        Self { hostile: load_hostile(&host), honest: load(&host), network, orders }
    }

    /// Calls a function of the hostile provider with its orders. Returns what the guest reports.
    pub async fn call(&self, function: &str) -> Result<String, CallError> {
        call(&self.hostile, function, &self.orders).await
    }

    /// Calls a function, which fails.
    pub async fn fails(&self, function: &str) -> CallError {
        match self.call(function).await {
            Ok(report) => panic!("{function} succeeded and reports {} bytes", report.len()),
            Err(error) => error,
        }
    }

    /// Nothing is left of what has happened: no request is open, and both providers are answered, the hostile one in the
    /// same pool.
    pub async fn is_unharmed(&self) {
        // What was aborted ends as soon as the runtime gets to it.
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(self.network.open(), 0, "requests are open");
        call(&self.hostile, "status", "").await.expect("the next call is answered");
        self.an_honest_call().await;
    }

    /// The honest provider asks its server for a session.
    pub async fn an_honest_call(&self) {
        let context = Context::new("honest")
            .with_config(r#"{"daytonaApiUrl":"https://daytona.example/api"}"#)
            .with_credential(Credential::new(DEFAULT_KEY.to_owned()));
        let located = self.honest.locate(&context, "sess-42").await.expect("the honest provider is answered");
        assert_eq!(located, None);
    }
}

/// Calls a function by name, with orders in whatever it takes. Returns what the guest reports, if its result can
/// carry a text.
pub async fn call(provider: &Provider, function: &str, orders: &str) -> Result<String, CallError> {
    let context = Context::new("pool-1").with_config(orders);
    let handle = Handle { provider_id: "hostile".into(), external_id: "x".into(), metadata: Pairs::new() };
    let declared = Declaration { runtime_kinds: vec![orders.to_owned()], requirement_kinds: Vec::new() };
    let state = |state: State| state.provider_state;
    let (command, spec) = (Command::new(["true"]), Spec::new("s"));
    let messages = |found: Vec<Finding>| found.into_iter().map(|found| found.message).next_back().unwrap_or_default();
    let last = |mut texts: Vec<String>| texts.pop().unwrap_or_default();
    Ok(match function {
        "describe" => provider.describe().await?.display_name,
        "check-config" => last(provider.check_config(orders).await?.into_iter().map(|found| found.message).collect()),
        "provides" => last(provider.provides(Some(&declared)).await?.runtime_kinds),
        "unmet" => last(provider.unmet(&declared, None).await?),
        "origins" => last(provider.origins(&context, None).await?),
        "provision" => provider.provision(&context, &Spec::new("s")).await?.external_id,
        "locate" => provider.locate(&context, "s").await?.map(|handle| handle.external_id).unwrap_or_default(),
        "status" => state(provider.status(&context, &handle).await?),
        "terminate" => provider.terminate(&context, &handle).await?.to_string(),
        "stop" => state(provider.stop(&context, &handle).await?),
        "start" => state(provider.start(&context, &handle).await?),
        "archive" => state(provider.archive(&context, &handle).await?),
        "keep-alive" => state(provider.keep_alive(&context, &handle).await?),
        "extend" => state(provider.extend(&context, &handle, 1).await?),
        "list" => provider.list(&context, None).await?.next_cursor.unwrap_or_default(),
        "reconcile" => provider.reconcile(&context, &[], "", 0, Mode::Look).await?.server_time.unwrap_or_default(),
        "check-spec" => messages(provider.check_spec(&context, &spec).await?),
        "health" => messages(provider.health(&context).await?.findings),
        "preflight" => messages(provider.preflight(&context, None).await?),
        "explain" => messages(provider.explain(&context, "s", None).await?.findings),
        "capacity" => provider.capacity(&context).await?.limit.unwrap_or_default(),
        "exec" => provider.exec(&context, &handle, &command).await?.stdout,
        "launch" => provider.launch(&context, &handle, &command, None).await?,
        "read" => provider.read(&context, &handle, None, None, None).await?.stdout,
        "kill" => provider.kill(&context, &handle, "p").await.map(|()| String::new())?,
        "capture" => provider.capture(&context, &handle, "s").await?.name,
        "prepare" => provider.prepare(&context, "s", &spec).await?.name,
        "get" => provider.get_snapshot(&context, "s").await?.map(|snapshot| snapshot.name).unwrap_or_default(),
        "snapshots.list" => provider.list_snapshots(&context, None).await?.next_cursor.unwrap_or_default(),
        "activate" => provider.activate_snapshot(&context, "s").await?.name,
        "delete" => provider.delete_snapshot(&context, "s").await?.to_string(),
        other => panic!("{other} is no function"),
    })
}
