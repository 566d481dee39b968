"""No report of a verification holds a secret of the containers, wherever a template writes it, nor anybody's e-mail address."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gtmgen.report.verify.formats import FORMATS
from gtmgen.verify.browser.result import Event, Request, TagRun
from gtmgen.verify.outcome import Outcome, ServerEvent, Verdict
from gtmgen.verify.server.half import ServerTag
from gtmgen.verify.without_secrets import secrets_of, without_secrets
from tests.outcomes import clean, opened, outcome, step

SECRET = 'S3CRET/"of" a.stranger'
PARAMETER = {"type": "TEMPLATE", "key": "value", "value": SECRET}


def of(kind: str, name: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    return {"containerVersion": {kind: [{"name": name, "parameter": list(parameters)}]}}


def row(name: str) -> dict[str, Any]:
    cells = [{"type": "TEMPLATE", "key": "name", "value": name}, PARAMETER]
    return {"type": "LIST", "key": "headers", "list": [{"type": "MAP", "map": cells}]}


@pytest.mark.parametrize(
    ("export", "variables"),
    [
        (of("tag", "T", {**PARAMETER, "key": "apiAccessToken"}), {}),
        (of("variable", "Api secret", PARAMETER), {}),
        (of("tag", "T", row("X-Api-Key")), {}),
        (of("client", "C", row("Authorization")), {}),
        (
            {
                "containerVersion": {
                    **of("tag", "T", {**PARAMETER, "key": "token", "value": "{{Plain}}"})["containerVersion"],
                    **of("variable", "Plain", PARAMETER)["containerVersion"],
                }
            },
            {},
        ),
        (of("tag", "T", {**PARAMETER, "key": "token", "value": "{{Given}}"}), {"Given": SECRET}),
    ],
    ids=["a field", "a variable", "a row", "a client's row", "a constant that a field takes", "a journey's variable"],
)
def test_what_a_container_calls_a_secret_is_one(export: dict[str, Any], variables: dict[str, Any]) -> None:
    assert secrets_of([None, export], variables) == {SECRET}


@pytest.mark.parametrize(
    "parameter",
    [
        PARAMETER,
        {**PARAMETER, "key": "token", "value": "true"},
        {**PARAMETER, "key": "token", "value": "{{Absent one}}"},
    ],
    ids=["no secret's name", "too short", "a reference that nothing fills"],
)
def test_what_is_no_secret_is_none(parameter: dict[str, Any]) -> None:
    assert secrets_of([of("tag", "T", parameter)], {}) == frozenset()


def told_everywhere(text: str, headers: dict[str, str]) -> Outcome:
    """An outcome with a text wherever a container can put one."""
    request = {
        "url": f"https://a.example/{text}",
        "headers": headers,
        "body": json.dumps({"deep": [text]}),
        "status": 200,
    }
    tag = ServerTag("T", "fired", "", text, "success", (request,), ({"text": text},), (f"log: {text}",), (), text)
    event = Event("go", 1, 0, "GTM-A", {"a": text}, {"b": [text]}, {}, [TagRun("W", "fired", "", text, {"x": text})])
    event.errors.append(text)
    asked = [Request(f"https://b.example/?q={text}", headers=headers, body=text)]
    seen = step(
        1, f"run {text}", [event], server=(ServerEvent("go", {"c": text}, (tag,)),), requests=asked, errors=[text]
    )
    failed = Verdict("T", "", "fired", f"found {text}", False, 1, reasons=(text,))
    return outcome([("A", (opened(), seen._replace(number=2)), [failed])], unknown=(text,), assumed=(text,))


@pytest.mark.parametrize("form", sorted(FORMATS))
@pytest.mark.parametrize(
    ("text", "headers", "secrets"),
    [
        (SECRET, {}, {SECRET}),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", {}, set()),
        ("jane.doe+x@shop.example", {}, set()),
        ("jane.doe%2Bx%40shop.example", {}, set()),
        ("abc.def-123", {"Authorization": "Bearer abc.def-123"}, set()),
        ("abc.def-123", {"x-api-key": "abc.def-123"}, set()),
    ],
    ids=["a container's", "a shape", "an address", "an address in an address", "authorization", "a key"],
)
def test_it_stands_in_no_report(form: str, text: str, headers: dict[str, str], secrets: set[str]) -> None:
    found = told_everywhere(text, headers)
    said, before = (FORMATS[form](one, lambda line, _colour: line) for one in (without_secrets(found, secrets), found))
    assert text[:7] in before or "••••••" in before  # the test would see it
    assert text[:7] not in said


def test_a_cookie_header_is_a_visitors() -> None:
    found = without_secrets(told_everywhere("plain", {"Cookie": "_id=visitor-1"}), ())
    assert "visitor-1" not in FORMATS["json"](found, lambda line, _colour: line)


def test_an_outcome_without_secrets_is_as_it_was() -> None:
    found = clean()
    assert found == without_secrets(found, ()) or "a@b.example" in repr(found)
    assert "plain" in repr(without_secrets(told_everywhere("plain", {}), {"another secret"}))
