"""The words of GTM's export format: enumerations, tag and variable types, what a type cannot be without, columns of tables.

Enumerations are those of the Tag Manager API (revision of August 2026) in the letters of an export, `customEvent` as CUSTOM_EVENT.
"""

from __future__ import annotations

from typing import NamedTuple

from gtmgen.container.built_in import BUILT_IN_TYPES


class Enum(NamedTuple):
    """One enumeration of the format."""

    what: str
    """What it is called in a sentence."""
    type: str
    """How GTM's importer calls it in its message; "" where no message of it is known."""
    values: tuple[str, ...]
    closed: bool
    """Whether a value that is not listed must be wrong; GTM gets new triggers and built-in variables now and then."""
    instead: dict[str, str]
    """What people and programs write, and what it should be; "" where there is nothing in its place."""


PARAMETER = Enum(
    "parameter type",
    "Type",
    ("TEMPLATE", "BOOLEAN", "INTEGER", "LIST", "MAP", "TAG_REFERENCE", "TRIGGER_REFERENCE"),
    True,
    {
        "STRING": "TEMPLATE",
        "TEXT": "TEMPLATE",
        "NUMBER": "INTEGER",
        "INT": "INTEGER",
        "BOOL": "BOOLEAN",
        "ARRAY": "LIST",
    },
)
TRIGGER = Enum(
    "trigger type",
    "EventType",
    (
        "PAGEVIEW", "DOM_READY", "WINDOW_LOADED", "CUSTOM_EVENT", "TRIGGER_GROUP", "INIT", "CONSENT_INIT", "SERVER_PAGEVIEW",
        "ALWAYS", "FORM_SUBMISSION", "CLICK", "LINK_CLICK", "JS_ERROR", "HISTORY_CHANGE", "TIMER", "YOU_TUBE_VIDEO",
        "SCROLL_DEPTH", "ELEMENT_VISIBILITY", "AMP_CLICK", "AMP_TIMER", "AMP_SCROLL", "AMP_VISIBILITY",
        "FIREBASE_APP_EXCEPTION", "FIREBASE_APP_UPDATE", "FIREBASE_CAMPAIGN", "FIREBASE_FIRST_OPEN",
        "FIREBASE_IN_APP_PURCHASE", "FIREBASE_NOTIFICATION_DISMISS", "FIREBASE_NOTIFICATION_FOREGROUND",
        "FIREBASE_NOTIFICATION_OPEN", "FIREBASE_NOTIFICATION_RECEIVE", "FIREBASE_OS_UPDATE", "FIREBASE_SESSION_START",
        "FIREBASE_USER_ENGAGEMENT",
    ),
    False,
    {
        "PAGE_LOAD": "PAGEVIEW", "ALL_PAGES": "PAGEVIEW", "WINDOW_LOAD": "WINDOW_LOADED", "FORM_SUBMIT": "FORM_SUBMISSION",
        "ALL_CLICKS": "CLICK", "ALL_ELEMENTS": "CLICK", "JUST_LINKS": "LINK_CLICK", "SCROLL": "SCROLL_DEPTH",
        "INITIALIZATION": "INIT", "CONSENT_INITIALIZATION": "CONSENT_INIT", "JAVASCRIPT_ERROR": "JS_ERROR",
        "YOUTUBE": "YOU_TUBE_VIDEO", "VISIBILITY": "ELEMENT_VISIBILITY", "EVENT": "CUSTOM_EVENT",
    },
)  # fmt: skip
CONDITION = Enum(
    "kind of condition",
    "",
    (
        "EQUALS", "CONTAINS", "STARTS_WITH", "ENDS_WITH", "MATCH_REGEX", "GREATER", "GREATER_OR_EQUALS", "LESS",
        "LESS_OR_EQUALS", "CSS_SELECTOR", "URL_MATCHES",
    ),
    True,
    {
        "REGEX": "MATCH_REGEX", "MATCHES": "MATCH_REGEX", "MATCHES_REGEX": "MATCH_REGEX", "EQUAL": "EQUALS", "IS": "EQUALS",
        "GREATER_THAN": "GREATER", "LESS_THAN": "LESS", "MATCHES_CSS_SELECTOR": "CSS_SELECTOR",
        "DOES_NOT_CONTAIN": "CONTAINS with `negate`", "NOT_CONTAINS": "CONTAINS with `negate`",
        "DOES_NOT_EQUAL": "EQUALS with `negate`", "NOT_EQUALS": "EQUALS with `negate`",
        "MATCH_REGEX_IGNORE_CASE": "MATCH_REGEX with `ignore_case`",
    },
)  # fmt: skip
FIRING_OPTION = Enum(
    "firing option",
    "TagFiringOption",
    ("ONCE_PER_EVENT", "ONCE_PER_LOAD", "UNLIMITED"),
    True,
    {"ONCE_PER_PAGE": "ONCE_PER_LOAD", "ONCE_PER_PAGE_LOAD": "ONCE_PER_LOAD", "ONCE": "ONCE_PER_LOAD"},
)
CONSENT = Enum(
    "consent status",
    "",
    ("NOT_SET", "NOT_NEEDED", "NEEDED"),
    True,
    {"REQUIRED": "NEEDED", "NOT_REQUIRED": "NOT_NEEDED", "NONE": "NOT_SET"},
)
CASE = Enum(
    "case conversion", "", ("NONE", "LOWERCASE", "UPPERCASE"), True, {"LOWER": "LOWERCASE", "UPPER": "UPPERCASE"}
)
USAGE = Enum(
    "kind of container",
    "UsageContext",
    ("WEB", "SERVER", "AMP", "ANDROID", "IOS", "ANDROID_SDK_5", "IOS_SDK_5"),
    True,
    {},
)
BUILT_IN_VARIABLE = Enum(
    "built-in variable",
    "BuiltInVariableType",
    (
        *BUILT_IN_TYPES,
        "FIRST_PARTY_SERVING_URL", "NEW_HISTORY_URL", "OLD_HISTORY_URL", "APP_VERSION_NAME", "ELEMENT_VISIBILITY_FIRST_TIME",
        "ELEMENT_VISIBILITY_RECENT_TIME", "SERVER_PAGE_LOCATION_URL", "SERVER_PAGE_LOCATION_PATH",
        "SERVER_PAGE_LOCATION_HOSTNAME",
    ),
    False,
    {
        "AD_STORAGE": "", "ANALYTICS_STORAGE": "", "AD_USER_DATA": "", "AD_PERSONALIZATION": "",
        "VIDEO_ELAPSED_TIME": "VIDEO_CURRENT_TIME", "SCROLL_DIRECTION": "SCROLL_DEPTH_DIRECTION",
        "PERCENT_VISIBLE": "ELEMENT_VISIBILITY_RATIO", "ON_SCREEN_DURATION": "ELEMENT_VISIBILITY_TIME",
    },
)  # fmt: skip

REQUIRED: dict[str, dict[str, tuple[str, ...]]] = {
    "tag": {
        "html": ("html",),
        "img": ("url",),
        "googtag": ("tagId",),
        "gaawc": ("measurementId",),
        "gaawe": ("measurementIdOverride", "eventName"),
        "awct": ("conversionId", "conversionLabel"),
        "awud": ("conversionId",),
        "sp": ("conversionId",),
        "flc": ("advertiserId", "groupTag", "activityTag", "ordinalType"),
        "fls": ("advertiserId", "groupTag", "activityTag", "revenue", "orderId"),
        "sgtmadsct": ("conversionId", "conversionLabel"),
    },
    "variable": {
        "c": ("value",),
        "v": ("name",),
        "jsm": ("javascript",),
        "j": ("name",),
        "k": ("name",),
        "ed": ("keyPath",),
        "rh": ("headerName",),
        "qp": ("queryParamName",),
    },
}
"""What a built-in type cannot be without: every one of many exports has it, and GTM's importer or its API refused one without."""

REFERENCE_INSTEAD = {("gaawe", "measurementIdOverride"): "measurementId"}
"""A parameter that a reference to another tag stands for, and which."""

COLUMNS: dict[tuple[str, str], tuple[str, ...]] = {
    ("googtag", "configSettingsTable"): ("parameter", "parameterValue"),
    ("googtag", "eventSettingsTable"): ("parameter", "parameterValue"),
    ("gtcs", "configSettingsTable"): ("parameter", "parameterValue"),
    ("gtes", "eventSettingsTable"): ("parameter", "parameterValue"),
    ("gaawe", "eventSettingsTable"): ("parameter", "parameterValue"),
    ("gaawe", "eventParameters"): ("name", "value"),
    ("ua", "fieldsToSet"): ("fieldName", "value"),
    ("gas", "fieldsToSet"): ("fieldName", "value"),
    ("smm", "map"): ("key", "value"),
    ("remm", "map"): ("key", "value"),
    ("http_request", "headers"): ("key", "value"),
    ("tf_augment_event", "augmentEventTable"): ("paramName", "paramValue"),
}
"""The columns of tables, by the type of the entity and the table's parameter (counted over 110 exports)."""

WEB_TYPES = {
    "tag": ("html", "img", "googtag", "gaawe", "gaawc", "awct", "awud", "sp", "flc", "fls", "gclidw", "ua"),
    "variable": ("v", "jsm", "j", "k", "u", "d", "aev", "gas", "gtes", "gtcs", "awec", "vis", "f"),
}
"""Built-in types of web containers that no server container has."""
SERVER_TYPES = {
    "tag": ("sgtmgaaw", "sgtmadsct", "sgtmadscl", "sgtmadsremark", "sgtmadsremarket", "sgtmfls", "http_request"),
    "variable": ("ed", "rh", "qp", "sgtmk"),
}
"""Built-in types of server containers that no web container has."""
TYPES_INSTEAD = {
    "tag": {
        "customHtml": "html", "custom_html": "html", "aw_ct": "awct", "googleTag": "googtag", "google_tag": "googtag",
        "ga4_event": "gaawe", "ga4": "gaawe", "googleAnalytics4": "gaawe", "gtag": "googtag", "ga4_config": "gaawc", "custom_image": "img",
    },
    "variable": {
        "constant": "c", "dataLayer": "v", "data_layer": "v", "dataLayerVariable": "v", "customJavascript": "jsm",
        "custom_javascript": "jsm", "customJs": "jsm", "cookie": "k", "javascriptVariable": "j", "lookupTable": "smm",
        "lookup_table": "smm", "url": "u", "regexTable": "remm",
    },
}  # fmt: skip
"""What people and programs write for a built-in type, and what it is called."""
