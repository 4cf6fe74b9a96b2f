//! What each function of the contract costs: each call in the life of a sandbox is timed.

use std::collections::HashMap;
use std::time::Instant;

use host_tests::clients::session;
use host_tests::load_signed;
use sandbox_host::{Context, Declaration, Instance, Mode, Provider};

use crate::artefacts::Artefacts;
use crate::lab::{self, Lab};
use crate::report::{Section, figure, micros};
use crate::stats::Sample;
use crate::{Failure, runtime};

/// Instances that are made and dropped without a call, and as many that provision once, one after the other.
const INSTANCES: usize = 2_000;

/// The row of those.
const IN_A_ROW: &str = "provisions in fresh instances, in a row";

/// Lives in fresh instances, and as many in warm ones; each calls every function once.
const LIVES: usize = 1_000;

/// Lives of one kind in a row, and those of one warm instance: what it serves stays below the calls after which a host
/// replaces one. The kinds take turns, so that both see the same machine, but not after each life: no platform does, and
/// each would find the caches full of the other's code.
const LIVES_IN_A_ROW: usize = 50;

/// Sandboxes in the pool that is listed.
const LISTED: usize = 10;

/// The functions in the order in which a life calls them, which is the order of the rows.
const VERBS: [&str; 16] = [
    "describe",
    "check-config",
    "provides",
    "unmet",
    "origins",
    "provision",
    "locate",
    "status",
    "keep-alive",
    "extend",
    "stop",
    "start",
    "archive",
    "terminate",
    "list, of 10 sandboxes",
    "reconcile, of 10 sandboxes",
];

/// In which kind of instance a call runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Fresh,
    Warm,
}

/// Who makes the calls.
enum Caller {
    Fresh(Provider),
    Warm(Box<Instance>),
}

impl Caller {
    fn fresh(provider: &Provider) -> Self {
        Self::Fresh(provider.clone())
    }

    async fn warm(provider: &Provider) -> Result<Self, Failure> {
        Ok(Self::Warm(Box::new(provider.instance().await?)))
    }

    /// The name of its kind.
    fn name(&self) -> &'static str {
        match self {
            Self::Fresh { .. } => "fresh",
            Self::Warm(_) => "warm",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Fresh { .. } => Kind::Fresh,
            Self::Warm(_) => Kind::Warm,
        }
    }
}

/// Times one call: `timed!(recorder, caller, "the row", provider.describe())`.
macro_rules! timed {
    ($recorder:expr, $caller:expr, $verb:expr, provider.$function:ident($($argument:expr),*)) => {{
        let kind = $caller.kind();
        let begun = $recorder.begin();
        let outcome = match $caller {
            Caller::Fresh(provider) => provider.$function($($argument),*).await,
            Caller::Warm(instance) => instance.$function($($argument),*).await,
        };
        $recorder.end($verb, kind, begun);
        outcome?
    }};
}

/// Records how long each call took, by function and kind of instance.
struct Recorder<'a> {
    lab: &'a Lab,
    entries: HashMap<(&'static str, Kind), Entries>,
}

/// Seconds of each call without the fake's share, seconds of that share, and requests of all calls.
#[derive(Default)]
struct Entries {
    own: Vec<f64>,
    share: Vec<f64>,
    requests: u64,
}

impl Recorder<'_> {
    fn begin(&self) -> Instant {
        self.lab.take_share();
        Instant::now()
    }

    fn end(&mut self, verb: &'static str, kind: Kind, begun: Instant) {
        let took = begun.elapsed();
        let (share, requests) = self.lab.take_share();
        let entries = self.entries.entry((verb, kind)).or_default();
        entries.own.push(took.saturating_sub(share).as_secs_f64());
        entries.share.push(share.as_secs_f64());
        entries.requests += requests;
    }

    fn take(&mut self, verb: &'static str, kind: Kind) -> Result<Entries, Failure> {
        self.entries.remove(&(verb, kind)).ok_or_else(|| format!("{verb} was not called").into())
    }
}

/// One line for each function of the contract.
pub fn calls(artefacts: &Artefacts) -> Result<Section, Failure> {
    runtime::of_one_thread()?.block_on(measure(artefacts))
}

async fn measure(artefacts: &Artefacts) -> Result<Section, Failure> {
    let lab = Lab::over(&lab::server())?;
    let provider = load_signed(&lab.host, &artefacts.precompiled)?;
    let listed = lab::context("pool-listed");
    for index in 0..LISTED {
        provider.provision(&listed, &session(format!("listed-{index}"))).await?;
    }

    let mut instances = Vec::with_capacity(INSTANCES);
    for _ in 0..INSTANCES {
        let begun = Instant::now();
        provider.instance().await?;
        instances.push(begun.elapsed().as_secs_f64());
    }
    let mut recorder = Recorder { lab: &lab, entries: HashMap::new() };
    let context = lab::context("pool-in-a-row");
    for index in 0..INSTANCES {
        let spec = session(format!("in-a-row-{index}"));
        let begun = recorder.begin();
        provider.provision(&context, &spec).await?;
        recorder.end(IN_A_ROW, Kind::Fresh, begun);
    }
    for turn in 0..LIVES / LIVES_IN_A_ROW {
        for mut caller in [Caller::fresh(&provider), Caller::warm(&provider).await?] {
            for life in 0..LIVES_IN_A_ROW {
                let id = format!("{}-{turn}-{life}", caller.name());
                live(&mut recorder, &mut caller, &id, &listed).await?;
            }
        }
    }
    table(&mut recorder, &Sample::of(instances)?)
}

/// Every call in the life of a sandbox, and the calls that concern none.
async fn live(recorder: &mut Recorder<'_>, caller: &mut Caller, id: &str, listed: &Context) -> Result<(), Failure> {
    let context = lab::context("pool-1");
    let demand = Declaration { runtime_kinds: vec!["npm".into()], requirement_kinds: vec!["git".into()] };
    timed!(recorder, caller, "describe", provider.describe());
    timed!(recorder, caller, "check-config", provider.check_config(&context.config));
    timed!(recorder, caller, "provides", provider.provides(None));
    timed!(recorder, caller, "unmet", provider.unmet(&demand, None));
    timed!(recorder, caller, "origins", provider.origins(&context, None));

    let spec = session(id);
    let handle = timed!(recorder, caller, "provision", provider.provision(&context, &spec));
    let found = timed!(recorder, caller, "locate", provider.locate(&context, id));
    if found.as_ref() != Some(&handle) {
        return Err(format!("{id} was provisioned and located as another").into());
    }
    timed!(recorder, caller, "status", provider.status(&context, &handle));
    timed!(recorder, caller, "keep-alive", provider.keep_alive(&context, &handle));
    timed!(recorder, caller, "extend", provider.extend(&context, &handle, 3_600));
    timed!(recorder, caller, "stop", provider.stop(&context, &handle));
    timed!(recorder, caller, "start", provider.start(&context, &handle));
    // What runs would be stopped first; that is another call's cost.
    match caller {
        Caller::Fresh(provider) => provider.stop(&context, &handle).await?,
        Caller::Warm(instance) => instance.stop(&context, &handle).await?,
    };
    timed!(recorder, caller, "archive", provider.archive(&context, &handle));
    timed!(recorder, caller, "terminate", provider.terminate(&context, &handle));

    let page = timed!(recorder, caller, "list, of 10 sandboxes", provider.list(listed, None));
    if page.items.len() != LISTED {
        return Err(format!("{} of {LISTED} sandboxes are listed", page.items.len()).into());
    }
    let known: Vec<String> = page.items.into_iter().filter_map(|item| item.session_id).collect();
    let as_of = page.server_time.ok_or("the list does not say when it was made")?;
    timed!(recorder, caller, "reconcile, of 10 sandboxes", provider.reconcile(listed, &known, &as_of, 60, Mode::Act));
    Ok(())
}

fn table(recorder: &mut Recorder<'_>, instances: &Sample) -> Result<Section, Failure> {
    let title = "Calls, µs, without the fake's share";
    let mut section = Section::new(title, &["fresh", "warm", "the fake", "requests"]);
    section.row("an instance alone", [micros(instances.median())]).at_most("", instances.median() * 1e6, 15.0, " µs");
    let in_a_row = Sample::of(recorder.take(IN_A_ROW, Kind::Fresh)?.own)?.median();
    section.row(IN_A_ROW, [micros(in_a_row)]).at_most("", in_a_row * 1e6, 100.0, " µs");
    for verb in VERBS {
        let (fresh, warm) = (recorder.take(verb, Kind::Fresh)?, recorder.take(verb, Kind::Warm)?);
        let requests = (fresh.requests + warm.requests) as f64 / (fresh.own.len() + warm.own.len()) as f64;
        let share = Sample::of([fresh.share, warm.share].concat())?.median();
        let (fresh, warm) = (Sample::of(fresh.own)?.median(), Sample::of(warm.own)?.median());
        let cells = [micros(fresh), micros(warm), micros(share), figure(requests)];
        let row = section.row(verb, cells);
        if verb == "provision" {
            // What was asked for, at first and then of the complete component.
            row.at_most("fresh", fresh * 1e6, 100.0, " µs").at_most("fresh", fresh * 1e6, 60.0, " µs");
        }
    }
    Ok(section)
}
