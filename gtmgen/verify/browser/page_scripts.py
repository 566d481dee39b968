"""JavaScript that a page is asked with from outside: what there is on it, and how a script without end is got rid of."""

from __future__ import annotations

import json

_LISTED = "a, button, input, select, textarea, form, [id]"
OUTLINE = f"""() => Array.from(document.querySelectorAll({json.dumps(_LISTED)})).slice(0, 12).map((one) =>
  one.tagName.toLowerCase() + (one.id ? "#" + one.id : "") + Array.from(one.classList, (name) => "." + name).join("")).join(", ")"""
"""The first dozen elements, as selectors: for whoever named something that is not there."""
RECOVER = """() => { for (const part of Object.values(window.google_tag_manager || {}))
  if (part && part.recover) for (const recover of part.recover) recover() }"""
"""The runtime goes on after one of its scripts was stopped."""
