//! The contract's functions as methods, written once for everything that calls a provider in its own way: an instance,
//! those that wait, the version of a slot that serves. Each has a method `call` for a verb.

/// The functions that are for no pool. `offers_local!(self, &)`, or `&mut`.
macro_rules! offers_local {
    ($self:ident, $($receiver:tt)+) => {
        /// As [`Provider::describe`](crate::Provider::describe).
        pub async fn describe($($receiver)+ $self) -> Result<Descriptor, CallError> {
            $self.call(Describe).await
        }

        /// As [`Provider::check_config`](crate::Provider::check_config).
        pub async fn check_config($($receiver)+ $self, config: &str) -> Result<Vec<Finding>, CallError> {
            $self.call(CheckConfig(config)).await
        }

        /// As [`Provider::provides`](crate::Provider::provides).
        pub async fn provides(
            $($receiver)+ $self,
            runtime_provides: Option<&Declaration>,
        ) -> Result<Declaration, CallError> {
            $self.call(Provides(runtime_provides)).await
        }

        /// As [`Provider::unmet`](crate::Provider::unmet).
        pub async fn unmet(
            $($receiver)+ $self,
            demand: &Declaration,
            runtime_provides: Option<&Declaration>,
        ) -> Result<Vec<String>, CallError> {
            $self.call(Unmet { demand, runtime_provides }).await
        }

        /// As [`Provider::origins`](crate::Provider::origins).
        pub async fn origins(
            $($receiver)+ $self,
            context: &Context,
            handle: Option<&Handle>,
        ) -> Result<Vec<String>, CallError> {
            $self.call(Origins { context, handle }).await
        }
    };
}

/// The functions that are for a pool's sessions.
macro_rules! offers_sessions {
    ($self:ident, $($receiver:tt)+) => {
        /// As [`Provider::provision`](crate::Provider::provision).
        pub async fn provision($($receiver)+ $self, context: &Context, spec: &Spec) -> Result<Handle, CallError> {
            $self.call(Provision { context, spec }).await
        }

        /// As [`Provider::locate`](crate::Provider::locate).
        pub async fn locate(
            $($receiver)+ $self,
            context: &Context,
            session_id: &str,
        ) -> Result<Option<Handle>, CallError> {
            $self.call(Locate { context, session_id }).await
        }

        /// As [`Provider::status`](crate::Provider::status).
        pub async fn status($($receiver)+ $self, context: &Context, handle: &Handle) -> Result<State, CallError> {
            $self.call(Status { context, handle }).await
        }

        /// As [`Provider::terminate`](crate::Provider::terminate).
        pub async fn terminate(
            $($receiver)+ $self,
            context: &Context,
            handle: &Handle,
        ) -> Result<Termination, CallError> {
            $self.call(Terminate { context, handle }).await
        }

        /// As [`Lifecycle::stop`](crate::Lifecycle::stop); [`CallError::NotOffered`] where the provider has no
        /// lifecycle.
        pub async fn stop($($receiver)+ $self, context: &Context, handle: &Handle) -> Result<State, CallError> {
            $self.call(Stop { context, handle }).await
        }

        /// As [`Lifecycle::start`](crate::Lifecycle::start); [`CallError::NotOffered`] where the provider has no
        /// lifecycle.
        pub async fn start($($receiver)+ $self, context: &Context, handle: &Handle) -> Result<State, CallError> {
            $self.call(Start { context, handle }).await
        }

        /// As [`Lifecycle::archive`](crate::Lifecycle::archive); [`CallError::NotOffered`] where the provider has no
        /// lifecycle.
        pub async fn archive($($receiver)+ $self, context: &Context, handle: &Handle) -> Result<State, CallError> {
            $self.call(Archive { context, handle }).await
        }

        /// As [`Lifecycle::keep_alive`](crate::Lifecycle::keep_alive); [`CallError::NotOffered`] where the provider has no
        /// lifecycle.
        pub async fn keep_alive($($receiver)+ $self, context: &Context, handle: &Handle) -> Result<State, CallError> {
            $self.call(KeepAlive { context, handle }).await
        }

        /// As [`Lifecycle::extend`](crate::Lifecycle::extend); [`CallError::NotOffered`] where the provider has no
        /// lifecycle.
        pub async fn extend(
            $($receiver)+ $self,
            context: &Context,
            handle: &Handle,
            seconds: u32,
        ) -> Result<State, CallError> {
            $self.call(Extend { context, handle, seconds }).await
        }

        /// As [`Inventory::list`](crate::Inventory::list); [`CallError::NotOffered`] where the provider has no
        /// inventory.
        pub async fn list($($receiver)+ $self, context: &Context, cursor: Option<&str>) -> Result<Page, CallError> {
            $self.call(List { context, cursor }).await
        }

        /// As [`Inventory::reconcile`](crate::Inventory::reconcile); [`CallError::NotOffered`] where the provider has no
        /// inventory.
        pub async fn reconcile(
            $($receiver)+ $self,
            context: &Context,
            known: &Known,
            mode: Mode,
        ) -> Result<Report, CallError> {
            $self.call(Reconcile { context, known, mode }).await
        }
    };
}

pub(crate) use {offers_local, offers_sessions};
