//! Health, configuration, regions, and the key itself.

use serde_json::{Value, json};

use crate::http::call::Call;
use crate::http::object::Object;
use crate::http::reply::Reply;
use crate::http::throttle::Bucket;
use crate::refusal::Refusal;
use crate::world::MAX_AUTO_ARCHIVE;

pub(super) fn health() -> Result<Reply, Refusal> {
    Ok(Reply::json(200, &json!({"status": "ok"})))
}

pub(super) fn config(call: &Call<'_>) -> Result<Reply, Refusal> {
    let core = call.core;
    let toolbox = core.toolbox_url();
    let proxy = toolbox.trim_end_matches("/toolbox");
    let (scheme, host) = proxy.split_once("://").unwrap_or(("http", proxy));
    let world = core.world();
    let throttle = core.throttle();
    let rate = |bucket: Bucket| json!({"ttl": 60, "limit": throttle.limit(bucket)});
    let mut body = Object::with_nulls();
    body.set("version", core.generation.version().unwrap_or_default());
    let mut oidc = json!({"issuer": "http://localhost:5556/dex", "clientId": "daytona", "audience": "daytona"});
    if core.generation.names_identity_provider() {
        oidc["provider"] = Value::from("oidc");
    }
    body.set("oidc", oidc);
    body.set("linkedAccountsEnabled", false);
    body.set("announcements", json!({}));
    body.set("proxyTemplateUrl", format!("{scheme}://{{{{PORT}}}}-{{{{sandboxId}}}}.{host}"));
    body.set("proxyToolboxUrl", toolbox.as_str());
    body.set("defaultSnapshot", world.default_snapshot.as_str());
    body.set("dashboardUrl", world.dashboard.as_str());
    body.set("maxAutoArchiveInterval", MAX_AUTO_ARCHIVE);
    body.set("maintananceMode", world.maintenance);
    body.set("environment", "dev");
    body.set("sshGatewayCommand", "ssh {{TOKEN}}@localhost");
    body.set("sshGatewayPublicKey", "x");
    body.set(
        "rateLimit",
        json!({
            "authenticated": rate(Bucket::Authenticated),
            "sandboxCreate": rate(Bucket::SandboxCreate),
            "sandboxLifecycle": rate(Bucket::SandboxLifecycle),
        }),
    );
    Ok(Reply::json(200, &body))
}

/// There are none, and none can be made.
pub(super) fn volumes(call: &Call<'_>) -> Result<Reply, Refusal> {
    match (call.request.method.as_str(), call.request.route.trim_matches('/').split('/').next_back()) {
        ("GET" | "HEAD", Some("volumes")) => Ok(Reply::json(200, &[(); 0])),
        ("POST", _) => Err(Refusal::unexpected()),
        (_, id) => Err(Refusal::not_found(format!("Volume with ID {} not found", id.unwrap_or_default()))),
    }
}

pub(super) fn regions(call: &Call<'_>) -> Result<Reply, Refusal> {
    let since = call.core.clock.epoch().rfc3339();
    let shared = call.request.route.contains("shared");
    let regions: Vec<Value> = call
        .core
        .world()
        .regions
        .iter()
        .filter(|region| region.has_quota || shared)
        .map(|region| {
            json!({
                "id": region.id,
                "name": region.id,
                "organizationId": null,
                "regionType": "shared",
                "createdAt": since,
                "updatedAt": since,
                "proxyUrl": null,
                "sshGatewayUrl": null,
                "snapshotManagerUrl": null,
            })
        })
        .collect();
    Ok(Reply::json(200, &regions))
}

pub(super) fn current_key(call: &Call<'_>) -> Result<Reply, Refusal> {
    let world = call.core.world();
    let Some(key) = world.organization.key(&call.key, call.core.now()) else {
        return Err(Refusal::new(401, "Invalid credentials"));
    };
    let mut body = Object::with_nulls();
    body.set("name", key.name.as_str());
    body.set("value", masked(&call.key));
    body.set("createdAt", key.created_at.rfc3339());
    body.set("permissions", key.scopes.clone());
    body.optional("lastUsedAt", key.last_used_at.map(|at| at.rfc3339()));
    body.optional("expiresAt", key.expires_at.map(|at| at.rfc3339()));
    body.set("userId", world.organization.user_id.as_str());
    if call.core.generation.has_kvm() {
        body.set("organizationId", world.organization.id.as_str());
    }
    Ok(Reply::json(200, &body))
}

/// Limits and use, region by region. Everything that is used counts in every region here, as the fake has one quota for all.
pub(super) fn usage(call: &Call<'_>, organization: &str) -> Result<Reply, Refusal> {
    let world = call.core.world();
    if organization != world.organization.id {
        return Err(Refusal::forbidden("Access denied"));
    }
    let (all, used) = (world.limits.organization, world.usage());
    let regions: Vec<Value> = world
        .regions
        .iter()
        .filter(|region| region.has_quota)
        .map(|region| {
            let most = world.limits_in(region).per_sandbox;
            json!({
                "regionId": region.id,
                "sandboxClass": "container",
                "totalCpuQuota": all.cpu,
                "currentCpuUsage": used.cpu,
                "totalMemoryQuota": all.memory,
                "currentMemoryUsage": used.memory,
                "totalDiskQuota": all.disk,
                "currentDiskUsage": used.disk,
                "totalGpuQuota": all.gpu,
                "currentGpuUsage": used.gpu,
                "maxCpuPerSandbox": most.cpu,
                "maxMemoryPerSandbox": most.memory,
                "maxDiskPerSandbox": most.disk,
                "maxDiskPerNonEphemeralSandbox": region.non_ephemeral_disk,
            })
        })
        .collect();
    Ok(Reply::json(
        200,
        &json!({
            "regionUsage": regions,
            "totalSnapshotQuota": world.snapshot_quota.unwrap_or(100),
            "currentSnapshotUsage": 0,
            "totalVolumeQuota": 100,
            "currentVolumeUsage": 0,
        }),
    ))
}

/// The first and the last three characters, and always twenty asterisks between them.
fn masked(secret: &str) -> String {
    let chars: Vec<char> = secret.chars().collect();
    let head: String = chars.iter().take(3).collect();
    let tail: String = chars[chars.len().saturating_sub(3)..].iter().collect();
    format!("{head}{}{tail}", "*".repeat(20))
}
