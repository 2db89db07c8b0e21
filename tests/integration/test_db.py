"""The database layer against a real server, faults included."""

import pathlib
import select
import socket
import threading
import time

import pytest
from conftest import Database, MariaDb

DUPLICATE = "Duplicate entry 'b' for key 'uq_probe_ref' (1062, {})"


@pytest.fixture
def probe_table(empty_database: Database) -> Database:
    """A schema with the table of the probe and its rows a, b and c."""
    assert empty_database.probe("make").status == 0
    empty_database.run(
        "INSERT INTO probe (ref, number)" " VALUES ('a', 10), ('b', NULL), ('c', 30)"
    )
    empty_database.run("UPDATE probe SET number = 20 WHERE ref = 'b'")
    return empty_database


def numbers(database: Database) -> list[int]:
    return [row[0] for row in database.run("SELECT number FROM probe")]


def test_every_session_is_strict_in_utc_and_bounded(empty_database: Database):
    found = empty_database.probe("-t", "7", "session").value
    assert found["cipher"] == "none"  # a unix socket
    assert "STRICT_ALL_TABLES" in found["sql_mode"].split(",")
    assert "NO_ZERO_DATE" in found["sql_mode"].split(",")
    assert found["time_zone"] == "+00:00"
    assert found["isolation"] == "READ-COMMITTED"
    assert found["autocommit"] == "1"
    assert found["lock_wait"] == "10"
    assert found["row_wait"] == "5"
    assert found["statement_time"] == "7.000000"
    assert found["charset"] == "utf8mb4"
    assert found["collation"] == "utf8mb4_unicode_ci"


def test_amounts_times_and_null_come_back_as_they_went(
    empty_database: Database,
):
    empty_database.probe("make")
    found = empty_database.probe("decimals").value
    assert found["result"] == "ok", found
    assert found["changed"] == "12"
    assert found["warnings"] == "0"
    assert found["wrong"] == "0"
    # As a double the last digits would be lost.
    assert found["sum"] == "922337203685477.5806"


def test_texts_of_each_length_come_back_whole(probe_table: Database):
    assert probe_table.probe("lengths").value["wrong"] == "0"


def test_a_column_is_read_by_its_own_name(probe_table: Database):
    found = probe_table.probe("own").value
    assert (found["is_theirs"], found["is_its_own"]) == ("0", "1")
    assert (found["next"], found["back"]) == ("1", "1")
    assert (found["number"], found["number_again"]) == ("7", "7")
    assert (found["note"], found["unknown"]) == ("a note", "no_such")
    assert found["own.text"] == "column no_such: no such column"


def test_ten_thousand_rows_go_in_one_statement(empty_database: Database):
    empty_database.probe("make")
    before = empty_database.run("SHOW GLOBAL STATUS LIKE 'Com_insert'")
    found = empty_database.probe("many", "10000").value
    after = empty_database.run("SHOW GLOBAL STATUS LIKE 'Com_insert'")
    assert found["result"] == "ok", found
    assert found["changed"] == "10000"
    assert found["warnings"] == "0"
    assert int(found["ms"]) < 3000
    assert int(after[0][1]) - int(before[0][1]) <= 1
    whole = sum(i for i in range(10000) if i % 3)
    assert found["number_sum"] == str(whole)
    assert found["amount_sum"] == "4999.5000"
    nulls = "SELECT COUNT(*) FROM probe WHERE {} IS NULL"
    assert empty_database.one(nulls.format("number")) == 3334
    assert empty_database.one(nulls.format("quantity")) == 2000
    assert empty_database.one(nulls.format("at")) == 1
    assert empty_database.one(nulls.format("note")) == 10000
    assert empty_database.one("SELECT body FROM probe WHERE ref='m13'") == (
        b"m13\0\0\0"
    )


def test_no_rows_are_no_statement(empty_database: Database):
    empty_database.probe("make")
    found = empty_database.probe("many", "0").value
    assert found["result"] == "ok"
    assert found["row_count"] == "0"


def test_returning_gives_one_row_a_bound_row_in_order(
    empty_database: Database,
):
    empty_database.probe("make")
    found = empty_database.probe("returning")
    assert found.value["rows"] == "3"
    assert found.all("ref") == ["a", "b", "c"]
    again = empty_database.probe("returning", "upsert")
    assert again.value["result"] == "ok"
    assert again.all("id") == found.all("id")


def test_a_duplicate_within_returning_is_told_and_nothing_stays(
    empty_database: Database,
):
    empty_database.probe("make")
    empty_database.run("INSERT INTO probe (ref) VALUES ('b')")
    found = empty_database.probe("returning").value
    assert found["result"] == "conflict"
    assert found["result.text"] == DUPLICATE.format("probe_put_returning")
    assert found["result.number"] == "1062"
    assert found["result.code"] == "ob_database"
    assert empty_database.one("SELECT COUNT(*) FROM probe") == 1


def test_updates_of_many_rows_are_all_or_none(probe_table: Database):
    found = probe_table.probe("update-many", "x" * 41)
    too_long = "Data too long for column 'note' at row 1 (1406, probe_note)"
    assert found.value["alone"] == "input"
    assert found.value["alone.text"] == too_long
    assert found.value["within"] == "input"
    assert found.value["within.number"] == "1406"
    assert found.value["result"] == "ok"
    # The rest of the transaction stayed, and was committed.
    assert probe_table.run("SELECT number, note FROM probe") == [
        (11, None),
        (20, None),
        (30, None),
    ]
    found = probe_table.probe("update-many", "fits")
    assert found.value["alone"] == found.value["within"] == "ok"
    assert probe_table.run("SELECT note FROM probe") == [
        ("short",),
        ("fits",),
        ("also",),
    ]


def test_a_packet_that_the_server_would_hang_up_on_is_not_sent(
    empty_database: Database,
):
    empty_database.probe("make")
    found = empty_database.probe("too-big", str(17 << 20)).value
    assert found["put"] == "permanent"
    assert found["put.text"] == (
        "17826931 bytes in one statement, the server takes 16777216"
    )
    assert found["result"] == "ok"
    assert empty_database.probe("too-big", str(15 << 20)).value["put"] == "ok"


def test_a_lost_connection_before_commit_runs_the_work_again(
    probe_table: Database,
):
    paused = probe_table.probe_until_pause("transact", "once")
    assert probe_table.kill_connections() >= 1
    found = paused.finish().value
    assert found["transact"] == "ok"
    assert found["tries"] == "2"
    assert numbers(probe_table) == [11, 21, 30]


def test_work_that_loses_each_connection_ends_after_five_tries(
    probe_table: Database,
):
    paused = probe_table.probe_until_pause("transact", "always")
    for _ in range(4):
        probe_table.kill_connections()
        paused.go_on()
    probe_table.kill_connections()
    found = paused.finish().value
    assert found["transact"] == "temporary"
    assert found["transact.may_repeat"] == "1"
    assert found["tries"] == "5"
    assert numbers(probe_table) == [10, 20, 30]


def test_a_deadlock_runs_the_work_again(probe_table: Database):
    paused = probe_table.probe_until_pause("transact", "once")
    with probe_table.connect() as other, other.cursor() as cursor:
        # The heavier transaction wins, so that the probe's is the victim.
        cursor.execute("BEGIN")
        cursor.execute("UPDATE probe SET note = 'mine' WHERE ref = 'b'")
        for _ in range(50):
            cursor.execute("INSERT INTO probe (ref) VALUES (UUID())")
        other.query("SET innodb_lock_wait_timeout = 30")
        paused.process.stdin.write("\n")
        paused.process.stdin.flush()
        time.sleep(0.5)  # it waits for b now
        cursor.execute("UPDATE probe SET note = 'mine' WHERE ref = 'a'")
        cursor.execute("COMMIT")
    found = paused.finish().value
    assert found["transact"] == "ok"
    assert found["tries"] == "2"
    assert numbers(probe_table)[:3] == [11, 21, 30]


def test_a_part_that_fails_goes_alone_and_the_whole_with_its_parts(
    probe_table: Database,
):
    found = probe_table.probe("parts")
    assert (found.value["first"], found.value["whole"]) == ("ok", "ok")
    assert found.value["second"] == "conflict"
    assert found.value["inner.text"] == "a transaction is open already"
    assert found.all("takes_parts") == ["1", "0", "0"]
    assert numbers(probe_table) == [11, 21, 30]
    assert probe_table.probe("parts", "fail").value["whole"] != "ok"
    assert numbers(probe_table) == [11, 21, 30]


def test_a_whole_whose_commit_is_lost_runs_again_from_its_beginning(
    probe_table: Database,
):
    found = probe_table.probe("parts", fault="db.before_commit:1:error").value
    assert (found["whole"], found["tries"]) == ("ok", "2")
    assert numbers(probe_table) == [11, 21, 30]


@pytest.mark.parametrize("work, left", [("always", [10, 20, 30]), ("", [11, 21, 30])])
def test_a_part_that_loses_the_connection_breaks_the_whole(
    probe_table: Database, work: str, left: list[int]
):
    nths = "2" if work == "" else "0"
    found = probe_table.probe("parts", fault=f"db.statement:{nths}:error").value
    assert found["whole"] == ("ok" if work == "" else "temporary")
    assert numbers(probe_table) == left


def test_work_that_may_not_repeat_does_not(probe_table: Database):
    paused = probe_table.probe_until_pause("parts", "once")
    probe_table.kill_connections()
    found = paused.finish().value
    assert (found["whole"], found["tries"]) == ("temporary", "1")
    assert numbers(probe_table) == [10, 20, 30]


def test_a_lock_wait_breaks_the_transaction_and_nothing_of_it_stays(
    probe_table: Database,
):
    paused = probe_table.probe_until_pause("broken")
    with probe_table.connect() as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("UPDATE probe SET note = 'mine' WHERE ref = 'b'")
        found = paused.finish().value
        cursor.execute("ROLLBACK")
    waited = (
        "Lock wait timeout exceeded; try restarting transaction" " (1205, probe_raise)"
    )
    for step in ("second", "third", "commit"):
        assert found[step] == "temporary"
        assert found[step + ".code"] == "ob_lock"
        assert found[step + ".text"] == waited
        assert found[step + ".may_repeat"] == "1"
    assert found["begin"] == "fatal"
    assert found["after"] == "ok"
    assert numbers(probe_table) == [10, 20, 31]


def test_a_lost_connection_breaks_the_transaction(probe_table: Database):
    paused = probe_table.probe_until_pause("broken")
    probe_table.kill_connections()
    found = paused.finish().value
    # RELIABILITY 1.1: unknown to whoever does not know that no COMMIT was sent.
    assert found["second"] == "unknown"
    assert found["third"] == "unknown"
    assert found["second.may_repeat"] == found["third.may_repeat"] == "1"
    assert found["commit"] == "temporary"
    assert found["after"] == "ok"  # on a new connection
    assert numbers(probe_table) == [10, 20, 31]


def test_outside_a_transaction_a_lost_change_is_unknown_a_lost_read_is_not(
    probe_table: Database,
):
    paused = probe_table.probe_until_pause("autocommit")
    probe_table.kill_connections()
    paused.go_on()
    probe_table.kill_connections()
    found = paused.finish().value
    assert found["change"] == "unknown"
    assert found["change.may_repeat"] == "0"
    assert found["reading"] == "temporary"
    assert found["reading.text"] == ("the connection was closed while rows were read")
    assert found["anew"] == "ok"


def test_a_kill_of_the_server_is_survived(probe_table: Database):
    paused = probe_table.probe_until_pause("transact", "once")
    probe_table.server.crash()
    found = paused.finish().value
    assert found["transact"] == "ok"
    assert numbers(probe_table) == [11, 21, 30]


@pytest.mark.parametrize(
    "fault, state, tries, landed",
    [
        ("db.before_commit:1:error", "ok", "2", 1),
        ("db.after_commit:1:error", "unknown", "1", 1),
        ("db.statement:1:error", "ok", "2", 1),
        ("db.statement:2:error", "ok", "2", 1),
    ],
)
def test_faults_around_commit(
    probe_table: Database, fault: str, state: str, tries: str, landed: int
):
    found = probe_table.probe("transact", fault=fault).value
    assert found["transact"] == state
    assert found["tries"] == tries
    assert numbers(probe_table) == [10 + landed, 20 + landed, 30]


@pytest.mark.parametrize(
    "fault, landed",
    [("db.before_commit:1:kill", 0), ("db.after_commit:1:kill", 1)],
)
def test_killed_around_commit(probe_table: Database, fault: str, landed: int):
    assert probe_table.probe("transact", fault=fault).status == -9
    assert numbers(probe_table) == [10 + landed, 20 + landed, 30]


def test_rows_may_be_read_while_their_statement_runs_again(
    probe_table: Database,
):
    found = probe_table.probe("nested")
    assert found.value["result"] == "ok"
    pairs = [one + two for one in "abc" for two in "abc"]
    assert found.all("pair") == pairs


def test_a_statement_that_takes_too_long_is_ended(empty_database: Database):
    found = empty_database.probe("-t", "1", "sleep", "5").value
    assert found["sleep"] == "temporary"
    assert found["sleep.code"] == "ob_timeout"
    assert found["sleep.number"] == "1969"


def test_a_session_follows_a_test_clock(empty_database: Database):
    found = empty_database.probe(
        "-@", "1795000000123", "moments", "1795000000456"
    ).value
    assert found["now_three"] == "2026-11-18 11:06:40.123"
    assert found["now_six.ms"] == "1795000000123"
    assert found["bound.ms"] == "1795000000456"
    assert found["today"] == "2026-11-18"


def test_a_session_without_a_test_clock_keeps_the_time_of_the_server(
    empty_database: Database,
):
    prepared = "SHOW GLOBAL STATUS LIKE 'Com_stmt_prepare'"
    ((_, before),) = empty_database.run(prepared)
    assert "now_three" in empty_database.probe("moments", "1").value
    ((_, after),) = empty_database.run(prepared)
    # The session's limit, its facts and the question: no time that is set.
    assert int(after) - int(before) == 3


def test_mistakes_of_ours_are_told(probe_table: Database):
    found = probe_table.probe("mistakes").value
    assert found["read0.text"] == "column huge: there is no row"
    assert found["read1.text"] == "column no_such: no such column"
    assert found["read2.text"] == "column huge: too large a number"
    assert found["read3.text"] == "column broken: not a whole number"
    assert found["read4.text"] == "column today: longer than its place"
    assert found["count.text"] == "probe_raise: 0 values for 1 places"
    assert found["nonsense"] == "fatal"
    assert found["nonsense.code"] == "ob_schema"
    assert found["nonsense.hint"] == "orderbridge migrate"
    assert found["types.text"] == "value 1: types differ in row 2"
    assert found["commit.text"] == "no transaction is open"
    assert found["sync"] == "ok"


def test_a_server_that_is_not_there_is_temporary(empty_database: Database):
    missing = empty_database.probe("-s", "/nonexistent/socket", "session")
    assert missing.value["connect"] == "temporary"
    assert missing.value["connect.code"] == "ob_database"


def test_a_wrong_login_is_denied(empty_database: Database):
    found = empty_database.probe("-u", "nobody", "-w", "wrong", "session")
    assert found.value["connect"] == "denied"


def test_a_missing_schema_stops_the_program(empty_database: Database):
    found = empty_database.probe("-n", "no_such_schema", "session")
    assert found.value["connect"] == "fatal"


class CommitEater:
    """Stands between program and server, and lets one COMMIT go unanswered."""

    COMMIT = b"\x03COMMIT"  # after the packet's length and number

    def __init__(self, server: MariaDb, path: pathlib.Path, *, pass_on: bool):
        self.server = server
        self.pass_on = pass_on
        self.eaten = False
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self._relay, args=(client,)).start()

    def _relay(self, client: socket.socket) -> None:
        upstream = socket.socket(socket.AF_UNIX)
        upstream.connect(self.server.socket)
        while True:
            readable, _, _ = select.select([client, upstream], [], [], 30)
            if not readable:
                break
            source = readable[0]
            data = source.recv(1 << 20)
            if not data:
                break
            is_commit = source is client and data[4:].rstrip() == self.COMMIT
            if is_commit and not self.eaten:
                self.eaten = True
                if self.pass_on:
                    upstream.sendall(data)
                    upstream.recv(1 << 20)
                break
            (upstream if source is client else client).sendall(data)
        client.close()
        upstream.close()


@pytest.mark.parametrize("pass_on, landed", [(True, 1), (False, 0)])
def test_a_commit_without_an_answer_is_unknown_whether_it_landed_or_not(
    probe_table: Database, pass_on: bool, landed: int
):
    path = probe_table.server.home / f"eater{landed}"
    eater = CommitEater(probe_table.server, path, pass_on=pass_on)
    found = probe_table.probe("-s", str(path), "transact").value
    assert eater.eaten
    assert found["transact"] == "unknown"
    assert found["transact.may_repeat"] == "0"
    assert found["tries"] == "1"
    # What it reads afterwards, on a new connection, is what is there.
    assert numbers(probe_table) == [10 + landed, 20 + landed, 30]
