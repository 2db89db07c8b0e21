"""What the tests of the failure table's rows do with a shop, and look at.

The table is RELIABILITY 1.2. What a single fault of a single call leads to is in
test_faults.py, the crash sweep in tests/sweep.
"""

from __future__ import annotations

from typing import Any

from installation import Installation

LIST = {"upstream": "woocommerce", "method": "GET", "path": r"/orders\?"}
ONE = {"upstream": "woocommerce", "method": "GET", "path": r"/orders/\d+\?"}
MARK = {"upstream": "woocommerce", "method": "POST", "path": "/orders/batch"}
BC = {"upstream": "business_central", "method": "GET"}


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
