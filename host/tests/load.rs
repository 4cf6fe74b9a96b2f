//! What a host refuses to load, and what it says.

mod guest;

use guest::Guest;
use sandbox_host::{CallError, Context, Function, Handle, Host, Limits, LoadError};

fn host() -> Host {
    Host::builder().build().unwrap()
}

fn refused(bytes: &[u8]) -> LoadError {
    host().load(bytes).expect_err("it was loaded")
}

fn component(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

#[test]
fn a_provider_with_the_core_interface_alone_is_loaded() {
    let bytes = Guest::new().build();
    let provider = host().load(&bytes).unwrap();
    let info = provider.info();
    assert_eq!(info.size, bytes.len() as u64);
    assert_eq!(info.imports, Vec::<String>::new());
    assert_eq!(info.digest_hex().len(), 64);
    assert!(info.offers(Function::Provision) && !info.offers(Function::Stop));
    assert!(info.functions.iter().all(|function| function.interface() == "provider"), "{info:?}");
}

#[test]
fn a_provider_with_lifecycle_says_so() {
    let provider = host().load(&Guest::new().lifecycle().build()).unwrap();
    assert!(provider.offers(Function::Extend) && !provider.offers(Function::List));
}

#[test]
fn what_is_not_webassembly_is_refused_with_its_first_bytes() {
    assert_eq!(
        refused(b"").to_string(),
        "this is not WebAssembly: it is empty. A provider is a binary component, a file that starts with the bytes 00 61 73 6d"
    );
    assert!(refused(b"\0asm").to_string().contains("it is shorter than a header"));
    assert!(refused(b"<html><body>").to_string().contains("it starts with `<htm`"));
    assert!(refused(b"\x7f\x01\x02\x03\x04\x05\x06\x07").to_string().contains("the bytes 7f 01 02 03"));
    assert!(matches!(refused(b"(component)"), LoadError::NotWasm(_)));
}

#[test]
fn a_core_module_is_refused_with_how_to_build_a_component() {
    assert_eq!(
        refused(&component("(module)")).to_string(),
        "this is a core WebAssembly module, not a component. Build it as a component: on wasm32-unknown-unknown with the \
         linker wasm-component-ld, or wrap it with `wasm-tools component new`"
    );
}

#[test]
fn a_truncated_component_is_refused_as_invalid() {
    let bytes = Guest::new().build();
    let error = refused(&bytes[..bytes.len() / 2]);
    assert!(matches!(error, LoadError::Invalid { .. }), "{error:?}");
    assert!(error.to_string().starts_with("the component is not valid: "), "{error}");
}

#[test]
fn a_component_without_the_contract_is_refused_with_what_it_exports() {
    assert_eq!(
        refused(&component("(component)")).to_string(),
        "the component does not export rensei:sandbox/provider@0.1.0, so it is not a sandbox provider. It exports nothing"
    );
    let other = component(r#"(component (instance $i) (export "acme:greeter/hello@1.2.0" (instance $i)))"#);
    assert_eq!(
        refused(&other).to_string(),
        "the component does not export rensei:sandbox/provider@0.1.0, so it is not a sandbox provider. It exports \
         acme:greeter/hello@1.2.0"
    );
}

#[test]
fn another_version_of_the_contract_is_refused_by_name() {
    let newer = Guest::new().contract("0.2.0").build();
    assert_eq!(
        refused(&newer).to_string(),
        "the component exports rensei:sandbox/provider@0.2.0, but this host speaks the versions 0.1.* of the contract. Use a \
         component built for one of them, or a host that speaks its version"
    );
}

#[tokio::test]
async fn every_version_of_the_track_is_taken() {
    for version in ["0.1.0", "0.1.1", "0.1.20"] {
        let provider = host().load(&Guest::new().contract(version).lifecycle().version('7').build()).unwrap();
        assert_eq!(provider.describe().await.unwrap().version, "7", "{version}");
        assert!(provider.offers(Function::Stop), "{version}");
    }
}

#[tokio::test]
async fn a_function_that_an_optional_interface_does_not_have_is_not_offered_and_the_others_are() {
    let line = "    extend: func(context: context, handle: handle, seconds: u32) -> result<state, error>;\n";
    let gate = "    @since(version = 0.1.0)\n".to_owned() + line;
    let guest = Guest::new().lifecycle().without("extend", "lifecycle.wit", gate.leak());
    let provider = host().load(&guest.build()).unwrap();
    let (context, handle) = (Context::new("pool"), Handle { external_id: "x".into(), ..Handle::default() });
    assert!(provider.offers(Function::KeepAlive) && !provider.offers(Function::Extend));
    provider.keep_alive(&context, &handle).await.unwrap();
    let error = provider.extend(&context, &handle, 60).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the provider does not offer `extend`: it does not export it in the interface lifecycle. Use a version that does"
    );
    // What is not offered is said before anything is asked of the provider.
    assert!(matches!(error, CallError::NotOffered { function: "extend", interface: "lifecycle" }), "{error:?}");
}

#[test]
fn a_function_of_the_core_has_to_be_there_and_every_function_has_to_fit() {
    let line = "    locate: func(context: context, session-id: string) -> result<option<handle>, error>;\n";
    let gate = "    @since(version = 0.1.0)\n".to_owned() + line;
    let bytes = Guest::new().contract("0.1.0").without("locate", "provider.wit", gate.leak()).build();
    assert_eq!(
        refused(&bytes).to_string(),
        "the component does not fit the contract: rensei:sandbox/provider@0.1.0.locate: it is missing. It was built from \
         another version of the contract; build it again from the one of this host"
    );
    let other = Guest::new().lifecycle().edit_contract("lifecycle.wit", "seconds: u32", "seconds: u8").build();
    assert!(refused(&other).to_string().contains(".extend: "), "{}", refused(&other));
}

#[test]
fn imports_beyond_the_list_are_refused_by_name() {
    let nosy = Guest::new().with_timer().import("secrets", "read", "(func (result i32))").build();
    assert_eq!(
        refused(&nosy).to_string(),
        "the component imports test:guest/secrets, which a provider may not. It may import wasi:io/error, wasi:io/poll, \
         wasi:io/streams, wasi:clocks/monotonic-clock, wasi:http/types, wasi:http/outgoing-handler, wasi:cli/environment \
         at 0.2 and nothing else"
    );
}

#[test]
fn files_and_sockets_are_not_among_the_imports_that_are_linked() {
    for interface in [
        "wasi:filesystem/preopens@0.2.0",
        "wasi:sockets/tcp@0.2.0",
        "wasi:cli/stdout@0.2.0",
        "wasi:random/random@0.2.0",
    ] {
        let bytes = component(&format!(r#"(component (import "{interface}" (instance)))"#));
        match refused(&bytes) {
            LoadError::ForbiddenImports { imports } => assert_eq!(imports, [interface]),
            other => panic!("{interface}: {other:?}"),
        }
    }
}

#[test]
fn an_allowed_interface_of_another_generation_of_wasi_is_refused() {
    let bytes = component(r#"(component (import "wasi:http/types@0.3.0" (instance)))"#);
    assert!(matches!(refused(&bytes), LoadError::ForbiddenImports { .. }));
}

#[test]
fn a_changed_type_is_refused_with_the_function_and_the_difference() {
    let bytes = Guest::new().contract("0.1.0").edit_contract("types.wit", "        unknown,\n", "").build();
    let error = refused(&bytes).to_string();
    assert!(
        error.starts_with("the component does not fit the contract: rensei:sandbox/provider@0.1.0.status: "),
        "{error}"
    );
    assert!(error.contains("expected enum of 11 names, found enum of 10 names") || error.contains("11"), "{error}");
}

#[test]
fn an_import_with_another_type_is_refused_with_the_linkers_words() {
    let bytes = component(
        r#"(component (import "wasi:cli/environment@0.2.0" (instance (export "get-arguments" (func (result u32))))))"#,
    );
    let error = refused(&bytes).to_string();
    assert!(error.starts_with("the component does not fit the contract: imports: "), "{error}");
    assert!(error.contains("get-arguments"), "{error}");
}

#[test]
fn a_component_above_the_limit_is_refused_before_it_is_compiled() {
    let mut limits = Limits::default();
    limits.component_bytes = 100;
    let host = Host::builder().limits(limits).build().unwrap();
    let bytes = Guest::new().build();
    let error = host.load(&bytes).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the component has {} bytes, more than the limit of 100; raise the limit with `Limits::with_component_bytes` if it is meant",
            bytes.len()
        )
    );
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("big.wasm");
    std::fs::write(&path, &bytes).unwrap();
    assert!(matches!(host.load_file(&path), Err(LoadError::TooLarge { .. })));
}

#[test]
fn a_missing_file_is_told_with_its_name() {
    let error = host().load_file("no-such-file.wasm").unwrap_err();
    assert!(error.to_string().starts_with("no-such-file.wasm cannot be read: "), "{error}");
}
