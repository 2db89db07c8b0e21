"""What everybody has for themselves in the API: a name, saved views of the lists."""

from __future__ import annotations

import threading
from typing import Any, Iterator

import pytest
from installation import Installation
from served import PASSWORD, administrator
from web import Client

FAILED = {"page": "operations", "name": "Failed", "query": "state=failed"}
WAITING = {"page": "orders", "name": "Failed", "query": "view=waiting&sort=-order_date"}


@pytest.fixture
def web(demo: Installation) -> Iterator[Client]:
    """An administrator, logged in."""
    with administrator(demo) as client:
        yield client


def somebody(web: Client, login: str, role: str) -> Client:
    body = {"login": login, "password": PASSWORD, "role": role}
    made = web.post("/users", body)
    assert made.status == 201, made.text
    found = Client(web.port)
    assert found.log_in(login, PASSWORD).status == 201
    return found


def save(web: Client, views: Any, match: str = "*") -> Any:
    return web.ask("PUT", "/me/views", {"views": views}, If_Match=match)


def test_views_are_kept_for_whoever_saved_them(web: Client, demo: Installation) -> None:
    assert web.get("/me/views").data == {"views": [], "version": 0}
    assert web.ask("PUT", "/me/views", {"views": []}).status == 428
    done = save(web, [WAITING, FAILED])
    assert done.status == 200, done.text
    assert done.data == {"views": [WAITING, FAILED], "version": 1}
    vera = somebody(web, "vera", "viewer")
    assert vera.get("/me/views").data["views"] == []
    assert save(vera, [FAILED]).data["version"] == 1
    assert web.get("/me/views").data == done.data
    assert save(web, [FAILED]).data == {"views": [FAILED], "version": 2}
    changes = web.get("/audit?action=user.views").data
    assert [(row["user"], row["object"]) for row in changes] == [
        ("maria", "user maria"),
        ("vera", "user vera"),
        ("maria", "user maria"),
    ]
    assert changes[0]["before"]["views"] == [WAITING, FAILED]
    # They go with their owner.
    place = "/users/" + str(demo.one("SELECT id FROM rm_user WHERE login = 'vera'"))
    assert web.ask("DELETE", place, If_Match="*").status == 200
    assert demo.one("SELECT COUNT(*) FROM rm_view") == 1


def test_of_two_who_save_views_at_once_one_is_told(web: Client) -> None:
    """The first ones, and such as are there already."""
    for _ in range(2):
        known = web.get("/me/views").headers["etag"]
        done: list[Any] = []
        several = [
            threading.Thread(
                target=lambda: done.append(save(web, [FAILED], match=known))
            )
            for _ in range(4)
        ]
        for one in several:
            one.start()
        for one in several:
            one.join()
        assert sorted(d.status for d in done) == [200, 412, 412, 412]
        assert all(
            d.json["code"] == "ob_precondition_failed" for d in done if d.status == 412
        )


def test_views_have_bounds(web: Client) -> None:
    many = [{**FAILED, "name": f"Failed {n}"} for n in range(100)]
    assert save(web, many).status == 200
    for wrong, place in (
        ([*many, WAITING], "views"),
        ([WAITING, {**FAILED, "page": "no-such-list"}], "views[1].page"),
        ([WAITING, FAILED, FAILED], "views[2].name"),
        ([{**FAILED, "name": "x" * 61}], "views[0].name"),
        ([{**FAILED, "query": "x" * 1001}], "views[0].query"),
        ([{**FAILED, "query": 7}], "views[0].query"),
        ([{**FAILED, "owner": "vera"}], "views[0].owner"),
        ([{"page": "orders", "name": "All"}], "views[0].query"),
    ):
        refused = save(web, wrong)
        assert refused.status == 400, refused.text
        assert list(refused.json["data"]["params"]) == [place], refused.text
    assert len(web.get("/me/views").data["views"]) == 100


def test_a_user_is_told_alike_and_a_login_stops_no_change(web: Client) -> None:
    vera = somebody(web, "vera", "viewer")
    me = vera.get("/me")
    read = web.get(f"/users/{me.data['id']}")
    assert read.data == me.data
    (row,) = (one for one in web.get("/users").data if one["login"] == "vera")
    assert row.pop("sessions") == 1 and row.pop("seen_at")
    assert row == me.data
    assert vera.log_in("vera", PASSWORD).status == 201
    for client, place, answer in (
        (vera, "/me", me),
        (web, f"/users/{row['id']}", read),
    ):
        assert client.get(place).headers["etag"] == answer.headers["etag"]
    changed = {"name": "Vera", "email": "v@example.org"}
    known = {"If_Match": read.headers["etag"]}
    done = web.ask("PATCH", f"/users/{row['id']}", changed, **known)
    assert done.status == 200, done.text
    assert vera.get("/me").data == done.data


def test_everybody_changes_how_they_are_called_and_no_more(web: Client) -> None:
    vera = somebody(web, "vera", "viewer")
    me = vera.get("/me")
    shown = {n: me.data[n] for n in ("login", "role", "name", "has_totp", "sites")}
    assert shown == {
        **{"login": "vera", "role": "viewer", "name": "", "has_totp": False},
        "sites": None,
    }
    assert vera.ask("PATCH", "/me", {"name": "Vera"}).status == 428
    known = {"If_Match": me.headers["etag"]}
    done = vera.ask("PATCH", "/me", {"name": "Vera", "email": "v@example.org"}, **known)
    assert done.status == 200, done.text
    assert (done.data["name"], done.data["email"]) == ("Vera", "v@example.org")
    assert vera.ask("PATCH", "/me", {"name": "Other"}, **known).status == 412
    for wrong in ({"email": "nowhere"}, {"name": "x" * 121}, {"role": "operator"}):
        assert vera.ask("PATCH", "/me", wrong, If_Match="*").status == 400, wrong
    assert vera.get("/me").data == done.data
    assert vera.get("/session").data["user"]["name"] == "Vera"
    entry = web.get("/audit?action=user.edit").data[0]
    assert (entry["user"], entry["object"]) == ("vera", "user vera")
    assert (entry["before"]["name"], entry["after"]["name"]) == ("", "Vera")
    # A token does its work, and leaves its owner alone.
    made = web.post("/tokens", {"name": "script", "scopes": "view"})
    script = Client(web.port)
    script.headers = {"Authorization": "Bearer " + made.data["token"]}
    assert script.get("/me").data["login"] == "maria"
    refused = script.ask("PATCH", "/me", {"name": "Robot"}, If_Match="*")
    assert refused.status == 403
