"""Holds a container that gtmgen wrote against the shapes of real exports, and against what GTM needs to import it.

`shapes.json` says what real exports have (see learn.py), `exceptions.yml` what gtmgen writes all the same, with a
reason for each. Whatever differs from both is a violation, told in plain words: which entity, what differs, what real
exports do.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.shapes.learn import (
    HERE,
    ID_KEYS,
    SHAPES,
    TEMPLATES,
    TYPED,
    Found,
    context_of,
    json_type,
    type_name,
    walk,
)

EXCEPTIONS = HERE / "exceptions.yml"

RESERVED_TRIGGERS = 2_147_479_500
"""GTM's own triggers (All Pages, Initialization …) have ids from here on and no object in an export."""

RESERVED_VARIABLES = {"_event"}
"""What a customEventFilter looks at; no variable and no built-in."""

ANY_TRIGGER = {"notes", "parentFolderId"}
"""Every trigger may have these, whether or not an export shows it for its type."""

CONDITION_PARAMETERS = ("arg0", "arg1", "ignore_case", "negate")
"""In this order. `negate` turns any operator round (API v2, Condition: "To negate an operator …")."""

REFERENCE = re.compile(r"\{\{([^{}]+)\}\}")
EXPORT_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
FINGERPRINT = re.compile(r"\d{13}")
DIGITS = re.compile(r"\d+")


class Key(NamedTuple):
    """What an exception is looked up by."""

    kind: str
    type: str
    what: str


@dataclass(frozen=True, slots=True)
class Row:
    """A shape that gtmgen writes and no real export of the corpus has."""

    key: Key
    reason: str
    like: str = ""
    """Of a whole type: the type that has the same keys."""
    parameters: dict[str, str] | None = None
    """Of a whole type: its parameters with their types, `?` behind the type of one that can be missing."""

    def shape(self, model: dict[str, Any]) -> dict[str, Any]:
        """The type's shape: the model's, with the row's own parameters if it names any."""
        if self.parameters is None:
            return model
        parameters = {
            name: {"types": [type_.rstrip("?")], "always": not type_.endswith("?")}
            for name, type_ in self.parameters.items()
        }
        return model | {"parameters": parameters, "orders": []}


@dataclass(frozen=True, slots=True)
class Exceptions:
    """The reviewed list."""

    rows: tuple[Row, ...] = ()

    def find(self, key: Key) -> Row | None:
        """The row for this shape."""
        return next((row for row in self.rows if row.key == key), None)


@dataclass(frozen=True, slots=True)
class Shapes:
    """What was learnt; the layout is learn.py's."""

    data: dict[str, Any]

    def object(self, kind: str) -> dict[str, Any]:
        """Keys and their order of a kind of object; empty for one that no export has."""
        shape: dict[str, Any] = self.data["objects"].get(kind, {"keys": {}, "always": []})
        return shape

    def type(self, context: str, kind: str, name: str) -> dict[str, Any] | None:
        """The shape of a type in a kind of container."""
        shape: dict[str, Any] | None = self.data["types"].get(context, {}).get(kind, {}).get(name)
        return shape


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is not as it must be."""

    rule: str
    """One word, for those who expect some of them."""
    where: str
    says: str

    def __str__(self) -> str:
        return f"{self.where}: {self.says}"


@dataclass(slots=True)
class Inspection:
    """A container on the bench: what it is held against, and what came out."""

    export: dict[str, Any]
    shapes: Shapes
    exceptions: Exceptions
    expects: Set[str] = frozenset()
    context: str = ""
    objects: list[Found] = field(default_factory=list)
    found: list[Violation] = field(default_factory=list)
    used: set[Key] = field(default_factory=set)

    @property
    def version(self) -> dict[str, Any]:
        """The container version."""
        version: dict[str, Any] = self.export["containerVersion"]
        return version

    def of(self, *kinds: str) -> Iterator[Found]:
        """The objects of these kinds."""
        return (found for found in self.objects if found.kind in kinds)

    def say(self, rule: str, where: str, says: str) -> None:
        """Notes a violation."""
        self.found.append(Violation(rule, where, says))

    def excused(self, *key: str) -> Row | None:
        """The exception for kind, type and what, which counts as used from now on."""
        row = self.exceptions.find(Key(*key))
        if row:
            self.used.add(row.key)
        return row


# --- reading the tables ----------------------------------------------------------------------------------------------


def load_shapes(path: Path = SHAPES) -> Shapes:
    """The learnt table."""
    return Shapes(json.loads(path.read_text(encoding="utf-8")))


def load_exceptions(path: Path = EXCEPTIONS) -> Exceptions:
    """The reviewed list; a row without its reason is refused."""
    return Exceptions(tuple(_row(**row) for row in yaml.safe_load(path.read_text(encoding="utf-8")) or ()))


def _row(
    *, kind: str, type: str, what: str, reason: str, like: str = "", parameters: dict[str, str] | None = None
) -> Row:
    """One row of the file; its fields are these and no others."""
    if not reason.strip():
        raise ValueError(f"{kind} {type}: {what} stands without a reason")
    return Row(Key(kind, type, what), reason, like, parameters)


def dead_rows(exceptions: Exceptions, used: Set[Key]) -> list[str]:
    """The exceptions that nothing needs any more, and those that stand twice.

    Args:
        exceptions: the list.
        used: what all containers together used of it.
    """
    counts = Counter(row.key for row in exceptions.rows)
    unused = [f"no container needs {' '.join(key)!r}: take it out" for key in counts if key not in used]
    return unused + [f"{' '.join(key)!r} stands more than once" for key, count in counts.items() if count > 1]


# --- the check -------------------------------------------------------------------------------------------------------


def violations(
    container: dict[str, Any], shapes: Shapes, exceptions: Exceptions, expects: Set[str] = frozenset()
) -> list[str]:
    """What is not as real exports have it, or would not import; empty if all is well.

    Args:
        container: a whole export.
        shapes: what real exports look like.
        exceptions: what gtmgen writes all the same.
        expects: variables that the target container already has.
    """
    return [str(violation) for violation in inspect(container, shapes, exceptions, expects).found]


def inspect(
    container: dict[str, Any], shapes: Shapes, exceptions: Exceptions, expects: Set[str] = frozenset()
) -> Inspection:
    """The same, with the exceptions that were used."""
    inspection = Inspection(container, shapes, exceptions, expects, context_of(container))
    if inspection.context not in shapes.data["types"]:
        inspection.say("header", "export", "containerVersion.container.usageContext names no known kind of container")
        return inspection
    inspection.objects = list(walk(container))
    for check in CHECKS:
        check(inspection)
    return inspection


def byte_violations(text: str) -> list[str]:
    """What differs from the way GTM writes the file: 4 spaces, UTF-8 as it is, no newline at the end.

    All genuine exports come from GTM this way; some were given a newline by an editor afterwards.
    """
    wanted = json.dumps(json.loads(text), indent=4, ensure_ascii=False)
    if text == wanted:
        return []
    if text.rstrip("\n") == wanted:
        return ["the file ends with a newline; real exports end with the closing brace"]
    lines = zip(text.split("\n"), wanted.split("\n"), strict=False)
    line = next((n for n, (is_, should) in enumerate(lines, start=1) if is_ != should), text.count("\n") + 1)
    return [f"line {line} is not what json.dumps(…, indent=4, ensure_ascii=False) writes, as real exports are"]


# --- keys ------------------------------------------------------------------------------------------------------------


def check_keys(inspection: Inspection) -> None:
    """Every object: known keys in the learnt order, of the learnt JSON types, the always-there ones there."""
    for found in inspection.objects:
        shape = inspection.shapes.object(found.kind)
        for key, value in found.item.items():
            _check_value(inspection, found, key, value, shape["keys"].get(key))
        for key in shape["always"]:
            if key not in found.item:
                inspection.say("missing", found.where, f"{key} is missing; real exports always have it")
        _check_order(inspection, found.where, found.item, list(shape["keys"]))


def _check_value(inspection: Inspection, found: Found, key: str, value: Any, expected: str | None) -> None:
    """One key and what stands under it. Nothing empty is ever written (facts of 110 exports), `formatValue` apart."""
    if expected is None:
        if not inspection.excused(found.kind, "*", f"key {key}"):
            inspection.say("unknown", found.where, f"no {found.kind} of real exports has the key {key}")
    elif value in (None, "", [], {}) and key != "formatValue":
        inspection.say("empty", found.where, f"{key} is {json.dumps(value)}; real exports leave out what is empty")
    elif json_type(value) != expected:
        inspection.say("json", found.where, f"{key} is of type {json_type(value)}, in real exports {expected}")
    elif isinstance(value, list) and "" in value:
        inspection.say("empty", found.where, f'{key} holds ""; real exports leave out what is empty')


def _check_order(inspection: Inspection, where: str, keys: Iterable[str], order: Sequence[str]) -> None:
    """The first two neighbours that stand the wrong way round."""
    known = [key for key in keys if key in order]
    for first, second in itertools.pairwise(known):
        if order.index(first) > order.index(second):
            expected = ", ".join(key for key in order if key in known)
            inspection.say("order", where, f"{first} stands before {second}; real exports have {expected}")
            return


def check_context_keys(inspection: Inspection) -> None:
    """Clients and the like are found in server containers only."""
    for found in inspection.of("container", "containerVersion"):
        for key, context in inspection.shapes.object(found.kind).get("contextOnly", {}).items():
            if key in found.item and context != inspection.context:
                inspection.say("unknown", found.where, f"{key} is found in {context} containers only")


def check_parameters(inspection: Inspection) -> None:
    """Every parameter: a known type, its content where that type has it, numbers and flags as GTM writes them."""
    types = inspection.shapes.data["parameterTypes"]
    for found in inspection.of("parameter", "bareParameter"):
        shape = types.get(found.item.get("type"))
        if shape is None:
            inspection.say("enum", found.where, f"no parameter of real exports has the type {found.item.get('type')}")
            continue
        content = [key for key in ("value", "list", "map") if key in found.item]
        if content != shape["content"] and not (shape["empty"] and not content):
            expected = " or ".join(shape["content"]) + (" or nothing" if shape["empty"] else "")
            inspection.say("parameter", found.where, f"a {found.item['type']} holds {expected} in real exports")
        _check_scalar(inspection, found)


def _check_scalar(inspection: Inspection, found: Found) -> None:
    """Flags and numbers are text, and nothing but a flag or a number."""
    type_, value = found.item.get("type"), found.item.get("value")
    if type_ == "BOOLEAN" and value not in ("true", "false"):
        inspection.say("value", found.where, 'a BOOLEAN holds the text "true" or "false" in real exports')
    if type_ == "INTEGER" and not (isinstance(value, str) and DIGITS.fullmatch(value)):
        inspection.say("value", found.where, "an INTEGER holds digits as text in real exports")


# --- types -----------------------------------------------------------------------------------------------------------


def check_types(inspection: Inspection) -> None:
    """Tags, triggers, variables, clients, transformations: the keys and parameters of their type."""
    for found in inspection.of(*TYPED):
        shape = _shape_of(inspection, found)
        if shape is None:
            continue
        name = type_name(found.item)
        for key in shape["always"]:
            if key not in found.item:
                inspection.say("missing", found.where, f"{key} is missing; real exports have it on {found.kind} {name}")
        if "keys" in shape:
            _check_own_keys(inspection, found, shape["keys"])
        if "parameters" in shape:
            _check_own_parameters(inspection, found, shape)


def _shape_of(inspection: Inspection, found: Found) -> dict[str, Any] | None:
    """The shape of a type, learnt or by exception."""
    name = type_name(found.item)
    shape = inspection.shapes.type(inspection.context, found.kind, name)
    if shape is None and (row := inspection.excused(found.kind, name, "type")):
        model = inspection.shapes.type(inspection.context, found.kind, row.like)
        shape = row.shape(model) if model else None
    if shape is None:
        inspection.say("type", found.where, f"no {inspection.context} {found.kind} of real exports has the type {name}")
    return shape


def _check_own_keys(inspection: Inspection, found: Found, keys: Sequence[str]) -> None:
    """A trigger's keys depend on its type."""
    known = inspection.shapes.object(found.kind)["keys"]
    for key in found.item:
        if key in known and key not in keys and key not in ANY_TRIGGER:
            says = f"no {found.kind} {found.item['type']} of real exports has the key {key}"
            inspection.say("unknown", found.where, says)
    _check_order(inspection, found.where, found.item, keys)


def _check_own_parameters(inspection: Inspection, found: Found, shape: dict[str, Any]) -> None:
    """The parameters of a type: which there are, of what type, which must be there, in what order."""
    parameters = [one for one in found.item.get("parameter", ()) if isinstance(one, dict)]
    keys = [str(one.get("key")) for one in parameters]
    for parameter, key in zip(parameters, keys, strict=True):
        known = shape["parameters"].get(key, {})
        _check_parameter(inspection, found, parameter, known)
        _check_choice(inspection, found, parameter, known)
        _check_rows(inspection, f"{found.where} > parameter {key}", parameter.get("list", ()), known)
    for key in (key for key, one in shape["parameters"].items() if one.get("always") and key not in keys):
        inspection.say("missing", found.where, f"parameter {key} is missing; real exports always have it")
    for key in (key for key, count in Counter(keys).items() if count > 1):
        inspection.say("parameter", found.where, f"parameter {key} stands more than once")
    _check_parameter_order(inspection, found, keys, shape)


def _check_parameter(inspection: Inspection, found: Found, parameter: dict[str, Any], known: dict[str, Any]) -> None:
    """One parameter: known, and of a type that real exports have there."""
    key, type_, name = parameter.get("key"), parameter.get("type"), type_name(found.item)
    if type_ in known.get("types", ()) or inspection.excused(found.kind, name, f"parameter {key} {type_}"):
        return
    if known:
        says = f"parameter {key} is a {type_}, in real exports {' or '.join(known['types'])}"
    else:
        says = f"no {found.kind} {name} of real exports has the parameter {key}"
    inspection.say("parameter", found.where, says)


def _check_choice(inspection: Inspection, found: Found, parameter: dict[str, Any], known: dict[str, Any]) -> None:
    """A drop-down's value is one of those that real exports have, or comes from a variable."""
    value = parameter.get("value")
    if "values" not in known or not isinstance(value, str) or "{{" in value or value in known["values"]:
        return
    if not inspection.excused(found.kind, type_name(found.item), f"{parameter['key']} {value}"):
        says = f"{parameter['key']} is {value}, in real exports {' or '.join(known['values'])}"
        inspection.say("value", found.where, says)


def _check_rows(inspection: Inspection, where: str, rows: Sequence[Any], known: dict[str, Any]) -> None:
    """The rows of a table parameter: their columns, in order."""
    columns = known.get("columns", {})
    for number, row in enumerate(rows, start=1):
        cells = {str(cell.get("key")): cell.get("type") for cell in row.get("map", ())}
        place = f"{where} > row {number}"
        if not cells and row.get("type") not in known.get("items", ()):
            inspection.say("parameter", place, f"a {row.get('type')} stands here in no real export")
        for key, type_ in cells.items():
            if type_ not in columns.get(key, ()):
                inspection.say("parameter", place, f"no real export has a column {key} of type {type_} here")
        for key in (key for key in known.get("columnsAlways", ()) if cells and key not in cells):
            inspection.say("missing", place, f"column {key} is missing; real exports always have it")
        _check_order(inspection, place, cells, list(columns))


def _check_parameter_order(inspection: Inspection, found: Found, keys: Sequence[str], shape: dict[str, Any]) -> None:
    """Two parameters stand as in real exports, if those agree on the two."""
    orders = shape.get("orders", [list(shape["parameters"])])
    before = {(a, b) for order in orders for i, a in enumerate(order) for b in order[i + 1 :]}
    for i, first in enumerate(keys):
        for second in keys[i + 1 :]:
            if (second, first) in before and (first, second) not in before:
                says = f"parameter {first} stands before {second}; real exports have it the other way round"
                inspection.say("order", found.where, says)
                return


# --- triggers' conditions --------------------------------------------------------------------------------------------


def check_conditions(inspection: Inspection) -> None:
    """The operators of filters, and their parameters."""
    for found in inspection.of("condition"):
        operator = str(found.item.get("type"))
        shape = inspection.shapes.data["conditions"].get(operator)
        if shape is None and (row := inspection.excused("condition", operator, "type")):
            shape = inspection.shapes.data["conditions"].get(row.like)
        if shape is None:
            inspection.say("enum", found.where, f"no condition of real exports has the type {operator}")
            continue
        if found.slot not in shape["in"] and not inspection.excused("condition", operator, f"in {found.slot}"):
            inspection.say("type", found.where, f"no {found.slot} of real exports has {operator}")
        _check_arguments(inspection, found, shape["parameters"])


def _check_arguments(inspection: Inspection, found: Found, known: dict[str, Sequence[str]]) -> None:
    """arg0 is a variable, arg1 may be empty; the flags are there only when they are on."""
    arguments = {str(one.get("key")): one for one in found.item.get("parameter", ()) if isinstance(one, dict)}
    _check_order(inspection, found.where, arguments, CONDITION_PARAMETERS)
    for key, one in arguments.items():
        if one.get("type") not in (("BOOLEAN",) if key == "negate" else known.get(key, ())):
            says = f"no {found.item.get('type')} of real exports has a {one.get('type')} {key}"
            inspection.say("parameter", found.where, says)
        if key in ("ignore_case", "negate") and one.get("value") != "true":
            inspection.say("value", found.where, f"{key} stands in real exports only when it is true")
    for key in ("arg0", "arg1"):
        if key not in arguments:
            inspection.say("missing", found.where, f"{key} is missing; every condition of real exports has it")
    if not REFERENCE.fullmatch(str(arguments.get("arg0", {}).get("value", ""))):
        inspection.say("value", found.where, "arg0 is no {{variable}}, as it is in real exports")


def check_custom_events(inspection: Inspection) -> None:
    """A custom event trigger has one customEventFilter, and that looks at the event's name (441 of 441)."""
    for found in inspection.of("trigger"):
        filters = found.item.get("customEventFilter", ())
        looked_at = [one.get("value") for each in filters for one in each["parameter"] if one.get("key") == "arg0"]
        if filters and looked_at != ["{{_event}}"]:
            inspection.say("value", found.where, "customEventFilter is not one condition on {{_event}}")


# --- header, enums, built-ins ----------------------------------------------------------------------------------------


def check_header(inspection: Inspection) -> None:
    """The export's own fields, and what container and version say of themselves."""
    version, container = inspection.version, inspection.version["container"]
    if inspection.export.get("exportFormatVersion") != 2:
        inspection.say("header", "export", "exportFormatVersion is not 2")
    if not EXPORT_TIME.fullmatch(str(inspection.export.get("exportTime"))):
        inspection.say("header", "export", "exportTime is not written YYYY-MM-DD HH:MM:SS")
    if container.get("features") != inspection.shapes.data["features"][inspection.context]:
        inspection.say("header", "container", f"features are not those of a {inspection.context} container of today")
    if container.get("tagIds") != [container.get("publicId")]:
        inspection.say("header", "container", "tagIds is not a list of the publicId alone")
    for address, pattern in inspection.shapes.data["addresses"].items():
        owner, key = address.split(".")
        item = container if owner == "container" else version
        expected = re.sub(r"\{(\w+)\}", lambda match: str(version.get(match[1])), pattern)
        if item.get(key) != expected:
            inspection.say("header", owner, f"{key} is {item.get(key)!r}; made like in real exports it is {expected!r}")


def check_enums(inspection: Inspection) -> None:
    """The words that GTM defines, wherever one stands."""
    for found in inspection.of("tag", "consentSettings"):
        for name in ("tagFiringOption", "consentStatus"):
            _check_enum(inspection, found.where, name, found.item.get(name))
    for found in inspection.of("consentSettings"):
        consents = found.item.get("consentType", {}).get("list", ())
        for one in consents:
            _check_enum(inspection, found.where, "consentType", one.get("value"))
        if bool(consents) != (found.item.get("consentStatus") == "NEEDED"):
            inspection.say("value", found.where, "real exports have a consentType exactly when consent is NEEDED")


def _check_enum(inspection: Inspection, where: str, name: str, word: str | None) -> None:
    """One word."""
    words = inspection.shapes.data["enums"][name]
    if word is not None and word not in words and not inspection.excused("enum", name, word):
        inspection.say("enum", where, f"{name} is {word}, in real exports {' or '.join(words)}")


def check_built_ins(inspection: Inspection) -> None:
    """A built-in variable is called what GTM calls it."""
    names = inspection.shapes.data["builtInVariables"][inspection.context]
    for found in inspection.of("builtInVariable"):
        type_, name = str(found.item.get("type")), found.item.get("name")
        if names.get(type_) != name and not inspection.excused("builtInVariable", type_, f"name {name}"):
            says = f"{type_} is called {name!r}, in real exports {names.get(type_, 'it does not occur')!r}"
            inspection.say("builtin", found.where, says)


# --- identity --------------------------------------------------------------------------------------------------------


def check_owners(inspection: Inspection) -> None:
    """Every entity belongs to the account and container of the version."""
    for found in inspection.of("container", "builtInVariable", *ID_KEYS):
        for key in ("accountId", "containerId"):
            if found.item.get(key) != inspection.version.get(key):
                inspection.say("owner", found.where, f"{key} is not the version's")


def check_ids(inspection: Inspection) -> None:
    """Ids are digits and count all entities of a container together (67 of 68 exports since 2019)."""
    seen: dict[str, str] = {}
    for found in inspection.of(*ID_KEYS):
        id_ = str(found.item.get(ID_KEYS[found.kind]))
        if id_ in seen:
            inspection.say("id", found.where, f"the id {id_} is {seen[id_]}'s already")
        seen[id_] = found.where
    for found in inspection.of("container", "containerVersion", *ID_KEYS):
        for key in ("accountId", "containerId", "containerVersionId", "parentFolderId", *ID_KEYS.values()):
            if key in found.item and not DIGITS.fullmatch(str(found.item[key])):
                inspection.say("id", found.where, f"{key} is not made of digits")
        if "fingerprint" in found.item and not FINGERPRINT.fullmatch(str(found.item["fingerprint"])):
            inspection.say("id", found.where, "fingerprint is not 13 digits")


def check_names(inspection: Inspection) -> None:
    """Names are unique within a kind, whatever their case; variables share theirs with the enabled built-ins."""
    seen: dict[tuple[str, str], str] = {}
    for found in inspection.of("builtInVariable", *ID_KEYS):
        name = str(found.item.get("name"))
        kind = "variable" if found.kind == "builtInVariable" else found.kind
        same = seen.get((kind, name.strip().casefold()))
        if same is not None:
            inspection.say("name", found.where, f"has the name of another {kind}, {same!r}; GTM ignores case")
        seen[kind, name.strip().casefold()] = name
        if name != name.strip():
            inspection.say("name", found.where, "the name begins or ends with a space, which GTM takes away")


# --- references ------------------------------------------------------------------------------------------------------


def check_links(inspection: Inspection) -> None:
    """Folders, triggers, tags and custom templates that something points at are there."""
    ids = {kind: {str(one.item.get(key)) for one in inspection.of(kind)} for kind, key in ID_KEYS.items()}
    tags = {found.item.get("name") for found in inspection.of("tag")}
    templates = set(_template_types(inspection))
    for found in inspection.of(*TYPED):
        folder = found.item.get("parentFolderId")
        if folder is not None and folder not in ids["folder"]:
            inspection.say("dangling", found.where, f"parentFolderId {folder} is no folder of this container")
        if type_name(found.item) == TEMPLATES and found.item["type"] not in templates:
            inspection.say("dangling", found.where, f"{found.item['type']} is no custom template of this container")
        for key in ("firingTriggerId", "blockingTriggerId"):
            for id_ in found.item.get(key, ()):
                _check_trigger_id(inspection, found.where, f"{key} {id_}", id_, ids["trigger"])
    for found in inspection.of("parameter", "bareParameter"):
        value = str(found.item.get("value"))
        if found.item.get("type") == "TRIGGER_REFERENCE":
            _check_trigger_id(inspection, found.where, value, value, ids["trigger"])
        if found.item.get("type") == "TAG_REFERENCE" and "{{" not in value and value not in tags:
            inspection.say("dangling", found.where, f"{value!r} is no tag of this container")


def _template_types(inspection: Inspection) -> Iterator[str]:
    """What a custom template's tags and variables have as type: by its own id, or by the gallery's."""
    for found in inspection.of("customTemplate"):
        yield f"cvt_{inspection.version.get('containerId')}_{found.item.get('templateId')}"
        if gallery := found.item.get("galleryReference", {}).get("galleryTemplateId"):
            yield f"cvt_{gallery}"


def _check_trigger_id(inspection: Inspection, where: str, what: str, id_: str, ids: Set[str]) -> None:
    """A trigger's id: of this container, or one of GTM's own."""
    reserved = DIGITS.fullmatch(str(id_)) and int(id_) >= RESERVED_TRIGGERS
    if id_ not in ids and not reserved:
        inspection.say("dangling", where, f"{what} is no trigger of this container and none of GTM's own")


def check_variables(inspection: Inspection) -> None:
    """Every {{name}} is a variable, an enabled built-in or expected; every enabled built-in is used."""
    built_ins = {str(found.item.get("name")) for found in inspection.of("builtInVariable")}
    variables = {str(found.item.get("name")) for found in inspection.of("variable")}
    known = built_ins | variables | RESERVED_VARIABLES | inspection.expects
    used: set[str] = set()
    for found in inspection.of(*TYPED):
        names = {name for text in _texts(found.item) for name in REFERENCE.findall(text)}
        used |= names
        for name in sorted(names - known):
            inspection.say("unresolved", found.where, f"{{{{{name}}}}} is no variable and no enabled built-in")
    for name in sorted(built_ins - used):
        inspection.say("unused", f'builtInVariable "{name}"', "is enabled and nothing refers to it")


def _texts(value: Any) -> Iterator[str]:
    """Every string in which GTM looks for {{…}}: not names, not notes."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key not in ("name", "notes"):
                yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


CHECKS: tuple[Callable[[Inspection], None], ...] = (
    check_keys,
    check_context_keys,
    check_parameters,
    check_types,
    check_conditions,
    check_custom_events,
    check_header,
    check_enums,
    check_built_ins,
    check_owners,
    check_ids,
    check_names,
    check_links,
    check_variables,
)
