"""Migrations: a run that is killed anywhere ends like one that was not."""

import re

import pytest
from conftest import SOURCE, Database

STEPS = 24
LAST = 4


def states(found) -> list[str]:
    return [line.split()[2] for line in found.all("step")]


def test_a_new_database_gets_all_tables(empty_database: Database):
    found = empty_database.probe("migrate")
    assert found.value["result"] == "ok", found.text
    assert found.value["program"] == found.value["database"] == str(LAST)
    assert found.value["done"] == str(STEPS)
    assert found.value["waiting"] == "0"
    assert len(empty_database.dump()) == 22
    recorded = empty_database.run(
        "SELECT COUNT(*), SUM(finished_at >= started_at) FROM rm_schema"
    )
    assert recorded == [(STEPS, STEPS)]
    names = empty_database.run(
        "SELECT name, is_enabled, frequency FROM rm_schedule ORDER BY name"
    )
    assert names == [("item_sync", 0, "hourly"), ("retention", 1, "daily")]


def test_a_second_run_does_nothing(database: Database):
    before = database.run("SELECT * FROM rm_schema ORDER BY version, step")
    found = database.probe("migrate")
    assert found.value["result"] == "ok"
    assert found.all("step") == []
    assert before == database.run(
        "SELECT * FROM rm_schema ORDER BY version, step"
    )


@pytest.mark.parametrize(
    "point",
    ["migrate.before_step", "migrate.after_step", "db.after_commit"],
)
def test_killed_at_every_step_and_run_again_it_ends_the_same(
    database: Database, empty_database_too: Database, point: str
):
    kills = 0
    while empty_database_too.probe("migrate", fault=f"{point}:1:kill").status:
        kills += 1
        assert kills < 200
        if point == "db.after_commit" and kills >= STEPS:
            break  # each run commits the start of its step and dies
    assert kills >= STEPS - 1
    empty_database_too.migrate()
    assert empty_database_too.dump() == database.dump()
    assert empty_database_too.one("SELECT COUNT(*) FROM rm_schedule") == 2


@pytest.fixture
def empty_database_too(server) -> Database:
    server.run("CREATE DATABASE test_too")
    yield Database(server, "test_too")
    server.run("DROP DATABASE test_too")
