"""What a command takes: time on the clock, time on the processor, and memory.

The operating system counts the last two for each process that has ended. Runs take turns, A B A B and so on, so that a
machine that grows slower or faster meanwhile does so for both.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import NamedTuple

from environment import Failed

_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss


class Run(NamedTuple):
    """One run of a command."""

    wall: float
    """Seconds on the clock, from before its start to after its end."""
    cpu: float
    """Seconds on the processor."""
    peak: int
    """The most memory that it held, in bytes."""


Runs = Mapping[str, Sequence[Run]]
"""The counted runs by what ran; the same place in two of them is the same turn."""

Task = Callable[[int], Run]
"""Does what is measured, given the number of the turn."""


def run(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str], ends: int = 0) -> Run:
    """Runs a command and waits for it. What it prints is kept only to be shown if it fails.

    Args:
        command: the command.
        folder: where it runs.
        environment: all of its environment.
        ends: the exit code that it is to have.

    Raises:
        Failed: the command ended with another one.
    """
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != ends:
            said.seek(0)
            text = said.read()[-2000:].decode("utf-8", "replace")
            shown = " ".join(map(str, command[:6]))
            raise Failed(f"{shown} ended with {process.returncode}\n{text}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * _UNIT)


def take_turns(tasks: Mapping[str, Task], turns: int) -> Runs:
    """Runs every task once to warm up, then each of them in each turn."""
    for task in tasks.values():
        task(0)
    runs: dict[str, list[Run]] = {name: [] for name in tasks}
    for turn in range(turns):
        for name, task in tasks.items():
            runs[name].append(task(turn))
    return runs


def mean(runs: Sequence[Run]) -> Run:
    """Several runs as one: the mean of their times, the most of their memory."""
    walls, cpus, peaks = zip(*runs, strict=True)
    return Run(fmean(walls), fmean(cpus), max(peaks))


def wall(runs: Sequence[Run]) -> float:
    """The median time on the clock."""
    return median(one.wall for one in runs)


def cpu(runs: Sequence[Run]) -> float:
    """The median time on the processor."""
    return median(one.cpu for one in runs)
