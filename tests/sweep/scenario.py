"""What the crash sweep kills: the base class that a flow derives from."""

from __future__ import annotations

import abc
import dataclasses
import os
import pathlib

from conftest import Database, MariaDb

BUILD = pathlib.Path(os.environ.get("OB_BUILD", "."))


class Broken(Exception):
    """An order lost, an effect doubled, a row that nobody will touch again."""


def must(holds: bool, *what: object) -> None:
    """Tells what is broken, unless it holds."""
    if not holds:
        raise Broken(" ".join(str(word) for word in what))


@dataclasses.dataclass
class Place:
    """Where one line of work stands: its own schema and its own folder."""

    server: MariaDb
    database: Database
    home: pathlib.Path


class Scenario(abc.ABC):
    """
    One command that may die anywhere. For each point the engine calls reset,
    runs the command to its death, runs it again without a fault, twice at most,
    and then calls check. Several run at the same time, each in its own place.
    """

    name: str
    #: How long the command may take, in seconds.
    timeout = 60.0

    def __init__(self, place: Place):
        self.place = place

    def prepare(self) -> None:
        """Once, before the first point: tables, settings, upstreams."""

    def close(self) -> None:
        """Once, after the last point: ends what prepare started."""

    @abc.abstractmethod
    def reset(self) -> None:
        """Brings everything back to how it was before the first run."""

    @abc.abstractmethod
    def command(self) -> list[str]:
        """The program and its words."""

    def environment(self) -> dict[str, str]:
        """Variables of the command beside the usual ones."""
        return {}

    def between(self) -> None:
        """After a run: what would happen by itself until the next one."""

    @abc.abstractmethod
    def check(self, kills: int) -> None:
        """Raises Broken unless all is done once; kills: how often it died."""
