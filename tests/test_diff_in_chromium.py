"""The page of a diff in a browser: it can be read, searched and walked through, and what a container says does nothing there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from gtmgen.report.diff.html import html
from tests.runtime import browser
from tests.runtime.browser import TOP
from tests.strategies import NASTY
from tests.test_diff_html import NEW, OLD, OVERRIDE, PLAIN, compared, made

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page, Request

pytestmark = pytest.mark.usefixtures("chromium")
ADDRESS = "https://report.example/diff.html"


@pytest.fixture(scope="module")
def page_text() -> str:
    return html(compared(OLD, NEW))


@contextmanager
def opened(text: str, *, width: int = 1400, dark: bool = False, js: bool = True, hash: str = "") -> Iterator[Page]:
    """The page in a tab. Whatever the browser complains about, asks for or is made to do fails the test."""
    context = browser.shared().new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        java_script_enabled=js,
    )
    complaints: list[str] = []

    def refuse(dialog: Dialog) -> None:
        complaints.append(dialog.message)
        dialog.dismiss()

    def asked(request: Request) -> None:
        if request.url.split("#")[0] != ADDRESS:
            complaints.append(request.url)

    try:
        context.route("**/*", lambda route: route.fulfill(body=text, content_type="text/html; charset=utf-8"))
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", refuse)
        page.on("request", asked)
        page.goto(ADDRESS + hash)
        yield page
        assert complaints == []
    finally:
        context.close()


def cards(page: Page) -> list[str]:
    """The names of the changes that are shown, as text: what a browser has not laid out yet has no inner text."""
    return page.locator(".change:not([hidden]) h3 .name").all_text_contents()


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.closest('.change')?.querySelector('h3 .name').textContent ?? ''")
    return found


def search(page: Page, text: str) -> str:
    page.keyboard.press("/")
    page.keyboard.insert_text(text)  # at once: letter by letter it would be searched for each beginning
    page.locator("#found:not(:empty)").wait_for()
    return page.inner_text("#found")


def test_hostile_names_do_nothing_and_show() -> None:
    name = "<img src=x onerror=alert(1)></script><script>alert(2)</script>" + "".join(NASTY)
    old, new = (made(f"{word} {name}", name, event=f"{word} {name}") for word in ("before", "after"))
    with opened(html(compared(old, new, strict=True))) as page:
        assert page.locator("img").count() == 0
        assert page.locator("script").count() == 1
        shown_name = page.locator("h3 .name").first.text_content() or ""
        assert shown_name.startswith("<img src=x onerror=alert(1)></script>")
        assert "U+202E" in shown_name
        page.keyboard.press("e")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1400


def test_the_search_filters(page_text: str) -> None:
    with opened(page_text) as page:
        every = cards(page)
        assert search(page, "send('new'") == f"1 of {len(every)} changes"
        assert cards(page) == ["Purchase"]
        assert (
            page.evaluate("[...CSS.highlights.get('found')].map(String)") == []
        )  # the marks cut it: 'new' stands alone
        page.keyboard.press("Escape")
        assert cards(page) == every
        assert page.evaluate("document.activeElement === document.body")
        assert search(page, "TOTAL  order") == f"1 of {len(every)} changes"  # every word, wherever it stands
        page.keyboard.press("Escape")
        assert search(page, "no such thing").startswith("0 of")
        page.click("#clear")
        assert cards(page) == every


def test_a_search_opens_what_it_finds_inside_and_closes_it_again() -> None:
    with opened(html(compared(OLD, NEW))) as page:
        page.click("#collapse")
        search(page, "fresh")
        assert page.locator(".change[open]").count() == 1
        assert page.evaluate("[...CSS.highlights.get('found')].map(String)") == ["fresh"]
        page.keyboard.press("Escape")
        assert page.locator(".change[open]").count() == 0


def test_kinds_and_hows_filter(page_text: str) -> None:
    with opened(page_text) as page:
        page.click("[data-value=variable]")
        assert cards(page) == ["Total"]
        page.click("[data-value=tag]")
        assert cards(page) == ["Only new", "Only old", "Purchase", "Total"]
        page.click("[data-value=removed]")
        assert cards(page) == ["Only old"]
        assert page.inner_text("#found") == "1 of 5 changes"
        assert page.get_attribute("[data-value=removed]", "aria-pressed") == "true"


def test_the_keyboard_is_enough(page_text: str) -> None:
    with opened(page_text) as page:
        page.keyboard.press("j")
        assert focused(page) == "Only new"
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert focused(page) == "Purchase"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        assert 0 <= page.locator(".change:has(:focus)").evaluate(TOP) <= 500
        was = page.locator(".change:has(:focus)").evaluate("card => card.open")
        page.keyboard.press("Enter")
        assert page.locator(".change:has(:focus)").evaluate("card => card.open") is not was
        page.keyboard.press("Space")
        assert page.locator(".change:has(:focus)").evaluate("card => card.open") is was
        page.keyboard.press("k")
        assert focused(page) == "Only old"
        page.click("#collapse")
        for count in ("details.change:not([open])", "details.change[open]"):
            page.keyboard.press("e")
            assert page.locator(count).count() == 0
        page.keyboard.press("?")
        assert page.locator("dialog").is_visible()
        page.keyboard.press("Escape")
        assert not page.locator("dialog").is_visible()
        page.keyboard.press("/")
        page.keyboard.type("jke?")
        assert page.input_value("#search") == "jke?"


def test_tab_reaches_everything_that_can_be_used(page_text: str) -> None:
    with opened(page_text) as page:
        count = page.locator("button:visible, a, input, summary:visible").count()
        reached = set()
        for _ in range(count + 5):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
        assert len(reached - {page.evaluate("[...document.querySelectorAll('*')].indexOf(document.body)")}) >= count


def test_a_link_opens_its_change(page_text: str) -> None:
    with opened(page_text) as page:
        page.click("#collapse")
        search(page, "page url")
        page.click(".visitors a:has-text('Purchase')")
        page.locator(".change:has(:focus)").wait_for()
        assert focused(page) == "Purchase"
        assert page.locator(".change[open]").count() == 1
        id = page.get_attribute(".change[open]", "id")
    with opened(page_text, hash=f"#{id}") as page:
        page.locator(".change:has(:focus)").wait_for()
        assert focused(page) == "Purchase"


def test_themes(page_text: str) -> None:
    def ground(page: Page) -> str:
        found: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return found

    white, black = "rgb(255, 255, 255)", "rgb(13, 17, 23)"
    for dark, system in ((False, white), (True, black)):
        with opened(page_text, dark=dark) as page:
            assert ground(page) == system
            seen = []
            for _ in range(3):
                page.keyboard.press("t")
                seen.append((page.inner_text("#theme"), ground(page)))
            assert seen == [("Theme: light", white), ("Theme: dark", black), ("Theme: auto", system)]
            page.click("#theme")
            page.reload()
            assert page.inner_text("#theme") == "Theme: light"


CONTRAST = """() => {
  const numbers = (text) => { const found = text.match(/[\\d.]+/g).map(Number); return found.length > 3 ? found : [...found, 1]; };
  const over = ([r, g, b, a], under) => [r, g, b].map((one, i) => one * a + under[i] * (1 - a));
  const ground = (element) => {
    if (!element) return [255, 255, 255];
    const own = numbers(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own.slice(0, 3) : over(own, ground(element.parentElement));
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const bad = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || element.closest("script") || !element.checkVisibility()) continue;
    const under = ground(element);
    const [a, b] = [light(over(numbers(getComputedStyle(element).color), under)), light(under)].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) bad.push(`${element.tagName}.${element.className}: ${element.textContent.slice(0, 30)}`);
  }
  return bad;
}"""


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_has_contrast(dark: bool) -> None:
    old = made(f"before {OVERRIDE} same same same", tag=[PLAIN], on=["Page Path", "Page URL"])
    new = made("after same same same", path="order.total")
    new["tag"][0]["consentSettings"] = {
        "consentStatus": "NEEDED",
        "consentType": {"type": "LIST", "list": [{"type": "TEMPLATE", "value": "ad_storage"}]},
    }
    new["tag"] += [PLAIN | {"name": "Another", "html": "<script>other();</script>", "paused": True}]
    text = html(compared(old, new, strict=True))
    with opened(text, dark=dark) as page:
        page.keyboard.press("e")
        page.click("[data-value=tag]")
        assert page.evaluate(CONTRAST) == []


def test_both_sides_keep_level_and_stack_on_a_narrow_window(page_text: str) -> None:
    where = """() => [...document.querySelectorAll('.split tr')].filter((row) => row.querySelector('mark'))
      .map((row) => [...row.querySelectorAll('.line')].map((cell) => { const box = cell.getBoundingClientRect(); return [box.x, box.y, box.width]; }))[0]"""
    with opened(page_text) as page:
        (x, y, _), (x2, y2, _) = page.evaluate(where)
        assert y == y2
        assert x2 > x + 300
    with opened(page_text, width=420) as page:
        (x, y, wide), (x2, y2, _) = page.evaluate(where)
        assert x == x2
        assert y2 > y
        assert wide > 250
        assert page.evaluate("document.documentElement.scrollWidth") == 420
        same = page.locator(".split .same .line:visible")
        assert [text.strip() for text in same.all_text_contents()].count("var z;") == 1


def test_without_script_everything_is_there(page_text: str) -> None:
    with opened(page_text, js=False) as page:
        assert not page.locator("#controls").is_visible()
        assert page.locator(".visitors").is_visible()
        assert page.get_by_text("var fresh = 1;").is_visible()
        page.locator("summary.head").first.click()
        assert page.get_by_text("two({{Total}}, 1, 2, 3);").count() == 1


def test_print_shows_what_is_closed() -> None:
    with opened(html(compared(OLD, NEW))) as page:
        page.click("#collapse")
        assert not page.get_by_text("var fresh = 1;").is_visible()
        page.emulate_media(media="print", color_scheme="dark")
        assert page.get_by_text("var fresh = 1;").is_visible()  # by style alone, where the browser can
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details:not([open])", has_text="fresh").count() == 0  # by script in every other
        assert not page.locator("aside").is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        page.emulate_media(media="screen")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator(".change[open]").count() == 0


def test_nothing_moves_where_that_is_not_wanted(page_text: str) -> None:
    with opened(page_text) as page:
        durations = "getComputedStyle(document.querySelector('.head')).transitionDuration"
        assert page.evaluate(durations) == "0s"
        page.emulate_media(reduced_motion="no-preference")
        assert page.evaluate(durations) != "0s"


def test_two_thousand_changes_can_be_used() -> None:
    def many(word: str) -> dict[str, Any]:
        return {"tag": [{"name": f"Tag {i}", "type": "html", "html": f"<p>{word}</p>\n<i>{i}</i>", "fires": ["All Pages"]} for i in range(2000)]}  # fmt: skip

    with opened(html(compared(many("old"), many("new")))) as page:
        assert page.locator(".change[open]").count() == 0
        assert search(page, "tag 1234") == "1 of 2000 changes"
        page.keyboard.press("Escape")
        page.keyboard.press("e")
        assert page.locator(".change:not([open])").count() == 0
