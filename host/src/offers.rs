//! The contract's functions as methods, written once for everything that calls a provider in its own way: an instance,
//! those that wait, the version of a slot that serves. Each has a method `call` for a verb, and the modules `types` and
//! `verbs` in scope.

/// The functions that are for no pool. `offers_local!(self, &)`, or `&mut`.
macro_rules! offers_local {
    ($self:ident, $($receiver:tt)+) => {
        /// As [`Provider::describe`](crate::Provider::describe).
        pub async fn describe($($receiver)+ $self) -> Result<types::Descriptor, CallError> {
            $self.call(verbs::Describe).await
        }

        /// As [`Provider::check_config`](crate::Provider::check_config).
        pub async fn check_config($($receiver)+ $self, config: &str) -> Result<Vec<types::Finding>, CallError> {
            $self.call(verbs::CheckConfig(config)).await
        }

        /// As [`Provider::provides`](crate::Provider::provides).
        pub async fn provides(
            $($receiver)+ $self,
            runtime_provides: Option<&types::Declaration>,
        ) -> Result<types::Declaration, CallError> {
            $self.call(verbs::Provides(runtime_provides)).await
        }

        /// As [`Provider::unmet`](crate::Provider::unmet).
        pub async fn unmet(
            $($receiver)+ $self,
            demand: &types::Declaration,
            runtime_provides: Option<&types::Declaration>,
        ) -> Result<Vec<String>, CallError> {
            $self.call(verbs::Unmet { demand, runtime_provides }).await
        }

        /// As [`Provider::origins`](crate::Provider::origins).
        pub async fn origins(
            $($receiver)+ $self,
            context: &types::Context,
            handle: Option<&types::Handle>,
        ) -> Result<Vec<String>, CallError> {
            $self.call(verbs::Origins { context, handle }).await
        }
    };
}

/// The functions that are for a pool's sessions.
macro_rules! offers_sessions {
    ($self:ident, $($receiver:tt)+) => {
        /// As [`Provider::provision`](crate::Provider::provision).
        pub async fn provision(
            $($receiver)+ $self,
            context: &types::Context,
            spec: &types::Spec,
        ) -> Result<types::Handle, CallError> {
            $self.call(verbs::Provision { context, spec }).await
        }

        /// As [`Provider::locate`](crate::Provider::locate).
        pub async fn locate(
            $($receiver)+ $self,
            context: &types::Context,
            session_id: &str,
        ) -> Result<Option<types::Handle>, CallError> {
            $self.call(verbs::Locate { context, session_id }).await
        }

        /// As [`Provider::status`](crate::Provider::status).
        pub async fn status(
            $($receiver)+ $self,
            context: &types::Context,
            handle: &types::Handle,
        ) -> Result<types::State, CallError> {
            $self.call(verbs::Status { context, handle }).await
        }

        /// As [`Provider::terminate`](crate::Provider::terminate).
        pub async fn terminate(
            $($receiver)+ $self,
            context: &types::Context,
            handle: &types::Handle,
        ) -> Result<types::Termination, CallError> {
            $self.call(verbs::Terminate { context, handle }).await
        }

        /// As [`Lifecycle::stop`](crate::Lifecycle::stop); [`CallError::NotOffered`] where the provider has no
        /// lifecycle.
        pub async fn stop(
            $($receiver)+ $self,
            context: &types::Context,
            handle: &types::Handle,
        ) -> Result<types::State, CallError> {
            $self.call(verbs::Stop { context, handle }).await
        }

        /// As [`Lifecycle::start`](crate::Lifecycle::start); [`CallError::NotOffered`] where the provider has no
        /// lifecycle.
        pub async fn start(
            $($receiver)+ $self,
            context: &types::Context,
            handle: &types::Handle,
        ) -> Result<types::State, CallError> {
            $self.call(verbs::Start { context, handle }).await
        }

        /// As [`Lifecycle::archive`](crate::Lifecycle::archive); [`CallError::NotOffered`] where the provider has no
        /// lifecycle.
        pub async fn archive(
            $($receiver)+ $self,
            context: &types::Context,
            handle: &types::Handle,
        ) -> Result<types::State, CallError> {
            $self.call(verbs::Archive { context, handle }).await
        }

        /// As [`Lifecycle::keep_alive`](crate::Lifecycle::keep_alive); [`CallError::NotOffered`] where the provider has no
        /// lifecycle.
        pub async fn keep_alive(
            $($receiver)+ $self,
            context: &types::Context,
            handle: &types::Handle,
        ) -> Result<types::State, CallError> {
            $self.call(verbs::KeepAlive { context, handle }).await
        }

        /// As [`Lifecycle::extend`](crate::Lifecycle::extend); [`CallError::NotOffered`] where the provider has no
        /// lifecycle.
        pub async fn extend(
            $($receiver)+ $self,
            context: &types::Context,
            handle: &types::Handle,
            seconds: u32,
        ) -> Result<types::State, CallError> {
            $self.call(verbs::Extend { context, handle, seconds }).await
        }

        /// As [`Inventory::list`](crate::Inventory::list); [`CallError::NotOffered`] where the provider has no
        /// inventory.
        pub async fn list(
            $($receiver)+ $self,
            context: &types::Context,
            cursor: Option<&str>,
        ) -> Result<types::Page, CallError> {
            $self.call(verbs::List { context, cursor }).await
        }

        /// As [`Inventory::reconcile`](crate::Inventory::reconcile); [`CallError::NotOffered`] where the provider has no
        /// inventory.
        pub async fn reconcile(
            $($receiver)+ $self,
            context: &types::Context,
            known: &types::Known,
            mode: types::Mode,
        ) -> Result<types::Report, CallError> {
            $self.call(verbs::Reconcile { context, known, mode }).await
        }
    };
}

pub(crate) use {offers_local, offers_sessions};
