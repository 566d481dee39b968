"""Whole containers, compared with golden files: one for each trigger kind, each platform, and the specs of the repository."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gtmgen import platform_shape
from gtmgen.outputs import SERVER, WEB, setup
from gtmgen.source import parse
from tests.conftest import HEAD, ROOT, compiled, known

TRIGGERS = sorted((ROOT / "tests" / "triggers").glob("*.yml"))
EXAMPLES = sorted((ROOT / "templates").glob("*/example.yml"))
SPECS = sorted((ROOT / "specs").glob("*.yml"))

Golden = Callable[[Path, str], None]


@pytest.mark.parametrize("path", TRIGGERS, ids=lambda path: path.stem)
def test_trigger_kind(path: Path, golden: Golden) -> None:
    golden(
        ROOT / "tests" / "golden" / "triggers" / f"{path.stem}.json", compiled(path.read_text(encoding="utf-8")).text
    )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_platform(path: Path, golden: Golden) -> None:
    """Each of its outputs: the web container, the server container, and what is imported into that once."""
    for suffix, text in compiled(path.read_text(encoding="utf-8")).outputs.items():
        golden(ROOT / "tests" / "golden" / "platforms" / f"{path.parent.name}{suffix}", text)


def test_every_platform_has_an_example() -> None:
    folders = {path.parent.name for path in (ROOT / "templates").glob("*/platform.yml")}
    assert {path.parent.name for path in EXAMPLES} == folders


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_outputs_in_the_repository_are_what_their_specs_give(path: Path) -> None:
    for suffix, text in compiled(path.read_text(encoding="utf-8")).outputs.items():
        output = ROOT / "output" / f"{path.stem}{suffix}"
        assert output.read_bytes().decode("utf-8") == text, f"stale: run gtmgen build specs/{path.name}"


def test_no_golden_is_left_over() -> None:
    made = {f"triggers/{path.stem}" for path in TRIGGERS}
    made |= {
        f"platforms/{path.parent.name}{suffix.removesuffix('.json')}"
        for path in EXAMPLES
        for suffix in (WEB, SERVER, setup(path.parent.name))
    }
    stored = {
        str(path.relative_to(ROOT / "tests" / "golden").with_suffix(""))
        for path in (ROOT / "tests" / "golden").rglob("*.json")
        if path.parent.name != "contract"
    }
    assert stored == made


def test_a_head_is_a_spec() -> None:
    """The head that cases without one get must itself be clean, or every case would fail for its sake."""
    assert compiled(HEAD + "conversions: [{event: purchase, when: {data_layer: purchase}}]").findings == ()


@pytest.mark.parametrize("path", sorted((ROOT / "templates").glob("*/platform.yml")), ids=lambda path: path.parent.name)
def test_gtmgens_own_platforms_have_the_shape_that_is_asked_of_others(path: Path) -> None:
    """A start does not check them again."""
    source = parse(path.read_text(encoding="utf-8"), str(path))
    assert platform_shape.findings(path.parent.name, source, (ROOT / "templates",), known().events, {}) == []
