"""Reading specs and writing outputs: a file is written whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from gtmgen.findings import GtmgenError, Position, error
from gtmgen.source import MAX_BYTES, decode

STDIN = "-"
_BEGIN = "`gtmgen init` writes a spec to begin with"


def read_spec(path: str) -> str:
    """The text of a spec file, or of standard input for `-`.

    Raises:
        GtmgenError: there is no such file, it cannot be read, or it is no UTF-8 text of a sensible size.
    """
    return decode(read_bytes(path, MAX_BYTES), "<stdin>" if path == STDIN else path)


def read_bytes(path: str, limit: int) -> bytes:
    """The bytes of a file, or of standard input for `-`; of standard input one more than `limit` at most.

    Raises:
        GtmgenError: there is no such file, it cannot be read, or it is larger than `limit`.
    """
    if path == STDIN:
        if sys.stdin is None:
            raise GtmgenError([error("file", "there is no standard input", Position("<stdin>", 0, 0))])
        return sys.stdin.buffer.read(limit + 1)
    at = Position(path, 0, 0)
    try:
        with Path(path).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            raw = file.read(limit + 1)
    except FileNotFoundError:
        raise GtmgenError(
            [error("file", "there is no such file", at, _BEGIN if path.endswith((".yml", ".yaml")) else "")]
        ) from None
    except IsADirectoryError:
        raise GtmgenError(
            [error("file", "this is a folder, not a file", at, f"name the files in it: {path.rstrip('/')}/*.yml")]
        ) from None
    except (OSError, ValueError) as problem:
        raise GtmgenError(
            [error("file", f"it cannot be read: {getattr(problem, 'strerror', None) or problem}", at)]
        ) from None
    if size > limit:
        message = f"the file has {size / 1e6:.0f} MB; gtmgen reads files like this of up to {limit // 1_000_000} MB"
        raise GtmgenError([error("too-large", message, at)])
    return raw


def read_output(path: Path) -> str | None:
    """The text of an output that was written before, or None where there is none that can be read."""
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def write(path: Path, text: str) -> None:
    """Writes a file through a temporary one beside it, so that a reader sees the old text or the new one, never half.

    Raises:
        GtmgenError: it cannot be written; what was there before is untouched.
    """
    import tempfile  # it brings random and hashlib with it, which reading needs none of

    temporary = ""
    path = Path(os.path.realpath(path))  # an output that is a link stays one
    if path.parent.exists() and not path.parent.is_dir():
        raise GtmgenError([error("file", "this is a file; -o names a folder", Position(str(path.parent), 0, 0))])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            temporary = file.name
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(path))  # noqa: PTH101  a temporary file is private; an output is like any other file
        os.replace(temporary, path)  # noqa: PTH105
        temporary = ""
    except OSError as problem:
        raise GtmgenError(
            [error("file", f"it cannot be written: {problem.strerror or problem}", Position(str(path), 0, 0))]
        ) from None
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
