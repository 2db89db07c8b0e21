"""Crash sweep: the program is killed at every point and has to recover.

For each point: a fresh state, a run that dies there, runs without a fault (two at
most), and a look at what is left. Points are both sides of every send, write,
rename and fsync, every named fault point that the run passes, and a failure of
every send, recv and write.

SWEEP_POINTS=n tries n points of each scenario, drawn from all (default: all);
SWEEP_SEED=s draws others; SWEEP_PAIRS=n kills the recovery as well, n times;
SWEEP_WORKERS=w (default 2); SWEEP="queue orders" names the scenarios;
SWEEP_ONLY="write#12 after" tries one point again.
"""

from __future__ import annotations

import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1] / "integration"))
sys.path.insert(0, str(HERE.parents[1]))

from conftest import MariaDb, installed_template  # noqa: E402
from engine import Sweep, pairs_of, report, thin_out  # noqa: E402
from order_scenario import OrderScenario  # noqa: E402
from queue_scenario import QueueScenario  # noqa: E402

#: A flow adds its scenario here, and nowhere else.
SCENARIOS = {kind.name: kind for kind in (QueueScenario, OrderScenario)}


def number(name: str, otherwise: int) -> int:
    return int(os.environ.get(name) or otherwise)


def sweep(name: str, server: MariaDb) -> bool:
    """One scenario; whether all its points held."""
    begun = time.monotonic()
    seed = number("SWEEP_SEED", 1)
    running = Sweep(SCENARIOS[name], server, number("SWEEP_WORKERS", 2))
    try:
        points = running.points()
        strikes = [(p,) for p in thin_out(points, number("SWEEP_POINTS", 0), seed)]
        only = os.environ.get("SWEEP_ONLY")
        if only:
            strikes = [(p,) for p in points if p.label == only]
        strikes += pairs_of(points, number("SWEEP_PAIRS", 0), seed)
        return report(name, running.run(strikes), begun)
    finally:
        running.close()


def main() -> int:
    names = (os.environ.get("SWEEP") or " ".join(SCENARIOS)).split()
    with installed_template() as template:
        server = MariaDb(template)
        try:
            return 0 if all([sweep(name, server) for name in names]) else 1
        finally:
            server.close()


if __name__ == "__main__":
    sys.exit(main())
