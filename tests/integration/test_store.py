"""Orders in the database: stored, changed, failed, marked and listed."""

import hashlib
import json
import os
import time
from decimal import Decimal
from typing import Any, Iterator

import pytest
from conftest import Database, MariaDb
from store import Store, explain, statement

REQUIREMENT_QUERIES = (
    "SELECT name, order_last_run,\n"
    "TIMESTAMPDIFF(MINUTE, order_last_run, NOW()) as minutes_ago\n"
    "FROM rm_sites\n"
    "WHERE is_active = 1 AND orders_sync = 1;",
    "SELECT COUNT(*) as pending\nFROM rm_order\nWHERE imported = 0;",
)


@pytest.fixture
def store(database: Database) -> Store:
    """Two sites: bgm (id 1) and eu (id 2)."""
    made = Store(database)
    made.must("site_add", code="bgm", prefix="BGM")
    made.must("site_add", code="eu", prefix="EU")
    return made


def order(number: int, **other: Any) -> dict[str, Any]:
    return {"id": str(number), "number": f"BGM-{number}", **other}


def test_a_hundred_orders_go_in_as_a_whole(store: Store) -> None:
    fates = store.fates(*[order(n) for n in range(1, 101)])
    assert fates == ["stored"] * 100
    assert store.count("rm_order") == 100
    assert store.count("rm_address") == 200
    assert store.count("rm_lineitems") == 300
    assert store.count("rm_order_payload", "revision = 1") == 100
    assert store.count("rm_order_seen", "outcome = 'stored'") == 100
    assert store.count("rm_order_event", "step = 'result'") == 100
    where = (
        "fully_import_from_website = 1 AND imported = 0 AND verified = 0 AND"
        " state = 'stored' AND mark_state = 'pending' AND bc_state = 'pending'"
        " AND revision = 1 AND line_count = 3 AND proof_ok = 1"
    )
    assert store.count("rm_order", where) == 100
    # the id of the order is that of the row that was met
    joined = "rm_order o JOIN rm_order_seen s ON s.id = o.id AND s.number = o.number"
    assert store.count(joined) == 100


def test_the_statements_do_not_grow_with_the_orders(store: Store) -> None:
    def statements(*orders: dict[str, Any]) -> int:
        status = "SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'"
        before = int(store.database.run(status)[0][1])
        assert set(store.fates(*orders)) == {"stored"}
        return int(store.database.run(status)[0][1]) - before

    assert statements(order(1)) == statements(*[order(n) for n in range(2, 102)])


def test_the_same_orders_again_write_nothing_new(store: Store) -> None:
    orders = [order(n) for n in range(1, 11)]
    store.fates(*orders)
    before = store.row_counts()
    kept = store.database.run("SELECT * FROM rm_order ORDER BY id")
    # our own mark moves the shop's moment and the bytes, not the content
    again = [dict(o, later=60000, body='{"a": 1}') for o in orders]
    assert store.fates(*again) == ["unchanged"] * 10
    assert store.row_counts() == before
    assert store.database.run("SELECT * FROM rm_order ORDER BY id") == kept


def test_each_step_has_its_event(store: Store) -> None:
    store.must("store", orders=[order(1, lost_row=True)], operation=77)
    events = store.rows("events", id=store.must("find", word="BGM-1")["id"])
    assert [(e["step"], e["outcome"]) for e in events] == [
        ("fetch", "ok"),
        ("normalise", "ok"),
        ("verify", "ok"),
        ("store", "warn"),
        ("store", "stored"),
        ("result", "stored"),
    ]
    assert {e["operation_id"] for e in events} == {"77"}


def test_a_change_before_the_export_rewrites_the_rows(store: Store) -> None:
    store.fates(order(1), order(2))
    store.database.run("UPDATE rm_order SET mark_state = 'done'")
    changed = order(1, city="San Diego", amount="25.00", body='{"v": 2}')
    assert store.fates(changed, order(2)) == ["updated", "unchanged"]
    head = store.rows("order", id=1)[0]
    assert (head["bill_city"], head["total_due"]) == ("San Diego", "38.0000")
    assert (head["revision"], head["version"]) == ("2", "1")
    assert head["mark_state"] == "done"
    lines = store.rows("lines", id=1)
    assert [line["amount"] for line in lines] == ["25.0000", "10.0000", "3.0000"]
    assert [a["city"] for a in store.rows("addresses", id=1)] == ["San Diego"] * 2
    # both revisions stay
    assert store.must("payload", id=1, revision=1)["body"] == "{}"
    newest = store.must("payload", id=1)
    assert (newest["body"], newest["revision"]) == ('{"v": 2}', 2)
    assert store.count("rm_lineitems") == 6


@pytest.mark.parametrize("bc", ["sending", "unknown", "sent", "held", "skipped"])
def test_a_change_after_sending_is_told_once_and_rewrites_nothing(
    store: Store, bc: str
) -> None:
    store.fates(order(1))
    store.database.run("UPDATE rm_order SET bc_state = %s", bc)
    changed = order(1, city="San Diego")
    assert store.fates(changed) == ["flagged"]
    head = store.rows("order", id=1)[0]
    assert (head["bill_city"], head["changed_upstream"]) == ("Los Angeles", "1")
    events = store.count("rm_order_event", "step = 'compare'")
    assert store.fates(changed) == ["unchanged"]
    assert store.count("rm_order_event", "step = 'compare'") == events == 1
    assert store.fates(order(1, city="Fresno")) == ["flagged"]


def test_an_order_whose_export_failed_is_taken_over_anew(store: Store) -> None:
    store.fates(order(1))
    store.database.run("UPDATE rm_order SET bc_state = 'error'")
    assert store.fates(order(1, city="San Diego")) == ["updated"]
    assert store.one("SELECT bc_state FROM rm_order") == "pending"


def test_refunded_before_the_first_fetch_it_never_goes_out(store: Store) -> None:
    store.fates(order(1, cancelled=True))
    head = store.database.run("SELECT state, bc_state, imported FROM rm_order")
    assert head == [("cancelled", "cancelled", 2)]
    assert store.one("SELECT outcome FROM rm_order_seen") == "cancelled"
    assert store.count("rm_lineitems", "imported = 2") == 3
    assert store.database.run(REQUIREMENT_QUERIES[1]) == [(0,)]
    assert store.fates(order(1, cancelled=True)) == ["unchanged"]


def test_cancelled_before_its_export_it_never_goes_out(store: Store) -> None:
    store.fates(order(1), order(2))
    told = store.must("store", orders=[order(1, cancelled=True)])["orders"][0]
    assert told["cancelled"]
    head = "SELECT state, bc_state, imported FROM rm_order ORDER BY id"
    assert store.database.run(head) == [
        ("cancelled", "cancelled", 2),
        ("stored", "pending", 0),
    ]
    assert store.count("rm_lineitems", "order_id = 1 AND imported = 2") == 3
    assert store.fates(order(1, cancelled=True)) == ["unchanged"]
    # changed and cancelled at once
    told = store.must("store", orders=[order(2, cancelled=True, city="Fresno")])
    assert (told["orders"][0]["fate"], told["orders"][0]["cancelled"]) == (
        "updated",
        True,
    )
    assert store.database.run(head)[1] == ("cancelled", "cancelled", 2)


def test_cancelled_after_its_export_a_person_decides(store: Store) -> None:
    store.fates(order(1))
    store.database.run("UPDATE rm_order SET bc_state = 'sent', imported = 1")
    assert store.fates(order(1, cancelled=True)) == ["flagged"]
    head = store.database.run(
        "SELECT state, bc_state, imported, changed_upstream FROM rm_order"
    )
    assert head == [("stored", "sent", 1, 1)]
    assert store.fates(order(1, cancelled=True)) == ["unchanged"]


def test_of_one_number_the_stored_order_keeps_it(store: Store) -> None:
    store.fates(order(1))
    other = {"id": "99", "number": "BGM-1"}
    told = store.must("store", orders=[order(2), other], site=1)["orders"]
    assert [o["fate"] for o in told] == ["stored", "number_taken"]
    assert told[1]["holder"] == "order 1 of site bgm"
    # the same on another site, where the platform's id is even equal
    told = store.must("store", orders=[order(1)], site=2)["orders"]
    assert told[0]["fate"] == "number_taken"
    assert store.count("rm_order") == 2
    assert store.count("rm_order_seen") == 2


def test_of_one_number_in_a_page_the_earlier_modified_keeps_it(store: Store) -> None:
    late = {"id": "5", "number": "BGM-1", "later": 1000}
    early = {"id": "6", "number": "BGM-1"}
    assert store.fates(late, early) == ["number_taken", "stored"]
    assert store.one("SELECT platform_order_id FROM rm_order") == "6"


def test_a_number_is_found_at_the_order_that_holds_it(store: Store) -> None:
    failed = {"id": "98", "number": "BGM-1", "fault": "ob_number"}
    store.must("fail", orders=[failed])
    store.fates(order(1))
    assert store.must("find", word="BGM-1")["id"] == 2
    assert store.must("find", word="1")["id"] == 1
    told = store.call("find", word="BGM-7")
    assert (told["class"], told["error"]) == ("missing", 'no order "BGM-7"')


def test_one_order_that_the_database_refuses_leaves_nothing_behind(
    store: Store,
) -> None:
    before = store.row_counts()
    told = store.call("store", orders=[order(1), order(2, bad_country=True)])
    assert told["class"] == "input", told
    assert "'country'" in told["error"]
    assert store.row_counts() == before
    assert store.fates(order(1)) == ["stored"]


def test_amounts_are_exact_to_the_last_digit(store: Store) -> None:
    largest = "922337203685477.5807"
    store.fates(
        order(1, unit_price=largest, quantity="0.00001", tax_total="-0.0001"),
    )
    line = store.database.run(
        "SELECT unit_price, quantity FROM rm_lineitems WHERE line_no = 1"
    )
    assert line == [(Decimal(largest), Decimal("0.00001"))]
    assert store.one("SELECT tax_total FROM rm_order") == Decimal("-0.0001")


def test_more_lines_than_one_statement_takes(store: Store) -> None:
    # 5,000 lines is the most that an order has, 2,000 go in one statement
    orders = [order(n, more_lines=2400) for n in (1, 2)]
    assert store.fates(*orders) == ["stored", "stored"]
    assert store.count("rm_lineitems") == 2 * 2403


def test_a_payload_keeps_its_bytes(store: Store) -> None:
    body = json.dumps({"text": "Äöü \u2603 '\"\\", "filler": "x" * 100000})
    store.fates(order(1, body=body))
    assert store.must("payload", id=1)["body"] == body
    kept = store.one("SELECT HEX(body_hash) FROM rm_order_payload")
    assert kept.lower() == hashlib.sha256(body.encode()).hexdigest()
    told = store.call("payload", id=1, revision=2)
    assert (told["class"], told["error"]) == (
        "missing",
        "order 1 has no such payload",
    )


# ---- what is not stored


def test_a_failed_order_has_one_row_however_often_it_fails(store: Store) -> None:
    bad = order(1, fault="ob_sku_unknown", sku="BLK-XL", second_fault=True)
    store.must("fail", orders=[bad, order(2, fault="ob_sku_unknown", sku="BLK-XL")])
    store.must("fail", orders=[dict(bad, message="still not")])
    rows = store.listed("error-orders", status="open")
    assert [(r["number"], r["count"]) for r in rows] == [("BGM-2", "1"), ("BGM-1", "2")]
    first = rows[1]
    assert (first["stage"], first["code"], first["sku"]) == (
        "verify",
        "ob_sku_unknown",
        "BLK-XL",
    )
    assert (first["message"], first["total"], first["currency"]) == (
        "still not",
        "33.0000",
        "USD",
    )
    detail = json.loads(store.one("SELECT detail FROM rm_error_orders LIMIT 1"))
    assert detail == [
        {
            "stage": "credit",
            "code": "ob_credit_exceeds",
            "field": "",
            "message": "the credit is more than the sum",
        }
    ]
    assert store.count("rm_order") == 0
    assert store.count("rm_order_payload") == 2
    assert store.count("rm_order_seen", "outcome = 'error'") == 2


def test_one_cause_is_one_card(store: Store) -> None:
    bad = [order(n, fault="ob_sku_unknown", sku="BLK-XL") for n in range(1, 301)]
    store.must("fail", orders=bad)
    fields = [
        order(400 + n, fault="ob_addr_city", field=f"lines[{n}].city") for n in (1, 2)
    ]
    store.must("fail", orders=fields)
    store.must("fail", orders=[order(500, fault="ob_sku_unknown", sku="B")], site=2)
    store.database.run("UPDATE rm_error_orders SET currency = 'EUR' WHERE id = 7")
    causes = store.listed("error-orders", group="cause")
    assert [(c["code"], c["sku"], c["orders"]) for c in causes] == [
        ("ob_sku_unknown", "BLK-XL", "300"),
        ("ob_addr_city", None, "2"),
        ("ob_sku_unknown", "B", "1"),
    ]
    assert causes[0]["value"] == '{"EUR":"33.00","USD":"9867.00"}'
    assert [c["sites"] for c in causes] == ['["bgm"]', '["bgm"]', '["eu"]']
    only = store.listed("error-orders", group="cause", site="eu")
    assert [c["orders"] for c in only] == ["1"]


def test_storing_it_mends_the_error(store: Store) -> None:
    store.must("fail", orders=[order(1, fault="ob_sku_unknown", sku="X")])
    assert store.fates(order(1)) == ["stored"]
    assert store.one("SELECT status FROM rm_error_orders") == "fixed"
    assert store.one("SELECT outcome FROM rm_order_seen") == "stored"
    assert store.must("find", word="BGM-1")["id"] == 1  # as it was met first
    # and failing again opens it again
    store.must("fail", orders=[order(1, fault="ob_sku_unknown", sku="X")])
    assert store.one("SELECT status FROM rm_error_orders") == "open"


def test_stored_is_never_taken_back(store: Store) -> None:
    store.fates(order(1))
    store.must("wait", orders=[order(1, fault="ob_bc_down")])
    store.must("fail", orders=[order(1, fault="ob_sku_unknown")])
    store.must("skip", orders=[order(1, code="skipped_test")])
    assert store.one("SELECT outcome FROM rm_order_seen") == "stored"
    assert store.count("rm_order") == 1


def test_a_person_handles_an_error_once(store: Store) -> None:
    store.must("fail", orders=[order(1, fault="ob_sku_unknown")])
    store.must("handle", id=1, reason="typed in by hand", by="maria")
    row = store.listed("error-orders", status="handled")[0]
    assert (row["handled_by"], row["resolution"]) == ("maria", "typed in by hand")
    event = store.rows("events", id=1)[-1]
    assert (event["step"], event["actor"], event["message"]) == (
        "person",
        "maria",
        "typed in by hand",
    )
    told = store.call("handle", id=1)
    assert (told["class"], told["error"]) == (
        "conflict",
        "the error of order 1 is handled already",
    )
    told = store.call("handle", id=9)
    assert (told["class"], told["error"]) == ("missing", "order 9 has no error")


def test_errors_are_listed_by_site_code_and_page(store: Store) -> None:
    for n in range(1, 6):
        store.must("fail", orders=[order(n, fault="ob_sku_unknown", sku="A")])
    store.must("fail", orders=[order(9, fault="ob_json")], site=2)
    assert len(store.listed("error-orders", status="open")) == 6
    assert len(store.listed("error-orders", site="eu")) == 1
    assert len(store.listed("error-orders", code="ob_json")) == 1
    told = store.must(
        "entity", entity="error-orders", params={"status": "open", "per_page": "4"}
    )
    assert told["pages"] == [4, 2]
    assert sorted(int(r["id"]) for r in told["rows"]) == [1, 2, 3, 4, 5, 6]


def test_what_is_known_of_a_page_is_one_question(store: Store) -> None:
    store.fates(order(1), order(2))
    store.must("fail", orders=[order(3, fault="ob_sku_unknown")])
    store.must("wait", orders=[order(4, fault="ob_sku_wait", sku="A")])
    store.must("skip", orders=[order(5, code="skipped_test")])
    store.must("skip", orders=[order(6, code="gone")])
    store.database.run("UPDATE rm_order SET bc_state = 'sending' WHERE id = 2")
    seen = store.must("seen", ids=["1", "2", "3", "4", "5", "6", "7", "1 "])["seen"]
    assert [s["outcome"] for s in seen] == [
        *("stored", "stored", "error", "soft", "skipped", "gone", "", ""),
    ]
    assert [s["exported"] for s in seen][:3] == [False, True, False]
    met = dict(store.database.run("SELECT platform_order_id, id FROM rm_order_seen"))
    assert [s["id"] for s in seen] == [*(met[str(n)] for n in range(1, 7)), 0, 0]
    assert (seen[0]["state"], seen[0]["mark_state"]) == ("stored", "pending")
    assert seen[2]["error"] == "open"
    assert store.must("seen", ids=["1"], site=2)["seen"][0]["id"] == 0


def test_waiting_for_the_same_reason_is_told_once(store: Store) -> None:
    wait = order(1, fault="ob_sku_wait", sku="A")
    for _ in range(3):
        store.must("wait", orders=[wait])
    told = "SELECT step, code FROM rm_order_event ORDER BY id"
    first = [("verify", "ob_sku_wait"), ("result", "ob_sku_wait")]
    assert store.database.run(told) == first
    store.must("wait", orders=[order(1, fault="ob_bc_down")])
    assert store.database.run(told)[2:] == [
        ("verify", "ob_bc_down"),
        ("result", "ob_bc_down"),
    ]
    assert store.count("rm_order_payload") == 1


def test_gone_from_the_shop_it_is_not_exported(store: Store) -> None:
    store.fates(order(1), order(2))
    store.database.run("UPDATE rm_order SET bc_state = 'sent' WHERE id = 2")
    store.must("skip", orders=[order(n, code="gone") for n in (1, 2)])
    found = store.database.run("SELECT state, bc_state, imported FROM rm_order")
    assert found == [("cancelled", "cancelled", 2), ("stored", "sent", 0)]


# ---- marks


def test_marks_are_asked_for_oldest_first_and_kept(store: Store) -> None:
    store.fates(*[order(n) for n in range(1, 7)])
    store.must("store", orders=[{"id": "1", "number": "EU-1"}], site=2)
    store.database.run("UPDATE rm_order SET order_date = order_date - INTERVAL id DAY")
    told = store.must("to_mark", room=6)
    assert told["numbers"] == [f"BGM-{n}" for n in range(6, 0, -1)]
    store.must("mark", id=6, state="done")
    store.must("mark", id=5, state="superseded", message="somebody shipped it")
    store.must("mark", id=4, state="failed", message="403")
    store.must("mark", id=3, state="cancelled", message="404")
    assert store.must("to_mark")["numbers"] == ["BGM-2", "BGM-1"]
    found = store.database.run(
        "SELECT id, mark_state, marked_at IS NOT NULL, state FROM rm_order"
        " WHERE id IN (3, 4, 5, 6) ORDER BY id"
    )
    assert found == [
        (3, "superseded", 0, "cancelled"),
        (4, "failed", 0, "stored"),
        (5, "superseded", 0, "stored"),
        (6, "done", 1, "stored"),
    ]
    store.must("unmark", id="6")
    assert store.must("to_mark")["numbers"][0] == "BGM-6"


def test_waiting_orders_are_counted_up_to_the_limit(store: Store) -> None:
    store.fates(*[order(n) for n in range(1, 6)])
    assert store.must("waiting", limit=3)["count"] == 3
    assert store.must("waiting", limit=100)["count"] == 5


# ---- lists

LISTS: list[tuple[dict[str, str], str, str]] = [
    ({}, "rm_order", "1 = 1"),
    ({"view": "waiting"}, "rm_order", "imported = 0"),
    ({"view": "exported"}, "rm_order", "imported = 1"),
    ({"state": "stored"}, "rm_order", "state = 'stored'"),
    ({"state": "cancelled"}, "rm_order", "state = 'cancelled'"),
    ({"state": "fulfilled"}, "rm_order", "state = 'fulfilled'"),
    ({"state": "delivered"}, "rm_order", "state = 'delivered'"),
    ({"view": "unmarked"}, "rm_order", "mark_state IN ('pending', 'failed')"),
    ({"mark_state": "failed"}, "rm_order", "mark_state = 'failed'"),
    ({"view": "held"}, "rm_order", "bc_state = 'held'"),
    ({"view": "changed"}, "rm_order", "changed_upstream = 1"),
    ({"view": "soft"}, "rm_order_seen", "outcome = 'soft'"),
    ({"view": "error"}, "rm_order_seen", "outcome = 'error'"),
    ({"view": "skipped"}, "rm_order_seen", "outcome = 'skipped'"),
]


@pytest.fixture(scope="module")
def many(server: MariaDb) -> Iterator[Store]:
    """40,000 orders that were never really stored; do not change them.

    Nine of ten share a state, as in a real shop: that is where the server
    would rather read them all than a range.
    """
    name = f"test_{os.getpid()}_{time.monotonic_ns()}"
    server.run(f"CREATE DATABASE {name}")
    made = Store(Database(server, name))
    made.database.migrate()
    for code in ("bgm", "eu"):
        made.must("site_add", code=code)
    made.fates(order(1))
    fill(made.database)
    yield made
    server.run(f"DROP DATABASE {name}")


def fill(database: Database) -> None:
    def mostly(usual: str, *others: str) -> str:
        other = ", ".join(f"'{word}'" for word in others)
        return (
            f"IF(s.id % 10, '{usual}', ELT(1 + s.id DIV 10 % {len(others)}, {other}))"
        )

    outcome = mostly("soft", "stored", "error", "skipped", "gone").replace(
        "s.id", "seq"
    )
    database.run(
        "INSERT INTO rm_order_seen (site_id, platform_order_id, number, outcome,"
        " order_date, first_at, last_at)"
        f" SELECT IF(seq % 10, 1, 2), CONCAT('x', seq), CONCAT('X-', seq), {outcome},"
        "  '2026-01-01' + INTERVAL seq * 61 DIV 7 SECOND, NOW(3), NOW(3)"
        " FROM seq_1_to_40000"
    )
    change = {
        "id": "s.id",
        "site_id": "s.site_id",
        "platform_order_id": "s.platform_order_id",
        "number": "s.number",
        "order_date": "s.order_date",
        "state": mostly("stored", "cancelled", "fulfilled", "delivered"),
        "mark_state": mostly("pending", "failed", "done"),
        "bc_state": mostly("held", "sent", "pending"),
        "imported": "s.id % 10 = 0",
        "changed_upstream": "s.id % 10 <> 0",
    }
    columns = [row[0] for row in database.run("SHOW COLUMNS FROM rm_order")]
    values = ", ".join(change.get(c, f"o.{c}") for c in columns)
    database.run(
        f"INSERT INTO rm_order SELECT {values} FROM rm_order_seen s"
        " JOIN rm_order o ON o.id = 1 WHERE s.id <> 1"
    )
    database.run("ANALYZE TABLE rm_order, rm_order_seen")


def ids(store: Store, where: str, table: str) -> list[int]:
    found = store.database.run(
        f"SELECT id FROM {table} WHERE {where} ORDER BY order_date DESC, id DESC"
    )
    return [row[0] for row in found]


@pytest.mark.parametrize("params, table, where", LISTS)
def test_a_deep_page_costs_no_more_than_the_first(
    many: Store, params: dict[str, str], table: str, where: str
) -> None:
    wanted = ids(many, where, table)
    assert len(wanted) > 600
    reads = "SHOW GLOBAL STATUS WHERE Variable_name LIKE 'Handler_read%'"
    before = {name: int(value) for name, value in many.database.run(reads)}
    per_page = len(wanted) // 40
    asked = {**params, "per_page": str(per_page)}
    told = many.must("entity", entity="orders", params=asked)
    after = {name: int(value) for name, value in many.database.run(reads)}
    assert [int(r["id"]) for r in told["rows"]] == wanted
    assert len(told["pages"]) >= 40 and set(told["pages"][:-1]) == {per_page}
    # each row, its site and its error; of two states the keys are merged first
    rows = sum(after[name] - before[name] for name in after)
    assert rows < 12 * len(wanted), {n: after[n] - before[n] for n in after}


@pytest.mark.parametrize("params, table, where", LISTS[:2] + LISTS[-2:])
def test_a_list_takes_one_site_and_a_first_day(
    many: Store, params: dict[str, str], table: str, where: str
) -> None:
    wanted = ids(many, f"{where} AND site_id = 2 AND order_date >= '2026-01-02'", table)
    found = many.listed("orders", **params, site="eu", order_date="2026-01-02..")
    assert [int(r["id"]) for r in found] == wanted
    assert {r["site"] for r in found} <= {"eu"}


def test_a_view_that_does_not_exist_is_named(store: Store) -> None:
    told = store.call("entity", entity="orders", params={"view": "lost"})
    assert told["class"] == "input"
    assert told["error"].startswith("view: is not known; there are: all, waiting,")


def test_an_order_that_was_never_stored_has_a_page_too(store: Store) -> None:
    store.must("fail", orders=[order(1, fault="ob_sku_unknown")])
    head = store.rows("order", id=1)[0]
    assert (head["number"], head["outcome"], head["stored_at"]) == (
        "BGM-1",
        "error",
        None,
    )
    assert head["total_due"] == "33.0000"
    told = store.call("list", what="order", id=9)
    assert (told["class"], told["error"]) == ("missing", "no order 9")


# ---- what the requirement asks of the tables


def test_the_monitoring_queries_run_word_for_word(store: Store) -> None:
    store.fates(order(1), order(2), order(3, cancelled=True))
    store.must("site", code="bgm", how="synced")
    store.must("site", code="eu", how="disable")
    sites, pending = REQUIREMENT_QUERIES
    ((name, last_run, minutes),) = store.database.run(sites)
    assert (name, minutes) == ("A", 0)
    assert last_run is not None
    assert store.database.run(pending) == [(2,)]
    plan = store.database.run("EXPLAIN " + pending)
    assert "Using index" in plan[0][-1], plan


@pytest.mark.parametrize(
    "name, keys",
    [
        ("order_seen_match", {"s": "uq_rm_order_seen_site_id_platform_order_id"}),
        ("order_existing", {"o": "PRIMARY"}),
        ("order_number_holders", {"o": "uq_rm_order_number"}),
        ("order_payload_latest", {"p": "uq_rm_order_payload_order_id_revision"}),
    ],
)
def test_lookups_go_by_key(many: Store, name: str, keys: dict[str, str]) -> None:
    text = statement("order", name)
    plan = explain(many.database, text, '["1", "2"]', 1)
    found = {row["table"]: row["key"] for row in plan}
    assert {table: found[table] for table in keys} == keys, plan
