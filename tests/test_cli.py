"""The command as people run it: installed, from another folder, with pipes and terminals."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from script import docs
from tests.conftest import ROOT, command
from tests.test_bad_input import GOOD, gtmgen

SHOP = (ROOT / "specs" / "shop.yml").read_text(encoding="utf-8")


def test_build_writes_whole_files_and_says_what_it_made(tmp_path: Path) -> None:
    (tmp_path / "shop.yml").write_text(SHOP, encoding="utf-8")
    done = gtmgen("build", "shop.yml", cwd=tmp_path)
    said = done.stderr.decode()
    assert (done.returncode, done.stdout) == (0, b"")
    assert "shop.yml -> output/shop.web.json (new)" in said
    assert "of GTM's 200 KB" in said and "purchase *" in said
    assert (tmp_path / "output" / "shop.web.json").read_bytes() == (ROOT / "output" / "shop.web.json").read_bytes()
    assert {path.name for path in (tmp_path / "output").iterdir()} == {
        path.name for path in (ROOT / "output").glob("shop.*")
    }
    assert "(unchanged)" in gtmgen("build", "shop.yml", cwd=tmp_path).stderr.decode()


def test_build_says_what_is_gone_and_what_it_expects(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(GOOD, encoding="utf-8")
    gtmgen("build", "a.yml", cwd=tmp_path)
    (tmp_path / "a.yml").write_text(
        GOOD.replace("event: sign_up", "event: contact, value: {variable: Price of it}"), encoding="utf-8"
    )
    said = gtmgen("build", "a.yml", cwd=tmp_path).stderr.decode()
    assert "(changed)" in said
    assert "delete these in GTM" in said and "tag gtmgen - TikTok - CompleteRegistration" in said
    assert "must already have" in said and "Price of it" in said


def test_check_writes_nothing_and_says_stale(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(GOOD, encoding="utf-8")
    done = gtmgen("build", "a.yml", "--check", cwd=tmp_path)
    assert done.returncode == 1 and b"output/a.web.json: missing" in done.stderr
    assert not (tmp_path / "output").exists()
    gtmgen("build", "a.yml", cwd=tmp_path)
    assert gtmgen("build", "a.yml", "--check", cwd=tmp_path).returncode == 0
    (tmp_path / "output" / "a.web.json").write_text("{}", encoding="utf-8")
    done = gtmgen("build", "a.yml", "--check", cwd=tmp_path)
    assert done.returncode == 1 and b"not what a.yml gives" in done.stderr
    assert (tmp_path / "output" / "a.web.json").read_text(encoding="utf-8") == "{}"


def test_stdin_and_stdout(tmp_path: Path) -> None:
    done = gtmgen("build", "-", "-o", "-", cwd=tmp_path, stdin=GOOD.encode())
    assert done.returncode == 0
    assert json.loads(done.stdout)["exportFormatVersion"] == 2
    assert list(tmp_path.iterdir()) == []
    assert gtmgen("build", "-", cwd=tmp_path, stdin=GOOD.encode()).returncode == 0
    assert (tmp_path / "output" / "stdin.web.json").is_file()
    assert gtmgen("build", "a", "b", "-o", "-", cwd=tmp_path).returncode == 2


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "shop.yml").write_text(SHOP, encoding="utf-8")
    done = subprocess.run(
        f"'{command()}' build shop.yml -o - | head -c 10", shell=True, cwd=tmp_path, capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr


def test_the_output_does_not_depend_on_where_and_how_it_is_built(tmp_path: Path) -> None:
    expected = (ROOT / "output" / "shop.web.json").read_bytes()
    for env in (
        {"PYTHONHASHSEED": "1", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "2", "TZ": "Pacific/Auckland", "PYTHONUTF8": "0"},
    ):
        done = gtmgen("build", str(ROOT / "specs" / "shop.yml"), "-o", "-", cwd=tmp_path, env=env)
        assert done.stdout == expected
    done = gtmgen(
        "build",
        str(ROOT / "specs" / "shop.yml"),
        "-o",
        "-",
        cwd=tmp_path,
        env={"HOME": "/nonexistent", "XDG_CACHE_HOME": "/proc/none"},
    )
    assert (done.returncode, done.stdout) == (0, expected)


@pytest.mark.parametrize("starter", ["shop", "leads", "subscription"])
def test_init_writes_a_spec_that_builds(starter: str, tmp_path: Path) -> None:
    done = gtmgen("init", "--template", starter, cwd=tmp_path)
    assert done.returncode == 0
    spec = tmp_path / "specs" / f"{starter}.yml"
    written, ours = (path.read_text(encoding="utf-8") for path in (spec, ROOT / "specs" / f"{starter}.yml"))
    assert written.replace("\n# server:", "\nserver:").replace("\n#   ", "\n  ") == ours
    assert ("# server:" in written) == ("sgtm" in ours)  # a tagging server that nobody has yet would get events
    assert json.loads((tmp_path / "specs" / "gtmgen.schema.json").read_bytes())["title"]
    assert gtmgen("build", f"specs/{starter}.yml", cwd=tmp_path).returncode == 0
    spec.write_text("mine", encoding="utf-8")
    done = gtmgen("init", f"specs/{starter}.yml", "--template", starter, cwd=tmp_path)
    assert done.returncode == 2 and b"there is a file already" in done.stderr
    assert spec.read_text(encoding="utf-8") == "mine"


def test_init_into_a_folder(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    assert gtmgen("init", "specs", cwd=tmp_path).returncode == 0
    assert (tmp_path / "specs" / "shop.yml").is_file()


def test_the_schema_explains_and_completes(tmp_path: Path) -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads(gtmgen("schema", cwd=tmp_path).stdout)
    Draft202012Validator.check_schema(schema)
    events = schema["$defs"]["conversion"]["properties"]["event"]["anyOf"][0]["enum"]
    assert {"purchase", "CompletePayment", "SubmitForm", "Purchase"} <= set(events)

    def undescribed(node: object, path: str) -> list[str]:
        if not isinstance(node, dict):
            return []
        keys = node.get("properties", {})
        own = [
            f"{path}.{key}" for key, inner in keys.items() if isinstance(inner, dict) and not inner.get("description")
        ]
        return own + [found for key, inner in node.items() for found in undescribed(inner, f"{path}/{key}")]

    assert undescribed(schema, "") == []
    assert (ROOT / "specs" / "gtmgen.schema.json").read_text(encoding="utf-8") == json.dumps(
        schema, indent=2, ensure_ascii=False
    ) + "\n"


def test_platforms_is_the_matrix_of_the_docs(tmp_path: Path) -> None:
    text = gtmgen("platforms", cwd=tmp_path).stdout.decode()
    assert "purchase" in text and "Purchase, CompletePayment" in text
    lines = [line for line in text.splitlines() if line.startswith("  add_to")]
    assert len({line.index("AddTo") for line in lines}) == 1, "the columns line up"
    rows = json.loads(gtmgen("platforms", "--format", "json", cwd=tmp_path).stdout)
    assert rows["tiktok"]["events"]["generate_lead"] == ["Lead", "SubmitForm"]
    matrix = gtmgen("platforms", "--format", "markdown", cwd=tmp_path).stdout.decode()
    assert matrix in (ROOT / "docs" / "events.md").read_text(encoding="utf-8"), "run: make docs"


def test_the_docs_that_are_made_are_current() -> None:
    for name, text in ((("events.md"), docs.events()), (("rules.md"), docs.rules())):
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, "run: make docs"


def test_help_and_version() -> None:
    for args in (["--help"], ["build", "--help"], ["init", "-h"], ["schema", "-h"], ["platforms", "-h"]):
        done = gtmgen(*args, cwd=ROOT)
        assert done.returncode == 0 and b"Usage:" in done.stdout
    assert gtmgen("--version", cwd=ROOT).stdout.startswith(b"gtmgen, version ")
    assert subprocess.run(
        [sys.executable, "-m", "gtmgen", "--version"], capture_output=True, check=True
    ).stdout.startswith(b"gtmgen")
    assert gtmgen("bild", cwd=ROOT).returncode == 2


def on_a_terminal(*args: str, cwd: Path, **env: str) -> str:
    """What a person sees: stderr is a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [command(), *args], cwd=cwd, stderr=theirs, stdout=subprocess.DEVNULL, env=os.environ | env
    )
    os.close(theirs)
    text = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:
            break
        if not part:
            break
        text += part
    os.close(ours)
    process.wait(timeout=30)
    return text.decode()


def test_colour_on_a_terminal_only_and_not_where_it_is_not_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("gtmgen: 2", encoding="utf-8")
    env = {"TERM": "xterm-256color"}
    assert "\x1b[31m" in on_a_terminal("build", "a.yml", cwd=tmp_path, **env)
    assert "\x1b[" not in on_a_terminal("build", "a.yml", cwd=tmp_path, NO_COLOR="1", **env)
    assert b"\x1b[" not in gtmgen("build", "a.yml", cwd=tmp_path).stderr


def test_long_work_shows_progress_on_a_terminal(tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / f"s{number}.yml").write_text(GOOD, encoding="utf-8")
    specs = [f"s{number}.yml" for number in range(8)]
    assert "building" in on_a_terminal("build", *specs, cwd=tmp_path, TERM="xterm-256color")
    assert b"building" not in gtmgen("build", *specs, cwd=tmp_path).stderr


def test_text_of_a_spec_cannot_move_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes(
        'gtmgen: 1\nsite: {name: x}\nplatforms: {tiktok: {pixel_id: a}}\nconversions: [{event: "a\u202eb\u009b31m", when: {page: /x}}]\n'.encode()
    )
    said = gtmgen("build", "a.yml", cwd=tmp_path).stderr.decode()
    assert "\u202e" not in said and "\u009b" not in said


def test_a_token_on_a_line_with_another_mistake_is_covered(tmp_path: Path) -> None:
    token = "0123456789abcdef" * 2 + "01234567"
    for text in (
        f"gtmgen: 1\nplatforms: {{tiktok: {{pixel: X, access_token: {token}}}}}\n",
        f"gtmgen: 1\nparms: {{a: {token}}}\n",
        f'gtmgen: 1\ntoken: "{token}\n',
        f"gtmgen: 1\nsite: [{token}]\n",
    ):
        (tmp_path / "a.yml").write_text(text, encoding="utf-8")
        said = gtmgen("build", "a.yml", cwd=tmp_path).stderr.decode()
        assert "error" in said
        assert token[:12] not in said, said


def test_closed_pipes_change_neither_the_work_nor_the_exit_code(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad.yml").write_text("gtmgen: 2", encoding="utf-8")

    def shell(line: str) -> subprocess.CompletedProcess[bytes]:
        script = f"set -o pipefail; gtmgen() {{ '{command()}' \"$@\"; }}; {line}"
        return subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, check=False)

    assert shell("(gtmgen build a.yml --check; echo $? > code) 2>&1 | true").returncode == 0
    assert (tmp_path / "code").read_text().strip() == "1"
    shell("(gtmgen build bad.yml; echo $? > code) 2>&1 | true")
    assert (tmp_path / "code").read_text().strip() == "2"
    shell("(gtmgen build a.yml; echo $? > code) 2>&1 | true")
    assert (tmp_path / "code").read_text().strip() == "0"
    assert (tmp_path / "output" / "a.web.json").is_file()
    assert shell("gtmgen build a.yml 2>&-").returncode == 0
    for line in ("gtmgen build - <&-", "gtmgen build a.yml -o - >&-"):
        done = shell(line)
        assert done.returncode == 2 and b"Traceback" not in done.stderr and b"there is no standard" in done.stderr


def test_the_same_file_twice_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(GOOD, encoding="utf-8")
    done = gtmgen("build", "a.yml", "./a.yml", "a.yml", cwd=tmp_path)
    assert done.returncode == 0 and done.stderr.count(b"->") == 1


def test_init_to_stdout(tmp_path: Path) -> None:
    assert gtmgen("init", "-", cwd=tmp_path).stdout.decode().splitlines()[:5] == SHOP.splitlines()[:5]
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_is_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "a.web.json").symlink_to(tmp_path / "real.json")
    assert gtmgen("build", "a.yml", cwd=tmp_path).returncode == 0
    assert (tmp_path / "output" / "a.web.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_bytes())["exportFormatVersion"] == 2


def test_names_that_read_alike_stay_apart() -> None:
    """A text of the spec can read like the words that a name is made of."""
    from tests.conftest import compiled

    compiled(
        """conversions:
  - {event: sign_up, when: {data_layer: "matches ^x"}, params: {a: [{path: x}, 1], b: [{path: x}, "1"]}}
  - {event: contact, when: {data_layer: {matches: ^x}}}
  - {event: search, when: {data_layer: go, if: [{query: a, is: "is b"}]}}
  - {event: subscribe, when: {data_layer: go, if: [{query: a, is: {equals: b}}]}}
"""
    )


def test_a_loop_of_links_and_a_full_disk_are_findings(tmp_path: Path) -> None:
    (tmp_path / "loop.yml").symlink_to(tmp_path / "loop.yml")
    (tmp_path / "a.yml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "a.web.json").symlink_to(tmp_path / "output" / "a.web.json")
    loop = gtmgen("build", "loop.yml", cwd=tmp_path)
    assert loop.returncode == 2 and b"Traceback" not in loop.stderr
    assert gtmgen("build", "a.yml", cwd=tmp_path).returncode == 0  # a link that leads nowhere is replaced
    assert json.loads((tmp_path / "output" / "a.web.json").read_bytes())["exportFormatVersion"] == 2
    if Path("/dev/full").exists():
        full = subprocess.run(f"'{command()}' platforms > /dev/full", shell=True, capture_output=True, check=False)
        assert full.returncode == 2 and b"Traceback" not in full.stderr


def test_an_ordinary_address_is_not_taken_for_a_token(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("gtmgen: 1\nsight: thank-you-for-your-purchase-of-2024-edition\n", encoding="utf-8")
    assert b"2024-edition" in gtmgen("build", "a.yml", cwd=tmp_path).stderr


def test_two_specs_for_one_server_container_are_refused(tmp_path: Path) -> None:
    """The second import would overwrite the first's tags: all its events would go to the other's pixels."""
    server = "server: {transport: sgtm, url: https://sgtm.shop.example, measurement_id: G-ABC1234567}\n"
    for name, more in (("a", ""), ("b", ""), ("c", "containers: {prefix: other}\n")):
        (tmp_path / f"{name}.yml").write_text(
            GOOD.replace("conversions:", f"{server}{more}conversions:"), encoding="utf-8"
        )
    done = gtmgen("build", "a.yml", "b.yml", cwd=tmp_path)
    assert done.returncode == 2
    assert b"a.yml is for the server container at https://sgtm.shop.example too" in done.stderr
    assert b"containers: {prefix: " in done.stderr
    assert gtmgen("build", "a.yml", "c.yml", cwd=tmp_path).returncode == 0


def test_a_platform_that_is_added_leaves_the_tokens_of_the_others_alone(tmp_path: Path) -> None:
    server = "server: {transport: sgtm, url: https://sgtm.shop.example, measurement_id: G-ABC1234567}\n"
    spec = GOOD.replace("conversions:", f"{server}conversions:")
    (tmp_path / "a.yml").write_text(spec, encoding="utf-8")
    gtmgen("build", "a.yml", cwd=tmp_path)
    both = spec.replace("platforms: {tiktok", "platforms: {meta: {pixel_id: 123456789012345}, tiktok")
    assert both != spec
    (tmp_path / "a.yml").write_text(both, encoding="utf-8")
    said = gtmgen("build", "a.yml", cwd=tmp_path).stderr.decode()
    assert "a.server-setup.tiktok.json (unchanged)" in said
    assert "a.server-setup.meta.json (new)\n  import it into the server container once" in said
    (tmp_path / "a.yml").write_text(GOOD, encoding="utf-8")
    said = gtmgen("build", "a.yml", cwd=tmp_path).stderr.decode()
    assert re.search("tag gtmgen - TikTok - .* in the server container", said)
    assert "output/a.server-setup.meta.json\n" in said and "output/a.server.json\n" in said
