//! The types that a TypeScript program sees: values in `generated/types.ts`, interfaces in `generated/functions.ts`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use wit_parser::{Function, Type, TypeDefKind, TypeId};

use super::HEADER;
use super::contract::Contract;
use super::names::{camel, pascal};
use crate::Failure;

/// Which way a value goes: a caller may leave out and abbreviate what a provider always says in full.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

/// The types of values.
pub fn types(contract: &Contract) -> Result<String, Failure> {
    let mut text = String::from(HEADER);
    text += "/** Names with values: an object, a map, or a list of pairs in which the last of a name wins. */\n";
    text += "export type PairsInput =\n  | Readonly<Record<string, string>>\n";
    text += "  | ReadonlyMap<string, string>\n  | ReadonlyArray<readonly [string, string]>;\n";
    text += "/** A pool's configuration: a JSON object, or its text. */\n";
    text += "export type ConfigInput = string | Readonly<Record<string, unknown>>;\n\n";
    for (_, id) in &contract.exports {
        for (_, ty) in contract.own_types(*id) {
            define(contract, ty, &mut text)?;
        }
    }
    Ok(text)
}

/// The interfaces, with and without the context of a call.
pub fn functions(contract: &Contract) -> Result<String, Failure> {
    let mut text = String::new();
    let mut groups = String::new();
    let (mut raw_groups, mut flat) = (String::new(), Flat::default());
    for (_, id) in &contract.exports {
        let interface = contract.interface(*id);
        if interface.functions.is_empty() {
            continue;
        }
        let name = interface.name.as_deref().unwrap_or_default();
        for (prefix, raw) in [("Raw", true), ("", false)] {
            docs(contract, interface.docs.contents.as_deref(), "", &mut text);
            writeln!(text, "export interface {prefix}{}Interface {{", pascal(name))?;
            for function in interface.functions.values() {
                docs(contract, function.docs.contents.as_deref(), "  ", &mut text);
                writeln!(text, "  {}", signature(contract, function, raw)?)?;
            }
            text += "}\n\n";
        }
        writeln!(groups, "  readonly {}: {}Interface;", camel(name), pascal(name))?;
        writeln!(raw_groups, "  readonly {}: Raw{}Interface;", camel(name), pascal(name))?;
        flat.add(&pascal(name), interface.functions.keys().map(String::as_str));
    }
    writeln!(
        text,
        "/** The contract's interfaces, each function without its context. */\nexport interface Interfaces {{\n{groups}}}\n"
    )?;
    writeln!(
        text,
        "/** The contract's interfaces as they are. */\nexport interface RawInterfaces {{\n{raw_groups}}}\n"
    )?;
    text +=
        "/** Every function of the contract. Where two interfaces have the same name, the first one has it here. */\n";
    writeln!(text, "export type Functions = {};", flat.expression())?;
    let values = types(contract)?;
    let defined = values.lines().filter_map(|line| {
        let name = line.strip_prefix("export interface ").or_else(|| line.strip_prefix("export type "))?;
        name.split_whitespace().next()
    });
    let named: BTreeSet<&str> = defined.filter(|name| mentions(&text, name)).collect();
    let named = named.into_iter().collect::<Vec<_>>().join(", ");
    let imports = format!(
        "import type {{ CallOptions, RawOptions }} from '../options.ts';\nimport type {{ {named} }} from './types.ts';\n\n"
    );
    Ok(format!("{HEADER}{imports}{text}"))
}

/// Whether code uses a name.
fn mentions(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let code = text.lines().filter(|line| !line.trim_start().starts_with(['*', '/']));
    code.flat_map(|line| line.split(|c| !is_part(c))).any(|word| word == name)
}

/// Which functions of which interfaces are methods of the provider itself.
#[derive(Default)]
struct Flat {
    taken: Vec<String>,
    parts: Vec<String>,
}

impl Flat {
    fn add<'a>(&mut self, interface: &str, functions: impl Iterator<Item = &'a str>) {
        let mut omitted = Vec::new();
        for name in functions {
            let name = camel(name);
            if self.taken.contains(&name) {
                omitted.push(format!("'{name}'"));
            } else {
                self.taken.push(name);
            }
        }
        self.parts.push(if omitted.is_empty() {
            format!("{interface}Interface")
        } else {
            format!("Omit<{interface}Interface, {}>", omitted.join(" | "))
        });
    }

    fn expression(&self) -> String {
        self.parts.join(" & ")
    }
}

fn define(contract: &Contract, id: TypeId, text: &mut String) -> Result<(), Failure> {
    let Some(name) = contract.name(id) else { return Ok(()) };
    let definition = &contract.resolve.types[id];
    match &definition.kind {
        TypeDefKind::Record(record) => {
            for way in [Way::Out, Way::In] {
                if !is_defined(contract, id, way) {
                    continue;
                }
                docs(contract, definition.docs.contents.as_deref(), "", text);
                writeln!(text, "export interface {} {{", record_name(contract, id, name, way))?;
                for field in &record.fields {
                    docs(contract, field.docs.contents.as_deref(), "  ", text);
                    let config = Contract::is_config(definition.name.as_deref().unwrap_or_default(), &field.name);
                    let (mark, ty) = match way {
                        Way::In if config => ("?", "ConfigInput".to_owned()),
                        _ => (mark(contract, &field.ty, way), expression(contract, &field.ty, way)?),
                    };
                    // Who has `exactOptionalPropertyTypes` would have to leave it out otherwise.
                    let nothing = if mark.is_empty() { "" } else { " | undefined" };
                    writeln!(text, "  {}{mark}: {ty}{nothing};", camel(&field.name))?;
                }
                *text += "}\n\n";
            }
        }
        TypeDefKind::Enum(cases) => {
            docs(contract, definition.docs.contents.as_deref(), "", text);
            let names: Vec<String> = cases.cases.iter().map(|case| format!("'{}'", case.name)).collect();
            writeln!(text, "export type {name} = {};\n", names.join(" | "))?;
        }
        TypeDefKind::List(_) if contract.is_pairs(&Type::Id(id)) => {
            docs(contract, definition.docs.contents.as_deref(), "", text);
            writeln!(text, "export type {name} = Record<string, string>;\n")?;
        }
        other => return Err(format!("the generator has no TypeScript for {}", other.as_str()).into()),
    }
    Ok(())
}

/// Whether a record gets a definition for one way. One that is the same both ways gets one.
fn is_defined(contract: &Contract, id: TypeId, way: Way) -> bool {
    match way {
        Way::Out => contract.is_output(id),
        Way::In => contract.is_input(id) && !(contract.is_output(id) && same_both_ways(contract, id)),
    }
}

fn same_both_ways(contract: &Contract, id: TypeId) -> bool {
    let TypeDefKind::Record(record) = &contract.resolve.types[id].kind else { return true };
    record.fields.iter().all(|field| mark(contract, &field.ty, Way::In).is_empty())
}

fn record_name(contract: &Contract, id: TypeId, name: &str, way: Way) -> String {
    let both = contract.is_output(id) && contract.is_input(id) && !same_both_ways(contract, id);
    if way == Way::In && both { format!("{name}Input") } else { name.to_owned() }
}

/// `?` behind what a caller may leave out: options, names with values, and records of nothing but these.
fn mark(contract: &Contract, ty: &Type, way: Way) -> &'static str {
    if way == Way::In && may_be_left_out(contract, ty) { "?" } else { "" }
}

fn may_be_left_out(contract: &Contract, ty: &Type) -> bool {
    if contract.is_pairs(ty) {
        return true;
    }
    let Type::Id(id) = ty else { return false };
    match &contract.resolve.types[contract.target(*id)].kind {
        TypeDefKind::Option(_) => true,
        TypeDefKind::Record(record) => record.fields.iter().all(|field| may_be_left_out(contract, &field.ty)),
        _ => false,
    }
}

fn expression(contract: &Contract, ty: &Type, way: Way) -> Result<String, Failure> {
    if contract.is_pairs(ty) {
        return Ok(if way == Way::In { "PairsInput".to_owned() } else { "Record<string, string>".to_owned() });
    }
    let id = match ty {
        Type::Bool => return Ok("boolean".to_owned()),
        Type::U8 | Type::U16 | Type::U32 | Type::S32 => return Ok("number".to_owned()),
        Type::String => return Ok("string".to_owned()),
        Type::Id(id) => contract.target(*id),
        other => return Err(format!("the generator has no TypeScript for {other:?}").into()),
    };
    if let Some(name) = contract.name(id) {
        return Ok(record_name(contract, id, name, way));
    }
    match &contract.resolve.types[id].kind {
        TypeDefKind::Option(ty) => Ok(format!("{} | null", expression(contract, ty, way)?)),
        TypeDefKind::List(ty) => {
            let inner = expression(contract, ty, way)?;
            let inner = if inner.contains(' ') { format!("({inner})") } else { inner };
            Ok(if way == Way::In { format!("readonly {inner}[]") } else { format!("{inner}[]") })
        }
        other => Err(format!("the generator has no TypeScript for {}", other.as_str()).into()),
    }
}

fn signature(contract: &Contract, function: &Function, raw: bool) -> Result<String, Failure> {
    let mut params = Vec::new();
    let wanted: Vec<_> = function.params.iter().filter(|param| raw || param.name != "context").collect();
    for (index, param) in wanted.iter().enumerate() {
        // Only what stands behind all that is needed can be left out.
        let optional = wanted.iter().skip(index).all(|param| may_be_left_out(contract, &param.ty));
        let config = Contract::is_config(&function.name, &param.name);
        let ty = if config { "ConfigInput".to_owned() } else { expression(contract, &param.ty, Way::In)? };
        let mark = if optional || (config && !raw) { "?" } else { "" };
        params.push(format!("{}{mark}: {ty}", camel(&param.name)));
    }
    params.push(format!("options?: {}", if raw { "RawOptions" } else { "CallOptions" }));
    let result = match &function.result {
        None => "void".to_owned(),
        Some(ty) => returned(contract, ty)?,
    };
    Ok(format!("{}({}): Promise<{result}>;", camel(&function.name), params.join(", ")))
}

/// What a promise has; the error of a `result` is thrown.
fn returned(contract: &Contract, ty: &Type) -> Result<String, Failure> {
    let Type::Id(id) = ty else { return expression(contract, ty, Way::Out) };
    match &contract.resolve.types[contract.target(*id)].kind {
        TypeDefKind::Result(result) => match &result.ok {
            None => Ok("void".to_owned()),
            Some(ok) => expression(contract, ok, Way::Out),
        },
        _ => expression(contract, ty, Way::Out),
    }
}

fn docs(contract: &Contract, contents: Option<&str>, indent: &str, text: &mut String) {
    let Some(contents) = contents else { return };
    let names = contract.field_names();
    let mut lines = contents.trim_end().lines().map(|line| respelled(line, &names).replace("*/", "* /"));
    *text += &format!("{indent}/** {}", lines.next().unwrap_or_default().trim_end());
    for line in lines {
        *text += format!("\n{indent} * {line}").trim_end();
    }
    *text += " */\n";
}

/// A line of documentation with fields and parameters as they are spelled here. What a list explains, and what is called a
/// detail, are keys of names with values, which stay as they are.
fn respelled(line: &str, names: &BTreeSet<&str>) -> String {
    let (head, rest) =
        if line.trim_start().starts_with("- `") { line.split_at(line.find(": ").unwrap_or(0)) } else { ("", line) };
    let parts: Vec<&str> = rest.split('`').collect();
    let spelled = parts.iter().enumerate().map(|(index, part)| {
        let is_quoted = index % 2 == 1 && !parts[index - 1].ends_with("detail ");
        let is_path = is_quoted && part.rsplit('.').next().is_some_and(|name| names.contains(name));
        if is_path { part.split('.').map(camel).collect::<Vec<_>>().join(".") } else { (*part).to_owned() }
    });
    head.to_owned() + &spelled.collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_has_the_spelling_of_its_readers() {
        let names = BTreeSet::from(["min-age-sec", "timeout-sec", "deadline-ms"]);
        for (line, expected) in [
            ("`min-age-sec` old, as `context.deadline-ms` says", "`minAgeSec` old, as `context.deadlineMs` says"),
            ("- `timeout-sec`: it is `timeout-sec`", "- `timeout-sec`: it is `timeoutSec`"),
            ("- it is `timeout-sec`", "- it is `timeoutSec`"),
            ("min-age-sec, `sandbox-id`", "min-age-sec, `sandbox-id`"),
            ("the detail `timeout-sec`", "the detail `timeout-sec`"),
        ] {
            assert_eq!(respelled(line, &names), expected);
        }
    }
}
