"""Credentials are bound to scheme, host and port (RELIABILITY 6.4): whoever moves an
address, by command or by the API, does not get the secrets that were stored for it.
"""

from __future__ import annotations

import contextlib
import socket
from typing import Iterator

import pytest
from installation import Installation, default_key, default_secret
from served import PASSWORD, administrator
from web import Client

KEYS = {
    "site.demo.consumer_key": default_key("demo"),
    "site.demo.consumer_secret": default_secret("demo"),
    "site.demo.webhook_secret": "shared-with-the-shop",
}


@contextlib.contextmanager
def thief() -> Iterator[str]:
    """Another place that nobody may call: its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(BlockingIOError):
            listening.accept()


def kept(ob: Installation) -> set[str]:
    rows = ob.database.run(
        "SELECT name FROM rm_secret WHERE name LIKE 'site.%%' OR name LIKE 'bc.%%'"
        " OR kind = 'token'"
    )
    return {name for (name,) in rows}


def give_keys(ob: Installation) -> None:
    for name, value in KEYS.items():
        ob.must("secret", "set", name, text=value)


def test_a_command_that_moves_a_shop_leaves_its_keys_behind(demo: Installation) -> None:
    give_keys(demo)
    home = f"http://127.0.0.1:{demo.box.port}/shop/demo"
    assert demo.must("site", "edit", "demo", f"--url={home}/").err == ""
    assert kept(demo) >= set(KEYS)
    with thief() as place:
        moved = demo.must("site", "edit", "demo", f"--url={place}/shop/demo")
        assert "forgotten" in moved.err, moved.err
        assert "orderbridge secret set site.demo.consumer_key" in moved.err
        assert not kept(demo) & set(KEYS)
        told = demo.ob("site", "test", "demo")
        assert told.status != 0
        assert "site.demo.consumer_key is not set" in told.out, told.out
        assert "secret set site.demo.consumer_key" in told.out, told.out
        demo.ob("order", "sync", "--site=demo")
        demo.ob("site", "webhooks", "demo", "--repair")
    demo.must("site", "edit", "demo", f"--url={home}")
    give_keys(demo)
    demo.must("site", "test", "demo")


@pytest.mark.parametrize("flag", ["--authority", "--api-url"])
def test_a_command_that_moves_business_central_leaves_its_secret_behind(
    demo: Installation, flag: str
) -> None:
    demo.must("connection", "test", "bc")
    assert any(name.startswith("token:") for name in kept(demo))
    with thief() as place:
        moved = demo.must("connection", "set", "bc", f"{flag}={place}/x")
        assert "is forgotten" in moved.err, moved.err
        assert kept(demo) == {n for n in KEYS if "webhook" not in n}
        told = demo.ob("connection", "test", "bc")
        assert told.status != 0
        assert "bc.client_secret is not set" in told.out, told.out
        assert "secret set bc.client_secret" in told.out, told.out


@pytest.fixture
def web(demo: Installation) -> Iterator[Client]:
    give_keys(demo)
    with administrator(demo) as found:
        yield found


def let_proof_age(ob: Installation) -> None:
    ob.database.run("UPDATE rm_session SET proven_at = proven_at - INTERVAL 6 MINUTE")


def test_the_api_leaves_a_shop_s_keys_behind(web: Client, demo: Installation) -> None:
    site = f"/sites/{demo.one('SELECT id FROM rm_sites')}"
    here = web.get(site).data
    assert here["needs_keys"] is False
    # The same place by another path is an edit like any other.
    let_proof_age(demo)
    near = web.ask("PUT", site, {"url": here["url"] + "/"}, If_Match="*")
    assert near.status == 200 and near.data["needs_keys"] is False, near.text
    with thief() as place:
        body = {"url": f"{place}/shop/demo"}
        refused = web.ask("PUT", site, body, If_Match="*")
        assert refused.status == 403 and refused.json["code"] == "ob_prove_it"
        assert kept(demo) >= set(KEYS) and web.get(site).data["url"] == near.data["url"]
        assert web.log_in("maria", PASSWORD).status == 201
        moved = web.ask("PUT", site, body, If_Match="*")
        assert moved.status == 200, moved.text
        assert (moved.data["needs_keys"], moved.data["keys_set_at"]) == (True, None)
        assert not kept(demo) & set(KEYS)
        tried = web.post(f"{site}/test").data
        assert tried["passed"] is False
        (failed,) = [step for step in tried["steps"] if step["status"] == "fail"]
        assert failed["why"] == "secret site.demo.consumer_key is not set"
        assert "secret set site.demo.consumer_key" in failed["fix"]
        half = web.ask("PUT", site, {"consumer_key": "ck_12345678"}, If_Match="*")
        assert half.data["needs_keys"] is True, half.text
    # With its keys in the same request it works at once.
    back = {
        "url": here["url"],
        "consumer_key": default_key("demo"),
        "consumer_secret": default_secret("demo"),
    }
    done = web.ask("PUT", site, back, If_Match="*")
    assert done.status == 200 and done.data["needs_keys"] is False, done.text
    assert web.post(f"{site}/test").data["passed"] is True


def test_the_api_leaves_business_central_s_secret_behind(
    web: Client, demo: Installation
) -> None:
    assert web.post("/bc/test").data["passed"] is True
    here = web.get("/bc/connection").data
    assert here["needs_secret"] is False
    with thief() as place:
        for name in ("authority", "api_url"):
            secret = {"client_secret": "meant-for-this-place"}
            ready = web.ask("PUT", "/bc/connection", secret, If_Match="*")
            assert ready.data["needs_secret"] is False
            body = {name: f"{place}/x"}
            moved = web.ask("PUT", "/bc/connection", body, If_Match="*")
            assert moved.status == 200, moved.text
            assert moved.data["needs_secret"] is True
            assert moved.data["client_secret_set_at"] is None
            assert kept(demo) == set(KEYS)
            tried = web.post("/bc/test").data
            assert tried["passed"] is False
            fixes = " ".join(step["fix"] for step in tried["steps"])
            assert "secret set bc.client_secret" in fixes
        let_proof_age(demo)
        body = {"authority": here["authority"]}
        refused = web.ask("PUT", "/bc/connection", body, If_Match="*")
        assert refused.status == 403 and refused.json["code"] == "ob_prove_it"
