"""The spec's JSON Schema, joined with what the platforms say, and its errors as findings. The only module that imports jsonschema.

jsonschema reports every branch of a union that did not fit; people want the one that they meant. `_explain` follows the
branch whose kind of value was written, and says what stands there, what would be right and which known name is near.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gtmgen.findings import Finding, error, nearest
from gtmgen.platforms import Library
from gtmgen.source import Source
from gtmgen.spec.quick import Fits, fits

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_FILE = Path(__file__).with_name("spec.schema.json")
_SECRET_KEY = re.compile(r"token|secret|password|api_?key", re.IGNORECASE)
_INCOMPLETE = "something is missing"
_KINDS = {
    dict: "keys and values",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "an empty value",
}
_TYPE_NAMES = {
    "object": "keys and values",
    "array": "a list",
    "string": "a text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
}


def compose(library: Library) -> dict[str, Any]:
    """The whole schema: the spec's own, with every platform's keys, events and parameters joined in."""
    schema: dict[str, Any] = json.loads(_FILE.read_bytes())
    definitions = schema["$defs"]
    conversion = definitions["conversion"]["properties"]
    for platform in library.platforms.values():
        settings = copy.deepcopy(definitions["platform"])
        settings["description"] = f"{platform.name}. {platform.website}".strip()
        pixel_id = platform.pixel_id
        about = settings["properties"]["pixel_id"]["description"]
        settings["properties"]["pixel_id"]["description"] = f"{about} {pixel_id['shape']}; {pixel_id['where']}."
        settings["properties"].update(platform.settings)
        schema["properties"]["platforms"]["properties"][platform.id] = settings
        conversion["platforms"]["properties"][platform.id] = {
            "$ref": "#/$defs/override",
            "description": f"What differs on {platform.name}; `false`: not sent there.",
        }
    conversion["event"]["anyOf"][0]["enum"] = sorted(library.canonical)
    schema["properties"]["user_data"]["properties"] = {
        key: {"$ref": "#/$defs/value", "description": f"Where the visitor's {key.replace('_', ' ')} stands."}
        for key in library.user_keys
    }
    return schema


def check(source: Source, library: Library) -> list[Finding]:
    """What is wrong with the shape of a spec: every error at once, each at its own place."""
    if _fits(library)(source.data):
        return []
    problems = list(_validator(library).iter_errors(source.data))
    findings = [finding for problem in problems for finding in _explain(source, problem)]
    # a misspelt key is one mistake: do not also say that the right one is missing
    meant = {finding.hint for finding in findings if finding.rule == "unknown-key"}
    findings = [
        f for f in findings if not (f.rule == "missing-key" and f"did you mean {f.message.split()[0]}?" in meant)
    ]
    if any(hint.startswith("did you mean") for hint in meant):
        findings = [f for f in findings if not f.message.endswith(_INCOMPLETE)]
    unique = {(finding.at.line, finding.at.column, finding.message): finding for finding in findings}
    return sorted(unique.values(), key=lambda finding: (finding.at.line, finding.at.column))


@lru_cache(maxsize=2)
def _fits(library: Library) -> Fits:
    return fits(compose(library))


@lru_cache(maxsize=2)
def _validator(library: Library) -> Any:
    from jsonschema import Draft202012Validator  # the heaviest import: only where there is something to explain

    return Draft202012Validator(compose(library))


def _explain(source: Source, problem: ValidationError) -> Iterator[Finding]:
    """One schema error as findings: the branch that was meant, the key that is near, the quotes that are missing."""
    path = tuple(problem.absolute_path)
    keyword, schema, instance = str(problem.validator), problem.schema, problem.instance
    assert isinstance(schema, dict)
    if keyword in {"anyOf", "oneOf"} and problem.context:
        branch = _meant(problem)
        if branch:
            for inner in branch:
                yield from _explain(source, inner)
            return
    if keyword == "additionalProperties" and isinstance(instance, dict):
        known = list(schema.get("properties", {}))
        for key in instance:
            if key not in known:
                yield _unknown_key(source, (*path, key), known)
        return
    if keyword == "required":
        written = instance if isinstance(instance, dict) else {}
        missing = next(key for key in schema["required"] if key not in written and f"'{key}'" in problem.message)
        about = schema.get("properties", {}).get(missing, {}).get("description", "")
        where = _at(path)
        yield error("missing-key", f"`{missing}` is missing{where}", source.locate(path, key=bool(path)), about)
        return
    at = source.locate(path)
    message, hint = _wrong(schema, keyword, instance, problem)
    swallowed = _swallowed(source, path, instance) if _wants_text(schema) else ""
    if "propertyNames" in problem.absolute_schema_path:
        at = source.locate((*path, str(instance)), key=True)
    yield error("wrong-value", _subject(path) + message, at, swallowed or hint)


def _meant(problem: ValidationError) -> list[ValidationError]:
    """The errors of the one branch of a union whose kind of value was written; none where that is not clear."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in problem.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    fitting = [errors for errors in branches.values() if not any(_refuses_kind(inner, problem) for inner in errors)]
    return fitting[0] if len(fitting) == 1 else []


def _refuses_kind(inner: ValidationError, problem: ValidationError) -> bool:
    """Whether a branch does not even take this kind of value (or asks for another key of a choice of keys)."""
    if len(inner.absolute_path) > len(problem.absolute_path):
        return False
    if inner.validator in {"type", "const", "enum"}:
        return True
    if inner.validator in {"anyOf", "oneOf"}:
        return not _meant(inner) and not isinstance(inner.instance, dict)
    return inner.validator == "required" and isinstance(problem.schema, dict) and "properties" in problem.schema


def _unknown_key(source: Source, path: tuple[str | int, ...], known: list[str]) -> Finding:
    key = str(path[-1])
    if _SECRET_KEY.search(key):
        hint = "remove it, and make a new one if this file was shared; gtmgen reads tokens from the environment when it sends"
        at = source.locate(path, key=True, show=False)
        return error("secret", f"`{key}`: a token never stands in a spec", at, hint)
    if key == "path" and "data_layer" in known:
        return error(
            "unknown-key",
            "a bare text is a path here",
            source.locate(path, key=True),
            f"write `{path[-2]}: {source.written(path) or '…'}`",
        )
    near = nearest(key, known)
    hint = f"did you mean `{near}`?" if near else f"known here: {', '.join(known)}" if known else ""
    return error("unknown-key", f"`{key}` is no key{_at(path[:-1], 'of')}", source.locate(path, key=True), hint)


def _wrong(schema: dict[str, Any], keyword: str, instance: Any, problem: ValidationError) -> tuple[str, str]:
    """What is wrong with a value, and what would be right."""
    expected = str(schema.get("patternErrorMessage") or schema.get("errorMessage") or "")
    if keyword == "enum":
        options = [str(option) for option in schema["enum"]]
        near = nearest(str(instance), options)
        return (
            f"{_show(instance)} is not known here",
            f"did you mean `{near}`?" if near else f"known: {', '.join(options)}",
        )
    if keyword == "type":
        kinds = schema["type"]
        types: list[str] = kinds if isinstance(kinds, list) else [kinds]
        wanted = expected or " or ".join(_TYPE_NAMES[name] for name in types)
        shown = "keys and values stand" if isinstance(instance, dict) else f"{_show(instance)} stands"
        return f"{shown} here", f"write {wanted}"
    if keyword in {"minItems", "minProperties", "minLength"} and not instance:
        return "this is empty", f"write {expected}" if expected else "fill it, or leave the key out"
    if keyword == "maxLength":
        return f"this has {len(instance)} characters; at most {problem.validator_value} fit", ""
    if keyword == "uniqueItems":
        return "the same value stands here twice", "keep one of them"
    if keyword in {"minimum", "maximum"}:
        return (
            f"{_show(instance)} is too {'small' if keyword == 'minimum' else 'large'}",
            f"the limit is {problem.validator_value}",
        )
    if keyword == "oneOf" and isinstance(instance, dict) and isinstance(schema.get("properties"), dict):
        written = [key for key in instance if key in schema["properties"]]
        if "is" in schema["properties"] and len(written) == 1 and written[0] in {"data_layer", "cookie", "query"}:
            return "`is` is missing", f"write `{{{written[0]}: {instance[written[0]]}, is: …}}`"
        said = f"{', '.join(f'`{key}`' for key in written)} stand together" if len(written) > 1 else _INCOMPLETE
        return said, f"write {expected}"
    if expected:
        return f"{_show(instance)} does not fit", f"write {expected}"
    return f"{_show(instance)} does not fit: {problem.message[:200]}", ""


def _show(instance: Any) -> str:
    if isinstance(instance, str):
        return f'"{instance if len(instance) <= 60 else instance[:57] + "…"}"'
    if isinstance(instance, (bool, int, float)):
        return json.dumps(instance)
    return {dict: "this", list: "a list", type(None): "an empty value"}.get(type(instance), _KINDS[type(instance)])


def _wants_text(schema: dict[str, Any]) -> bool:
    kinds = schema.get("type", "")
    return "string" in (kinds if isinstance(kinds, list) else [kinds]) or "$ref" in json.dumps(schema.get("anyOf", ""))


def _swallowed(source: Source, path: tuple[str | int, ...], instance: Any) -> str:
    """The quotes that are missing where YAML read something else than was meant; "" where that is not the case."""
    if not path or isinstance(instance, str):
        return ""
    key = f"{path[-1]}: " if isinstance(path[-1], str) else "- "
    line = source.locate(path, key=isinstance(path[-1], str)).excerpt
    written = line.split(key, 1)[1].strip() if key in line else ""
    if instance is None and written.startswith("#"):
        return f'a # begins a comment: write `{key}"{written.split(" #")[0].strip()}"`'
    if (
        isinstance(instance, list)
        and (brackets := re.match(r"\[[^,{}\]]+\][^\s,{}]*", written))
        and isinstance(path[-1], str)
    ):
        return f'YAML reads [ ] as a list: write `{key}"{brackets.group()}"`'
    if (
        isinstance(instance, dict)
        and len(instance) == 1
        and next(iter(instance.values())) is None
        and re.match(r"[\w.+-]+:", written)
    ):
        return f'a colon ends a text: write `{key}"{written}"`'
    return ""


def _at(path: tuple[str | int, ...], word: str = "in") -> str:
    names = [str(step) for step in path if isinstance(step, str)]
    if not names:
        return f" {word} a spec" if word == "of" else ""
    return f" {word} `{names[-1]}`" if names[-1] != "conversions" else f" {word} a conversion"


def _subject(path: tuple[str | int, ...]) -> str:
    names = [str(step) for step in path if isinstance(step, str)]
    return f"`{names[-1]}`: " if names else ""
