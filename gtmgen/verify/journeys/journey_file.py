"""Reads a journey from its file: docs/verify.md explains the language. Says everything that is wrong with it at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_args
from urllib.parse import urljoin, urlsplit

from gtmgen.findings import Finding, GtmgenError, error, nearest
from gtmgen.source import Path as Place
from gtmgen.source import Source, parse
from gtmgen.verify.javascript import literal
from gtmgen.verify.journeys.expectation_file import Reading, expectations
from gtmgen.verify.journeys.journey import Journey, SceneScript, Step, StepKind

HEADER = "gtmgen-journey"
VERSION = 1
_EMPTY = f"a journey begins with `{HEADER}: {VERSION}` and has `steps`"
_SHARED = ("site", "html", "pages", "consent", "before", "blocked")
_TOP = (HEADER, *_SHARED, "variables", "steps", "scenes")
_SCENE = ("title", *_SHARED, "steps")
_BEFORE = ("push", "gtag", "run")
_KINDS: tuple[str, ...] = get_args(StepKind)
_BARE = ("back", "reload")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s?%")
_LONGEST = 60_000
_MAX_PAGE = 4_000_000


class Words(NamedTuple):
    """The names that a journey may use. None: whatever it says is right, nobody knows better."""

    conversions: Collection[str] | None = None
    platforms: Collection[str] | None = None
    tags: Collection[str] | None = None
    variables: Collection[str] | None = None
    """Every variable that the containers name, whether they hold it or not."""
    events: Collection[str] | None = None
    """The names under which the containers send events to platforms."""


def load(text: str, name: str, site: str = "", words: Words = Words()) -> Journey:  # noqa: B008  a value, as all NamedTuples
    """The journey that a file holds.

    Args:
        text: the file's text.
        name: its path: what findings call it; `pages: FOLDER` stands beside it.
        site: where scenes begin that do not say it, with its scheme.
        words: the names that it may use.

    Raises:
        GtmgenError: it is no journey; every finding at once.
    """
    reader = _Reader(parse(text, name, _EMPTY), name, site, words)
    journey = reader.journey()
    if reader.findings:
        raise GtmgenError(sorted(reader.findings, key=lambda finding: (finding.at.line, finding.at.column)))
    return journey


class _Reader:
    def __init__(self, source: Source, name: str, site: str, words: Words) -> None:
        self._source, self._name, self._site = source, name, site
        self._remarks: list[str] = []
        self._reading = Reading(
            self.say, lambda place: source.locate(place).line, *words[:3], words.events, self._remarks.append
        )
        self._variables = words.variables
        self.findings: list[Finding] = []

    def say(self, place: Place, message: str, hint: str = "", key: bool = False, rule: str = "wrong-value") -> None:
        """Notes a finding."""
        self.findings.append(error(rule, message, self._source.locate(place, key=key), hint))

    def journey(self) -> Journey:
        data = self._source.data
        if not isinstance(data, dict) or HEADER not in data:
            self.say((), "this is no journey", _EMPTY, rule="missing-key")
            return Journey(())
        self._keys(data, (), _TOP)
        if data[HEADER] != VERSION or isinstance(data[HEADER], bool):
            self.say((HEADER,), f"this gtmgen reads journeys of version {VERSION}", f"write `{HEADER}: {VERSION}`")
        if ("steps" in data) == ("scenes" in data):
            both = "steps" in data
            said = "`steps` and `scenes` stand here, and one of them is enough" if both else "`steps` is missing"
            self.say(
                ("steps",) if both else (), said, "write `steps:` for one visit, or `scenes:`", both, "missing-key"
            )
        shared = self._shared(data, (), {})
        scenes = []
        if "steps" in data:
            title = self._name.rpartition("/")[2].removesuffix(".yml").removesuffix(".yaml")
            scenes.append(SceneScript(title, steps=self._steps(data["steps"], ("steps",)), **shared))
        elif "scenes" in data:
            scenes = [self._scene(one, ("scenes", i), shared) for i, one in self._list(data["scenes"], ("scenes",))]
        variables = data.get("variables", {})
        if not isinstance(variables, dict):
            self.say(("variables",), "`variables` holds names and values", "write `variables: {Name: value}`")
            variables = {}
        for name in variables:
            if self._variables is not None and name not in self._variables:
                near = nearest(name, self._variables)
                hint = f"did you mean `{near}`?" if near else "take it out"
                self.say(("variables", name), f"nothing in the container names a variable `{name}`", hint, True)
        if not any(step.kind == "expect" for scene in scenes for step in scene.steps):
            self._remarks.append("this journey expects nothing, so nothing can fail: add `- expect: {NAME: once}`")
        return Journey(tuple(scenes), self._name, variables, tuple(dict.fromkeys(self._remarks)))

    def _scene(self, data: Any, at: Place, shared: Mapping[str, Any]) -> SceneScript:
        if not isinstance(data, dict):
            self.say(at, "a scene has a `title` and `steps`", "write `- title: …` and `steps:` below it")
            return SceneScript("", steps=(), **shared)
        self._keys(data, at, _SCENE)
        title = data.get("title", f"scene {int(at[-1]) + 1}")
        if not isinstance(title, str):
            self.say((*at, "title"), "`title` is a text")
        if "steps" not in data:
            self.say(at, "`steps` is missing", "say what happens: `steps: [{visit: /}]`", rule="missing-key")
        steps = self._steps(data["steps"], (*at, "steps")) if "steps" in data else ()
        return SceneScript(str(title), steps=steps, **self._shared(data, at, shared))

    def _shared(self, data: Mapping[str, Any], at: Place, above: Mapping[str, Any]) -> dict[str, Any]:
        """What a journey says for all its scenes, and a scene for itself."""
        found = dict(above) or {"url": self._site or "https://site.example/"}
        if "site" in data:
            found["url"] = self._address(data["site"], (*at, "site"))
        if "html" in data:
            found["html"] = self._text(data["html"], (*at, "html"))
        if "pages" in data:
            found["pages"] = {**found.get("pages", {}), **self._pages(data["pages"], (*at, "pages"))}
        if "consent" in data:
            found["consent"] = {**found.get("consent", {}), **self._consent(data["consent"], (*at, "consent"))}
        if "before" in data:
            place = (*at, "before")
            found["backlog"] = tuple(_script(step) for step in self._steps(data["before"], place, _BEFORE))
        if "blocked" in data:
            place = (*at, "blocked")
            found["blocked"] = tuple(self._text(one, (*place, i)) for i, one in self._list(data["blocked"], place))
        return found

    def _address(self, value: Any, at: Place) -> str:
        text = self._text(value, at)
        if text and urlsplit(text).scheme not in {"http", "https"}:
            text = f"https://{text}"
        if text and not re.fullmatch(r"[^\s/?#]+", urlsplit(text).netloc):
            self.say(at, f"`{value}` is no address", "write one such as https://shop.example/")
        return urljoin(text, "/") if text and not urlsplit(text).path else text

    def _pages(self, value: Any, at: Place) -> dict[str, str]:
        if isinstance(value, dict):
            return {f"/{str(path).lstrip('/')}": self._text(html, (*at, path)) for path, html in value.items()}
        folder = Path(self._name).parent / self._text(value, at)
        if isinstance(value, str) and not folder.is_dir():
            self.say(at, f"there is no folder {folder}", "name one relative to this file, or write `{/path: HTML}`")
        found: dict[str, str] = {}
        for file in sorted(folder.rglob("*.html")) if isinstance(value, str) else ():
            try:
                html = file.read_bytes()[:_MAX_PAGE].decode("utf-8", "replace")
            except OSError as problem:
                self.say(at, f"{file} cannot be read: {problem.strerror}", rule="file")
                continue
            path = "/" + file.relative_to(folder).as_posix()
            short = path.removesuffix("index.html") if path.endswith("/index.html") else path.removesuffix(".html")
            found |= {path: html, short: html}
        return found

    def _consent(self, value: Any, at: Place) -> dict[str, str]:
        if not isinstance(value, dict) or not value:
            self.say(at, "`consent` holds types, each granted or denied", "write `consent: {ad_storage: granted}`")
            return {}
        for type, state in value.items():
            if state not in {"granted", "denied"}:
                self.say((*at, type), f"`{type}` is granted or denied")
        return {str(type): str(state) for type, state in value.items()}

    def _steps(self, value: Any, at: Place, allowed: Collection[str] = _KINDS) -> tuple[Step, ...]:
        steps = [self._step(one, (*at, i), allowed) for i, one in self._list(value, at)]
        return tuple(step for step in steps if step)

    def _step(self, data: Any, at: Place, allowed: Collection[str]) -> Step | None:
        if isinstance(data, str):
            data = {data: None}
        if not isinstance(data, dict) or len(data) != 1:
            self.say(at, "a step is one key and its value", f"write `- visit: /`; known: {', '.join(allowed)}")
            return None
        [(kind, what)] = data.items()
        if kind not in allowed:
            near = nearest(kind, allowed)
            hint = f"did you mean `{near}`?" if near else f"known: {', '.join(allowed)}"
            self.say(
                (*at, kind),
                f"no step is called `{kind}`{'' if allowed is _KINDS else ' here'}",
                hint,
                True,
                "unknown-key",
            )
            return None
        read: Callable[[Any, Place], Any] = getattr(self, f"_{kind}", self._text)
        value = None if kind in _BARE else read(what, (*at, kind))
        if kind in _BARE and what is not None:
            self.say((*at, kind), f"`{kind}` takes no value", f"write `- {kind}`")
        line = self._source.locate(at).line
        return Step(next(one for one in get_args(StepKind) if one == kind), value, line)

    def _push(self, value: Any, at: Place) -> tuple[Any, ...]:
        messages = value if isinstance(value, list) else [value]
        if not messages or not all(isinstance(message, dict) for message in messages):
            self.say(at, "`push` takes a message or a list of them", "write `push: {event: purchase}`")
            return ()
        return tuple(messages)

    def _gtag(self, value: Any, at: Place) -> tuple[Any, ...]:
        if not isinstance(value, list) or not value:
            self.say(at, "`gtag` takes its arguments as a list", "write `gtag: [event, purchase, {value: 5}]`")
            return ()
        return tuple(value)

    def _fill(self, value: Any, at: Place) -> dict[str, str]:
        if not isinstance(value, dict) or not value or any(isinstance(text, (dict, list)) for text in value.values()):
            self.say(at, "`fill` holds selectors and texts", 'write `fill: {"#email": a@b.example}`')
            return {}
        return {selector: "" if text is None else str(text) for selector, text in value.items()}

    def _scroll(self, value: Any, at: Place) -> float | str:
        if isinstance(value, str) and (match := _PERCENT.fullmatch(value.strip())):
            if float(match[1]) > 100:
                self.say(at, "a page ends at 100%")
            return float(match[1]) / 100
        if not isinstance(value, str) or not value:
            self.say(at, "`scroll` takes a part of the page, or a selector", "write `scroll: 50%`")
            return 0.0
        return value

    def _wait(self, value: Any, at: Place) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _LONGEST:
            self.say(at, f"`wait` takes milliseconds, up to {_LONGEST}", "write `wait: 500`")
            return 0
        return value

    def _show(self, value: Any, at: Place) -> dict[str, str]:
        if not isinstance(value, dict) or not isinstance(value.get("html"), str):
            self.say(at, "`show` says what is added to the page", "write `show: {to: body, html: <p>Thanks</p>}`")
            return {"to": "body", "html": ""}
        self._keys(value, at, ("to", "html"))
        return {"to": self._text(value.get("to", "body"), (*at, "to")), "html": value["html"]}

    def _expect(self, value: Any, at: Place) -> tuple[Any, ...]:
        return expectations(value, at, self._reading)

    def _text(self, value: Any, at: Place) -> str:
        if not isinstance(value, str) or not value.strip():
            said = f"`{at[-1]}` must be a text" if isinstance(at[-1], str) else "this must be a text"
            hint = (
                "a # begins a comment, and braces a map: put quotes around it"
                if value is None
                else "put quotes around it"
            )
            self.say(at, said, hint)
            return ""
        return value

    def _list(self, value: Any, at: Place) -> list[tuple[int, Any]]:
        if not isinstance(value, list) or not value:
            self.say(at, f"`{at[-1]}` must be a list with something in it", "begin each line of it with `- `")
            return []
        return list(enumerate(value))

    def _keys(self, data: Mapping[str, Any], at: Place, known: Collection[str]) -> None:
        for key in data:
            if key not in known:
                near = nearest(key, known)
                hint = f"did you mean `{near}`?" if near else f"known: {', '.join(known)}"
                self.say((*at, key), f"`{key}` is nothing that a journey says here", hint, True, "unknown-key")


def _script(step: Step) -> str:
    """A step that happens before the snippet, as the page's own JavaScript."""
    if step.kind == "run":
        return str(step.what)
    args = ", ".join(map(literal, step.what))
    if step.kind == "push":
        return f"window[__dataLayer].push({args})"
    return f"(function () {{ window[__dataLayer].push(arguments); }})({args})"
