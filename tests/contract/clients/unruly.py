"""unruly.py UPSTREAM: a gateway as its clients fear it: a proxy before the gateway at UPSTREAM which misbehaves by the first
part of the path. Prints its URL, and serves until its standard input ends.

/cut/...      a stream of events breaks off after each second event, without an end
/cut-slow/..  the same, and each answer is a tenth of a second late
/cut-first/.. the first answer to each Idempotency-Key (or path) breaks off before its first event or byte of the body
/busy/...     each request is refused once with 503 and `Retry-After: 1`, told by Idempotency-Key or path, then passes
/limited/...  the same with 429
/future/...   answers have fields, enum values and event types that no client knows yet
/hang/...     nothing is ever answered
/html/...     502 with a page of HTML, as a broken load balancer gives
/seen         what came so far: [{method, path, headers}], without this one
"""

import http.client
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

upstream = urlsplit(sys.argv[1])
lock = threading.Lock()
known = set()
seen = []
OWN_HEADERS = {"connection", "content-length", "transfer-encoding", "host", "keep-alive"}


def is_new(key):
    with lock:
        fresh = key not in known
        known.add(key)
        return fresh


def of_the_future(value):
    """The same answer from a gateway some years younger: each object has a field more, each enumeration a value more."""
    if isinstance(value, list):
        return [of_the_future(one) for one in value]
    if isinstance(value, dict):
        changed = {name: of_the_future(one) for name, one in value.items()}
        for name in ("status", "on_busy", "protocol", "kind"):
            if isinstance(changed.get(name), str):
                changed[name] = "yet_unknown"
        return {**changed, "yet_unknown": {"deep": [1, None]}}
    return value


class Unruly(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_any(self):
        _, mode, rest = f"{self.path}/".split("/", 2)
        path = f"/{rest[:-1]}"
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if mode.split("?")[0] == "seen":
            return self.answer(200, "application/json", json.dumps(seen).encode())
        with lock:
            seen.append({"method": self.command, "path": self.path, "headers": {name.lower(): value for name, value in self.headers.items()}})
        key = (mode, self.command, path, self.headers.get("idempotency-key"))
        if mode in ("busy", "limited") and is_new(key):
            status, code = (503, "unavailable") if mode == "busy" else (429, "rate_limited")
            return self.answer(status, "application/problem+json", problem(status, code, path), {"Retry-After": "1"})
        if mode == "hang":
            time.sleep(30)
            self.close_connection = True
            return None
        if mode == "html":
            return self.answer(502, "text/html", b"<html><h1>Bad gateway</h1></html>")
        if mode == "cut-slow":
            time.sleep(0.1)
        return self.relay(mode, path, body, mode == "cut-first" and is_new(key))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def answer(self, status, media_type, body, headers=None):
        self.send_response(status)
        for name, value in {"Content-Type": media_type, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def relay(self, mode, path, body, is_cut_at_once):
        connection = http.client.HTTPConnection(upstream.hostname, upstream.port, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in OWN_HEADERS | {"accept-encoding"}}
        connection.request(self.command, path, body or None, headers)
        answer = connection.getresponse()
        is_stream = answer.getheader("content-type", "").startswith("text/event-stream")
        passed = {name: value for name, value in answer.getheaders() if name.lower() not in OWN_HEADERS}
        self.send_response(answer.status)
        for name, value in passed.items():
            self.send_header(name, value)
        if is_stream:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            if is_cut_at_once:
                self.close_connection = True
                self.wfile.flush()
            else:
                self.relay_events(mode, answer)
        else:
            content = answer.read()
            if mode == "future" and content and "json" in answer.getheader("content-type", ""):
                content = json.dumps(of_the_future(json.loads(content))).encode()
            if answer.status not in (204, 304):
                self.send_header("Content-Length", str(len(content) + (1 if is_cut_at_once else 0)))
            self.end_headers()
            self.wfile.write(content if not is_cut_at_once else content[:1])
            self.close_connection = is_cut_at_once
        connection.close()

    def relay_events(self, mode, answer):
        events = 0
        frame = b""
        while line := answer.readline():
            frame += line
            if line != b"\n":
                continue
            events += not frame.startswith(b":")
            if mode == "future" and events == 1:
                self.chunk(b'event: yet_unknown\ndata: {"type": "yet_unknown", "deep": {"x": [1]}}\n\n')
            if mode == "future":
                frame = b"".join(future_line(part) for part in frame.splitlines(keepends=True))
            self.chunk(frame)
            frame = b""
            if mode in ("cut", "cut-slow") and events == 2:
                self.close_connection = True
                return
        self.wfile.write(b"0\r\n\r\n")

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
        self.wfile.flush()


def future_line(line):
    if not line.startswith(b"data: {"):
        return line
    return b"data: " + json.dumps({**json.loads(line[6:]), "yet_unknown": 1}).encode() + b"\n"


def problem(status, code, path):
    told = {"type": f"urn:astra:problem:{code}", "title": "Not now", "status": status, "detail": "Come again.",
            "instance": path, "code": code, "request_id": "req_unruly"}
    return json.dumps(told).encode()


server = ThreadingHTTPServer(("127.0.0.1", 0), Unruly)
server.daemon_threads = True
print(f"http://127.0.0.1:{server.server_port}", flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
