//! The table by which values cross the boundary: an expression of `binding/abi.ts` for each type and function.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use wit_parser::{Function, Handle, InterfaceId, Type, TypeDefKind, TypeId, TypeOwner};

use super::HEADER;
use super::contract::Contract;
use super::names::{camel, pascal};
use crate::Failure;

/// Writes the tables of some interfaces. `label` says what a type's constant is called.
pub struct Table<'a> {
    contract: &'a Contract,
    /// Constructors that are used, which have to be imported.
    used: BTreeSet<&'static str>,
    /// What each type's constant is called.
    label: fn(&Contract, InterfaceId, &str, TypeId) -> String,
}

/// The contract: `generated/contract.ts`.
pub fn contract(contract: &Contract) -> Result<String, Failure> {
    let mut table = Table {
        contract,
        used: BTreeSet::from(["call"]),
        label: |contract, _, name, id| contract.name(id).map_or_else(|| camel(name), lower_first),
    };
    let mut types = String::new();
    let mut functions =
        String::from("/** Every function of the contract, by interface. */\nexport const interfaces = {\n");
    for (export, id) in &contract.exports {
        types += &table.types(*id)?;
        let interface = contract.interface(*id);
        if interface.functions.is_empty() {
            continue;
        }
        writeln!(functions, "  {}: {{", camel(interface.name.as_deref().unwrap_or_default()))?;
        for function in interface.functions.values() {
            writeln!(
                functions,
                "    {}: call({},",
                camel(&function.name),
                quoted(&format!("{export}#{}", function.name))
            )?;
            writeln!(functions, "      [{}], {}),", table.params(function)?, table.result(function)?)?;
        }
        functions += "  },\n";
    }
    functions += "} as const;\n\n";
    functions += &names(contract)?;
    Ok(format!("{HEADER}{}\n{types}\n{functions}", table.imports()))
}

/// Names that are spelled otherwise in JavaScript, so that the component's words can be put into the caller's.
fn names(contract: &Contract) -> Result<String, Failure> {
    let mut text =
        String::from("/** Fields and parameters as the contract spells them, and as they are spelled here. */\n");
    text += "export const fieldNames = {\n";
    for name in contract.field_names().into_iter().filter(|name| camel(name) != *name) {
        writeln!(text, "  {}: {},", quoted(name), quoted(&camel(name)))?;
    }
    text += "} as const;\n";
    Ok(text)
}

/// What the component may import: `generated/wasi.ts`.
pub fn wasi(contract: &Contract) -> Result<String, Failure> {
    let mut table = Table {
        contract,
        used: BTreeSet::from(["call"]),
        label: |contract, interface, name, _| {
            camel(contract.interface(interface).name.as_deref().unwrap_or_default()) + &pascal(name)
        },
    };
    let mut types = String::new();
    let mut functions = String::from("/** Every function that the component may import, by its name there. */\n");
    functions += "export const imports = {\n";
    for (import, id) in &contract.imports {
        types += &table.types(*id)?;
        for function in contract.interface(*id).functions.values() {
            let name = quoted(&format!("{import}#{}", function.name));
            writeln!(functions, "  {name}: call({name},")?;
            writeln!(functions, "    [{}], {}),", table.params(function)?, table.result(function)?)?;
        }
    }
    functions += "} as const;\n";
    Ok(format!("{HEADER}{}\n{types}\n{functions}", table.imports()))
}

impl Table<'_> {
    fn imports(&self) -> String {
        let names: Vec<&str> = self.used.iter().copied().collect();
        format!("import {{ {} }} from '../binding/abi.ts';\n", names.join(", "))
    }

    fn types(&mut self, interface: InterfaceId) -> Result<String, Failure> {
        let mut text = String::new();
        let contract = self.contract;
        for (name, id) in contract.own_types(interface) {
            // A resource is a number, and names with values are one type wherever they occur.
            if matches!(contract.resolve.types[id].kind, TypeDefKind::Resource) || contract.is_pairs(&Type::Id(id)) {
                continue;
            }
            let label = (self.label)(contract, interface, name, contract.target(id));
            writeln!(text, "export const {label} = {};", self.definition(id)?)?;
        }
        Ok(text)
    }

    fn params(&mut self, function: &Function) -> Result<String, Failure> {
        let params: Result<Vec<String>, Failure> = function
            .params
            .iter()
            .map(|param| {
                let config = Contract::is_config(&function.name, &param.name);
                let ty = if config { self.config() } else { self.expression(&param.ty)? };
                Ok(format!("[{}, {ty}]", quoted(&camel(&param.name))))
            })
            .collect();
        Ok(params?.join(", "))
    }

    fn result(&mut self, function: &Function) -> Result<String, Failure> {
        function.result.as_ref().map_or_else(|| Ok("null".to_owned()), |ty| self.expression(ty))
    }

    /// A text that JavaScript may give as an object.
    fn config(&mut self) -> String {
        self.used.insert("json");
        "json".to_owned()
    }

    /// An expression for a type wherever it is used: the constant of one that has a name.
    fn expression(&mut self, ty: &Type) -> Result<String, Failure> {
        let plain = match ty {
            Type::Bool => "bool",
            Type::U8 => "u8",
            Type::U16 => "u16",
            Type::U32 => "u32",
            Type::S32 => "s32",
            Type::U64 => "u64",
            Type::String => "text",
            Type::Id(id) => return self.reference(*id),
            other => return Err(format!("the binding has no conversion for {other:?}; add it to abi.ts").into()),
        };
        self.used.insert(plain);
        Ok(plain.to_owned())
    }

    fn reference(&mut self, id: TypeId) -> Result<String, Failure> {
        let contract = self.contract;
        let target = contract.target(id);
        let definition = &contract.resolve.types[target];
        match (&definition.name, definition.owner) {
            (Some(name), TypeOwner::Interface(interface))
                if !matches!(definition.kind, TypeDefKind::Resource) && !contract.is_pairs(&Type::Id(target)) =>
            {
                Ok((self.label)(contract, interface, name, target))
            }
            _ => self.definition(target),
        }
    }

    fn definition(&mut self, id: TypeId) -> Result<String, Failure> {
        if self.contract.is_pairs(&Type::Id(id)) {
            self.used.insert("pairs");
            return Ok("pairs".to_owned());
        }
        let contract = self.contract;
        let (constructor, arguments) = match &contract.resolve.types[id].kind {
            TypeDefKind::Type(ty) => return self.expression(ty),
            TypeDefKind::Record(record) => {
                let mut fields = String::new();
                let name = contract.resolve.types[id].name.as_deref().unwrap_or_default();
                for field in &record.fields {
                    let config = Contract::is_config(name, &field.name);
                    let ty = if config { self.config() } else { self.expression(&field.ty)? };
                    write!(fields, "\n  [{}, {ty}],", quoted(&camel(&field.name)))?;
                }
                ("record", format!("[{fields}\n]"))
            }
            TypeDefKind::Enum(cases) => {
                let names: Vec<String> = cases.cases.iter().map(|case| quoted(&case.name)).collect();
                ("enumeration", format!("[{}] as const", names.join(", ")))
            }
            TypeDefKind::Variant(variant) => {
                let mut cases = String::new();
                for case in &variant.cases {
                    write!(cases, "\n  [{}, {}],", quoted(&case.name), self.optional(case.ty.as_ref())?)?;
                }
                ("variant", format!("[{cases}\n]"))
            }
            TypeDefKind::Tuple(tuple) => {
                let types: Result<Vec<String>, Failure> = tuple.types.iter().map(|ty| self.expression(ty)).collect();
                ("tuple", format!("[{}]", types?.join(", ")))
            }
            TypeDefKind::List(Type::U8) => {
                // The value of a header field is a text in JavaScript, of which each character is a byte.
                let is_field = contract.resolve.types[id].name.as_deref() == Some("field-value");
                let plain = if is_field { "latin1" } else { "octets" };
                self.used.insert(plain);
                return Ok(plain.to_owned());
            }
            TypeDefKind::List(ty) => ("list", self.expression(ty)?),
            TypeDefKind::Option(ty) => ("option", self.expression(ty)?),
            TypeDefKind::Result(result) => {
                let ok = self.optional(result.ok.as_ref())?;
                ("result", format!("{ok}, {}", self.optional(result.err.as_ref())?))
            }
            TypeDefKind::Handle(Handle::Own(_) | Handle::Borrow(_)) => {
                self.used.insert("resource");
                return Ok("resource".to_owned());
            }
            other => {
                return Err(format!("the binding has no conversion for {}; add it to abi.ts", other.as_str()).into());
            }
        };
        self.used.insert(constructor);
        Ok(format!("{constructor}({arguments})"))
    }

    fn optional(&mut self, ty: Option<&Type>) -> Result<String, Failure> {
        ty.map_or_else(|| Ok("null".to_owned()), |ty| self.expression(ty))
    }
}

fn quoted(text: &str) -> String {
    format!("'{text}'")
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}
