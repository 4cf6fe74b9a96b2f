//! Whether a pool would work, as a checklist.

use sandbox_host::{CallError, Condition, Finding, ProviderError, Severity, Spec};
use serde::Serialize;

use crate::Done;
use crate::args::{Doctor, Global};
use crate::component::{Network, provider};
use crate::exit::Exit;
use crate::input::{self, Pool};
use crate::out;
use crate::output::{findings, print_json};
use crate::style::{Style, clean};

/// One line of the checklist.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    name: &'static str,
    /// `ok`, `warning`, `error`, or `skipped` where an earlier check has to pass first.
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    findings: Vec<Finding>,
}

impl Check {
    fn of(name: &'static str, findings: Vec<Finding>) -> Self {
        let result = match worst(&findings) {
            Some(Severity::Error) => "error",
            Some(Severity::Warning) => "warning",
            Some(Severity::Note) | None => "ok",
        };
        Self { name, result, why: None, findings }
    }

    fn skipped(name: &'static str, why: &str) -> Self {
        Self { name, result: "skipped", why: Some(why.to_owned()), findings: Vec::new() }
    }
}

/// The whole checklist.
#[derive(Serialize)]
struct Diagnosis {
    checks: Vec<Check>,
}

pub async fn run(global: &Global, own: &Doctor) -> Done {
    let spec = own.spec.as_deref().map(input::spec_file).transpose()?;
    let pool = Pool::read(global)?;
    let context = pool.context(global)?;
    let provider = provider(global, Network::Needed)?;
    let mut checks = vec![Check::of("configuration", provider.check_config(&pool.config).await?)];
    // Without a specification, one that leaves everything to the pool.
    let asked = spec.clone().unwrap_or_else(|| Spec::new("doctor"));
    let mut local = match provider.check_spec(&context, &asked).await {
        Ok(findings) => findings,
        // With injected keys, the host refuses what has one in it.
        Err(CallError::Provider(error)) => vec![finding(&error)],
        Err(other) => return Err(other.into()),
    };
    // What the configuration's own check has said is not said again.
    local.retain(|finding| {
        !checks[0].findings.iter().any(|said| said.rule == finding.rule && said.path == finding.path)
    });
    checks.push(Check::of("specification", local));
    let (is_usable, findings) = match provider.health(&context).await {
        Ok(report) => (report.condition != Condition::Unhealthy, report.findings),
        // The host asks first whom the call may contact, and a wrong configuration names nobody.
        Err(CallError::Provider(error)) => (false, vec![finding(&error)]),
        Err(other) => return Err(other.into()),
    };
    checks.push(Check::of("key and server", findings));
    // The key is not presented again where it was refused.
    checks.push(if is_usable {
        let mut found = provider.preflight(&context, spec.as_ref()).await?;
        found.retain(|finding| {
            !checks
                .iter()
                .flat_map(|check| &check.findings)
                .any(|said| said.rule == finding.rule && said.path == finding.path)
        });
        Check::of("provisioning", found)
    } else {
        Check::skipped("provisioning", "key and server come first")
    });
    let diagnosis = Diagnosis { checks };
    if global.json {
        print_json(&diagnosis)?;
    } else {
        out::print(shown(Style::stdout(), &diagnosis))?;
    }
    let all: Vec<&Finding> = diagnosis.checks.iter().flat_map(|check| &check.findings).collect();
    Ok(Exit::of_findings(&all))
}

fn shown(style: Style, diagnosis: &Diagnosis) -> String {
    let mut text = String::new();
    for check in &diagnosis.checks {
        let mark = match check.result {
            "ok" => style.good("✓"),
            "warning" => style.warning("!"),
            "error" => style.bad("✗"),
            _ => style.dim("–"),
        };
        let why = check
            .why
            .as_deref()
            .map(|why| format!("  {}", style.dim(format!("not looked at: {why}"))))
            .unwrap_or_default();
        text.push_str(&format!("{mark}  {}{why}\n", style.bold(check.name)));
        if !check.findings.is_empty() {
            for line in findings(style, &check.findings).lines() {
                text.push_str(&format!("   {line}\n"));
            }
        }
    }
    let all = || diagnosis.checks.iter().flat_map(|check| &check.findings);
    let first = all().find(|finding| finding.severity == Severity::Error);
    text.push('\n');
    text.push_str(&match (first, all().any(|finding| finding.severity == Severity::Warning)) {
        (Some(first), _) => format!("{}  {}\n", style.bad("This pool does not work:"), clean(&first.message)),
        (None, true) => format!(
            "{}\n",
            style.warning("This pool works, as far as it can be told, but something is probably not as meant.")
        ),
        (None, false) => {
            format!("{}\n", style.good("This pool works, as far as it can be told without creating anything."))
        }
    });
    text
}

/// An error as a finding.
fn finding(error: &ProviderError) -> Finding {
    let detail = |name: &str| error.details.get(name).map(str::to_owned);
    Finding {
        severity: Severity::Error,
        rule: detail("rule").unwrap_or_else(|| error.code.to_string()),
        path: detail("path").unwrap_or_else(|| "vendor.url".to_owned()),
        message: error.message.clone(),
        remedy: detail("remedy"),
    }
}

fn worst(findings: &[Finding]) -> Option<Severity> {
    [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .find(|severity| findings.iter().any(|finding| finding.severity == *severity))
}
