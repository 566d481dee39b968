"""What `send` is measured with: a file of events, a platform on this machine that takes them, and a loop that does it by hand.

The platform runs in a process of its own, answers at once and counts; both sides post to it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SPEC = """\
gtmgen: 1
site: {name: Shop, domain: shop.example, currency: EUR}
platforms: {tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}}
server: {transport: backend}
user_data: {email: user.email, phone: user.phone}
conversions: [{event: purchase, when: {data_layer: purchase}}]
"""
TOKEN = {"TIKTOK_ACCESS_TOKEN": "0123456789abcdef" * 2}

# Posts the first COUNT rows of the file one by one, as a backend does it that writes `httpx.post` where a purchase is made; with `kept`
# over one connection, as one does it that has read httpx's manual.
LOOP = """
import hashlib, json, sys
import httpx
url, count = sys.argv[2], int(sys.argv[3])
post = httpx.Client().post if sys.argv[4:] == ["kept"] else httpx.post
for line in open(sys.argv[1], encoding="utf-8").readlines()[:count]:
    row = json.loads(line)
    shop = row["data"]["ecommerce"]
    event = {"event": "Purchase", "event_time": row["at"], "event_id": "purchase." + shop["transaction_id"],
             "user": {"email": hashlib.sha256(row["user"]["email"].encode()).hexdigest()},
             "properties": {"value": shop["value"], "currency": shop["currency"], "contents": shop["items"]}}
    post(url, json={"event_source": "web", "data": [event]}, headers={"Access-Token": "x"}).raise_for_status()
"""
PAYLOADS = """
import json, sys
from gtmgen.events_api.client import Client
client = Client.from_spec(sys.argv[1])
for line in open(sys.argv[2], encoding="utf-8"):
    row = json.loads(line)
    client.event(row["event"], row["data"], user=row["user"], page=row["page"], at=row["at"])
"""
_PLATFORM = """
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
seen = set()
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    def answer(self, body):
        self.wfile.write(b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(body), body))
    def do_POST(self):
        data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]
        seen.update(one["event_id"] for one in data)
        self.answer(b'{"code": 0, "message": "OK"}')
    def do_GET(self):
        body = str(len(seen)).encode()
        seen.clear()
        self.answer(body)
    def log_message(self, *_):
        pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


@contextmanager
def platform() -> Iterator[str]:
    """The platform's address, for as long as it is needed."""
    with subprocess.Popen([sys.executable, "-c", _PLATFORM], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


def arrived(address: str) -> int:
    """How many different events came since this was asked last."""
    with urllib.request.urlopen(address) as answer:
        return int(answer.read())


def write(folder: Path, count: int) -> Path:
    """A file of purchases, each of three products."""
    items = [
        {"item_id": f"SKU-{i}", "item_name": "A mug", "item_brand": "Acme", "price": 9.95, "quantity": 2}
        for i in range(3)
    ]
    now = int(time.time()) - 60
    path = folder / f"events-{count}.ndjson"
    with path.open("w", encoding="utf-8") as file:
        for i in range(count):
            shop = {"transaction_id": f"T-{i}", "value": 59.7, "currency": "EUR", "items": items}
            row = {
                "event": "purchase",
                "data": {"event": "purchase", "ecommerce": shop},
                "user": {"email": f"visitor.{i}@example.com", "phone": "+1 555 555 5555", "ip": "203.0.113.5"},
                "page": {"url": "https://shop.example/thanks"},
                "at": now,
            }
            file.write(json.dumps(row) + "\n")
    return path


def fresh(events: Path) -> Path:
    """The file as if nothing of it had been sent."""
    events.with_name(events.name + ".cursor").unlink(missing_ok=True)
    return events
