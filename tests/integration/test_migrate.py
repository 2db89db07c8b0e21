"""Migrations: a run that is killed anywhere ends like one that was not."""

import re

import pytest
from conftest import NEXT_PROBE, SOURCE, Answer, Database

FILES = sorted((SOURCE / "sql" / "migrations").glob("*.sql"))
TEXT = "".join(re.sub("(?m)^ *--.*$", "", file.read_text()) for file in FILES)
STEPS = len(re.findall("(?m);$", TEXT))
LAST = len(FILES)


def states(found: Answer) -> list[str]:
    return [line.split()[2] for line in found.all("step")]


def test_a_new_database_gets_all_tables(empty_database: Database):
    found = empty_database.probe("migrate")
    assert found.value["result"] == "ok", found.text
    assert found.value["program"] == found.value["database"] == str(LAST)
    assert found.value["done"] == str(STEPS)
    assert found.value["waiting"] == "0"
    assert len(empty_database.dump()) == TEXT.count("CREATE TABLE")
    recorded = empty_database.run(
        "SELECT COUNT(*), SUM(finished_at >= started_at) FROM rm_schema"
    )
    assert recorded == [(STEPS, STEPS)]
    names = empty_database.run(
        "SELECT name, is_enabled, frequency FROM rm_schedule ORDER BY name"
    )
    assert names == [
        ("item_sync", 0, "hourly"),
        ("retention", 1, "daily"),
        ("webhook_check", 1, "daily"),
    ]


def test_a_second_run_does_nothing(database: Database):
    before = database.run("SELECT * FROM rm_schema ORDER BY version, step")
    found = database.probe("migrate")
    assert found.value["result"] == "ok"
    assert found.all("step") == []
    assert before == database.run("SELECT * FROM rm_schema ORDER BY version, step")


@pytest.mark.parametrize(
    "fault",
    [
        # Each run ends one step and dies in the next: before its statement,
        # between the statement and its record, and right after the record.
        "migrate.before_step:2:kill",
        "migrate.after_step:2:kill",
        "db.after_commit:2:kill",
    ],
)
def test_killed_in_every_step_and_run_again_it_ends_the_same(
    empty_database: Database, second_database: Database, fault: str
):
    second_database.migrate()
    for kills in range(STEPS + 1):
        if empty_database.probe("migrate", fault=fault).status == 0:
            break
    assert kills >= STEPS - 1
    assert empty_database.probe("check").value["result"] == "ok"
    assert empty_database.dump() == second_database.dump()
    assert empty_database.one("SELECT COUNT(*) FROM rm_schedule") == 3


def test_killed_before_its_first_record_it_starts_over(
    empty_database: Database,
):
    fault = "db.statement:2:kill"
    assert empty_database.probe("migrate", fault=fault).status == -9
    assert set(empty_database.dump()) == {"rm_schema", "rm_lease"}
    empty_database.migrate()
    assert empty_database.probe("check").value["result"] == "ok"


def test_status_changes_nothing_and_names_what_waits(
    empty_database: Database,
):
    found = empty_database.probe("status")
    assert found.value["result"] == "ok"
    assert states(found) == ["waiting"] * STEPS
    assert empty_database.dump() == {}
    stop = "migrate.after_step:10:kill"
    empty_database.probe("migrate", fault=stop)
    found = empty_database.probe("status")
    assert states(found) == ["done"] * 9 + ["begun"] + ["waiting"] * (STEPS - 10)
    # An empty table is there already; the one after it is not.
    assert found.all("step")[9] == "0002_sites_items_kits 4 begun 0"
    assert found.all("step")[10] == "0003_operations 1 waiting -1"
    assert found.value["done"] == "9"
    assert found.value["waiting"] == str(STEPS - 9)
    assert found.value["database"] == "2"


def test_the_program_does_not_work_on_what_is_not_finished(
    empty_database: Database,
):
    found = empty_database.probe("check").value
    assert found["result"] == "fatal"
    assert found["result.code"] == "ob_schema"
    assert found["result.text"] == (
        f"the database lacks {STEPS} of {STEPS} steps of its tables"
    )
    assert found["result.hint"] == "orderbridge migrate"
    empty_database.probe("migrate", fault=f"migrate.after_step:{STEPS}:kill")
    found = empty_database.probe("check").value
    assert found["result.text"] == (
        f"the database lacks 1 of {STEPS} steps of its tables"
    )


def test_an_applied_text_that_was_changed_is_an_error(database: Database):
    database.run(
        "UPDATE rm_schema SET checksum = UNHEX(SHA2('other', 256))"
        " WHERE version = 2 AND step = 3"
    )
    for command in ("migrate", "check", "status"):
        found = database.probe(command)
        assert found.value["result"] == "fatal"
        assert found.value["result.code"] == "ob_schema"
        assert found.value["result.text"] == (
            "migration 0002_sites_items_kits, step 3:"
            " the database has it with another text"
        )
    assert states(found) == ["done"] * 8 + ["changed"] + ["done"] * (STEPS - 9)


def test_a_begun_step_may_come_with_a_mended_text(empty_database: Database):
    stop = "migrate.before_step:5:kill"
    empty_database.probe("migrate", fault=stop)
    empty_database.run(
        "UPDATE rm_schema SET checksum = UNHEX(SHA2('broken', 256))"
        " WHERE finished_at IS NULL"
    )
    empty_database.migrate()
    assert empty_database.probe("check").value["result"] == "ok"


def add_version(database: Database, version: int) -> None:
    database.run(
        "INSERT INTO rm_schema VALUES"
        " (%s, 1, 'later', UNHEX(SHA2('x', 256)), NOW(3), NOW(3))",
        version,
    )


def test_a_newer_database_is_refused_by_migrate_and_worked_on_if_next(
    database: Database,
):
    add_version(database, LAST + 1)
    found = database.probe("migrate").value
    assert found["result"] == "fatal"
    assert found["result.code"] == "ob_schema"
    assert found["result.text"] == (
        f"the database is at version {LAST + 1}, this program knows {LAST}"
    )
    assert found["result.hint"] == ("install the newer orderbridge on this host too")
    assert database.probe("check").value["result"] == "ok"
    add_version(database, LAST + 2)
    found = database.probe("check").value
    assert found["result"] == "fatal"
    assert found["result.text"] == (
        f"the database is at version {LAST + 2}, this program knows {LAST}"
    )


def test_a_step_that_this_program_should_know_and_does_not_is_an_error(
    database: Database,
):
    database.run(
        "INSERT INTO rm_schema VALUES"
        " (2, 99, 'x', UNHEX(SHA2('x', 256)), NOW(3), NOW(3))"
    )
    found = database.probe("check").value
    assert found["result"] == "fatal"
    assert found["result.text"] == (
        f"the database has steps up to version {LAST}"
        " that this program does not know"
    )


def test_two_at_once_are_kept_apart_by_the_lease(empty_database: Database):
    stop = "migrate.before_step:3:kill"
    empty_database.probe("migrate", fault=stop)
    # As if its owner lived on another host.
    empty_database.run("UPDATE rm_lease SET owner = 'other:0:1:1:1'")
    found = empty_database.probe("migrate").value
    assert found["result"] == "conflict"
    assert found["result.text"] == "another migration is running"
    empty_database.run("UPDATE rm_lease SET until_at = '1970-01-01'")
    empty_database.migrate()


def test_who_lost_the_lease_records_nothing(empty_database: Database):
    empty_database.probe("migrate", fault="migrate.before_step:3:kill")
    # The next owner of the lease is made to lose it in the middle of a step.
    empty_database.run(
        "CREATE TRIGGER steal AFTER UPDATE ON rm_schema FOR EACH ROW"
        " UPDATE rm_lease SET owner = 'thief', fence = fence + 1"
    )
    found = empty_database.probe("migrate").value
    assert found["result"] == "conflict"
    assert found["result.code"] == "ob_lease_lost"
    recorded = "SELECT COUNT(*) FROM rm_schema WHERE finished_at IS NOT NULL"
    assert empty_database.one(recorded) == 2


def test_a_locked_table_is_told_after_ten_seconds(empty_database: Database):
    empty_database.run("CREATE TABLE rm_items (id INT) ENGINE = InnoDB")
    with empty_database.connect() as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLES rm_items WRITE")
        found = empty_database.probe("migrate").value
    assert found["result"] == "temporary"
    assert found["result.code"] == "ob_lock"
    assert found["result.text"].startswith(
        "migration 0002_sites_items_kits, step 2: Lock wait timeout exceeded"
    )


def test_a_later_program_goes_on_from_this_one(database: Database):
    database.run("INSERT INTO rm_setting (name, value) VALUES ('kept', '1')")
    early = database.probe("check", program=NEXT_PROBE).value
    assert early["result"] == "fatal"
    assert early["result.text"] == (
        f"the database lacks 2 of {STEPS + 2} steps of its tables"
    )
    next_name = f"{LAST + 1:04}_next"
    plan = database.probe("status", program=NEXT_PROBE)
    assert plan.all("step")[STEPS] == f"{next_name} 1 waiting 1"

    found = database.probe("migrate", program=NEXT_PROBE).value
    assert found["result"] == "denied"
    assert found["result.text"] == (
        f"migration {next_name}, step 2: this step copies a table"
    )
    assert found["result.hint"] == "at a quiet hour: migrate --allow-copy"
    assert found["done"] == str(STEPS + 1)
    # The step that any running shop bears is done; this program works on it.
    assert database.probe("check").value["result"] == "ok"

    found = database.probe("migrate", "copy", program=NEXT_PROBE).value
    assert found["result"] == "ok"
    assert found["database"] == str(LAST + 1)
    assert database.probe("check", program=NEXT_PROBE).value["result"] == "ok"
    assert database.probe("check").value["result"] == "ok"
    assert database.run("SELECT name, value, hint FROM rm_setting") == [
        ("kept", "1", None)
    ]
