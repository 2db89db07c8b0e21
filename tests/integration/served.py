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
