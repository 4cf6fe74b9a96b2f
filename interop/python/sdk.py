"""The official Python SDK against the server, which it takes for a Daytona."""

import time

from daytona import (
    CreateSandboxFromImageParams,
    CreateSandboxFromSnapshotParams,
    CreateSnapshotParams,
    Daytona,
    DaytonaAuthenticationError,
    DaytonaAuthorizationError,
    DaytonaConfig,
    DaytonaConflictError,
    DaytonaError,
    DaytonaNotFoundError,
    DaytonaRateLimitError,
    DaytonaValidationError,
    ListSandboxesQuery,
    Resources,
    SessionExecuteRequest,
)

from fake import KEY, URL, ask, check


def client(key=KEY):
    return Daytona(DaytonaConfig(api_key=key, api_url=URL))


def until(sandbox, state):
    """Reads a sandbox until it is in a state."""
    for _ in range(200):
        sandbox.refresh_data()
        if sandbox.state == state:
            return True
        time.sleep(0.02)
    return False


def raised(kind, status, act):
    """Whether exactly this class of error comes with exactly this status."""
    try:
        act()
    except DaytonaError as error:
        return type(error) is kind and error.status_code == status, error
    return False, "nothing was raised"


def life_of_a_sandbox(daytona):
    params = CreateSandboxFromSnapshotParams(name="py-snapshot", labels={"team": "py"}, env_vars={"A": "1"})
    sandbox = daytona.create(params)
    check("create from a snapshot", sandbox.state == "started" and sandbox.snapshot == "ubuntu:22.04", sandbox.state)
    image = CreateSandboxFromImageParams(
        name="py-image", image="ghcr.io/acme/worker:1", labels={"team": "py"}, resources=Resources(cpu=2, memory=4, disk=8)
    )
    built = daytona.create(image, timeout=60)
    check("create from an image", built.state == "started" and built.cpu == 2 and built.disk == 8, built.state)
    truth = ask("GET", f"sandboxes/{built.id}")
    walked = [moment["state"] for moment in truth["history"]]
    check("an image is built", walked == ["pending_build", "building_snapshot", "creating", "started"], walked)

    check("get by id", daytona.get(sandbox.id).name == "py-snapshot")
    check("get by name", daytona.get("py-snapshot").id == sandbox.id)
    listed = sorted(found.name for found in daytona.list(ListSandboxesQuery(labels={"team": "py"}, limit=1)))
    check("list by labels, page by page", listed == ["py-image", "py-snapshot"], listed)
    check("list by other labels", not list(daytona.list(ListSandboxesQuery(labels={"team": "none"}))))

    sandbox.set_labels({"team": "py", "stage": "two"})
    check("set labels", daytona.get(sandbox.id).labels["stage"] == "two")
    sandbox.set_autostop_interval(60)
    sandbox.set_auto_archive_interval(120)
    sandbox.set_auto_delete_interval(240)
    again = daytona.get(sandbox.id)
    intervals = (again.auto_stop_interval, again.auto_archive_interval, again.auto_delete_interval)
    check("set intervals", intervals == (60, 120, 240), intervals)
    before = again.last_activity_at
    ask("POST", "clock", {"skipSeconds": 30})
    sandbox.refresh_activity()
    ask("POST", "clock", {"skipSeconds": 30})
    check("refresh the last activity", daytona.get(sandbox.id).last_activity_at != before)

    answer = sandbox.process.exec("true")
    check("execute a command", answer.exit_code == 0, answer)
    check("a preview link", sandbox.get_preview_link(3000).token)

    sandbox.stop()
    check("stop and wait", sandbox.state == "stopped", sandbox.state)
    sandbox.start()
    check("start and wait", sandbox.state == "started", sandbox.state)
    sandbox.stop()
    sandbox.archive()
    check("archive", until(sandbox, "archived"), sandbox.state)
    sandbox.start()
    check("start from the archive", until(sandbox, "started"), sandbox.state)
    for dead in (sandbox, built):
        daytona.delete(dead)
    check("delete", ask("GET", "summary")["alive"] == 0 or wait_for_nobody())


def processes(daytona):
    sandbox = daytona.create(CreateSandboxFromSnapshotParams(name="py-processes"))
    answer = sandbox.process.exec("echo hello", timeout=10)
    check("the output of a command", (answer.exit_code, answer.result) == (0, "hello\n"), answer)
    check("the exit code of a command", sandbox.process.exec("false").exit_code == 1)

    sandbox.process.create_session("work")
    check("a session twice is 409", *raised(DaytonaConflictError, 409, lambda: sandbox.process.create_session("work")))
    run = sandbox.process.execute_session_command
    done = run("work", SessionExecuteRequest(command="echo hi"))
    check("a command of a session", (done.exit_code, done.stdout, done.stderr) == (0, "hi\n", ""), done)
    waits = run("work", SessionExecuteRequest(command="sleep 600", run_async=True))
    check("one in the background runs", sandbox.process.get_session_command("work", waits.cmd_id).exit_code is None)
    logs = sandbox.process.get_session_command_logs("work", done.cmd_id)
    check("the log of a command", (logs.stdout, logs.stderr) == ("hi\n", ""), logs)
    check("a session", [command.id for command in sandbox.process.get_session("work").commands] == [done.cmd_id, waits.cmd_id])
    check("all sessions", [session.session_id for session in sandbox.process.list_sessions()] == ["work"])
    check("the launch command's session", sandbox.process.get_entrypoint_session().session_id == "entrypoint")
    check("the launch command's log", sandbox.process.get_entrypoint_logs().output == "")
    sandbox.process.delete_session("work")
    check("a deleted session is 404", *raised(DaytonaNotFoundError, 404, lambda: sandbox.process.get_session("work")))
    daytona.delete(sandbox)


def snapshots(daytona):
    made = daytona.snapshot.create(CreateSnapshotParams(name="py-made", image="ghcr.io/acme/worker:1"))
    check("register a snapshot", made.state == "active" and made.image_name == "ghcr.io/acme/worker:1", made)
    check("get a snapshot", daytona.snapshot.get("py-made").id == made.id)
    check("list snapshots", "py-made" in [item.name for item in daytona.snapshot.list().items])
    sandbox = daytona.create(CreateSandboxFromSnapshotParams(name="py-base", snapshot="py-made"))
    sandbox._experimental_create_snapshot("py-captured")
    captured = daytona.snapshot.get("py-captured")
    check("capture a sandbox", captured.state == "active" and not captured.entrypoint, captured)
    heir = daytona.create(CreateSandboxFromSnapshotParams(name="py-heir", snapshot="py-captured"))
    check("create from what was captured", heir.state == "started" and heir.snapshot == "py-captured", heir)
    daytona.snapshot.delete(captured)
    for dead in (sandbox, heir):
        daytona.delete(dead)


def wait_for_nobody():
    for _ in range(200):
        if ask("GET", "summary")["alive"] == 0:
            return True
        time.sleep(0.02)
    return False


def errors(daytona):
    check("401", *raised(DaytonaAuthenticationError, 401, lambda: client("dtn_wrong").get("x")))
    ask("POST", "keys", {"key": "dtn_reader", "scopes": []})
    check("403", *raised(DaytonaAuthorizationError, 403, lambda: client("dtn_reader").create()))
    check("404", *raised(DaytonaNotFoundError, 404, lambda: daytona.get("nobody")))
    sandbox = daytona.create(CreateSandboxFromSnapshotParams(name="py-taken"))
    taken = CreateSandboxFromSnapshotParams(name="py-taken")
    check("409", *raised(DaytonaConflictError, 409, lambda: daytona.create(taken)))
    ask("POST", "faults", {"faults": ["too-many-requests"], "method": "POST", "path": "/sandbox", "times": 1})
    check("429", *raised(DaytonaRateLimitError, 429, lambda: daytona.create()))
    big = CreateSandboxFromImageParams(image="alpine:3.20", resources=Resources(disk=99))
    refused, error = raised(DaytonaValidationError, 400, lambda: daytona.create(big))
    check("too big is 400", refused and "exceeds maximum allowed per sandbox" in str(error), error)
    crowd = CreateSandboxFromImageParams(image="alpine:3.20", resources=Resources(cpu=4))
    crowded = [daytona.create(crowd) for _ in range(2)]
    refused, error = raised(DaytonaValidationError, 400, lambda: daytona.create(crowd))
    check("an exhausted quota is 400", refused and "Total CPU limit exceeded" in str(error), error)
    ask("POST", "next-start", {"fails": "no such image"})
    refused, error = raised(DaytonaValidationError, 400, lambda: daytona.create())
    check("a failed start is 400", refused and "no such image" in str(error), error)
    for dead in [sandbox, *crowded]:
        daytona.delete(dead)


if __name__ == "__main__":
    official = client()
    life_of_a_sandbox(official)
    processes(official)
    snapshots(official)
    errors(official)
