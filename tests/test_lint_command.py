"""`gtmgen lint` and `gtmgen rules` as people run them: formats, exit codes, choosing rules, pyproject.toml, comments."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gtmgen.container.whole import Container
from gtmgen.diff.importing import imported
from gtmgen.findings import Finding, Position, Severity
from gtmgen.lint import all_rules
from gtmgen.lint.files import Linted
from gtmgen.lint.reading import PAGES
from gtmgen.plan.server import TOKEN as PLACEHOLDER
from gtmgen.report.lint import FORMATS, summary
from tests.conftest import ROOT
from tests.exports import export
from tests.test_bad_input import GOOD, gtmgen

LEGACY = GOOD.replace("event: sign_up", "event: CompletePayment")
WRONG = GOOD.replace("event: sign_up", "event: purchse")
LONELY = export({"tag": [{"name": "A", "type": "html", "html": "x"}], "trigger": [{"name": "T", "type": "PAGEVIEW"}]})


def lint(folder: Path, *arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
    done = gtmgen("lint", *arguments, cwd=folder, stdin=stdin)
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"good.yml": GOOD, "legacy.yml": LEGACY, "wrong.yml": WRONG, "lonely.json": LONELY}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_clean_file_says_nothing(folder: Path) -> None:
    assert lint(folder, "good.yml", "--select", "legacy-event") == (0, "", "good.yml: nothing to say\n")


def test_text_shows_the_line_with_a_mark(folder: Path) -> None:
    code, said, talk = lint(folder, "wrong.yml", "lonely.json", "--select", "unknown-event,tag-never-fires")
    assert code == 1
    assert "wrong.yml:4:23: error: no event is called `purchse`  [unknown-event]" in said
    assert "  4 | conversions: [{event: purchse" in said and "    |                       ^^^^^^^" in said
    assert "lonely.json:21:25: warning: nothing fires tag `A`" in said
    assert talk == "2 files: 1 error, 1 warning\n"


def test_notes_and_warnings_do_not_fail_unless_strict(folder: Path) -> None:
    only = ("--select", "legacy-event,tag-never-fires")
    assert lint(folder, "legacy.yml", *only)[0] == 0
    assert lint(folder, "legacy.yml", "--strict", *only)[0] == 0
    assert lint(folder, "lonely.json", *only)[0] == 0
    assert lint(folder, "lonely.json", "--strict", *only)[0] == 1


def test_a_file_that_cannot_be_read_is_trouble_and_the_others_are_read_all_the_same(folder: Path) -> None:
    (folder / "cut.json").write_text('{"exportFormatVersion": 2,', encoding="utf-8")
    (folder / "not.yml").write_text("a: [", encoding="utf-8")
    code, said, _ = lint(folder, "cut.json", "gone.yml", "not.yml", "wrong.yml")
    assert code == 2
    for rule in ("not-an-export", "file", "yaml", "unknown-event"):
        assert f"[{rule}]" in said


def test_a_spec_that_its_schema_refuses_is_wrong_not_unreadable(folder: Path) -> None:
    (folder / "typo.yml").write_text(GOOD.replace("platforms:", "platfroms:"), encoding="utf-8")
    code, said, _ = lint(folder, "typo.yml")
    assert code == 1 and "did you mean `platforms`?" in said


def test_stdin(folder: Path) -> None:
    only = ("--select", "tag-never-fires,legacy-event")
    assert "<stdin>:21:25: warning" in lint(folder, "-", *only, stdin=LONELY.encode())[1]
    assert "[legacy-event]" in lint(folder, "-", *only, stdin=LEGACY.encode())[1]


def test_select_and_ignore(folder: Path) -> None:
    assert lint(folder, "lonely.json", "--select", "tag-*", "--ignore", "tag-never-fires")[1] == ""
    assert "[tag-never-fires]" in lint(folder, "lonely.json", "--select", "all")[1]
    code, _, talk = lint(folder, "lonely.json", "--select", "tag-never-fire")
    assert code == 2 and "did you mean `tag-never-fires`?" in talk


def test_pyproject(folder: Path) -> None:
    pyproject = folder / "pyproject.toml"
    pyproject.write_text(
        '[tool.gtmgen]\nselect = ["tag-never-fires", "legacy-event"]\nstrict = true\n', encoding="utf-8"
    )
    assert lint(folder, "lonely.json")[0] == 1
    (folder / "specs").mkdir()
    (folder / "specs" / "a.yml").write_text(LEGACY, encoding="utf-8")
    assert "[legacy-event]" in lint(folder / "specs", "a.yml")[1]
    pyproject.write_text(
        '[tool.gtmgen.per-file-ignores]\n"lone*.json" = ["*"]\n"specs/*" = ["legacy-event"]\n', encoding="utf-8"
    )
    assert lint(folder, "lonely.json")[:2] == (0, "")
    assert "legacy-event" not in lint(folder, "specs/a.yml")[1]
    assert "legacy-event" not in lint(folder / "specs", "a.yml")[1]
    assert "legacy-event" in lint(folder, "legacy.yml")[1]
    assert b"legacy-event" not in gtmgen("build", "specs/a.yml", cwd=folder).stderr


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("[tool.gtmgen]\nselct = []", "pyproject.toml:2:1: error: `selct` is no key of [tool.gtmgen]"),
        ("[tool.gtmgen]\nstrict = 1", "pyproject.toml:2:1: error: `strict` must be true or false"),
        ("[tool.gtmgen]\nignore = 'a'", "`ignore` must be a list of texts"),
        ("[tool.gtmgen]\nignore = ['tag-never-fire']", "did you mean `tag-never-fires`?"),
        ("[tool.gtmgen]\nper-file-ignores = []", "`per-file-ignores` must hold lists of rules"),
        ("[tool]\ngtmgen = 1", "`tool.gtmgen` must be a table"),
        ("[tool.gtmgen\n", "pyproject.toml:1:13: error: this is no TOML"),
    ],
)
def test_a_wrong_pyproject(folder: Path, table: str, says: str) -> None:
    (folder / "pyproject.toml").write_text(table, encoding="utf-8")
    code, _, talk = lint(folder, "good.yml")
    assert code == 2 and says in talk


def test_templates_of_pyproject(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(
        f'[tool.gtmgen]\ntemplates = ["{(ROOT / "tests" / "toy").as_posix()}"]\n', encoding="utf-8"
    )
    assert b"Zonk" in gtmgen("platforms", cwd=folder).stdout


HOSTILE = Finding(
    "unknown-event",
    Severity.ERROR,
    "a%b\r\n::error::\x1b[31m token=abcdef0123456789",
    Position("a:b,c d.yml", 3, 5, "x", 4),
    "line\ntwo",
)
WHOLE = Finding("file", Severity.WARNING, "there is no such file", Position("/tmp/a b.yml", 0, 0))


def test_github() -> None:
    said = FORMATS["github"]([Linted("a", (HOSTILE, WHOLE))], lambda text, colour: text)
    first, second, rest = said.split("\n")
    assert first.startswith(
        "::error file=a%3Ab%2Cc d.yml,title=gtmgen%3A unknown-event,line=3,col=5,endColumn=9::a%25b%0D%0A::error::"
    )
    assert "\x1b" not in first and "abcdef0123456789" not in first and first.endswith("%0Aline%0Atwo")
    assert second == "::warning file=/tmp/a b.yml,title=gtmgen%3A file::there is no such file"
    assert rest == ""


def test_json() -> None:
    said = json.loads(FORMATS["json"]([Linted("a", (HOSTILE,)), Linted("b", (WHOLE,))], lambda text, colour: text))
    assert said["version"] == 1
    assert said["files"][0]["findings"][0] | {"message": ""} == {
        "rule": "unknown-event",
        "severity": "error",
        "line": 3,
        "column": 5,
        "end_column": 9,
        "message": "",
        "hint": "line\ntwo",
    }
    assert [file["readable"] for file in said["files"]] == [True, False]


SCHEMA: dict[str, Any] = json.loads((ROOT / "tests" / "sarif.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("linted", [[], [Linted("a", ())], [Linted("a", (HOSTILE, WHOLE))]])
def test_sarif_is_valid(linted: list[Linted]) -> None:
    said = json.loads(FORMATS["sarif"](linted, lambda text, colour: text))
    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(said)
    for result in said["runs"][0]["results"]:
        assert said["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_of_every_rule_is_valid(folder: Path) -> None:
    every = [Finding(id, Severity.NOTE, "m", Position("a.yml", 1, 1)) for id in {*(r.id for r in all_rules()), *PAGES}]
    said = json.loads(FORMATS["sarif"]([Linted("a.yml", tuple(every))], lambda text, colour: text))
    jsonschema.Draft202012Validator(SCHEMA).validate(said)
    code, said, _ = lint(folder, "wrong.yml", "--format", "sarif")
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(said))
    assert code == 1


def test_the_summary_counts() -> None:
    assert summary([Linted("a", (HOSTILE, WHOLE, WHOLE))]) == "a: 1 error, 2 warnings"
    assert summary([Linted("a", ()), Linted("b", ())]) == "2 files: nothing to say"


def test_rules_lists_every_rule_and_prints_its_page(folder: Path) -> None:
    listed = gtmgen("rules", cwd=folder).stdout.decode().splitlines()
    assert [line.split()[0] for line in listed if line.startswith("  ")] == [
        rule.id for reads in ("spec", "container", "both", "together") for rule in all_rules() if rule.reads == reads
    ]
    page = gtmgen("rules", "legacy-event", cwd=folder).stdout.decode()
    assert page.startswith("legacy-event (note; specs, containers)\n\nA platform has given this event another name")
    assert "the file is no gtm export" in gtmgen("rules", "not-an-export", cwd=folder).stdout.decode().lower()
    assert len(json.loads(gtmgen("rules", "--format", "json", cwd=folder).stdout)) == len(all_rules())
    done = gtmgen("rules", "legacy-evnt", cwd=folder)
    assert done.returncode == 2 and b"did you mean `legacy-event`?" in done.stderr


def test_everything_that_is_said_has_a_page() -> None:
    """Every id that a finding is made with anywhere in the package."""
    said = set()
    for path in (ROOT / "gtmgen").rglob("*.py"):
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in {"error", "Finding"}]
        said |= {str(first.value) for call in named for first in call.args[:1] if isinstance(first, ast.Constant)}
    assert said <= {*(rule.id for rule in all_rules()), *PAGES}


def test_the_outputs_and_starters_are_clean() -> None:
    files = [
        str(path)
        for folder in ("output", "specs")
        for path in sorted((ROOT / folder).glob("*.*"))
        if "schema" not in path.name and path.suffix != ".md"
    ]
    done = gtmgen("lint", *files, "--strict", cwd=ROOT)
    assert (done.returncode, done.stdout.count(b": warning:")) == (0, 0), done.stdout.decode()


def test_a_server_container_as_it_is_in_gtm(tmp_path: Path) -> None:
    """What `build` makes is recognised there: tags without their token, and conversions of which the server container is behind."""
    spec = f"{GOOD}\nserver: {{transport: sgtm, url: https://sgtm.example.com, measurement_id: G-ABCDEF1234}}\n"
    (tmp_path / "a.yml").write_text(spec, encoding="utf-8")
    assert gtmgen("build", "a.yml", cwd=tmp_path).returncode == 0
    output = tmp_path / "output"
    assert lint(tmp_path, *(str(path) for path in sorted(output.glob("*.json"))))[:2] == (0, "")
    (setup,) = output.glob("a.server-setup*.json")
    filled, file = (
        Container(json.loads(path.read_text(encoding="utf-8"))) for path in (setup, output / "a.server.json")
    )
    live = json.dumps(imported(filled, file, "overwrite-conflicting").container.data)
    (tmp_path / "live.json").write_text(live.replace("6000000000", "6000000001"), encoding="utf-8")
    code, said, _ = lint(tmp_path, "live.json", "output/a.web.json")
    assert (code, said.count(": error:"), said.count(": warning:")) == (1, 1, 0) and "[not-filled-in]" in said
    behind = re.sub(r'("arg1", "value": "gtmgen - )', r"\g<1>old ", live.replace(PLACEHOLDER, "filled in"))
    (tmp_path / "live.json").write_text(behind.replace("6000000000", "6000000001"), encoding="utf-8")
    code, said, _ = lint(tmp_path, "live.json", "output/a.web.json")
    assert (code, said.count(": error:"), said.count(": warning:")) == (0, 0, 1) and "[unknown-conversion]" in said


@pytest.mark.parametrize("starter", ["shop", "leads", "subscription"])
def test_a_starter_of_init_is_clean(starter: str, tmp_path: Path) -> None:
    gtmgen("init", "a.yml", "--template", starter, cwd=tmp_path)
    done = gtmgen("lint", "a.yml", "--strict", cwd=tmp_path)
    assert done.returncode == 0, done.stdout.decode()
    gtmgen("build", "a.yml", cwd=tmp_path)
    done = gtmgen("lint", "output/a.web.json", "--strict", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b""), done.stdout.decode()


def test_the_page_on_dedup_names_rules_that_are_there() -> None:
    page = (ROOT / "docs" / "dedup.md").read_text(encoding="utf-8")
    rows = [row.rsplit("|", 3)[1:3] for row in page.splitlines() if re.match(r"\| \d+ \|", row)]
    named = {
        id for row in rows for cell in row for id in re.findall(r"`([a-z]+(?:-[a-z]+)+|currency|secret|token)`", cell)
    }
    assert len(rows) == 28 and named <= {rule.id for rule in all_rules()}


def test_names_that_are_no_text_are_shown_all_the_same(tmp_path: Path) -> None:
    """A file's name is bytes; what they mean is the reader's matter."""
    (tmp_path / os.fsdecode(b"bad\xff.yml")).write_text(GOOD, encoding="utf-8")
    for form in FORMATS:
        done = gtmgen("lint", os.fsdecode(b"bad\xff.yml"), "--format", form, "--select", "no-primary", cwd=tmp_path)
        assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr


def test_nothing_in_a_container_begins_a_line_of_its_own(tmp_path: Path) -> None:
    name = "a\n::error::pwned \N{ARABIC LETTER MARK}"
    (tmp_path / "a.json").write_text(
        export({"tag": [{"name": name, "type": "html", "html": "x"}], "trigger": [{"name": "T", "type": "PAGEVIEW"}]})
    )
    _, said, _ = lint(tmp_path, "a.json", "--select", "tag-never-fires")
    assert "pwned" in said and not any(line.startswith("::error") for line in said.splitlines())
    assert "\N{ARABIC LETTER MARK}" not in said


SECRETS = ["xoxb-12345-abcdef", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "AIzaSyA0123456789abcdef0123456789abcdefg"]  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_shown_in_no_format(tmp_path: Path, secret: str) -> None:
    code = f'<script>var c={{"access_token":"Zq7-secret_Pass.word99"}}; var f=()=>"{secret}";</script>'
    tags = [{"name": f"T {secret}", "type": "html", "html": code}]
    (tmp_path / "a.json").write_text(export({"tag": tags, "trigger": [{"name": "T", "type": "PAGEVIEW"}]}))
    (tmp_path / "pyproject.toml").write_text(f'[tool.gtmgen]\nignore = ["{secret}"]\n')
    assert secret not in str(lint(tmp_path, "a.json"))
    (tmp_path / "pyproject.toml").unlink()
    for form in FORMATS:
        said = str(lint(tmp_path, "a.json", "--format", form))
        assert "es5" in said
        assert secret not in said and secret[-6:] not in said and "Pass.word99" not in said, said


@pytest.mark.parametrize(
    ("pattern", "file"),
    [
        ("./exports/*.json", "exports/a.json"),
        ("exports/", "exports/a.json"),
        ("exports", "exports/deep/a.json"),
        ("exports\\\\*.json", "exports/a.json"),
        ("exports/*.json", "specs/../exports/a.json"),
    ],
)
def test_patterns_of_pyproject(tmp_path: Path, pattern: str, file: str) -> None:
    (tmp_path / "pyproject.toml").write_text(
        f'\ufeff[tool.gtmgen.per-file-ignores]\n"{pattern}" = ["*"]\n', encoding="utf-8"
    )
    for folder in ("specs", "exports/deep"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(LONELY, encoding="utf-8")
    assert lint(tmp_path, file)[:2] == (0, "")


def test_sarif_holds_no_placeholder_and_no_link() -> None:
    finding = HOSTILE._replace(message="a {0} and [text](http://evil.example)", hint="")
    said = json.loads(FORMATS["sarif"]([Linted("a", (finding,))], lambda text, colour: text))
    assert said["runs"][0]["results"][0]["message"]["text"] == "a {{0}} and \\[text](http://evil.example)"


def test_a_spec_that_follows_the_advice_is_told_nothing_more(tmp_path: Path) -> None:
    """What gtmgen makes of a spec is gtmgen's matter: the rules about containers are not asked about it."""
    text = GOOD.split("conversions:")[0] + (
        "conversions:\n  - {event: purchase, primary: true, once: visit, when: {page: /thanks}, value: {variable: Shop Total}, currency: EUR}\n"
    )
    (tmp_path / "a.yml").write_text(text, encoding="utf-8")
    assert lint(tmp_path, "a.yml")[1] == ""


def test_a_template_of_the_users_is_looked_at(tmp_path: Path) -> None:
    """An own body that makes its id anew: no spec shows it, the container does, at the conversion that asked for it."""
    own = tmp_path / "own" / "tiktok"
    shutil.copytree(ROOT / "templates" / "tiktok", own)
    body = (own / "event.html.j2").read_text(encoding="utf-8")
    (own / "event.html.j2").write_text(
        body.replace("{event_id: id}", "{event_id: Math.random() + ''}"), encoding="utf-8"
    )
    (tmp_path / "a.yml").write_text(GOOD, encoding="utf-8")
    said = lint(tmp_path, "a.yml", "--templates", "own")[1]
    assert "a.yml:4:15: warning: tag `gtmgen - TikTok - CompleteRegistration` makes its own event_id" in said
