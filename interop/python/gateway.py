"""The composed gateway, served by the wasmtime command line as `deploy/wasmtime/serve.sh` starts it: a session, refusals, many at
once, and an engine that is killed in mid-provision."""

import hashlib
import http.client
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from fake import KEY, URL, ask, check

WASMTIME, COMPONENT = sys.argv[1:3]
TOKEN = "token-of-interop"
PATIENCE = 120

DEPLOY = pathlib.Path(__file__).parents[2] / "deploy"


class Engine:
    """A wasmtime that serves the gateway."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        hashed = hashlib.sha256(TOKEN.encode()).hexdigest()
        given = {"GATEWAY_TOKENS": json.dumps([hashed]), "GATEWAY_POOLS": '{"pool-1":{}}'}
        given |= {"DAYTONA_API_KEY": KEY, "DAYTONA_API_URL": URL}
        given |= {"GATEWAY_ADDRESS": f"127.0.0.1:{self.port}", "GATEWAY_COMPONENT": COMPONENT}
        given["PATH"] = f"{pathlib.Path(WASMTIME).parent}{os.pathsep}{os.environ['PATH']}"
        self.process = subprocess.Popen([DEPLOY / "wasmtime" / "serve.sh"], env=os.environ | given, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if self.send("GET", "/healthz")[0] == 200:
                    return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("FAILED: the engine does not serve") from None
            time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def send(self, method, path, body=None, token=TOKEN):
        """Status and JSON of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {"authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or "null")
        finally:
            connection.close()

    def call(self, method, pool="pool-1", **params):
        params["context"] = {"poolId": pool}
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        status, answer = self.send("POST", "/rpc", json.dumps(message))
        return answer if status == 200 else {"error": answer}

    def ask(self, method, **params):
        answer = self.call(method, **params)
        check(method, "result" in answer, answer)
        return answer["result"]


def alive():
    return ask("GET", "summary")["alive"]


def session(engine):
    handle = engine.ask("provision", spec={"sessionId": "session-1"})
    while engine.ask("status", handle=handle)["status"] != "running":
        time.sleep(0.05)
    check("locate finds it", engine.ask("locate", sessionId="session-1") == handle)
    while engine.ask("terminate", handle=handle) != "gone":
        time.sleep(0.05)
    check("nothing is left", alive() == 0)


def refusals(engine):
    status, answer = engine.send("POST", "/rpc", "{}", token="wrong")
    check("a wrong token", status == 401 and answer["error"]["data"]["code"] == "unauthenticated", answer)
    answer = engine.call("locate", pool="nobody", sessionId="s")
    check("an unknown pool", answer["error"]["data"]["code"] == "unknown-pool", answer)
    status, answer = engine.send("GET", "/nothing")
    check("an unknown path", status == 404 and answer["error"]["data"]["code"] == "not-found", answer)
    status, answer = engine.send("POST", "/rpc", b" " * (10 << 20))
    check("a body of 10 MB", status == 413 and answer["error"]["data"]["code"] == "too-large", answer)
    with socket.create_connection(("127.0.0.1", engine.port), timeout=PATIENCE) as slow:
        head = f"POST /rpc HTTP/1.1\r\nhost: g\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: 100\r\n\r\n{{"
        slow.sendall(head.encode())
        began = time.monotonic()
        answer = slow.recv(1 << 16)
        took = time.monotonic() - began
    check("a slow client", answer.startswith(b"HTTP/1.1 408 ") and 9 < took < 60, (answer, took))


def at_once(engine):
    with ThreadPoolExecutor(200) as threads:
        answers = list(threads.map(lambda n: engine.call("provision", spec={"sessionId": f"many-{n}"}), range(200)))
    ids = {answer["result"]["externalId"] for answer in answers if "result" in answer}
    check("200 at once", len(ids) == 200 == alive(), [answer for answer in answers if "error" in answer][:3])


def reconcile(engine):
    """One of the 200 is not known any more: a dry run says so, and changes nothing."""
    known = [f"many-{n}" for n in range(1, 200)]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as sessions:
        json.dump(known, sessions)
        sessions.flush()
        given = {"GATEWAY_URL": f"http://127.0.0.1:{engine.port}", "GATEWAY_TOKEN": TOKEN, "POOL": "pool-1"}
        given |= {"SESSIONS_URL": f"file://{sessions.name}", "MIN_AGE_SEC": "0"}
        ask("POST", "clock", {"skipSeconds": 5})
        ran = subprocess.run([DEPLOY / "reconcile.sh"], env=os.environ | given, capture_output=True, text=True)
    check("reconcile ends well", ran.returncode == 0, ran)
    outcomes = json.loads(ran.stdout)["outcomes"]
    unknown = [outcome["sessionId"] for outcome in outcomes if outcome["reason"] == "would-mark"]
    check("reconcile finds the session that is not known", unknown == ["many-0"] and len(outcomes) == 200, unknown)
    check("a dry run changes nothing", alive() == 200)
    given["SESSIONS_URL"] = "file:///dev/null"
    ran = subprocess.run([DEPLOY / "reconcile.sh"], env=os.environ | given, capture_output=True, text=True)
    check("no list of sessions is no list", ran.returncode == 1 and "no list of ids" in ran.stderr, ran)


def killed():
    before = alive()
    ask("POST", "faults", {"faults": ["silence-after"], "method": "POST", "path": "/sandbox", "times": 1})
    with Engine() as first:
        cut_off = threading.Thread(target=provision_that_ends, args=[first])
        cut_off.start()
        while alive() == before:
            time.sleep(0.01)
    cut_off.join()
    with Engine() as second:
        handle = second.ask("provision", spec={"sessionId": "killed"})
        check("one sandbox after an engine that was killed", alive() == before + 1, handle)


def provision_that_ends(engine):
    try:
        answer = engine.call("provision", spec={"sessionId": "killed"})
        raise SystemExit(f"FAILED: it was answered: {answer}")
    except (OSError, http.client.HTTPException):
        pass


if __name__ == "__main__":
    with Engine() as served:
        session(served)
        refusals(served)
        at_once(served)
        reconcile(served)
    killed()
