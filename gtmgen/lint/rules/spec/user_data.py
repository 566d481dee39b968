"""Advanced matching says where the visitor's data stands, not what it is.

An email address or a number in the spec would be sent for every visitor, and would stand in a public container. Write the
path of it in the data layer: `email: user.email`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.spec.model import Spec

SEVERITY = Severity.ERROR


def check(spec: Spec) -> Iterator[Said]:
    """Literals, and paths that are an address or a telephone number."""
    for key, value in spec.user_data.items():
        for lookup in value:
            text = str(lookup.name)
            if lookup.kind == "literal" or (lookup.kind == "path" and ("@" in text or text.lstrip("+").isdigit())):
                yield Said(
                    ("user_data", key),
                    f"`{key}` holds the data itself",
                    f"write where it stands: `{key}: user.{key}`",
                    secret=True,
                )
