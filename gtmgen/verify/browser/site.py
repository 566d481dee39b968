"""The site that a container is tried on: pages at any address, with the GTM snippet on them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

GTM = "https://www.googletagmanager.com/gtm.js"
SLOW = "/__slow.js"
"""A script that keeps <body> away until gtm.js has run."""
_SNIPPET = """<script%s>
(function (w, d, l, id) {
  w[l] = w[l] || [];
  w[l].push({ "gtm.start": new Date().getTime(), event: "gtm.js" });
  var first = d.getElementsByTagName("script")[0], script = d.createElement("script");
  script.async = true;
  script.src = "%s?id=" + id + (l === "dataLayer" ? "" : "&l=" + l);
  first.parentNode.insertBefore(script, first);
})(window, document, %s, %s);
</script>"""
_OWN_SNIPPET = re.compile(r"""\(\s*window\s*,\s*document\s*,\s*["']script["']\s*,\s*["']([^"']+)["']\s*,\s*["']GTM-""")
"""The call at the end of the snippet as GTM hands it out: the data layer's name stands before the container's id."""
_HEAD = re.compile(r"(<head(?:\s[^>]*)?>)", re.IGNORECASE)
_NONCE = re.compile(r"""script-src[^;]*'nonce-([^']+)'""")


class Site(NamedTuple):
    """What a site answers with."""

    url: str
    """Where it begins. Every other address of its host is a page, too."""
    html: str = "<h1>A page</h1>"
    """What the pages hold; without a <head> it becomes the <body>."""
    pages: Mapping[str, str] = {}
    """The pages that differ: path to HTML."""
    headers: Mapping[str, str] = {}
    """Of the pages' responses, such as Content-Security-Policy."""
    containers: Sequence[str] = ()
    """The public ids of the containers whose snippet is put first into <head>, unless the page has a snippet of its own."""
    data_layer: str = "dataLayer"
    backlog: Iterable[str] = ()
    """JavaScript that the page runs before the snippet, on every load."""
    slow_head: bool = False
    """A script in <head> keeps <body> away until gtm.js has run."""

    @property
    def host(self) -> str:
        """The site's host, with its port."""
        return urlsplit(self.url).netloc

    def page(self, path: str) -> str:
        """The HTML at a path."""
        return self.with_snippet(self.pages.get(path, self.html))

    def with_snippet(self, html: str) -> str:
        """A page with the snippet on it; one that has a snippet is left as it is, but for the backlog."""
        nonce = _NONCE.search(" ".join(self.headers.values()))
        mark = f' nonce="{nonce[1]}"' if nonce else ""
        own = _OWN_SNIPPET.search(html)
        name = own[1] if own else self.data_layer
        layer = json.dumps(name)
        before = "".join(f"{code};" for code in self.backlog)
        head = (
            f"<script{mark}>{says_layer(name)} window[{layer}] = window[{layer}] || []; {_in_script(before)}</script>"
        )
        if "googletagmanager.com/gtm.js" not in html:
            head += "".join(_SNIPPET % (mark, GTM, layer, json.dumps(id)) for id in self.containers)
        if self.slow_head:
            head += f'<script src="{SLOW}"></script>'
        if not _HEAD.search(html):
            html = f'<!doctype html><html lang="en"><head><title>A page</title></head><body>{html}</body></html>'
        return _HEAD.sub(lambda found: found[1] + head, html, count=1)


def container_of(url: str) -> str:
    """The public id that an address of gtm.js asks for."""
    return parse_qs(urlsplit(url).query).get("id", [""])[0]


def says_layer(name: str) -> str:
    """JavaScript that tells the steps of a journey what the page calls its data layer."""
    return f"window.__dataLayer = {_in_script(json.dumps(name))};"


def _in_script(code: str) -> str:
    """Code that stands in a page's <script> and must not end it."""
    return code.replace("</", "<\\/").replace("<!--", "<\\!--")
