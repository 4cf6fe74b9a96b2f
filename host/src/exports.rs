//! The functions of a provider, looked up by name and checked by type once, when it is loaded.

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, InstancePre, Lift, Lower, TypedFunc};

use crate::bindings::{inventory, types as wit};
use crate::error::LoadError;
use crate::store::StoreData;

/// The contract's package and the version of it that this crate was built with.
pub(crate) const PACKAGE: &str = "rensei:sandbox";
pub(crate) const VERSION: &str = "0.1.1";

/// The versions that this crate takes. wasmtime finds any of them under the name of one, and what an older one lacks is an
/// interface or a function that the provider does not offer.
pub(crate) const TRACK: &str = "0.1";

/// One function: where it is, what it is called, and with which types. The types are checked when it is made.
pub(crate) struct Export<P, R> {
    pub(crate) name: &'static str,
    index: ComponentExportIndex,
    types: std::marker::PhantomData<fn(P) -> R>,
}

impl<P, R> Export<P, R>
where
    P: ComponentNamedList + Lower,
    R: Lift + 'static,
    (R,): ComponentNamedList + Lift,
{
    fn find(component: &InstancePre<StoreData>, interface: &Interface, name: &'static str) -> Result<Self, LoadError> {
        let mismatch = |message: String| LoadError::Mismatch { item: format!("{}.{name}", interface.name), message };
        let (item, index) = component
            .component()
            .get_export(Some(&interface.index), name)
            .ok_or_else(|| mismatch("it is missing".to_owned()))?;
        let ComponentItem::ComponentFunc(function) = item else {
            return Err(mismatch("it is not a function".to_owned()));
        };
        function.typecheck::<P, (R,)>(&component.instance_type()).map_err(|error| mismatch(format!("{error:#}")))?;
        Ok(Self { name, index, types: std::marker::PhantomData })
    }

    /// The function in a live instance.
    pub(crate) fn bind(
        &self,
        instance: &wasmtime::component::Instance,
        store: &mut wasmtime::Store<StoreData>,
    ) -> wasmtime::Result<TypedFunc<P, (R,)>> {
        instance.get_typed_func(store, self.index)
    }
}

struct Interface {
    name: String,
    index: ComponentExportIndex,
}

impl Interface {
    fn find(component: &InstancePre<StoreData>, interface: &str) -> Option<Self> {
        let name = format!("{PACKAGE}/{interface}@{VERSION}");
        let index = component.component().get_export_index(None, &name)?;
        Some(Self { name, index })
    }
}

/// Functions that take a context and a handle.
pub(crate) type OnHandle<R> = Export<(wit::Context, wit::Handle), Result<R, wit::Error>>;

/// The core interface.
pub(crate) struct ProviderExports {
    pub(crate) describe: Export<(), wit::Descriptor>,
    pub(crate) check_config: Export<(String,), Vec<wit::Finding>>,
    pub(crate) provides: Export<(Option<wit::Declaration>,), wit::Declaration>,
    pub(crate) unmet: Export<(wit::Declaration, Option<wit::Declaration>), Vec<String>>,
    pub(crate) origins: Export<(wit::Context, Option<wit::Handle>), Result<Vec<String>, wit::Error>>,
    pub(crate) provision: Export<(wit::Context, wit::Spec), Result<wit::Handle, wit::Error>>,
    pub(crate) locate: Export<(wit::Context, String), Result<Option<wit::Handle>, wit::Error>>,
    pub(crate) status: OnHandle<wit::State>,
    pub(crate) terminate: OnHandle<wit::Termination>,
}

/// The optional interface for parking.
pub(crate) struct LifecycleExports {
    pub(crate) stop: OnHandle<wit::State>,
    pub(crate) start: OnHandle<wit::State>,
    pub(crate) archive: OnHandle<wit::State>,
    pub(crate) keep_alive: OnHandle<wit::State>,
    pub(crate) extend: Export<(wit::Context, wit::Handle, u32), Result<wit::State, wit::Error>>,
}

/// What `reconcile` takes: context, known sessions, when they were read, least age in seconds, how far to go.
pub(crate) type Reconciliation = (wit::Context, Vec<String>, String, u32, inventory::Mode);

/// The optional interface for finding what was left behind.
pub(crate) struct InventoryExports {
    pub(crate) list: Export<(wit::Context, Option<String>), Result<inventory::Page, wit::Error>>,
    pub(crate) reconcile: Export<Reconciliation, Result<inventory::Report, wit::Error>>,
}

/// Everything that a provider offers.
pub(crate) struct Exports {
    pub(crate) provider: ProviderExports,
    pub(crate) lifecycle: Option<LifecycleExports>,
    pub(crate) inventory: Option<InventoryExports>,
}

impl Exports {
    /// Looks everything up. An interface beyond the core may be missing, but one that is there has to be right.
    pub(crate) fn find(component: &InstancePre<StoreData>) -> Result<Self, LoadError> {
        let core = Interface::find(component, "provider")
            .ok_or_else(|| LoadError::missing_export(component.component(), component.engine()))?;
        let provider = ProviderExports {
            describe: Export::find(component, &core, "describe")?,
            check_config: Export::find(component, &core, "check-config")?,
            provides: Export::find(component, &core, "provides")?,
            unmet: Export::find(component, &core, "unmet")?,
            origins: Export::find(component, &core, "origins")?,
            provision: Export::find(component, &core, "provision")?,
            locate: Export::find(component, &core, "locate")?,
            status: Export::find(component, &core, "status")?,
            terminate: Export::find(component, &core, "terminate")?,
        };
        let lifecycle = Interface::find(component, "lifecycle")
            .map(|interface| {
                Ok::<_, LoadError>(LifecycleExports {
                    stop: Export::find(component, &interface, "stop")?,
                    start: Export::find(component, &interface, "start")?,
                    archive: Export::find(component, &interface, "archive")?,
                    keep_alive: Export::find(component, &interface, "keep-alive")?,
                    extend: Export::find(component, &interface, "extend")?,
                })
            })
            .transpose()?;
        let inventory = Interface::find(component, "inventory")
            .map(|interface| {
                Ok::<_, LoadError>(InventoryExports {
                    list: Export::find(component, &interface, "list")?,
                    reconcile: Export::find(component, &interface, "reconcile")?,
                })
            })
            .transpose()?;
        Ok(Self { provider, lifecycle, inventory })
    }
}
