"""Crash sweep: the program is killed at every point and has to recover.

For each point k: a fresh state, a run that dies at k, runs without fault (two at
most), and a look at what is left: each order exactly once, judged from the shop's
ledger and by `orderbridge verify`. Points are both sides of every send, write,
rename and fsync, and every named fault point that the run passes.

SWEEP_POINTS=n tries n points spread over all of them (default: all);
SWEEP_SEED=s starts the spread elsewhere; SWEEP_WORKERS=w (default 2).
"""

from __future__ import annotations

import os
import pathlib
import random
import signal
import sys
import tempfile
import time
from multiprocessing import Pool
from typing import Any

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1] / "integration"))
sys.path.insert(0, str(HERE.parents[1]))

import conftest  # noqa: E402
import pymysql  # noqa: E402
from installation import Installation, Sandbox, start_sandbox  # noqa: E402

BUILD = pathlib.Path(os.environ.get("OB_BUILD", "."))
LIBRARY = BUILD / "tests" / "support" / "libobfault.so"
NOW = "2026-11-24T09:00:00Z"
# A run makes a call more or less than another, so the last points may not come.
MISSED = "the run was not killed there"
ORDERS = 30


class OrderSync:
    """The scenario: one cron run over a shop with good and bad orders."""

    def __init__(self, server: conftest.MariaDb, home: pathlib.Path):
        self.server, self.home = server, home
        self.process, port = start_sandbox(home)
        self.box = Sandbox(port)
        self.box.control("POST", "/_reset", {"seed": 1, "orders": ORDERS})
        name = f"sweep_{os.getpid()}"
        for schema in (name, f"{name}_seed"):
            server.run(f"CREATE DATABASE {schema}")
        self.database = conftest.Database(server, name)
        work = home / "installation"
        work.mkdir()
        self.ob = Installation(work, self.database, self.box)
        self.ob.set_clock(NOW, rate=1)
        self.ob.set_up()
        self.tables = [table for (table,) in self.database.run("SHOW TABLES")]
        for table in self.tables:
            server.run(f"CREATE TABLE {name}_seed.{table} LIKE {name}.{table}")
            self.copy(server, f"{name}_seed", name, table)
        self.connection = pymysql.connect(
            unix_socket=server.socket,
            user="root",
            database=name,
            autocommit=True,
            client_flag=pymysql.constants.CLIENT.MULTI_STATEMENTS,
        )
        self.reference = self.run_reference()

    @staticmethod
    def copy(server: conftest.MariaDb, to: str, source: str, table: str) -> None:
        server.run(f"INSERT INTO {to}.{table} SELECT * FROM {source}.{table}")

    def reset(self) -> None:
        """The state before the run, in the database and at the shop."""
        seed = f"{self.database.name}_seed"
        text = "SET foreign_key_checks = 0;"
        for table in self.tables:
            text += f"DELETE FROM {table};"
            text += f"INSERT INTO {table} SELECT * FROM {seed}.{table};"
        with self.connection.cursor() as cursor:
            cursor.execute(text)
            while cursor.nextset():
                pass
        self.box.control("POST", "/_reset", {"seed": 1, "orders": ORDERS})
        self.ob.set_clock(NOW, rate=1)

    def make_due(self) -> None:
        self.database.run(
            "UPDATE rm_schedule SET next_run_at = '2020-01-01'"
            " WHERE kind = 'order_sync'"
        )

    def command(self, **variables: str) -> int:
        """The run that is killed, and those that follow it."""
        self.make_due()
        return self.ob.ob("cron", timeout=60, **variables).status

    def picture(self) -> Any:
        """What has to be the same whatever happened on the way."""
        return [
            self.database.run(statement)
            for statement in (
                "SELECT number, total_due, credit_total, line_count, state,"
                " mark_state FROM rm_order ORDER BY number",
                "SELECT o.number, l.line_no, l.line_type, l.sku, l.quantity,"
                " l.amount, l.credit_amount FROM rm_lineitems l"
                " JOIN rm_order o ON o.id = l.order_id ORDER BY 1, 2",
                "SELECT o.number, a.kind, a.city FROM rm_address a"
                " JOIN rm_order o ON o.id = a.order_id ORDER BY 1, 2",
                "SELECT platform_order_id, outcome, code FROM rm_order_seen"
                " ORDER BY platform_order_id",
                "SELECT number, code, status FROM rm_error_orders ORDER BY number",
            )
        ]

    def run_reference(self) -> Any:
        self.reset()
        assert self.command() == 0
        self.command()
        return self.picture()

    def check(self) -> str:
        """Empty, or what is wrong."""
        if self.picture() != self.reference:
            return "other rows than an undisturbed run leaves"
        orders = self.ob.state()["orders"]
        unmarked = [
            n for n, o in orders.items() if o["outcome"] == "stored" and not o["marked"]
        ]
        if unmarked:
            return f"not marked: {unmarked[:3]}"
        wrong = set(self.ob.marks()) - {
            n for n, o in orders.items() if o["outcome"] == "stored"
        }
        if wrong:
            return f"marked without being stored: {sorted(wrong)[:3]}"
        done = self.ob.ob("verify", "--upstream")
        return "" if done.status == 0 else done.out + done.err

    def points(self) -> list[dict[str, str]]:
        """Every point that an undisturbed run passes, as variables that kill."""
        count, log = self.home / "count", self.home / "faults"
        log.unlink(missing_ok=True)
        self.reset()
        self.command(LD_PRELOAD=str(LIBRARY), OBF_COUNT=str(count))
        self.reset()
        self.command(OB_FAULT_LOG=str(log))
        found = [
            {"LD_PRELOAD": str(LIBRARY), "OBF_PLAN": f"kill:any:{k}:{side}"}
            for k in range(1, int(count.read_text()) + 1)
            for side in ("before", "after")
        ]
        passed: dict[str, int] = {}
        for name in log.read_text().split() if log.exists() else []:
            passed[name] = passed.get(name, 0) + 1
            found.append({"OB_FAULT_AT": f"{name}:{passed[name]}:kill"})
        return found

    def close(self) -> None:
        self.connection.close()
        for schema in (self.database.name, f"{self.database.name}_seed"):
            self.server.run(f"DROP DATABASE {schema}")
        self.process.terminate()
        self.process.wait()


def try_point(scenario: OrderSync, point: dict[str, str]) -> str:
    """Kill at one point, recover, look."""
    scenario.reset()
    if scenario.command(**point) != -signal.SIGKILL:
        return MISSED
    for _ in range(2):
        scenario.command()
    return scenario.check()


def work(job: tuple[str, int, int]) -> tuple[int, list[str], int]:
    """One worker's share, on a schema and a sandbox of its own."""
    template, part, parts = job
    server = conftest.MariaDb(pathlib.Path(template))
    home = pathlib.Path(tempfile.mkdtemp(prefix="obsw", dir="/tmp"))
    scenario = OrderSync(server, home)
    failures = []
    try:
        points = scenario.points()
        wanted = int(os.environ.get("SWEEP_POINTS") or len(points))
        spread = random.Random(int(os.environ.get("SWEEP_SEED", "1")))
        chosen = sorted(spread.sample(range(len(points)), min(wanted, len(points))))
        mine = chosen[part::parts]
        for index in mine:
            wrong = try_point(scenario, points[index])
            if wrong:
                failures.append(f"{points[index]}: {wrong}")
        return len(mine), failures, len(points)
    finally:
        scenario.close()
        server.close()


def main() -> int:
    """Print the sum; return the exit status."""
    workers = int(os.environ.get("SWEEP_WORKERS", "2"))
    began = time.monotonic()
    fixture = conftest.server_template.__wrapped__()
    template = str(next(fixture))
    with Pool(workers) as pool:
        results = pool.map(work, [(template, i, workers) for i in range(workers)])
    next(fixture, None)
    lines = [line for _, found, _ in results for line in found]
    missed = [line for line in lines if line.endswith(MISSED)]
    failures = [line for line in lines if line not in missed]
    tried = sum(count for count, _, _ in results)
    seconds = time.monotonic() - began
    if len(missed) * 20 > tried:
        failures += missed
    for line in failures:
        print("FAIL", line)
    total = results[0][2]
    print(f"sweep: {tried} of {total} points, {len(missed)} missed, {seconds:.0f} s")
    print(f"{tried - len(failures)} passed, {len(failures)} failed")
    return 1 if failures or tried == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
