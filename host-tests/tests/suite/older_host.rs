//! Today's component under a host that knows 0.1.0 of the contract and nothing later: it is a provider of 0.1.0 too.

use std::time::Duration;

use fake_daytona::{DEFAULT_KEY, FakeDaytona, Generation, Size};
use host_tests::component;
use host_tests::older::types::{
    Context, Credential, Handle, Phase, Resources, Severity, Spec, State, Status, Termination,
};
use host_tests::older::{Instance, OlderHost};

fn context(dialect: &str) -> Context {
    let credential = Credential { secret: DEFAULT_KEY.to_owned(), api_url: None, organization_id: None };
    Context {
        organization_id: None,
        pool_id: "pool-1".to_owned(),
        config: format!(r#"{{"daytonaApiUrl":"https://daytona.example/api","dialect":"{dialect}"}}"#),
        credential: Some(credential),
        deadline_ms: None,
        extensions: Vec::new(),
    }
}

fn spec() -> Spec {
    Spec {
        session_id: "sess-42".to_owned(),
        image: None,
        command: None,
        env: vec![("GREETING".to_owned(), "hello".to_owned())],
        labels: Vec::new(),
        resources: Resources { vcpu: None, memory_mb: None, disk_mb: None, gpu: None, timeout_sec: None },
        max_duration_sec: None,
        region: None,
        extensions: Vec::new(),
    }
}

/// Today's component in that host.
struct Today(OlderHost);

impl Today {
    fn before(fake: &FakeDaytona) -> Self {
        Self(OlderHost::load(&component(), fake).expect("a component"))
    }

    async fn instance(&self) -> Instance {
        self.0.instance().await.expect("it has every function of 0.1.0")
    }

    async fn status(&self, context: &Context, handle: &Handle) -> State {
        let Instance { mut store, contract } = self.instance().await;
        let provider = contract.rensei_sandbox_provider();
        provider.call_status(&mut store, context, handle).await.expect("no trap").expect("a state")
    }

    /// Polls once a second of virtual time until the state is as wanted.
    async fn until(&self, context: &Context, handle: &Handle, wanted: impl Fn(&State) -> bool) {
        for _ in 0..3_600 {
            if wanted(&self.status(context, handle).await) {
                return;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        panic!("an hour has passed");
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_of_0_1_0_asks_todays_component_what_it_is_and_whether_a_pool_is_right() {
    let today = Today::before(&FakeDaytona::builder(Generation::V0_205).build());
    let Instance { mut store, contract } = today.instance().await;
    let descriptor = contract.rensei_sandbox_provider().call_describe(&mut store).await.expect("no trap");
    assert_eq!((descriptor.id.as_str(), descriptor.provides.runtime_kinds.is_empty()), ("daytona", false));
    for (config, errors) in [("{}", 0), (r#"{"diskGB":0}"#, 1)] {
        let Instance { mut store, contract } = today.instance().await;
        let findings = contract.rensei_sandbox_provider().call_check_config(&mut store, config).await.expect("no trap");
        let found = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        assert_eq!(found, errors, "{config}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_lives_and_ends_under_a_host_of_0_1_0() {
    for (generation, dialect) in [(Generation::V0_205, "sandbox"), (Generation::Documented, "workspace")] {
        let fake = FakeDaytona::builder(generation)
            .snapshot("ghcr.io/renseiai/donmai-worker:latest", Size::new(1, 1, 3), None)
            .build();
        let (today, context) = (Today::before(&fake), context(dialect));

        let Instance { mut store, contract } = today.instance().await;
        let made = contract.rensei_sandbox_provider().call_provision(&mut store, &context, &spec()).await;
        let handle = made.expect("no trap").expect("a handle");
        assert_eq!(fake.alive().len(), 1, "{generation}");
        today.until(&context, &handle, |state| state.status == Status::Running).await;

        let Instance { mut store, contract } = today.instance().await;
        let page = contract.rensei_sandbox_inventory().call_list(&mut store, &context, None).await;
        let listed: Vec<_> =
            page.expect("no trap").expect("a page").items.into_iter().map(|item| item.session_id).collect();
        assert_eq!(listed, [Some("sess-42".to_owned())], "{generation}");

        let Instance { mut store, contract } = today.instance().await;
        let stopped = contract.rensei_sandbox_lifecycle().call_stop(&mut store, &context, &handle).await;
        assert_eq!(stopped.expect("no trap").expect("a state").status, Status::Terminated, "{generation}");

        let Instance { mut store, contract } = today.instance().await;
        let ended = contract.rensei_sandbox_provider().call_terminate(&mut store, &context, &handle).await;
        assert_eq!(ended.expect("no trap").expect("an end"), Termination::Requested, "{generation}");
        today.until(&context, &handle, |state| state.phase == Phase::Destroyed).await;
        assert!(fake.alive().is_empty(), "{generation}");
    }
}
