//! Instances that stay between calls, of the real component.

use std::time::Duration;

use sandbox_host::{CallError, Declaration, Host, Limits, Mode, Policy, Spec, Status, WarmLimits};

use crate::daytona::{Daytona, load};

fn set(change: impl FnOnce(&mut Policy)) -> Policy {
    let mut policy = Policy::default();
    change(&mut policy);
    policy
}

#[tokio::test]
async fn instances_and_warm_providers_offer_the_whole_contract() {
    let daytona = Daytona::start().await;
    let provider = load(&Host::builder().build().unwrap());
    let (mut instance, warm) = (provider.instance().await.unwrap(), provider.warm(WarmLimits::default()));
    let context = daytona.context();
    let on = warm.provision(&context, &Spec::new("s")).await.unwrap();
    while warm.status(&context, &on).await.unwrap().status != Status::Running {}
    for state in [instance.keep_alive(&context, &on).await, warm.keep_alive(&context, &on).await] {
        assert_eq!(state.unwrap().details.get("agent"), Some("running"));
    }
    for state in [instance.extend(&context, &on, 60).await, warm.extend(&context, &on, 60).await] {
        assert!(state.unwrap().details.get("deadline").is_some());
    }
    for page in [instance.list(&context, None).await, warm.list(&context, None).await] {
        let page = page.unwrap();
        assert_eq!(page.items[0].session_id.as_deref(), Some("s"));
        let (known, as_of) = (["s".to_owned()], page.server_time.unwrap());
        for report in [
            instance.reconcile(&context, &known, &as_of, 0, Mode::Look).await,
            warm.reconcile(&context, &known, &as_of, 0, Mode::Look).await,
        ] {
            assert_eq!(report.unwrap().outcomes[0].reason, "known");
        }
    }
    assert!(instance.is_usable());
}

#[tokio::test]
async fn the_real_component_serves_many_sessions_from_one_instance_also_without_holding_the_key() {
    for injected in [false, true] {
        let daytona = Daytona::start().await;
        let origin = daytona.url.trim_end_matches("/api");
        let policy = match injected {
            true => Policy::default().with_injected_credentials().with_allowed([origin]).unwrap(),
            false => Policy::default(),
        };
        let warm = load(&Host::builder().policy(policy).build().unwrap()).warm(WarmLimits::default());
        let context = daytona.context();
        for session in ["one", "two", "three"] {
            let handle = warm.provision(&context, &Spec::new(session)).await.unwrap();
            warm.status(&context, &handle).await.unwrap();
            warm.terminate(&context, &handle).await.unwrap();
        }
        assert_eq!(warm.idle(), 1);
        assert_eq!(daytona.fake.sandboxes().len(), 3);
        let bearer = format!("Bearer {}", daytona.fake.key());
        assert!(daytona.fake.requests().iter().all(|request| request.header("authorization") == Some(&bearer)));
    }
}

#[tokio::test]
async fn one_instance_of_the_real_component_serves_what_is_not_about_a_single_session_too() {
    let daytona = Daytona::start().await;
    let provider = load(&Host::builder().build().unwrap());
    let mut instance = provider.instance().await.unwrap();
    let context = daytona.context();
    assert_eq!(instance.provides(None).await.unwrap(), provider.provides(None).await.unwrap());
    let demand = Declaration { runtime_kinds: vec!["none-such".into()], requirement_kinds: vec!["git".into()] };
    assert_eq!(instance.unmet(&demand, None).await.unwrap(), ["none-such"]);
    let origin = daytona.url.trim_end_matches("/api");
    assert_eq!(instance.origins(&context, None).await.unwrap(), [origin]);

    let handle = instance.provision(&context, &Spec::new("one")).await.unwrap();
    daytona.fake.skip(Duration::from_secs(60));
    let kept = instance.keep_alive(&context, &handle).await.unwrap();
    assert_eq!(kept.details.get("agent"), Some("running"));
    let extended = instance.extend(&context, &handle, 3_600).await.unwrap();
    assert_ne!(extended.details.get("deadline"), kept.details.get("deadline"));
    let page = instance.list(&context, None).await.unwrap();
    assert_eq!(page.items.iter().map(|item| &item.handle.external_id).collect::<Vec<_>>(), [&handle.external_id]);
    let as_of = page.server_time.unwrap();
    let report = instance.reconcile(&context, &[], &as_of, 1, Mode::Look).await.unwrap();
    assert_eq!(report.outcomes.iter().map(|one| one.reason.as_str()).collect::<Vec<_>>(), ["would-mark"]);
}

#[tokio::test]
async fn an_instance_that_serves_many_calls_gives_back_what_each_of_them_took() {
    let daytona = Daytona::start().await;
    let mut limits = Limits::default();
    // Enough for one call, and not for what many would leave behind.
    limits.resource_handles = 24;
    let provider = load(&Host::builder().limits(limits).build().unwrap());
    let (context, mut instance) = (daytona.context(), provider.instance().await.unwrap());
    for number in 0..30 {
        let handle = instance.provision(&context, &Spec::new(format!("session-{number}"))).await.unwrap();
        instance.status(&context, &handle).await.unwrap();
        instance.extend(&context, &handle, 3_600).await.unwrap();
        instance.list(&context, None).await.unwrap();
        instance.terminate(&context, &handle).await.unwrap();
    }
}

#[tokio::test]
async fn a_pool_over_its_quota_makes_no_instance() {
    let policy = set(|policy| {
        policy.pool_calls_in_flight = Some(1);
        policy.limits.concurrent_calls = 1;
    });
    let host = Host::builder().policy(policy).build().unwrap();
    let daytona = Daytona::start().await;
    let warm = load(&host).warm(WarmLimits::default());
    let context = daytona.context();
    daytona.fake.once(("POST", "/sandbox"), fake_daytona::RequestAction::Swallow);
    let (first, spec) = (warm.clone(), Spec::new("one"));
    let (of_first, short) = (context.clone(), std::time::Duration::from_secs(3));
    let running = tokio::spawn(async move { first.provision(&of_first.with_deadline(short), &spec).await });
    while daytona.fake.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    // The host has room for one instance. Whoever made one before asking for the quota would be told that it is busy.
    let error = warm.provision(&context, &Spec::new("two")).await.unwrap_err();
    assert!(matches!(error, CallError::PoolBusy { limit: 1, .. }), "{error:?}");
    running.abort();
}
