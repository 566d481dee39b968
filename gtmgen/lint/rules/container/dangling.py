"""Something is used that is not in the container.

GTM's importer looks at the form of a file and not at what belongs together: a tag whose trigger is missing is imported and never
fires, an exception that is missing keeps nothing back, and a variable that is missing reads undefined. GTM never writes a trigger's
id into an export without the trigger, so a missing trigger is an error; a variable or a tag that is called by name may have been
left out when only a part of a container was exported. Such a part is fine where the container that it is imported into has
the rest. An export in which most of what is used is missing gets one finding for the whole.

In a container that gtmgen made, what is missing is what the spec says the target has (`{variable: …}`): a note reminds of it.

Mend the name, add what is missing, or take the use away. A name like `YOUR_TRACKING_ID` is a recipe's placeholder (and
only a note): put your own value there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gtmgen.container.graph import MARK, Key
from gtmgen.container.link import made_here
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity, nearest
from gtmgen.lint import Said

SEVERITY = Severity.WARNING
_PLACEHOLDER = re.compile(r"(?:YOUR|ENTER|PASTE|INSERT|REPLACE|FILL)[ _-].*")
_MOST_GUESSED = 20  # a guess costs a look at every name
_MOST_NAMES = 3_000
_SAYS = {
    "fires on": "never fires on it",
    "is blocked by": "is not kept back by it",
    "waits for": "waits for it and never fires",
    "is set up by": "runs without its setup tag",
    "is followed by": "is not followed by it",
    "refers to": "refers to it",
    "is in": "lies in no folder",
    "reads": "reads undefined",
}
_PLURAL = {
    "fires on": "never fire on it",
    "is blocked by": "are not kept back by it",
    "waits for": "wait for it and never fire",
    "is set up by": "run without their setup tag",
    "is followed by": "are not followed by it",
    "refers to": "refer to it",
    "is in": "lie in no folder",
    "reads": "read undefined",
}
_CERTAIN = {"fires on", "is blocked by", "waits for"}


def check(container: Container) -> Iterator[Said]:
    """What is used and is not there, one finding for each missing thing and way of use."""
    found: list[tuple[Key, str, list[Key]]] = []
    for target, users in container.missing.items():
        by_how: dict[str, list[Key]] = {}
        for user, how in users:
            by_how.setdefault(how, []).append(user)
        found += [(target, how, by) for how, by in by_how.items() if how in _SAYS]
    if container.partial:
        by_name = [one for one in found if one[1] not in _CERTAIN]
        found = [one for one in found if one[1] in _CERTAIN]
        yield from _whole(container, [target for target, _, _ in by_name])
    ours = made_here(container.data)
    for i, (target, how, by) in enumerate(found):
        if ours and target[0] == "variable":  # `build` leaves out what the spec says the target has, and nothing else
            message = f"{_name(target)} is expected in the container that this is imported into"
            yield Said(container.at(by[0], how, target), message, "", Severity.NOTE, part=f"{{{{{target[1]}}}}}")
            continue
        guess = _guess(container, target) if i < _MOST_GUESSED else ""
        harmless = how == "is in" or (target[0] == "variable" and bool(_PLACEHOLDER.fullmatch(target[1])))
        weight = Severity.ERROR if how in _CERTAIN else Severity.NOTE if harmless else None
        verb = (_SAYS if len(by) == 1 else _PLURAL)[how]
        message = f"{_name(target)} is not in the container: {several(by)} {verb}"
        part = f"{{{{{target[1]}}}}}" if target[0] == "variable" else ""
        yield Said(container.at(by[0], how, target), message, _hint(target, guess), weight, part=part)


def _whole(container: Container, targets: list[Key]) -> Iterator[Said]:
    lacks = dict.fromkeys([*targets, *(("variable", name) for name in container.off)])
    if lacks:
        message = f"this is a part of a container: most of what it uses is not in it ({several(lacks)})"
        hint = "import it only into a container that has them, or export it again with them"
        yield Said(("containerVersion",), message, hint, Severity.NOTE)


def _guess(container: Container, target: Key) -> str:
    kind, name = target
    if kind not in {"variable", "tag"} or len(container.named) > _MOST_NAMES:
        return ""
    known = [own.split(MARK)[0] for known_kind, own in container.named if known_kind == kind]
    return nearest(name, [*known, *container.can_have] if kind == "variable" else known, 0.75)


def _hint(target: Key, guess: str) -> str:
    kind, name = target
    if guess:
        return f"did you mean `{guess}`?"
    if kind == "variable" and _PLACEHOLDER.fullmatch(name):
        return f"put your own value where `{{{{{name}}}}}` stands"
    return f"add the {kind}, or take its use away"


def _name(target: Key) -> str:
    return f"{target[0]} {target[1].removeprefix(MARK)}" if target[1].startswith(MARK) else called(target)
