"""A container's values as expressions of the program: what GTM's own runtime calls macros, templates, lists and maps.

An expression is a JSON value: a text, number or boolean stands for itself; `["macro", 3]` is a variable's value, `["template", a, b]`
a text put together, `["escape", macro, "string"]` an escaped value, `["list", …]` and `["map", key, value, …]` what they say
(facts: gtm-runtime.md 1.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gtmgen.container.fields import rows
from gtmgen.verify.program.interpolation import Part, Reference, in_code, in_html, in_text

Expression = Any


class Names:
    """The variables by name, numbered as macros. Collects what is named and is not there."""

    def __init__(self, names: Sequence[str]) -> None:
        self._numbers = {name: number for number, name in enumerate(names)}
        self.missing: list[tuple[str, str]] = []
        """(where, name) of each reference that leads nowhere."""
        self.where = ""
        """The entity that is being compiled, for `missing`."""

    def macro(self, name: str) -> Expression:
        """A reference to a variable."""
        number = self._numbers.get(name)
        if number is None:
            if (self.where, name) not in self.missing:
                self.missing.append((self.where, name))
            return ""
        return ["macro", number]

    def text(self, text: str) -> Expression:
        """A plain text: the value itself where it is one `{{name}}` and nothing else."""
        return self._joined(in_text(text))

    def code(self, code: str) -> Expression:
        """A script."""
        return self._joined(in_code(code))

    def html(self, html: str) -> Expression:
        """HTML with scripts."""
        return self._joined(in_html(html))

    def address(self, url: str) -> Expression:
        """An address that is requested: a whole `{{name}}` is made fit for an address, one within it is encoded.

        Both ways were read in published containers (`["escape", macro, 14, 3]` and `["escape", macro, 12]`).
        """
        parts = in_text(url)
        how = "url" if len(parts) == 1 else "component"
        return self._joined([Reference(part.name, (how,)) if isinstance(part, Reference) else part for part in parts])

    def parameter(self, row: Mapping[str, Any]) -> Expression:
        """One of GTM's typed parameters."""
        kind = row.get("type")
        if kind == "LIST":
            return ["list", *(self.parameter(inner) for inner in rows(row.get("list")))]
        if kind == "MAP":
            return ["map", *self._pairs(rows(row.get("map")))]
        value = row.get("value", "")
        if isinstance(value, bool):
            return value  # no export has it; programs that write exports do
        text = str(value)
        if kind == "BOOLEAN" and "{{" not in text:
            return text.lower() == "true"
        if kind == "INTEGER" and "{{" not in text:
            return _number(text)
        return self.text(text)

    def parameters(self, listed: Any) -> Iterator[tuple[str, Expression]]:
        """The parameters of an entity that have a key."""
        for row in rows(listed):
            if isinstance(row.get("key"), str):
                yield row["key"], self.parameter(row)

    def _pairs(self, listed: list[dict[str, Any]]) -> Iterator[Expression]:
        for key, value in self.parameters(listed):
            yield key
            yield value

    def _joined(self, parts: list[Part]) -> Expression:
        made = [part if isinstance(part, str) else self._reference(part) for part in parts]
        if not made:
            return ""
        if len(made) == 1:
            return made[0]
        return ["template", *made]

    def _reference(self, part: Reference) -> Expression:
        macro = self.macro(part.name)
        return ["escape", macro, *part.escapes] if part.escapes else macro


def _number(text: str) -> int | float | str:
    """An INTEGER's value; a text that is none stays as it is."""
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text
