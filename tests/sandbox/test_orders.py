"""Generated orders: good ones are good, bad ones have one defect."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
from collections import Counter
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest

from sandbox import catalogue, orders, people
from sandbox.client import (
    TESTS,
    WOO,
)


def made(count: int, **more: Any) -> list[orders.Generated]:
    """Generate orders at a fixed hour."""
    newest = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
    return orders.generate(3, count, first_id=1000, newest=newest, **more)


def proof(data: dict[str, Any]) -> Decimal:
    """Return S of the proof of totals: lines, shipping, fees and tax."""
    rows = data["line_items"] + data["shipping_lines"] + data["fee_lines"]
    total = sum((Decimal(r["total"]) for r in rows), Decimal(0))
    return total + Decimal(data["total_tax"])


def credit(data: dict[str, Any]) -> Decimal:
    """Return what gift cards and credit outside the lines paid."""
    cards = data.get("pw_gift_cards_redeemed") or data.get("gift_cards") or []
    meta = {row["key"]: row["value"] for row in data["meta_data"]}
    if not cards:
        cards = meta.get("_pw_gift_cards_redeemed", [])
    paid = sum((Decimal(str(card["amount"])) for card in cards), Decimal(0))
    outside = [c for c in data["coupon_lines"] if c["discount_type"] == "smart_coupon"]
    return paid + sum((Decimal(c["discount"]) for c in outside), Decimal(0))


@pytest.mark.parametrize("name", [*orders.VARIETIES, "captured"])
def test_a_good_order_adds_up(name: str) -> None:
    for order in made(25, variety=name):
        data = order.data
        assert proof(data) - credit(data) == Decimal(data["total"])
        taxes = sum(
            (
                Decimal(row["tax_total"]) + Decimal(row["shipping_tax_total"])
                for row in data["tax_lines"]
            ),
            Decimal(0),
        )
        assert taxes == Decimal(data["total_tax"])
        for row in data["line_items"] + data["shipping_lines"] + data["fee_lines"]:
            parts = sum((Decimal(t["total"] or 0) for t in row["taxes"]), Decimal(0))
            assert parts == Decimal(row["total_tax"])
        assert proof(data) >= 1
        online = data["payment_method"].startswith(("stripe", "klarna", "ppcp"))
        if online and Decimal(data["total"]):
            assert data["transaction_id"] and data["date_paid_gmt"]
        for line in data["line_items"]:
            item = catalogue.BY_SKU[line["sku"]]
            assert item.middleware and (item.bc or item.account)
            assert not item.blocked and not item.sales_blocked


PATTERNS = {
    "US": r"\d{5}(-\d{4})?",
    "CA": r"[A-Z]\d[A-Z] \d[A-Z]\d",
    "GB": r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}",
    "AU": r"\d{4}",
    "NZ": r"\d{4}",
    "DE": r"\d{5}",
    "AT": r"\d{4}",
    "CH": r"\d{4}",
    "FR": r"\d{5}",
    "BE": r"\d{4}",
    "NL": r"\d{4} [A-Z]{2}",
    "LU": r"\d{4}",
    "ES": r"\d{5}",
    "PT": r"\d{4}-\d{3}",
    "IT": r"\d{5}",
    "DK": r"\d{4}",
    "SE": r"\d{3} \d{2}",
    "NO": r"\d{4}",
    "FI": r"\d{5}",
    "PL": r"\d{2}-\d{3}",
    "CZ": r"\d{3} \d{2}",
    "IE": r"([A-Z]\d[\dW] [A-Z\d]{4})?",
    "JP": r"\d{3}-\d{4}",
    "BR": r"\d{5}-\d{3}",
    "IN": r"\d{6}",
    "ZA": r"\d{4}",
    "MX": r"\d{5}",
}


def test_people_live_at_well_formed_addresses() -> None:
    assert set(PATTERNS) < {person.country for person in people.PEOPLE}
    for person in people.PEOPLE:
        assert re.fullmatch(PATTERNS.get(person.country, ".*"), person.postcode), person
        assert person.first or person.last or person.company
        assert person.line1 and person.city
        assert person.country not in ("US", "CA", "AU") or person.state
        assert len(f"{person.first} {person.last}") <= 100 and len(person.city) <= 30
    for order in made(200, variety="captured"):
        for side in ("billing", "shipping"):
            where = order.data[side]
            pattern = PATTERNS.get(where["country"], ".*")
            assert re.fullmatch(pattern, where["postcode"]), order.variety


def test_the_same_seed_gives_the_same_orders() -> None:
    one, two = made(150), made(150)
    assert [o.data for o in one] == [o.data for o in two]
    newest = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
    other = orders.generate(4, 150, first_id=1000, newest=newest)
    assert [o.data for o in one] != [o.data for o in other]
    assert len({o.data["id"] for o in one}) == 150


@pytest.mark.parametrize("count", [1, 19, 20, 100, 1000])
def test_the_mix_is_as_documented(count: int) -> None:
    outcomes = Counter(o.expectation()["outcome"] for o in made(count))
    wanted = orders.expected_counts(count)
    assert {name: outcomes[name] for name in wanted} == wanted
    if count == 100:
        assert {o.variety for o in made(100)} >= set(orders.VARIETIES)


@pytest.mark.parametrize("defect", orders.DEFECTS)
def test_a_defect_is_the_only_thing_wrong(defect: str) -> None:
    data = made(1, variety=defect)[0].data
    adds_up = proof(data) - credit(data) == Decimal(data["total"])
    assert adds_up == (defect not in ("total_mismatch", "credit_exceeds"))
    bad = [
        line["sku"]
        for line in data["line_items"]
        if line["sku"] not in catalogue.BY_SKU
        or not catalogue.BY_SKU[line["sku"]].middleware
        or not (catalogue.BY_SKU[line["sku"]].bc)
        or catalogue.BY_SKU[line["sku"]].blocked
        or catalogue.BY_SKU[line["sku"]].sales_blocked
        or catalogue.BY_SKU[line["sku"]].status not in ("active", "sell_through")
        or line["sku"] in ("KIT-GONE", "KIT-LATE", "KIT-OLD", "KIT-EXPIRED")
    ]
    expected = 1 if defect.startswith(("sku_", "kit_")) else 0
    assert len(bad) == expected
    assert (proof(data) < 1) == (defect in ("test_order", "coupon_pays_all"))


def test_the_catalogue_covers_every_captured_sku() -> None:
    for path in WOO.glob("*.json"):
        data = json.loads(path.read_text(encoding="utf-8"))
        for line in data["line_items"]:
            assert not line["sku"] or line["sku"] in catalogue.BY_SKU, path.name
    for row in catalogue.KITS:
        assert row.parent in catalogue.BY_SKU
        known = row.component in catalogue.BY_SKU
        assert known != (row.component == "COMP-NOWHERE")
    numbers = [item.bc_number for item in catalogue.ITEMS if item.bc]
    assert len(numbers) == len(set(numbers)) and max(map(len, numbers)) <= 20


@pytest.mark.parametrize("what, columns", [("items", 7), ("kits", 7)])
def test_the_csv_files_are_printed(what: str, columns: int) -> None:
    out = subprocess.run(
        ["/usr/bin/python3", "-m", "sandbox.catalogue", what],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        check=True,
        capture_output=True,
    ).stdout.decode()
    rows = list(csv.reader(io.StringIO(out)))
    assert len(rows) > 10 and {len(row) for row in rows} == {columns}
