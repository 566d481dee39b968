"""A custom template's source from its parts, as short as a test needs it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_CODE = {"web": "SANDBOXED_JS_FOR_WEB_TEMPLATE", "server": "SANDBOXED_JS_FOR_SERVER"}


def template_text(
    code: str, side: str, kind: str, permissions: Mapping[str, Mapping[str, Any]], tests: str = "scenarios: []"
) -> str:
    """A `.tpl`.

    Args:
        code: its sandboxed JavaScript.
        side: web or server.
        kind: TAG or MACRO.
        permissions: name to parameters in plain values, as `gtmgen.container.tpl` reads them.
        tests: the YAML of its Tests tab.
    """
    granted = [
        {
            "instance": {
                "key": {"publicId": name, "versionId": "1"},
                "param": [{"key": key, "value": _typed(value)} for key, value in params.items()],
            },
            "isRequired": True,
        }
        for name, params in permissions.items()
    ]
    info = {
        "type": kind,
        "id": "cvt_temp_public_id",
        "version": 1,
        "displayName": "Case",
        "containerContexts": [side.upper()],
    }
    parts = {
        "INFO": json.dumps(info),
        "TEMPLATE_PARAMETERS": "[]",
        _CODE[side]: code,
        f"{side.upper()}_PERMISSIONS": json.dumps(granted),
        "TESTS": tests,
    }
    return "\n\n".join(f"___{name}___\n\n{text}\n" for name, text in parts.items())


def _typed(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"type": 8, "boolean": value}
    if isinstance(value, str):
        return {"type": 1, "string": value}
    if isinstance(value, list):
        return {"type": 2, "listItem": [_typed(item) for item in value]}
    return {"type": 3, "mapKey": [_typed(key) for key in value], "mapValue": [_typed(item) for item in value.values()]}
