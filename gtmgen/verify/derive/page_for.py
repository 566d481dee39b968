"""The page on which a trigger's conditions hold, and what is clicked, submitted or shown there."""

from __future__ import annotations

import re

from gtmgen.events_api.values import text_of
from gtmgen.spec.model import Condition, Spec, When
from gtmgen.verify.derive.asked import Asked, found, in_words
from gtmgen.verify.derive.element_for import Made, element_for
from gtmgen.verify.derive.setting import Setting
from gtmgen.verify.derive.text_for import Wanted, holds, satisfying

MARK = "data-for"
"""The attribute by which a step finds its element: it holds the conversion's name."""
_NO_COOKIE = re.compile(r"[;\x00-\x1f\x7f]")


def page_for(when: When, spec: Spec, asked: Asked, setting: Setting) -> Setting:
    """A page on which the conditions on address and cookies hold.

    Args:
        when: the trigger.
        spec: where it stands.
        asked: all its conditions.
        setting: what the page has already.

    Raises:
        LookupError: there is none.
    """
    host = found(asked.get(("page_hostname", ""), []), "host", spec.domain or "www.example.com", "host")
    path = asked.get(("page_path", ""))
    cookies, query = dict(setting.cookies), dict(setting.query)
    for (kind, name), wanted in asked.items():
        values = cookies if kind == "cookie" else query
        if kind in ("cookie", "query"):
            text = found(wanted, f"{kind} `{name}`", values.get(name, ""))
            if kind == "cookie" and (_NO_COOKIE.search(text) or text != text.strip()):
                raise LookupError(f"no cookie holds {text!r} as it is")
            if text or name in values:
                values[name] = text
        if kind == "referrer" and not all(holds(condition, "") == must for condition, must in wanted):
            raise LookupError(
                "its referrer would have to be another page's, and a visit has none"
                " (a journey says what it is: `variables: {Referrer: https://…}`)"
            )
    setting = setting._replace(host=host, cookies=cookies, query=query)
    if path is not None:
        kept = satisfying(path, "path", "/")
        if kept is None:
            raise LookupError(f"no path could be made for which {in_words(path)}")
        setting = setting._replace(path="" if kept == "/" and when.kind != "page" else kept)
    return _at_url(setting, asked.get(("page_url", ""), []))


def _at_url(setting: Setting, wanted: Wanted) -> Setting:
    """A setting whose whole address is as wanted."""
    site = f"https://{setting.host}"
    if all(holds(condition, f"{site}{setting.address}") == must for condition, must in wanted):
        return setting
    # what is asked of the address may stand in its query, on whatever page: the page's own address comes first
    begun = f"{site}{setting.address}{'&' if setting.query else '?'}" if setting.path or setting.query else ""
    url = satisfying(wanted, "url", site=site, begun=begun)
    if url is None or not url.startswith(f"{site}/") or (setting.path and not url.startswith(site + setting.path)):
        raise LookupError(f"no address of the site could be made for which {in_words(wanted)}")
    path, _, query = url.removeprefix(site).partition("#")[0].partition("?")
    pairs = dict(pair.partition("=")[::2] for pair in query.split("&") if pair)
    return setting._replace(path=path, query={**setting.query, **pairs})


def target_for(when: When, asked: Asked, site: str, conversion: str) -> Made | None:
    """What is clicked, submitted or shown; None where nothing is.

    Args:
        when: the trigger.
        asked: all its conditions.
        site: where links lead whose host does not matter.
        conversion: what it is made for.

    Raises:
        LookupError: it cannot be built.
    """
    if when.kind in ("data_layer", "page"):
        return None
    about = {kind: wanted for (kind, _), wanted in asked.items()}
    if when.kind == "link":
        assert isinstance(when.what, Condition)
        made = element_for("a", "a")
        made.target.attributes["href"] = _link(when.what, about.get("click_url", []), site)
    else:
        made = element_for(str(when.what), {"click": "button", "form": "form"}.get(when.kind, "div"))
    target = made.target
    if when.kind == "form" and target.tag != "form":
        form = element_for("form", "form").target
        target.inside.append(form)
        made = made._replace(target=form)
        target = form
    for kind, wanted in about.items():
        match kind:
            case "click_text":
                target.text = found(wanted, "text of the click", target.text)
            case "click_id" | "form_id":
                target.id = found(wanted, "id", target.id)
            case "click_classes":
                target.classes[:] = found(wanted, "classes", " ".join(target.classes)).split()
            case "click_url" if when.kind != "link":
                target.attributes["href"] = found(wanted, "address of the click", target.attributes.get("href", ""))
    if target.tag == "form":
        target.inside += [element_for("button[type=submit]").target]
    target.attributes[MARK] = conversion
    return made


def _link(what: Condition, also: Wanted, site: str) -> str:
    """A link's address. A condition that begins with / looks at its path alone."""
    if not text_of(what.right).startswith("/"):
        url = satisfying([(what, True), *also], "url", site=site)
    else:
        path = satisfying([(what, True)], "path", "/")
        url = None if path is None else f"{site}{path}"
        if url and not all(holds(condition, url) == must for condition, must in also):
            url = None
    if url is None:
        raise LookupError(f"no link could be made for which {in_words([(what, True), *also])}")
    return url
