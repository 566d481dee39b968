"""Something is larger than GTM lets it be.

A Custom HTML tag has at most 102,400 characters, a constant 1,024, a container 1,000 triggers, and a file for import 10 MB. Google does
not list these figures; they come from pages of agencies (bbccss.com, xpon.ai; the triggers from an old page), and Tag Manager 360 has
higher ones or none. That is why this is a warning. Put long code into a file of your own site that the tag loads, and split what is
too much.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.fields import place
from gtmgen.container.fields import text as value_of
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.WARNING
_FILE = 10_000_000
_TRIGGERS = 1_000
_TEXTS = (("tag", "html", "html", 102_400), ("variable", "c", "value", 1_024))


def check(container: Container, text: str) -> Iterator[Said]:
    """What is over one of the limits."""
    for kind, of, name, most in _TEXTS:
        for key, entity in container.of(kind):
            if entity.get("type") == of and (length := len(value_of(entity, name))) > most:
                message = f"{called(key)} has {length:,} characters; GTM takes {most:,}"
                yield Said((*key, *place(entity, name)), message, "shorten it")
    count = sum(1 for _ in container.of("trigger"))
    if count > _TRIGGERS:
        message = f"the container has {count:,} triggers; GTM takes {_TRIGGERS:,}"
        yield Said(("containerVersion", "trigger"), message, "let tags share triggers")
    if (size := len(text.encode())) > _FILE:
        message = f"the file has {size / 1e6:.1f} MB; GTM imports {_FILE // 1_000_000} MB"
        yield Said(("containerVersion",), message, "export only what you need: Export Container lets you choose")
