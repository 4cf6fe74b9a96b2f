//! The component and what is made of it, in a directory of this run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use host_tests::fake::FakeNetwork;
use host_tests::{component, write_signed};
use sandbox_host::Host;

use crate::{Failure, lab};

/// Removed when it is dropped.
pub struct Artefacts {
    /// The component's bytes.
    pub component: Vec<u8>,
    /// A file for `load_signed`.
    pub precompiled: PathBuf,
    directory: PathBuf,
}

impl Artefacts {
    pub fn make() -> Result<Self, Failure> {
        let directory = std::env::temp_dir().join(format!("sandbox-bench-{}", std::process::id()));
        std::fs::create_dir_all(&directory)?;
        let artefacts = Self { component: component(), precompiled: directory.join("provider.cwasm"), directory };
        let host = Host::builder().http(Arc::new(FakeNetwork(lab::server()))).build()?;
        write_signed(&host.load(&artefacts.component)?, &artefacts.precompiled)?;
        Ok(artefacts)
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

impl Drop for Artefacts {
    fn drop(&mut self) {
        // It lies where the system clears up by itself.
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}
