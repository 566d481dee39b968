"""An output is written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gtmgen import files
from gtmgen.findings import GtmgenError


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_a_write_that_fails_leaves_what_was_there(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.json"
    target.write_text("before", encoding="utf-8")

    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(GtmgenError, match="No space left on device"):
        files.write(target, "after")
    assert target.read_text(encoding="utf-8") == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_reader_sees_the_old_text_or_the_new_one(tmp_path: Path) -> None:
    """The file is replaced, never written into: whoever holds the old one keeps it whole."""
    target = tmp_path / "a.json"
    files.write(target, "before")
    with target.open(encoding="utf-8") as reader:
        files.write(target, "after")
        assert reader.read() == "before"
    assert target.read_text(encoding="utf-8") == "after"


def test_an_output_has_the_rights_of_any_file_and_keeps_those_it_was_given(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.json"
    (plain := tmp_path / "plain").touch()
    files.write(target, "a")
    assert stat.S_IMODE(target.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
    target.chmod(0o640)
    files.write(target, "b")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
