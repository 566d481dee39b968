"""Makes the README's picture of a diff, docs/diff.png: `.venv/bin/python -m script.pictures`. It needs Chromium."""

from __future__ import annotations

from pathlib import Path

from gtmgen.diff.comparison import compare
from gtmgen.platforms import library
from gtmgen.report.diff.html import html
from gtmgen.side import side
from tests.runtime import browser

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "diff.png"
_SPEC = "specs/shop.yml"
_EDITS = (
    ("  - event: search\n    when: {data_layer: search}\n    params:\n      search_term: {path: search_term}\n\n", ""),
    ("    when: {data_layer: purchase} ", "    event_id: order.uuid\n    when: {data_layer: purchase} "),
    ("    name: Newsletter\n", "    name: Newsletter\n    value: 4.5\n"),
)
"""What a pull request might do: each text, and what stands in its place after it."""


def page() -> str:
    """The report of the shop's spec against an edited copy of it."""
    old = (ROOT / _SPEC).read_text(encoding="utf-8")
    new = old
    for before, after in _EDITS:
        if before not in new:
            raise ValueError(f"{_SPEC} does not hold {before!r} any more")
        new = new.replace(before, after, 1)
    known = library()
    first, second = side(old.encode(), f"main:{_SPEC}", known), side(new.encode(), _SPEC, known)
    return html(compare(first, second, known))


def picture() -> bytes:
    """The page as a PNG."""
    context = browser.shared().new_context(viewport={"width": 1400, "height": 900}, color_scheme="light")
    try:
        tab = context.new_page()
        tab.set_content(page())
        return tab.screenshot()
    finally:
        context.close()
        browser.close_shared()


if __name__ == "__main__":
    PICTURE.write_bytes(picture())
