"""Breaker, rate, not-before and retry budget, shared through rm_upstream."""

import pathlib
import time
from typing import Callable

import pytest

from conftest import BUILD, Database
from queue_driver import Clock, Queue

NAME = "woocommerce:3"


@pytest.fixture
def queue(database: Database, tmp_path: pathlib.Path) -> Queue:
    queue = Queue(
        BUILD / "tests" / "support" / "queue_probe",
        database.server.socket,
        database.name,
        tmp_path,
        Clock(tmp_path / "clock"),
    )
    queue.one = database.one
    queue.sql = database.run
    return queue


def calls(queue: Queue, *words: str, rate: float = 0, burst: int = 0) -> list:
    """One process that calls and reports; what each call was told."""
    return queue.run("calls", NAME, rate, burst, *words).splitlines()


def test_five_failures_in_a_row_open_the_breaker_for_all(queue: Queue):
    assert calls(queue, "ok", *["fail"] * 4) == ["entered 0"] * 5
    assert calls(queue, "fail") == ["entered 0"]
    assert (
        calls(queue, "ok", "ok")
        == [
            "refused ob_upstream woocommerce:3 fails and is left alone until"
            " 2026-11-24 12:00 UTC"
        ]
        * 2
    )


def test_a_success_in_between_keeps_the_breaker_closed(queue: Queue):
    row = ["fail"] * 4 + ["ok"]
    assert calls(queue, *row * 2) == ["entered 0"] * 10
    assert queue.one("SELECT breaker FROM rm_upstream") == "closed"


def test_half_of_twenty_calls_in_a_minute_open_the_breaker(queue: Queue):
    calls(queue, *["ok"] * 11, *(["fail"] * 4 + ["ok"]) * 3, "fail")
    assert queue.one("SELECT breaker FROM rm_upstream") == "closed"  # 13 of 27
    calls(queue, "fail")
    assert queue.one("SELECT breaker FROM rm_upstream") == "open"  # 14 of 28


def test_failures_of_the_minute_before_do_not_count(queue: Queue):
    calls(queue, *["fail", "fail", "ok"] * 5, "fail")
    queue.clock.forward(seconds=61)
    calls(queue, *["ok"] * 2, *["fail", "ok"] * 4)
    assert queue.one("SELECT breaker FROM rm_upstream") == "closed"


def test_an_open_breaker_lets_one_probe_through(queue: Queue):
    calls(queue, *["fail"] * 5)
    queue.clock.forward(seconds=29)
    assert calls(queue, "enter")[0].startswith("refused ob_upstream")
    queue.clock.forward(seconds=1)
    asked = [queue.start("calls", NAME, 0, 0, "enter") for _ in range(10)]
    answers = [process.communicate()[0] for process in asked]
    assert sorted(answer.split()[0] for answer in answers) == (
        ["entered"] + ["refused"] * 9
    )
    assert queue.sql("SELECT breaker, probe_fence FROM rm_upstream") == [
        ("half_open", 1)
    ]


@pytest.mark.parametrize("off,told", [("", "refused"), ("upstream.probe", "entered")])
def test_who_comes_second_is_no_probe_though_it_saw_the_time_was_up(
    queue: Queue, off: str, told: str
) -> None:
    calls(queue, *["fail"] * 5)
    queue.clock.forward(seconds=30)
    slow = queue.start(
        *("calls", NAME, 0, 0, "enter"),
        OB_FAULT_AT="upstream.probe_found:1:delay=1500",
        OB_GUARD_OFF=off,
    )
    time.sleep(0.5)
    assert calls(queue, "enter") == ["entered 0"]
    assert slow.communicate(timeout=20)[0].split()[0] == told


def test_a_good_probe_closes_the_breaker(queue: Queue):
    calls(queue, *["fail"] * 5)
    queue.clock.forward(seconds=30)
    assert calls(queue, "ok", "ok") == ["entered 0"] * 2
    assert queue.sql("SELECT breaker, failures, open_until FROM rm_upstream") == [
        ("closed", 0, None)
    ]


def test_a_bad_probe_opens_it_for_twice_as_long_up_to_15_minutes(
    queue: Queue,
):
    calls(queue, *["fail"] * 5)
    for seconds in (60, 120, 240, 480, 900, 900):
        queue.clock.forward(minutes=15)
        assert calls(queue, "fail") == ["entered 0"]
        assert queue.sql("SELECT breaker, open_s FROM rm_upstream") == [
            ("open", seconds)
        ]
        queue.clock.forward(seconds=seconds - 1)
        assert calls(queue, "enter")[0].startswith("refused")
        queue.clock.forward(seconds=1)


def test_a_probe_that_never_answers_is_followed_by_another(queue: Queue):
    calls(queue, *["fail"] * 5)
    queue.clock.forward(seconds=30)
    assert calls(queue, "enter") == ["entered 0"]
    queue.clock.forward(seconds=149)
    assert calls(queue, "enter")[0].startswith("refused")
    queue.clock.forward(seconds=1)
    assert calls(queue, "ok") == ["entered 0"]
    assert queue.one("SELECT breaker FROM rm_upstream") == "closed"


def test_all_processes_obey_a_not_before_moment(queue: Queue):
    assert calls(queue, "429", "ok") == [
        "entered 0",
        "refused ob_rate woocommerce:3 asked us to wait until" " 2026-11-24 12:01 UTC",
    ]
    queue.clock.forward(seconds=59)
    assert calls(queue, "ok")[0].startswith("refused ob_rate")
    queue.clock.forward(seconds=1)
    assert calls(queue, "ok") == ["entered 0"]


def test_an_earlier_not_before_does_not_shorten_a_later_one(queue: Queue):
    calls(queue, "429")
    later = queue.one("SELECT not_before FROM rm_upstream")
    queue.clock.forward(seconds=-30)
    calls(queue, "told")  # an answer that was longer on its way
    assert queue.one("SELECT not_before FROM rm_upstream") == later


def test_the_rate_is_shared_by_all_processes(queue: Queue):
    # 10 a second, 20 at once: 100 calls of many processes at one moment.
    asked = [queue.start("calls", NAME, 10, 20, *["enter"] * 10) for _ in range(10)]
    waits = []
    for process in asked:
        text, errors = process.communicate(timeout=30)
        assert process.returncode == 0, errors
        waits += [int(line.split()[1]) for line in text.splitlines()]
    assert len(waits) == 100
    # All that was taken, some of it perhaps in vain, is spread over the rate:
    # who came last waits until all the others have had theirs.
    taken = queue.one("SELECT n FROM rm_upstream")
    assert taken >= 100
    assert max(waits) == (taken - 20) * 100
    queue.clock.forward(seconds=taken / 10 - 2)
    assert calls(queue, "enter", rate=10, burst=20) == ["entered 100"]
    queue.clock.forward(seconds=1)
    assert calls(queue, "enter", rate=10, burst=20) == ["entered 0"]


def test_a_wait_of_more_than_a_minute_is_refused(queue: Queue):
    # One token in 30 s, as the token endpoint: two may wait, no third.
    assert calls(queue, *["enter"] * 4, rate=1 / 30, burst=1) == [
        "entered 0",
        "entered 30000",
        "entered 60000",
        "refused ob_rate woocommerce:3 has used its rate up until"
        " 2026-11-24 12:01 UTC",
    ]


def test_retries_are_a_tenth_of_the_calls_and_five_at_least(queue: Queue):
    calls(queue, "ok")
    assert calls(queue, *["retry"] * 6) == ["may"] * 5 + ["may not"]
    queue.clock.forward(minutes=10, seconds=1)
    calls(queue, *["ok"] * 80)
    assert calls(queue, *["retry"] * 9) == ["may"] * 8 + ["may not"]


# Each switch takes away what the test beside it stands on (RELIABILITY 3.5).
GUARDS: list[tuple[str, Callable[[Queue], None]]] = [
    ("upstream.breaker", test_five_failures_in_a_row_open_the_breaker_for_all),
    ("upstream.not_before", test_all_processes_obey_a_not_before_moment),
    ("upstream.rate", test_the_rate_is_shared_by_all_processes),
    ("upstream.retries", test_retries_are_a_tenth_of_the_calls_and_five_at_least),
]


@pytest.mark.parametrize("guard,row", GUARDS, ids=[guard for guard, _ in GUARDS])
def test_without_its_guard_an_upstream_is_not_spared(
    queue: Queue, guard: str, row: Callable[[Queue], None]
) -> None:
    queue.environment["OB_GUARD_OFF"] = guard
    with pytest.raises(AssertionError):
        row(queue)
