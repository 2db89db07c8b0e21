"""What the program costs against what the machine can do: make bench.

One JSON line a metric: {name, ours, floor, ratio, n}. Ours and the floor run in
turn, round after round, on one private MariaDB with durable commits, so that what
else the machine does meets both; the figures are medians, and only the ratio has
a goal. Ends with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Iterator

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "integration"), str(HERE.parent)]

from conftest import BUILD, Database, MariaDb, installed_template  # noqa: E402
from installation import PROGRAM, Installation, Sandbox, start_sandbox  # noqa: E402
from sandbox import orders as sandbox_orders  # noqa: E402

import web_bench  # noqa: E402

LATENCY_MS = 200
ORDERS = 100
PAGES = 50
JOBS = 40_000
QUEUE_SECONDS = 1.5
WORKERS = 4
# Requests a second and shop: net.shop_rate as it is by default, and one that
# eight at once do not reach (40 a second at 200 ms each).
DEFAULT_RATE, HIGH_RATE = 10, 50
PARALLEL = 8

# name: (is less better, goal, moonshot), of the ratio ours / floor.
GOALS = {
    "sync_100_orders_batch_marks": (True, 1.10, 1.05),
    "sync_100_orders_single_marks": (True, 1.05, 1.02),
    "sync_single_marks_default_rate": (True, 1.05, 1.02),
    "sync_serial_stages": (True, 1.00, 0.80),
    "cpu_ms_per_order": (True, 1.00, 0.58),
    "cron_peak_memory_mib": (True, 1.00, 0.75),
    "ingest_orders_per_s": (False, 0.30, 0.45),
    "store_orders_per_s": (False, 0.70, 0.85),
    "queue_jobs_per_s": (False, 0.70, 0.90),
    "responder_per_s": (False, 0.80, 0.95),
    "responder_p99_ms": (True, 2.00, 1.20),
    "list_p95_ms": (True, 1.80, 1.40),
    "list_depth_p95_ms": (True, 1.50, 1.20),
    "list_depth_cpu_ms": (True, 1.50, 1.20),
    "webhooks_per_s": (False, 1.00, 2.00),
    "webhooks_p99_ms": (True, 1.00, 0.20),
    "webhooks_kept": (False, 1.00, 1.00),
    "responder_rss_mib": (True, 1.00, 0.80),
    "responder_pss_mib": (True, 1.00, 0.60),
    "responder_rss_growth": (True, 1.03, 1.00),
    "soak_rss_growth": (True, 1.03, 1.00),
    "cold_start_ms": (True, 3.00, 1.50),
    "apache_p99_ms": (True, 1.00, 0.30),
    "fcgid_p99_ms": (True, 1.00, 0.30),
}

# Empties what a sync writes, so that each round begins alike.
EMPTIED = """rm_error_orders rm_order_event rm_order_payload rm_lineitems rm_address
rm_order rm_order_seen rm_job rm_operation rm_watermark rm_log rm_sku_check""".split()


class Bench:
    """The server, an installation beside the sandbox, and what was measured."""

    def __init__(
        self,
        home: pathlib.Path,
        server: MariaDb,
        rounds: int,
        keep: pathlib.Path | None = None,
    ):
        self.home, self.server, self.rounds, self.keep = home, server, rounds, keep
        server.run("DROP DATABASE IF EXISTS bench")
        server.run("CREATE DATABASE bench")
        self.database = Database(server, "bench")
        self.sandbox, port = start_sandbox(home)
        self.box = Sandbox(port)
        self.missed: list[str] = []
        self.site = Installation(home, self.database, self.box)
        self.settings()
        self.box.control("POST", "/_reset", {"seed": 1, "orders": ORDERS})
        self.site.set_up()

    def settings(self, rate: int = HIGH_RATE, **change: str) -> None:
        self.site.write_settings(
            net__parallel=str(PARALLEL), net__shop_rate=str(rate), **change
        )

    def close(self) -> None:
        self.sandbox.terminate()
        self.sandbox.wait(timeout=10)

    def sql(self, statement: str, *values: object) -> list[tuple]:
        return self.database.run(statement, *values)

    def empty(self) -> None:
        with self.database.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SET foreign_key_checks = 0")
            for table in EMPTIED:
                cursor.execute(f"TRUNCATE {table}")

    def program(self, name: str, *words: object) -> dict[str, Any]:
        """Run one of the programs beside this file; it prints JSON."""
        done = subprocess.run(
            [str(BUILD / "tests" / "bench" / name), *map(str, words)],
            env=self.site.variables(),
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            sys.exit(f"bench: {name}: {done.stdout}{done.stderr}")
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def tell(self, name: str, rounds: list[tuple[float, float]], n: int) -> None:
        """Print a metric of which each round gave ours and the floor."""
        ours = statistics.median(our for our, _ in rounds)
        floor = statistics.median(floor for _, floor in rounds)
        ratio = statistics.median(our / floor for our, floor in rounds)
        line: dict[str, Any] = {
            "name": name,
            "ours": round(ours, 3),
            "floor": round(floor, 3),
            "ratio": round(ratio, 3),
            "n": n,
        }
        if name in GOALS:
            less, goal, moonshot = GOALS[name]
            line["goal"], line["moonshot"] = goal, moonshot
            if ratio > goal if less else ratio < goal:
                self.missed.append(name)
        print(json.dumps(line), flush=True)


def run_cron(bench: Bench) -> tuple[float, float]:
    """One run of the crontab's line: wall and processor seconds."""
    began = time.monotonic()
    process = subprocess.Popen([str(PROGRAM), "cron"], env=bench.site.variables())
    _, status, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    process.returncode = status
    if status != 0:
        sys.exit("bench: cron failed, see " + str(bench.site.log))
    return wall, used.ru_utime + used.ru_stime


def check_rate(begun: list[float], rate: int) -> None:
    """Exit where a shop got more than its rate and a burst of two seconds of it."""
    for first, start in enumerate(begun):
        for last in range(first, len(begun)):
            # What the way to the sandbox took may have shortened the gap.
            seconds = (begun[last] - start) / 1000 + 0.1
            if last - first + 1 > 2 * rate + rate * seconds:
                sys.exit(f"bench: more than {rate} requests a second and shop")


def sync_once(bench: Bench, rate: int = HIGH_RATE) -> dict[str, float]:
    """A whole sync of 100 new orders, and what the sandbox saw of it."""
    bench.empty()
    bench.box.control("POST", "/_reset", {"seed": 1, "orders": ORDERS})
    bench.box.control("PUT", "/_latency", {"ms": LATENCY_MS})
    bench.box.control("DELETE", "/_requests")
    bench.sql(
        "UPDATE rm_schedule SET next_run_at = '2020-01-01' WHERE kind = 'order_sync'"
    )
    bench.sql("DELETE FROM rm_secret WHERE kind = 'token'")
    bench.sql("UPDATE rm_upstream SET tat = '1970-01-01'")
    wall, cpu = run_cron(bench)
    log = bench.box.control("GET", "/_requests")
    at_shop = [r for r in log["requests"] if r["upstream"] == "woocommerce"]
    check_rate(sorted(r["begun_ms"] for r in at_shop), rate)
    marks = [r for r in at_shop if r["method"] in ("PUT", "POST")]
    ((memory,),) = bench.sql(
        "SELECT MAX(CAST(JSON_VALUE(detail, '$.rss_kib') AS UNSIGNED)) FROM rm_log"
        " WHERE kind = 'system'"
    )
    summary = bench.site.summary()
    if summary["stored"] != bench.site.state()["expected"]["stored"]:
        sys.exit(f"bench: a sync stored {summary}")
    ((unmarked,),) = bench.sql("SELECT COUNT(*) FROM rm_order WHERE marked_at IS NULL")
    if unmarked:
        sys.exit(f"bench: {unmarked} orders are not marked")
    before = log["serial_stages"] - len({r["begun_ms"] // LATENCY_MS for r in marks})
    return {
        "wall": wall,
        "cpu": cpu,
        "memory": memory / 1024,
        "stages": log["serial_stages"],
        "stored": summary["stored"],
        "marks": len(marks),
        "before_marks": before,
    }


def measure_sync(bench: Bench) -> None:
    """Fetch, verify, store and mark 100 orders; upstreams take 200 ms each."""
    bench.settings()
    rounds = [sync_once(bench) for _ in range(bench.rounds)]
    latency = LATENCY_MS / 1000
    walls = [(r["wall"], r["stages"] * latency) for r in rounds]
    bench.tell("sync_100_orders_batch_marks", walls, ORDERS)
    # Four stages and a page; what is one more is a call for each of something.
    bench.tell("sync_serial_stages", [(r["stages"], 4 + 1) for r in rounds], ORDERS)
    cpu = [(1000 * r["cpu"] / ORDERS, 0.6) for r in rounds]
    bench.tell("cpu_ms_per_order", cpu, ORDERS)
    bench.tell("cron_peak_memory_mib", [(r["memory"], 32) for r in rounds], ORDERS)


def sync_single(bench: Bench, rate: int) -> dict[str, float]:
    """A sync where a shop takes one mark a request, and really gets one each."""
    bench.settings(rate, sync__mark_batch="1")
    r = sync_once(bench, rate)
    if r["marks"] != r["stored"]:
        sys.exit(f"bench: {r['stored']} orders in {r['marks']} requests")
    return r


def measure_single_marks(bench: Bench) -> None:
    """One mark a request, eight at once: bound by latency, and by the rate."""
    latency = LATENCY_MS / 1000
    fast, slow = [], []
    for _ in range(bench.rounds):
        r = sync_single(bench, HIGH_RATE)
        # A token, a page, the SKUs; then the marks by eight.
        floor = (3 + -(-int(r["marks"]) // PARALLEL)) * latency
        fast.append((r["wall"], floor))
        r = sync_single(bench, DEFAULT_RATE)
        # The same three, by when the bucket is full again; a burst is free.
        floor = 4 * latency + (r["marks"] - 2 * DEFAULT_RATE) / DEFAULT_RATE
        slow.append((r["wall"], floor))
    bench.tell("sync_100_orders_single_marks", fast, ORDERS)
    bench.tell("sync_single_marks_default_rate", slow, ORDERS)
    bench.settings()


def write_pages(home: pathlib.Path) -> list[pathlib.Path]:
    """Pages of a shop as it sends them, oldest first; all orders are good."""
    newest = datetime.now(timezone.utc) - timedelta(hours=1)
    made = sandbox_orders.generate(
        1, PAGES * ORDERS, first_id=100_000, newest=newest, mix={}
    )
    bodies = sorted((g.data for g in made), key=lambda b: b["date_modified_gmt"])
    (home / "order.json").write_text(json.dumps(bodies[0]))
    paths = []
    for page in range(PAGES):
        paths.append(home / f"page{page}.json")
        part = bodies[page * ORDERS : (page + 1) * ORDERS]
        paths[-1].write_text(json.dumps(part, ensure_ascii=False))
    return paths


def floor_write(bench: Bench, kind: str) -> float:
    """Orders a second by array binding alone."""
    count = PAGES * ORDERS
    words = (bench.server.socket, "bench", kind, count, bench.home / "order.json")
    found = bench.program("floor_write", *words)
    return found["orders"] / found["seconds"]


def measure_ingest(bench: Bench) -> None:
    """Stored pages through parsing, the pure steps and the database."""
    paths = write_pages(bench.home)
    for table in ("order", "address", "lineitems"):
        bench.sql(f"CREATE TABLE floor_{table} LIKE rm_{table}")
    ingest, store, share = [], [], []
    for _ in range(bench.rounds):
        bench.empty()
        same = floor_write(bench, "same")
        for table in ("order", "address", "lineitems"):
            bench.sql(f"TRUNCATE floor_{table}")
        bare = floor_write(bench, "bare")
        bench.empty()
        bench.sql(
            "INSERT INTO rm_sku_check (connection_id, sku, verdict, checked_at)"
            " SELECT n.id, i.sku, 'ok', UTC_TIMESTAMP(3)"
            " FROM rm_connection AS n JOIN rm_items AS i WHERE n.kind = 'bc'"
        )
        ((site,),) = bench.sql("SELECT id FROM rm_sites")
        found = bench.program("replay_orders", site, *paths)
        if found["stored"] != found["orders"]:
            sys.exit(f"bench: not all pages were stored: {found}")
        steps = ("fetch", "normalise", "verify", "store")
        whole = sum(found[step] for step in steps)
        ingest.append((found["orders"] / whole, bare))
        store.append((found["orders"] / found["store"], same))
        share.append((found["orders"] / found["store"], bare))
    n = PAGES * ORDERS
    bench.tell("ingest_orders_per_s", ingest, n)
    bench.tell("store_orders_per_s", store, n)
    bench.tell("store_orders_per_s_of_bare_rows", share, n)


def measure_queue(bench: Bench) -> None:
    """Jobs that do nothing, claimed and completed by four workers."""
    bench.empty()
    bench.sql("CREATE TABLE floor_job LIKE rm_job")
    rounds = []
    for _ in range(bench.rounds):
        fill_jobs(bench, "floor_job")
        words = (bench.server.socket, "bench", WORKERS, QUEUE_SECONDS)
        floor = bench.program("floor_queue", *words)["jobs"]
        fill_jobs(bench, "rm_job")
        ours = bench.program("work_queue", WORKERS, QUEUE_SECONDS)["jobs"]
        ((done, twice),) = bench.sql(
            "SELECT SUM(state = 'done'), SUM(fence > 1) FROM rm_job"
        )
        if done != ours or twice:
            sys.exit(f"bench: {ours} jobs done, {done} marked, {twice} claimed twice")
        rounds.append((ours / QUEUE_SECONDS, floor / QUEUE_SECONDS))
    bench.empty()
    bench.tell("queue_jobs_per_s", rounds, JOBS)


def fill_jobs(bench: Bench, table: str) -> None:
    bench.empty()
    bench.sql("TRUNCATE floor_job")
    bench.sql("INSERT INTO rm_operation (kind, source) VALUES ('nothing', 'cli')")
    bench.sql(
        f"INSERT INTO {table} (operation_id, kind, ref, run_after)"
        f" SELECT 1, 'nothing', seq, '2020-01-01' FROM seq_1_to_{JOBS}"
    )
    bench.sql(f"ANALYZE TABLE {table}")


MEASURES: dict[str, Callable[[Bench], None]] = {
    "sync": measure_sync,
    "marks": measure_single_marks,
    "ingest": measure_ingest,
    "queue": measure_queue,
    "responder": web_bench.measure_responder,
    "lists": web_bench.measure_lists,
    "memory": web_bench.measure_memory,
    "cold": web_bench.measure_cold_start,
    "apache": web_bench.measure_apache,
    "webhooks": web_bench.measure_webhooks,
    "fcgid": web_bench.measure_fcgid,
}


def refuse_what_measures_nothing() -> None:
    """Only a build as users have it, and only when upstreams may be called."""
    config = (BUILD / "config.h").read_text()
    for feature in ("OB_FAULT_POINTS", "OB_TEST_CLOCK"):
        if re.search(rf"^#define {feature} 1", config, re.M):
            sys.exit("bench: this build has test features; use make bench")
    now = datetime.now(timezone.utc)
    hours = now.isoweekday() % 7 * 24 + now.hour
    if 18 <= hours < 28:
        sys.exit("bench: Business Central's maintenance window; try after 04:00 UTC")


def template_of(keep: pathlib.Path | None) -> Any:
    """A data folder to begin with: an empty one, or the one that was kept."""
    if keep and (keep / "data").exists():
        return contextlib.nullcontext(keep / "data")
    return installed_template()


def private_server(keep: pathlib.Path | None) -> Iterator[MariaDb]:
    with template_of(keep) as template:
        server = MariaDb(
            template, "--innodb-buffer-pool-size=2G", "--innodb-log-file-size=256M"
        )
        try:
            ((_, value),) = server.run(
                "SHOW GLOBAL VARIABLES LIKE 'innodb_flush_log_at_trx_commit'"
            )
            if value != "1":
                sys.exit("bench: commits are not durable, the figures mean nothing")
            yield server
        finally:
            if keep and (keep / "key").exists() and not (keep / "data").exists():
                server.process.terminate()
                server.process.wait()
                shutil.copytree(server.home / "data", keep / "data", symlinks=True)
            server.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=sorted(MEASURES), action="append")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder for the orders")
    parser.add_argument("--soak", type=int, default=0, help="so many requests, alone")
    options = parser.parse_args()
    refuse_what_measures_nothing()
    home = pathlib.Path(tempfile.mkdtemp(prefix="obbench", dir="/tmp"))
    try:
        for server in private_server(options.keep):
            bench = Bench(home, server, options.rounds, options.keep)
            try:
                if options.soak:
                    web_bench.soak(bench, options.soak)
                    continue
                for name in options.only or MEASURES:
                    MEASURES[name](bench)
            finally:
                bench.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    for name in bench.missed:
        print(f"bench: {name} misses its goal", file=sys.stderr)
    return 1 if bench.missed else 0


if __name__ == "__main__":
    sys.exit(main())
