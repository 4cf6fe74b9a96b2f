//! Diagnosis through the real component, against every server: how few requests it takes, and that the key is nowhere.

use fake_daytona::{FakeDaytona, Generation, Size};
use host_tests::{KEY, Reply, bench, context as scripted, handle as scripted_handle, over};
use sandbox_host::{Condition, Context, Handle, Provider, Severity, Spec, Status};

use crate::stateful::{context, until};

/// Every server, in each dialect that it speaks, and whether it can say what a key is.
const SERVERS: [(Generation, &str, bool); 7] = [
    (Generation::Documented, r#""dialect":"workspace","snapshot":"ghcr.io/renseiai/donmai-worker:latest""#, false),
    (Generation::V0_100, r#""dialect":"workspace""#, false),
    (Generation::V0_105, "", true),
    (Generation::V0_179, "", true),
    (Generation::V0_190, "", true),
    (Generation::V0_205, "", true),
    (Generation::V0_231, "", true),
];

/// A fake, the component in front of it, and a session that runs.
async fn started(generation: Generation, config: &str) -> (FakeDaytona, Provider, Context, Handle) {
    let fake = FakeDaytona::builder(generation)
        .snapshot("ghcr.io/renseiai/donmai-worker:latest", Size::new(1, 1, 3), None)
        .build();
    let (provider, context) = (over(&fake), context(config));
    let handle = provider.provision(&context, &Spec::new("sess-42")).await.expect("a handle");
    until(&provider, &context, &handle, |state| state.status == Status::Running).await;
    fake.clear_requests();
    (fake, provider, context, handle)
}

/// Requests since the last look.
fn requests(fake: &FakeDaytona) -> usize {
    let count = fake.requests().len();
    fake.clear_requests();
    count
}

#[tokio::test(start_paused = true)]
async fn every_function_keeps_to_its_requests_on_every_server_and_creates_nothing() {
    for (generation, config, knows_keys) in SERVERS {
        let (fake, provider, context, handle) = started(generation, config).await;
        let health = provider.health(&context).await.expect("a report");
        assert!(health.condition == Condition::Ready, "{generation}: {health:?}");
        assert_eq!(health.extensions.get("key-scopes").is_some(), knows_keys, "{generation}: {health:?}");
        assert_eq!(requests(&fake), 1, "{generation}");

        let findings = provider.preflight(&context, None).await.expect("findings");
        let errors: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{generation}: {errors:?}");
        assert!(requests(&fake) <= 4, "{generation}");

        let explanation = provider.explain(&context, "sess-42", Some(&handle)).await.expect("an explanation");
        assert_eq!(explanation.handle.as_ref(), Some(&handle), "{generation}");
        assert!(explanation.state.is_some_and(|state| state.status == Status::Running), "{generation}");
        assert!(requests(&fake) <= 3, "{generation}");

        let capacity = provider.capacity(&context).await.expect("a report");
        assert_eq!((capacity.active, capacity.parked, capacity.available), (1, 0, None), "{generation}: {capacity:?}");
        assert!(requests(&fake) <= 3, "{generation}");
        assert_eq!(fake.sandboxes().len(), 1, "{generation}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_key_is_in_nothing_that_diagnosis_tells() {
    let clean = |text: String| assert!(!text.contains(KEY) && !text.contains(&KEY[4..24]), "{text}");
    for reply in [
        || {
            Reply::json(
                200,
                format!(r#"{{"permissions":["{KEY}"],"userId":"{KEY}","organizationId":"{KEY}","expiresAt":"{KEY}"}}"#),
            )
        },
        || Reply::refusal(401, KEY),
        || Reply::refusal(429, KEY),
        || Reply::body(502, "text/html", KEY.as_bytes().to_vec()),
    ] {
        let bench = bench([reply()]);
        clean(format!("{:?}", bench.provider.health(&scripted()).await));
    }
    let bench = bench([Reply::json(
        200,
        format!(
            r#"{{"id":"{}","state":"error","errorReason":"{KEY}","labels":{{"rensei.dev/orphan-since":"{KEY}"}}}}"#,
            host_tests::ID
        ),
    )]);
    clean(format!("{:?}", bench.provider.explain(&scripted(), "sess-42", Some(&scripted_handle("sandbox"))).await));
    let mut spec = Spec::new("sess-42");
    spec.env.push("TOKEN", KEY);
    clean(format!("{:?}", bench.provider.check_spec(&scripted(), &spec).await));
}
