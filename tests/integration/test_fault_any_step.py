"""What fails at any step, and what guard and queue promise then.

The rows of the failure table (RELIABILITY 1.2): one test at least for each, named
by its number and by what holds.
"""

from __future__ import annotations

import signal
import time
from typing import Any

import pytest
from fault_rows import LIST, add, change, codes, last_operation, marked, stored, sync
from installation import BUILD, Installation, wait_until
from test_faults import settle


def test_f36_of_fifty_starts_at_once_one_works(shop: Installation) -> None:
    ids = add(shop, 10)
    settle(shop)
    assert stored(shop) == set(ids)
    more = add(shop, 10, at="2026-11-24T08:30:00")
    shop.database.run("UPDATE rm_schedule SET next_run_at = '2020-01-01'")
    started = [shop.start("cron") for _ in range(50)]
    for process in started:
        process.communicate(timeout=60)
    assert {process.returncode for process in started} == {0}
    assert stored(shop) == set(ids + more)
    assert set(shop.marks().values()) == {1}
    shop.verify("--upstream")


@pytest.mark.parametrize("upstream", ["business_central"])
def test_f38_a_token_that_expires_in_mid_run_is_renewed_once(
    shop: Installation, upstream: str
) -> None:
    ids = add(shop, 60)
    shop.must("site", "edit", "demo", "--max-orders=10")
    before = token_calls(shop)
    shop.box.fault("token_expired", {"revoke": True}, nth=2, upstream=upstream)
    assert sync(shop).status == 0
    assert token_calls(shop) - before <= 1
    assert stored(shop) == set(ids)


def test_f38_many_processes_ask_for_one_token(shop: Installation) -> None:
    for code in ("one", "two", "three"):
        shop.box.control("PUT", f"/_shops/{code}", {"orders_from": {"count": 5}})
        shop.set_up(code, code.upper())
    shop.box.control("POST", "/_entra/revoke", {})
    shop.database.run("DELETE FROM rm_secret WHERE name LIKE 'token%%'")
    before = token_calls(shop)
    shop.box.control("PUT", "/_latency", {"ms": 200})
    shop.database.run("UPDATE rm_schedule SET next_run_at = '2020-01-01'")
    done = shop.ob("cron", "--jobs=4")
    assert done.status in (0, 1), done.err
    assert token_calls(shop) - before == 1
    assert shop.count("rm_order") == 15


def token_calls(ob: Installation) -> int:
    return len([r for r in ob.requests() if r["upstream"] == "entra"])


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_f39_a_signal_stops_the_sync_and_the_next_one_goes_on(
    shop: Installation, name: str
) -> None:
    ids = add(shop, 60)
    shop.must("site", "edit", "demo", "--max-orders=10")
    shop.box.control("PUT", "/_latency", {"ms": 150})
    running = shop.start("order", "sync", "--site=demo")
    wait_until(lambda: len(stored(shop)) > 0)
    running.send_signal(getattr(signal, name))
    began = time.monotonic()
    out, err = running.communicate(timeout=10)
    assert time.monotonic() - began < 5
    assert running.returncode == 128 + getattr(signal, name), out + err
    shop.box.control("PUT", "/_latency", {"ms": 0})
    assert shop.count("rm_job", "state = 'leased'") == 0
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)
    assert shop.one("SELECT MAX(attempts) FROM rm_job WHERE kind = 'run'") == 0
    shop.verify("--upstream")


FAULTLIB = BUILD / "tests" / "support" / "libobfault.so"


def test_f41_a_log_that_cannot_be_written_stops_no_work(shop: Installation) -> None:
    ids = add(shop, 5)
    done = shop.ob(
        "order",
        "sync",
        "--site=demo",
        LD_PRELOAD=str(FAULTLIB),
        OBF_PLAN=f"enospc:write:{shop.home / 'log'}",
    )
    assert done.status == 0, done.err
    assert done.err.count("No space left on device; lines are dropped") == 1
    assert stored(shop) == marked(shop) == set(ids)


NOWHERE = "https://no-such-host.test"


def sync_without_names(ob: Installation, how: str) -> Any:
    """A sync while no name is resolved: AGAIN or NONAME is the resolver's word."""
    plan = f"dns:{how}"
    return ob.ob(
        *("order", "sync", "--site=demo"), LD_PRELOAD=str(FAULTLIB), OBF_PLAN=plan
    )


def test_f42_a_resolver_that_cannot_be_asked_is_waited_for(shop: Installation) -> None:
    ids = add(shop, 3)
    shop.move_shop(f"{NOWHERE}/shop/demo")
    done = sync_without_names(shop, "AGAIN")
    assert done.status == 69, done.out + done.err
    assert "no-such-host.test" in shop.log.read_text()
    assert last_operation(shop) == ("not_processed", "ob_network")
    base = f"http://127.0.0.1:{shop.box.port}"
    shop.move_shop(f"{base}/shop/demo")
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)


def test_d14_a_shop_whose_name_does_not_exist_is_not_tried_again(
    shop: Installation,
) -> None:
    ids = add(shop, 3)
    shop.move_shop(f"{NOWHERE}/shop/demo")
    done = sync_without_names(shop, "NONAME")
    assert done.status == 3, done.out + done.err
    assert "the name no-such-host.test does not exist" in done.err
    assert last_operation(shop) == ("webshop_not_found", "ob_webshop_not_found")
    assert shop.count("rm_job", "state = 'ready'") == 0
    # A person mends the address; the next sync begins anew.
    base = f"http://127.0.0.1:{shop.box.port}"
    shop.move_shop(f"{base}/shop/demo")
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)


def test_d14_a_shop_without_an_api_is_not_tried_again(shop: Installation) -> None:
    ids = add(shop, 3)
    base = f"http://127.0.0.1:{shop.box.port}"
    shop.move_shop(base)
    done = sync(shop)
    assert done.status == 3, done.out + done.err
    assert last_operation(shop) == ("webshop_not_found", "ob_webshop_not_found")
    assert shop.count("rm_job", "state = 'ready'") == 0
    shop.move_shop(f"{base}/shop/demo")
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)


def test_d14_orders_that_wait_outlast_a_shop_that_is_gone(shop: Installation) -> None:
    ids = add(shop, 2)
    base = f"http://127.0.0.1:{shop.box.port}"
    shop.move_bc(f"{NOWHERE}/bc/v2.0")
    sync_without_names(shop, "AGAIN")
    waiting = shop.count("rm_job", "kind = 'order_retry' AND state = 'ready'")
    assert waiting == len(ids)
    shop.move_bc(f"{base}/bc/v2.0")
    shop.move_shop(base)
    settle(shop)
    assert shop.count("rm_job", "kind = 'order_retry' AND state = 'dead'") == 0
    shop.move_shop(f"{base}/shop/demo")
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)


@pytest.mark.parametrize("how", ["AGAIN", "NONAME"])
def test_f42_business_central_without_a_name_fails_no_order(
    shop: Installation, how: str
) -> None:
    ids = add(shop, 3)
    shop.move_bc(f"{NOWHERE}/bc/v2.0")
    sync_without_names(shop, how)
    assert shop.count("rm_error_orders") == 0
    assert "no-such-host.test" in shop.log.read_text()
    base = f"http://127.0.0.1:{shop.box.port}"
    shop.move_bc(f"{base}/bc/v2.0")
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)


def test_f43_an_answer_that_drips_is_given_up(shop: Installation) -> None:
    ids = add(shop, 3)
    shop.write_settings(net__timeout_s="10")
    shop.box.fault("slow_body", 1, times=1, **LIST)
    sync(shop)
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)


# ---- what the guard and the queue promise (RELIABILITY 3.4, 3.5)


def poisoned(shop: Installation) -> list[int]:
    """Five orders, of which the last ends the program whenever it is read."""
    ids = add(shop, 5)
    for number, place in zip(sorted(ids), range(5)):
        change(shop, number, date_modified_gmt=f"2026-11-24T08:0{place}:00")
    for _ in range(2):
        assert cron_with_poison(shop).status == -9
    return sorted(ids)


def cron_with_poison(shop: Installation) -> Any:
    shop.database.run(
        "UPDATE rm_schedule SET next_run_at = '2020-01-01' WHERE kind = 'order_sync'"
    )
    return shop.ob("cron", OB_FAULT_AT="order.normalise:5:kill")


def test_an_order_that_ends_the_program_costs_two_attempts_and_is_set_aside(
    shop: Installation,
) -> None:
    *good, bad = poisoned(shop)
    cron_with_poison(shop)
    assert codes(shop) == {bad: "ob_poison"}
    assert shop.one("SELECT message FROM rm_error_orders") == (
        f"the program ended twice while it worked on order {bad}"
    )
    assert stored(shop) == marked(shop) == set(good)
    assert shop.one("SELECT COUNT(*) FROM rm_job WHERE item_in_flight <> ''") == 0


def test_an_order_set_aside_is_not_read_again_until_a_person_asks(
    shop: Installation,
) -> None:
    *good, bad = poisoned(shop)
    cron_with_poison(shop)
    # Its page comes again with the overlap: four readings, never a fifth.
    assert cron_with_poison(shop).status == 0
    assert codes(shop) == {bad: "ob_poison"}
    shop.must("retry", "--site=demo")
    settle(shop)
    assert codes(shop) == {}
    assert stored(shop) == marked(shop) == {*good, bad}


def test_beyond_the_budget_of_retries_a_failure_is_tried_once(
    shop: Installation,
) -> None:
    ids = add(shop, 1)
    assert sync(shop).status == 0
    shop.database.run(
        "UPDATE rm_upstream SET retry_count = 4, retry_calls = 0,"
        " retry_at = UTC_TIMESTAMP(6) WHERE name LIKE 'woo%'"
    )
    ids += add(shop, 1, at="2026-11-24T08:40:00")
    shop.box.fault("status", {"code": 503}, times=2, **LIST)
    # One repeat is left of five, so the second failure is the outcome.
    assert sync(shop).status == 69
    assert shop.one("SELECT retry_count FROM rm_upstream WHERE name LIKE 'woo%'") == 5
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)


def test_an_address_of_business_central_that_is_too_long_is_refused(
    shop: Installation,
) -> None:
    shop.database.run(
        "UPDATE rm_connection SET settings = JSON_SET(settings, '$.tenant', %s,"
        " '$.api_url', %s) WHERE kind = 'bc'",
        "t" * 200,
        "https://127.0.0.1/" + "a" * 200,
    )
    done = sync(shop)
    assert done.status != 0
    assert "address of Business Central with tenant and environment has" in done.err
