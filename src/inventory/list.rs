//! The pool's sandboxes, page by page.

use crate::calendar::Moment;
use crate::context::Call;
use crate::contract::Error;
use crate::contract::inventory::{Item, Page};
use crate::daytona::{Dialect, Sandbox, SandboxState};
use crate::http::Transport;
use crate::identity::{MANAGED_BY, MANAGER, ORPHAN_SINCE, POOL, SESSION};
use crate::locate::is_managed;
use crate::lookup::in_chosen_dialect;
use crate::prelude::*;
use crate::status::seen;
use crate::{daytona, handle};

/// One page of the pool's sandboxes.
pub fn list<T: Transport>(call: &Call<'_, T>, cursor: Option<&str>) -> Result<Page, Error> {
    let (dialect, page) = managed(call, cursor)?;
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
        handle: handle::of(call, dialect, &sandbox),
        session_id: sandbox.label(SESSION).map(str::to_owned),
        created_at: sandbox.created_at.map(Moment::to_rfc3339),
        orphan_since: sandbox.label(ORPHAN_SINCE).map(str::to_owned),
        state: seen(dialect, &sandbox),
        extensions: Vec::new(),
    }
}
