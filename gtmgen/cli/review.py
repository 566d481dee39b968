"""`gtmgen review`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gtmgen.cli.console import NO, configured, give, no_collector, platforms_of, style, templates_option
from gtmgen.cli.lint import chosen


@click.command()
@click.argument("base")
@click.argument("head", default="HEAD")
@click.argument("only", nargs=-1, metavar="[PATH]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="markdown: the comment of a pull request.",
)
@click.option("-o", "--output", default="output", show_default=True, help="The folder of built containers.")
@templates_option
def review(base: str, head: str, only: tuple[str, ...], form: str, output: str, templates: tuple[Path, ...]) -> None:
    """Say what a pull request does to tracking.

    Builds, lints and compares the specs and containers that differ between BASE and HEAD, two revisions in git, in all folders or in
    the PATHs. Uncommitted changes are not looked at. Exits 1 if there is an error or an output is not what its spec gives, 2 if git
    has not got the revisions.
    """
    from gtmgen.report.review import FORMATS
    from gtmgen.review import review as review_of

    said = configured()
    with no_collector():
        found = review_of(
            base, head, platforms_of(templates), chosen((), (), said), output=output.rstrip("/"), only=only
        )
        give(FORMATS[form](found, style(sys.stdout)))
    if found.wrong:
        raise SystemExit(NO)
