use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::error::LoadError;
use crate::info::ProviderInfo;
use crate::limits::Limits;
use crate::load;
use crate::policy::Policy;
use crate::precompiled;
use crate::provider::Provider;
use crate::shared::Shared;
use crate::signature;
use sha2::{Digest, Sha256};

/// Loads providers. One per process is enough, and cheap to clone: it holds the engine, the HTTP client and the
/// limits that all its providers share.
///
/// ```no_run
/// use sandbox_host::{Host, Policy};
///
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = Policy::new().with_allowed(["api.example.com"])?;
/// let host = Host::builder().policy(policy).cache("/var/cache/sandbox-host").build()?;
/// let provider = host.load_file("provider.wasm")?;
/// println!("{:?}", provider.info());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Host {
    shared: Arc<Shared>,
}

impl Host {
    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared: Arc::new(shared) }
    }

    /// The limits that it was made with.
    pub fn limits(&self) -> &Limits {
        self.shared.limits()
    }

    /// The rules that it was made with.
    pub fn policy(&self) -> &Policy {
        &self.shared.surroundings.policy
    }

    /// Compiles a component and checks that it is a provider. Takes about a tenth of a second of all cores: off the
    /// serving path, `tokio::task::spawn_blocking` is the place for it.
    ///
    /// # Errors
    /// See [`LoadError`]; nothing of the component has run then. Where the policy trusts keys, bytes need a signature:
    /// [`Host::load_signed`].
    pub fn load(&self, component: &[u8]) -> Result<Provider, LoadError> {
        self.check_signature(component, None)?;
        self.compile(component)
    }

    /// [`Host::load`] for a component with its Ed25519 signature: 64 bytes, or as many in hex. It is looked at where the
    /// policy trusts keys ([`Policy::trusted_keys`]).
    ///
    /// # Errors
    /// As there.
    pub fn load_signed(&self, component: &[u8], signature: &[u8]) -> Result<Provider, LoadError> {
        self.check_signature(component, Some(signature))?;
        self.compile(component)
    }

    fn check_signature(&self, bytes: &[u8], signature: Option<&[u8]>) -> Result<(), LoadError> {
        signature::check(bytes, signature, &self.shared.surroundings.policy.trusted_keys)
    }

    /// Loads a component whose signature was looked at.
    pub(crate) fn compile(&self, component: &[u8]) -> Result<Provider, LoadError> {
        let limit = self.shared.limits().component_bytes;
        if component.len() > limit {
            return Err(LoadError::TooLarge { bytes: component.len() as u64, limit });
        }
        load::check_header(component)?;
        let engine = &self.shared.engine;
        let compiled = match &self.shared.cache {
            Some(cache) => cache.compile(engine, component)?,
            None => load::compile(engine, component)?,
        };
        let loaded = load::link(&self.shared.linker, &compiled)?;
        let info = ProviderInfo {
            digest: Sha256::digest(component).into(),
            size: component.len() as u64,
            imports: loaded.imports.clone(),
            functions: loaded.exports.functions(),
        };
        Ok(Provider::new(Arc::clone(&self.shared), loaded, info))
    }

    /// [`Host::load`] for a file. Its signature, where the policy asks for one, lies beside it in a file of the same name
    /// with `.sig` at the end.
    ///
    /// # Errors
    /// As there, and when the file cannot be read.
    pub fn load_file(&self, path: impl AsRef<Path>) -> Result<Provider, LoadError> {
        let path = path.as_ref();
        let bytes = read(path, open(path)?, self.shared.limits().component_bytes)?;
        self.check_signature(&bytes, signature::beside(path).as_deref())?;
        self.compile(&bytes)
    }

    /// Loads what [`Provider::write_precompiled`] wrote, without compiling: about a millisecond.
    ///
    /// The file is machine code that will run in this process, so somebody has to vouch for it: an Ed25519 signature over
    /// its bytes lies beside it, in a file of the same name with `.sig` at the end, made by one of these keys or by one that
    /// the policy trusts ([`Policy::trusted_keys`]). It is also refused when others may write to it, when it is damaged, and
    /// when another engine made it. A host that compiles for itself needs no keys: see
    /// [`HostBuilder::cache`](crate::HostBuilder::cache).
    ///
    /// # Errors
    /// [`LoadError::NotPrecompiled`], [`LoadError::Stale`] and [`LoadError::Exposed`], for which precompiling again is
    /// the remedy; [`LoadError::NoTrustedKey`]; otherwise as [`Host::load_file`].
    pub fn load_precompiled(&self, path: impl AsRef<Path>, trusted_keys: &[[u8; 32]]) -> Result<Provider, LoadError> {
        let path = path.as_ref();
        let keys = [trusted_keys, &self.policy().trusted_keys].concat();
        if keys.is_empty() {
            return Err(LoadError::NoTrustedKey);
        }
        let file = open(path)?;
        precompiled::check_permissions(path, &file.metadata().map_err(read_error(path))?)?;
        let bytes = read(path, file, usize::MAX)?;
        signature::check(&bytes, signature::beside(path).as_deref(), &keys)?;
        let (compiled, head) = precompiled::load(&self.shared.engine, &bytes)?;
        let loaded = load::link(&self.shared.linker, &compiled)?;
        let info = ProviderInfo {
            digest: head.digest,
            size: head.size,
            imports: loaded.imports.clone(),
            functions: loaded.exports.functions(),
        };
        Ok(Provider::new(Arc::clone(&self.shared), loaded, info))
    }
}

fn read_error(path: &Path) -> impl Fn(std::io::Error) -> LoadError {
    move |source| LoadError::Read { path: path.to_owned(), source }
}

fn open(path: &Path) -> Result<File, LoadError> {
    File::open(path).map_err(read_error(path))
}

/// Reads no more than the limit, whatever the file says of its size.
fn read(path: &Path, file: File, limit: usize) -> Result<Vec<u8>, LoadError> {
    let bytes = file.metadata().map_err(read_error(path))?.len();
    let mut content = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default().min(limit));
    file.take((limit as u64).saturating_add(1)).read_to_end(&mut content).map_err(read_error(path))?;
    if content.len() > limit {
        return Err(LoadError::TooLarge { bytes: bytes.max(content.len() as u64), limit });
    }
    Ok(content)
}
