//! Finding a sandbox by what is known of it.

use super::call::Call;
use super::target::Target;
use crate::contract::ErrorCode;
use crate::daytona::{Client, Dialect, Reaction, Rejection, Sandbox};
use crate::error::Error;
use crate::http::Transport;
use crate::pool;

/// Does something in the handle's dialect, and in the other one only where the server says that it has no such route: a
/// server that was upgraded past `/workspace` still has its sandboxes, under the same ids.
pub fn in_served_dialect<T: Transport, R>(
    call: &Call<'_, T>,
    first: Dialect,
    action: impl Fn(&Client<'_, T>, Dialect) -> Result<R, Rejection>,
) -> Result<(Dialect, R), Rejection> {
    match action(&call.client, first) {
        Ok(done) => Ok((first, done)),
        Err(refused) if refused.reaction == Reaction::NoSuchRoute => match action(&call.client, first.other()) {
            Ok(done) => Ok((first.other(), done)),
            // A server that names its version has the first route, and refused the request before it read it.
            Err(again) if again.error.get("rule") == Some("no-such-route") && is_unread(&refused) => {
                Err(unread(refused))
            }
            Err(again) if again.reaction == Reaction::NoSuchRoute => {
                Err(Rejection { error: no_api(call, again.error), ..again })
            }
            Err(again) => Err(again),
        },
        Err(refused) => Err(refused),
    }
}

fn is_unread(refused: &Rejection) -> bool {
    refused.error.get("rule") == Some("refused-unread")
}

fn unread(refused: Rejection) -> Rejection {
    Rejection { reaction: Reaction::Report, ..refused }
}

/// Does something in the dialect that the pool's configuration names; in today's, and where the server has no such route
/// in the other one, when it names none.
pub fn in_chosen_dialect<T: Transport, R>(
    call: &Call<'_, T>,
    action: impl Fn(Dialect) -> Result<R, Rejection>,
) -> Result<(Dialect, R), Rejection> {
    let only = |dialect| action(dialect).map(|done| (dialect, done));
    match call.pool.dialect {
        pool::Dialect::Auto => in_served_dialect(call, Dialect::Sandbox, |_, dialect| action(dialect)),
        pool::Dialect::Sandbox => only(Dialect::Sandbox),
        pool::Dialect::Workspace => only(Dialect::Workspace),
    }
}

/// Neither route exists: the URL is wrong.
fn no_api<T: Transport>(call: &Call<'_, T>, mut error: Error) -> Error {
    error.code = ErrorCode::InvalidConfig;
    error.message = format!("The server at {} has neither /sandbox nor /workspace.", call.client.base());
    error
        .retryable(false)
        .maybe_applied(false)
        .rule("no-daytona-route")
        .remedy("Correct the API URL; the usual mistake is a missing /api at its end.")
}

/// The sandbox of a handle; none when the server proves that it does not exist.
pub fn by_id<T: Transport>(call: &Call<'_, T>, target: &Target) -> Result<(Dialect, Option<Box<Sandbox>>), Rejection> {
    in_served_dialect(call, target.dialect, |client, dialect| client.get(dialect, &target.id, &target.external_id))
}
