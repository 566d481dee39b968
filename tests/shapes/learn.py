"""Learns from real Google Tag Manager exports which keys stand where, which are always there and what they hold.

    python tests/shapes/learn.py            rewrites shapes.json
    python tests/shapes/learn.py --check    says whether it is current: exit 1 if it is stale, 2 without the exports

The exports belong to the people who published them and are no part of this repository. They are looked for in the
folder that the environment variable GTMGEN_CORPUS names (it holds `genuine/`), else in `../shared/corpus` beside the
repository. Only shapes are kept: keys, their order, parameter keys and types, and words that GTM itself defines.
Nothing of what somebody called or wrote into a container gets into the table; of custom templates (`cvt_…`) not even
parameter keys.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SHAPES = HERE / "shapes.json"
ROOT = HERE.parents[1]

CONTEXTS = ("SERVER", "WEB")
"""What gtmgen writes. AMP and mobile containers have triggers and variables of their own."""

MODERN = "2023"
"""Exports from this year on show what GTM writes today; older ones lack features, tagIds, consentSettings and more."""

ID_KEYS = {
    "tag": "tagId",
    "trigger": "triggerId",
    "variable": "variableId",
    "folder": "folderId",
    "customTemplate": "templateId",
    "client": "clientId",
    "transformation": "transformationId",
}
"""The kinds of things that a container holds by id and name. Built-in variables have no id."""

TYPED = ("tag", "trigger", "variable", "client", "transformation")
"""Kinds whose `type` decides which keys and parameters there are."""

GRAMMAR: dict[str, dict[str, str]] = {
    "export": {"containerVersion": "containerVersion"},
    "containerVersion": {
        "container": "container",
        "builtInVariable": "builtInVariable",
        **{kind: kind for kind in ID_KEYS},
    },
    "container": {"features": "features"},
    "tag": {
        "parameter": "parameter",
        "priority": "bareParameter",
        "monitoringMetadata": "bareParameter",
        "consentSettings": "consentSettings",
        "setupTag": "setupTag",
        "teardownTag": "teardownTag",
    },
    "consentSettings": {"consentType": "bareParameter"},
    "trigger": {
        "parameter": "parameter",
        **dict.fromkeys(("filter", "customEventFilter", "autoEventFilter"), "condition"),
        **dict.fromkeys(("waitForTags", "checkValidation", "waitForTagsTimeout", "uniqueTriggerId"), "bareParameter"),
        **dict.fromkeys(("eventName", "interval", "limit"), "bareParameter"),
    },
    "condition": {"parameter": "parameter"},
    "variable": {"parameter": "parameter", "formatValue": "formatValue"},
    "client": {"parameter": "parameter"},
    "transformation": {"parameter": "parameter"},
    "customTemplate": {"galleryReference": "galleryReference"},
    "parameter": {"list": "bareParameter", "map": "parameter"},
    "bareParameter": {"list": "bareParameter", "map": "parameter"},
}
"""Which kind of object stands under which key of which kind (Tag Manager API v2, ContainerVersion and below).

A parameter has a key inside `parameter` and `map`; inside `list` and as a field of its own it is bare.
"""

OPTIONAL = {
    "containerVersion": {*ID_KEYS, "builtInVariable", "name", "description"},
    "tag": {"notes", "priority", "parentFolderId", "blockingTriggerId", "setupTag", "teardownTag", "paused"},
    "trigger": {"notes", "parentFolderId", "filter", "autoEventFilter"},
    "variable": {"notes", "parentFolderId"},
    "client": {"notes", "parentFolderId", "priority"},
    "transformation": {"notes", "parentFolderId"},
    "folder": {"notes"},
}
"""Keys that are there because somebody wanted them: never learnt as always there, however few exports lack them."""

ELSEWHERE: dict[str, tuple[tuple[str, str], ...]] = {
    "tag": (("notes", "priority"),),
    "trigger": (("parentFolderId", "parameter"),),
}
"""Pairs of keys that no object of the corpus has together, in the order of published exports that it does not hold."""

CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    ("client", "gaaw_client"): ("cookieManagement",),
    ("client", "ua_client"): ("cookieManagement",),
    ("tag", "fls"): ("countingMethod",),
    ("tag", "gaawe"): ("getEcommerceDataFrom",),
    ("tag", "http_request"): ("httpMethod",),
    ("tag", "sgtmadsct"): ("newCustomerDataSource", "productReportingDataSource"),
    ("tag", "sgtmadsremarket"): ("customParamsFormat", "remarketingEventDataSource"),
    ("tag", "sgtmfls"): ("ordinalType", "uniqueParamsDataSource"),
    ("tag", "sgtmgaaw"): ("epToIncludeDropdown", "upToIncludeDropdown"),
    ("tag", "ua"): ("trackType",),
    ("trigger", "YOU_TUBE_VIDEO"): ("radioButtonGroup1", "triggerStartOption"),
    ("variable", "aev"): ("component", "varType"),
    ("variable", "awec"): ("mode",),
    ("variable", "u"): ("component",),
    ("variable", "v"): ("dataLayerVersion",),
    ("variable", "vis"): ("outputMethod", "selectorType"),
}
"""Parameters that are a drop-down list in GTM's own dialogs: their values are GTM's words and may be learnt."""

TEMPLATES = "cvt_*"
"""The one entry that stands for all custom templates' types: their parameters are their authors'."""

CONTENT = ("value", "list", "map")
"""Where a parameter holds what it holds."""

# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Export:
    """One real export."""

    name: str
    data: dict[str, Any]

    @property
    def version(self) -> dict[str, Any]:
        """The container version, which holds everything."""
        version: dict[str, Any] = self.data["containerVersion"]
        return version

    @property
    def context(self) -> str:
        """WEB or SERVER."""
        return context_of(self.data)

    @property
    def modern(self) -> bool:
        """Whether today's GTM wrote it."""
        return str(self.data["exportTime"]) >= MODERN


@dataclass(frozen=True, slots=True)
class Found:
    """An object inside an export."""

    kind: str
    """What it is, in the words of GRAMMAR."""
    slot: str
    """The key it stands under."""
    where: str
    """Where it is, for people: `trigger "Purchase" > filter 1`."""
    item: dict[str, Any]


def corpus() -> Path | None:
    """The folder with the real exports, or None where this machine does not have them."""
    folder = Path(os.environ.get("GTMGEN_CORPUS") or ROOT.parent / "shared" / "corpus")
    return folder if (folder / "genuine").is_dir() else None


def read_exports(folder: Path) -> list[Export]:
    """The exports that GTM itself wrote, web and server containers only, by file name."""
    files = sorted((folder / "genuine").glob("*.json"))
    exports = [Export(file.name, json.loads(file.read_text(encoding="utf-8"))) for file in files]
    return [export for export in exports if export.context in CONTEXTS]


def context_of(data: dict[str, Any]) -> str:
    """What kind of container an export holds; "" where it does not say."""
    match data:
        case {"containerVersion": {"container": {"usageContext": [str(context), *_]}}}:
            return context
    return ""


def type_name(item: dict[str, Any]) -> str:
    """The type of a tag, trigger, variable …, with every custom template's own under one name."""
    name = str(item.get("type", ""))
    return TEMPLATES if name.startswith("cvt_") else name


def walk(item: dict[str, Any], kind: str = "export", slot: str = "", where: str = "export") -> Iterator[Found]:
    """Every object of an export that GRAMMAR knows, from the outside in."""
    yield Found(kind, slot, where, item)
    for key, value in item.items():
        child = GRAMMAR.get(kind, {}).get(key)
        if child is None:
            continue
        several = isinstance(value, list)
        for number, one in enumerate(value if several else [value], start=1):
            if isinstance(one, dict):
                label = _label(child, key, one, number if several else 0)
                yield from walk(one, child, key, label if kind == "containerVersion" else _under(where, label))


def _label(kind: str, key: str, item: dict[str, Any], number: int) -> str:
    """What to call an object: by its name, by its key, else by its number in the list."""
    if kind in ID_KEYS or kind == "builtInVariable":
        return f'{kind} "{item.get("name", number)}"'
    if kind == "parameter":
        return f"parameter {item.get('key', number)}"
    return f"{key} {number}" if number else key


def _under(where: str, label: str) -> str:
    """The place of an object inside another."""
    return label if where == "export" else f"{where} > {label}"


def json_type(value: Any) -> str:
    """The JSON type of a value; of a list also what is in it."""
    if isinstance(value, list):
        return " or ".join(sorted({f"{json_type(one)}s" for one in value})) or "empty list"
    names = {bool: "boolean", int: "integer", float: "float", str: "string", dict: "object", type(None): "null"}
    return names[type(value)]


# --- order -----------------------------------------------------------------------------------------------------------


def total_order(sequences: Iterable[Sequence[str]], known: Iterable[tuple[str, str]] = ()) -> list[str]:
    """One order of all names that contradicts the sequences as little as possible.

    For two names the order that most sequences have; for names that never meet, what is known from elsewhere, else
    whichever stands further ahead on average, else the alphabet.
    """
    seen = [tuple(sequence) for sequence in sequences]
    before = Counter((a, b) for sequence in seen for i, a in enumerate(sequence) for b in sequence[i + 1 :])
    before.update({(a, b): 1 for a, b in known if not before[a, b] and not before[b, a]})
    places: dict[str, list[float]] = defaultdict(list)
    for sequence in seen:
        for place, name in enumerate(sequence):
            places[name].append(place / len(sequence))
    rank = {name: (sum(at) / len(at), name) for name, at in places.items()}
    order: list[str] = []
    while rank:
        free = [b for b in rank if not any(before[a, b] > before[b, a] for a in rank if a != b)]
        name = min(free or rank, key=rank.__getitem__)
        del rank[name]
        order.append(name)
    return order


def distinct_orders(sequences: Iterable[Sequence[str]]) -> list[list[str]]:
    """The orders that were seen, without those that are a part of another one; longest first."""
    kept: list[tuple[str, ...]] = []
    for sequence in sorted({tuple(sequence) for sequence in sequences}, key=lambda one: (-len(one), one)):
        if not any(_is_part(sequence, longer) for longer in kept):
            kept.append(sequence)
    return [list(sequence) for sequence in kept]


def _is_part(short: Sequence[str], long: Sequence[str]) -> bool:
    """Whether all of `short` stands in `long` in the same order."""
    rest = iter(long)
    return all(name in rest for name in short)


# --- objects: keys, their order, their JSON types, which are always there --------------------------------------------


def learn_objects(exports: Sequence[Export], types: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Every kind of object: its keys in order with their JSON types, and those that every object of it has.

    Args:
        exports: of web and server containers alike; their objects differ in nothing but what `contextOnly` tells.
        types: what `learn_types` says, by context and kind.
    """
    objects: dict[str, list[_Object]] = defaultdict(list)
    for export in exports:
        for found in walk(export.data):
            objects[found.kind].append(_Object(export, found.item))
    shapes = {kind: _object_shape(kind, items) for kind, items in sorted(objects.items())}
    for kind in TYPED:
        # what one type has and another lacks is told with the types
        of_kind = [shape for kinds in types.values() for shape in kinds.get(kind, {}).values()]
        shapes[kind]["always"] = [
            key for key in shapes[kind]["keys"] if all(key in shape["always"] for shape in of_kind)
        ]
    return shapes


@dataclass(frozen=True, slots=True)
class _Object:
    """An object and the export it comes from."""

    export: Export
    item: dict[str, Any]


def _object_shape(kind: str, items: Sequence[_Object]) -> dict[str, Any]:
    """Keys from all years, since their order never changed; what is always there from today's exports."""
    keys = {
        key: " or ".join(sorted({json_type(one.item[key]) for one in items if key in one.item}))
        for key in total_order((tuple(one.item) for one in items), ELSEWHERE.get(kind, ()))
    }
    today = _modern(items) or items
    always = [key for key in keys if all(key in one.item for one in today)]
    shape = {"always": [key for key in always if key not in OPTIONAL.get(kind, ())], "keys": keys, "seen": len(items)}
    if kind in ("container", "containerVersion"):
        shape["contextOnly"] = _context_only(items, set(keys) - {"name", "description"})
    return shape


def _context_only(items: Sequence[_Object], keys: Iterable[str]) -> dict[str, str]:
    """The keys that only web or only server containers have, with the context that has them."""
    contexts = {key: {one.export.context for one in items if key in one.item} for key in sorted(keys)}
    return {key: seen.pop() for key, seen in contexts.items() if len(seen) == 1}


def _modern(items: Iterable[_Object]) -> list[_Object]:
    """Those that today's GTM wrote."""
    return [one for one in items if one.export.modern]


# --- types: tags, triggers, variables, clients, transformations ------------------------------------------------------


def learn_types(exports: Sequence[Export]) -> dict[str, dict[str, Any]]:
    """By kind and type: how often it was seen, which keys it always has, and its parameters."""
    samples: dict[str, dict[str, list[_Object]]] = defaultdict(lambda: defaultdict(list))
    for export in exports:
        for kind in TYPED:
            for item in export.version.get(kind, ()):
                samples[kind][type_name(item)].append(_Object(export, item))
    return {kind: _types_of(kind, by_type) for kind, by_type in sorted(samples.items())}


def _types_of(kind: str, by_type: dict[str, list[_Object]]) -> dict[str, Any]:
    """The types of one kind. A type that no export of today has is taken to have what most types have today."""
    today = {name: _always(kind, modern) for name, samples in by_type.items() if (modern := _modern(samples))}
    shares = Counter(key for keys in today.values() for key in keys)
    most = {key for key, count in shares.items() if count * 2 > len(today)}
    shapes = {}
    for name, samples in sorted(by_type.items()):
        always = today.get(name) or _always(kind, samples) | most
        shapes[name] = _type_shape(kind, name, samples, always)
    return shapes


def _always(kind: str, samples: Sequence[_Object]) -> set[str]:
    """The keys that GTM's own dialogs write: those that most exports show, on one object at least.

    Not simply those of all objects: tags and variables that came in through the API or an import lack tagFiringOption,
    formatValue and the like until somebody saves them, and stand beside complete ones in the same export.
    """
    by_file: dict[str, set[str]] = defaultdict(set)
    for sample in samples:
        by_file[sample.export.name].update(sample.item)
    shares = Counter(key for keys in by_file.values() for key in keys)
    return {key for key, count in shares.items() if count * 2 > len(by_file)} - OPTIONAL[kind]


def _type_shape(kind: str, name: str, samples: Sequence[_Object], always: set[str]) -> dict[str, Any]:
    """What the table says about one type."""
    if name == TEMPLATES:
        always = always - {"parameter"}  # a template without fields gives its tags no parameters
    shape: dict[str, Any] = {
        "always": always,
        "files": len({sample.export.name for sample in samples}),
        "seen": len(samples),
        "seenToday": len(_modern(samples)),
    }
    if kind == "trigger":  # which keys a trigger has depends on its type; elsewhere only parameters do
        shape["keys"] = total_order(tuple(sample.item) for sample in samples)
    if name != TEMPLATES:
        whole = [s.item for s in samples if not s.export.modern or always <= set(s.item)]
        shape |= _parameters(kind, name, [sample.item for sample in samples], whole)
    return shape


def _parameters(
    kind: str, name: str, items: Sequence[dict[str, Any]], whole: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """The parameters of a type, in the order most exports have; and the orders seen, where they differ."""
    sequences = [tuple(parameter["key"] for parameter in item.get("parameter", ())) for item in items]
    always = [{parameter["key"] for parameter in item.get("parameter", ())} for item in whole]
    parameters = {
        key: _parameter(
            [p for item in items for p in item.get("parameter", ()) if p["key"] == key],
            always=all(key in keys for keys in always),
            choice=key in CHOICES.get((kind, name), ()),
        )
        for key in total_order(sequences)
    }
    orders = distinct_orders(sequences)
    return {"parameters": parameters} | ({"orders": orders} if len(orders) > 1 else {})


def _parameter(seen: Sequence[dict[str, Any]], *, always: bool, choice: bool) -> dict[str, Any]:
    """One parameter of a type: its types, and what a table has for columns."""
    shape: dict[str, Any] = {"types": sorted({parameter["type"] for parameter in seen})}
    if always:
        shape["always"] = True
    if choice:
        shape["values"] = sorted({p["value"] for p in seen if "value" in p and "{{" not in p["value"]})
    rows = [row for parameter in seen for row in parameter.get("list", ())]
    tables = [row["map"] for row in rows if "map" in row]
    if tables:
        shape["columns"] = _columns(tables)
        shape["columnsAlways"] = [key for key in shape["columns"] if all(_has(table, key) for table in tables)]
    if bare := sorted({row["type"] for row in rows if "map" not in row}):
        shape["items"] = bare
    return shape


def _columns(tables: Sequence[Sequence[dict[str, Any]]]) -> dict[str, list[str]]:
    """The columns of a table's rows, in order, with the types of their cells."""
    order = total_order(tuple(cell["key"] for cell in table) for table in tables)
    return {key: sorted({c["type"] for table in tables for c in table if c["key"] == key}) for key in order}


def _has(table: Iterable[dict[str, Any]], key: str) -> bool:
    """Whether a table's row has a cell in this column."""
    return any(cell["key"] == key for cell in table)


def _without_common(kinds: dict[str, dict[str, Any]], objects: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The same types with `always` short: without what all types of the kind have, in the kind's order."""
    return {
        kind: {
            name: shape | {"always": [k for k in objects[kind]["keys"] if k in shape["always"] - _base(objects, kind)]}
            for name, shape in shapes.items()
        }
        for kind, shapes in kinds.items()
    }


def _base(objects: dict[str, Any], kind: str) -> set[str]:
    """What every object of a kind always has."""
    return set(objects[kind]["always"])


# --- the rest --------------------------------------------------------------------------------------------------------


def learn_conditions(exports: Sequence[Export]) -> dict[str, Any]:
    """The operators of triggers' filters: in which filters they stand, and their parameters."""
    conditions: dict[str, list[tuple[str, Found]]] = defaultdict(list)
    for export in exports:
        for found in walk(export.data):
            if found.kind == "condition":
                conditions[found.item["type"]].append((export.name, found))
    return {operator: _condition(seen) for operator, seen in sorted(conditions.items())}


def _condition(seen: Sequence[tuple[str, Found]]) -> dict[str, Any]:
    """One operator."""
    tables = [found.item["parameter"] for _, found in seen]
    return {
        "files": len({name for name, _ in seen}),
        "in": sorted({found.slot for _, found in seen}),
        "parameters": _columns(tables),
        "seen": len(seen),
    }


def learn_parameter_types(exports: Sequence[Export]) -> dict[str, Any]:
    """For every parameter type where its content stands, and whether it can be left out (which means empty)."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for export in exports:
        for found in walk(export.data):
            if found.kind in ("parameter", "bareParameter"):
                content = [key for key in CONTENT if key in found.item]
                seen[found.item["type"]][" and ".join(content)] += 1
    return {
        name: {"content": sorted(filter(None, counts)), "empty": "" in counts, "seen": counts.total()}
        for name, counts in sorted(seen.items())
    }


def learn_enums(exports: Sequence[Export]) -> dict[str, list[str]]:
    """The words that GTM defines and that are neither a type nor a parameter."""
    seen: dict[str, set[str]] = defaultdict(set)
    for export in exports:
        for tag in export.version.get("tag", ()):
            consent = tag.get("consentSettings", {})
            seen["consentStatus"].update(filter(None, [consent.get("consentStatus")]))
            seen["consentType"].update(one["value"] for one in consent.get("consentType", {}).get("list", ()))
            seen["tagFiringOption"].update(filter(None, [tag.get("tagFiringOption")]))
        seen["usageContext"].update(export.version["container"]["usageContext"])
    return {name: sorted(words) for name, words in sorted(seen.items())}


def learn_built_ins(exports: Sequence[Export]) -> dict[str, str]:
    """The English name under which each built-in variable is referred to."""
    pairs = {(one["type"], one["name"]) for export in exports for one in export.version.get("builtInVariable", ())}
    names = dict(sorted(pairs))
    if len(names) != len(pairs):
        raise ValueError("a built-in variable has two names; the table has room for one")
    return names


def learn_features(exports: Sequence[Export]) -> dict[str, bool]:
    """What `container.features` says in today's exports; the same in all of them."""
    flags = [export.version["container"]["features"] for export in exports if export.modern]
    if any(one != flags[0] for one in flags):
        raise ValueError("exports of today disagree on container.features; the table has room for one answer")
    return dict(sorted(flags[0].items()))


def learn_addresses(exports: Sequence[Export]) -> dict[str, str]:
    """How paths and links are made of ids: the same in all exports."""
    seen: dict[str, set[str]] = defaultdict(set)
    for export in exports:
        for name, item in (("container", export.version["container"]), ("containerVersion", export.version)):
            for key in ("path", "tagManagerUrl"):
                seen[f"{name}.{key}"].add(_pattern(item[key], export.version))
    if any(len(patterns) != 1 for patterns in seen.values()):
        raise ValueError("exports disagree on how a path or link is made; the table has room for one way")
    return {name: patterns.pop() for name, patterns in sorted(seen.items())}


def _pattern(text: str, version: dict[str, Any]) -> str:
    """A path with the names of its ids instead of the ids."""
    for segment, key in (("accounts", "accountId"), ("containers", "containerId"), ("versions", "containerVersionId")):
        text = text.replace(f"{segment}/{version[key]}", f"{segment}/{{{key}}}")
    return text


def learn(exports: Sequence[Export]) -> dict[str, Any]:
    """The whole table."""
    by_context = {context: [export for export in exports if export.context == context] for context in CONTEXTS}
    types = {context: learn_types(some) for context, some in by_context.items()}
    objects = learn_objects(exports, types)
    return {
        "about": "Learnt from real exports by tests/shapes/learn.py: run it, do not edit. keys, parameters, columns "
        "and orders stand as exports have them, all else is sorted. seenToday: in exports since " + MODERN,
        "addresses": learn_addresses(exports),
        "builtInVariables": {context: learn_built_ins(some) for context, some in by_context.items()},
        "conditions": learn_conditions(exports),
        "enums": learn_enums(exports),
        "features": {context: learn_features(some) for context, some in by_context.items()},
        "files": {
            context: {"all": len(some), "today": sum(export.modern for export in some)}
            for context, some in by_context.items()
        },
        "objects": objects,
        "parameterTypes": learn_parameter_types(exports),
        "types": {context: _without_common(kinds, objects) for context, kinds in types.items()},
    }


# --- writing ---------------------------------------------------------------------------------------------------------


def dump(value: Any, indent: int = 0, before: int = 0, width: int = 120) -> str:
    """JSON that can be reviewed: what fits on a line stands on one.

    Args:
        value: what to write.
        indent: how deep it stands.
        before: how much of the line is taken by what stands before it, a comma behind it included.
        width: how long a line may be.
    """
    flat = json.dumps(value, ensure_ascii=False)
    if before + len(flat) <= width or not isinstance(value, dict | list) or not value:
        return flat
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        keys = [f"{pad}{json.dumps(key)}: " for key in value]
        lines = [
            key + dump(one, indent + 1, len(key) + 1, width) for key, one in zip(keys, value.values(), strict=True)
        ]
        opening, closing = "{", "}"
    else:
        lines = [pad + dump(one, indent + 1, len(pad) + 1, width) for one in value]
        opening, closing = "[", "]"
    return opening + "\n" + ",\n".join(lines) + "\n" + " " * indent + closing


def table(folder: Path) -> str:
    """The text of shapes.json as these exports would have it."""
    return dump(learn(read_exports(folder))) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the table, or says whether it is current."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if shapes.json is stale")
    check = parser.parse_args(arguments).check
    folder = corpus()
    if folder is None:
        print("the real exports are not here: set GTMGEN_CORPUS to the folder that holds genuine/", file=sys.stderr)
        return 2
    text = table(folder)
    if not check:
        SHAPES.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if not SHAPES.exists() or SHAPES.read_text(encoding="utf-8") != text:
        print("shapes.json is stale: run python tests/shapes/learn.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
