use std::sync::Arc;
use std::time::Duration;

use crate::call::{bounded, limit};
use crate::error::CallError;
use crate::offers::{offers_local, offers_sessions};
use crate::provider::Loading;
use crate::session::Session;
use crate::store::Computed;
use crate::types;
use crate::verbs::{self, Verb};

/// How long making an instance may take; it runs no code of the contract.
const START: Duration = Duration::from_secs(10);

/// An instance that serves many calls, one after the other.
///
/// A call that breaks, times out or is cancelled takes the instance with it: every later call returns
/// [`CallError::Poisoned`]. The provider's own errors do no harm.
pub struct Instance {
    provider: Arc<Loading>,
    meter: Computed,
    /// Taken out while a call runs and put back when it ended well, so that a call that is dropped half-way drops the
    /// store, too.
    session: Option<Session>,
}

impl Instance {
    pub(crate) async fn open(provider: &Arc<Loading>) -> Result<Self, CallError> {
        let meter = Computed::default();
        let start = Session::start(provider, &meter, "instance");
        let session = bounded("instance", START, &meter, start).await?;
        Ok(Self { provider: Arc::clone(provider), meter, session: Some(session) })
    }

    /// Whether it can be called.
    pub fn is_usable(&self) -> bool {
        self.session.is_some()
    }

    pub(crate) async fn call<V: Verb>(&mut self, verb: V) -> Result<V::Output, CallError> {
        let _pass = self.provider.shared.quotas.enter(verb.pool())?;
        self.call_admitted(verb).await
    }

    /// A call that its pool's quota has let in.
    pub(crate) async fn call_admitted<V: Verb>(&mut self, verb: V) -> Result<V::Output, CallError> {
        let mut session = self.session.take().ok_or(CallError::Poisoned)?;
        self.meter.reset();
        let limit = limit(&self.provider, &verb);
        let result = bounded(verb.name(), limit, &self.meter, verb.run(&mut session)).await;
        let result = session.explained(result);
        if matches!(
            result,
            Ok(_)
                | Err(CallError::Provider(_)
                    | CallError::BadOrigin { .. }
                    | CallError::NotOffered { .. }
                    | CallError::UnusableKey)
        ) {
            session.close();
            self.session = Some(session);
        }
        result
    }

    offers_local!(self, &mut);
    offers_sessions!(self, &mut);
}
