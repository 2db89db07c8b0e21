"""The first run: from an empty database to an installation that works (UX 2.2, 7)."""

from __future__ import annotations

import pathlib
import stat
import time
from typing import Any

import pytest
from conftest import MOMENT, Database
from installation import Installation, default_key, default_secret
from served import PASSWORD, one_process
from web import Client

CODE = "a-code-of-my-own"
FIRST = {"code": CODE, "login": "carla", "password": PASSWORD}
STEPS = ["code", "database", "administrator", "site", "business_central", "cron"]


@pytest.fixture
def bare(
    empty_database: Database, sandbox_process: Any, tmp_path: pathlib.Path
) -> Installation:
    """Settings with a set-up code, and nothing else."""
    sandbox_process.control("DELETE", "/_faults")
    sandbox_process.control("POST", "/_reset", {"seed": 1, "orders": 20})
    ob = Installation(tmp_path, empty_database, sandbox_process)
    ob.set_clock(MOMENT, rate=1)
    ob.write_settings(setup__code=CODE, run__start_workers="off")
    return ob


def tables(ob: Installation) -> list[str]:
    return [name for (name,) in ob.database.run("SHOW TABLES")]


def stands_at(web: Client) -> tuple[str, list[str]]:
    found = web.get("/setup")
    assert found.status == 200, found.text
    assert [step["name"] for step in found.data["steps"]] == STEPS
    done = [s["name"] for s in found.data["steps"] if s["state"] == "done"]
    return found.data["step"], done


def failed(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(s["label"], s["fix"]) for s in data["steps"] if s["status"] == "fail"]


def test_the_wizard_leads_from_an_empty_database_to_one_that_works(
    bare: Installation,
) -> None:
    key = bare.home / "orderbridge.key"
    with one_process(bare) as web:
        assert stands_at(web) == ("database", ["code"])
        assert web.post("/setup/code", {"code": "x" * 12}).status == 403
        assert web.post("/setup/code", {"code": CODE}).data["step"] == "database"
        looked = web.post("/setup/database?dry_run=1", {"code": CODE})
        assert looked.status == 200 and looked.data["passed"], looked.text
        assert not looked.data["finished"] and looked.data["waiting"] > 10
        assert tables(bare) == [] and not key.exists()
        made = web.post("/setup/database", {"code": CODE})
        assert made.status == 200 and made.data["finished"], made.text
        assert (made.data["done"], made.data["waiting"]) == (looked.data["waiting"], 0)
        assert made.data["key"] == key.read_text()
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert "rm_order" in tables(bare) and "rm_probe" not in tables(bare)
        # Once more there is nothing to do, to show or to write down.
        again = web.post("/setup/database", {"code": CODE})
        assert again.data["finished"] and again.data["key"] is None
        assert stands_at(web) == ("administrator", STEPS[:2])
        assert web.post("/setup/administrator", FIRST).status == 201
        assert stands_at(web) == ("site", STEPS[:3])
        for path in ("code", "database", "administrator"):
            body = FIRST if path == "administrator" else {"code": CODE}
            assert web.post(f"/setup/{path}", body).status == 404, path
        assert web.post("/setup/site", {}).status == 401
        finish(bare, web)
    actions = bare.database.run("SELECT action, object FROM rm_audit ORDER BY id")
    ours = [(a, o) for a, o in actions if a.startswith("setup.")]
    assert [action for action, _ in ours[:2]] == [
        "setup.database",
        "setup.administrator",
    ]
    assert ours[2:] == [
        ("setup.done", "step site"),
        ("setup.skip", "step business_central"),
        ("setup.done", "step cron"),
    ]
    bare.must("audit", "verify")


def finish(ob: Installation, web: Client) -> None:
    """What is left once somebody can log in; each step may be looked at first."""
    assert web.log_in("carla", PASSWORD).status == 201
    for dry in ("", "?dry_run=1"):
        none = web.post("/setup/site" + dry, {})
        assert none.status == 409 and none.json["data"]["fix"], none.text
    shop = {"code": "demo", "platform": "woocommerce", "prefix": "BGM"}
    shop["url"] = f"http://127.0.0.1:{ob.box.port}/shop/demo"
    shop["consumer_key"] = default_key("demo")
    shop["consumer_secret"] = default_secret("demo")
    site = web.post("/sites", shop).data["id"]
    began = time.monotonic()
    tried = web.post(f"/sites/{site}/test").data
    took = 1000 * (time.monotonic() - began)
    # Each step's time is its own: together they are what it took.
    assert tried["passed"] and 0 < sum(s["ms"] for s in tried["steps"]) <= took
    assert web.post(f"/sites/{site}/enable").status == 200
    assert web.post("/setup/site?dry_run=1", {}).data["step"] == "site"
    assert web.post("/setup/site", {}).data["step"] == "business_central"
    # It stands where it stopped, for whoever comes back.
    assert stands_at(Client(web.port)) == ("business_central", STEPS[:4])
    assert web.post("/setup/business_central", {}).status == 409
    passed = web.post("/setup/business_central", {"skip": True}).data
    assert passed["step"] == "cron" and passed["steps"][4]["state"] == "skipped"
    waiting = web.post("/setup/cron?dry_run=1", {}).data
    assert waiting["cron"]["last_seen_at"] is waiting["cron"]["host"] is None
    assert waiting["cron"]["line"] == (
        f"*/5 * * * * {ob.program} cron --config={ob.home}/orderbridge.ini"
    )
    assert web.post("/setup/cron", {}).status == 409
    ob.must("cron")
    seen = web.post("/setup/cron?dry_run=1", {}).data
    assert seen["cron"]["last_seen_at"] and seen["cron"]["host"] and seen["needed"]
    last = web.post("/setup/cron", {}).data
    assert (last["needed"], last["step"]) == (False, "done")
    assert web.get("/setup").data["needed"] is False
    assert web.post("/setup/site", {}).status == 404


def test_tables_that_took_too_long_are_gone_on_with(bare: Installation) -> None:
    with one_process(bare, "setup.out_of_time:1:error") as web:
        first = web.post("/setup/database", {"code": CODE}).data
        assert first["passed"] and not first["finished"] and first["waiting"] > 10
        assert first["key"] == (bare.home / "orderbridge.key").read_text()
        assert stands_at(web) == ("database", ["code"])
        second = web.post("/setup/database", {"code": CODE}).data
        assert second["finished"] and second["key"] is None
        assert stands_at(web)[0] == "administrator"


def test_tables_that_failed_are_gone_on_with(bare: Installation) -> None:
    with one_process(bare, "migrate.after_step:7:error") as web:
        first = web.post("/setup/database", {"code": CODE}).data
        assert not first["passed"] and [name for name, _ in failed(first)] == ["Tables"]
        assert 0 < first["done"] < first["done"] + first["waiting"]
        assert bare.count("rm_schema") > 0
        assert web.post("/setup/database", {"code": CODE}).data["finished"]
        assert stands_at(web)[0] == "administrator"


def test_a_missing_right_is_named_with_what_gives_it(bare: Installation) -> None:
    database = bare.database
    name = f"u{database.name[-12:]}"
    run = database.server.run
    run(f"CREATE USER {name}@localhost IDENTIFIED BY 'x'")
    rights = ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "INDEX", "REFERENCES"]
    try:
        run(f"GRANT {', '.join(rights)} ON {database.name}.* TO {name}@localhost")
        bare.write_settings(
            setup__code=CODE, database__user=name, database__password="x"
        )
        with one_process(bare) as web:
            got = web.post("/setup/database", {"code": CODE}).data
            fix = f"GRANT ALTER ON `{database.name}`.* TO '{name}'"
            assert not got["passed"] and failed(got) == [("Right ALTER", fix)]
            assert tables(bare) == ["rm_probe"] and got["done"] == 0
            run(f"GRANT ALTER, DROP ON {database.name}.* TO {name}@localhost")
            assert web.post("/setup/database", {"code": CODE}).data["finished"]
            assert "rm_probe" not in tables(bare)
    finally:
        run(f"DROP USER {name}@localhost")


def test_a_key_that_cannot_be_written_is_handed_over(bare: Installation) -> None:
    folder = bare.home / "not-yet"
    bare.write_settings(setup__code=CODE, secret__key_file=str(folder / "key"))
    with one_process(bare) as web:
        got = web.post("/setup/database", {"code": CODE}).data
        assert [name for name, _ in failed(got)] == ["Key file"] and got["key"]
        assert str(folder / "key") in failed(got)[0][1]
        assert tables(bare) == []
        folder.mkdir()
        (folder / "key").write_text(got["key"])
        wrong = web.post("/setup/database", {"code": CODE}).data
        assert "chmod 600" in failed(wrong)[0][1] and wrong["key"] is None
        (folder / "key").chmod(0o600)
        done = web.post("/setup/database", {"code": CODE}).data
        assert done["finished"] and done["key"] is None
        assert (folder / "key").read_text() == got["key"]


def test_the_code_cannot_be_guessed_before_there_are_tables(bare: Installation) -> None:
    with one_process(bare) as web:
        seen = [web.post("/setup/code", {"code": f"wrong-{n:09}"}) for n in range(11)]
        assert [got.status for got in seen] == [403] * 10 + [429]
        assert int(seen[-1].headers["retry-after"]) >= 1
        assert web.post("/setup/database", {"code": CODE}).status == 429
        assert tables(bare) == []


def test_without_a_code_nobody_begins(bare: Installation) -> None:
    bare.write_settings()
    with one_process(bare) as web:
        assert stands_at(web) == ("code", [])
        for path in ("/setup/code", "/setup/database"):
            got = web.post(path, {"code": CODE})
            assert got.status == 403 and "[setup] code" in got.json["data"]["fix"]
        assert tables(bare) == []


def test_a_database_that_cannot_be_reached_is_told_to_who_knows_the_code(
    bare: Installation,
) -> None:
    bare.write_settings(setup__code=CODE, database__socket=str(bare.home / "none"))
    with one_process(bare) as web:
        assert stands_at(web) == ("database", ["code"])
        got = web.post("/setup/database", {"code": CODE}).data
        assert [name for name, _ in failed(got)][:1] == ["Account for tables"]
        assert {s["status"] for s in got["steps"][1:5]} == {"skip"}
    # Where there is no code it may as well be one that has worked for years.
    bare.write_settings(database__socket=str(bare.home / "none"))
    with one_process(bare) as web:
        assert web.get("/setup").status == 503


def test_one_that_is_in_use_cannot_be_set_up_again(demo: Installation) -> None:
    demo.write_settings(setup__code=CODE)
    demo.must("user", "add", "maria", "--role=administrator")
    key = demo.home / "orderbridge.key"
    with one_process(demo) as web:
        now = web.get("/setup").data
        assert (now["needed"], now["step"]) == (False, "done")
        assert web.post("/setup/code", {"code": CODE}).status == 404
    key.rename(demo.home / "elsewhere")
    with one_process(demo) as web:
        assert web.get("/setup").status == 503
        assert web.post("/setup/database", {"code": CODE}).status == 503
        assert not key.exists()
    (demo.home / "elsewhere").rename(key)
    demo.database.run("DELETE FROM rm_schema WHERE version = 12")
    with one_process(demo) as web:
        assert web.get("/setup").status == 503
        assert web.post("/setup/database", {"code": CODE}).status == 503
        assert demo.count("rm_schema", "version = 12") == 0


def test_a_step_whose_entry_fails_is_not_noted(bare: Installation) -> None:
    with one_process(bare) as web:
        web.post("/setup/database", {"code": CODE})
        assert web.post("/setup/administrator", FIRST).status == 201
    bare.must("cron")
    with one_process(bare, "change.before_entry:2:error") as web:
        assert web.log_in("carla", PASSWORD).status == 201
        assert web.post("/setup/cron", {}).status == 503
        assert stands_at(web)[1] == STEPS[:3]
        assert web.post("/setup/cron", {}).status == 200
        assert stands_at(web)[1] == [*STEPS[:3], "cron"]
