"""The server's own side: what it is told, and what it says really happened."""

import json
import os
import urllib.request

URL = os.environ["FAKE_DAYTONA_URL"]
KEY = os.environ["FAKE_DAYTONA_KEY"]
ORIGIN = URL.removesuffix("/api")


def ask(method, path, body=None):
    """A call of `/__fake`, which needs no key."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{ORIGIN}/__fake/{path}", data=data, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def check(name, passed, seen=None):
    """One line per statement; the first that does not hold ends the program."""
    if not passed:
        raise SystemExit(f"FAILED {name}: {seen!r}")
    print(f"ok {name}")
