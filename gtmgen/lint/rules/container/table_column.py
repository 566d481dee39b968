"""A table has a column that its tag or variable does not know.

The rows of a table are maps, and each kind of table has its own two keys: settings of the Google tag and of GA4 events have `parameter`
and `parameterValue`, GA4 events of older files `name` and `value`, Universal Analytics `fieldName` and `value`, lookup tables `key` and
`value`. Files that were written by hand mix them up. GTM refuses the whole file.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.enums import COLUMNS
from gtmgen.container.fields import rows
from gtmgen.container.importer import place
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.ERROR
_LONG = 60


def check(container: Container) -> Iterator[Said]:
    """Tables of known types with a key that is no column of theirs; each table is told of once."""
    for kind in ("tag", "variable", "transformation"):
        for key, entity in container.of(kind):
            listed = entity.get("parameter")
            for i, row in enumerate(listed if isinstance(listed, list) else ()):
                if not isinstance(row, dict) or not isinstance(row.get("list"), list):
                    continue
                table = str(row.get("key"))
                columns = COLUMNS.get((str(entity.get("type")), table))
                wrong = next(_wrong(row["list"], columns), None) if columns else None
                if wrong and columns:
                    line, j, column = wrong
                    says = f"{place(container, key)}.vendorTemplate.parameter.{table}[{line}].{column}: Unknown column name"
                    message = f"the table `{table}` of {called(key)} has no column `{column}`; GTM says: {says}"
                    hint = f"its columns are {' and '.join(f'`{name}`' for name in columns)}"
                    yield Said((*key, "parameter", i, "list", line, "map", j, "key"), message, hint)


def _wrong(lines: list[object], columns: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    """Where a table has another column than its own: the row, the place in it, and what stands there."""
    for line, row in enumerate(lines):
        listed = row.get("map") if isinstance(row, dict) else None
        if listed is None or not rows(listed):
            continue
        for j, cell in enumerate(listed):
            if isinstance(cell, dict) and isinstance(cell.get("key"), str) and cell["key"] not in columns:
                yield line, j, cell["key"][:_LONG]
