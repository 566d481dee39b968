"""The command line: the only package that prints and exits. Data goes to stdout, talk to stderr."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any, NoReturn

import click

from gtmgen import __version__
from gtmgen.cli.build import build
from gtmgen.cli.console import INTERRUPTED, NO, OK, TROUBLE, say, tell
from gtmgen.cli.diff import diff, show
from gtmgen.cli.lint import lint, rules
from gtmgen.cli.reference import init, platforms, schema
from gtmgen.cli.review import review
from gtmgen.cli.send import send
from gtmgen.cli.verify import verify
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


_HELP = """Compile a spec of a site's conversions into Google Tag Manager containers; lint and compare anybody's.

\b
gtmgen init specs/shop.yml    writes a commented spec to begin with
gtmgen build specs/shop.yml   writes output/shop.web.json, to be imported into GTM
gtmgen lint GTM-ABC1234.json  says what is wrong with a spec or a container
gtmgen diff OLD.json NEW.json says what is different between two containers
gtmgen review main            says what a branch does to tracking
gtmgen verify specs/shop.yml  runs the containers in Chromium: is every conversion counted once?
gtmgen send specs/shop.yml --event purchase --test-event-code TEST123
                              sends a test event from here to the platforms
"""


@click.group(cls=_Group, help=_HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="gtmgen")
def main() -> None:
    """The commands."""


for _command in (init, build, lint, diff, show, review, verify, send, rules, schema, platforms):
    main.add_command(_command)


def run() -> NoReturn:
    """The command, as it is installed: ends the process at once when it is done.

    Python takes down whatever was built up before it ends; of a large container that takes as long as reading it, for nothing.
    """
    code: str | int | None = OK
    try:
        main()
    except SystemExit as end:
        code = end.code
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or nobody reads it any more
            stream.flush()
    os._exit(code if isinstance(code, int) else OK if code is None else NO)
