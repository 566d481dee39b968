"""What a build made, as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from gtmgen.build import Built
from gtmgen.container.size import LIMIT
from gtmgen.plan.conditions import words
from gtmgen.platforms import Library
from gtmgen.report.text import Style, plain, safe, table
from gtmgen.resolve import PAGE_VIEW, Sending, side
from gtmgen.spec.model import When


def kilobytes(size: int) -> str:
    """A size as people say it: `1.2 KB`."""
    return f"{size / 1000:.1f} KB"


def made(built: Built, library: Library, style: Style = plain) -> str:
    """What a build made: the counts, the share of GTM's limit, and a row per conversion."""
    counts = [
        f"{sum(entity.kind == kind for entity in built.plan.entities)} {kind}s"
        for kind in ("tag", "trigger", "variable")
    ]
    share = f"about {kilobytes(built.size)} of GTM's {LIMIT // 1000} KB ({built.size / LIMIT:.0%})"
    platforms = [library.platforms[name] for name in built.spec.platforms]
    served = any(side(sending) in {"both", "backend"} for sending in built.sendings)
    by = ["sent by"] if served else []
    rows = [["conversion", "fires on", *(platform.name for platform in platforms), *by, "size"]]
    views = _page_views(built, [platform.id for platform in platforms])
    rows.append(["(page views)", *views, *(["browser"] * served), kilobytes(built.shares.get("base pixel", 0))])
    for conversion in dict.fromkeys(sending.at for sending in built.sendings if not sending.implied):
        own = [sending for sending in built.sendings if sending.at == conversion and not sending.implied]
        first = own[0]
        name = safe(first.conversion) + (" *" if first.primary else "") + (" (paused)" if first.paused else "")
        sent = {sending.platform: sending.sent_as for sending in own}
        sides = [" or ".join(dict.fromkeys(map(side, own)))] if served else []
        takes = built.shares.get(first.conversion, 0)
        size = kilobytes(takes) if takes else "-"
        rows.append([name, _fires_on(first), *(sent.get(platform.id, "-") for platform in platforms), *sides, size])
    lines = [f"  {', '.join(counts)}; {share}", "", *table([[safe(cell) for cell in row] for row in rows])]
    lines[2] = style(lines[2], "bright_black")
    if served and built.spec.server:
        other = {"backend": "your backend send the event_id that the contract says"}
        sgtm = "the server container send the same event_id"
        words = f"both: counted once, as the browser and {other.get(built.spec.server.transport, sgtm)}"
        lines.append(style(f"  {words}", "bright_black"))
    if any(sending.primary for sending in built.sendings):
        lines.append(style("  * primary: the one that budget decisions follow", "bright_black"))
    return "\n".join(lines)


def _page_views(built: Built, platforms: Sequence[str]) -> list[str]:
    implied = {sending.platform: sending.sent_as for sending in built.sendings if sending.implied}
    fires = "all pages" + (f", unless {len(built.spec.unless)} condition holds" if len(built.spec.unless) == 1 else "")
    return [fires if implied else "loads the pixel alone", *(implied.get(platform, "-") for platform in platforms)]


def _fires_on(sending: Sending) -> str:
    if not sending.when:
        return "every page and route" if sending.event == PAGE_VIEW else "your backend"
    text = " or ".join(_when(when) for when in sending.when)
    return text if len(text) <= 44 else text[:43] + "…"


def _when(when: When) -> str:
    what = when.what if isinstance(when.what, str) else words(when.what)
    more = " if …" if when.if_all or when.unless else ""
    return f"{when.kind.replace('data_layer', 'event')} {what}{more}"
