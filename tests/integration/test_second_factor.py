"""auth.require_totp (RELIABILITY 6.1): who has to have a second factor and has none
may set one up, and nothing else.
"""

from __future__ import annotations

from typing import Any, Iterator

import pytest
from installation import Installation, wait_until
from test_routes import fill, routes
from served import PASSWORD, add_maria
from test_security import Stage, edit, now_of, staged, totp
from web import Answer, Client

# What the setting's default leaves to them.
LEFT = {
    *(("get", "/session"), ("post", "/session/prove"), ("delete", "/session")),
    *(("post", "/me/totp/offer"), ("put", "/me/totp")),
}


def add_all(ob: Installation) -> None:
    add_maria(ob)
    for role in ("operator", "viewer"):
        ob.must(
            *("user", "add", role, f"--role={role}", "--password-file=-"),
            text=PASSWORD,
        )


@pytest.fixture
def stage(
    server: Any, sandbox_process: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """With the default: administrators and operators."""
    home = tmp_path_factory.mktemp("ob")
    must = {"auth__require_totp": "administrator, operator"}
    with staged(server, sandbox_process, home, add_all, **must) as found:
        yield found


@pytest.fixture
def chosen(
    server: Any, sandbox_process: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """As a person sets it on a screen."""

    def before(ob: Installation) -> None:
        text = (ob.home / "orderbridge.ini").read_text()
        assert "require_totp = \n" in text
        text = text.replace("[auth]\nrequire_totp = \n", "")
        (ob.home / "orderbridge.ini").write_text(text)
        add_all(ob)

    home = tmp_path_factory.mktemp("ob")
    with staged(server, sandbox_process, home, before) as found:
        yield found


def enrol(web: Client) -> tuple[Answer, str]:
    secret = web.post("/me/totp/offer").data["secret"]
    code = totp(secret, now_of(web) - 30)
    done = web.ask("PUT", "/me/totp", {"secret": secret, "code": code})
    assert done.status == 200, done.text
    return done, secret


def refused(answer: Answer) -> bool:
    return answer.status == 403 and answer.json["code"] == "ob_enrol_totp"


def test_without_one_nothing_but_setting_it_up_is_possible(stage: Stage) -> None:
    document = stage.client().get("/openapi.json").json
    web = stage.client("maria")
    assert web.get("/session").data["must_enrol"] is True
    tried = 0
    for method, path, row in routes(document):
        if row.get("security") == [] or (method, path) in LEFT:
            continue
        got = web.ask(method.upper(), fill(path, stage.ob.database), {}, If_Match="*")
        assert refused(got), (method, path, got.text)
        assert "/me/totp/offer" in got.json["data"]["fix"]
        tried += 1
    assert tried > 60
    for method, path in LEFT - {("delete", "/session")}:
        got = web.ask(method.upper(), path, {})
        assert not refused(got), (method, path, got.text)
    assert web.ask("DELETE", "/session").status == 204
    assert web.get("/session").status == 401


def test_who_has_set_it_up_goes_on_under_a_new_session(stage: Stage) -> None:
    web, other = stage.client("maria"), stage.client("maria")
    before = dict(web.headers)
    done, _ = enrol(web)
    assert done.data["must_enrol"] is False
    # What was there before the second factor is nobody's.
    assert web.get("/session").status == 401
    assert other.get("/session").status == 401
    web.go_on(done)
    assert before["Cookie"] != web.headers["Cookie"]
    assert before["X-OB-Nonce"] != web.headers["X-OB-Nonce"]
    assert web.get("/session").data["must_enrol"] is False
    assert web.get("/orders").status == 200
    assert web.get("/users").status == 200


def test_who_gives_it_up_is_back_at_the_beginning(stage: Stage) -> None:
    web = stage.client("maria")
    done, secret = enrol(web)
    web.go_on(done)
    other = Client(stage.port)
    assert other.log_in("maria", PASSWORD, totp(secret, now_of(web))).status == 201
    before = dict(web.headers)
    done = web.ask("DELETE", "/me/totp")
    assert done.status == 200 and done.data["must_enrol"] is True, done.text
    assert web.get("/session").status == 401
    assert other.get("/session").status == 401
    web.go_on(done)
    assert before["Cookie"] != web.headers["Cookie"]
    assert refused(web.get("/orders"))
    assert web.get("/session").data["must_enrol"] is True


def test_a_new_second_factor_is_no_proof_of_the_password(stage: Stage) -> None:
    web = stage.client("maria")
    stage.age("proven_at", 4, "maria")
    done, _ = enrol(web)
    web.go_on(done)
    stage.age("proven_at", 2, "maria")
    got = web.post("/tokens", {"name": "x", "scopes": "view"})
    assert got.status == 403 and got.json["code"] == "ob_prove_it", got.text


def test_it_is_asked_of_the_roles_that_are_named(stage: Stage) -> None:
    assert refused(stage.client("operator").get("/orders"))
    viewer = stage.client("viewer")
    assert viewer.get("/orders").status == 200
    assert viewer.get("/session").data["must_enrol"] is False
    # A token comes from a session that had one, or from the command line.
    made = stage.ob.must(
        *("token", "add", "operator", "--name=x", "--scopes=view"),
    )
    script = Client(stage.port)
    script.headers = {"Authorization": f"Bearer {made.out.strip()}"}
    assert script.get("/orders").status == 200
    assert script.get("/session").data["must_enrol"] is False


def test_the_setting_counts_from_when_it_is_changed(chosen: Stage) -> None:
    web = chosen.client("maria")
    done, _ = enrol(web)
    web.go_on(done)
    viewer, operator = chosen.client("viewer"), chosen.client("operator")
    assert viewer.get("/orders").status == 200
    assert refused(operator.get("/orders"))
    for value, of_viewer, of_operator in (("all", True, True), ("", False, False)):
        body = {"settings": {"auth.require_totp": value}}
        changed = edit(web, "/settings", body)
        assert changed.status == 200, changed.text
        # Each process reads settings anew by itself.
        for client, wanted in ((viewer, of_viewer), (operator, of_operator)):
            wait_until(
                lambda: {refused(client.get("/orders")) for _ in range(6)} == {wanted}
            )
