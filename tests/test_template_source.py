"""A custom template's source is read section by section, and what is wrong in one is told with its line."""

from __future__ import annotations

import pytest

from gtmgen.container import tpl
from gtmgen.findings import GtmgenError
from tests.template_text import template_text


@pytest.mark.parametrize(
    ("old", "new", "says", "line_of"),
    [
        ('"version": 1', '"version" 1', "this is not JSON", '"version" 1'),
        ("[]\n", "{}\n", "a list belongs here", "{}"),
        ("scenarios: []", "scenarios: [\n- {a: b", "YAML", ""),
        ("scenarios: []", "scenarios: [{name: a}]", "a scenario needs a name and code", "scenarios: [{name: a}]"),
        ("___INFO___\n", "", "the template has no section ___INFO___", ""),
        ('"publicId": "read_title"', '"id": "read_title"', "a permission does not have the form", ""),
    ],
)
def test_a_broken_section_is_told_with_its_line(old: str, new: str, says: str, line_of: str) -> None:
    text = template_text("return 1;", "server", "MACRO", {"read_title": {}})
    assert old in text
    text = text.replace(old, new)
    with pytest.raises(GtmgenError) as refused:
        tpl.read(text, "x.tpl")
    said = [finding for finding in refused.value.findings if says in finding.message]
    assert said, refused.value.findings
    if line_of:
        assert line_of in text.split("\n")[said[0].at.line - 1]


def test_a_template_is_read_into_plain_values() -> None:
    text = template_text(
        "return 1;", "server", "MACRO", {"get_cookies": {"cookieAccess": "specific", "cookieNames": ["_a"]}}
    )
    read = tpl.read(text, "x.tpl")
    assert read.permissions == {"get_cookies": {"cookieAccess": "specific", "cookieNames": ["_a"]}}
    assert (read.side, read.info["type"], read.code.text) == ("server", "MACRO", "return 1;")
    assert text.split("\n")[read.code.line - 1] == "return 1;"
