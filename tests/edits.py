"""Edits of an export, each as GTM makes it, with what must be said of it. An edit that finds nothing to do returns False."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from typing import Any

from gtmgen.container.built_in import BUILT_IN
from tests.mutate import Entity, Mutation
from tests.shake import IDS, Export, below, entities

Edit = Callable[[Mutation], bool]
EDITS: list[Edit] = []
"""All of them; those of `tests/edits_inside.py` too, once that has been imported."""
_KEPT = {"name", "notes", "templateData"}  # where GTM looks for no variable


def edit(function: Edit) -> Edit:
    EDITS.append(function)
    return function


def mutated(export: Export, seed: int, count: int, edits: Sequence[Edit] = EDITS) -> Mutation:
    """An export with a number of edits, fewer where it does not have enough to edit."""
    mutation = Mutation(export, random.Random(seed))
    for _ in range(4 * count):
        if len(mutation.log) < count:
            chosen = mutation.rng.choice(edits)
            if chosen(mutation):
                mutation.log.append(chosen.__name__)
    return mutation


# What is called otherwise


def _renamed(m: Mutation, kind: str) -> tuple[str, str] | None:
    row = m.pick(m.all(kind))
    if not row or not m.free(kind, row, "name"):
        return None
    was, name = row["name"], m.fresh(m.rng.choice([f"{row['name']} v2", "Renamed"]))
    row["name"] = name
    return was, name


@edit
def rename_what_is_referred_to_by_id(m: Mutation) -> bool:
    return bool(_renamed(m, m.rng.choice(["trigger", "folder", "customTemplate", "client", "transformation"])))


@edit
def rename_a_tag(m: Mutation) -> bool:
    if not (names := _renamed(m, "tag")):
        return False
    for _, row in entities(m.after):
        for one in below(row):
            if one.get("tagName") == names[0]:
                one["tagName"] = names[1]
            if one.get("type") == "TAG_REFERENCE" and one.get("value") == names[0]:
                one["value"] = names[1]
    return True


@edit
def rename_a_variable(m: Mutation) -> bool:
    if not (names := _renamed(m, "variable")):
        return False
    for _, row in entities(m.after):
        row |= {key: _replaced(value, *names) for key, value in row.items() if key not in _KEPT}
    m.loose = {(user, names[1] if target == names[0] else target) for user, target in m.loose}
    return True


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace("{{" + old + "}}", "{{" + new + "}}")
    if isinstance(value, list):
        return [_replaced(inner, old, new) for inner in value]
    return {key: _replaced(inner, old, new) for key, inner in value.items()} if isinstance(value, dict) else value


# Triggers


def _condition(m: Mutation) -> tuple[Entity, list[Any], int] | None:
    field = m.rng.choice(["filter", "customEventFilter", "autoEventFilter"])
    trigger = m.pick(row for row in m.all("trigger") if isinstance(row.get(field), list) and row[field])
    if not trigger or not m.free("trigger", trigger, field):
        return None
    m.says("trigger", trigger, field)
    return trigger, trigger[field], m.rng.randrange(len(trigger[field]))


@edit
def change_a_condition(m: Mutation) -> bool:
    if not (found := _condition(m)):
        return False
    _, conditions, i = found
    row = conditions[i] = copy.deepcopy(conditions[i])
    keys = {one["key"]: one for one in row["parameter"]}
    how = m.rng.choice(["op", "arg0", "arg1", "negate", "ignore_case"])
    if how == "op":
        row["type"] = m.rng.choice(
            sorted({"EQUALS", "CONTAINS", "STARTS_WITH", "ENDS_WITH", "MATCH_REGEX"} - {row["type"]})
        )
    elif how in keys and how.startswith("arg"):
        keys[how]["value"] = m.fresh("/other")
    elif how in keys:
        row["parameter"].remove(keys[how])
    else:
        row["parameter"].append({"type": "BOOLEAN", "key": how if how[:3] != "arg" else "negate", "value": "true"})
    return True


@edit
def add_a_condition(m: Mutation) -> bool:
    if not (found := _condition(m)):
        return False
    parameter = [
        {"type": "TEMPLATE", "key": f"arg{i}", "value": value} for i, value in enumerate(["{{_event}}", m.fresh("e")])
    ]
    found[1].insert(found[2], {"type": "CONTAINS", "parameter": parameter})
    return True


@edit
def remove_a_condition(m: Mutation) -> bool:
    if not (found := _condition(m)):
        return False
    del found[1][found[2]]
    return True


# Tags: when they fire


def _listed(m: Mutation, tag: Entity, field: str) -> bool:
    trigger = m.pick(row for row in m.all("trigger") if row.get("triggerId") not in (tag.get(field) or []))
    if not trigger or not m.free("tag", tag, field):
        return False
    tag[field] = [*(tag.get(field) or []), trigger["triggerId"]]
    return m.says("tag", tag, field)


@edit
def add_a_trigger_to_a_tag(m: Mutation) -> bool:
    tag = m.pick(m.all("tag"))
    return bool(tag) and _listed(m, tag or {}, m.rng.choice(["firingTriggerId", "blockingTriggerId"]))


@edit
def take_a_trigger_from_a_tag(m: Mutation) -> bool:
    field = m.rng.choice(["firingTriggerId", "blockingTriggerId"])
    tag = m.pick(row for row in m.all("tag") if row.get(field))
    if not tag or not m.free("tag", tag, field):
        return False
    del tag[field][m.rng.randrange(len(tag[field]))]
    return m.says("tag", tag, field)


@edit
def pause_or_resume(m: Mutation) -> bool:
    tag = m.pick(m.all("tag"))
    if not tag or not m.free("tag", tag, "paused"):
        return False
    tag["paused"] = not tag.get("paused", False)
    return m.says("tag", tag, "paused")


@edit
def change_how_a_tag_fires(m: Mutation) -> bool:
    field, value = m.rng.choice(
        [
            ("tagFiringOption", "UNLIMITED"),
            ("priority", {"type": "INTEGER", "value": str(m.rng.randrange(1, 99))}),
            (
                "consentSettings",
                {
                    "consentStatus": "NEEDED",
                    "consentType": {"type": "LIST", "list": [{"type": "TEMPLATE", "value": "x_storage"}]},
                },
            ),
        ]
    )
    tag = m.pick(row for row in m.all("tag") if row.get(field) != value)
    if not tag or not m.free("tag", tag, field):
        return False
    tag[field] = value
    return m.says("tag", tag, field)


@edit
def put_a_setup_tag_before_a_tag(m: Mutation) -> bool:
    tag, other = m.pick(m.all("tag")), m.pick(m.all("tag"))
    field = m.rng.choice(["setupTag", "teardownTag"])
    if (
        not tag
        or not other
        or tag is other
        or tag.get(field)
        or m.mark("tag", other).fate != "there"
        or not m.free("tag", tag, field)
    ):
        return False
    stop = {"setupTag": "stopOnSetupFailure", "teardownTag": "stopTeardownOnFailure"}[field]
    tag[field] = [{"tagName": other["name"]} | ({stop: True} if m.rng.random() < 0.5 else {})]
    return m.says("tag", tag, field)


@edit
def let_a_tag_stop_with_its_setup_tag(m: Mutation) -> bool:
    tag = m.pick(row for row in m.all("tag") if row.get("setupTag"))
    if not tag or not m.free("tag", tag, "setupTag"):
        return False
    tag["setupTag"][0]["stopOnSetupFailure"] = not tag["setupTag"][0].get("stopOnSetupFailure", False)
    return m.says("tag", tag, "setupTag")


# What lies where, what comes and goes


@edit
def move(m: Mutation) -> bool:
    kind = m.rng.choice(["tag", "trigger", "variable"])
    row, folder = m.pick(m.all(kind)), m.pick(m.all("folder"))
    out = m.rng.random() < 0.3
    id = folder["folderId"] if folder and not out else None
    if not row or row.get("parentFolderId") == id or not m.free(kind, row, "parentFolderId"):
        return False
    row["parentFolderId"] = id
    if id is None:
        del row["parentFolderId"]
    return m.says(kind, row, "parentFolderId")


@edit
def add_an_entity(m: Mutation) -> bool:
    kind = m.rng.choice(["tag", "trigger", "variable", "folder"])
    new: Entity = {"accountId": "1", "containerId": "2", IDS[kind]: str(7_000_000 + m.number), "name": m.fresh("New")}
    lines = "\n".join(m.fresh("line") for _ in range(5))
    model = m.pick(row for row in m.all(kind) if id(row) not in m.marks)
    if model and m.rng.random() < 0.5:
        new = {**copy.deepcopy(model), IDS[kind]: new[IDS[kind]], "name": new["name"]}
    elif kind == "tag":
        new |= {"type": "html", "parameter": [{"type": "TEMPLATE", "key": "html", "value": lines}]}
    elif kind == "trigger":
        new |= {"type": "CUSTOM_EVENT", "notes": lines}
    elif kind == "variable":
        new |= {"type": "jsm", "parameter": [{"type": "TEMPLATE", "key": "javascript", "value": lines}]}
    m.add(kind, new)
    return True


@edit
def remove_an_entity(m: Mutation) -> bool:
    kind = m.rng.choice(["tag", "trigger", "variable", "client"])
    row = m.pick(row for row in m.all(kind) if id(row) not in m.marks)
    if not row:
        return False
    name, own = row["name"], row.get(IDS[kind])
    users = [
        one
        for _, one in entities(m.after)
        if one is not row
        and any(own in (inner.get("firingTriggerId") or []) + (inner.get("blockingTriggerId") or []) for inner in [one])
    ]
    held = [
        one
        for one in below(m.after)
        if name in (one.get("tagName"), one.get("value"))
        or (one.get("type") == "TRIGGER_REFERENCE" and one.get("value") == own)
    ]
    if kind in {"tag", "trigger"} and held:
        return False  # GTM asks to take them away first
    if kind == "trigger":
        # of what fires on a trigger that is removed GTM takes it away
        fields = [
            (one, field)
            for one in users
            for field in ("firingTriggerId", "blockingTriggerId")
            if own in (one.get(field) or [])
        ]
        if any(id(one) in m.marks for one, _ in fields):
            return False
        for one, field in fields:
            m.free("tag", one, field)
            one[field] = [id_ for id_ in one[field] if id_ != own]
            m.says("tag", one, field)
    m.remove(kind, row)
    return True


@edit
def switch_a_built_in_variable(m: Mutation) -> bool:
    listed = m.version.setdefault("builtInVariable", [])
    name = m.rng.choice(sorted(BUILT_IN))
    if any(other[0] == "builtInVariable" and other[2] == name for other in m.others):
        return False
    rows = [row for row in listed if row.get("name") == name]
    m.others.append(("builtInVariable", "removed" if rows else "added", name))
    m.version["builtInVariable"] = (
        [row for row in listed if row not in rows] if rows else [*listed, {"type": BUILT_IN[name], "name": name}]
    )
    return True
