//! The orders for the guest: which function attacks, and how.

use crate::contract::types::{Context, Declaration};
use crate::contract::wasi::cli::environment::get_environment;

/// Orders for one call. They come with what the call brings: the pool's configuration, the first runtime kind of a
/// declaration, or, for `describe`, the variable `ORDERS`. Each line is a word and the rest:
///
/// | word | the rest |
/// |---|---|
/// | `in` | the function that attacks; every other one is harmless |
/// | `do` | the attack |
/// | `with` | the argument of the attack |
/// | `origin` | an origin for `origins` to name; may be repeated |
#[derive(Default)]
pub struct Orders {
    function: String,
    pub action: String,
    pub with: String,
    pub origins: Vec<String>,
}

impl Orders {
    pub fn parse(text: &str) -> Self {
        let mut orders = Self::default();
        for line in text.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "in" => orders.function = rest.to_owned(),
                "do" => orders.action = rest.to_owned(),
                "with" => orders.with = rest.to_owned(),
                "origin" => orders.origins.push(rest.to_owned()),
                _ => {}
            }
        }
        orders
    }

    pub fn of(context: &Context) -> Self {
        Self::parse(&context.config)
    }

    pub fn of_declaration(declaration: Option<&Declaration>) -> Self {
        let first = declaration.and_then(|declaration| declaration.runtime_kinds.first());
        Self::parse(first.map(String::as_str).unwrap_or_default())
    }

    pub fn of_environment() -> Self {
        let variables = get_environment();
        let text = variables.iter().find(|(name, _)| name == "ORDERS").map(|(_, value)| value.as_str());
        Self::parse(text.unwrap_or_default())
    }

    /// Whether this function is the one that attacks.
    pub fn are_for(&self, function: &str) -> bool {
        self.function == function
    }
}
