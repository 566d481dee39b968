"""`gtmgen build`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gtmgen.cli.console import (
    MANY,
    NO,
    OK,
    configured,
    give,
    no_collector,
    platforms_of,
    progress,
    say,
    style,
    tell,
    templates_option,
)
from gtmgen.findings import Finding, GtmgenError, Position, error

if TYPE_CHECKING:
    from gtmgen.build import Built
    from gtmgen.platforms import Library


@click.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option("-o", "--output", default="output", show_default=True, help="The folder to write to; - writes to stdout.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if an output is not what its spec gives.")
@templates_option
def build(specs: tuple[str, ...], output: str, check: bool, templates: tuple[Path, ...]) -> None:
    """Compile specs into GTM containers.

    Each SPEC (a YAML or JSON file, or - for stdin) becomes OUTPUT/<name>.web.json. With a server container (transport: sgtm) it becomes
    <name>.server.json too, and <name>.server-setup.<platform>.json, imported once, for the access token. With a backend
    it becomes the contract for it: <name>.events-api.md for people, <name>.events-api.json for programs. If any of them has an
    error, nothing is written at all.
    """
    known = platforms_of(templates)
    if output == "-" and (len(specs) > 1 or check):
        raise click.UsageError("stdout holds one container: name one SPEC, without --check")
    targets = {spec: Path(output) / ("stdin" if spec == "-" else Path(spec).stem) for spec in specs}
    # the same file named twice is one, unless it stands for two outputs
    once = {(os.path.realpath(spec), targets[spec]): spec for spec in reversed(specs)}
    built = _compile([spec for spec in dict.fromkeys(specs) if spec in once.values()], known)
    _refuse_twins(built, targets)
    tell([finding for spec, result in built.items() for finding in _wanted(result.findings, spec)])
    if output == "-":
        give(next(iter(built.values())).text)
        return
    if check:
        raise SystemExit(_check(built, targets))
    _write(built, targets, known)


def _wanted(findings: Sequence[Finding], spec: str) -> list[Finding]:
    """The warnings and notes that pyproject.toml does not want left out."""
    said = configured()
    left = (*said.ignore, *said.ignored_in(spec))
    if not left:
        return list(findings)
    from gtmgen.lint.choice import fits

    return [finding for finding in findings if not fits(finding.rule, left)]


@no_collector()
def _compile(specs: Sequence[str], known: Library) -> dict[str, Built]:
    """All specs, or none: the errors of all of them are told together."""
    from gtmgen.build import compile_spec
    from gtmgen.files import read_spec

    built: dict[str, Built] = {}
    findings: list[Finding] = []
    with progress(specs, "building") as several:
        for spec in several:
            try:
                built[spec] = compile_spec(
                    read_spec(spec), "<stdin>" if spec == "-" else spec, known, brief=len(specs) >= MANY
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
    from gtmgen.outputs import WEB

    findings = []
    files: dict[Path, str] = {}
    containers: dict[tuple[str, str], str] = {}
    for spec, result in built.items():
        first = files.setdefault(targets[spec], spec)
        if first != spec:
            findings.append(
                error(
                    "two-specs",
                    f"{first} becomes {_file(targets[spec], WEB)} too",
                    Position(spec, 0, 0),
                    "give one of them another file name",
                )
            )
        for container, words in _imported_into(result):
            first = containers.setdefault((container, result.spec.prefix), spec)
            if first != spec:
                message = f"{first} is for {words} too; each import would overwrite the other's names"
                hint = "put the conversions of one container into one spec, or give one a prefix: `containers: {prefix: …}`"
                findings.append(error("two-specs", message, Position(spec, 0, 0), hint))
    if findings:
        raise GtmgenError(findings)


def _imported_into(result: Built) -> list[tuple[str, str]]:
    """The containers that a spec's outputs are for: what each is known by, and in words. A tagging server's address stands for its own."""
    spec = result.spec
    found = [(spec.web, f"the container {spec.web}")] if spec.web else []
    if spec.server_container:
        found.append((spec.server_container, f"the server container {spec.server_container}"))
    if spec.server and spec.server.url:
        found.append((spec.server.url, f"the server container at {spec.server.url}"))
    return found


def _file(target: Path, suffix: str) -> Path:
    return target.with_name(target.name + suffix)


def _left_over(result: Built, target: Path) -> list[Path]:
    """Outputs of an earlier build that the spec does not give any more."""
    from gtmgen.outputs import suffixes

    there = (path.name for path in target.parent.glob("*") if path.is_file())
    return [_file(target, suffix) for suffix in suffixes(target.name, there) if suffix not in result.outputs]


def _check(built: dict[str, Built], targets: dict[str, Path]) -> int:
    from gtmgen.files import read_output

    stale = count = 0
    for spec, result in built.items():
        for suffix, text in result.outputs.items():
            count += 1
            file = _file(targets[spec], suffix)
            before = read_output(file)
            if before != text:
                stale += 1
                say(f"{file}: {'missing' if before is None else 'not what ' + spec + ' gives'}")
        for file in _left_over(result, targets[spec]):
            count += 1
            stale += 1
            say(f"{file}: left over; {spec} does not give it any more, so delete it")
    if stale:
        say(f"{stale} of {count} outputs are stale; run gtmgen build {' '.join(built)}")
        return NO
    say(f"{count} output{'s are' if count > 1 else ' is'} up to date")
    return OK


def _write(built: dict[str, Built], targets: dict[str, Path], known: Library) -> None:
    from gtmgen.report.made import made
    from gtmgen.report.text import safe

    for spec, result in built.items():
        gone = _put(spec, result, targets[spec])
        if len(built) < MANY:
            say(made(result, known, style()))
        if gone:
            say("  gone since the last build; an import removes nothing, so delete these in GTM:")
            for where, kind, name in gone:
                say(f"    {kind} {safe(name)}{where}")
        if result.plan.expects:
            say("  variables that the container must already have:")
            for name in sorted(result.plan.expects):
                say(f"    {safe(name)}")
        if left := _left_over(result, targets[spec]):
            say("  left over; the spec does not give these any more, so delete the files:")
            for file in left:
                say(f"    {file}")
        if len(built) < MANY:
            say()


def _put(spec: str, result: Built, target: Path) -> list[tuple[str, str, str]]:
    """Writes what is new or changed, and says so; gives what a container had and has no more: where, kind and name."""
    from gtmgen.container.read import names
    from gtmgen.files import read_output, write
    from gtmgen.outputs import SERVER, WEB, is_setup

    gone: list[tuple[str, str, str]] = []
    places = {WEB: "", SERVER: " in the server container"}
    for suffix, text in result.outputs.items():
        file = _file(target, suffix)
        before = read_output(file)
        if before != text:
            write(file, text)
        state = "new" if before is None else "unchanged" if before == text else "changed"
        say(f"{style()(f'{spec} -> {file}', 'bold')} ({state})")
        if is_setup(suffix) and state != "unchanged":
            say(
                "  import it into the server container once, before the container's own file, and put the token there in GTM"
            )
        if suffix in places:
            gone += [(places[suffix], *key) for key in sorted(names(before or "") - names(text))]
    if SERVER not in result.outputs:
        gone += [(places[SERVER], *key) for key in sorted(names(read_output(_file(target, SERVER)) or ""))]
    return gone
