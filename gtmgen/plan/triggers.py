"""When -> triggers. What fires on the same thing under the same conditions is one trigger, shared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gtmgen.plan import values
from gtmgen.plan.conditions import filter_of, filters, literal, test_words, text_of, words
from gtmgen.plan.entities import ALL_PAGES, Body, Entity, Filter, Parts, Ref, put
from gtmgen.plan.names import entity_name
from gtmgen.source import Path
from gtmgen.spec import selector
from gtmgen.spec.model import Condition, Test, When

_TITLES = {
    "data_layer": "Event",
    "page": "Page",
    "click": "Click",
    "link": "Link",
    "form": "Form",
    "visible": "Visible",
}


def triggers(
    parts: Parts, prefix: str, when: When, unless: tuple[Test, ...], folder: str, *, reads_page: bool
) -> list[str]:
    """The names of the triggers for one `when`.

    Args:
        parts: the parts list that triggers and their variables are added to.
        prefix: the spec's prefix.
        when: what the conversion fires on.
        unless: the spec-wide conditions under which nothing fires; they are no part of the name.
        folder: the folder that triggers are put into.
        reads_page: the conversion reads a value, so a page view waits until the DOM is ready.
    """
    held = (*when.unless, *unless)
    checks = filters(parts, prefix, when.if_all, held, when.at)
    title = f"{_TITLES[when.kind]} {when.what if isinstance(when.what, str) else words(when.what)}{_suffix(when)}"

    def make(kind: str, name: str, checks: tuple[Filter, ...] = checks, **args: Any) -> str:
        entity = Entity("trigger", kind, entity_name(prefix, name), when.at, {"filters": checks, **args}, folder=folder)
        return put(parts, entity).name

    match when.kind:
        case "data_layer":
            assert isinstance(when.what, Condition)
            return [make("event", title, event=_event(parts, prefix, when.what, when.at))]
        case "page":
            assert isinstance(when.what, Condition)
            path = filter_of(parts, prefix, Ref("Page Path"), when.what, when.at, path=True)
            return [
                make(
                    "dom_ready" if reads_page else "page",
                    f"{title} (DOM ready)" if reads_page else title,
                    (path, *checks),
                ),
                make(
                    "route",
                    f"Route{title.removeprefix('Page')}",
                    (path, *checks, route_changed(parts, prefix, when.at)),
                ),
            ]
        case "click":
            inside = Filter(
                Ref("Click Element"),
                "CSS_SELECTOR",
                _css(parts, prefix, selector.with_descendants(str(when.what)), when.at),
            )
            return [make("click", title, (inside, *checks))]
        case "link":
            assert isinstance(when.what, Condition)
            return [make("link", title, (_link(parts, prefix, when.what, when.at), *checks))]
        case "form":
            form = Filter(
                Ref("Form Element"),
                "CSS_SELECTOR",
                _css(parts, prefix, selector.or_form_inside(str(when.what)), when.at),
            )
            return [make("form", title, (form, *checks))]
        case "visible":
            return [make("visible", title, selector=_css(parts, prefix, str(when.what), when.at))]


def all_pages(parts: Parts, prefix: str, unless: tuple[Test, ...], folder: str, at: Path) -> str:
    """The trigger for every page view: GTM's own, or one of ours where the spec says where nothing is to fire."""
    if not unless:
        return ALL_PAGES
    checks = filters(parts, prefix, (), unless, at)
    return put(
        parts, Entity("trigger", "page", entity_name(prefix, "All Pages"), at, {"filters": checks}, folder=folder)
    ).name


def all_routes(parts: Parts, prefix: str, unless: tuple[Test, ...], folder: str, at: Path) -> str:
    """The trigger for every route change of a single-page app, once per new path."""
    checks = (route_changed(parts, prefix, at), *filters(parts, prefix, (), unless, at))
    return put(
        parts, Entity("trigger", "route", entity_name(prefix, "All Routes"), at, {"filters": checks}, folder=folder)
    ).name


def due(
    parts: Parts,
    prefix: str,
    title: str,
    key: str,
    unless: tuple[Test, ...],
    folder: str,
    at: Path,
    when: When | None = None,
    *,
    reads_page: bool = False,
) -> str:
    """The trigger that fires once, at the first event after a late consent, for a page's tag that was held back.

    A blocked tag is not run again when consent comes; without this every new visitor behind a banner would lose the page
    view and the click id of the landing page. `when` is the page that the tag is for, if not every page;
    `reads_page` says that it waits for the DOM.
    """
    start = values.data_layer(parts, prefix, "gtm.start", at)
    body = Body("_gtm/code/due.js.j2", {"start": start, "key": key, "dom": reads_page})
    notes = "true while this page's view is over and the tag has not run: it was held back for want of consent."
    name = entity_name(prefix, title, "Due (DOM ready)" if reads_page else "Due", code=True)
    pending = put(parts, Entity("variable", "jsm", name, at, {"notes": notes}, body))
    event = Filter(Ref("_event"), "MATCH_REGEX", ".*")
    checks: tuple[Filter, ...] = (Filter(pending, "EQUALS", "true"),)
    words_of = ["Due (DOM ready)" if reads_page else "Due"]
    if when and isinstance(when.what, Condition):
        checks += (filter_of(parts, prefix, Ref("Page Path"), when.what, when.at, path=True),)
        words_of.append(f"Page {words(when.what)}{_suffix(when)}")
    checks += filters(parts, prefix, when.if_all if when else (), (*(when.unless if when else ()), *unless), at)
    name = entity_name(prefix, title, *words_of)
    return put(parts, Entity("trigger", "event", name, at, {"filters": checks, "event": event}, folder=folder)).name


def route_changed(parts: Parts, prefix: str, at: Path) -> Filter:
    """The filter that holds when a history change is a new path."""
    urls = {side: values.data_layer(parts, prefix, f"gtm.{side}Url", at, version=1) for side in ("old", "new")}
    notes = (
        "true when a history change of a single-page app is a new path: pushState and replaceState together count once."
    )
    name = entity_name(prefix, "Route Changed", code=True)
    changed = put(parts, Entity("variable", "jsm", name, at, {"notes": notes}, Body("_gtm/code/route.js.j2", urls)))
    return Filter(changed, "EQUALS", "true")


def _event(parts: Parts, prefix: str, what: Condition, at: Path) -> Filter:
    if what.op == "matches":
        return Filter(
            Ref("_event"), "MATCH_REGEX", literal(parts, prefix, text_of(what.right), at), ignore_case=what.ignore_case
        )
    return Filter(Ref("_event"), "EQUALS", literal(parts, prefix, text_of(what.right), at))


def _link(parts: Parts, prefix: str, what: Condition, at: Path) -> Filter:
    """A condition on a link's URL; one that begins with / looks at its path."""
    if not text_of(what.right).startswith("/"):
        return filter_of(parts, prefix, Ref("Click URL"), what, at)
    name = entity_name(prefix, "Click Path", code=True)
    path = put(parts, Entity("variable", "aev", name, at, {"component": "PATH", "notes": ""}))
    return filter_of(parts, prefix, path, what, at, path=True)


def _css(parts: Parts, prefix: str, css: str, at: Path) -> Any:
    return literal(parts, prefix, css, at)


def _suffix(when: When) -> str:
    def listed(word: str, tests: Iterable[Test], joint: str) -> str:
        said = joint.join(map(test_words, tests))
        return f" {word} {said}" if said else ""

    return listed("if", when.if_all, " and ") + listed("unless", when.unless, " or ")
