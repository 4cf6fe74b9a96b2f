//! How many requests of one store may be open at the same time: sent, and their responses neither read nor dropped.

use std::sync::Arc;

/// Counts the open requests of one store.
#[derive(Default)]
pub(crate) struct Open(Arc<()>);

/// One open request; it counts until this is dropped.
pub(crate) struct Permit {
    _counted: Arc<()>,
}

impl Open {
    /// Lets one more request be open, unless there are as many as there may be.
    pub(crate) fn enter(&self, most: usize) -> Option<Permit> {
        let open = Arc::strong_count(&self.0) - 1;
        (open < most).then(|| Permit { _counted: Arc::clone(&self.0) })
    }
}
