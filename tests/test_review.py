"""`gtmgen review`: which files it looks at, what it says of them, and how large its comment gets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gtmgen.report.diff.markdown import Block, Section, fit
from tests.conftest import compiled
from tests.exports import export
from tests.repository import EXPORT, SPEC, commit, git, pull_request
from tests.test_bad_input import gtmgen


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    pull_request(folder)
    git(folder, "checkout", "-q", "main")
    return folder


def review(site: Path, *words: str, code: int = 0) -> dict[str, Any]:
    done = gtmgen("review", *words, "--format", "json", cwd=site)
    assert done.returncode == code, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_only_specs_and_containers_are_looked_at(site: Path) -> None:
    found = review(site, "main", "change", code=1)
    assert [(one["old"], one["new"]) for one in found["diffs"]] == [
        ("main:gtm/GTM-ABC1234.json", "gtm/GTM-ABC1234.json"),
        ("main:output/shop.web.json", "output/shop.web.json"),
    ]
    assert [one["file"] for one in found["findings"]] == ["specs/leads.yml"]
    assert review(site, "main", "main") == {
        "version": 1, "base": "main", "head": "main", "diffs": [], "findings": [], "stale": [], "wrong": False,
    }  # fmt: skip


def test_paths(site: Path) -> None:
    found = review(site, "main", "change", "gtm")
    assert len(found["diffs"]) == 1
    assert len(review(site / "gtm", "main", "change", "GTM-ABC1234.json")["diffs"]) == 1
    done = gtmgen("review", "main", "change", "gmt", cwd=site)
    assert done.returncode == 2
    assert "there is no `gmt` in either of the two" in done.stderr.decode()


def test_from_a_folder_and_whatever_git_is_configured_to(site: Path) -> None:
    git(site, "config", "diff.relative", "true")
    git(site, "config", "diff.noprefix", "true")
    assert len(review(site / "specs", "main", "change", code=1)["diffs"]) == 2


@pytest.mark.parametrize(
    ("files", "stale"),
    [
        ({"specs/new.yml": SPEC}, ("output/new.web.json", "specs/new.yml", True)),
        ({"specs/shop.yml": SPEC.replace("/welcome", "/x")}, ("output/shop.web.json", "specs/shop.yml", False)),
        ({"output/shop.web.json": export(EXPORT)}, ("output/shop.web.json", "specs/shop.yml", False)),
        ({"specs/shop.yml": None}, ("output/shop.web.json", "", False)),
    ],
    ids=[
        "a spec without its output",
        "an output that was not built",
        "an output edited by hand",
        "an output left over",
    ],
)
def test_outputs_that_are_not_what_their_specs_give(
    site: Path, files: dict[str, str | None], stale: tuple[str, str, bool]
) -> None:
    git(site, "checkout", "-qb", "other")
    commit(site, files, "Other")
    (found,) = review(site, "main", code=1)["stale"]
    assert (found["output"], found["spec"], found["missing"]) == stale
    text = gtmgen("review", "main", cwd=site).stdout.decode()
    assert stale[0] in text
    assert "1 output is stale" in text


def test_the_contract_of_a_backend_is_an_output_too(site: Path) -> None:
    spec = SPEC.replace("conversions:", "server: {transport: backend}\nconversions:")
    built = compiled(spec)
    outputs = {f"output/shop{suffix}": text for suffix, text in built.outputs.items()}
    assert len(outputs) == 3
    git(site, "checkout", "-qb", "other")
    commit(site, {"specs/shop.yml": spec, "output/shop.web.json": built.text}, "Without it")
    assert {(one["output"], one["missing"]) for one in review(site, "main", code=1)["stale"]} == {
        ("output/shop.events-api.json", True),
        ("output/shop.events-api.md", True),
    }
    base = commit(site, dict(outputs), "With it")
    assert review(site, "main")["stale"] == []
    commit(site, {"output/shop.events-api.md": "by hand"}, "By hand")
    assert [one["output"] for one in review(site, base, code=1)["stale"]] == ["output/shop.events-api.md"]


def test_a_server_container_is_an_output_too(site: Path) -> None:
    server = 'server: {transport: sgtm, url: "https://sgtm.shop.example", measurement_id: G-ABC1234567}\n'
    spec = SPEC.replace("conversions:", f"{server}conversions:")
    outputs = {f"output/shop{suffix}": text for suffix, text in compiled(spec).outputs.items()}
    assert sorted(outputs) == [
        "output/shop.server-setup.tiktok.json",
        "output/shop.server.json",
        "output/shop.web.json",
    ]
    git(site, "checkout", "-qb", "other")
    commit(site, {"specs/shop.yml": spec, "output/shop.web.json": outputs["output/shop.web.json"]}, "Without it")
    assert {(one["output"], one["missing"]) for one in review(site, "main", code=1)["stale"]} == {
        ("output/shop.server.json", True),
        ("output/shop.server-setup.tiktok.json", True),
    }
    base = commit(site, dict(outputs), "With it")
    found = review(site, "main")
    assert found["stale"] == []
    assert [one["new"] for one in found["diffs"]] == [
        "output/shop.server-setup.tiktok.json",
        "output/shop.server.json",
        "output/shop.web.json",
    ]
    assert not [one for one in found["findings"] if one["rule"] == "dangling"]  # the tokens come with the set-up
    commit(site, {"specs/shop.yml": spec.replace("sgtm.shop", "other.shop")}, "Moved the server")
    assert [one["output"] for one in review(site, base, code=1)["stale"]] == ["output/shop.web.json"]


def test_a_repository_that_keeps_no_outputs_need_not(site: Path) -> None:
    commit(site, {"output/shop.web.json": None}, "No outputs here")
    git(site, "checkout", "-qb", "other")
    commit(site, {"specs/new.yml": SPEC.replace("/welcome", "/x")}, "Other")
    found = review(site, "main")
    assert found["stale"] == []
    assert found["diffs"][0]["old"] == "main (not there)"


def test_a_spec_that_was_moved_is_compared_with_itself(site: Path) -> None:
    git(site, "checkout", "-qb", "other")
    moved = SPEC.replace("/welcome", "/x")
    commit(
        site,
        {"specs/shop.yml": None, "tracking/shop.yml": moved, "output/shop.web.json": compiled(moved).text},
        "Moved",
    )
    found = review(site, "main")
    assert [(one["old"], one["new"]) for one in found["diffs"]] == [
        ("main:output/shop.web.json", "output/shop.web.json")
    ]


def test_what_cannot_be_compared_is_said(site: Path) -> None:
    git(site, "checkout", "-qb", "other")
    commit(
        site,
        {
            "gtm/GTM-ABC1234.json": '{"containerVersion": ',
            "data.json": '{"containerVersion": 1, "x": "' + "x" * 41_000_000 + '"}',
        },
        "Cut",
    )
    text = gtmgen("review", "main", cwd=site)
    said = text.stdout.decode()
    assert text.returncode == 1
    assert "1 could not be compared" in said
    assert "the file ends in the middle" in said
    assert "data.json: note: the file has 41 MB" in said


def test_submodules_are_no_files(site: Path) -> None:
    git(site, "checkout", "-qb", "other")
    head = git(site, "rev-parse", "HEAD")
    git(site, "update-index", "--add", "--cacheinfo", f"160000,{head},sub.json")
    git(site, "commit", "-qm", "A submodule")
    found = review(site, "main")
    assert (found["diffs"], found["findings"]) == ([], [])


def test_revisions_that_git_has_not_got(site: Path) -> None:
    for words in (["nobody"], ["main", "nobody"], ["--", "-x"]):
        done = gtmgen("review", *words, cwd=site)
        assert done.returncode == 2, words
        assert "no revision is called" in done.stderr.decode()


@pytest.mark.parametrize("heads", [1, 3, 40])
def test_a_comment_never_holds_more_than_it_may(heads: int) -> None:
    sections = [Section("line of a head\n" * 3_000, "many", (Block("x" * 5_000, "short"),) * 30) for _ in range(heads)]
    for head in ("", "a finding\n" * 9_000):
        text = fit(head, sections)
        assert len(text) <= 60_000
        assert text.count("<details>") == text.count("</details>")
