"""A name holds a character that GTM refuses in names, or there is no name.

GTM takes no `:` in the name of a tag, a trigger, a variable or a folder: `Click - tel:` has to be `Click - tel`. The importer and the API
say so (reported by four projects that ran into it), and not one of 1,900 names in public exports has one. Everything else that people
put into names is fine (`[`, `|`, `>`, `'`, emoji). Line breaks, tabs and other control characters are in no export either and are told
as a warning, like a folder whose name begins with `_` (refused according to one report).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gtmgen.container.graph import MARK, Key
from gtmgen.container.importer import some
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.ERROR
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_LONG = 60


def check(container: Container) -> Iterator[Said]:
    """Names with a colon or a control character, folders with an underscore first, and what has no name; once for each of these."""
    colon: list[Key] = []
    control: list[Key] = []
    underscore: list[Key] = []
    sign: list[Key] = []
    nameless: list[Key] = []
    for key, entity in container.named.items():
        name = entity.get("name")
        if not isinstance(name, str):
            if name is None:
                nameless.append(key)
        elif not name.strip():
            nameless.append(key)
        elif key[0] != "customTemplate" and ":" in name:
            colon.append(key)
        elif _CONTROL.search(name):
            control.append(key)
        elif "\u26a0" in name:
            sign.append(key)
        elif key[0] == "folder" and name.startswith("_"):
            underscore.append(key)
    if colon:
        message = f'{_all(colon)}: GTM takes no `:` in a name; GTM says: The name contains invalid character: ":".'
        yield Said(
            (*colon[0], "name"), message, "write `-` or nothing in its place, also where the name is referred to"
        )
    if control:
        message = f"{_all(control)}: a line break, a tab or another control character stands in the name"
        yield Said((*control[0], "name"), message, "write a space in its place", Severity.WARNING)
    if sign:
        message = f"{_all(sign)}: GTM is said to refuse a name with a warning sign (\u26a0)"
        yield Said((*sign[0], "name"), message, "leave the sign out", Severity.WARNING)
    if underscore:
        message = f"{_all(underscore)}: GTM is said to refuse the name of a folder that begins with `_`"
        yield Said((*underscore[0], "name"), message, "begin it with another character", Severity.WARNING)
    if nameless:
        kinds = some(list(dict.fromkeys(f"a {kind}" for kind, _ in nameless)))
        yield Said((*nameless[0], "name"), f"{kinds} has no name", "give it a name: everything in a container has one")


def _all(keys: list[Key]) -> str:
    return _CONTROL.sub(" ", some([called((kind, name.split(MARK)[0][:_LONG])) for kind, name in keys]))
