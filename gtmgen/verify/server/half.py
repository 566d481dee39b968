"""The server half: a server container, run on the hits that the web container sent.

    program = compile_server(export)
    source(program)                    # JavaScript: (hit, host) => report
    given(hit, event_data)             # what it takes as its hit
    told(report)                       # the tags of its report

The JavaScript is `runtime/server/`, over the web runtime's conditions and rules and the templates' sandbox; it runs in any engine, and what
it needs (a clock, chance, an answer to a request) comes from its host. The stock GA4 client stands in for the container's own:
`collect` reads the hit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from gtmgen.container.fields import rows
from gtmgen.verify import sandbox
from gtmgen.verify.javascript import read
from gtmgen.verify.program.compile import Program, compile_program
from gtmgen.verify.server.collect import Hit

CLIENT = "GA4"
"""What the stock client is called in every new server container."""
_STOCK = "gaaw_client"
_FILES = (
    "values",
    "escape",
    "expressions",
    "conditions",
    "rules",
    "tables",
    "format_value",
    "page_values",
    "schedule",
    "record",
)
_SERVER = ("server/event_data", "server/server_variables", "server/serve")


class ServerTag(NamedTuple):
    """What became of a tag of the server container at one event."""

    tag: str
    outcome: str
    """fired, filter, exception, schedule or paused."""
    trigger: str
    why: str
    """The condition that did not hold, or the exception."""
    ended: str
    """success or failure; "" where it said neither, or did not fire."""
    requests: tuple[Mapping[str, Any], ...]
    """{url, method, headers, timeout, body}."""
    cookies: tuple[Mapping[str, Any], ...]
    log: tuple[str, ...]
    denied: tuple[Mapping[str, Any], ...]
    """Calls that its template has no permission for."""
    exception: str


def compile_server(export: Mapping[str, Any], *, name: str = "container") -> Program:
    """The program of a server container, with the custom templates that it uses.

    Args:
        export: as in the file.
        name: what findings call it.

    Raises:
        GtmgenError: GTM would refuse it.
    """
    program = compile_program(export, name=name, usage="SERVER")
    return program._replace(not_done=(*_passed_over(export), *program.not_done))


def _passed_over(export: Mapping[str, Any]) -> Iterator[str]:
    """What stands between a hit and the tags, and is not run here."""
    version = export.get("containerVersion", export)
    if changing := _names(rows(version.get("transformation"))):
        yield (
            f"transformations of the server container ({changing}): they change what its tags read, so what the platforms "
            "really get may differ from everything that is seen here of the server"
        )
    clients = rows(version.get("client"))
    if others := _names(one for one in clients if one.get("type") != _STOCK):
        yield f"clients of the server container ({others}): a {CLIENT} client alone takes what the web container sends"
    if clients and all(one.get("type") != _STOCK for one in clients):
        yield f"the server container has no {CLIENT} client; what is seen of it is what it would do with one"
    active = [one for one in rows(version.get("tag")) if one.get("paused") is not True]
    if tied := _names(one for one in active if rows(one.get("setupTag")) or rows(one.get("teardownTag"))):
        yield (
            f"setup and cleanup tags in the server container (of {tied}): they are not run, so what a setup tag would hold back "
            "is seen to be sent"
        )


def _names(entities: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(f"`{one.get('name', '')}`" for one in entities)


@cache
def _runtime() -> str:
    return "\n".join(read(name) for name in (*_FILES, *_SERVER))


def source(program: Program) -> str:
    """JavaScript of a function (hit, host) => report that runs the container once (`runtime/server/serve.js`)."""
    templates = ", ".join(f"{json.dumps(type)}: {code}" for type, code in program.templates.items())
    return (
        "(function () {\n"
        f"{_runtime()}\n"
        f"const sandbox = {sandbox.bundle()};\n"
        f"const templates = {{ {templates} }};\n"
        f"const program = {json.dumps(program.data)};\n"
        "return (hit, host) => serve(program, templates, hit, Object.assign({ sandbox }, host));\n"
        "})()"
    )


def given(hit: Hit, event_data: Mapping[str, Any]) -> dict[str, Any]:
    """What `serve` takes as its hit."""
    parts = urlsplit(hit.url)
    cookie = next((value for key, value in hit.headers.items() if key.lower() == "cookie"), "")
    cookies = [pair.strip().partition("=")[::2] for pair in cookie.split(";") if "=" in pair]
    return {
        "eventData": event_data,
        "clientName": CLIENT,
        "request": {
            "method": "POST" if hit.body else "GET",
            "path": parts.path,
            "query": parts.query,
            "headers": dict(hit.headers),
            "body": hit.body,
            "remoteAddress": hit.remote_address,
        },
        "cookies": [{"name": name, "value": value} for name, value in cookies],
    }


def told(report: Mapping[str, Any]) -> tuple[ServerTag, ...]:
    """The tags of a report of `serve`."""
    from gtmgen.verify.browser.result import explain

    found = []
    for entry in report["tags"]:
        ran = entry.get("report") or {}
        why = entry.get("why") or ""
        found.append(
            ServerTag(
                entry["tag"],
                entry["outcome"],
                entry.get("trigger") or "",
                why if isinstance(why, str) else explain(why),
                ran.get("outcome", ""),
                tuple(ran.get("requests", ())),
                tuple(ran.get("cookies", ())),
                tuple(map(str, ran.get("log", ()))),
                tuple(ran.get("denied", ())),
                ran.get("exception", ""),
            )
        )
    return tuple(found)
