"""Pages that bring a GTM snippet of their own: their container is the one that is tried or the scene ends, and their data layer is used."""

from __future__ import annotations

from typing import Any

import pytest

from gtmgen.verify.journeys.journey import Step
from tests.runtime.build import ALL_PAGES, custom, html
from tests.runtime.build import container as box
from tests.test_walk import GO, walked

pytestmark = pytest.mark.usefixtures("chromium")

SNIPPET = """<head><script>(function(w,d,s,l,i){w[l]=w[l]||[];w[l].push({'gtm.start':new Date().getTime(),event:'gtm.js'});
var f=d.getElementsByTagName(s)[0],j=d.createElement(s),dl=l!='dataLayer'?'&l='+l:'';j.async=true;
j.src='https://www.googletagmanager.com/gtm.js?id='+i+dl;f.parentNode.insertBefore(j,f)})(window,document,'script','%s','%s');
</script></head><body><a href=/other>other</a>%s</body>"""
PLAIN = """<head><script>window.%(layer)s=[{'gtm.start':1,event:'gtm.js'}]</script>
<script async src='https://www.googletagmanager.com/gtm.js?id=%(id)s&l=%(layer)s'></script></head><body></body>"""
OWN, OTHER = "GTM-TEST01", "GTM-OTHER"


def export() -> Any:
    return box([html("T", "window.out = 1", "go")], [custom("go", "go")])


@pytest.mark.parametrize("layer", ["dataLayer", "shopLayer"])
@pytest.mark.parametrize("page", [SNIPPET % ("{layer}", OWN, ""), PLAIN % {"layer": "{layer}", "id": OWN}])
def test_what_is_pushed_goes_to_the_data_layer_of_the_page_s_own_snippet(page: str, layer: str) -> None:
    early = ("window[__dataLayer].push({event: 'go'})",) if "function(w" in page else ()
    done = walked(export(), GO, html=page.replace("{layer}", layer), backlog=early)
    assert done.broken is None
    fired = [event.name for step in done.steps for event in step.events if event.fired == ["T"]]
    assert fired == ["go"] * (1 + len(early))


def test_a_page_that_asks_for_another_container_ends_the_scene() -> None:
    done = walked(export(), GO, html=SNIPPET % ("dataLayer", OTHER, ""))
    assert done.broken
    assert "this page asks for the container GTM-OTHER, and the one that is tried is GTM-TEST01" in done.broken.message


@pytest.mark.parametrize("step", [Step("visit", "/other"), Step("click", "a")])
def test_so_does_a_later_page(step: Step) -> None:
    done = walked(
        export(),
        GO,
        step,
        html=SNIPPET % ("dataLayer", OWN, ""),
        pages={"/other": SNIPPET % ("dataLayer", OTHER, "")},
    )
    assert done.broken
    assert f"`{step.said}` cannot be done: this page asks for the container GTM-OTHER" in done.broken.message


def test_a_page_with_another_container_beside_the_one_that_is_tried_goes_on() -> None:
    beside = f"<script async src='https://www.googletagmanager.com/gtm.js?id={OTHER}'></script>"
    assert walked(export(), GO, html=SNIPPET % ("dataLayer", OWN, beside)).broken is None


def test_a_container_in_a_frame_is_said_not_to_be_followed() -> None:
    framed = "<iframe src=/frame?secret=1></iframe>"
    done = walked(box([html("T", "window.out = 1", ALL_PAGES)]), html=framed, pages={"/frame": "<p>in a frame</p>"})
    assert done.broken is None
    assert [said for said in done.not_done if "frame" in said] == [
        "in a frame, https://shop.example/frame, a container runs, too: what it does there is seen in part, or not at all"
    ]


@pytest.mark.parametrize(
    ("code", "idle"),
    [("", ["the page https://shop.example/late asked for no container, so nothing ran on it"]), ("load()", [])],
    ids=["never", "later"],
)
def test_a_page_whose_snippet_never_asks_is_named(code: str, idle: list[str]) -> None:
    late = "<head><script>function load() { %s }</script></head>" % (
        "var s = document.createElement('script'); s.src = 'https://www.googletagmanager.com/gtm.js?id="
        + OWN
        + "'; document.head.append(s)"
    )
    done = walked(export(), GO, Step("visit", "/late?secret=1"), Step("run", code), pages={"/late": late})
    assert done.broken is None
    assert list(done.not_done) == idle
