"""The rows of the failure table (RELIABILITY 1.2) from fetch to mark.

One test at least for each row, named by its number and by what holds. What a
single fault of a single call leads to is in test_faults.py, the crash sweep in
tests/sweep.
"""

from __future__ import annotations

import contextlib
import pathlib
import re
import signal
import subprocess
import tempfile
import time
from typing import Any, Callable, Iterator

import pytest
from conftest import MOMENT, MariaDb, new_database
from installation import BUILD, Installation, Sandbox, wait_until
from test_faults import ALL, settle

LIST = {"upstream": "woocommerce", "method": "GET", "path": r"/orders\?"}
ONE = {"upstream": "woocommerce", "method": "GET", "path": r"/orders/\d+\?"}
MARK = {"upstream": "woocommerce", "method": "POST", "path": "/orders/batch"}
BC = {"upstream": "business_central", "method": "GET"}


@pytest.fixture
def shop(bare: Installation) -> Installation:
    """An installation whose shop has no order yet."""
    bare.box.control("POST", "/_reset", {"seed": 1, "orders": 0})
    bare.set_up()
    return bare


def add(ob: Installation, count: int, at: str = "", **wish: Any) -> list[int]:
    """Put orders into the shop, good ones unless told; return their ids."""
    wish = {"count": count, "mix": {}, "seed": count, **wish}
    made = ob.box.control("POST", "/_shops/demo/orders", wish)
    ids: list[int] = made["ids"]
    for number in ids if at else ():
        change(ob, number, date_modified_gmt=at)
    return ids


def change(ob: Installation, order: int, **fields: Any) -> None:
    """Edit an order as a merchant or a broken plugin does."""
    ob.box.control("PATCH", f"/_shops/demo/orders/{order}", fields)


def sync(ob: Installation) -> Any:
    return ob.ob("order", "sync", "--site=demo")


def stored(ob: Installation) -> set[int]:
    rows = ob.database.run(
        "SELECT s.platform_order_id FROM rm_order_seen s"
        " JOIN rm_order o ON o.id = s.id"
    )
    return {int(number) for (number,) in rows}


def marked(ob: Installation) -> set[int]:
    return {int(number) for number in ob.marks()}


def codes(ob: Installation) -> dict[int, str]:
    """Open errors by the order's id in the shop."""
    rows = ob.database.run(
        "SELECT s.platform_order_id, r.code"
        " FROM rm_error_orders r"
        " JOIN rm_order_seen s ON s.id = r.order_id"
        " WHERE r.status = 'open'"
    )
    return {int(number): code for number, code in rows}


def last_operation(ob: Installation) -> tuple[str, str | None]:
    state, code = ob.database.run(
        "SELECT state, error_code FROM rm_operation WHERE kind = 'order_sync'"
        " ORDER BY id DESC LIMIT 1"
    )[0]
    return state, code


# ---- fetch


AWAY: list[tuple[str, Any]] = [
    ("status", {"code": 503}),
    ("status", {"code": 429}),
    ("reset_before", None),
    *([("hang", None)] if ALL else []),  # half a minute each
]


@pytest.mark.parametrize("page", [1, 2, 3])
@pytest.mark.parametrize("kind,arg", AWAY, ids=lambda v: str(v)[:20])
def test_f1_what_is_behind_a_page_that_does_not_come_is_read_the_next_time(
    shop: Installation, kind: str, arg: Any, page: int
) -> None:
    ids = add(shop, 30, at="2026-11-24T08:00:00")
    shop.must("site", "edit", "demo", "--max-orders=10")
    shop.write_settings(net__timeout_s="10")
    shop.box.fault(kind, arg, times=0, nth=page, **LIST)
    assert sync(shop).status in (1, 69)  # 1: asked to wait
    early = stored(shop)
    assert len(early) == 10 * (page - 1)
    assert marked(shop) == early
    assert shop.one("SELECT last_error FROM rm_job WHERE kind = 'run'")
    shop.box.control("DELETE", "/_faults")
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)
    assert set(shop.marks().values()) == {1}


def test_f3_a_page_that_comes_again_stops_paging_and_keeps_what_is_there(
    shop: Installation,
) -> None:
    ids = add(shop, 30)
    shop.must("site", "edit", "demo", "--max-orders=10")
    shop.box.fault("duplicate_page", times=3, nth=2, **LIST)
    done = sync(shop)
    assert done.status == 1
    assert last_operation(shop) == ("failed", "ob_paging_loop")
    assert 0 < len(stored(shop)) < len(ids)
    assert marked(shop) == stored(shop)
    shop.box.control("DELETE", "/_faults")
    assert sync(shop).status == 0
    assert stored(shop) == marked(shop) == set(ids)
    shop.verify("--upstream")


# 200 seeds by `make faults`, as the table wants.
SEEDS = range(1, 201 if ALL else 13)


@pytest.mark.parametrize("seed", SEEDS)
def test_f4_orders_that_change_between_pages_are_neither_lost_nor_doubled(
    shop: Installation, seed: int
) -> None:
    add(shop, 40, seed=seed)
    shop.write_settings(sync__page_size="7")
    shop.box.fault("mutate_between_pages", {"seed": seed, "count": 3}, times=6, **LIST)
    for _ in range(2):
        done = sync(shop)
        assert done.status == 0, codes(shop)
    orders = shop.state()["orders"]
    waiting = {int(n) for n, o in orders.items() if o["status"] == "processing"}
    assert waiting <= stored(shop)
    assert set(shop.marks().values()) == {1}
    shop.verify("--upstream")


def test_f4_more_orders_in_one_second_than_a_page_holds(shop: Installation) -> None:
    ids = add(shop, 45, at="2026-11-24T08:00:00")
    shop.must("site", "edit", "demo", "--max-orders=10")
    assert sync(shop).status == 0
    assert stored(shop) == marked(shop) == set(ids)
    assert set(shop.marks().values()) == {1}


@pytest.mark.parametrize("seconds", [7200, -7200])
def test_f5_a_shop_whose_clock_is_wrong_loses_no_order_and_is_told_of(
    shop: Installation, seconds: int
) -> None:
    ids = add(shop, 10)
    shop.box.fault("skew", seconds, times=0, upstream="woocommerce")
    assert sync(shop).status == 0
    early = stored(shop)
    assert skew_told(shop) == "ERROR"
    shop.box.control("DELETE", "/_faults")
    assert sync(shop).status == 0
    assert early <= stored(shop) == set(ids)
    mark = shop.one("SELECT MAX(value_at) FROM rm_watermark")
    assert str(mark)[:13] <= "2026-11-24 09"


@pytest.mark.parametrize(
    "seconds,level", [(50, None), (120, "WARN"), (-120, "WARN"), (1000, "ERROR")]
)
def test_f5_how_wrong_a_clock_is_says_how_loudly_it_is_told(
    shop: Installation, seconds: int, level: str | None
) -> None:
    shop.box.fault("skew", seconds, times=0, upstream="woocommerce")
    assert sync(shop).status == 0
    assert skew_told(shop) == level


def skew_told(ob: Installation) -> str | None:
    """The level at which the log tells of the shop's clock, if it does."""
    told = [line for line in ob.lines() if "the shop's clock is" in line]
    return next((w for w in ("WARN", "ERROR") if any(w in t for t in told)), None)


def test_f5_an_order_that_shows_up_late_is_read_by_the_overlap(
    shop: Installation,
) -> None:
    ids = add(shop, 3, at="2026-11-24T08:50:00")
    assert sync(shop).status == 0
    # The shop had its time written down and told of it only now.
    ids += add(shop, 2, at="2026-11-24T08:45:00")
    assert sync(shop).status == 0
    assert stored(shop) == marked(shop) == set(ids)


def test_f6_a_thousand_orders_waiting_go_in_rounds_and_none_is_skipped(
    shop: Installation,
) -> None:
    ids = add(shop, 1000)
    assert sync(shop).status == 0
    assert stored(shop) == marked(shop) == set(ids)
    assert set(shop.marks().values()) == {1}


def test_f7_an_order_that_is_gone_is_tried_three_times_and_let_go(
    shop: Installation,
) -> None:
    good = add(shop, 3)
    (waits,) = add(shop, 1, variety="sku_wait")
    sync(shop)
    shop.box.control("DELETE", f"/_shops/demo/orders/{waits}")
    for tries in range(3):
        assert shop.count("rm_job", "kind = 'order_retry' AND state = 'ready'") == 1
        settle(shop)
    outcome = shop.one(
        "SELECT outcome FROM rm_order_seen WHERE platform_order_id = %s", str(waits)
    )
    assert outcome == "gone"
    assert shop.count("rm_job", "kind = 'order_retry' AND state = 'ready'") == 0
    assert stored(shop) == set(good)


def test_f7_a_404_that_passes_loses_no_order(shop: Installation) -> None:
    (waits,) = add(shop, 1, variety="sku_wait")
    sync(shop)
    shop.must("item", "import", "-", text="sku,description\nNEW-IN-BC,It came\n")
    shop.box.fault("short_page", {"rows": 1}, times=0, **LIST)
    shop.box.fault("status", {"code": 404}, times=0, **ONE)
    settle(shop)
    assert stored(shop) == set()
    shop.box.control("DELETE", "/_faults")
    settle(shop)
    assert stored(shop) == {waits}


# ---- normalise

ODD: list[tuple[str, Any]] = [
    ("billing", "none"),
    ("line_items", "none"),
    ("line_items", [1, 2]),
    ("total", [1]),
    ("total", "-5.00"),
    ("total", "99999999999999999999.00"),
    ("currency", "QQQ9"),
    ("date_created_gmt", "yesterday"),
    ("number", "x" * 60),
    ("billing/first_name", "n" * 300),
]


def test_f8_odd_orders_in_a_page_of_good_ones_fail_alone(shop: Installation) -> None:
    ids = add(shop, 30)
    for place, (field, value) in enumerate(ODD):
        arg = {"pointer": f"/{2 * place}/{field}", "value": value}
        shop.box.fault("wrong_type", arg, times=0, **LIST)
    assert sync(shop).status == 1
    bad = set(ids) - stored(shop)
    assert len(bad) == len(ODD)
    assert marked(shop) == stored(shop)
    assert set(codes(shop)) == bad
    kept = shop.one("SELECT COUNT(DISTINCT order_id) FROM rm_order_payload")
    assert kept == 30


def test_f8_what_is_no_order_stops_no_other_and_holds_the_watermark(
    shop: Installation,
) -> None:
    ids = add(shop, 12)
    values: list[Any] = [None, 17, [], {"id": "x"}, {"id": None}]
    for place, value in enumerate(values):
        arg = {"pointer": f"/{place}", "value": value}
        shop.box.fault("wrong_type", arg, times=0, **LIST)
    assert sync(shop).status == 1
    assert len(stored(shop)) == 7
    assert marked(shop) == stored(shop)
    assert last_operation(shop) == ("not_processed", "ob_json")
    shop.box.control("DELETE", "/_faults")
    settle(shop)
    assert stored(shop) == set(ids)


SPOILED = ['{"a":' * 30 + "1" + "}" * 30, '{"a":1,"a":2}', "9" * 40, '"\\ud800"']


def spoil(ob: Installation, number: int, text: str) -> None:
    """Let a member of the order be a text that JSON or we do not allow."""
    ob.box.fault("raw", {"id": number, "text": text}, times=0, **LIST)


def test_f2_orders_that_are_no_json_fail_alone(shop: Installation) -> None:
    ids = add(shop, 12)
    bad = set(ids[3:7])
    for number, text in zip(ids[3:7], SPOILED):
        spoil(shop, number, text)
    assert sync(shop).status == 1
    assert codes(shop) == dict.fromkeys(bad, "ob_json")
    assert stored(shop) == marked(shop) == set(ids) - bad
    shop.box.control("DELETE", "/_faults")
    assert shop.ob("retry", "--code=ob_json", "--yes").status == 0
    assert stored(shop) == marked(shop) == set(ids)
    assert codes(shop) == {}
    shop.verify("--upstream")


def test_f2_a_page_that_breaks_off_is_not_cut_into_orders(shop: Installation) -> None:
    ids = add(shop, 12)
    spoil(shop, ids[3], "9" * 40)
    cut = {"at": -3000, "mode": "right_length"}
    shop.box.fault("truncate", cut, times=0, **LIST)
    sync(shop)
    assert stored(shop) == set() and codes(shop) == {}


@pytest.mark.parametrize("places", [[5], [0], [0, 1, 11], [10, 11]], ids=str)
def test_f2_a_page_bad_three_times_is_halved_until_the_order_stands_alone(
    shop: Installation, places: list[int]
) -> None:
    ids = add(shop, 12)
    for place in places:
        spoil(shop, ids[place], '"')  # a text that never ends: no page to be cut
    assert sync(shop).status == 1
    bad = {ids[place] for place in places}
    assert codes(shop) == dict.fromkeys(bad, "ob_json")
    assert stored(shop) == marked(shop) == set(ids) - bad
    shop.box.control("DELETE", "/_faults")
    assert shop.ob("retry", "--code=ob_json", "--yes").status == 0
    assert stored(shop) == marked(shop) == set(ids)
    assert codes(shop) == {}
    shop.verify("--upstream")


DEFECTS = ["sku_unknown", "bad_address", "test_order", "already_marked", "no_lines"]


def test_i9_seventy_bad_orders_first_in_line_do_not_hold_up_the_next(
    shop: Installation,
) -> None:
    for minute, defect in enumerate(DEFECTS):
        add(shop, 12, variety=defect, at=f"2026-11-24T08:3{minute}:00")
    for number in add(shop, 12, at="2026-11-24T08:36:00"):
        spoil(shop, number, "9" * 40)
    (good,) = add(shop, 1, at="2026-11-24T08:37:00")
    shop.must("site", "edit", "demo", "--max-orders=10")
    shop.ob("order", "sync", "--site=demo", timeout=30)
    assert stored(shop) == marked(shop) == {good}
    assert len(codes(shop)) == 48


# ---- verify


def test_f9_an_order_waits_for_its_sku_and_is_stored_when_it_comes(
    shop: Installation,
) -> None:
    (waits,) = add(shop, 1, variety="sku_wait", at="2026-11-24T08:00:00")
    sync(shop)
    assert codes(shop) == {} and stored(shop) == set()
    job = "kind = 'order_retry' AND state = 'ready' AND wait_sku IS NOT NULL"
    assert shop.count("rm_job", job) == 1
    shop.must("item", "import", "-", text="sku,description\nNEW-IN-BC,It came\n")
    settle(shop)
    assert stored(shop) == marked(shop) == {waits}


def test_f10_an_item_that_must_not_be_sold_fails_its_order_alone(
    shop: Installation,
) -> None:
    good = add(shop, 2)
    (bad,) = add(shop, 1, variety="sku_retired")
    assert sync(shop).status == 1
    assert codes(shop) == {bad: "ob_sku_blocked"}
    assert stored(shop) == marked(shop) == set(good)


def test_f9_an_order_whose_sku_never_comes_is_an_error_after_fourteen_days(
    shop: Installation,
) -> None:
    (waits,) = add(shop, 1, variety="sku_wait", at="2026-11-24T08:00:00")
    sync(shop)
    shop.set_clock("2026-12-08T08:59:00Z")
    settle(shop)
    assert codes(shop) == {}
    shop.set_clock("2026-12-08T09:10:00Z")
    settle(shop)
    assert codes(shop) == {waits: "ob_sku_expired"}
    assert shop.count("rm_job", "kind = 'order_retry' AND state = 'ready'") == 0
    assert stored(shop) == set()


@pytest.mark.parametrize(
    "kind,arg",
    [
        ("status", {"code": 503}),
        ("retry_after", 600),
        ("reset_before", None),
        ("html200", None),
    ],
    ids=lambda v: str(v)[:20],
)
def test_f11_business_central_away_makes_every_order_wait_and_none_fail(
    shop: Installation, kind: str, arg: Any
) -> None:
    ids = add(shop, 5)
    shop.box.fault(kind, arg, times=0, **BC)
    assert sync(shop).status == 1
    assert codes(shop) == {}
    assert shop.count("rm_job", "kind = 'order_retry' AND state = 'ready'") == 5
    shop.box.control("DELETE", "/_faults")
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)
    shop.verify("--upstream")


def test_f12_rows_on_a_page_that_does_not_come_are_not_missing(
    shop: Installation,
) -> None:
    ids = add(shop, 10)
    shop.box.control("PUT", "/_bc", {"page_rows": 2})
    shop.box.fault("status", {"code": 503}, times=0, nth=2, **BC)
    assert sync(shop).status == 1
    assert codes(shop) == {}
    shop.box.control("DELETE", "/_faults")
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)


def test_f12_a_complete_answer_without_a_sku_fails_its_order_alone(
    shop: Installation,
) -> None:
    ids = add(shop, 10)
    shop.box.fault("short_page", {"rows": 1}, times=1, **BC)
    assert sync(shop).status == 1
    failed = codes(shop)
    assert 1 <= len(failed) < 10 and set(failed.values()) == {"ob_sku_unknown"}
    assert stored(shop) == marked(shop) == set(ids) - set(failed)
    shop.must("flush-cache")
    assert shop.ob("retry", "--code=ob_sku_unknown", "--yes").status == 0
    assert stored(shop) == marked(shop) == set(ids)


def test_f12_what_is_missing_is_not_asked_for_again_within_five_minutes(
    shop: Installation,
) -> None:
    bad = add(shop, 1, variety="sku_unknown")
    assert sync(shop).status == 1
    asked = len(item_requests(shop))
    bad += add(shop, 1, variety="sku_unknown", at="2026-11-24T08:40:00")
    assert sync(shop).status == 1
    assert codes(shop) == dict.fromkeys(bad, "ob_sku_unknown")
    assert len(item_requests(shop)) == asked
    shop.database.run(
        "UPDATE rm_sku_check SET checked_at = checked_at - INTERVAL 6 MINUTE"
    )
    add(shop, 1, variety="sku_unknown", at="2026-11-24T08:50:00")
    assert sync(shop).status == 1
    assert len(item_requests(shop)) > asked


def item_requests(ob: Installation) -> list[str]:
    asked = [r for r in ob.requests() if r["upstream"] == "business_central"]
    return [r["path"] for r in asked if "/items?" in r["path"]]


# ---- kits and credit


def test_f13_a_kit_that_contains_itself_is_named_with_its_way(
    shop: Installation,
) -> None:
    (bad,) = add(shop, 1, variety="kit")
    # Imports refuse it; a row of another program's does not ask.
    shop.database.run(
        "INSERT INTO rm_kits (parent_sku, component_sku, quantity)"
        " VALUES ('COMP-B', 'KIT-PARENT-123', 1)"
    )
    assert sync(shop).status == 1
    assert codes(shop) == {bad: "ob_kit_cycle"}
    told = shop.one("SELECT message FROM rm_error_orders")
    assert "contains itself" in told and "→" in told
    assert stored(shop) == marked(shop) == set()


def test_f14_credit_beyond_the_lines_fails_its_order(shop: Installation) -> None:
    good = add(shop, 2)
    (bad,) = add(shop, 1, variety="credit_exceeds")
    assert sync(shop).status == 1
    assert codes(shop) == {bad: "ob_credit_exceeds"}
    assert stored(shop) == marked(shop) == set(good)


# ---- write


def test_f15_an_order_that_is_there_goes_to_its_mark_and_gets_no_second_row(
    shop: Installation,
) -> None:
    ids = add(shop, 5)
    dead = shop.ob(
        "order", "sync", "--site=demo", OB_FAULT_AT="mark.before_send:1:kill"
    )
    assert dead.status == -9
    assert stored(shop) == set(ids) and marked(shop) == set()
    shop.database.run("DELETE FROM rm_watermark")
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)
    assert shop.count("rm_order") == 5
    assert shop.count("rm_order", "version > 1") == 0
    shop.verify("--upstream")


def test_f15_a_number_that_another_order_holds_fails_its_order_alone(
    shop: Installation,
) -> None:
    (first,) = add(shop, 1, at="2026-11-24T08:00:00")
    assert sync(shop).status == 0
    good = add(shop, 2, at="2026-11-24T08:20:00")
    (second,) = add(shop, 1, seed=7, at="2026-11-24T08:30:00")
    change(shop, second, number=str(first))
    assert sync(shop).status == 1
    assert codes(shop) == {second: "ob_number"}
    assert stored(shop) == marked(shop) == {first, *good}


def test_f15_an_order_that_was_changed_is_written_over_in_its_one_row(
    shop: Installation,
) -> None:
    ids = add(shop, 3, at="2026-11-24T08:00:00")
    assert sync(shop).status == 0
    change(shop, ids[0], customer_note="to the back door, please")
    assert sync(shop).status == 0
    assert shop.count("rm_order") == 3
    assert shop.count("rm_order", "version = 2") == 1
    assert set(shop.marks().values()) == {1}


@pytest.mark.parametrize(
    "point", ["order.in_store:1:error", "lease.touched:3:error", "db.statement:9:error"]
)
def test_f16_what_the_database_takes_back_is_written_again(
    shop: Installation, point: str
) -> None:
    ids = add(shop, 5)
    shop.ob("order", "sync", "--site=demo", OB_FAULT_AT=point)
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)
    shop.verify("--upstream")


def test_f16_the_victim_of_a_deadlock_is_written_again_at_once(
    shop: Installation,
) -> None:
    ids = add(shop, 1)
    assert sync(shop).status == 0
    ids += add(shop, 5, at="2026-11-24T08:40:00")
    shop.database.run("CREATE TABLE heavy (n INT)")
    with shop.database.connect() as other, other.cursor() as cursor:
        other.begin()
        # Whoever has written most is not the victim.
        cursor.execute("INSERT INTO heavy SELECT seq FROM seq_1_to_20000")
        cursor.execute("SELECT * FROM rm_watermark FOR UPDATE")
        running = shop.start("order", "sync", "--site=demo")
        wait_until(lambda: waits_for_lock(shop))
        cursor.execute("SELECT * FROM rm_job FOR UPDATE")
        other.rollback()
    out, err = running.communicate(timeout=30)
    shop.database.run("DROP TABLE heavy")
    assert running.returncode == 0, out + err
    assert stored(shop) == marked(shop) == set(ids)


def waits_for_lock(ob: Installation) -> bool:
    time.sleep(0.15)  # asked more often, the server repeats what it said last
    found = ob.one(
        "SELECT COUNT(*) FROM information_schema.innodb_trx"
        " WHERE trx_state = 'LOCK WAIT'"
    )
    return bool(found)


@pytest.mark.parametrize("nth", range(1, 9))
@pytest.mark.parametrize("point", ["db.before_commit", "db.after_commit"])
def test_f17_f18_a_lost_connection_is_looked_behind_and_work_goes_on_at_once(
    shop: Installation, point: str, nth: int
) -> None:
    ids = add(shop, 5)
    done = shop.ob("order", "sync", "--site=demo", OB_FAULT_AT=f"{point}:{nth}:error")
    assert done.status == 0, done.out + done.err
    assert stored(shop) == marked(shop) == set(ids)
    # What was written is not written again, nor taken for what was there before.
    assert shop.summary()["stored"] == 5
    assert shop.count("rm_order", "version > 1") == 0
    shop.verify("--upstream")


@pytest.mark.parametrize(
    "point", ["lease.before_commit", "lease.after_commit", "order.in_store"]
)
def test_f17_f18_a_connection_lost_around_commit_loses_and_doubles_nothing(
    shop: Installation, point: str
) -> None:
    ids = add(shop, 20)
    running = shop.start(
        "order", "sync", "--site=demo", OB_FAULT_AT=f"{point}:0:delay=400"
    )
    for _ in range(6):
        wait_until(
            lambda: shop.database.kill_connections() or running.poll() is not None
        )
    out, err = running.communicate(timeout=60)
    for _ in range(3):
        settle(shop)
    assert stored(shop) == marked(shop) == set(ids), out + err
    assert shop.count("rm_order") == 20
    assert shop.count("rm_operation", "state = 'in_progress'") == 0
    shop.verify("--upstream")


def test_f19_a_server_that_is_read_only_stops_the_run_and_nothing_is_marked(
    shop: Installation,
) -> None:
    ids = add(shop, 5)
    server = shop.database.server
    server.run("CREATE OR REPLACE USER plain@localhost")
    server.run(f"GRANT ALL ON {shop.database.name}.* TO plain@localhost")
    shop.write_settings(database__user="plain")
    passes = shop.home / "passes"
    running = shop.start(
        *("order", "sync", "--site=demo"),
        OB_FAULT_AT="lease.touched:0:delay=300",
        OB_FAULT_LOG=str(passes),
    )
    try:
        wait_until(lambda: shop.count("rm_job", "state = 'leased'") == 1)
        server.run("SET GLOBAL read_only = 1")
        before = len(passes.read_text().split())
        out, err = running.communicate(timeout=30)
        again = sync(shop)
    finally:
        server.run("SET GLOBAL read_only = 0")
    # It stops at the first refusal and does not ask again and again.
    assert len(passes.read_text().split()) - before < 4
    assert running.returncode == 69, out + err
    assert again.status == 69, again.out + again.err
    assert "read-only" in again.err and "  Fix: " in again.err
    assert marked(shop) == set()
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)


DISK_MIB = 128


@pytest.fixture
def small_disk() -> Iterator[pathlib.Path]:
    """A file system of its own, where we may mount one."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="obfs", dir="/tmp"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", home]
    if subprocess.run(command, capture_output=True).returncode != 0:
        home.rmdir()
        pytest.skip("no right to mount a small file system")
    yield home
    subprocess.run(["umount", home], check=True)
    home.rmdir()


@pytest.fixture
def cramped(
    small_disk: pathlib.Path,
    server_template: pathlib.Path,
    box: Sandbox,
    tmp_path: pathlib.Path,
) -> Iterator[Installation]:
    """An installation whose database lives on that disk."""
    server = MariaDb(server_template, folder=str(small_disk))
    for database in new_database(server):
        made = Installation(tmp_path, database, box)
        made.set_clock(MOMENT, rate=1)
        box.control("POST", "/_reset", {"seed": 1, "orders": 0})
        made.set_up()
        yield made
    server.close()


def test_f19_a_full_disk_stops_the_run_and_nothing_is_lost(
    cramped: Installation, small_disk: pathlib.Path
) -> None:
    shop = cramped
    ids = add(shop, 300)
    neighbour = small_disk / "neighbour"
    with contextlib.suppress(OSError), neighbour.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    done = sync(shop)
    assert done.status == 69, done.out + done.err
    assert "  Fix: " in done.err
    assert marked(shop) <= stored(shop) != set(ids)
    neighbour.unlink()
    settle(shop)
    sync(shop)
    assert stored(shop) == marked(shop) == set(ids)
    assert set(shop.marks().values()) == {1}
    shop.verify("--upstream")


# ---- mark


@pytest.mark.parametrize(
    "kind,arg",
    [
        ("status", {"code": 500}),
        ("retry_after", 1),
        ("close_after_execute", None),
        ("reset_before", None),
        ("partial_batch", 3),
    ],
    ids=lambda v: str(v)[:20],
)
def test_f20_f22_a_mark_that_fails_waits_and_the_order_is_not_taken_again(
    shop: Installation, kind: str, arg: Any
) -> None:
    ids = add(shop, 8)
    shop.box.fault(kind, arg, times=0, **MARK)
    sync(shop)
    assert stored(shop) == set(ids)
    assert shop.count("rm_order", "mark_state = 'pending'") > 0
    shop.box.control("DELETE", "/_faults")
    settle(shop)
    assert marked(shop) == set(ids)
    assert shop.count("rm_order", "mark_state <> 'done'") == 0
    assert shop.count("rm_order") == 8
    shop.verify("--upstream")


def test_f20_marks_that_were_taken_count_where_the_shop_fails_afterwards(
    shop: Installation,
) -> None:
    # One mark a request: eight at first, which it takes. Of the sixteen that
    # follow ten may go at once, and their failures keep the others back. Five
    # of them are tried again: more is beyond the budget of retries.
    ids = add(shop, 30)
    shop.write_settings(sync__mark_batch="1")
    shop.box.fault("status", {"code": 503}, times=0, nth=9, **MARK)
    sync(shop)
    assert len(marked(shop)) == 8
    assert shop.count("rm_order", "mark_state = 'done'") == 8
    assert shop.one("SELECT breaker FROM rm_upstream WHERE name LIKE 'woo%'") == "open"
    sent = {r["seq"] for r in shop.requests() if r["path"].endswith("/orders/batch")}
    assert len(sent) == 8 + 10 + 5
    shop.box.control("DELETE", "/_faults")
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)
    assert set(shop.marks().values()) == {1}


def test_f21_an_order_that_a_person_moved_on_keeps_its_status(
    shop: Installation,
) -> None:
    ids = add(shop, 4)
    shop.ob("order", "sync", "--site=demo", OB_FAULT_AT="mark.before_send:1:kill")
    for number in ids:
        change(shop, number, status="completed")
    settle(shop)
    orders = shop.state()["orders"]
    assert {orders[str(number)]["status"] for number in ids} == {"completed"}
    assert marked(shop) == set(ids)
    assert not [e for e in shop.box.effects() if e["effect"] == "status"]


def test_f21_an_order_that_was_deleted_before_its_mark_holds_up_no_other(
    shop: Installation,
) -> None:
    ids = add(shop, 4)
    shop.ob("order", "sync", "--site=demo", OB_FAULT_AT="mark.before_send:1:kill")
    shop.box.control("DELETE", f"/_shops/demo/orders/{ids[0]}")
    settle(shop)
    assert marked(shop) == set(ids[1:])
    assert shop.count("rm_order", "mark_state = 'pending'") == 0
    assert shop.count("rm_order", "mark_state = 'superseded'") == 1


# ---- any step


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


# ---- each guard is what its row's test stands on

# F35 and F36 are in test_queue.py. F22, F37, F39, F41 and F44 stand on more than a
# switch could take away: the shape of the data, the order of the steps, the clock
# of the database.
Row = Callable[..., None]
GUARDS: list[tuple[str, Row, tuple[Any, ...]]] = [
    (
        "fetch.watermark",
        test_f1_what_is_behind_a_page_that_does_not_come_is_read_the_next_time,
        ("status", {"code": 503}, 2),
    ),
    ("fetch.cut_page,fetch.halve", test_f2_orders_that_are_no_json_fail_alone, ()),
    (
        "fetch.halve",
        test_f2_a_page_bad_three_times_is_halved_until_the_order_stands_alone,
        ([5],),
    ),
    (
        "fetch.loop",
        test_f3_a_page_that_comes_again_stops_paging_and_keeps_what_is_there,
        (),
    ),
    (
        "fetch.keyset",
        test_f4_orders_that_change_between_pages_are_neither_lost_nor_doubled,
        (1,),
    ),
    (
        "fetch.watermark",
        test_f5_a_shop_whose_clock_is_wrong_loses_no_order_and_is_told_of,
        (7200,),
    ),
    (
        "fetch.skew",
        test_f5_how_wrong_a_clock_is_says_how_loudly_it_is_told,
        (120, "WARN"),
    ),
    (
        "fetch.overlap",
        test_f5_an_order_that_shows_up_late_is_read_by_the_overlap,
        (),
    ),
    (
        "fetch.more",
        test_f6_a_thousand_orders_waiting_go_in_rounds_and_none_is_skipped,
        (),
    ),
    (
        "retry.gone",
        test_f7_an_order_that_is_gone_is_tried_three_times_and_let_go,
        (),
    ),
    ("retry.gone", test_f7_a_404_that_passes_loses_no_order, ()),
    ("order.fails", test_f8_odd_orders_in_a_page_of_good_ones_fail_alone, ()),
    (
        "fetch.nameless",
        test_f8_what_is_no_order_stops_no_other_and_holds_the_watermark,
        (),
    ),
    (
        "verify.soft",
        test_f9_an_order_waits_for_its_sku_and_is_stored_when_it_comes,
        (),
    ),
    (
        "retry.give_up",
        test_f9_an_order_whose_sku_never_comes_is_an_error_after_fourteen_days,
        (),
    ),
    (
        "verify.allowed",
        test_f10_an_item_that_must_not_be_sold_fails_its_order_alone,
        (),
    ),
    (
        "verify.soft",
        test_f11_business_central_away_makes_every_order_wait_and_none_fail,
        ("status", {"code": 503}),
    ),
    (
        "verify.next_page",
        test_f12_rows_on_a_page_that_does_not_come_are_not_missing,
        (),
    ),
    (
        "verify.cache",
        test_f12_what_is_missing_is_not_asked_for_again_within_five_minutes,
        (),
    ),
    ("kit.cycle", test_f13_a_kit_that_contains_itself_is_named_with_its_way, ()),
    ("credit.exceeds", test_f14_credit_beyond_the_lines_fails_its_order, ()),
    (
        "store.hash",
        test_f15_an_order_that_is_there_goes_to_its_mark_and_gets_no_second_row,
        (),
    ),
    (
        "store.number",
        test_f15_a_number_that_another_order_holds_fails_its_order_alone,
        (),
    ),
    (
        "store.repeat",
        test_f16_the_victim_of_a_deadlock_is_written_again_at_once,
        (),
    ),
    # The fourth COMMIT is the one with the orders.
    (
        "store.repeat",
        test_f17_f18_a_lost_connection_is_looked_behind_and_work_goes_on_at_once,
        ("db.before_commit", 4),
    ),
    (
        "lease.read_back",
        test_f17_f18_a_lost_connection_is_looked_behind_and_work_goes_on_at_once,
        ("db.after_commit", 4),
    ),
    (
        "db.fatal",
        test_f19_a_server_that_is_read_only_stops_the_run_and_nothing_is_marked,
        (),
    ),
    (
        "mark.pending",
        test_f20_f22_a_mark_that_fails_waits_and_the_order_is_not_taken_again,
        ("status", {"code": 500}),
    ),
    (
        "mark.gone",
        test_f21_an_order_that_was_deleted_before_its_mark_holds_up_no_other,
        (),
    ),
    ("token.lease", test_f38_many_processes_ask_for_one_token, ()),
    (
        "net.no_such_host",
        test_d14_a_shop_whose_name_does_not_exist_is_not_tried_again,
        (),
    ),
]


def test_each_row_from_fetch_to_write_has_a_guard_in_the_table() -> None:
    names = " ".join(row.__name__ for _, row, _ in GUARDS)
    assert {int(n) for n in re.findall(r"_f(\d+)(?=_)", names)} >= set(range(1, 20))


@pytest.mark.parametrize(
    "guard,row,more", GUARDS, ids=lambda v: getattr(v, "__name__", str(v))[:24]
)
def test_without_its_guard_a_row_does_not_hold(
    shop: Installation, guard: str, row: Row, more: tuple[Any, ...]
) -> None:
    shop.environment["OB_GUARD_OFF"] = guard
    with pytest.raises(AssertionError):
        row(shop, *more)


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
