"""`gtmgen send`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from gtmgen.cli.console import NO, OK, TROUBLE, give, platforms_of, say, style, tell, templates_option, watched
from gtmgen.findings import Finding, GtmgenError, Position, Severity, error

if TYPE_CHECKING:
    from gtmgen.events_api.bulk import Told
    from gtmgen.events_api.client import Client
    from gtmgen.events_api.payload import Payload


@click.command()
@click.argument("spec", metavar="SPEC")
@click.argument("events", required=False, metavar="[EVENTS.ndjson]")
@click.option("--event", default="", metavar="NAME", help="Send one made-up event of this conversion.")
@click.option(
    "--test-event-code", "code", default="", metavar="CODE", help="Mark what is sent as a test: it counts as nothing."
)
@click.option("--platform", default="", metavar="ID", help="Send to this platform alone.")
@click.option("--dry-run", is_flag=True, help="Print the requests (without the token) and send nothing.")
@templates_option
def send(
    spec: str, events: str | None, event: str, code: str, platform: str, dry_run: bool, templates: tuple[Path, ...]
) -> None:
    """Send conversions from here to the platforms' server APIs.

    With --event, one realistic test event is sent and the answer explained. With EVENTS.ndjson (- is stdin), a file is delivered: one
    JSON object a line, {"event": "purchase", "data": {...}, "user": {...}, "page": {...}, "consent": {...}, "at": 1700000000}. Refused
    rows go into EVENTS.refused.ndjson with the reason. EVENTS.ndjson.cursor remembers how far it is: run it again to go on. With
    --test-event-code the whole file is a test: it begins at the first row, and neither file is written.

    Access tokens are read from the environment, and never shown. Exits 0 if all is delivered, 1 if something was refused, 2 if it
    could not run.
    """
    if bool(event) == bool(events):
        raise click.UsageError("name an --event to send as a test, or a file of EVENTS")
    if spec == "-" and events == "-":
        raise click.UsageError("standard input is either the SPEC or the EVENTS")
    if event and not code and not dry_run:
        raise click.UsageError(
            "--event needs --test-event-code, or it would count as a real one; the platform shows it under Test Events"
        )
    with _client(spec, templates) as client:
        if platform and platform not in {sending.platform for sending in client.sendings}:
            known = ", ".join(sorted({sending.platform for sending in client.sendings}))
            raise GtmgenError(
                [
                    error(
                        "platform",
                        f"no conversion is sent to `{platform}` from a backend",
                        Position(spec, 0, 0),
                        f"known: {known}",
                    )
                ]
            )
        if event:
            raise SystemExit(_test(client, event, code, platform, dry_run))
        assert events is not None
        if dry_run:
            raise SystemExit(_dry(client, events, code, platform))
        raise SystemExit(_deliver(client, events, code, platform))


@contextmanager
def _client(spec: str, templates: tuple[Path, ...]) -> Iterator[Client]:
    from gtmgen.events_api.client import Client
    from gtmgen.files import read_spec
    from gtmgen.spec.load import load

    known = platforms_of(templates)
    loaded, _ = load(read_spec(spec), "<stdin>" if spec == "-" else spec, known)
    with Client(loaded, known) as client:
        yield client


def _tokens(client: Client, platform: str) -> None:
    """Stops before anything is sent where a token is missing."""
    from gtmgen.events_api.sending_to import no_token

    ids = {sending.platform for sending in client.sendings if platform in ("", sending.platform)}
    missing = [problem for id in sorted(ids) if (problem := no_token(client.library.platforms[id]))]
    if missing:
        raise GtmgenError(missing)


def _test(client: Client, event: str, code: str, platform: str, dry_run: bool) -> int:
    from gtmgen.events_api import sample
    from gtmgen.events_api.payload import in_browser
    from gtmgen.report.send import tested

    now = int(client.pace.clock())
    payloads: list[Payload] = []
    for sending in client.of(event, platform, Position("--event", 0, 0)):
        made = sample.happened(sending, client.spec, client.library, f"T-{now}")
        payloads += client.event(event, made.data, user=made.user, page=made.page, platform=sending.platform)
    if dry_run:
        at = Position("event", 0, 0)
        refused = _print(client, payloads, code, at)
        words = dict.fromkeys(words for one in payloads for words in one.remarks)
        tell([Finding("left-out", Severity.WARNING, remark, at) for remark in words])
        return refused
    _tokens(client, platform)
    report = client.send(payloads, test_event_code=code)
    both = {sending.conversion for sending in client.sendings if in_browser(sending)}
    give(tested(report, client.library, code, style(sys.stdout), in_browser=both) + "\n")
    tell(report.stopped)
    return TROUBLE if report.stopped else NO if report.refused else 0


def _dry(client: Client, events: str, code: str, platform: str) -> int:
    from gtmgen.events_api.bulk import prepare
    from gtmgen.events_api.rows import rows
    from gtmgen.report import send as report

    refused = 0
    seen: dict[str, tuple[int, int]] = {}
    with _opened(events) as (file, name, _):
        for row in rows(file, growing=events != "-"):
            if row.unfinished:
                say(f"{name}: {report.unfinished(row.number)}")
                break
            line = prepare(client, row, name, platform)
            refused += bool(line.why) or any(one.refused for one in line.payloads)
            if line.why:
                tell([error("refused", line.why, Position(name, row.number, 1), line.hint)])
            _print(client, line.payloads, code, Position(name, row.number, 1))
            for words in dict.fromkeys(words for one in line.payloads for words in one.remarks):
                report.remember(seen, words, row.number)
    tell(report.remarks(seen, name))
    return NO if refused else 0


def _print(client: Client, payloads: Iterable[Payload], code: str, at: Position) -> int:
    from gtmgen.events_api.payload import request
    from gtmgen.report.send import shown

    refused = 0
    for one in payloads:
        server = client.library.platforms[one.platform].server
        if one.refused:
            refused += 1
            tell([error("refused", f"refused for {one.platform}: {one.refused}", at, one.hint)])
        elif one.withheld:
            say(f"{at}: not sent to {one.platform}: {one.withheld}")
        elif server:
            give(shown(*request(server, one.pixel, [one.body], code)))
    return NO if refused else 0


def _deliver(client: Client, events: str, code: str, platform: str) -> int:
    from gtmgen.events_api.bulk import deliver_file, deliver_stream
    from gtmgen.events_api.cursor import refused_path

    _tokens(client, platform)
    with _opened(events) as (file, name, size):
        if code:
            say(
                "a test run: it begins at the first row, counts as nothing, and writes neither a cursor nor a file of refused rows"
            )
        if events == "-":
            refused_file = None if code else Path("stdin.refused.ndjson")
            say("standard input has no cursor: if this run is stopped, nobody remembers what was sent")
            groups = deliver_stream(client, file, name, platform, code, refused_file)
        else:
            refused_file = None if code else refused_path(Path(events))
            groups = deliver_file(client, Path(events), file, platform, code)
        remembered = events != "-" and not code
        return _follow(client, groups, name, size, refused_file, remembered)


def _follow(
    client: Client, groups: Iterable[Told], name: str, size: int, refused_file: Path | None, remembered: bool
) -> int:
    """Counts and tells what becomes of each group."""
    from gtmgen.report import send as report

    taken: dict[str, int] = {}
    seen: dict[str, tuple[int, int]] = {}
    last: Told | None = None
    rows_seen = withheld = refused = kept = 0
    bar = click.progressbar(length=size, label="sending", file=sys.stderr) if size and watched() else nullcontext()
    with bar as shown:
        for told in groups:
            last, rows_seen = told, rows_seen + bool(told.lines[1])
            if shown is not None:
                shown.update(told.end - shown.pos)
            for payload in told.report.taken:
                taken[payload.platform] = taken.get(payload.platform, 0) + 1
            for row, words in told.remarks:
                report.remember(seen, words, row.number)
            tell(report.refused(told, name, max(0, report.FEW - refused)))
            withheld += len(told.report.withheld)
            refused, kept = refused + len(told.refused), kept + told.kept
    tell(report.remarks(seen, name))
    if last and last.unfinished:
        say(f"{name}: {report.unfinished(last.unfinished)}")
    if size and not rows_seen:
        if remembered and not last:
            say(
                f"{name}: every row was delivered before, and {name}.cursor remembers it; without that the first row comes again"
            )
        return OK
    say(f"{name}: {report.counted(taken, withheld, refused, last.unsent if last else 0, client.library)}")
    if kept:
        say(f"{refused_file}: the refused rows, each with the reason; mend them and send that file")
    if last and last.report.stopped:
        tell(last.report.stopped)
        say(f"{name}: {report.rest(last, remembered)}")
        return TROUBLE
    return NO if refused else 0


@contextmanager
def _opened(events: str) -> Iterator[tuple[BinaryIO, str, int]]:
    """The file, what findings call it, and its size; a file that another run delivers is left to that."""
    if events == "-":
        if sys.stdin is None:
            raise GtmgenError([error("file", "there is no standard input", Position("<stdin>", 0, 0))])
        yield sys.stdin.buffer, "<stdin>", 0
        return
    at = Position(events, 0, 0)
    try:
        file = Path(events).open("rb")  # noqa: SIM115  what it is opened for ends with the `with` below
    except OSError as problem:
        raise GtmgenError([error("file", f"it cannot be read: {problem.strerror}", at)]) from None
    with file:
        if not file.seekable():
            raise GtmgenError([error("file", "this is no file that one can go back in", at, "name - and redirect it")])
        if not _locked(file):
            hint = "wait until that has ended; it may be a job that runs by the clock"
            raise GtmgenError([error("busy", "another gtmgen send is delivering this file", at, hint)])
        yield file, events, os.fstat(file.fileno()).st_size


def _locked(file: BinaryIO) -> bool:
    """Whether the file is ours alone, as far as the system can say."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True
