"""The named form and GTM's own JSON: linking names to ids, and reading and writing exports."""

from gtmgen.container.link import Header, link
from gtmgen.container.text import dump

__all__ = ["Header", "dump", "link"]
