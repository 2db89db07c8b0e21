"""What fails while orders are fetched and read.

The rows of the failure table (RELIABILITY 1.2): one test at least for each, named
by its number and by what holds.
"""

from __future__ import annotations

from typing import Any

import pytest
from fault_rows import LIST, ONE, add, codes, last_operation, marked, stored, sync
from installation import Installation
from test_faults import ALL, settle

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
