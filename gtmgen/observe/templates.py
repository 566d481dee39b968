"""Reads the tags of custom templates, by what a platform.yml says of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from gtmgen.container.fields import filters, place, table, text
from gtmgen.container.graph import MARK, Key
from gtmgen.container.occasions import plain_words
from gtmgen.container.whole import Container
from gtmgen.observe.seen import Loads, Observed, Seen, UserSeen
from gtmgen.platform_server import TAG_FIELDS
from gtmgen.platforms import Library, Platform
from gtmgen.recognise import Fields, Template

_WHOLE = "*"
_GALLERY, _OWN = f"{MARK}gallery template ", f"{MARK}template "
_EVENT = frozenset(["{{Event}}", "{{Event Name}}", "{{_event}}"])
"""GTM's variables for the event's name: in the web, in a server container, and in a trigger's own condition."""
_MOST = 20


class Found(NamedTuple):
    """A platform and one of its templates."""

    platform: Platform
    template: Template


class Known:
    """The templates of every platform, by gallery id and by repository."""

    def __init__(self, library: Library) -> None:
        self._ids: dict[str, Found] = {}
        self._repositories: dict[str, Found] = {}
        self._types: dict[str, Found | None] = {}
        self._ours: dict[str, Found] = {}
        """By the host of the server API that our own template sends to: GTM keeps that, whatever the template is called there."""
        for platform in library.platforms.values():
            for template in platform.recognise.templates:
                found = Found(platform, template)
                self._ids |= dict.fromkeys(template.ids, found)
                self._repositories |= dict.fromkeys(template.repositories, found)
            if platform.server and platform.server.template:
                self._ours["/".join(platform.server.url.split("/")[:3])] = Found(platform, _ours(platform))

    def template(self, kind: str, container: Container) -> Found | None:
        """The template behind a tag's type, whether the file has it or not."""
        if kind not in self._types:
            self._types[kind] = self._look(kind, container)
        return self._types[kind]

    def _look(self, kind: str, container: Container) -> Found | None:
        if not kind.startswith(MARK):
            return None
        name = kind.removeprefix(_GALLERY).removeprefix(_OWN)
        if name == kind:
            return self._ids.get(kind.removeprefix(MARK).removeprefix("cvt_"))
        entity = container.named.get(("customTemplate", name), {})
        gallery = entity.get("galleryReference")
        if not isinstance(gallery, dict):
            source = str(entity.get("templateData", ""))
            made_here = all(f'"{field}"' in source for field in TAG_FIELDS)
            return next((found for host, found in self._ours.items() if host in source), None) if made_here else None
        repository = f"{gallery.get('owner')}/{gallery.get('repository')}".lower()
        return self._ids.get(str(gallery.get("galleryTemplateId"))) or self._repositories.get(repository)


def _ours(platform: Platform) -> Template:
    """What the fields of our own template hold (`_gtm/sandbox/events_api.tpl.j2`)."""
    items = next((param.key for param in platform.params.values() if param.type == "items"), "")
    params = Fields({"items": items} if items else {}, ("params",), (), "", {})
    user = Fields({}, ("user",), (), "", {})
    return Template((), (), "server", ("pixel",), ("event",), None, {}, ("eventId",), params, user, {}, "")


def from_template(key: Key, tag: Mapping[str, Any], found: Found, container: Container) -> Observed:
    """What the tag of a template sends: one Seen for each event whose name it inherits."""
    platform, template = found
    id, id_place = _first(tag, template.event_id)
    params, by_default = _group(tag, template.params, platform)
    user, _ = _group(tag, template.user, None)
    pixels = _pixels(tag, template)
    fixed = {name for name, value in params.items() if "{{" not in value} - by_default
    if id.startswith("("):
        by_default = by_default | {"event_id"}
    elif id and "{{" not in id:
        fixed |= {"event_id"}
    names, named = _names(tag, template, container)
    type_at = (*key, "type")
    seen = [
        Seen(
            conversion=key[1],
            event=platform.standard.get(name, name),
            platform=platform.id,
            sent_as=name,
            standard=name in platform.standard,
            pixels=pixels,
            implied=False,
            paused=tag.get("paused") is True,
            event_id=id,
            params=params,
            side="server" if template.side == "server" else "web",
            how="template",
            tag=key,
            at=(*key, *place(tag, id_place)) if id_place else type_at,
            named_at=(*key, *place(tag, named)) if named else type_at,
            call="",
            fixed=frozenset(fixed),
            by_default=frozenset(by_default),
        )
        for name in names
    ]
    loads = [Loads(platform.id, pixels, False, template.loads == "once", key, type_at, "")] if template.loads else []
    told: Literal["yes", "no", ""] = ""
    if template.hashed:
        told = "yes" if _holds(tag, template.hashed) else "no"
    users = [UserSeen(platform.id, user, told, key, type_at, "")] if user else []
    return Observed(tuple(seen), tuple(loads), tuple(users))


def _holds(tag: Mapping[str, Any], when: Mapping[str, str]) -> bool:
    return all(text(tag, field) == str(value) for field, value in when.items())


def _at(tag: Mapping[str, Any], where: str) -> str:
    """What stands in a place: a field, `table.row` or `table.column`, or a text in parentheses that stands for itself."""
    if where.startswith("("):
        return where
    field, _, name = where.partition(".")
    if not name:
        return text(tag, field)
    return _rows(tag, field).get(name) or ",".join(row[name] for row in table(tag, field) if name in row)


def _first(tag: Mapping[str, Any], places: tuple[str, ...]) -> tuple[str, str]:
    """The first place that holds something: what it holds, and the field."""
    for where in places:
        if value := _at(tag, where).strip():
            return value, "" if where.startswith("(") else where.partition(".")[0]
    return "", ""


def _rows(tag: Mapping[str, Any], field: str) -> dict[str, str]:
    """A table of names and values, whatever its two columns are called."""
    found: dict[str, str] = {}
    for row in table(tag, field):
        value = next((row[column] for column in row if "value" in column.lower()), "")
        name = next((row[column] for column in row if "value" not in column.lower()), "")
        if name:
            found[name] = value
    return found


def _pixels(tag: Mapping[str, Any], template: Template) -> tuple[str, ...]:
    named = (_at(tag, where) for where in template.pixel)
    return tuple(dict.fromkeys(pixel.strip() for value in named for pixel in value.split(",") if pixel.strip()))


def _group(tag: Mapping[str, Any], group: Fields, platform: Platform | None) -> tuple[dict[str, str], set[str]]:
    """A group of values by the platform's names, and which of them the template takes by itself."""
    found: dict[str, str] = {}
    for where, key in group.fields.items():
        found[key] = found.get(key) or _at(tag, where)  # two fields can fill one key: in clear, and hashed
    for field in group.tables:
        found |= _rows(tag, field)
    for field in group.objects:
        if "{{" in (value := text(tag, field)):
            found[_WHOLE] = value
    found = {platform.canonical_param(key) if platform else key: value for key, value in found.items() if value}
    if group.reads and _WHOLE not in found and _holds(tag, group.when):
        found[_WHOLE] = group.reads
        return found, {_WHOLE}
    return found, set()


def _names(tag: Mapping[str, Any], template: Template, container: Container) -> tuple[tuple[str, ...], str]:
    """The names that a tag sends under ("" for one that a variable decides), and the field that says so."""
    name, field = _first(tag, template.event)
    inherits = template.inherits is not None and (
        not name or name in _EVENT or (bool(template.inherits_when) and _holds(tag, template.inherits_when))
    )
    if not inherits:
        return ("" if "{{" in name else name,), field
    events = _events(tag, container)
    table_ = template.inherits or {}
    return tuple(dict.fromkeys(table_.get(event, event) for event in events)) or ("",), field


def _events(tag: Mapping[str, Any], container: Container) -> list[str]:
    """The events that a tag fires on, if they are few and every one of its triggers names them plainly; else none."""
    found: list[str] = []
    listed = tag.get("firingTriggerId")
    for name in listed if isinstance(listed, list) else ():
        trigger = container.named.get(("trigger", name), {}) if isinstance(name, str) else {}
        asked = [f for f in filters(trigger) if f.left in _EVENT and not f.negate and not f.ignore_case]
        plain = [f.right for f in asked if f.op == "EQUALS" and "{{" not in f.right][:1]
        if not plain:
            lists = (plain_words(f.right) for f in asked if f.op == "MATCH_REGEX")
            plain = next((words for words in lists if words), [])
        if not plain:
            return []
        found += plain
    return found if len(found) <= _MOST else []
