"""The runtime in Chromium, for tests: `gtmgen.verify.page.Page`, with the steps that V8 takes, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gtmgen.verify.browser import chromium, page
from gtmgen.verify.browser.chromium import ARGUMENTS, unavailable
from gtmgen.verify.program.compile import compile_program
from tests.runtime.kept import Kept
from tests.runtime.source import stubs
from tests.runtime.steps import Step, consent

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

__all__ = ["Page", "close_shared", "shared", "unavailable"]

TOP = "element => element.getBoundingClientRect().top"
"""How far from the window's upper edge an element is; the browser lays it out for that, where it has put that off."""
STORAGE = "() => { try { return [{ ...localStorage }, { ...sessionStorage }] } catch (error) { return [{}, {}] } }"
"""What localStorage and sessionStorage hold."""

_plain: list[tuple[Playwright, Browser]] = []


def shared() -> Browser:
    """A browser for pages without a container, driven step by step; `close_shared` ends it."""
    if not _plain:
        from playwright.sync_api import sync_playwright

        playwright = sync_playwright().start()
        path = chromium.chromium()
        _plain.append(
            (
                playwright,
                playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS)),
            )
        )
    return _plain[0][1]


def close_shared() -> None:
    """Ends every browser of this process. For the end of a test session."""
    chromium.close_shared()
    while _plain:
        playwright, browser = _plain.pop()
        browser.close()
        playwright.stop()


class Page(page.Page):
    """One tab with an export on it. A backlog is of steps; what `js` steps come to is in `Result.values`."""

    def __init__(
        self,
        container: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        *,
        backlog: Iterable[Step] = (),
        consent_default: Mapping[str, str] | None = None,
        scripts: Mapping[str, str | None] | None = None,
        **given: Any,
    ) -> None:
        exports = [container] if isinstance(container, Mapping) else list(container)
        before = [*([consent("default", **consent_default)] if consent_default else []), *backlog]
        super().__init__(
            [compile_program(export) for export in exports],
            backlog=[step.code for step in before],
            scripts={**(scripts or {}), **stubs()},
            **given,
        )

    def result(self) -> Kept:
        """What happened so far, with what the page and the browser keep."""
        local, session = self.evaluate(STORAGE) or ({}, {})
        cookies = self._browser.run(self._cookies(), page.LIMIT)
        storage = {"cookies": cookies, "local": local, "session": session}
        return Kept(**vars(super().result()), storage=storage)

    async def _cookies(self) -> dict[str, str]:
        return {cookie["name"]: cookie["value"] for cookie in await self.raw.context.cookies(self.raw.url)}

    def take(self, *steps: Step) -> None:
        """The steps that V8 takes, too; the page settles after each."""
        for step in steps:
            if step.kind == "arrive":
                self.arrive()
            elif step.kind == "reload":
                self.goto(step.url) if step.url else self.reload()
            elif step.kind == "wait":
                self.wait(step.ms)
            elif step.kind == "value":
                self._values.append(self.evaluate(step.code))
            else:
                self.run(step.code)
