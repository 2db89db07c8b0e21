"""The WooCommerce REST API v3 of one shop, as measured on a real one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .wire import Call, Reply, php_json
from .woo_auth import AuthError, authenticate
from .woo_lists import (
    STATIC,
    get_index,
    get_namespace,
    get_order_refunds,
    get_product,
    get_products,
    get_refunds,
    get_static,
    get_statuses,
    get_system_status,
    get_webhooks,
    one_webhook,
    post_refund,
    post_webhook,
)
from .woo_orders import (
    batch_orders,
    delete_order,
    get_order,
    get_orders,
    post_order,
    put_order,
)
from .woo_rest import (
    ANONYMOUS,
    CutShort,
    Request,
    RestError,
    error_reply,
    fatal_reply,
    no_route,
    php_query,
    respond,
)
from .woo_store import METHODS, Shop


@dataclass(frozen=True)
class Route:
    """A pattern, its methods and what an anonymous caller is told."""

    pattern: str
    methods: tuple[str, ...]
    refusal: str
    run: Callable[..., Reply]


WRITE = ("PUT", "PATCH", "POST")
ROUTES = (
    Route(r"/orders", ("GET",), "list", get_orders),
    Route(r"/orders", ("POST",), "create", post_order),
    Route(r"/orders/batch", WRITE, "batch", batch_orders),
    Route(r"/orders/statuses", ("GET",), "", get_statuses),
    Route(r"/orders/(\d+)", ("GET",), "view", get_order),
    Route(r"/orders/(\d+)", WRITE, "edit", put_order),
    Route(r"/orders/(\d+)", ("DELETE",), "delete", delete_order),
    Route(r"/orders/(\d+)/refunds", ("GET",), "list", get_order_refunds),
    Route(r"/orders/(\d+)/refunds", ("POST",), "create", post_refund),
    Route(r"/refunds", ("GET",), "list", get_refunds),
    Route(r"/products", ("GET",), "list", get_products),
    Route(r"/products/(\d+)", ("GET",), "view", get_product),
    Route(r"/webhooks", ("GET",), "list", get_webhooks),
    Route(r"/webhooks", ("POST",), "create", post_webhook),
    Route(r"/webhooks/(\d+)", ("GET",), "view", one_webhook),
    Route(r"/webhooks/(\d+)", WRITE, "edit", one_webhook),
    Route(r"/webhooks/(\d+)", ("DELETE",), "delete", one_webhook),
    Route(r"/system_status", ("GET",), "list", get_system_status),
    *(Route(re.escape(path), ("GET",), "list", get_static) for path in STATIC),
)


def allowed_methods(path: str) -> str:
    """Return the Allow header of a path."""
    found = [r for r in ROUTES if re.fullmatch(r.pattern, path)]
    have = {method for route in found for method in route.methods}
    if path == "/orders/batch":
        return "POST, PUT, PATCH"
    if path.startswith("/products"):
        return "GET, POST" if path == "/products" else ", ".join(METHODS)
    return ", ".join(method for method in METHODS if method in have)


def handle(shop: Shop, call: Call) -> Reply:
    """Answer one call to a shop."""
    query = php_query(call.query)
    method = "GET" if call.method == "HEAD" else call.method
    if method == "POST":
        method = str(
            query.get("_method") or call.headers.get("X-HTTP-Method-Override", method)
        ).upper()
    request = Request(shop, call, method, call.rest, query)
    reply = _answer(request)
    reply.headers += list(shop.settings.extra_headers.items())
    if "_envelope" in query:
        value = {
            "body": reply.json(),
            "status": reply.status,
            "headers": {name: text for name, text in reply.headers},
        }
        reply.status, reply.body = 200, php_json(value).encode("ascii")
    return reply


def _answer(request: Request) -> Reply:
    path = request.route.rstrip("/") or "/"
    if not path.startswith("/wp-json"):
        if "rest_route" in request.query:
            # Keys are honoured for /wp-json/ addresses only.
            asked = str(request.query["rest_route"]).rstrip("/")
            kind = "view" if re.search(r"/\d+$", asked) else "list"
            return error_reply(request, RestError(401, *ANONYMOUS[kind]))
        return Reply(
            body=b"<!DOCTYPE html><html><body><h1>Shop</h1></body></html>\n",
            content_type="text/html; charset=UTF-8",
            status=200 if path == "/" else 404,
        )
    allow = ""
    try:
        if path == "/wp-json":
            if request.shop.settings.no_index:
                raise no_route()
            return get_index(request)
        if path == "/wp-json/wc/v3":
            return get_namespace(request)
        rest = path.removeprefix("/wp-json/wc/v3")
        if rest == path:
            raise no_route()
        try:
            key = authenticate(request.shop, request.call)
        except AuthError as refused:
            raise RestError(
                401, "woocommerce_rest_authentication_error", str(refused)
            ) from None
        for route in ROUTES:
            match = re.fullmatch(route.pattern, rest)
            if match is None or request.method not in route.methods:
                continue
            if key is None and route.refusal:
                raise RestError(401, *ANONYMOUS[route.refusal])
            allow = allowed_methods(rest)
            return route.run(request, *(int(group) for group in match.groups()))
        if request.method == "OPTIONS" and allowed_methods(rest):
            value = {"namespace": "wc/v3", "methods": allowed_methods(rest).split(", ")}
            return respond(request, value, allow=allowed_methods(rest))
        raise no_route()
    except RestError as error:
        return error_reply(request, error, allow)
    except CutShort:
        return fatal_reply(request.call.headers.get("Accept", ""))
