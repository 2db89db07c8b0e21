"""Who may do what, tried by somebody who should not (RELIABILITY 6.1, 6.2)."""

from __future__ import annotations

import base64
import concurrent.futures
import contextlib
import datetime
import hashlib
import hmac
import shutil
import struct
import time
from typing import Any, Iterator

import pytest
from conftest import MOMENT, free_port, new_database
from installation import Installation
from served import PASSWORD, add_maria
from web import COOKIE, Answer, Client, Responder, nginx, own_folder

OTHER = "seven-green-bottles-hang"
SETUP = "open-sesame-please"


class Stage:
    """An installation for many tests, behind nginx, with two processes."""

    def __init__(self, ob: Installation, port: int, folder: str):
        self.ob, self.port, self.folder, self.made = ob, port, folder, 0

    def client(self, login: str = "", password: str = PASSWORD) -> Client:
        found = Client(self.port)
        if login:
            done = found.log_in(login, password)
            assert done.status == 201, done.text
        return found

    def user(self, role: str, **more: Any) -> str:
        """Somebody new of a role; their login."""
        self.made += 1
        login = f"{role[:8]}{self.made}"
        body = {"login": login, "password": PASSWORD, "role": role, **more}
        done = self.client("maria").post("/users", body)
        assert done.status == 201, done.text
        return login

    def id_of(self, login: str) -> int:
        found = self.ob.one("SELECT id FROM rm_user WHERE login = %s", login)
        assert isinstance(found, int)
        return found

    def line(self, mark: str) -> str:
        """What the log says of the request that was called so; "" so far."""
        log = (self.ob.home / "log" / "orderbridge-fcgi.log").read_text()
        found = [row for row in log.splitlines() if f" request={mark} " in row]
        return found[0] if found else ""

    def forget_tries(self) -> None:
        self.ob.database.run("DELETE FROM rm_login_try")

    def age(self, column: str, minutes: int, login: str) -> None:
        """Move a moment of somebody's sessions into the past."""
        self.ob.database.run(
            f"UPDATE rm_session SET {column} = {column} - INTERVAL %s MINUTE"
            " WHERE user_id = %s",
            minutes,
            self.id_of(login),
        )


@contextlib.contextmanager
def staged(
    server: Any, box: Any, home: Any, before: Any = lambda ob: None, **settings: str
) -> Iterator[Stage]:
    folder, port = own_folder(), free_port()
    for database in new_database(server):
        box.control("DELETE", "/_faults")
        box.control("PUT", "/_clock", {"now": MOMENT, "rate": 1})
        box.control("POST", "/_reset", {"seed": 1, "orders": 100})
        ob = Installation(home, database, box)
        ob.write_settings(**settings)
        # Logins and sessions are counted by the server's clock, which is not moved.
        ob.set_clock(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), rate=1)
        ob.set_up()
        before(ob)
        responder = Responder(ob, folder)
        with nginx(folder, port):
            yield Stage(ob, port, str(folder))
        responder.close()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def stage(
    server: Any, sandbox_process: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    home = tmp_path_factory.mktemp("ob")
    with staged(server, sandbox_process, home, add_maria) as found:
        yield found


@pytest.fixture(autouse=True)
def nothing_is_counted(stage: Stage) -> None:
    stage.forget_tries()


def totp(secret: str, at: float) -> str:
    """RFC 6238, as a telephone shows it."""
    key = base64.b32decode(secret)
    mac = hmac.new(key, struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    number = struct.unpack(">I", mac[mac[19] & 15 :][:4])[0] & 0x7FFFFFFF
    return f"{number % 1000000:06}"


def now_of(client: Client) -> float:
    """The moment that the responder lives at."""
    told = client.get("/health").json["meta"]["timestamp"]
    return datetime.datetime.fromisoformat(told.replace("Z", "+00:00")).timestamp()


def at_once(count: int, what: Any) -> list[Answer]:
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(what, range(count)))


# ---- sessions


def test_the_cookie_is_for_our_host_and_no_script(stage: Stage) -> None:
    done = stage.client().log_in("maria", PASSWORD)
    name, *flags = done.headers["set-cookie"].split("; ")
    assert name.startswith(COOKIE + "=") and len(name) == len(COOKIE) + 65
    assert set(flags) == {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"}


def test_a_session_that_was_planted_is_not_taken_over(stage: Stage) -> None:
    planted = "f" * 64
    web = stage.client()
    body = {"login": "maria", "password": PASSWORD}
    done = web.post("/session", body, Cookie=f"{COOKIE}={planted}")
    assert done.status == 201 and planted not in done.headers["set-cookie"]
    web.headers = {"Cookie": f"{COOKIE}={planted}"}
    assert web.get("/session").status == 401


def test_a_login_and_a_proof_change_the_session(stage: Stage) -> None:
    web = stage.client("maria")
    before = dict(web.headers)
    done = web.post("/session/prove", {"password": PASSWORD})
    assert done.status == 200, done.text
    assert done.headers["set-cookie"].split(";")[0] != before["Cookie"]
    assert web.get("/session").status == 401
    web.headers["Cookie"] = done.headers["set-cookie"].split(";")[0]
    assert web.get("/session").status == 403  # with the old nonce
    web.headers["X-OB-Nonce"] = done.data["nonce"]
    assert web.get("/session").status == 200


def test_sessions_end_by_disuse_and_by_age(stage: Stage) -> None:
    login = stage.user("viewer")
    web = stage.client(login)
    stage.age("seen_at", 29, login)
    assert web.get("/session").status == 200
    stage.age("seen_at", 31, login)
    assert web.get("/session").status == 401
    web = stage.client(login)
    stage.age("created_at", 12 * 60 - 1, login)
    assert web.get("/session").status == 200
    stage.age("created_at", 2, login)
    assert web.get("/session").status == 401


def test_a_page_that_only_looks_keeps_nobody_logged_in(stage: Stage) -> None:
    login = stage.user("viewer")
    web = stage.client(login)
    stage.age("seen_at", 20, login)
    assert web.get("/session", X_OB_Poll="1").status == 200
    stage.age("seen_at", 11, login)
    assert web.get("/session", X_OB_Poll="1").status == 401


def edit(client: Client, path: str, body: Any, method: str = "PATCH") -> Answer:
    return client.ask(method, path, body, If_Match="*")


def test_sessions_end_with_account_role_and_password(stage: Stage) -> None:
    maria, login = stage.client("maria"), stage.user("viewer")
    place = f"/users/{stage.id_of(login)}"
    web = stage.client(login)
    assert edit(maria, place, {"role": "analyst"}).status == 200
    assert web.get("/session").status == 401
    web = stage.client(login)
    assert edit(maria, place, {"is_active": False}).status == 200
    assert web.get("/session").status == 401
    assert stage.client().log_in(login, PASSWORD).status == 401
    assert edit(maria, place, {"is_active": True}).status == 200
    one, two = stage.client(login), stage.client(login)
    wrong = {"password": OTHER, "new_password": OTHER}
    assert one.ask("PUT", "/me/password", wrong).status == 401
    stage.forget_tries()
    body = {"password": PASSWORD, "new_password": OTHER}
    assert one.ask("PUT", "/me/password", body).status == 204
    assert one.get("/session").status == 200
    assert two.get("/session").status == 401
    assert maria.post(f"{place}/logout").status == 204
    assert one.get("/session").status == 401


def test_five_sessions_at_most_and_the_oldest_goes(stage: Stage) -> None:
    login = stage.user("viewer")
    webs = [stage.client(login) for _ in range(6)]
    assert [web.get("/session").status for web in webs] == [401] + [200] * 5
    assert len(webs[1].get("/me/sessions").data) == 5
    mine = webs[1].get("/me/sessions").data[0]["id"]
    other = stage.client("maria")
    assert other.ask("DELETE", f"/me/sessions/{mine}").status == 404


def test_who_logs_out_is_out(stage: Stage) -> None:
    web = stage.client("maria")
    done = web.ask("DELETE", "/session")
    assert done.status == 204 and "Max-Age=0" in done.headers["set-cookie"]
    assert done.headers["clear-site-data"] == '"cache", "storage"'
    assert web.get("/session").status == 401


# ---- logins


def test_unknown_users_get_the_same_answer_for_similar_work(stage: Stage) -> None:
    login = stage.user("viewer")
    spent: dict[str, list[float]] = {login: [], "nobody-at-all": []}
    texts = set()
    for _ in range(4):
        for name, times in spent.items():
            began = time.monotonic()
            done = stage.client().log_in(name, "wrong-password-again")
            times.append(time.monotonic() - began)
            told = done.json
            del told["data"]["request_id"]
            texts.add((done.status, str(told)))
    assert len(texts) == 1, texts
    known, unknown = (min(times) for times in spent.values())
    assert 0.5 < known / unknown < 2, spent
    stage.forget_tries()


def test_a_login_is_slowed_down_for_its_address_only(stage: Stage) -> None:
    login = stage.user("viewer")
    for n in range(5):
        assert stage.client().log_in(login, f"wrong-{n:010}").status == 401
    slowed = stage.client().log_in(login, PASSWORD)
    assert slowed.status == 429 and slowed.headers["retry-after"] == "1"
    # No lasting lock: after its second the right one gets in.
    stage.ob.database.run("UPDATE rm_login_try SET not_before = '2020-01-01'")
    assert stage.client().log_in(login, PASSWORD).status == 201
    stage.forget_tries()


def test_no_wait_is_longer_than_a_quarter_of_an_hour(stage: Stage) -> None:
    login = stage.user("viewer")
    for n in range(24):
        stage.ob.database.run("UPDATE rm_login_try SET not_before = '2020-01-01'")
        done = stage.client().log_in(login, f"wrong-{n:010}")
        assert done.status == 401, done.text
    waits = stage.ob.one(
        "SELECT MAX(TIMESTAMPDIFF(SECOND, NOW(3), not_before)) FROM rm_login_try"
    )
    assert 14 * 60 < waits <= 15 * 60
    stage.forget_tries()


def test_an_address_and_all_together_have_limits(stage: Stage) -> None:
    for n in range(30):
        assert stage.client().log_in(f"ghost{n}", PASSWORD).status == 401
    done = stage.client().log_in("ghost31", PASSWORD)
    assert done.status == 429 and int(done.headers["retry-after"]) > 60
    # X-Forwarded-For of a stranger changes nothing.
    body = {"login": "ghost32", "password": PASSWORD}
    for fake in ("192.0.2.7", "::1", "10.0.0.1, 127.0.0.1"):
        done = stage.client().post("/session", body, X_Forwarded_For=fake)
        assert done.status == 429
    stage.forget_tries()


# ---- the second factor


def enrol(stage: Stage, login: str) -> tuple[str, list[str], Client]:
    web = stage.client(login)
    secret = web.post("/me/totp/offer").data["secret"]
    code = totp(secret, now_of(web) - 30)
    done = web.ask("PUT", "/me/totp", {"secret": secret, "code": code})
    assert done.status == 200, done.text
    return secret, done.data["recovery_codes"], web


def test_a_code_is_good_once_also_for_two_at_once(stage: Stage) -> None:
    login = stage.user("operator")
    secret, recovery, web = enrol(stage, login)
    alone = stage.client().log_in(login, PASSWORD)
    assert alone.status == 401 and alone.json["code"] == "ob_totp_required"
    code = totp(secret, now_of(web))
    done = at_once(6, lambda _: stage.client().log_in(login, PASSWORD, code))
    assert sorted(d.status for d in done)[:1] == [201]
    assert [d.status for d in done].count(201) == 1
    stage.forget_tries()
    assert stage.client().log_in(login, PASSWORD, code).status == 401
    stage.forget_tries()
    done = at_once(4, lambda _: stage.client().log_in(login, PASSWORD, recovery[0]))
    assert [d.status for d in done].count(201) == 1
    stage.forget_tries()
    assert stage.client().log_in(login, PASSWORD, recovery[1]).status == 201
    mine = f"user_id = {stage.id_of(login)}"
    assert stage.ob.count("rm_recovery_code", mine) == 8
    stage.forget_tries()


def test_codes_are_slowed_down_too(stage: Stage) -> None:
    login = stage.user("operator")
    enrol(stage, login)
    seen = []
    for n in range(8):
        seen.append(stage.client().log_in(login, PASSWORD, f"{n:06}").status)
    assert seen[0] == 401 and seen[-1] == 429
    stage.forget_tries()


# ---- the set-up code


@pytest.fixture
def fresh(
    server: Any, sandbox_process: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """Nobody is there yet, and a proxy that tells us whom it saw."""
    home = tmp_path_factory.mktemp("ob")
    settings = {"setup__code": SETUP, "net__trusted_proxies": "127.0.0.1"}
    with staged(server, sandbox_process, home, **settings) as found:
        yield found


def set_up(stage: Stage, code: str, ip: str = "192.0.2.7") -> Answer:
    body = {"login": "carla", "password": PASSWORD, "code": code}
    return stage.client().post("/setup/administrator", body, X_Forwarded_For=ip)


def test_the_set_up_code_cannot_be_tried_without_end(fresh: Stage) -> None:
    for n in range(30):
        done = set_up(fresh, f"wrong-{n:010}")
        assert done.status == 403, done.text
        assert done.json["message"] == "that is not the set-up code"
    done = set_up(fresh, f"wrong-{31:010}")
    assert done.status == 429 and int(done.headers["retry-after"]) > 60
    # Nor does the right one get in by that address; by another it does.
    assert set_up(fresh, SETUP).status == 429
    assert set_up(fresh, "wrong-" + "x" * 10, "192.0.2.8").status == 403
    assert set_up(fresh, SETUP, "192.0.2.8").status == 201


def test_all_addresses_together_have_few_tries_of_it(fresh: Stage) -> None:
    seen = [set_up(fresh, f"wrong-{n:010}", f"192.0.2.{n}") for n in range(101)]
    assert [done.status for done in seen] == [403] * 100 + [429]
    assert set_up(fresh, SETUP, "192.0.2.250").status == 429
    # A minute later it is open again.
    fresh.ob.database.run(
        "UPDATE rm_login_try SET began_at = began_at - INTERVAL 1 MINUTE,"
        " not_before = not_before - INTERVAL 1 MINUTE"
    )
    assert set_up(fresh, SETUP, "192.0.2.250").status == 201


# ---- the password once more


def test_what_needs_the_password_again_asks_for_it(stage: Stage) -> None:
    login = stage.user("administrator")
    web = stage.client(login)
    viewer = stage.id_of(stage.user("viewer"))
    site = stage.ob.one("SELECT id FROM rm_sites LIMIT 1")
    stage.age("proven_at", 6, login)
    fresh = {"login": "x1", "password": PASSWORD, "role": "viewer"}
    shop = {"code": "x", "platform": "woocommerce", "consumer_key": "ck_12345678"}
    for method, path, body in (
        ("POST", "/users", fresh),
        ("PATCH", f"/users/{viewer}", {"email": "x@example.com"}),
        ("DELETE", f"/users/{viewer}", None),
        ("POST", "/roles", {"slug": "x", "name": "X", "capabilities": "view"}),
        ("POST", "/tokens", {"name": "x", "scopes": "view"}),
        ("POST", "/app-passwords", {"name": "x"}),
        ("POST", "/me/totp/offer", None),
        ("PUT", "/me/totp", {"secret": "A" * 32, "code": "000000"}),
        ("DELETE", "/me/totp", None),
        ("PATCH", "/me", {"email": "x@example.com"}),
        ("PUT", "/bc/connection", {"client_secret": "not-so-secret"}),
        ("POST", "/sites", shop),
        ("PUT", f"/sites/{site}", {"consumer_secret": "cs_12345678"}),
    ):
        done = web.ask(method, path, body, If_Match="*")
        assert done.status == 403, (method, path, done.text)
        assert done.json["code"] == "ob_prove_it", (method, path, done.text)
    named = web.ask("PUT", f"/sites/{site}", {"name": "Other name"}, If_Match="*")
    assert named.status == 200, named.text
    called = web.ask("PATCH", "/me", {"name": "Other name"}, If_Match="*")
    assert called.status == 200, called.text
    assert web.post("/session/prove", {"password": "wrong-password"}).status == 401
    stage.forget_tries()


# ---- tokens


def token_of(client: Client, scopes: str, **more: Any) -> Client:
    done = client.post("/tokens", {"name": "x", "scopes": scopes, **more})
    assert done.status == 201, done.text
    script = Client(client.port)
    script.headers = {"Authorization": f"Bearer {done.data['token']}"}
    return script


def test_a_token_has_what_its_owner_has_now(stage: Stage) -> None:
    maria, login = stage.client("maria"), stage.user("administrator")
    place = f"/users/{stage.id_of(login)}"
    script = token_of(stage.client(login), "view,users,sync")
    assert script.get("/users").status == 200
    assert script.get("/settings").status == 403
    assert edit(maria, place, {"role": "viewer"}).status == 200
    assert script.get("/orders").status == 200
    assert script.get("/users").status == 403
    assert script.get("/session").data["user"]["caps"] == ["view"]
    body = {"all_sites": False, "sites": []}
    assert edit(maria, place, body).status == 200
    assert script.get("/sites").data == []
    assert edit(maria, place, {"is_active": False}).status == 200
    assert script.get("/orders").status == 401


def test_what_has_expired_or_was_revoked_is_nothing(stage: Stage) -> None:
    script = token_of(stage.client("maria"), "view")
    assert script.get("/orders").status == 200
    stage.ob.database.run("UPDATE rm_token SET expires_at = NOW(3) - INTERVAL 1 SECOND")
    found = script.get("/orders")
    assert found.status == 401 and found.json["code"] == "ob_not_logged_in"
    for wrong in ("obt_", "obt_" + "0" * 72, "x" * 4000, "Bearer", "\t"):
        script.headers = {"Authorization": f"Bearer {wrong}"}
        assert script.get("/orders").status == 401, wrong
    for wrong in ("", ":", "bWFyaWE=", "!!!", "bWFyaWE6" + "A" * 4000):
        script.headers = {"Authorization": f"Basic {wrong}"}
        assert script.get("/orders").status == 401, wrong


def test_a_token_does_not_touch_its_owner_s_account(stage: Stage) -> None:
    """Whoever finds a token that reads gets no second factor, no session."""
    login = stage.user("administrator")
    web = stage.client(login)
    script = token_of(web, "view")
    key = web.post("/app-passwords", {"name": "x"}).data
    basic = Client(stage.port)
    pair = base64.b64encode(f"{login}:{key['token']}".encode()).decode()
    basic.headers = {"Authorization": f"Basic {pair}"}
    session = web.get("/me/sessions").data[0]["id"]
    secret = "A" * 32
    code = totp(secret, now_of(web))
    body = {"password": PASSWORD, "new_password": OTHER}
    for who in (script, basic):
        for method, path, sent in (
            ("POST", "/me/totp/offer", None),
            ("PUT", "/me/totp", {"secret": secret, "code": code}),
            ("DELETE", "/me/totp", None),
            ("PUT", "/me/password", body),
            ("DELETE", f"/me/sessions/{session}", None),
            ("POST", "/session/prove", {"password": PASSWORD}),
            ("POST", "/app-passwords", {"name": "y"}),
            ("DELETE", f"/app-passwords/{key['id']}", None),
        ):
            done = who.ask(method, path, sent)
            assert done.status == 403, (method, path, done.text)
    assert web.get("/session").status == 200


# ---- rights beyond one's own


@pytest.fixture(scope="module")
def helper(stage: Stage) -> str:
    """Somebody who manages users and may not do much else."""
    maria = stage.client("maria")
    body = {"slug": "people", "name": "People", "capabilities": "view,users"}
    assert maria.post("/roles", body).status == 201
    return stage.user("people")


def test_nobody_gives_what_they_do_not_have(stage: Stage, helper: str) -> None:
    web, me = stage.client(helper), stage.id_of(helper)
    fresh = {"login": "evil", "password": PASSWORD}
    for body in ({**fresh, "role": "administrator"}, {**fresh, "role": "operator"}):
        assert web.post("/users", body).status == 400
    assert edit(web, f"/users/{me}", {"role": "administrator"}).status == 400
    for slug in ("evil", "people"):
        body = {"slug": slug, "name": "x", "capabilities": "view,settings"}
        assert web.post("/roles", body).status in (400, 409)
    body = {"name": "x", "capabilities": "view,users,settings"}
    assert edit(web, "/roles/people", body, "PUT").status == 400
    for scopes in ("settings", "view,pii"):
        assert web.post("/tokens", {"name": "x", "scopes": scopes}).status == 400
    assert stage.ob.one("SELECT COUNT(*) FROM rm_user WHERE login = 'evil'") == 0


def test_nobody_touches_who_has_more_rights(stage: Stage, helper: str) -> None:
    web = stage.client(helper)
    victim = stage.user("administrator")
    place = f"/users/{stage.id_of(victim)}"
    for body in (
        {"role": "viewer"},
        {"role": "people", "password": OTHER},
        {"role": "viewer", "is_active": False},
        {"password": OTHER},
        {"email": "evil@example.com"},
    ):
        done = edit(web, place, body)
        assert done.status in (400, 403), (body, done.text)
    assert edit(web, place, None, "DELETE").status in (400, 403)
    assert web.post(f"{place}/logout").status in (400, 403)
    assert stage.client().log_in(victim, PASSWORD).status == 201
    # Nor a role that holds more.
    maria = stage.client("maria")
    body = {"slug": "keeper", "name": "Keeper", "capabilities": "view,settings"}
    assert maria.post("/roles", body).status == 201
    less = {"name": "Keeper", "capabilities": "view"}
    assert edit(web, "/roles/keeper", less, "PUT").status == 400
    assert edit(web, "/roles/keeper", None, "DELETE").status == 400
    less = {"name": "Administrator", "capabilities": "view"}
    assert edit(maria, "/roles/administrator", less, "PUT").status == 409
    assert edit(maria, "/roles/administrator", None, "DELETE").status == 409


def test_sites_are_rights_too(stage: Stage, helper: str) -> None:
    login = stage.user("people", all_sites=False, sites=[])
    web = stage.client(login)
    place = f"/users/{stage.id_of(login)}"
    fresh = {"login": "evil2", "password": PASSWORD, "role": "viewer"}
    for body in (
        {"all_sites": True},
        {"sites": ["demo"]},
        {"sites": ["demo", "nowhere"]},
    ):
        assert edit(web, place, body).status == 400, body
        done = web.post("/users", {"all_sites": False, **fresh, **body})
        assert done.status == 400, done.text
    assert web.post("/users", fresh).status == 400
    assert edit(web, f"/users/{stage.id_of(helper)}", {"password": OTHER}).status == 400


def test_one_administrator_stays(stage: Stage) -> None:
    """Also when two remove each other at the same moment."""
    ob = stage.ob
    ob.database.run(
        "UPDATE rm_user SET is_active = 0"
        " WHERE role = 'administrator' AND login <> 'maria'"
    )
    maria, other = stage.client("maria"), stage.user("administrator")
    place = {name: f"/users/{stage.id_of(name)}" for name in ("maria", other)}
    second = stage.client(other)
    tries = [(maria, place[other]), (second, place["maria"])]
    done = at_once(2, lambda n: edit(tries[n][0], tries[n][1], {"role": "viewer"}))
    assert 200 in [d.status for d in done]
    left = ob.one(
        "SELECT COUNT(*) FROM rm_user WHERE role = 'administrator' AND is_active = 1"
    )
    assert left == 1, [d.text for d in done]
    ob.database.run("UPDATE rm_user SET role = 'administrator' WHERE login = 'maria'")
    ob.database.run(
        "UPDATE rm_user SET is_active = 0"
        " WHERE role = 'administrator' AND login <> 'maria'"
    )
    maria = stage.client("maria")
    for body in ({"role": "viewer"}, {"is_active": False}):
        assert edit(maria, place["maria"], body).status in (400, 409), body
    assert edit(maria, place["maria"], None, "DELETE").status == 409


# ---- what is set by whom


def test_a_body_sets_what_its_route_names_and_nothing_else(stage: Stage) -> None:
    maria, login = stage.client("maria"), stage.user("viewer")
    place = f"/users/{stage.id_of(login)}"
    for name in (
        *("id", "login", "password_hash", "totp_secret", "version", "created_at"),
        *("capabilities", "rights", "__proto__", "role ", "Role"),
    ):
        done = edit(maria, place, {"name": "x", name: "1"})
        assert done.status == 400 and name in done.json["data"]["params"], done.text
    web = stage.client(login)
    for name in ("role", "login", "all_sites", "is_active", "password", "version"):
        done = edit(web, "/me", {"name": "x", name: "administrator"})
        assert done.status == 400 and name in done.json["data"]["params"], done.text
    assert web.get("/me").data["role"] == "viewer"


def test_a_method_is_what_the_line_says(stage: Stage) -> None:
    web, login = stage.client("maria"), stage.user("viewer")
    place = f"/users/{stage.id_of(login)}"
    for tricks in (
        {"X_HTTP_Method_Override": "DELETE"},
        {"X_Method_Override": "DELETE"},
        {"X_HTTP_Method": "DELETE"},
    ):
        found = web.get(place, **tricks)
        assert found.status == 200 and found.data["login"] == login
    assert web.get(f"{place}?_method=DELETE").status == 400
    assert web.post(f"{place}", {"_method": "DELETE"}).status == 405
    for method in ("TRACE", "CONNECT", "delete", "GETDELETE", "DELETE" + "X" * 40):
        done = web.send(method, "/api/v1" + place, web.headers)
        assert done.status in (400, 403, 405), (method, done.status)
    assert web.get(place).status == 200
