"""Orders of real shape from a seed: the same seed gives the same orders.

Most are good; a fixed and documented part has one named defect each, so that a
test knows beforehand how many must be stored, wait, fail or be skipped. Totals
add up in every order but those whose defect is that they do not.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from .clock import iso_seconds
from .order_builder import Builder
from .order_varieties import ON_REQUEST, VARIETIES
from .people import BY_COUNTRY

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "woocommerce"
SMALLEST_MIX = 20  # below this number of orders all of them are good


@dataclass(frozen=True)
class Defect:
    """What is wrong with an order, and where the product must put it."""

    outcome: str
    code: str
    in_default_mix: bool = True


DEFECTS: dict[str, Defect] = {
    "sku_wait": Defect("soft", "ob_sku_wait"),
    "sku_unknown": Defect("hard", "ob_sku_unknown"),
    "sku_blocked": Defect("hard", "ob_sku_blocked"),
    "bad_address": Defect("hard", "ob_addr_zip"),
    "total_mismatch": Defect("hard", "ob_total_mismatch"),
    "kit_component": Defect("hard", "ob_kit_component"),
    "test_order": Defect("skipped", "skipped_test"),
    "already_marked": Defect("skipped", "skipped_exists"),
    # only when a test asks for them
    "sku_middleware_only": Defect("hard", "ob_sku_unknown", False),
    "sku_sales_blocked": Defect("hard", "ob_sku_blocked", False),
    "sku_retired": Defect("hard", "ob_sku_blocked", False),
    "sku_missing": Defect("hard", "ob_sku_missing", False),
    "sku_deleted": Defect("hard", "ob_sku_missing", False),
    "sku_long": Defect("hard", "ob_sku_long", False),
    "kit_component_wait": Defect("soft", "ob_sku_wait", False),
    "kit_component_blocked": Defect("hard", "ob_sku_blocked", False),
    "kit_empty": Defect("hard", "ob_kit_empty", False),
    "addr_state": Defect("hard", "ob_addr_state", False),
    "addr_city": Defect("hard", "ob_addr_city", False),
    "addr_line1": Defect("hard", "ob_addr_line1", False),
    "addr_country": Defect("hard", "ob_addr_country", False),
    "addr_name": Defect("hard", "ob_addr_name", False),
    "addr_email": Defect("hard", "ob_addr_email", False),
    "addr_length": Defect("hard", "ob_addr_length", False),
    "payment_trans": Defect("hard", "ob_payment_trans", False),
    "payment_unpaid": Defect("hard", "ob_payment_unpaid", False),
    "credit_exceeds": Defect("hard", "ob_credit_exceeds", False),
    "no_lines": Defect("hard", "ob_field", False),
    "coupon_pays_all": Defect("skipped", "skipped_test", False),
}


def mix_for(count: int, mix: dict[str, int] | None = None) -> dict[str, int]:
    """Return defect -> number of orders; one in a hundred of each by default."""
    if mix is not None:
        odd = set(mix) - set(DEFECTS)
        if odd:
            raise ValueError(f"unknown defects: {', '.join(sorted(odd))}")
        return {name: number for name, number in mix.items() if number}
    if count < SMALLEST_MIX:
        return {}
    return {
        name: max(1, count // 100)
        for name, defect in DEFECTS.items()
        if defect.in_default_mix
    }


def expected_counts(count: int, mix: dict[str, int] | None = None) -> dict[str, int]:
    """Return how many orders of a set must be stored, soft, hard and skipped."""
    defects = mix_for(count, mix)
    out = {"stored": count - sum(defects.values()), "soft": 0, "hard": 0, "skipped": 0}
    for name, number in defects.items():
        out[DEFECTS[name].outcome] += number
    return out


@dataclass
class Generated:
    """An order, what it shows and what must become of it."""

    data: dict[str, Any]
    variety: str
    defect: str = ""
    refunds: list[dict[str, Any]] = field(default_factory=list)

    def expectation(self) -> dict[str, Any]:
        """Return what GET /_state shows of it."""
        defect = DEFECTS.get(self.defect)
        return {
            "outcome": defect.outcome if defect else "stored",
            "code": defect.code if defect else "",
            "defect": self.defect,
            "variety": self.variety,
        }


# Captured orders that are good as they are: every SKU known, addresses well formed.
CAPTURED = (
    "address-ar",
    "address-jp",
    "all-variations",
    "different-shipping-address",
    "emoji-note",
    "gift-card-hidden-item",
    "html-entities",
    "kit-parents",
    "klarna",
    "negative-fee",
    "paypal",
    "quantity-1200",
    "smart-coupon-like",
    "stripe",
    "two-coupons",
    "two-tax-classes-gb",
    "kit-coupon-tax",
    "gift-card-member",
    "smart-coupon-after-tax",
)


@lru_cache(maxsize=None)
def captured_text(name: str) -> str:
    """Read a captured order."""
    return (FIXTURES / f"{name}.json").read_text(encoding="utf-8")


def captured_order(
    name: str, order_id: int, created: datetime, site_url: str
) -> dict[str, Any]:
    """Return a captured order under a new id and date."""
    text = captured_text(name).replace("https://shop.example.com", site_url)
    data: dict[str, Any] = json.loads(text)
    data.pop("_links", None)
    data["id"], data["number"] = order_id, str(order_id)
    paid = iso_seconds(created + timedelta(seconds=95))
    data["date_created_gmt"], data["date_modified_gmt"] = iso_seconds(created), paid
    if data.get("date_paid_gmt"):
        data["date_paid_gmt"] = paid
    for at, row in enumerate(data["meta_data"]):
        row["id"] = order_id * 30 + at
    return data


def _break_line(data: dict[str, Any], **change: Any) -> None:
    data["line_items"][-1].update(change)


def _with_line(sku: str) -> Callable[[Builder], None]:
    def make(b: Builder) -> None:
        b.some_lines(2)
        b.line(sku)
        b.ship()

    return make


def _test_order(b: Builder) -> None:
    b.taxed = False
    b.line("TEST-1")


def _without_lines(b: Builder) -> None:
    b.taxed = False
    b.line("COMP-A")
    b.ship("Flat rate", "9.95")


def _coupon_pays_all(b: Builder) -> None:
    b.line("LESSON-30")
    b.percent_coupon("all-free", 100)


SPECIAL: dict[str, Callable[[Builder], None]] = {
    "sku_wait": _with_line("NEW-IN-BC"),
    "sku_unknown": _with_line("GHOST-1"),
    "sku_blocked": _with_line("OLD-1"),
    "sku_middleware_only": _with_line("GHOST-2"),
    "sku_sales_blocked": _with_line("NOSALE-1"),
    "sku_retired": _with_line("RETIRED-1"),
    "kit_component": _with_line("KIT-GONE"),
    "kit_component_wait": _with_line("KIT-LATE"),
    "kit_component_blocked": _with_line("KIT-OLD"),
    "kit_empty": _with_line("KIT-EXPIRED"),
    "test_order": _test_order,
    "no_lines": _without_lines,
    "coupon_pays_all": _coupon_pays_all,
}

BAD_ADDRESS: dict[str, dict[str, str]] = {
    "bad_address": {"country": "US", "state": "CA", "postcode": "9001X"},
    "addr_state": {"country": "US", "state": "Calif.", "postcode": "90012"},
    "addr_city": {"city": ""},
    "addr_line1": {"address_1": " "},
    "addr_country": {"country": "XX"},
    "addr_name": {"first_name": "", "last_name": "", "company": ""},
    "addr_email": {"email": "nobody-at-example"},
    "addr_length": {"address_1": "Long Street Name " * 10},
}


def spoil(data: dict[str, Any], defect: str, mark_key: str) -> None:
    """Put the defect into a good order."""
    if defect in BAD_ADDRESS:
        for side in ("billing", "shipping"):
            change = BAD_ADDRESS[defect]
            known = {k: v for k, v in change.items() if k in data[side]}
            data[side].update(known)
    elif defect == "total_mismatch":
        data["total"] = str(Decimal(data["total"]) + Decimal("3.00"))
    elif defect == "already_marked":
        rows = data["meta_data"]
        rows.append({"id": data["id"] * 30 + 29, "key": mark_key, "value": "1"})
    elif defect == "sku_missing":
        _break_line(data, sku="", name="Mystery Box", product_id=18, variation_id=0)
    elif defect == "sku_deleted":
        _break_line(data, sku=None, product_id=0, variation_id=0)
    elif defect == "sku_long":
        _break_line(data, sku="SKU-THAT-IS-LONGER-THAN-20")
    elif defect == "payment_trans":
        data["transaction_id"] = ""
        data["meta_data"] = [
            r for r in data["meta_data"] if not r["key"].startswith("_stripe")
        ]
    elif defect == "payment_unpaid":
        data["date_paid_gmt"] = None
    elif defect == "credit_exceeds":
        amount = str(Decimal(data["total"]) + 5)
        data["pw_gift_cards_redeemed"] = [{"number": "TOO-MUCH", "amount": amount}]
    elif defect == "no_lines":
        for line in data["line_items"]:
            cost = Decimal(line["total"]) + Decimal(line["total_tax"])
            data["total"] = str(Decimal(data["total"]) - cost)
        data["line_items"] = []


def generate(
    seed: int,
    count: int,
    *,
    first_id: int,
    newest: datetime,
    days: float = 30,
    variety: str | list[str] | None = None,
    mix: dict[str, int] | None = None,
    site_url: str = "https://shop.example.com",
    mark_key: str = "sumatra_wc_integrator_exported",
) -> list[Generated]:
    """Return `count` orders, oldest first; nothing but the arguments matters.

    `variety` names one or several of VARIETIES, ON_REQUEST, DEFECTS or "captured".
    """
    rng = random.Random(f"orders/{seed}/{count}")
    plan = _plan(rng, count, variety, mix)
    step = timedelta(days=days) / max(1, count)
    order_id, out = first_id, list[Generated]()
    for at, (name, defect) in enumerate(plan):
        order_id += rng.randint(1, 4) if at else 0
        jitter = rng.random() * 0.8
        created = (newest - step * (count - at - jitter)).replace(microsecond=0)
        created -= timedelta(seconds=100)
        own = random.Random(f"order/{seed}/{at}")
        made = _make(own, name, defect, order_id, created, site_url, mark_key)
        out.append(made)
        order_id += len(made.refunds)
    _equal_seconds(out)
    return out


def _plan(
    rng: random.Random,
    count: int,
    variety: str | list[str] | None,
    mix: dict[str, int] | None,
) -> list[tuple[str, str]]:
    """Return (variety, defect) of each order."""
    if variety is not None:
        names = [variety] if isinstance(variety, str) else list(variety)
        for name in names:
            if name not in {*VARIETIES, *ON_REQUEST, *DEFECTS, "captured"}:
                raise ValueError(f"unknown variety: {name}")
        chosen = [names[at % len(names)] for at in range(count)]
        return [("plain", n) if n in DEFECTS else (n, "") for n in chosen]
    defects = mix_for(count, mix)
    bad = [("plain", name) for name, number in defects.items() for _ in range(number)]
    if len(bad) > count:
        raise ValueError("more defects than orders")
    good: list[tuple[str, str]] = []
    while len(good) < count - len(bad):
        turn = [*VARIETIES, *["captured"] * 8, *["plain"] * 5]
        rng.shuffle(turn)
        good += [(name, "") for name in turn]
    plan = good[: count - len(bad)] + bad
    rng.shuffle(plan)
    return plan


def _make(
    rng: random.Random,
    variety: str,
    defect: str,
    order_id: int,
    created: datetime,
    site_url: str,
    mark_key: str,
) -> Generated:
    if variety == "captured":
        name = rng.choice(CAPTURED)
        data = captured_order(name, order_id, created, site_url)
        return Generated(data, f"captured {name}")
    builder = Builder(rng, order_id, created, site_url)
    if defect:
        builder.person, builder.payment = BY_COUNTRY["US"][0], "stripe"
    known = {**VARIETIES, **ON_REQUEST}
    SPECIAL.get(defect, known[variety])(builder)
    data = builder.build()
    if variety == "telephone":
        data["billing"]["email"] = ""
    if defect:
        spoil(data, defect, mark_key)
    return Generated(data, variety, defect, builder.refunds)


def _equal_seconds(made: list[Generated]) -> None:
    """Give three of each ten orders one modification second, as bulk edits do."""
    for at in range(5, len(made), 10):
        second = made[at].data["date_modified_gmt"]
        for other in made[at - 2 : at]:
            other.data["date_modified_gmt"] = second
