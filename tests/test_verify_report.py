"""The report of a verification as text and JSON: what is shown, what is cut, and that neither a secret nor a hostile value does harm."""

from __future__ import annotations

import json

import pytest

from gtmgen.report.verify.as_json import as_json
from gtmgen.report.verify.formats import FORMATS
from gtmgen.report.verify.html import html
from gtmgen.report.verify.summary import summary
from gtmgen.report.verify.text import text
from gtmgen.verify.outcome import Outcome, Verdict
from tests.outcomes import TOKEN, arrival, clean, failing, large, opened, outcome, poisoned


def rows(found: Outcome) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.split("  ") if cell.strip()]
        for line in text(found).splitlines()
        if line[:3] in ("  +", "  x")
    ]


def test_a_conversion_has_a_row_for_each_platform_where_it_first_arrived() -> None:
    found = rows(clean())
    assert ["+", "add_to_cart", "TikTok", "AddToCart", "AddToCart", "gen.mwwk0015.152"] in [row[:6] for row in found]
    assert [(row[1], row[2]) for row in found] == [
        (conversion, platform)
        for conversion in ("purchase", "add_to_cart", "Newsletter")
        for platform in ("TikTok", "Meta")
    ]
    assert {row[-1] for row in found} == {"counted once"}


def test_whatever_failed_has_a_row_and_its_reasons() -> None:
    said = text(failing())
    assert "counted 2 times; expected counted once" in said
    assert "x purchase on Meta: expected counted once, found counted 2 times: the browser sent gen.mwwk0015.46" in said
    assert '  in "Each conversion once", after step 3, push purchase\n    The browser' in said
    assert "x Chat widget: expected not fired, found fired 2 times" in said
    assert "journey.yml:31:7: error: nothing on the page matches #buy" in said
    assert "  A visitor who leaves  nothing was expected, ended early" in said
    for heading in (
        "went wrong on the page",
        "lost on the way to the server",
        "answered by nobody",
        "assumed",
        "not done",
    ):
        assert f"\n  {heading}" in said or heading in said
    assert "gtmgen - GA4 - Newsletter: row `items`" in said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (clean(), "8 expectations held, in 3.2 s. This proves the containers against the spec, not the site."),
        (failing(), "4 of 8 expectations failed, 1 visit ended early, in 3.2 s. "),
        (outcome([("Nothing", (opened(),), [])]), "nothing was expected, in 3.2 s. "),
        (
            clean()._replace(containers=("web container",), against="this journey"),
            "This proves the container against this journey",
        ),
    ],
    ids=["clean", "failing", "nothing", "a stranger's"],
)
def test_the_last_line_says_what_came_out_and_what_it_does_not_prove(found: Outcome, said: str) -> None:
    assert said in summary(found)
    assert text(found).splitlines()[-1] == summary(found)


@pytest.mark.parametrize(
    ("expected", "found", "said"),
    [
        (
            "counted once",
            "counted 2 times: the browser sent a; the server sent b",
            "counted 2 times; expected counted once",
        ),
        ("value is 5", 'value is "a: b" (browser)', 'value is "a: b" (browser); expected value is 5'),
        (
            "no personal data in clear",
            "`note` of it: an address",
            "`note` of it: an address; expected no personal data in clear",
        ),
    ],
)
def test_a_row_says_what_was_found_and_cuts_counts_alone(expected: str, found: str, said: str) -> None:
    verdict = Verdict(
        "purchase", "tiktok", expected, found, False, 1, (arrival("browser", "tiktok", "purchase", "A", 1),)
    )
    assert rows(outcome([("A", (opened(),), [verdict])]))[0][-1] == said


def test_what_is_paused_has_a_row_in_every_form() -> None:
    quiet = Verdict(
        "Chat", "tiktok", "paused, nothing arrived", "paused, nothing arrived", True, 1, (), (), paused=True
    )
    never = Verdict("Other", "tiktok", "not counted", "not counted", True, 1)
    found = outcome([("A", (opened(),), [quiet, never]), ("B", (opened(),), [quiet])])
    assert rows(found) == [["+", "Chat", "TikTok", "-", "-", "paused, nothing arrived"]]
    assert ">paused, nothing arrived</a>" in html(found)
    said = [one for scene in json.loads(as_json(found))["scenes"] for one in scene["verdicts"]]
    assert [(one["subject"], one["paused"]) for one in said] == [("Chat", True), ("Other", False), ("Chat", True)]
    sent = quiet._replace(ok=False, found="arrived: the browser sent c.1", reasons=("by `Tag`",))
    failed = outcome([("A", (opened(),), [sent])])
    assert rows(failed)[0][-1] == "arrived: the browser sent c.1; expected paused, nothing arrived"
    assert not failed.held and "by `Tag`" in text(failed) and "arrived: the browser sent c.1" in html(failed)


def test_a_pixel_that_got_nothing_is_remarked_in_the_tables() -> None:
    said = "counted once; pixel B is on the page too, and got none of it"
    came = (arrival("browser", "tiktok", "purchase", "A", 1),)
    found = outcome(
        [
            (
                "A",
                (opened(),),
                [Verdict("purchase", "tiktok", "counted once", f"{said}: the browser sent A", True, 1, came)],
            )
        ]
    )
    assert rows(found)[0][-1] == said
    assert f">{said}</a>" in html(found)


def test_a_visit_that_ended_before_its_expectations_says_that_they_were_not_asked() -> None:
    failed = failing()
    found = failed._replace(scenes=(failed.scenes[0], failed.scenes[1]._replace(unasked=2)))
    assert "  A visitor who leaves  ended early, 2 expectations not asked" in text(found)
    assert "1 visit ended early (2 expectations not asked), in" in summary(found)
    alone = found._replace(scenes=found.scenes[1:])
    assert summary(alone).startswith("nothing could be asked, 1 visit ended early (2 expectations not asked)")
    assert "nothing was expected" not in text(alone)
    assert "2 expectations behind that were not asked" in html(alone)


def test_a_visit_that_ended_early_is_none_that_held() -> None:
    found, broken = clean(), failing().scenes[1].broken
    assert found.held
    assert not found._replace(scenes=(found.scenes[0]._replace(broken=broken), *found.scenes[1:])).held
    assert not failing()._replace(scenes=failing().scenes[:1]).held


def test_two_pixels_are_not_two_times() -> None:
    one = arrival("browser", "tiktok", "purchase", "A", 1)
    other, again = one._replace(pixel="B"), one._replace(event_id="C")
    for arrivals, said in (((one, other), "Purchase (2 pixels)"), ((one, again), "Purchase x2"), ((one,), "Purchase")):
        verdict = Verdict("purchase", "tiktok", "counted once", "counted once", True, 1, arrivals)
        assert rows(outcome([("A", (opened(),), [verdict])]))[0][3] == said


def test_long_lists_are_cut_and_say_so() -> None:
    said = text(clean()._replace(unknown=tuple(f"https://a.example/{number}" for number in range(50))))
    assert "https://a.example/11\n    and 38 more (--format json has them all)" in said
    assert len(text(large(100, 1000))) < 20_000


def test_nothing_in_a_value_moves_the_cursor() -> None:
    hostile = "\x1b[2J\r\n\u202e"
    found = failing()
    ended = tuple(scene._replace(broken=None) for scene in found.scenes)  # findings are told as they are everywhere
    lines = text(poisoned(found._replace(scenes=ended), hostile))
    assert not set(lines) & {"\x1b", "\r", "\u202e"}


def test_json_holds_everything_and_no_secret() -> None:
    found = json.loads(as_json(failing()))
    assert list(found)[:3] == ["version", "held", "summary"]
    assert (found["version"], found["held"], found["against"]) == (1, False, "the spec")
    scene = found["scenes"][0]
    assert scene["verdicts"][2]["browser"][0]["event_id"] == "gen.mwwk0015.46"
    assert scene["steps"][0]["events"][2]["tags"][0]["outcome"] == "fired"
    assert scene["steps"][2]["screenshot"].startswith("iVBOR")
    assert scene["steps"][1]["server"][0]["data"]["items"] == [{"item_id": "12", "price": 29.95, "quantity": 2}]
    assert found["scenes"][1]["broken"]["at"]["line"] == 31
    assert TOKEN not in json.dumps(found)
    assert "abcdef123456" not in json.dumps(found)


def test_there_is_a_function_for_each_format() -> None:
    assert {form: bool(made(clean(), lambda said, _colour: said)) for form, made in FORMATS.items()} == {
        "text": True,
        "json": True,
        "html": True,
    }
