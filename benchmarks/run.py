"""How fast gtmgen is, as ratios against something else that runs in turns with it on the same machine.

    python benchmarks/run.py [--only start|tiggy|growth|many|lint|diff|send|verify] [--json FILE]

It is no test: it prints what it measured and which aims hold, and fails only where a command does. README.md in this
folder says what is measured and why.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import containers
import sending
import verifying
from environment import CHECKOUT, Failed, Installed, clean, prepare
from figures import Aim, Figure, Spread, compare, table, verdict
from measure import Run, Runs, cpu, mean, run, take_turns, wall

import specs

IMPORTS = "import click, jinja2, jsonschema, yaml"
MANY = 200
"""Specs in one call."""
SAMPLE = 4
"""Single calls in each turn, of which the time of all is reckoned."""
BUSY = "The machine was busy with something else: some turns differ by half. Trust the column `by processor` more."
_KINDS = ("tag", "trigger", "variable")


class Bench(NamedTuple):
    """What a measurement works with: the commands, and a folder that is thrown away."""

    installed: Installed
    folder: Path
    environment: dict[str, str]
    turns: int

    def run(self, *command: str | Path, ends: int = 0, environment: Mapping[str, str] | None = None) -> Run:
        """Runs a command in the folder; it is to end with `ends`."""
        return run(command, self.folder, {**self.environment, **(environment or {})}, ends)

    def imports(self, turn: int = 0) -> Run:
        """The imports that no gtmgen can do without, in its own environment."""
        return self.run(self.installed.python, "-c", IMPORTS)

    def build(self, *paths: Path, output: str = "new", **environment: str) -> Run:
        """`gtmgen build`; the output folder `new` is emptied first, any other one is left as it is."""
        if output == "new":
            shutil.rmtree(self.folder / output, ignore_errors=True)
        return self.run(self.installed.gtmgen, "build", *paths, "-o", output, environment=environment)


def start(bench: Bench) -> Iterator[Figure]:
    """The whole of a small build against the imports alone."""
    section = f'Start: gtmgen build specs/shop.yml against python -c "{IMPORTS}"'
    shop = CHECKOUT / "specs" / "shop.yml"
    runs = take_turns(
        {
            "imports": bench.imports,
            "unchanged": lambda turn: bench.build(shop, output="kept"),
            "new": lambda turn: bench.build(shop),
            "first": lambda turn: bench.build(shop, XDG_CACHE_HOME=tempfile.mkdtemp(dir=bench.folder)),
        },
        bench.turns,
    )
    imports, aim = runs["imports"], Aim("at most", 1.5)
    yield compare(section, "the output is there already", runs["unchanged"], imports, aim)
    yield compare(section, "the output is new", runs["new"], imports, aim)
    yield compare(section, "the very first run: no template is compiled yet", runs["first"], imports, None)


def tiggy(bench: Bench) -> Iterator[Figure]:
    """A spec of 100 conversions against tiggy's export of the same container."""
    section = "Against tiggy: gtmgen build of 100 conversions, tiggy export of the container that comes out"
    spec = specs.write(bench.folder, 100)
    bench.build(spec, output="kept")
    container = bench.folder / "kept" / f"{spec.stem}.web.json"
    theirs = bench.installed.tiggy
    tasks: dict[str, Callable[[int], Run]] = {"gtmgen": lambda turn: bench.build(spec)}
    if theirs is not None:
        command = theirs
        first = bench.run(command, "import", container, "tiggy")
        tasks["tiggy"] = lambda turn: bench.run(command, "export", "tiggy", "-o", "tiggy.json")
    runs = take_turns(tasks, bench.turns)
    ours = runs["gtmgen"]
    if theirs is not None:
        _same_container(container, bench.folder / "tiggy.json")
        yield compare(section, "spec to container", ours, runs["tiggy"], Aim("at least", 4))
        once = Spread(first.wall / wall(ours), first.wall / wall(ours), first.wall / wall(ours))
        yield Figure(section, "tiggy import, which comes first (one run)", wall(ours), first.wall, "s", once)
    peak = max(one.peak for one in ours) / 1e6
    other = max(one.peak for one in runs["tiggy"]) / 1e6 if theirs is not None else None
    yield Figure(section, "the most memory", peak, other, "MB", aim=Aim("at most", 80))


def _same_container(ours: Path, theirs: Path) -> None:
    """Makes sure that both wrote the same container, by its counts.

    Raises:
        Failed: they did not, so that their times say nothing.
    """
    counts = []
    for path in (ours, theirs):
        version = json.loads(path.read_bytes())["containerVersion"]
        counts.append([len(version[kind]) for kind in _KINDS])
    if counts[0] != counts[1]:
        raise Failed(f"gtmgen and tiggy wrote different containers: {_KINDS} are {counts[0]} and {counts[1]}")


def growth(bench: Bench) -> Iterator[Figure]:
    """Ten times the conversions: the time beyond the imports must not grow faster than they do."""
    section = "Growth: 500 conversions against 50, without the time that every call takes"
    few, many, one = (specs.write(bench.folder, count) for count in (50, 500, 1))
    runs = take_turns(
        {
            "imports": bench.imports,
            "one": lambda turn: bench.build(one),
            "few": lambda turn: bench.build(few),
            "many": lambda turn: bench.build(many),
        },
        bench.turns,
    )
    yield _beyond(section, "beyond the imports", runs, "imports", Aim("at most", 11))
    yield _beyond(section, "beyond a build of one conversion", runs, "one", None)


def _beyond(section: str, what: str, runs: Runs, base: str, aim: Aim | None) -> Figure:
    """The ratio of what `many` and `few` take beyond a base.

    Turn by turn the small difference would be mostly noise: each turn's `many` is set against the median of `few`.
    """
    rest = wall(runs[base])
    many, few = wall(runs["many"]) - rest, max(wall(runs["few"]) - rest, 1e-3)
    turns = [(one.wall - rest) / few for one in runs["many"]]
    by_cpu = (cpu(runs["many"]) - cpu(runs[base])) / max(cpu(runs["few"]) - cpu(runs[base]), 1e-3)
    return Figure(section, what, many, few, "s", Spread(many / few, min(turns), max(turns)), by_cpu, aim)


def many(bench: Bench) -> Iterator[Figure]:
    """200 specs in one call against a call for each."""
    turns = max(bench.turns * 5 // 7, 1)
    section = f"Many: {MANY} specs of 10 conversions in one call against {MANY} calls (reckoned from {turns * SAMPLE})"
    paths = [specs.write(bench.folder, 10, number) for number in range(MANY)]
    step = MANY // (turns * SAMPLE) or 1

    def singly(turn: int) -> Run:
        places = range(turn * SAMPLE, (turn + 1) * SAMPLE)
        each = mean([bench.build(paths[place * step % MANY]) for place in places])
        return Run(each.wall * MANY, each.cpu * MANY, each.peak)

    runs = take_turns({"at once": lambda turn: bench.build(*paths), "singly": singly}, turns)
    yield compare(section, "how many times faster", runs["at once"], runs["singly"], Aim("at least", 10))
    peak = max(one.peak for one in runs["at once"]) / 1e6
    yield Figure(section, "the most memory", peak, max(one.peak for one in runs["singly"]) / 1e6, "MB")


def lint(bench: Bench) -> Iterator[Figure]:
    """A container of 1,000 tags against tiggy's validation of it and against reading its JSON; 5,000 against 1,000."""
    few, many = containers.write(bench.folder, 1_000), containers.write(bench.folder, 5_000)
    read = "import json, sys; json.loads(open(sys.argv[1], encoding='utf-8').read())"
    command, theirs = bench.installed.gtmgen, bench.installed.tiggy
    tasks: dict[str, Callable[[int], Run]] = {
        "start": lambda turn: bench.run(command, "lint", "--help"),
        "lint": lambda turn: bench.run(command, "lint", few),
        "json": lambda turn: bench.run(bench.installed.python, "-c", read, few),
        "many": lambda turn: bench.run(command, "lint", many),
    }
    if theirs is not None:
        tasks["tiggy"] = lambda turn: bench.run(theirs, "validate", few)
    runs = take_turns(tasks, bench.turns)
    section = "Lint: gtmgen lint of a container with 1,000 tags (5 MB)"
    if theirs is not None:
        yield compare(section, "against tiggy validate of it", runs["lint"], runs["tiggy"], Aim("at least", 3))
    yield compare(section, "against Python and json.loads of the file", runs["lint"], runs["json"], Aim("at most", 8))
    yield _grown(section, "lint", runs, Aim("at most", 5.5))


def _grown(section: str, what: str, runs: Runs, aim: Aim) -> Figure:
    """5,000 tags against 1,000, without the time that every call takes."""
    rest = wall(runs["start"])
    large, small = wall(runs["many"]) - rest, wall(runs[what]) - rest
    turns = [(one.wall - rest) / small for one in runs["many"]]
    by_cpu = (cpu(runs["many"]) - cpu(runs["start"])) / max(cpu(runs[what]) - cpu(runs["start"]), 1e-3)
    spread = Spread(large / small, min(turns), max(turns))
    return Figure(section, "5,000 tags against 1,000, beyond the start", large, small, "s", spread, by_cpu, aim)


_DEEPDIFF = """
import json, signal, sys
from deepdiff import DeepDiff
signal.signal(signal.SIGALRM, lambda *_: sys.exit(0))
signal.alarm(int(sys.argv[1]))
old, new = (json.loads(open(path, encoding="utf-8").read()) for path in sys.argv[3:])
DeepDiff(old, new, ignore_order=True, **json.loads(sys.argv[2]))
"""
_PATIENCE = 30
"""Seconds that deepdiff gets to pair what belongs together; it needs minutes."""


def diff(bench: Bench) -> Iterator[Figure]:
    """Two exports of one container with 20 edits between them, renumbered and shuffled, against deepdiff and reading their JSON."""
    pairs = {
        count: (containers.write(bench.folder, count), containers.write_edited(bench.folder, count))
        for count in (100, 1_000, 5_000)
    }
    read = "import json, sys; [json.loads(open(path, encoding='utf-8').read()) for path in sys.argv[1:]]"
    python, command = bench.installed.python, bench.installed.gtmgen

    def deep(count: int, seconds: int, **options: float) -> Run:
        return bench.run(python, "-c", _DEEPDIFF, str(seconds), json.dumps(options), *pairs[count])

    def ours(count: int) -> Run:
        return bench.run(command, "diff", *pairs[count], ends=1)

    runs = take_turns(
        {
            "start": lambda turn: bench.run(command, "diff", "--help"),
            "diff": lambda turn: ours(1_000),
            "json": lambda turn: bench.run(python, "-c", read, *pairs[1_000]),
            "many": lambda turn: ours(5_000),
        },
        bench.turns,
    )
    section = "Diff: gtmgen diff of two exports with 1,000 tags (5 MB each) and 20 edits"
    few = take_turns({"diff": lambda turn: ours(1_000), "deepdiff": lambda turn: deep(1_000, 600)}, 3)
    yield compare(section, "against DeepDiff(ignore_order=True)", few["diff"], few["deepdiff"], Aim("at least", 50))
    small = take_turns({"diff": lambda turn: ours(100)}, 3)["diff"]
    stopped = [deep(100, _PATIENCE, cutoff_intersection_for_pairs=1.0)] * 3
    what = f"100 tags: DeepDiff told to find the pairs, stopped after {_PATIENCE} s"
    yield compare(section, what, small, stopped, None, "at least")
    yield compare(section, "against Python and json.loads of both files", runs["diff"], runs["json"], Aim("at most", 6))
    yield _grown(section, "diff", runs, Aim("at most", 6))


def send(bench: Bench) -> Iterator[Figure]:
    """20,000 events delivered to a platform on this machine, against a loop that posts each by itself."""
    few, many = sending.write(bench.folder, 2_000), sending.write(bench.folder, 20_000)
    spec = bench.folder / "send.yml"
    spec.write_text(sending.SPEC, encoding="utf-8")
    command, python, sample = bench.installed.gtmgen, bench.installed.python, 200
    with sending.platform() as address:

        def ours(events: Path, count: int) -> Run:
            environment = {**sending.TOKEN, "GTMGEN_SEND_TO": address}
            done = bench.run(command, "send", spec, sending.fresh(events), environment=environment)
            if (there := sending.arrived(address)) != count:
                raise Failed(f"gtmgen send delivered {there} of {count} events")
            return done

        def loop(count: int, *kept: str) -> Run:
            return bench.run(python, "-c", sending.LOOP, many, address + "/track/", str(count), *kept)

        runs = take_turns(
            {
                "start": lambda turn: loop(0),
                "loop": lambda turn: loop(sample),
                "kept": lambda turn: loop(sample * 5, "kept"),
                "few": lambda turn: ours(few, 2_000),
                "many": lambda turn: ours(many, 20_000),
                "payloads": lambda turn: bench.run(python, "-c", sending.PAYLOADS, spec, many),
            },
            max(bench.turns // 2, 1),
        )
    section = "Send: 20,000 purchases to a platform on this machine"
    what = "gtmgen send against {} for each (reckoned from {})"
    each, kept = _times(runs, "loop", 20_000 // sample), _times(runs, "kept", 4_000 // sample)
    yield compare(section, what.format("httpx.post", sample), runs["many"], each, Aim("at least", 30))
    yield compare(section, what.format("a kept Client's post", sample * 5), runs["many"], kept, None, "at least")
    yield Figure(section, "the payloads of 20,000 events alone", wall(runs["payloads"]), None, "s")
    large, small = (max(one.peak for one in runs[name]) / 1e6 for name in ("many", "few"))
    ratio = Spread(large / small, large / small, large / small)
    yield Figure(section, "the most memory, against 2,000 events", large, small, "MB", ratio, None, Aim("at most", 1.2))


def _times(runs: Runs, what: str, times: int) -> list[Run]:
    """Runs as they would have been with so many times the work; the start is done once."""
    pairs = zip(runs[what], runs["start"], strict=True)
    return [
        Run(start.wall + (one.wall - start.wall) * times, start.cpu + (one.cpu - start.cpu) * times, one.peak)
        for one, start in pairs
    ]


def verify(bench: Bench) -> Iterator[Figure]:
    """The derived journeys of a spec in Chromium, both halves, against a Chromium that only starts and stops."""
    command, python = bench.installed.gtmgen, bench.installed.python
    six, shop = bench.folder / "six.yml", CHECKOUT / "specs" / "shop.yml"
    six.write_text(verifying.SPEC, encoding="utf-8")
    runs = take_turns(
        {
            "bare": lambda turn: bench.run(python, "-c", verifying.BARE),
            "six": lambda turn: bench.run(command, "verify", six),
            "shop": lambda turn: bench.run(command, "verify", shop),
        },
        max(bench.turns // 2, 1),
    )
    section = "Verify: the derived journey in Chromium, browser and server side"
    what = "six conversions against Chromium's own start and stop"
    yield compare(section, what, runs["six"], runs["bare"], Aim("at most", 2.5))
    yield compare(section, "specs/shop.yml, ten conversions", runs["shop"], runs["bare"], None)
    yield Figure(
        section, "the same without the browser's own start", wall(runs["shop"]) - wall(runs["bare"]), None, "s"
    )
    told = bench.folder / "told.json"
    bench.run(command, "verify", six, "--format", "json", "-o", told)
    outcome = json.loads(told.read_bytes())
    steps = sum(len(scene["steps"]) for scene in outcome["scenes"])
    # visits go side by side, so a step by itself says little
    each = outcome["seconds"] * 1000 / steps
    yield Figure(section, f"all visits, by their {steps} steps", each, None, "ms", aim=Aim("at most", 40))
    bench.run(python, "-c", verifying.PUSHES, containers.write(bench.folder, 500), told)
    push = json.loads(told.read_bytes())
    yield Figure(section, "a dataLayer.push with a container of 500 tags", push, None, "ms", aim=Aim("at most", 5))


MEASUREMENTS: dict[str, Callable[[Bench], Iterator[Figure]]] = {
    "start": start,
    "tiggy": tiggy,
    "growth": growth,
    "many": many,
    "lint": lint,
    "diff": diff,
    "send": send,
    "verify": verify,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, prints the table, and gives the exit code: 1 where a command failed."""
    options = _options(arguments)
    names = list(dict.fromkeys(options.only or MEASUREMENTS))
    try:
        installed = prepare(_say)
    except Failed as problem:
        print(problem, file=sys.stderr)
        return 1
    figures: list[Figure] = []
    failed: list[str] = []
    for name in names:
        try:
            figures += _measure(installed, name, options.turns)
        except Failed as problem:
            failed.append(f"{name} could not be measured: {problem}")
    without = [f"tiggy could not be installed, so gtmgen was not compared with it: {installed.missing}"]
    unmeasured = failed + (without if installed.tiggy is None and "tiggy" in names else [])
    notes = [BUSY] if any(figure.ratio and figure.ratio.high > 1.5 * figure.ratio.low for figure in figures) else []
    print("\n\n".join([table(figures), *notes, *unmeasured, verdict(figures, len(unmeasured))]))
    if options.json:
        options.json.write_text(_json(figures, options.turns), encoding="utf-8")
    return 1 if failed else 0


def _measure(installed: Installed, name: str, turns: int) -> list[Figure]:
    _say(f"measuring: {name}")
    with tempfile.TemporaryDirectory(prefix="gtmgen-bench-") as folder:
        environment = {**clean(), "XDG_CACHE_HOME": str(Path(folder) / "cache")}
        return list(MEASUREMENTS[name](Bench(installed, Path(folder), environment, turns)))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description="Measures gtmgen against its rivals.")
    parser.add_argument("--only", action="append", choices=list(MEASUREMENTS), help="this one alone; repeatable")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file")
    parser.add_argument("--turns", type=int, default=9, metavar="N", help="turns that count (9)")
    options = parser.parse_args(arguments)
    if options.turns < 1:
        parser.error("at least one turn must count")
    return options


def _json(figures: Sequence[Figure], turns: int) -> str:
    report = {
        "python": platform.python_version(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "turns": turns,
        "figures": [figure.as_json() for figure in figures],
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _say(text: str) -> None:
    print(f"{text} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
