"""The manual import of a webstore's orders: FEATURES IMP-4 to IMP-17."""

from __future__ import annotations

import json
from typing import Any

import pytest
from installation import Installation
from fault_rows import add, change, marked, stored


def run(ob: Installation, *words: str) -> dict[int, tuple[str, str]]:
    """The results of an import: order, outcome and code."""
    done = ob.ob("import", "--site=demo", "--format=json", *words)
    assert done.status == 0, done.out + done.err
    rows = json.loads(done.out[done.out.index("[") :])
    return {
        int(row["order"].removeprefix("BGM-")): (row["outcome"], row["code"] or "")
        for row in rows
    }


def test_its_filter_wins_for_this_import_and_the_site_stays_as_it_is(
    shop: Installation,
) -> None:
    (ready,), (done,), (held,) = (
        add(shop, 1, first_id=number, status=status)
        for number, status in (
            (101, "processing"),
            (102, "completed"),
            (103, "on-hold"),
        )
    )
    assert run(shop, "--status=completed") == {done: ("stored", "")}
    assert shop.one("SELECT source_status FROM rm_sites") == "processing"
    assert run(shop) == {ready: ("stored", "")}
    both = run(shop, "--status=on-hold,completed")
    assert both == {held: ("stored", ""), done: ("skipped", "skipped_exists")}
    assert stored(shop) == {ready, done, held}


def test_the_same_import_twice_creates_nothing(
    shop: Installation,
) -> None:
    ids = add(shop, 5, variety="plain")
    assert set(run(shop).values()) == {("stored", "")}
    assert run(shop, "--status=processing") == {
        number: ("skipped", "skipped_exists") for number in ids
    }
    assert stored(shop) == marked(shop) == set(ids)
    shop.verify("--upstream")


def test_an_id_that_the_shop_does_not_know_is_told_and_completes(
    shop: Installation,
) -> None:
    assert run(shop, "--order-id=999") == {999: ("skipped", "gone")}
    assert shop.one("SELECT state FROM rm_operation") == "completed"


@pytest.mark.parametrize(
    "filters",
    [["--status=completed"], ["--start-date=2026-11-25"]],
)
def test_filters_combine_with_the_id(
    shop: Installation, filters: list[str]  # noqa: F811
) -> None:
    (number,) = add(shop, 1)
    words = [f"--order-id={number}", *filters]
    assert run(shop, *words) == {number: ("skipped", "skipped_status")}
    plan: list[dict[str, Any]] = json.loads(
        shop.must("import", "--site=demo", "--format=json", "--dry-run", *words).out
    )
    assert plan[0]["message"] == "Status not in filter, or before its start date"
    assert run(shop, f"--order-id={number}") == {number: ("stored", "")}


def test_a_start_date_is_midnight_of_the_stores_zone(
    shop: Installation,
) -> None:
    before, at = add(shop, 2)
    change(shop, before, date_created_gmt="2026-01-01T04:59:59")
    change(shop, at, date_created_gmt="2026-01-01T05:00:00")
    for number, local in ((before, "2025-12-31T23:59:59"), (at, "2026-01-01T00:00:00")):
        change(shop, number, date_created=local)
    assert run(shop, "--start-date=2026-01-01") == {at: ("stored", "")}


def test_an_order_in_error_is_imported_by_its_id_after_a_fix(
    shop: Installation,
) -> None:
    (number,) = add(shop, 1, mix={"sku_blocked": 1})
    shop.ob("order", "sync", "--site=demo")
    assert shop.count("rm_error_orders", "status = 'open'") == 1
    shop.box.control("PUT", "/_bc/items/OLD-1", {"blocked": False})
    shop.must("flush-cache")
    assert run(shop, f"--order-id={number}") == {number: ("stored", "")}
    assert shop.count("rm_error_orders", "status = 'fixed'") == 1


def test_it_may_run_beside_the_automatic_sync(
    shop: Installation,
) -> None:
    ids = add(shop, 50)
    shop.box.control("PUT", "/_latency", {"ms": 50})
    both = [
        shop.start("order", "sync", "--site=demo"),
        shop.start("import", "--site=demo"),
    ]
    for process in both:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, out + err
    shop.box.control("PUT", "/_latency", {"ms": 0})
    assert shop.database.run("SELECT DISTINCT state FROM rm_operation") == [
        ("completed",)
    ]
    assert stored(shop) == marked(shop) == set(ids)
    # Both may tell the shop of an order; the second time changes nothing (F22).
    changes = [e["order"] for e in shop.box.effects() if e.get("changed")]
    assert sorted(map(int, changes)) == sorted(ids)
    shop.verify("--upstream")
