"""What fails while orders are marked in the shop.

The rows of the failure table (RELIABILITY 1.2): one test at least for each, named
by its number and by what holds.
"""

from __future__ import annotations

from typing import Any

import pytest
from fault_rows import MARK, add, change, marked, stored, sync
from installation import Installation
from test_faults import settle


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
