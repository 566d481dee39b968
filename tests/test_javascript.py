"""Every tag body and every variable of every output: ES5, and run in V8 until the pixels' queues have drained."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gtmgen.resolve import side
from tests.conftest import ROOT, compiled
from tests.es5 import problem
from tests.runtime.build import custom, html
from tests.runtime.v8 import push, run

SPECS = [*sorted((ROOT / "specs").glob("*.yml")), *sorted((ROOT / "templates").glob("*/example.yml"))]
DATA = {
    "event": "all",
    "ecommerce": {
        "transaction_id": "T-1",
        "value": 5,
        "currency": "EUR",
        "items": [{"item_id": "a", "price": 1, "quantity": 2}],
    },
    "user": {"email": "a@b.example", "phone": "+491701234567", "id": "u"},
}


def identity(path: Path) -> str:
    return path.stem if path.parent.name == "specs" else path.parent.name


@pytest.mark.parametrize("path", SPECS, ids=identity)
def test_every_body_is_es5(path: Path) -> None:
    version = json.loads(compiled(path.read_text(encoding="utf-8")).text)["containerVersion"]
    bodies = [
        row["parameter"][0]["value"]
        for row in (*version["tag"], *version["variable"])
        if row["type"] in {"html", "jsm"}
    ]
    assert len(bodies) > 5
    assert [said for body in bodies if (said := problem(body))] == []


@pytest.mark.parametrize("path", SPECS, ids=identity)
def test_every_tag_and_variable_runs_and_drains_into_the_right_calls(path: Path) -> None:
    """All tags are put on one event; whatever the spec sends is then sent once to each pixel, and nothing else."""
    built = compiled(path.read_text(encoding="utf-8").replace("paused: true", "paused: false"))
    container: dict[str, Any] = json.loads(built.text)
    version = container["containerVersion"]
    own = [row["name"] for row in version["variable"]]
    for tag in version["tag"]:
        tag["firingTriggerId"] = ["1"]
    version["tag"].append(
        {
            **html(
                "every variable",
                f"<script>window.all = [{', '.join(f'{{{{{name}}}}}' for name in own)}].length;</script>",
            ),
            "tagId": "2",
            "firingTriggerId": ["1"],
        }
    )
    version["trigger"] = [{**custom("all", "all"), "triggerId": "1"}]
    result = run(container, [push(DATA)])
    assert result.errors == []
    expected: Counter[tuple[str, str]] = Counter()
    for sending in built.sendings:
        if side(sending) == "backend":
            continue  # no tag sends it
        expected.update((pixel, sending.sent_as) for pixel in sending.pixels)
    assert Counter((str(call.pixel), str(call.event)) for call in result.sent) == expected
    implied = {sending.sent_as for sending in built.sendings if sending.implied}
    assert all(isinstance(call.event_id, str) for call in result.sent if call.event not in implied)
