"""The custom templates of a container that its tags and variables use, made ready for the sandbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from gtmgen.container import tpl
from gtmgen.container.fields import type_of
from gtmgen.findings import GtmgenError
from gtmgen.verify.sandbox import expression, program


@lru_cache(maxsize=50)
def _source(text: str, name: str) -> str:
    """A template's code as JavaScript, without its own tests: the containers of several specs share their templates."""
    return expression(program(tpl.read(text, name), tests=False))


class Templates:
    """A container's templates, by the types under which tags and variables name them (both forms: gtm-runtime.md 6.1)."""

    def __init__(self, listed: Iterable[Mapping[str, Any]], not_done: list[str]) -> None:
        self._not_done = not_done
        self._by_type: dict[str, Mapping[str, Any]] = {}
        for row in listed:
            self._by_type.setdefault(f"cvt_{row.get('containerId')}_{row.get('templateId')}", row)
            gallery = row.get("galleryReference")
            if isinstance(gallery, Mapping) and gallery.get("galleryTemplateId"):
                self._by_type.setdefault(f"cvt_{gallery['galleryTemplateId']}", row)

    def used_by(self, entities: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        """The templates of some tags and variables that can be run, by type; of the others it is said why not."""
        found: dict[str, str] = {}
        for kind in dict.fromkeys(type_of(entity) for entity in entities if entity.get("paused") is not True):
            if not kind.startswith("cvt_"):
                continue
            row = self._by_type.get(kind)
            if row is None:
                self._not_done.append(f"template {kind}: it is not in the container, so what uses it does nothing")
                continue
            name = str(row.get("name", kind))
            try:
                found[kind] = _source(str(row.get("templateData", "")), name)
            except GtmgenError as problem:
                said = "; ".join(f"{finding.at}: {finding.message}" for finding in problem.findings)
                self._not_done.append(f'template "{name}": it cannot be run ({said})')
        return found
