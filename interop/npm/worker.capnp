using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "core.wasm", wasm = embed "core.wasm"),
  ],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "FAKE_DAYTONA_URL", fromEnvironment = "FAKE_DAYTONA_URL"),
    (name = "FAKE_DAYTONA_KEY", fromEnvironment = "FAKE_DAYTONA_KEY"),
  ],
);
