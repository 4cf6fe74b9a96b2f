//! Compiled providers as files: what is loaded, and what is refused.

mod guest;

use std::fs;
use std::path::PathBuf;

use guest::Guest;
use sandbox_host::{Host, Limits, LoadError};

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

fn host() -> Host {
    Host::builder().build().unwrap()
}

#[tokio::test]
async fn a_precompiled_provider_is_the_same_provider() {
    let files = Files::new();
    let path = files.path("provider");
    let compiled = host().load(&Guest::new().lifecycle().build()).unwrap();
    compiled.write_precompiled(&path).unwrap();

    let loaded = host().load_precompiled(&path).unwrap();
    assert_eq!(loaded.info(), compiled.info());
    loaded.describe().await.unwrap();
    assert_eq!(fs::read_dir(files.0.path()).unwrap().count(), 1, "the temporary file is gone");
}

#[test]
fn a_file_that_is_none_is_refused() {
    let files = Files::new();
    let path = files.path("provider");
    let refused = |content: &[u8]| {
        fs::write(&path, content).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        host().load_precompiled(&path).unwrap_err()
    };
    let good = host().load(&Guest::new().build()).unwrap().precompile().unwrap();
    let mut damaged = good.clone();
    *damaged.last_mut().unwrap() ^= 1;
    for (content, why) in [
        (&b""[..], "it does not start as one"),
        (&Guest::new().build(), "it does not start as one"),
        (&good[..100], "it ends too early"),
        (&good[..good.len() - 1], "its checksum is wrong"),
        (&damaged, "its checksum is wrong"),
    ] {
        let error = refused(content);
        assert_eq!(
            error.to_string(),
            format!("this is not a precompiled provider, or it is damaged: {why}. Precompile the component again")
        );
    }
}

#[test]
fn one_of_another_engine_is_stale() {
    let files = Files::new();
    let path = files.path("provider");
    host().load(&Guest::new().build()).unwrap().write_precompiled(&path).unwrap();
    let mut content = fs::read(&path).unwrap();
    content[16] ^= 1;
    fs::remove_file(&path).unwrap();
    fs::write(&path, content).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let error = host().load_precompiled(&path).unwrap_err();
    assert!(matches!(error, LoadError::Stale), "{error:?}");
}

#[cfg(unix)]
#[test]
fn one_that_others_may_write_to_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let files = Files::new();
    let path = files.path("provider");
    host().load(&Guest::new().build()).unwrap().write_precompiled(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

    fs::set_permissions(&path, PermissionsExt::from_mode(0o622)).unwrap();
    let error = host().load_precompiled(&path).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "{} is machine code that others may write to, so it is not run. Precompile the component again, into a \
             directory of your own",
            path.display()
        )
    );

    fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    fs::set_permissions(files.0.path(), PermissionsExt::from_mode(0o777)).unwrap();
    let error = host().load_precompiled(&path).unwrap_err();
    assert!(matches!(error, LoadError::Exposed { path } if path == files.0.path()));
}

#[test]
fn limits_of_calls_do_not_make_it_stale() {
    let files = Files::new();
    let path = files.path("provider");
    host().load(&Guest::new().build()).unwrap().write_precompiled(&path).unwrap();
    let mut limits = Limits::default();
    limits.concurrent_calls = 3;
    limits.memory_bytes = 1 << 20;
    Host::builder().limits(limits).build().unwrap().load_precompiled(&path).unwrap();
}
