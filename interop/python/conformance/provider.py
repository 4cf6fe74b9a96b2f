"""Calls by the names of the contract, with values as the cases write them: the types come from the component itself."""

import wasmtime
from wasmtime import Config, Engine, Store, WasiConfig
from wasmtime.component import Component as Compiled
from wasmtime.component import Linker, ListType, OptionType, Record, RecordType, ResultType, TupleType, Variant

# Names whose spelling in JSON does not follow from the contract's.
SPELLED = {"vcpu": "vCpu", "max-vcpu": "maxVCpu", "is-a2a-remote": "isA2ARemote"}

PACKAGE = "rensei:sandbox/"

# What sends requests, by the name that the component imports: it wins over any other version of the same interface.
HANDLER = "wasi:http/outgoing-handler@0.2.0"


class Component:
    """A provider, each call in a fresh instance."""

    def __init__(self, path):
        self.engine = Engine(Config())
        self.compiled = Compiled.from_file(self.engine, path)
        # By whom the host lets the provider call.
        self.linkers = {None: self.link(), "denied": self.link()}
        with self.linkers["denied"].root() as root, root.add_instance(HANDLER) as handler:
            handler.add_func("handle", lambda *_: Variant("HTTP-request-denied"))
        exports = [name for name in self.compiled.type.exports(self.engine) if name.startswith(PACKAGE)]
        # The interface without its version: a host takes any of the track.
        self.interfaces = {name.removeprefix(PACKAGE).split("@")[0]: name for name in exports}

    def link(self):
        linker = Linker(self.engine)
        linker.add_wasip2()
        linker.add_wasi_http()
        return linker

    def call(self, environment, egress, name, arguments):
        """What a call came to: "result", "error" or "failed", and the value."""
        interface, function = name.split(".")
        if interface not in self.interfaces:
            return "failed", f"the provider does not offer `{name}`"
        store = Store(self.engine)
        wasi = WasiConfig()
        wasi.env = list(environment.items())
        store.set_wasi(wasi)
        store.set_wasi_http()
        try:
            instance = self.linkers[egress].instantiate(store, self.compiled)
            index = instance.get_export_index(store, self.interfaces[interface])
            index = instance.get_export_index(store, function, index)
            if index is None:
                return "failed", f"the provider does not offer `{name}`"
            func = instance.get_func(store, index)
            kind = func.type(store)
            lowered = [lower(type, arguments.get(camel(parameter))) for parameter, type in kind.params]
            result = func(store, *lowered)
            func.post_return(store)
            return lift_outcome(kind.result, result)
        except wasmtime.WasmtimeError as problem:
            return "failed", str(problem)


def camel(name):
    if name in SPELLED:
        return SPELLED[name]
    first, *rest = name.split("-")
    return first + "".join(word.capitalize() for word in rest)


def is_pairs(type):
    return isinstance(type, ListType) and isinstance(type.element, TupleType)


def lower(type, value):
    if isinstance(type, OptionType):
        return None if value is None else lower(type.payload, value)
    if is_pairs(type):
        return [tuple(pair) for pair in (value or {}).items()]
    if isinstance(type, ListType):
        return [lower(type.element, item) for item in value or []]
    if isinstance(type, RecordType):
        made = Record()
        for name, field in type.fields:
            setattr(made, name, lower(field, (value or {}).get(camel(name))))
        return made
    if value is None:
        raise ValueError("a value is missing in the arguments")
    return value


def lift(type, value):
    if isinstance(type, OptionType):
        return None if value is None else lift(type.payload, value)
    if is_pairs(type):
        return dict(value)
    if isinstance(type, ListType):
        return [lift(type.element, item) for item in value]
    if isinstance(type, RecordType):
        return {camel(name): lift(field, getattr(value, name)) for name, field in type.fields}
    return value


def lift_outcome(type, value):
    if not isinstance(type, ResultType):
        return "result", lift(type, value)
    # A `result` with two types is a variant; one whose types cannot be confused is the value itself.
    if isinstance(value, Variant):
        tag, value = value.tag, value.payload
    else:
        tag = "err" if is_error(type, value) else "ok"
    if tag == "err":
        return "error", lift(type.err, value)
    return "result", None if type.ok is None else lift(type.ok, value)


def is_error(type, value):
    return type.err is not None and isinstance(value, Record) and hasattr(value, "maybe-applied")
