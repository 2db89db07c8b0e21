"""What comes in that no client of ours sends (RELIABILITY 6.5, 6.6; UX 3)."""

from __future__ import annotations

import json
import re
import socket
from typing import Any, Iterator

import fastcgi
import pytest
from installation import wait_until
from served import PASSWORD, add_maria
from test_security import Stage, at_once, staged
from test_routes import fill, routes
from web import Answer, Client

INTERNALS = re.compile(
    r"\brm_[a-z]|SELECT |INSERT |UPDATE |DELETE FROM|for key|mysql|mariadb"
    r"|/tmp/|\.c:|errno|0x[0-9a-f]{6}",
    re.I,
)
# A moment, a level, and words by name; nothing that is no character of a text.
LOG_LINE = re.compile(
    rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO |WARN |ERROR)"
    rb'( [a-z_]+=([^\s"=\x00-\x1f\x7f]*|"(\\.|[^"\\\x00-\x1f\x7f])*"))+'
)


@pytest.fixture(scope="module")
def stage(
    server: Any, sandbox_process: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    def before(ob: Any) -> None:
        add_maria(ob)
        ob.set_up("second", "SEC")
        for site in ("demo", "second"):
            ob.ob("order", "sync", f"--site={site}")

    home = tmp_path_factory.mktemp("ob")
    with staged(server, sandbox_process, home, before) as found:
        yield found


@pytest.fixture(scope="module")
def maria(stage: Stage) -> Client:
    return stage.client("maria")


@pytest.fixture(scope="module")
def of_demo(stage: Stage, maria: Client) -> Client:
    """Somebody who may do all, but for one site."""
    caps = ",".join(maria.get("/session").data["user"]["caps"])
    role = {"slug": "all-of-one", "name": "x", "capabilities": caps}
    made = maria.post("/roles", role)
    assert made.status == 201, made.text
    return stage.client(stage.user("all-of-one", all_sites=False, sites=["demo"]))


@pytest.fixture(scope="module")
def document(maria: Client) -> dict[str, Any]:
    found: dict[str, Any] = maria.get("/openapi.json").json
    return found


def check(answer: Answer) -> None:
    """What holds for each answer, whoever asked for what."""
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "same-origin"
    assert not [name for name in headers if name.startswith("access-control")]
    if answer.status != 204:
        assert headers["cache-control"] in ("no-store", "private, no-cache")
    if answer.status >= 400:
        assert headers["cache-control"] == "no-store"
        assert not INTERNALS.search(answer.text), answer.text
        assert len(answer.json["data"]["request_id"]) >= 8


# ---- what every route does


def test_every_answer_carries_its_headers(
    stage: Stage, maria: Client, document: Any
) -> None:
    for method, path, row in routes(document):
        place = fill(path, stage.ob.database)
        for who in (Client(stage.port), maria):
            if who is maria and method != "get":
                continue
            check(who.ask(method.upper(), place, Origin="https://evil.example"))
    for path in ("/nothing", "/orders/x", "/orders/99999999", "/orders?x=1"):
        check(maria.get(path))
    check(maria.ask("DELETE", "/orders"))
    check(Client(stage.port).ask("OPTIONS", "/orders"))


def of_site(stage: Stage, path: str, code: str) -> str:
    """The path with an id of that site's in it; "" where none of a site is."""
    tables = {
        "/orders/": "rm_order",
        "/error-orders/": "rm_error_orders",
        "/operations/": "rm_operation",
        "/imports/": "rm_operation",
        "/schedules/": "rm_schedule",
        "/retry-queue/": "rm_job",
    }
    site = stage.ob.one("SELECT id FROM rm_sites WHERE code = %s", code)
    if path.startswith("/sites/"):
        return path.replace("{id}", str(site))
    for beginning, table in tables.items():
        if path.startswith(beginning) and "{" in path:
            found = stage.ob.one(
                f"SELECT MAX(id) FROM {table} WHERE site_id = %s", site
            )
            return re.sub(r"{\w+}", str(found), path) if found else ""
    return ""


def test_what_belongs_to_another_site_is_not_there(
    stage: Stage, of_demo: Client, document: Any
) -> None:
    """Each route with an id."""
    web = of_demo
    site = stage.ob.one("SELECT id FROM rm_sites WHERE code = 'second'")
    stage.ob.database.run(
        "INSERT INTO rm_job (operation_id, site_id, kind, ref, state)"
        " SELECT id, site_id, 'mark', 'x', 'dead'"
        " FROM rm_operation WHERE site_id = %s LIMIT 1",
        site,
    )
    tried = []
    for method, path, row in routes(document):
        if row.get("security") == []:
            continue
        foreign = of_site(stage, path, "second")
        if not foreign:
            continue
        tried.append(path)
        schema = row.get("requestBody", {}).get("content", {})
        needed = (
            schema.get("application/json", {}).get("schema", {}).get("required", [])
        )
        sent = {name: "xyz" for name in needed} if method != "get" else None
        got = web.ask(method.upper(), foreign, sent, If_Match="*")
        assert got.status == 404, (method, foreign, got.text)
        check(got)
        never = re.sub(r"\d+", "999999999", foreign)
        same = web.ask(method.upper(), never, sent, If_Match="*")
        one, two = got.json, same.json
        assert (one["code"], re.sub(r"\d+", "", one["message"])) == (
            two["code"],
            re.sub(r"\d+", "", two["message"]),
        ), (method, path)
        if method == "get":
            own = of_site(stage, path, "demo")
            assert not own or web.get(own).status == 200, own
    assert len(set(tried)) >= 12, tried


def test_lists_and_bodies_do_not_reach_another_site(
    stage: Stage, of_demo: Client
) -> None:
    web = of_demo
    for path in (
        *("/orders", "/error-orders", "/operations", "/schedules", "/sites"),
        *("/retry-queue", "/sync/logs"),
    ):
        found = web.get(path)
        assert found.status == 200, found.text
        assert '"second"' not in found.text and "/shop/second" not in found.text, path
        assert web.get(path + "?site=second").status in (200, 400)
        assert '"second"' not in web.get(path + "?site=second").text.split('"meta"')[0]
    assert web.get("/overview?site=second").status == 404
    assert web.get("/live?panels=overview&site=second").status in (400, 404)
    for path, body in (
        ("/sync/orders", {"site": "second"}),
        ("/imports", {"site_code": "second"}),
    ):
        got = web.post(path, body, Idempotency_Key="foreign-key-1")
        gone = {key: "nowhere" for key in body}
        not_there = web.post(path, gone, Idempotency_Key="foreign-key-2")
        assert got.status == not_there.status == 400
        assert got.text.count("second") == not_there.text.count("nowhere")
    site = stage.ob.one("SELECT id FROM rm_sites WHERE code = 'second'")
    stage.ob.database.run(
        "INSERT INTO rm_order_seen (site_id, platform_order_id, outcome, first_at,"
        f" last_at) VALUES ({site}, 'theirs', 'error', NOW(3), NOW(3))"
    )
    stage.ob.database.run(
        "INSERT INTO rm_error_orders (order_id, site_id, stage, code, message,"
        " cause_hash, status, count, first_at, last_at) SELECT id, site_id, 'verify',"
        " 'ob_field', 'wrong', REPEAT('x', 32), 'open', 1, NOW(3), NOW(3)"
        " FROM rm_order_seen WHERE platform_order_id = 'theirs'"
    )
    ids = stage.ob.database.run(
        "SELECT id FROM rm_error_orders WHERE site_id = %s AND status = 'open'", site
    )
    before = stage.ob.count("rm_error_orders", "status = 'open'")
    for action, more in (("retry", {}), ("handled", {"reason": "because"})):
        body = {"action": action, "ids": [str(i) for (i,) in ids], **more}
        got = web.post("/error-orders/bulk", body, Idempotency_Key=f"bulk-{action}-1")
        assert got.status == 200 and got.data == {"orders": 0}, got.text
    assert stage.ob.count("rm_error_orders", "status = 'open'") == before
    assert web.get("/audit").status == 403
    assert web.post("/sites", {"code": "x", "platform": "woocommerce"}).status == 403


# ---- the request line, and headers


def bytes_to(port: int, what: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 20) as line:
        line.sendall(what)
        line.settimeout(20)
        found = b""
        while piece := line.recv(65536):
            found += piece
        return found


def test_no_header_is_split(stage: Stage, maria: Client) -> None:
    for path in (
        "/orders?search=%0d%0aSet-Cookie:%20x=1&per_page=1",
        "/orders?per_page=1&number=%0aX-Evil:1",
        "/orders/%0d%0aX-Evil:1",
        "/nothing%0d%0aX-Evil:1",
    ):
        got = maria.get(path)
        assert "x-evil" not in got.headers and "set-cookie" not in got.headers
        assert "\n" not in got.headers.get("link", "")
    for value in ("abc%0d%0aX-Evil: 1", "x" * 65, "short", "<script>", "a b c d e"):
        got = maria.get("/health", X_Request_Id=value)
        assert got.headers["x-request-id"] != value
    assert (
        maria.get("/health", X_Request_Id="my-own.id_1").headers["x-request-id"]
        == "my-own.id_1"
    )


def test_a_raw_line_break_from_the_web_server_is_dropped(stage: Stage) -> None:
    """A web server that would let one through; ours does not send it on."""
    responder = stage.folder + "/fcgi"
    for name, value in (
        ("HTTP_X_REQUEST_ID", "abcdefgh\r\nX-Evil: 1"),
        ("HTTP_IF_NONE_MATCH", '"x"\r\nX-Evil: 1'),
        ("HTTP_HOST", "localhost\r\nX-Evil: 1"),
        ("REQUEST_METHOD", "GET\r\nX-Evil: 1"),
        ("REQUEST_URI", "/x\r\nX-Evil: 1/api/v1/health"),
        ("REQUEST_URI", "/api/v1/none\r\nX-Evil: 1\x1b[2J\x00\x85\u2028"),
        ("REQUEST_URI", "/api/v1/none%0d%0aX-Evil:%201"),
        ("REMOTE_ADDR", "127.0.0.1\r\nX-Evil: 1"),
    ):
        got = fastcgi.ask(responder, fastcgi.get("/api/v1/health", **{name: value}))
        head = got.partition(b"\r\n\r\n")[0]
        assert b"Status: " in head and b"\nX-Evil" not in head, (name, head)
    stage.client().get("/health", X_Request_Id="last-of-them")
    wait_until(lambda: stage.line("last-of-them"))
    log = (stage.ob.home / "log" / "orderbridge-fcgi.log").read_bytes()
    assert b"none" in log and log.endswith(b"\n")
    for line in log[:-1].split(b"\n"):
        assert LOG_LINE.fullmatch(line), line


def test_the_log_tells_of_logins_denials_and_limits(stage: Stage) -> None:
    login, web = "lina", stage.client()
    stage.ob.must(
        *("user", "add", login, "--role=viewer", "--password-file=-"), text=PASSWORD
    )
    body = {"login": login, "password": PASSWORD}
    wrong = {"login": login, "password": "seven-wrong-words"}
    made = web.post("/session", body, X_Request_Id="log-logged-in")
    web.go_on(made)
    web.post("/users", {}, X_Request_Id="log-no-right")
    web.post("/session/prove", {}, X_Request_Id="log-no-nonce", X_OB_Nonce="0" * 64)
    web.headers = {}
    web.get("/orders", X_Request_Id="log-nobody")
    token = {"Authorization": "Bearer obt_" + "0" * 72}
    web.get("/orders", X_Request_Id="log-no-token", **token)
    for n in range(6):
        web.post("/session", wrong, X_Request_Id=f"log-wrong-{n}")
    stage.forget_tries()
    for mark, status, words in (
        ("log-logged-in", 201, f"user={login} "),
        ("log-no-right", 403, f'user={login} ip=127.0.0.1 why="this needs the right'),
        ("log-no-nonce", 403, f"user={login} ip=127.0.0.1 why="),
        ("log-nobody", 401, 'ip=127.0.0.1 why="nobody is logged in"'),
        ("log-no-token", 401, "ip=127.0.0.1 why="),
        ("log-wrong-0", 401, 'ip=127.0.0.1 why="wrong user name or password"'),
        ("log-wrong-5", 429, 'ip=127.0.0.1 why="too many tries failed"'),
    ):
        wait_until(lambda: stage.line(mark))
        line = stage.line(mark)
        assert f" status={status} " in line and words in line, line


def test_another_host_s_name_opens_nothing(stage: Stage, maria: Client) -> None:
    for host in (
        *("evil.example", "127.0.0.1.evil.example", "localhost.evil.example"),
        *("127.0.0.1@evil.example", "localhostx", "[::1].evil.example", "0.0.0.0"),
    ):
        got = maria.get("/session", Host=host)
        assert got.status == 400, (host, got.text)
        assert got.json["code"] == "ob_https_required"
        assert host not in str(got.headers)
    assert maria.get("/session", X_Forwarded_Host="evil.example").status == 200
    assert maria.get("/session", X_Forwarded_Proto="https").status == 200
    got = maria.get("/session", Host="evil.example", X_Forwarded_Proto="https")
    assert got.status == 400
    got = maria.post("/cache/flush", Host="localhost", Origin="http://127.0.0.1")
    assert got.status == 403


def test_who_forges_an_origin_changes_nothing(stage: Stage, maria: Client) -> None:
    own = f"http://127.0.0.1:{stage.port}"
    for origin in ("null", "http://evil.example", own + ".evil.example", own + "0"):
        got = maria.post("/cache/flush", Origin=origin)
        assert got.json["code"] == "ob_bad_nonce", origin
    for site in ("cross-site", "same-site", "none", ""):
        got = maria.post("/cache/flush", Sec_Fetch_Site=site, Origin=own)
        assert got.status == 403, site
    assert maria.post("/cache/flush", Origin=own).status == 200
    # Nobody is logged in from elsewhere either.
    body = {"login": "maria", "password": PASSWORD}
    got = Client(stage.port).post("/session", body, Origin="http://evil.example")
    assert got.status == 403 and "set-cookie" not in got.headers
    for nonce in ("", "0" * 64, "0" * 4000, "\t"):
        got = maria.get("/session", X_OB_Nonce=nonce)
        assert got.status in (200, 403)
        assert maria.post("/cache/flush", X_OB_Nonce=nonce).status == 403


def test_long_addresses_and_many_headers_are_refused(
    stage: Stage, maria: Client
) -> None:
    got = maria.get("/orders?search=" + "x" * 5000)
    assert got.status in (400, 414)
    path = stage.folder + "/fcgi"
    many = {f"HTTP_X_{n}": "1" for n in range(250)}
    for more in (many, {"HTTP_X_BIG": "x" * 62000, "HTTP_Y": "y" * 5000}):
        asked = fastcgi.begin() + b"".join(
            fastcgi.record(fastcgi.PARAMS, fastcgi.pair(*item))
            for item in {
                "REQUEST_METHOD": "GET",
                "REQUEST_URI": "/api/v1/health",
                **more,
            }.items()
        )
        asked += fastcgi.record(fastcgi.PARAMS) + fastcgi.record(fastcgi.STDIN)
        got = fastcgi.ask(path, asked)
        assert b"Status: 431" in got and b"ob_headers" in got, got[:200]
    long = fastcgi.get("/api/v1/orders?search=" + "x" * 4096)
    assert b"Status: 400" in fastcgi.ask(path, long)


# ---- queries


def test_a_query_has_limits(maria: Client) -> None:
    keys = "&".join(f"k{n}=1" for n in range(65))
    for query in (
        "per_page=1&per_page=2",
        "per_page=1&per%5fpage=1",
        "_envelope=0&_envelope=1",
        keys,
        "search=%00",
        "search=%ff%fe",
        "search=%",
        "search=%zz",
        "search=%c0%af",
        "search=%ed%a0%80",
        "id=1%20OR%201=1",
        "sort=id;DROP",
        "sort=(SELECT%201)",
        "fields=password_hash",
        "id=9223372036854775808",
        "per_page=-1",
        "per_page=0",
        "page=-1",
        "cursor=" + "A" * 2000,
        "site=" + ",".join("x" * 5 for _ in range(300)),
    ):
        got = maria.get(f"/orders?{query}")
        assert got.status == 400, (query, got.text)
        check(got)
    for query in (
        *("/orders?state=%c3%a9", "/orders?site=%c3%a9", "/operations?kind=%c3%a9"),
        *("/audit?action=%c3%a9", "/sync/logs?status=%c3%a9", "/roles/%c3%a9"),
        *("/retry-queue?last_code=%f0%9f%98%80", "/overview?site=%f0%9f%98%80"),
        *("/live?panels=%c3%a9", "/items/%f0%9f%98%80", "/kits/%f0%9f%98%80"),
    ):
        got = maria.get(query)
        assert got.status in (200, 400, 404), (query, got.text)
        check(got)
    for text in (
        "%27",
        "%22",
        "%5c",
        "%25",
        "_",
        "%27%20OR%201=1%20--%20",
        "%f0%9f%98%80",
    ):
        assert maria.get(f"/orders?search={text}").status in (200, 400)


@pytest.mark.parametrize(
    "path, name",
    [
        ("/orders?state=stored&state=cancelled", "state"),
        ("/orders?per_page=1&sort=id&per_page=2", "per_page"),
        ("/imports/1?result=hard&result=soft", "result"),
        ("/live?panels=sites&panels=window", "panels"),
    ],
)
def test_a_value_stands_in_a_query_once(maria: Client, path: str, name: str) -> None:
    """Which of two would count is guessed differently by each (ASVS 15.3.7)."""
    got = maria.get(path)
    assert got.status == 400, got.text
    assert name in got.json["data"]["params"]


def test_a_cursor_is_ours_and_of_this_list(maria: Client) -> None:
    first = maria.get("/orders?per_page=2").json["meta"]["next_cursor"]
    assert maria.get(f"/orders?per_page=2&cursor={first}").status == 200
    for other in (
        f"/orders?per_page=2&sort=id&cursor={first}",
        f"/orders?per_page=2&imported=0&cursor={first}",
        f"/error-orders?per_page=2&cursor={first}",
        f"/orders?cursor={first[:-1]}",
        f"/orders?cursor={first}0",
        f"/orders?cursor={first[:5]}{'0' if first[5] != '0' else '1'}{first[6:]}",
    ):
        assert maria.get(other).status == 400, other


# ---- bodies


def body(client: Client, text: bytes, path: str = "/items", **more: str) -> Answer:
    known = {"Content_Type": "application/json", **more}
    return client.ask("POST", path, raw=text, **known)


def test_a_body_is_json_within_limits(maria: Client) -> None:
    deep = b'{"sku":' + b"[" * 30 + b"]" * 30 + b"}"
    for text in (
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"{}x",
        b'{"sku":"a","sku":"b"}',
        b'{"sku":"a\\u0000b"}',
        b'{"sku":"a\x00b"}',
        b'{"sku":"\xff"}',
        b'{"sku":"\\ud800"}',
        b'{"sku":1e999}',
        b'{"sku":99999999999999999999}',
        b'{"sku":NaN}',
        b"\xef\xbb\xbf{}",
        deep,
        b"[" * 100000,
        b'{"sku":"a",' + b",".join(b'"k%d":1' % n for n in range(12000)) + b"}",
    ):
        got = body(maria, text)
        assert got.status == 400, (text[:40], got.text)
        check(got)
    wide = json.dumps({"components": [{"\U0001f600" * 100: 1}], "sku": "x"})
    got = body(maria, wide.encode(), "/kits")
    assert got.status == 400 and got.json["data"]["params"], got.text
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ):
        assert body(maria, b"{}", Content_Type=kind).status == 415
    for kind in ("application/jsonp", "application/json-patch+json", "text/json"):
        assert body(maria, b"{}", Content_Type=kind).status == 415
    for kind in ("application/json; charset=utf-8", "Application/JSON"):
        assert body(maria, b"{}", Content_Type=kind).status == 400
    assert body(maria, b'{"sku":"' + b"x" * (1 << 20) + b'"}').status == 413


def test_texts_as_long_as_a_column_are_no_accident(
    stage: Stage, maria: Client, document: Any
) -> None:
    """Each text at its longest, of letters that take most bytes: never a 5xx."""
    tried, somebody = 0, stage.id_of(stage.user("viewer"))
    for method, path, row in routes(document):
        body = row.get("requestBody", {}).get("content", {}).get("application/json")
        if body is None or path in ("/session", "/session/prove"):
            continue
        schema = body["schema"]
        texts = {
            name: inner
            for name, inner in schema.get("properties", {}).items()
            if inner.get("type") == "string" and "maxLength" in inner
        }
        for letter in ("\U0001f600", "é", "'", "\x7f", "\u202e"):
            for name, inner in texts.items():
                tried += 1
                sent = {k: "viewer" for k in schema.get("required", []) if k in texts}
                sent[name] = letter * inner["maxLength"]
                known = {"If_Match": "*", "Idempotency_Key": f"long-text-{tried}"}
                place = path.replace("/users/{id}", f"/users/{somebody}")
                place = fill(place, stage.ob.database)
                got = maria.ask(method.upper(), place, sent, **known)
                assert got.status < 500, (method, path, name, letter, got.text)
                check(got)
    assert tried > 100
    stage.ob.database.run("DELETE FROM rm_login_try")


def test_what_is_there_already_is_told_without_internals(maria: Client) -> None:
    for path, sent in (
        ("/users", {"login": "maria", "password": PASSWORD + "x", "role": "viewer"}),
        ("/roles", {"slug": "viewer", "name": "x", "capabilities": "view"}),
        ("/items", {"sku": "COMP-A", "description": "x"}),
        (
            "/kits",
            {
                "sku": "KIT-PARENT-123",
                "components": [{"component": "COMP-A", "quantity": "1"}],
            },
        ),
        (
            "/sites",
            {
                "code": "demo",
                "platform": "woocommerce",
                "prefix": "QQQ",
                "url": "https://shop.example.com",
                "zone": "Europe/Berlin",
            },
        ),
        (
            "/sites",
            {
                "code": "third",
                "platform": "woocommerce",
                "prefix": "BGM",
                "url": "https://shop.example.com",
                "zone": "Europe/Berlin",
            },
        ),
    ):
        got = maria.post(path, sent)
        assert 400 <= got.status < 500, (path, got.text)
        check(got)


# ---- two at once


def test_what_runs_meanwhile_is_nobody_elses_save(stage: Stage, maria: Client) -> None:
    site = stage.ob.one("SELECT id FROM rm_sites WHERE code = 'demo'")
    read = maria.get(f"/sites/{site}")
    stage.ob.ob("order", "sync", "--site=demo")
    now = maria.get(f"/sites/{site}", If_None_Match=read.headers["etag"])
    assert now.status == 200 and now.data != read.data
    assert now.data["version"] == read.data["version"]
    for status in (200, 412):
        saved = maria.ask(
            "PUT",
            f"/sites/{site}",
            {"name": f"Saved {status}"},
            If_Match=read.headers["etag"],
        )
        assert saved.status == status, saved.text


def test_of_two_who_save_at_once_one_wins(
    stage: Stage, maria: Client, document: Any
) -> None:
    viewer = stage.id_of(stage.user("viewer"))
    site = stage.ob.one("SELECT id FROM rm_sites WHERE code = 'demo'")
    plan = stage.ob.one("SELECT MIN(id) FROM rm_schedule")
    role = {"slug": "race", "name": "Race", "capabilities": "view"}
    assert maria.post("/roles", role).status == 201
    cases: list[tuple[str, str, Any]] = [
        ("PUT", "/items/COMP-A", lambda n: {"description": f"by {n}"}),
        (
            "PUT",
            "/kits/KIT-PARENT-123",
            lambda n: {"components": [{"component": "COMP-A", "quantity": str(n + 1)}]},
        ),
        ("PUT", f"/sites/{site}", lambda n: {"name": f"by {n}"}),
        (
            "PUT",
            f"/schedules/{plan}",
            lambda n: {"start_at": f"2026-01-{n + 1:02}T00:00:00Z"},
        ),
        ("PATCH", f"/users/{viewer}", lambda n: {"name": f"by {n}"}),
        ("PUT", "/roles/race", lambda n: {"name": f"by {n}", "capabilities": "view"}),
        ("PUT", "/bc/connection", lambda n: {"environment": f"by{n}"}),
        (
            "PATCH",
            "/settings",
            lambda n: {"settings": {"sync.sku_wait_days": str(n + 20)}},
        ),
    ]
    for method, path, sent in cases:
        for turn in range(3):
            etag = maria.get(path).headers["etag"]

            def save(n: int) -> Answer:
                # A value that is there already would leave the ETag as it was.
                return maria.ask(method, path, sent(4 * turn + n), If_Match=etag)

            done = at_once(4, save)
            codes = sorted(d.status for d in done)
            assert codes.count(200) == 1, (path, codes, [d.text[:200] for d in done])
            lost = 409 if path == "/roles/race" else 412
            assert set(codes) <= {200, 412, lost}, (path, codes, [d.text for d in done])
    weak = maria.get("/items/COMP-A").headers["etag"]
    for wrong in ("W/" + weak, weak[1:-1], '"x"', "", '"x", W/' + weak):
        got = maria.ask("PUT", "/items/COMP-A", {"description": "x"}, If_Match=wrong)
        assert got.status in (412, 428), (wrong, got.text)


def test_ten_equal_posts_have_one_effect(stage: Stage, maria: Client) -> None:
    for path, sent, table in (
        (
            "/users",
            {"login": "once", "password": PASSWORD, "role": "viewer"},
            "rm_user",
        ),
        ("/tokens", {"name": "once", "scopes": "view"}, "rm_token"),
        ("/imports", {"site_code": "demo", "order_id": "1001"}, "rm_operation"),
    ):
        before = stage.ob.count(table)
        key = "once-" + table
        done = at_once(10, lambda _: maria.post(path, sent, Idempotency_Key=key))
        assert {d.status for d in done} <= {201, 202, 409}, [d.text for d in done]
        assert stage.ob.count(table) == before + 1, path
        again = maria.post(path, sent, Idempotency_Key=key)
        assert stage.ob.count(table) == before + 1, path
        if path == "/tokens":
            # Shown once is shown once; and its text is kept nowhere.
            assert again.status == 409
            (made,) = [d for d in done if d.status == 201]
            kept = str(
                stage.ob.database.run("SELECT headers, reply FROM rm_idempotency")
            )
            assert made.data["token"] not in kept
        else:
            assert again.headers["idempotent-replayed"] == "true"
    other = stage.client("maria")
    other.headers = dict(maria.headers)
    web = stage.client(stage.user("administrator"))
    got = web.post(
        "/imports", {"site_code": "demo"}, Idempotency_Key="once-rm_operation"
    )
    assert got.status == 202 and "idempotent-replayed" not in got.headers
