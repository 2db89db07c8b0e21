"""What shops tell by themselves: taken in at once, fetched once, never lost."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import os
import pathlib
import signal
import time
from typing import Iterator

import pytest
from conftest import MOMENT, Database, MariaDb, free_port
from installation import Installation, Sandbox, wait_until
from served import PASSWORD, add_maria, served
from web import Answer, Client

SECRET = "webhook-secret-of-the-demo-shop"
# A slice of the burst that make bench measures (RELIABILITY F33).
BURST = int(os.environ.get("WEBHOOKS", "300"))
SITE = "site.demo.webhook_secret"
WRONG = base64.b64encode(b"x" * 32).decode()
REFUSALS = "SELECT code, refused FROM rm_webhook_refused WHERE site_id = %s"


class Hooks:
    """The shop's side of the line: signs and sends."""

    def __init__(self, client: Client):
        self.client, self.secret = client, SECRET

    def send(
        self,
        body: bytes,
        topic: str = "order.updated",
        site: str = "demo",
        signature: str | None = None,
    ) -> Answer:
        mac = hmac.new(self.secret.encode(), body, hashlib.sha256).digest()
        if signature is None:
            signature = base64.b64encode(mac).decode()
        return self.client.ask(
            "POST",
            f"/webhooks/{site}/{topic}",
            raw=body,
            Content_Type="application/json",
            X_WC_Webhook_Signature=signature,
            X_WC_Webhook_Delivery_ID="e5a5b11381ff5ed0b7f2461b37725789",
        )

    def tell(self, order_id: int, note: int = 0, **how: str) -> Answer:
        return self.send(json.dumps({"id": order_id, "note": note}).encode(), **how)

    def ping(self, site: str = "demo") -> Answer:
        return self.client.ask(
            "POST",
            f"/webhooks/{site}/order.created",
            raw=b"webhook_id=12",
            Content_Type="application/x-www-form-urlencoded",
        )


def serve(ob: Installation, processes: int = 2) -> Iterator[Hooks]:
    with served(ob, processes) as client:
        yield Hooks(client)


@pytest.fixture
def hooks(demo: Installation) -> Iterator[Hooks]:
    """Behind nginx; nothing works the queue but what a test starts."""
    demo.write_settings(run__start_workers="off")
    demo.must("secret", "set", SITE, text=SECRET)
    yield from serve(demo)


@pytest.fixture
def live(demo: Installation) -> Iterator[Hooks]:
    """The same with workers that the responder starts."""
    demo.must("secret", "set", SITE, text=SECRET)
    yield from serve(demo)


def pending(ob: Installation) -> int:
    return ob.count("rm_webhook_in", "state = 'pending'")


def newest(ob: Installation) -> int:
    """An order of the shop that a sync would store."""
    wish = {"count": 1, "variety": "plain", "seed": 7}
    made = ob.box.control("POST", "/_shops/demo/orders", wish)
    return int(made["ids"][0])


def test_a_signed_webhook_is_stored_once(hooks: Hooks, demo: Installation) -> None:
    told = hooks.tell(1000)
    assert told.status == 200, told.text
    assert told.data == {"stored": True}
    again = hooks.tell(1000)
    assert again.status == 200 and again.data == {"stored": False}
    other = hooks.tell(1000, topic="order.created")
    assert other.data == {"stored": True}
    rows = demo.database.run(
        "SELECT topic, platform_order_id, state, spooled FROM rm_webhook_in ORDER BY id"
    )
    assert rows == (
        [("order.updated", "1000", "pending", 0)]
        + [("order.created", "1000", "pending", 0)]
    )


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ({"signature": WRONG}, 401, "ob_bad_signature"),
        ({"signature": "short"}, 401, "ob_bad_signature"),
        ({"signature": ""}, 401, "ob_bad_signature"),
        ({"site": "nobody"}, 404, "ob_not_found"),
        ({"topic": "order.eaten"}, 404, "ob_not_found"),
    ],
)
def test_what_is_not_the_shops_is_refused(
    hooks: Hooks, demo: Installation, how: dict[str, str], status: int, code: str
) -> None:
    refused = hooks.tell(1000, **how)
    assert (refused.status, refused.json["code"]) == (status, code)
    assert demo.count("rm_webhook_in") == 0


def test_a_body_that_is_too_large_is_refused(hooks: Hooks, demo: Installation) -> None:
    fits = b'{"id":1,"pad":"' + b"x" * (256 * 1024 - 17) + b'"}'
    assert len(fits) == 256 * 1024
    assert hooks.send(fits).status == 200
    refused = hooks.send(fits + b" ")
    assert (refused.status, refused.json["code"]) == (413, "ob_too_large")
    assert demo.count("rm_webhook_in") == 1


def test_the_ping_of_a_new_subscription_is_answered(
    hooks: Hooks, demo: Installation
) -> None:
    assert hooks.ping().status == 200
    assert demo.count("rm_webhook_in") == 0
    statuses = [hooks.ping().status for _ in range(130)]
    # Each of the two processes answers sixty a minute.
    assert set(statuses) == {200, 429} and statuses.count(200) < 120


def test_both_secrets_count_while_one_follows_the_other(
    hooks: Hooks, demo: Installation
) -> None:
    assert hooks.tell(1).status == 200
    demo.must("secret", "set", SITE, text="a-new-secret-of-the-shop")
    time.sleep(1.1)
    hooks.secret = "a-new-secret-of-the-shop"
    assert hooks.tell(2).status == 200  # at once, by both processes
    assert hooks.tell(3).status == 200
    hooks.secret = SECRET  # as long as the shop was not given the new one
    assert hooks.tell(4).status == 200
    demo.must("secret", "set", SITE, text="a-third-secret-of-the-shop")
    time.sleep(10.1)
    assert hooks.tell(5).status == 401


def test_a_signed_body_without_an_order_is_kept_and_ignored(
    hooks: Hooks, demo: Installation
) -> None:
    assert hooks.send(b"[1, 2]").status == 200
    assert demo.one("SELECT state FROM rm_webhook_in") == "ignored"


def test_what_a_shop_told_is_fetched_by_a_worker_that_starts_itself(
    live: Hooks, demo: Installation
) -> None:
    order = newest(demo)
    assert live.tell(order).status == 200
    wait_until(lambda: demo.count("rm_order", f"platform_order_id = '{order}'") == 1)
    wait_until(lambda: pending(demo) == 0)
    assert demo.count("rm_order") == 1
    assert demo.one("SELECT kind FROM rm_operation WHERE source = 'webhook'") == (
        "webhook"
    )
    wait_until(lambda: demo.one("SELECT mark_state FROM rm_order") == "done")


def test_a_burst_is_one_fetch_an_order(hooks: Hooks, demo: Installation) -> None:
    order = newest(demo)
    for note in range(BURST):
        assert hooks.tell(order, note).status == 200
    assert hooks.tell(order + 5000).status == 200  # never was in the shop
    demo.box.control("DELETE", "/_requests")
    demo.must("worker")
    assert pending(demo) == 0
    assert demo.count("rm_order") == 1 and demo.count("rm_order_seen") == 1
    reads = [
        r
        for r in demo.requests()
        if r["method"] == "GET" and "/wc/v3/orders" in r["path"]
    ]
    # One list for both ids, one look for the one that it does not hold.
    assert len(reads) == 2, reads
    assert demo.count("rm_operation", "kind = 'webhook'") == 1
    assert demo.count("rm_webhook_in", "operation_id IS NOT NULL") == BURST + 1


@pytest.mark.parametrize("change", [{"status": "pending"}, {"status": "cancelled"}])
def test_nothing_is_stored_that_a_sync_would_not_store(
    hooks: Hooks, demo: Installation, change: dict[str, str]
) -> None:
    order = newest(demo)
    demo.box.control("PATCH", f"/_shops/demo/orders/{order}", change)
    hooks.tell(order)
    demo.must("worker")
    assert pending(demo) == 0
    assert demo.count("rm_order") == demo.count("rm_order_seen") == 0
    # Not even remembered: when it is paid, a sync stores it.
    demo.box.control("PATCH", f"/_shops/demo/orders/{order}", {"status": "processing"})
    demo.ob("order", "sync", "--site=demo")
    assert demo.count("rm_order", f"platform_order_id = '{order}'") == 1


def test_an_order_of_before_the_start_date_is_left_alone(
    hooks: Hooks, demo: Installation
) -> None:
    order = newest(demo)
    demo.must("site", "edit", "demo", "--min-date=2026-11-25")
    hooks.tell(order)
    demo.must("worker")
    assert pending(demo) == 0 and demo.count("rm_order") == 0


def test_what_carries_a_mark_before_our_first_sync_is_not_ours(
    hooks: Hooks, demo: Installation
) -> None:
    order = newest(demo)
    mark = [{"id": 1, "key": "sumatra_wc_integrator_exported", "value": "1"}]
    demo.box.control("PATCH", f"/_shops/demo/orders/{order}", {"meta_data": mark})
    hooks.tell(order)
    demo.must("worker")
    assert demo.count("rm_order") == 0
    assert demo.one("SELECT outcome FROM rm_order_seen") == "skipped"


def test_only_a_deletion_that_was_told_cancels_an_order(
    hooks: Hooks, demo: Installation
) -> None:
    order = newest(demo)
    hooks.tell(order)
    demo.must("worker")
    assert demo.one("SELECT state FROM rm_order") == "stored"
    demo.box.control("DELETE", f"/_shops/demo/orders/{order}")
    hooks.tell(order, note=2)
    demo.must("worker")
    assert demo.one("SELECT state FROM rm_order") == "stored"
    hooks.tell(order, topic="order.deleted")
    demo.must("worker")
    assert demo.one("SELECT state FROM rm_order") == "cancelled"


def test_inside_the_window_it_is_stored_and_waits(
    hooks: Hooks, demo: Installation
) -> None:
    order = newest(demo)
    demo.set_clock("2026-11-29T20:00:00Z", rate=1)
    assert hooks.tell(order).data == {"stored": True}
    demo.box.control("DELETE", "/_requests")
    demo.must("cron")
    demo.must("worker")
    assert pending(demo) == 1 and demo.requests() == []
    assert demo.count("rm_operation") == 0
    demo.set_clock("2026-11-30T05:00:00Z", rate=1)
    demo.must("cron")
    assert pending(demo) == 0
    assert demo.count("rm_order", f"platform_order_id = '{order}'") == 1


def test_a_disabled_site_keeps_what_it_told(hooks: Hooks, demo: Installation) -> None:
    order = newest(demo)
    demo.must("site", "disable", "demo")
    assert hooks.tell(order).status == 200
    demo.must("worker")
    assert pending(demo) == 1 and demo.count("rm_operation") == 0
    demo.must("site", "enable", "demo")
    demo.must("worker")
    assert pending(demo) == 0 and demo.count("rm_order") == 1


# ---- subscriptions


class Shop:
    """The demo shop of the sandbox, which sends its webhooks by itself."""

    def __init__(self, ob: Installation, port: int):
        self.ob, self.box = ob, ob.box
        self.url = f"http://127.0.0.1:{port}"
        self.box.control("PUT", "/_shops/demo", {"sends_webhooks": True})

    def hooks(self) -> dict[str, dict[str, str]]:
        state = self.box.control("GET", "/_state")["shops"]["demo"]
        return {hook["topic"]: hook for hook in state["webhooks"]}

    def sent(self, count: int) -> list[dict[str, object]]:
        def rows() -> list[dict[str, object]]:
            found = self.box.control("GET", "/_shops/demo/deliveries")
            return list(found["deliveries"])

        wait_until(lambda: len(rows()) >= count)
        return rows()

    def change(self, topic: str, **values: str) -> None:
        hook = self.hooks()[topic]
        self.box.woo("PUT", f"/webhooks/{hook['id']}", values)

    def edit(self, order: int) -> None:
        path = f"/_shops/demo/orders/{order}"
        self.box.control("PATCH", path, {"customer_note": str(time.monotonic())})


@pytest.fixture
def shop(demo: Installation) -> Iterator[Shop]:
    port = free_port()
    demo.write_settings(web__public_url=f"http://127.0.0.1:{port}")
    add_maria(demo)
    with served(demo, port=port):
        yield Shop(demo, port)


def test_a_repair_makes_subscriptions_that_work(shop: Shop, demo: Installation) -> None:
    before = demo.ob("site", "webhooks", "demo")
    assert before.status == 1 and before.out.count("missing") == 4
    assert "Mend it by: orderbridge site webhooks --repair demo" in before.err
    assert demo.count("rm_audit", "action = 'site.webhooks'") == 0
    done = demo.must("site", "webhooks", "demo", "--repair", "--format=csv")
    assert demo.count("rm_audit", "action = 'site.webhooks'") == 1
    assert done.out.count(",active,") == 4
    assert {hook["delivery_url"] for hook in shop.hooks().values()} == {
        f"{shop.url}/api/v1/webhooks/demo/order.{event}"
        for event in ("created", "updated", "deleted", "restored")
    }
    pings = shop.sent(4)
    assert [row["status"] for row in pings] == [200] * 4
    order = newest(demo)
    where = f"platform_order_id = '{order}'"
    wait_until(lambda: demo.count("rm_order", where) == 1)
    # Our own mark changes the order, which is told too, and changes nothing here.
    wait_until(lambda: demo.count("rm_webhook_in", "topic = 'order.updated'") >= 1)
    wait_until(lambda: pending(demo) == 0)
    assert demo.one("SELECT revision FROM rm_order") == 1
    assert {row["status"] for row in shop.sent(6)} == {200}


def test_a_repair_again_changes_none_and_gives_them_the_secret(
    shop: Shop, demo: Installation
) -> None:
    demo.must("site", "webhooks", "demo", "--repair")
    made = shop.hooks()
    demo.must("secret", "set", SITE, text=SECRET)
    demo.must("site", "webhooks", "demo", "--repair")
    again = shop.hooks()
    assert {h["id"] for h in again.values()} == {h["id"] for h in made.values()}
    assert {hook["secret"] for hook in again.values()} == {SECRET}


def test_what_the_shop_disabled_is_mended_by_the_daily_check(
    shop: Shop, demo: Installation
) -> None:
    demo.must("site", "webhooks", "demo", "--repair")
    order = newest(demo)
    shop.change("order.updated", secret="of somebody else")
    shop.change(
        "order.deleted",
        delivery_url="https://old.example/api/v1/webhooks/" "demo/order.deleted",
    )
    count = len(shop.sent(5))
    for n in range(7):
        shop.edit(order)
        shop.sent(count + n + 1)
    assert shop.hooks()["order.updated"]["status"] == "disabled"
    seen = demo.ob("site", "webhooks", "demo", "--format=csv")
    assert seen.status == 1
    assert ",disabled," in seen.out and ",elsewhere," in seen.out
    demo.must("cron", "run", "webhook_check")
    hooks = shop.hooks()
    assert {hook["status"] for hook in hooks.values()} == {"active"}
    assert hooks["order.deleted"]["delivery_url"].startswith(shop.url)
    assert "repaired=2" in demo.log.read_text()
    demo.must("site", "webhooks", "demo")
    count = len(shop.sent(0))
    shop.edit(order)
    assert shop.sent(count + 1)[-1]["status"] == 200


def told_by_doctor(shop: Shop, demo: Installation) -> list[tuple[str, str, str]]:
    """Verdict, reason and remedy of each step about webhooks, which both say."""
    web = Client(int(shop.url.rsplit(":", 1)[1]))
    assert web.log_in("maria", PASSWORD).status == 201
    steps = web.get("/doctor").data["steps"]
    found = [
        (step["status"], step["why"], step["fix"])
        for step in steps
        if step["label"] == "Webhooks"
    ]
    printed = demo.ob("doctor").out
    for status, why, fix in found:
        assert f" {status.upper()}\n" in printed
        if status == "warn":
            assert f"  Why: {why}\n  Fix: {fix}\n" in printed
    return found


REPAIR = "orderbridge site webhooks demo --repair"


def test_doctor_tells_what_a_shop_does_not_tell(shop: Shop, demo: Installation) -> None:
    ((verdict, why, fix),) = told_by_doctor(shop, demo)
    assert (verdict, fix) == ("skip", "orderbridge site webhooks CODE --repair")
    demo.must("site", "webhooks", "demo", "--repair")
    assert told_by_doctor(shop, demo) == [("pass", "", "")]
    shop.change("order.updated", status="disabled")
    shop.change("order.created", status="paused")
    hook = shop.hooks()["order.deleted"]["id"]
    demo.box.woo("DELETE", f"/webhooks/{hook}?force=true")
    assert demo.ob("site", "webhooks", "demo").status == 1
    why = (
        "demo: order.created is paused, order.updated is disabled,"
        " order.deleted is missing"
    )
    assert told_by_doctor(shop, demo) == [("warn", why, REPAIR)]
    demo.must(*REPAIR.split()[1:])
    assert told_by_doctor(shop, demo) == [("pass", "", "")]
    demo.must("site", "disable", "demo")
    demo.database.run("UPDATE rm_webhook_check SET is_fine = 0, subscriptions = '[]'")
    assert told_by_doctor(shop, demo)[0][0] == "skip"


# Days before now: last check, order, delivery, refusal (0: none); what is told.
REFUSED = "demo: what it tells is signed by another secret: refused at 2026-11-2"
SILENCE = [
    (0.1, 0.2, 0, 0, ""),
    (0.3, 0.2, 0, 0, "demo: orders came, and it never told of one"),
    (0.3, 0.02, 0, 0, ""),
    (0.1, 2.5, 3, 0, ""),
    (0.1, 0.2, 3, 0, "demo: orders came, and it told of none since 2026-11-21T09:00"),
    (2.5, 3, 3, 0, "demo: nobody looked at them since 2026-11-21T21:00:00."),
    (0.1, 3, 0, 1, REFUSED),
    (0.1, 3, 1.1, 1, REFUSED),
    (0.1, 3, 1, 1.1, ""),
    (0.1, 3, 0, 2.1, ""),
]


@pytest.mark.parametrize("checked, ordered, heard, refused, why", SILENCE)
def test_doctor_misses_shops_that_fell_silent(
    shop: Shop,
    demo: Installation,
    checked: float,
    ordered: float,
    heard: float,
    refused: float,
    why: str,
) -> None:
    demo.must("site", "webhooks", "demo", "--repair")
    demo.box.control("PUT", "/_shops/demo", {"sends_webhooks": False})
    demo.ob("order", "sync", "--site=demo")

    def ago(days: float) -> str:
        moment = datetime.datetime.fromisoformat(MOMENT.rstrip("Z"))
        return str(moment - datetime.timedelta(days=days))

    run = demo.database.run
    run("UPDATE rm_order SET order_date = %s", ago(ordered))
    run("UPDATE rm_webhook_check SET checked_at = %s", ago(checked))
    run("DELETE FROM rm_webhook_in")
    if heard:
        run(
            "INSERT INTO rm_webhook_in SET site_id = 1, topic = 'order.created',"
            " platform_order_id = '1', dedup = REPEAT('x', 32), delivery_id = '',"
            " ip = '', spooled = 0, state = 'done', received_at = %s, body = '{}'",
            ago(heard),
        )
    if refused:
        run(
            "INSERT INTO rm_webhook_refused VALUES (1, 'ob_bad_signature', 1, %s)",
            ago(refused),
        )
    ((verdict, told, fix),) = told_by_doctor(shop, demo)
    assert (verdict, told[: len(why)]) == ("warn" if why else "pass", why)
    remedy = "orderbridge cron run webhook_check" if "nobody" in why else REPAIR
    assert fix == (remedy if why else "")


def test_the_check_leaves_shops_alone_that_were_never_set_up(
    shop: Shop, demo: Installation
) -> None:
    demo.box.control("DELETE", "/_requests")
    demo.must("cron", "run", "webhook_check")
    assert demo.requests() == [] and shop.hooks() == {}


def test_the_dashboard_sees_and_repairs_them(shop: Shop, demo: Installation) -> None:
    client = Client(int(shop.url.rsplit(":", 1)[1]))
    assert client.log_in("maria", PASSWORD).status == 201
    site = demo.one("SELECT id FROM rm_sites")
    seen = client.get(f"/sites/{site}/webhooks")
    assert seen.status == 200, seen.text
    assert seen.data["checked_at"] is None and seen.data["is_fine"] is False
    asked = client.post(f"/sites/{site}/webhooks/repair")
    assert asked.status == 202, asked.text
    wait_until(lambda: client.get(f"/sites/{site}/webhooks").data["is_fine"])
    seen = client.get(f"/sites/{site}/webhooks").data
    assert seen["repaired"] == 4
    assert seen["url"] == f"{shop.url}/api/v1/webhooks/demo"
    assert {row["status"] for row in seen["subscriptions"]} == {"active"}
    order = newest(demo)
    wait_until(lambda: client.get("/webhooks/deliveries?state=done").data)
    row = client.get("/webhooks/deliveries?sort=received_at").data[0]
    assert (row["topic"], row["platform_order_id"]) == ("order.created", str(order))
    assert row["is_signed"] and row["site"] == "demo" and row["order_id"] is not None
    assert client.get("/sites/999/webhooks").status == 404
    assert demo.count("rm_audit", "action = 'site.webhooks_repair'") == 1
    # The mark on the order made the shop tell once more.
    quiet = "orderbridge_webhooks_pending 0\n"
    wait_until(lambda: quiet in client.get("/metrics").text)


# ---- what was refused


def script(ob: Installation, port: int, login: str, *flags: str) -> Client:
    """Somebody's token that may read figures."""
    ob.must("user", "add", login, *flags, "--password-file=-", text=PASSWORD)
    words = ("token", "add", login, "--name=x", "--scopes=view,logs")
    found = Client(port)
    found.headers = {"Authorization": f"Bearer {ob.must(*words).out.strip()}"}
    return found


def test_what_is_refused_is_counted_by_site_and_reason(
    hooks: Hooks, demo: Installation
) -> None:
    """Whichever process refused it; and one that is told too much at once."""
    client = script(demo, hooks.client.port, "maria", "--role=administrator")
    site = demo.one("SELECT id FROM rm_sites")
    place = f"/sites/{site}/webhooks"
    seen = client.get(place).data
    assert (seen["refused"], seen["refused_at"]) == ([], None)
    # Of a process that knows no site yet, too.
    for _ in range(3):
        assert hooks.send(b" " * (256 * 1024 + 1)).status == 413
    for n in range(7):
        assert hooks.tell(n, signature=WRONG).status == 401
        assert hooks.tell(n, site=f"nobody-{n}").status == 404
        assert hooks.tell(n).status == 200
    assert hooks.send(b" " * (256 * 1024 + 1), site="nobody").status == 413
    told = [
        {"code": "ob_bad_signature", "count": 7},
        {"code": "ob_too_large", "count": 3},
    ]
    wait_until(lambda: client.get(place).data["refused"] == told)
    assert client.get(place).data["refused_at"].startswith(MOMENT[:13])
    name = "orderbridge_webhooks_refused_total"

    def figures(who: Client) -> set[str]:
        lines = who.get("/metrics").text.splitlines()
        return {line for line in lines if line.startswith(name)}

    mine = {
        name + '{site="demo",code="ob_bad_signature"} 7',
        name + '{site="demo",code="ob_too_large"} 3',
    }
    others = {
        name + '{site="",code="ob_not_found"} 7',
        name + '{site="",code="ob_too_large"} 1',
    }
    wait_until(lambda: figures(client) == mine | others)
    assert f"# TYPE {name} counter" in client.get("/metrics").text
    # Whoever is granted other sites sees nothing of this one.
    stranger = script(demo, hooks.client.port, "otto", "--role=administrator")
    demo.database.run("UPDATE rm_user SET all_sites = 0 WHERE login = 'otto'")
    assert figures(stranger) == set()
    demo.database.run(
        "INSERT INTO rm_grant (user_id, site_id)"
        " SELECT id, %s FROM rm_user WHERE login = 'otto'",
        site,
    )
    assert figures(stranger) == mine


def inserts(server: MariaDb) -> int:
    """How many the server was asked for."""
    ((_, count),) = server.run("SHOW GLOBAL STATUS LIKE 'Com_insert'")
    return int(count)


def test_a_flood_of_refused_ones_makes_few_writes(
    alone: Installation, own_server: MariaDb
) -> None:
    for hooks in serve(alone, 1):
        assert hooks.tell(1).status == 200
        before, began = inserts(own_server), time.monotonic()
        for n in range(150):
            assert hooks.tell(n, signature=WRONG).status == 401
            assert hooks.tell(n, site=f"nobody-{n}").status == 404
        assert hooks.send(b"x", signature="").status == 401
    # Two rows each ten seconds, at the beginning and at the end.
    spells = (time.monotonic() - began) // 10
    assert 0 < inserts(own_server) - before <= 2 * (2 + spells)
    # The process that ended wrote the rest.
    site = alone.one("SELECT id FROM rm_sites")
    assert alone.database.run(REFUSALS, site) == [("ob_bad_signature", 151)]
    assert alone.database.run(REFUSALS, 0) == [("ob_not_found", 150)]
    assert alone.count("rm_webhook_refused") == 2


def test_what_is_refused_while_the_database_is_away_is_counted_too(
    alone: Installation, own_server: MariaDb
) -> None:
    for hooks in serve(alone, 1):
        assert hooks.tell(1).status == 200
        stop(own_server)
        assert hooks.tell(2).status == 200  # into the spool
        for n in range(5):
            assert hooks.tell(n, signature=WRONG).status == 401
        start(own_server)
    site = alone.one("SELECT id FROM rm_sites")
    assert alone.database.run(REFUSALS, site) == [("ob_bad_signature", 5)]


def test_old_webhooks_go(hooks: Hooks, demo: Installation) -> None:
    hooks.tell(1)
    hooks.tell(2)
    demo.database.run(
        "UPDATE rm_webhook_in SET received_at = received_at - INTERVAL 15 DAY"
        " WHERE platform_order_id = '1'"
    )
    demo.must("cron", "run", "retention")
    assert demo.one("SELECT platform_order_id FROM rm_webhook_in") == "2"


# ---- the database is away


@pytest.fixture
def own_server(server_template: pathlib.Path) -> Iterator[MariaDb]:
    """A server that a test may stop."""
    running = MariaDb(server_template)
    yield running
    running.close()


@pytest.fixture
def alone(own_server: MariaDb, box: Sandbox, tmp_path: pathlib.Path) -> Installation:
    """An installation on that server."""
    own_server.run("CREATE DATABASE alone")
    made = Installation(tmp_path, Database(own_server, "alone"), box)
    made.set_clock(MOMENT, rate=1)
    made.set_up()
    made.write_settings(run__start_workers="off")
    made.must("secret", "set", SITE, text=SECRET)
    return made


def stop(server: MariaDb) -> None:
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()


def start(server: MariaDb) -> None:
    server.process = server._start()
    server.wait_until_ready()


def spool(ob: Installation) -> list[pathlib.Path]:
    return sorted(ob.home.glob("webhooks-*.spool"))


def test_nothing_is_lost_when_the_database_stops_under_a_burst(
    alone: Installation, own_server: MariaDb
) -> None:
    for hooks in serve(alone):
        order = newest(alone)
        slowest = 0.0
        for note in range(300):
            if note == 100:
                stop(own_server)
            began = time.monotonic()
            assert hooks.tell(order, note).status == 200
            slowest = max(slowest, time.monotonic() - began)
        assert slowest < 1
        (part,) = spool(alone)
        assert part.stat().st_mode & 0o777 == 0o600
        # The secret is remembered: a wrong signature is told at once.
        assert hooks.tell(order, 1, signature=WRONG).status == 401
        start(own_server)
        time.sleep(1.1)
        assert hooks.tell(order, 300).status == 200
    alone.must("cron")
    assert spool(alone) == []
    bodies = alone.database.run("SELECT body FROM rm_webhook_in")
    notes = {json.loads(body)["note"] for (body,) in bodies}
    assert notes == set(range(301)) and len(bodies) == 301
    assert alone.count("rm_webhook_in", "spooled = 1") >= 190
    assert alone.count("rm_order", f"platform_order_id = '{order}'") == 1


def test_what_was_not_checked_is_checked_by_the_replay(
    alone: Installation, own_server: MariaDb
) -> None:
    stop(own_server)
    for hooks in serve(alone, 1):
        assert hooks.tell(1).status == 200
        assert hooks.tell(2, signature=WRONG).status == 200
        assert hooks.tell(3, site="nobody").status == 200
        assert hooks.tell(4, signature="none").status == 401
        assert hooks.ping().status == 200
    start(own_server)
    alone.must("worker")
    assert alone.database.run("SELECT platform_order_id FROM rm_webhook_in") == [("1",)]
    assert "refused=2" in alone.log.read_text()
    site = alone.one("SELECT id FROM rm_sites")
    assert alone.database.run(REFUSALS, site) == [("ob_bad_signature", 1)]
    assert alone.database.run(REFUSALS, 0) == [("ob_not_found", 1)]


def test_the_spool_is_taken_in_inside_the_window_too(
    alone: Installation, own_server: MariaDb
) -> None:
    stop(own_server)
    for hooks in serve(alone, 1):
        assert hooks.tell(1).status == 200
    start(own_server)
    alone.set_clock("2026-11-29T20:00:00Z", rate=1)
    alone.must("cron")
    assert spool(alone) == [] and pending(alone) == 1


def test_a_torn_record_costs_itself_alone(
    alone: Installation, own_server: MariaDb
) -> None:
    stop(own_server)
    for hooks in serve(alone, 1):
        assert hooks.tell(1).status == 200
        (part,) = spool(alone)
        whole = part.read_bytes()
        part.write_bytes(whole + whole[: len(whole) // 2])
        assert hooks.tell(2).status == 200
    start(own_server)
    alone.must("worker")
    rows = alone.database.run(
        "SELECT platform_order_id FROM rm_webhook_in ORDER BY platform_order_id"
    )
    assert rows == [("1",), ("2",)]
    assert "torn=1" in alone.log.read_text()


def test_one_client_fills_a_quarter_of_the_spool(
    alone: Installation, own_server: MariaDb
) -> None:
    stop(own_server)
    for hooks in serve(alone, 1):
        assert hooks.tell(1).status == 200
        (part,) = spool(alone)
        with open(part, "r+b") as file:
            file.truncate(16 * 1024 * 1024 - 100)
        full = hooks.tell(2)
        assert (full.status, full.json["code"]) == (503, "ob_unavailable")
        os.truncate(part, 0)
        assert hooks.tell(2).status == 200
