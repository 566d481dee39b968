"""Figures: what was measured, against what, what is aimed at, and all of it as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from measure import Run, cpu, wall

Sense = Literal["at most", "at least"]
_HEADINGS = ("", "gtmgen", "the other", "ratio", "turn by turn", "by processor", "aim", "holds")


class Aim(NamedTuple):
    """What a figure is to be: at most or at least so much."""

    sense: Sense
    limit: float

    def holds(self, value: float) -> bool:
        """Whether a value keeps to it."""
        return value <= self.limit if self.sense == "at most" else value >= self.limit


class Spread(NamedTuple):
    """A ratio: of the medians, and the least and the most of the pairs that ran in one turn."""

    value: float
    low: float
    high: float


class Figure(NamedTuple):
    """One line of the table."""

    section: str
    what: str
    ours: float
    theirs: float | None
    unit: Literal["s", "ms", "MB"]
    ratio: Spread | None = None
    cpu_ratio: float | None = None
    aim: Aim | None = None

    @property
    def holds(self) -> bool | None:
        """Whether the aim holds; None for a figure without one."""
        if self.aim is None:
            return None
        return self.aim.holds(self.ratio.value if self.ratio else self.ours)

    def as_json(self) -> dict[str, Any]:
        """The figure for `--json`."""
        return {
            "section": self.section,
            "what": self.what,
            "unit": self.unit,
            "gtmgen": round(self.ours, 4),
            "other": None if self.theirs is None else round(self.theirs, 4),
            "ratio": self.ratio and {name: round(value, 3) for name, value in self.ratio._asdict().items()},
            "cpu_ratio": None if self.cpu_ratio is None else round(self.cpu_ratio, 3),
            "aim": self.aim and self.aim._asdict(),
            "holds": self.holds,
        }


def compare(
    section: str, what: str, ours: Sequence[Run], theirs: Sequence[Run], aim: Aim | None, sense: Sense = "at most"
) -> Figure:
    """Two commands that took turns as a figure.

    Args:
        section: the heading it stands under.
        what: its own name.
        ours: gtmgen's runs.
        theirs: the other's, turn by turn.
        aim: what is aimed at, if anything is.
        sense: `at most`: how many times the other's time gtmgen takes; `at least`: how many times faster it is.
    """
    sense = aim.sense if aim else sense
    over, under = (ours, theirs) if sense == "at most" else (theirs, ours)
    return Figure(section, what, wall(ours), wall(theirs), "s", spread(over, under), cpu(over) / cpu(under), aim)


def spread(over: Sequence[Run], under: Sequence[Run]) -> Spread:
    """The ratio of two commands' times."""
    pairs = [one.wall / other.wall for one, other in zip(over, under, strict=True)]
    return Spread(wall(over) / wall(under), min(pairs), max(pairs))


def table(figures: Sequence[Figure]) -> str:
    """All figures, each section under its heading, in columns that line up through all of them."""
    rows = [_HEADINGS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADINGS))]
    lines = [_line(_HEADINGS, widths)]
    section = ""
    for figure in figures:
        if figure.section != section:
            section = figure.section
            lines += ["", section]
        lines.append(_line(_row(figure), widths))
    return "\n".join(lines)


def verdict(figures: Sequence[Figure], unmeasured: int) -> str:
    """How many aims hold, in one line."""
    judged = [figure for figure in figures if figure.holds is not None]
    held = sum(figure.holds is True for figure in judged)
    aims = "aim holds" if len(judged) == 1 and held == 1 else "aims hold"
    more = f"; {unmeasured} more could not be measured" if unmeasured else ""
    return f"{held} of {len(judged)} {aims}{more}."


def _row(figure: Figure) -> tuple[str, ...]:
    ratio = figure.ratio
    return (
        f"  {figure.what}",
        _amount(figure.ours, figure.unit),
        "" if figure.theirs is None else _amount(figure.theirs, figure.unit),
        f"{ratio.value:.2f}" if ratio else "",
        f"{ratio.low:.2f} to {ratio.high:.2f}" if ratio else "",
        "" if figure.cpu_ratio is None else f"{figure.cpu_ratio:.2f}",
        _aim(figure),
        "" if figure.holds is None else "yes" if figure.holds else "NO",
    )


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    return f"{figure.aim.sense} {figure.aim.limit:g}{'' if figure.ratio else ' ' + figure.unit}"


def _amount(value: float, unit: str) -> str:
    return f"{value:.3f} s" if unit == "s" else f"{value:.1f} {unit}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """The first and the last two columns to the left, figures to the right."""
    last = len(cells) - 2
    parts = [
        cell.ljust(width) if i == 0 or i >= last else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(parts).rstrip()
