"""The queue against a real MariaDB: window, schedules, and clocks that jump."""

import datetime
import time
from typing import Iterator

import pytest
from conftest import BUILD
from queue_bench import MINUTE, Bench, schedule
from queue_driver import UTC, Clock, wait_until

OBFAULT = BUILD / "tests" / "support" / "libobfault.so"


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_in_the_window_nothing_syncs_and_it_is_said_until_when(queue: Bench):
    queue.clock.set(at("2026-11-22 19:30:00"))
    number = queue.ask("append", items=1)
    other = queue.ask("quiet", items=1)
    queue.run("jobs", number, "effect", "r1", "r2")
    begun = time.monotonic()
    assert queue.work() == 1  # the one that does not sync
    assert time.monotonic() - begun < 1
    assert queue.ledger() == queue.items(other, 1)
    until, reason, state, version = queue.operation(
        number, "paused_until", "pause_reason", "state", "version"
    )
    ends = at("2026-11-23 04:00:00").replace(tzinfo=None)
    assert ends <= until <= ends + 2 * MINUTE
    assert (reason, state, version) == ("window", "not_processed", 1)
    assert (
        queue.one(
            "SELECT COUNT(*) FROM rm_job WHERE state = 'ready'"
            " AND run_after BETWEEN '2026-11-23 04:00:00'"
            " AND '2026-11-23 04:02:00' AND attempts = 0"
        )
        == 3
    )
    queue.clock.set(at("2026-11-23 03:59:59"))
    assert queue.work() == 0
    queue.clock.set(at("2026-11-23 04:02:00"))
    assert queue.work() == 3
    assert queue.state(number) == "completed"
    assert sorted(queue.ledger()[1:]) == sorted([f"{number}:1", "r1", "r2"])


def test_an_operation_asked_for_in_the_window_starts_after_it(queue: Bench):
    queue.clock.set(at("2026-11-22 19:30:00"))
    number = queue.ask("append", "until", items=1)
    assert queue.operation(number, "paused_until", "pause_reason") == (
        datetime.datetime(2026, 11, 23, 4, 0),
        "window",
    )
    assert queue.job(number, "run_after")[0] >= datetime.datetime(2026, 11, 23, 4, 0)
    assert queue.work() == 0


def test_in_the_last_two_minutes_before_the_window_nothing_starts(
    queue: Bench,
):
    queue.clock.set(at("2026-11-22 18:57:59"))
    early = queue.ask("append", items=1)
    assert queue.work() == 1
    queue.clock.set(at("2026-11-22 18:58:00"))
    late = queue.ask("append", items=1)
    assert queue.work() == 0
    assert queue.state(early) == "completed"
    assert queue.operation(late, "pause_reason") == ("window",)


def test_a_running_operation_stops_for_the_window_and_goes_on(queue: Bench):
    queue.clock.set(at("2026-11-22 18:50:00"))
    number = queue.ask("append", items=12, sleep_ms=100)
    worker = queue.start("work")
    wait_until(lambda: len(queue.ledger()) >= 3)
    queue.clock.set(at("2026-11-22 18:58:00"))
    _, errors = worker.communicate(timeout=10)
    assert worker.returncode == 0, errors
    done = len(queue.ledger())
    assert 3 <= done < 12
    assert queue.operation(number, "state", "pause_reason", "done") == (
        "not_processed",
        "window",
        done - 1,
    )
    assert queue.job(number, "attempts") == (0,)
    queue.clock.set(at("2026-11-23 04:02:00"))
    assert queue.work() == 1
    assert queue.ledger() == queue.items(number, 12)
    assert queue.state(number) == "completed"


def test_either_clock_closes_the_window(queue: Bench):
    del queue.environment["ORDERBRIDGE_TEST_CLOCK"]
    sunday = datetime.datetime.now(UTC)
    while sunday.weekday() != 6:
        sunday += datetime.timedelta(days=1)
    sunday = sunday.replace(hour=23)
    now = datetime.datetime.now(UTC)
    # Where the database rests in it just now, the host is two days behind.
    ahead = -2 * 86400
    if now < sunday - datetime.timedelta(hours=4, minutes=2):
        ahead = int((sunday - now).total_seconds())
    number = queue.ask("append", items=1)
    assert not queue.work(LD_PRELOAD=str(OBFAULT), OBF_PLAN=f"clock:{ahead:+d}")
    assert queue.operation(number, "pause_reason") == ("window",)
    warning = queue.log_lines(" WARN ", "the database's clock differs from this host's")
    assert len(warning) == 1


def test_eight_crons_make_one_operation_after_a_gap(queue: Bench):
    schedule(queue, "hourly")
    schedule(queue, "off", is_enabled=0)
    schedule(queue, "later", next_run_at="2026-11-24 12:00:00.001")
    crons = [queue.start("due") for _ in range(8)]
    made = [cron.communicate() for cron in crons]
    assert sum(int(text) for text, _ in made) == 1, made
    assert queue.sql("SELECT kind, source, scope, schedule_id FROM rm_operation") == [
        (
            "append",
            "schedule",
            '{"items":1}',
            queue.one("SELECT id FROM rm_schedule WHERE name = 'hourly'"),
        )
    ]
    assert queue.sql(
        "SELECT next_run_at, last_run_at, last_operation_id FROM rm_schedule"
        " WHERE name = 'hourly'"
    ) == [
        (
            datetime.datetime(2026, 11, 24, 12, 30),
            queue.now(),
            queue.one("SELECT id FROM rm_operation"),
        )
    ]
    assert queue.run("due") == "0"


def test_a_schedule_merges_with_its_own_operation_that_waits(queue: Bench):
    schedule(queue, "hourly")
    assert queue.run("due") == "1"
    queue.clock.forward(hours=1)
    assert queue.run("due") == "0"
    assert queue.one("SELECT COUNT(*) FROM rm_operation") == 1
    assert queue.one("SELECT next_run_at FROM rm_schedule") == (
        datetime.datetime(2026, 11, 24, 13, 30)
    )


def test_schedules_that_sync_stay_due_in_the_window(queue: Bench):
    queue.clock.set(at("2026-11-22 19:30:00"))
    schedule(queue, "sync")
    schedule(queue, "retention", kind="quiet")
    assert queue.run("due") == "1"
    assert queue.sql("SELECT kind FROM rm_operation") == [("quiet",)]
    queue.clock.set(at("2026-11-23 04:00:00"))
    assert queue.run("due") == "1"  # the other one merges with its first
    assert queue.one("SELECT COUNT(*) FROM rm_operation") == 2


def test_schedules_of_a_site_that_rests_do_not_run(queue: Bench):
    for code, columns in (
        ("off", {"is_active": 0}),
        ("gone", {"deleted_at": "2026-11-01"}),
        ("locked", {"auth_failed_at": "2026-11-01"}),
    ):
        site = queue.site(code, **columns)
        schedule(queue, code, site_id=site)
    assert queue.run("due") == "0"
    queue.sql("UPDATE rm_sites SET auth_failed_at = NULL")
    assert queue.run("due") == "1"


def test_a_schedule_that_is_wrong_holds_up_no_other(queue: Bench):
    schedule(queue, "wrong", frequency="minutes", every_min=0)
    schedule(queue, "right", next_run_at="2026-11-22 00:30:00")
    assert queue.run("due", status=1) == (
        ": schedule wrong: no such frequency: minutes of 0"
    )
    assert queue.one("SELECT COUNT(*) FROM rm_operation") == 1


def test_a_schedule_runs_now_though_it_is_not_due(queue: Bench):
    schedule(
        queue,
        "nightly",
        next_run_at="2026-12-01 03:00:00",
        params='{"update_type":"lifetime"}',
    )
    number = int(queue.run("run-now", "nightly"))
    assert queue.operation(number, "is_full", "source", "created_by") == (
        1,
        "schedule",
        "Ann",
    )
    assert queue.one("SELECT next_run_at FROM rm_schedule") == (
        datetime.datetime(2026, 12, 1, 3)
    )
    assert queue.run("run-now", "monthly", status=1).endswith("no schedule monthly")


# ---- the host's clock jumps (F44)


@pytest.fixture
def apart(queue: Bench) -> Iterator[Clock]:
    """The database's clock, apart from the host's."""
    clock = Clock(queue.home / "database_clock")
    queue.environment["OBQ_DATABASE_CLOCK"] = str(clock.path)
    yield clock


@pytest.mark.parametrize("days", [1, -1])
def test_f44_a_host_whose_clock_jumps_waits_by_the_databases(
    queue: Bench, apart: Clock, days: int
):
    number = queue.ask("fail", **{"class": "temporary", "code": "ob_timeout"})
    queue.clock.forward(days=days)
    assert queue.work() == 1
    (due,) = queue.job(number, "run_after")
    assert due == apart.at.replace(tzinfo=None) + MINUTE
    queue.clock.forward(days=days)
    assert queue.work() == 0
    apart.forward(seconds=59)
    assert queue.work() == 0
    apart.forward(seconds=2)
    assert queue.work() == 1


@pytest.mark.parametrize("days", [1, -1])
def test_f44_a_jump_while_it_works_costs_no_lease_and_no_attempt(
    queue: Bench, apart: Clock, days: int
):
    number = queue.ask("append", items=6, sleep_ms=300)
    worker = queue.start("work")
    wait_until(lambda: len(queue.ledger()) == 1)
    queue.clock.forward(days=days)
    # Another start sees the lease by the database's clock: it is held.
    assert queue.work() == 0
    text, errors = worker.communicate(timeout=30)
    assert (worker.returncode, text.strip()) == (0, "1"), errors
    assert queue.ledger() == queue.items(number, 6)
    assert queue.job(number, "attempts", "state") == (0, "done")
    assert queue.state(number) == "completed"
