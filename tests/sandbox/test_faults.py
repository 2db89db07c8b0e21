"""Each kind of fault does what its name says, and nothing afterwards."""

from __future__ import annotations

import base64
import gzip
import http.client
import re
import socket
import time
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.client import (
    API,
    CARDS,
    COMPANY,
    MARK,
    NOW,
    Answer,
    Sandbox,
    parse_error,
)
from sandbox.faults import KINDS
from sandbox.woo_store import default_key, default_secret


def raw(box: Sandbox, path: str, headers: str = "") -> bytes:
    """Read what comes over the wire until the connection ends."""
    with socket.create_connection(("127.0.0.1", box.port), timeout=5) as line:
        pair = f"{default_key('demo')}:{default_secret('demo')}"
        text = base64.b64encode(pair.encode()).decode()
        line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            f"Authorization: Basic {text}\r\n{headers}\r\n".encode()
        )
        out = b""
        while piece := line.recv(65536):
            out += piece
        return out


LIST = f"/shop/demo{API}/orders?per_page=5"


def test_every_kind_can_be_armed_and_disarmed(box: Sandbox) -> None:
    for kind in KINDS:
        box.fault(kind, None, upstream="entra")
    shown = box.control("GET", "/_faults")
    assert [row["fault"]["kind"] for row in shown["faults"]] == list(KINDS)
    box.control("DELETE", f"/_faults/{shown['faults'][0]['id']}")
    assert len(box.control("GET", "/_faults")["faults"]) == len(KINDS) - 1
    box.control("DELETE", "/_faults")
    assert box.control("GET", "/_faults")["faults"] == []
    for wrong in (
        {"fault": {"kind": "nonsense"}},
        {"fault": {"kind": "bom"}, "match": {"path": "("}},
        {"fault": {"kind": "bom"}, "match": {"host": "x"}},
    ):
        assert box.send("POST", "/_faults", wrong).status == 400


def test_faults_match_and_count(box: Sandbox) -> None:
    box.fault(
        "status", 503, times=2, upstream="woo", method="GET", path="/orders", nth=2
    )
    codes = [box.woo("GET", "/orders?per_page=1").status for _ in range(5)]
    assert codes == [200, 503, 503, 200, 200]
    box.control("DELETE", "/_faults")
    wish = {"match": {"nth": [1, 3]}, "fault": {"kind": "status", "arg": 500}}
    box.control("POST", "/_faults", wish)
    codes = [box.woo("GET", "/orders?per_page=1").status for _ in range(4)]
    assert codes == [500, 200, 500, 200]
    box.fault("status", 502, times=0, shop="demo")
    codes = [box.woo("GET", "/orders?per_page=1").status for _ in range(3)]
    assert codes == [502] * 3
    log = box.control("GET", "/_requests")["requests"]
    assert log[-1]["status"] == 502 and log[-1]["faults"] == ["status"]


def test_status_faults(box: Sandbox) -> None:
    box.fault("status", {"code": 520, "headers": {"CF-RAY": "x"}})
    answer = box.woo("GET", "/orders")
    assert answer.status == 520 and answer.header("CF-RAY") == "x"
    assert answer.header("Content-Type") == "text/html"
    box.fault("status", {"code": 400, "body": {"error": {"code": "X"}}})
    assert box.woo("GET", "/orders").json() == {"error": {"code": "X"}}
    body = {"update": [mark_row(box)]}
    box.fault("status", {"code": 504, "execute": True}, method="POST")
    assert box.woo("POST", "/orders/batch", body).status == 504
    assert len(box.effects()) == 1, "executed although the answer said 504"


@pytest.mark.parametrize(
    "name, status, start",
    [
        ("503-wordpress-maintenance", 503, b'{"code":"wp_die"'),
        ("502-php-down", 502, b"<html>"),
        ("500-database-down", 500, b'{"code":"wp_die"'),
    ],
)
def test_captured_answers_can_be_played(
    box: Sandbox, name: str, status: int, start: bytes
) -> None:
    box.fault("status", {"captured": name})
    answer = box.woo("GET", "/orders")
    assert answer.status == status and answer.body.startswith(start)
    wrong = {"fault": {"kind": "status", "arg": {"captured": "nonsense"}}}
    assert box.send("POST", "/_faults", wrong).status == 400


def test_a_php_fatal_is_html_unless_json_was_asked_for(box: Sandbox) -> None:
    box.fault("status", {"kind": "php"}, times=2)
    assert box.woo("GET", "/orders").json()["code"] == "internal_server_error"
    page = box.woo("GET", "/orders", headers={"Accept": "*/*"})
    assert page.status == 500 and page.body.startswith(b"<!DOCTYPE html>")


def mark_row(box: Sandbox, at_: int = 0) -> dict[str, Any]:
    """Return a batch row that marks one order."""
    ids = [row["id"] for row in box.woo("GET", "/orders?_fields=id").json()]
    return {"id": ids[at_], "meta_data": [{"key": MARK, "value": "1"}]}


def test_retry_after_in_three_forms(box: Sandbox) -> None:
    box.fault("retry_after", 7)
    first = box.woo("GET", "/orders")
    assert (first.status, first.header("Retry-After")) == (429, "7")
    box.fault("retry_after", {"date": 30, "code": 503})
    dated = box.woo("GET", "/orders")
    assert dated.status == 503 and (dated.header("Retry-After") or "").endswith("GMT")
    box.fault("retry_after", {"absent": True, "kind": "json"})
    bare = box.woo("GET", "/orders")
    assert bare.header("Retry-After") is None and bare.json()["code"] == "throttled"


@pytest.mark.parametrize("mode", ["length", "right_length", "chunked", "gzip"])
def test_truncated_answers(box: Sandbox, mode: str) -> None:
    box.fault("truncate", {"at": 100, "mode": mode})
    out = raw(box, LIST, "Accept-Encoding: gzip\r\n")
    head, _, body = out.partition(b"\r\n\r\n")
    if mode == "length":
        assert len(body) == 100
        length = re.search(rb"Content-Length: (\d+)", head)
        assert length and int(length[1]) > 100
    elif mode == "right_length":
        assert len(body) == 100 and b"Content-Length: 100" in head
    elif mode == "chunked":
        assert b"chunked" in head and not body.endswith(b"0\r\n\r\n")
    else:
        packed = body.partition(b"\r\n")[2][:100]
        assert b"gzip" in head and body.endswith(b"0\r\n\r\n")
        with pytest.raises(EOFError):
            gzip.decompress(packed)


def test_bodies_that_are_not_what_they_say(box: Sandbox) -> None:
    box.fault("html200")
    page = box.woo("GET", "/orders")
    assert page.status == 200 and "text/html" in (page.header("Content-Type") or "")
    box.fault("php_warning")
    warned = box.woo("GET", "/orders/1000")
    wanted = parse_error("200-php-warning-before-json")[2]
    assert warned.body[:90] == wanted.body[:90]
    assert "application/json" in (warned.header("Content-Type") or "")
    box.fault("bom")
    assert box.woo("GET", "/orders").body.startswith(b"\xef\xbb\xbf[")
    box.fault("deep_json", 5000)
    assert box.woo("GET", "/orders").body == b"[" * 5000 + b"]" * 5000
    box.fault("big", 3)
    big = box.woo("GET", "/orders")
    assert len(big.body) > 3 * 1024 * 1024 and isinstance(big.json(), list)
    box.fault("bomb", 20)
    bomb = box.woo("GET", "/orders")
    assert len(bomb.body) < 100_000 < len(gzip.decompress(bomb.body))
    box.fault("wrong_type", {"pointer": "/0/total", "value": 12.5})
    assert box.woo("GET", "/orders").json()[0]["total"] == 12.5
    box.fault("wrong_type")
    assert isinstance(box.woo("GET", "/orders").json(), dict)
    box.fault("redirect", {"to": "https://evil.example.com/", "code": 302})
    moved = box.woo("GET", "/orders")
    assert (moved.status, moved.header("Location")) == (
        302,
        "https://evil.example.com/",
    )


def test_connections_that_end_early(box: Sandbox) -> None:
    box.fault("reset_before", upstream="woo", method="POST")
    body = {"update": [mark_row(box)]}
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        box.woo("POST", "/orders/batch", body)
    assert box.effects() == []
    box.fault("close_after_execute", upstream="woo", method="POST")
    with pytest.raises(http.client.RemoteDisconnected):
        box.woo("POST", "/orders/batch", body)
    assert [e["effect"] for e in box.effects()] == ["mark"]
    box.fault("hang", 0.2)
    with pytest.raises(http.client.RemoteDisconnected):
        box.woo("GET", "/orders")
    box.fault("hang")
    with pytest.raises(TimeoutError):
        box.woo("GET", "/orders", timeout=0.3)
    log = box.control("GET", "/_requests")["requests"]
    assert [row["status"] for row in log if "hang" in row["faults"]] == [None, None]


def test_the_second_request_of_a_connection_may_die(box: Sandbox) -> None:
    box.fault("close_after_execute", upstream="woo", nth=2)
    line = http.client.HTTPConnection("127.0.0.1", box.port, timeout=5)
    line.request("GET", "/shop/demo/wp-json/")
    line.getresponse().read()
    line.request("GET", "/shop/demo/wp-json/")
    with pytest.raises(http.client.RemoteDisconnected):
        line.getresponse()


def test_slow_answers(box: Sandbox) -> None:
    box.fault("delay", 0.2)
    begun = time.monotonic()
    assert box.woo("GET", "/orders?per_page=1").status == 200
    assert time.monotonic() - begun >= 0.2
    box.fault("slow_body", 20000)
    begun = time.monotonic()
    assert len(box.woo("GET", "/orders?per_page=2").body) > 5000
    assert time.monotonic() - begun >= 0.2


def test_pages_that_lie(box: Sandbox) -> None:
    def ids(page: int) -> list[int]:
        answer = box.woo("GET", f"/orders?per_page=10&page={page}")
        assert answer.header("X-WP-Total") == "30"
        return [row["id"] for row in answer.json()]

    first = ids(1)
    box.fault("duplicate_page")
    assert ids(2) == first
    box.fault("short_page", 3)
    assert ids(1) == first[:7]
    assert ids(1) == first
    box.fault("skew", 7200)
    date = box.woo("GET", "/orders?per_page=1").header("Date") or ""
    moment = datetime.strptime(date, "%a, %d %b %Y %H:%M:%S GMT")
    ahead = moment.replace(tzinfo=timezone.utc) - datetime.now(timezone.utc)
    assert 7100 < ahead.total_seconds() < 7300


def test_short_pages_of_bc_keep_the_row_count_hidden(box: Sandbox) -> None:
    box.login()
    box.fault("short_page", 1, upstream="bc")
    text = quote("No eq 'COMP-A' or No eq 'COMP-B'")
    assert len(box.bc(f"{CARDS}?$filter={text}").json()["value"]) == 1
    assert len(box.bc(f"{CARDS}?$filter={text}").json()["value"]) == 2


def test_mutations_between_pages_follow_the_seed(box: Sandbox) -> None:
    runs = []
    for _ in range(2):
        box.control("POST", "/_reset", {"seed": 7, "orders": 30, "base": NOW})
        box.fault("mutate_between_pages", {"seed": 5, "count": 3}, times=0)
        for page in (1, 2, 3):
            assert box.woo("GET", f"/orders?per_page=10&page={page}").status == 200
        rows = box.control("GET", "/_effects")["merchant"]
        runs.append([(row["effect"], row["order"]) for row in rows])
    assert runs[0] == runs[1] and len(runs[0]) == 9
    assert box.effects() == []


def test_lost_writes_and_stale_reads(box: Sandbox) -> None:
    row = mark_row(box)
    box.fault("lose_write", method="POST")
    lost = box.woo("POST", "/orders/batch", {"update": [row]}).json()
    assert MARK in [m["key"] for m in lost["update"][0]["meta_data"]]
    assert box.effects() == []
    path = f"/orders/{row['id']}?_fields=meta_data"

    def marked() -> bool:
        rows = box.woo("GET", path).json()["meta_data"]
        return any(m["key"] == MARK for m in rows)

    assert not marked()
    box.woo("POST", "/orders/batch", {"update": [row]})
    box.fault("stale_read", 60)
    assert not marked()
    assert marked()
    box.login()
    box.control("PUT", "/_bc/items/OLD-1", {"blocked": False})
    box.fault("stale_read", 60, upstream="bc")
    query = f"{CARDS}?$filter={quote(chr(78) + 'o eq ' + chr(39) + 'OLD-1' + chr(39))}"
    assert box.bc(query).json()["value"][0]["Blocked"] is True
    assert box.bc(query).json()["value"][0]["Blocked"] is False


def test_a_batch_that_dies_half_way_keeps_its_first_half(box: Sandbox) -> None:
    rows = [mark_row(box, at_) for at_ in range(5)]
    box.fault("partial_batch", 3, path="batch")
    answer = box.woo("POST", "/orders/batch", {"update": rows})
    assert answer.status == 500 and answer.json()["code"] == "internal_server_error"
    assert [e["order"] for e in box.effects()] == [row["id"] for row in rows[:3]]
    assert {e["key"] for e in box.effects()} == {MARK}
    log = box.control("GET", "/_requests")["requests"]
    assert box.effects()[0]["request"] == log[-1]["seq"]


def test_a_token_goes_bad_in_mid_run(box: Sandbox) -> None:
    box.login()
    box.fault("token_expired", upstream="bc", nth=2)
    codes = [box.bc(f"{COMPANY}/items?$top=1").status for _ in range(3)]
    assert codes == [200, 401, 200]
    box.fault("token_expired", {"revoke": True}, upstream="bc")
    codes = [box.bc(f"{COMPANY}/items?$top=1").status for _ in range(2)]
    assert codes == [401, 401]


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"hang", "bomb", "big"}))
@pytest.mark.parametrize("upstream", ["woocommerce", "entra", "business_central"])
def test_every_kind_on_every_upstream_leaves_it_working(
    started: Sandbox, kind: str, upstream: str
) -> None:
    started.control("DELETE", "/_faults")
    if upstream == "business_central":
        started.login()
    arg = {"delay": 0.01, "slow_body": 1e6, "deep_json": 100}.get(kind)

    def call() -> Answer:
        if upstream == "entra":
            return started.token()
        if upstream == "business_central":
            return started.bc(f"{COMPANY}/items?$top=2")
        return started.send("GET", "/shop/demo/wp-json/")

    started.fault(kind, arg, upstream=upstream)
    try:
        call()
    except (http.client.HTTPException, ConnectionError):
        assert kind in ("truncate", "close_after_execute", "reset_before")
    assert started.control("GET", "/_faults")["faults"][0]["used"] == 1
    assert call().status == 200
