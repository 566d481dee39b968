"""The stand-ins for the platforms' own scripts: each stands in its platform's folder, and says what its pixel was called with."""

from __future__ import annotations

from typing import NamedTuple

from gtmgen.platforms import Library


class Stub(NamedTuple):
    """What a platform's script is answered with."""

    platform: str
    urls: tuple[str, ...]
    """How the script's addresses begin."""
    script: str


def stubs(library: Library) -> tuple[Stub, ...]:
    """The stubs of every platform that has one."""
    found = []
    for platform in library.platforms.values():
        if stub := platform.stub:
            paths = (folder / platform.id / stub.file for folder in library.folders)
            script = next(path for path in paths if path.is_file()).read_text("utf-8")
            found.append(Stub(platform.id, stub.urls, script))
    return tuple(found)
