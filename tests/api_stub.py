"""The platforms' server APIs, made from their platform.yml: they check as the real ones do, answer as those are documented to, and count.

`Api` is the platform without a network: a request in, an answer out. `serve` puts it on a loopback address, with faults.
"""

from __future__ import annotations

import io
import json
import os
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gtmgen.events_api.answer import Reply
from gtmgen.platforms import Library, Platform
from gtmgen.verify.server import api as server_api
from gtmgen.verify.server.api import unfilled

HASH = re.compile("[0-9a-f]{64}")


def token(platform: Platform) -> str:
    """A token that nobody has: the tests look for it where it must not be."""
    return f"SECRET{platform.id}" + "0123456789abcdef" * 2


@dataclass
class Api:
    """What the platforms know: every event that came, and which of them they count."""

    library: Library
    now: float = 0
    """0: the machine's own clock."""
    arrived: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    """Platform, pixel, event, event_id: how often it came in a request that was taken."""
    counted: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    events: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    tests: list[dict[str, Any]] = field(default_factory=list)
    requests: int = 0
    sizes: list[int] = field(default_factory=list)
    last: dict[tuple[str, str, str, str], float] = field(default_factory=dict)
    refuses: Callable[[Mapping[str, Any]], str] = lambda event: ""
    """What else is wrong with an event."""
    partly: bool = False
    """Whether the good rows of a bad batch are taken."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def post(self, url: str, body: bytes, where: Mapping[str, str], variable: str) -> Reply:
        """In place of HTTP."""
        given = os.environ.get(variable, "")
        headers = {where["header"].lower(): given} if "header" in where else {}
        return Reply(
            *self.answer(urlsplit(url).path, {where["query"]: [given]} if "query" in where else {}, headers, body)
        )

    def answer(
        self, path: str, query: Mapping[str, list[str]], headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes]:
        """Takes a request."""
        for platform in self.library.platforms.values():
            server = platform.server
            pattern = re.escape(urlsplit(server.url).path).replace(re.escape("$pixel"), "([^/]+)") if server else ""
            if server and (match := re.fullmatch(pattern, path)):
                with self.lock:
                    self.requests += 1
                    given = (
                        headers.get(server.token.get("header", "").lower())
                        or (query.get(server.token.get("query", "")) or [""])[0]
                    )
                    return self._answer(platform, match[1] if match.groups() else "", given, json.loads(body))
        return 404, b"Not Found"

    def _answer(self, platform: Platform, in_path: str, given: str, data: dict[str, Any]) -> tuple[int, bytes]:
        server = platform.server
        assert server is not None
        if given != token(platform):
            return said(
                platform, server.answer.token[0], f"Access token {given} is incorrect or has been revoked.", 401
            )
        words = unfilled(server.request, data)
        pixel, events, test = in_path or words.get("pixel"), words["events"], words.get("test_event_code")
        bad = [code for code in server.answer.refused if code not in server.answer.token][-1]
        self.sizes.append(len(events))
        if len(events) > server.batch:
            return said(platform, bad, "too many events", 400)
        wrong = {i: why for i, event in enumerate(events) if (why := self.wrong(platform, event))}
        if wrong and not (self.partly and server.answer.partial and len(events) > len(wrong)):
            i, why = min(wrong.items())
            return said(platform, bad, f"Batch.{i}: {why}", 400)
        for i, event in enumerate(events):
            if i not in wrong:
                self._take(platform, str(pixel), event, test)
        if wrong:
            return said(platform, server.answer.partial[0], "partial success", 200)
        return said(platform, server.answer.ok[0] if server.answer.ok else None, "OK", 200)

    def wrong(self, platform: Platform, event: dict[str, Any]) -> str:
        """What the platform would say is wrong with an event, or ""."""
        server = platform.server
        assert server is not None
        words = unfilled(server.event, event)
        if not words.get("event_id"):
            return (
                "Invalid value for event_id: not a valid string."  # taken by the real ones, and never to be sent by us
            )
        said_of = next(server_api.wrong(platform, words, self.now or time.time()), "")
        return said_of or self.refuses(event)

    def _take(self, platform: Platform, pixel: str, event: dict[str, Any], test: str | None) -> None:
        assert platform.server is not None
        if test:
            self.tests.append(event)
            return
        words = unfilled(platform.server.event, event)
        key = (platform.id, pixel, words["event"], words["event_id"])
        clock = self.now or time.time()
        self.arrived[key] += 1
        if clock - self.last.get(key, -1e12) > platform.server.dedup_hours * 3600:
            self.counted[key] += 1
            self.last[key] = clock
        if len(self.events) < 1000:
            self.events.append((platform.id, pixel, event))


def said(platform: Platform, code: int | None, message: str, status: int) -> tuple[int, bytes]:
    """An answer in the platform's form, as bytes."""
    status, body = server_api.said(platform, code, message, status)
    return status, body.encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        self.server.connections += 1
        super().setup()

    def do_POST(self) -> None:
        self.server.headers_seen.append(dict(self.headers))
        fault = self.server.next_fault()
        if fault == "reset" or (isinstance(fault, tuple) and fault[0] == "before"):
            if fault != "reset":
                fault[1]()
            self.cut()
            return
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        split = urlsplit(self.path)
        headers = {key.lower(): value for key, value in self.headers.items()}
        status, body, more = 500, b"<html>Internal Server Error</html>", ""
        if isinstance(fault, int):
            status = fault
        elif isinstance(fault, tuple) and fault[0] == "status":
            _, status, more = fault
        elif isinstance(fault, tuple) and fault[0] == "code":
            platform = self.server.api.library.platforms[fault[1]]
            status, body = said(platform, fault[2], "Too many requests. Please retry in some time.", 400)
        else:
            status, body = self.server.api.answer(split.path, parse_qs(split.query), headers, raw)
        if callable(fault):
            fault()
        if fault == "hang":
            self.server.released.wait(20)
            self.cut()
        elif fault == "reset after":
            self.cut()
        else:
            head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode()
            self.wfile.write(head + body[: len(body) // 2] if fault == "half" else head + body)
            if fault == "half":
                self.cut()

    def cut(self) -> None:
        """Ends the connection at once, so that the other side sees a reset."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.wfile = self.rfile = io.BytesIO()

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: Api) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.api = api
        self.faults: list[Any] = []
        self.connections = 0
        self.headers_seen: list[dict[str, str]] = []
        self.released = threading.Event()

    def next_fault(self) -> Any:
        with self.api.lock:
            return self.faults.pop(0) if self.faults else None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: Any) -> None:
        pass


@contextmanager
def serve(api: Api) -> Iterator[Server]:
    """The platforms on a loopback address."""
    server = Server(api)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
