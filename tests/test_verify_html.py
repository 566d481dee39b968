"""The page of a verification: what it says, and that nothing gets out of it or in."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import pytest

from gtmgen.report.verify.html import LIMIT, html, verdict_of
from gtmgen.verify.outcome import Outcome, Verdict
from tests import outcomes
from tests.strategies import NASTY
from tests.test_diff_html import OVERRIDE, Shape


def said(text: str) -> str:
    """What a page says, without its style and script."""
    body = re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", " ".join(Shape(body).texts))


@pytest.fixture(scope="module")
def failed() -> str:
    return html(outcomes.failing())


@pytest.fixture(scope="module")
def passed() -> str:
    return html(outcomes.clean())


def of(*verdicts: Verdict, scenes: int = 1) -> Outcome:
    """An outcome of these verdicts, and no steps."""
    return outcomes.outcome([("One", (), verdicts), *[("More", (), ())] * (scenes - 1)])


def asked(subject: str, platform: str, ok: bool = True, arrived: bool = True) -> Verdict:
    came = (outcomes.arrival("browser", platform, subject, "1", 1),) if arrived and platform else ()
    return Verdict(subject, platform, "counted once", "counted once" if ok else "not counted", ok, 1, came)


PAUSED = Verdict("b", "meta", "paused, nothing arrived", "paused, nothing arrived", True, 1, paused=True)
VERDICTS = {
    "all counted": ([asked("a", "tiktok"), asked("a", "meta"), asked("b", "meta")], "All 2 conversions are counted once on TikTok and Meta."),
    "one conversion": ([asked("a", "meta")], "The conversion is counted once on Meta."),
    "page views are no conversions": ([asked("page_view", "meta"), asked("a", "meta")], "The conversion is counted once on Meta."),
    "one is wrong": ([asked("a", "meta", ok=False), asked("b", "meta")], "1 of 2 conversions is not counted as it should be: a."),
    "the only one is wrong": ([asked("a", "meta", ok=False)], "The conversion is not counted as it should be: a."),
    "on one platform of two": ([asked("a", "tiktok", ok=False), asked("a", "meta"), asked("b", "meta", ok=False)], "2 of 2 conversions are not counted as they should be: a and b."),
    "many are wrong": ([asked(name, "meta", ok=False) for name in "abcdef"], "6 of 6 conversions are not counted as they should be: a, b, c and 3 more."),
    "page views are wrong": ([asked("page_view", "meta", ok=False), asked("a", "meta")], "1 of 2 conversions is not counted as it should be: page_view."),
    "nothing was to arrive": ([asked("a", "meta", arrived=False)], "The expectation was met."),
    "one is paused": ([asked("a", "meta"), PAUSED], "The conversion is counted once on Meta. Paused, and nothing arrived: b."),
    "one was to be paused": ([asked("a", "meta"), PAUSED, PAUSED._replace(ok=False)], "1 of 2 conversions is not counted as it should be: b."),
    "all are paused": ([PAUSED], "The expectation was met."),
    "a tag is wrong": ([asked("Chat", "", ok=False), asked("a", "meta")], "1 of 2 expectations was not met."),
    "tags": ([asked("Chat", ""), asked("Other", "")], "All 2 expectations were met."),
    "nothing": ([], "Nothing was expected, so nothing is proved."),
}  # fmt: skip


@pytest.mark.parametrize(("verdicts", "sentence"), VERDICTS.values(), ids=VERDICTS)
def test_the_verdict_is_a_sentence(verdicts: list[Verdict], sentence: str) -> None:
    found, tone = verdict_of(of(*verdicts))
    assert found == sentence
    assert tone == ("none" if not verdicts else "good" if all(one.ok for one in verdicts) else "bad")
    assert sentence in said(html(of(*verdicts)))


def test_a_visit_that_broke_off_is_no_success() -> None:
    whole = outcomes.clean()
    broken = outcomes.failing().scenes[1].broken
    text = html(whole._replace(scenes=(whole.scenes[0]._replace(broken=broken), *whole.scenes[1:])))
    assert "1 visit could not be walked to the end: Each conversion once." in said(text)
    assert "nothing on the page matches #buy" in said(text)


def test_what_failed_is_said_first_and_leads_to_its_step(failed: str) -> None:
    text = said(failed)
    assert "2 of 3 conversions are not counted as they should be: purchase and Newsletter." in text
    assert text.index("What failed, and why") < text.index("Every conversion, on every platform")
    (card,) = re.findall(r'<article class="failure">(?:(?!</article>).)*purchase.*?</article>', failed, re.DOTALL)[:1]
    assert "on TikTok and Meta" in said(card)  # what both say alike is said once
    assert "is random at each reading" in said(card)
    (to,) = re.findall(r'href="#(s\d+)">step 3: push purchase', card)
    (panel,) = re.findall(rf'<article class="panel failed" id="{to}">.*?<h2>(.*?)</h2>', failed, re.DOTALL)
    assert panel == "push purchase"
    assert failed.count('<article class="failure">') == 4


def test_the_table_says_who_sent_what_and_under_which_id(failed: str, passed: str) -> None:
    rows = [said(row) for row in re.findall(r'<tr class="(?:good|bad)">.*?</tr>', passed, re.DOTALL)]
    assert len(rows) == 6
    assert re.search("purchase.*TikTok.*sent.*sent.*purchase.T-1001.*counted once.*1 met.*2 met", rows[0])
    purchase = said(re.findall(r'<tr class="bad">.*?</tr>', failed, re.DOTALL)[0])
    assert "browser gen.mwwk0015.46 server gen.mwwk0015.99" in purchase
    refused = next(row for row in map(said, re.findall(r"<tr class=.*?</tr>", failed, re.DOTALL)) if "40002" in row)
    assert "add_to_cart" in refused


def test_both_sides_of_an_event_are_drawn_together(failed: str, passed: str) -> None:
    cards = [said(card) for card in re.findall(r'<article class="pair.*?</article>', passed, re.DOTALL)]
    purchases = [card for card in cards if "event_id purchase.T-1001" in card]
    assert len(purchases) == 2
    assert all("same event_id" in card and "counted once" in card for card in purchases)
    assert all("num_items not sent 2" in card for card in purchases)  # what differs has both sides
    again = [card for card in cards if "purchase.T-1002" in card]
    assert all("counted once, the repeat is dropped" in card and "step 3" in card for card in again[:2])
    twice = [said(card) for card in re.findall(r'<article class="pair bad.*?</article>', failed, re.DOTALL)]
    assert len(twice) == 2
    assert all("counted twice" in card and "another event_id" in card and "gen.mwwk0015.46 ≠ gen.mwwk0015.99" in card for card in twice)  # fmt: skip


def test_an_event_says_what_fired_and_what_did_not_and_why(failed: str) -> None:
    (click,) = re.findall(r'<details class="moment" id="e\d+" open>\n<summary><span class="name">gtm.click.*?\n</details>', failed, re.DOTALL)  # fmt: skip
    text = said(click)
    assert "gtmgen - TikTok - Subscribe no consent missing: ad_storage" in text
    assert "gtmgen - Meta - Subscribe held back by the exception: Testers" in text
    assert "fbq is not a function" in text
    assert "ad_storage denied" in text
    page = said(failed)
    assert 'Base Pixel - Due: {{Base Pixel - Due}} ("false") does not equal "true"' in page
    assert "gtmgen - TikTok - Base Pixel , gtmgen - Meta - Base Pixel not fired" in page  # one reason


def test_what_is_left_over_in_the_data_layer_stands_out() -> None:
    first = outcomes.event("a", 1, {"ecommerce": {"value": 1}}, {"ecommerce": {"value": 1, "items": [7]}})
    text = said(html(outcomes.outcome([("One", (outcomes.step(1, "push a", [first]),), ())])))
    assert '"items": [7]' in text.split("Data layer after it")[1]
    second = outcomes.event("a", 1, {"ecommerce": {"value": 1}}, {})
    text = said(html(outcomes.outcome([("One", (outcomes.step(1, "push a", [second]),), ())])))
    assert "ecommerce as in the message" in text.split("Data layer after it")[1]


@pytest.mark.parametrize(
    "part",
    [
        "this event carries no items to the server",
        "Uncaught ReferenceError: shop is not defined",
        "as the page was left",
        "Trigger Video is a YouTube trigger.",
        "https://metrics.example/v1/batch",
        "An access token of ours stands in for yours.",
        "step 3 · line 12",
        "It does not prove the site.",
        "taken: HTTP 200",
    ],
)
def test_nothing_that_was_found_is_left_out(failed: str, part: str) -> None:
    assert part in said(failed)


def test_a_screenshot_stands_in_its_step_as_long_as_there_is_room(failed: str) -> None:
    picture = base64.b64encode(outcomes.png(900, 420, (246, 248, 250))).decode()
    assert failed.count(f'<img src="data:image/png;base64,{picture}"') == 1
    huge = outcomes.step(1, "push a", screenshot=b"\x89PNG" + bytes(3_000_000))
    assert "<img" not in html(outcomes.outcome([("One", (huge,), ())]))


def test_secrets_are_covered(failed: str) -> None:
    assert outcomes.TOKEN not in failed
    assert "abcdef123456" not in failed
    assert "access_token = ••••••" in failed
    assert outcomes.TOKEN not in html(outcomes.clean())


def test_the_same_outcome_gives_the_same_bytes(failed: str) -> None:
    assert html(outcomes.failing()) == failed


def test_nothing_is_loaded(failed: str) -> None:
    found = Shape(failed)
    assert not {tag for tag, _ in found.tags} & {"link", "iframe", "object", "embed", "base", "form", "source", "svg"}
    loads = {"srcset", "action", "style", "data", "poster", "background"}
    assert not [pair for pair in found.attributes if pair[0] in loads or pair[0].startswith("on")]
    assert all(value.startswith("data:image/png;base64,") for name, value in found.attributes if name == "src")
    assert all(value.startswith("#") for name, value in found.attributes if name == "href")


def test_the_policy_lets_the_pages_own_style_and_script_run_and_nothing_else(failed: str) -> None:
    (policy,) = re.findall('<meta http-equiv="Content-Security-Policy" content="([^"]+)">', failed)
    rules = dict(rule.split(" ", 1) for rule in policy.replace("&#39;", "'").split("; "))
    assert rules.pop("default-src") == rules.pop("base-uri") == rules.pop("form-action") == "'none'"
    assert rules.pop("img-src") == "data:"
    for tag in ("style", "script"):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", failed, re.DOTALL)
        assert (
            rules.pop(f"{tag}-src") == f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        )
    assert rules == {}


@pytest.mark.parametrize("make", [outcomes.clean, outcomes.failing])
def test_every_link_leads_somewhere(make: Any) -> None:
    text = html(make())
    ids = re.findall(' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall('href="#([^"]+)"', text)) <= set(ids)


@pytest.mark.parametrize(
    "nasty",
    [*NASTY, "<img src=x onerror=alert(1)>", "\x01\x07\x1b[2J", "\ud800", OVERRIDE, "</style></textarea>"],
    ids=ascii,
)
def test_text_is_data_wherever_it_stands(nasty: str) -> None:
    harmless, hostile = (
        Shape(html(outcomes.poisoned(outcomes.failing(), " plain"))),
        Shape(html(outcomes.poisoned(outcomes.failing(), nasty))),
    )
    sign = ("span", ("class", "title"))
    assert set(hostile.tags) - {sign} <= set(harmless.tags)
    assert [tag for tag, _ in hostile.tags].count("script") == [tag for tag, _ in hostile.tags].count("style") == 1
    assert not re.search(
        f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800{OVERRIDE}]", "".join(hostile.texts)
    )


def test_names_are_the_platforms_own_and_an_unknown_id_stands_for_itself() -> None:
    assert "on Zonk." in said(html(of(asked("a", "zonk"))._replace(platforms={"zonk": "Zonk"})))
    assert "on zonk." in said(html(of(asked("a", "zonk"))))


def test_two_thousand_events_stay_below_five_megabytes() -> None:
    text = html(outcomes.large(200, 2000))
    assert len(text.encode()) <= LIMIT
    assert text.count('<details class="moment"') == 2000
    assert text.count('class="panel"') == 201


def test_what_failed_stands_whole_in_a_large_page() -> None:
    long = "a long word " * 400
    made = outcomes.large(100, 1000)
    steps = list(made.scenes[0].steps)
    steps[7] = outcomes.step(8, "push odd", [outcomes.event("odd", 1, {"long": long}, {})])
    verdict = Verdict("odd", "meta", "counted once", "not counted", False, 8)
    scene = made.scenes[0]._replace(steps=tuple(steps), verdicts=(verdict,))
    assert long in html(made._replace(scenes=(scene,)))
    assert long not in html(made._replace(scenes=(scene._replace(verdicts=()),)))
