"""The official library of Standard Webhooks for Python, unmodified, against what the gateway sends.

Reads ASTRA_URL and ASTRA_TOKEN. Receives deliveries on this machine, verifies them with one secret and, after a rotation, with
both, and finds out what was tampered with. Exits with 0 and prints `verified`.
"""

import json
import os
import queue
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

deliveries: queue.Queue = queue.Queue()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        deliveries.put(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def ask(method: str, path: str, body: object = None) -> dict:
    headers = {"Authorization": f"Bearer {os.environ['ASTRA_TOKEN']}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(os.environ["ASTRA_URL"] + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"{}")


def refuses(secret: str, body: bytes, headers: dict) -> bool:
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return True
    return False


server = HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()

made = ask("POST", "/webhooks", {"url": f"http://127.0.0.1:{server.server_port}/", "events": ["agent.updated"]})
path, first = f"/webhooks/{made['webhook']['id']}", made["secret"]

ask("POST", "/agents", {"id": "new", "model": {"provider": "echo"}})
headers, body = deliveries.get(timeout=60)
event = Webhook(first).verify(body, headers)
assert event["type"] == "agent.updated" and event["data"]["agent_id"] == "new", event
assert refuses(first, body + b" ", headers)
assert refuses(first, body, headers | {"webhook-id": "dlv_0000000000001"})
assert refuses(first, body, headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)})
assert refuses(first, body, headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 3600)})

second = ask("POST", f"{path}/rotate-secret")["secret"]
ask("POST", f"{path}/test")
headers, body = deliveries.get(timeout=60)
for secret in (first, second):
    assert Webhook(secret).verify(body, headers)["type"] == "webhook.test"
assert refuses("whsec_" + "A" * 43 + "=", body, headers)
print("verified")
