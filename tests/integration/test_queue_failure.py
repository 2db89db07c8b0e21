"""The queue against a real MariaDB: what fails, waits, is tried again and given up."""

import signal

import pytest
from queue_bench import MINUTE, Bench


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
