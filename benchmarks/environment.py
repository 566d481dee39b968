"""Where the commands that are measured are installed: gtmgen and its rival, each by itself, as users have them.

A virtual environment is made once and kept until its requirements change. gtmgen itself is built as a wheel and
installed anew at every run, so that the checkout as it stands is measured, from compiled modules and not from an
editable install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parent.parent
FOLDER = CHECKOUT / ".bench"


class Failed(Exception):
    """A command failed; the text says which, and what it said."""


class Installed(NamedTuple):
    """The commands that are measured."""

    python: Path
    """The Python that gtmgen and its dependencies are installed for."""
    gtmgen: Path
    tiggy: Path | None
    missing: str
    """Why there is no tiggy; empty where there is one."""


def clean() -> dict[str, str]:
    """The environment of every command: without what would change how Python starts, and without colours."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return {**kept, "NO_COLOR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def prepare(say: Callable[[str], None]) -> Installed:
    """Installs what is measured.

    Args:
        say: is told what takes a while.

    Raises:
        Failed: gtmgen cannot be built or installed.
    """
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / ".gitignore").write_text("*\n", encoding="utf-8")
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    further = project["optional-dependencies"]
    ours = _environment("gtmgen", [*project["dependencies"], *further["send"], *further["verify"]], say)
    _install_checkout(ours, say)
    try:
        theirs = _environment("tiggy", further["bench"], say)
    except Failed as problem:
        return Installed(ours / "python", ours / "gtmgen", None, str(problem))
    return Installed(ours / "python", ours / "gtmgen", theirs / "tiggy", "")


def _environment(name: str, requirements: Sequence[str], say: Callable[[str], None]) -> Path:
    """The folder of an environment's commands. It is made anew where Python or the requirements have changed."""
    folder = FOLDER / name
    stamp = folder / "made-for.txt"
    wanted = "\n".join([sys.version, *requirements])
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        say(f"installing {', '.join(requirements)}")
        shutil.rmtree(folder, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *requirements])
        stamp.write_text(wanted, encoding="utf-8")
    return folder / "bin"


def _install_checkout(commands: Path, say: Callable[[str], None]) -> None:
    say("building gtmgen and installing it")
    wheels = FOLDER / "wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    pip = [str(commands / "python"), "-m", "pip"]
    _run([*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(wheels), str(CHECKOUT)])
    wheel = next(wheels.glob("*.whl"))
    _run([*pip, "install", "--quiet", "--no-deps", "--force-reinstall", str(wheel)])


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, env=clean(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"{' '.join(command)} ended with {done.returncode}\n{done.stderr.strip()[-2000:]}")
