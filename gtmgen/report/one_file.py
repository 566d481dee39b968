"""A report that is one HTML file: its style and script stand in it, the policy lets these run and nothing else, nothing is loaded.

Every text reaches the template as text and is escaped there; style and script are files of `templates/_report/`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from gtmgen.platforms import TEMPLATES
from gtmgen.render import page

FOLDER = TEMPLATES / "_report"
_POLICY = "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'"


def one_file(
    template: str, styles: Sequence[str], scripts: Sequence[str], values: Mapping[str, Any], *, pictures: bool = False
) -> str:
    """The page of a template of `templates/_report/`.

    Args:
        template: the template's file; it gets `style`, `script` and `policy` beside the values.
        styles: the CSS files, in order.
        scripts: the JavaScript files, in order.
        values: what the template shows.
        pictures: whether the page holds pictures, as data: addresses.
    """
    style, script = ("\n".join(map(_file, names)) for names in (styles, scripts))
    policy = _POLICY.format(_hashed(style), _hashed(script)) + ("; img-src data:" if pictures else "")
    return page(FOLDER / template, {**values, "style": style, "script": script, "policy": policy})


def _hashed(text: str) -> str:
    """A style or script as a Content-Security-Policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


@cache
def _file(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
