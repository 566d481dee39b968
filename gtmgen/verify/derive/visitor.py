"""Who visits the site in a derived journey, and where its pages say so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gtmgen.events_api.reading import ITSELF
from gtmgen.events_api.sample import VISITOR
from gtmgen.events_api.values import text_of
from gtmgen.spec.model import Spec, Value
from gtmgen.verify.derive.setting import Setting, put


class Visitor(NamedTuple):
    """A visitor whom the pages know."""

    setting: Setting
    """What every page has of the visitor, where the spec looks for it."""
    known: Mapping[str, str]
    """The same by canonical name."""
    refused: tuple[str, ...]
    """What could not be put there, a sentence each."""


def visitor_of(spec: Spec, *, second: bool = False) -> Visitor:
    """Makes the visitor of a spec: what its `user_data` reads is there.

    Args:
        spec: the spec.
        second: at the second of its places, where it has two.
    """
    setting = Setting()
    known: dict[str, str] = {}
    refused = []
    for name, source in spec.user_data.items():
        value = VISITOR.get(name, "example")
        if source[0].kind == "literal":
            known[name] = text_of(source[0].name)
            continue
        try:
            setting = _put(setting, source, value, second=second)
            known[name] = value
        except LookupError as problem:
            refused.append(f"user_data `{name}` is nowhere on the pages: {problem.args[0]}")
    return Visitor(setting, known, tuple(refused))


def _put(setting: Setting, source: Value, value: str, *, second: bool) -> Setting:
    if second and len(source) > 1 and source[1].kind not in ITSELF:
        try:
            return put(setting, source[1:], value)
        except LookupError:
            pass  # the first will do
    return put(setting, source, value)
