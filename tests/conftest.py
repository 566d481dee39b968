"""The project's two or three verbs: `build` a spec from text, compare with a golden file, read a case folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from gtmgen.build import Built, compile_spec
from gtmgen.platforms import Library, library
from tests.runtime import browser

ROOT = Path(__file__).parent.parent

# A busy machine fails no test, and every run draws the same examples.
settings.register_profile("gtmgen", deadline=None, derandomize=True)
settings.load_profile("gtmgen")

HEAD = """\
gtmgen: 1
site: {name: Shop, domain: shop.example, currency: EUR}
platforms: {tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}}
"""


def pytest_configure() -> None:
    """What was started in the background of a shell ignores an interrupt, and so would every command that the tests interrupt."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files anew; review them before you commit"
    )


@cache
def known() -> Library:
    """The platforms that come with gtmgen."""
    return library()


def compiled(text: str) -> Built:
    """A spec's text, compiled; a spec that begins with `conversions:` gets a head."""
    return compile_spec(text if re.search(r'gtmgen"?:', text) else HEAD + text, "spec.yml", known())


def container(text: str) -> dict[str, Any]:
    """The web container of a spec's text."""
    result: dict[str, Any] = json.loads(compiled(text).text)
    return result


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compares a whole text with a golden file, or writes it with --update-golden."""
    update = request.config.getoption("--update-golden")

    def compare(path: Path, text: str) -> None:
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8"))
        expected = path.read_bytes().decode("utf-8") if path.is_file() else ""
        hint = f"{path.relative_to(ROOT)} differs; if the change is meant, run: pytest --update-golden, and review the diff"
        assert text == expected, hint

    return compare


@pytest.fixture(autouse=True, scope="session")
def _private_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[None]:
    """Skips where no browser can be opened, and ends the shared one after the session."""
    if reason := browser.unavailable():
        pytest.skip(reason)
    yield
    browser.close_shared()


def command() -> str:
    """The installed `gtmgen` command."""
    found = shutil.which("gtmgen", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert found, "gtmgen is not installed: pip install -e '.[dev]'"
    return found
