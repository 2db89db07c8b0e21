"""The queue's probe beside the tables that it works on."""

from __future__ import annotations

import datetime
import pathlib
from typing import TYPE_CHECKING

from installation import BUILD
from queue_driver import Clock, Queue

if TYPE_CHECKING:
    from conftest import Database

MINUTE = datetime.timedelta(minutes=1)


class Bench(Queue):
    """The queue, and what stands in its tables."""

    def __init__(self, database: Database, home: pathlib.Path):
        super().__init__(
            BUILD / "tests" / "support" / "queue_probe",
            database.server.socket,
            database.name,
            home,
            Clock(home / "clock"),
        )
        self.database = database
        self.sql = database.run
        self.one = database.one
        self.sql("DELETE FROM rm_schedule")

    def now(self) -> datetime.datetime:
        """The clock's moment as the tables write it."""
        return self.clock.at.replace(tzinfo=None)

    def operation(self, number: int, *columns: str) -> tuple:
        names = ", ".join(columns)
        return self.sql(f"SELECT {names} FROM rm_operation WHERE id = %s", number)[0]

    def state(self, number: int) -> str:
        return self.operation(number, "state")[0]

    def job(self, number: int, *columns: str) -> tuple:
        """Of the run of an operation."""
        names = ", ".join(columns)
        return self.sql(
            f"SELECT {names} FROM rm_job" " WHERE operation_id = %s AND kind = 'run'",
            number,
        )[0]

    def work(self, *words: object, **more: str) -> int:
        """Works until nothing is due; how many attempts came to an end."""
        return int(self.run("work", *words, **more))

    def errors(self, number: int) -> int:
        """Rows of level error that the log has of an operation."""
        return self.one(
            "SELECT COUNT(*) FROM rm_log"
            " WHERE operation_id = %s AND level = 'error'",
            number,
        )

    def items(self, number: int, count: int) -> list[str]:
        """The ledger of an operation whose items were each done once."""
        return [f"{number}:{item}" for item in range(1, count + 1)]

    def site(self, code: str = "woo-us", **columns: object) -> int:
        row = {
            "code": code,
            "prefix": code.upper().replace("-", ""),
            "platform": "woocommerce",
            "name": "Shop",
            "site_url": "https://shop.test",
            "domain": "shop.test",
            "is_active": 1,
            "source_status": "processing",
            "target_status": "",
            **columns,
        }
        names = ", ".join(row)
        places = ", ".join(["%s"] * len(row))
        self.sql(
            f"INSERT INTO rm_sites ({names}) VALUES ({places})",
            *row.values(),
        )
        return self.one("SELECT id FROM rm_sites WHERE code = %s", code)


def schedule(queue: Bench, name: str, **columns: object) -> None:
    row = {
        "name": name,
        "kind": "append",
        "is_enabled": 1,
        "frequency": "hourly",
        "start_at": "2026-11-01 00:30:00",
        "next_run_at": "2026-11-21 00:30:00",
        "params": '{"items":1}',
        **columns,
    }
    names = ", ".join(row)
    places = ", ".join(["%s"] * len(row))
    queue.sql(f"INSERT INTO rm_schedule ({names}) VALUES ({places})", *row.values())
