"""`gtmgen lint` and `gtmgen rules`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gtmgen.cli.console import (
    NO,
    TROUBLE,
    configured,
    give,
    no_collector,
    platforms_of,
    progress,
    say,
    style,
    templates_option,
)
from gtmgen.findings import GtmgenError, Severity

if TYPE_CHECKING:
    from gtmgen.config import Config
    from gtmgen.lint import Wanted


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    show_default=True,
    help="github: annotations of a pull request; sarif: for code scanning.",
)
@click.option("--select", multiple=True, metavar="RULES", help="Ask these rules alone; `all`: the optional ones too.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Do not ask these rules.")
@click.option("--strict", is_flag=True, help="Exit 1 for a warning too.")
@templates_option
def lint(
    files: tuple[str, ...],
    form: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    templates: tuple[Path, ...],
) -> None:
    """Say what is wrong with specs and containers.

    Each FILE is a spec or a container: gtmgen's own, or anybody's export from GTM (- is stdin). RULES are ids, with commas between
    them and * for any letters; `gtmgen rules` lists them. Exits 1 if there is an error, 2 if a file cannot be read.
    """
    from gtmgen.lint.files import Linted, together
    from gtmgen.lint.files import lint as lint_file
    from gtmgen.report.lint import FORMATS, summary

    said = configured()
    wanted = chosen(select, ignore, said)
    known = platforms_of(templates)
    linted = []
    with no_collector(), progress(files, "reading") as several:
        for file in several:
            name = "<stdin>" if file == "-" else file
            try:
                linted.append(lint_file(_read(file), name, known, wanted(file), _beside(file)))
            except GtmgenError as problem:
                linted.append(Linted(name, problem.findings))
    linted = together(linted, known, wanted(""))
    give(FORMATS[form](linted, style(sys.stdout)))
    say(summary(linted))
    found = {finding.severity for file in linted for finding in file.findings}
    if any(file.unreadable for file in linted):
        raise SystemExit(TROUBLE)
    if Severity.ERROR in found or (Severity.WARNING in found and (strict or said.strict)):
        raise SystemExit(NO)


def _read(file: str) -> bytes:
    from gtmgen.container.read import MAX_BYTES
    from gtmgen.files import read_bytes

    return read_bytes(file, MAX_BYTES)


def _beside(file: str) -> frozenset[tuple[str, str]]:
    """What is imported with a container from the files beside it, if there are any."""
    from gtmgen.container.read import names
    from gtmgen.files import read_output
    from gtmgen.outputs import SERVER, beside

    there = map(str, Path(file).parent.glob("*.json")) if file.endswith(SERVER) else ()
    return frozenset(name for other in beside(file, there) for name in names(read_output(Path(other)) or ""))


def chosen(select: Sequence[str], ignore: Sequence[str], said: Config) -> Callable[[str], Wanted]:
    """Which rules to ask about a file: the command line selects before pyproject.toml does, and both ignore."""
    from gtmgen.lint.choice import choose

    for rules in said.per_file_ignores.values():
        choose((), rules, said.file)
    choose(said.select, said.ignore, said.file)
    choose(select, ignore)
    return lambda file: choose(select or said.select, (*ignore, *said.ignore, *said.ignored_in(file)))


@click.command()
@click.argument("rule", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rules(rule: str | None, form: str) -> None:
    """List the rules of lint, or print the manual page of one.

    RULE is an id, as it stands in brackets behind a finding.
    """
    from gtmgen.report import rules as report

    give(report.FORMATS[form](rule or ""))
