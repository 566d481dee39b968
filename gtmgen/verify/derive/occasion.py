"""One occasion on which a conversion happens: the page, what stands on it, and what the visitor or the site does there.

    made = occasion(sendings, when, spec, library, number="T-1")
    made.step            # Step("push", ({"event": "purchase", "ecommerce": {…}},))
    made.expected(platform)

Everything that the conversion reads is there, at the first place where the spec looks for it. What cannot be made so raises
`LookupError` with the reason: a journey says what it leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gtmgen.events_api import payload, sample
from gtmgen.events_api.reading import IN_MESSAGE, ITSELF, is_message, read
from gtmgen.events_api.values import get, text_of
from gtmgen.platforms import Library
from gtmgen.resolve import Sending
from gtmgen.spec.model import Condition, Spec, Value, When
from gtmgen.verify.derive.asked import asked_of, found, hold_in
from gtmgen.verify.derive.css_match import could_fire
from gtmgen.verify.derive.element_for import Made
from gtmgen.verify.derive.page_for import MARK, page_for, target_for
from gtmgen.verify.derive.setting import Setting, put
from gtmgen.verify.derive.text_for import holds
from gtmgen.verify.journeys.journey import Step

ANY_PAGE = When("page", Condition("matches", ""), (), (), ())
"""The trigger that fires on every page."""


class Occasion(NamedTuple):
    """A conversion that is made to happen once."""

    conversion: str
    sendings: tuple[Sending, ...]
    when: When
    setting: Setting
    step: Step
    """What makes it happen; for a page its visit."""
    data: Mapping[str, Any]
    """The event's own message, or what stands in for one, under the canonical names."""
    event_id: str | None
    """None where the page makes it."""
    made: Made | None = None

    @property
    def protected(self) -> bool:
        """Whether a repetition after a reload is the same conversion to a platform."""
        once = self.sendings[0].event_id
        return self.event_id is not None or bool(once and once.once == "visit")

    def expected(self, sending: Sending, library: Library) -> dict[str, Any]:
        """What each side must send to a platform; None for a parameter of the platform's that has no value here."""
        platform = library.platforms[sending.platform]
        keys = [param.key for param in platform.params.values()]
        keys += [rule.key for param in platform.params.values() for rule in param.also]
        return {**dict.fromkeys(keys), **payload.params(sending, platform, self.data, [])}


def occasion(
    sendings: Sequence[Sending], when: When, spec: Spec, library: Library, number: str, *, bare: bool = False
) -> Occasion:
    """Makes a conversion's occasion.

    Args:
        sendings: the conversion, to each platform that the browser sends it to.
        when: which of its triggers is to fire.
        spec: where it stands.
        library: the platforms.
        number: what ids are made of; another one is another occurrence.
        bare: without values: nothing but what makes it fire, and its id.

    Raises:
        LookupError: it cannot be made to happen; the message says why.
    """
    data: dict[str, Any] = {}
    for sending in sendings:
        # a bare message says nothing, and what stands beside it on the page or in the container says the same as ever
        params = tuple(one for one in sending.params if not bare or _beside(one.source))
        told = sending._replace(when=(when,), params=params)
        _merge(data, sample.happened(told, spec, library, number).data)
    source = sendings[0].event_id
    assert source is not None
    if not any(lookup.name == "event_id" for lookup in source.named):
        data.pop("event_id", None)
    if when.kind == "data_layer":
        assert isinstance(when.what, Condition)
        data["event"] = found([(when.what, True)], "event", str(data.get("event", "")))
    else:
        data.pop("event", None)
    asked = asked_of(when, spec)
    hold_in(data, asked)
    furnished = _furnished(sendings, data, number, bare=bare)
    setting = page_for(when, spec, asked, furnished.setting)
    message = when.kind == "data_layer"
    in_layer = {key: value for key, value in data.items() if key not in furnished.canonical}
    if not message and in_layer:
        setting = setting._replace(layer=in_layer)
    made = target_for(when, asked, f"https://{setting.host}", sendings[0].conversion)
    if made:
        there = "" if when.kind == "visible" else made.html  # what comes into view is shown later
        setting = setting._replace(html=setting.html + there, body=made.body.given, root=made.body.before[0].given)
    step = _step(when, setting, made, data)
    one = Occasion(
        sendings[0].conversion,
        tuple(sendings),
        when,
        setting,
        step,
        data,
        event_id(sendings[0], data, number),
        made,
    )
    if not fires(when, spec, one):
        raise LookupError("its conditions do not hold together on any page that could be made")
    return one


def page_where(when: When, spec: Spec) -> Occasion:
    """A page, and nothing that happens on it.

    Args:
        when: a page's trigger; its conditions hold.
        spec: where it stands.

    Raises:
        LookupError: there is no such page.
    """
    asked, data = asked_of(when, spec), dict[str, Any]()
    hold_in(data, asked)
    setting = page_for(when, spec, asked, Setting())._replace(layer=data)
    one = Occasion("", (), when, setting, Step("visit", setting.address), data, None)
    if not fires(when, spec, one):
        raise LookupError("its conditions do not hold together on any page that could be made")
    return one


def fires(when: When, spec: Spec, one: Occasion) -> bool:
    """Whether a trigger fires on an occasion, which may be another conversion's."""
    link = one.made is not None and one.made.target.tag == "a"
    kinds = {one.when.kind, *(("link", "click") if link and one.when.kind in ("link", "click") else ())}
    if when.kind not in kinds:
        return False
    what = when.what
    if when.kind == "data_layer":
        met = isinstance(what, Condition) and holds(what, str(one.data.get("event", "")))
    elif when.kind == "page":
        met = isinstance(what, Condition) and holds(what, one.setting.path or "/", path=True)
    elif when.kind == "link":
        assert one.made
        url = one.made.target.attributes.get("href", "")
        met = isinstance(what, Condition) and _holds_of_link(what, url, f"https://{one.setting.host}")
    else:
        met = one.made is not None and could_fire(str(what), when.kind, one.made)
    return met and all(
        all(holds(condition, _left(left, one), path=left[0] == "page_path") == must for condition, must in wanted)
        for left, wanted in asked_of(when, spec, alone=True).items()
    )


def _left(left: tuple[str, str], one: Occasion) -> str:
    """What a condition looks at, on an occasion, as text; the empty text where there is nothing."""
    kind, name = left
    setting, target = one.setting, one.made.target if one.made else None
    match kind:
        case "data_layer":
            there = get(one.data, name)
            return "" if there is None else text_of(there)
        case "cookie":
            return setting.cookies.get(name, "")
        case "query":
            return setting.query.get(name, "")
        case "page_path":
            return setting.path or "/"
        case "page_hostname":
            return setting.host
        case "page_url":
            return f"https://{setting.host}{setting.address}"
        case "click_id" | "form_id" if target:
            return target.id
        case "click_classes" if target:
            return " ".join(target.classes)
        case "click_text" if target:
            return target.text
        case "click_url" if target:
            return target.attributes.get("href", "")
    return ""


def _beside(source: Value) -> bool:
    """Whether a value stands beside the message: where only a browser or the target container looks."""
    return bool(source) and source[0].kind not in (*IN_MESSAGE, *ITSELF)


class _Furnished(NamedTuple):
    setting: Setting
    canonical: frozenset[str]
    """The keys of the data that stand in for what only a browser has."""


def _furnished(sendings: Sequence[Sending], data: Mapping[str, Any], number: str, *, bare: bool) -> _Furnished:
    """Puts what only a browser has to where the conversion looks for it."""
    setting, canonical = Setting(), set()
    sources: list[tuple[str, Value]] = [
        (param.type.name, param.source)
        for sending in sendings
        for param in sending.params
        if not bare or _beside(param.source)
    ]
    own = sendings[0].event_id
    assert own is not None
    ids = [own.named or own.derived]
    for name, source in (*sources, *(("", id) for id in ids)):
        if _beside(source):
            setting = put(setting, source, data.get(name) if name else number)
            canonical |= {name}
    return _Furnished(setting, frozenset(canonical - {""}) | {"event_id", "event"})


def _holds_of_link(what: Condition, url: str, site: str) -> bool:
    if not text_of(what.right).startswith("/"):
        return holds(what, url)
    path = url.removeprefix(site).partition("?")[0].partition("#")[0] if url.startswith(site) else ""
    return holds(what, path, path=True)


def _step(when: When, setting: Setting, made: Made | None, data: Mapping[str, Any]) -> Step:
    mark = made.target.attributes.get(MARK, "").replace("\\", "\\\\").replace('"', '\\"') if made else ""
    at = f'[{MARK}="{mark}"]'
    match when.kind:
        case "data_layer":
            return Step("push", (dict(data),))
        case "page":
            return Step("visit", setting.address)
        case "form":
            return Step("submit", at)
        case "visible":
            assert made
            return Step("show", {"to": "body", "html": made.html})
    return Step("click", at)


def event_id(sending: Sending, data: Mapping[str, Any], number: str = "") -> str | None:
    """The event_id that both sides must send; None where the page makes one.

    Args:
        sending: the conversion.
        data: the event's own message, or what stands in for one.
        number: what stands where only a browser looks; "" where nothing is known of that.
    """
    own = sending.event_id
    assert own is not None

    def made_of(source: Value) -> str | None:
        in_data = source[0].kind in (*IN_MESSAGE, *ITSELF) if source else True
        value = read(source, "id", {"event": "", **data}).value if in_data else number or None
        return None if value is None else str(value)

    if (named := made_of(own.named)) is not None:
        return named if own.exact else f"{own.event}.{named}"
    if is_message(data) and data.get("event_id") is not None:
        return text_of(data["event_id"])
    derived = made_of(own.derived)
    return None if derived is None else f"{own.event}.{derived}"


def with_id(one: Occasion, word: str) -> Occasion:
    """An occasion whose message carries an event_id, where that decides."""
    sending = one.sendings[0]
    data = {**one.data, "event_id": f"{sending.event}.{word}"}
    id = event_id(sending, data)
    if one.event_id is not None or id != data["event_id"]:
        return one
    return one._replace(data=data, step=Step("push", (data,)), event_id=id)


def _merge(into: dict[str, Any], other: Mapping[str, Any]) -> None:
    """Adds what is not there yet."""
    for key, value in other.items():
        there = into.setdefault(key, value)
        if isinstance(there, dict) and isinstance(value, Mapping):
            _merge(there, value)
