//! The interface `diagnostics`, as hostile as the rest.

use crate::attack::attack;
use crate::contract::diagnostics::{CapacityReport, Condition, Explanation, Guest as Diagnostics, HealthReport};
use crate::contract::types::{Context, Error, Finding, Handle, Severity, Spec};
use crate::exports::{Component, succeed};
use crate::orders::Orders;

impl Diagnostics for Component {
    fn check_spec(context: Context, _: Spec) -> Vec<Finding> {
        let result = attack(&Orders::of(&context), "check-spec");
        findings(result.many, result.report)
    }

    fn health(context: Context) -> Result<HealthReport, Error> {
        let result = succeed(attack(&Orders::of(&context), "health"))?;
        Ok(HealthReport {
            condition: Condition::Ready,
            rule: None,
            reason: None,
            until: None,
            findings: findings(result.many, result.report),
            extensions: Vec::new(),
        })
    }

    fn preflight(context: Context, _: Option<Spec>) -> Result<Vec<Finding>, Error> {
        let result = succeed(attack(&Orders::of(&context), "preflight"))?;
        Ok(findings(result.many, result.report))
    }

    fn explain(context: Context, _: String, handle: Option<Handle>) -> Result<Explanation, Error> {
        let result = succeed(attack(&Orders::of(&context), "explain"))?;
        let findings = findings(result.many, result.report);
        Ok(Explanation { handle, state: None, output: None, findings, details: Vec::new() })
    }

    fn capacity(context: Context) -> Result<CapacityReport, Error> {
        let result = succeed(attack(&Orders::of(&context), "capacity"))?;
        Ok(CapacityReport {
            active: 0,
            parked: 0,
            available: None,
            maximum: None,
            limit: Some(result.report),
            captured_at: None,
            complete: true,
            details: (0..result.many).map(|_| (String::new(), String::new())).collect(),
        })
    }
}

/// So many findings that say nothing, and one that says something.
fn findings(many: usize, report: String) -> Vec<Finding> {
    let finding = |message: String| Finding {
        severity: Severity::Note,
        rule: String::new(),
        path: String::new(),
        message,
        remedy: None,
    };
    (0..many).map(|_| finding(String::new())).chain([finding(report)]).collect()
}
