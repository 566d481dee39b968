"""The command line: the only module that prints and exits. Data goes to stdout, talk to stderr."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from gtmgen import __version__
from gtmgen.findings import Finding, GtmgenError, Position, error

if TYPE_CHECKING:
    from gtmgen.build import Built
    from gtmgen.platforms import Library

OK, NO, TROUBLE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: clean; the answer is no (stale, findings, differences); could not run; interrupted."""

_MANY = 6  # so many specs and a terminal: a progress bar


class _Group(click.Group):
    """Turns every error of gtmgen's into findings on stderr and an exit code; nothing else is caught."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GtmgenError as problem:
            _tell(problem.findings)
            raise SystemExit(TROUBLE) from None
        except (KeyboardInterrupt, click.Abort):
            _say("interrupted; nothing was left half-written")
            raise SystemExit(INTERRUPTED) from None


def _say(text: str = "") -> None:
    """Talk, on stderr. If nobody listens any more (a closed pipe), the work and its exit code are the same."""
    try:
        click.echo(text, err=True)
    except OSError:
        _deafen(sys.stderr)


def _deafen(stream: TextIO) -> None:
    """Lets a stream that nobody reads run into nothing, or Python complains once more at exit, with an exit code of its own."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _give(text: str) -> None:
    """Data, on stdout, as UTF-8 whatever the machine's own encoding is. A reader that has gone away has had enough."""
    if sys.stdout is None:
        raise GtmgenError([error("file", "there is no standard output", Position("<stdout>", 0, 0))])
    try:
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _deafen(sys.stdout)
    except OSError as problem:
        _deafen(sys.stdout)
        message = f"standard output cannot be written: {problem.strerror or problem}"
        raise GtmgenError([error("file", message, Position("<stdout>", 0, 0))]) from None


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="gtmgen")
def main() -> None:
    r"""Compile a spec of a site's conversions into Google Tag Manager containers.

    \b
    gtmgen init specs/shop.yml     writes a commented spec to begin with
    gtmgen build specs/shop.yml    writes output/shop.web.json, to be imported into GTM
    """


_templates: Callable[[Callable[..., None]], Callable[..., None]] = click.option(
    "--templates",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A folder of platform folders of your own; they add to gtmgen's or replace them.",
)


@main.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option("-o", "--output", default="output", show_default=True, help="The folder to write to; - writes to stdout.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if an output is not what its spec gives.")
@_templates
def build(specs: tuple[str, ...], output: str, check: bool, templates: tuple[Path, ...]) -> None:
    """Compile specs into GTM web containers.

    Each SPEC (a YAML or JSON file, or - for stdin) becomes OUTPUT/<name>.web.json. If any of them has an error, nothing is
    written at all.
    """
    from gtmgen.platforms import library

    known = library(templates)
    if output == "-" and (len(specs) > 1 or check):
        raise click.UsageError("stdout holds one container: name one SPEC, without --check")
    targets = {spec: Path(output) / f"{'stdin' if spec == '-' else Path(spec).stem}.web.json" for spec in specs}
    # the same file named twice is one, unless it stands for two outputs
    once = {(os.path.realpath(spec), targets[spec]): spec for spec in reversed(specs)}
    built = _compile([spec for spec in dict.fromkeys(specs) if spec in once.values()], known)
    _refuse_twins(built, targets)
    _tell([finding for result in built.values() for finding in result.findings])
    if output == "-":
        _give(next(iter(built.values())).text)
        return
    if check:
        raise SystemExit(_check(built, targets))
    _write(built, targets, known)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Without Python's collector of cycles: a build makes next to none, and looking for them takes a tenth of its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@_no_collector()
def _compile(specs: Sequence[str], known: Library) -> dict[str, Built]:
    """All specs, or none: the errors of all of them are told together."""
    from gtmgen.build import compile_spec
    from gtmgen.files import read_spec

    built: dict[str, Built] = {}
    findings: list[Finding] = []
    with _progress(specs, "building") as several:
        for spec in several:
            try:
                built[spec] = compile_spec(
                    read_spec(spec), "<stdin>" if spec == "-" else spec, known, brief=len(specs) >= _MANY
                )
            except GtmgenError as problem:
                findings.extend(problem.findings)
    if findings:
        if len(specs) > 1:
            findings.append(
                error(
                    "build",
                    "nothing was written",
                    Position(f"{len(specs)} specs", 0, 0),
                    "mend the errors above, then build again",
                )
            )
        raise GtmgenError(findings)
    return built


def _refuse_twins(built: dict[str, Built], targets: dict[str, Path]) -> None:
    """Two specs for one file or for one container: the second would overwrite the first, here or in GTM."""
    findings = []
    files: dict[Path, str] = {}
    containers: dict[tuple[str, str], str] = {}
    for spec, result in built.items():
        first = files.setdefault(targets[spec], spec)
        if first != spec:
            findings.append(
                error(
                    "two-specs",
                    f"{first} becomes {targets[spec]} too",
                    Position(spec, 0, 0),
                    "give one of them another file name",
                )
            )
        if result.spec.web:
            first = containers.setdefault((result.spec.web, result.spec.prefix), spec)
            if first != spec:
                message = (
                    f"{first} is for the container {result.spec.web} too; each import would overwrite the other's names"
                )
                findings.append(
                    error(
                        "two-specs", message, Position(spec, 0, 0), "put the conversions of one container into one spec"
                    )
                )
    if findings:
        raise GtmgenError(findings)


def _check(built: dict[str, Built], targets: dict[str, Path]) -> int:
    from gtmgen.files import read_output

    stale = 0
    for spec, result in built.items():
        before = read_output(targets[spec])
        if before != result.text:
            stale += 1
            _say(f"{targets[spec]}: {'missing' if before is None else 'not what ' + spec + ' gives'}")
    if stale:
        _say(f"{stale} of {len(built)} outputs are stale; run gtmgen build {' '.join(built)}")
        return NO
    _say(f"{len(built)} output{'s are' if len(built) > 1 else ' is'} up to date")
    return OK


def _write(built: dict[str, Built], targets: dict[str, Path], known: Library) -> None:
    from gtmgen.container.read import names
    from gtmgen.files import read_output, write
    from gtmgen.report.text import made, safe

    for spec, result in built.items():
        target = targets[spec]
        before = read_output(target)
        if before != result.text:
            write(target, result.text)
        state = "new" if before is None else "unchanged" if before == result.text else "changed"
        _say(f"{_style()(f'{spec} -> {target}', 'bold')} ({state})")
        if len(built) < _MANY:
            _say(made(result, known, _style()))
        gone = sorted(names(before or "") - result.named.keys())
        if gone:
            _say("  gone since the last build; an import removes nothing, so delete these in GTM:")
            for kind, name in gone:
                _say(f"    {kind} {safe(name)}")
        if result.plan.expects:
            _say("  variables that the container must already have:")
            for name in sorted(result.plan.expects):
                _say(f"    {safe(name)}")
        if len(built) < _MANY:
            _say()


@main.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option(
    "--template",
    "starter",
    type=click.Choice(["shop", "leads", "subscription"]),
    default="shop",
    show_default=True,
    help="The kind of site.",
)
def init(path: Path | None, starter: str) -> None:
    """Write a commented spec to begin with, and its schema beside it.

    PATH is specs/<template>.yml unless given; - is stdout. A file that is there is never overwritten.
    """
    import json

    from gtmgen.files import write
    from gtmgen.platforms import STARTERS, library
    from gtmgen.spec.schema import compose

    if path == Path("-"):
        _give((STARTERS / f"{starter}.yml").read_text(encoding="utf-8"))
        return
    target = path or Path("specs") / f"{starter}.yml"
    if target.is_dir():
        target = target / f"{starter}.yml"
    if target.exists():
        raise GtmgenError(
            [
                error(
                    "file",
                    "there is a file already",
                    Position(str(target), 0, 0),
                    "name another one, or remove it first",
                )
            ]
        )
    write(target, (STARTERS / f"{starter}.yml").read_text(encoding="utf-8"))
    schema = target.parent / "gtmgen.schema.json"
    write(schema, json.dumps(compose(library()), indent=2, ensure_ascii=False) + "\n")
    _say(f"{target}: fill in your site and pixel ids, then run gtmgen build {target}")
    _say(f"{schema}: lets your editor complete and explain every key")


@main.command()
@_templates
def schema(templates: tuple[Path, ...]) -> None:
    """Print the spec's JSON Schema, for editors."""
    import json

    from gtmgen.platforms import library
    from gtmgen.spec.schema import compose

    _give(json.dumps(compose(library(templates)), indent=2, ensure_ascii=False) + "\n")


@main.command()
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@_templates
def platforms(form: str, templates: tuple[Path, ...]) -> None:
    """Show what each platform calls the events and parameters."""
    from gtmgen.platforms import library
    from gtmgen.report import matrix

    _give(matrix.FORMATS[form](library(templates)))


def _tell(findings: Sequence[Finding]) -> None:
    from gtmgen.report.text import findings as as_text

    if findings:
        _say(as_text(findings, _style()))


def _style() -> Callable[[str, str], str]:
    """Colour on a terminal, unless NO_COLOR asks for none (no-color.org)."""
    if os.environ.get("NO_COLOR") or not _watched():
        return lambda text, colour: text
    return lambda text, colour: click.style(text, bold=True) if colour == "bold" else click.style(text, fg=colour)


def _watched() -> bool:
    """Whether somebody sees stderr on a terminal; it can be closed altogether."""
    return sys.stderr is not None and sys.stderr.isatty()


def _progress(items: Sequence[str], label: str) -> AbstractContextManager[Any]:
    """A progress bar where the work is long and somebody watches."""
    if len(items) >= _MANY and _watched():
        return click.progressbar(items, label=label, file=sys.stderr)
    return nullcontext(items)
