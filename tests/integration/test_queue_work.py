"""The queue against a real MariaDB: workers, leases, and what a dead one leaves."""

import signal
import time

import pytest
from queue_bench import MINUTE, Bench, schedule
from queue_driver import is_stopped, kill, wait_until


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
