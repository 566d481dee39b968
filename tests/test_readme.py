"""The README says what is so: its spec gives what it shows, its commands exist, its links lead somewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gtmgen.source import parse
from tests.conftest import ROOT, compiled
from tests.repository import commit, git
from tests.runtime.v8 import push, run
from tests.test_bad_input import gtmgen

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_spec_gives_what_is_shown_beside_it(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "readme.yml").write_text(blocks("yaml")[0], encoding="utf-8")
    done = gtmgen("build", "specs/readme.yml", cwd=tmp_path)
    assert done.stderr.decode().strip() == blocks("text")[0].strip()


def test_the_call_is_what_a_purchase_sends() -> None:
    message = {
        "event": "purchase",
        "ecommerce": {
            "transaction_id": "T-1001",
            "value": 59.9,
            "currency": "EUR",
            "items": [{"item_id": "12", "price": 29.95, "quantity": 2}],
        },
    }
    result = run(json.loads(compiled(blocks("yaml")[0]).text), [push(message)])
    (call,) = [call for call in result.sent if call.sdk == "ttq" and call.event == "Purchase"]
    (literal,) = re.findall(r"(\{value.*?\}),\n\s+\{event_id", blocks("js")[0], re.DOTALL)
    shown = parse(literal.replace("'", '"'), "js").data
    assert call.params == shown
    assert call.event_id == "purchase.T-1001"
    assert "instance('C4A1B2C3D4E5F6G7H8I9').track('Purchase'" in blocks("js")[0]


def test_a_mistake_is_answered_as_shown(tmp_path: Path) -> None:
    lines = blocks("yaml")[0].replace("event: purchase  ", "event: purchse   ").splitlines()
    lines.insert(0, "\n\n\n\n"[: 12 - 1 - next(i for i, line in enumerate(lines) if "purchse" in line) - 1])
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "mysite.yml").write_text("\n".join(lines), encoding="utf-8")
    said = gtmgen("build", "specs/mysite.yml", cwd=tmp_path).stderr.decode()
    assert "error: no event is called `purchse`  [unknown-event]" in said
    assert "did you mean `purchase`?" in said
    shown = blocks("text")[1]
    assert re.sub(r":\d+:|\d+ \||#.*", "", shown).split() == re.sub(r":\d+:|\d+ \||#.*", "", said).split()


def test_a_change_is_told_as_shown(tmp_path: Path) -> None:
    """The example leaves out one of two tags, at the `…`."""
    (tmp_path / "specs").mkdir()
    spec = tmp_path / "specs" / "shop.yml"
    spec.write_text(blocks("yaml")[0], encoding="utf-8")
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, {}, "Before")
    spec.write_text(blocks("yaml")[0].replace("value: 50", "value: 80").replace("is: qa", "is: test"), encoding="utf-8")
    said = gtmgen("diff", "main:specs/shop.yml", "specs/shop.yml", cwd=tmp_path).stdout.decode().strip().split("\n\n")
    (shown,) = [block.strip().split("\n\n") for block in blocks("text") if "→" in block and "For visitors" in block]
    cut = shown.index("…")
    assert shown[:cut] == said[:cut]
    assert shown[cut + 1 :] == said[cut + 1 :]


@pytest.mark.usefixtures("chromium")
def test_a_verification_says_what_is_shown(tmp_path: Path) -> None:
    """But for the ids that the page makes, and the seconds."""
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "readme.yml").write_text(blocks("yaml")[0], encoding="utf-8")
    said = gtmgen("verify", "specs/readme.yml", cwd=tmp_path)
    (shown,) = [block for block in blocks("text") if "expectations held" in block]

    def plain(text: str) -> list[str]:
        return re.sub(r"gen[.]\S+|\d+[.]\d s[.]", "…", text).split()

    assert said.returncode == 0
    assert plain(said.stdout.decode()) == plain(shown)


def test_the_commands_and_links_are_there() -> None:
    commands = set(
        re.findall(
            r"gtmgen ([a-z]+)", " ".join(blocks("sh")) + " ".join(re.findall(r"^\| `(.*?)` ", README, re.MULTILINE))
        )
    )
    for name in commands - {"gtmgen"}:
        assert gtmgen(name, "--help", cwd=ROOT).returncode == 0, name
    for page in sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
