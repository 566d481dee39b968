"""What a pull request does to tracking: the specs and containers it touches, built, linted and compared.

Both sides are read out of git as data. The working tree is not looked at, nothing is checked out, and nothing in it is run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from gtmgen import git
from gtmgen.build import compile_spec
from gtmgen.container.read import MAX_BYTES, is_container, names
from gtmgen.diff.comparison import Comparison, compare
from gtmgen.findings import Finding, GtmgenError, Position, Severity, error
from gtmgen.lint import Wanted
from gtmgen.lint.files import Linted, lint, together
from gtmgen.outputs import WEB, beside
from gtmgen.platforms import Library
from gtmgen.side import nothing, refuse_two_kinds, side, too_deep
from gtmgen.source import decode

_READ = (".yml", ".yaml", ".json")
_HEAD = 20_000
_IS_SPEC = re.compile(rb"""\A\s*\{[^{}]*"gtmgen"\s*:\s*\d|^["']?gtmgen["']?[ \t]*:[ \t]*\d""", re.MULTILINE)
_SHORT = 7
_HASH = re.compile(r"[0-9a-f]{40}")


class Stale(NamedTuple):
    """An output that is not what its spec gives."""

    output: str
    spec: str
    """Its spec; "" where that has been deleted."""
    missing: bool = False
    """Whether there is no such output, in a repository that holds the others."""


class Review(NamedTuple):
    """What there is to say of a pull request."""

    base: str
    head: str
    comparisons: tuple[Comparison, ...]
    findings: tuple[Finding, ...]
    """What lint says of the files as they are in the pull request, and why one could not be compared."""
    stale: tuple[Stale, ...]
    read: int
    """How many specs and containers it touches."""
    unread: int = 0
    """How many of them could not be compared; the findings say why."""

    @property
    def wrong(self) -> bool:
        """Whether something has to be mended."""
        return bool(self.stale) or any(finding.severity is Severity.ERROR for finding in self.findings)


class _File(NamedTuple):
    """A touched file that is a spec or a container, on both sides; None where it is not there."""

    row: git.Touched
    before: bytes | None
    after: bytes | None

    @property
    def path(self) -> str:
        return self.row.new or self.row.old

    @property
    def spec(self) -> bool:
        """Whether it is a spec now, to be built."""
        return self.after is not None and not is_container(self.after, self.path)


def review(
    base: str,
    head: str,
    library: Library,
    wanted: Callable[[str], Wanted],
    *,
    output: str = "output",
    only: Sequence[str] = (),
    folder: Path | None = None,
) -> Review:
    """What the commits between two revisions do to tracking.

    Args:
        base: what the pull request goes into.
        head: its last commit.
        library: the platforms.
        wanted: which rules to ask of a file.
        output: the folder of built containers, from the top of the repository.
        only: folders and files to look at; all unless given.
        folder: where git is run; the current one unless given.

    Raises:
        GtmgenError: git has not got one of the revisions.
    """
    new = git.resolve(head, folder)
    old = git.merge_base(git.resolve(base, folder), new, folder)
    for path in only:
        if not (git.knows(new, path, folder) or git.knows(old, path, folder)):
            hint = "paths count from the folder that the command runs in"
            raise GtmgenError([error("git", f"there is no `{path}` in either of the two", Position(path, 0, 0), hint)])
    findings: list[Finding] = []
    files = []
    rows = git.touched(old, new, only, folder)
    for row in rows:
        try:
            files += [file] if (file := _file(old, new, row, folder)) else []
        except GtmgenError as problem:  # too large for any container
            findings += [
                one._replace(severity=Severity.NOTE, at=Position(row.new or row.old, 0, 0)) for one in problem.findings
            ]
    pairs = _outputs(files, [row.new for row in rows], new, output, library, folder)
    built = {path for path, pair in pairs.items() if not pair.stale}
    specs = {pair.spec for path, pair in pairs.items() if not pair.stale and path.endswith(WEB)}
    revisions = (_short(base), _short(head))
    comparisons: list[Comparison] = []
    unread = 0
    linted: list[Linted] = []
    for file in files:
        if file.after is not None and file.path not in built:
            linted.append(lint(file.after, file.path, library, wanted(file.path), _beside(file.path, new, folder)))
        if file.path in specs:
            continue  # its output is what gets imported, and is compared by itself
        try:
            comparisons += _compared(file, revisions, library)
        except GtmgenError as problem:
            findings += problem.findings
            unread += 1
        except RecursionError:
            findings += too_deep(file.path).findings
            unread += 1
    findings += [finding for file in together(linted, library, wanted("")) for finding in file.findings]
    stale = [Stale(path, pair.spec, pair.missing) for path, pair in sorted(pairs.items()) if pair.stale]
    stale += _left_out(files, git.files(new, folder), output)
    return Review(*revisions, tuple(comparisons), tuple(dict.fromkeys(findings)), tuple(stale), len(files), unread)


def _beside(path: str, new: str, folder: Path | None) -> frozenset[tuple[str, str]]:
    """What is imported with a container from the files beside it, if there are any."""
    others = beside(path, git.files(new, folder))
    return frozenset(name for other in others for name in names(git.read(new, other, MAX_BYTES, folder).decode()))


def _left_out(files: Sequence[_File], there: frozenset[str], output: str) -> list[Stale]:
    """Outputs that a new spec lacks, where the repository holds outputs at all; and those that a deleted spec leaves behind."""
    kept = any(path.startswith(f"{output}/") and path.endswith(WEB) for path in there)
    found = []
    for file in files:
        if file.spec and kept and _output(file.path, output) not in there:
            found.append(Stale(_output(file.path, output), file.path, missing=True))
        gone = file.after is None and file.before is not None and not is_container(file.before, file.path)
        if gone and (path := _output(file.path, output)) in there:
            found.append(Stale(path, ""))
    return found


class _Output(NamedTuple):
    """An output in the repository, and the spec it belongs to."""

    spec: str
    stale: bool
    missing: bool = False


def _outputs(
    files: Sequence[_File], touched: Sequence[str], new: str, output: str, library: Library, folder: Path | None
) -> dict[str, _Output]:
    """The outputs that are touched or whose spec is, and whether each is what its spec gives."""
    there = git.files(new, folder)
    specs = {_output(file.path, output): file.path for file in files if file.spec}
    for path in touched:
        if path in there and (spec := _spec_of(path, output, there)):
            specs.setdefault(_output(spec, output), spec)
    found = {}
    for path, spec in specs.items():
        if path not in there:
            continue
        for suffix, text in _built(git.read(new, spec, MAX_BYTES, folder), spec, library).items():
            one = path.removesuffix(WEB) + suffix
            if one in there:
                found[one] = _Output(spec, git.read(new, one, MAX_BYTES, folder) != text.encode())
            else:
                found[one] = _Output(spec, stale=True, missing=True)
    return found


def _short(revision: str) -> str:
    return revision[:_SHORT] if _HASH.fullmatch(revision) else revision


def _file(old: str, new: str, row: git.Touched, folder: Path | None) -> _File | None:
    """A touched file with its bytes, if it is a spec or a container on either side."""
    if not (row.new or row.old).endswith(_READ):
        return None
    before = git.read(old, row.old, MAX_BYTES, folder) if row.old else None
    after = git.read(new, row.new, MAX_BYTES, folder) if row.new else None
    return _File(row, before, after) if any(raw is not None and _is_ours(raw) for raw in (before, after)) else None


def _is_ours(raw: bytes) -> bool:
    """Whether a file is a spec or a container; any other YAML and JSON is none of ours."""
    head = raw[:_HEAD]
    return b'"containerVersion"' in head or bool(_IS_SPEC.search(head))


def _output(spec: str, output: str) -> str:
    return str(PurePosixPath(output) / f"{PurePosixPath(spec).stem}{WEB}")


def _spec_of(path: str, output: str, there: frozenset[str]) -> str:
    """The spec that an output is made from, by its name; "" where there is none, or more than one."""
    if str(PurePosixPath(path).parent) != output:
        return ""
    name = PurePosixPath(path).name
    specs = [one for one in sorted(there) if one.endswith((".yml", ".yaml"))]
    stems = {stem for one in specs if name.startswith(f"{(stem := PurePosixPath(one).stem)}.")}
    longest = max(stems, key=len, default="")  # my.shop.web.json is of my.shop.yml, not of my.yml
    found = [one for one in specs if stems and PurePosixPath(one).stem == longest]
    return found[0] if len(found) == 1 else ""


def _built(raw: bytes, spec: str, library: Library) -> Mapping[str, str]:
    """What a spec compiles to, by how the files end; nothing where it does not: lint says why."""
    try:
        return compile_spec(decode(raw, spec), spec, library, brief=True).outputs
    except GtmgenError:
        return {}


def _compared(file: _File, names: tuple[str, str], library: Library) -> list[Comparison]:
    """A touched file, compared; nothing where it is the same for GTM."""
    new = side(file.after, file.row.new, library) if file.after is not None else None
    old = None
    if file.before is not None:
        try:
            old = side(file.before, f"{names[0]}:{file.row.old}", library)
        except GtmgenError:
            if new is None:
                return []
            said = f"as it is in {names[0]} it cannot be read, so there is nothing to compare it with"
            raise GtmgenError([Finding("file", Severity.NOTE, said, Position(file.path, 0, 0))]) from None
    if new is None:
        assert old
        new = nothing(old, f"{file.row.old} (deleted)")
    old = old or nothing(new, f"{names[0]} (not there)")
    refuse_two_kinds(old, new)
    found = compare(old, new, library)
    return [found] if found.differ else []
