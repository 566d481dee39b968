"""What a wrong spec is answered with: the whole of stderr, compared with tests/bad/<case>.txt. A new case needs no Python."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT, command

CASES = sorted((ROOT / "tests" / "bad").glob("*.yml"))
GOOD = "gtmgen: 1\nsite: {name: Shop}\nplatforms: {tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}}\nconversions: [{event: sign_up, when: {data_layer: a}}]\n"


def gtmgen(
    *args: str, cwd: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [command(), *args],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        timeout=60,
        env=os.environ | dict(env or {}),
        check=False,
    )


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_bad_spec(path: Path, tmp_path: Path, golden: Callable[[Path, str], None]) -> None:
    (tmp_path / "spec.yml").write_bytes(path.read_bytes())
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "spec.web.json").write_text("as it was", encoding="utf-8")
    done = gtmgen("build", "spec.yml", cwd=tmp_path)
    text = done.stderr.decode("utf-8")
    assert done.returncode == 2
    assert done.stdout == b""
    assert "Traceback" not in text
    assert "0123456789abcdef0123" not in text, "a token is never shown"
    assert len(text.splitlines()) <= 60, "a typical mistake fits one screen"
    assert (tmp_path / "output" / "spec.web.json").read_text(encoding="utf-8") == "as it was"
    assert sorted(entry.name for entry in tmp_path.rglob("*")) == ["output", "spec.web.json", "spec.yml"]
    golden(path.with_suffix(".txt"), text)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "the file is empty"),
        (b"\n# nothing\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (GOOD.encode("utf-16"), "UTF-16"),
        (GOOD.encode("utf-16-le"), "UTF-16"),
        (b"gtmgen: 1\nsite: {name: \xff}\n", "spec.yml:2:14: error: this byte is not UTF-8"),
        (b"a: [" * 2_000, "nested more than 60 levels deep"),
        (b'{"a":' * 100_000, "nested more than 60 levels deep"),
        (b"x" * 50_000_000, "50 MB"),
        (b"\x00\x01\x02\x03" * 100, "UTF-16 (or binary)"),
        (b'{"gtmgen": 1, "site": {"name": "\\ud800"}}', "U+D800"),
        (b"gtmgen: 1\nconversions: " + b"9" * 5_000, "missing"),
    ],
    ids=[
        "empty",
        "comment",
        "bom",
        "utf-16",
        "utf-16-le",
        "latin-1",
        "deep",
        "deep-json",
        "50-mb",
        "binary",
        "surrogate",
        "digits",
    ],
)
def test_bad_bytes(raw: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "spec.yml").write_bytes(raw)
    done = gtmgen("build", "spec.yml", cwd=tmp_path)
    text = done.stderr.decode("utf-8")
    assert done.returncode == 2, text
    assert says in text
    assert "Traceback" not in text
    assert len(text) < 5_000
    assert [entry.name for entry in tmp_path.iterdir()] == ["spec.yml"]


def test_a_folder_a_missing_file_and_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    assert b"this is a folder, not a file" in gtmgen("build", "specs", cwd=tmp_path).stderr
    assert b"there is no such file" in gtmgen("build", "none.yml", cwd=tmp_path).stderr
    assert gtmgen("build", "none\0.yml" if False else "specs/", cwd=tmp_path).returncode == 2


def test_the_errors_of_all_specs_are_told_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "good.yml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad.yml").write_text("gtmgen: 2", encoding="utf-8")
    done = gtmgen("build", "good.yml", "bad.yml", "none.yml", cwd=tmp_path)
    assert done.returncode == 2
    assert b"bad.yml:1" in done.stderr and b"none.yml" in done.stderr and b"nothing was written" in done.stderr
    assert not (tmp_path / "output").exists()


def test_two_specs_for_one_container_or_one_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("containers: {web: GTM-ABC1234}\n" + GOOD, encoding="utf-8")
    (tmp_path / "b.yml").write_text("containers: {web: GTM-ABC1234}\n" + GOOD, encoding="utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.yml").write_text(GOOD, encoding="utf-8")
    assert b"a.yml is for the container GTM-ABC1234 too" in gtmgen("build", "a.yml", "b.yml", cwd=tmp_path).stderr
    done = gtmgen("build", "a.yml", "sub/a.yml", cwd=tmp_path)
    assert done.returncode == 2 and b"becomes output/a.web.json too" in done.stderr
    assert not (tmp_path / "output").exists()


def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "output").write_text("a file", encoding="utf-8")
    done = gtmgen("build", "a.yml", cwd=tmp_path)
    assert done.returncode == 2 and b"-o names a folder" in done.stderr and b"Traceback" not in done.stderr
    assert (tmp_path / "output").read_text(encoding="utf-8") == "a file"
