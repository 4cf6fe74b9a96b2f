//! Compiled providers as files: what is loaded, and what is refused.

mod guest;

use std::fs;
use std::path::{Path, PathBuf};

use guest::Guest;
use ring::signature::{Ed25519KeyPair, KeyPair};
use sandbox_host::{Host, Limits, LoadError, Policy, Provider};

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

/// Signs a file as it is, and loads it with the key.
fn signed(host: &Host, path: &Path) -> Result<Provider, LoadError> {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let mut beside = path.as_os_str().to_owned();
    beside.push(".sig");
    fs::write(beside, pair.sign(&fs::read(path).unwrap())).unwrap();
    host.load_precompiled(path, &[pair.public_key().as_ref().try_into().unwrap()])
}

#[test]
fn machine_code_needs_a_key_that_somebody_trusts() {
    let files = Files::new();
    let path = files.path("provider");
    host().load(&Guest::new().build()).unwrap().write_precompiled(&path).unwrap();
    assert!(matches!(host().load_precompiled(&path, &[]), Err(LoadError::NoTrustedKey)));
    assert!(matches!(host().load_precompiled(&path, &[[1; 32]]), Err(LoadError::NotSigned)));
    signed(&host(), &path).unwrap();
    assert!(matches!(host().load_precompiled(&path, &[[1; 32]]), Err(LoadError::WrongSignature)));
}

#[tokio::test]
async fn a_precompiled_provider_is_the_same_provider() {
    let files = Files::new();
    let path = files.path("provider");
    let compiled = host().load(&Guest::new().lifecycle().build()).unwrap();
    compiled.write_precompiled(&path).unwrap();

    assert_eq!(fs::read_dir(files.0.path()).unwrap().count(), 1, "the temporary file is gone");
    let loaded = signed(&host(), &path).unwrap();
    assert_eq!(loaded.info(), compiled.info());
    loaded.describe().await.unwrap();
}

#[test]
fn where_keys_are_trusted_a_precompiled_provider_is_signed_itself() {
    let files = Files::new();
    let path = files.path("provider");
    let pair = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
    let mut policy = Policy::default();
    policy.trusted_keys = vec![pair.public_key().as_ref().try_into().unwrap()];
    let trusting = Host::builder().policy(policy).build().unwrap();
    let component = Guest::new().build();

    assert!(matches!(trusting.load(&component), Err(LoadError::NotSigned)));
    let compiled = trusting.load_signed(&component, pair.sign(&component).as_ref()).unwrap();
    compiled.write_precompiled(&path).unwrap();
    assert!(matches!(trusting.load_precompiled(&path, &[]), Err(LoadError::NotSigned)));
    // The component's signature says nothing of the machine code.
    fs::write(files.path("provider.sig"), pair.sign(&component)).unwrap();
    assert!(matches!(trusting.load_precompiled(&path, &[]), Err(LoadError::WrongSignature)));
    fs::write(files.path("provider.sig"), pair.sign(&fs::read(&path).unwrap())).unwrap();
    assert_eq!(trusting.load_precompiled(&path, &[]).unwrap().info(), compiled.info());
}

#[test]
fn a_file_that_is_none_is_refused() {
    let files = Files::new();
    let path = files.path("provider");
    let refused = |content: &[u8]| {
        fs::write(&path, content).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        signed(&host(), &path).unwrap_err()
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
    let error = signed(&host(), &path).unwrap_err();
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
    let error = signed(&host(), &path).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the precompiled code is not run, because somebody else owns {} or may write to it. Precompile the component \
             again, into a directory of your own that nobody else may write to",
            path.display()
        )
    );

    fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    // Others, the group, and others who could not even rename the file.
    for mode in [0o777, 0o770, 0o1777] {
        fs::set_permissions(files.0.path(), PermissionsExt::from_mode(mode)).unwrap();
        let error = signed(&host(), &path).unwrap_err();
        assert!(matches!(error, LoadError::Exposed { path } if path == files.0.path()), "{mode:o}");
    }
    fs::set_permissions(files.0.path(), PermissionsExt::from_mode(0o700)).unwrap();
    signed(&host(), &path).unwrap();
}

#[cfg(unix)]
#[test]
fn one_below_a_directory_that_others_may_rename_is_refused_and_one_below_tmp_is_not() {
    use std::os::unix::fs::PermissionsExt;

    let files = Files::new();
    let (above, directory) = (files.path("above"), files.path("above/own"));
    fs::create_dir_all(&directory).unwrap();
    let path = directory.join("provider");
    host().load(&Guest::new().build()).unwrap().write_precompiled(&path).unwrap();
    fs::set_permissions(&above, PermissionsExt::from_mode(0o777)).unwrap();
    let error = signed(&host(), &path).unwrap_err();
    assert!(matches!(error, LoadError::Exposed { path } if path == above));
    // As `/tmp` is, in which everybody may make files and rename none but their own.
    fs::set_permissions(&above, PermissionsExt::from_mode(0o1777)).unwrap();
    signed(&host(), &path).unwrap();
}

/// Only root can give files away; the rule itself has a test that needs nobody.
#[cfg(target_os = "linux")]
#[test]
fn one_of_another_user_is_refused_as_is_one_in_the_directory_of_another_user() {
    use std::os::unix::fs::{MetadataExt, chown};

    let files = Files::new();
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return;
    }
    let path = files.path("provider");
    host().load(&Guest::new().build()).unwrap().write_precompiled(&path).unwrap();
    const SOMEBODY: u32 = 54_321;
    for foreign in [path.as_path(), files.0.path()] {
        chown(foreign, Some(SOMEBODY), None).unwrap();
        let error = signed(&host(), &path).unwrap_err();
        assert!(matches!(error, LoadError::Exposed { path } if path == foreign), "{}", foreign.display());
        chown(foreign, Some(0), None).unwrap();
    }
    signed(&host(), &path).unwrap();
}

#[test]
fn limits_of_calls_do_not_make_it_stale() {
    let files = Files::new();
    let path = files.path("provider");
    host().load(&Guest::new().build()).unwrap().write_precompiled(&path).unwrap();
    let mut limits = Limits::default();
    limits.concurrent_calls = 3;
    limits.memory_bytes = 1 << 20;
    signed(&Host::builder().limits(limits).build().unwrap(), &path).unwrap();
}

fn cached(files: &Files) -> Host {
    Host::builder().cache(files.path("cache")).build().unwrap()
}

fn entry(files: &Files) -> PathBuf {
    let mut entries: Vec<_> = fs::read_dir(files.path("cache")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries.remove(0)
}

#[tokio::test]
async fn a_host_with_a_cache_compiles_a_component_once() {
    let files = Files::new();
    let bytes = Guest::new().build();
    let compiled = cached(&files).load(&bytes).unwrap();
    let path = entry(&files);
    let written = fs::read(&path).unwrap();

    // An entry that nobody could have compiled from these bytes: the answer shows that it was used.
    let other = host().load(&Guest::new().version('9').build()).unwrap().precompile().unwrap();
    let mut forged = other;
    forged[48..88].copy_from_slice(&written[48..88]);
    fs::write(&path, &forged).unwrap();
    let loaded = cached(&files).load(&bytes).unwrap();
    assert_eq!(loaded.describe().await.unwrap().version, "9");
    assert_eq!(loaded.info(), compiled.info());
}

#[tokio::test]
async fn an_entry_that_is_damaged_or_of_another_component_is_compiled_again_and_replaced() {
    let files = Files::new();
    let bytes = Guest::new().version('1').build();
    cached(&files).load(&bytes).unwrap();
    let path = entry(&files);
    let good = fs::read(&path).unwrap();
    let mut damaged = good.clone();
    *damaged.last_mut().unwrap() ^= 1;
    let other = host().load(&Guest::new().version('9').build()).unwrap().precompile().unwrap();
    for wrong in [b"garbage".to_vec(), good[..good.len() / 2].to_vec(), damaged, other] {
        fs::write(&path, wrong).unwrap();
        let loaded = cached(&files).load(&bytes).unwrap();
        assert_eq!(loaded.describe().await.unwrap().version, "1");
        assert_eq!(fs::read(&path).unwrap(), good, "it was replaced");
    }
    assert_eq!(entry(&files), path, "no temporary file is left");
}

#[cfg(unix)]
#[tokio::test]
async fn an_entry_that_others_may_write_to_is_not_run() {
    use std::os::unix::fs::PermissionsExt;

    let files = Files::new();
    let bytes = Guest::new().version('1').build();
    cached(&files).load(&bytes).unwrap();
    let path = entry(&files);
    let other = host().load(&Guest::new().version('9').build()).unwrap().precompile().unwrap();
    fs::write(&path, other).unwrap();
    fs::set_permissions(&path, PermissionsExt::from_mode(0o666)).unwrap();
    let loaded = cached(&files).load(&bytes).unwrap();
    assert_eq!(loaded.describe().await.unwrap().version, "1");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "it was replaced");
}

#[test]
fn a_cache_that_cannot_be_written_is_no_error() {
    let files = Files::new();
    fs::write(files.path("cache"), "a file where the directory should be").unwrap();
    cached(&files).load(&Guest::new().build()).unwrap();
}
