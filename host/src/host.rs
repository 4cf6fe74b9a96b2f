use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Linker;

use crate::builder::HostBuilder;
use crate::clock::SharedClock;
use crate::environment::Environment;
use crate::error::LoadError;
use crate::http::HttpClient;
use crate::limits::Limits;
use crate::load;
use crate::precompiled;
use crate::provider::{Provider, ProviderInfo};
use crate::store::StoreData;

/// Loads providers. One per process is enough, and cheap to clone: it holds the engine, the HTTP client and the
/// limits that all its providers share.
#[derive(Clone)]
pub struct Host {
    shared: Arc<Shared>,
}

/// What a host's providers share.
pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) linker: Linker<StoreData>,
    pub(crate) http: Arc<dyn HttpClient>,
    pub(crate) clock: SharedClock,
    pub(crate) environment: Environment,
    pub(crate) limits: Limits,
}

impl Host {
    /// Starts making a host.
    pub fn builder() -> HostBuilder {
        HostBuilder::default()
    }

    pub(crate) fn new(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The limits that it was made with.
    pub fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// Compiles a component and checks that it is a provider. Takes about a tenth of a second of all cores: off the
    /// serving path, `tokio::task::spawn_blocking` is the place for it.
    ///
    /// # Errors
    /// See [`LoadError`]; nothing of the component has run then.
    pub fn load(&self, component: &[u8]) -> Result<Provider, LoadError> {
        let limit = self.shared.limits.component_bytes;
        if component.len() > limit {
            return Err(LoadError::TooLarge {
                bytes: component.len() as u64,
                limit,
            });
        }
        load::check_header(component)?;
        let compiled = load::compile(&self.shared.engine, component)?;
        let loaded = load::link(&self.shared.linker, &compiled)?;
        let info = ProviderInfo {
            digest: Sha256::digest(component).into(),
            size: component.len() as u64,
            imports: loaded.imports.clone(),
            lifecycle: loaded.exports.lifecycle.is_some(),
        };
        Ok(Provider::new(Arc::clone(&self.shared), loaded, info))
    }

    /// [`Host::load`] for a file.
    ///
    /// # Errors
    /// As there, and when the file cannot be read.
    pub fn load_file(&self, path: impl AsRef<Path>) -> Result<Provider, LoadError> {
        let bytes = read(path.as_ref(), self.shared.limits.component_bytes)?;
        self.load(&bytes)
    }

    /// Loads what [`Provider::precompile`] wrote, without compiling: less than a millisecond.
    ///
    /// The file is machine code that will run in this process. Its checksum guards against damage, not against malice:
    /// load only from a place that nobody else can write to. That is why the function is marked unsafe.
    ///
    /// # Errors
    /// [`LoadError::NotPrecompiled`] and [`LoadError::Stale`], for which compiling again is the remedy; otherwise as
    /// [`Host::load`].
    ///
    /// # Safety
    /// The file was written by [`Provider::precompile`] and has not been changed by anybody since.
    #[allow(unsafe_code, reason = "the caller's promise is handed on")]
    pub unsafe fn load_precompiled(&self, path: impl AsRef<Path>) -> Result<Provider, LoadError> {
        let bytes = read(path.as_ref(), usize::MAX)?;
        // SAFETY: the caller promises what `precompiled::load` asks for, word for word.
        let (compiled, head) = unsafe { precompiled::load(&self.shared.engine, &bytes) }?;
        let loaded = load::link(&self.shared.linker, &compiled)?;
        let info = ProviderInfo {
            digest: head.digest,
            size: head.size,
            imports: loaded.imports.clone(),
            lifecycle: loaded.exports.lifecycle.is_some(),
        };
        Ok(Provider::new(Arc::clone(&self.shared), loaded, info))
    }
}

fn read(path: &Path, limit: usize) -> Result<Vec<u8>, LoadError> {
    let error = |source| LoadError::Read {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(error)?;
    let bytes = file.metadata().map_err(error)?.len();
    if bytes > limit as u64 {
        return Err(LoadError::TooLarge { bytes, limit });
    }
    let mut content = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default());
    file.read_to_end(&mut content).map_err(error)?;
    Ok(content)
}
