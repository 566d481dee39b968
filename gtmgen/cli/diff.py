"""`gtmgen diff` and `gtmgen show`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gtmgen.cli.console import NO, give, give_bytes, no_collector, platforms_of, say, style, templates_option
from gtmgen.findings import Finding, GtmgenError

if TYPE_CHECKING:
    from gtmgen.diff.comparison import Comparison, Side
    from gtmgen.platforms import Library

_MODES = ("overwrite", "overwrite-conflicting", "rename-conflicting")


@click.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json", "html"]),
    default="text",
    show_default=True,
    help="markdown: for a pull request's comment; html: a page by itself.",
)
@click.option("--stat", is_flag=True, help="One line for each change.")
@click.option(
    "--strict", is_flag=True, help="Count ids, fingerprints, order, times and empty values too, and list them."
)
@click.option(
    "--merge",
    "mode",
    type=click.Choice(_MODES),
    help="OLD is the live container: say what GTM's import of NEW would do to it.",
)
@templates_option
def diff(
    old: str, new: str, form: str, stat: bool, strict: bool, mode: str | None, templates: tuple[Path, ...]
) -> None:
    """Say what is different between two containers, as a person would.

    OLD and NEW are each an export from GTM, a spec (compiled in memory), a file in git as REV:path, or - for stdin. Exits 0 if they
    are the same, 1 if not, 2 if one of them cannot be read.
    """
    if old == new == "-":
        raise click.UsageError("stdin holds one side: name a file for the other")
    if strict and mode:
        raise click.UsageError("--strict compares two files; with --merge there is one, and what GTM would make of it")
    known = platforms_of(templates)
    with no_collector():
        try:
            found = _compared(old, new, known, strict, mode)
            text = _formatted(found, form, stat)
        except RecursionError:
            from gtmgen.side import too_deep

            raise too_deep(f"{old}, {new}") from None
        give(text)
    if not found.differ:
        say("no difference")
        return
    raise SystemExit(NO)


def _compared(old: str, new: str, known: Library, strict: bool, mode: str | None) -> Comparison:
    from gtmgen.diff.comparison import compare, compare_import
    from gtmgen.diff.importing import MODES
    from gtmgen.side import refuse_two_kinds

    sides: list[Side] = []
    findings: list[Finding] = []
    for name in (old, new):
        try:
            sides.append(_side(name, known))
        except GtmgenError as problem:
            findings += problem.findings
    if findings:
        raise GtmgenError(findings)
    before, after = sides
    refuse_two_kinds(before, after)
    for one in MODES:
        if one == mode:
            return compare_import(before, after, one, known)
    return compare(before, after, known, strict=strict)


def _side(name: str, known: Library) -> Side:
    from gtmgen.side import side

    return side(_bytes(name), "<stdin>" if name == "-" else name, known)


def _shown(raw: bytes, name: str, known: Library) -> str:
    from gtmgen.report.show import show as as_text
    from gtmgen.side import side, too_deep

    try:
        return as_text(side(raw, "<stdin>" if name == "-" else name, known).container)
    except RecursionError:
        raise too_deep(name) from None


def _bytes(name: str) -> bytes:
    """A side's bytes: a file before a revision, since a file's name may hold a colon."""
    from gtmgen import git
    from gtmgen.container.read import MAX_BYTES
    from gtmgen.files import read_bytes

    revision, colon, path = name.partition(":")
    if name != "-" and colon and path and not Path(name).exists():
        return git.read(revision, path, MAX_BYTES)
    return read_bytes(name, MAX_BYTES)


def _formatted(found: Comparison, form: str, stat: bool) -> str:
    if form == "json":
        from gtmgen.report.diff.as_json import as_json

        return as_json(found, brief=stat)
    if form == "markdown":
        from gtmgen.report.diff.markdown import markdown

        return markdown(found, brief=stat)
    if form == "html":
        from gtmgen.report.diff.html import html

        return html(found, brief=stat)
    from gtmgen.report.diff.text import text

    return text(found, style(sys.stdout), brief=stat)


@click.command()
@click.argument("file")
@click.option("--textconv", is_flag=True, help="For git: a file that is no container is given as it is.")
@templates_option
def show(file: str, textconv: bool, templates: tuple[Path, ...]) -> None:
    """Print a container as text to read and to compare.

    FILE is an export from GTM, a spec, a file in git as REV:path, or - for stdin. Two exports of one container give the same text,
    whatever their ids and order. `git diff` uses it where .gitattributes says `*.json diff=gtm`, after
    `git config diff.gtm.textconv "gtmgen show --textconv"`.
    """
    raw = _bytes(file)
    try:
        with no_collector():
            text = _shown(raw, file, platforms_of(templates))
    except GtmgenError:
        if not textconv:
            raise
        give_bytes(raw)  # git gives up on the whole diff if a conversion fails
        return
    give(text)
