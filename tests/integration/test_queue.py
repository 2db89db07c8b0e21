"""The queue against a real MariaDB: claims, leases, ends, waits, schedules."""

import datetime
import json
import pathlib
import signal
import time
from typing import Iterator

import pytest

from conftest import BUILD, Database
from queue_driver import UTC, Clock, Queue, is_stopped, kill, wait_until

OBFAULT = BUILD / "tests" / "support" / "libobfault.so"
MINUTE = datetime.timedelta(minutes=1)


class Bench(Queue):
    """The queue, and what stands in its tables."""

    def __init__(self, database: Database, home: pathlib.Path):
        super().__init__(
            BUILD / "tests" / "support" / "queue_probe",
            database.server.socket,
            database.name,
            home,
            Clock(home / "clock"),
        )
        self.database = database
        self.sql = database.run
        self.one = database.one
        self.sql("DELETE FROM rm_schedule")

    def now(self) -> datetime.datetime:
        """The clock's moment as the tables write it."""
        return self.clock.at.replace(tzinfo=None)

    def operation(self, number: int, *columns: str) -> tuple:
        names = ", ".join(columns)
        return self.sql(f"SELECT {names} FROM rm_operation WHERE id = %s", number)[0]

    def state(self, number: int) -> str:
        return self.operation(number, "state")[0]

    def job(self, number: int, *columns: str) -> tuple:
        """Of the run of an operation."""
        names = ", ".join(columns)
        return self.sql(
            f"SELECT {names} FROM rm_job" " WHERE operation_id = %s AND kind = 'run'",
            number,
        )[0]

    def work(self, *words: object, **more: str) -> int:
        """Works until nothing is due; how many attempts came to an end."""
        return int(self.run("work", *words, **more))

    def errors(self, number: int) -> int:
        """Rows of level error that the log has of an operation."""
        return self.one(
            "SELECT COUNT(*) FROM rm_log"
            " WHERE operation_id = %s AND level = 'error'",
            number,
        )

    def items(self, number: int, count: int) -> list[str]:
        """The ledger of an operation whose items were each done once."""
        return [f"{number}:{item}" for item in range(1, count + 1)]

    def site(self, code: str = "woo-us", **columns: object) -> int:
        row = {
            "code": code,
            "prefix": code.upper().replace("-", ""),
            "platform": "woocommerce",
            "name": "Shop",
            "site_url": "https://shop.test",
            "domain": "shop.test",
            "is_active": 1,
            "source_status": "processing",
            "target_status": "",
            **columns,
        }
        names = ", ".join(row)
        places = ", ".join(["%s"] * len(row))
        self.sql(
            f"INSERT INTO rm_sites ({names}) VALUES ({places})",
            *row.values(),
        )
        return self.one("SELECT id FROM rm_sites WHERE code = %s", code)


@pytest.fixture
def queue(database: Database, tmp_path: pathlib.Path) -> Iterator[Bench]:
    yield Bench(database, tmp_path)


def test_an_operation_runs_and_is_told_once(queue: Bench):
    site = queue.site()
    number = queue.ask("append", "site", site, items=3)
    assert queue.state(number) == "not_processed"
    assert queue.work() == 1
    assert queue.ledger() == queue.items(number, 3)
    assert queue.operation(
        number, "state", "stored", "done", "site_name", "open_key"
    ) == ("completed", 3, 2, "Shop", None)
    assert queue.job(number, "state", "attempts") == ("done", 0)
    row = queue.sql(
        "SELECT level, kind, entity, status, message FROM rm_log"
        " WHERE operation_id = %s",
        number,
    )
    assert row == [
        (
            "info",
            "run",
            "orders",
            "completed",
            "3 fetched, 3 stored, 0 unchanged, 0 skipped,"
            " 0 to be tried again, 0 failed",
        )
    ]
    summary = queue.log_lines("Summary")
    assert len(summary) == 1
    assert f"flow=append site=woo-us op={number} fetched=3" in summary[0]
    assert summary[0].endswith("result=completed")
    assert queue.log_lines("ERROR") == []


def test_fifty_workers_do_each_of_200_jobs_once(queue: Bench):
    number = queue.ask("append", items=0)
    assert queue.work() == 1
    refs = [f"r{i:03}" for i in range(200)]
    queue.run("jobs", number, "effect", *refs)
    workers = [queue.start("work") for _ in range(50)]
    done = 0
    for worker in workers:
        text, errors = worker.communicate(timeout=120)
        assert worker.returncode == 0, errors
        done += int(text)
    assert done == 200
    assert sorted(queue.ledger()) == refs
    assert queue.sql(
        "SELECT state, COUNT(*), MAX(attempts), MAX(fence) FROM rm_job"
        " WHERE kind = 'effect' GROUP BY state"
    ) == [("done", 200, 0, 1)]


def test_without_the_claims_guard_jobs_are_done_twice(queue: Bench):
    """The test above can fail: here is what it would see."""
    number = queue.ask("append", items=0)
    queue.work()
    queue.run("jobs", number, "effect", "r1")
    first = queue.start(
        "work", OB_FAULT_AT="job.found:1:delay=1500", OB_GUARD_OFF="job.claim"
    )
    time.sleep(0.5)
    queue.work()
    first.communicate(timeout=20)
    assert queue.ledger() == ["r1", "r1"]


def test_a_killed_workers_job_is_taken_over_at_once(queue: Bench):
    number = queue.ask("append", items=6, sleep_ms=150)
    worker = queue.start("work")
    wait_until(lambda: len(queue.ledger()) >= 2)
    kill(worker)
    assert queue.state(number) == "in_progress"
    assert queue.work() == 1  # the clock stands still: no lease has expired
    assert queue.ledger() == queue.items(number, 6)
    assert queue.state(number) == "completed"
    assert queue.job(number, "attempts", "crashes", "fence") == (1, 0, 3)
    lost = queue.sql(
        "SELECT level, kind, status, message FROM rm_log"
        " WHERE operation_id = %s AND status = 'lost'",
        number,
    )
    assert len(lost) == 1
    assert lost[0][:3] == ("warn", "line", "lost")
    assert lost[0][3].startswith("attempt 1 lost: process ")
    assert lost[0][3].endswith(" is gone")


def test_without_a_look_at_its_owner_a_dead_workers_job_waits(queue: Bench):
    number = queue.ask("append", items=2)
    worker = queue.start("work", OB_FAULT_AT="job.claimed:1:kill")
    worker.communicate()
    queue.work(OB_GUARD_OFF="lease.owner_gone")
    assert queue.ledger() == []
    queue.work()
    assert queue.ledger() == queue.items(number, 2)


def test_a_worker_of_another_host_is_left_alone_for_150_seconds(queue: Bench):
    number = queue.ask("append", items=2)
    worker = queue.start("work", OB_FAULT_AT="job.claimed:1:kill")
    worker.communicate()
    queue.sql("UPDATE rm_job SET owner = 'web9:0123456789abcdef:1:1:x'")
    queue.clock.forward(seconds=149)
    assert queue.work() == 0
    queue.clock.forward(seconds=2)
    assert queue.work() == 1
    assert queue.state(number) == "completed"


def freeze(queue: Bench, **more: str):
    """An operation whose first worker stands still before its second item."""
    number = queue.ask("append", items=3, stop=2)
    worker = queue.start("work", **more)
    wait_until(lambda: is_stopped(worker))
    return number, worker


def test_a_zombie_writes_nothing(queue: Bench):
    number, zombie = freeze(queue)
    queue.clock.forward(minutes=3)
    assert queue.work() == 1
    assert queue.state(number) == "completed"
    before = queue.sql("SELECT * FROM rm_job"), queue.sql("SELECT * FROM rm_operation")
    zombie.send_signal(signal.SIGCONT)
    _, errors = zombie.communicate(timeout=20)
    assert zombie.returncode == 75
    assert errors.startswith("ob_lease_lost: ")
    assert queue.ledger() == queue.items(number, 3)
    assert before == (
        queue.sql("SELECT * FROM rm_job"),
        queue.sql("SELECT * FROM rm_operation"),
    )
    assert len(queue.log_lines("lost_lease")) == 1


def test_without_the_fence_a_zombie_writes(queue: Bench):
    """The test above can fail: here is what it would see."""
    number, zombie = freeze(queue, OB_GUARD_OFF="lease.fence")
    queue.clock.forward(minutes=3)
    queue.work()
    checkpoint = queue.job(number, "checkpoint")
    queue.sql("UPDATE rm_job SET checkpoint = NULL, fence = fence - 2")
    zombie.send_signal(signal.SIGCONT)
    zombie.communicate(timeout=20)
    assert zombie.returncode == 0
    assert queue.job(number, "checkpoint") == checkpoint


@pytest.mark.parametrize("nth", range(1, 9))
@pytest.mark.parametrize(
    "point", ["lease.after_commit", "db.after_commit", "db.before_commit"]
)
def test_a_commit_without_an_answer_is_read_back(queue: Bench, point: str, nth: int):
    plain = queue.ask("append", items=2)
    queue.work()
    number = queue.ask("append", items=2)
    queue.work(OB_FAULT_AT=f"{point}:{nth}:error")
    assert queue.ledger() == queue.items(plain, 2) + queue.items(number, 2)
    assert queue.state(number) == "completed"
    # As many transactions as without the fault: none ran a second time.
    columns = ("attempts", "hb_seq", "checkpoint")
    assert queue.job(number, *columns) == queue.job(plain, *columns)


def test_without_reading_back_a_transaction_runs_twice(queue: Bench):
    """The test above can fail: here is what it would see."""
    plain = queue.ask("append", items=2)
    queue.work()
    number = queue.ask("append", items=2)
    queue.work(
        OB_FAULT_AT="lease.after_commit:3:error",
        OB_GUARD_OFF="lease.read_back",
    )
    assert queue.job(number, "hb_seq")[0] == queue.job(plain, "hb_seq")[0] + 1


def test_work_goes_on_when_its_connection_is_killed(queue: Bench):
    number = queue.ask("append", items=8, sleep_ms=100)
    worker = queue.start("work")
    for count in (1, 3, 5):
        wait_until(lambda: len(queue.ledger()) >= count)
        queue.database.kill_connections()
    _, errors = worker.communicate(timeout=30)
    assert worker.returncode == 0, errors
    assert queue.ledger() == queue.items(number, 8)
    assert queue.operation(number, "state") == ("completed",)
    assert queue.job(number, "attempts") == (0,)


@pytest.mark.parametrize("nth", range(1, 31))
def test_a_lost_connection_at_any_statement_loses_nothing(queue: Bench, nth: int):
    schedule(queue, "hourly", kind="alone", params='{"items":2}')
    broken = queue.start("cron", OB_FAULT_AT=f"db.statement:{nth}:error")
    _, errors = broken.communicate(timeout=30)
    assert broken.returncode in (0, 1), errors
    queue.clock.forward(minutes=1)
    queue.run("cron")
    (number,) = queue.sql("SELECT id FROM rm_operation")[0]
    assert queue.state(number) == "completed"
    assert queue.ledger() == queue.items(number, 2)
    assert queue.one("SELECT COUNT(*) FROM rm_log WHERE kind = 'run'") == 1
    assert queue.one("SELECT COUNT(*) FROM rm_job WHERE state <> 'done'") == 0


@pytest.mark.parametrize("nth", range(1, 7))
@pytest.mark.parametrize(
    "point", ["db.statement", "db.before_commit", "db.after_commit"]
)
def test_what_people_ask_for_happens_once(queue: Bench, point: str, nth: int):
    """Each command as a person gives it: once more where it was refused."""
    fault = {"OB_FAULT_AT": f"{point}:{nth}:error"}

    def give(*words: object) -> str:
        broken = queue.start(*words, **fault)
        text, errors = broken.communicate(timeout=30)
        assert broken.returncode in (0, 1), errors
        return text.strip() if broken.returncode == 0 else queue.run(*words)

    number = int(give("ask", "append").split()[0])
    assert queue.sql("SELECT id, state FROM rm_operation") == [
        (number, "not_processed")
    ]
    assert queue.one("SELECT COUNT(*) FROM rm_job") == 1
    give("cancel", number)
    assert queue.operation(number, "state", "error_code", "version") == (
        "failed",
        "ob_cancelled",
        1,
    )
    assert queue.one("SELECT COUNT(*) FROM rm_log") == 1
    give("retry", number)
    assert queue.operation(number, "state", "version") == ("not_processed", 2)
    give("jobs", number, "effect", "r1")
    assert queue.one("SELECT COUNT(*) FROM rm_job") == 2
    assert give("lease", "retention", 0).startswith("taken")
    queue.work()
    assert queue.state(number) == "completed"
    assert sorted(queue.ledger()) == sorted([*queue.items(number, 3), "r1"])


def test_a_full_one_is_asked_for_once_though_its_answer_is_lost(queue: Bench):
    waiting = queue.ask("append", items=1)
    asked = queue.run("ask", "append", "full", OB_FAULT_AT="db.after_commit:1:error")
    full = int(asked)
    assert queue.operation(waiting, "state", "superseded_by") == ("aborted", full)
    assert queue.one("SELECT COUNT(*) FROM rm_operation") == 2


def test_an_operation_waits_four_times_and_then_fails_for_good(queue: Bench):
    number = queue.ask("fail", **{"class": "temporary", "code": "ob_timeout"})
    for attempt, wait in enumerate((1, 5, 30, 180), start=1):
        assert queue.work() == 1
        assert queue.work() == 0
        assert queue.operation(
            number, "state", "pause_reason", "paused_until", "error_code"
        ) == (
            "not_processed",
            "retry",
            queue.now() + wait * MINUTE,
            "ob_timeout",
        )
        assert queue.job(number, "attempts", "state") == (attempt, "ready")
        assert queue.errors(number) == 0
        queue.clock.forward(minutes=wait, seconds=-1)
        assert queue.work() == 0
        queue.clock.forward(seconds=1)
    assert queue.work() == 1
    assert queue.operation(number, "state", "error", "error_code") == (
        "failed",
        "told to be temporary",
        "ob_timeout",
    )
    assert queue.job(number, "attempts", "state") == (5, "dead")
    assert queue.errors(number) == 1
    assert len(queue.log_lines(" ERROR ")) == 1
    queue.clock.forward(days=30)
    assert queue.work() == 0


def test_a_person_tries_a_failed_operation_again(queue: Bench):
    number = queue.ask("fail", **{"class": "permanent", "times": 0})
    queue.sql("UPDATE rm_operation SET scope = JSON_SET(scope, '$.times', 9)")
    queue.work()
    assert queue.state(number) == "failed"
    queue.sql("UPDATE rm_operation SET scope = '{\"times\":0}'")
    queue.run("retry", number)
    assert queue.operation(number, "state", "error", "error_code", "completed_at") == (
        "not_processed",
        None,
        None,
        None,
    )
    assert queue.job(number, "attempts", "state") == (0, "ready")
    assert queue.work() == 1
    assert queue.state(number) == "completed"
    assert queue.run("retry", number, status=1) == (
        f"ob_database: try operation {number} again: operation {number}"
        " is Completed; only a failed one is tried again"
    ).replace("ob_database", "")


def test_a_retry_waits_until_the_upstream_allows_it(queue: Bench):
    number = queue.ask(
        "fail", **{"class": "temporary", "code": "ob_rate", "retry_in_s": 900}
    )
    queue.work()
    assert queue.operation(number, "paused_until") == (queue.now() + 15 * MINUTE,)
    assert queue.job(number, "attempts") == (1,)


def test_an_open_breaker_costs_no_attempt(queue: Bench):
    number = queue.ask(
        "fail",
        **{"class": "temporary", "code": "ob_upstream", "retry_in_s": 900},
    )
    queue.work()
    assert queue.operation(number, "state", "pause_reason") == (
        "not_processed",
        "upstream",
    )
    assert queue.job(number, "attempts") == (0,)


@pytest.mark.parametrize(
    "kind, code, state, status",
    [
        ("denied", "ob_auth_failed", "failed", 0),
        ("permanent", "", "failed", 0),
        ("missing", "ob_webshop_not_found", "webshop_not_found", 0),
        ("fatal", "ob_schema", "failed", 69),
    ],
)
def test_what_no_retry_can_mend_ends_at_once(
    queue: Bench, kind: str, code: str, state: str, status: int
):
    number = queue.ask("fail", **{"class": kind, "code": code})
    queue.run("work", status=status)
    assert queue.operation(number, "state", "error_code") == (
        state,
        code or None,
    )
    assert queue.errors(number) == 1
    assert len(queue.log_lines(" ERROR ")) == 1
    queue.clock.forward(days=1)
    assert queue.work() == 0


def test_a_job_dies_at_its_fifth_failure_with_one_row(queue: Bench):
    number = queue.ask("quiet", items=0, **{"class": "temporary"})
    queue.work()
    queue.run("jobs", number, "fail_job", "17")
    for wait in (1, 5, 30, 180, 0):
        assert queue.work() == 1
        queue.clock.forward(minutes=wait)
    assert queue.sql(
        "SELECT state, attempts, last_error FROM rm_job" " WHERE kind = 'fail_job'"
    ) == [("dead", 5, "told to be temporary")]
    assert queue.sql(
        "SELECT kind, status, message FROM rm_log WHERE level = 'error'"
    ) == [("line", "dead", "fail_job 17: told to be temporary")]
    assert len(queue.log_lines(" ERROR ", "flow=fail_job", "ref=17")) == 1
    assert len(queue.log_lines(" ERROR ")) == 1
    assert queue.state(number) == "completed"


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


def test_a_long_wait_keeps_the_lease_alive(queue: Bench):
    number = queue.ask("append", items=1, sleep_ms=60000)
    worker = queue.start("work")
    wait_until(lambda: queue.operation(number, "phase") == ("append",))
    time.sleep(0.5)
    queue.clock.forward(seconds=119)
    beat, until = queue.job(number, "hb_seq", "until_at")
    wait_until(lambda: queue.job(number, "hb_seq")[0] > beat, 30)
    assert queue.job(number, "until_at")[0] == queue.now() + 2 * MINUTE > until
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=10)


def test_what_waits_is_cancelled_at_once(queue: Bench):
    number = queue.ask("append", items=1)
    queue.run("cancel", number)
    assert queue.operation(number, "state", "error_code") == (
        "failed",
        "ob_cancelled",
    )
    assert queue.work() == 0
    assert queue.ledger() == []
    assert queue.errors(number) == 0
    assert queue.run("cancel", number, status=1).endswith(
        f"operation {number} has ended: Failed"
    )
    assert queue.run("cancel", 999, status=1).endswith("no operation 999")


def test_what_runs_is_cancelled_at_its_next_safe_point(queue: Bench):
    number = queue.ask("append", items=40, sleep_ms=200)
    worker = queue.start("work")
    wait_until(lambda: len(queue.ledger()) >= 1)
    queue.run("cancel", number)
    worker.communicate(timeout=10)
    assert queue.operation(number, "state", "error_code", "error") == (
        "failed",
        "ob_cancelled",
        "Cancelled by a person",
    )
    assert queue.job(number, "state") == ("done",)
    assert queue.errors(number) == 0
    assert 1 <= len(queue.ledger()) < 20
    assert queue.work() == 0


def test_a_full_one_aborts_what_waits_and_what_runs(queue: Bench):
    site = queue.site()
    other_site = queue.site("woo-eu")
    running = queue.ask("append", "site", site, items=40, sleep_ms=200)
    worker = queue.start("work", "only", running)
    wait_until(lambda: len(queue.ledger()) >= 1)
    waiting = queue.ask("append", "site", site, items=1)
    dry = queue.ask("append", "site", site, items=1, dry_run=True)
    elsewhere = queue.ask("append", "site", other_site, items=1)
    full = queue.ask("append", "site", site, "full", items=2)
    assert queue.operation(waiting, "state", "superseded_by") == (
        "aborted",
        full,
    )
    worker.communicate(timeout=10)
    assert queue.operation(running, "state", "superseded_by", "error_code") == (
        "aborted",
        full,
        "ob_superseded",
    )
    assert queue.work() == 3
    assert [queue.state(n) for n in (dry, elsewhere, full)] == ["completed"] * 3
    assert queue.errors(running) + queue.errors(waiting) == 0
    assert queue.one("SELECT COUNT(*) FROM rm_log WHERE status = 'aborted'") == 2


def test_equal_requests_are_merged_while_they_wait(queue: Bench):
    site = queue.site()
    first = queue.ask("append", "site", site, items=1, sleep_ms=0)
    again = queue.run(
        "ask", "append", "site", site, "scope", '{"sleep_ms":0, "items":1}'
    )
    assert again == f"{first} merged"
    others = {
        queue.ask("append", "site", site, items=2),
        queue.ask("quiet", "site", site, items=1, sleep_ms=0),
        queue.ask("append", items=1, sleep_ms=0),
    }
    assert first not in others and len(others) == 3
    queue.work()
    assert queue.ask("append", "site", site, items=1, sleep_ms=0) > first


def test_simultaneous_equal_requests_become_one(queue: Bench):
    asked = [queue.start("ask", "append") for _ in range(20)]
    numbers = {process.communicate()[0].split()[0] for process in asked}
    assert len(numbers) == 1
    assert queue.one("SELECT COUNT(*) FROM rm_operation") == 1
    assert queue.one("SELECT COUNT(*) FROM rm_job") == 1


def test_a_paused_operation_still_merges(queue: Bench):
    number = queue.ask("fail", **{"class": "temporary"})
    queue.work()
    scope = json.dumps({"class": "temporary"})
    assert queue.run("ask", "fail", "scope", scope) == f"{number} merged"


def test_a_site_has_no_more_than_so_many_waiting(queue: Bench):
    site = queue.site()
    for items in (1, 2):
        queue.ask("append", "site", site, "waiting", 2, items=items)
    words = ("ask", "append", "site", site, "waiting", 2)
    assert queue.run(*words, "scope", '{"items":3}', status=1) == (
        "ob_rate: queue append: 2 operations of this site wait already"
    )
    assert queue.run(*words, "scope", '{"items":2}').endswith("merged")


def test_without_a_look_at_who_waits_a_site_has_as_many_as_it_likes(queue: Bench):
    site = queue.site()
    for items in (1, 2, 3):
        off = {"OB_GUARD_OFF": "queue.waiting"}
        words = ("ask", "append", "site", site, "waiting", 2)
        queue.run(*words, "scope", json.dumps({"items": items}), **off)
    assert queue.one("SELECT COUNT(*) FROM rm_operation") == 3


def test_a_request_must_be_sound(queue: Bench):
    assert queue.run("ask", "append", "scope", "[]", status=1) == (
        ": queue append: scope: wanted a JSON object"
    )
    assert queue.run("ask", "append", "site", 77, status=1).endswith(
        "queue append: no site 77"
    )


def schedule(queue: Bench, name: str, **columns: object) -> None:
    row = {
        "name": name,
        "kind": "append",
        "is_enabled": 1,
        "frequency": "hourly",
        "start_at": "2026-11-01 00:30:00",
        "next_run_at": "2026-11-21 00:30:00",
        "params": '{"items":1}',
        **columns,
    }
    names = ", ".join(row)
    places = ", ".join(["%s"] * len(row))
    queue.sql(f"INSERT INTO rm_schedule ({names}) VALUES ({places})", *row.values())


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


@pytest.mark.parametrize("words", [(), ("follow",)])
def test_sigterm_ends_work_within_five_seconds(queue: Bench, words: tuple):
    number = queue.ask("append", items=100, sleep_ms=300)
    worker = queue.start("work", *words)
    wait_until(lambda: len(queue.ledger()) >= 2)
    begun = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    _, errors = worker.communicate(timeout=10)
    assert time.monotonic() - begun < 5
    assert worker.returncode == 0, errors
    assert queue.operation(number, "state", "paused_until") == (
        "not_processed",
        None,
    )
    assert queue.job(number, "state", "attempts") == ("ready", 0)
    done = len(queue.ledger())
    queue.run("work", "for", 1)
    assert len(queue.ledger()) > done
    assert queue.ledger() == queue.items(number, len(queue.ledger()))


def test_sigterm_ends_a_worker_that_waits_for_work(queue: Bench):
    worker = queue.start("work", "follow")
    time.sleep(0.7)
    begun = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=10)
    assert time.monotonic() - begun < 2
    assert worker.returncode == 0


def test_a_worker_that_stays_takes_up_new_work(queue: Bench):
    worker = queue.start("work", "follow")
    time.sleep(0.5)
    number = queue.ask("append", items=1)
    wait_until(lambda: queue.state(number) == "completed", 5)
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=10)


def test_work_ends_when_its_time_is_up(queue: Bench):
    number = queue.ask("append", items=100, sleep_ms=100)
    begun = time.monotonic()
    assert queue.work("for", 1) == 1
    assert 0.9 < time.monotonic() - begun < 3
    assert queue.state(number) == "not_processed"
    assert queue.job(number, "attempts") == (0,)


def test_only_one_run_of_a_kind_and_site_at_a_time(queue: Bench):
    site = queue.site()
    numbers = [
        queue.ask("alone", "site", site, items=4, sleep_ms=n) for n in (100, 101)
    ]
    workers = [queue.start("work") for _ in range(2)]
    for worker in workers:
        _, errors = worker.communicate(timeout=30)
        assert worker.returncode == 0, errors
    # Whoever came second gave way, and was woken when the first had ended.
    assert [queue.state(n) for n in numbers] == ["completed"] * 2
    first, second = sorted(numbers, key=lambda n: queue.ledger().index(f"{n}:1"))
    assert queue.ledger() == queue.items(first, 4) + queue.items(second, 4)
    assert len(queue.log_lines("another one is running already")) == 1
    assert queue.job(second, "attempts") == (0,)


def test_an_item_that_kills_the_process_costs_two_attempts(queue: Bench):
    number = queue.ask("append", items=4, crash=3)
    for _ in range(2):
        worker = queue.start("work")
        worker.communicate(timeout=20)
        assert worker.returncode == -signal.SIGKILL
    assert queue.work() == 1
    assert queue.ledger() == [f"{number}:{item}" for item in (1, 2, 4)]
    assert queue.operation(number, "state", "hard", "failed_count") == (
        "completed",
        1,
        1,
    )
    assert queue.job(number, "crashes", "item_in_flight") == (0, None)


def test_without_the_look_at_what_was_in_flight_an_item_kills_again(queue: Bench):
    """The test above can fail: here is what it would see."""
    queue.ask("append", items=4, crash=3)
    for _ in range(3):
        worker = queue.start("work", OB_GUARD_OFF="job.poison")
        worker.communicate(timeout=20)
        assert worker.returncode == -signal.SIGKILL


def test_a_job_that_kills_every_process_dies_in_the_end(queue: Bench):
    number = queue.ask("append", items=1)
    for _ in range(5):
        worker = queue.start("work", OB_FAULT_AT="job.claimed:1:kill")
        worker.communicate(timeout=20)
        assert worker.returncode == -signal.SIGKILL
        assert queue.run("repair") == "1"
        queue.clock.forward(hours=4)
    assert queue.work() == 0
    assert queue.operation(number, "state", "error_code") == (
        "failed",
        "ob_lease_lost",
    )
    assert queue.job(number, "state", "attempts") == ("dead", 5)
    assert queue.errors(number) == 1
    assert len(queue.log_lines(" ERROR ")) == 1
    assert queue.ledger() == []


def test_a_third_crash_in_a_row_waits_like_any_failure(queue: Bench):
    queue.ask("append", items=1)
    for _ in range(3):
        queue.start("work", OB_FAULT_AT="job.claimed:1:kill").communicate(timeout=20)
    assert queue.run("repair") == "1"
    assert queue.work() == 0
    queue.clock.forward(seconds=60)
    assert queue.work() == 1


def test_work_that_is_put_off_for_a_day_without_progress_fails(queue: Bench):
    number = queue.ask("later", in_s=3600)
    for _ in range(24):
        assert queue.work() == 1
        assert queue.operation(number, "state", "pause_reason") == (
            "not_processed",
            "backpressure",
        )
        assert queue.job(number, "attempts") == (0,)
        queue.clock.forward(hours=1)
    assert queue.work() == 1
    assert queue.operation(number, "state", "error") == (
        "failed",
        "no progress for 24 hours: put off: backpressure",
    )
    assert queue.errors(number) == 1


def test_work_that_wants_more_goes_on_at_once(queue: Bench):
    number = queue.ask("more")
    assert queue.work() == 3
    assert queue.ledger() == queue.items(number, 3)
    assert queue.operation(number, "state") == ("completed",)


def test_kinds_that_this_program_does_not_know_are_put_off(queue: Bench):
    number = queue.ask("mystery")
    known = queue.ask("append", items=1)
    assert queue.work() == 1
    assert queue.operation(number, "pause_reason", "paused_until") == (
        "unknown_kind",
        queue.now() + 5 * MINUTE,
    )
    assert queue.state(known) == "completed"


def test_a_job_that_is_asked_for_again_is_renewed(queue: Bench):
    number = queue.ask("quiet", items=0)
    queue.work()
    queue.run("renew", number, "effect", "17", 0, "A1")
    first = queue.sql("SELECT id, run_after, give_up_at FROM rm_job WHERE ref")
    queue.clock.forward(minutes=2)
    queue.run("renew", number, "effect", "17", 2, "A2")
    again = queue.sql("SELECT id, run_after, give_up_at FROM rm_job WHERE ref")
    assert again[0][0] == first[0][0]
    assert again[0][1] == queue.now() + 5 * MINUTE
    assert again[0][2] == first[0][2]  # the 14 days count from the first
    assert queue.sql(
        "SELECT attempts, wait_sku, last_code FROM rm_job WHERE ref = '17'"
    ) == [(2, "A2", "ob_sku_wait")]
    queue.run("settle", "effect", "17")
    assert queue.sql("SELECT state FROM rm_job WHERE ref = '17'") == [("done",)]
    queue.run("settle", "effect", "17")  # nothing open: no error
    queue.run("renew", number, "effect", "17", 0, "A1")
    assert queue.one("SELECT COUNT(*) FROM rm_job WHERE ref = '17'") == 2


def test_jobs_wait_for_their_sku_byte_for_byte(queue: Bench):
    number = queue.ask("quiet", items=0)
    queue.work()
    for ref, sku in (("1", "A1"), ("2", "a1"), ("3", "A1 "), ("4", "B2")):
        queue.run("renew", number, "effect", ref, 0, sku)
    queue.run("wake", '["A1", "B2", "C3"]')
    assert queue.work() == 2
    assert sorted(queue.ledger()) == ["1", "4"]


def test_a_lease_has_one_holder_and_outlives_none(queue: Bench):
    holder = queue.start("lease", "token:1:api", 30)
    taken = holder.stdout.readline().split()
    assert taken[0] == "taken"
    other = queue.run("lease", "token:1:api", 0)
    assert other == f"held by {taken[1]}"
    kill(holder)
    assert queue.run("lease", "token:1:api", 0).startswith("taken ")
    assert queue.run("lease", "token:1:api", 0).startswith("taken ")
    assert queue.sql("SELECT fence FROM rm_lease WHERE name = 'token:1:api'") == [(3,)]


def test_forty_takers_of_a_lease_have_one_winner_at_a_time(queue: Bench):
    takers = [queue.start("lease", "retention", 1) for _ in range(40)]
    words = [taker.communicate(timeout=60)[0].split()[0] for taker in takers]
    assert words.count("taken") == queue.one(
        "SELECT fence FROM rm_lease WHERE name = 'retention'"
    )
    assert 1 <= words.count("taken") < 40


def test_a_lease_of_another_host_is_taken_when_it_has_expired(queue: Bench):
    queue.sql(
        "INSERT INTO rm_lease (name, owner, fence, until_at)"
        " VALUES ('retention', 'web9:0123456789abcdef:1:1:x', 7, %s)",
        queue.now() + 2 * MINUTE,
    )
    queue.clock.forward(seconds=149)
    assert queue.run("lease", "retention", 0).startswith("held by web9:")
    queue.clock.forward(seconds=2)
    assert queue.run("lease", "retention", 0).startswith("taken ")
    assert queue.one("SELECT fence FROM rm_lease WHERE name = 'retention'") == 8


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
