"""The token in a platform's answer: covered, however the answer writes it."""

from __future__ import annotations

import pytest

from gtmgen.events_api.answer import Reply, verdict
from tests.test_events_api import toy


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"message": "Malformed EAA/b+c==", "code": 190}}',
        b'{"error": {"message": "Malformed EAA\\/b+c==", "code": 190}}',
        b'{"error": {"message": "Malformed \\u0045AA/b\\u002bc==", "code": 190}}',
        b'{"error": {"message": "in EAA%2Fb%2Bc%3D%3D", "code": 190}}',
        b'{"error": {"message": "{\\"t\\": \\"EAA\\\\/b+c==\\"}", "code": 190}}',
        b"EAA/b+c== and no JSON",
    ],
)
def test_a_token_is_covered_however_the_answer_writes_it(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("httpx")
    from gtmgen.events_api.transport import covered

    monkeypatch.setenv("META_ACCESS_TOKEN", "EAA/b+c==")
    safe = covered(body, "META_ACCESS_TOKEN")
    assert b"(the token)" in safe
    server = toy().platforms["meta"].server
    assert server
    said = verdict(server.answer, Reply(400, safe))
    assert "b+c" not in said.words.replace("\\", "") and "AA/" not in said.words.replace("\\", "")
    if body.startswith(b"{"):
        assert said.code == "190"


def test_an_answer_without_the_token_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("httpx")
    from gtmgen.events_api.transport import covered

    monkeypatch.setenv("META_ACCESS_TOKEN", "EAA/b+c==")
    for body in (b'{"a":1,  "b": "\\/"}', b"[" * 100_000, b"\xff"):
        assert covered(body, "META_ACCESS_TOKEN") == body
