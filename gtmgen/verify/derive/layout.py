"""The pages of a derived scene: which occasions share one, and the scene that they make."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple
from urllib.parse import quote

from gtmgen.verify.derive.moments import Act, Moment, page_only
from gtmgen.verify.derive.occasion import Occasion
from gtmgen.verify.derive.setting import Setting, forgotten
from gtmgen.verify.javascript import literal
from gtmgen.verify.journeys.journey import SceneScript, Step

# After everybody else has heard of it, so that containers see what a site's own links and forms do, and the visit goes on.
_STAY = '<script>for (const kind of ["click", "submit"]) addEventListener(kind, (event) => event.preventDefault());</script>'


class Page(NamedTuple):
    """A page, and what happens on it."""

    setting: Setting
    occasions: tuple[Occasion, ...] = ()

    @property
    def visit(self) -> Step:
        """The step that opens it."""
        return Step("visit", self.setting.address)

    @property
    def acts(self) -> tuple[Step, ...]:
        """What happens on it once it is open."""
        return tuple(one.step for one in self.occasions if one.step.kind != "visit")

    @property
    def steps(self) -> tuple[Step, ...]:
        """It is opened, and everything happens."""
        return (self.visit, *self.acts)


def laid_out(occasions: Sequence[Occasion], alone: Container[str] = ()) -> list[Page]:
    """Pages for occasions of one host: one for all that any page will do for, and one for each of the others.

    Args:
        occasions: what happens.
        alone: the conversions that get a page of their own all the same.
    """
    shared = [one for one in occasions if one.setting.plain and one.when.kind != "page" and one.conversion not in alone]
    pages = []
    if shared:
        html = "".join(one.setting.html for one in shared)
        pages.append(Page(Setting(host=shared[0].setting.host, html=html), tuple(shared)))
    for one in occasions:
        if one in shared:
            continue
        setting = one.setting
        taken = {page.setting.address for page in pages}
        if setting.address in taken:  # the same address with other things on it
            setting = setting._replace(query={**setting.query, "page": str(len(pages) + 1)})
        step = Step("visit", setting.address) if one.step.kind == "visit" else one.step
        pages.append(Page(setting, (one._replace(setting=setting, step=step),)))
    return pages


def in_few_steps(occasions: Sequence[Occasion]) -> Iterator[Step]:
    """What happens on an open page, with all messages in one task: each step takes its time."""
    messages = [message for one in occasions if one.step.kind == "push" for message in one.step.what]
    if messages:
        yield Step("push", tuple(messages))
    yield from (one.step for one in occasions if one.step.kind not in ("push", "visit"))


def at_once(occasions: Sequence[Occasion]) -> list[Act]:
    """The same, with what happens: messages first."""
    pushed = sorted(occasions, key=lambda one: one.step.kind != "push")
    steps = [*in_few_steps(occasions)]
    happens = tuple(Moment(one, one.conversion) for one in pushed if one.step.kind != "visit")
    return [Act(tuple(steps), happens)] if steps else []


def opened(page: Page) -> Act:
    """A page is opened: what happens with that is its own conversion, or nothing but a page load."""
    own = [Moment(one, one.conversion, opens=True) for one in page.occasions if one.when.kind == "page"]
    return Act((page.visit,), tuple(own[:1] or [Moment(page_only(page.setting), opens=True)]))


def walked(pages: Iterable[Page]) -> list[Act]:
    """Pages are opened one after the other, and everything happens on them, step by step."""
    acts = []
    for page in pages:
        acts.append(opened(page))
        acts += [Act((one.step,), (Moment(one, one.conversion),)) for one in page.occasions if one.step.kind != "visit"]
    return acts


def script(
    title: str,
    pages: Sequence[Page],
    steps: Sequence[Step],
    visitor: Setting,
    backlog: Iterable[Any] = (),
    consent: Mapping[str, str] | None = None,
) -> SceneScript:
    """A scene on some pages.

    Args:
        title: what it is called.
        pages: its pages; the first is where it begins.
        steps: what is done.
        visitor: what every page knows of the visitor.
        backlog: messages that every page pushes before the snippet.
        consent: the defaults, type to granted or denied.
    """
    paths = {page.setting.path or "/": [] for page in pages}  # type: dict[str, list[Setting]]
    for page in pages:
        paths[page.setting.path or "/"].append(page.setting)
    first = pages[0].setting
    there = list(filter(None, (_only_there(page.setting, visitor) for page in pages)))
    code = [*([visitor.code] if visitor.code else []), *there]
    code += [f"window[__dataLayer].push({literal(message)});" for message in backlog]
    return SceneScript(
        title,
        f"https://{first.host}{_with_query(first.address, visitor)}",
        tuple(
            step._replace(what=_with_query(step.what, visitor)) if step.kind in ("visit", "navigate") else step
            for step in steps
        ),
        _html([visitor]),
        {path: _html([visitor, *settings]) for path, settings in paths.items()},
        tuple(code),
        dict(consent or {}),
    )


def _with_query(address: str, visitor: Setting) -> str:
    """An address with what the query says of the visitor."""
    more = "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in visitor.query.items())
    return address + ("&" if "?" in address else "?") * bool(more) + more


def _only_there(setting: Setting, visitor: Setting) -> str:
    """Code that prepares one address, and takes back on the others what would stay: cookies."""
    if not setting.code:
        return ""
    gone = forgotten(setting)
    there = f"location.href == new URL({literal(_with_query(setting.address, visitor))}, location.origin).href"
    return f"if ({there}) {{ {setting.code} }}" + (f" else {{ {gone} }}" if gone else "")


def _html(settings: Sequence[Setting]) -> str:
    body: dict[str, str] = {}
    root = {"lang": "en"}
    for setting in settings:
        for key, value in setting.body.items():
            body[key] = f"{body[key]} {value}" if key == "class" and key in body else value
        root |= setting.root
    inner = "".join(dict.fromkeys(setting.html for setting in settings))
    head = '<head><meta charset="utf-8"><title>A page</title></head>'
    return f"<!doctype html><html{_given(root)}>{head}<body{_given(body)}><h1>A page</h1>{inner}{_STAY}</body></html>"


def _given(attributes: Mapping[str, str]) -> str:
    return "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
