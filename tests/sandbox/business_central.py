"""Business Central online: companies, items, the Item Card service, $batch.

Entity sets are rows of a table (`EntitySet`), so sales orders and customers are a
module of their own that adds to `ENTITY_SETS`, and nothing here has to change.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import html
import json
import re
import time
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from . import catalogue
from .clock import Clock, iso_utc
from .entra import BC_RESOURCE, DOMAIN, TENANT, Entra, Token
from .ledger import Ledger
from .odata import Filter, ODataError, Row, Schema, select_fields, sort_rows
from .wire import Call, Reply, plain_json

ENVIRONMENT = "sandbox"
COMPANY_ID = "c0c0c0c0-0000-4000-8000-000000000001"
COMPANY_NAME = "SAMPLE CO"
NIL = "00000000-0000-0000-0000-000000000000"
IN_FLIGHT, QUEUED = 5, 95
BATCH_LIMIT = 100

ITEM_FIELDS = (
    "id number displayName displayName2 type itemCategoryId itemCategoryCode blocked "
    "gtin inventory unitPrice priceIncludesTax unitCost taxGroupId taxGroupCode "
    "baseUnitOfMeasureId baseUnitOfMeasureCode generalProductPostingGroupId "
    "generalProductPostingGroupCode inventoryPostingGroupId "
    "inventoryPostingGroupCode lastModifiedDateTime"
)
ITEM_LENGTHS = {
    "number": 20,
    "displayName": 100,
    "displayName2": 50,
    "gtin": 14,
    "baseUnitOfMeasureCode": 10,
}
ITEM_SCHEMA = Schema(
    "item",
    tuple(ITEM_FIELDS.split()),
    {"number": 20, "baseUnitOfMeasureCode": 10, "taxGroupCode": 20},
    ("lastModifiedDateTime",),
    "Item",
    {"number": "No."},
)
CARD_SCHEMA = Schema(
    "Item_Card",
    ("No", "Description", "Blocked", "Sales_Blocked"),
    {"No": 20},
    (),
    "Item",
    {"No": "No."},
)
COMPANY_SCHEMA = Schema(
    "company",
    tuple(
        "id systemVersion timestamp name displayName businessProfileId systemCreatedAt "
        "systemCreatedBy systemModifiedAt systemModifiedBy".split()
    ),
)
DECIMALS = {"inventory", "unitPrice", "unitCost"}


@dataclass
class BcSettings:
    """What PUT /_bc may set."""

    tenants: list[str] = field(default_factory=lambda: [TENANT, DOMAIN])
    environments: list[str] = field(default_factory=lambda: [ENVIRONMENT])
    companies: dict[str, str] = field(
        default_factory=lambda: {COMPANY_ID: COMPANY_NAME}
    )
    item_services: list[str] = field(default_factory=lambda: ["Item_Card", "Item_List"])
    page_rows: int = 20000
    rate_limit: int = 6000
    rate_seconds: float = 300.0
    rate_retry_after: Any = None
    in_flight: int = IN_FLIGHT
    maintenance: str = ""  # "", "503" or "html"
    forbidden: list[str] = field(default_factory=list)
    application_card: bool = True


class Company:
    """The data of one company."""

    def __init__(self, bc: BusinessCentral, company_id: str, name: str) -> None:
        self.bc, self.id, self.name = bc, company_id, name
        self.items: dict[str, Row] = {}
        self.sales_blocked: set[str] = set()
        self.journal: deque[tuple[float, str, Row | None, bool]]
        self.journal = deque(maxlen=50000)
        for item in catalogue.ITEMS:
            if item.bc:
                self.put_item(
                    item.bc_number,
                    {
                        "displayName": html.unescape(item.description)[:100],
                        "type": item.kind,
                        "blocked": item.blocked,
                        "unitPrice": float(item.price),
                        "gtin": catalogue.barcode(item),
                    },
                    sales_blocked=item.sales_blocked,
                )
        self.journal.clear()

    def put_item(
        self, number: str, wish: Row, *, sales_blocked: bool | None = None
    ) -> Row:
        """Create or change an item; the journal keeps what was there."""
        number = number.upper()
        old = self.items.get(number)
        self.journal.append(
            (
                self.bc.clock.now().timestamp(),
                number,
                old,
                number in self.sales_blocked,
            )
        )
        row = dict(old or self._new_item(number))
        row.update({k: v for k, v in wish.items() if k in ITEM_SCHEMA.fields})
        row["number"] = number
        row["lastModifiedDateTime"] = iso_utc(self.bc.clock.now())
        row["@odata.etag"] = self.bc.new_etag()
        row = {"@odata.etag": row.pop("@odata.etag"), **row}
        self.items[number] = row
        if sales_blocked is not None:
            (self.sales_blocked.add if sales_blocked else self.sales_blocked.discard)(
                number
            )
        return row

    def remove_item(self, number: str) -> bool:
        """Delete an item; False when there was none."""
        old = self.items.pop(number.upper(), None)
        if old is not None:
            self.journal.append(
                (
                    self.bc.clock.now().timestamp(),
                    number.upper(),
                    old,
                    number.upper() in self.sales_blocked,
                )
            )
        return old is not None

    def items_as_of(self, seconds: float | None) -> tuple[dict[str, Row], set[str]]:
        """Return items and sales blocks, now or so many seconds ago."""
        items, blocked = dict(self.items), set(self.sales_blocked)
        if seconds is None:
            return items, blocked
        limit = self.bc.clock.now().timestamp() - seconds
        for moment, number, before, was_blocked in reversed(self.journal):
            if moment < limit:
                break
            if before is None:
                items.pop(number, None)
            else:
                items[number] = before
            (blocked.add if was_blocked else blocked.discard)(number)
        return items, blocked

    def _new_item(self, number: str) -> Row:
        serial = len(self.items) + 1
        plain: Row = {name: "" for name in ITEM_SCHEMA.fields}
        plain.update({name: NIL for name in ITEM_SCHEMA.fields if name.endswith("Id")})
        plain.update(
            id=str(uuid.uuid5(uuid.UUID(self.id), f"item/{number}")),
            number=number,
            displayName=number,
            type="Inventory",
            blocked=False,
            inventory=20 + serial % 50,
            unitPrice=0,
            priceIncludesTax=False,
            unitCost=7.5,
            taxGroupCode="TAXABLE",
            baseUnitOfMeasureId="22220000-0000-4000-8000-000000000001",
            baseUnitOfMeasureCode="PCS",
            generalProductPostingGroupCode="RETAIL",
            inventoryPostingGroupCode="RESALE",
        )
        return plain


@dataclass(frozen=True)
class EntitySet:
    """A collection of a company as the API shows it."""

    name: str
    schema: Schema
    rows: Callable[[Company, Call], list[Row]]
    key: str = "id"
    sort: str = "number"
    create: Callable[[Company, Row], Row] | None = None
    update: Callable[[Company, Row, Row], Row] | None = None
    delete: Callable[[Company, Row], None] | None = None


def item_rows(company: Company, call: Call) -> list[Row]:
    """Return the items, oldest state when the call asks for it."""
    items, _ = company.items_as_of(call.stale_seconds)
    return [items[number] for number in sorted(items)]


def create_item(company: Company, wish: Row) -> Row:
    """POST items."""
    number = str(wish.get("number", "")).upper()
    _check_lengths(wish, ITEM_LENGTHS)
    if not number:
        number = f"ITEM{len(company.items) + 1:05d}"
    if number in company.items:
        raise ODataError(
            400,
            "Internal_EntityWithSameKeyExists",
            "The record in table Item already exists. Identification fields and "
            f"values: No.='{number}'",
        )
    row = company.put_item(number, wish)
    company.bc.ledger.effect(
        "business_central", "item_create", company=company.id, number=number
    )
    return row


def update_item(company: Company, old: Row, wish: Row) -> Row:
    """PATCH items({id})."""
    _check_lengths(wish, ITEM_LENGTHS)
    row = company.put_item(str(old["number"]), wish)
    company.bc.ledger.effect(
        "business_central",
        "item_update",
        company=company.id,
        number=row["number"],
        fields=sorted(wish),
    )
    return row


def _check_lengths(wish: Row, lengths: dict[str, int]) -> None:
    for name, limit in lengths.items():
        value = wish.get(name)
        if isinstance(value, str) and len(value) > limit:
            raise ODataError(
                400,
                "Application_StringExceededLength",
                f"The length of the string is {len(value)}, but it must be less than "
                f"or equal to {limit} characters. Value: {value}",
            )


ENTITY_SETS: dict[str, EntitySet] = {
    "items": EntitySet(
        "items", ITEM_SCHEMA, item_rows, create=create_item, update=update_item
    ),
}


def card_rows(company: Company, call: Call) -> list[Row]:
    """Return page 30 as a web service, the only place that knows Sales Blocked."""
    items, blocked = company.items_as_of(call.stale_seconds)
    return [
        {
            "@odata.etag": items[number]["@odata.etag"],
            "No": number,
            "Description": items[number]["displayName"],
            "Blocked": items[number]["blocked"],
            "Sales_Blocked": number in blocked,
        }
        for number in sorted(items)
    ]


@dataclass
class Inner:
    """One request to the API: a real one, or one out of a $batch."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    root: str
    call: Call


class BusinessCentral:
    """The service: tenants, environments, companies, limits."""

    def __init__(self, clock: Clock, ledger: Ledger, entra: Entra) -> None:
        self.clock, self.ledger, self.entra = clock, ledger, entra
        self.settings = BcSettings()
        self.etags = 0
        self.errors = 0
        self.companies: dict[str, Company] = {}
        self.hits: dict[str, deque[float]] = {}
        self.gates: dict[str, asyncio.Semaphore] = {}
        self.waiting: dict[str, int] = {}
        self.running = 0
        self.peak = 0
        self.throttled = 0
        self._open_companies()

    def _open_companies(self) -> None:
        for company_id, name in self.settings.companies.items():
            if company_id not in self.companies:
                self.companies[company_id] = Company(self, company_id, name)

    def configure(self, wish: dict[str, Any]) -> None:
        """Take settings; ValueError names one that does not exist."""
        for name in wish:
            if not hasattr(self.settings, name):
                raise ValueError(f"unknown setting: {name}")
        for name, value in wish.items():
            setattr(self.settings, name, value)
        if "in_flight" in wish:
            self.gates.clear()
        self.companies = {
            key: value
            for key, value in self.companies.items()
            if key in self.settings.companies
        }
        self._open_companies()

    def new_etag(self) -> str:
        """Return the next ETag, in the shape that the service uses."""
        self.etags += 1
        text = f"19;{10000000000000000000 + self.etags};00;"
        return f'W/"{base64.b64encode(text.encode()).decode()}"'

    def snapshot(self) -> tuple[Any, ...]:
        """Remember the data, for a write that is to be lost."""
        return tuple(
            (company, dict(company.items), set(company.sales_blocked))
            for company in self.companies.values()
        )

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to a snapshot."""
        for company, items, blocked in state:
            company.items, company.sales_blocked = items, blocked

    def state(self) -> dict[str, Any]:
        """Return what GET /_state shows."""
        return {
            "peak_in_flight": self.peak,
            "throttled": self.throttled,
            "companies": {
                company.id: {
                    "name": company.name,
                    "items": len(company.items),
                    "blocked": sorted(
                        n for n, row in company.items.items() if row["blocked"]
                    ),
                    "sales_blocked": sorted(company.sales_blocked),
                }
                for company in self.companies.values()
            },
        }

    # limits

    @contextlib.asynccontextmanager
    async def slot(self, call: Call) -> AsyncIterator[Reply | None]:
        """Let five calls of one principal in at once; the rest queue or bounce."""
        token = self._token(call.headers.get("Authorization", ""))
        user = token.client if token else "nobody"
        refusal = self._rate(user)
        if refusal is not None:
            yield refusal
            return
        gate = self.gates.setdefault(user, asyncio.Semaphore(self.settings.in_flight))
        if gate.locked() and self.waiting.get(user, 0) >= QUEUED:
            yield self._too_many()
            return
        self.waiting[user] = self.waiting.get(user, 0) + 1
        await gate.acquire()
        self.waiting[user] -= 1
        self.running += 1
        self.peak = max(self.peak, self.running)
        try:
            yield None
        finally:
            self.running -= 1
            gate.release()

    def _rate(self, user: str) -> Reply | None:
        hits, now = self.hits.setdefault(user, deque()), time.monotonic()
        while hits and hits[0] <= now - self.settings.rate_seconds:
            hits.popleft()
        if len(hits) >= self.settings.rate_limit:
            return self._too_many()
        hits.append(now)
        return None

    def _too_many(self) -> Reply:
        self.throttled += 1
        reply = self.error(429, "Application_TooManyRequests", "Too many requests.")
        if self.settings.rate_retry_after is not None:
            reply.headers.append(("Retry-After", str(self.settings.rate_retry_after)))
        return reply

    def _token(self, header: str) -> Token | None:
        return self.entra.check(header, BC_RESOURCE)

    # answers

    def error(self, status: int, code: str, message: str) -> Reply:
        """Return an error body; the blanks before the id are the real ones."""
        self.errors += 1
        correlation = f"99990000-0000-4000-8000-{self.errors:012d}"
        text = f"{message}  CorrelationId:  {correlation}."
        return self.reply(status, {"error": {"code": code, "message": text}})

    def reply(self, status: int, value: Any, accept: str = "") -> Reply:
        """Return a JSON answer; decimals as strings when the client asked so."""
        type_ = "application/json; odata.metadata=minimal; odata.streaming=true"
        if "ieee754compatible=true" in accept.lower().replace(" ", ""):
            type_ += "; IEEE754Compatible=true"
            value = _decimals_as_text(value)
        return Reply(
            status=status,
            body=plain_json(value) if status != 204 else b"",
            content_type=type_,
            headers=[
                ("OData-Version", "4.0"),
                ("request-id", str(uuid.UUID(int=self.errors + 1))),
                ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
            ],
            server="",
        )

    def refused(self) -> Reply:
        """Return the 401 of a token that is missing, expired or meant for others."""
        return self.error(
            401,
            "Authentication_InvalidCredentials",
            "The server has rejected the client credentials.",
        )

    def handle(self, call: Call) -> Reply:
        """Answer one call."""
        if self.settings.maintenance == "html":
            page = (
                "<html><head><title>Maintenance</title></head><body><h1>Service is "
                "under maintenance</h1></body></html>"
            )
            return Reply(503, page.encode(), "text/html; charset=utf-8", server="")
        if self.settings.maintenance:
            reply = self.error(
                503, "Internal_TenantUnavailable", "Service is under maintenance."
            )
            reply.headers.append(("Retry-After", "60"))
            return reply
        if self._token(call.headers.get("Authorization", "")) is None:
            return self.refused()
        if not self.settings.application_card:
            return self.refused()
        rest = unquote(call.rest)
        match = re.match(
            r"/v2\.0/(?:([^/]+)/)?([^/]+)/(api/v2\.0|ODataV4)(?:/(.*))?$", rest
        )
        if match is None or match[2] not in self.settings.environments:
            return self.error(
                404, "BadRequest_NotFound", "No resource matches the address."
            )
        if match[1] and match[1] not in self.settings.tenants:
            return self.error(
                404, "BadRequest_NotFound", f"Tenant '{match[1]}' not found."
            )
        root = call.origin + call.raw_path[: call.raw_path.index(match[3])] + match[3]
        inner = Inner(
            call.method,
            (match[4] or "").strip("/"),
            dict(call.query),
            {name.lower(): value for name, value in call.headers.items()},
            call.body,
            root,
            call,
        )
        try:
            if match[3] == "ODataV4":
                return self._service(inner)
            if inner.path == "$batch":
                return self._batch(inner)
            return self._api(inner)
        except ODataError as error:
            return self.error(error.status, error.code, error.message)

    def _api(self, inner: Inner) -> Reply:
        if inner.path == "companies" and inner.method == "GET":
            return self._list(inner, COMPANY_SCHEMA, self._company_rows(), "companies")
        match = re.fullmatch(
            r"companies\(([0-9a-fA-F-]{36})\)(?:/(\w+)(?:\(([0-9a-fA-F-]{36})\))?)?",
            inner.path,
        )
        if match is None:
            raise _not_found(inner.path.rsplit("/", 1)[-1])
        company = self.companies.get(match[1].lower())
        if company is None:
            raise ODataError(
                404, "Internal_CompanyNotFound", "The company does not exist."
            )
        context = f"companies({company.id})"
        if match[2] is None:
            for row in self._company_rows():
                if row["id"] == company.id:
                    return self._one(inner, row, "companies")
        entity = ENTITY_SETS.get(match[2])
        if entity is None:
            raise _not_found(match[2])
        if entity.name in self.settings.forbidden:
            return self.error(
                403,
                "Authorization_RequestDenied",
                "Sorry, the current permissions prevented the action.",
            )
        rows = entity.rows(company, inner.call)
        context = f"{context}/{entity.name}"
        if match[3]:
            return self._entity(inner, entity, company, rows, match[3].lower(), context)
        if inner.method in ("GET", "HEAD"):
            return self._list(inner, entity.schema, rows, context)
        if inner.method == "POST" and entity.create is not None:
            row = entity.create(company, _body(inner))
            reply = self._one(inner, row, context)
            reply.status = 201
            place = f"{inner.root}/{context}({row[entity.key]})"
            reply.headers.append(("Location", place))
            return reply
        raise ODataError(
            405, "BadRequest_MethodNotAllowed", "The method is not allowed here."
        )

    def _company_rows(self) -> list[Row]:
        moment = "2026-01-01T00:00:00Z"
        user = "00000000-0000-0000-0000-000000000001"
        return [
            {
                "id": company.id,
                "systemVersion": "29.0.0.0",
                "timestamp": 1000,
                "name": company.name,
                "displayName": company.name.title(),
                "businessProfileId": "",
                "systemCreatedAt": moment,
                "systemCreatedBy": user,
                "systemModifiedAt": moment,
                "systemModifiedBy": user,
            }
            for company in self.companies.values()
        ]

    def _entity(
        self,
        inner: Inner,
        entity: EntitySet,
        company: Company,
        rows: list[Row],
        key: str,
        context: str,
    ) -> Reply:
        row = next((row for row in rows if row[entity.key] == key), None)
        if row is None:
            raise ODataError(
                404, "BadRequest_ResourceNotFound", "The entity does not exist."
            )
        if inner.method in ("GET", "HEAD"):
            return self._one(inner, row, context)
        change = {"PATCH": entity.update, "DELETE": entity.delete}.get(inner.method)
        if change is None:
            raise ODataError(
                405, "BadRequest_MethodNotAllowed", "The method is not allowed here."
            )
        match = inner.headers.get("if-match", "")
        if not match:
            raise ODataError(
                400, "BadRequest_InvalidToken", "An If-Match header is required."
            )
        if match not in ("*", row["@odata.etag"]):
            raise ODataError(
                409,
                "Request_EntityChanged",
                "Another user has already changed the record.",
            )
        if inner.method == "DELETE" and entity.delete is not None:
            entity.delete(company, row)
            return self.reply(204, None)
        assert entity.update is not None
        return self._one(inner, entity.update(company, row, _body(inner)), context)

    def _service(self, inner: Inner) -> Reply:
        match = re.fullmatch(r"Company\('((?:[^']|'')*)'\)(?:/(\w+))?", inner.path)
        name = match[1].replace("''", "'") if match else ""
        company = next((c for c in self.companies.values() if c.name == name), None)
        if match is None or company is None:
            raise ODataError(
                404, "Internal_CompanyNotFound", f"The company '{name}' does not exist."
            )
        service = match[2] or ""
        if service not in self.settings.item_services:
            raise _not_found(service)
        if service in self.settings.forbidden:
            return self.error(
                403,
                "Authorization_RequestDenied",
                "Sorry, the current permissions prevented the action.",
            )
        if inner.method not in ("GET", "HEAD"):
            raise ODataError(
                405, "BadRequest_MethodNotAllowed", "The method is not allowed here."
            )
        context = f"Company('{quote(name)}')/{service}"
        rows = card_rows(company, inner.call)
        return self._list(inner, CARD_SCHEMA, rows, context)

    def _one(self, inner: Inner, row: Row, context: str) -> Reply:
        head = {"@odata.context": f"{inner.root}/$metadata#{context}/$entity"}
        accept = inner.headers.get("accept", "")
        return self.reply(200, {**head, **row}, accept)

    def _list(
        self, inner: Inner, schema: Schema, rows: list[Row], context: str
    ) -> Reply:
        """Filter, sort and page; the server pages even if nobody asked it to."""
        query = inner.query
        if query.get("$filter"):
            chosen = Filter(query["$filter"], schema)
            rows = [row for row in rows if chosen(row)]
        if query.get("$orderby"):
            rows = sort_rows(rows, query["$orderby"], schema)
        total = len(rows)
        skip = _number(query, "$skip") or 0
        top = _number(query, "$top")
        rows = rows[skip:] if top is None else rows[skip : skip + top]
        start = _number(query, "$skiptoken") or 0
        size = max(1, self.settings.page_rows)
        wish = re.search(r"odata\.maxpagesize=(\d+)", inner.headers.get("prefer", ""))
        if wish:
            size = max(1, min(size, int(wish[1])))
        page = rows[start : start + size]
        names = [n.strip() for n in query.get("$select", "").split(",") if n.strip()]
        if names:
            page = [select_fields(row, names, schema) for row in page]
        value: Row = {"@odata.context": f"{inner.root}/$metadata#{context}"}
        if query.get("$count") == "true":
            value["@odata.count"] = total
        value["value"] = page
        if start + size < len(rows):
            pairs = {k: v for k, v in query.items() if k not in ("$skiptoken", "aid")}
            pairs["aid"], pairs["$skiptoken"] = "FIN", str(start + size)
            text = "&".join(f"{k}={quote(v, safe='')}" for k, v in pairs.items())
            value[
                "@odata.nextLink"
            ] = f"{inner.root}/{quote(inner.path, safe=_PATH)}?{text}"
        reply = self.reply(200, value, inner.headers.get("accept", ""))
        if wish:
            applied = f"odata.maxpagesize={wish[1]}"
            reply.headers.append(("Preference-Applied", applied))
        return reply

    def _batch(self, inner: Inner) -> Reply:
        if inner.method != "POST":
            raise ODataError(
                405, "BadRequest_MethodNotAllowed", "The method is not allowed here."
            )
        rows = _body(inner).get("requests")
        if not isinstance(rows, list):
            raise ODataError(400, "BadRequest", "The batch holds no requests.")
        if len(rows) > BATCH_LIMIT:
            raise ODataError(
                400,
                "BadRequest",
                f"The batch request contains {len(rows)} requests; the maximum is "
                f"{BATCH_LIMIT}.",
            )
        goes_on = "odata.continue-on-error" in inner.headers.get("prefer", "")
        undo = self.snapshot() if "isolation" in inner.headers else None
        effects, left = len(self.ledger.effects), inner.call.commit_limit
        responses, failed = [], False
        for row in rows:
            if left is not None:
                if left <= 0:
                    break
                left -= 1
            answer = self._inner(inner, row)
            responses.append(answer)
            if answer["status"] >= 400:
                failed = True
                if not goes_on:
                    break
        if left is not None:
            return self.error(500, "Internal_ServerError", "The batch was interrupted.")
        if failed and undo is not None:
            self.restore(undo)
            del self.ledger.effects[effects:]
        return self.reply(200, {"responses": responses})

    def _inner(self, outer: Inner, row: Any) -> Row:
        row = row if isinstance(row, dict) else {}
        path, _, text = str(row.get("url", "")).lstrip("/").partition("?")
        headers = {k.lower(): str(v) for k, v in (row.get("headers") or {}).items()}
        body = row.get("body")
        inner = Inner(
            str(row.get("method", "GET")).upper(),
            unquote(path).removeprefix("api/v2.0/"),
            dict(parse_qsl(text, keep_blank_values=True)),
            headers,
            json.dumps(body).encode() if body is not None else b"",
            outer.root,
            outer.call,
        )
        try:
            if inner.method in ("POST", "PATCH") and "content-type" not in headers:
                raise ODataError(
                    400, "BadRequest", "A Content-Type header is required."
                )
            reply = self._api(inner)
        except ODataError as error:
            reply = self.error(error.status, error.code, error.message)
        answer: Row = {
            "id": row.get("id"),
            "status": reply.status,
            "headers": {
                "content-type": "application/json; odata.metadata=minimal",
                "odata-version": "4.0",
            },
        }
        if reply.body:
            answer["body"] = reply.json()
        return answer


_PATH = "/()$-"


def _body(inner: Inner) -> Row:
    try:
        value = json.loads(inner.body.decode("utf-8"))
    except ValueError:
        raise ODataError(400, "BadRequest", "The body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise ODataError(400, "BadRequest", "The body must be an object.")
    return value


def _number(query: dict[str, str], name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not text.isdigit():
        raise ODataError(400, "BadRequest", f"Invalid value '{text}' for {name}.")
    return int(text)


def _not_found(segment: str) -> ODataError:
    return ODataError(
        404,
        "BadRequest_ResourceNotFound",
        f"Resource not found for the segment '{segment}'.",
    )


def _decimals_as_text(node: Any) -> Any:
    if isinstance(node, list):
        return [_decimals_as_text(row) for row in node]
    if isinstance(node, dict):
        return {
            key: str(value)
            if key in DECIMALS and isinstance(value, (int, float))
            else _decimals_as_text(value)
            for key, value in node.items()
        }
    return node
