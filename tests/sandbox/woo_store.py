"""One shop: its settings, its orders and what a change does to them.

Orders are never altered in place. A change stores a new object and the journal
keeps the old one, which makes stale reads and lost writes exact and cheap.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from . import catalogue
from .clock import UTC, Clock, iso_seconds
from .ledger import Ledger
from .wire import php_json

JOURNAL_ROWS = 50000
MARK_KEY = "sumatra_wc_integrator_exported"
STATUSES = (
    "auto-draft",
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "checkout-draft",
)
GMT_DATES = ("date_created", "date_modified", "date_completed", "date_paid")
MONEY = {
    "discount_total",
    "discount_tax",
    "shipping_total",
    "shipping_tax",
    "cart_tax",
    "total",
    "total_tax",
    "subtotal",
    "subtotal_tax",
    "tax_total",
    "shipping_tax_total",
}
MONEY_LISTS = (
    "line_items",
    "tax_lines",
    "shipping_lines",
    "fee_lines",
    "refunds",
    "taxes",
)
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True)
class ApiKey:
    """A REST key of a shop."""

    key: str
    secret: str
    permissions: str = "read_write"


@dataclass
class ShopSettings:
    """What PUT /_shops/{code} may set."""

    zone: str = "America/New_York"
    name: str = "Example Test Shop"
    site_url: str = ""
    currency: str = "USD"
    version: str = "10.0.2"
    require_ssl: bool = False
    strip_authorization: bool = False
    mark_key: str = MARK_KEY
    batch_limit: int = 100
    extra_statuses: list[str] = field(default_factory=list)
    keys: list[dict[str, str]] = field(default_factory=list)
    extra_headers: dict[str, str] = field(default_factory=dict)
    no_refunds_route: bool = False
    no_index: bool = False
    # Off: a test sends what it wants; on: the shop calls by itself.
    sends_webhooks: bool = False


class StoredOrder:
    """An order as stored, with its dates as moments and its texts remembered."""

    __slots__ = ("data", "created", "modified", "_texts")

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.created = _gmt(data["date_created_gmt"])
        self.modified = _gmt(data["date_modified_gmt"])
        self._texts: dict[tuple[str, int | None], str] = {}

    @property
    def id(self) -> int:
        """The platform's id."""
        return int(self.data["id"])

    @property
    def status(self) -> str:
        """The status slug."""
        return str(self.data["status"])

    def view(self, base: str, dp: int | None) -> dict[str, Any]:
        """Return what REST shows: meta in key order, money cut, links added."""
        data = dict(self.data)
        data["meta_data"] = sorted(data["meta_data"], key=lambda m: str(m["key"]))
        if dp is not None:
            data = _with_decimals(data, dp)
        data["_links"] = _links(base, self.data)
        return data

    def text(self, base: str, dp: int | None) -> str:
        """Return the view as PHP would print it."""
        known = self._texts.get((base, dp))
        if known is None:
            known = self._texts[base, dp] = php_json(self.view(base, dp))
        return known


def _event(before: StoredOrder | None, after: StoredOrder) -> str:
    """Name what happened to an order, as the topics of webhooks do."""
    if before is None:
        return "created"
    if (before.status == "trash") == (after.status == "trash"):
        return "updated"
    return "deleted" if after.status == "trash" else "restored"


def _gmt(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _links(base: str, data: dict[str, Any]) -> dict[str, Any]:
    orders = f"{base}/wp-json/wc/v3/orders"
    own = f"{orders}/{data['id']}"
    links: dict[str, Any] = {
        "self": [{"href": own, "targetHints": {"allow": METHODS}}],
        "collection": [{"href": orders}],
        "email_templates": [
            {"embeddable": True, "href": f"{own}/actions/email_templates"}
        ],
    }
    if data.get("customer_id"):
        customer = f"{base}/wp-json/wc/v3/customers/{data['customer_id']}"
        links["customer"] = [{"href": customer}]
    return links


def money(value: Any, dp: int) -> str:
    """Round a money text as `dp` asks; what is no number passes unchanged."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return str(number.quantize(Decimal(1).scaleb(-dp), ROUND_HALF_UP))


def _with_decimals(node: dict[str, Any], dp: int) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in node.items():
        if key in MONEY and isinstance(value, str) and value != "":
            out[key] = money(value, dp)
        elif key in MONEY_LISTS and isinstance(value, list):
            out[key] = [
                _with_decimals(row, dp) if isinstance(row, dict) else row
                for row in value
            ]
        else:
            out[key] = value
    return out


def meta_text(value: Any) -> Any:
    """Return a scalar as the string that the database gives back."""
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, (int, float)):
        return f"{value:.14g}" if isinstance(value, float) else str(value)
    return value


class Shop:
    """A WooCommerce site with its own orders, keys, webhooks and zone."""

    def __init__(self, code: str, clock: Clock, ledger: Ledger, base: str) -> None:
        self.code, self.clock, self.ledger, self.base = code, clock, ledger, base
        self.settings = ShopSettings(
            keys=[{"key": default_key(code), "secret": default_secret(code)}]
        )
        self.orders: dict[int, StoredOrder] = {}
        self.refunds: dict[int, dict[str, Any]] = {}
        self.webhooks: dict[int, dict[str, Any]] = {}
        # (webhook, order) to be told; order 0 is the ping of a new webhook.
        self.outbox: deque[tuple[int, int]] = deque()
        self.deliveries: list[dict[str, Any]] = []
        self.expected: dict[int, dict[str, Any]] = {}
        self.journal: deque[tuple[datetime, int, StoredOrder | None]]
        self.journal = deque(maxlen=JOURNAL_ROWS)
        self.nonces: dict[str, float] = {}
        self.next_id = 1000
        self.next_meta = 50_000_000

    # settings

    @property
    def zone(self) -> ZoneInfo:
        """The site's own time zone."""
        return ZoneInfo(self.settings.zone)

    @property
    def site_url(self) -> str:
        """The address that the shop believes to have."""
        return self.settings.site_url or f"{self.base}/shop/{self.code}"

    def configure(self, wish: dict[str, Any]) -> None:
        """Take settings; ValueError names one that does not exist."""
        known = {f.name for f in fields(ShopSettings)}
        for name in wish:
            if name not in known:
                raise ValueError(f"unknown shop setting: {name}")
        if "zone" in wish:
            ZoneInfo(wish["zone"])
        for key in wish.get("keys", []):
            ApiKey(**key)
        for name, value in wish.items():
            setattr(self.settings, name, value)
        if "zone" in wish:
            for order in list(self.orders.values()):
                self.orders[order.id] = StoredOrder(self.localised(order.data))

    def find_key(self, key: str) -> ApiKey | None:
        """Find a REST key."""
        for row in self.settings.keys:
            if row["key"] == key:
                return ApiKey(**row)
        return None

    def statuses(self) -> list[str]:
        """Statuses that this site registered."""
        return [*STATUSES, *self.settings.extra_statuses]

    # time

    def second(self) -> str:
        """Return now, in the whole seconds that WordPress keeps."""
        return iso_seconds(self.clock.now())

    def local(self, gmt: str) -> str:
        """Turn a GMT text into the site's local text."""
        return iso_seconds(_gmt(gmt).astimezone(self.zone))

    def localised(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the order with its local date columns made from the GMT ones."""
        out = dict(data)
        for name in GMT_DATES:
            gmt = out.get(f"{name}_gmt")
            out[name] = self.local(gmt) if gmt else None
        return out

    # orders

    def store(self, data: dict[str, Any]) -> StoredOrder:
        """Put an order as it is; the journal keeps what was there."""
        order = StoredOrder(self.localised(data))
        self.announce(_event(self.orders.get(order.id), order), order.id)
        self.journal.append((self.clock.now(), order.id, self.orders.get(order.id)))
        self.orders[order.id] = order
        self.next_id = max(self.next_id, order.id + 1)
        return order

    def remove(self, order_id: int) -> None:
        """Delete an order for good."""
        self.announce("deleted", order_id)
        self.journal.append((self.clock.now(), order_id, self.orders.get(order_id)))
        self.orders.pop(order_id, None)

    def announce(self, event: str, order_id: int) -> None:
        """Let the webhooks of a topic tell of an order."""
        for hook in self.webhooks.values():
            if self.settings.sends_webhooks and hook["topic"] == f"order.{event}":
                self.outbox.append((hook["id"], order_id))

    def add(self, wish: dict[str, Any]) -> StoredOrder:
        """Take a full order of a test; what is missing gets a plain value."""
        data = {**blank_order(), **wish}
        data.pop("_links", None)
        if not data["id"]:
            data["id"] = self.take_id()
        data["number"] = str(wish.get("number") or data["id"])
        data["order_key"] = data["order_key"] or f"wc_order_sandbox{data['id']}"
        for name in ("date_created", "date_modified"):
            if not wish.get(f"{name}_gmt"):
                local = wish.get(name)
                data[f"{name}_gmt"] = (
                    iso_seconds(
                        datetime.fromisoformat(local)
                        .replace(tzinfo=self.zone)
                        .astimezone(UTC)
                    )
                    if local
                    else self.second()
                )
        rows = []
        for row in data["meta_data"]:
            rows.append({"id": row.get("id") or self.take_meta_id(), **row})
        data["meta_data"] = rows
        return self.store(data)

    def take_id(self) -> int:
        """Return a new post id."""
        self.next_id += 1
        return self.next_id - 1

    def take_meta_id(self) -> int:
        """Return a new meta row id."""
        self.next_meta += 1
        return self.next_meta - 1

    def as_of(self, seconds: float) -> dict[int, StoredOrder]:
        """Return the orders as they were so many seconds ago."""
        limit = self.clock.now().timestamp() - seconds
        orders = dict(self.orders)
        for moment, order_id, before in reversed(self.journal):
            if moment.timestamp() < limit:
                break
            if before is None:
                orders.pop(order_id, None)
            else:
                orders[order_id] = before
        return orders

    def snapshot(self) -> tuple[Any, ...]:
        """Remember everything, for a write that is to be lost."""
        return (
            dict(self.orders),
            dict(self.refunds),
            dict(self.webhooks),
            self.journal.copy(),
            self.next_id,
            self.next_meta,
        )

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to a snapshot."""
        (
            self.orders,
            self.refunds,
            self.webhooks,
            self.journal,
            self.next_id,
            self.next_meta,
        ) = state

    # what a write does

    def update(self, order: StoredOrder, body: dict[str, Any]) -> StoredOrder:
        """Apply a client's update; every one bumps the modification time."""
        data = dict(order.data)
        data["date_modified_gmt"] = self.second()
        effects: list[tuple[str, dict[str, Any]]] = []
        rows = body.get("meta_data")
        if isinstance(rows, list):
            data["meta_data"] = self._merge_meta(data["meta_data"], rows, effects)
        if "status" in body:
            self._set_status(data, str(body["status"]), effects)
        plain = {
            key: value
            for key, value in body.items()
            if key in WRITABLE and isinstance(value, type(data.get(key, value)))
        }
        for key, value in plain.items():
            if key in ("billing", "shipping"):
                value = {**data[key], **value}
            data[key] = value
        if plain:
            effects.append(("update", {"fields": sorted(plain)}))
        stored = self.store(data)
        if not effects:
            effects.append(("touch", {}))
        for name, facts in effects:
            self.ledger.effect(
                "woocommerce", name, shop=self.code, order=stored.id, **facts
            )
        return stored

    def _merge_meta(
        self,
        old: list[dict[str, Any]],
        wishes: list[Any],
        effects: list[tuple[str, dict[str, Any]]],
    ) -> list[dict[str, Any]]:
        rows = [dict(row) for row in old]
        for wish in wishes:
            if not isinstance(wish, dict) or not ("key" in wish or "id" in wish):
                continue
            hits = [
                row
                for row in rows
                if (
                    row["id"] == wish["id"]
                    if wish.get("id")
                    else row["key"] == wish.get("key")
                )
            ]
            value = meta_text(wish.get("value"))
            before = hits[0]["value"] if hits else None
            key = wish.get("key") or (hits[0]["key"] if hits else "")
            rows = [row for row in rows if row not in hits[1:]]
            if value is None:
                rows = [row for row in rows if row not in hits]
            elif hits:
                hits[0]["value"] = value
                hits[0]["key"] = key
            else:
                rows.append({"id": self.take_meta_id(), "key": key, "value": value})
            name = "mark" if key == self.settings.mark_key else "meta"
            facts = {"key": key, "value": value, "changed": before != value}
            effects.append((name, facts))
        return rows

    def _set_status(
        self,
        data: dict[str, Any],
        status: str,
        effects: list[tuple[str, dict[str, Any]]],
    ) -> None:
        status = status.removeprefix("wc-")
        if status not in self.statuses():
            status = "pending"  # what WooCommerce makes of a status it has not
        before, data["status"] = data["status"], status
        if status == "completed" and not data.get("date_completed_gmt"):
            data["date_completed_gmt"] = self.second()
        if status in ("processing", "completed") and not data.get("date_paid_gmt"):
            data["date_paid_gmt"] = self.second()
        unpaid = status in ("pending", "failed")
        data["needs_payment"] = unpaid
        data["is_editable"] = status in ("pending", "on-hold", "auto-draft")
        effects.append(("status", {"value": status, "before": before}))

    def trash(self, order: StoredOrder) -> None:
        """Move an order to the trash."""
        data = {
            **order.data,
            "status": "trash",
            "date_modified_gmt": self.second(),
            "meta_data": [
                *order.data["meta_data"],
                {
                    "id": self.take_meta_id(),
                    "key": "_wp_trash_meta_status",
                    "value": f"wc-{order.status}",
                },
                {
                    "id": self.take_meta_id(),
                    "key": "_wp_trash_meta_time",
                    "value": str(int(self.clock.now().timestamp())),
                },
            ],
        }
        self.store(data)

    def edit(self, order_id: int, wish: dict[str, Any]) -> StoredOrder:
        """Change an order as a merchant or a plugin would: nothing is refused."""
        data = dict(self.orders[order_id].data)
        keep = "date_modified_gmt" in wish
        for key, value in wish.items():
            if key in ("billing", "shipping") and isinstance(value, dict):
                value = {**data.get(key, {}), **value}
            data[key] = value
        if not keep:
            data["date_modified_gmt"] = self.second()
        self.ledger.by_merchant(
            "woocommerce", "edit", shop=self.code, order=order_id, fields=sorted(wish)
        )
        return self.store(data)

    def is_marked(self, order: StoredOrder) -> bool:
        """Tell whether any row carries the mark."""
        return any(
            row["key"] == self.settings.mark_key
            and row["value"] in ("1", "yes", "true", 1, True)
            for row in order.data["meta_data"]
        )

    def mutate(self, rng: random.Random) -> str:
        """Let a merchant or customer do one thing between two pages."""
        alive = sorted(i for i, o in self.orders.items() if o.status == "processing")
        if not alive:
            return "nothing"
        deed = rng.choice(["touch", "complete", "trash", "arrive", "hold"])
        order = self.orders[rng.choice(alive)]
        if deed == "arrive":
            # All but the mark: a store credit belongs to the totals.
            rows = order.data["meta_data"]
            kept = [r for r in rows if r["key"] != self.settings.mark_key]
            data = {**order.data, "id": self.take_id(), "meta_data": kept}
            data["number"] = str(data["id"])
            data["date_created_gmt"] = data["date_modified_gmt"] = self.second()
            order = self.store(data)
            self.expected[order.id] = {
                "outcome": "stored",
                "defect": "",
                "variety": "arrived between pages",
            }
        elif deed == "trash":
            self.trash(order)
        elif deed == "touch":
            self.store({**order.data, "date_modified_gmt": self.second()})
        else:
            status = "completed" if deed == "complete" else "on-hold"
            self.store(
                {
                    **order.data,
                    "status": status,
                    "date_modified_gmt": self.second(),
                }
            )
        self.ledger.by_merchant("woocommerce", deed, shop=self.code, order=order.id)
        return deed

    def state(self, *, brief: bool = False) -> dict[str, Any]:
        """Return what GET /_state shows of this shop; brief leaves orders out."""
        per_order, totals = {}, {"stored": 0, "soft": 0, "hard": 0, "skipped": 0}
        by_status: dict[str, int] = {}
        for order_id, order in sorted(self.orders.items()):
            wish = self.expected.get(order_id, {})
            by_status[order.status] = by_status.get(order.status, 0) + 1
            per_order[str(order_id)] = {
                "number": order.data["number"],
                "status": order.status,
                "modified": order.data["date_modified_gmt"],
                "total": order.data["total"],
                "marked": self.is_marked(order),
                **wish,
            }
        for wish in self.expected.values():
            totals[wish["outcome"]] += 1
        return {
            "zone": self.settings.zone,
            "site_url": self.site_url,
            "expected": totals,
            "statuses": by_status,
            "marked": sum(1 for row in per_order.values() if row["marked"]),
            "webhooks": list(self.webhooks.values()),
            "orders": {} if brief else per_order,
        }


WRITABLE = {
    "billing",
    "shipping",
    "currency",
    "customer_id",
    "customer_note",
    "payment_method",
    "payment_method_title",
    "transaction_id",
    "created_via",
}


def default_key(code: str) -> str:
    """Return the read/write consumer key of a shop that the tests create."""
    return "ck_" + (code.encode().hex() + "5a" * 20)[:40]


def default_secret(code: str) -> str:
    """Return the secret that belongs to `default_key`."""
    return "cs_" + (code.encode().hex() + "c3" * 20)[:40]


def blank_address(with_email: bool) -> dict[str, str]:
    """Return an address as WooCommerce shows an empty one."""
    names = (
        "first_name last_name company address_1 address_2 city state postcode country"
    )
    out = {name: "" for name in names.split()}
    if with_email:
        out["email"] = ""
    out["phone"] = ""
    return out


def blank_order() -> dict[str, Any]:
    """Return every member of an order, in the order that REST prints them."""
    zero = "0.00"
    return {
        "id": 0,
        "parent_id": 0,
        "status": "processing",
        "currency": "USD",
        "version": "10.0.2",
        "prices_include_tax": False,
        "date_created": None,
        "date_modified": None,
        "discount_total": zero,
        "discount_tax": zero,
        "shipping_total": zero,
        "shipping_tax": zero,
        "cart_tax": zero,
        "total": zero,
        "total_tax": zero,
        "customer_id": 0,
        "order_key": "",
        "billing": blank_address(True),
        "shipping": blank_address(False),
        "payment_method": "",
        "payment_method_title": "",
        "transaction_id": "",
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": "checkout",
        "customer_note": "",
        "date_completed": None,
        "date_paid": None,
        "cart_hash": "",
        "number": "",
        "meta_data": [],
        "line_items": [],
        "tax_lines": [],
        "shipping_lines": [],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
        "payment_url": "",
        "is_editable": False,
        "needs_payment": False,
        "needs_processing": True,
        "date_created_gmt": None,
        "date_modified_gmt": None,
        "date_completed_gmt": None,
        "date_paid_gmt": None,
        "currency_symbol": "$",
    }


def create_from_request(shop: Shop, body: dict[str, Any]) -> StoredOrder:
    """Build an order from POST /orders: catalogue prices, no tax."""
    order_id = shop.take_id()
    data = blank_order()
    data.update(
        id=order_id,
        number=str(order_id),
        status="pending",
        created_via="rest-api",
        currency=shop.settings.currency,
        version=shop.settings.version,
        order_key=f"wc_order_rest{order_id}",
        date_created_gmt=shop.second(),
        date_modified_gmt=shop.second(),
    )
    data["payment_url"] = (
        f"{shop.site_url}/checkout/order-pay/{order_id}/"
        f"?pay_for_order=true&key={data['order_key']}"
    )
    for side in ("billing", "shipping"):
        data[side] = {**data[side], **body.get(side, {})}
    for key in WRITABLE - {"billing", "shipping"}:
        if key in body:
            data[key] = body[key]
    total = Decimal(0)
    for wish in body.get("line_items", []):
        line = _line_from_request(shop, wish)
        total += Decimal(line["total"])
        data["line_items"] = [*data["line_items"], line]
    for wish in body.get("shipping_lines", []):
        cost = money(wish.get("total", "0"), 2)
        total += Decimal(cost)
        data["shipping_total"] = money(
            Decimal(data["shipping_total"]) + Decimal(cost), 2
        )
        data["shipping_lines"] = [
            *data["shipping_lines"],
            {
                "id": shop.take_id(),
                "method_title": wish.get("method_title", ""),
                "method_id": wish.get("method_id", ""),
                "instance_id": "",
                "total": cost,
                "total_tax": "0.00",
                "taxes": [],
                "tax_status": "taxable",
                "meta_data": [],
            },
        ]
    data["total"] = money(total, 2)
    if body.get("set_paid"):
        data["status"] = "processing"
        data["date_paid_gmt"] = shop.second()
    elif body.get("status") in shop.statuses():
        data["status"] = body["status"]
    data["needs_payment"] = data["status"] == "pending"
    data["meta_data"] = [
        {
            "id": shop.take_meta_id(),
            "key": row["key"],
            "value": meta_text(row.get("value")),
        }
        for row in body.get("meta_data", [])
    ]
    stored = shop.store(data)
    shop.ledger.effect("woocommerce", "create", shop=shop.code, order=order_id)
    return stored


def _line_from_request(shop: Shop, wish: dict[str, Any]) -> dict[str, Any]:
    item = catalogue.BY_SKU.get(str(wish.get("sku", "")))
    if item is None and wish.get("product_id"):
        item = catalogue.by_product(
            int(wish["product_id"]), int(wish.get("variation_id", 0))
        )
    quantity = wish.get("quantity", 1)
    price = Decimal(item.price) if item else Decimal(0)
    total = money(wish.get("total", price * Decimal(str(quantity))), 2)
    shown = float(price)
    return {
        "id": shop.take_id(),
        "name": item.description if item else "",
        "product_id": item.product_id if item else 0,
        "variation_id": item.variation_id if item else 0,
        "quantity": quantity,
        "tax_class": item.tax_class if item else "",
        "subtotal": money(wish.get("subtotal", total), 2),
        "subtotal_tax": "0.00",
        "total": total,
        "total_tax": "0.00",
        "taxes": [],
        "meta_data": [],
        "sku": item.sku if item else None,
        "price": int(shown) if shown.is_integer() else shown,
        "image": {"id": "" if item else 0, "src": ""},
        "parent_name": item.parent_name if item else None,
    }
