"""What is verified: a spec with the containers that it compiles to, or containers from GTM."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gtmgen.build import compile_spec
from gtmgen.carrier import carrier
from gtmgen.container.fields import rows
from gtmgen.container.read import Export
from gtmgen.container.whole import Container
from gtmgen.findings import Finding, GtmgenError, Position, error
from gtmgen.observe.carriers import carriers
from gtmgen.observe.values import constant
from gtmgen.outputs import SERVER, SETUP, WEB
from gtmgen.plan.server import TOKEN
from gtmgen.platforms import Library
from gtmgen.resolve import Sending
from gtmgen.spec.model import Spec
from gtmgen.verify.journey_file import Words
from gtmgen.verify.program import Program, compile_program
from gtmgen.verify.server_half import compile_server

_STAND_IN = "a-token-of-gtmgen-verify"
_BRACE = "\\u007b"
_SITE = "https://site.example/"


class Subject(NamedTuple):
    """A web container, perhaps with the server container behind it."""

    name: str
    """The file that was named: the spec's, or the web container's."""
    containers: tuple[str, ...]
    """What runs, in the words of a report."""
    web: Mapping[str, Any]
    server: Mapping[str, Any] | None
    server_url: str
    """Where the server container answers."""
    site: str
    """Where its pages are, unless a journey says otherwise."""
    words: Words
    """The names that a journey may use."""
    assumed: tuple[str, ...]
    expects: tuple[str, ...] = ()
    """Variables that the spec expects in the target container."""
    spec: Spec | None = None
    sendings: tuple[Sending, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What the compiler had to say of the spec."""


class Ready(NamedTuple):
    """A subject's programs, and what was put in place of what nobody can know here."""

    web: Program
    server: Program | None
    assumed: tuple[str, ...]


def of_spec(text: str, name: str, library: Library) -> Subject:
    """A spec's containers: the web container, and the server container as it is after both of its imports.

    Raises:
        GtmgenError: the spec has errors.
    """
    built = compile_spec(text, name, library)
    web, server, assumed = json.loads(built.outputs[WEB]), None, []
    if SERVER in built.outputs:
        server, filled = _set_up(json.loads(built.outputs[SERVER]), json.loads(built.outputs[SETUP]))
        said = ", ".join(f"`{one}`" for one in filled)
        assumed.append(f"the server container's {said} hold a stand-in: the platforms' stand-ins take any token")
    conversions = {word for sending in built.sendings for word in (sending.conversion, sending.event)}
    words = Words(sorted(conversions), sorted(built.spec.platforms), _tags(web, server))
    url = built.spec.server.url if built.spec.server else ""
    return Subject(
        name,
        ("web container", "server container") if server else ("web container",),
        web,
        server,
        url,
        f"https://{built.spec.domain}/" if built.spec.domain else _SITE,
        words,
        tuple(assumed),
        tuple(sorted(built.plan.expects)),
        built.spec,
        built.sendings,
        built.findings,
    )


def of_containers(web: Export, server: Export | None, library: Library) -> Subject:
    """A container from GTM, perhaps with the server container that its hits go to.

    Raises:
        GtmgenError: one of them is of another kind; or no tag says where the server container is.
    """
    problems = [
        error("not-runnable", f"this is a {usage} container, and {what}", Position(export.name, 0, 0), hint)
        for export, wanted, what, hint in (
            (web, "web", "a journey runs on a web container", "name the web container, and this one with --server"),
            (server, "server", "--server names a server container", "name the web container without --server"),
        )
        if export and (usage := export.usage or "web") != wanted
    ]
    if problems:
        raise GtmgenError(problems)
    url = _server_url(web, library) if server else ""
    if server and not url:
        hint = f"name the address in a row `{carrier(library).server_url}` of the Google tag, as a text or a Constant variable"
        message = "no tag says where the server container is, so nothing would reach it"
        raise GtmgenError([error("server-address", message, Position(web.name, 0, 0), hint)])
    words = Words(None, sorted(library.platforms), _tags(web.data, server.data if server else None))
    names = (f"web container {web.name}", *([f"server container {server.name}"] if server else []))
    return Subject(web.name, names, web.data, server.data if server else None, url, _SITE, words, ())


def ready(subject: Subject, variables: Mapping[str, Any]) -> Ready:
    """The programs that run.

    Args:
        subject: what is verified.
        variables: a journey's values of variables, by name; they come before what the container holds.

    Raises:
        GtmgenError: GTM would refuse a container.
    """
    placed = {name: f"value of {name}" for name in subject.expects if name not in variables} | dict(variables)
    assumed = [*subject.assumed]
    for name, value in placed.items():
        why = "as the journey says" if name in variables else "a placeholder: a journey can say otherwise (`variables`)"
        assumed.append(f"the variable `{name}` is {json.dumps(value, ensure_ascii=False)}, {why}")
    web = compile_program(_with_variables(subject.web, placed), name=subject.name)
    server = compile_server(subject.server, name=subject.containers[-1]) if subject.server else None
    return Ready(web, server, tuple(assumed))


def _set_up(server: Mapping[str, Any], setup: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A server container after both imports, with what a person would fill in, and which variables that is."""
    version, filled = dict(server["containerVersion"]), []
    brought = rows(setup["containerVersion"]["variable"])
    for variable in brought:
        for one in rows(variable.get("parameter")):
            if one.get("value") == TOKEN:
                one["value"] = _STAND_IN
                filled.append(str(variable["name"]))
    version["variable"] = [*rows(version.get("variable")), *brought]
    return {**server, "containerVersion": version}, filled


def _with_variables(export: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """A container with variables that hold given values, of whatever type."""
    version = dict(export.get("containerVersion") or {})
    kept = [one for one in rows(version.get("variable")) if one.get("name") not in values]
    given = []
    for number, (name, value) in enumerate(values.items()):
        value_code = json.dumps(value).replace("{{", "{" + _BRACE)  # GTM would read two braces in a row as a variable
        code = f"function () {{ return {value_code}; }}"
        script = {"type": "TEMPLATE", "key": "javascript", "value": code}
        given.append({"name": name, "type": "jsm", "variableId": f"verify{number}", "parameter": [script]})
    return {**export, "containerVersion": {**version, "variable": [*kept, *given]}}


def _tags(*exports: Mapping[str, Any] | None) -> Sequence[str]:
    versions = [export.get("containerVersion") or {} for export in exports if export]
    return [str(tag.get("name", "")) for version in versions for tag in rows(version.get("tag"))]


def _server_url(web: Export, library: Library) -> str:
    """Where the GA4 tags send their hits, where that is written down."""
    container, wire = Container(web.data), carrier(library)
    for tag in carriers(container).tags:
        for row in (wire.server_url, wire.transport):
            if url := constant(container, tag.rows.get(row, "")) or "":
                return url.rstrip("/")
    return ""
