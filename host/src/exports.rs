//! The functions of a provider, looked up by name and checked by type once, when it is loaded.

use sandbox_contract::function::Function;
use sandbox_contract::functions;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, ComponentExportIndex, InstancePre};

use crate::error::LoadError;
use crate::store::StoreData;
use crate::verbs::{self, Verb};
use crate::version::{FIRST, PACKAGE, newest};
use crate::wire::Returns;

/// Where a provider has its functions. An interface beyond the core may be missing, and so may each function of it: a
/// provider that was built for an earlier version of the contract does not have what came later.
pub(crate) struct Exports([Option<ComponentExportIndex>; Function::ALL.len()]);

/// An interface as a component exports it.
struct Interface {
    name: String,
    index: ComponentExportIndex,
}

impl Interface {
    /// In the newest version of the contract's track that the component exports.
    fn find(component: &Component, interface: &str) -> Option<Self> {
        let prefix = format!("{PACKAGE}/{interface}@");
        let exports = component.component_type();
        let versions = exports.exports(component.engine()).filter_map(|(name, _)| name.strip_prefix(&prefix));
        let name = format!("{prefix}{}", newest(versions)?);
        let index = component.get_export_index(None, &name)?;
        Some(Self { name, index })
    }

    /// A function of it. None where it has none of this name.
    fn function<V: Verb>(&self, component: &InstancePre<StoreData>) -> Result<Option<ComponentExportIndex>, LoadError> {
        let name = V::FUNCTION.name();
        let Some((found, index)) = component.component().get_export(Some(&self.index), name) else {
            return Ok(None);
        };
        let item = || format!("{}.{name}", self.name);
        let ComponentItem::ComponentFunc(function) = found else {
            return Err(LoadError::Mismatch { item: item(), message: "it is not a function".to_owned(), source: None });
        };
        function
            .typecheck::<V::Params, <V::Returns as Returns>::Results>(&component.instance_type())
            .map_err(|error| LoadError::mismatch(item(), error))?;
        Ok(Some(index))
    }
}

/// Tells apart a component that is something else from one of another track of the contract.
fn missing_core(component: &Component) -> LoadError {
    let exported = component.component_type();
    let exports: Vec<String> = exported.exports(component.engine()).map(|(name, _)| name.to_owned()).collect();
    let core = format!("{PACKAGE}/{}@", Function::CORE);
    match exports.iter().find(|name| name.starts_with(&core)) {
        Some(found) => LoadError::WrongVersion { found: found.clone() },
        None => LoadError::MissingExport { wanted: format!("{core}{FIRST}"), exports },
    }
}

macro_rules! look_up {
    ($a:lifetime; $(interface $interface:literal { $(
        $(#[doc = $doc:literal])*
        $scope:ident $method:ident $verb:ident = $name:literal
            ($($(#[$attribute:meta])* $param:ident: $type:ty),*)
            -> $kind:ident $value:ty, since $since:literal, within $seconds:literal;
    )* })*) => {
        impl Exports {
            /// Looks everything up. What is there has to be right.
            pub(crate) fn find(component: &InstancePre<StoreData>) -> Result<Self, LoadError> {
                let core = Interface::find(component.component(), Function::CORE)
                    .ok_or_else(|| missing_core(component.component()))?;
                let mut found = Self([None; Function::ALL.len()]);
                $(
                    if let Some(interface) = Interface::find(component.component(), $interface) {
                        $( found.0[Function::$verb as usize] = interface.function::<verbs::$verb<$a>>(component)?; )*
                    }
                )*
                match Function::ALL.iter().find(|function| function.is_core() && found.get(**function).is_none()) {
                    Some(missing) => Err(LoadError::Mismatch {
                        item: format!("{}.{missing}", core.name),
                        message: "it is missing".to_owned(),
                        source: None,
                    }),
                    None => Ok(found),
                }
            }
        }
    };
}

functions!(look_up, 'static);

impl Exports {
    /// The functions that there are.
    pub(crate) fn functions(&self) -> Vec<Function> {
        Function::ALL.iter().copied().filter(|function| self.get(*function).is_some()).collect()
    }

    /// Where a function is. None where the provider does not have it.
    pub(crate) fn get(&self, function: Function) -> Option<ComponentExportIndex> {
        self.0.get(function as usize).copied().flatten()
    }
}
