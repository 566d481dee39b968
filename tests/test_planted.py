"""Ways to count wrongly, planted into containers that count right: each must be told by its name, and without it all is well."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from gtmgen.source import parse
from gtmgen.verify.browser import chromium as browsers
from gtmgen.verify.derive.derive import derive
from gtmgen.verify.journeys.journey import Journey
from gtmgen.verify.journeys.journey_file import load
from gtmgen.verify.outcome import Outcome
from gtmgen.verify.subject import Subject, of_spec, ready
from gtmgen.verify.verify import verify
from tests.conftest import ROOT, known

SPEC = """\
gtmgen: 1
site: {name: Shop, domain: www.shop.example, currency: EUR}
platforms: {tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}, meta: {pixel_id: "123456789012345"}}
server: {transport: sgtm, url: "https://sgtm.shop.example", measurement_id: G-ABC1234567}
conversions:
  - {event: purchase, when: {data_layer: purchase}}
  - {event: add_to_cart, when: {data_layer: add_to_cart}}
"""
FAULTS: list[dict[str, Any]] = parse((ROOT / "tests" / "planted.yml").read_text("utf-8"), "planted.yml").data
ALL_PAGES = "2147479553"


@cache
def subject(spec: str = SPEC) -> Subject:
    return of_spec(spec, "spec.yml", known())


def spec_of(fault: Mapping[str, Any]) -> str:
    text: str = SPEC + fault.get("more", "")
    for old, new in fault.get("spec", {}).items():
        assert old in text
        text = text.replace(old, new)
    return text


def journey(fault: Mapping[str, Any]) -> Journey:
    """The one scene in which the fault shows."""
    made = subject(spec_of(fault))
    if "steps" in fault:
        text = json.dumps({"gtmgen-journey": 1, "steps": fault["steps"]})
        return load(text, "journey.yml", made.site, made.words)
    assert made.spec
    whole = derive(made.spec, made.sendings, known())
    (scene,) = [scene for scene in whole.scenes if scene.title == fault["scene"]]
    return whole._replace(scenes=(scene,))


def place(fault: Mapping[str, Any]) -> str:
    """Where a fault shows; without it all is well there."""
    return json.dumps([spec_of(fault), fault.get("steps") or fault["scene"]])


def run(made: Subject, fault: Mapping[str, Any]) -> Outcome:
    return verify(ready(made, journey(fault)), known(), browsers.shared())


def planted(fault: Mapping[str, Any]) -> Subject:
    """The containers with the fault."""
    made = subject(spec_of(fault))
    web, server = copy.deepcopy(dict(made.web)), copy.deepcopy(dict(made.server or {}))
    for export, changes in ((web, fault.get("change", {})), (server, fault.get("server", {}))):
        for name, texts in changes.items():
            row = entity(export, name)
            before = json.dumps(row)
            for old, new in texts.items():
                replace(row, old, new)
            assert json.dumps(row) != before, f"{name}: nothing was changed"
    version = web["containerVersion"]
    for name in fault.get("drop", ()):
        version["tag"].remove(entity(web, name))
    for name, path in fault.get("layer", {}).items():
        version["variable"].append(variable(name, path))
    if "late" in fault:
        version["trigger"].append({"name": fault["late"], "type": "WINDOW_LOADED", "triggerId": "901"})
    for number, tag in enumerate(fault.get("add", ())):
        version["tag"].append(html_tag(tag, str(950 + number)))
    for name, fields in fault.get("set", {}).items():
        entity(web, name).update(with_ids(web, fields))
    for name, fields in fault.get("set server", {}).items():
        entity(server, name).update(fields)
    return made._replace(web=web, server=server)


def entity(export: Mapping[str, Any], name: str) -> dict[str, Any]:
    version = export["containerVersion"]
    rows = (row for kind in ("tag", "trigger", "variable") for row in version.get(kind, ()))
    found: dict[str, Any] = next(row for row in rows if row["name"] == name)
    return found


def replace(there: Any, old: str, new: str) -> None:
    for key, value in there.items() if isinstance(there, dict) else enumerate(there):
        if isinstance(value, str):
            if key == "value":
                there[key] = value.replace(old, new)
        elif isinstance(value, (dict, list)):
            replace(value, old, new)


def with_ids(export: Mapping[str, Any], fields: Any) -> Any:
    if isinstance(fields, dict) and set(fields) == {"trigger"}:
        return entity(export, fields["trigger"])["triggerId"]
    if isinstance(fields, dict):
        return {key: with_ids(export, value) for key, value in fields.items()}
    return [with_ids(export, value) for value in fields] if isinstance(fields, list) else fields


def variable(name: str, path: str) -> dict[str, Any]:
    fields = {"name": path, "dataLayerVersion": "2", "setDefaultValue": "false"}
    parameters = [{"type": "TEMPLATE", "key": key, "value": value} for key, value in fields.items()]
    return {"name": name, "type": "v", "variableId": "900", "parameter": parameters}


def html_tag(tag: Mapping[str, str], id: str) -> dict[str, Any]:
    code = [{"type": "TEMPLATE", "key": "html", "value": tag["html"]}]
    on = {"firingTriggerId": [ALL_PAGES]} if tag["on"] else {}
    return {
        "name": tag["name"],
        "type": "html",
        "tagId": id,
        "parameter": code,
        "tagFiringOption": "ONCE_PER_EVENT",
        **on,
    }


@pytest.mark.usefixtures("chromium")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["fault"])
def test_a_planted_fault_is_told_by_its_name(fault: dict[str, Any]) -> None:
    caught = fault["caught"]
    failed = [
        one for one in run(planted(fault), fault).failed if (one.subject, one.platform) == (caught["for"], caught["on"])
    ]
    reasons = [reason for verdict in failed for reason in verdict.reasons]
    assert any(re.search(caught["because"], reason) for reason in reasons), [(one.found, one.reasons) for one in failed]


@pytest.mark.usefixtures("chromium")
@pytest.mark.parametrize("where", sorted({place(fault) for fault in FAULTS}))
def test_without_a_fault_the_same_journey_is_clean(where: str) -> None:
    fault = next(fault for fault in FAULTS if place(fault) == where)
    outcome = run(subject(spec_of(fault)), fault)
    assert outcome.failed == () and any(scene.verdicts for scene in outcome.scenes)
    assert outcome.not_done == () and outcome.unknown == ()
