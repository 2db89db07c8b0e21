"""The other resources of a shop: refunds, webhooks, products, indexes."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from . import catalogue
from .wire import Reply
from .woo_rest import (
    FIXTURES,
    Request,
    RestError,
    as_list,
    check_list_query,
    fixture,
    no_route,
    paged,
    parse_bound,
    pick,
    respond,
    truth,
)
from .woo_store import METHODS, Shop, StoredOrder, money
from .woo_webhooks import body_of, headers


def refund_view(request: Request, refund: dict[str, Any], flat: bool) -> dict[str, Any]:
    """Show a refund; only the list of all refunds names the parent."""
    parent = refund["parent_id"]
    order = f"{request.base}/wp-json/wc/v3/orders/{parent}"
    data = {key: value for key, value in refund.items() if key != "parent_id"}
    gmt = data["date_created_gmt"]
    head: dict[str, Any] = {"id": data.pop("id")}
    if flat:
        head["parent_id"] = parent
    head["date_created"] = request.shop.local(gmt)
    data["_links"] = {
        "self": [
            {
                "href": f"{order}/refunds/{head['id']}",
                "targetHints": {"allow": ["GET", "DELETE"]},
            }
        ],
        "collection": [{"href": f"{order}/refunds"}],
        "up": [{"href": order}],
    }
    return {**head, **data}


def get_order_refunds(request: Request, order_id: int) -> Reply:
    """GET /orders/{id}/refunds; 200 even when the order is gone."""
    rows = [r for r in request.shop.refunds.values() if r["parent_id"] == order_id]
    rows.sort(key=lambda r: r["id"], reverse=True)
    first, count, headers = paged(request, len(rows), f"/orders/{order_id}/refunds", [])
    value = [refund_view(request, r, False) for r in rows[first : first + count]]
    return respond(request, value, allow="GET, POST", extra=headers)


def get_refunds(request: Request) -> Reply:
    """GET /refunds: those of all orders."""
    check_list_query(request)
    if request.shop.settings.no_refunds_route:
        raise no_route()
    rows = sorted(request.shop.refunds.values(), key=lambda r: r["id"], reverse=True)
    gmt = truth(str(request.query.get("dates_are_gmt", "0")))
    for name in ("after", "modified_after"):
        if name in request.query:
            bound = parse_bound(request.shop, str(request.query[name]), gmt)
            rows = [
                r
                for r in rows
                if (
                    r["date_created_gmt"]
                    if gmt
                    else request.shop.local(r["date_created_gmt"])
                )
                > bound.text
            ]
    first, count, headers = paged(request, len(rows), "/refunds", [])
    value = [refund_view(request, r, True) for r in rows[first : first + count]]
    return respond(request, value, allow="GET", extra=headers)


def post_refund(request: Request, order_id: int) -> Reply:
    """POST /orders/{id}/refunds."""
    shop, body = request.shop, request.body()
    order = shop.orders.get(order_id)
    if order is None:
        raise RestError(404, "woocommerce_rest_invalid_order_id", "Invalid order ID.")
    try:
        amount = Decimal(str(body.get("amount", "0")))
    except InvalidOperation:
        amount = Decimal(0)
    done = sum(-Decimal(row["total"]) for row in order.data["refunds"])
    if amount <= 0 or amount > Decimal(order.data["total"]) - done:
        error = RestError(
            500, "woocommerce_rest_cannot_create_order_refund", "Invalid refund amount."
        )
        error.data = 500
        raise error
    refund = add_refund(shop, order, amount, str(body.get("reason", "")))
    shop.ledger.effect(
        "woocommerce", "refund", shop=shop.code, order=order_id, amount=str(amount)
    )
    # The pattern instead of the parent's id is what the real shop sends.
    route = "orders/(?P<order_id>[\\d]+)/refunds"
    place = f"{request.base}/wp-json/wc/v3/{route}/{refund['id']}"
    return respond(
        request,
        refund_view(request, refund, False),
        status=201,
        allow="GET, POST",
        extra=[("Location", place)],
    )


def add_refund(
    shop: Shop, order: StoredOrder, amount: Decimal, reason: str
) -> dict[str, Any]:
    """Refund an amount without lines."""
    refund = {
        "id": shop.take_id(),
        "parent_id": order.id,
        "date_created_gmt": shop.second(),
        "amount": money(amount, 2),
        "reason": reason,
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": [],
        "line_items": [],
        "shipping_lines": [],
        "tax_lines": [],
        "fee_lines": [],
    }
    shop.refunds[refund["id"]] = refund
    stub = {"id": refund["id"], "reason": reason, "total": money(-amount, 2)}
    data = {
        **order.data,
        "refunds": [stub, *order.data["refunds"]],
        "date_modified_gmt": shop.second(),
    }
    if sum(-Decimal(r["total"]) for r in data["refunds"]) >= Decimal(data["total"]):
        data["status"] = "refunded"
    shop.store(data)
    return refund


def webhook_view(request: Request, hook: dict[str, Any]) -> dict[str, Any]:
    """Show a webhook; the secret never comes back."""
    own = f"{request.base}/wp-json/wc/v3/webhooks"
    hidden = ("secret", "failures")
    data = {key: value for key, value in hook.items() if key not in hidden}
    data["_links"] = {
        "self": [{"href": f"{own}/{hook['id']}", "targetHints": {"allow": METHODS}}],
        "collection": [{"href": own}],
    }
    return data


WEBHOOK_ACTIONS = {
    "order.created": "woocommerce_new_order",
    "order.updated": "woocommerce_update_order",
    "order.deleted": "wp_trash_post",
    "order.restored": "woocommerce_untrash_order",
}


def post_webhook(request: Request) -> Reply:
    """POST /webhooks: stored, and the unsigned ping is recorded, sent if wanted."""
    shop, body = request.shop, request.body()
    topic = str(body.get("topic", ""))
    if not re.fullmatch(r"(order|product|customer|coupon|action)\.\w+", topic):
        raise RestError(
            400,
            "woocommerce_rest_webhook_invalid_topic",
            "Webhook topic is required and must be valid.",
        )
    url = str(body.get("delivery_url", ""))
    if not re.match(r"https?://", url):
        raise RestError(
            400,
            "woocommerce_rest_webhook_invalid_delivery_url",
            "Webhook delivery URL must be a valid URL starting with http:// or "
            "https://.",
        )
    hook_id = max(shop.webhooks, default=0) + 1
    resource, _, event = topic.partition(".")
    hook = {
        "id": hook_id,
        "name": body.get("name") or topic,
        "status": body.get("status", "active"),
        "topic": topic,
        "resource": resource,
        "event": event,
        "hooks": [WEBHOOK_ACTIONS.get(topic, f"woocommerce_{resource}_{event}")],
        "delivery_url": url,
        "secret": body.get("secret", ""),
        "date_created": shop.local(shop.second()),
        "date_created_gmt": shop.second(),
        "date_modified": None,
        "date_modified_gmt": None,
    }
    shop.webhooks[hook_id] = hook
    facts = {"shop": shop.code, "webhook": hook_id, "topic": topic}
    shop.ledger.effect("woocommerce", "webhook_create", **facts)
    shop.ledger.effect(
        "woocommerce", "webhook_ping", url=url, body=f"webhook_id={hook_id}", **facts
    )
    if shop.settings.sends_webhooks:
        shop.outbox.append((hook_id, 0))
    place = f"{request.base}/wp-json/wc/v3/webhooks/{hook_id}"
    return respond(
        request,
        webhook_view(request, hook),
        status=201,
        allow="GET, POST",
        extra=[("Location", place)],
    )


def get_webhooks(request: Request) -> Reply:
    """GET /webhooks."""
    check_list_query(request)
    rows = sorted(request.shop.webhooks.values(), key=lambda h: -h["id"])
    if request.query.get("status", "all") != "all":
        rows = [h for h in rows if h["status"] == request.query["status"]]
    first, count, headers = paged(request, len(rows), "/webhooks", [])
    value = [webhook_view(request, h) for h in rows[first : first + count]]
    return respond(request, value, allow="GET, POST", extra=headers)


def one_webhook(request: Request, hook_id: int) -> Reply:
    """GET, PUT and DELETE /webhooks/{id}."""
    shop = request.shop
    hook = shop.webhooks.get(hook_id)
    if hook is None:
        status = 404 if request.method in ("GET", "DELETE") else 400
        code = "woocommerce_rest_shop_webhook_invalid_id"
        raise RestError(status, code, "Invalid ID.")
    allow = ", ".join(METHODS)
    facts = {"shop": shop.code, "webhook": hook_id}
    if request.method == "GET":
        return respond(request, webhook_view(request, hook), allow=allow)
    if request.method == "DELETE":
        if not truth(str(request.query.get("force", "false"))):
            raise RestError(
                501,
                "woocommerce_rest_trash_not_supported",
                "Webhooks do not support trashing.",
            )
        del shop.webhooks[hook_id]
        shop.ledger.effect("woocommerce", "webhook_delete", **facts)
        return respond(request, webhook_view(request, hook), allow=allow)
    body = request.body()
    known = ("name", "status", "delivery_url", "secret", "topic")
    change = {key: body[key] for key in known if key in body}
    hook = {
        **hook,
        **change,
        "date_modified": shop.local(shop.second()),
        "date_modified_gmt": shop.second(),
    }
    shop.webhooks[hook_id] = hook
    shop.ledger.effect("woocommerce", "webhook_update", fields=sorted(change), **facts)
    return respond(request, webhook_view(request, hook), allow=allow)


def product_view(request: Request, item: catalogue.Item) -> dict[str, Any]:
    """Show the members of a product that an integration reads."""
    own = f"{request.base}/wp-json/wc/v3/products"
    product_id = item.variation_id or item.product_id
    return {
        "id": product_id,
        "name": item.description,
        "type": "variation" if item.variation_id else "simple",
        "status": "publish",
        "sku": item.sku,
        "price": item.price,
        "regular_price": item.price,
        "sale_price": "",
        "tax_status": "taxable",
        "tax_class": item.tax_class,
        "manage_stock": False,
        "stock_quantity": None,
        "parent_id": item.product_id if item.variation_id else 0,
        "meta_data": [],
        "date_created_gmt": "2026-01-10T08:00:00",
        "date_modified_gmt": "2026-01-10T08:00:00",
        "_links": {
            "self": [
                {"href": f"{own}/{product_id}", "targetHints": {"allow": METHODS}}
            ],
            "collection": [{"href": own}],
        },
    }


def get_products(request: Request) -> Reply:
    """GET /products, by `sku` when asked."""
    check_list_query(request)
    rows = [item for item in catalogue.ITEMS]
    if request.query.get("sku"):
        wanted = set(as_list(request.query["sku"]))
        rows = [item for item in rows if item.sku in wanted]
    else:
        rows = [item for item in rows if not item.variation_id]
    first, count, headers = paged(request, len(rows), "/products", [])
    value: list[Any] = [product_view(request, i) for i in rows[first : first + count]]
    fields = request.fields()
    if fields is not None:
        value = [pick(row, fields) for row in value]
    return respond(request, value, allow="GET, POST", extra=headers)


def get_product(request: Request, product_id: int) -> Reply:
    """GET /products/{id}."""
    for item in catalogue.ITEMS:
        if product_id == (item.variation_id or item.product_id):
            value = product_view(request, item)
            return respond(request, value, allow=", ".join(METHODS))
    raise RestError(404, "woocommerce_rest_product_invalid_id", "Invalid ID.")


def get_statuses(request: Request) -> Reply:
    """GET /orders/statuses."""
    value = fixture("orders-statuses.json")
    for slug in request.shop.settings.extra_statuses:
        value.append({"slug": slug, "name": slug.replace("-", " ").capitalize()})
    return respond(request, value, allow="GET")


def get_system_status(request: Request) -> Reply:
    """GET /system_status."""
    value = fixture("system_status.json")
    value["environment"]["version"] = request.shop.settings.version
    value["environment"]["home_url"] = request.base
    value["environment"]["site_url"] = request.base
    value["environment"]["default_timezone"] = "UTC"
    value["settings"]["currency"] = request.shop.settings.currency
    return respond(request, value, allow="GET")


STATIC = {
    "/payment_gateways": "payment_gateways",
    "/shipping_methods": "shipping_methods",
    "/data/currencies/current": "data-currencies-current",
    "/taxes": "taxes",
    "/taxes/classes": "taxes-classes",
    "/coupons": "coupons",
    "/customers": "customers",
    "/products/21/variations": "variations-tee",
    "/products/27/variations": "variations-cym",
}


def get_static(request: Request) -> Reply:
    """GET a captured collection: read-only, paged, filtered by nothing."""
    check_list_query(request)
    path = request.route.rstrip("/").removeprefix("/wp-json/wc/v3")
    text = (FIXTURES / "lists" / f"{STATIC[path]}.json").read_text(encoding="utf-8")
    value = json.loads(text.replace("https://shop.example.com", request.base))
    if isinstance(value, dict):
        return respond(request, value, allow="GET")
    first, count, headers = paged(request, len(value), path, [])
    return respond(request, value[first : first + count], allow="GET", extra=headers)


def get_index(request: Request) -> Reply:
    """GET /wp-json/: open to everybody."""
    value = fixture("wp-json-index-trimmed.json")
    shop = request.shop
    offset = shop.clock.now().astimezone(shop.zone).utcoffset()
    hours = (offset.total_seconds() if offset else 0) / 3600
    value.update(
        name=shop.settings.name,
        url=shop.site_url,
        home=shop.site_url,
        gmt_offset=int(hours) if hours.is_integer() else hours,
        timezone_string=shop.settings.zone,
    )
    value["authentication"]["application-passwords"]["endpoints"] = {
        "authorization": f"{shop.site_url}/wp-admin/authorize-application.php"
    }
    return respond(request, value, allow="GET", cacheable=True)


def get_namespace(request: Request) -> Reply:
    """GET /wp-json/wc/v3: open to everybody."""
    value = fixture("wc-v3-index-trimmed.json")
    value["_links"] = {"up": [{"href": f"{request.base}/wp-json/"}]}
    return respond(request, value, allow="GET", cacheable=True)


def delivery(shop: Shop, hook: dict[str, Any], order: StoredOrder) -> dict[str, Any]:
    """Describe the signed delivery that a change would cause, for tests to send."""
    body = body_of(shop, hook["topic"], order.id)
    return {
        "url": hook["delivery_url"],
        "headers": headers(shop, hook, body),
        "body": body,
    }
