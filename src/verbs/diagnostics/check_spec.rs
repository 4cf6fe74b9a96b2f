//! Every remark on a specification, before anything is sent.

use super::health::local;
use super::remark::{note, of_error, sorted, warning, without_key};
use crate::contract::{Context, Finding, Spec};
use crate::http::Transport;
use crate::http::secret::Secret;
use crate::pool::{self, Pool, USUAL_MAXIMA, is_variable};
use crate::sandbox::image;
use crate::verbs::call::credentials::{self, Environment, KEY_VARIABLE, URL_VARIABLE};
use crate::verbs::call::{Call, LONG_DEADLINE_MS};
use crate::verbs::provision;

/// Longest that a create blocks, and what is left for the look-up after it, in milliseconds.
const CREATE_MS: u32 = 40_000;

/// Seconds of idleness when the session does not say.
const DEFAULT_IDLE_SEC: u32 = 30 * 60;

const MIB_PER_GIB: u32 = 1024;

/// Variables that the platform keeps from agents, and those that it sets itself.
const HOST_OWNED: [&str; 13] = [
    "DONMAI_DAEMON_JWT",
    "DONMAI_DAEMON_API_KEY",
    "DONMAI_DAEMON_TOKEN",
    "DONMAI_ORCHESTRATOR_URL",
    "DONMAI_CREDENTIAL_CAPABILITY",
    "WORKER_API_KEY",
    "M2M_JWT_SECRET",
    "AUDIT_SIGNING_KEY_PRIVATE",
    "AUDIT_SIGNING_KEY_PUBLIC",
    "WORKOS_API_KEY",
    "WORKOS_COOKIE_PASSWORD",
    KEY_VARIABLE,
    URL_VARIABLE,
];
const HOST_OWNED_PREFIX: &str = "DONMAI_PI_CONFINEMENT";

/// Every remark on a specification in this context.
pub fn check_spec(
    context: Context,
    spec: &Spec,
    environment: &impl Environment,
    transport: &impl Transport,
) -> Vec<Finding> {
    let deadline_ms = context.deadline_ms.unwrap_or(LONG_DEADLINE_MS);
    let secret = credentials::key(&context, environment).ok();
    let of_environment = environment.var(KEY_VARIABLE).and_then(|key| Secret::new(key).ok());
    let pool = pool::load(&context.config).ok();
    let mut findings = Vec::new();
    match Call::new(context, environment, transport, LONG_DEADLINE_MS) {
        Err(refused) => findings.push(of_error(&refused, local(&refused))),
        Ok(call) => {
            findings.extend(provision::refusals(&call, spec).iter().map(|refused| of_error(refused, "spec")));
            keys(spec, call.client.secret(), of_environment.as_ref(), &mut findings);
        }
    }
    if let Some(pool) = pool {
        odd(spec, &pool, deadline_ms, &mut findings);
    }
    let findings = sorted(findings);
    match &secret {
        Some(secret) => without_key(findings, secret),
        None => findings,
    }
}

/// Variables with the environment's key in them, where the context has another one, which is refused anyway.
fn keys(spec: &Spec, context: &Secret, environment: Option<&Secret>, findings: &mut Vec<Finding>) {
    for (name, value) in &spec.env {
        if !context.occurs_in(value) && environment.is_some_and(|key| key.occurs_in(value)) {
            findings.push(warning(
                "key-in-env",
                &variable(name),
                "It has the API key of this provider's environment in it, with which the agent could delete every sandbox.",
                "Leave it out, or make a key with fewer scopes.",
            ));
        }
    }
}

fn variable(name: &str) -> String {
    format!("spec.env.{}", pool::cut(name))
}

/// What works, but is hardly meant.
fn odd(spec: &Spec, pool: &Pool, deadline_ms: u32, findings: &mut Vec<Finding>) {
    for (name, _) in &spec.env {
        if HOST_OWNED.contains(&name.as_str()) || name.starts_with(HOST_OWNED_PREFIX) {
            findings.push(warning(
                "host-owned-variable",
                &variable(name),
                "The platform keeps it from agents or sets it itself, so the value is lost or harms.",
                "Leave it out.",
            ));
        } else if !is_variable(name) {
            findings.push(warning(
                "variable-name",
                &variable(name),
                "No shell takes this for a variable's name, so what it starts may not see it.",
                "Use letters, digits and _, and no digit first.",
            ));
        }
    }
    let snapshot = pool.snapshot.is_some();
    if let Some(image) = spec.image.as_deref().filter(|image| image::is_reference(image) && image::tag_is_latest(image))
    {
        findings.push(warning(
            "image-not-pinned",
            "spec.image",
            format!("{image} has no fixed version; Daytona's build cache may go on using an old one."),
            "Name a version tag or a digest.",
        ));
    } else if spec.image.is_none() && pool.image.is_none() && !snapshot {
        findings.push(note(
            "image-not-pinned",
            "$.image",
            "The default image has no fixed version.",
            "Write an image with a version tag into the pool.",
        ));
    }
    let sizes = &spec.resources;
    // In the order of the maxima.
    let asked = [
        ("spec.resources.disk-mb", sizes.disk_mb, MIB_PER_GIB),
        ("spec.resources.vcpu", sizes.vcpu, 1),
        ("spec.resources.memory-mb", sizes.memory_mb, MIB_PER_GIB),
    ];
    for ((path, asked, unit), (_, maximum, what)) in asked.into_iter().zip(USUAL_MAXIMA) {
        if !snapshot && asked.is_some_and(|asked| asked.div_ceil(unit) > maximum) {
            findings.push(warning(
                "over-usual-maximum",
                path,
                format!("Daytona usually grants one sandbox at most {maximum} {what}."),
                "Ask for less, unless Daytona's support has raised the limit or the server is your own.",
            ));
        }
    }
    if deadline_ms < CREATE_MS {
        findings.push(warning(
            "short-deadline",
            "context.deadline-ms",
            format!("A create may block for 30 s; {deadline_ms} ms may be too short."),
            "Give provision 40 s or more.",
        ));
    }
    let lifetime = spec.max_duration_sec.or(pool.max_lifetime_minutes.map(|minutes| minutes.saturating_mul(60)));
    if lifetime.is_some_and(|lifetime| sizes.timeout_sec.unwrap_or(DEFAULT_IDLE_SEC) > lifetime) {
        findings.push(warning(
            "idle-longer-than-life",
            "spec.resources.timeout-sec",
            "The session may idle longer than it may last, so it is never stopped as idle.",
            "Make it shorter than max-duration-sec and maxLifetimeMinutes.",
        ));
    }
}
