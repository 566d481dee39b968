"""`gtmgen init`, `gtmgen schema` and `gtmgen platforms`: what there is to begin with and to look up."""

from __future__ import annotations

from pathlib import Path

import click

from gtmgen.cli.console import give, platforms_of, say, templates_option
from gtmgen.findings import GtmgenError, Position, error


@click.command()
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
        give(_starter(STARTERS / f"{starter}.yml"))
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
    write(target, _starter(STARTERS / f"{starter}.yml"))
    schema = target.parent / "gtmgen.schema.json"
    write(schema, json.dumps(compose(library()), indent=2, ensure_ascii=False) + "\n")
    say(f"{target}: fill in your site and pixel ids, then run gtmgen build {target}")
    say(f"{schema}: lets your editor complete and explain every key")


def _starter(path: Path) -> str:
    """A spec of the repository, to begin with. A tagging server that nobody has set up yet is left commented out."""
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    return "\n\n".join(
        "\n".join(f"# {line}" for line in block.split("\n")) if "\n  transport: sgtm" in block else block
        for block in blocks
    )


@click.command()
@templates_option
def schema(templates: tuple[Path, ...]) -> None:
    """Print the spec's JSON Schema, for editors."""
    import json

    from gtmgen.spec.schema import compose

    give(json.dumps(compose(platforms_of(templates)), indent=2, ensure_ascii=False) + "\n")


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@templates_option
def platforms(form: str, templates: tuple[Path, ...]) -> None:
    """Show what each platform calls the events and parameters."""
    from gtmgen.report import matrix

    give(matrix.FORMATS[form](platforms_of(templates)))
