"""The platforms: one folder under `templates/` each, described by its platform.yml.

A folder is the registration. Whatever this module knows of a platform stands in that file; no platform is named in Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from gtmgen.findings import Finding, GtmgenError, Position, Severity, error
from gtmgen.platform_server import ServerSide, server_side
from gtmgen.source import Source, decode, parse

if TYPE_CHECKING:
    from gtmgen.recognise import Recognise

Scalar = str | int | float | bool
STAGES = ("view", "step", "lead", "sale")
"""How far along a visitor is who does something, from a look to money."""

_HERE = Path(__file__).parent
TEMPLATES = next(
    (path for path in (_HERE / "templates", _HERE.parent / "templates") if path.is_dir()), _HERE / "templates"
)
"""Where the templates stand: beside the code in a wheel, at the top of the repository in a checkout (editable installs too)."""

STARTERS = next((path for path in (_HERE / "starters", _HERE.parent / "specs") if path.is_dir()), _HERE / "starters")
"""Where the starter specs of `gtmgen init` stand, likewise."""


class CanonicalEvent(NamedTuple):
    """An event under the name that every platform folder maps from (`templates/_gtm/events.yml`)."""

    name: str
    title: str
    ecommerce: bool = False
    """Whether value, currency, items and order id come in the data layer's `ecommerce` (Google's e-commerce events)."""
    id: str = ""
    """The canonical parameter that an event_id can be derived from (`order_id`), or ""."""
    stage: str = ""
    """How far along a visitor is who does it: view, step, lead or sale; "" where that says nothing."""


class ItemField(NamedTuple):
    """One key of a platform's product: which keys of a GA4 item it takes, as which type, and what stands in for none."""

    key: str
    sources: tuple[str, ...]
    type: str
    default: float | str | None = None


class Derived(NamedTuple):
    """A parameter that follows from the items: a list of one key, a literal, or a sum."""

    key: str
    list: str = ""
    literal: Scalar | None = None
    sum: str = ""
    default: float | None = None
    only: tuple[str, ...] = ()
    """The canonical events it is sent with; empty: all."""

    @property
    def type(self) -> str:
        """The parameter's type, for a spec that gives it itself: a list of ids is text whatever the site holds."""
        return "texts" if self.list else "number" if self.sum else "any"


class ParamType(NamedTuple):
    """A parameter as the platform takes it: its key there and its type (number, string, any or items)."""

    name: str
    key: str
    type: str
    one_of: frozenset[str] = frozenset()
    depends_on: str = ""
    """The canonical parameter without which this one is left out (currency without a value)."""
    each: tuple[ItemField, ...] = ()
    also: tuple[Derived, ...] = ()


class UserField(NamedTuple):
    """One key of advanced matching: the platform's key in clear and for a SHA-256, and how the clear text is written."""

    name: str
    key: str
    hashed: str
    """The key for a SHA-256; "" where the platform takes none, and one is left out."""
    clean: tuple[str, ...] = ()
    match: str = ""
    server: str = ""
    """The server side's key, where a SHA-256 is sent always."""


class WebStub(NamedTuple):
    """What stands in for the platform's own script where a container is tried without a network."""

    urls: tuple[str, ...]
    """How the script's addresses begin."""
    file: str
    hits: tuple[str, ...] = ()
    """Where the platform's script sends events; a stand-in sends none."""


@dataclass(frozen=True, eq=False, repr=False)
class Platform:
    """An ad platform as its folder describes it."""

    id: str
    name: str
    website: str
    settings: Mapping[str, Any]
    pixel_id: Mapping[str, str]
    secret: str
    token_env: str
    events: Mapping[str, tuple[str, ...]]
    """Canonical event to the platform's names for it; the first is sent by default."""
    legacy: Mapping[str, str]
    advice: Mapping[str, int]
    """What the platform asks of an advertiser: `monthly_conversions`, below which its bidding does not learn."""
    needs: Mapping[str, tuple[str, ...]]
    """Canonical event to the canonical parameters that the platform wants with it."""
    custom: Mapping[str, Any]
    params: Mapping[str, ParamType]
    user: Mapping[str, UserField]
    web: Mapping[str, str]
    stub: WebStub | None
    """None where the folder has none: then nobody answers for the platform's script."""
    server: ServerSide | None
    """The platform's server API; None where it has none, or none that gtmgen knows."""
    recognisable: Mapping[str, Any]
    """`recognise` as the file says it."""

    @cached_property
    def recognise(self) -> Recognise:
        """How the platform looks in anybody's container. Reading the calls takes a moment that a build does not need."""
        from gtmgen.recognise import recognise  # building needs none of it

        return recognise(self.recognisable)

    @cached_property
    def _by_key(self) -> Mapping[str, str]:
        return {param.key: name for name, param in self.params.items()}

    def canonical_param(self, key: str) -> str:
        """The canonical name of a parameter that the platform calls `key`; where there is none, `key` itself."""
        return self._by_key.get(key, key)

    @cached_property
    def standard(self) -> Mapping[str, str]:
        """The platform's standard event names, each with its canonical name."""
        return MappingProxyType({theirs: ours for ours, names in self.events.items() for theirs in names})

    def options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The platform's own settings: what the spec says, else their defaults."""
        return {key: given.get(key, schema.get("default")) for key, schema in self.settings.items()}

    def sent_as(self, event: str) -> str:
        """The platform's default name for a canonical event, or the event's own name where the platform has none."""
        return self.events[event][0] if event in self.events else event

    def refusal(self, name: str) -> str:
        """Why the platform would not take `name` as an event's name, or "" if it would."""
        if name in self.standard:
            return ""
        if name in self.custom["reserved"]:
            return f"{self.name} maps {name} to its own {self.custom['reserved'][name]}"
        for standard in self.standard:
            if standard.lower() == name.lower():
                return f"{self.name} has a standard event {standard}; names that differ in case alone are a trap"
        if not re.match(self.custom["pattern"], name):
            return f"{self.name} takes event names of {self.custom['words']}"
        return ""


@dataclass(frozen=True, eq=False, repr=False)
class Library:
    """All platform folders that were found, the canonical events, and where templates are looked up."""

    platforms: Mapping[str, Platform]
    events: Mapping[str, CanonicalEvent]
    folders: tuple[Path, ...]
    """Template folders, the user's first."""
    user_keys: tuple[str, ...] = ()
    """What user_data can hold: the keys that any platform takes."""

    @cached_property
    def canonical(self) -> Mapping[str, str]:
        """Every name an event is known by, here or on any platform, with its canonical name."""
        names = {name: name for name in self.events}
        for platform in self.platforms.values():
            for theirs, ours in platform.standard.items():
                names.setdefault(theirs, ours)
        return MappingProxyType(names)


def library(extra: Sequence[Path] = ()) -> Library:
    """Reads every platform folder.

    Args:
        extra: folders of the user's own (`--templates`); a platform in them adds to or replaces the one of that name.

    Raises:
        GtmgenError: a platform.yml does not say what it must.
    """
    folders = (*extra, TEMPLATES)
    files: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob("*/platform.yml")):
            if path.is_file():
                files.setdefault(path.parent.name, path)
    for folder in extra:
        _check_folder(folder, files)
    rows: dict[str, dict[str, Any]] = {}
    for path in (folder / "_gtm" / "events.yml" for folder in reversed(folders)):
        rows |= _events(path) if path.is_file() else {}  # a folder of the user's adds events to gtmgen's
    events = {name: CanonicalEvent(name, **row) for name, row in rows.items()}
    platforms: dict[str, Platform] = {}
    findings: list[Finding] = []
    # gtmgen's own first, so that a name that stands twice is told of the user's
    for name in sorted(files, key=lambda folder: (files[folder].parent.parent != TEMPLATES, folder)):
        source = _source(files[name])
        wrong: list[Finding] = []
        if files[name].parent.parent != TEMPLATES:  # gtmgen's own are held against the table in the tests
            from gtmgen import platform_shape

            taken = {platform.name.lower(): platform.id for platform in platforms.values()}
            wrong = platform_shape.findings(name, source, folders, events, taken)
        findings += wrong
        if not wrong:
            platforms[name] = _platform(name, source.data)
    if findings:
        raise GtmgenError(findings)
    platforms = dict(sorted(platforms.items()))
    keys = dict.fromkeys(key for platform in platforms.values() for key in platform.user)
    return Library(platforms, events, folders, tuple(keys))


def _check_folder(folder: Path, platforms: Mapping[str, Path]) -> None:
    """A folder given with --templates that holds nothing gtmgen looks for would be passed over without a word."""
    at = Position(str(folder), 0, 0)
    if not folder.is_dir():
        raise GtmgenError([error("templates", f"there is no folder {folder}", at)])
    if (folder / "platform.yml").is_file():
        raise GtmgenError(
            [error("templates", "this is a platform's own folder", at, f"name the folder above it: {folder.parent}")]
        )
    if not any((folder / name).is_dir() for name in (*platforms, "_gtm")):
        raise GtmgenError(
            [error("templates", "no platform folder stands in it", at, "a platform is a folder with a platform.yml")]
        )


def _events(path: Path) -> dict[str, dict[str, Any]]:
    """The canonical events of a folder: a title each, and whether they carry `ecommerce` and what an id derives from."""
    source = _source(path)
    findings = (
        []
        if isinstance(source.data, dict)
        else [error("platform", "events.yml must hold keys and values", source.locate(()))]
    )
    for name, row in source.data.items() if not findings else ():
        if (
            not isinstance(row, dict)
            or not isinstance(row.get("title"), str)
            or row.keys() - {"title", "ecommerce", "id", "stage"}
            or row.get("stage", "") not in ("", *STAGES)
        ):
            hint = f"write `{name}: {{title: …, ecommerce: true}}`"
            findings.append(
                error(
                    "platform",
                    f"`{name}` must hold a title, and can hold ecommerce, id and a stage ({', '.join(STAGES)})",
                    source.locate((name,)),
                    hint,
                )
            )
    if findings:
        raise GtmgenError(findings)
    data: dict[str, dict[str, Any]] = source.data
    return data


def _source(path: Path) -> Source:
    name = str(path)
    return parse(decode(path.read_bytes(), name), name)


def _platform(name: str, data: dict[str, Any]) -> Platform:
    """A platform.yml that was checked, as a Platform."""
    return Platform(
        id=name,
        name=data["name"],
        website=data.get("website", ""),
        settings=data.get("settings", {}),
        pixel_id={"severity": Severity.WARNING, "shape": "", "where": "", "example": "", **data["pixel_id"]},
        secret=data.get("secret", ""),
        token_env=data.get("token_env", ""),
        events={
            ours: (theirs,) if isinstance(theirs, str) else tuple(theirs) for ours, theirs in data["events"].items()
        },
        legacy=data.get("legacy", {}),
        advice=data.get("advice", {}),
        needs={event: tuple(params) for event, params in data.get("needs", {}).items()},
        custom={"reserved": {}, **data["custom"]},
        params={param: _param(param, row) for param, row in data["params"].items()},
        user={
            key: UserField(
                key,
                row["key"],
                row.get("hashed", ""),
                tuple(row.get("clean", ())),
                row.get("match", ""),
                row.get("server", row["key"]),
            )
            for key, row in data.get("user", {}).items()
        },
        web={part: file for part, file in data["web"].items() if part != "stub"},
        stub=_stub(data["web"].get("stub")),
        server=server_side(data["server"]) if "server" in data else None,
        recognisable=data.get("recognise", {}),
    )


def _stub(row: Mapping[str, Any] | None) -> WebStub | None:
    if row is None:
        return None
    urls, hits = ((one,) if isinstance(one, str) else tuple(one) for one in (row["url"], row.get("hits", ())))
    return WebStub(urls, row["file"], hits)


def _param(name: str, row: str | dict[str, Any]) -> ParamType:
    if isinstance(row, str):
        return ParamType(name, name, row)
    each = []
    for key, (sources, kind, *default) in row.get("each", {}).items():
        names = (sources,) if isinstance(sources, str) else tuple(sources)
        each.append(ItemField(key, names, kind, default[0] if default else None))
    also = tuple(
        Derived(key, **{**rule, "only": tuple(rule.get("only", ()))}) for key, rule in row.get("also", {}).items()
    )
    one_of = frozenset(row.get("one_of", ()))
    return ParamType(name, row.get("key", name), row["type"], one_of, row.get("with", ""), tuple(each), also)
