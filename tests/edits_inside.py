"""Edits of what entities say: code, texts, tables, templates, notes, keys that nobody knows. `tests/edits.py` has the others."""

from __future__ import annotations

import re

from tests.edits import EDITS, edit
from tests.mutate import Entity, Mutation
from tests.shake import LISTS

__all__ = ["EDITS"]
_CODE = {"html": "html", "jsm": "javascript"}


def _parameters(row: Entity) -> dict[str, Entity]:
    listed = row.get("parameter")
    return {one["key"]: one for one in listed if isinstance(one.get("key"), str)} if isinstance(listed, list) else {}


@edit
def change_a_line_of_code(m: Mutation) -> bool:
    kind = m.rng.choice(["tag", "variable"])
    row = m.pick(row for row in m.all(kind) if _CODE.get(row["type"]) in _parameters(row))
    if not row or not m.free(kind, row, "parameter." + _CODE[row["type"]]):
        return False
    one = _parameters(row)[_CODE[row["type"]]]
    lines = one.get("value", "").split("\n")
    i = m.rng.randrange(len(lines))
    lines[i : i + m.rng.randrange(2)] = [m.fresh("// other")]
    one["value"] = "\n".join(lines)
    return m.says(kind, row, f"parameter.{one['key']}")


@edit
def change_a_text(m: Mutation) -> bool:
    kind = m.rng.choice(["tag", "variable", "client", "transformation"])
    row = m.pick(m.all(kind))
    one = m.pick(
        one for one in _parameters(row or {}).values() if one["type"] == "TEMPLATE" and one["key"] not in _CODE.values()
    )
    if not row or not one or not m.free(kind, row, f"parameter.{one['key']}"):
        return False
    one["value"] = m.fresh("other")
    return m.says(kind, row, f"parameter.{one['key']}")


@edit
def change_the_type_of_a_parameter(m: Mutation) -> bool:
    kind = m.rng.choice(["tag", "variable"])
    row = m.pick(m.all(kind))
    one = m.pick(one for one in _parameters(row or {}).values() if one["type"] == "BOOLEAN")
    if not row or not one or not m.free(kind, row, f"parameter.{one['key']}"):
        return False
    one["type"] = "TEMPLATE"
    return m.says(kind, row, f"parameter.{one['key']}")


_TABLES = {
    "smm": ("map", "key", "value"),
    "remm": ("map", "key", "value"),
    "gaawe": ("eventSettingsTable", "parameter", "parameterValue"),
}


@edit
def change_a_table(m: Mutation) -> bool:
    kind = m.rng.choice(["tag", "variable"])
    row = m.pick(row for row in m.all(kind) if row["type"] in _TABLES and _TABLES[row["type"]][0] in _parameters(row))
    if not row:
        return False
    table, key, value = _TABLES[row["type"]]
    listed = _parameters(row)[table].get("list", [])
    cells = [{one["key"]: one.get("value") for one in line["map"]} for line in listed]
    if len({line.get(key) or id(line) for line in cells}) < len(cells) or not all(line.get(key) for line in cells):
        return False  # rows that no key tells apart
    how = m.rng.choice(["cell", "add", "remove", "order"])
    if (how != "add" and not cells) or (how == "order" and (len(cells) < 2 or row["type"] != "remm")):
        return False
    if not m.free(kind, row, f"parameter.{table}"):
        return False
    i = m.rng.randrange(len(cells) or 1)
    if how == "add":
        name = m.fresh("row")
        listed.insert(
            i,
            {
                "type": "MAP",
                "map": [{"type": "TEMPLATE", "key": k, "value": v} for k, v in ((key, name), (value, "1"))],
            },
        )
        _parameters(row)[table]["list"] = listed
        return m.says(kind, row, f"parameter.{table}[{name}]")
    if how == "order":
        listed.append(listed.pop(0))
        return m.says(kind, row, f"parameter.{table}[]")
    if how == "remove":
        del listed[i]
        return m.says(kind, row, f"parameter.{table}[{cells[i][key]}]")
    listed[i]["map"] = [one for one in listed[i]["map"] if one["key"] != value]
    listed[i]["map"].append({"type": "TEMPLATE", "key": value, "value": m.fresh("cell")})
    return m.says(kind, row, f"parameter.{table}[{cells[i][key]}].{value}")


@edit
def change_a_template(m: Mutation) -> bool:
    row = m.pick(m.all("customTemplate"))
    section = m.pick(re.findall(r"^___([A-Z_]+)___$", str((row or {}).get("templateData")), re.MULTILINE))
    reference = (row or {}).get("galleryReference")
    if row and reference and m.rng.random() < 0.5 and m.free("customTemplate", row, "galleryReference"):
        reference["version"] = m.fresh("v")
        return m.says("customTemplate", row, "galleryReference.version")
    if not row or not section or not m.free("customTemplate", row, "templateData"):
        return False
    row["templateData"] = row["templateData"].replace(
        f"___{section}___\n", f"___{section}___\n{m.fresh('// other')}\n", 1
    )
    return m.says("customTemplate", row, f"templateData.{section}")


@edit
def write_a_note(m: Mutation) -> bool:
    kind = m.rng.choice(["tag", "trigger", "variable", "folder"])
    row = m.pick(m.all(kind))
    if not row or not m.free(kind, row, "notes"):
        return False
    row["notes"] = m.fresh("note")
    return m.says(kind, row, "notes")


@edit
def add_a_key_that_nobody_knows(m: Mutation) -> bool:
    kind = m.rng.choice(LISTS)
    row = m.pick(m.all(kind))
    if not row or not m.free(kind, row, "somethingNew"):
        return False
    row["somethingNew"] = m.rng.choice([True, 5, "x", {"a": [1]}, {"type": "TEMPLATE", "value": "y"}])
    return m.says(kind, row, "somethingNew")


@edit
def add_a_key_that_nobody_knows_to_a_parameter(m: Mutation) -> bool:
    kind = m.rng.choice(["tag", "variable"])
    row = m.pick(m.all(kind))
    one = m.pick(one for one in _parameters(row or {}).values() if one["type"] in {"TEMPLATE", "BOOLEAN", "INTEGER"})
    if not row or not one or not m.free(kind, row, f"parameter.{one['key']}"):
        return False
    one["isWeakReference"] = True
    return m.says(kind, row, f"parameter.{one['key']}")


@edit
def add_a_key_that_nobody_knows_to_the_container(m: Mutation) -> bool:
    block, prefix = m.rng.choice([(m.version, ""), (m.version.get("container", {}), "container.")])
    if "somethingNew" in block:
        return False
    block["somethingNew"] = m.rng.choice([[{"zoneId": "1"}], "x", 7])
    m.others.append(("container", "changed", f"{prefix}somethingNew"))
    return True
