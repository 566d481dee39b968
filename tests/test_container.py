"""Reading exports without loss: what comes back, byte for byte, and what each wrong file is told to be."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gtmgen.container.named import relink, unlink
from gtmgen.container.read import MAX_BYTES, read, write
from gtmgen.findings import GtmgenError
from tests.conftest import ROOT

CORPUS = Path(os.environ.get("GTMGEN_CORPUS", ROOT.parent / "shared" / "corpus"))
GENUINE = sorted((CORPUS / "genuine").glob("*.json"))
LOOKALIKE = sorted((CORPUS / "lookalike").glob("*.json"))
OWN = sorted((ROOT / "output").glob("*.web.json"))
SMALL: dict[str, Any] = {"exportFormatVersion": 2, "containerVersion": {"container": {"usageContext": ["WEB"]}}}

corpus = pytest.mark.skipif(not GENUINE, reason="no corpus of real exports: set GTMGEN_CORPUS")


@corpus
@pytest.mark.parametrize("path", GENUINE, ids=lambda path: path.stem)
def test_a_genuine_export_comes_back_byte_for_byte(path: Path) -> None:
    raw = path.read_bytes()
    export = read(raw, path.name)
    assert write(export).encode() == raw
    assert write(export._replace(data=relink(unlink(export.data)))).encode() == raw


@corpus
@pytest.mark.parametrize("path", LOOKALIKE, ids=lambda path: path.stem)
def test_a_lookalike_is_read_without_loss(path: Path) -> None:
    export = read(path.read_bytes(), path.name)
    assert json.dumps(relink(unlink(export.data))) == json.dumps(export.data)


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_our_own_containers_come_back(path: Path) -> None:
    export = read(path.read_bytes(), path.name)
    assert write(export._replace(data=relink(unlink(export.data)))).encode() == path.read_bytes()
    assert export.usage == "web"


def test_references_are_names() -> None:
    version = {
        "folder": [{"folderId": "3", "name": "F"}],
        "trigger": [{"triggerId": "1", "name": "T"}, {"triggerId": "2", "name": "T"}],
        "customTemplate": [
            {"containerId": "9", "templateId": "8", "name": "Tpl", "galleryReference": {"galleryTemplateId": "ABCDE"}}
        ],
        "tag": [
            {"name": "A", "type": "cvt_9_8", "firingTriggerId": ["1", "2", "2147479553", "77"], "parentFolderId": "3"},
            {"name": "B", "type": "cvt_ABCDE", "blockingTriggerId": ["2"]},
            {"name": "C", "type": "cvt_UNKNO", "firingTriggerId": ["T"]},
        ],
    }
    export = {"exportFormatVersion": 2, "containerVersion": version}
    named = unlink(export).named
    assert named["tag", "A"]["firingTriggerId"] == ["T", "T\x002", "\x00All Pages", "\x0077"]
    assert named["tag", "A"]["parentFolderId"] == "F"
    assert named["tag", "A"]["type"] == "\x00template Tpl"
    assert named["tag", "B"]["type"] == "\x00gallery template Tpl"
    assert relink(unlink(export)) == export


def zipped() -> bytes:
    with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
        archive.writestr("a.json", json.dumps(SMALL))
    return file.getvalue()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "the file is empty"),
        (zipped(), "extraneous input '2'"),
        (b'<!DOCTYPE html><html lang="en">', "no viable alternative at input"),
        (b"___TERMS_OF_SERVICE___\n\nBy", "mismatched input ','"),
        (b"___INFO___\n\n{", "this is a template"),
        (json.dumps(SMALL, indent=4).encode()[:-20], "cut off"),
        (b'{"exportFormatVersion": 2, "containerVersion": {"tag": [', "cut off"),
        (b'{"exportFormatVersion": 2 "containerVersion": {}}', "this is not JSON"),
        (b'{"exportFormatVersion": 1.3, "containerVersion": {}}', "old format 1.3"),
        (b'{"containerVersion": {}}', "`exportFormatVersion` is missing"),
        (
            b'{"path": "accounts/1/containers/2/versions/3", "containerId": "2", "tag": []}',
            "Unrecognized value [template]",
        ),
        (b'{"a": 1}', "no GTM export"),
        (b"[1]", "no container"),
        (b"[" * 1_000_000, "nested deeper"),
        (b'{"a":' * 1_000_000, "nested deeper"),
        (b'{"exportFormatVersion": 2, "exportFormatVersion": 2}', "stands twice"),
        (b'{"exportFormatVersion": 2, "containerVersion": {"a": NaN}}', "NaN is no JSON"),
        (b'{"exportFormatVersion": 2, "containerVersion": {"a": "\\ud800"}}', "half of a surrogate pair"),
        (json.dumps(SMALL).encode("utf-16"), "UTF-16"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "a number stands here"),
        (b" " * (MAX_BYTES + 1), "MB"),
    ],
)
def test_what_is_no_export_is_named_for_what_it_is(raw: bytes, says: str) -> None:
    with pytest.raises(GtmgenError) as caught:
        read(raw, "x.json")
    (finding,) = caught.value.findings
    assert says in finding.message
    assert len(finding.message) < 300


def test_an_emoji_as_two_escapes_is_no_half_pair() -> None:
    export = read(json.dumps({**SMALL, "x": "😀"}).encode(), "x.json")
    assert export.data["x"] == "😀"
