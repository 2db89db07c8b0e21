"""An installation behind nginx, for tests that ask it as a browser or a script does."""

from __future__ import annotations

import contextlib
import shutil
from typing import Any, Iterator

from conftest import free_port
from installation import Installation
from web import Client, Responder, nginx, own_folder

PASSWORD = "tall-anchor-forty-ships"


@contextlib.contextmanager
def served(
    ob: Installation, processes: int = 2, port: int = 0, **environment: str
) -> Iterator[Client]:
    """Nobody is logged in. The environment is that of the responder alone."""
    folder, port = own_folder(), port or free_port()
    before, ob.environment = ob.environment, {**ob.environment, **environment}
    responder = Responder(ob, folder, processes)
    ob.environment = before
    try:
        with nginx(folder, port):
            yield Client(port)
    finally:
        responder.close()
        shutil.rmtree(folder)


def one_process(
    ob: Installation, fault: str = "", **environment: str
) -> contextlib.AbstractContextManager[Client]:
    """A point's passes are counted in it, and what it counts is all there is."""
    return served(ob, 1, OB_FAULT_AT=fault, **environment)


def add_maria(ob: Installation) -> None:
    """An administrator."""
    ob.must(
        *("user", "add", "maria", "--role=administrator", "--password-file=-"),
        text=PASSWORD,
    )


@contextlib.contextmanager
def administrator(ob: Installation) -> Iterator[Client]:
    """Maria, logged in."""
    add_maria(ob)
    with served(ob) as client:
        assert client.log_in("maria", PASSWORD).status == 201
        yield client


def stranger(web: Client, role: str = "operator") -> Client:
    """Somebody who may do what the role may, at no site."""
    body = {"login": "vera", "password": PASSWORD, "role": role}
    made = web.post("/users", {**body, "all_sites": False, "sites": []})
    assert made.status == 201, made.text
    found = Client(web.port)
    assert found.log_in("vera", PASSWORD).status == 201
    return found


def work(web: Client, demo: Installation, asked: Any) -> dict[str, Any]:
    """The operation after a worker has done it."""
    assert asked.status == 202, asked.text
    demo.ob("cron")
    row: dict[str, Any] = web.get("/operations/" + asked.data["id"]).data
    assert row["state"] == "completed", row
    return row
