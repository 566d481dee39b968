"""Containers as hypothesis makes them: web and server, of everything that GTM knows something, and what only strangers write."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from gtmgen.container.built_in import BUILT_IN
from gtmgen.container.enums import CONDITION, TRIGGER
from tests.shake import Export

Entity = dict[str, Any]
_WORDS = [
    "purchase",
    "sign_up",
    "Order",
    "Page",
    "id",
    "/thanks",
    "value",
    "EUR",
    "C4A1B2C3D4E5F6G7H8I9",
    "äöü ✓",
    "a.b",
    "$1",
]
# Only what is listed is drawn: for texts and numbers hypothesis would use constants of whatever modules are loaded, and a run of all tests
# would draw other examples than a run of one.
words = st.sampled_from(_WORDS) | st.lists(st.sampled_from("abcxyz /{}._-"), max_size=12).map("".join)
_TRIGGERS = [one for one in TRIGGER.values if not one.startswith(("FIREBASE", "AMP"))]
_VARIABLES = [
    "v",
    "jsm",
    "j",
    "k",
    "u",
    "c",
    "d",
    "aev",
    "smm",
    "remm",
    "r",
    "gtes",
    "gtcs",
    "awec",
    "f",
    "ed",
    "rh",
    "qp",
]
_TAGS = ["html", "img", "googtag", "gaawe", "awct", "gclidw", "ua", "sgtmgaaw", "http_request"]


def _text(key: str, value: str) -> Entity:
    return {"type": "TEMPLATE", "key": key, **({"value": value} if value else {})}


def _map(cells: dict[str, str]) -> Entity:
    return {"type": "MAP", "map": [_text(key, value) for key, value in cells.items()]}


@st.composite
def containers(draw: st.DrawFn) -> Export:
    """A whole export. Some names stand twice, some ids lead nowhere."""
    number = iter(range(3, 10_000))
    cid = "100000001"

    def base(kind: str, name: str) -> Entity:
        id = "templateId" if kind == "customTemplate" else f"{kind}Id"
        row: Entity = {"accountId": "6", "containerId": cid, id: str(next(number)), "name": name, "fingerprint": "17"}
        if kind not in {"folder", "customTemplate"} and folders and draw(st.booleans()):
            row["parentFolderId"] = draw(st.sampled_from(folders))["folderId"]
        if draw(st.sampled_from(range(6))) == 0:
            row["notes"] = draw(words)
        return row

    def names(kind: str, most: int) -> list[str]:
        # each its own, as GTM has it; which of two of one name is which is what cases are for
        return [f"{kind} {i} {word}" for i, word in enumerate(draw(st.lists(words, max_size=most)))]

    def text() -> str:
        parts = draw(st.lists(words | st.sampled_from(references).map(lambda name: "{{" + name + "}}"), max_size=3))
        return draw(st.sampled_from(["", " ", "\n"])).join(parts)

    def conditions() -> list[Entity]:
        found = []
        for _ in range(draw(st.sampled_from(range(3)))):
            flags = [
                {"type": "BOOLEAN", "key": key, "value": "true"}
                for key in ("ignore_case", "negate")
                if draw(st.booleans())
            ]
            found.append(
                {
                    "type": draw(st.sampled_from(CONDITION.values)),
                    "parameter": [_text("arg0", text()), _text("arg1", text()), *flags],
                }
            )
        return found

    folders: list[Entity] = []
    folders += [base("folder", name) for name in names("folder", 2)]
    templates: list[Entity] = []
    for name in names("Tpl", 2):
        row = base("customTemplate", name)
        row["templateData"] = f"___INFO___\n{draw(words)}\n___SANDBOXED_JS_FOR_WEB_TEMPLATE___\n{draw(words)}\n"
        if draw(st.booleans()):
            row["galleryReference"] = {
                "host": "github.com",
                "version": draw(words),
                "galleryTemplateId": f"ABC{len(templates)}D",
            }
        templates.append(row)
    types = ["cvt_1_2", "cvt_QQQQQ"] if draw(st.sampled_from(range(6))) == 0 else []
    for row in templates:
        types += [f"cvt_{cid}_{row['templateId']}"]
        types += [f"cvt_{row['galleryReference']['galleryTemplateId']}"] if "galleryReference" in row else []
    on = draw(st.lists(st.sampled_from(sorted(BUILT_IN)), max_size=3, unique=True))
    variable_names = names("variable", 5)
    references = [*variable_names, *on, "_event", "Nowhere"]
    references = [name for name in references if name and not set("{}") & set(name)]
    variables = []
    for name in variable_names:
        row = base("variable", name)
        row["type"] = draw(st.sampled_from([*_VARIABLES, *types]))
        if row["type"] in {"smm", "remm"}:
            lines = draw(st.dictionaries(words, words, max_size=3))
            row["parameter"] = [
                _text("input", text()),
                {"type": "LIST", "key": "map", "list": [_map({"key": k, "value": v}) for k, v in lines.items()]},
            ]
        else:
            key = {"jsm": "javascript", "c": "value", "ed": "keyPath"}.get(row["type"], "name")
            row["parameter"] = [_text(key, text()), {"type": "INTEGER", "key": "dataLayerVersion", "value": "2"}]
        if draw(st.booleans()):
            row["formatValue"] = draw(st.sampled_from([{}, {"caseConversionType": "LOWERCASE"}]))
        variables.append(row)
    triggers: list[Entity] = []
    for name in names("trigger", 5):
        row = base("trigger", name)
        row["type"] = draw(st.sampled_from(_TRIGGERS))
        if row["type"] == "TRIGGER_GROUP":
            members = draw(st.lists(st.sampled_from([one["triggerId"] for one in triggers] or ["99"]), max_size=3))
            row["parameter"] = [
                {
                    "type": "LIST",
                    "key": "triggerIds",
                    "list": [{"type": "TRIGGER_REFERENCE", "value": id} for id in members],
                }
            ]
        elif row["type"] == "CUSTOM_EVENT":
            row["customEventFilter"] = [
                {"type": "EQUALS", "parameter": [_text("arg0", "{{_event}}"), _text("arg1", draw(words))]}
            ]
        row["filter"] = conditions()
        triggers.append(row)
    ids = [one["triggerId"] for one in triggers] + ["2147479553", "2147479572"]
    ids += ["98"] if draw(st.sampled_from(range(6))) == 0 else []
    tags: list[Entity] = []
    for name in names("tag", 5):
        row = base("tag", name)
        row["type"] = draw(st.sampled_from([*_TAGS, *types]))
        row["parameter"] = [
            _text({"html": "html", "gaawe": "eventName"}.get(row["type"], "url"), text()),
            {"type": "BOOLEAN", "key": "b", "value": "true"},
        ]
        if draw(st.booleans()):
            row["parameter"].append(
                {
                    "type": "LIST",
                    "key": "table",
                    "list": [_map({"name": w, "value": text()}) for w in draw(st.lists(words, max_size=3))],
                }
            )
        row["firingTriggerId"] = draw(st.lists(st.sampled_from(ids), max_size=3, unique=True))
        if draw(st.sampled_from(range(4))) == 0:
            row["blockingTriggerId"] = draw(st.lists(st.sampled_from(ids), max_size=2, unique=True))
        if tags and draw(st.sampled_from(range(4))) == 0:
            row["setupTag"] = [
                {"tagName": draw(st.sampled_from(tags))["name"], "stopOnSetupFailure": draw(st.booleans())}
            ]
        if draw(st.sampled_from(range(4))) == 0:
            row["consentSettings"] = draw(
                st.sampled_from(
                    [
                        {"consentStatus": "NOT_SET"},
                        {
                            "consentStatus": "NEEDED",
                            "consentType": {
                                "type": "LIST",
                                "list": [
                                    {"type": "TEMPLATE", "value": "ad_storage"},
                                    {"type": "TEMPLATE", "value": "ad_user_data"},
                                ],
                            },
                        },
                    ]
                )
            )
        row["tagFiringOption"] = draw(st.sampled_from(["ONCE_PER_EVENT", "ONCE_PER_LOAD"]))
        row["paused"] = draw(st.booleans())
        tags.append(row)
    version: dict[str, Any] = {
        "path": f"accounts/6/containers/{cid}/versions/0", "accountId": "6", "containerId": cid, "containerVersionId": "0",
        "container": {"name": "Shop", "publicId": "GTM-ABC1234", "usageContext": [draw(st.sampled_from(["WEB", "SERVER"]))]},
        "tag": tags, "trigger": triggers, "variable": variables, "folder": folders, "customTemplate": templates,
        "builtInVariable": [{"accountId": "6", "type": BUILT_IN[name], "name": name} for name in on],
    }  # fmt: skip
    if draw(st.booleans()):
        version["client"] = [
            base("client", name) | {"type": "gaaw_client", "parameter": [_text("cookieName", draw(words))]}
            for name in names("client", 2)
        ]
    return {"exportFormatVersion": 2, "exportTime": "2026-01-01 00:00:00", "containerVersion": version}
