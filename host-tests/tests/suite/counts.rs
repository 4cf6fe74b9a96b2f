//! What calls cost, counted: no function needs more than what is written down.

use host_tests::component;
use host_tests::counts::{Costs, measure};

#[test]
fn no_function_needs_more_instructions_or_host_calls_than_what_is_written_down() {
    let functions = measure(&component()).expect("exact counts");
    let exceeded = Costs::read().expect("what is written down").exceeded(&functions);
    assert_eq!(exceeded, [""; 0], "`cargo xtask bench --only counts --accept-counts` writes down what it costs now");
}

#[test]
fn every_function_of_the_contract_is_counted() {
    let functions = measure(&component()).expect("exact counts");
    let counted = |word: &str| functions.iter().any(|function| function.name.split(',').next() == Some(word));
    let words = [
        "describe",
        "check-config",
        "provides",
        "unmet",
        "origins",
        "provision",
        "locate",
        "status",
        "terminate",
        "stop",
        "start",
        "archive",
        "keep-alive",
        "extend",
        "list",
        "reconcile",
    ];
    let missing: Vec<_> = words.into_iter().filter(|word| !counted(word)).collect();
    assert_eq!(missing, [""; 0], "in {functions:?}");
}
