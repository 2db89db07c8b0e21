"""The control API: JSON under /_, for tests and for the demo."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from .clock import parse_moment
from .faults import KINDS, BadFault
from .orders import expected_counts
from .wire import Call, Reply, plain_json
from .woo_lists import add_refund, delivery
from .world import World

Handler = Callable[[World, Call, list[str]], Any]


class ControlError(Exception):
    """Refused, with a status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def reset(world: World, call: Call, parts: list[str]) -> Any:
    """POST /_reset."""
    return world.reset(_body(call))


def state(world: World, call: Call, parts: list[str]) -> Any:
    """GET /_state, or of one shop; brief=1 leaves the single orders out."""
    brief = "brief" in dict(call.query)
    if parts:
        return _shop(world, parts[0]).state(brief=brief)
    return world.state(brief=brief)


def effects(world: World, call: Call, parts: list[str]) -> Any:
    """GET /_effects; `since`, `effect` and `shop` narrow it down."""
    query = dict(call.query)
    rows = world.ledger.effects[int(query.get("since", 0)) :]
    for name in ("effect", "shop", "upstream", "key"):
        if name in query:
            rows = [row for row in rows if row.get(name) == query[name]]
    return {
        "effects": rows,
        "merchant": world.ledger.merchant,
        **{"counts": world.ledger.counts()},
    }


def requests(world: World, call: Call, parts: list[str]) -> Any:
    """GET /_requests; `since` and `upstream` narrow it down."""
    if call.method == "DELETE":
        world.ledger.requests.clear()
        return {"requests": []}
    query = dict(call.query)
    rows = world.ledger.requests[int(query.get("since", 0)) :]
    if "upstream" in query:
        rows = [row for row in rows if row["upstream"] == query["upstream"]]
    return {
        "requests": rows,
        "count": len(rows),
        "serial_stages": world.ledger.serial_stages(),
        "in_flight": world.ledger.in_flight,
    }


def clock(world: World, call: Call, parts: list[str]) -> Any:
    """GET and PUT /_clock; `now: null` goes back to the real time."""
    if call.method == "PUT":
        wish = _body(call)
        now = wish.get("now")
        world.clock.set(parse_moment(now) if now else None, float(wish.get("rate", 1)))
    return world.clock.describe()


def faults(world: World, call: Call, parts: list[str]) -> Any:
    """POST, GET and DELETE /_faults."""
    if call.method == "POST":
        wish = _body(call, allow_list=True)
        wishes = wish if isinstance(wish, list) else [wish]
        try:
            made = [world.faults.arm(one).describe() for one in wishes]
        except BadFault as error:
            raise ControlError(400, str(error)) from None
        return made if isinstance(wish, list) else made[0]
    if call.method == "DELETE":
        world.faults.disarm(int(parts[0]) if parts else None)
    return {
        "faults": [fault.describe() for fault in world.faults.armed],
        "kinds": KINDS,
    }


def shops(world: World, call: Call, parts: list[str]) -> Any:
    """PUT, GET and DELETE /_shops/{code}."""
    code = parts[0]
    if call.method == "DELETE":
        _shop(world, code)
        del world.shops[code]
        return {"code": code}
    if call.method == "PUT":
        wish = _body(call)
        fill = wish.pop("orders_from", None)
        shop = world.open_shop(code)
        shop.configure(wish)
        if fill is not None:
            world.fill(shop, fill)
    shop = _shop(world, code)
    return {
        "code": code,
        "site_url": shop.site_url,
        "settings": vars(shop.settings),
        "orders": len(shop.orders),
    }


def orders(world: World, call: Call, parts: list[str]) -> Any:
    """POST /_shops/{code}/orders: whole orders, or a number of generated ones."""
    shop = _shop(world, parts[0])
    wish = _body(call, allow_list=True)
    if isinstance(wish, dict) and "count" in wish:
        return {"ids": world.fill(shop, wish)}
    rows = wish if isinstance(wish, list) else wish.get("orders", [wish])
    ids = []
    for row in rows:
        expected = row.pop("expected", None)
        order = shop.add(row)
        shop.ledger.by_merchant("woocommerce", "add", shop=shop.code, order=order.id)
        if expected is not None:
            shop.expected[order.id] = {"defect": "", "variety": "given", **expected}
        ids.append(order.id)
    return {"ids": ids}


def order(world: World, call: Call, parts: list[str]) -> Any:
    """GET, PATCH and DELETE /_shops/{code}/orders/{id}: a merchant's deeds."""
    shop, order_id = _shop(world, parts[0]), int(parts[1])
    if order_id not in shop.orders:
        raise ControlError(404, f"no order {order_id}")
    if call.method == "PATCH":
        shop.edit(order_id, _body(call))
    elif call.method == "DELETE":
        shop.ledger.by_merchant("woocommerce", "delete", shop=shop.code, order=order_id)
        if dict(call.query).get("trash"):
            shop.trash(shop.orders[order_id])
        else:
            shop.remove(order_id)
            return {"id": order_id}
    return shop.orders[order_id].view(shop.site_url, None)


def refund(world: World, call: Call, parts: list[str]) -> Any:
    """POST /_shops/{code}/orders/{id}/refunds {amount, reason}."""
    shop, order_id = _shop(world, parts[0]), int(parts[1])
    if order_id not in shop.orders:
        raise ControlError(404, f"no order {order_id}")
    wish = _body(call)
    shop.ledger.by_merchant("woocommerce", "refund", shop=shop.code, order=order_id)
    return add_refund(
        shop,
        shop.orders[order_id],
        Decimal(str(wish["amount"])),
        str(wish.get("reason", "")),
    )


def deliveries(world: World, call: Call, parts: list[str]) -> Any:
    """GET /_shops/{code}/orders/{id}/deliveries: signed webhook calls to send."""
    shop, order_id = _shop(world, parts[0]), int(parts[1])
    if order_id not in shop.orders:
        raise ControlError(404, f"no order {order_id}")
    hooks = [h for h in shop.webhooks.values() if h["resource"] == "order"]
    topic = dict(call.query).get("topic")
    return [
        delivery(shop, hook, shop.orders[order_id])
        for hook in hooks
        if topic in (None, hook["topic"])
    ]


def sent(world: World, call: Call, parts: list[str]) -> Any:
    """GET /_shops/{code}/deliveries: what the shop told by itself, and how it ended."""
    shop = _shop(world, parts[0])
    return {"deliveries": shop.deliveries, "waiting": len(shop.outbox)}


def bc_settings(world: World, call: Call, parts: list[str]) -> Any:
    """GET and PUT /_bc."""
    if call.method == "PUT":
        world.bc.configure(_body(call))
    return vars(world.bc.settings)


def bc_item(world: World, call: Call, parts: list[str]) -> Any:
    """PUT and DELETE /_bc/items/{number}; `company` in the query picks one."""
    number = unquote(parts[0])
    wanted = dict(call.query).get("company")
    companies = [c for c in world.bc.companies.values() if wanted in (None, c.id)]
    if call.method == "DELETE":
        gone = [company.remove_item(number) for company in companies]
        if not any(gone):
            raise ControlError(404, f"no item {number}")
        world.ledger.by_merchant("business_central", "item_remove", number=number)
        return {"number": number.upper()}
    wish = _body(call)
    sales_blocked = wish.pop("sales_blocked", None)
    rows = [
        company.put_item(number, wish, sales_blocked=sales_blocked)
        for company in companies
    ]
    world.ledger.by_merchant("business_central", "item_put", number=number)
    return rows[0] if rows else {}


def entra_settings(world: World, call: Call, parts: list[str]) -> Any:
    """GET and PUT /_entra."""
    if call.method == "PUT":
        world.entra.configure(_body(call))
    return vars(world.entra.settings)


def entra_revoke(world: World, call: Call, parts: list[str]) -> Any:
    """POST /_entra/revoke: no token issued so far is good any more."""
    world.entra.revoke_all()
    return world.entra.state()


def latency(world: World, call: Call, parts: list[str]) -> Any:
    """GET and PUT /_latency {ms}."""
    if call.method == "PUT":
        world.latency_ms = float(_body(call)["ms"])
    return {"ms": world.latency_ms}


def mix(world: World, call: Call, parts: list[str]) -> Any:
    """GET /_mix?count=n: what a generated set of that size must lead to."""
    return expected_counts(int(dict(call.query).get("count", 100)))


ROUTES: tuple[tuple[str, tuple[str, ...], Handler], ...] = (
    (r"/_reset", ("POST",), reset),
    (r"/_state", ("GET",), state),
    (r"/_state/([^/]+)", ("GET",), state),
    (r"/_effects", ("GET",), effects),
    (r"/_requests", ("GET", "DELETE"), requests),
    (r"/_clock", ("GET", "PUT"), clock),
    (r"/_faults", ("GET", "POST", "DELETE"), faults),
    (r"/_faults/(\d+)", ("DELETE",), faults),
    (r"/_shops/([^/]+)", ("GET", "PUT", "DELETE"), shops),
    (r"/_shops/([^/]+)/orders", ("POST",), orders),
    (r"/_shops/([^/]+)/orders/(\d+)", ("GET", "PATCH", "DELETE"), order),
    (r"/_shops/([^/]+)/orders/(\d+)/refunds", ("POST",), refund),
    (r"/_shops/([^/]+)/deliveries", ("GET",), sent),
    (r"/_shops/([^/]+)/orders/(\d+)/deliveries", ("GET",), deliveries),
    (r"/_bc", ("GET", "PUT"), bc_settings),
    (r"/_bc/items/([^/]+)", ("PUT", "DELETE"), bc_item),
    (r"/_entra", ("GET", "PUT"), entra_settings),
    (r"/_entra/revoke", ("POST",), entra_revoke),
    (r"/_latency", ("GET", "PUT"), latency),
    (r"/_mix", ("GET",), mix),
)


def handle(world: World, call: Call) -> Reply:
    """Answer one control call; it is neither logged nor delayed nor spoiled."""
    try:
        for pattern, methods, run in ROUTES:
            match = re.fullmatch(pattern, call.raw_path)
            if match is None:
                continue
            if call.method not in methods:
                raise ControlError(405, f"only {', '.join(methods)}")
            return _reply(200, run(world, call, list(match.groups())))
        raise ControlError(404, "no such control route")
    except ControlError as error:
        return _reply(error.status, {"error": str(error)})
    except (ValueError, KeyError, TypeError) as error:
        return _reply(400, {"error": f"{type(error).__name__}: {error}"})


def _reply(status: int, value: Any) -> Reply:
    return Reply(
        status=status,
        body=plain_json(value),
        content_type="application/json; charset=utf-8",
        chunked=False,
        server="sandbox",
    )


def _shop(world: World, code: str) -> Any:
    if code not in world.shops:
        raise ControlError(404, f"no shop {code!r}")
    return world.shops[code]


def _body(call: Call, *, allow_list: bool = False) -> Any:
    if not call.body.strip():
        return {}
    value = call.json()
    if not isinstance(value, dict) and not (allow_list and isinstance(value, list)):
        raise ControlError(400, "the body must be a JSON object")
    return value
