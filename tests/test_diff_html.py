"""The page of a diff: what it says, and that nothing gets out of it or in."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from gtmgen.diff.comparison import Comparison, compare, compare_import
from gtmgen.platforms import TEMPLATES
from gtmgen.report.diff import sides, words
from gtmgen.report.diff.html import html
from gtmgen.report.diff.sides import Piece, Row, Text, pair, shown, stretches
from gtmgen.side import side
from tests.conftest import ROOT, command, known
from tests.exports import export
from tests.strategies import NASTY

OVERRIDE = "\N{RIGHT-TO-LEFT OVERRIDE}"
SECRET = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0"
OLD_CODE = "\n".join([*(f"var a{i};" for i in range(20)), "send('old', {value: {{Total}} });", "var z;"])
NEW_CODE = "\n".join(
    [*(f"var a{i};" for i in range(20)), "var fresh = 1;", "send('new', {value: {{Total}} });", "var z;"]
)


def made(code: str, name: str = "Purchase", **more: Any) -> dict[str, Any]:
    tag = {"name": name, "type": "html", "html": f"<script>\n{code}\n</script>", "fires": ["Bought"]}
    return {
        "tag": [tag, *more.get("tag", ())],
        "trigger": [{"name": "Bought", "type": "CUSTOM_EVENT", "event": more.get("event", "purchase")}],
        "variable": [{"name": "Total", "type": "v", "dataLayerVersion": 2, "name_of": more.get("path", "total")}],
        "on": more.get("on", ["Page Path"]),
    }


PLAIN = {"name": "Only new", "type": "html", "html": "<script>one({{Total}});</script>", "fires": ["Bought"]}
OLD = made(OLD_CODE, tag=[PLAIN | {"name": "Only old"}], on=["Page Path", "Page URL"])
NEW = made(NEW_CODE, tag=[PLAIN | {"html": "<script>\n  two({{Total}}, 1, 2, 3);\n</script>"}], path="order.total")


def compared(old: Mapping[str, Any], new: Mapping[str, Any], **options: Any) -> Comparison:
    before, after = (
        side(export(short).encode(), name, known()) for short, name in ((old, "old.json"), (new, f"new{OVERRIDE}.json"))
    )
    return compare(before, after, known(), **options)


@pytest.fixture(scope="module")
def page_text() -> str:
    return html(compared(OLD, NEW))


class Shape(HTMLParser):
    """A page's elements, and the text of each that has one."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_same_diff_gives_the_same_bytes() -> None:
    texts = set()
    for seed in ("1", "2"):
        arguments = ["diff", "output/shop.web.json", "output/leads.web.json", "--strict", "--format", "html"]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run([command(), *arguments], cwd=ROOT, env=environment, capture_output=True, check=False)
        assert done.returncode == 1, done.stderr
        texts.add(done.stdout)
    assert len(texts) == 1


def test_nothing_is_loaded(page_text: str) -> None:
    found = Shape(page_text)
    assert not {tag for tag, _ in found.tags} & {"img", "link", "iframe", "object", "embed", "base", "form", "source"}
    loads = {"src", "srcset", "action", "style", "data", "poster", "background"}
    assert not [pair for pair in found.attributes if pair[0] in loads or pair[0].startswith("on")]
    assert all(value.startswith("#") for name, value in found.attributes if name == "href")
    folder = TEMPLATES / "_report"
    for style in folder.glob("*.css"):
        assert not re.search(r"url\(|@import|https?:", style.read_text(encoding="utf-8")), style.name
    for script in folder.glob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"fetch|XMLHttp|WebSocket|import\(|https?:|</|<!--|innerHTML", text), script.name


def test_the_policy_lets_the_pages_own_style_and_script_run_and_nothing_else(page_text: str) -> None:
    (policy,) = re.findall('<meta http-equiv="Content-Security-Policy" content="([^"]+)">', page_text)
    rules = dict(rule.split(" ", 1) for rule in policy.replace("&#39;", "'").split("; "))
    assert rules.pop("default-src") == rules.pop("base-uri") == rules.pop("form-action") == "'none'"
    for tag in ("style", "script"):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", page_text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules.pop(f"{tag}-src") == f"'sha256-{digest}'"
    assert rules == {}


def test_only_the_pages_own_files_are_not_escaped() -> None:
    templates = [path.read_text(encoding="utf-8") for path in (TEMPLATES / "_report").glob("*.j2")]
    for text in templates:
        assert re.findall(r"\w+ ?\| ?safe", text) in ([], ["style | safe", "script | safe"])
    assert not any(re.search("autoescape|Markup", text) for text in templates)


@pytest.mark.parametrize(
    "nasty", [*NASTY, "<img src=x onerror=alert(1)>", "\x01\x07\x1b[2J", "</style></textarea>"], ids=ascii
)
def test_text_is_data_wherever_it_stands(nasty: str) -> None:
    def said(text: str) -> str:
        table = [{"key": f"k{text}", "value": f"v{text}"}]
        more = {"name": f"Map {text}", "type": "smm", "input": "{{Page Path}}", "map": table}
        old, new = (made(f"{word} {text}", f"Tag {text}", event=f"{word} {text}") for word in ("before", "after"))
        new["variable"] += [more]
        new["tag"][0]["notes"] = f"note {text}"
        return html(compared(old, new, strict=True))

    harmless, hostile = Shape(said("plain {{not there}}")), Shape(said(nasty))
    sign = ("span", ("class", "title"))
    assert set(hostile.tags) - {sign} <= set(harmless.tags)
    assert [tag for tag, _ in hostile.tags].count("script") == [tag for tag, _ in hostile.tags].count("style") == 1
    assert not re.search(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069{OVERRIDE}]", "".join(hostile.texts))
    seen = re.sub(r"\s+", " ", "".join(hostile.texts))
    for place in ("Tag ", "Map ", "k", "v"):
        flat = "".join(piece if isinstance(piece, str) else piece.text for piece in shown(place + nasty))
        assert re.sub(r"\s+", " ", flat) in seen, place


def test_what_cannot_be_seen_is_shown() -> None:
    assert shown("plain é 日本") == "plain é 日本"
    assert shown(f"a{OVERRIDE}b") == (Piece("a"), Piece("U+202E", False, "U+202E RIGHT-TO-LEFT OVERRIDE"), Piece("b"))
    assert shown("\x00") == (Piece("U+0000", False, "U+0000"),)
    assert shown("\ud800") == (Piece("U+D800", False, "U+D800"),)
    assert shown("a\tb", "\t") == "a\tb"
    family = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
    assert shown(family) == family
    assert shown("Purchase\N{ZERO WIDTH JOINER}") != "Purchase\N{ZERO WIDTH JOINER}"


def test_what_differs_within_a_line_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = pair("send('old', {value: 1});", "send('new', {value: 1});")
    assert _marked(old) == ["old"]
    assert _marked(new) == ["new"]
    assert not any(map(_marked, pair("return;", "var x = document.title + 1;")))  # two lines, not one that was changed
    long = " ".join(f"word{i}" for i in range(2000))
    monkeypatch.delattr(sides, "SequenceMatcher")  # of long lines it would take minutes
    assert [_marked(text) for text in pair(f"a {long} b {long}", f"a {long} c {long}")] == [["b"], ["c"]]


def _marked(text: Text) -> list[str]:
    return [] if isinstance(text, str) else [piece.text for piece in text if piece.differs]


def test_lines_that_are_alike_stand_beside_each_other() -> None:
    (change,) = [change for change in compared(OLD, NEW).diff.changes if change.name == "Purchase"]
    (detail,) = change.details
    (stretch,) = stretches(detail)
    assert stretch.skipped == 18  # the <script> and 17 of the 20 lines
    rows = {row.new_number: row for row in stretch.rows if row.new is not None}
    assert (rows[22].old, rows[22].new) == (None, "var fresh = 1;")
    assert (_marked(rows[23].old or ""), rows[23].old_number, rows[23].same) == (["old"], 22, False)
    assert rows[24] == Row("var z;", "var z;", 23, 24, True)


def test_secrets_are_covered() -> None:
    text = html(compared(made(f"var a = '{SECRET}.old';"), made(f"var a = '{SECRET}.new';"), strict=True))
    assert SECRET not in text
    assert "••••••" in text


def test_what_the_page_says(page_text: str) -> None:
    said = re.sub(r"\s+", " ", "".join(Shape(page_text).texts))
    for part in (
        "old.json",
        "newU+202E.json",
        *words.headline(compared(OLD, NEW)).split("; "),
        "1 added, 2 removed, 2 changed",
        "18 lines the same",
        "reaches 1 tag",
        "built-in variable Page URL",
    ):
        assert part in said, part


def test_every_link_leads_somewhere(page_text: str) -> None:
    changed = {f"c{number}" for number in range(1, 6)}
    for text in (page_text, html(compared(OLD, OLD)), html(compared(OLD, NEW, strict=True), brief=True)):
        links = set(re.findall('href="#([^"]+)"', text))
        assert links <= set(re.findall(' id="([^"]+)"', text))
        assert bool(links & changed) == (text.count("<article") + text.count('<details class="change') > 0)


def test_brief_leaves_out_what_changed_inside() -> None:
    text = html(compared(OLD, NEW), brief=True)
    assert 'class="values"' not in text
    assert 'class="code ' not in text
    assert "reaches 1 tag" in text


def test_what_leads_nowhere_is_said() -> None:
    new = made(NEW_CODE, tag=[PLAIN])
    name = "To`tal"
    new["variable"][0]["name"] = name
    old = made(OLD_CODE, tag=[PLAIN])
    said = re.sub(r"\s+", " ", "".join(Shape(html(compared(old, new))).texts))
    assert f"tag Only new still reads variable Total, which is called {name} now" in said


def test_an_import_says_what_becomes_of_each_entity() -> None:
    live, file = (
        side(export(short).encode(), name, known()) for short, name in ((OLD, "live.json"), (NEW, "file.json"))
    )
    text = html(compare_import(live, file, "rename-conflicting", known()))
    said = re.sub(r"\s+", " ", "".join(Shape(text).texts))
    assert "What an import of this file (Merge, Rename conflicting) would do to the container" in said
    assert "2 renamed there under that name and different" in said
    assert "Purchase_import_1" in said
    same = html(compare_import(live, live, "overwrite-conflicting", known()))
    assert "The import would change nothing." in same


def test_no_difference_is_said() -> None:
    text = html(compared(OLD, OLD))
    assert "No difference." in text
    assert 'id="search"' not in text


def test_bookkeeping_has_a_table_of_its_own() -> None:
    new = {**OLD, "raw": {"containerVersionId": "7"}}
    text = html(compared(OLD, new, strict=True))
    assert "containerVersionId" in text
    assert "nothing changes for visitors" in text
    assert "containerVersionId" not in html(compared(OLD, new))


def test_the_picture_of_the_readme_is_of_specs_that_are_there() -> None:
    from script.pictures import page

    assert "specs/shop.yml" in page()
    assert 0 < (ROOT / "docs" / "diff.png").stat().st_size < 400_000


def test_the_folder_of_pages_is_no_platform() -> None:
    assert not any(id.startswith("_") for id in known().platforms)
    assert Path(TEMPLATES / "_report" / "diff.html.j2").is_file()
