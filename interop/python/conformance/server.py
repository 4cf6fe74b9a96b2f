"""A server that plays a case: one connection per request, the replies in their order."""

import base64
import socket
import threading
import time


NO_HTTP = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n"


class Server:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.authority = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.begin([], None)

    def __enter__(self):
        self.acceptor = threading.Thread(target=self.accept, daemon=True)
        self.acceptor.start()
        return self

    def __exit__(self, *_):
        # A thread that waits in `accept` is not woken by `close` alone. It has to be gone before: another server may get the
        # number of this socket at once, and would lose a connection to this one.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.acceptor.join()
        self.listener.close()

    def begin(self, replies, otherwise):
        with self.lock:
            self.replies, self.otherwise, self.requests = list(replies), otherwise, []

    def end(self):
        with self.lock:
            return self.requests

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                self.exchange(connection)
            except OSError:
                pass  # The peer hung up: its own call reports that.

    def exchange(self, connection):
        with self.lock:
            # A request that nobody expects has to end as well; that it came is written down.
            reply = self.replies.pop(0) if self.replies else self.otherwise or {"status": 500}
        fault = reply.get("fault")
        if fault == "close-before-request":
            return
        request = read(connection)
        if request is None:
            connection.sendall(NO_HTTP)
            return
        reply = echoed(reply, request)
        with self.lock:
            self.requests.append(request)
        time.sleep(reply.get("delayMs", 0) / 1000)
        if fault == "silence":
            while connection.recv(64):
                pass
        elif fault is None and "raw" in reply:
            connection.sendall(reply["raw"].encode())
        elif fault is None:
            write(connection, reply)


def more(connection, buffer):
    part = connection.recv(65536)
    if not part:
        raise ConnectionError("the request ended early")
    return buffer + part


def read(connection):
    """A request; none where what comes does not begin as a method does, as TLS does not."""
    buffer = b""
    while b"\r\n\r\n" not in buffer:
        buffer = more(connection, buffer)
        if not buffer[:1].isupper():
            return None
    head, body = buffer.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    method, target = lines[0].split(" ")[:2]
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
    if "chunked" in headers.get("transfer-encoding", ""):
        body = chunks(connection, body)
    else:
        while len(body) < int(headers.get("content-length", 0)):
            body = more(connection, body)
    return {"method": method, "target": target, "headers": headers, "body": body.decode(errors="replace")}


def chunks(connection, rest):
    body = b""
    while True:
        while b"\r\n" not in rest:
            rest = more(connection, rest)
        line, rest = rest.split(b"\r\n", 1)
        length = int(line, 16)
        while len(rest) < length + 2:
            rest = more(connection, rest)
        body, rest = body + rest[:length], rest[length + 2:]
        if length == 0:
            return body


def echoed(reply, request):
    """The reply with parts of the request's body in its texts; the request gets their names in their place."""
    for name, echo in reply.get("echo", {}).items():
        variable = "${echo.%s}" % name
        part = request["body"].partition(echo["after"])[2].partition(echo["until"])
        if part[0] and part[1]:
            request["body"] = request["body"].replace(part[0], variable)
            reply = replaced(reply, variable, part[0])
    return reply


def replaced(value, old, new):
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, list):
        return [replaced(item, old, new) for item in value]
    if isinstance(value, dict):
        return {name: replaced(item, old, new) for name, item in value.items()}
    return value


def content(piece):
    if "text" in piece:
        return piece["text"].encode()
    return base64.b64decode(piece.get("base64", ""))


def write(connection, reply):
    pieces = reply.get("pieces", [])
    headers = list(reply.get("headers", []))
    names = {name.lower() for name, _ in headers}
    if not reply.get("lengthUnknown") and not names & {"content-length", "transfer-encoding"}:
        headers.append(("content-length", sum(len(content(piece)) * piece.get("times", 1) for piece in pieces)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    connection.sendall(f"HTTP/1.1 {reply['status']} -\r\n{lines}connection: close\r\n\r\n".encode())
    for piece in pieces:
        for _ in range(piece.get("times", 1)):
            time.sleep(piece.get("delayMs", 0) / 1000)
            if piece.get("close"):
                return
            connection.sendall(content(piece))
