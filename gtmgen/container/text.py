"""A container as text, byte for byte as GTM writes an export."""

from __future__ import annotations

import json
from typing import Any


def dump(container: dict[str, Any]) -> str:
    """Four spaces, UTF-8 as it is, no newline at the end: so are all 110 exports that were counted."""
    return json.dumps(container, indent=4, ensure_ascii=False)
