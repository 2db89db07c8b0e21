"""Who asked, and how often they may, behind a proxy that is trusted (RELIABILITY
6.1, 6.5); and how long a session lasts, by the clock of a test.
"""

from __future__ import annotations

import http.client
from datetime import datetime, timedelta
from typing import Any, Iterator

import pytest
from conftest import MOMENT
from installation import Installation
from served import PASSWORD, add_maria
from test_security import Stage, staged
from web import Answer

BEGIN = datetime.strptime(MOMENT, "%Y-%m-%dT%H:%M:%SZ")
REAL = "203.0.113.9"


class Proxied(Stage):
    """Our web server is trusted, and one more in front of it."""

    def at(self, **since: float) -> None:
        """The clock of all, standing still."""
        moment = BEGIN + timedelta(**since)
        self.ob.set_clock(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def log_in(self, login: str, password: str, chain: str) -> Answer:
        body = {"login": login, "password": password}
        return self.client().post("/session", body, X_Forwarded_For=chain)


@pytest.fixture(scope="module")
def kept(
    server: Any, sandbox_process: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxied]:
    def before(ob: Installation) -> None:
        add_maria(ob)
        ob.must(
            *("user", "add", "vera", "--role=viewer", "--password-file=-"),
            text=PASSWORD,
        )

    home = tmp_path_factory.mktemp("ob")
    trusted = {"net__trusted_proxies": "127.0.0.0/8, 10.0.0.0/8, 2001:db8:1::/48"}
    with staged(server, sandbox_process, home, before, **trusted) as found:
        yield Proxied(found.ob, found.port, found.folder)


@pytest.fixture
def stage(kept: Proxied) -> Proxied:
    kept.at()
    kept.forget_tries()
    kept.ob.database.run("DELETE FROM rm_session")
    return kept


# ---- who asked


def seen_as(stage: Proxied, *chains: str) -> str:
    """The address that a login over these header lines was kept with."""
    line = http.client.HTTPConnection("127.0.0.1", stage.port, timeout=30)
    body = f'{{"login": "vera", "password": "{PASSWORD}"}}'.encode()
    line.putrequest("POST", "/api/v1/session")
    line.putheader("Content-Type", "application/json")
    line.putheader("Content-Length", str(len(body)))
    for chain in chains:
        line.putheader("X-Forwarded-For", chain)
    line.endheaders(body)
    reply = line.getresponse()
    assert reply.status == 201, reply.read()
    line.close()
    found = stage.ob.one("SELECT ip FROM rm_session ORDER BY id DESC LIMIT 1")
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize(
    ("chains", "who"),
    [
        ([REAL], REAL),
        # In front of what our proxies saw anybody may write anything.
        ([f"192.0.2.1, {REAL}"], REAL),
        ([f"127.0.0.1, {REAL}"], REAL),
        ([f"10.1.1.1,{REAL}"], REAL),
        ([f"192.0.2.1, {REAL}, 10.1.2.3"], REAL),
        ([f"192.0.2.1, {REAL}, 10.1.2.3, 2001:db8:1::7"], REAL),
        ([f"10.1.1.1, {REAL}, 10.1.2.3 , 10.1.2.4"], REAL),
        (["192.0.2.1, 2001:db8:2::9"], "2001:db8:2::9"),
        # A proxy that adds a line of its own, as some do.
        (["192.0.2.1", REAL], REAL),
        (["192.0.2.1, 192.0.2.2", f"192.0.2.3, {REAL}", "10.1.2.3"], REAL),
        # Only ours: the farthest of them.
        (["10.1.2.3"], "10.1.2.3"),
        # What is no address says nothing, nor does what stands before it.
        ([f"{REAL}, unknown"], "127.0.0.1"),
        ([f"{REAL}, 10.1.2.3:8080"], "127.0.0.1"),
        ([f"{REAL}, 10.1.2.3, "], "127.0.0.1"),
        (["", REAL], REAL),
    ],
)
def test_the_client_is_whom_our_proxies_saw(
    stage: Proxied, chains: list[str], who: str
) -> None:
    assert seen_as(stage, *chains) == who


def test_who_invents_addresses_is_slowed_down_as_one(stage: Proxied) -> None:
    for n in range(5):
        done = stage.log_in("vera", f"wrong-{n:010}", f"192.0.2.{n}, {REAL}")
        assert done.status == 401, done.text
    for chain in (REAL, f"192.0.2.99, {REAL}", f"10.0.0.9, {REAL}, 10.1.2.3"):
        assert stage.log_in("vera", PASSWORD, chain).status == 429
    # Vera herself sits elsewhere, behind the same proxy.
    assert stage.log_in("vera", PASSWORD, "203.0.113.10, 10.1.2.3").status == 201


def test_all_addresses_together_have_a_hundred_logins_a_minute(stage: Proxied) -> None:
    for n in range(100):
        assert stage.log_in(f"ghost{n}", PASSWORD, f"192.0.2.{n}").status == 401
        # What goes well is not counted.
        assert n % 25 > 0 or stage.log_in("vera", PASSWORD, REAL).status == 201
    stage.at(seconds=20)
    done = stage.log_in("vera", PASSWORD, REAL)
    assert (done.status, done.json["code"]) == (429, "ob_rate_limited")
    assert done.headers["retry-after"] == "40"
    stage.at(seconds=59)
    assert stage.log_in("vera", PASSWORD, REAL).headers["retry-after"] == "1"
    stage.at(seconds=60)
    assert stage.log_in("vera", PASSWORD, REAL).status == 201


def test_a_token_s_last_use_names_whom_our_proxies_saw(stage: Proxied) -> None:
    maria = stage.client("maria")
    made = maria.post("/tokens", {"name": "x", "scopes": "view"})
    assert made.status == 201, made.text
    mine = made.data["id"]

    def row() -> Any:
        return {row["id"]: row for row in maria.get("/tokens").data}[mine]

    assert (row()["used_at"], row()["used_ip"]) == (None, None)
    script = stage.client()
    script.headers = {"Authorization": f"Bearer {made.data['token']}"}
    stage.at(minutes=3)
    found = script.get("/orders", X_Forwarded_For=f"192.0.2.1, {REAL}")
    assert found.status == 200
    assert row()["used_ip"] == REAL
    assert row()["used_at"] == "2026-11-24T09:03:00.000Z"


# ---- how long a session lasts


def test_a_session_ends_half_an_hour_after_its_last_use(stage: Proxied) -> None:
    web = stage.client("vera")
    stage.at(minutes=29)
    assert web.get("/orders").status == 200
    stage.at(minutes=58)
    assert web.get("/orders").status == 200
    # A page that only looks is no use of it.
    stage.at(minutes=87)
    assert web.get("/orders", X_OB_Poll="1").status == 200
    stage.at(minutes=89)
    assert web.get("/orders").status == 401


def test_a_session_ends_after_twelve_hours_of_use(stage: Proxied) -> None:
    web = stage.client("vera")
    for minutes in range(25, 12 * 60, 25):
        stage.at(minutes=minutes)
        assert web.get("/orders").status == 200, minutes
    stage.at(minutes=12 * 60 - 1)
    assert web.get("/orders").status == 200
    stage.at(minutes=12 * 60)
    assert web.get("/orders").status == 401


def test_a_proof_of_the_password_makes_no_session_younger(stage: Proxied) -> None:
    web = stage.client("vera")
    for minutes in range(25, 12 * 60, 25):
        stage.at(minutes=minutes)
        done = web.post("/session/prove", {"password": PASSWORD})
        assert done.status == 200, done.text
        web.go_on(done)
    stage.at(hours=12)
    assert web.get("/orders").status == 401


def test_a_proof_of_the_password_lasts_five_minutes(stage: Proxied) -> None:
    maria = stage.client("maria")

    def proven() -> bool:
        body = {"name": "x", "scopes": "view"}
        done = maria.post("/tokens", body)
        assert done.status in (201, 403), done.text
        return done.status == 201

    stage.at(minutes=4, seconds=59)
    assert proven()
    stage.at(minutes=5, seconds=1)
    assert not proven()
    done = maria.post("/session/prove", {"password": PASSWORD})
    maria.go_on(done)
    stage.at(minutes=10)
    assert proven()
    stage.at(minutes=10, seconds=2)
    assert not proven()
