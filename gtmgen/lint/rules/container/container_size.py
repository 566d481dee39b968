"""The container is about as large as GTM lets it get, or larger.

GTM compiles a container to a script, and does not publish one of more than 200 KB; it warns from 70 % of that. The figures come from
pages of agencies (bbccss.com, cognetik.com). How large the script will be is an estimate: Google's compiler is not public, and of custom
templates only the code is counted. Long Custom HTML and large lookup tables are what takes most; tags that nothing fires are the cheapest
to delete.

Server containers are not looked at. Their script goes to no browser, and none of the pages that name the limit says that it holds for
them; Google's own on container size (support.google.com/tagmanager/answer/2772488) counsels to move tags to a server container. The
size that GTM's Versions page shows of yours is what counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.importer import some
from gtmgen.container.size import LIMIT, WARN_AT, sizes
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.WARNING


def check(container: Container) -> Iterator[Said]:
    """A web container that is estimated at more than 70 % of what GTM takes."""
    if container.usage not in {"web", ""}:
        return
    each = sizes(container.named)
    total = sum(each.values())
    if total > LIMIT * WARN_AT:
        largest = some(
            [f"{called(key)} {each[key] / 1000:.0f} KB" for key in sorted(each, key=each.__getitem__, reverse=True)[:3]]
        )
        over = total > LIMIT
        message = (
            f"the container takes about {total / 1000:.0f} of {LIMIT // 1000} KB"
            f"{'; GTM does not publish more' if over else ''}; largest are {largest}"
        )
        hint = "delete what is not used, move long code into a file of your site"
        yield Said(("containerVersion",), message, hint, SEVERITY if over else Severity.NOTE)
