"""What the site's own backend sends of a spec: it is no part of what runs here, and that is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gtmgen.platforms import Library
from gtmgen.resolve import Sending, side


def not_run(sendings: Sequence[Sending], library: Library) -> Iterator[str]:
    """A sentence for each conversion that a backend sends, too or alone.

    Args:
        sendings: what the spec sends.
        library: the platforms.
    """
    sent: dict[str, list[str]] = {}
    for one in sendings:
        if one.server == "backend" and side(one) in ("both", "backend"):
            sent.setdefault(one.conversion, []).append(library.platforms[one.platform].name)
    for conversion, names in sent.items():
        yield f"your backend was not run: what it sends of `{conversion}` to {' and '.join(names)}"
