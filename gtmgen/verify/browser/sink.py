"""A server on loopback to which the browser takes every host that is not answered otherwise.

Requests that a page sends while it is left (`sendBeacon`, a fetch with `keepalive`) are seen by nothing in the browser's driver
(gtm-runtime.md 8.4). They come here, are written down, and get an empty answer; so nothing leaves the machine.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from typing import Any, NamedTuple

_CERTIFICATE = Path(__file__).parent / "loopback.pem"
_TLS_BEGINS = b"\x16"
_PATIENCE = 10.0  # seconds for a client that says nothing


class Sunk(NamedTuple):
    """A request that came here."""

    url: str
    method: str
    body: str | None
    headers: dict[str, str]
    """By names in small letters."""


class Sink:
    """The server, in a thread of its own.

    Args:
        take: is called with every request, in a thread of the server's.
    """

    def __init__(self, take: Callable[[Sunk], None]) -> None:
        self._server = _Server(take)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sink", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Ends the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, take: Callable[[Sunk], None]) -> None:
        self.take = take
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(_CERTIFICATE)
        super().__init__(("127.0.0.1", 0), _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Both http and https come to one port: the first byte tells them apart."""
        request.settimeout(_PATIENCE)
        secure = request.recv(1, socket.MSG_PEEK) == _TLS_BEGINS
        stream = self.tls.wrap_socket(request, server_side=True) if secure else request
        try:
            _Handler(stream, client_address, self)
        finally:
            stream.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser opens connections that it then does not use: no word about them."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _take(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length).decode("utf-8", "replace") if length else None
        scheme = "https" if isinstance(self.connection, ssl.SSLSocket) else "http"
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.take(Sunk(f"{scheme}://{headers.get('host', '')}{self.path}", self.command, body, headers))
        self.send_response_only(204)
        self.send_header("content-length", "0")
        self.send_header("access-control-allow-origin", headers.get("origin", "*"))
        self.send_header("access-control-allow-credentials", "true")
        self.send_header("access-control-allow-headers", headers.get("access-control-request-headers", "*"))
        self.end_headers()

    do_GET = do_POST = do_PUT = do_HEAD = do_OPTIONS = do_PATCH = do_DELETE = _take

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""
