//! What a call carries, resolved and checked: pool, server, key, deadline.

use crate::contract::{Context, Error, ErrorCode, Finding, Handle, Severity};
use crate::credentials::{self, Environment};
use crate::daytona::{Client, Dialect, Sandbox};
use crate::http::Transport;
use crate::http::url::{BaseUrl, Origin, Segment};
use crate::pairs;
use crate::pool::{self, Pool};
use crate::prelude::*;
use crate::profile;
use crate::text;

/// Milliseconds that `provision` and `terminate` may take when the context does not say.
pub const LONG_DEADLINE_MS: u32 = 60_000;
/// Milliseconds that any other call may take when the context does not say.
pub const DEADLINE_MS: u32 = 30_000;

/// Keys of a handle's metadata.
pub mod metadata {
    pub const DIALECT: &str = "dialect";
    pub const API_ORIGIN: &str = "api-origin";
    pub const ORGANIZATION: &str = "organization-id";
    pub const NAME: &str = "name";
    pub const TOOLBOX_ORIGIN: &str = "toolbox-origin";
    /// The platform's organization, where the platform named one.
    pub const TENANT: &str = "platform-organization-id";
}

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
        let pool = pool_of(&context)?;
        let deadline_ms = context.deadline_ms.unwrap_or(default_ms);
        if deadline_ms == 0 {
            return Err(Error::spec("A deadline of 0 ms leaves no time for anything.")
                .rule("zero-deadline")
                .detail("path", "context.deadline-ms"));
        }
        if context.pool_id.is_empty() {
            return Err(Error::spec("The pool's id is empty, so no sandbox could be told from another pool's.")
                .rule("empty-pool-id")
                .detail("path", "context.pool-id"));
        }
        let base = credentials::base_url(&context, &pool, environment)?;
        let secret = credentials::key(&context, environment)?;
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
        })
    }
}

/// The pool's configuration, or one error that tells all that is wrong with it.
pub fn pool_of(context: &Context) -> Result<Box<Pool>, Error> {
    pool::load(&context.config).map_err(|findings| invalid_pool(&findings))
}

fn invalid_pool(findings: &[Finding]) -> Error {
    let errors: Vec<&Finding> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let mut message = String::from("The pool's configuration cannot be used:");
    for finding in &errors {
        message.push_str(&text::fill(" {}: {}", &[&finding.path, &finding.message]));
    }
    let mut error = Error::config(message).detail("problems", &text::decimal(errors.len()));
    if let Some(first) = errors.first() {
        error = error.rule(&first.rule).detail("path", first.path.as_str());
        if let Some(remedy) = &first.remedy {
            error = error.remedy(remedy);
        }
        if first.rule == "daytona-v2" {
            error.code = ErrorCode::Unsupported;
        }
    }
    error
}

/// A handle that belongs to this provider, server and organization.
pub struct Target {
    /// Daytona's id, as a path segment.
    pub id: Segment,
    /// Daytona's id, as it is.
    pub external_id: String,
    /// The dialect that the handle names; today's where an older version named none.
    pub dialect: Dialect,
    /// Where the toolbox may be called.
    pub toolbox: Option<Origin>,
}

impl Target {
    /// Checks a handle against the call. A handle of another server or organization is refused: there the sandbox would
    /// not be found, and a sandbox that is not found counts as gone.
    pub fn new<T: Transport>(call: &Call<'_, T>, handle: Handle) -> Result<Self, Error> {
        check_origin(&handle, call.client.base())?;
        let same = |key, ours: &Option<String>, whose: &str| match (pairs::get(&handle.metadata, key), ours) {
            (Some(theirs), Some(ours)) if theirs != ours => {
                Err(Error::config(text::fill("The handle belongs to {} {}, this call to {}.", &[whose, theirs, ours]))
                    .rule("foreign-organization")
                    .remedy("Call with the context of the organization that the session was provisioned for."))
            }
            _ => Ok(()),
        };
        same(metadata::ORGANIZATION, &call.organization, "the Daytona organization")?;
        same(metadata::TENANT, &call.tenant, "the platform's organization")?;
        let toolbox = toolbox_origin(&handle, &call.pool, call.client.base().origin());
        let Some(id) = Segment::new(&handle.external_id) else {
            return Err(Error::spec("The handle's external id is not one that Daytona gives.")
                .rule("malformed-handle")
                .detail("path", "handle.external-id"));
        };
        let dialect = pairs::get(&handle.metadata, metadata::DIALECT).and_then(Dialect::named).unwrap_or(
            match call.pool.dialect {
                pool::Dialect::Workspace => Dialect::Workspace,
                pool::Dialect::Auto | pool::Dialect::Sandbox => Dialect::Sandbox,
            },
        );
        Ok(Self { id, external_id: handle.external_id, dialect, toolbox })
    }

    /// A sandbox that was just seen.
    pub fn of<T: Transport>(call: &Call<'_, T>, dialect: Dialect, sandbox: &Sandbox) -> Result<Self, Error> {
        let Some(id) = Segment::new(&sandbox.id) else {
            return Err(Error::new(ErrorCode::Protocol, "Daytona named a sandbox by an id that cannot be used.")
                .rule("bad-reply"));
        };
        let api = call.client.base().origin();
        let toolbox = sandbox.toolbox_proxy_url.as_deref().and_then(|url| Origin::parse(url).ok());
        let toolbox = toolbox.filter(|origin| origin.is_acceptable_toolbox(api, call.pool.toolbox_url.as_ref()));
        Ok(Self { id, external_id: sandbox.id.clone(), dialect, toolbox })
    }
}

/// Refuses a handle that another provider made or that was minted against another server.
pub fn check_origin(handle: &Handle, base: &BaseUrl) -> Result<(), Error> {
    if handle.provider_id != profile::ID {
        return Err(Error::spec(text::fill(
            "The handle is of the provider {}, not of {}.",
            &[&handle.provider_id, profile::ID],
        ))
        .rule("foreign-handle")
        .detail("path", "handle.provider-id"));
    }
    let ours = base.origin().text();
    match pairs::get(&handle.metadata, metadata::API_ORIGIN) {
        Some(theirs) if theirs != ours => {
            Err(Error::config(text::fill("The handle was made at {}, but this call goes to {}.", &[theirs, &ours]))
                .rule("foreign-origin")
                .remedy("Use the URL and the key that the session was provisioned with; the sandbox lives there."))
        }
        _ => Ok(()),
    }
}

/// The toolbox's origin in a handle, where it may be called.
pub fn toolbox_origin(handle: &Handle, pool: &Pool, api: &Origin) -> Option<Origin> {
    let origin = Origin::parse(pairs::get(&handle.metadata, metadata::TOOLBOX_ORIGIN)?).ok()?;
    origin.is_acceptable_toolbox(api, pool.toolbox_url.as_ref()).then_some(origin)
}
