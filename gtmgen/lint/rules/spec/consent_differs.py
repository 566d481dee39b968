"""One platform waits for consent, another does not.

The same visitors, the same banner: a platform with `consent: []` is loaded before anybody has said yes, while the others wait. That
is right where the platform's own banner or contract covers it, and else an oversight that a data protection officer will ask
about. Give both the same list, or say why: `# gtmgen: ignore[consent-differs] …`. A spec in which no platform waits is taken at
its word.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.goals import listed
from gtmgen.platforms import Library
from gtmgen.spec.model import Spec

SEVERITY = Severity.NOTE


def check(spec: Spec, library: Library) -> Iterator[Said]:
    """Platforms without consent beside platforms with it."""
    waits = [library.platforms[id].name for id, settings in spec.platforms.items() if settings.consent]
    for id, settings in spec.platforms.items():
        if waits and not settings.consent:
            message = (
                f"{library.platforms[id].name} does not wait for consent, and {listed(waits).replace('`', '')} does"
            )
            yield Said((*settings.at, "consent"), message, "take `consent: []` out, or say why it stands")
