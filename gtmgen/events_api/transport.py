"""HTTP, and the token: the only httpx.

The token is put into a request below httpx's client, at the moment of use. What httpx and its users log, show or raise is the request
above that, which never holds one. It is never kept, and covered in everything that a platform says.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import quote, quote_plus
from urllib.request import getproxies, proxy_bypass

import httpx

from gtmgen.events_api.answer import Reply
from gtmgen.events_api.sending_to import Unanswered

_SIGN = "gtmgen.sign"
_MOST = 1_000_000
"""Bytes of an answer that are read; a platform's has a few hundred."""
_HEADERS = {"Content-Type": "application/json", "User-Agent": "gtmgen"}


class _Signing(httpx.BaseTransport):
    """Puts the token where the request's extension says, and hands a request of its own on."""

    def __init__(self) -> None:
        self._direct = httpx.HTTPTransport(retries=0)
        self._through: dict[str, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        where, variable = request.extensions[_SIGN]
        url, headers, token = request.url, request.headers.copy(), os.environ.get(variable, "").strip()
        if "query" in where:
            url = url.copy_set_param(where["query"], token)
        else:
            headers[where["header"]] = token
        extensions = {key: value for key, value in request.extensions.items() if key != _SIGN}
        signed = httpx.Request(request.method, url, headers=headers, stream=request.stream, extensions=extensions)
        return self._transport(url).handle_request(signed)

    def _transport(self, url: httpx.URL) -> httpx.HTTPTransport:
        proxy = "" if proxy_bypass(url.host) else getproxies().get(url.scheme, "")
        if not proxy:
            return self._direct
        if proxy not in self._through:
            self._through[proxy] = httpx.HTTPTransport(proxy=proxy)
        return self._through[proxy]

    def close(self) -> None:
        for one in (self._direct, *self._through.values()):
            one.close()


class Http:
    """Connections that are kept open from one request to the next."""

    def __init__(self, timeout: float = 30) -> None:
        self._timeout = timeout
        limits = httpx.Timeout(timeout, connect=min(timeout, 10))
        self._client = httpx.Client(transport=_Signing(), timeout=limits, headers=_HEADERS, follow_redirects=False)

    def post(self, url: str, body: bytes, where: Mapping[str, str], variable: str) -> Reply:
        """Posts a body.

        Args:
            url: where to.
            body: JSON.
            where: where the token goes, as a platform.yml says it.
            variable: the environment variable that holds the token.

        Raises:
            Unanswered: no whole answer came back.
        """
        request = self._client.build_request("POST", url, content=body)
        request.extensions[_SIGN] = (where, variable)
        until = time.monotonic() + 2 * self._timeout
        try:
            response = self._client.send(request, stream=True)
            try:
                read = b""
                for piece in response.iter_bytes():
                    read += piece
                    if len(read) > _MOST or time.monotonic() > until:
                        raise Unanswered("the answer does not end", arrived=True)
            finally:
                response.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as problem:
            raise Unanswered(_words(problem, variable), arrived=False) from None
        except (httpx.TransportError, httpx.DecodingError) as problem:
            raise Unanswered(_words(problem, variable), arrived=True) from None
        words = covered(read, variable)
        return Reply(response.status_code, words, response.headers.get("retry-after", ""))

    def close(self) -> None:
        """Ends the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def covered(raw: bytes, variable: str) -> bytes:
    """An answer without the token: a platform may repeat it in its message, in any form that a reader would turn back into it."""
    token = os.environ.get(variable, "").strip()
    if not token:
        return raw
    bare = _without(raw, token)
    try:  # JSON can write a letter in several ways: here each is written in one
        plain = json.dumps(json.loads(bare), ensure_ascii=False).encode("utf-8", "replace")
    except (ValueError, RecursionError):
        return bare
    found = _without(plain, token)
    return bare if found == plain else found


def _without(raw: bytes, token: str) -> bytes:
    """Without the token as it is, as it stands in an address, in JSON, and in JSON in JSON."""
    once = {token, quote(token, safe=""), quote_plus(token)}
    inside = {json.dumps(form)[1:-1] for form in (*once, token.replace("/", "\\/"))}
    for form in sorted(once | inside, key=len, reverse=True):  # one may begin with another
        raw = raw.replace(form.encode("utf-8", "replace"), b"(the token)")
    return raw


def _words(problem: Exception, variable: str) -> str:
    kinds = {httpx.TimeoutException: "no answer in time", httpx.RemoteProtocolError: "the answer was cut off"}
    for kind, words in kinds.items():
        if isinstance(problem, kind):
            return words
    return (
        covered(str(problem).encode("utf-8", "replace"), variable).decode("utf-8", "replace") or type(problem).__name__
    )
