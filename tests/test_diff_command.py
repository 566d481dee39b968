"""`gtmgen diff` and `gtmgen show` as they are installed: sides, exit codes, formats, and what is said of a side that cannot be had."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from gtmgen.container.named import LISTS
from gtmgen.container.whole import Container
from gtmgen.diff.importing import imported
from tests.conftest import ROOT, command
from tests.exports import export
from tests.repository import SPEC, commit, git, pull_request
from tests.strategies import NASTY
from tests.test_bad_input import gtmgen

PAGE = {"tag": [{"name": "Chat", "type": "html", "html": "a", "fires": ["Help"]}], "on": ["Page Path"]}
BEFORE = export(
    {**PAGE, "trigger": [{"name": "Help", "type": "PAGEVIEW", "filter": ["{{Page Path}} STARTS_WITH /pricing"]}]}
)
AFTER = export(
    {**PAGE, "trigger": [{"name": "Help", "type": "PAGEVIEW", "filter": ["{{Page Path}} CONTAINS /pricing"]}]}
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.json").write_text(BEFORE, encoding="utf-8")
    (tmp_path / "b.json").write_text(AFTER, encoding="utf-8")
    (tmp_path / "shop.yml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def test_a_difference_as_a_person_would_say_it(folder: Path) -> None:
    done = gtmgen("diff", "a.json", "b.json", cwd=folder)
    assert done.returncode == 1
    assert done.stderr == b""
    assert done.stdout.decode() == (
        "a.json → b.json\n\n"
        "For visitors: 1 event is sent differently; event_id is not touched; consent is not touched\n"
        "  changes  when it is sent\n"
        "           other tags: Custom HTML (Chat)\n"
        "           because of trigger `Help`\n\n"
        "~ trigger Help (Page View) changed\n"
        "    Condition: Page Path starts with /pricing → contains /pricing\n"
        "    reaches 1 tag:\n"
        "      Chat\n\n"
        "1 changed\n"
    )


def test_nothing_is_said_of_what_is_the_same(folder: Path) -> None:
    other = BEFORE.replace('"1700000000000"', '"1800000000000"').replace("6000000001", "6000000009")
    (folder / "c.json").write_text(other, encoding="utf-8")
    done = gtmgen("diff", "a.json", "c.json", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"no difference\n")
    strict = gtmgen("diff", "a.json", "c.json", "--strict", cwd=folder)
    assert strict.returncode == 1
    assert "fingerprint" in strict.stdout.decode()
    assert "accountId" in strict.stdout.decode()


def test_sides(folder: Path) -> None:
    """A spec is compiled in memory; stdin is a side; the spec and its output are the same."""
    gtmgen("build", "shop.yml", cwd=folder)
    assert gtmgen("diff", "shop.yml", "output/shop.web.json", cwd=folder).returncode == 0
    assert gtmgen("diff", "-", "shop.yml", cwd=folder, stdin=SPEC.encode()).returncode == 0
    assert gtmgen("diff", "a.json", "-", cwd=folder, stdin=AFTER.encode()).returncode == 1
    assert gtmgen("diff", "-", "-", cwd=folder).returncode == 2


def test_revisions(tmp_path: Path) -> None:
    site = tmp_path / "site"
    base, _ = pull_request(site)
    assert gtmgen("diff", "main:specs/shop.yml", "main:output/shop.web.json", cwd=site).returncode == 0
    done = gtmgen("diff", f"{base}:specs/shop.yml", "change:specs/shop.yml", cwd=site)
    assert done.returncode == 1
    assert "TikTok: Subscribe" in done.stdout.decode()
    assert gtmgen("diff", "HEAD:./shop.yml", "shop.yml", cwd=site / "specs").returncode == 0
    (site / "specs" / "shop.yml").write_text(SPEC, encoding="utf-8")
    git(site, "add", "specs/shop.yml")
    assert gtmgen("diff", ":specs/shop.yml", "main:specs/shop.yml", cwd=site).returncode == 0, "what is staged"


@pytest.mark.parametrize(
    ("side", "says"),
    [
        ("nobody:specs/shop.yml", "no revision is called `nobody`"),
        ("--upload-pack=x:specs/shop.yml", "no revision is called `--upload-pack=x`"),
        ("main:specs/gone.yml", "there is no file `specs/gone.yml` in main"),
        ("main:specs", "`specs` is a folder in main"),
        ("main:shop.yml", "there is no file `shop.yml` in main"),
        ("gone.json", "there is no such file"),
        ("specs", "this is a folder"),
        ("picture.json", "UTF-16 or binary"),
        ("bad.yml", "no event is called `purchse`"),
        ("page.json", "this is JSON, but no GTM export"),
        ("cut.json", "the file ends in the middle"),
    ],
)
@pytest.mark.parametrize("old", [True, False])
def test_a_side_that_cannot_be_had(tmp_path: Path, side: str, says: str, old: bool) -> None:
    site = tmp_path / "site"
    pull_request(site)
    (site / "picture.json").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR" + bytes(300))
    (site / "bad.yml").write_text(SPEC.replace("event: purchase", "event: purchse"), encoding="utf-8")
    (site / "page.json").write_text("{}", encoding="utf-8")
    (site / "cut.json").write_text(BEFORE[:200], encoding="utf-8")
    sides = [side, "specs/shop.yml"] if old else ["specs/shop.yml", side]
    done = gtmgen("diff", "--", *sides, cwd=site)
    said = done.stderr.decode()
    assert done.returncode == 2, said
    assert says in said
    assert "Traceback" not in said
    assert done.stdout == b""


def test_outside_a_repository(folder: Path) -> None:
    done = gtmgen("diff", "main:a.json", "a.json", cwd=folder, env={"GIT_CEILING_DIRECTORIES": str(folder.parent)})
    assert done.returncode == 2
    assert "no git repository" in done.stderr.decode()


def test_without_git(folder: Path) -> None:
    done = subprocess.run(
        [command(), "diff", "main:a.json", "a.json"],
        cwd=folder,
        env={"PATH": "/nowhere"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"git is not installed" in done.stderr


def test_a_file_whose_name_holds_a_colon_is_a_file(folder: Path) -> None:
    (folder / "main:a.json").write_text(BEFORE, encoding="utf-8")
    assert gtmgen("diff", "main:a.json", "a.json", cwd=folder).returncode == 0


def test_two_kinds_of_container(folder: Path) -> None:
    (folder / "server.json").write_text(export({"usage": "SERVER"}), encoding="utf-8")
    done = gtmgen("diff", "a.json", "server.json", cwd=folder)
    assert done.returncode == 2
    assert (
        "server.json: error: this is a server container, and a.json is a web container  [two-kinds]"
        in done.stderr.decode()
    )


def test_both_sides_are_told_of_at_once(folder: Path) -> None:
    said = gtmgen("diff", "x.json", "y.json", cwd=folder).stderr.decode()
    assert "x.json" in said
    assert "y.json" in said


def test_json(folder: Path) -> None:
    found = json.loads(gtmgen("diff", "a.json", "b.json", "--format", "json", cwd=folder).stdout)
    assert found["version"] == 1
    assert (found["old"], found["new"], found["differ"]) == ("a.json", "b.json", True)
    (change,) = found["changes"]
    assert change["details"] == [
        {
            "field": "filter",
            "label": "Condition",
            "old": "Page Path starts with /pricing",
            "new": "Page Path contains /pricing",
        }
    ]
    assert change["reaches"] == [{"tag": "Chat", "through": [], "steps": 0, "decides": "when"}]
    assert found["visitors"][0]["touches"] == ["when"]
    same = json.loads(gtmgen("diff", "a.json", "a.json", "--format", "json", cwd=folder).stdout)
    assert same["changes"] == []
    assert not same["differ"]
    brief = json.loads(gtmgen("diff", "a.json", "b.json", "--format", "json", "--stat", cwd=folder).stdout)
    assert "details" not in brief["changes"][0]


def test_stat(folder: Path) -> None:
    lines = gtmgen("diff", "a.json", "b.json", "--stat", cwd=folder).stdout.decode().splitlines()
    assert "~  trigger  Help  changed    reaches 1 tag" in lines
    assert not any("starts with" in line for line in lines)


def test_merge(folder: Path) -> None:
    """OLD is what is live; what is said is what the import would do to it."""
    live = export(
        {
            "tag": [
                {"name": "Chat", "type": "html", "html": "b", "fires": ["Help"]},
                {"name": "Mine", "type": "html", "html": "c", "fires": ["Help"]},
            ],
            "trigger": [{"name": "Help", "type": "PAGEVIEW"}],
        }
    )
    (folder / "live.json").write_text(live, encoding="utf-8")
    rows = {}
    for mode in ("overwrite", "overwrite-conflicting", "rename-conflicting"):
        done = gtmgen("diff", "--merge", mode, "live.json", "b.json", "--format", "json", cwd=folder)
        found = json.loads(done.stdout)
        rows[mode] = {(one["kind"], one["name"]): (one["fate"], one["now"]) for one in found["import"]["entities"]}
        assert done.returncode == 1
    assert rows["overwrite"]["tag", "Mine"] == ("deleted", "Mine")
    assert rows["overwrite-conflicting"]["tag", "Mine"] == ("kept", "Mine")
    assert rows["overwrite-conflicting"]["tag", "Chat"] == ("replaced", "Chat")
    assert rows["rename-conflicting"]["tag", "Chat"] == ("renamed", "Chat_import_1")
    text = gtmgen("diff", "--merge", "rename-conflicting", "live.json", "b.json", cwd=folder).stdout.decode()
    assert "what an import with Merge, Rename conflicting would do" in text
    assert gtmgen("diff", "--merge", "overwrite", "a.json", "b.json", "--strict", cwd=folder).returncode == 2


def test_what_an_earlier_build_left_is_told_of_gtmgens_own_files_alone(folder: Path) -> None:
    gtmgen("build", "shop.yml", cwd=folder)
    (folder / "shop.yml").write_text(SPEC.replace("sign_up", "subscribe"), encoding="utf-8")
    words = ("--merge", "overwrite-conflicting")
    said = gtmgen("diff", *words, "output/shop.web.json", "shop.yml", cwd=folder).stdout.decode()
    assert "An earlier build made these" in said
    assert "tag `gtmgen - TikTok - CompleteRegistration`" in said
    for name, tags in (("live", ("Pixel - Base", "Pixel - Lead")), ("recipe", ("Pixel - Base", "Pixel - Buy"))):
        rows = [{"name": tag, "type": "html", "html": name, "fires": ["All Pages"]} for tag in tags]
        (folder / f"{name}.json").write_text(export({"tag": rows}), encoding="utf-8")
    assert "earlier build" not in gtmgen("diff", *words, "live.json", "recipe.json", cwd=folder).stdout.decode()


def test_what_a_server_container_refers_to_and_its_file_does_not_bring_is_not_left_over(folder: Path) -> None:
    """The tokens come by a file of their own, once; neither that file nor the container's says that anything of the other is to go."""
    server = "server: {transport: sgtm, url: https://sgtm.example.com, measurement_id: G-ABCDEF1234}"
    (folder / "shop.yml").write_text(f"{SPEC}{server}\n", encoding="utf-8")
    gtmgen("build", "shop.yml", cwd=folder)
    (setup,) = (folder / "output").glob("shop.server-setup*.json")
    container = folder / "output" / "shop.server.json"
    live, file = (Container(json.loads(path.read_text(encoding="utf-8"))) for path in (setup, container))
    whole = json.dumps(imported(live, file, "overwrite-conflicting").container.data)
    (folder / "live.json").write_text(whole.replace("PASTE-YOUR-ACCESS-TOKEN-HERE", "filled in"), encoding="utf-8")
    for new in (str(setup), str(container)):
        for words in (["--merge", "overwrite-conflicting"], []):
            said = gtmgen("diff", *words, "live.json", new, cwd=folder).stdout.decode()
            assert said or words, "only an import finds nothing to do"
            assert "Delete them there" not in said and "They go on sending" not in said


NAMES = [
    name
    for name in (
        *NASTY,
        "\x1b[2J\x1b[31mred",
        "a\nb",
        "@team",
        "#12",
        "![x](http://x.test/y.png)",
        "<!-- x -->",
        "| a |",
    )
    if name
]


def test_the_names_of_parameters_are_inert(tmp_path: Path) -> None:
    code = "<script>fbq('track', 'Purchase', {%s})</script>"
    names = ["@octocat", "<img src=x>", "\x1b[31mred", "a|b"]
    for name, value in (("a", 1), ("b", 2)):
        html = code % ", ".join(f"{json.dumps(key)}: {value}" for key in names)
        tag = {"name": "Pixel", "type": "html", "html": html, "fires": ["All Pages"]}
        (tmp_path / f"{name}.json").write_text(export({"tag": [tag]}), encoding="utf-8")
    text = gtmgen("diff", "a.json", "b.json", cwd=tmp_path).stdout.decode()
    assert "parameters (" in text
    assert "\x1b" not in text
    table = (
        gtmgen("diff", "a.json", "b.json", "--format", "markdown", cwd=tmp_path).stdout.decode().split("<details>")[0]
    )
    outside = re.sub(r"`[^`]*`", "", table)
    assert "parameters (" in outside
    assert not re.search(r"@octocat|<img|a\|b", outside)


def test_a_container_without_anything(tmp_path: Path) -> None:
    (tmp_path / "e.json").write_text(export({}), encoding="utf-8")
    for mode in ("overwrite", "overwrite-conflicting", "rename-conflicting"):
        done = gtmgen("diff", "--merge", mode, "e.json", "e.json", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, b"no difference\n")


def test_what_was_added_is_shown_even_if_it_is_usual_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(export({}), encoding="utf-8")
    for value in ("2", "false"):
        (tmp_path / "b.json").write_text(
            export({"variable": [{"name": "C", "type": "c", "value": value}]}), encoding="utf-8"
        )
        assert f"Value: + {value}" in gtmgen("diff", "a.json", "b.json", cwd=tmp_path).stdout.decode()


def test_a_long_way_is_cut(tmp_path: Path) -> None:
    for name, first in (("a", "1"), ("b", "2")):
        chain = [{"name": "V0", "type": "c", "value": first}]
        chain += [
            {"name": f"V{i}", "type": "jsm", "javascript": f"function(){{return {{{{V{i - 1}}}}}}}"}
            for i in range(1, 40)
        ]
        tag = {"name": "End", "type": "html", "html": "send({{V39}})", "fires": ["All Pages"]}
        (tmp_path / f"{name}.json").write_text(export({"variable": chain, "tag": [tag]}), encoding="utf-8")
    assert "33 more" in gtmgen("diff", "a.json", "b.json", cwd=tmp_path).stdout.decode()
    (change,) = json.loads(gtmgen("diff", "a.json", "b.json", "--format", "json", cwd=tmp_path).stdout)["changes"]
    (reached,) = change["reaches"]
    assert reached["steps"] == 39
    assert [one["name"] for one in reached["through"]] == ["V1", "V2", "V3", "V37", "V38", "V39"]


@pytest.mark.parametrize("form", ["text", "markdown", "json", "html"])
def test_hostile_names_and_values_are_inert(tmp_path: Path, form: str) -> None:
    tags = [
        {"name": f"{name} {i}", "type": "html", "html": f"{name}\n{name}", "fires": [f"{name} t"]}
        for i, name in enumerate(NAMES)
    ]
    triggers = [{"name": f"{name} t", "type": "PAGEVIEW"} for name in NAMES]
    (tmp_path / "a.json").write_text(export({"trigger": triggers}), encoding="utf-8")
    (tmp_path / "b.json").write_text(export({"tag": tags, "trigger": triggers}), encoding="utf-8")
    done = gtmgen("diff", "a.json", "b.json", "--format", form, cwd=tmp_path)
    text = done.stdout.decode("utf-8")
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    if form == "json":
        names = {change["name"] for change in json.loads(text)["changes"]}
        assert names == {tag["name"] for tag in tags}
        return
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    if form == "markdown":
        outside = re.sub(r"(?ms)^(`{3,})diff$.*?^\1$", "", text)
        outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", outside)
        for sign in ("@team", "#12", "![", "<!--", "<script", "__proto__"):
            assert sign not in outside.replace("<details><summary>", ""), sign
        assert text.count("<details>") == text.count("</details>") == outside.count("</details>") == 1


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        ("ghp_" + "a1B2" * 9, "send('{}');"),
        (
            "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7",
            "key = `-----BEGIN PRIVATE KEY-----\n{}\n-----END`; send(key)",
        ),
    ],
    ids=["token", "private key"],
)
def test_a_secret_is_covered(folder: Path, secret: str, code: str) -> None:
    html = f"<script>\n{code.format(secret)}\n</script>"
    (folder / "c.json").write_text(AFTER.replace('"value": "a"', f'"value": {json.dumps(html)}'), encoding="utf-8")
    for form in ("text", "markdown", "json", "html"):
        text = gtmgen("diff", "a.json", "c.json", "--format", form, cwd=folder).stdout.decode()
        assert "send" in text
        assert secret not in text, form
    assert secret not in gtmgen("show", "c.json", cwd=folder).stdout.decode()


def test_what_its_field_calls_a_secret_is_covered(folder: Path) -> None:
    for name, secret in (("a", "first\nsecretsecretA"), ("b", "second\nsecretsecretB"), ("c", "thirdthird")):
        tag = {"name": "Send", "type": "cvt_ABCDE", "accessToken": secret, "pixel": "{{Pixel}}", "fires": ["All Pages"]}
        (folder / f"{name}.json").write_text(export({"tag": [tag]}), encoding="utf-8")
    for form in ("text", "markdown", "json", "html"):
        for other in ("b", "c"):
            text = gtmgen("diff", "a.json", f"{other}.json", "--format", form, cwd=folder).stdout.decode()
            assert not re.search("secretsecret|thirdthird", text), form
            assert "accessToken" in text


def test_a_comment_is_cut_where_a_change_ends(tmp_path: Path) -> None:
    tags = [
        {"name": f"Tag {i}", "type": "html", "html": "x" * 400 + "\n" * 40, "fires": ["All Pages"]} for i in range(400)
    ]
    (tmp_path / "a.json").write_text(export({}), encoding="utf-8")
    (tmp_path / "b.json").write_text(export({"tag": tags}), encoding="utf-8")
    text = gtmgen("diff", "a.json", "b.json", "--format", "markdown", cwd=tmp_path).stdout.decode()
    assert len(text) <= 60_000
    assert re.search(r"\*\d+ more changes are left out: a comment holds no more", text)
    assert text.rstrip().endswith("</details>")
    assert text.count("```") % 2 == 0


def test_depth_that_no_container_has(folder: Path) -> None:
    deep = '{"x":' * 600 + "1" + "}" * 600
    (folder / "deep.json").write_text(
        AFTER.replace('"containerVersion": {', f'"containerVersion": {{"zone": {deep},', 1)
    )
    done = gtmgen("diff", "a.json", "deep.json", cwd=folder)
    assert done.returncode == 2
    assert done.stderr.decode() == "a.json, deep.json: error: this is nested deeper than any container  [too-deep]\n\n"


def test_show_is_the_same_for_two_exports_of_one_container(folder: Path) -> None:
    data = json.loads(BEFORE)
    version = data["containerVersion"]
    for kind in LISTS:
        if kind in version:
            version[kind].reverse()
    version["tag"][0]["tagId"] = "99"
    version["trigger"][0]["triggerId"] = "98"
    version["tag"][0]["firingTriggerId"] = ["98"]
    (folder / "c.json").write_text(json.dumps(data), encoding="utf-8")
    shown = [gtmgen("show", name, cwd=folder).stdout.decode() for name in ("a.json", "c.json")]
    assert shown[0] == shown[1]
    assert "  Condition:\n    - Page Path starts with /pricing\n" in shown[0]
    assert gtmgen("show", "shop.yml", cwd=folder).stdout.startswith(b"web container Shop\n")
    assert gtmgen("show", "gone.json", cwd=folder).returncode == 2


def test_git_diff_through_a_textconv(tmp_path: Path) -> None:
    site = tmp_path / "site"
    pull_request(site)
    commit(site, {".gitattributes": "gtm/*.json diff=gtm\n", "gtm/note.json": "{broken"}, "Attributes")
    commit(site, {"gtm/note.json": "{broken too"}, "Note")
    git(site, "config", "diff.gtm.textconv", f"{command()} show --textconv")
    text = git(site, "diff", "main", "change", "--", "gtm")
    assert "-    - Page Path starts with /help\n" in text
    assert "+    - Page Path contains /support\n" in text
    assert "fingerprint" not in text
    assert "+{broken too" in git(site, "log", "-p", "--", "gtm"), "what is no container does not end the log"


def test_the_hooks_of_pre_commit(tmp_path: Path) -> None:
    """Each hook passes over this repository and fails where it should, with the files that its pattern takes."""
    import yaml

    hooks = {row["id"]: row for row in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    assert set(hooks) == {"gtmgen-build", "gtmgen-lint"}
    site = tmp_path / "site"
    pull_request(site)
    git(site, "checkout", "-q", "main")
    names = git(site, "ls-files").splitlines()

    def run(id_: str) -> int:
        row = hooks[id_]
        assert row["language"] == "python"
        files = [name for name in names if re.search(row["files"], name)]
        assert files
        words = [*shlex.split(row["entry"]), *(files if row.get("pass_filenames", True) else [])]
        path = f"{Path(command()).parent}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            words, cwd=site, env=os.environ | {"PATH": path}, capture_output=True, check=False
        ).returncode

    assert (run("gtmgen-build"), run("gtmgen-lint")) == (0, 0)
    spec = (site / "specs" / "shop.yml").read_text(encoding="utf-8")
    (site / "specs" / "shop.yml").write_text(spec.replace("/welcome", "/bye"), encoding="utf-8")
    assert (run("gtmgen-build"), run("gtmgen-lint")) == (1, 0)
    (site / "specs" / "shop.yml").write_text(spec.replace("sign_up", "signup"), encoding="utf-8")
    assert (run("gtmgen-build"), run("gtmgen-lint")) == (2, 1)
    (site / "specs" / "shop.yml").write_text(spec, encoding="utf-8")
    (site / "output" / "shop.web.json").write_text("{}", encoding="utf-8")
    assert run("gtmgen-build") == 1, "an output that was edited by hand"
    assert re.search(hooks["gtmgen-build"]["files"], "output/shop.web.json")


def test_help_names_every_format() -> None:
    text = gtmgen("diff", "--help", cwd=ROOT).stdout.decode()
    for word in ("text", "markdown", "json", "html", "--merge", "--strict", "--stat", "REV:path"):
        assert word in text
    assert os.environ.get("NO_COLOR") is None or "\x1b" not in text
