"""The queue itself, with work that leaves nothing but a line in a file."""

from __future__ import annotations

import datetime

from queue_driver import TUESDAY, Clock, Queue
from scenario import BUILD, Scenario, must

ITEMS, REFS = 3, ("r1", "r2")
EMPTIED = ("rm_job", "rm_operation", "rm_log", "rm_lease", "rm_schedule")
SCOPE = f'{{"items":{ITEMS}}}'
DUE = datetime.datetime(2026, 11, 24, 11, 30)


class QueueScenario(Scenario):
    """
    One cron: a schedule that is due becomes an operation of three items, and
    two jobs wait beside it. Each leaves its line once, however often it died.
    """

    name = "queue"

    def prepare(self) -> None:
        place = self.place
        place.database.migrate()
        self.clock = Clock(place.home / "clock")
        self.queue = Queue(
            BUILD / "tests" / "support" / "queue_probe",
            place.server.socket,
            place.database.name,
            place.home,
            self.clock,
        )
        self.connection = place.database.connect()

    def close(self) -> None:
        self.connection.close()

    def sql(self, statement: str, *values: object) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())

    def reset(self) -> None:
        self.clock.set(TUESDAY)
        for name in ("ledger", "log"):
            (self.place.home / name).unlink(missing_ok=True)
        for table in EMPTIED:
            self.sql(f"DELETE FROM {table}")
        self.sql(
            "INSERT INTO rm_schedule (name, kind, is_enabled, frequency,"
            " start_at, next_run_at, params)"
            " VALUES ('sweep', 'append', 1, 'hourly', %s, %s, %s)",
            DUE,
            DUE,
            SCOPE,
        )
        self.sql(
            "INSERT INTO rm_operation (kind, state, source)"
            " VALUES ('quiet', 'completed', 'cli')"
        )
        for ref in REFS:
            self.sql(
                "INSERT INTO rm_job (operation_id, kind, ref, run_after)"
                " SELECT id, 'once', %s, %s FROM rm_operation",
                ref,
                DUE,
            )

    def command(self) -> list[str]:
        return [str(self.queue.probe), "cron"]

    def environment(self) -> dict[str, str]:
        return self.queue.environment

    def between(self) -> None:
        # Past the first wait; the schedule, due at 12:30, is not due again.
        self.clock.forward(seconds=61)

    def check(self, kills: int) -> None:
        operations = self.sql(
            "SELECT id, state, failed_count FROM rm_operation WHERE kind = 'append'"
        )
        must(len(operations) == 1, "operations:", operations)
        number, state, failed = operations[0]
        must(state == "completed", "operation is", state)
        self.check_ledger(number, failed, kills)
        jobs = self.sql("SELECT id, kind, state FROM rm_job WHERE state <> 'done'")
        must(not jobs, "jobs are left:", jobs)
        must(
            self.sql("SELECT next_run_at FROM rm_schedule")
            == [(datetime.datetime(2026, 11, 24, 12, 30),)],
            "the schedule stands wrong",
        )
        runs = self.sql("SELECT level, status FROM rm_log WHERE kind = 'run'")
        level = "warn" if failed else "info"
        must(runs == [(level, "completed")], "rows of the run:", runs)
        errors = self.sql("SELECT message FROM rm_log WHERE level = 'error'")
        must(not errors, "errors:", errors)

    def check_ledger(self, number: int, failed: int, kills: int) -> None:
        ledger = self.queue.ledger()
        wanted = {*REFS, *(f"{number}:{item}" for item in range(1, ITEMS + 1))}
        must(len(ledger) == len(set(ledger)), "doubled:", ledger)
        lost = wanted - set(ledger)
        # An item in hand at two deaths in a row is put aside, not lost.
        must(len(lost) == failed and failed <= kills // 2, "lost:", lost)
        must(not set(ledger) - wanted, "unknown:", ledger)
