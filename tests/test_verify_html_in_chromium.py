"""The page of a verification in a browser: it can be read, searched and walked through, and what a container says does nothing there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from gtmgen.report.verify.html import html
from tests import outcomes
from tests.runtime.browser import TOP
from tests.strategies import NASTY
from tests.test_diff_in_chromium import CONTRAST, opened

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.usefixtures("chromium")


@pytest.fixture(scope="module")
def page_text() -> str:
    return html(outcomes.failing())


def chosen(page: Page) -> str:
    """What is chosen in the timeline, and that exactly its panel is there."""
    panels = page.locator(".panel:visible")
    assert panels.count() == 1
    link = page.locator("[aria-current]")
    target = page.locator(link.get_attribute("href") or "")
    assert target.evaluate("element => element.closest('.panel').classList.contains('chosen')")
    said = link.locator(".said")
    return ((said if said.count() else link).text_content() or "").strip()


def items(page: Page) -> list[str]:
    """What the timeline shows, as text: what a browser has not laid out yet has no inner text."""
    return page.locator("nav .item .said:visible").all_text_contents()


def search(page: Page, text: str) -> str:
    page.keyboard.press("/")
    page.keyboard.insert_text(text)  # at once: letter by letter it would be searched for each beginning
    page.locator("#found:not(:empty)").wait_for()
    return page.inner_text("#found")


def test_hostile_names_do_nothing_and_show() -> None:
    text = "<img src=x onerror=alert(1)></script><script>alert(2)</script>" + "".join(NASTY)
    with opened(html(outcomes.poisoned(outcomes.failing(), text))) as page:
        assert page.locator("script").count() == 1
        assert page.locator("img:not([src^='data:'])").count() == 0
        assert "<img src=x onerror=alert(1)></script>" in page.inner_text("h1")
        for target in ("#top", "#s3", "#s4"):
            page.goto(f"{page.url.split('#')[0]}{target}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 1400


def test_the_keyboard_is_enough(page_text: str) -> None:
    with opened(page_text) as page:
        assert chosen(page).startswith("Overview")
        walked = []
        for _ in range(3):
            page.keyboard.press("ArrowDown")
            walked.append(chosen(page))
        assert walked == ["visit /", "gtm.init_consent", "gtm.init"]
        page.keyboard.press("ArrowUp")
        assert chosen(page) == "gtm.init_consent"
        page.keyboard.press("ArrowLeft")
        assert chosen(page) == "visit /"
        page.keyboard.press("ArrowRight")
        assert chosen(page) == "gtm.init_consent"
        assert page.evaluate("location.hash") == "#e1"
        for expected in ("push purchase", "click #newsletter button", "gtm.click", "visit /", "push purchase"):
            page.keyboard.press("n")
            assert chosen(page) == expected
        page.keyboard.press("o")
        assert chosen(page).startswith("Overview")
        page.keyboard.press("?")
        assert page.locator("dialog").is_visible()
        page.keyboard.press("Escape")
        assert not page.locator("dialog").is_visible()
        page.keyboard.press("/")
        page.keyboard.type("no?t")
        assert page.input_value("#search") == "no?t"
        page.keyboard.press("Escape")
        assert page.input_value("#search") == ""
        assert page.evaluate("document.activeElement === document.body")


def test_an_event_that_is_chosen_is_open_and_in_sight(page_text: str) -> None:
    with opened(page_text) as page:
        page.click("nav .item.event:has-text('gtm.dom') >> nth=0")
        assert chosen(page) == "gtm.dom"
        moment = page.locator(".moment.chosen")
        assert moment.evaluate("element => element.open")
        assert 0 <= moment.evaluate(TOP) <= 500
        page.go_back()
        assert chosen(page).startswith("Overview")


def test_a_failure_leads_to_its_step(page_text: str) -> None:
    with opened(page_text) as page:
        page.click(".failure a:has-text('push purchase') >> nth=0")
        assert chosen(page) == "push purchase"
        assert page.locator("img:visible").count() == 1
        href = page.locator("[aria-current]").get_attribute("href")
    with opened(page_text, hash=str(href)) as page:
        assert chosen(page) == "push purchase"


def test_the_search_narrows_the_timeline(page_text: str) -> None:
    with opened(page_text) as page:
        every = items(page)
        assert search(page, "shop is not defined") == "1 of 5 steps"
        assert items(page) == ["click #newsletter button", "gtm.click"]
        page.keyboard.press("Enter")
        assert chosen(page) == "click #newsletter button"
        assert page.evaluate("CSS.highlights.get('found').size") > 3
        page.keyboard.press("/")
        page.keyboard.press("Escape")
        assert items(page) == every
        assert search(page, "all pages gtm.js") == "2 of 5 steps"  # an event that holds all words stands for its step
        assert items(page) == ["visit /", "gtm.js"] * 2
        page.keyboard.press("Escape")
        assert search(page, "no such thing") == "0 of 5 steps"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("js", [False, True])
def test_every_text_has_contrast(page_text: str, dark: bool, js: bool) -> None:
    with opened(page_text, dark=dark) as page:
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        if not js:
            page.evaluate("document.documentElement.classList.remove('js')")
        assert page.evaluate(CONTRAST) == []
        if js:
            for target in ("#s3", "#e12"):
                page.goto(f"{page.url.split('#')[0]}{target}")
                assert page.evaluate(CONTRAST) == []


def test_a_narrow_window_has_it_all_below_one_another(page_text: str) -> None:
    with opened(page_text, width=390) as page:
        assert page.evaluate("scrollY") == 0
        for target in ("#top", "#s2", "#s3", "#s4"):
            page.goto(f"{page.url.split('#')[0]}{target}")
            assert page.evaluate("document.documentElement.scrollWidth") == 390, target
        page.click("nav .item:has-text('push purchase')")
        assert 0 <= page.locator(".panel.chosen h2").first.evaluate(TOP) <= 300


def test_without_script_everything_is_there(page_text: str) -> None:
    with opened(page_text, js=False) as page:
        assert not page.locator("#controls").is_visible()
        assert not page.locator("#find").is_visible()
        assert page.locator(".panel:visible").count() == 6
        assert page.get_by_text("Uncaught ReferenceError").is_visible()
        assert page.get_by_text("is random at each reading").count() == 2
        page.click("nav .item.event:has-text('gtm.click')")
        assert 0 <= page.locator(".moment:has(:text('gtm.click'))").first.evaluate(TOP) <= 700


def test_on_paper_stand_the_verdict_and_what_failed(page_text: str) -> None:
    with opened(page_text) as page:
        page.emulate_media(media="print", color_scheme="dark")
        assert page.locator("#top").is_visible()
        assert page.locator(".panel:visible h2:has-text('push purchase')").is_visible()
        assert not page.locator("h2:has-text('push add_to_cart')").is_visible()
        assert not page.locator("aside").is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    with opened(page_text, js=False) as page:
        page.emulate_media(media="print")
        assert page.locator("h2:has-text('push add_to_cart')").is_visible()


def test_themes(page_text: str) -> None:
    with opened(page_text) as page:
        seen = []
        for _ in range(3):
            page.keyboard.press("t")
            seen.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert seen == ["rgb(255, 255, 255)", "rgb(13, 17, 23)", "rgb(255, 255, 255)"]


def test_two_thousand_events_can_be_used() -> None:
    text = html(outcomes.large(200, 2000))
    with opened(text) as page:
        assert len(items(page)) == 200  # the events of the step that is chosen, and of no other
        page.keyboard.press("ArrowDown")
        assert len(items(page)) == 210
        assert search(page, "event 123.4 chat").startswith("1 of 200")
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowDown")
        assert chosen(page) == "event 123.4"
        page.keyboard.press("/")
        page.keyboard.press("Escape")
        started = time.perf_counter()
        for _ in range(20):
            page.keyboard.press("ArrowDown")
        chosen(page)
        assert time.perf_counter() - started < 20  # a second each would be a page that hangs
