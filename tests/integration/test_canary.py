"""Secrets that are looked for everywhere they must not be (RELIABILITY 6.3, 6.8,
7.3), and an audit trail that somebody meddles with (6.8).
"""

from __future__ import annotations

import base64
import pathlib
import urllib.parse
from typing import Any, Iterator

import pytest
from installation import Installation
from test_routes import fill, routes
from test_security import Stage, now_of, staged, totp
from web import COOKIE, Client

# Texts that stand nowhere else.
CANARY = {
    "password": "canary-PASSWORD-8f1c27d4aa",
    "new password": "canary-NEWPASS-51b0c9e3ff",
    "other password": "canary-OTHERPW-1177aa93bd",
    "consumer key": "ck_canary_KEY_90ab12cd34",
    "consumer secret": "cs_canary_SECRET_77ef01ab23",
    "webhook secret": "canary-WEBHOOK-3c4d5e6f70",
    "client secret": "canary-CLIENT-aa11bb22cc",
    "setup code": "canary-SETUP-0d9e8f7a6b",
    "wrong setup code": "canary-NOCODE-4e5f6a7b8c",
    "wrong code": "canary-NOTOTP-6c7d8e9f0a",
    "tick key": "canary-TICK-" + "5a" * 12,
    "database password": "canary-DATABASE-b7c6d5e4",
}


@pytest.fixture(scope="module")
def stage(
    server: Any, sandbox_process: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    def before(ob: Installation) -> None:
        ob.must(
            "secret", "set", "site.demo.webhook_secret", text=CANARY["webhook secret"]
        )
        ob.ob("order", "sync", "--site=demo")

    secret = CANARY["database password"]
    server.run("CREATE USER IF NOT EXISTS canary@localhost IDENTIFIED BY %s", secret)
    server.run("GRANT ALL ON *.* TO canary@localhost")
    settings = {
        "database__user": "canary",
        "database__password": secret,
        "setup__code": CANARY["setup code"],
        "cron__tick_key": CANARY["tick key"],
        "auth__require_totp": "administrator",
        "log__level": "debug",
    }
    home = tmp_path_factory.mktemp("ob")
    with staged(server, sandbox_process, home, before, **settings) as found:
        yield found


class Listening(Client):
    """A client that keeps every answer, to be searched."""

    heard: list[str]

    def send(self, *words: Any, **more: Any) -> Any:
        found = super().send(*words, **more)
        self.heard.append(f"{words[:2]} {found.headers} {found.text}")
        return found

    def may_hear(self, *secrets: str) -> None:
        """What was just made is told to its owner, in this one answer."""
        for secret in secrets:
            assert secret in self.heard[-1]
            self.heard[-1] = self.heard[-1].replace(secret, "")


def session_of(client: Client) -> str:
    return client.headers["Cookie"].split("=")[1]


def forms(secret: str) -> set[str]:
    """A secret as it might be written down."""
    raw = secret.encode()
    return {
        secret,
        urllib.parse.quote(secret, safe=""),
        base64.b64encode(raw).decode().rstrip("="),
        raw.hex(),
    }


def walk(stage: Stage, heard: list[str]) -> dict[str, str]:
    """All that handles secrets, well and badly; what was made in it."""
    web = Listening(stage.port)
    web.heard = heard
    first = {"login": "carla", "password": CANARY["password"]}
    for code in (CANARY["wrong setup code"], CANARY["setup code"] + "x"):
        wrong = web.post("/setup/administrator", {**first, "code": code})
        assert wrong.status == 403
    for body in (
        {**first, "code": [CANARY["setup code"]]},
        {**first, "login": "no login", "code": CANARY["setup code"]},
        {**first, "password": [CANARY["password"]], "code": CANARY["setup code"]},
        {"login": "carla", "code": CANARY["setup code"]},
    ):
        assert web.post("/setup/administrator", body).status == 400, body
    wrong = web.post("/setup/administrator", {**first, CANARY["setup code"]: "code"})
    assert wrong.status == 400
    web.may_hear(CANARY["setup code"])  # who sent it reads what is no member
    made = web.post("/setup/administrator", {**first, "code": CANARY["setup code"]})
    assert made.status == 201, made.text
    web.post("/setup/administrator", {**first, "code": CANARY["setup code"]})
    web.log_in("carla", CANARY["other password"])
    web.log_in(CANARY["other password"], CANARY["password"])
    for body in (
        {"login": "carla", "password": [CANARY["password"]]},
        {"login": "carla", "password": CANARY["password"], "totp": 1},
        {"login": ["carla"], "password": CANARY["password"]},
        {"login": "carla", "pasword": CANARY["password"]},
    ):
        assert web.post("/session", body).status == 400, body
    broken = f'{{"login": "carla", "password": "{CANARY["password"]}'.encode()
    kind = "application/json"
    assert web.ask("POST", "/session", raw=broken, Content_Type=kind).status == 400
    assert web.log_in("carla", CANARY["password"]).status == 201
    found = {"first session": session_of(web)}
    web.may_hear(found["first session"])
    # It may do nothing yet but set up a second factor.
    assert web.get("/orders").json["code"] == "ob_enrol_totp"
    answer = web.post("/me/totp/offer", None, Idempotency_Key="offer-0001")
    found["totp secret"] = answer.data["secret"]
    web.may_hear(found["totp secret"])
    for body in (
        {"secret": found["totp secret"], "code": CANARY["wrong code"]},
        {"secret": found["totp secret"] + "0", "code": "000000"},
        {"secret": [found["totp secret"]], "code": "000000"},
        {"secret": found["totp secret"], "kode": "000000"},
    ):
        assert web.ask("PUT", "/me/totp", body).status == 400, body
    assert web.post("/session/prove", {"password": [CANARY["password"]]}).status == 400
    wrong = web.post("/session/prove", {"password": CANARY["other password"]})
    assert wrong.status == 401
    code = totp(found["totp secret"], now_of(web))
    answer = web.ask("PUT", "/me/totp", {"secret": found["totp secret"], "code": code})
    assert answer.status == 200, answer.text
    web.go_on(answer)
    found["session"] = session_of(web)
    recovery = answer.data["recovery_codes"]
    found["recovery code"] = recovery[0]
    web.may_hear(found["session"], *recovery)
    web.ask("PUT", "/me/totp", {"secret": found["totp secret"], "code": "000000"})
    for code in (found["recovery code"] + "X", CANARY["wrong code"]):
        assert web.log_in("carla", CANARY["password"], code).status == 401
    for path, more in (("/tokens", {"scopes": "view,sync"}), ("/app-passwords", {})):
        answer = web.post(path, {"name": "c", **more}, Idempotency_Key=f"k{path}-0001")
        assert answer.status == 201, answer.text
        found[path] = answer.data["token"].replace(" ", "")
        web.may_hear(answer.data["token"])
    for method, path, body in (
        ("PUT", "/bc/connection", {"client_secret": CANARY["client secret"]}),
        ("PUT", "/sites/1", {"consumer_key": CANARY["consumer key"]}),
        ("PUT", "/sites/1", {"consumer_secret": CANARY["consumer secret"]}),
        ("PUT", "/sites/1", {"consumer_secret": [CANARY["consumer secret"]]}),
        ("PUT", "/sites/1", {"name": "x", "secret": CANARY["consumer secret"]}),
        ("POST", "/cron/tick", {"key": CANARY["tick key"]}),
        ("POST", "/cron/tick", {"key": CANARY["tick key"] + "x"}),
        ("POST", "/sites/1/test", None),
        ("POST", "/bc/test", None),
        ("POST", "/sync/orders", {"site": "demo"}),
        (
            "PUT",
            "/me/password",
            {"password": CANARY["password"], "new_password": CANARY["new password"]},
        ),
    ):
        web.ask(method, path, body, If_Match="*")
    script = Listening(stage.port)
    script.heard = heard
    script.headers = {"Authorization": f"Bearer {found['/tokens']}"}
    assert script.get("/orders").status == 200
    assert script.get("/settings").status == 403
    assert script.get("/orders?colour=" + found["/tokens"][:5]).status == 400
    script.headers = {"Authorization": f"Bearer {found['/tokens'][:-1]}"}
    assert script.get("/orders").status == 401
    # As a careless client sends them.
    script.headers = {
        "X-Request-Id": "walk-0001",
        "Cookie": f"{COOKIE}={found['session']}",
    }
    script.get("/orders")
    document = web.get("/openapi.json").json
    for method, path, row in routes(document):
        if method == "get":
            web.get(fill(path, stage.ob.database))
    return found


def places(stage: Stage, heard: list[str]) -> dict[str, str]:
    """Where a secret must not be."""
    found = {f"answer {n}": text for n, text in enumerate(heard)}
    for path in (stage.ob.home / "log").iterdir():
        found[f"log {path.name}"] = path.read_text(errors="replace")
    folder = pathlib.Path(stage.folder)
    found["error log"] = (folder / "log").read_text(errors="replace")
    for (table,) in stage.ob.database.run("SHOW TABLES"):
        rows = stage.ob.database.run(f"SELECT * FROM {table}")
        found[f"table {table}"] = "\n".join(
            " ".join(
                value.decode("latin-1") + value.hex()
                if isinstance(value, bytes)
                else str(value)
                for value in row
            )
            for row in rows
        )
    for name in ("cmdline", "environ", "comm"):
        for pid in processes(stage):
            text = pathlib.Path(f"/proc/{pid}/{name}").read_bytes()
            found[f"process {pid} {name}"] = text.decode(errors="replace")
    for words in (
        *(("audit", "list", "--limit=500"), ("config", "show"), ("doctor",)),
        *(("secret", "list"), ("status",), ("user", "list"), ("token", "list")),
    ):
        done = stage.ob.ob(*words)
        found["command " + " ".join(words)] = done.out + done.err
    return found


def processes(stage: Stage) -> list[str]:
    socket = f"{stage.ob.home}/orderbridge.ini"
    return [
        path.parent.name
        for path in pathlib.Path("/proc").glob("[0-9]*/environ")
        if socket in read(path)
    ]


def read(path: pathlib.Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""


def test_no_secret_is_anywhere_after_a_whole_walk(stage: Stage) -> None:
    heard: list[str] = []
    made = walk(stage, heard)
    looked = places(stage, heard)
    assert len(looked) > 60 and any(p.endswith("cmdline") for p in looked)
    faults = [
        f"{name} in {place}"
        for name, secret in {**CANARY, **made}.items()
        for place, text in looked.items()
        for form in forms(secret)
        if form in text
    ]
    assert not faults, faults


def test_a_search_finds_what_is_there(stage: Stage) -> None:
    """The search itself can fail: a secret put into the log is found."""
    log = stage.ob.home / "log" / "order-sync.log"
    before = log.read_text()
    log.write_text(before + CANARY["password"])
    assert any(CANARY["password"] in text for text in places(stage, []).values())
    log.write_text(before)


# ---- the audit trail


def broken(ob: Installation, *words: str) -> str:
    done = ob.ob("audit", "verify", *words)
    assert done.status in (0, 1), done.err
    return "" if done.status == 0 else done.out


def test_the_audit_trail_tells_of_each_meddling(stage: Stage) -> None:
    ob = stage.ob
    database = ob.database
    assert broken(ob) == ""
    (chain,) = database.run(
        "SELECT chain FROM rm_audit GROUP BY chain ORDER BY COUNT(*) DESC LIMIT 1"
    )[0]
    rows = database.run(
        "SELECT id, seq, who FROM rm_audit WHERE chain = %s ORDER BY seq", chain
    )
    assert len(rows) > 6
    middle, after = rows[2], rows[3]
    for column, value in (
        ("who", "somebody"),
        ("ip", "192.0.2.9"),
        ("action", "user.delete"),
        ("object", "user other"),
        ("request_id", "other-request"),
        ("user_id", None),
        ("new_value", '{"a": 1}'),
        ("old_value", '{"a": 1}'),
        ("at", "2020-01-01 00:00:00"),
    ):
        (was,) = database.run(
            f"SELECT {column} FROM rm_audit WHERE id = %s", middle[0]
        )[0]
        if was == value:
            continue
        database.run(
            f"UPDATE rm_audit SET {column} = %s WHERE id = %s", value, middle[0]
        )
        assert f"entry {middle[1]} " in broken(ob), column
        database.run(f"UPDATE rm_audit SET {column} = %s WHERE id = %s", was, middle[0])
        assert broken(ob) == "", column
    # Two that change places.
    move = "UPDATE rm_audit SET seq = %s WHERE id = %s"
    for first, second in ((after[1], middle[1]), (middle[1], after[1])):
        database.run(move, 99999, middle[0])
        database.run(move, second, after[0])
        database.run(move, first, middle[0])
        assert (broken(ob) == "") == (first == middle[1])


def test_the_audit_trail_tells_of_what_is_gone(stage: Stage) -> None:
    """From its middle; and from its end, where an anchor or a seal knows better."""
    ob = stage.ob
    run = ob.database.run
    chain = ob.one(
        "SELECT chain FROM rm_audit GROUP BY chain ORDER BY COUNT(*) DESC LIMIT 1"
    )
    run("CREATE TABLE kept AS SELECT * FROM rm_audit")
    middle = ob.one("SELECT MIN(seq) + 2 FROM rm_audit WHERE chain = %s", chain)
    last = ob.one("SELECT MAX(seq) FROM rm_audit WHERE chain = %s", chain)
    (mac,) = run("SELECT mac FROM rm_audit WHERE chain = %s AND seq = %s", chain, last)
    seal = f"{chain}:{last}:{mac[0].hex()}"
    assert broken(ob, f"--seal={seal}") == ""
    for condition, words in (
        (f"seq = {middle}", ()),
        (f"seq >= {last}", (f"--seal={seal}",)),
        (f"seq > {middle}", (f"--seal={seal}",)),
        ("1 = 1", (f"--seal={seal}",)),
    ):
        run(f"DELETE FROM rm_audit WHERE chain = %s AND {condition}", chain)
        found = broken(ob, *words)
        assert found != "" and str(chain) in found, condition
        run("INSERT IGNORE INTO rm_audit SELECT * FROM kept")
        assert broken(ob, *words) == ""
    run("DROP TABLE kept")
    forged = seal[:-4] + ("0000" if not seal.endswith("0000") else "1111")
    assert broken(ob, f"--seal={forged}") != ""
