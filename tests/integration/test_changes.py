"""A change and its entry in the audit trail: both or neither (RELIABILITY 6.8)."""

from __future__ import annotations

import concurrent.futures
import json
import socket
from dataclasses import dataclass
from typing import Any, Iterator

import described
import pytest
from conftest import MOMENT, new_database
from installation import Installation, wait_until
from test_db import CommitEater
from test_security import now_of, totp
from served import PASSWORD, one_process
from web import Answer, Client

OTHER = "loud-copper-ninety-boats"

# What moves without being a change of somebody's.
MOVES = ("rm_idempotency", "rm_login_try", "rm_upstream", "rm_audit", "rm_log")
USE = ("seen_at", "used_at", "used_ip", "ends_at")


@dataclass
class Stage:
    """The same installation, served with and without the fault."""

    ob: Installation
    well: Client
    ill: Client

    def one(self, statement: str) -> Any:
        return self.ob.database.one(statement)

    def entries(self) -> int:
        return int(self.one("SELECT COUNT(*) FROM rm_audit"))


def everything(ob: Installation) -> dict[str, Any]:
    """What stands in the database."""
    found = {}
    for (table,) in ob.database.run("SHOW TABLES"):
        columns = ob.database.run(f"SHOW COLUMNS FROM {table}")
        names = ", ".join(c for c, *_ in columns if c not in USE)
        if table not in MOVES:
            found[table] = ob.database.run(f"SELECT {names} FROM {table} ORDER BY 1, 2")
    return found


@pytest.fixture(scope="module")
def stage(
    server: Any, sandbox_process: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    for database in new_database(server):
        sandbox_process.control("DELETE", "/_faults")
        sandbox_process.control("POST", "/_reset", {"seed": 1, "orders": 100})
        ob = Installation(tmp_path_factory.mktemp("ob"), database, sandbox_process)
        ob.set_clock(MOMENT, rate=1)
        ob.write_settings(run__start_workers="off")
        ob.set_up()
        ob.ob("order", "sync", "--site=demo")
        ob.must(
            *("user", "add", "maria", "--role=administrator", "--password-file=-"),
            text=PASSWORD,
        )
        with one_process(ob) as well, one_process(
            ob, "change.before_entry:0:error"
        ) as ill:
            assert well.log_in("maria", PASSWORD).status == 201
            ill.headers = well.headers
            yield Stage(ob, well, ill)


KIT = [{"component": "COMP-A", "quantity": "2"}]
CSV = "sku,description\nUP-1,One\nUP-2,Two\n"

# Each is asked for as the ones before it left things. {name}: what SOUGHT finds.
CHANGES: list[tuple[str, str, Any]] = [
    (
        "POST",
        "/sites",
        {"code": "b", "platform": "woocommerce", "prefix": "BBB", "url": "{shop}"},
    ),
    ("PUT", "/sites/{site}", {"name": "Bee", "consumer_key": "ck_12345678"}),
    ("POST", "/sites/{site}/enable", None),
    ("POST", "/sites/{site}/disable", None),
    ("POST", "/sites/{site}/webhooks/repair", None),
    ("POST", "/sites/{site}/test", None),
    ("DELETE", "/sites/{site}", None),
    ("PUT", "/bc/connection", {"company": "OTHER", "client_secret": "12345678"}),
    ("POST", "/bc/test", None),
    ("POST", "/items", {"sku": "NEW-1"}),
    ("PUT", "/items/{item}", {"description": "new"}),
    ("DELETE", "/items/{item}", None),
    ("POST", "/items/upload", {"csv": CSV}),
    ("POST", "/kits", {"sku": "KIT-9", "components": KIT}),
    ("PUT", "/kits/KIT-9", {"components": [{**KIT[0], "quantity": "3"}]}),
    ("DELETE", "/kits/KIT-9", None),
    (
        "POST",
        "/kits/upload",
        {"csv": "parent_sku,component_sku,quantity\nKIT-8,COMP-A,1\n"},
    ),
    ("POST", "/sync", {"entities": ["orders", "items"]}),
    ("POST", "/sync/orders", {"site": "demo", "full": True}),
    ("POST", "/sync/manual", {"entity": "orders", "site": "demo"}),
    ("POST", "/imports", {"site_code": "demo", "order_id": "1"}),
    ("POST", "/operations/{open}/cancel", None),
    ("POST", "/operations/{failed}/retry", None),
    (
        "POST",
        "/operations/bulk",
        {"action": "cancel", "filter": {"state": "not_processed"}},
    ),
    ("POST", "/sync/schedule", {"frequency": "daily", "time": "14:05"}),
    ("PUT", "/schedules/{schedule}", {"frequency": "weekly"}),
    ("POST", "/schedules/{schedule}/run", None),
    ("POST", "/retry-queue/{retry}/retry", None),
    ("POST", "/retry-queue/{retry}/drop", None),
    ("PATCH", "/error-orders/{error}", {"reason": "done by hand"}),
    ("POST", "/error-orders/bulk", {"action": "retry", "filter": {"status": "open"}}),
    ("POST", "/orders/{order}/refetch", None),
    (
        "POST",
        "/orders/{unstored}/replay",
        {"from_step": "fetch", "reason": "tried again"},
    ),
    ("POST", "/watermarks/orders/reset", {"site": "demo"}),
    ("PATCH", "/me", {"name": "Maria the Great"}),
    ("PUT", "/me/views", {"views": [{"page": "orders", "name": "a", "query": ""}]}),
    ("PATCH", "/settings", {"settings": {"retention.audit_days": "500"}}),
    ("POST", "/cache/flush", None),
    ("POST", "/roles", {"slug": "cook", "name": "Cook", "capabilities": "view"}),
    ("PUT", "/roles/cook", {"name": "Cook", "capabilities": "view,sync"}),
    ("DELETE", "/roles/cook", None),
    ("POST", "/users", {"login": "otto", "password": OTHER, "role": "viewer"}),
    ("PATCH", "/users/{user}", {"role": "operator", "password": PASSWORD}),
    ("POST", "/users/{user}/logout", None),
    ("DELETE", "/users/{user}", None),
    ("POST", "/tokens", {"name": "t", "scopes": "view"}),
    ("DELETE", "/tokens/{token}", None),
    ("POST", "/app-passwords", {"name": "t"}),
    ("DELETE", "/app-passwords/{token}", None),
    ("POST", "/welcome", {"link": "{link}", "password": OTHER}),
    ("POST", "/session", {"login": "maria", "password": PASSWORD}),
    ("DELETE", "/me/sessions/{session}", None),
    ("PUT", "/me/totp", {"secret": "{secret}", "code": "{code}"}),
    ("DELETE", "/me/totp", None),
    ("POST", "/session/prove", {"password": PASSWORD}),
    ("PUT", "/me/password", {"password": PASSWORD, "new_password": OTHER}),
    ("DELETE", "/session", None),
]
# They ask for a look, are told by a shop, or need an installation without users.
OTHERS = {
    ("post", "/me/totp/offer"),
    ("post", "/kits/validate"),
    ("post", "/orders/{id}/plan"),
    ("post", "/items/{sku}/check"),
    ("post", "/kits/{sku}/check"),
    ("post", "/cron/tick"),
    ("post", "/webhooks/{site}/{topic}"),
    ("post", "/setup/code"),
    ("post", "/setup/database"),
    ("post", "/setup/administrator"),
    ("post", "/setup/site"),
    ("post", "/setup/business_central"),
    ("post", "/setup/cron"),
}
NEWEST = "SELECT MAX(id) FROM "
SOUGHT = {
    "site": NEWEST + "rm_sites",
    "item": "SELECT 'NEW-1'",
    "open": NEWEST + "rm_operation WHERE state = 'not_processed'",
    "failed": NEWEST + "rm_operation WHERE state = 'failed'",
    "schedule": "SELECT MIN(id) FROM rm_schedule WHERE kind = 'order_sync'",
    "retry": NEWEST + "rm_job WHERE kind = 'order_retry' AND state = 'ready'",
    "order": NEWEST + "rm_order",
    "unstored": NEWEST + "rm_order_seen WHERE outcome = 'error'",
    "error": NEWEST + "rm_error_orders WHERE status = 'open'",
    "user": NEWEST + "rm_user",
    "token": NEWEST + "rm_token",
    "session": "SELECT MIN(id) FROM rm_session",
}


def filled(stage: Stage, text: str) -> str:
    for name, statement in SOUGHT.items():
        if "{" + name + "}" in text:
            text = text.replace("{" + name + "}", str(stage.one(statement)))
    text = text.replace("{shop}", f"http://127.0.0.1:{stage.ob.box.port}/shop/b")
    if "{link}" in text:
        text = text.replace("{link}", link_for(stage))
    if "{secret}" in text:
        offer = stage.well.post("/me/totp/offer")
        assert offer.status == 200, offer.text
        secret = offer.data["secret"]
        text = text.replace("{secret}", secret)
        text = text.replace("{code}", totp(secret, now_of(stage.well)))
    return text


def link_for(stage: Stage) -> str:
    said = stage.ob.must("user", "add", "anna", "--role=viewer").out
    return said.strip().rsplit("/", 1)[-1]


def ask(client: Client, method: str, path: str, body: Any, key: str) -> Answer:
    return client.ask(method, path, body, If_Match="*", Idempotency_Key=f"key-{key}")


def test_a_change_whose_entry_fails_is_not_made(stage: Stage) -> None:
    """Each of the API; without the fault it is made, with one entry."""
    for number, (method, path, body) in enumerate(CHANGES):
        path = filled(stage, path)
        body = json.loads(filled(stage, json.dumps(body)))
        if path.endswith("/logout"):
            assert Client(stage.well.port).log_in("otto", PASSWORD).status == 201
        before, entries = everything(stage.ob), stage.entries()
        got = ask(stage.ill, method, path, body, f"ill-{number}")
        assert got.status == 503, (method, path, got.text)
        assert "set-cookie" not in got.headers and "location" not in got.headers
        assert everything(stage.ob) == before, (method, path)
        assert stage.entries() == entries
        got = ask(stage.well, method, path, body, f"well-{number}")
        assert got.status < 300, (method, path, got.text)
        assert stage.entries() == entries + 1, (method, path)
        if not path.endswith("/test"):
            assert everything(stage.ob) != before, (method, path)
        cookie = got.headers.get("set-cookie", "=").split(";")[0]
        if not cookie.endswith("="):
            stage.well.headers["Cookie"] = cookie
            stage.well.headers["X-OB-Nonce"] = got.data["nonce"]
    stage.ob.must("audit", "verify")


def test_every_change_is_asked_for() -> None:
    told = {
        (method, path)
        for path, methods in described.document()["paths"].items()
        for method in methods
        if method != "get"
    }
    asked = {
        (method.lower(), described.route_of(method.lower(), path) or path)
        for method, path, _ in CHANGES
    }
    assert asked == told - OTHERS and OTHERS < told


def test_a_first_administrator_whose_entry_fails_is_not_made(
    demo: Installation,
) -> None:
    demo.write_settings(setup__code="long-enough-code")
    body = {"code": "long-enough-code", "login": "maria", "password": PASSWORD}
    with one_process(demo, "change.before_entry:1:error") as web:
        assert web.post("/setup/administrator", body).status == 503
        assert demo.count("rm_user") == 0
        assert web.post("/setup/administrator", body).status == 201
        assert demo.count("rm_user") == 1
    actions = demo.database.run("SELECT action FROM rm_audit WHERE ip <> ''")
    assert actions == [("setup.administrator",)]


@pytest.fixture
def token(demo: Installation) -> str:
    """Of an administrator: a change by it is the first transaction of a process."""
    demo.must(
        *("user", "add", "maria", "--role=administrator", "--password-file=-"),
        text=PASSWORD,
    )
    said = demo.must("token", "add", "maria", "--name=t", "--scopes=sites.write")
    return "Bearer " + said.out.split()[-1]


def state(ob: Installation) -> tuple[Any, int]:
    """Whether the shop is on, and how often it was written down that it is not."""
    return (
        ob.database.one("SELECT is_active FROM rm_sites"),
        int(
            str(
                ob.database.one(
                    "SELECT COUNT(*) FROM rm_audit WHERE action = 'site.disable'"
                )
            )
        ),
    )


@pytest.mark.parametrize(
    "point, is_made",
    [
        ("change.before_entry", False),
        ("db.before_commit", False),
        ("db.after_commit", True),
    ],
)
def test_a_process_that_dies_leaves_a_change_and_its_entry_or_neither(
    demo: Installation, token: str, point: str, is_made: bool
) -> None:
    with one_process(demo, f"{point}:1:kill") as web:
        web.headers["Authorization"] = token
        assert web.post("/sites/1/disable").status == 502
    assert state(demo) == ((0, 1) if is_made else (1, 0))
    demo.must("audit", "verify")


@pytest.mark.parametrize("point", ["db.before_commit", "db.after_commit"])
def test_a_commit_without_an_answer_is_looked_up(
    demo: Installation, token: str, point: str
) -> None:
    """Done once, whether it had landed or not."""
    with one_process(demo, f"{point}:1:error") as web:
        web.headers["Authorization"] = token
        assert web.post("/sites/1/disable").status == 200
    assert state(demo) == (0, 1)
    demo.must("audit", "verify")


@pytest.mark.parametrize("pass_on", [True, False])
def test_a_commit_that_went_away_is_looked_up(
    demo: Installation, token: str, pass_on: bool
) -> None:
    """With the connection; the entry tells whether the server had got it."""
    path = demo.home / "eater"
    eater = CommitEater(demo.database.server, path, pass_on=pass_on)
    with one_process(demo, ORDERBRIDGE_DATABASE_SOCKET=str(path)) as web:
        web.headers["Authorization"] = token
        assert web.post("/sites/1/disable").status == 200
    assert eater.eaten and state(demo) == (0, 1)
    demo.must("audit", "verify")


@pytest.mark.parametrize("pass_on", [True, False])
def test_a_command_s_commit_that_went_away_is_looked_up(
    demo: Installation, pass_on: bool
) -> None:
    path = demo.home / "eater"
    eater = CommitEater(demo.database.server, path, pass_on=pass_on)
    away = {"ORDERBRIDGE_DATABASE_SOCKET": str(path)}
    done = demo.ob("site", "disable", "demo", **away)
    assert eater.eaten and done.status == (0 if pass_on else 69), done.err
    assert state(demo) == ((0, 1) if pass_on else (1, 0))


def waits_for_a_lock(ob: Installation) -> bool:
    found = ob.database.run("SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'")
    return found[0][1] != "0"


def test_a_deadlock_about_the_trail_repeats_the_whole_change(
    demo: Installation, token: str
) -> None:
    """The other one has written more, so ours is the one that is broken."""
    entry = (
        "INSERT INTO rm_audit (chain, seq, at, who, ip, request_id, action, object,"
        " mac) VALUES (%s, %s, NOW(3), '', '', '', 'x', 'x', REPEAT('x', 32))"
    )
    with one_process(demo) as web, demo.database.connect() as line:
        web.headers["Authorization"] = token
        assert web.post("/sites/1/enable").status == 200
        line.begin()
        cursor = line.cursor()
        for seq in range(1, 50):
            cursor.execute(entry, ("x", seq))
        cursor.execute(entry, (f"api:{socket.gethostname()}", 2))
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            asked = pool.submit(web.post, "/sites/1/disable")
            wait_until(lambda: waits_for_a_lock(demo))
            cursor.execute("UPDATE rm_sites SET name = 'other'")
            line.rollback()
            assert asked.result().status == 200
    assert state(demo) == (0, 1)
    demo.must("audit", "verify")


# ---- on the command line

COMMANDS: list[tuple[str, ...]] = [
    ("site", "edit", "demo", "--name=Other"),
    ("site", "disable", "demo"),
    ("site", "delete", "demo", "--yes"),
    ("connection", "set", "bc", "--company=Other"),
    ("secret", "set", "slack.url", "-"),
    ("secret", "delete", "site.demo.consumer_key", "--yes"),
    ("item", "import", "-"),
    ("kit", "import", "-"),
    ("user", "add", "otto", "--role=viewer"),
    ("user", "role", "maria", "operator"),
    ("user", "password", "maria", "--password-file=-"),
    ("user", "link", "maria"),
    ("user", "disable", "maria"),
    ("user", "delete", "maria", "--yes"),
    ("token", "add", "maria", "--name=u", "--scopes=view"),
    ("token", "revoke", "1"),
    ("error", "resolve", "{failed}", "--reason=by hand"),
    ("operation", "cancel", "{waiting}"),
]


def queued(ob: Installation, token: str) -> Any:
    """An operation that waits."""
    with one_process(ob) as web:
        web.headers["Authorization"] = token
        return web.post("/sites/1/webhooks/repair").data["id"]


TEXTS = {
    "secret": "https://slack.example/T1",
    "item": "sku,description\nNEW-1,New\n",
    "kit": "parent_sku,component_sku,quantity\nKIT-8,COMP-A,1\n",
    "user": OTHER,
}


def test_a_command_whose_entry_fails_changes_nothing(
    demo: Installation, token: str
) -> None:
    demo.ob("order", "sync", "--site=demo")
    demo.must("user", "add", "anna", "--admin", "--password-file=-", text=PASSWORD)
    demo.write_settings(run__start_workers="off")
    failed = demo.database.one("SELECT MIN(number) FROM rm_error_orders")
    waiting = queued(demo, token)
    for words in COMMANDS:
        words = tuple(w.format(failed=failed, waiting=waiting) for w in words)
        before, entries = everything(demo), demo.count("rm_audit")
        fault = {"OB_FAULT_AT": "change.before_entry:0:error"}
        done = demo.ob(*words, text=TEXTS.get(words[0], ""), **fault)
        assert done.status == 69, (words, done.err)
        assert done.err.endswith("  Fix: nothing was changed; run the command again\n")
        assert everything(demo) == before, words
        assert demo.count("rm_audit") == entries


@pytest.mark.parametrize(
    "point, is_made",
    [
        ("change.before_entry", False),
        ("db.before_commit", False),
        ("db.after_commit", True),
    ],
)
def test_a_command_that_dies_leaves_its_change_and_the_entry_or_neither(
    demo: Installation, point: str, is_made: bool
) -> None:
    assert demo.ob("site", "disable", "demo", OB_FAULT_AT=f"{point}:1:kill").status < 0
    assert state(demo) == ((0, 1) if is_made else (1, 0))


def test_a_command_s_commit_without_an_answer_is_looked_up(demo: Installation) -> None:
    done = demo.ob("site", "disable", "demo", OB_FAULT_AT="db.after_commit:1:error")
    assert done.status == 0, done.err
    assert state(demo) == (0, 1)
    done = demo.ob("site", "enable", "demo", OB_FAULT_AT="db.before_commit:1:error")
    assert done.status == 69, done.err
    assert state(demo) == (0, 1)


def test_what_a_command_does_in_steps_is_written_down_before(
    demo: Installation,
) -> None:
    done = demo.ob("cron", "run", "order_sync:demo", OB_FAULT_AT="http.send:1:kill")
    assert done.status < 0
    found = demo.database.run("SELECT object FROM rm_audit WHERE action = 'cron.run'")
    assert found == [("cron order_sync:demo",)]
