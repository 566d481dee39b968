"""The proxy of one tab, on loopback: it takes whatever the browser's driver does not see.

Requests that a page sends while it is left (`sendBeacon`, a fetch with `keepalive`) are seen by nothing in the driver (gtm-runtime.md
8.4). They come here, are written down, and get an empty answer; so nothing leaves the machine. Each tab has a proxy of its own, so
that what comes is known to be that tab's.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from http.client import HTTPException, parse_headers
from io import BytesIO
from pathlib import Path
from typing import NamedTuple, Self

_CERTIFICATE = Path(__file__).parent / "loopback.pem"
_PATIENCE = 10.0  # seconds for a client that says nothing
_LONGEST = 1 << 26  # bytes of a request; no page's last words are longer


class Sunk(NamedTuple):
    """A request that came here."""

    url: str
    method: str
    body: str | None
    headers: Mapping[str, str]
    """By names in small letters."""


class Sink:
    """The proxy. All of it runs in the event loop that opened it.

    Args:
        take: is called with every request.
    """

    def __init__(self, take: Callable[[Sunk], None]) -> None:
        self._take = take
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server

    async def listen(self) -> Self:
        """Begins to take requests."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_LONGEST)
        return self

    @property
    def url(self) -> str:
        """Its address, as a browser names a proxy."""
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        """Takes nothing more."""
        self._server.close()
        for writer in self._open:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection; a browser opens some that it then does not use, or leaves: no word about them."""
        self._open.add(writer)
        try:
            with suppress(OSError, TimeoutError, ValueError, HTTPException, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tunnel = ""
        while True:
            method, target, headers = await _head(reader)
            if method == "CONNECT":
                host, _, port = target.rpartition(":")
                secure = port != "80"  # to port 80 it is a WebSocket in clear
                tunnel = f"https://{host}" if secure else f"http://{host}"
                if port not in {"80", "443"}:
                    tunnel += f":{port}"
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                if secure:
                    await writer.start_tls(_tls(), ssl_handshake_timeout=_PATIENCE)
                continue
            length = int(headers.get("content-length") or 0)
            body = (await reader.readexactly(length)).decode("utf-8", "replace") if length else None
            self._take(Sunk(tunnel + target, method, body, headers))
            writer.write(_nothing(headers))
            await writer.drain()


async def _head(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]]:
    """(method, target, headers) of a request."""
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _PATIENCE)
    first, _, rest = head.partition(b"\r\n")
    method, target, _ = first.decode("latin-1").split(" ", 2)
    return method, target, {name.lower(): value for name, value in parse_headers(BytesIO(rest)).items()}


def _nothing(headers: Mapping[str, str]) -> bytes:
    """An empty answer that the page may read."""
    said = {
        "content-length": "0",
        "access-control-allow-origin": headers.get("origin", "*"),
        "access-control-allow-credentials": "true",
        "access-control-allow-headers": headers.get("access-control-request-headers", "*"),
    }
    return "\r\n".join(
        ["HTTP/1.1 204 No Content", *(f"{name}: {value}" for name, value in said.items()), "", ""]
    ).encode()


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_CERTIFICATE)
    return context
