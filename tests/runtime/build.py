"""Small containers written by hand, for tests of the runtime itself: the export's entries, made by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any

Entry = dict[str, Any]

ALL_PAGES = "2147479553"
CONSENT_INIT = "2147479572"
INIT = "2147479573"

BUILT_INS = {
    "Page URL": "PAGE_URL",
    "Page Path": "PAGE_PATH",
    "Page Hostname": "PAGE_HOSTNAME",
    "Referrer": "REFERRER",
    "Event": "EVENT",
    "Click Element": "CLICK_ELEMENT",
    "Click Classes": "CLICK_CLASSES",
    "Click ID": "CLICK_ID",
    "Click URL": "CLICK_URL",
    "Click Text": "CLICK_TEXT",
    "Form Element": "FORM_ELEMENT",
    "Form ID": "FORM_ID",
    "Form URL": "FORM_URL",
    "Random Number": "RANDOM_NUMBER",
    "Container ID": "CONTAINER_ID",
    "History Source": "HISTORY_SOURCE",
    "New History Fragment": "NEW_HISTORY_FRAGMENT",
    "Percent Visible": "ELEMENT_VISIBILITY_RATIO",
    "Scroll Depth Threshold": "SCROLL_DEPTH_THRESHOLD",
}


def text(key: str | None, value: Any) -> Entry:
    """A parameter of the type that fits the value: bool, int, list, mapping, else text."""
    named = {} if key is None else {"key": key}
    if isinstance(value, bool):
        return {"type": "BOOLEAN", **named, "value": str(value).lower()}
    if isinstance(value, int):
        return {"type": "INTEGER", **named, "value": str(value)}
    if isinstance(value, Mapping):
        return {"type": "MAP", **named, "map": [text(inner, entry) for inner, entry in value.items()]}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return {"type": "LIST", **named, "list": [text(None, entry) for entry in value]}
    return {"type": "TEMPLATE", **named, "value": value}


def parameters(given: Mapping[str, Any]) -> list[Entry]:
    return [text(key, value) for key, value in given.items()]


def condition(kind: str, left: str, right: str, *, ignore_case: bool = False, negate: bool = False) -> Entry:
    """A trigger's condition; `kind` as the export has it, such as EQUALS."""
    rows: dict[str, Any] = {"arg0": left, "arg1": right}
    if ignore_case:
        rows["ignore_case"] = True
    if negate:
        rows["negate"] = True
    return {"type": kind, "parameter": parameters(rows)}


def trigger(name: str, kind: str, filters: Iterable[Entry] = (), /, **given: Any) -> Entry:
    """A trigger. Link, form and timer triggers take their own keys as parameters in `given`."""
    entry: Entry = {"name": name, "type": kind}
    if filters := list(filters):
        entry["filter"] = filters
    own = ("waitForTags", "checkValidation", "eventName", "interval", "limit")
    if enable := given.pop("enable", None):
        entry["autoEventFilter"] = enable
    entry.update({key: text(None, given.pop(key)) for key in own if key in given})
    if given:
        entry["parameter"] = parameters(given)
    return entry


def custom(name: str, event: str, filters: Iterable[Entry] = (), *, regex: bool = False) -> Entry:
    """A custom event trigger."""
    entry = trigger(name, "CUSTOM_EVENT", filters)
    entry["customEventFilter"] = [condition("MATCH_REGEX" if regex else "EQUALS", "{{_event}}", event)]
    return entry


def variable(name: str, kind: str, /, *, format_value: Entry | None = None, **given: Any) -> Entry:
    return {"name": name, "type": kind, "parameter": parameters(given), "formatValue": format_value or {}}


def layer(name: str, path: str, version: int = 2, **given: Any) -> Entry:
    """A data layer variable."""
    return variable(name, "v", name=path, dataLayerVersion=version, setDefaultValue="defaultValue" in given, **given)


def jsm(name: str, code: str) -> Entry:
    """A custom JavaScript variable."""
    return variable(name, "jsm", javascript=code)


def html(
    name: str,
    markup: str,
    on: Iterable[str] | str = (),
    *,
    unless: Iterable[str] = (),
    needs: Iterable[str] = (),
    option: str = "ONCE_PER_EVENT",
    setup: Iterable[str | Entry] = (),
    teardown: Iterable[str | Entry] = (),
    **given: Any,
) -> Entry:
    """A Custom HTML tag; code is put into a <script>. `on` and `unless` are triggers' names."""
    body = markup if markup.lstrip().startswith("<") else f"<script>{markup}</script>"
    return tag(
        name,
        "html",
        on,
        unless=unless,
        needs=needs,
        option=option,
        setup=setup,
        teardown=teardown,
        html=body,
        supportDocumentWrite=False,
        **given,
    )


def tag(
    name: str,
    kind: str,
    on: Iterable[str] | str = (),
    *,
    unless: Iterable[str] = (),
    needs: Iterable[str] = (),
    option: str = "ONCE_PER_EVENT",
    setup: Iterable[str | Entry] = (),
    teardown: Iterable[str | Entry] = (),
    priority: int | None = None,
    paused: bool = False,
    **given: Any,
) -> Entry:
    """A tag of any type."""
    entry: Entry = {"name": name, "type": kind}
    if priority is not None:
        entry["priority"] = text(None, priority)
    entry["parameter"] = parameters(given)
    entry["firingTriggerId"] = [on] if isinstance(on, str) else list(on)
    if unless := list(unless):
        entry["blockingTriggerId"] = unless
    for key, others in (("setupTag", setup), ("teardownTag", teardown)):
        if rows := [{"tagName": other} if isinstance(other, str) else other for other in others]:
            entry[key] = rows
    entry["tagFiringOption"] = option
    if paused:
        entry["paused"] = True
    types = list(needs)
    entry["consentSettings"] = (
        {"consentStatus": "NEEDED", "consentType": text(None, types)} if types else {"consentStatus": "NOT_SET"}
    )
    return entry


def container(
    tags: Iterable[Entry] = (),
    triggers: Iterable[Entry] = (),
    variables: Iterable[Entry] = (),
    *,
    public_id: str = "GTM-TEST01",
    container_id: str = "1001",
) -> Entry:
    """An export. Triggers are named in tags by their names; every built-in variable of BUILT_INS is switched on."""
    number = count(10)
    ids = {name: name for name in (ALL_PAGES, CONSENT_INIT, INIT)}
    listed = []
    for entry in triggers:
        ids[entry["name"]] = str(next(number))
        linked = {**entry, "triggerId": ids[entry["name"]]}
        if members := [row for row in entry.get("parameter", []) if row["key"] == "triggerIds"]:
            linked["parameter"] = [
                {
                    **members[0],
                    "list": [{**one, "value": ids.get(one["value"], one["value"])} for one in members[0]["list"]],
                }
            ]
        listed.append(linked)
    made = []
    for entry in tags:
        linked = {**entry, "tagId": str(next(number))}
        for key in ("firingTriggerId", "blockingTriggerId"):
            if key in entry:
                linked[key] = [ids.get(one, one) for one in entry[key]]
        made.append(linked)
    return {
        "exportFormatVersion": 2,
        "containerVersion": {
            "containerId": container_id,
            "containerVersionId": "0",
            "container": {"publicId": public_id, "usageContext": ["WEB"]},
            "tag": made,
            "trigger": listed,
            "variable": [{**entry, "variableId": str(next(number))} for entry in variables],
            "builtInVariable": [{"type": kind, "name": name} for name, kind in BUILT_INS.items()],
        },
    }
