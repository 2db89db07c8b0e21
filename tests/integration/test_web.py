"""The responder behind nginx: who may, what comes back, what is refused."""

from __future__ import annotations

import base64
import time
from email.utils import parsedate_to_datetime
from typing import Any, Iterator

import pytest
from installation import Installation, default_key, default_secret, wait_until
from served import PASSWORD, served
from web import Client


@pytest.fixture
def web(demo: Installation) -> Iterator[Client]:
    """A whole installation behind nginx, and nobody logged in."""
    demo.must(
        *("user", "add", "maria", "--role=administrator", "--name=Maria"),
        "--password-file=-",
        text=PASSWORD,
    )
    with served(demo) as client:
        yield client


def test_health_needs_no_login(web: Client) -> None:
    found = web.get("/health")
    assert found.status == 200
    assert found.data == {"status": "ok", "database": True}
    assert found.headers["x-content-type-options"] == "nosniff"


def test_a_list_needs_a_login(web: Client) -> None:
    found = web.get("/orders")
    assert found.status == 401
    assert found.json["code"] == "ob_not_logged_in"


def test_who_logs_in_sees_orders(web: Client, demo: Installation) -> None:
    demo.ob("order", "sync", "--site=demo")
    assert web.log_in("maria", PASSWORD).status == 201
    version = web.get("/session").data["version"]
    assert version and version in demo.ob("--version").out.split()
    assert web.get("/sites").data[0]["last_result"] == "completed"
    found = web.get("/orders?per_page=10&site=demo&imported=0")
    assert found.status == 200, found.text
    assert len(found.data) == 10
    assert found.json["meta"]["total"] == demo.count("rm_order")
    seen = [row["id"] for row in found.data]
    cursor = found.json["meta"]["next_cursor"]
    while cursor:
        found = web.get(f"/orders?per_page=10&site=demo&imported=0&cursor={cursor}")
        assert found.status == 200, found.text
        seen += [row["id"] for row in found.data]
        cursor = found.json["meta"]["next_cursor"]
    assert len(seen) == len(set(seen)) == demo.count("rm_order")
    again = web.get("/orders?per_page=10")
    etag = again.headers["etag"]
    assert web.get("/orders?per_page=10", If_None_Match=etag).status == 304


def test_wrong_passwords_are_counted_and_slowed_down(web: Client) -> None:
    """Five are free, then each wait is twice the one before (RELIABILITY 6.1)."""
    seen = [web.log_in("maria", f"wrong-password-{n}") for n in range(12)]
    assert {answer.status for answer in seen[:5]} == {401}
    slowed = [answer for answer in seen if answer.status == 429]
    assert slowed and slowed[0].json["code"] == "ob_rate_limited"
    assert int(slowed[0].headers["retry-after"]) >= 1
    assert seen[0].json["message"] == web.log_in("nobody", "x" * 12).json["message"]


def test_the_description_names_every_route(web: Client) -> None:
    found = web.get("/openapi.json")
    assert found.status == 200 and found.json["openapi"] == "3.1.0"
    assert "/orders" in found.json["paths"]


def follow(web: Client, operation: str, seconds: float = 30) -> dict[str, Any]:
    """Ask for an operation, with 304s in between, until it has ended."""
    etag, unchanged, until = "", 0, time.monotonic() + seconds
    while time.monotonic() < until:
        found = web.get(f"/operations/{operation}", If_None_Match=etag)
        if found.status == 304:
            unchanged += 1
        else:
            assert found.status == 200, found.text
            etag = found.headers["etag"]
            row: dict[str, Any] = found.data
            if row["state"] not in ("not_processed", "in_progress"):
                return row
        time.sleep(0.1)
    raise AssertionError(f"operation {operation} did not end")


def test_a_script_does_a_whole_day_s_work(web: Client, demo: Installation) -> None:
    """Add a site, test it, sync, read errors, mend an item, retry, read the audit."""
    web.log_in("maria", PASSWORD)
    demo.box.control("PUT", "/_shops/second", {"orders_from": {"count": 20}})
    base = f"http://127.0.0.1:{demo.box.port}"
    made = web.post(
        "/sites",
        {
            "code": "second",
            "platform": "woocommerce",
            "prefix": "SEC",
            "url": f"{base}/shop/second",
            "zone": "America/New_York",
            "consumer_key": default_key("second"),
            "consumer_secret": default_secret("second"),
        },
    )
    assert made.status == 201, made.text
    site = made.data["id"]
    assert made.headers["location"] == f"/api/v1/sites/{site}"
    tested = web.post(f"/sites/{site}/test")
    assert tested.status == 200 and tested.data["passed"], tested.text
    queued = web.post("/sync/orders", {"site": "demo"})
    assert queued.status == 202, queued.text
    ended = follow(web, queued.data["id"])
    assert ended["state"] == "completed" and ended["stored"] == 92
    errors = web.get("/error-orders?status=open&code=ob_sku_blocked")
    assert errors.status == 200 and errors.data, errors.text
    sku = errors.data[0]["sku"]
    found = web.get(f"/items/{sku}")
    if found.status == 404:
        saved = web.post("/items", {"sku": sku, "description": "mended"})
        assert saved.status == 201, saved.text
    else:
        saved = web.ask(
            "PUT",
            f"/items/{sku}",
            {"status": "active"},
            If_Match=found.headers["etag"],
        )
        assert saved.status == 200, saved.text
    asked = web.post(
        "/error-orders/bulk",
        {"action": "retry", "filter": {"code": "ob_sku_blocked", "status": "open"}},
        Idempotency_Key="retry-blocked-1",
    )
    assert asked.status in (200, 202), asked.text
    trail = web.get("/audit?sort=at&per_page=100").data
    actions = [row["action"] for row in trail if row["user"] == "maria"]
    story = ("session.begin", "site.add", "site.test", "sync.orders")
    places = [actions.index(action) for action in story]
    assert places == sorted(places)
    by_command = [row["action"] for row in trail if row["user"].startswith("cli:")]
    assert "user.add" in by_command and "secret.set" in by_command
    assert demo.ob("audit", "verify").status == 0


def test_a_change_needs_the_nonce_and_its_own_origin(web: Client) -> None:
    web.log_in("maria", PASSWORD)
    nonce = web.headers.pop("X-OB-Nonce")
    assert web.post("/sync/orders", {"site": "demo"}).json["code"] == "ob_bad_nonce"
    web.headers["X-OB-Nonce"] = nonce
    foreign = web.post("/sync/orders", {"site": "demo"}, Origin="https://evil.example")
    assert foreign.status == 403 and foreign.json["code"] == "ob_bad_nonce"


def test_the_same_key_gives_the_same_answer_once(
    web: Client, demo: Installation
) -> None:
    web.log_in("maria", PASSWORD)
    body = {"site_code": "demo", "order_id": "1005"}
    first = web.post("/imports", body, Idempotency_Key="import-0001")
    again = web.post("/imports", body, Idempotency_Key="import-0001")
    assert first.status == again.status == 202, first.text
    assert first.data["id"] == again.data["id"]
    assert again.headers["idempotent-replayed"] == "true"
    other = web.post("/imports", {"site_code": "demo"}, Idempotency_Key="import-0001")
    assert other.status == 422 and other.json["code"] == "ob_idempotency_mismatch"
    none = web.post("/imports", body)
    assert none.status == 400 and none.json["code"] == "ob_missing_param"


def test_a_change_of_what_was_changed_meanwhile_is_refused(
    web: Client, demo: Installation
) -> None:
    web.log_in("maria", PASSWORD)
    read = web.get("/items/COMP-A")
    assert read.status == 200, read.text
    etag = read.headers["etag"]
    blind = web.ask("PUT", "/items/COMP-A", {"description": "x"})
    assert blind.status == 428
    first = web.ask("PUT", "/items/COMP-A", {"description": "one"}, If_Match=etag)
    assert first.status == 200, first.text
    late = web.ask("PUT", "/items/COMP-A", {"description": "two"}, If_Match=etag)
    assert late.status == 412
    assert late.json["data"]["current"]["description"] == "one"


def test_every_parameter_is_checked(web: Client) -> None:
    web.log_in("maria", PASSWORD)
    cases = [
        ("/orders?per_page=101", "per_page"),
        ("/orders?colour=red", "colour"),
        ("/orders?state=lost", "state"),
        ("/orders?sort=email", "sort"),
        ("/orders?order_date=yesterday", "order_date"),
        ("/orders?page=500&per_page=100", "page"),
        ("/orders?cursor=12.00.abc", "cursor"),
        ("/orders?state=stored&state=stored", "state"),
        ("/imports/1?result=lost", "result"),
    ]
    for path, param in cases:
        found = web.get(path)
        assert found.status == 400, (path, found.text)
        assert list(found.json["data"]["params"]) == [param], found.text
    problem = web.get("/orders?colour=red", Accept="application/problem+json")
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json["status"] == 400


def test_rights_and_sites_bound_what_is_seen(web: Client, demo: Installation) -> None:
    demo.ob("order", "sync", "--site=demo")
    web.log_in("maria", PASSWORD)
    made = web.post(
        "/users",
        {
            "login": "vera",
            "password": "seven-green-bottles",
            "role": "viewer",
            "all_sites": False,
            "sites": [],
        },
    )
    assert made.status == 201, made.text
    vera = Client(web.port)
    assert vera.log_in("vera", "seven-green-bottles").status == 201
    assert vera.get("/orders").data == []
    assert vera.get("/sites").data == []
    assert vera.get("/users").status == 403
    some = web.get("/orders?per_page=1").data[0]["id"]
    assert vera.get(f"/orders/{some}").status == 404
    etag = web.get(f"/users/{made.data['id']}").headers["etag"]
    given = web.ask(
        "PATCH",
        f"/users/{made.data['id']}",
        {"sites": ["demo"]},
        If_Match=etag,
    )
    assert given.status == 200 and given.data["sites"] == ["demo"], given.text
    seen = vera.get("/orders?per_page=1")
    assert seen.status == 200 and seen.data[0]["email"].endswith("***")
    full = web.get(f"/orders/{seen.data[0]['id']}")
    assert full.status == 200, full.text
    assert full.data["lines"] and full.data["addresses"] and full.data["timeline"]


def test_tokens_and_application_passwords_need_no_cookie(web: Client) -> None:
    web.log_in("maria", PASSWORD)
    token = web.post("/tokens", {"name": "nightly", "scopes": "view"})
    assert token.status == 201, token.text
    script = Client(web.port)
    script.headers = {"Authorization": f"Bearer {token.data['token']}"}
    assert script.get("/orders").status == 200
    assert script.post("/sync/orders", {"site": "demo"}).status == 403
    key = web.post("/app-passwords", {"name": "sheet"}).data["token"]
    pair = base64.b64encode(f"maria:{key}".encode()).decode()
    script.headers = {"Authorization": f"Basic {pair}"}
    assert script.get("/session").data["user"]["login"] == "maria"
    assert web.ask("DELETE", f"/tokens/{token.data['id']}").status == 200
    script.headers = {"Authorization": f"Bearer {token.data['token']}"}
    assert script.get("/orders").json["code"] == "ob_not_logged_in"


def test_settings_are_told_changed_and_taken_back(web: Client) -> None:
    web.log_in("maria", PASSWORD)
    found = web.get("/settings")
    assert found.status == 200, found.text
    wait = {row["name"]: row for row in found.data}["sync.sku_wait_days"]
    assert wait["value"] == "14" and not wait["locked"]
    changed = web.ask(
        "PATCH",
        "/settings",
        {"settings": {"sync.sku_wait_days": "30"}},
        If_Match=found.headers["etag"],
    )
    assert changed.status == 200, changed.text
    wait = {row["name"]: row for row in changed.data}["sync.sku_wait_days"]
    assert (wait["value"], wait["origin"]) == ("30", "setting")
    wrong = web.ask(
        "PATCH",
        "/settings",
        {"settings": {"sync.sku_wait_days": "900"}},
        If_Match="*",
    )
    assert wrong.status == 400 and "sync.sku_wait_days" in wrong.json["data"]["params"]
    back = web.ask(
        "PATCH", "/settings", {"settings": {"sync.sku_wait_days": None}}, If_Match="*"
    )
    wait = {row["name"]: row for row in back.data}["sync.sku_wait_days"]
    assert (wait["value"], wait["origin"]) == ("14", "default")


def test_kits_are_proven_before_they_are_kept(web: Client) -> None:
    web.log_in("maria", PASSWORD)
    circle = {"components": [{"component": "KIT-PARENT-123", "quantity": "1"}]}
    told = web.post("/kits/validate", {"sku": "COMP-A", **circle})
    assert told.status == 200 and told.data["code"] == "ob_kit_cycle", told.text
    assert told.data["valid"] is False and "COMP-A → " in told.data["message"]
    assert told.data["cycle"] == ["COMP-A", "KIT-PARENT-123", "COMP-A"]
    assert (told.data["depth"], told.data["expansion"]) == (0, [])
    refused = web.post("/kits", {"sku": "COMP-A", **circle})
    assert refused.status == 422 and refused.json["code"] == "ob_kit_cycle"
    read = web.get("/kits/KIT-PARENT-123")
    assert read.status == 200, read.text
    saved = web.ask(
        "PUT",
        "/kits/KIT-PARENT-123",
        {"components": [{"component": "COMP-B", "quantity": "2"}]},
        If_Match=read.headers["etag"],
    )
    assert saved.status == 200, saved.text
    assert [c["component"] for c in saved.data["components"]] == ["COMP-B"]


def test_a_kit_keeps_the_days_of_its_components(web: Client) -> None:
    web.log_in("maria", PASSWORD)
    days = {"valid_from": "2026-01-01T00:00:00.000Z", "valid_to": None}
    made = {"component": "COMP-A", "quantity": "1", **days}
    assert web.post("/kits", {"sku": "KIT-D", "components": [made]}).status == 201
    (kept,) = web.get("/kits/KIT-D").data["components"]
    assert {name: kept[name] for name in days} == days
    backwards = {**made, "valid_to": "2025-01-01"}
    refused = web.post("/kits", {"sku": "KIT-E", "components": [backwards]})
    assert refused.status == 400, refused.text


def test_a_site_may_be_added_without_being_fetched_from(web: Client) -> None:
    web.log_in("maria", PASSWORD)
    shop = {"platform": "woocommerce", "url": "https://shop.example.com"}
    for code, said in (("asleep", {"enabled": False}), ("awake", {})):
        made = web.post(
            "/sites", {"code": code, "prefix": code.upper(), **shop, **said}
        )
        assert made.status == 201, made.text
        assert made.data["enabled"] is (code == "awake")


def test_a_kit_tells_how_deep_it_is_and_what_it_comes_to(
    web: Client, demo: Installation
) -> None:
    web.log_in("maria", PASSWORD)
    inner = {"component": "COMP-A", "quantity": "3"}
    outer = {"component": "KIT-IN", "quantity": "2"}
    late = {"component": "NOT-YET", "quantity": "1.5"}
    for sku, parts in (("KIT-IN", [inner]), ("KIT-OUT", [outer, inner])):
        assert web.post("/kits", {"sku": sku, "components": parts}).status == 201
    told = web.post("/kits/validate", {"sku": "KIT-TOP", "components": [outer, late]})
    assert told.data == {
        **{"valid": True, "code": "", "message": "", "cycle": [], "depth": 2},
        "expansion": [
            {"sku": "KIT-IN", "quantity": "2", "parent": None, "is_kit": True},
            {"sku": "COMP-A", "quantity": "6", "parent": 0, "is_kit": False},
            {"sku": "NOT-YET", "quantity": "1.5", "parent": None, "is_kit": False},
        ],
        "missing": ["KIT-IN", "NOT-YET"],
    }

    many = {"sku": "KIT-TOP", "components": [outer, late], "quantity": "2.5"}
    parts = web.post("/kits/validate", many).data["expansion"]
    assert [part["quantity"] for part in parts] == ["5", "15", "3.75"]

    def listed() -> dict[str, tuple[int, int, bool]]:
        rows = web.get("/kits?per_page=100").data
        return {
            row["sku"]: (row["components"], row["depth"], row["valid"]) for row in rows
        }

    assert listed()["KIT-IN"] == (1, 1, True)
    assert listed()["KIT-OUT"] == (2, 2, True)
    # What no save lets in: a circle, and a kit that pauses today.
    demo.database.run(
        "INSERT INTO rm_kits (parent_sku, component_sku, quantity, valid_from)"
        " VALUES ('COMP-A', 'KIT-OUT', 1, '1970-01-01'),"
        " ('KIT-LATER', 'COMP-B', 1, '2999-01-01')"
    )
    found = listed()
    assert [found[k][2] for k in ("KIT-IN", "KIT-OUT", "COMP-A")] == [False] * 3
    assert found["KIT-LATER"] == (1, 0, True)
    assert web.get("/kits?search=no-such-kit").data == []


def test_kits_are_a_list_as_any_other(web: Client, demo: Installation) -> None:
    web.log_in("maria", PASSWORD)
    skus = [
        sku
        for (sku,) in demo.database.run(
            "SELECT DISTINCT parent_sku FROM rm_kits ORDER BY 1 DESC"
        )
    ]
    first = web.get("/kits?sort=-sku&per_page=2")
    assert [row["sku"] for row in first.data] == skus[:2]
    assert first.json["meta"]["total"] == len(skus) > 4
    cursor = first.json["meta"]["next_cursor"]
    second = web.get(f"/kits?sort=-sku&per_page=2&cursor={cursor}")
    assert [row["sku"] for row in second.data] == skus[2:4]
    assert web.get("/kits?fields=valid&per_page=1").data == [{"valid": True}]
    assert web.get("/kits?fields=sku,depth&per_page=1&sort=-sku").data == [
        {"sku": skus[0], "depth": first.data[0]["depth"]}
    ]
    assert web.get("/kits?fields=sku&per_page=1&sort=-sku").data == [{"sku": skus[0]}]
    # A kit's parent may be an item, with a status of its own, or none.
    change = {"status": "blocked"}
    assert web.ask("PUT", f"/items/{skus[0]}", change, If_Match="*").status == 200
    blocked = web.get("/kits?status=blocked&counts=status")
    assert [row["sku"] for row in blocked.data] == skus[:1]
    assert blocked.json["meta"]["counts"]["blocked"] == 1
    assert web.get("/kits?component=comp-a").json["meta"]["total"] == int(
        str(
            demo.database.one(
                "SELECT COUNT(DISTINCT parent_sku) FROM rm_kits"
                " WHERE component_sku = 'COMP-A'"
            )
        )
    )
    wrong = web.get("/kits?limit=5")
    assert wrong.status == 400 and "limit" in wrong.json["data"]["params"]


def test_links_lead_on_as_long_as_headers_may_be(web: Client) -> None:
    web.log_in("maria", PASSWORD)
    found = web.get("/items?per_page=1&page=2")
    links = dict(
        (relation.strip('"'), place.strip("<>"))
        for place, relation in (
            link.split("; rel=") for link in found.headers["link"].split(", ")
        )
    )
    assert set(links) == {"next", "prev", "first", "last"}
    for relation, page in (
        ("prev", 1),
        ("first", 1),
        ("last", found.json["meta"]["total"]),
    ):
        there = web.get(links[relation].removeprefix("/api/v1"))
        assert there.json["meta"]["page"] == page, (relation, there.text)
    beyond = web.get(links["next"].removeprefix("/api/v1"))
    assert beyond.data[0]["sku"] == web.get("/items?per_page=1&page=3").data[0]["sku"]
    long = ",".join(f"!{n:060}" for n in range(20))
    found = web.get(f"/items?per_page=1&page=2&sku={long}")
    assert found.status == 200 and len(found.data) == 1, found.text
    assert "link" not in found.headers and found.json["meta"]["next_cursor"]


def test_a_path_that_goes_says_when_and_what_comes_instead(web: Client) -> None:
    """RFC 9745 and RFC 8594; at least 180 days (UX 3)."""
    web.log_in("maria", PASSWORD)
    told = web.get("/openapi.json").json["paths"]
    retired = [
        (p, m) for p, ways in told.items() for m in ways if "deprecated" in ways[m]
    ]
    assert retired == [("/sync", "post")]
    assert "use /sync/manual" in told["/sync"]["post"]["description"]
    for body, status in (({"entity": "orders"}, 202), ({"entity": "x"}, 400)):
        found = web.post("/sync", body)
        assert found.status == status, found.text
        since = int(found.headers["deprecation"].removeprefix("@"))
        until = parsedate_to_datetime(found.headers["sunset"]).timestamp()
        assert until - since >= 180 * 86400
        assert '</api/v1/sync/manual>; rel="successor-version"' in found.headers["link"]
    assert "deprecation" not in web.post("/sync/manual", {"entity": "orders"}).headers
    seed = Client(web.port, "/wp-json/wkpbic/v1")
    seed.headers = web.headers
    assert "deprecation" not in seed.post("/sync", {"entity": "orders"}).headers


def test_the_overview_and_schedules_tell_what_is_there(
    web: Client, demo: Installation
) -> None:
    demo.ob("order", "sync", "--site=demo")
    web.log_in("maria", PASSWORD)
    glance = web.get("/overview")
    assert glance.status == 200, glance.text
    tiles = glance.data["tiles"]
    assert tiles["error_orders"] == demo.count("rm_error_orders", "status = 'open'")
    assert tiles["pending_bc"] == demo.count("rm_order", "imported = 0")
    assert glance.data["attention"]
    plans = web.get("/schedules")
    assert plans.status == 200, plans.text
    mine = [row for row in plans.data if row["name"] == "order_sync:demo"][0]
    etag = web.get(f"/schedules/{mine['id']}").headers["etag"]
    moved = web.ask(
        "PUT",
        f"/schedules/{mine['id']}",
        {"frequency": "minutes", "every_min": 15},
        If_Match=etag,
    )
    assert moved.status == 200 and moved.data["every_min"] == 15, moved.text
    assert web.post(f"/schedules/{mine['id']}/run").status == 202


def test_an_address_does_the_crontab_s_work(web: Client, demo: Installation) -> None:
    key = "k" * 40
    refused = web.post("/cron/tick", {"key": key})
    assert refused.status == 401
    demo.write_settings(cron__tick_key=key)
    demo.database.run("UPDATE rm_schedule SET next_run_at = '2020-01-01'")
    with served(demo, 1) as client:
        done = client.post("/cron/tick", {"key": key})
        assert done.status == 202 and done.data == {"cron": "started"}, done.text
        wait_until(lambda: demo.count("rm_order") == 92)
