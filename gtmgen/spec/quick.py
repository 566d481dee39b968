"""Whether a document fits a schema, said fast and without jsonschema: the schema as a tree of closures.

It only says yes or no, and yes only where jsonschema would say so too: a keyword that is not known here, or a document that
does not fit, is left to jsonschema, which costs a start a quarter of its time and explains what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Fits = Callable[[Any], bool]

_TYPES: dict[str, Fits] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
}
_SAYS_NOTHING = {
    "$schema", "$defs", "title", "description", "default", "format", "errorMessage", "patternErrorMessage"
}  # fmt: skip


def fits(schema: Mapping[str, Any]) -> Fits:
    """The test that a schema is, compiled as far as a document needs it."""
    known: dict[str, Fits] = {}

    def refer(pointer: str) -> Fits:
        def follow(value: Any) -> bool:
            if pointer not in known:
                target: Any = schema
                for step in pointer.removeprefix("#/").split("/"):
                    target = target[step]
                known[pointer] = _all(target, refer)
            return known[pointer](value)

        return follow

    return _all(schema, refer)


def _all(schema: Any, refer: Callable[[str], Fits]) -> Fits:
    if schema is True:
        return lambda value: True
    tests = [test for keyword in schema if (test := _test(keyword, schema, refer))] if schema else []
    if len(tests) == 1:
        return tests[0]

    def every(value: Any) -> bool:
        for test in tests:  # noqa: SIM110  all() with a generator takes twice as long here
            if not test(value):
                return False
        return True

    return every


def _test(keyword: str, schema: Mapping[str, Any], refer: Callable[[str], Fits]) -> Fits | None:
    if keyword in _SAYS_NOTHING:
        return None
    given = schema[keyword]
    match keyword:
        case "$ref" if given.startswith("#/"):
            return refer(given)
        case "type":
            kinds = [_TYPES[kind] for kind in ([given] if isinstance(given, str) else given)]
            return kinds[0] if len(kinds) == 1 else lambda value: any(kind(value) for kind in kinds)
        case "const":
            return lambda value: type(value) is type(given) and value == given
        case "enum" if all(isinstance(option, str) for option in given):
            options = frozenset(given)
            return lambda value: isinstance(value, str) and value in options
        case "pattern":
            search = re.compile(given).search
            return lambda value: not isinstance(value, str) or search(value) is not None
        case "minLength":
            return lambda value: not isinstance(value, str) or len(value) >= given
        case "maxLength":
            return lambda value: not isinstance(value, str) or len(value) <= given
        case "minItems":
            return lambda value: not isinstance(value, list) or len(value) >= given
        case "minProperties":
            return lambda value: not isinstance(value, dict) or len(value) >= given
        case "maxProperties":
            return lambda value: not isinstance(value, dict) or len(value) <= given
        case "minimum":
            return lambda value: not isinstance(value, (int, float)) or value >= given
        case "uniqueItems":
            return lambda value: (
                not isinstance(value, list)
                or (all(isinstance(item, str) for item in value) and len(set(value)) == len(value))
            )
        case "required":
            return lambda value: not isinstance(value, dict) or all(key in value for key in given)
        case "dependentRequired":
            return lambda value: (
                not isinstance(value, dict)
                or all(key in value for name, keys in given.items() if name in value for key in keys)
            )
        case "anyOf":
            branches = [_all(branch, refer) for branch in given]
            return lambda value: any(branch(value) for branch in branches)
        case "oneOf":
            choices = [_all(branch, refer) for branch in given]
            return lambda value: sum(choice(value) for choice in choices) == 1
        case "items":
            item_fits = _all(given, refer)
            return lambda value: not isinstance(value, list) or all(map(item_fits, value))
        case "propertyNames":
            name_fits = _all(given, refer)
            return lambda value: not isinstance(value, dict) or all(map(name_fits, value))
        case "properties" | "additionalProperties":
            return _properties(keyword, schema, refer)
    return lambda value: False


def _properties(keyword: str, schema: Mapping[str, Any], refer: Callable[[str], Fits]) -> Fits | None:
    """`properties` and `additionalProperties` are one test, made for whichever of the two comes first."""
    if next(key for key in schema if key in {"properties", "additionalProperties"}) != keyword:
        return None
    known = {name: _all(inner, refer) for name, inner in schema.get("properties", {}).items()}
    more = schema.get("additionalProperties", True)
    other = (lambda value: False) if more is False else _all(more, refer)

    def each(value: Any) -> bool:
        if not isinstance(value, dict):
            return True
        for key, inner in value.items():  # noqa: SIM110
            if not known.get(key, other)(inner):
                return False
        return True

    return each
