"""Manners of the WordPress REST API: parameters, headers, errors, fields, pages."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote_plus

from .clock import iso_seconds
from .wire import Call, Reply, php_json
from .woo_store import Shop

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "woocommerce"
DATE = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}(?::?\d{2})?)?"
)
ORDERBY = ("date", "id", "include", "title", "slug", "modified")
EXPIRES = [
    ("Expires", "Wed, 11 Jan 1984 05:00:00 GMT"),
    (
        "Cache-Control",
        "no-cache, must-revalidate, max-age=0, no-store, private",
    ),
]
COMMON = [
    ("X-Robots-Tag", "noindex"),
    ("Link", '<{site}/wp-json/>; rel="https://api.w.org/"'),
    ("X-Content-Type-Options", "nosniff"),
    ("Access-Control-Expose-Headers", "X-WP-Total, X-WP-TotalPages, Link"),
    (
        "Access-Control-Allow-Headers",
        "Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type",
    ),
]
ANONYMOUS = {
    "list": ("woocommerce_rest_cannot_view", "Sorry, you cannot list resources."),
    "view": ("woocommerce_rest_cannot_view", "Sorry, you cannot view this resource."),
    "create": (
        "woocommerce_rest_cannot_create",
        "Sorry, you are not allowed to create resources.",
    ),
    "edit": (
        "woocommerce_rest_cannot_edit",
        "Sorry, you are not allowed to edit this resource.",
    ),
    "delete": (
        "woocommerce_rest_cannot_delete",
        "Sorry, you are not allowed to delete this resource.",
    ),
    "batch": (
        "woocommerce_rest_cannot_batch",
        "Sorry, you are not allowed to batch manipulate this resource.",
    ),
}


class RestError(Exception):
    """An error body with its status."""

    def __init__(self, status: int, code: str, message: str, **data: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.data: Any = {"status": status, **data}


class CutShort(Exception):
    """PHP died in the middle of a batch; what was done stays done."""


def invalid_param(faults: dict[str, tuple[str, str]]) -> RestError:
    """Return rest_invalid_param for parameters: name -> (code, message)."""
    return RestError(
        400,
        "rest_invalid_param",
        f"Invalid parameter(s): {', '.join(faults)}",
        params={name: message for name, (_, message) in faults.items()},
        details={
            name: {"code": code, "message": message, "data": None}
            for name, (code, message) in faults.items()
        },
    )


def one_of(name: str, allowed: list[str] | tuple[str, ...]) -> tuple[str, str]:
    """Return the fault of a value outside an enumeration."""
    words = (
        ", ".join(allowed[:-1])
        + ("," if len(allowed) > 2 else "")
        + f" and {allowed[-1]}"
    )
    return "rest_not_in_enum", f"{name} is not one of {words}."


@dataclass
class Request:
    """A call to one shop, with PHP's idea of its query."""

    shop: Shop
    call: Call
    method: str
    route: str
    query: dict[str, Any]

    def body(self) -> dict[str, Any]:
        """Return the JSON body; a form body counts too, as in WordPress."""
        text = self.call.body.decode("utf-8", "replace")
        kind = self.call.headers.get("Content-Type", "").lower()
        if "json" not in kind:
            return dict(parse_qsl(text, keep_blank_values=True))
        if not text.strip():
            return {}
        try:
            value = json.loads(text)
        except ValueError:
            raise RestError(
                400,
                "rest_invalid_json",
                "Invalid JSON body passed.",
                json_error_code=4,
                json_error_message="Syntax error",
            ) from None
        return value if isinstance(value, dict) else {}

    @property
    def base(self) -> str:
        """The address that goes into links."""
        return self.shop.site_url

    def dp(self) -> int | None:
        """Return the decimals asked for; None leaves the shop's own."""
        value = self.query.get("dp")
        return int(value) if value not in (None, "") else None

    def fields(self) -> list[str] | None:
        """Return the `_fields` asked for."""
        value = self.query.get("_fields")
        return None if value is None else as_list(value)


def as_list(value: Any) -> list[str]:
    """Read a comma list or a repeated parameter."""
    if isinstance(value, list):
        return [str(v).strip() for v in value]
    return [word.strip() for word in str(value).split(",") if word.strip() != ""]


def php_query(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Read a query as PHP does: the last one wins, brackets make lists."""
    out: dict[str, Any] = {}
    for name, value in pairs:
        match = re.fullmatch(r"([^\[]+)\[\d*\]", name)
        if match:
            rows = out.setdefault(match[1], [])
            if isinstance(rows, list):
                rows.append(value)
            else:
                out[match[1]] = [value]
        else:
            out[name] = value
    return out


def truth(value: str) -> bool:
    """Read a boolean parameter."""
    if value.lower() in ("true", "1"):
        return True
    if value.lower() in ("false", "0", ""):
        return False
    raise ValueError(value)


def respond(
    request: Request,
    value: Any = None,
    *,
    text: str | None = None,
    status: int = 200,
    allow: str = "",
    extra: list[tuple[str, str]] | None = None,
    cacheable: bool = False,
) -> Reply:
    """Make an answer with the headers that a shop sends."""
    extra = extra or []
    names = {name for name, _ in extra}
    headers = [
        (name, content.replace("{site}", request.base))
        for name, content in COMMON
        if not (name == "Link" and "Link" in names)
    ]
    headers += extra
    if allow:
        headers.append(("Allow", allow))
    headers += [("Vary", "Origin")] if cacheable else EXPIRES
    body = text if text is not None else php_json(value)
    return Reply(status=status, body=body.encode("ascii"), headers=headers)


def error_reply(request: Request, error: RestError, allow: str = "") -> Reply:
    """Make an error answer."""
    value = {"code": error.code, "message": error.message, "data": error.data}
    anonymous = error.status == 401 and "permissions" not in error.message
    return respond(
        request, value, status=error.status, allow=allow, cacheable=anonymous
    )


def fatal_reply(accept: str, status: int = 500) -> Reply:
    """Return what a PHP fatal error looks like; HTML unless JSON was asked for."""
    name = (
        "500-php-fatal-json.http"
        if "json" in accept
        else "500-php-fatal-html-without-accept.http"
    )
    reply = captured(f"errors/{name}")
    reply.status = status
    return reply


def captured(name: str) -> Reply:
    """Return a captured answer as it was sent."""
    lines = (FIXTURES / name).read_text(encoding="utf-8").replace("\r\n", "\n")
    head, _, body = lines.partition("\n\n")
    rows = [row for row in head.split("\n") if not row.startswith("#")]
    reply = Reply(status=int(rows[0].split()[1]), chunked=False)
    for row in rows[1:]:
        key, _, value = row.partition(": ")
        if key == "Content-Type":
            reply.content_type = value
        elif key == "Transfer-Encoding":
            reply.chunked = True
        elif key not in ("Server", "Date", "Connection", "Content-Length"):
            reply.headers.append((key, value))
    reply.body = body.encode("utf-8")
    return reply


def pick(data: Any, fields: list[str]) -> Any:
    """Thin out as WordPress does; an object left empty becomes `[]`."""
    tree: dict[str, Any] = {}
    for name in fields:
        node = tree
        parts = name.split(".")
        for part in parts[:-1]:
            step = node.get(part)
            if step is True:
                break
            node = node.setdefault(part, {})
        else:
            node[parts[-1]] = True
    return _intersect(data, tree)


def _intersect(data: Any, tree: dict[str, Any]) -> Any:
    if isinstance(data, list):
        return []
    out = {
        key: _intersect(value, tree[key])
        if isinstance(tree[key], dict) and isinstance(value, (dict, list))
        else value
        for key, value in data.items()
        if key in tree
    }
    return out or []


@dataclass
class Bound:
    """One of after, before, modified_after, modified_before."""

    text: str
    gmt: bool


def parse_bound(shop: Shop, value: str, gmt: bool) -> Bound:
    """Apply the zone rules, trap included; ValueError for what is no date."""
    match = DATE.fullmatch(value)
    if match is None:
        raise ValueError(value)
    text = f"{match[1]}T{match[2]}"
    moment = datetime.fromisoformat(text)
    if match[3]:
        zone = match[3].replace("Z", "+00:00")
        zone = zone if len(zone) > 3 else f"{zone}:00"
        aware = datetime.fromisoformat(text + zone)
        # An explicit zone is turned into site time; with dates_are_gmt the
        # result is then read as if it were UTC, which is the trap.
        moment = aware.astimezone(shop.zone).replace(tzinfo=None)
    return Bound(iso_seconds(moment), gmt)


def check_list_query(request: Request) -> None:
    """Refuse what the route's schema refuses; unknown parameters pass."""
    query, shop = request.query, request.shop
    faults: dict[str, tuple[str, str]] = {}
    for name, value in query.items():
        if name == "per_page":
            between = "per_page must be between 1 (inclusive) and 100 (inclusive)"
            if not re.fullmatch(r"-?\d+", str(value)):
                faults[name] = ("rest_invalid_type", "per_page is not of type integer.")
            elif not 1 <= int(value) <= 100:
                faults[name] = ("rest_out_of_bounds", between)
        elif name in ("page", "offset", "customer", "product", "dp"):
            if not re.fullmatch(r"-?\d+", str(value)):
                faults[name] = ("rest_invalid_type", f"{name} is not of type integer.")
            elif name == "page" and int(value) < 1:
                text = "page must be greater than or equal to 1"
                faults[name] = ("rest_out_of_bounds", text)
        elif name == "order" and value not in ("asc", "desc"):
            faults[name] = one_of(name, ("asc", "desc"))
        elif name == "orderby" and value not in ORDERBY:
            faults[name] = one_of(name, ORDERBY)
        elif name == "status":
            allowed = ["any", "trash", *shop.statuses()]
            for at, word in enumerate(as_list(value)):
                if word not in allowed:
                    faults[name] = one_of(f"status[{at}]", allowed)
                    break
        elif name == "dates_are_gmt":
            try:
                truth(str(value))
            except ValueError:
                text = "dates_are_gmt is not of type boolean."
                faults[name] = ("rest_invalid_type", text)
        elif name in ("after", "before", "modified_after", "modified_before"):
            try:
                parse_bound(shop, str(value), False)
            except ValueError:
                faults[name] = ("rest_invalid_date", "Invalid date.")
    if faults:
        raise invalid_param(faults)


def paged(
    request: Request, total: int, path: str, defaults: list[tuple[str, str]]
) -> tuple[int, int, list[tuple[str, str]]]:
    """Return first row, row count and the paging headers."""
    query = request.query
    per_page, page = int(query.get("per_page", 10)), int(query.get("page", 1))
    first = int(query["offset"]) if "offset" in query else (page - 1) * per_page
    pages = -(-total // per_page)
    beyond = first >= total and page > 1
    if beyond:
        total = pages = 0
    headers = [("X-WP-Total", str(total)), ("X-WP-TotalPages", str(pages))]
    links = []
    if page > 1:
        to = min(page - 1, pages)
        links.append(
            f'<{_link(request, path, to, [] if beyond else defaults)}>; rel="prev"'
        )
    if page < pages:
        links.append(f'<{_link(request, path, page + 1, defaults)}>; rel="next"')
    if links:
        headers.append(("Link", ", ".join(links)))
    return first, per_page, headers


def _link(
    request: Request, path: str, page: int, defaults: list[tuple[str, str]]
) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in request.query.items():
        if name == "page":
            pairs.append((name, str(page)))
        elif name == "status" or isinstance(value, list):
            rows = as_list(value)
            pairs += [(f"{name}[{at}]", word) for at, word in enumerate(rows)]
        elif name == "dates_are_gmt":
            pairs.append((name, "1" if truth(str(value)) else "0"))
        else:
            pairs.append((name, str(value)))
    have = {re.sub(r"\[\d+\]$", "", name) for name, _ in pairs}
    for name, value in defaults:
        if re.sub(r"\[\d+\]$", "", name) not in have:
            pairs.append((name, value))
    if "page" not in have:
        pairs.append(("page", str(page)))
    text = "&".join(f"{quote_plus(n, safe='_')}={quote_plus(v)}" for n, v in pairs)
    return f"{request.base}/wp-json/wc/v3{path}?{text}"


def no_route() -> RestError:
    """Return the error of an address that no route matches."""
    return RestError(
        404,
        "rest_no_route",
        "No route was found matching the URL and request method.",
    )


def fixture(name: str) -> Any:
    """Read a captured list."""
    return json.loads((FIXTURES / "lists" / name).read_text(encoding="utf-8"))
