"""An installation behind nginx, for tests that ask it as a browser or a script does."""

from __future__ import annotations

import contextlib
import shutil
from typing import Iterator

from conftest import free_port
from installation import Installation
from web import Client, Responder, nginx, own_folder

PASSWORD = "tall-anchor-forty-ships"


@contextlib.contextmanager
def served(ob: Installation, processes: int = 2, port: int = 0) -> Iterator[Client]:
    """Nobody is logged in."""
    folder, port = own_folder(), port or free_port()
    responder = Responder(ob, folder, processes)
    try:
        with nginx(folder, port):
            yield Client(port)
    finally:
        responder.close()
        shutil.rmtree(folder)


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
