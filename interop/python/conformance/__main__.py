"""A runner of the conformance suite: the component in Python's wasmtime.

Reads {"component": path, "cases": [...]} from standard input and writes one transcript per line to standard output, as
docs/conformance.md says. It judges nothing.
"""

import concurrent.futures
import json
import sys
import time

from provider import Component
from server import Server

# Most cases wait for most of their time.
AT_ONCE = 16


def whole(text, saved):
    """The value of a text that is nothing but a saved one's name; otherwise the text with those within it."""
    if text.startswith("${saved.") and text.endswith("}") and text.count("}") == 1:
        return member(text[2:-1], saved)
    while "${saved." in text:
        before, rest = text.split("${saved.", 1)
        name, after = rest.split("}", 1)
        text = f"{before}{member('saved.' + name, saved)}{after}"
    return text


def member(name, saved):
    value = saved
    for word in name.split(".")[1:]:
        value = value[word]
    return value


def late(value, authority, saved):
    """A value with what is known only while the case runs."""
    if isinstance(value, str):
        text = value.replace("${origin}", f"http://{authority}").replace("${authority}", authority)
        return whole(text, saved)
    if isinstance(value, list):
        return [late(item, authority, saved) for item in value]
    if isinstance(value, dict):
        return {name: late(item, authority, saved) for name, item in value.items()}
    return value


def run(component, case):
    transcript = {"case": case["name"], "virtualTime": False, "steps": []}
    try:
        with Server() as server:
            steps(component, case, server, transcript["steps"])
            text = json.dumps(transcript)
            text = text.replace(f"http://{server.authority}", "${origin}").replace(server.authority, "${authority}")
            return json.loads(text)
    except Exception as problem:  # Whatever it is, the suite has to hear of it as a failure of this case.
        return {"case": case["name"], "broken": f"{type(problem).__name__}: {problem}"}


def steps(component, case, server, seen):
    saved = {}
    for step in case["steps"]:
        replies = late(step["replies"], server.authority, saved)
        otherwise = late(step.get("otherwise"), server.authority, saved)
        server.begin(replies, otherwise)
        arguments = late(step["arguments"], server.authority, saved)
        begun = time.monotonic()
        kind, value = component.call(case.get("environment", {}), case.get("egress"), step["call"], arguments)
        took = int((time.monotonic() - begun) * 1000)
        if kind == "result" and "save" in step:
            saved[step["save"]] = value
        seen.append({"answer": {kind: value}, "requests": server.end(), "tookMs": took})


def main():
    order = json.load(sys.stdin)
    component = Component(order["component"])
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for transcript in pool.map(lambda case: run(component, case), order["cases"]):
            print(json.dumps(transcript), flush=True)


main()
