"""Entra and Business Central against the samples."""

from __future__ import annotations

import json
import re
import threading
import time
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.client import (
    BC,
    CARDS,
    COMPANY,
    FIXTURES,
    NOW,
    SCOPE,
    Answer,
    Sandbox,
)
from sandbox.entra import CLIENT_ID


def test_a_token_has_the_captured_members(box: Sandbox) -> None:
    wanted = json.loads((FIXTURES / "entra" / "token.json").read_text())
    answer = box.token()
    assert list(answer.json()) == list(wanted)
    assert answer.json()["expires_in"] == wanted["expires_in"]
    counts = box.control("GET", "/_state")["entra"]["requests"]
    assert counts == {f"{CLIENT_ID} {SCOPE}": 1}


@pytest.mark.parametrize(
    "name, change, status",
    [
        ("wrong-secret", {"client_secret": "x"}, 401),
        ("unknown-app", {"client_id": "x"}, 400),
        ("unknown-scope", {"scope": "https://nowhere.example.com/.default"}, 400),
        ("expired-secret", {}, 401),
    ],
)
def test_entra_refuses_as_in_the_samples(
    box: Sandbox, name: str, change: dict[str, str], status: int
) -> None:
    if name == "expired-secret":
        box.control("PUT", "/_entra", {"expired_secrets": [CLIENT_ID]})
    answer = box.token(**change)
    path = FIXTURES / "entra" / f"error-{name}.json"
    wanted = json.loads(path.read_text())
    assert answer.status == status
    assert list(answer.json()) == list(wanted)
    for member in ("error", "error_codes"):
        assert answer.json()[member] == wanted[member]


def test_two_resources_in_one_scope_are_refused(box: Sandbox) -> None:
    answer = box.token(scope=f"{SCOPE} https://storage.azure.com/.default")
    assert answer.json()["error"] == "invalid_scope"


def test_tokens_expire_are_revoked_and_belong_to_one_resource(box: Sandbox) -> None:
    box.control("PUT", "/_clock", {"now": NOW, "rate": 0})
    box.control("PUT", "/_entra", {"expires_in": "5"})
    assert box.token().json()["expires_in"] == "5"
    box.login()
    assert box.bc(f"{COMPANY}/items?$top=1").status == 200
    box.control("PUT", "/_clock", {"now": "2026-11-20T21:40:24Z", "rate": 0})
    assert box.bc(f"{COMPANY}/items?$top=1").status == 401
    box.login()
    box.control("POST", "/_entra/revoke")
    assert box.bc(f"{COMPANY}/items?$top=1").status == 401
    other = box.token(scope="https://storage.azure.com/.default")
    box.bearer = other.json()["access_token"]
    assert box.bc(f"{COMPANY}/items?$top=1").status == 401


def bc_error(name: str) -> dict[str, str]:
    """Read a sample error without its correlation id."""
    path = FIXTURES / "businesscentral" / f"{name}.json"
    error: dict[str, str] = json.loads(path.read_text())["error"]
    return {**error, "message": strip_id(error["message"])}


def strip_id(message: str) -> str:
    """Drop the correlation id, of which the two blanks are part of the shape."""
    return re.sub(r" ?(Sample text\.)?  CorrelationId:  [0-9a-f-]{36}\.$", "", message)


def got_error(answer: Answer) -> dict[str, str]:
    """Return an error body in the same form."""
    error: dict[str, str] = answer.json()["error"]
    assert "  CorrelationId:  " in error["message"]
    return {**error, "message": strip_id(error["message"])}


def test_companies_and_items_have_the_sample_members(box: Sandbox) -> None:
    box.login()
    folder = FIXTURES / "businesscentral"
    companies = box.bc(f"{BC}/api/v2.0/companies").json()["value"]
    wanted = json.loads((folder / "companies.json").read_text())["value"]
    assert list(companies[0]) == list(wanted[0])
    items = box.bc(f"{COMPANY}/items").json()
    sample = json.loads((folder / "items-page1.json").read_text())
    assert list(items["value"][0]) == list(sample["value"][0])
    assert list(items) == ["@odata.context", "value"]
    cards = box.bc(f"{CARDS}?$filter=No%20eq%20%27NOSALE-1%27").json()
    card = json.loads((folder / "odata-item-card.json").read_text())["value"][2]
    assert list(cards["value"][0]) == list(card)
    assert cards["value"][0]["Sales_Blocked"] is True
    assert cards["@odata.context"].endswith(
        "$metadata#Company('SAMPLE%20CO')/Item_Card"
    )


FILTERS = [
    ("number eq 'COMP-A' or number eq 'comp-b'", ["COMP-A", "COMP-B"]),
    ("number eq 'O''NEILL'", []),
    ("(number eq 'OLD-1' or number eq 'COMP-A') and blocked eq true", ["OLD-1"]),
    ("startswith(number,'KIT-PARENT')", ["KIT-PARENT-123"]),
    ("contains(number,'DIAMOND')", ["KIT-DIAMOND"]),
    ("endswith(number,'-SN14')", ["BGM-SN14"]),
    ("not (blocked eq false)", ["OLD-1"]),
    ("unitPrice gt 400 and type eq 'Inventory'", ["BGM-BD-22"]),
    ("lastModifiedDateTime gt 2030-01-01T00:00:00Z", []),
    ("number eq 'BK/Ü 12-X'", ["BK/Ü 12-X"]),
]


@pytest.mark.parametrize("text, numbers", FILTERS)
def test_filters_find(box: Sandbox, text: str, numbers: list[str]) -> None:
    box.login()
    answer = box.bc(f"{COMPANY}/items?$filter={quote(text)}&$select=number")
    assert [row["number"] for row in answer.json()["value"]] == numbers


@pytest.mark.parametrize(
    "text, name",
    [
        ("number eq 'A' or displayName eq 'B'", "error-400-or-distinct-fields"),
        ("number eq 'SKU-THAT-IS-LONGER-THAN-20'", "error-400-filter-too-long"),
    ],
)
def test_filters_are_refused_as_in_the_samples(
    box: Sandbox, text: str, name: str
) -> None:
    box.login()
    answer = box.bc(f"{COMPANY}/items?$filter={quote(text)}")
    assert answer.status == 400 and got_error(answer) == bc_error(name)


def test_other_filters(box: Sandbox) -> None:
    box.login()
    everything = len(box.bc(f"{COMPANY}/items").json()["value"])
    lambda_ = quote("lines/any(l: l/x eq 1)")
    found = box.bc(f"{COMPANY}/items?$filter={lambda_}").json()["value"]
    assert len(found) == everything, "a lambda operator is ignored"
    assert box.bc(f"{COMPANY}/items?$filter=nonsense%20eq%201").status == 400
    assert box.bc(f"{COMPANY}/items?$filter=number%20eq").status == 400
    missing = box.bc(f"{COMPANY}/salesOrderArchives")
    assert missing.status == 404
    assert got_error(missing) == bc_error("error-404-resource")


@pytest.mark.parametrize("by", ["setting", "prefer"])
def test_the_server_pages_with_next_links(box: Sandbox, by: str) -> None:
    box.login()
    everything = box.bc(f"{COMPANY}/items?$select=number").json()["value"]
    headers = {}
    if by == "setting":
        box.control("PUT", "/_bc", {"page_rows": 7})
    else:
        headers["Prefer"] = "odata.maxpagesize=7"
    path, seen, pages = f"{COMPANY}/items?$select=number", [], 0
    while path:
        answer = box.bc(path, **headers).json()
        seen += answer["value"]
        pages += 1
        link = answer.get("@odata.nextLink", "")
        path = link.removeprefix(f"http://127.0.0.1:{box.port}")
    assert seen == everything and pages == -(-len(everything) // 7)


def test_top_skip_orderby_count_and_text_decimals(box: Sandbox) -> None:
    box.login()
    query = "$top=2&$skip=1&$orderby=unitPrice%20desc&$count=true"
    answer = box.bc(f"{COMPANY}/items?{query}").json()
    prices = [row["unitPrice"] for row in answer["value"]]
    assert prices == sorted(prices, reverse=True) and len(prices) == 2
    assert answer["@odata.count"] > 40
    text = box.bc(
        f"{COMPANY}/items?$top=1", Accept="application/json;IEEE754Compatible=true"
    )
    assert isinstance(text.json()["value"][0]["unitPrice"], str)


def test_bc_batches(box: Sandbox) -> None:
    box.login()
    company = COMPANY.rsplit("/", 1)[1]
    rows = [
        {"id": "1", "method": "GET", "url": f"{company}/items?$top=1"},
        {"id": "2", "method": "GET", "url": f"{company}/nowhere"},
        {"id": "3", "method": "GET", "url": f"{company}/items?$top=1"},
    ]

    def run(many: list[Any], **headers: str) -> Answer:
        path = f"{BC}/api/v2.0/$batch"
        body = {"requests": many}
        more = {"Content-Type": "application/json", **headers}
        return box.bc(path, "POST", json.dumps(body), **more)

    assert [r["status"] for r in run(rows).json()["responses"]] == [200, 404]
    goes_on = run(rows, Prefer="odata.continue-on-error").json()["responses"]
    assert [(r["id"], r["status"]) for r in goes_on] == [
        ("1", 200),
        ("2", 404),
        ("3", 200),
    ]
    folder = FIXTURES / "businesscentral"
    sample = json.loads((folder / "batch-response-continue-on-error.json").read_text())
    assert list(goes_on[0]) == list(sample["responses"][0])
    assert goes_on[0]["headers"] == sample["responses"][0]["headers"]
    assert run(rows[:1] * 101).status == 400
    new = {"number": "BATCH-1", "displayName": "made in a batch"}
    write = {
        "id": "1",
        "method": "POST",
        "url": f"{company}/items",
        "headers": {"Content-Type": "application/json"},
        "body": new,
    }
    failing = run([write, rows[1]], Isolation="snapshot")
    assert [r["status"] for r in failing.json()["responses"]] == [201, 404]
    numbers = [r["number"] for r in box.bc(f"{COMPANY}/items").json()["value"]]
    assert "BATCH-1" not in numbers, "snapshot isolation rolls back"
    assert [e["effect"] for e in box.effects()] == ["token"]


def test_items_are_created_and_changed_with_etags(box: Sandbox) -> None:
    box.login()
    made = box.bc(f"{COMPANY}/items", "POST", {"number": "new-1", "displayName": "N"})
    assert made.status == 201 and made.json()["number"] == "NEW-1"
    own = f"{COMPANY}/items({made.json()['id']})"
    again = box.bc(f"{COMPANY}/items", "POST", {"number": "NEW-1"})
    assert got_error(again)["code"] == "Internal_EntityWithSameKeyExists"
    wish = {"blocked": True}
    assert box.bc(own, "PATCH", wish).status == 400
    stale = box.bc(own, "PATCH", wish, **{"If-Match": 'W/"old"'})
    assert stale.status == 409 and got_error(stale) == bc_error("error-409-changed")
    fresh = box.bc(own, "PATCH", wish, **{"If-Match": made.json()["@odata.etag"]})
    assert fresh.status == 200 and fresh.json()["blocked"] is True
    long = box.bc(f"{COMPANY}/items", "POST", {"number": "X", "displayName": "y" * 101})
    assert got_error(long)["code"] == "Application_StringExceededLength"


def test_bc_refuses_and_rests(box: Sandbox) -> None:
    answer = box.bc(f"{COMPANY}/items", Authorization="Bearer nonsense")
    assert answer.status == 401 and got_error(answer) == bc_error("error-401")
    box.login()
    box.control("PUT", "/_bc", {"forbidden": ["items"]})
    assert box.bc(f"{COMPANY}/items").status == 403
    box.control("PUT", "/_bc", {"forbidden": [], "maintenance": "503"})
    down = box.bc(f"{COMPANY}/items")
    assert down.status == 503 and down.header("Retry-After") == "60"
    box.control("PUT", "/_bc", {"maintenance": "html"})
    page = box.bc(f"{COMPANY}/items")
    assert b"Service is under maintenance" in page.body
    box.control("PUT", "/_bc", {"maintenance": "", "rate_limit": 2, "rate_seconds": 60})
    codes = [box.bc(f"{COMPANY}/items?$top=1").status for _ in range(4)]
    assert codes[-1] == 429


def test_five_at_once_and_the_rest_queues(box: Sandbox) -> None:
    box.login()
    box.control("PUT", "/_latency", {"ms": 60})
    begun = time.monotonic()
    codes: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: codes.append(box.bc(f"{COMPANY}/items?$top=1").status)
        )
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [200] * 12
    assert time.monotonic() - begun > 0.17, "twelve calls take three turns"
    assert box.control("GET", "/_state")["business_central"]["peak_in_flight"] == 5
    log = box.control("GET", "/_requests?upstream=business_central")
    assert log["count"] == 12


def test_an_item_is_added_blocked_and_removed(box: Sandbox) -> None:
    box.login()
    number = f"{CARDS}?$filter=No%20eq%20%27GHOST-1%27"
    assert box.bc(number).json()["value"] == []
    box.control("PUT", "/_bc/items/GHOST-1", {"displayName": "Now here"})
    assert box.bc(number).json()["value"][0]["Blocked"] is False
    wish = {"blocked": True, "sales_blocked": True}
    box.control("PUT", "/_bc/items/GHOST-1", wish)
    card = box.bc(number).json()["value"][0]
    assert (card["Blocked"], card["Sales_Blocked"]) == (True, True)
    box.control("DELETE", "/_bc/items/GHOST-1")
    assert box.bc(number).json()["value"] == []
