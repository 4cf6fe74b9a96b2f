//! The way into a sandbox: its toolbox, where it may be called.

use super::call::Call;
use super::target::Target;
use crate::contract::ErrorCode;
use crate::daytona::{Sandbox, Toolbox};
use crate::error::Error;
use crate::http::Transport;
use crate::http::url::{BaseUrl, Origin};
use crate::sandbox::toolbox;

/// Why a toolbox is not called.
#[derive(Debug)]
pub enum Unreached {
    /// The server does not say where it is.
    Unnamed,
    /// It lies where the key must not go.
    Untrusted(Origin),
    /// The host lets calls with this handle reach another one, or none.
    NotInHandle(Origin),
}

/// The toolbox of a sandbox that was just seen.
pub fn of<'t, T: Transport>(
    call: &Call<'_, T>,
    target: &'t Target,
    sandbox: &Sandbox,
) -> Result<Toolbox<'t>, Unreached> {
    let url = sandbox.toolbox_proxy_url.as_deref().and_then(|url| BaseUrl::parse(url).ok());
    let url = url.ok_or(Unreached::Unnamed)?;
    let (api, named) = (call.client.base().origin(), call.pool.toolbox_url.as_ref());
    let Some(origin) = toolbox::trusted(url.origin(), api, named) else {
        return Err(Unreached::Untrusted(url.origin().clone()));
    };
    if target.toolbox(call).as_ref() != Some(origin) {
        return Err(Unreached::NotInHandle(origin.clone()));
    }
    let url = BaseUrl::parse(&format!("{origin}{}", url.path())).map_err(|_| Unreached::Unnamed)?;
    Ok(Toolbox { url, id: &target.id })
}

impl Unreached {
    /// For people, where somebody can do something about it.
    pub fn problem(&self) -> Option<String> {
        match self {
            Self::Unnamed => None,
            Self::Untrusted(origin) => Some(problem(origin, "lies outside of the API's domain, so it is not called")),
            Self::NotInHandle(origin) => {
                Some(problem(origin, "is not the one in the handle, so it is not called before locate gives a new one"))
            }
        }
    }
}

impl From<Unreached> for Error {
    fn from(unreached: Unreached) -> Self {
        let (rule, remedy) = match &unreached {
            Unreached::Unnamed => ("no-toolbox", "Upgrade Daytona to 0.148 or later."),
            Unreached::Untrusted(_) => ("toolbox-untrusted", "Name its address in the pool key toolboxUrl."),
            Unreached::NotInHandle(_) => ("toolbox-not-in-handle", "Call with the handle that locate returns now."),
        };
        let message = unreached.problem().unwrap_or_else(|| {
            "This Daytona server does not say where the toolbox of the sandbox is, so nothing can be run in it."
                .to_owned()
        });
        Self::new(ErrorCode::Unsupported, message).rule(rule).remedy(remedy)
    }
}

/// What is the matter with a toolbox.
pub fn problem(toolbox: &Origin, why: &str) -> String {
    format!(
        "The toolbox at {toolbox} {why}. The pool key toolboxUrl can name where it is reached, also by an IP address."
    )
}
