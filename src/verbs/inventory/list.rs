//! The pool's sandboxes, page by page.

use crate::contract::inventory::{Item, Page};
use crate::daytona::{self, Dialect, Sandbox, SandboxState};
use crate::error::Error;
use crate::http::Transport;
use crate::moment::Moment;
use crate::sandbox::labels::{MANAGED_BY, MANAGER, ORPHAN_SINCE, POOL, SESSION};
use crate::sandbox::state;
use crate::verbs::call::Call;
use crate::verbs::locate::is_managed;
use crate::verbs::lookup::in_chosen_dialect;
use crate::verbs::pages::repeats;

/// One page of the pool's sandboxes.
pub fn list<T: Transport>(call: &Call<'_, T>, cursor: Option<&str>) -> Result<Page, Error> {
    let (dialect, page) = managed(call, cursor)?;
    if page.next.is_some() && page.next.as_deref() == cursor {
        return Err(repeats());
    }
    let items = page.items.into_iter().map(|sandbox| item(call, dialect, sandbox)).collect();
    Ok(Page { items, next_cursor: page.next, server_time: call.client.server_time().map(Moment::to_rfc3339) })
}

/// One page as the server lists it, without what is not ours whatever the server made of the filter.
pub fn managed<T: Transport>(call: &Call<'_, T>, cursor: Option<&str>) -> Result<(Dialect, daytona::Page), Error> {
    let labels = [(MANAGED_BY, MANAGER), (POOL, call.pool_id.as_str())];
    let (dialect, mut page) = in_chosen_dialect(call, |dialect| call.client.list(dialect, &labels, cursor))?;
    page.items.retain(|sandbox| is_managed(call, sandbox) && sandbox.known_state() != SandboxState::Destroyed);
    Ok((dialect, page))
}

fn item<T: Transport>(call: &Call<'_, T>, dialect: Dialect, sandbox: Sandbox) -> Item {
    Item {
        handle: call.handle(dialect, &sandbox),
        session_id: sandbox.label(SESSION).map(str::to_owned),
        created_at: sandbox.created_at.map(Moment::to_rfc3339),
        orphan_since: sandbox.label(ORPHAN_SINCE).map(str::to_owned),
        state: state::of(dialect, &sandbox),
        extensions: Vec::new(),
    }
}
