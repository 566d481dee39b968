"""Makes the README's pictures, of a diff and of a verification: `.venv/bin/python -m script.pictures`. It needs Chromium."""

from __future__ import annotations

from pathlib import Path

from gtmgen.diff.comparison import compare
from gtmgen.platforms import library
from gtmgen.report.diff.html import html
from gtmgen.report.verify import html as verify_html
from gtmgen.side import side
from gtmgen.verify.browser import chromium
from gtmgen.verify.derive.derive import derive
from gtmgen.verify.subject import of_spec, ready
from gtmgen.verify.verify import verify
from tests.runtime import browser

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
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


def verified() -> str:
    """The report of a verification of the shop's spec, with the journey that is derived from it."""
    known = library()
    subject = of_spec((ROOT / _SPEC).read_text(encoding="utf-8"), _SPEC, known)
    assert subject.spec
    return verify_html.html(
        verify(ready(subject, derive(subject.spec, subject.sendings, known)), known, chromium.shared())
    )


def picture(text: str, click: str = "") -> bytes:
    """A page as a PNG.

    Args:
        text: its HTML.
        click: a selector of what is clicked before, if anything.
    """
    context = browser.shared().new_context(viewport={"width": 1400, "height": 900}, color_scheme="light")
    try:
        tab = context.new_page()
        tab.set_content(text)
        if click:
            tab.click(click)
        return tab.screenshot()
    finally:
        context.close()


if __name__ == "__main__":
    try:
        report = verified()
        (DOCS / "diff.png").write_bytes(picture(page()))
        (DOCS / "verify.png").write_bytes(picture(report))
        (DOCS / "verify-step.png").write_bytes(picture(report, "nav .item:has-text('push purchase') >> nth=0"))
    finally:
        browser.close_shared()
