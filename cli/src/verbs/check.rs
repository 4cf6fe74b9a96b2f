use sandbox_host::input::plain_name;
use sandbox_host::{Context, Declaration, Finding, Origin, Provider, Severity};
use serde::Serialize;

use crate::Done;
use crate::args::{GUEST_VARIABLES, Global};
use crate::component::{Network, provider};
use crate::exit::Exit;
use crate::input::Pool;
use crate::layout::columns;
use crate::out;
use crate::output::{declaration, findings, print_json};
use crate::style::Style;

#[derive(Serialize)]
struct Checked {
    findings: Vec<Finding>,
    provides: Declaration,
}

pub async fn run(global: &Global) -> Done {
    let pool = Pool::read(global)?;
    // What stands beside the pool is checked as well.
    pool.context(global)?;
    let provider = provider(global, Network::NotNeeded)?;
    let mut found = provider.check_config(&pool.config).await?;
    found.extend(beside_config(&pool, &provider.describe().await?.config_schema));
    found.extend(key_to_pools_url(global, &pool, &provider).await);
    let checked = Checked { findings: found, provides: provider.provides(pool.runtime_provides.as_ref()).await? };
    let broken = checked.findings.iter().any(|finding| finding.severity == Severity::Error);
    if global.json {
        print_json(&checked)?;
    } else {
        let style = Style::stdout();
        out::print(findings(style, &checked.findings))?;
        out::line(format!("\n{}", style.bold("Such a pool provides")))?;
        out::print(columns(style, &declaration(&checked.provides)))?;
    }
    Ok(if broken { Exit::Config } else { Exit::Ok })
}

/// Fields of a record that stand beside its configuration and were meant to be read: keys of the configuration, and other
/// spellings of what a record has.
fn beside_config(pool: &Pool, schema: &str) -> Vec<Finding> {
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap_or_default();
    let keys: Vec<&String> = schema["properties"].as_object().into_iter().flat_map(|keys| keys.keys()).collect();
    let alike = |name: &str| name.to_ascii_lowercase().replace(['_', '-'], "");
    let told = |name: &String| {
        let shown = plain_name(name);
        let (rule, why, remedy) = match alike(name).as_str() {
            "poolid" | "pool" | "poolname" if !pool.has_id() => {
                ("unknown-key", "the pool's id is the field id".to_owned(), "Write id.".to_owned())
            }
            "runtimeprovides" | "runtimeprovide" | "provides" if pool.runtime_provides.is_none() => (
                "unknown-key",
                "what the pool provides is the field runtimeProvides".to_owned(),
                "Write runtimeProvides.".to_owned(),
            ),
            name => {
                let key = keys.iter().find(|key| alike(key) == name)?;
                (
                    "beside-config",
                    format!("{key} is read within config only"),
                    format!("Move it into config, as {key}."),
                )
            }
        };
        Some(Finding {
            severity: Severity::Warning,
            rule: rule.to_owned(),
            path: format!("$.{shown}"),
            message: format!("{shown} has no effect here: {why}."),
            remedy: Some(remedy),
        })
    };
    pool.beside.iter().filter_map(told).collect()
}

/// Whether the environment's key would go to a URL that only the pool names: whoever may edit a pool would receive it.
async fn key_to_pools_url(global: &Global, pool: &Pool, provider: &Provider) -> Option<Finding> {
    let key = GUEST_VARIABLES.into_iter().find(|(name, is_key)| *is_key && std::env::var_os(name).is_some())?.0;
    if global.credential_file.is_some() {
        return None;
    }
    let context = pool.context(global).ok()?;
    // What is wrong with the configuration is told elsewhere.
    let named = provider.origins(&context, None).await.ok()?.into_iter().next()?;
    let without = Context { config: String::new(), ..context };
    if provider.origins(&without, None).await.ok()?.contains(&named) {
        return None;
    }
    Some(Finding {
        severity: Severity::Warning,
        rule: "key-to-pools-url".to_owned(),
        path: path_of(&pool.config, &named),
        message: format!(
            "The key in {key} would go to {named}, which only the pool's configuration names: whoever may edit the pool could have it sent elsewhere."
        ),
        remedy: Some(
            "Set the URL beside the key, in the environment or with --credential-file, where it wins over the pool's."
                .to_owned(),
        ),
    })
}

/// Where a configuration names an origin.
fn path_of(config: &str, origin: &str) -> String {
    let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(config).unwrap_or_default();
    let named = |value: &serde_json::Value| {
        let url = value.as_str().and_then(|url| url.parse().ok());
        url.and_then(|url| Origin::of(&url).ok()).is_some_and(|found| found.to_string() == origin)
    };
    members.iter().find(|(_, value)| named(value)).map_or_else(|| "$".to_owned(), |(name, _)| format!("$.{name}"))
}
