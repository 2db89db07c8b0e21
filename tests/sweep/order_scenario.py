"""The main job: one cron over a shop with good and bad orders."""

from __future__ import annotations

import datetime
import os
from typing import Any

import pymysql
from installation import Installation, Sandbox, start_sandbox
from scenario import BUILD, Place, Scenario, must

NOW = datetime.datetime(2026, 11, 24, 9, 0)
ORDERS = 30

#: What has to be the same whatever happened on the way.
PICTURE = (
    "SELECT number, total_due, credit_total, line_count, state, mark_state"
    " FROM rm_order ORDER BY number",
    "SELECT o.number, l.line_no, l.line_type, l.sku, l.quantity, l.amount,"
    " l.credit_amount FROM rm_lineitems l"
    " JOIN rm_order o ON o.id = l.order_id ORDER BY 1, 2",
    "SELECT o.number, a.kind, a.city FROM rm_address a"
    " JOIN rm_order o ON o.id = a.order_id ORDER BY 1, 2",
    "SELECT platform_order_id, outcome, code FROM rm_order_seen"
    " ORDER BY platform_order_id",
    "SELECT number, code, status FROM rm_error_orders ORDER BY number",
)


class OrderScenario(Scenario):
    """
    Each order once, judged from the shop's own ledger, by `orderbridge verify`,
    and by the rows that a run without any fault leaves.
    """

    name = "orders"

    def __init__(self, place: Place):
        super().__init__(place)
        self.seed = f"{place.database.name}_seed"

    def prepare(self) -> None:
        place = self.place
        self.process, port = start_sandbox(place.home)
        self.box = Sandbox(port)
        work = place.home / "installation"
        work.mkdir()
        self.ob = Installation(work, place.database, self.box)
        self.reset_shop()
        self.ob.set_up()
        self.keep_tables()
        self.connection = pymysql.connect(
            unix_socket=place.server.socket,
            user="root",
            database=place.database.name,
            autocommit=True,
            client_flag=pymysql.constants.CLIENT.MULTI_STATEMENTS,
        )
        self.reference = self.run_reference()

    def keep_tables(self) -> None:
        """A copy of all rows as they are before the first run."""
        server, name = self.place.server, self.place.database.name
        self.tables = [table for (table,) in self.place.database.run("SHOW TABLES")]
        server.run(f"CREATE DATABASE {self.seed}")
        for table in self.tables:
            kept = f"{self.seed}.{table}"
            server.run(f"CREATE TABLE {kept} LIKE {name}.{table}")
            server.run(f"INSERT INTO {kept} SELECT * FROM {name}.{table}")

    def close(self) -> None:
        self.connection.close()
        self.place.server.run(f"DROP DATABASE {self.seed}")
        self.process.terminate()
        self.process.wait()

    def reset(self) -> None:
        text = "SET foreign_key_checks = 0;"
        for table in self.tables:
            text += f"DELETE FROM {table};"
            text += f"INSERT INTO {table} SELECT * FROM {self.seed}.{table};"
        with self.connection.cursor() as cursor:
            cursor.execute(text)
            while cursor.nextset():
                pass
        self.reset_shop()
        self.make_due()

    def reset_shop(self) -> None:
        """Its orders are as old as they are at this moment, whatever the day."""
        self.set_clock(NOW)
        self.box.control("POST", "/_reset", {"seed": 1, "orders": ORDERS})

    def set_clock(self, now: datetime.datetime) -> None:
        self.now = now
        self.ob.set_clock(f"{now:%Y-%m-%dT%H:%M:%SZ}", rate=1)

    def between(self) -> None:
        # Past the first wait of what failed.
        self.set_clock(self.now + datetime.timedelta(minutes=2))
        self.make_due()

    def make_due(self) -> None:
        self.place.database.run(
            "UPDATE rm_schedule SET next_run_at = '2020-01-01'"
            " WHERE kind = 'order_sync'"
        )

    def command(self) -> list[str]:
        return [str(BUILD / "orderbridge"), "cron"]

    def environment(self) -> dict[str, str]:
        own = self.ob.variables()
        return {k: v for k, v in own.items() if os.environ.get(k) != v}

    def picture(self) -> list[Any]:
        return [self.place.database.run(statement) for statement in PICTURE]

    def run_reference(self) -> list[Any]:
        """What an undisturbed run, and another after it, leave."""
        self.reset()
        self.ob.must("cron")
        self.between()
        self.ob.must("cron")
        return self.picture()

    def check(self, kills: int) -> None:
        must(self.picture() == self.reference, "other rows than without a fault")
        orders = self.ob.state()["orders"]
        stored = {n for n, order in orders.items() if order["outcome"] == "stored"}
        unmarked = [n for n in stored if not orders[n]["marked"]]
        must(not unmarked, "not marked:", sorted(unmarked)[:3])
        wrong = set(self.ob.marks()) - stored
        must(not wrong, "marked without being stored:", sorted(wrong)[:3])
        done = self.ob.ob("verify", "--upstream")
        must(done.status == 0, done.out, done.err)
