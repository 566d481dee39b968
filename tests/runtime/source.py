"""The page without a browser, and the stand-ins for the platforms' scripts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from gtmgen.platforms import library
from gtmgen.verify.browser.stubs import stubs as of_library
from gtmgen.verify.javascript import UNDEFINED, Js, literal

__all__ = ["NO_DOM", "UNDEFINED", "Js", "literal", "stubs"]

NO_DOM = (Path(__file__).parent / "js" / "no_dom.js").read_text("utf-8")


@cache
def stubs() -> dict[str, str]:
    """Script addresses (their beginnings) and the stub that answers each."""
    return {url: stub.script for stub in of_library(library()) for url in stub.urls}
