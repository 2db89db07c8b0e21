"""What everybody has for themselves in the API: saved views of the lists."""

from __future__ import annotations

import shutil
import threading
from typing import Any, Iterator

import pytest
from conftest import free_port
from installation import Installation
from web import Client, Responder, nginx, own_folder

PASSWORD = "tall-anchor-forty-ships"
FAILED = {"page": "operations", "name": "Failed", "query": "state=failed"}
WAITING = {"page": "orders", "name": "Failed", "query": "view=waiting&sort=-order_date"}


@pytest.fixture
def web(demo: Installation) -> Iterator[Client]:
    """An administrator, logged in."""
    folder, port = own_folder(), free_port()
    demo.must(
        *("user", "add", "maria", "--role=administrator", "--password-file=-"),
        text=PASSWORD,
    )
    responder = Responder(demo, folder)
    with nginx(folder, port):
        client = Client(port)
        assert client.log_in("maria", PASSWORD).status == 201
        yield client
    responder.close()
    shutil.rmtree(folder)


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
