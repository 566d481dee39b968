"""The line from a spec's text to the texts of its outputs. Nothing here touches a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from gtmgen.carrier import carrier
from gtmgen.container.built_in import BUILT_IN
from gtmgen.container.graph import Key, references
from gtmgen.container.link import Header, link
from gtmgen.container.rename import tell_apart
from gtmgen.container.size import LIMIT, WARN_AT, shares, sizes
from gtmgen.container.text import dump
from gtmgen.findings import Finding, GtmgenError, Position, Severity, error
from gtmgen.lint import lint_spec
from gtmgen.outputs import CONTRACT, SERVER, WEB, setup
from gtmgen.plan import Plan, plan_server, plan_setup, plan_web
from gtmgen.platforms import Library
from gtmgen.render import refuse_undefined, render
from gtmgen.resolve import Sending, resolve, side
from gtmgen.spec.load import load
from gtmgen.spec.model import Spec


class Built(NamedTuple):
    """A compiled spec: the texts of its outputs, and what there is to say about it."""

    spec: Spec
    sendings: tuple[Sending, ...]
    plan: Plan
    named: Mapping[Key, dict[str, Any]]
    outputs: Mapping[str, str]
    """The text of each output, by how the name of its file ends; the container first."""
    findings: tuple[Finding, ...]
    """Warnings and notes; errors are raised."""
    size: int
    """About how many bytes GTM's compiled container has."""
    shares: Mapping[str, int]
    """How many of them each conversion takes by itself, by the conversion's name."""

    @property
    def text(self) -> str:
        """The web container's text."""
        return self.outputs[WEB]


def compile_spec(text: str, name: str, library: Library, *, brief: bool = False) -> Built:
    """Compiles a spec into its web container and, where a backend sends events too, the contract for it.

    Args:
        text: the spec.
        name: what findings call it.
        library: the platforms.
        brief: leave out what only the report of a single build shows; many specs then take little memory.

    Raises:
        GtmgenError: the spec has errors; all of the stage that found them.
    """
    spec, source = load(text, name, library)
    sendings = resolve(spec, library)
    findings = lint_spec(spec, sendings, library, source)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise GtmgenError(findings)
    plan = plan_web(spec, sendings, library)
    plan = plan._replace(expects=plan.expects - BUILT_IN.keys())  # GTM's own are enabled, not expected
    named, refers, container = _container(plan, Header(spec.site, spec.web), library)
    each = sizes(named)
    size = sum(each.values())
    if size > LIMIT * WARN_AT:
        findings.append(_too_large(size, name))
    outputs = {WEB: dump(container), **_server(spec, sendings, library), **_contract(spec, sendings, library)}
    if brief:
        keys: dict[Key, dict[str, Any]] = {key: {} for key in named}
        return Built(spec, (), plan._replace(entities=()), keys, outputs, tuple(findings), size, {})
    alone = shares(named, _tags(plan, sendings), each, refers)
    return Built(spec, sendings, plan, named, outputs, tuple(findings), size, alone)


def _container(
    plan: Plan, header: Header, library: Library
) -> tuple[Mapping[Key, dict[str, Any]], Mapping[Key, set[str]], dict[str, Any]]:
    """A plan as a container: in the named form, what refers to what in it, and as GTM imports it."""
    rendered = render(plan, library.folders)
    refers = references(rendered)
    refuse_undefined(plan, refers)
    named = tell_apart(rendered)
    if named is not rendered:
        refers = references(named)
    return named, refers, link(named, header, plan.expects, refers)


def _server(spec: Spec, sendings: tuple[Sending, ...], library: Library) -> dict[str, str]:
    """The server container, and what is imported into it once; nothing where the spec asks for none."""
    served = dict.fromkeys(sending.platform for sending in sendings if sending.server == "sgtm")
    if not served:
        return {}
    plans = {SERVER: plan_server(spec, sendings, library, carrier(library))}
    plans |= {setup(id): plan_setup(spec, library.platforms[id]) for id in served}
    header = Header(f"{spec.site} server", spec.server_container, "SERVER")
    containers = {suffix: _container(plan, header, library)[2] for suffix, plan in plans.items()}
    _refuse_sourceless(containers[SERVER], plans[SERVER])
    return {suffix: dump(container) for suffix, container in containers.items()}


def _refuse_sourceless(container: Mapping[str, Any], plan: Plan) -> None:
    """A template of the user's own that is none of GTM's would only be refused by GTM.

    Raises:
        GtmgenError: a custom template lacks a section that every one has.
    """
    bodies = {
        entity.name: entity.body.template for entity in plan.entities if entity.kind == "customTemplate" and entity.body
    }
    for row in container["containerVersion"].get("customTemplate", ()):
        for section in ("INFO", "TEMPLATE_PARAMETERS", "SANDBOXED_JS_FOR_SERVER"):
            if f"___{section}___" not in row["templateData"]:
                message = f"this is no custom template for a server container: it has no ___{section}___"
                at = Position(bodies.get(row["name"], "templates"), 0, 0)
                raise GtmgenError(
                    [error("template", message, at, 'begin it with `<% extends "_gtm/sandbox/events_api.tpl.j2" %>`')]
                )


def _contract(spec: Spec, sendings: tuple[Sending, ...], library: Library) -> dict[str, str]:
    """What a backend sends by, for people and for programs; nothing where it sends nothing."""
    if not any(sending.server == "backend" and side(sending) in {"both", "backend"} for sending in sendings):
        return {}
    from gtmgen.contract import contract  # most specs have no backend
    from gtmgen.contract.as_json import as_json
    from gtmgen.report.contract import markdown

    agreed = contract(spec, sendings, library)
    return dict(zip(CONTRACT, (as_json(agreed), markdown(agreed)), strict=True))


def _tags(plan: Plan, sendings: tuple[Sending, ...]) -> dict[str, list[Key]]:
    """The tags of each conversion: an entity knows which spec key asked for it."""
    by_place: dict[object, str] = {sending.at: sending.conversion for sending in sendings if not sending.implied}
    groups: dict[str, list[Key]] = {}
    for entity in plan.entities:
        if entity.kind == "tag":
            groups.setdefault(by_place.get(entity.at, "base pixel"), []).append((entity.kind, entity.name))
    return groups


def _too_large(size: int, name: str) -> Finding:
    over = "; GTM will not publish more" if size > LIMIT else ""
    message = f"the container takes about {size / 1000:.0f} KB of GTM's {LIMIT // 1000} KB{over}"
    hint = "split the spec over two containers, or leave conversions out"
    return Finding("container-size", Severity.WARNING, message, Position(name, 0, 0), hint)
