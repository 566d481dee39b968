"""What happens on a visit, moment by moment, with what the data layer holds by then: which conversions fire, and which may.

    heard = Heard(spec, visitor, moments)
    heard.fires(group)          # the moments at which a conversion fires, by number
    heard.silent(group)         # whether it can be told that it fires at none

The data layer keeps what earlier messages of a page load said, and conditions and values look there, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from gtmgen.events_api.values import text_of
from gtmgen.resolve import Sending
from gtmgen.spec.model import Condition, Lookup, Spec, Value, When
from gtmgen.verify.derive.css_match import could_fire
from gtmgen.verify.derive.element_for import Element, Made, element_for
from gtmgen.verify.derive.occasion import Occasion, event_id, fires
from gtmgen.verify.derive.setting import Setting
from gtmgen.verify.derive.text_for import holds
from gtmgen.verify.journeys.journey import Step

Group = Sequence[Sending]
"""A conversion: what it sends to each platform."""

_ANY_PAGE = When("page", Condition("matches", ""), (), (), ())
_LAYER = "\0layer"
_OWN_EVENTS = (
    *("gtm.init_consent", "gtm.init", "gtm.js", "gtm.dom", "gtm.load", "gtm.click", "gtm.linkClick", "gtm.formSubmit"),
    *("gtm.elementVisibility", "gtm.historyChange", "gtm.historyChange-v2"),
)


class Moment(NamedTuple):
    """Something that happens on a visit, at which any conversion may fire."""

    occasion: Occasion
    own: str = ""
    """The conversion that it was made for; "" for a page that is only there."""
    opens: bool = False
    """Whether a page is loaded with it: its data layer begins anew."""
    gtag: bool = False
    """Whether its message is a gtag() call's parameters, which the data layer does not keep."""


class Act(NamedTuple):
    """Something that is done on a visit, and what happens with it."""

    steps: tuple[Step, ...]
    moments: tuple[Moment, ...] = ()


def page_only(setting: Setting) -> Occasion:
    """A page that is only there."""
    return Occasion("", (), _ANY_PAGE, setting, Step("visit", setting.address), setting.layer, None)


def message_only(event: str, setting: Setting) -> Occasion:
    """A message that is nobody's."""
    data = {"event": event}
    when = When("data_layer", Condition("equals", event), (), (), ())
    return Occasion("", (), when, setting, Step("push", (data,)), data, None)


class _Now(NamedTuple):
    """A moment, and what was there by then."""

    moment: Moment
    occasion: Occasion
    """With everything that conditions look at: the data layer under the message, the visitor's cookies and query."""
    message: Mapping[str, Any]
    layer: Mapping[str, Any]
    load: int
    """The number of its page load."""


class Heard:
    """The moments of a visit, in order."""

    def __init__(self, spec: Spec, visitor: Setting, moments: Iterable[Moment]) -> None:
        """Goes through a visit.

        Args:
            spec: whose conversions may fire.
            visitor: what every page knows of the visitor.
            moments: what happens.
        """
        self._spec = spec
        self._visitor = visitor
        self._all = tuple(self._now(moments))
        self._standing = tuple(_standing(self._all, visitor, spec))

    def _now(self, moments: Iterable[Moment]) -> Iterator[_Now]:
        visitor, layer, load = self._visitor, dict[str, Any](), 0
        for moment in moments:
            one = moment.occasion
            message: Mapping[str, Any] = one.data if one.when.kind == "data_layer" else {}
            if moment.opens:
                layer, load = over(visitor.layer, one.setting.layer), load + 1
            elif one.when.kind == "page":
                layer = over(layer, one.setting.layer)
            if not moment.gtag:
                layer = over(layer, message)
            there = over(layer, message) if message else {key: layer[key] for key in layer if key != "event"}
            setting = one.setting._replace(
                cookies={**visitor.cookies, **one.setting.cookies}, query={**one.setting.query, **visitor.query}
            )
            yield _Now(moment, one._replace(data=there, setting=setting), message, layer, load)

    def fires(self, group: Group, numbers: Iterable[int] | None = None) -> list[int]:
        """The numbers of the moments at which a conversion fires.

        Args:
            group: the conversion.
            numbers: the moments that are asked about; all of them without.
        """
        asked = range(len(self._all)) if numbers is None else numbers
        return [i for i in asked if any(fires(when, self._spec, self._all[i].occasion) for when in group[0].when)]

    def silent(self, group: Group, until: int | None = None) -> bool:
        """Whether it can be told that a conversion fires at none of the moments.

        Args:
            group: the conversion.
            until: the number of the moment before which this must be so; all of them without.
        """
        asked = range(len(self._all) if until is None else until)
        if self.fires(group, asked):
            return False
        return not any(self._may(when, self._all[i].occasion) for when in group[0].when for i in asked)

    def _may(self, when: When, one: Occasion) -> bool:
        """Whether a trigger that does not seem to fire may do so all the same."""
        if when.kind == "data_layer":
            return isinstance(when.what, Condition) and any(holds(when.what, name) for name in _OWN_EVENTS)
        if when.kind == "visible":  # whatever stands on a page comes into view
            return any(could_fire(str(when.what), "visible", made) for made in self._standing)
        if when.kind == "page" or not one.made:
            return False
        if when.kind == "link":
            return one.when.kind in ("link", "click") and _may_be_link(when, one)
        if when.kind == "form" and one.when.kind == "click":
            return any(element.tag == "form" for element in _all(one.made.outermost))
        if one.when.kind not in ({"click", "link"} if when.kind == "click" else {"form"}):
            return False
        return _asks_element(when) and could_fire(str(when.what), when.kind, one.made)

    def ids(self, group: Group, since: int = 0, only: Iterable[int] | None = None) -> int:
        """How many event_ids a conversion has had.

        Args:
            group: the conversion.
            since: the number of the first moment that counts.
            only: the moments that count; all since then without.
        """
        first, found = group[0], set[object]()
        once = first.event_id.once if first.event_id else ""
        for number in self.fires(group, range(since, len(self._all)) if only is None else only):
            now = self._all[number]
            kept = {"visit": "once", "page": f"once on {now.load}"}.get(once, number)
            found.add(self._id(first, now) or kept)
        return len(found)

    def _id(self, first: Sending, now: _Now) -> str | None:
        if now.moment.own == first.conversion:
            return now.moment.occasion.event_id
        own = first.event_id
        assert own is not None
        told = own._replace(named=_read_there(own.named), derived=_read_there(own.derived))
        return event_id(first._replace(event_id=told), self._reading(now))

    def read(self, sending: Sending, number: int) -> tuple[Sending, Occasion]:
        """A sending and an occasion to read its parameters from, as they are at a moment: earlier messages included.

        Args:
            sending: the conversion, to one platform.
            number: the moment.
        """
        now = self._all[number]
        params = tuple(param._replace(source=_read_there(param.source)) for param in sending.params)
        data = self._reading(now) if now.message else {**now.occasion.data, **now.moment.occasion.data}
        return sending._replace(params=params), now.moment.occasion._replace(data={**data, _LAYER: now.layer})

    def _reading(self, now: _Now) -> dict[str, Any]:
        """A message with the data layer beside it; what is no message has only the data layer."""
        return {**(now.message or now.occasion.data), _LAYER: now.layer}


def over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """What the data layer holds once a message has come: objects and lists are merged.

    Args:
        below: what it held.
        above: the message.
    """
    merged = dict(below)
    for key, value in above.items():
        merged[key] = _merged(merged.get(key), value)
    return merged


def _merged(there: Any, value: Any) -> Any:
    if isinstance(value, Mapping):
        return over(there if isinstance(there, Mapping) else {}, value)
    if isinstance(value, list):
        below = there if isinstance(there, list) else []
        return [_merged(below[i] if i < len(below) else None, one) for i, one in enumerate(value)] + below[len(value) :]
    return value


def _read_there(source: Value) -> Value:
    """Places with those in the data layer told apart from those in the message."""
    return tuple(Lookup("message", f"{_LAYER}.{one.name}") if one.kind == "data_layer" else one for one in source)


def _asks_element(when: When) -> bool:
    """Whether a trigger looks at what is clicked or submitted, of which the innermost element is not known for sure."""
    return any(test.left.startswith(("click_", "form_")) for test in (*when.if_all, *when.unless))


def _may_be_link(when: When, one: Occasion) -> bool:
    """Whether a click may be one on a link that a trigger is about, though the link is not what was clicked, or has no whole address."""
    assert one.made and isinstance(when.what, Condition)
    page = f"https://{one.setting.host}{one.setting.address}"
    for element in _all(one.made.outermost):
        if element.tag == "a":
            url = urljoin(page, element.attributes.get("href", ""))
            if holds(when.what, url) or (text_of(when.what.right).startswith("/") and _path_holds(when.what, url)):
                return True
    return False


def _path_holds(what: Condition, url: str) -> bool:
    return holds(what, urlsplit(url).path, path=True)


def _standing(moments: Iterable[_Now], visitor: Setting, spec: Spec) -> Iterator[Made]:
    """Everything that stands on the pages of a visit."""
    bare = Element("body", inside=[Element("h1")], before=[Element("html")])
    yield Made(bare, bare, "", Element("div", before=[Element("div")]))
    for now in moments:
        one = now.moment.occasion
        if one.made and one.when.kind != "visible":
            yield one.made
            body = one.made.body
            yield Made(body, body, "", Element("div", before=[Element("div")]))
        sources = [param.source for sending in one.sendings for param in sending.params]
        sources += [
            source for sending in one.sendings if (own := sending.event_id) for source in (own.named, own.derived)
        ]
        yield from _built(sources)
    yield from _built(spec.user_data.values())


def _built(sources: Iterable[Value]) -> Iterator[Made]:
    """The elements that values stand in."""
    for css in dict.fromkeys(str(one.name) for source in sources for one in source[:1] if one.kind == "dom"):
        try:
            yield element_for(css)
        except LookupError:
            continue


def _all(element: Element) -> Iterator[Element]:
    yield element
    for one in (*element.before, *element.inside):
        yield from _all(one)
