"""Whether code is ECMAScript 5, as Google's compiler wants Custom HTML and Custom JavaScript to be."""

from __future__ import annotations

import re

from calmjs.parse import es5

_SCRIPT = re.compile(r"^<script>\n(.*)\n</script>$", re.DOTALL)
_REFERENCE = re.compile(r"\{\{.+?\}\}")


def problem(body: str) -> str:
    """What a parser of ES5 has against a tag's or variable's body; "" if nothing.

    A reference stands in expression position; GTM puts a call there.
    """
    script = _SCRIPT.match(body)
    if body.startswith("<") and not script:
        return "the tag is more than one script"
    code = _REFERENCE.sub("gtm(0)", script.group(1) if script else f"({body})")
    if re.search(r"</|<!--|[^\x00-\x7f]", code):
        return "something that could end the script, or is not ASCII"
    try:
        es5(code)
    except Exception as error:  # the parser has no class of errors of its own for all of them
        return str(error)[:300] or type(error).__name__
    return ""
