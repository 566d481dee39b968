"""Triggers of an export as rules over predicates, and as the hidden tags that listen on the page (gtm-runtime.md 1.1, 3)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gtmgen.container.fields import Filter, filters, parameter
from gtmgen.verify.program.expressions import Names

EVENTS = {
    "CONSENT_INIT": "gtm.init_consent",
    "INIT": "gtm.init",
    "PAGEVIEW": "gtm.js",
    "DOM_READY": "gtm.dom",
    "WINDOW_LOADED": "gtm.load",
    "CLICK": "gtm.click",
    "LINK_CLICK": "gtm.linkClick",
    "FORM_SUBMISSION": "gtm.formSubmit",
    "ELEMENT_VISIBILITY": "gtm.elementVisibility",
    "SCROLL_DEPTH": "gtm.scrollDepth",
    "HISTORY_CHANGE": "gtm.historyChange",
    "JS_ERROR": "gtm.pageError",
    "TRIGGER_GROUP": "gtm.triggerGroup",
    "TIMER": "gtm.timer",
    "YOU_TUBE_VIDEO": "gtm.video",
    "CUSTOM_EVENT": "",
    "ALWAYS": "",
}
"""What a trigger of each type waits for (gtm-runtime.md 3.1)."""
LISTENERS = {
    "CLICK": "__cl",
    "LINK_CLICK": "__lcl",
    "FORM_SUBMISSION": "__fsl",
    "ELEMENT_VISIBILITY": "__evl",
    "SCROLL_DEPTH": "__sdl",
    "HISTORY_CHANGE": "__hl",
    "JS_ERROR": "__jel",
    "TIMER": "__tl",
    "TRIGGER_GROUP": "__tg",
    "YOU_TUBE_VIDEO": "__ytl",
}
ADDRESSED = frozenset(
    ("LINK_CLICK", "FORM_SUBMISSION", "ELEMENT_VISIBILITY", "SCROLL_DEPTH", "TIMER", "TRIGGER_GROUP", "YOU_TUBE_VIDEO")
)
"""These share one event; each message names the triggers that it is meant for (gtm-runtime.md 3.2)."""
OPERATORS = {
    "EQUALS": "_eq",
    "CONTAINS": "_cn",
    "STARTS_WITH": "_sw",
    "ENDS_WITH": "_ew",
    "MATCH_REGEX": "_re",
    "CSS_SELECTOR": "_css",
    "LESS": "_lt",
    "LESS_OR_EQUALS": "_le",
    "GREATER": "_gt",
    "GREATER_OR_EQUALS": "_ge",
    "URL_MATCHES": "_um",
}
OWN = {
    "2147479553": {"name": "All Pages", "type": "PAGEVIEW"},
    "2147479572": {"name": "Consent Initialization - All Pages", "type": "CONSENT_INIT"},
    "2147479573": {"name": "Initialization - All Pages", "type": "INIT"},
    "2147479574": {"name": "All Events", "type": "ALWAYS"},
}
"""GTM's own triggers, which stand in no export."""
_OWN_FIELDS = ("waitForTags", "waitForTagsTimeout", "checkValidation", "eventName", "interval", "limit")
_EVENT, _TRIGGERS = ["macro", 0], ["macro", 1]


class Rules:
    """The rules of a container, one for each trigger that anything uses."""

    def __init__(self, number: str, names: Names, not_done: list[str]) -> None:
        self._number, self._names, self._not_done = number, names, not_done
        self.predicates: list[dict[str, Any]] = []
        self.listeners: list[dict[str, Any]] = []
        """The hidden tags; they come after the container's own."""
        self._known: dict[str, int] = {}
        self._rules: dict[str, dict[str, Any]] = {}
        self._waiting: list[tuple[Mapping[str, Any], dict[str, Any]]] = []
        for id, own in OWN.items():
            self.add({**own, "triggerId": id})

    def add(self, trigger: Mapping[str, Any]) -> None:
        """Takes a trigger; its listener, if it has one, starts with the page's gtm.js event."""
        id, kind, name = str(trigger.get("triggerId", "")), str(trigger.get("type", "")), str(trigger.get("name", ""))
        if kind not in EVENTS:
            self._not_done.append(f'trigger "{name}": type {kind} is not done, it never fires')
        rule = self._rule(name, self._of_event(trigger, kind, self._unique(id)), filters(trigger, "filter"))
        self._rules[id] = rule
        if kind in LISTENERS:
            self._waiting.append((trigger, rule))

    def use(self, id: str, how: str, tag: int) -> bool:
        """A tag is added or blocked by a trigger; False if there is no such trigger."""
        if id not in self._rules:
            return False
        self._rules[id][how].append(tag)
        return True

    def close(self, first: int) -> Iterator[str]:
        """Makes the listeners' tags, which are numbered from `first` on; yields what is wrong with trigger groups."""
        problems = []
        for trigger, _ in self._waiting:
            id, kind, name = (
                str(trigger.get("triggerId", "")),
                str(trigger.get("type", "")),
                str(trigger.get("name", "")),
            )
            self._names.where = f'trigger "{name}"'
            listener = {
                "function": LISTENERS[kind],
                "name": name,
                "hidden": True,
                "vtp_uniqueTriggerId": self._unique(id),
            }
            listener |= {
                f"vtp_{key}": self._names.parameter(trigger[key])
                for key in _OWN_FIELDS
                if isinstance(trigger.get(key), Mapping)
            }
            listener |= {f"vtp_{key}": value for key, value in self._names.parameters(trigger.get("parameter"))}
            enabled = self._rule(name, [(self._event("gtm.js"), False)], filters(trigger, "autoEventFilter"))
            enabled["add"].append(first + len(self.listeners))
            self.listeners.append(listener)
            self._rules[f"{id} listens"] = enabled | {"hidden": True}
            if kind == "TRIGGER_GROUP":
                problems += list(self._members(trigger, listener, first))
        yield from problems

    def written(self) -> list[dict[str, Any]]:
        """The rules that do something."""
        return [rule for rule in self._rules.values() if rule["add"] or rule["block"]]

    def _unique(self, id: str) -> str:
        return f"{self._number}_{id}"

    def _members(self, group: Mapping[str, Any], listener: dict[str, Any], first: int) -> Iterator[str]:
        """Each member of a trigger group fires a hidden tag that tells the group."""
        ids = [str(id) for id in parameter(group, "triggerIds") or ()]
        listener["vtp_triggerIds"] = ["list", *(f"{listener['vtp_uniqueTriggerId']}_{id}" for id in ids)]
        for id in dict.fromkeys(ids):
            firing = f"{listener['vtp_uniqueTriggerId']}_{id}"
            if not self.use(id, "add", first + len(self.listeners)):
                yield f'trigger "{group.get("name", "")}": no trigger has the id {id}'
                continue
            tag = {"function": "__tg", "name": listener["name"], "hidden": True, "vtp_isListeningTag": True}
            self.listeners.append({**tag, "vtp_firingId": firing})

    def _of_event(self, trigger: Mapping[str, Any], kind: str, unique: str) -> list[tuple[int, bool]]:
        """The predicates that say whether a message is this trigger's event."""
        if kind == "CUSTOM_EVENT":
            return [(self._predicate(one), one.negate) for one in filters(trigger, "customEventFilter")]
        if kind == "ALWAYS":  # a server container's trigger for whatever comes
            return []
        event: Any = EVENTS.get(kind) or kind
        if kind == "TIMER" and isinstance(trigger.get("eventName"), Mapping):
            event = self._names.parameter(trigger["eventName"]) or event
        found = [(self._event(event), False)]
        if kind in ADDRESSED:
            # a message that names no trigger (a site's own push) is heard by all
            addressed = {"function": "_re", "arg0": _TRIGGERS, "arg1": f"(^$|((^|,){unique}($|,)))"}
            found.append((self._numbered(addressed, "gtm.triggers", unique), False))
        return found

    def _rule(self, name: str, event: list[tuple[int, bool]], conditions: Iterator[Filter]) -> dict[str, Any]:
        asked = [(self._predicate(one), one.negate) for one in conditions]
        return {
            "trigger": name,
            "event": [sum(not negate for _, negate in event), sum(negate for _, negate in event)],
            "if": [number for number, negate in [*event, *asked] if not negate],
            "unless": [number for number, negate in [*event, *asked] if negate],
            "add": [],
            "block": [],
        }

    def _event(self, name: Any) -> int:
        return self._numbered({"function": "_eq", "arg0": _EVENT, "arg1": name}, "{{_event}}", str(name))

    def _predicate(self, one: Filter) -> int:
        function = OPERATORS.get(one.op, f"_{one.op.lower()}")
        predicate = {"function": function, "arg0": self._names.text(one.left), "arg1": self._names.text(one.right)}
        if one.ignore_case:
            predicate["ignore_case"] = True
        return self._numbered(predicate, one.left, one.right)

    def _numbered(self, predicate: dict[str, Any], left: str, right: str) -> int:
        """GTM shares a predicate between the triggers that use it, and evaluates it once per event."""
        key = json.dumps(predicate, sort_keys=True)
        if key not in self._known:
            self._known[key] = len(self.predicates)
            self.predicates.append({**predicate, "left": left, "right": right})
        return self._known[key]
