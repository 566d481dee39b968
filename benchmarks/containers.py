"""Containers to measure with: as long as wanted, the same at every run, and shaped like those that agencies keep.

Half of the tags are GA4 events with a table of rows, a quarter Custom HTML, a quarter Google Ads conversions; every tag has a
trigger of its own and every trigger a condition; for every tag there are two variables. Everything is used and nothing is missing.
"""

from __future__ import annotations

import json
import random
from multiprocessing import get_context
from pathlib import Path
from typing import Any

_ACCOUNT = {"accountId": "6000000001", "containerId": "100000001"}
_HTML = """<script>
(function () {{
  var order = {{{{DL - order.id {0}}}}};
  if (!order) return;
  window._queue = window._queue || [];
  window._queue.push(['conversion', {{name: 'Step {0}', order: order, value: {{{{JS - value {0}}}}}}}]);
}})();
</script>"""


def write(folder: Path, tags: int) -> Path:
    """Writes a web container of so many tags and triggers, and twice as many variables."""
    return _elsewhere(folder / f"container-{tags}.json", tags, edits=False)


def _elsewhere(path: Path, tags: int, *, edits: bool) -> Path:
    """Writes in a process of its own: a command's most memory begins with that of the process that started it."""
    process = get_context("spawn").Process(target=_write, args=(path, tags, edits))
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{path} could not be written")
    return path


def _write(path: Path, tags: int, edits: bool) -> None:
    made = container(tags)
    path.write_text(json.dumps(edited(made) if edits else made, indent=4, ensure_ascii=False), encoding="utf-8")


def container(tags: int) -> dict[str, Any]:
    """The container as GTM would export it."""
    version: dict[str, Any] = {
        "path": "accounts/6000000001/containers/100000001/versions/0",
        **_ACCOUNT,
        "containerVersionId": "0",
        "container": {
            "path": "accounts/6000000001/containers/100000001",
            **_ACCOUNT,
            "name": "Northgate Home",
            "publicId": "GTM-NRTHGT1",
            "usageContext": ["WEB"],
            "fingerprint": "1700000000000",
        },
        "tag": [_tag(number, tags) for number in range(tags)],
        "trigger": [_trigger(number, tags) for number in range(tags)],
        "variable": [_variable(number, tags) for number in range(2 * tags)],
        "folder": [{**_ACCOUNT, "folderId": "1", "name": "Everything", "fingerprint": "1700000000000"}],
        "builtInVariable": [
            {**_ACCOUNT, "type": kind.replace(" ", "_").upper(), "name": kind}
            for kind in ("Page URL", "Page Hostname", "Page Path", "Event")
        ],
        "fingerprint": "1700000000000",
    }
    return {"exportFormatVersion": 2, "exportTime": "2026-01-01 00:00:00", "containerVersion": version}


def _row(key: str, value: str, kind: str = "TEMPLATE") -> dict[str, Any]:
    return {"type": kind, "key": key, "value": value}


def _tag(number: int, tags: int) -> dict[str, Any]:
    if number % 4 == 0:
        kind, parameters = (
            "html",
            [_row("html", _HTML.format(number)), _row("supportDocumentWrite", "false", "BOOLEAN")],
        )
    elif number % 4 == 1:
        kind = "awct"
        parameters = [
            _row("conversionId", f"9{number:08}"),
            _row("conversionLabel", f"label-{number}"),
            _row("conversionValue", f"{{{{JS - value {number}}}}}"),
            _row("orderId", f"{{{{DL - order.id {number}}}}}"),
        ]
    else:
        kind = "gaawe"
        settings = ("order_id", f"{{{{DL - order.id {number}}}}}"), ("value", f"{{{{JS - value {number}}}}}")
        rows = [{"type": "MAP", "map": [_row("parameter", k), _row("parameterValue", v)]} for k, v in settings]
        parameters = [
            _row("eventName", f"step_{number}"),
            _row("measurementIdOverride", "G-NRTHGT1234"),
            _row("sendEcommerceData", "false", "BOOLEAN"),
            {"type": "LIST", "key": "eventSettingsTable", "list": rows},
        ]
    return {
        **_ACCOUNT,
        "tagId": str(10 + number),
        "name": f"{kind} - step {number}",
        "type": kind,
        "parameter": parameters,
        "fingerprint": f"17000000{number:05}",
        "firingTriggerId": [str(10 + tags + number)],
        "parentFolderId": "1",
        "tagFiringOption": "ONCE_PER_EVENT",
        "monitoringMetadata": {"type": "MAP"},
        "consentSettings": {"consentStatus": "NOT_SET"},
    }


def _trigger(number: int, tags: int) -> dict[str, Any]:
    def condition(left: str, right: str, kind: str) -> dict[str, Any]:
        return {"type": kind, "parameter": [_row("arg0", left), _row("arg1", right)]}

    return {
        **_ACCOUNT,
        "triggerId": str(10 + tags + number),
        "name": f"Event step_{number}",
        "type": "CUSTOM_EVENT",
        "customEventFilter": [condition("{{_event}}", f"step_{number}", "EQUALS")],
        "filter": [condition("{{Page Hostname}}", "www.northgate.example", "EQUALS")],
        "fingerprint": f"17000000{number:05}",
        "parentFolderId": "1",
    }


def _variable(number: int, tags: int) -> dict[str, Any]:
    step = number // 2
    if number % 2:
        code = f"function () {{\n  var value = Number({{{{DL - order.id {step}}}}});\n  return value > 0 ? value : undefined;\n}}"
        name, kind, parameters = f"JS - value {step}", "jsm", [_row("javascript", code)]
    else:
        name, kind = f"DL - order.id {step}", "v"
        parameters = [
            _row("dataLayerVersion", "2", "INTEGER"),
            _row("setDefaultValue", "false", "BOOLEAN"),
            _row("name", f"order.step{step}.id"),
        ]
    return {
        **_ACCOUNT,
        "variableId": str(10 + 2 * tags + number),
        "name": name,
        "type": kind,
        "parameter": parameters,
        "fingerprint": f"17000000{number:05}",
        "parentFolderId": "1",
        "formatValue": {},
    }


def edited(container_: dict[str, Any], seed: int = 7) -> dict[str, Any]:
    """The same container, exported again after twenty edits: other ids, fingerprints and order everywhere, and twenty real changes.

    Four each of: a condition's value, a line of code, a tag paused, a variable renamed (with all that refers to it), a row of a table.
    """
    chance = random.Random(seed)
    text = json.dumps(container_)
    steps = chance.sample(range(len(container_["containerVersion"]["tag"]) // 4), 20)
    for step in steps[:4]:
        text = text.replace(f"DL - order.id {4 * step}}}}}", f"DL - order number {4 * step}}}}}")
        text = text.replace(f'"name": "DL - order.id {4 * step}"', f'"name": "DL - order number {4 * step}"')
    copy: dict[str, Any] = json.loads(text)
    version = copy["containerVersion"]
    for step in steps[4:8]:
        version["trigger"][4 * step]["filter"][0]["parameter"][1]["value"] = "shop.northgate.example"
    for step in steps[8:12]:
        code = version["tag"][4 * step]["parameter"][0]
        code["value"] = code["value"].replace("if (!order) return;", "if (!order || order < 0) return;")
    for step in steps[12:16]:
        version["tag"][4 * step + 1]["paused"] = True
    for step in steps[16:]:
        version["tag"][4 * step + 2]["parameter"][3]["list"][0]["map"][1]["value"] = "{{Event}}"
    _exported_again(version, chance)
    return {**copy, "exportTime": "2026-02-02 00:00:00"}


def _exported_again(version: dict[str, Any], chance: random.Random) -> None:
    """Ids, fingerprints and order as another export would have them."""
    numbers = list(range(10_000, 10_000 + 4 * len(version["tag"]) + 10))
    chance.shuffle(numbers)
    given: dict[str, str] = {}

    def again(id_: str) -> str:
        if id_ not in given:
            given[id_] = str(numbers.pop())
        return given[id_]

    for kind in ("tag", "trigger", "variable", "folder"):
        for entity in version[kind]:
            entity[f"{kind}Id"] = again(entity[f"{kind}Id"])
            entity["fingerprint"] = str(1_800_000_000_000 + chance.randrange(10**9))
            if "firingTriggerId" in entity:
                entity["firingTriggerId"] = [again(id_) for id_ in entity["firingTriggerId"]]
            if "parentFolderId" in entity:
                entity["parentFolderId"] = again(entity["parentFolderId"])
            if "parameter" in entity:
                chance.shuffle(entity["parameter"])
        chance.shuffle(version[kind])


def write_edited(folder: Path, tags: int) -> Path:
    """Writes the container of `write` as it is after the edits."""
    return _elsewhere(folder / f"container-{tags}-edited.json", tags, edits=True)
