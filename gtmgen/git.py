"""Files as they stand in a git repository. Nothing is checked out and nothing is run: revisions are read as data."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gtmgen.findings import GtmgenError, Position, error


class Touched(NamedTuple):
    """A file that differs between two revisions; "" for the path on the side where it is not."""

    old: str
    new: str


def read(revision: str, path: str, limit: int, folder: Path | None = None) -> bytes:
    """The bytes of a file in a revision.

    Args:
        revision: whatever git takes for one: `main`, `HEAD~2`, a hash; "" for what is staged.
        path: from the top of the repository, or with `./` from the folder.
        limit: so many bytes at most.
        folder: where git is run; the current one unless given.

    Raises:
        GtmgenError: git cannot give it; the finding says what is not there.
    """
    name = f"{revision}:{path}"
    at = Position(name, 0, 0)
    if revision.startswith("-"):
        raise GtmgenError([error("git", f"no revision is called `{revision}`", at)])
    if revision:
        resolve(revision, folder, at)
    listed = _git(["cat-file", "-t", name], folder, at)
    if listed.returncode:
        hint = _hint(path, folder)
        raise GtmgenError([error("git", f"there is no file `{path}` in {revision or 'what is staged'}", at, hint)])
    if listed.stdout.strip() != b"blob":
        raise GtmgenError(
            [error("git", f"`{path}` is a folder in {revision or 'what is staged'}", at, "name a file in it")]
        )
    size = int(_git(["cat-file", "-s", name], folder, at).stdout or 0)
    if size > limit:
        message = f"the file has {size / 1e6:.0f} MB; gtmgen reads files like this of up to {limit // 1_000_000} MB"
        raise GtmgenError([error("too-large", message, at)])
    return _git(["cat-file", "blob", name], folder, at).stdout


def resolve(revision: str, folder: Path | None = None, at: Position | None = None) -> str:
    """The hash of the commit that a revision is.

    Raises:
        GtmgenError: there is none of that name.
    """
    at = at or Position(revision, 0, 0)
    found = _git(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"], folder, at)
    if found.returncode:
        raise GtmgenError(
            [
                error(
                    "git", f"no revision is called `{revision}`", at, "`git branch -a` and `git tag` list what there is"
                )
            ]
        )
    return found.stdout.decode().strip()


def touched(old: str, new: str, only: Sequence[str] = (), folder: Path | None = None) -> list[Touched]:
    """The files that differ between two commits, in the order of their paths; a file that was moved stands once.

    Args:
        old: the one commit.
        new: the other.
        only: folders and files to look at; all unless given.
        folder: where git is run.
    """
    at = Position(f"{old}..{new}", 0, 0)
    # from the top of the repository whatever git is configured to, and without submodules: those are no files
    words_ = ["diff", "--name-status", "-z", "-M", "--no-ext-diff", "--no-relative", "--ignore-submodules=all"]
    found = _git([*words_, old, new, "--", *only], folder, at)
    if found.returncode:
        raise GtmgenError([error("git", found.stderr.decode(errors="replace").strip() or "git diff failed", at)])
    words = found.stdout.decode("utf-8", "surrogateescape").split("\0")
    rows = []
    at_word = 0
    while at_word + 1 < len(words):
        status, path = words[at_word], words[at_word + 1]
        if status[:1] in {"R", "C"}:
            rows.append(Touched(path if status[0] == "R" else "", words[at_word + 2]))
            at_word += 3
        else:
            rows.append(Touched("" if status == "A" else path, "" if status == "D" else path))
            at_word += 2
    return sorted(rows, key=lambda row: row.new or row.old)


def files(revision: str, folder: Path | None = None) -> frozenset[str]:
    """Every file of a commit."""
    listed = _git(["ls-tree", "-r", "-z", "--name-only", "--full-tree", revision], folder, Position(revision, 0, 0))
    return frozenset(listed.stdout.decode("utf-8", "surrogateescape").split("\0")) - {""}


def knows(revision: str, path: str, folder: Path | None = None) -> bool:
    """Whether a path, counted from the folder, is anywhere in a commit; a pattern is taken for one that is."""
    if any(sign in path for sign in "*?[:"):
        return True
    listed = _git(["ls-tree", "--name-only", revision, "--", path.rstrip("/") or "."], folder, Position(path, 0, 0))
    return bool(listed.stdout.strip())


def merge_base(old: str, new: str, folder: Path | None = None) -> str:
    """The commit that two have in common; `old` itself where the history at hand is too short to tell."""
    found = _git(["merge-base", old, new], folder, Position(f"{old}...{new}", 0, 0))
    return found.stdout.decode().strip() if found.returncode == 0 else old


def _hint(path: str, folder: Path | None) -> str:
    """Paths count from the top of the repository: the most common slip."""
    prefix = _git(["rev-parse", "--show-prefix"], folder, Position(path, 0, 0)).stdout.decode(errors="replace").strip()
    if prefix and not path.startswith("./"):
        return f"paths count from the top of the repository: write `./{path}` for the one in this folder"
    return f"`git log --oneline -- {path}` lists the revisions that have it"


def _git(words: list[str], folder: Path | None, at: Position) -> subprocess.CompletedProcess[bytes]:
    try:
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, check=False)  # noqa: S603, S607  the user's own git
    except OSError:
        raise GtmgenError([error("git", "git is not installed, or cannot be run", at)]) from None
    if done.returncode == 128 and b"not a git repository" in done.stderr:
        raise GtmgenError([error("git", "this folder is no git repository", at, "REV:path names a file in one")])
    return done
