"""Journeys as they are written: what they are read as, and what mistakes are answered with. The cases stand in tests/journeys/."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from gtmgen.findings import GtmgenError
from gtmgen.source import parse
from gtmgen.verify.journeys.journey import Expectation, StepKind
from gtmgen.verify.journeys.journey_file import Words, load
from gtmgen.verify.subject import of_spec
from tests.conftest import ROOT, known

WORDS = Words(["purchase", "add_to_cart"], ["tiktok", "meta"], ["gtmgen - Purchase"], ["Order Total", "Lead value"])


def cases(name: str) -> list[Any]:
    path = ROOT / "tests" / "journeys" / f"{name}.yml"
    return [pytest.param(case, id=case["name"]) for case in parse(path.read_text("utf-8"), str(path)).data]


def text(case: Mapping[str, Any]) -> str:
    journey = str(case["journey"])
    return journey if journey.startswith("gtmgen") else f"gtmgen-journey: 1\n{journey}"


@pytest.mark.parametrize("case", cases("good"))
def test_a_journey_is_read_as_it_is_meant(case: dict[str, Any]) -> None:
    [scene] = load(text(case), "tests/journey.yml", words=WORDS).scenes
    assert [step.said for step in scene.steps] == case["steps"]
    expected = {key: tuple(value) if isinstance(value, list) else value for key, value in case.get("scene", {}).items()}
    assert {key: getattr(scene, key) for key in expected} == expected
    if "expectations" in case:
        found = [one for step in scene.steps if step.kind == "expect" for one in step.what]
        assert found == [Expectation(**{**one, "sides": tuple(one.get("sides", ()))}) for one in case["expectations"]]


@pytest.mark.parametrize("case", cases("bad"))
def test_a_mistake_in_a_journey_is_told_with_its_place_and_the_way_out(case: dict[str, Any]) -> None:
    with pytest.raises(GtmgenError) as problem:
        load(text(case), "journey.yml", words=WORDS)
    said = {f"{one.at.line}:{one.at.column}": (one.message, one.hint) for one in problem.value.findings}
    assert list(said) == list(case["says"])
    for place, (message, hint) in case["says"].items():
        assert message in said[place][0]
        assert hint in said[place][1]


def test_a_folder_of_pages_stands_beside_the_journey(tmp_path: Path) -> None:
    pages = {
        "index.html": "home",
        "thanks.html": "thanks",
        "shop/index.html": "shop",
        "shop/a.html": "a",
        "style.css": "-",
    }
    for name, html in pages.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text(html, encoding="utf-8")
    journey = load("gtmgen-journey: 1\npages: site\nsteps: [{visit: /}]", str(tmp_path / "journey.yml"))
    assert journey.scenes[0].pages == {
        "/": "home",
        "/index.html": "home",
        "/thanks": "thanks",
        "/thanks.html": "thanks",
        "/shop/": "shop",
        "/shop/index.html": "shop",
        "/shop/a": "a",
        "/shop/a.html": "a",
    }


def test_without_a_site_of_its_own_a_journey_is_on_the_specs() -> None:
    text = "gtmgen-journey: 1\nsteps: [{visit: /}]"
    assert load(text, "a.yml", "https://shop.example/").scenes[0].url == "https://shop.example/"


def test_what_can_never_fail_is_told() -> None:
    words = WORDS._replace(events=["Purchase", "Lead"])
    head = "gtmgen-journey: 1\nsteps:\n  - visit: /\n"
    assert load(head, "a.yml", words=words).not_done[0].startswith("this journey expects nothing")
    typo = "  - expect: {event: Purchas, times: never}\n"
    said = "line 4: nothing here sends an event `Purchas`, so never holds: did you mean `Purchase`?"
    assert load(head + typo, "a.yml", words=words).not_done == (said,)
    assert load(head + typo.replace("Purchas", "Lead"), "a.yml", words=words).not_done == ()


def test_a_step_knows_its_line() -> None:
    [scene] = load("gtmgen-journey: 1\nsteps:\n  - visit: /\n  - reload\n", "a.yml").scenes
    assert [step.line for step in scene.steps] == [3, 4]


def test_the_pages_own_journeys_can_be_read() -> None:
    page = (ROOT / "docs" / "verify.md").read_text("utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        whole = block if block.startswith("gtmgen-journey") else f"gtmgen-journey: 1\nsteps:\n{block}"
        assert load(whole, "verify.md").scenes


def test_the_page_explains_every_key_and_step() -> None:
    page = (ROOT / "docs" / "verify.md").read_text("utf-8")
    keys = {"site", "html", "pages", "consent", "before", "blocked", "variables", "steps", "scenes"}
    assert keys <= set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert all(f"`{kind}" in page for kind in get_args(StepKind))


@pytest.mark.parametrize("path", sorted((ROOT / "specs" / "journeys").glob("*.yml")), ids=lambda path: path.stem)
def test_a_journey_that_comes_with_gtmgen_uses_its_specs_names(path: Path) -> None:
    spec = ROOT / "specs" / path.name
    subject = of_spec(spec.read_text("utf-8"), str(spec), known())
    assert load(path.read_text("utf-8"), str(path), subject.site, subject.words).scenes
