"""The formats by their names; a format's module is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gtmgen.report.text import Style, plain
from gtmgen.verify.outcome import Outcome


def text(found: Outcome, style: Style = plain) -> str:
    """For a terminal."""
    from gtmgen.report.verify.text import text as lines

    return lines(found, style)


def html(found: Outcome, style: Style = plain) -> str:
    """A page by itself."""
    from gtmgen.report.verify.html import html as page

    return page(found)


def as_json(found: Outcome, style: Style = plain) -> str:
    """For programs."""
    from gtmgen.report.verify.as_json import as_json as data

    return data(found)


FORMATS: Mapping[str, Callable[[Outcome, Style], str]] = {"text": text, "json": as_json, "html": html}
"""The report in each of its forms."""
