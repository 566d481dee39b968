"""An export as the program that GTM's runtime runs: macros, tags, predicates and rules (facts: gtm-runtime.md 1.1).

Everything that is to be known about GTM's export format is known here, in `macros`, `rules` and `interpolation`; the JavaScript of
`runtime/` runs the program and never sees an export. A trigger becomes a rule: its event and its conditions are predicates that must
hold ("if") or must not ("unless"), and it adds tags or blocks them. What listens on the page (clicks, forms, timers …) becomes a hidden
tag of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gtmgen.container.fields import parameter, rows
from gtmgen.container.whole import built_in_name
from gtmgen.findings import Finding, GtmgenError, Position, error
from gtmgen.verify.program.expressions import Expression, Names
from gtmgen.verify.program.macros import Macro, built_in, layer, variable
from gtmgen.verify.program.rules import Rules
from gtmgen.verify.program.templates import Templates
from gtmgen.verify.sandbox import bundle

RULE = "not-runnable"
"""The findings' rule: GTM would not take such a container."""
_MEND = "GTM would not run it: mend it there, and export it again"


class Program(NamedTuple):
    """A container that can be run."""

    public_id: str
    """GTM-…, under which a page asks for it; GTM-TEST where the file names none."""
    data: dict[str, Any]
    """What the JavaScript gets, as JSON has it."""
    templates: Mapping[str, str]
    """The custom templates in use, by their type, each as JavaScript source of what the sandbox takes."""
    not_done: tuple[str, ...]
    """What the container has and the runtime does not do, a sentence each. More may come up when it runs."""

    @property
    def source(self) -> str:
        """JavaScript source of the whole program, the sandbox included where a template needs it."""
        data = json.dumps(self.data)
        if not self.templates:
            return data
        templates = ", ".join(f"{json.dumps(kind)}: {source}" for kind, source in self.templates.items())
        return f"Object.assign({data}, {{templates: {{{templates}}}, sandbox: {bundle()}}})"


def compile_program(export: Mapping[str, Any], *, name: str = "container", usage: str = "WEB") -> Program:
    """The program of a container.

    Args:
        export: as in the file (`gtmgen.container.read`); a named form is put back with `relink` first.
        name: what findings call it.
        usage: which kind it must be: WEB or SERVER.

    Raises:
        GtmgenError: GTM would refuse it: a name, trigger or tag that is referred to is not there; or it is of another kind.
    """
    version = export.get("containerVersion", export)
    if not isinstance(version, Mapping):
        raise GtmgenError([_refused("this is no container", name)])
    shell = version.get("container")
    shell = shell if isinstance(shell, Mapping) else {}
    context = shell.get("usageContext")
    if isinstance(context, list) and context and str(context[0]).upper() != usage:
        said = f"this is {kind_of(str(context[0]))}, not a {usage.lower()} one"
        raise GtmgenError([_refused(said, name)])
    return _Compiler(version, shell, name).program()


def kind_of(usage: str) -> str:
    """What a container is, with its article: `a web container`, `an ios container`."""
    return f"{'an' if usage[:1].lower() in set('aeiou') else 'a'} {usage.lower()} container"


class _Compiler:
    def __init__(self, version: Mapping[str, Any], shell: Mapping[str, Any], name: str) -> None:
        self.version, self.shell, self.file = version, shell, name
        self.tags = rows(version.get("tag"))
        self.triggers = rows(version.get("trigger"))
        self.built_in = rows(version.get("builtInVariable"))
        self.variables = rows(version.get("variable"))
        # the two that the runtime itself needs come first
        named = ["_event", "", *(built_in_name(row) for row in self.built_in)]
        self.names = Names([*named, *(str(row.get("name", "")) for row in self.variables)])
        self.problems: list[str] = []
        self.not_done: list[str] = []

    def program(self) -> Program:
        macros = self._macros()
        rules = Rules(str(self.version.get("containerId") or self._public_id), self.names, self.not_done)
        for trigger in self.triggers:
            self.names.where = f'trigger "{trigger.get("name", "")}"'
            rules.add(trigger)
        ordered = sorted(self.tags, key=lambda tag: -_priority(tag))  # GTM's compiler does it: runtime-measured.md 1.5
        self.index = {str(tag.get("name", "")): place for place, tag in reversed(list(enumerate(ordered)))}
        tags = [self._tag(tag, place, rules) for place, tag in enumerate(ordered)]
        self.problems += rules.close(len(tags))
        problems = [
            _refused(f"{where}: no variable is named {{{{{name}}}}}", self.file, f"{_MEND}, or {_say(name)}")
            for where, name in self.names.missing
        ]
        problems += [_refused(said, self.file) for said in self.problems]
        if problems:
            raise GtmgenError(problems)
        data = {
            "container": self._public_id,
            "version": str(self.version.get("containerVersionId") or "0"),
            "macros": macros,
            "tags": tags + rules.listeners,
            "predicates": rules.predicates,
            "rules": rules.written(),
        }
        if rows(self.version.get("zone")):
            self.not_done.append("zones: the containers that they load are not in the file")
        templates = Templates(rows(self.version.get("customTemplate")), self.not_done)
        used = templates.used_by([*self.tags, *self.variables])
        return Program(self._public_id, data, used, tuple(self.not_done))

    @property
    def _public_id(self) -> str:
        return str(self.shell.get("publicId") or "GTM-TEST")

    def _macros(self) -> list[Macro]:
        macros: list[Macro] = [
            {"function": "__e", "name": "_event"},
            {**layer("gtm.triggers", ""), "name": "gtm.triggers"},
        ]
        macros += [built_in(str(row.get("type")), built_in_name(row)) for row in self.built_in]
        for entity in self.variables:
            self.names.where = f'variable "{entity.get("name", "")}"'
            macros.append(variable(entity, self.names))
        return macros

    def _tag(self, entity: Mapping[str, Any], place: int, rules: Rules) -> dict[str, Any]:
        name, kind = str(entity.get("name", "")), str(entity.get("type", ""))
        self.names.where = f'tag "{name}"'
        for field, how in (("firingTriggerId", "add"), ("blockingTriggerId", "block")):
            listed = entity.get(field)
            for id in map(str, listed if isinstance(listed, list) else ()):
                if not rules.use(id, how, place):
                    self._problem(f"no trigger has the id {id}")
        tag: dict[str, Any] = {"function": f"__{kind}", "name": name, "tag_id": str(entity.get("tagId", ""))}
        option = entity.get("tagFiringOption", "ONCE_PER_EVENT")
        if option != "UNLIMITED":
            tag["once_per_load" if option == "ONCE_PER_LOAD" else "once_per_event"] = True
        if entity.get("paused") is True:
            # its code and its neighbours are no part of the program
            return tag | {"function": "__paused", "vtp_originalTagType": kind}
        for key, value in self._given(entity, kind):
            tag[f"vtp_{key}"] = value
        if setup := self._neighbours(entity, "setupTag", "stopOnSetupFailure"):
            tag["setup_tags"] = setup
        if teardown := self._neighbours(entity, "teardownTag", "stopTeardownOnFailure"):
            tag["teardown_tags"] = teardown
        if needs := self._consent(entity):
            tag["consent"] = ["list", *needs]
        start, end = (_milliseconds(entity.get(key)) for key in ("scheduleStartMs", "scheduleEndMs"))
        if start or end:
            tag["schedule"] = [start, end]
        return tag

    def _given(self, entity: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Expression]]:
        for row in rows(entity.get("parameter")):
            key, value = row.get("key"), row.get("value")
            if not isinstance(key, str):
                continue
            if kind == "html" and key == "html":
                yield key, self.names.html(str(value or ""))
            elif kind == "img" and key == "url":
                yield key, self.names.address(str(value or ""))
            elif row.get("type") == "TAG_REFERENCE":
                yield key, self._of_another(str(value or ""))
            else:
                yield key, self.names.parameter(row)

    def _of_another(self, name: str) -> Expression:
        """The id that a reference to another tag stands for (the older form of a GA4 event: server-side.md 1.1)."""
        place = self.index.get(name)
        if place is None:
            if name not in {"", "none"}:
                self._problem(f'no tag is named "{name}"')
            return ""
        other = next(tag for tag in self.tags if tag.get("name") == name)
        value = parameter(other, "measurementId") or parameter(other, "tagId")
        return self.names.text(value) if isinstance(value, str) else ""

    def _neighbours(self, entity: Mapping[str, Any], field: str, stop: str) -> list[list[Any]]:
        found = []
        for row in rows(entity.get(field)):
            place = self.index.get(str(row.get("tagName", "")))
            if place is None:
                self._problem(f'no tag is named "{row.get("tagName", "")}"')
            else:
                found.append([place, row.get(stop) is True])
        return found

    def _consent(self, entity: Mapping[str, Any]) -> list[Expression]:
        settings = entity.get("consentSettings")
        if not isinstance(settings, Mapping) or settings.get("consentStatus") != "NEEDED":
            return []
        types = settings.get("consentType")
        return [self.names.parameter(row) for row in rows(types.get("list") if isinstance(types, Mapping) else None)]

    def _problem(self, said: str) -> None:
        self.problems.append(f"{self.names.where}: {said}")


def _priority(tag: Mapping[str, Any]) -> float:
    row = tag.get("priority")
    try:
        return float(row["value"]) if isinstance(row, Mapping) else 0.0
    except (KeyError, TypeError, ValueError):
        return 0.0


def _milliseconds(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _say(variable: str) -> str:
    return f"let a journey say what it holds: `variables: {{{json.dumps(variable, ensure_ascii=False)}: …}}`"


def _refused(said: str, name: str, hint: str = _MEND) -> Finding:
    return error(RULE, said, Position(name, 0, 0), hint)
