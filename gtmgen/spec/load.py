"""A file becomes a Spec: decode, parse, check the shape, then build the model. All errors of a stage are told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gtmgen.findings import Finding, GtmgenError, error
from gtmgen.platforms import Library
from gtmgen.source import Path, Source, parse
from gtmgen.spec import schema
from gtmgen.spec.model import (
    Condition,
    Conversion,
    Lookup,
    NamedId,
    Override,
    PlatformSettings,
    Server,
    Spec,
    Test,
    Value,
    When,
)

DEFAULT_CONSENT = ("ad_storage", "ad_user_data")
KINDS = ("data_layer", "page", "click", "link", "form", "visible")
_NAMED_TESTS = ("data_layer", "cookie", "query")
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
# Characters that no file format of the line carries safely: controls (but tab and line feed) and half of a surrogate pair.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_EMPTY_HINT = "`gtmgen init` writes a spec to begin with"


def load(text: str, name: str, library: Library) -> tuple[Spec, Source]:
    """Reads a spec.

    Args:
        text: the file's text.
        name: its name, for findings.
        library: the platforms that it can name.

    Raises:
        GtmgenError: the text does not parse, or its shape is not a spec's.
    """
    source = parse(text, name, _EMPTY_HINT)
    if not isinstance(source.data, dict):
        raise GtmgenError([error("wrong-value", "a spec is keys and values", source.locate(()), _EMPTY_HINT)])
    if "containerVersion" in source.data:
        message = "this is a GTM container, what a spec becomes; build reads specs"
        raise GtmgenError([error("wrong-value", message, source.locate(("containerVersion",), key=True), _EMPTY_HINT)])
    _ids_as_text(source)
    findings = [*_unsafe_text(source, source.data, ()), *schema.check(source, library)]
    if findings:
        raise GtmgenError(findings)
    return _spec(source.data), source


def _ids_as_text(source: Source) -> None:
    """Ids are text however they are written: one of all digits is a number to YAML, and may lose zeros as one."""
    platforms = source.data.get("platforms")
    for name, settings in platforms.items() if isinstance(platforms, dict) else ():
        ids = settings.get("pixel_id") if isinstance(settings, dict) else None
        at: Path = ("platforms", name, "pixel_id")
        if isinstance(ids, list):
            ids[:] = [source.written((*at, i)) or value if _is_number(value) else value for i, value in enumerate(ids)]
        elif _is_number(ids):
            settings["pixel_id"] = source.written(at)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _unsafe_text(source: Source, value: Any, path: Path) -> list[Finding]:
    if isinstance(value, dict):
        keys = [
            error("character", "a control character stands in this key", source.locate((*path, key), key=True))
            for key in value
            if _UNSAFE.search(key)
        ]
        return keys + [finding for key, inner in value.items() for finding in _unsafe_text(source, inner, (*path, key))]
    if isinstance(value, list):
        return [finding for i, inner in enumerate(value) for finding in _unsafe_text(source, inner, (*path, i))]
    if isinstance(value, str) and "\n" in value and "params" not in path:
        return [
            error(
                "character", "a line break stands in this text", source.locate(path, show=False), "write it on one line"
            )
        ]
    if isinstance(value, str) and (found := _UNSAFE.search(value)):
        what = f"U+{ord(found.group()):04X}"
        return [
            error(
                "character",
                f"a character that no container can carry stands here ({what})",
                source.locate(path, show=False),
                "remove it",
            )
        ]
    return []


def _spec(data: Mapping[str, Any]) -> Spec:
    site, containers, server = data["site"], data.get("containers", {}), data.get("server")
    return Spec(
        site=site["name"],
        domain=site.get("domain", ""),
        currency=site.get("currency", ""),
        web=containers.get("web", ""),
        server_container=containers.get("server", ""),
        prefix=containers.get("prefix", "gtmgen"),
        platforms={name: _platform(name, settings) for name, settings in data["platforms"].items()},
        server=_server(server) if server else None,
        user_data={key: _value(value) for key, value in data.get("user_data", {}).items()},
        unless=tuple(map(_test, data.get("unless", ()))),
        conversions=tuple(_conversion(row, ("conversions", i)) for i, row in enumerate(data["conversions"])),
    )


def _platform(name: str, settings: Mapping[str, Any]) -> PlatformSettings:
    ids = settings["pixel_id"]
    own = {key: value for key, value in settings.items() if key not in {"pixel_id", "consent", "server"}}
    return PlatformSettings(
        id=name,
        pixels=(ids,) if isinstance(ids, str) else tuple(ids),
        consent=tuple(settings.get("consent", DEFAULT_CONSENT)),
        server=settings.get("server", True),
        options=own,
        at=("platforms", name),
    )


def _server(data: Mapping[str, Any]) -> Server:
    measurement_id = data.get("measurement_id", "")
    if isinstance(measurement_id, dict):
        measurement_id = Lookup("variable", measurement_id["variable"])
    return Server(data["transport"], data.get("url", "").rstrip("/"), measurement_id)


def _conversion(row: Mapping[str, Any], at: Path) -> Conversion:
    when, event_id = row.get("when", ()), row.get("event_id")
    if isinstance(when, dict):
        whens: tuple[When, ...] = (_when(when, (*at, "when")),)
    else:
        whens = tuple(_when(item, (*at, "when", i)) for i, item in enumerate(when))
    return Conversion(
        event=row["event"],
        name=row.get("name", ""),
        when=whens,
        primary=row.get("primary", False),
        monthly=row.get("monthly"),
        once=row.get("once", ""),
        paused=row.get("paused", False),
        value=_value(row.get("value")),
        currency=_currency(row.get("currency")),
        items=_value(row.get("items")),
        order_id=_value(row.get("order_id")),
        params=_params(row.get("params", {})),
        event_id=None if event_id is None else _named_id(event_id),
        platforms={name: _override(override) for name, override in row.get("platforms", {}).items()},
        at=at,
    )


def _override(data: Any) -> Override:
    if data is False:
        return Override(send=False, event="", params={})
    return Override(send=True, event=data.get("event", ""), params=_params(data.get("params", {})))


def _named_id(data: Any) -> NamedId:
    if isinstance(data, dict) and "exact" in data:
        return NamedId(_value(data["exact"]), exact=True)
    return NamedId(_value(data), exact=False)


def _value(data: Any, text: str = "path") -> Value:
    """A value as the spec writes it. A bare string is a path; in `params` (text="literal") it is itself."""
    if data is None:
        return ()
    if isinstance(data, list):
        return tuple(lookup for item in data for lookup in _value(item, text))
    if isinstance(data, dict):
        ((kind, name),) = data.items()
        return (Lookup(kind, name.removeprefix("window.") if kind == "js" else name),)
    return (Lookup(text if isinstance(data, str) else "literal", data),)


def _params(data: Mapping[str, Any]) -> dict[str, Value]:
    return {key: _value(value, "literal") for key, value in data.items()}


def _currency(data: Any) -> Value:
    """Like any value, but three capitals are the currency itself."""
    return tuple(
        Lookup("literal", lookup.name) if lookup.kind == "path" and _CURRENCY.match(str(lookup.name)) else lookup
        for lookup in _value(data)
    )


def _when(data: Mapping[str, Any], at: Path) -> When:
    kind = next(key for key in KINDS if key in data)
    what = data[kind] if kind in {"click", "form", "visible"} else _condition(data[kind])
    return When(kind, what, tuple(map(_test, data.get("if", ()))), tuple(map(_test, data.get("unless", ()))), at)  # type: ignore[arg-type]


def _test(data: Mapping[str, Any]) -> Test:
    left = next(iter(key for key in data if key != "is"))
    if left in _NAMED_TESTS:
        return Test(left, data[left], _condition(data["is"]))
    return Test(left, "", _condition(data[left]))


def _condition(data: Any) -> Condition:
    if not isinstance(data, dict):
        return Condition("plain", data)
    op = next(key for key in data if key not in {"ignore_case", "not"})
    return Condition(op, data[op], data.get("not", False), data.get("ignore_case", False))
