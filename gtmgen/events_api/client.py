"""The client for a Python backend: `Client.from_spec("specs/shop.yml").send(client.event("purchase", data))`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from gtmgen.events_api.answer import Verdict
from gtmgen.events_api.deliver import Pace, deliver
from gtmgen.events_api.payload import NOWHERE, Consent, Happened, Payload, payloads
from gtmgen.events_api.sending_to import Post, no_token
from gtmgen.findings import Finding, GtmgenError, Position, error, nearest
from gtmgen.platforms import Library, library
from gtmgen.resolve import Sending, resolve
from gtmgen.source import decode
from gtmgen.spec.load import load
from gtmgen.spec.model import Spec

if TYPE_CHECKING:
    from gtmgen.events_api.transport import Http


_FOR_EXAMPLE = {"data": "order_id", "user": "email", "page": "url"}


class Refused(NamedTuple):
    """An event that was not taken, and why."""

    payload: Payload
    why: str
    code: str = ""
    hint: str = ""


class Report(NamedTuple):
    """What became of events."""

    taken: tuple[Payload, ...]
    withheld: tuple[Payload, ...]
    """Not sent, and all is well: consent was not granted, or the spec has the conversion paused."""
    refused: tuple[Refused, ...]
    unsent: tuple[Payload, ...]
    """Not taken when it stopped: send them again, each keeps its event_id."""
    stopped: tuple[Finding, ...]
    """Why it stopped."""
    answers: Mapping[tuple[str, str], Verdict] = {}
    """What each platform said last to something that it took, by platform and pixel."""

    @property
    def ok(self) -> bool:
        """Whether everything is where it belongs."""
        return not (self.refused or self.unsent)


class Client:
    """A spec's conversions, ready to be sent. Connections are kept open until it is closed; threads can share it."""

    def __init__(self, spec: Spec, library: Library, *, pace: Pace | None = None, timeout: float = 30) -> None:
        self.spec, self.library, self.pace = spec, library, pace or Pace()
        self.sendings = tuple(sending for sending in resolve(spec, library) if sending.server)
        self._timeout = timeout
        self._http: Http | None = None
        self._by_name: dict[str, list[Sending]] = {}
        for sending in self.sendings:
            self._by_name.setdefault(sending.conversion, []).append(sending)
        if not self.sendings:
            hint = "write `server: {transport: backend}` into the spec"
            raise GtmgenError(
                [error("no-backend", f"no conversion of {spec.site} is sent from a backend", NOWHERE, hint)]
            )

    @classmethod
    def from_spec(cls, path: str | Path, templates: Sequence[Path] = (), **more: Any) -> Self:
        """A client for a spec file.

        Args:
            path: the spec.
            templates: folders of platform folders of your own.
            more: `pace` and `timeout` (seconds for an answer).

        Raises:
            GtmgenError: the spec cannot be read, has errors, or sends nothing from a backend.
        """
        try:
            raw = Path(path).read_bytes()
        except OSError as problem:
            why = f"it cannot be read: {problem.strerror or problem}"
            raise GtmgenError([error("file", why, Position(str(path), 0, 0))]) from None
        return cls.from_text(decode(raw, str(path)), str(path), templates, **more)

    @classmethod
    def from_text(cls, text: str, name: str = "spec", templates: Sequence[Path] = (), **more: Any) -> Self:
        """A client for a spec's text; see `from_spec`."""
        known = library(templates)
        spec, _ = load(text, name, known)
        return cls(spec, known, **more)

    def event(
        self,
        conversion: str,
        data: Mapping[str, Any] | None = None,
        *,
        user: Mapping[str, Any] | None = None,
        page: Mapping[str, Any] | None = None,
        consent: Consent = None,
        at: float | datetime | None = None,
        platform: str = "",
        place: Position = NOWHERE,
    ) -> tuple[Payload, ...]:
        """The payloads of one occurrence: one for each pixel of each platform that it is sent to.

        Args:
            conversion: its name in the spec, else its event.
            data: the message that the page pushes, or canonical names (`value`, `currency`, `items`, `order_id`, `event_id` …).
            user: email, phone, external_id …, ip, user_agent, and the platforms' own ids.
            page: url, referrer, cookies (the request's, by name).
            consent: the types that were granted, or each with true or false; None: nobody needs to be asked.
            at: when it happened, in unix seconds (or a datetime with a zone); now, unless said.
            platform: this platform alone.
            place: what findings call the event's place.

        Raises:
            GtmgenError: there is no such conversion, it has no event_id that the browser has too, or something that is handed
                over is of the wrong kind.
        """
        now = int(self.pace.clock())
        data, user, page = _mapping("data", data, place), _mapping("user", user, place), _mapping("page", page, place)
        happened = Happened(data, user, page, consent, _moment(at, place))
        return tuple(
            payload
            for sending in self.of(conversion, platform, place)
            for payload in payloads(sending, self.library, happened, now, place)
        )

    def of(self, conversion: str, platform: str = "", place: Position = NOWHERE) -> list[Sending]:
        """A conversion's sendings.

        Raises:
            GtmgenError: the spec sends no such conversion from a backend.
        """
        given: dict[str, Any] = {"the conversion": conversion, "`platform`": platform}
        for what, name in given.items():
            if not isinstance(name, str):
                message = f"{what} must be a name, and is of type {type(name).__name__}"
                raise GtmgenError([error("handed-over", message, place, f"known: {', '.join(self._by_name)}")])
        if conversion not in self._by_name:
            near = nearest(conversion, self._by_name)
            hint = f"did you mean `{near}`?" if near else f"known: {', '.join(self._by_name)}"
            if any(conversion in (one.name, one.event) for one in self.spec.conversions):
                message, hint = (
                    f"`{conversion}` is not sent from a backend under this name",
                    f"known: {', '.join(self._by_name)}",
                )
            else:
                message = f"no conversion is called `{conversion}`"
            raise GtmgenError([error("unknown-event", message, place, hint)])
        own = [sending for sending in self._by_name[conversion] if platform in ("", sending.platform)]
        if not own:
            ids = {sending.platform for sending in self._by_name[conversion]}
            near = nearest(platform, ids)
            hint = f"did you mean `{near}`?" if near else f"known: {', '.join(sorted(ids))}"
            raise GtmgenError(
                [error("platform", f"`{conversion}` is not sent to `{platform}` from a backend", place, hint)]
            )
        return own

    def send(self, events: Iterable[Payload], *, test_event_code: str = "", post: Post | None = None) -> Report:
        """Delivers payloads, and says what became of each. Nothing is raised for what a platform answers.

        Args:
            events: what `event` gave; of several occurrences together, they go in batches.
            test_event_code: marks them as a test, and they count as nothing.
            post: posts a request; tests put their own in.

        Raises:
            GtmgenError: httpx is not installed.
        """
        events = tuple(events)
        withheld = tuple(one for one in events if one.withheld)
        refused = [Refused(one, one.refused, hint=one.hint) for one in events if one.refused]
        lanes: dict[tuple[str, str], list[Payload]] = {}
        for one in events:
            if not one.withheld and not one.refused:
                lanes.setdefault((one.platform, one.pixel), []).append(one)
        taken: list[Payload] = []
        unsent: list[Payload] = []
        stopped: dict[str, Finding] = {}
        answers: dict[tuple[str, str], Verdict] = {}
        for (name, pixel), lane in lanes.items():
            platform = self.library.platforms[name]
            if name not in stopped and (problem := no_token(platform)):
                stopped[name] = problem
            if name in stopped:
                unsent += lane
                continue
            done = deliver(lane, platform, post or self._open().post, self.pace, test_event_code)
            taken += done.taken
            unsent += done.unsent
            answers |= {(name, pixel): done.answer} if done.answer else {}
            refused += [Refused(one, said.words, said.code, said.hint) for one, said in done.refused]
            if done.stopped:
                stopped[name] = done.stopped
        return Report(tuple(taken), withheld, tuple(refused), tuple(unsent), tuple(stopped.values()), answers)

    def _open(self) -> Http:
        if self._http is None:
            try:
                from gtmgen.events_api.transport import Http
            except ImportError:
                hint = "pip install 'gtmgen[send]'"
                raise GtmgenError([error("httpx", "httpx is not installed, which sends", NOWHERE, hint)]) from None
            self._http = Http(self._timeout)
        return self._http

    def close(self) -> None:
        """Ends the connections."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _mapping(name: str, given: Any, place: Position) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        message = f"`{name}` must hold keys and values, and is of type {type(given).__name__}"
        raise GtmgenError([error("handed-over", message, place, f'write {name}={{"{_FOR_EXAMPLE[name]}": …}}')])
    return given


def _moment(at: Any, place: Position) -> Any:
    """A datetime in unix seconds; anything else as it is. Without a zone it would be read in this machine's, by chance."""
    if not isinstance(at, datetime):
        return at
    if at.utcoffset() is None:
        hint = "say which it is in: datetime.now(timezone.utc), or at.replace(tzinfo=…)"
        raise GtmgenError([error("time", f"`at` is {at.isoformat()} without a zone", place, hint)])
    return int(at.timestamp())


__all__ = ["Client", "Pace", "Payload", "Refused", "Report"]
