"""What is verified: a spec with the containers that it compiles to, or containers from GTM."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from gtmgen.build import compile_spec
from gtmgen.carrier import carrier
from gtmgen.container.fields import rows
from gtmgen.container.graph import REFERENCE
from gtmgen.container.read import Export
from gtmgen.container.whole import Container
from gtmgen.findings import Finding, GtmgenError, Position, error
from gtmgen.observe import observe
from gtmgen.observe.carriers import carriers
from gtmgen.observe.values import constant
from gtmgen.outputs import SERVER, WEB, is_setup
from gtmgen.plan.server import TOKEN
from gtmgen.platforms import Library
from gtmgen.resolve import PAGE_VIEW, Sending
from gtmgen.spec.model import Lookup, Spec
from gtmgen.verify.journeys.journey import Journey
from gtmgen.verify.journeys.journey_file import Words
from gtmgen.verify.program.compile import Program, compile_program, kind_of
from gtmgen.verify.server.half import compile_server

_STAND_IN = "a-token-of-gtmgen-verify"
_MEASUREMENT_ID = "G-PLACEHOLDER"
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
    web_file: str = ""
    """What findings call the web container."""
    server_file: str = ""
    """What findings call the server container."""


class Ready(NamedTuple):
    """What is verified and how, compiled: nothing can be wrong with it any more."""

    subject: Subject
    journey: Journey
    web: Program
    server: Program | None
    assumed: tuple[str, ...]
    """What was put in place of what nobody can know here."""


def of_spec(
    text: str,
    name: str,
    library: Library,
    web: Export | None = None,
    server: Export | None = None,
    setups: Sequence[Export] = (),
) -> Subject:
    """A spec's containers: the web container, and the server container as it is after all of its imports; or those that came of them.

    Args:
        text: the spec.
        name: its file.
        library: the platforms.
        web: a container from GTM that is held against the spec in place of the one that the spec compiles to.
        server: the same for the server container.
        setups: what is imported into that server container once, where `build` made it.

    Raises:
        GtmgenError: the spec has errors, or a container is of another kind.
    """
    built = compile_spec(text, name, library)
    if server and SERVER not in built.outputs:
        hint = "`server: {transport: sgtm, …}` in the spec, or leave --server out"
        message = "the spec sends nothing to a server container, so there is nothing to hold this one against"
        raise GtmgenError([error("not-runnable", message, Position(server.name, 0, 0), hint)])
    _of_the_right_kind(web, server)
    made, behind = json.loads(built.outputs[WEB]), None
    assumed: tuple[str, ...] = ()
    if SERVER in built.outputs:
        given = [setup.data for setup in setups]
        own = [json.loads(text) for suffix, text in built.outputs.items() if is_setup(suffix)]
        behind, assumed = _set_up(server.data, given) if server else _set_up(json.loads(built.outputs[SERVER]), own)
    front = web.data if web else made
    conversions = {word for sending in built.sendings for word in (sending.conversion, sending.event)}
    words = Words(
        sorted(conversions),
        sorted(built.spec.platforms),
        _tags(front, behind),
        _named(front, behind),
        sorted({one.sent_as for one in built.sendings}),
    )
    url = built.spec.server.url if built.spec.server else ""
    return Subject(
        name,
        _said(web, server) if behind else _said(web, server)[:1],
        front,
        behind,
        url,
        f"https://{built.spec.domain}/" if built.spec.domain else _SITE,
        words,
        assumed,
        tuple(sorted(built.plan.expects)),
        built.spec,
        built.sendings,
        built.findings,
        web.name if web else name,
        server.name if server else f"{name} (server container)",
    )


def _said(web: Export | None, server: Export | None) -> tuple[str, str]:
    """Both containers in the words of a report: with their file where they come from one."""
    front, behind = (f" {export.name}" if export else "" for export in (web, server))
    return f"web container{front}", f"server container{behind}"


def of_containers(web: Export, server: Export | None, library: Library, setups: Sequence[Export] = ()) -> Subject:
    """A container from GTM, perhaps with the server container that its hits go to.

    Args:
        web: the web container.
        server: the server container.
        library: the platforms.
        setups: what is imported into the server container once, where `build` made it.

    Raises:
        GtmgenError: one of them is of another kind; or no tag says where the server container is.
    """
    _of_the_right_kind(web, server)
    url = _server_url(web, library) if server else ""
    if server and not url:
        hint = f"name the address in a row `{carrier(library).server_url}` of the Google tag, as a text or a Constant variable"
        message = "no tag says where the server container is, so nothing would reach it"
        raise GtmgenError([error("server-address", message, Position(web.name, 0, 0), hint)])
    behind, assumed = _set_up(server.data, [setup.data for setup in setups]) if server else (None, ())
    tags, named = _tags(web.data, behind), _named(web.data, behind)
    words = Words(None, sorted(library.platforms), tags, named, _events(library, web.data, behind))
    names = ("web container", *([f"server container {server.name}"] if server else []))
    return Subject(
        web.name,
        names,
        web.data,
        behind,
        url,
        _SITE,
        words,
        assumed,
        web_file=web.name,
        server_file=server.name if server else "",
    )


def ready(subject: Subject, journey: Journey) -> Ready:
    """Compiles what runs.

    Args:
        subject: what is verified.
        journey: what is done; its values of variables come before what the container holds.

    Raises:
        GtmgenError: GTM would refuse a container.
    """
    variables = journey.variables
    placed = {name: _placeholder(name, subject.spec) for name in subject.expects} | dict(variables)
    given = "as the journey says" if journey.name else "so that every conversion can happen"
    assumed = [*subject.assumed]
    for name, value in placed.items():
        why = given if name in variables else "a placeholder: a journey can say otherwise (`variables`)"
        assumed.append(f"the variable `{name}` is {json.dumps(value, ensure_ascii=False)}, {why}")
    web = compile_program(_with_variables(subject.web, placed, _web_variable), name=subject.web_file)
    if subject.server is None:
        return Ready(subject, journey, web, None, tuple(assumed))
    behind = _with_variables(subject.server, placed, _server_variable)
    return Ready(subject, journey, web, compile_server(behind, name=subject.server_file), tuple(assumed))


def _of_the_right_kind(web: Export | None, server: Export | None) -> None:
    problems = [
        error(
            "not-runnable",
            f"this is {kind_of(usage)}, and {what}",
            Position(export.name, 0, 0),
            hint if usage in ("web", "server") else "web containers and server containers are verified, and no others",
        )
        for export, wanted, what, hint in (
            (web, "web", "a journey runs on a web container", "name the web container, and this one with --server"),
            (server, "server", "--server names a server container", "name the web container without --server"),
        )
        if export and (usage := export.usage or "web") != wanted
    ]
    if problems:
        raise GtmgenError(problems)


def _placeholder(name: str, spec: Spec | None) -> str:
    """What stands in for a variable of the target container that nobody gave a value: of the form that its place takes."""
    id = spec.server.measurement_id if spec and spec.server else ""
    return _MEASUREMENT_ID if isinstance(id, Lookup) and id.name == name else f"value of {name}"


def _set_up(
    server: Mapping[str, Any], setups: Sequence[Mapping[str, Any]]
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """A server container after all imports, with what a person would fill in; and what is assumed of that."""
    if not setups:
        return server, ()
    version, filled = dict(server["containerVersion"]), []
    brought = [variable for setup in setups for variable in rows(setup["containerVersion"].get("variable"))]
    for variable in brought:
        for one in rows(variable.get("parameter")):
            if one.get("value") == TOKEN:
                one["value"] = _STAND_IN
                filled.append(f"`{variable.get('name')}`")
    version["variable"] = [*rows(version.get("variable")), *brought]
    verb = "holds" if len(filled) == 1 else "hold"
    said = f"the server container's {', '.join(filled)} {verb} a stand-in: the platforms' stand-ins take any token"
    return {**server, "containerVersion": version}, (said,)


def _web_variable(value: Any) -> dict[str, Any]:
    """A variable that is always the same, of whatever type."""
    written = json.dumps(value).replace("{{", "{" + _BRACE)  # GTM would read two braces in a row as a variable
    return {"type": "jsm", "parameter": [_parameter("javascript", f"function () {{ return {written}; }}")]}


def _server_variable(value: Any) -> dict[str, Any]:
    """The same in a server container, which has no code of its own: a text."""
    return {"type": "c", "parameter": [_parameter("value", value if isinstance(value, str) else json.dumps(value))]}


def _parameter(key: str, value: str) -> dict[str, str]:
    return {"type": "TEMPLATE", "key": key, "value": value}


def _with_variables(
    export: Mapping[str, Any], values: Mapping[str, Any], made: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    """A container with variables that hold given values, where it names them."""
    version, text = dict(export.get("containerVersion") or {}), json.dumps(export, ensure_ascii=False)
    named = [name for name in values if json.dumps(f"{{{{{name}}}}}", ensure_ascii=False)[1:-1] in text]
    kept = [one for one in rows(version.get("variable")) if one.get("name") not in named]
    given = [{"name": name, "variableId": f"verify{number}", **made(values[name])} for number, name in enumerate(named)]
    return {**export, "containerVersion": {**version, "variable": [*kept, *given]}}


def _tags(*exports: Mapping[str, Any] | None) -> Sequence[str]:
    versions = [export.get("containerVersion") or {} for export in exports if export]
    return [str(tag.get("name", "")) for version in versions for tag in rows(version.get("tag"))]


def _named(*exports: Mapping[str, Any] | None) -> Sequence[str]:
    """Every variable that some containers name or hold, from `{{name}}` wherever it stands."""
    found: set[str] = set()
    for export in filter(None, exports):
        found |= {str(one.get("name", "")) for one in rows(export["containerVersion"].get("variable"))}
        found |= {name.replace('\\"', '"') for name in REFERENCE.findall(json.dumps(export, ensure_ascii=False))}
    return sorted(found)


def _events(library: Library, *exports: Mapping[str, Any] | None) -> Sequence[str] | None:
    """The names under which some containers send events; None where one of them decides a name as it runs."""
    seen = [one for export in exports if export for one in observe(Container(export), library).sendings]
    names = {library.platforms[one.platform].sent_as(PAGE_VIEW) if one.implied else one.sent_as for one in seen}
    return None if "" in names else sorted(names)


def _server_url(web: Export, library: Library) -> str:
    """Where the GA4 tags send their hits, where that is written down."""
    container, wire = Container(web.data), carrier(library)
    for tag in carriers(container).tags:
        for row in (wire.server_url, wire.transport):
            if url := constant(container, tag.rows.get(row, "")) or "":
                return url.rstrip("/")
    return ""
