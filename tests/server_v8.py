"""A server container in bare V8: hits in, what its tags did out, with the platforms' server APIs to answer their requests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from py_mini_racer import MiniRacer

from gtmgen.outputs import SERVER, is_setup
from gtmgen.platforms import Library
from gtmgen.verify.server import half as server_half
from gtmgen.verify.server.api import Taken, answer, said
from gtmgen.verify.server.collect import Hit, events

NOW = 1_767_225_600_000
TOKEN = "SECRET-TOKEN-0123456789"
_HOST = "{ now: () => %d, random: () => 0.5, shared, http: (url) => (answers.find((one) => url.startsWith(one.start)) || { answer: { reason: 'failed' } }).answer }"


class Served(NamedTuple):
    """What a server container made of a hit."""

    data: Mapping[str, Any]
    """The event data."""
    tags: tuple[server_half.ServerTag, ...]
    taken: tuple[Taken, ...]
    """What the platforms got."""


def ready(outputs: Mapping[str, str]) -> dict[str, Any]:
    """A spec's server container after all imports: with the variables of its set-up, filled in as a person would."""
    export = json.loads(outputs[SERVER])
    version = dict(export["containerVersion"])
    setups = [json.loads(text) for suffix, text in outputs.items() if is_setup(suffix)]
    brought = [variable for setup in setups for variable in setup["containerVersion"]["variable"]]
    for variable in brought:
        for parameter in variable["parameter"]:
            if parameter["value"].startswith("PASTE"):
                parameter["value"] = TOKEN
    return {**export, "containerVersion": {**version, "variable": [*version["variable"], *brought]}}


def serve(export: Mapping[str, Any], hits: Iterable[Hit], library: Library) -> list[Served]:
    """Runs the container on each event of each hit."""
    source = server_half.source(server_half.compile_server(export))
    answers = []
    for platform in library.platforms.values():
        if platform.server:
            status, body = said(
                platform, platform.server.answer.ok[0] if platform.server.answer.ok else None, "OK", 200
            )
            start = platform.server.url.split("$pixel")[0]
            answers.append({"start": start, "answer": {"statusCode": status, "headers": {}, "body": body}})
    found = []
    with MiniRacer() as engine:
        engine.eval(f"const answers = {json.dumps(answers)}, shared = {{}}, run = {source};")
        for hit in hits:
            for data in events(hit):
                given = json.dumps(server_half.given(hit, data))
                report = json.loads(str(engine.eval(f"JSON.stringify(run({given}, {_HOST % NOW}))")))
                tags = server_half.told(report)
                taken = [
                    one
                    for tag in tags
                    for request in tag.requests
                    if (
                        got := answer(
                            library,
                            request["url"],
                            {key.lower(): value for key, value in (request.get("headers") or {}).items()},
                            request.get("body") or "",
                            NOW / 1000,
                        )
                    )
                    for one in got.taken
                ]
                found.append(Served(data, tags, tuple(taken)))
    return found
