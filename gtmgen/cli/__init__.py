"""The command line: the only package that prints and exits. Data goes to stdout, talk to stderr."""

from __future__ import annotations

from typing import Any

import click

from gtmgen import __version__
from gtmgen.cli.build import build
from gtmgen.cli.console import INTERRUPTED, TROUBLE, say, tell
from gtmgen.cli.lint import lint, rules
from gtmgen.cli.show import init, platforms, schema
from gtmgen.findings import GtmgenError


class _Group(click.Group):
    """Turns every error of gtmgen's into findings on stderr and an exit code; nothing else is caught."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GtmgenError as problem:
            tell(problem.findings)
            raise SystemExit(TROUBLE) from None
        except (KeyboardInterrupt, click.Abort):
            say("interrupted; nothing was left half-written")
            raise SystemExit(INTERRUPTED) from None


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="gtmgen")
def main() -> None:
    r"""Compile a spec of a site's conversions into Google Tag Manager containers.

    \b
    gtmgen init specs/shop.yml     writes a commented spec to begin with
    gtmgen build specs/shop.yml    writes output/shop.web.json, to be imported into GTM
    """


for _command in (init, build, lint, rules, schema, platforms):
    main.add_command(_command)
