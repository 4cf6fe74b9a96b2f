//! Whole sessions against a stateful Daytona of each generation, in virtual time.

use std::time::Duration;

use fake_daytona::{DEFAULT_KEY, FakeDaytona, Generation, Size};
use host_tests::{over, reported};
use sandbox_host::{Context, Credential, ErrorCode, Handle, Phase, Provider, Spec, State, Status, Termination};

/// A pool at the fake, with more in its configuration.
pub fn context(config: &str) -> Context {
    let url = r#""daytonaApiUrl":"https://daytona.example/api""#;
    let comma = if config.is_empty() { "" } else { "," };
    Context::new("pool-1")
        .with_config(format!("{{{url}{comma}{config}}}"))
        .with_credential(Credential::new(DEFAULT_KEY.to_owned()))
}

/// Polls once a second of virtual time until the state is as wanted.
pub async fn until(provider: &Provider, context: &Context, handle: &Handle, wanted: impl Fn(&State) -> bool) -> State {
    for _ in 0..3_600 {
        let state = provider.status(context, handle).await.expect("a state");
        if wanted(&state) {
            return state;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("an hour has passed");
}

/// A session from its birth to its end, and nothing left of it.
async fn a_whole_session(generation: Generation, config: &str) {
    let fake = FakeDaytona::builder(generation).build();
    let provider = over(&fake);
    let context = context(config);
    let handle = provider.provision(&context, &Spec::new("sess-42")).await.expect("a handle");
    until(&provider, &context, &handle, |state| state.status == Status::Running).await;
    let located = provider.locate(&context, "sess-42").await.expect("an answer").expect("a handle");
    assert_eq!(located.external_id, handle.external_id);
    assert_eq!(provider.terminate(&context, &handle).await.expect("an end"), Termination::Requested);
    until(&provider, &context, &handle, |state| state.phase == Phase::Destroyed).await;
    assert!(provider.terminate(&context, &handle).await.is_ok_and(|end| end == Termination::Gone));
    assert_eq!((fake.sandboxes().len(), fake.alive().len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_session_lives_and_ends_on_0_190_and_later() {
    for generation in [Generation::V0_190, Generation::V0_205, Generation::V0_231] {
        a_whole_session(generation, "").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_lives_and_ends_on_servers_that_have_both_routes() {
    a_whole_session(Generation::V0_179, "").await;
    a_whole_session(Generation::V0_105, "").await;
}

#[tokio::test(start_paused = true)]
async fn a_session_lives_and_ends_as_the_provider_description_tells_it() {
    a_whole_session(Generation::Documented, "").await;
    a_whole_session(Generation::Documented, r#""dialect":"workspace""#).await;
}

#[tokio::test(start_paused = true)]
async fn image_command_environment_and_limits_arrive() {
    let fake = FakeDaytona::builder(Generation::V0_205).build();
    let context = context(r#""cpu":2,"memoryGB":4,"diskGB":5"#);
    let mut spec = Spec::new("sess-42");
    spec.image = Some("ghcr.io/acme/agent:1.2".to_owned());
    spec.command = Some(vec!["run".to_owned(), "two words".to_owned(), "é\n\"x\"".to_owned()]);
    spec.env.push("TOKEN", "t");
    spec.resources.timeout_sec = Some(601);
    over(&fake).provision(&context, &spec).await.expect("a handle");
    let sandbox = fake.sandboxes().remove(0);
    assert!(sandbox.dockerfile.is_some_and(|text| text.starts_with("FROM ghcr.io/acme/agent:1.2\n")));
    assert_eq!(sandbox.entrypoint, ["run", "two words", "é\n\"x\""]);
    assert_eq!((sandbox.cpu, sandbox.memory, sandbox.disk), (2, 4, 5));
    assert_eq!(sandbox.env.get("TOKEN").map(String::as_str), Some("t"));
    assert_eq!((sandbox.auto_stop_interval, sandbox.auto_archive_interval, sandbox.auto_delete_interval), (11, 1, -1));
    assert_eq!(sandbox.labels.get("rensei.dev/session").map(String::as_str), Some("sess-42"));
}

#[tokio::test(start_paused = true)]
async fn the_default_disk_shrinks_to_what_the_server_grants() {
    let fake = FakeDaytona::builder(Generation::V0_205).build();
    over(&fake).provision(&context(""), &Spec::new("sess-42")).await.expect("a handle");
    assert_eq!(fake.sandboxes().remove(0).disk, 10);
    let error = reported(over(&fake).provision(&context(r#""diskGB":20"#), &Spec::new("other")).await);
    assert_eq!((error.code, error.details.get("maximum")), (ErrorCode::QuotaExceeded, Some("10GB")));
}

#[tokio::test(start_paused = true)]
async fn the_same_session_twice_or_by_two_hosts_is_one_sandbox_with_one_handle() {
    for generation in Generation::ALL {
        let fake = FakeDaytona::builder(generation)
            .snapshot("ghcr.io/renseiai/donmai-worker:latest", Size::new(1, 1, 3), None)
            .build();
        let (provider, context) = (over(&fake), context(""));
        let mut spec = Spec::new("sess-42");
        spec.resources.disk_mb = Some(3 * 1024);
        let first = provider.provision(&context, &spec).await.expect("a handle");
        // Of two that were created in the same millisecond none is the elder.
        tokio::time::sleep(Duration::from_millis(1)).await;
        let again = provider.provision(&context, &spec).await.expect("a handle");
        assert_eq!(first, again, "{generation}");
        let other = over(&fake);
        let (one, two) = tokio::join!(provider.provision(&context, &spec), other.provision(&context, &spec));
        assert!([one, two].into_iter().all(|handle| handle.is_ok_and(|handle| handle == first)), "{generation}");
        // A deletion is accepted before it is done.
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(fake.alive().len(), 1, "{generation}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sandbox_is_parked_brought_back_and_archived() {
    let fake = FakeDaytona::builder(Generation::V0_205).build();
    let (provider, context) = (over(&fake), context(""));
    let handle = provider.provision(&context, &Spec::new("sess-42")).await.expect("a handle");
    until(&provider, &context, &handle, |state| state.status == Status::Running).await;
    provider.stop(&context, &handle).await.expect("a state");
    until(&provider, &context, &handle, |state| state.phase == Phase::Stopped).await;
    assert_eq!(provider.stop(&context, &handle).await.expect("a state").phase, Phase::Stopped);
    provider.start(&context, &handle).await.expect("a state");
    until(&provider, &context, &handle, |state| state.status == Status::Running).await;
    provider.archive(&context, &handle).await.expect("a state");
    until(&provider, &context, &handle, |state| state.phase == Phase::Archived).await;
    provider.start(&context, &handle).await.expect("a state");
    until(&provider, &context, &handle, |state| state.status == Status::Running).await;
}

#[tokio::test(start_paused = true)]
async fn terminating_while_it_is_still_building_waits_until_the_server_takes_it() {
    let fake = FakeDaytona::builder(Generation::V0_205).build();
    let (provider, context) = (over(&fake), context(""));
    let handle = provider.provision(&context, &Spec::new("sess-42")).await.expect("a handle");
    tokio::time::sleep(Duration::from_secs(2)).await;
    provider.terminate(&context, &handle).await.expect("an end");
    until(&provider, &context, &handle, |state| state.phase == Phase::Destroyed).await;
    assert_eq!(fake.alive().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_idle_session_ends_in_storage_only() {
    let fake = FakeDaytona::builder(Generation::V0_205).build();
    let (provider, context) = (over(&fake), context(r#""keepAlive":"off""#));
    let handle = provider.provision(&context, &Spec::new("sess-42")).await.expect("a handle");
    until(&provider, &context, &handle, |state| state.status == Status::Running).await;
    let state = until(&provider, &context, &handle, |state| state.phase == Phase::Archived).await;
    assert_eq!(state.status, Status::Terminated);
}

#[tokio::test(start_paused = true)]
async fn a_polled_session_outlives_its_interval_and_an_observed_one_does_not() {
    let fake = FakeDaytona::builder(Generation::V0_205).build();
    let (provider, context) = (over(&fake), context(""));
    let handle = provider.provision(&context, &Spec::new("sess-42")).await.expect("a handle");
    until(&provider, &context, &handle, |state| state.status == Status::Running).await;
    for _ in 0..24 {
        tokio::time::sleep(Duration::from_secs(300)).await;
        assert_eq!(provider.status(&context, &handle).await.expect("a state").status, Status::Running);
    }
    let mut observer = context.clone();
    observer.extensions.push("observe", "true");
    until(&provider, &observer, &handle, |state| state.status == Status::Terminated).await;
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_is_one_request_and_a_clear_answer() {
    let fake = FakeDaytona::builder(Generation::V0_205).build();
    let context = context("").with_credential(Credential::new("dtn_wrong_key".to_owned()));
    let error = reported(over(&fake).provision(&context, &Spec::new("sess-42")).await);
    assert_eq!((error.code, error.retryable), (ErrorCode::Unauthenticated, false));
    assert!(error.remedy().is_some_and(|remedy| remedy.contains("DAYTONA_API_KEY")));
    assert_eq!(fake.requests().len(), 1);
}
