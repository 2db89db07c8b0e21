"""`verify` finds what it is there to find: each breach is planted once."""

from __future__ import annotations

import pytest
from installation import Installation

CALL = (
    "INSERT INTO rm_log (at, level, kind, operation_id, message) VALUES"
    " ('2026-11-22 19:00:01', 'debug', 'call', 1, 'GET https://shop')"
)
BREACHES = [
    ("I1", "UPDATE rm_order SET platform_order_id = 'other' LIMIT 1"),
    ("I1", "UPDATE rm_order_seen SET outcome = 'stored' WHERE outcome = 'error'"),
    ("I1", "DELETE FROM rm_job WHERE kind = 'order_retry'"),
    ("I3", "DELETE FROM rm_address LIMIT 1"),
    ("I3", "UPDATE rm_lineitems SET line_type = 6 WHERE line_type = 1"),
    ("I3", "UPDATE rm_lineitems SET amount = amount + 0.01 WHERE line_no = 1"),
    ("I3", "UPDATE rm_order SET total_due = total_due + 0.01 LIMIT 1"),
    ("I5", "UPDATE rm_order SET marked_at = stored_at - INTERVAL 1 SECOND LIMIT 1"),
    ("I6", "UPDATE rm_job SET state = 'leased', owner = '' LIMIT 1"),
    ("I6", "UPDATE rm_job SET open_key = REPEAT('k', 32) WHERE state = 'done' LIMIT 1"),
    ("I8", CALL),
    ("I9", "UPDATE rm_operation SET state = 'in_progress' LIMIT 1"),
    ("I10", "INSERT INTO rm_log (at, level, kind, message) SELECT NOW(), 'info',"
     " 'line', 'sandbox~Secret.with+chars/&=%%20'"),
    ("I12", "INSERT INTO rm_log (at, level, kind, message, detail) VALUES (NOW(),"
     " 'info', 'system', 'worker ended', '{\"rss_kib\": 40000}')"),
]  # fmt: skip


@pytest.fixture
def synced(demo: Installation) -> Installation:
    done = demo.ob("cron", "run", "order_sync:demo")
    assert done.status == 1, done.err
    demo.verify()
    return demo


@pytest.mark.parametrize("breach", BREACHES, ids=lambda b: f"{b[0]}-{b[1][:40]}")
def test_verify_finds_a_planted_breach(
    synced: Installation, breach: tuple[str, str]
) -> None:
    invariant, statement = breach
    with synced.database.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET foreign_key_checks = 0")
        cursor.execute(statement.replace("%%", "%"))
    done = synced.ob("verify", "--format=csv")
    failed = {row.split(",")[0] for row in done.out.splitlines() if ",FAIL," in row}
    assert done.status == 1
    assert invariant in failed, done.out


def test_verify_finds_an_order_that_only_the_shop_shows_as_exported(
    synced: Installation,
) -> None:
    number = next(iter(synced.marks()))
    with synced.database.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET foreign_key_checks = 0")
        for table in ("rm_order_seen", "rm_order"):
            cursor.execute(
                f"DELETE FROM {table} WHERE platform_order_id = %s", (number,)
            )
    done = synced.ob("verify", "--upstream", "--format=csv")
    assert done.status == 1
    assert any(r.startswith("I2,FAIL") for r in done.out.splitlines()), done.out


def test_a_retry_that_died_is_no_breach_and_wakes_when_its_order_changes(
    synced: Installation,
) -> None:
    where = "WHERE kind = 'order_retry'"
    synced.database.run(
        "UPDATE rm_job SET state = 'leased', owner = 'a:process:that:is:gone',"
        f" fence = 1, until_at = '2020-01-01', attempts = max_attempts - 1 {where}"
    )
    synced.must("cron")
    state = f"SELECT state FROM rm_job {where}"
    assert synced.one(state) == "dead"
    synced.verify()
    order = synced.one(f"SELECT ref FROM rm_job {where}")
    fields = {"customer_note": "to the back door, please"}
    synced.box.control("PATCH", f"/_shops/demo/orders/{order}", fields)
    assert synced.ob("order", "sync", "--site=demo").status == 1
    assert synced.one(state) == "ready"
    synced.verify()


def test_every_call_of_an_operation_is_noted_without_its_query(
    synced: Installation,
) -> None:
    calls = synced.database.run(
        "SELECT message, status FROM rm_log WHERE kind = 'call' ORDER BY id"
    )
    assert len(calls) >= 4
    assert all("?" not in message for message, _ in calls)
    assert any("/orders/batch" in message for message, _ in calls)
