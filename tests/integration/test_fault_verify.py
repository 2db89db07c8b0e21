"""What fails while SKUs are checked, kits expanded, credit is split.

The rows of the failure table (RELIABILITY 1.2): one test at least for each, named
by its number and by what holds.
"""

from __future__ import annotations

from typing import Any

import pytest
from fault_rows import BC, add, codes, marked, stored, sync
from installation import Installation
from test_faults import settle

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
