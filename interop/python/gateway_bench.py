"""Two engines over one Daytona: every session is provisioned on both at the same moment, then looked at on one and ended on the other.
Not part of any check: `cargo xtask gateway-bench` runs it and prints what it took."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from fake import ask, check
from gateway import Engine

SESSIONS = int(sys.argv[3])
AT_ONCE = 50


def percentiles(times):
    times = sorted(times)
    return ", ".join(f"{name} {times[int(len(times) * part)] * 1000:.1f} ms" for name, part in (("half", 0.5), ("99 %", 0.99)))


class Stage:
    """One kind of call for every session."""

    def __init__(self, threads):
        self.threads = threads

    def run(self, name, calls):
        times, lock = [], threading.Lock()

        def timed(call):
            began = time.monotonic()
            answer = call()
            with lock:
                times.append(time.monotonic() - began)
            return answer

        began = time.monotonic()
        answers = list(self.threads.map(timed, calls))
        took = time.monotonic() - began
        lost = [answer for answer in answers if "result" not in answer]
        check(f"{name}: {len(answers)} calls in {took:.0f} s, {len(answers) / took:.0f} a second; {percentiles(times)}", not lost, lost[:3])
        return [answer["result"] for answer in answers]


def both(engines, session):
    return [lambda engine=engine: engine.call("provision", spec={"sessionId": f"s-{session}"}) for engine in engines]


if __name__ == "__main__":
    with Engine() as one, Engine() as other, ThreadPoolExecutor(AT_ONCE) as threads:
        stage = Stage(threads)
        twins = stage.run("twins", [call for session in range(SESSIONS) for call in both((one, other), session)])
        handles = twins[::2]
        check("twins have one sandbox", handles == twins[1::2] and len({h["externalId"] for h in handles}) == SESSIONS)
        alive = ask("GET", "summary")["alive"]
        check(f"{SESSIONS} sessions are {alive} sandboxes", alive == SESSIONS)
        stage.run("status on the one", [lambda h=h: one.call("status", handle=h) for h in handles])
        stage.run("terminate on the other", [lambda h=h: other.call("terminate", handle=h) for h in handles])
        time.sleep(1)
        check("nothing is left", ask("GET", "summary")["alive"] == 0)
