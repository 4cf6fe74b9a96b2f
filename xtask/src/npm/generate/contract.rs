//! The contract as it is read from `wit/`: which types it has, and who uses them.

use std::collections::{BTreeMap, BTreeSet};

use wit_parser::{Handle, Interface, InterfaceId, Resolve, Stability, Type, TypeDefKind, TypeId, WorldItem, WorldKey};

use super::names::pascal;
use crate::{Failure, tools};

/// The world that the component is of.
const WORLD: &str = "daytona-provider";

/// Names that a type of the contract cannot have in JavaScript, and those that they get.
const RENAMED: [(&str, &str); 1] = [("Error", "ErrorRecord")];

/// The contract, resolved.
pub struct Contract {
    pub resolve: Resolve,
    /// What the component exports: its name there, the interface.
    pub exports: Vec<(String, InterfaceId)>,
    /// What it may import: the same.
    pub imports: Vec<(String, InterfaceId)>,
    /// What each named type of the exports is called in JavaScript.
    names: BTreeMap<TypeId, String>,
    /// Types that a caller hands over.
    inputs: BTreeSet<TypeId>,
    /// Types that a caller gets.
    outputs: BTreeSet<TypeId>,
}

impl Contract {
    /// Names of the fields and parameters that a caller sees.
    pub fn field_names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        for (_, id) in &self.exports {
            for (_, ty) in self.own_types(*id) {
                if let TypeDefKind::Record(record) = &self.resolve.types[ty].kind {
                    names.extend(record.fields.iter().map(|field| field.name.as_str()));
                }
            }
            let functions = self.interface(*id).functions.values();
            names.extend(functions.flat_map(|function| &function.params).map(|param| param.name.as_str()));
        }
        names
    }

    /// Reads `wit/`.
    pub fn read() -> Result<Self, Failure> {
        let mut resolve = Resolve::new();
        let (package, _) = resolve.push_dir(tools::root().join("wit")).map_err(|problem| format!("{problem:#}"))?;
        let world = resolve.select_world(&[package], Some(WORLD)).map_err(|problem| format!("{problem:#}"))?;
        let world = &resolve.worlds[world];
        let interfaces = |items: &mut dyn Iterator<Item = (&WorldKey, &WorldItem)>| -> Vec<(String, InterfaceId)> {
            items
                .filter_map(|(key, item)| match item {
                    WorldItem::Interface { id, .. } => Some((resolve.name_world_key(key), *id)),
                    WorldItem::Function(_) | WorldItem::Type { .. } => None,
                })
                .collect()
        };
        let mut exports = interfaces(&mut world.exports.iter());
        // The core first, then by age: what is added later takes no name away.
        exports.sort_by_key(|(name, id)| {
            let interface = &resolve.interfaces[*id];
            let short = interface.name.as_deref().unwrap_or_default();
            let since = match &interface.stability {
                Stability::Stable { since, .. } => Some(since.clone()),
                Stability::Unknown | Stability::Unstable { .. } => None,
            };
            (short != "types", short != "provider", since, name.clone())
        });
        let imports = interfaces(&mut world.imports.iter());
        let mut contract = Self {
            resolve,
            exports,
            imports,
            names: BTreeMap::new(),
            inputs: BTreeSet::new(),
            outputs: BTreeSet::new(),
        };
        contract.name_types();
        contract.follow_types();
        Ok(contract)
    }

    /// An interface by its id.
    pub fn interface(&self, id: InterfaceId) -> &Interface {
        &self.resolve.interfaces[id]
    }

    /// The named types of an interface, in the order of the WIT, those that it only uses left out.
    pub fn own_types(&self, id: InterfaceId) -> Vec<(&str, TypeId)> {
        let own = |&(_, id): &(&str, TypeId)| !matches!(self.resolve.types[id].kind, TypeDefKind::Type(Type::Id(other)) if self.is_named(other));
        self.interface(id).types.iter().map(|(name, id)| (name.as_str(), *id)).filter(own).collect()
    }

    fn is_named(&self, id: TypeId) -> bool {
        self.resolve.types[id].name.is_some()
    }

    /// The type behind `use` and `type`.
    pub fn target(&self, id: TypeId) -> TypeId {
        match self.resolve.types[id].kind {
            TypeDefKind::Type(Type::Id(other)) => self.target(other),
            _ => id,
        }
    }

    /// What a type is called in JavaScript; none for one that has no name.
    pub fn name(&self, id: TypeId) -> Option<&str> {
        self.names.get(&self.target(id)).map(String::as_str)
    }

    /// Whether a field of a record, or a parameter of a function, is a pool's configuration: JSON in a text.
    pub fn is_config(of: &str, name: &str) -> bool {
        matches!(of, "context" | "check-config") && name == "config"
    }

    pub fn is_input(&self, id: TypeId) -> bool {
        self.inputs.contains(&self.target(id))
    }

    pub fn is_output(&self, id: TypeId) -> bool {
        self.outputs.contains(&self.target(id))
    }

    /// Whether a type is a list of pairs of texts, which JavaScript has as an object.
    pub fn is_pairs(&self, ty: &Type) -> bool {
        let Type::Id(id) = ty else { return false };
        let TypeDefKind::List(Type::Id(item)) = &self.resolve.types[self.target(*id)].kind else { return false };
        let TypeDefKind::Tuple(tuple) = &self.resolve.types[*item].kind else { return false };
        tuple.types == [Type::String, Type::String]
    }

    /// A name for each type. Where two interfaces have the same, the later one puts its own name before it.
    fn name_types(&mut self) {
        let mut names = BTreeMap::new();
        for (_, id) in &self.exports {
            let interface = self.interface(*id);
            for (name, ty) in self.own_types(*id) {
                let plain = pascal(name);
                let plain = RENAMED.iter().find(|(from, _)| *from == plain).map_or(plain, |(_, to)| (*to).to_owned());
                let taken = names.values().any(|known| *known == plain);
                let prefix = pascal(interface.name.as_deref().unwrap_or_default());
                names.insert(self.target(ty), if taken { prefix + &plain } else { plain });
            }
        }
        self.names = names;
    }

    fn follow_types(&mut self) {
        let (mut inputs, mut outputs) = (BTreeSet::new(), BTreeSet::new());
        for (_, id) in &self.exports {
            for function in self.interface(*id).functions.values() {
                for param in &function.params {
                    self.follow(&param.ty, &mut inputs);
                }
                if let Some(result) = &function.result {
                    self.follow(result, &mut outputs);
                }
            }
        }
        (self.inputs, self.outputs) = (inputs, outputs);
    }

    fn follow(&self, ty: &Type, seen: &mut BTreeSet<TypeId>) {
        let Type::Id(id) = ty else { return };
        let id = self.target(*id);
        if !seen.insert(id) {
            return;
        }
        match &self.resolve.types[id].kind {
            TypeDefKind::Record(record) => record.fields.iter().for_each(|field| self.follow(&field.ty, seen)),
            TypeDefKind::Variant(variant) => {
                variant.cases.iter().filter_map(|case| case.ty.as_ref()).for_each(|ty| self.follow(ty, seen));
            }
            TypeDefKind::Tuple(tuple) => tuple.types.iter().for_each(|ty| self.follow(ty, seen)),
            TypeDefKind::Option(ty) | TypeDefKind::List(ty) => self.follow(ty, seen),
            TypeDefKind::Result(result) => result.ok.iter().chain(&result.err).for_each(|ty| self.follow(ty, seen)),
            TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => self.follow(&Type::Id(*id), seen),
            _ => {}
        }
    }
}
