"""Orders over REST: the list with its filters, single writes, batches."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .wire import Reply, php_json
from .woo_rest import (
    CutShort,
    Request,
    RestError,
    as_list,
    check_list_query,
    invalid_param,
    one_of,
    paged,
    parse_bound,
    pick,
    respond,
    truth,
)
from .woo_store import METHODS, Shop, StoredOrder, create_from_request


def single(request: Request, order: StoredOrder) -> str:
    """Print one order; `_links` comes along whatever `_fields` says."""
    fields = request.fields()
    if fields is None:
        return order.text(request.base, request.dp())
    view = order.view(request.base, request.dp())
    return php_json(pick(view, [*fields, "_links"]))


def select_orders(request: Request) -> list[StoredOrder]:
    """Filter and sort; paging is done by the caller."""
    query, shop = request.query, request.shop
    source = shop.orders
    if request.call.stale_seconds is not None:
        source = shop.as_of(request.call.stale_seconds)
    words = as_list(query.get("status", "any"))
    wanted = None if "any" in words or not words else set(words)
    orders = [
        order
        for order in source.values()
        if (order.status != "trash" if wanted is None else order.status in wanted)
    ]
    gmt = truth(str(query.get("dates_are_gmt", "0")))
    for name, column, later in (
        ("after", "date_created", True),
        ("before", "date_created", False),
        ("modified_after", "date_modified", True),
        ("modified_before", "date_modified", False),
    ):
        if name in query:
            bound = parse_bound(shop, str(query[name]), gmt)
            key = f"{column}_gmt" if gmt else column
            orders = [
                order
                for order in orders
                if (
                    order.data[key] > bound.text
                    if later
                    else order.data[key] < bound.text
                )
            ]
    orders = [order for order in orders if _matches(order, query)]
    return _sort(orders, query)


def _matches(order: StoredOrder, query: dict[str, Any]) -> bool:
    data = order.data
    if "include" in query and as_list(query["include"]):
        if str(order.id) not in as_list(query["include"]):
            return False
    if "exclude" in query and str(order.id) in as_list(query["exclude"]):
        return False
    if "parent" in query and as_list(query["parent"]):
        if str(data["parent_id"]) not in as_list(query["parent"]):
            return False
    if "customer" in query and int(query["customer"]) != data["customer_id"]:
        return False
    if "product" in query:
        product = int(query["product"])
        if product not in [row["product_id"] for row in data["line_items"]]:
            return False
    if "created_via" in query:
        if data["created_via"] not in as_list(query["created_via"]):
            return False
    if query.get("search"):
        needle = str(query["search"]).lower()
        hay = [data["transaction_id"], data["billing"].get("email", "")]
        hay += list(data["billing"].values()) + list(data["shipping"].values())
        hay += [row["name"] for row in data["line_items"]]
        return any(needle in str(straw).lower() for straw in hay)
    return True


def _sort(orders: list[StoredOrder], query: dict[str, Any]) -> list[StoredOrder]:
    by, down = query.get("orderby", "date"), query.get("order", "desc") == "desc"
    if by == "include" and "include" in query:
        place = {word: at for at, word in enumerate(as_list(query["include"]))}
        return sorted(orders, key=lambda o: place.get(str(o.id), 0))
    keys: dict[str, Callable[[StoredOrder], Any]] = {
        "date": lambda o: (o.created, o.id),
        "modified": lambda o: (o.modified, o.id),
    }
    return sorted(orders, key=keys.get(by, lambda o: o.id), reverse=down)


def get_orders(request: Request) -> Reply:
    """GET /orders."""
    check_list_query(request)
    orders = select_orders(request)
    defaults = [("status[0]", "any"), ("dp", "2"), ("context", "view")]
    first, count, headers = paged(request, len(orders), "/orders", defaults)
    rows = orders[first : first + count]
    fields, dp = request.fields(), request.dp()
    if fields is None:
        texts = [order.text(request.base, dp) for order in rows]
    else:
        texts = [php_json(pick(o.view(request.base, dp), fields)) for o in rows]
    text = f"[{','.join(texts)}]"
    return respond(request, text=text, allow="GET, POST", extra=headers)


def invalid_id(status: int) -> RestError:
    """Return the error of an order that is not there."""
    return RestError(status, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")


def find_order(request: Request, order_id: int, status: int) -> StoredOrder:
    """Find an order; ids of products and refunds are as good as none."""
    source = request.shop.orders
    if request.call.stale_seconds is not None:
        source = request.shop.as_of(request.call.stale_seconds)
    order = source.get(order_id)
    if order is None:
        raise invalid_id(status)
    return order


def check_order_body(shop: Shop, body: dict[str, Any]) -> None:
    """Check what a single write checks and a batch item does not."""
    faults: dict[str, tuple[str, str]] = {}
    if "status" in body and body["status"] not in shop.statuses():
        faults["status"] = one_of("status", shop.statuses())
    for name in ("billing", "shipping"):
        if name in body and not isinstance(body[name], dict):
            faults[name] = ("rest_invalid_type", f"{name} is not of type object.")
    if "meta_data" in body and not isinstance(body["meta_data"], list):
        text = "meta_data is not of type array."
        faults["meta_data"] = ("rest_invalid_type", text)
    lines = body.get("line_items", [])
    for at, line in enumerate(lines if isinstance(lines, list) else []):
        image = line.get("image") if isinstance(line, dict) else None
        if isinstance(image, dict) and image.get("id") == "":
            text = f"line_items[{at}][image][id] is not of type integer."
            faults["line_items"] = ("rest_invalid_type", text)
            break
    if faults:
        raise invalid_param(faults)


def get_order(request: Request, order_id: int) -> Reply:
    """GET /orders/{id}."""
    order = find_order(request, order_id, 404)
    return respond(request, text=single(request, order), allow=", ".join(METHODS))


def put_order(request: Request, order_id: int) -> Reply:
    """PUT, PATCH or POST /orders/{id}."""
    body = request.body()
    check_order_body(request.shop, body)
    order = request.shop.update(find_order(request, order_id, 400), body)
    return respond(request, text=single(request, order), allow=", ".join(METHODS))


def delete_order(request: Request, order_id: int) -> Reply:
    """DELETE /orders/{id}: to the trash, or for good with force=true."""
    shop = request.shop
    order = find_order(request, order_id, 404)
    text = single(request, order)
    if truth(str(request.query.get("force", "false"))):
        shop.remove(order_id)
        shop.ledger.effect("woocommerce", "delete", shop=shop.code, order=order_id)
    elif order.status == "trash":
        raise RestError(
            410,
            "woocommerce_rest_already_trashed",
            "The order has already been deleted.",
        )
    else:
        shop.trash(order)
        shop.ledger.effect("woocommerce", "trash", shop=shop.code, order=order_id)
    return respond(request, text=text, allow=", ".join(METHODS))


def check_new_order(request: Request, body: dict[str, Any]) -> None:
    """Refuse what creating an order refuses."""
    check_order_body(request.shop, body)
    for line in body.get("line_items", []):
        if not line.get("product_id") and not line.get("sku"):
            raise RestError(
                400,
                "woocommerce_rest_required_product_reference",
                "Product ID or SKU is required.",
            )
    for coupon in body.get("coupon_lines", []):
        draft = request.shop.add({"status": "auto-draft"})
        raise RestError(
            400,
            "woocommerce_rest_invalid_coupon",
            f"Coupon &quot;{coupon.get('code', '')}&quot; cannot be applied because "
            "it does not exist.",
            new_draft_order_id=draft.id,
        )


def post_order(request: Request) -> Reply:
    """POST /orders."""
    body = request.body()
    check_new_order(request, body)
    order = create_from_request(request.shop, body)
    place = f"{request.base}/wp-json/wc/v3/orders/{order.id}"
    return respond(
        request,
        text=single(request, order),
        status=201,
        allow="GET, POST",
        extra=[("Location", place)],
    )


def batch_orders(request: Request) -> Reply:
    """POST /orders/batch: item errors stay in place, nothing is validated."""
    shop, body = request.shop, request.body()
    lists = {
        name: body[name]
        for name in ("create", "update", "delete")
        if isinstance(body.get(name), list)
    }
    count = sum(len(rows) for rows in lists.values())
    if count > shop.settings.batch_limit:
        raise RestError(
            413,
            "woocommerce_rest_request_entity_too_large",
            f"Unable to accept more than {shop.settings.batch_limit} items for this "
            "request.",
        )
    left = request.call.commit_limit
    parts = []
    for name, rows in lists.items():
        texts = []
        for row in rows:
            if left is not None:
                if left <= 0:
                    raise CutShort
                left -= 1
            texts.append(_batch_item(request, name, row))
        parts.append(f'"{name}":[{",".join(texts)}]' if texts else "")
    if left is not None:
        raise CutShort
    text = ",".join(part for part in parts if part)
    if request.fields() is not None:
        names = [n for n in lists if n in {f.split(".")[0] for f in request.fields()}]
        text = ",".join(f'"{name}":[]' for name in names)
    text = "{" + text + "}" if text else "[]"
    return respond(request, text=text, allow="POST, PUT, PATCH")


def _batch_item(request: Request, name: str, row: Any) -> str:
    shop = request.shop
    order_id = 0
    try:
        if name == "create":
            wish = row if isinstance(row, dict) else {}
            for line in wish.get("line_items", []):
                if not line.get("product_id") and not line.get("sku"):
                    raise RestError(
                        400,
                        "woocommerce_rest_required_product_reference",
                        "Product ID or SKU is required.",
                    )
            return create_from_request(shop, wish).text(request.base, request.dp())
        wish = row if isinstance(row, dict) else {"id": row}
        order_id = _batch_id(wish.get("id"))
        if name == "delete":
            order = find_order(request, order_id, 404)
            shop.remove(order_id)
            shop.ledger.effect("woocommerce", "delete", shop=shop.code, order=order_id)
        else:
            order = shop.update(find_order(request, order_id, 400), wish)
        return order.text(request.base, request.dp())
    except RestError as error:
        value = {
            "code": error.code,
            "message": error.message,
            "data": {"status": error.status},
        }
        return php_json({"id": order_id, "error": value})


def _batch_id(value: Any) -> int:
    match = re.match(r"\d+", str(value))
    return int(match[0]) if match else 0
