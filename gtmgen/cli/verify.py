"""`gtmgen verify`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gtmgen.cli.console import NO, give, platforms_of, say, style, templates_option, watched
from gtmgen.findings import Finding, GtmgenError

if TYPE_CHECKING:
    from gtmgen.container.read import Export
    from gtmgen.platforms import Library
    from gtmgen.verify.journeys.journey import Journey
    from gtmgen.verify.outcome import Outcome
    from gtmgen.verify.subject import Ready, Subject

    Asked = tuple[Subject, Journey]


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--journey", "journey_file", help="What a visitor does, and what must be seen; a spec has one of its own."
)
@click.option(
    "--container",
    "web_file",
    help="Hold this container from GTM against the spec, and not the one that it compiles to.",
)
@click.option("--server", "server_file", help="The server container that the container's hits go to.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="html: a page by itself, step by step.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the report to this file.")
@click.option("--headed", is_flag=True, help="Show the browser.")
@click.option("--pause", is_flag=True, help="Show the browser, and wait for a key after each step.")
@click.option(
    "--limit", type=click.FloatRange(0.1, 600), default=10, show_default=True, help="Seconds that a step may take."
)
@templates_option
def verify(
    files: tuple[str, ...],
    journey_file: str | None,
    web_file: str | None,
    server_file: str | None,
    form: str,
    output: Path | None,
    headed: bool,
    pause: bool,
    limit: float,
    templates: tuple[Path, ...],
) -> None:
    """Run containers in Chromium, offline, and say whether every conversion is counted once.

    A FILE is a spec (its web container is run, and its server container where it has one), or a container from GTM, which needs a
    --journey. What stands in GTM by now is held against its spec with --container. Exits 0 if all that was expected came, 1 if not,
    2 if it could not run.
    """
    if pause and not sys.stdin.isatty():
        raise click.UsageError("--pause waits for a key, and there is no terminal")
    if len(files) > 1 and (journey_file or web_file or server_file or form != "text"):
        raise click.UsageError("--journey, --container, --server, --format json and --format html go with one file")
    from gtmgen.verify.browser.chromium import refuse_without_libraries

    refuse_without_libraries()
    library = platforms_of(templates)
    every = _all_asked(files, journey_file, web_file, server_file, library)
    found = _verified(every, library, headed or pause, pause, limit)
    from gtmgen.report.verify.formats import FORMATS
    from gtmgen.report.verify.summary import summary

    paint = style(sys.stdout) if output is None else lambda said, _colour: said
    text = "\n".join(FORMATS[form](one, paint) for one in found)
    if output:
        from gtmgen.files import write

        write(output, text)
        for one in found:
            say(f"{output}: {summary(one)}" if len(found) == 1 else f"{output}: {one.name}: {summary(one)}")
    else:
        give(text)
    if not all(one.held for one in found):
        raise SystemExit(NO)


def _all_asked(
    files: Sequence[str], journey_file: str | None, web_file: str | None, server_file: str | None, library: Library
) -> list[Asked]:
    """What is verified, each with its journey; whatever is wrong with any of the files, at once."""
    from gtmgen.side import too_deep

    every: list[Asked] = []
    findings: list[Finding] = []
    for file in files:
        try:
            every.append(_asked(file, journey_file, web_file, server_file, library))
        except GtmgenError as problem:
            findings += problem.findings
        except RecursionError:
            findings += too_deep(file).findings
    if findings:
        raise GtmgenError(findings)
    return every


def _asked(
    file: str, journey_file: str | None, web_file: str | None, server_file: str | None, library: Library
) -> Asked:
    """A file with the journey that it is walked through."""
    from gtmgen.container.read import MAX_BYTES, is_container, read
    from gtmgen.files import read_bytes, read_spec
    from gtmgen.source import decode
    from gtmgen.verify.subject import of_containers, of_spec

    raw, name = read_bytes(file, MAX_BYTES), "<stdin>" if file == "-" else file
    server, setups = _export(server_file) if server_file else None, [_export(one) for one in _set_ups(server_file)]
    if is_container(raw, name):
        if web_file:
            raise click.UsageError(f"--container goes with a spec, and {name} is a container")
        if journey_file is None:
            raise click.UsageError(
                f"{name} is a container, which does not say what visitors do: name a --journey, or the spec and this as --container"
            )
        subject = of_containers(read(raw, name), server, library, setups)
    else:
        web = _export(web_file) if web_file else None
        subject = of_spec(decode(raw, name), name, library, web, server, setups)
    if journey_file is None:
        from gtmgen.verify.derive.derive import derive

        assert subject.spec, "a container without a journey has been refused"
        return subject, derive(subject.spec, subject.sendings, library)
    from gtmgen.verify.journeys.journey_file import load

    return subject, load(read_spec(journey_file), journey_file, subject.site, subject.words)


def _export(file: str) -> Export:
    from gtmgen.container.read import MAX_BYTES, read
    from gtmgen.files import read_bytes

    return read(read_bytes(file, MAX_BYTES), file)


def _set_ups(server_file: str | None) -> list[str]:
    """What is imported with a server container, as far as it stands beside it."""
    from gtmgen.outputs import beside

    return beside(server_file, map(str, Path(server_file).parent.glob("*.json"))) if server_file else []


def _verified(every: Sequence[Asked], library: Library, headed: bool, pause: bool, limit: float) -> list[Outcome]:
    from gtmgen.verify.browser.chromium import Browser
    from gtmgen.verify.subject import ready
    from gtmgen.verify.verify import verify as run
    from gtmgen.verify.without_secrets import secrets_of, without_secrets

    def told(one: Ready) -> Outcome:
        secrets = secrets_of((one.subject.web, one.subject.server), one.journey.variables)
        return without_secrets(run(one, library, browser, limit=limit, begun=begun, pause=stop), secrets)

    with Browser(headed=headed) as browser:
        compiled = [ready(*one) for one in every]  # while the browser starts
        begun = _progress() if watched() and not pause else None
        stop = _pause if pause else None
        try:
            return [told(one) for one in compiled]
        finally:
            if begun:
                click.echo("\r\x1b[K", nl=False, err=True)


def _progress() -> Callable[[str], None]:
    """Says on the terminal which visit is under way, in one line."""
    from gtmgen.report.text import safe

    return lambda title: click.echo(f"\r\x1b[K{safe(title)} …", nl=False, err=True)


def _pause(said: str) -> None:
    click.pause(f"{said}: press a key to go on", err=True)
