//! What a call carries, resolved and checked: pool, server, key, deadline.

pub mod credentials;

use crate::contract::{Context, ErrorCode, Finding, Handle, Severity};
use crate::daytona::{Client, Dialect, Sandbox};
use crate::digits::digits;
use crate::error::Error;
use crate::http::secret::Secret;
use crate::http::url::BaseUrl;
use crate::http::{Transport, jittered};
use crate::pairs;
use crate::pool::{self, Pool};
use crate::sandbox::handle::{self, Place};
use credentials::Environment;

/// Milliseconds that `provision` and `terminate` may take when the context does not say.
pub const LONG_DEADLINE_MS: u32 = 60_000;
/// Milliseconds that any other call may take when the context does not say.
pub const DEADLINE_MS: u32 = 30_000;
/// Longest deadline in milliseconds, an hour: more is a number in a wrong unit, or a negative one that was wrapped.
const MAX_DEADLINE_MS: u32 = 60 * 60 * 1000;

const DEADLINES: &str = "Ask for 1 ms to an hour, or leave it out.";

/// A call that may go ahead.
pub struct Call<'t, T> {
    pub pool: Box<Pool>,
    pub pool_id: String,
    /// The platform's organization.
    pub tenant: Option<String>,
    /// Daytona's organization, as far as the credential tells.
    pub organization: Option<String>,
    pub client: Client<'t, T>,
    /// How long it may take, in milliseconds.
    pub deadline_ms: u32,
    /// Whether `status` shall only look.
    pub observe: bool,
    /// Most requests of a verb whose number of requests grows with the pool.
    pub max_requests: Option<u32>,
}

impl<'t, T: Transport> Call<'t, T> {
    /// Resolves a context. Nothing is sent.
    pub fn new(
        context: Context,
        environment: &impl Environment,
        transport: &'t T,
        default_ms: u32,
    ) -> Result<Self, Error> {
        let begun = transport.now();
        let Resolved { pool, base, secret, deadline_ms, max_requests } =
            match resolve(&context, environment, default_ms) {
                Ok(resolved) => resolved,
                Err(error) => {
                    return Err(match credentials::key(&context, environment) {
                        Ok(secret) => error.without(&secret),
                        Err(_) => error,
                    });
                }
            };
        let client = Client::new(transport, base, secret, begun.plus_ms(u64::from(deadline_ms)));
        let observe = pairs::get(&context.extensions, "observe") == Some("true");
        let organization = context.credential.and_then(|credential| credential.organization_id);
        Ok(Self {
            pool,
            pool_id: context.pool_id,
            tenant: context.organization_id,
            organization,
            client,
            deadline_ms,
            observe,
            max_requests,
        })
    }

    /// Runs a verb. An error is made of what came in and of what the server said, so the key is taken out of it here, where
    /// it leaves.
    pub fn run<R>(&self, verb: impl FnOnce(&Self) -> Result<R, Error>) -> Result<R, Error> {
        verb(self).map_err(|error| error.without(self.client.secret()))
    }

    /// Where a sandbox that this call has seen lives and whose it is.
    pub fn place(&self, dialect: Dialect) -> Place<'_> {
        Place {
            dialect,
            api: self.client.base().origin(),
            organization: self.organization.as_deref(),
            tenant: self.tenant.as_deref(),
            toolbox: self.pool.toolbox_url.as_ref(),
        }
    }

    /// The handle of a sandbox that was seen.
    pub fn handle(&self, dialect: Dialect, sandbox: &Sandbox) -> Handle {
        handle::of(&self.place(dialect), sandbox)
    }

    /// Keeps to the number of requests that the host allows.
    pub fn bound_requests(&self) {
        if let Some(requests) = self.max_requests {
            self.client.allow_requests(requests);
        }
    }

    /// Waits before a next look, longer from one time to the next; false when the deadline would end before.
    pub fn pause(&self, times: u32) -> bool {
        const FIRST_MS: u64 = 250;
        const MAX_MS: u64 = 3_000;
        let now = self.client.transport().now();
        let pause = FIRST_MS.checked_shl(times).unwrap_or(MAX_MS).min(MAX_MS);
        let resume = now.plus_ms(jittered(pause, now));
        let in_time = resume < self.client.deadline();
        if in_time {
            self.client.transport().sleep_until(resume);
        }
        in_time
    }
}

/// What follows from a context.
struct Resolved {
    pool: Box<Pool>,
    base: BaseUrl,
    secret: Secret,
    deadline_ms: u32,
    max_requests: Option<u32>,
}

fn resolve(context: &Context, environment: &impl Environment, default_ms: u32) -> Result<Resolved, Error> {
    let pool = pool_of(context)?;
    let deadline_ms = context.deadline_ms.unwrap_or(default_ms);
    if deadline_ms == 0 {
        return Err(Error::spec("A deadline of 0 ms leaves no time for anything.")
            .rule("zero-deadline")
            .detail("path", "context.deadline-ms")
            .remedy(DEADLINES));
    }
    if deadline_ms > MAX_DEADLINE_MS {
        return Err(Error::spec(format!("A deadline of {deadline_ms} ms is more than an hour, {MAX_DEADLINE_MS} ms."))
            .rule("out-of-range")
            .detail("path", "context.deadline-ms")
            .remedy(DEADLINES));
    }
    if context.pool_id.is_empty() {
        return Err(Error::spec("The pool's id is empty, so no sandbox could be told from another pool's.")
            .rule("empty-pool-id")
            .detail("path", "context.pool-id")
            .remedy("Name the pool."));
    }
    let base = credentials::base_url(context, &pool, environment)?;
    let secret = credentials::key(context, environment)?;
    check_ids(context, &secret)?;
    let max_requests = max_requests(context)?;
    Ok(Resolved { pool, base, secret, deadline_ms, max_requests })
}

/// Ids become labels and parts of handles, where the key must not be.
fn check_ids(context: &Context, secret: &Secret) -> Result<(), Error> {
    let of_credential = context.credential.as_ref().and_then(|credential| credential.organization_id.as_ref());
    let ids = [
        ("context.pool-id", Some(&context.pool_id)),
        ("context.organization-id", context.organization_id.as_ref()),
        ("context.credential.organization-id", of_credential),
    ];
    match ids.iter().find(|(_, id)| id.is_some_and(|id| secret.occurs_in(id))) {
        None => Ok(()),
        Some((path, _)) => Err(key_in_id(path)),
    }
}

/// An id has the key in it.
#[cold]
pub fn key_in_id(path: &str) -> Error {
    Error::spec(format!("{path} contains the API key of this call, which must not get into names and labels."))
        .rule("key-in-id")
        .detail("path", path)
        .remedy("Use the id that the platform gave.")
}

/// The bound of a call's requests, where the host names one.
fn max_requests(context: &Context) -> Result<Option<u32>, Error> {
    let Some(text) = pairs::get(&context.extensions, "max-requests") else { return Ok(None) };
    let number = digits(text).and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0);
    number.map(Some).ok_or_else(|| {
        Error::spec("max-requests is not a whole number from 1 on.")
            .rule("max-requests")
            .detail("path", "context.extensions.max-requests")
    })
}

/// The pool's configuration, or one error that tells all that is wrong with it.
pub fn pool_of(context: &Context) -> Result<Box<Pool>, Error> {
    pool::load(&context.config).map_err(|findings| invalid_pool(&findings))
}

fn invalid_pool(findings: &[Finding]) -> Error {
    let errors: Vec<&Finding> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let problems: Vec<String> = errors.iter().map(|finding| format!("{}: {}", finding.path, finding.message)).collect();
    let message = format!("The pool's configuration cannot be used: {}", problems.join(" "));
    let mut error = Error::config(message)
        .problems(errors.iter().map(|finding| (finding.path.clone(), finding.message.clone())).collect());
    if let Some(first) = errors.first() {
        error = error.rule(&first.rule);
        if let Some(remedy) = &first.remedy {
            error = error.remedy(remedy);
        }
        if first.rule == "daytona-v2" {
            error.code = ErrorCode::Unsupported;
        }
    }
    error
}
