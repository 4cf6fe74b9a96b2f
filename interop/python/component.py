"""The built component, unchanged, in Python's wasmtime: a whole session against the server, and three errors."""

import json
import sys
import time

from wasmtime import Config, Engine, Store, WasiConfig
from wasmtime.component import Component, Linker, Record

from fake import KEY, URL, ask, check


def record(**fields):
    """A WIT record; `_` stands for `-`."""
    made = Record()
    for name, value in fields.items():
        setattr(made, name.replace("_", "-"), value)
    return made


class Provider:
    """`rensei:sandbox/provider` of one instance."""

    INTERFACE = "rensei:sandbox/provider@0.1.1"

    def __init__(self, path):
        engine = Engine(Config())
        linker = Linker(engine)
        linker.add_wasip2()
        linker.add_wasi_http()
        self.store = Store(engine)
        # No environment, no files, no arguments: the component needs none.
        self.store.set_wasi(WasiConfig())
        self.store.set_wasi_http()
        self.instance = linker.instantiate(self.store, Component.from_file(engine, path))
        self.interface = self.instance.get_export_index(self.store, self.INTERFACE)

    def call(self, name, *arguments):
        index = self.instance.get_export_index(self.store, name, self.interface)
        function = self.instance.get_func(self.store, index)
        result = function(self.store, *arguments)
        function.post_return(self.store)
        return result

    def ask(self, name, *arguments):
        """A call that returns a `result`: its value, or the error as an exception."""
        result = self.call(name, *arguments)
        if getattr(result, "tag", "ok") == "err":
            raise Refused(result.payload)
        return getattr(result, "payload", result)


class Refused(Exception):
    """The `error` record of a call."""

    def __init__(self, error):
        super().__init__(error.message)
        self.code = error.code
        self.retryable = error.retryable


CONFIG = json.dumps({"image": "ghcr.io/acme/worker:1", "diskGB": 8})


def context(key=KEY, deadline_ms=30_000):
    credential = record(secret=key, api_url=URL, organization_id=None)
    return record(
        organization_id=None, pool_id="pool-1", config=CONFIG, credential=credential, deadline_ms=deadline_ms, extensions=[]
    )


def spec(session, **changed):
    sizes = record(vcpu=1, memory_mb=1024, disk_mb=None, gpu=None, timeout_sec=1800)
    wanted = record(
        session_id=session, image=None, command=["donmai", "agent", "run"], env=[("A", "1")], labels=[("team", "a")],
        resources=sizes, max_duration_sec=None, region=None, extensions=[]
    )
    for name, value in changed.items():
        setattr(wanted, name, value)
    return wanted


def refused(provider, code, *call):
    try:
        provider.ask(*call)
    except Refused as error:
        return error.code == code, (error.code, str(error))
    return False, "nothing was refused"


def session(provider):
    findings = provider.call("check-config", CONFIG)
    check("check", not [found for found in findings if found.severity == "error"], findings)
    handle = provider.ask("provision", context(), spec("py-session"))
    check("provision", getattr(handle, "provider-id") and getattr(handle, "external-id"), vars(handle))
    state = provider.ask("status", context(), handle)
    for _ in range(200):
        if state.status == "running":
            break
        time.sleep(0.05)
        state = provider.ask("status", context(), handle)
    check("status until running", state.status == "running", vars(state))
    found = provider.ask("locate", context(), "py-session")
    check("locate", getattr(found, "external-id") == getattr(handle, "external-id"))
    ended = provider.ask("terminate", context(), handle)
    for _ in range(200):
        if ended == "gone":
            break
        time.sleep(0.05)
        ended = provider.ask("terminate", context(), handle)
    check("terminate until gone", ended == "gone" and ask("GET", "summary")["alive"] == 0, ended)


def errors(provider):
    check("a wrong key", *refused(provider, "unauthenticated", "provision", context("dtn_wrong"), spec("py-key")))
    wrong = spec("py-image", image="not an image")
    check("a wrong image", *refused(provider, "invalid-spec", "provision", context(), wrong))
    ask("POST", "faults", {"faults": ["too-many-requests"], "method": "GET", "times": 20})
    handle = record(provider_id="daytona", external_id="00000000-0000-4000-8000-000000000000", metadata=[])
    hurried = context(deadline_ms=2_000)
    check("too many requests", *refused(provider, "rate-limited", "status", hurried, handle))
    ask("DELETE", "faults")


if __name__ == "__main__":
    loaded = Provider(sys.argv[1])
    session(loaded)
    errors(loaded)
