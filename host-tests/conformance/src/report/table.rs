use std::collections::BTreeMap;

use super::Verdict;

/// Per file of cases and host, how many passed; then every failure with its reasons.
pub fn table(verdicts: &[Verdict]) -> String {
    let mut hosts: Vec<&str> = Vec::new();
    let mut groups: BTreeMap<&str, BTreeMap<&str, (usize, usize)>> = BTreeMap::new();
    for verdict in verdicts {
        if !hosts.contains(&verdict.host.as_str()) {
            hosts.push(&verdict.host);
        }
        for group in [verdict.group.as_str(), "~ all"] {
            let counts = groups.entry(group).or_default().entry(&verdict.host).or_default();
            counts.0 += usize::from(verdict.problems.is_empty());
            counts.1 += 1;
        }
    }
    let wide = |host: &str| host.len().max(9);
    let widest = groups.keys().map(|group| group.len()).max().unwrap_or(0);
    let mut text = format!("{:<widest$}", "cases");
    for host in &hosts {
        text.push_str(&format!("  {host:>width$}", width = wide(host)));
    }
    text.push('\n');
    for (group, counts) in &groups {
        text.push_str(&format!("{:<widest$}", group.trim_start_matches("~ ")));
        for host in &hosts {
            let (passed, all) = counts.get(host).copied().unwrap_or_default();
            let cell = if passed == all { format!("{all}") } else { format!("{passed} of {all}") };
            text.push_str(&format!("  {cell:>width$}", width = wide(host)));
        }
        text.push('\n');
    }
    for verdict in verdicts.iter().filter(|verdict| !verdict.problems.is_empty()) {
        text.push_str(&format!("\nFAILED {} ({}, in {})\n", verdict.case, verdict.host, verdict.group));
        for problem in &verdict.problems {
            text.push_str(&format!("  {problem}\n"));
        }
    }
    text
}
