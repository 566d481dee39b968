"""What nearly happened is told: the form that the browser did not submit, the element that stands further down or hidden."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gtmgen.container.read import read
from gtmgen.verify.browser import chromium
from gtmgen.verify.journeys.journey_file import load
from gtmgen.verify.subject import of_containers, ready
from gtmgen.verify.verify import verify
from tests.conftest import known
from tests.runtime.build import container as box
from tests.runtime.build import html, trigger

pytestmark = pytest.mark.usefixtures("chromium")

REQUIRED = "<form id=demo><input name=email required><input name=age type=number max=9><button>Send</button></form>"
AWAY = (
    "what the trigger `seen` waits for is on the page and not in view: a visitor would have to scroll to it (`scroll`)"
)
HIDDEN = "what the trigger `seen` waits for is on the page and hidden: it has no size, or it or what is around it is invisible"
STOPPED = "the browser's own validation stopped a form in step"
NOTHING = "nothing that happened is what `T` listens to, or there is no such tag"


def reasons(kind: str, page: str, *steps: Any) -> tuple[str, ...]:
    given = {"selectorType": "CSS", "elementSelector": ".seen", "onScreenRatio": "50", "useDomChangeListener": True}
    export = box([html("T", "1", "seen")], [trigger("seen", kind, **(given if kind == "ELEMENT_VISIBILITY" else {}))])
    subject = of_containers(read(json.dumps(export).encode(), "box.json"), None, known())
    asked = [*steps, {"expect": {"tag": "T", "fired": "once"}}]
    text = json.dumps({"gtmgen-journey": 1, "html": page, "steps": asked})
    found = verify(ready(subject, load(text, "journey.yml", subject.site, subject.words)), known(), chromium.shared())
    return found.scenes[0].verdicts[0].reasons


@pytest.mark.parametrize(
    ("page", "steps", "why"),
    [
        ("<p class=seen style='margin-top:3000px'>x</p>", [], (AWAY, NOTHING)),
        ("<p class=seen style='margin-top:3000px'>x</p>", [{"scroll": ".seen"}], ()),
        ("<p class=seen style='opacity:0'>x</p>", [], (HIDDEN, NOTHING)),
        ("<p class=seen hidden>x</p>", [], (HIDDEN, NOTHING)),
        ("<p class=seen hidden>x</p>", [{"visit": "/"}, {"visit": "/empty"}], (HIDDEN, NOTHING)),
        ("<p>x</p>", [], (NOTHING,)),
        ("<p>x</p>", [{"show": {"to": "body", "html": "<p class=seen hidden>x</p>"}}], (HIDDEN, NOTHING)),
    ],
)
def test_an_element_that_is_there_and_not_seen(page: str, steps: list[Any], why: tuple[str, ...]) -> None:
    assert reasons("ELEMENT_VISIBILITY", page, *steps) == why


@pytest.mark.parametrize("step", [{"submit": "#demo"}, {"click": "button"}], ids=["submit", "click"])
def test_a_form_that_the_browser_does_not_submit(step: dict[str, str]) -> None:
    filled = {"fill": {"[name=email]": "a", "[name=age]": "7"}}
    empty = (f"{STOPPED} 2: the field `email` is required and empty", NOTHING)
    assert reasons("FORM_SUBMISSION", REQUIRED, step) == empty
    beyond = {"fill": {"[name=email]": "a", "[name=age]": "70"}}
    assert reasons("FORM_SUBMISSION", REQUIRED, beyond, step) == (
        f"{STOPPED} 3: the field `age` holds what the form does not take",
        NOTHING,
    )
    assert reasons("FORM_SUBMISSION", REQUIRED, filled, step) == ()
