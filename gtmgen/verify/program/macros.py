"""Variables of an export as macros: the built-in ones are aliases of types that a user can choose too (gtm-runtime.md 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gtmgen.container.fields import rows
from gtmgen.verify.program.expressions import Names

Macro = dict[str, Any]
_LAYER = {
    "CLICK_ELEMENT": "gtm.element",
    "CLICK_CLASSES": "gtm.elementClasses",
    "CLICK_ID": "gtm.elementId",
    "CLICK_TARGET": "gtm.elementTarget",
    "CLICK_URL": "gtm.elementUrl",
    "FORM_ELEMENT": "gtm.element",
    "FORM_CLASSES": "gtm.elementClasses",
    "FORM_ID": "gtm.elementId",
    "FORM_TARGET": "gtm.elementTarget",
    "FORM_URL": "gtm.elementUrl",
    "ERROR_MESSAGE": "gtm.errorMessage",
    "ERROR_URL": "gtm.errorUrl",
    "ERROR_LINE": "gtm.errorLineNumber",
    "NEW_HISTORY_URL": "gtm.newUrl",
    "OLD_HISTORY_URL": "gtm.oldUrl",
    "NEW_HISTORY_FRAGMENT": "gtm.newUrlFragment",
    "OLD_HISTORY_FRAGMENT": "gtm.oldUrlFragment",
    "NEW_HISTORY_STATE": "gtm.newHistoryState",
    "OLD_HISTORY_STATE": "gtm.oldHistoryState",
    "HISTORY_SOURCE": "gtm.historyChangeSource",
    "SCROLL_DEPTH_THRESHOLD": "gtm.scrollThreshold",
    "SCROLL_DEPTH_UNITS": "gtm.scrollUnits",
    "SCROLL_DEPTH_DIRECTION": "gtm.scrollDirection",
    "ELEMENT_VISIBILITY_RATIO": "gtm.visibleRatio",
    "ELEMENT_VISIBILITY_TIME": "gtm.visibleTime",
    "ELEMENT_VISIBILITY_FIRST_TIME": "gtm.visibleFirstTime",
    "ELEMENT_VISIBILITY_RECENT_TIME": "gtm.visibleLastTime",
    "VIDEO_PROVIDER": "gtm.videoProvider",
    "VIDEO_STATUS": "gtm.videoStatus",
    "VIDEO_URL": "gtm.videoUrl",
    "VIDEO_TITLE": "gtm.videoTitle",
    "VIDEO_DURATION": "gtm.videoDuration",
    "VIDEO_CURRENT_TIME": "gtm.videoCurrentTime",
    "VIDEO_PERCENT": "gtm.videoPercent",
    "VIDEO_VISIBLE": "gtm.videoVisible",
}
"""Built-in variables that read the data layer, and which key of it (version 1)."""
_OTHER: Mapping[str, Macro] = {
    "PAGE_URL": {"function": "__u", "vtp_component": "URL"},
    "PAGE_HOSTNAME": {"function": "__u", "vtp_component": "HOST"},
    "PAGE_PATH": {"function": "__u", "vtp_component": "PATH"},
    "REFERRER": {"function": "__f", "vtp_component": "URL"},
    "EVENT": {"function": "__e"},
    "CLICK_TEXT": {"function": "__aev", "vtp_varType": "TEXT"},
    "FORM_TEXT": {"function": "__aev", "vtp_varType": "TEXT"},
    "CONTAINER_ID": {"function": "__cid"},
    "CONTAINER_VERSION": {"function": "__ctv"},
    "DEBUG_MODE": {"function": "__dbg"},
    "RANDOM_NUMBER": {"function": "__r"},
    "HTML_ID": {"function": "__hid"},
}
_REPLACED = {
    "convertNullToValue": "convert_null_to",
    "convertUndefinedToValue": "convert_undefined_to",
    "convertTrueToValue": "convert_true_to",
    "convertFalseToValue": "convert_false_to",
}
_CASE = {"LOWERCASE": 1, "UPPERCASE": 2}


def layer(key: str, default: Any = None) -> Macro:
    """A data layer variable of version 1."""
    macro: Macro = {"function": "__v", "vtp_name": key, "vtp_dataLayerVersion": 1}
    return macro if default is None else {**macro, "vtp_setDefaultValue": True, "vtp_defaultValue": default}


def built_in(kind: str, name: str) -> Macro:
    """A built-in variable; one that is not known keeps its type as its function, and is told as not done when it is read."""
    if key := _LAYER.get(kind):
        return {**layer(key), "name": name}
    return {**_OTHER.get(kind, {"function": f"__{kind.lower()}"}), "name": name}


def variable(entity: Mapping[str, Any], names: Names) -> Macro:
    """A variable of the user's."""
    kind = str(entity.get("type", ""))
    macro: Macro = {"function": f"__{kind}", "name": str(entity.get("name", ""))}
    for row in rows(entity.get("parameter")):
        key = row.get("key")
        if kind == "jsm" and key == "javascript":
            code = names.code(f"({row.get('value', '')}\n)();")  # a comment at the end must not swallow the call
            macro["vtp_javascript"] = code
        elif isinstance(key, str):
            macro[f"vtp_{key}"] = names.parameter(row)
    return macro | _format(entity.get("formatValue"), names)


def _format(given: Any, names: Names) -> Macro:
    """What "Format value" says: the case first, then a replacement for each of four values."""
    found: Macro = {}
    if not isinstance(given, Mapping):
        return found
    if case := _CASE.get(str(given.get("caseConversionType"))):
        found["convert_case_to"] = case
    for key, ours in _REPLACED.items():
        if isinstance(given.get(key), Mapping):
            found[ours] = names.parameter(given[key])
    return found
