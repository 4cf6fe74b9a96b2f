//! Making a failure smaller: leaving out whatever does not take it away.

use super::{Cuts, Plan, Sabotage, run};

/// The smallest cut of a plan that still breaks the same promise, as far as leaving out one thing at a time leads.
pub fn shrink(draw: fn(u64) -> Plan, seed: u64, promise: &str, sabotage: Sabotage) -> Cuts {
    let fails = |cuts: &Cuts| {
        let report = run(draw(seed).cut(cuts), sabotage);
        report.violations.iter().any(|violation| violation.promise == promise)
    };
    let mut cuts = Cuts::default();
    let numbers: Vec<usize> = draw(seed).sessions.iter().map(|session| session.number).collect();
    if numbers.len() > 1 {
        // Most failures need one session only.
        let alone = numbers.iter().map(|number| Cuts { keep: Some(vec![*number]), ..cuts.clone() }).find(fails);
        cuts = alone.unwrap_or_else(|| without_sessions(&numbers, &fails));
    }
    for word in Cuts::words() {
        let mut fewer = cuts.clone();
        fewer.without.push(word);
        if fails(&fewer) {
            cuts = fewer;
        }
    }
    fewest_faults(cuts, &fails)
}

fn without_sessions(numbers: &[usize], fails: &impl Fn(&Cuts) -> bool) -> Cuts {
    let mut keep = numbers.to_vec();
    for number in numbers {
        let fewer: Vec<usize> = keep.iter().copied().filter(|kept| kept != number).collect();
        if !fewer.is_empty() && fails(&Cuts { keep: Some(fewer.clone()), ..Cuts::default() }) {
            keep = fewer;
        }
    }
    if keep.len() == numbers.len() { Cuts::default() } else { Cuts { keep: Some(keep), ..Cuts::default() } }
}

/// The least number of first faults: fewer faults need not mean that it stops failing only once, so this is a guess that
/// is checked.
fn fewest_faults(cuts: Cuts, fails: &impl Fn(&Cuts) -> bool) -> Cuts {
    let with = |faults| Cuts { faults: Some(faults), ..cuts.clone() };
    let (mut fails_at, mut passes_at) =
        match [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512].into_iter().find(|n| fails(&with(*n))) {
            Some(0) => return with(0),
            Some(most) => (most, most / 2),
            None => return cuts,
        };
    while fails_at - passes_at > 1 {
        let middle = passes_at.midpoint(fails_at);
        if fails(&with(middle)) {
            fails_at = middle;
        } else {
            passes_at = middle;
        }
    }
    with(fails_at)
}
