"""What the commands share: talk and data, exit codes, colour, progress, and the platforms of the command line."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from gtmgen.findings import Finding, GtmgenError, Position, error

if TYPE_CHECKING:
    from gtmgen.config import Config
    from gtmgen.platforms import Library

OK, NO, TROUBLE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: clean; the answer is no (stale, findings, differences); could not run; interrupted."""

MANY = 6  # so many specs and a terminal: a progress bar


def say(text: str = "") -> None:
    """Talk, on stderr. If nobody listens any more (a closed pipe), the work and its exit code are the same."""
    try:
        click.echo(_encodable(text), err=True)
    except OSError:
        deafen(sys.stderr)


def _encodable(text: str) -> str:
    """A text with the bytes of a file name that Python could not read as text put back; what is no UTF-8 is marked."""
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def deafen(stream: TextIO) -> None:
    """Lets a stream that nobody reads run into nothing, or Python complains once more at exit, with an exit code of its own."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def give(text: str) -> None:
    """Data, on stdout, as UTF-8 whatever the machine's own encoding is. A reader that has gone away has had enough."""
    give_bytes(_encodable(text).encode("utf-8"))


def give_bytes(raw: bytes) -> None:
    """Data as it is, on stdout."""
    if sys.stdout is None:
        raise GtmgenError([error("file", "there is no standard output", Position("<stdout>", 0, 0))])
    try:
        sys.stdout.buffer.write(raw)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        deafen(sys.stdout)
    except OSError as problem:
        deafen(sys.stdout)
        message = f"standard output cannot be written: {problem.strerror or problem}"
        raise GtmgenError([error("file", message, Position("<stdout>", 0, 0))]) from None


def tell(findings: Sequence[Finding]) -> None:
    """Findings, on stderr."""
    from gtmgen.report.text import findings as as_text

    if findings:
        say(as_text(findings, style()))


def style(stream: TextIO | None = None) -> Callable[[str, str], str]:
    """Colour on a terminal (stderr unless said otherwise), unless NO_COLOR asks for none (no-color.org)."""
    if os.environ.get("NO_COLOR") or not (stream.isatty() if stream else watched()):
        return lambda text, colour: text
    return lambda text, colour: click.style(text, bold=True) if colour == "bold" else click.style(text, fg=colour)


def watched() -> bool:
    """Whether somebody sees stderr on a terminal; it can be closed altogether."""
    return sys.stderr is not None and sys.stderr.isatty()


def progress(items: Sequence[str], label: str) -> AbstractContextManager[Any]:
    """A progress bar where the work is long and somebody watches."""
    if len(items) >= MANY and watched():
        return click.progressbar(items, label=label, file=sys.stderr)
    return nullcontext(items)


def configured() -> Config:
    """What pyproject.toml says of the folder that the command runs in."""
    from gtmgen.config import config

    return config(Path.cwd())


def platforms_of(templates: tuple[Path, ...]) -> Library:
    """The platforms, with the folders that the command line names, else those of pyproject.toml."""
    from gtmgen.platforms import library

    return library(templates or configured().templates)


templates_option: Callable[[Callable[..., None]], Callable[..., None]] = click.option(
    "--templates",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A folder of platform folders of your own; they add to gtmgen's or replace them.",
)


@contextmanager
def no_collector() -> Iterator[None]:
    """Without Python's collector of cycles: gtmgen makes next to none, and looking for them takes a tenth of its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
