"""Clock, TLS, several shops and the control API."""

from __future__ import annotations

import base64
import http.client
import os
import ssl
import subprocess
import threading
import time
from datetime import datetime
from pathlib import Path


import pytest

from sandbox.client import (
    API,
    Sandbox,
    start,
)
from sandbox.woo_store import default_key, default_secret


def test_the_clock_file_is_read_at_each_use(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("2026-11-22T19:30:00Z 0\n")
    process, port = start(tmp_path, "--clock-file", str(clock), "--orders", "0")
    try:
        box = Sandbox(port)
        assert box.control("GET", "/_clock")["now"] == "2026-11-22T19:30:00.000Z"
        clock.write_text("2026-11-23T04:00:00Z 0\n")
        answer = box.send("GET", "/shop/demo/wp-json/")
        assert answer.header("Date") == "Mon, 23 Nov 2026 04:00:00 GMT"
        clock.write_text("2026-11-23T04:00:00Z 3600\n")
        os.utime(clock, (time.time() - 1, time.time() - 1))
        assert box.control("GET", "/_clock")["now"] >= "2026-11-23T05:00:00"
        box.control("PUT", "/_clock", {"now": "2027-01-01T00:00:00Z", "rate": 0})
        assert clock.read_text() == "2027-01-01T00:00:00.000Z 0\n"
    finally:
        process.terminate()
        assert process.wait(5) == 0


def test_tls_stands_beside_plain_http(tmp_path: Path) -> None:
    cert, key, second = tmp_path / "c", tmp_path / "k", tmp_path / "tls"
    subprocess.run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
        f"-keyout {key} -out {cert} -days 2 -subj /CN=localhost "
        "-addext subjectAltName=IP:127.0.0.1",
        shell=True,
        check=True,
        capture_output=True,
    )
    words = ("--tls-cert", str(cert), "--tls-key", str(key))
    process, port = start(tmp_path, *words, "--tls-port-file", str(second))
    try:
        box = Sandbox(port)
        box.control("PUT", "/_shops/demo", {"require_ssl": True})
        assert box.woo("GET", "/orders").status == 401
        trust = ssl.create_default_context(cafile=str(cert))
        line = http.client.HTTPSConnection(
            "127.0.0.1", int(second.read_text()), context=trust, timeout=5
        )
        pair = f"{default_key('demo')}:{default_secret('demo')}".encode()
        basic = {"Authorization": "Basic " + base64.b64encode(pair).decode()}
        line.request("GET", f"/shop/demo{API}/orders", headers=basic)
        assert line.getresponse().status == 200
        line.close()
    finally:
        process.terminate()
        process.wait(5)


def test_shops_are_apart(box: Sandbox) -> None:
    wish = {"zone": "Asia/Tokyo", "orders_from": {"count": 3, "seed": 2}}
    shop = box.control("PUT", "/_shops/tokyo", wish)
    assert shop["orders"] == 3
    rows = box.woo("GET", "/orders", shop="tokyo").json()
    assert len(rows) == 3
    assert box.woo("GET", "/orders", shop="tokyo", key=("a", "b")).status == 401
    assert box.send("GET", f"/shop/nowhere{API}/orders").status == 404
    local = datetime.fromisoformat(rows[0]["date_created"])
    gmt = datetime.fromisoformat(rows[0]["date_created_gmt"])
    assert (local - gmt).total_seconds() == 9 * 3600
    box.control("DELETE", "/_shops/tokyo")
    assert box.send("PUT", "/_shops/demo", {"nonsense": 1}).status == 400


def test_a_merchant_adds_edits_and_deletes(box: Sandbox) -> None:
    made = box.control("POST", "/_shops/demo/orders", {"count": 2, "variety": "kit"})
    own = f"/_shops/demo/orders/{made['ids'][0]}"
    before = box.control("GET", own)
    box.control("PUT", "/_clock", {"now": "2027-01-01T00:00:00Z", "rate": 0})
    edited = box.control("PATCH", own, {"billing": {"city": "Elsewhere"}})
    assert edited["date_modified_gmt"] == "2027-01-01T00:00:00"
    assert edited["billing"] == {**before["billing"], "city": "Elsewhere"}
    box.control("DELETE", own)
    assert box.woo("GET", f"/orders/{made['ids'][0]}").status == 404
    assert box.effects() == [], "a merchant's deeds are no effects of the client"
    deeds = [row["effect"] for row in box.control("GET", "/_effects")["merchant"]]
    assert deeds == ["edit", "delete"]


def test_the_log_counts_serial_stages(box: Sandbox) -> None:
    box.control("PUT", "/_latency", {"ms": 30})
    threads = [
        threading.Thread(target=box.woo, args=("GET", "/orders?per_page=1"))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    box.woo("GET", "/orders?per_page=1")
    log = box.control("GET", "/_requests")
    assert log["count"] == 5 and log["serial_stages"] == 2
    assert log["requests"][0]["upstream"] == "woocommerce"


def test_the_state_knows_what_must_happen(box: Sandbox) -> None:
    box.control("POST", "/_reset", {"seed": 1, "orders": 100})
    state = box.control("GET", "/_state")["shops"]["demo"]
    assert state["expected"] == {"stored": 92, "soft": 1, "hard": 5, "skipped": 2}
    assert state["expected"] == box.control("GET", "/_mix?count=100")
    assert len(state["orders"]) == 100 and state["marked"] == 1
    marked = [o for o in state["orders"].values() if o["marked"]]
    assert marked[0]["code"] == "skipped_exists"


def test_nobody_answers_elsewhere(box: Sandbox) -> None:
    assert box.send("GET", "/nonsense").status == 404
    assert box.send("GET", "/_nonsense").status == 404
    assert box.send("DELETE", "/_state").status == 405
    assert box.send("POST", "/_faults", b"{").status == 400


def test_a_reset_drops_what_is_under_way(box: Sandbox) -> None:
    order_id = box.woo("GET", "/orders?per_page=1").json()[0]["id"]
    box.fault("delay", 0.4, method="PUT")
    body = {"meta_data": [{"key": "late", "value": "1"}]}
    ends: list[str] = []

    def put() -> None:
        try:
            box.woo("PUT", f"/orders/{order_id}", body)
            ends.append("answered")
        except (http.client.HTTPException, ConnectionError):
            ends.append("dropped")

    thread = threading.Thread(target=put)
    thread.start()
    time.sleep(0.15)
    box.control("POST", "/_reset", {"seed": 7, "orders": 30})
    thread.join()
    assert ends == ["dropped"] and box.effects() == []
    assert box.control("GET", "/_requests")["in_flight"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "/coupons",
        "/customers",
        "/taxes",
        "/taxes/classes",
        "/payment_gateways",
        "/shipping_methods",
        "/data/currencies/current",
        "/products/21/variations",
    ],
)
def test_other_collections_are_the_captured_ones(box: Sandbox, path: str) -> None:
    answer = box.woo("GET", f"{path}?per_page=100")
    assert answer.status == 200 and answer.json()
    assert b"shop.example.com" not in answer.body
    assert box.send("GET", f"/shop/demo{API}{path}").status == 401


def test_a_shop_may_send_headers_of_a_cache(box: Sandbox) -> None:
    box.control("PUT", "/_shops/demo", {"extra_headers": {"X-Cache": "HIT"}})
    assert box.woo("GET", "/orders").header("X-Cache") == "HIT"


def test_orders_of_another_status_are_not_expected(box: Sandbox) -> None:
    wish = {"count": 4, "status": "on-hold"}
    box.control("POST", "/_shops/demo/orders", wish)
    state = box.control("GET", "/_state/demo?brief=1")
    assert state["statuses"] == {"processing": 30, "on-hold": 4}
    assert sum(state["expected"].values()) == 30 and state["orders"] == {}
