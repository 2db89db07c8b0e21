"""The queue against a real MariaDB: what is asked for, merged and cancelled."""

import json

import pytest
from queue_bench import Bench
from queue_driver import wait_until


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
