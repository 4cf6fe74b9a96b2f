"""A client of the bench: create, get, delete by the official Python SDK, as often as it is told."""

import json
import os
import sys
import time

from daytona import CreateSandboxFromSnapshotParams, Daytona, DaytonaConfig

SNAPSHOT = "ubuntu:22.04"
ENV = {"AGENT_TOKEN": "0123456789abcdef", "AGENT_URL": "https://platform.example"}

daytona = Daytona(DaytonaConfig(api_key=os.environ["FAKE_DAYTONA_KEY"], api_url=os.environ["FAKE_DAYTONA_URL"]))
done = 0


def cycle(name):
    params = CreateSandboxFromSnapshotParams(
        name=name, snapshot=SNAPSHOT, labels={"team": "a"}, env_vars=ENV, auto_stop_interval=30
    )
    created = daytona.create(params)
    found = daytona.get(created.id)
    if found.state != "started":
        raise SystemExit(f"it is {found.state}")
    daytona.delete(found)


for line in sys.stdin:
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(int(line)):
        cycle(f"{os.getpid()}-{done}")
        done += 1
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}), flush=True)
