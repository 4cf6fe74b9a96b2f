//! The calls that are counted: every call in the life of a sandbox, and the calls that concern none.

use std::time::Duration;

use fake_daytona::DEFAULT_KEY;

use super::Failure;
use super::bindings::inventory::Mode;
use super::bindings::types::{Context, Credential, Declaration, Error, Handle, Resources, Spec};
use super::engine::{Cost, Counted, Counter};
use super::replies::Source;
use crate::clients::SNAPSHOT;

/// Sandboxes in the pool that is listed.
const LISTED: usize = 10;

/// A pool of one server and one snapshot: the configuration of two keys.
fn in_snapshot(pool: &str) -> Context {
    context(pool, format!(r#"{{"daytonaApiUrl":"https://daytona.example/api","snapshot":"{SNAPSHOT}"}}"#))
}

/// A pool whose sandboxes are built from an image.
fn in_image(pool: &str) -> Context {
    context(pool, r#"{"daytonaApiUrl":"https://daytona.example/api","image":"ghcr.io/acme/worker:1"}"#.to_owned())
}

fn context(pool: &str, config: String) -> Context {
    let credential = Credential { secret: DEFAULT_KEY.to_owned(), api_url: None, organization_id: None };
    Context {
        organization_id: None,
        pool_id: pool.to_owned(),
        config,
        credential: Some(credential),
        deadline_ms: None,
        extensions: Vec::new(),
    }
}

/// A session with what sessions usually have.
fn session(id: &str) -> Spec {
    let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Spec {
        session_id: id.to_owned(),
        image: None,
        command: None,
        env: pairs(&[("AGENT_TOKEN", "0123456789abcdef"), ("AGENT_URL", "https://platform.example")]),
        labels: pairs(&[("team", "a")]),
        resources: Resources { vcpu: None, memory_mb: None, disk_mb: None, gpu: None, timeout_sec: None },
        max_duration_sec: None,
        region: None,
        extensions: Vec::new(),
    }
}

/// The calls of one run, and what they have cost.
struct Run<'a> {
    counter: &'a Counter,
    source: &'a Source,
    costs: Vec<(&'static str, Cost)>,
}

impl Run<'_> {
    /// Makes one call in a fresh instance and counts it. What making the instance costs is not part of it.
    async fn count<T>(
        &mut self,
        row: &'static str,
        call: impl AsyncFnOnce(&mut Counted) -> Made<T>,
    ) -> Result<T, Failure> {
        let mut instance = self.counter.instance(self.source.network(row)).await?;
        instance.take()?;
        let made = call(&mut instance).await.map_err(|problem| format!("{row}: {problem:#}"))?;
        self.costs.push((row, instance.take()?));
        made.map_err(|error| format!("{row}: {}", error.message).into())
    }

    /// Makes a call that only prepares another one.
    async fn prepare<T>(&self, call: impl AsyncFnOnce(&mut Counted) -> Made<T>) -> Result<(), Failure> {
        if let Some(network) = self.source.preparing() {
            let mut instance = self.counter.instance(network).await?;
            call(&mut instance).await?.map_err(|error| error.message)?;
        }
        Ok(())
    }
}

/// What a call returns: a trap, or the provider's own answer.
type Made<T> = wasmtime::Result<Result<T, Error>>;

/// Calls a function of an interface: `on!(provider.call_status(&context, &handle))`.
macro_rules! on {
    ($interface:ident.$function:ident($($argument:expr),*)) => {
        async |instance: &mut Counted| {
            let Counted { store, contract } = instance;
            contract.$interface().$function(&mut *store $(, $argument)*).await
        }
    };
}

/// The same of a function that cannot fail.
macro_rules! sure {
    ($interface:ident.$function:ident($($argument:expr),*)) => {
        async |instance: &mut Counted| {
            let Counted { store, contract } = instance;
            Ok(Ok(contract.$interface().$function(&mut *store $(, $argument)*).await?))
        }
    };
}

/// Makes every call; the names are the rows of the table, in its order.
pub async fn all(counter: &Counter, source: &Source) -> Result<Vec<(&'static str, Cost)>, Failure> {
    let mut run = Run { counter, source, costs: Vec::new() };
    local(&mut run).await?;
    life(&mut run).await?;
    pool(&mut run).await?;
    diagnosis(&mut run).await?;
    Ok(run.costs)
}

/// What sends nothing.
async fn local(run: &mut Run<'_>) -> Result<(), Failure> {
    let context = in_snapshot("pool-1");
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let demand = Declaration { runtime_kinds: words(&["npm"]), requirement_kinds: words(&["git"]) };
    run.count("describe", sure!(rensei_sandbox_provider.call_describe())).await?;
    run.count("check-config, of two keys", sure!(rensei_sandbox_provider.call_check_config(&context.config))).await?;
    run.count("provides", sure!(rensei_sandbox_provider.call_provides(None))).await?;
    run.count("unmet", sure!(rensei_sandbox_provider.call_unmet(&demand, None))).await?;
    run.count("origins", on!(rensei_sandbox_provider.call_origins(&context, None))).await?;
    Ok(())
}

/// A sandbox's life.
async fn life(run: &mut Run<'_>) -> Result<(), Failure> {
    let context = &in_snapshot("pool-1");
    let spec = &session("life-1");
    let handle: &Handle =
        &run.count("provision, from a snapshot", on!(rensei_sandbox_provider.call_provision(context, spec))).await?;
    let (image, built) = (&in_image("pool-2"), &session("life-2"));
    run.count("provision, from an image", on!(rensei_sandbox_provider.call_provision(image, built))).await?;
    run.count("provision, of what is there", on!(rensei_sandbox_provider.call_provision(context, spec))).await?;
    run.count("locate", on!(rensei_sandbox_provider.call_locate(context, "life-1"))).await?;
    run.count("status", on!(rensei_sandbox_provider.call_status(context, handle))).await?;
    // Half of the time after which it would be stopped as idle.
    tokio::time::sleep(Duration::from_secs(15 * 60)).await;
    run.count("status, keep-alive due", on!(rensei_sandbox_provider.call_status(context, handle))).await?;
    run.count("keep-alive", on!(rensei_sandbox_lifecycle.call_keep_alive(context, handle))).await?;
    run.count("extend", on!(rensei_sandbox_lifecycle.call_extend(context, handle, 3_600))).await?;
    run.count("stop", on!(rensei_sandbox_lifecycle.call_stop(context, handle))).await?;
    run.count("start", on!(rensei_sandbox_lifecycle.call_start(context, handle))).await?;
    // What runs would be stopped first; that is another call's cost.
    run.prepare(on!(rensei_sandbox_lifecycle.call_stop(context, handle))).await?;
    run.count("archive", on!(rensei_sandbox_lifecycle.call_archive(context, handle))).await?;
    run.count("terminate", on!(rensei_sandbox_provider.call_terminate(context, handle))).await?;
    run.count("status, of what is gone", on!(rensei_sandbox_provider.call_status(context, handle))).await?;
    run.count("terminate, of what is gone", on!(rensei_sandbox_provider.call_terminate(context, handle))).await?;
    Ok(())
}

/// What is about all sandboxes of a pool.
async fn pool(run: &mut Run<'_>) -> Result<(), Failure> {
    let context = &in_snapshot("pool-listed");
    for index in 0..LISTED {
        let spec = &session(&format!("listed-{index}"));
        run.prepare(on!(rensei_sandbox_provider.call_provision(context, spec))).await?;
    }
    let page = run.count("list, of 10 sandboxes", on!(rensei_sandbox_inventory.call_list(context, None))).await?;
    if page.items.len() != LISTED {
        return Err(format!("{} of {LISTED} sandboxes are listed", page.items.len()).into());
    }
    let sessions: Vec<String> = page.items.into_iter().filter_map(|item| item.session_id).collect();
    let as_of = &page.server_time.ok_or("the list does not say when it was made")?;
    let reconcile = on!(rensei_sandbox_inventory.call_reconcile(context, &sessions, as_of, 60, Mode::Act));
    run.count("reconcile, of 10 sandboxes", reconcile).await?;
    run.count("capacity, of 10 sandboxes", on!(rensei_sandbox_diagnostics.call_capacity(context))).await?;
    Ok(())
}

/// What tells why something does not work.
async fn diagnosis(run: &mut Run<'_>) -> Result<(), Failure> {
    let (context, spec) = (&in_snapshot("pool-listed"), &session("listed-0"));
    run.count("check-spec", sure!(rensei_sandbox_diagnostics.call_check_spec(context, spec))).await?;
    run.count("health", on!(rensei_sandbox_diagnostics.call_health(context))).await?;
    run.count("preflight", on!(rensei_sandbox_diagnostics.call_preflight(context, Some(spec)))).await?;
    let session = "listed-0";
    let made = run
        .count("explain, without a handle", on!(rensei_sandbox_diagnostics.call_explain(context, session, None)))
        .await?;
    let handle = made.handle.as_ref();
    run.count("explain", on!(rensei_sandbox_diagnostics.call_explain(context, session, handle))).await?;
    Ok(())
}
