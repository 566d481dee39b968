"""Reads a GTM export without losing anything, and says of everything else what it is and what to do.

GTM's importer refuses a wrong file with a message about its parser. Each of them is known from public threads; it is quoted in the
finding, so that whoever searches for it finds the way out.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from gtmgen.findings import Finding, GtmgenError, Position, error
from gtmgen.source.lines import Lines

MAX_BYTES = 40_000_000
MAX_ENTITIES = 50_000
KINDS = ("tag", "trigger", "variable", "folder", "customTemplate")
_HEAD = 4_000  # how much of a file is looked at to say what it is
_LOOKED_AT = 10_000  # how much of it tells a container from a spec
_YAML = (".yml", ".yaml")
_REST_KEYS = ("workspaceId", "tagManagerUrl", "path")


class Export(NamedTuple):
    """A GTM export: its data, and what is needed to write the same bytes again."""

    name: str
    text: str
    data: dict[str, Any]

    @property
    def version(self) -> dict[str, Any]:
        """The container version: tags, triggers, variables and the rest."""
        version: dict[str, Any] = self.data["containerVersion"]
        return version

    @property
    def usage(self) -> str:
        """What the container is for: web, server, amp, ios or android; "" where the file does not say."""
        context = self.version.get("container", {}).get("usageContext") or [""]
        return str(context[0]).split("_")[0].lower()


def is_container(raw: bytes, name: str) -> bool:
    """Whether a file is to be read as a container, or what somebody takes for one; anything else is a spec."""
    head = raw[:_LOOKED_AT]
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["} and not name.endswith(_YAML):
        return re.search(rb'"gtmgen"\s*:', head) is None or b'"containerVersion"' in head
    begins = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return name.endswith((".json", ".zip", ".tpl", ".html")) or begins.startswith((b"PK\x03\x04", b"<", b"___"))


def read(raw: bytes, name: str) -> Export:
    """Reads an export.

    Args:
        raw: the file's bytes.
        name: what findings call it.

    Raises:
        GtmgenError: it is no GTM export of format 2; the finding says what it is instead.
    """
    top = Position(name, 0, 0)
    if len(raw) > MAX_BYTES:
        message = f"the file has {len(raw) / 1e6:.0f} MB; a GTM export has at most a few (GTM imports 10 MB)"
        raise GtmgenError([error("not-an-export", message, top)])
    strange = _strange_bytes(raw, top)
    if strange:
        raise GtmgenError([strange])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        at = Position(name, line, problem.start - raw.rfind(b"\n", 0, problem.start))
        raise GtmgenError(
            [error("not-an-export", "this byte is not UTF-8 text", at, "save the file as UTF-8")]
        ) from None
    data = _parse(Lines(name, text))
    problem_with = _strange_data(data, top) or _too_many(data, top)
    if problem_with:
        raise GtmgenError([problem_with])
    return Export(name, text, data)


def write(export: Export) -> str:
    """The export's text, as GTM writes it; the newline that an editor left at the end stays."""
    return json.dumps(export.data, indent=4, ensure_ascii=False) + ("\n" if export.text.endswith("\n") else "")


def names(text: str) -> frozenset[tuple[str, str]]:
    """The (kind, name) of every entity in a container's text; none if the text is no container."""
    try:
        version = json.loads(text)["containerVersion"]
        return frozenset((kind, str(entity["name"])) for kind in KINDS for entity in version.get(kind, ()))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return frozenset()


def _strange_bytes(raw: bytes, top: Position) -> Finding | None:
    """What a file is that is no JSON at all, from its first bytes."""
    head = raw[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        return error("not-an-export", "the file is empty", top, "export the container again: Admin, Export Container")
    if raw[:4] == b"PK\x03\x04":
        said = "GTM says: File format is invalid. JSON parsing error: extraneous input '2' expecting {'{', '['}"
        return error(
            "not-an-export",
            f"this is a zip archive, not the JSON in it ({said})",
            top,
            "unpack it and use the .json file inside",
        )
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in raw[:200]:
        return error("not-an-export", "the file is UTF-16 or binary, not UTF-8", top, "save it as UTF-8")
    if head.startswith(b"<"):
        said = "GTM says: JSON parsing error: no viable alternative at input"
        return error(
            "not-an-export",
            f"this is a web page that was saved from a browser ({said})",
            top,
            "download the raw file instead of the page",
        )
    if head.startswith(b"___"):
        said = "GTM says: JSON parsing error: mismatched input ',' expecting {'{', '['}"
        return error(
            "not-an-export",
            f"this is a template (.tpl), not a container ({said})",
            top,
            "import it in GTM under Templates, New, Import",
        )
    return None


def _parse(lines: Lines) -> dict[str, Any]:
    """JSON with what JSON's own reader lets pass refused: keys that stand twice, NaN, half of a surrogate pair."""
    doubled: list[str] = []
    constants: list[str] = []

    def pairs(rows: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(rows)
        if len(result) != len(rows):
            keys = [key for key, _ in rows]
            doubled.extend({key for key in keys if keys.count(key) > 1})
        return result

    try:
        data = json.loads(lines.text, object_pairs_hook=pairs, parse_constant=constants.append)
    except json.JSONDecodeError as problem:
        at = lines.position(problem.lineno, problem.colno)
        unclosed = problem.msg.startswith("Unterminated string")  # reading it came to the end of the file
        if unclosed or lines.text[problem.pos :].strip() == "" or problem.pos >= len(lines.text.rstrip()) - 1:
            raise GtmgenError(
                [
                    error(
                        "not-an-export",
                        "the file ends in the middle: it was cut off",
                        at,
                        "download or export it again",
                    )
                ]
            ) from None
        raise GtmgenError(
            [
                error(
                    "not-an-export",
                    f"this is not JSON: {problem.msg}",
                    at,
                    "export the container again, or mend this place",
                )
            ]
        ) from None
    except RecursionError:
        raise GtmgenError(
            [error("not-an-export", "this is nested deeper than any container", Position(lines.name, 0, 0))]
        ) from None
    except ValueError:
        raise GtmgenError(
            [error("not-an-export", "a number stands here that no container has", Position(lines.name, 0, 0))]
        ) from None
    if doubled:
        key = sorted(doubled)[0]
        at = lines.at_offset(max(0, lines.text.rfind(f'"{key}"')))
        raise GtmgenError(
            [
                error(
                    "not-an-export",
                    f'the key "{key}" stands twice in one object; which one GTM takes is not known',
                    at,
                    "keep one of them",
                )
            ]
        )
    if constants:
        at = lines.at_offset(max(0, lines.text.find(constants[0])))
        raise GtmgenError(
            [error("not-an-export", f"{constants[0]} is no JSON", at, "GTM writes every number as a text")]
        )
    if re.search(r"\\u[dD][89a-fA-F]", lines.text) and (half := _half_pair(data)):
        at = lines.at_offset(max(0, lines.text.lower().find(f"\\u{half}")))
        raise GtmgenError(
            [error("not-an-export", "half of a surrogate pair stands here; no text can carry it", at, "remove it")]
        )
    if not isinstance(data, dict):
        raise GtmgenError(
            [
                error(
                    "not-an-export",
                    "this is JSON, but no container",
                    Position(lines.name, 1, 1),
                    "name a file from Admin, Export Container",
                )
            ]
        )
    return data


def _half_pair(data: Any) -> str:
    """The first lone surrogate in any text, as four hex digits."""
    stack = [data]
    while stack:
        value = stack.pop()
        if isinstance(value, str) and (found := re.search("[\ud800-\udfff]", value)):
            return f"{ord(found.group()):04x}"
        if isinstance(value, dict):
            stack.extend(value)
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return ""


def _too_many(data: dict[str, Any], top: Position) -> Finding | None:
    """A file of more entities than any container has would take memory without end."""
    count = sum(len(value) for value in data["containerVersion"].values() if isinstance(value, list))
    if count <= MAX_ENTITIES:
        return None
    return error("too-large", f"the container lists {count} entities; gtmgen reads up to {MAX_ENTITIES}", top)


def _strange_data(data: dict[str, Any], top: Position) -> Finding | None:
    """What JSON is that is no export of format 2."""
    version = data.get("containerVersion")
    number = data.get("exportFormatVersion")
    if isinstance(version, dict) and number in (2, "2"):
        return None
    if isinstance(version, dict) and isinstance(number, (int, float)) and number < 2:
        hint = "import it into an empty container in GTM and export it again: GTM still takes it and writes format 2"
        return error("not-an-export", f"this export has the old format {number} (of about 2015 to 2017)", top, hint)
    if isinstance(version, dict):
        return error(
            "not-an-export", "`exportFormatVersion` is missing", top, 'GTM writes `"exportFormatVersion": 2` first'
        )
    if any(key in data for key in _REST_KEYS) or ("tag" in data and "containerId" in data):
        said = "GTM says: Error deserializing enum type [Type]. Unrecognized value [template]"
        hint = "export the container in GTM's own interface: Admin, Export Container"
        return error("not-an-export", f"this is an answer of the Tag Manager API, not an export ({said})", top, hint)
    if "resource" in data or "gtmgen" in data:
        return error(
            "not-an-export", "this is no export of a container", top, "name a file from Admin, Export Container"
        )
    return error(
        "not-an-export",
        "this is JSON, but no GTM export: `containerVersion` is missing",
        top,
        "name a file from Admin, Export Container",
    )
