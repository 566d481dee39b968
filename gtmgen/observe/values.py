"""What a value that was seen in a tag is, as far as the container itself says it."""

from __future__ import annotations

from gtmgen.container.fields import text
from gtmgen.container.graph import REFERENCE
from gtmgen.container.whole import Container


def constant(container: Container, value: str) -> str:
    """What a pixel's id always is: itself, or the value of the Constant variable that it names; "" where it is not always the same."""
    if name := REFERENCE.fullmatch(value.strip()):
        variable = container.named.get(("variable", name[1]), {})
        value = text(variable, "value") if variable.get("type") == "c" else ""
    return "" if "{{" in value or value.startswith("(") else value
