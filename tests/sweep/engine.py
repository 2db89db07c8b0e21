"""Kills a scenario's command at every point, and looks what is left."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import queue
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from typing import Iterator

from conftest import Database, MariaDb
from scenario import BUILD, Broken, Place, Scenario

OBFAULT = BUILD / "tests" / "support" / "libobfault.so"
MISSED_AT_MOST = 20  # one in so many
#: Losses of the connection and a full disk, once at each call of these kinds.
ERRORS = {"send": "EPIPE", "recv": "ECONNRESET", "write": "ENOSPC"}


@dataclasses.dataclass(frozen=True)
class Point:
    """Where the program is struck, as its environment says it."""

    label: str
    plan: str = ""  # OBF_PLAN
    fault: str = ""  # OB_FAULT_AT

    def is_death(self) -> bool:
        """Else a call fails there, and the program goes on."""
        return not self.plan.startswith("errno")

    def environment(self) -> dict[str, str]:
        """What arms the point."""
        found = {}
        if self.plan:
            found = {"LD_PRELOAD": str(OBFAULT), "OBF_PLAN": self.plan}
        if self.fault:
            found["OB_FAULT_AT"] = self.fault
        return found


@dataclasses.dataclass
class Result:
    """How a point, or a pair of them, ended."""

    label: str
    missed: bool = False  # it was to die there, and came to its end
    broken: str = ""


def named(plain: str, names: list[str]) -> Iterator[tuple[str, int]]:
    """Each name with how often it has come so far."""
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield name, seen[name]


class Bench:
    """A scenario in its place, and runs of its command."""

    def __init__(self, kind: type[Scenario], server: MariaDb, number: int):
        home = pathlib.Path(tempfile.mkdtemp(prefix="obsweep", dir="/tmp"))
        name = f"sweep_{os.getpid()}_{number}"
        server.run(f"CREATE DATABASE {name}")
        self.place = Place(server, Database(server, name), home)
        self.scenario = kind(self.place)
        self.scenario.prepare()

    def close(self) -> None:
        self.scenario.close()
        self.place.database.kill_connections()
        self.place.server.run(f"DROP DATABASE {self.place.database.name}")
        shutil.rmtree(self.place.home, ignore_errors=True)

    def run(self, **more: str) -> subprocess.CompletedProcess:
        """One run of the command, to its end or to its death."""
        return subprocess.run(
            self.scenario.command(),
            env={**os.environ, **self.scenario.environment(), **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=self.scenario.timeout,
        )

    def record(self, variable: str, **more: str) -> list[str]:
        """What a run without a fault passes, line by line."""
        path = self.place.home / "passed"
        path.unlink(missing_ok=True)
        self.scenario.reset()
        done = self.run(**{variable: str(path)}, **more)
        if done.returncode != 0:
            raise Broken(f"without any fault: {done.stdout}{done.stderr}")
        self.scenario.check(0)
        return path.read_text().splitlines() if path.exists() else []

    def points(self) -> list[Point]:
        """Both sides of each call, each fault point, each error of a call."""
        calls = self.record("OBF_LOG", LD_PRELOAD=str(OBFAULT))
        faults = self.record("OB_FAULT_LOG")
        found = []
        for number, (name, nth) in enumerate(named("", calls), start=1):
            for side in ("before", "after"):
                plan = f"kill:any:{number}:{side}"
                found.append(Point(f"{name}#{nth} {side}", plan=plan))
        for name, nth in named("", faults):
            found.append(Point(f"{name}#{nth}", fault=f"{name}:{nth}:kill"))
        for name, nth in named("", calls):
            error = ERRORS.get(name)
            if error:
                plan = f"errno:{name}:{error}:{nth}"
                found.append(Point(f"{name}#{nth} {error}", plan=plan))
        # An answer for each thing that was sent, at least.
        for nth in range(1, Counter(calls)["send"] + 1):
            plan = f"errno:recv:ECONNRESET:{nth}"
            found.append(Point(f"recv#{nth} ECONNRESET", plan=plan))
        return found

    def strike(self, points: tuple[Point, ...]) -> Result:
        """Dies at each of the points in turn, recovers, and is looked at."""
        result = Result(", then ".join(point.label for point in points))
        try:
            self.scenario.reset()
            kills = 0
            for point in points:
                done = self.run(**point.environment())
                if done.returncode == -signal.SIGKILL:
                    kills += 1
                self.scenario.between()
            # Of two deaths the second may well come to nothing: a recovery is
            # shorter than a first run.
            result.missed = len(points) == 1 and points[0].is_death() and kills == 0
            self.recover(kills)
        except Broken as broken:
            result.broken = str(broken)
        except subprocess.TimeoutExpired:
            result.broken = f"not ended after {self.scenario.timeout} s"
        return result

    def recover(self, kills: int) -> None:
        """Run again without a fault; what one run leaves, the second ends."""
        for last in (False, True):
            done = self.run()
            try:
                if done.returncode != 0:
                    raise Broken(f"{done.stdout}{done.stderr}".strip())
                self.scenario.check(kills)
                return
            except Broken:
                if last:
                    raise
            self.scenario.between()


def thin_out(points: list[Point], count: int, seed: int) -> list[Point]:
    """So many of them, drawn by a seed; all when count is 0."""
    if count <= 0 or count >= len(points):
        return points
    chosen = sorted(random.Random(seed).sample(range(len(points)), count))
    return [points[index] for index in chosen]


class Sweep:
    """All points of a scenario, a few lines of work at a time."""

    def __init__(self, kind: type[Scenario], server: MariaDb, lines: int):
        self.benches = [Bench(kind, server, number) for number in range(lines)]
        self.waiting: queue.SimpleQueue = queue.SimpleQueue()
        self.results: list[Result] = []
        self.failed: list[BaseException] = []

    def close(self) -> None:
        for bench in self.benches:
            bench.close()

    def points(self) -> list[Point]:
        return self.benches[0].points()

    def run(self, strikes: list[tuple[Point, ...]]) -> list[Result]:
        """Strikes each; the results in no order."""
        for strike in strikes:
            self.waiting.put(strike)
        lines = [
            threading.Thread(target=self._work, args=(bench,)) for bench in self.benches
        ]
        for line in lines:
            line.start()
        for line in lines:
            line.join()
        if self.failed:
            raise self.failed[0]
        return self.results

    def _work(self, bench: Bench) -> None:
        try:
            while not self.failed:
                with contextlib.suppress(queue.Empty):
                    self.results.append(bench.strike(self.waiting.get_nowait()))
                    continue
                return
        except BaseException as error:  # told by run, in its own thread
            self.failed.append(error)


def pairs_of(points: list[Point], count: int, seed: int) -> list[tuple[Point, ...]]:
    """Deaths during the recovery from a death, drawn by a seed."""
    dice = random.Random(seed)
    deaths = [point for point in points if point.is_death()]
    return [(dice.choice(deaths), dice.choice(deaths)) for _ in range(count)]


def report(name: str, results: list[Result], begun: float) -> bool:
    """Prints what came of it; whether all is well."""
    broken = [result for result in results if result.broken]
    missed = sum(result.missed for result in results)
    for result in sorted(broken, key=lambda r: r.label):
        print(f"{name}: {result.label}: {result.broken}")
    seconds = time.monotonic() - begun
    print(
        f"{name}: {len(results)} points, {missed} missed, {len(broken)} broken,"
        f" {seconds:.0f} s",
        flush=True,
    )
    # A run makes a call more or less than another, so the last may not come.
    return bool(results) and not broken and missed * MISSED_AT_MOST <= len(results)
