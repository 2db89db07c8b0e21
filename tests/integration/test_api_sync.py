"""Bringing in by the API: now, as a dry run, by schedule, from the beginning."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Iterator
from urllib.parse import unquote

import pytest
from installation import Installation
from served import administrator, stranger, work
from web import Client


@pytest.fixture
def web(demo: Installation) -> Iterator[Client]:
    """An administrator, whose work waits until a command takes it."""
    demo.write_settings(run__start_workers="off")
    with administrator(demo) as client:
        yield client


def test_orders_and_items_come_in_by_one_call(web: Client, demo: Installation) -> None:
    demo.set_up("second", "SEC")
    asked = web.post("/sync", {"entities": ["orders", "items"], "mode": "full"})
    assert asked.status == 202, asked.text
    started = asked.data["operations"]
    what = sorted((row["kind"], (row["site"] or {}).get("code")) for row in started)
    assert what == [
        ("item_sync", None),
        ("order_sync", "demo"),
        ("order_sync", "second"),
    ]
    assert all(row["full"] for row in started)
    assert asked.headers["location"].endswith("/operations/" + started[0]["id"])
    body = {"entity": "orders", "site": "second", "mode": "full"}
    again = web.post("/sync/manual", body)
    assert [row["id"] for row in again.data["operations"]] == [started[1]["id"]]
    assert again.json["meta"]["deduplicated"] is True
    nothing = web.post("/sync", {"mode": "full"})
    assert nothing.status == 400 and nothing.json["code"] == "ob_missing_param"
    assert stranger(web).post("/sync", {"entity": "orders"}).status == 404


def test_what_would_be_pushed_elsewhere_is_refused_and_not_fetched(
    web: Client, demo: Installation
) -> None:
    """The other prefix lets unknown members pass, but this is not one of them."""
    seed = Client(web.port, "/wp-json/wkpbic/v1")
    seed.headers = web.headers
    body = {"entity": "orders", "dataset_id": "07a30802-ade3-4349-0000-000000000000"}
    for client in (web, seed):
        refused = client.post("/sync/manual", body)
        assert refused.status == 400, refused.text
        assert "dataset_id" in refused.json["data"]["params"]
    assert demo.count("rm_operation") == 0
    assert seed.post("/sync", {"entity": "orders", "colour": "red"}).status == 202


def test_the_status_tells_what_runs_and_how_it_went_last(
    web: Client, demo: Installation
) -> None:
    before = web.get("/sync/status").data
    assert not before["is_syncing"] and before["last_syncs"] == []
    assert before["mode"] == "scheduled" and before["next_run_at"]
    assert before["entities"][0]["watermark"] is None
    asked = web.post("/sync", {"entity": "orders"}).data["operations"]
    found = web.get("/sync/status").data
    assert [row["id"] for row in found["operations"]] == [asked[0]["id"]]
    assert not found["is_syncing"]
    demo.database.run("UPDATE rm_operation SET state = 'in_progress'")
    assert web.get("/sync/status").data["is_syncing"]
    demo.database.run("UPDATE rm_operation SET state = 'not_processed'")
    demo.ob("cron")
    found = web.get("/sync/status").data
    orders = found["entities"][0]
    assert orders["slug"] == "orders"
    assert orders["total"] == demo.count("rm_order")
    assert orders["pending"] == demo.count("rm_order", "imported = 0")
    assert orders["watermark"].startswith("20")
    last = found["last_syncs"][0]
    assert last["entity_type"] == "orders" and last["status"] == "completed"
    assert last["rows_pushed"] == demo.count("rm_order")
    assert found["operations"] == []
    hidden = stranger(web).get("/sync/status").data
    assert hidden["entities"][0]["total"] == 0 and hidden["last_syncs"] == []
    assert hidden["mode"] == "manual"


def test_the_seed_s_prefix_has_the_seed_s_forms(
    web: Client, demo: Installation
) -> None:
    """Its example word for word (API-9): bare, numbers as texts, plain moments."""
    demo.ob("order", "sync", "--site=demo")
    seed = Client(web.port, "/wp-json/wkpbic/v1")
    seed.headers = web.headers
    found = seed.get("/sync/status")
    assert found.status == 200, found.text
    assert list(found.json) == ["is_syncing", "last_syncs"]
    assert found.json["is_syncing"] is False
    last = found.json["last_syncs"][0]
    members = ["id", "entity_type", "status", "rows_pushed", "duration_seconds"]
    assert list(last) == [*members, "completed_at"]
    ours = web.get("/sync/status").data["last_syncs"][0]
    assert last["rows_pushed"] == str(ours["rows_pushed"]) != "0"
    assert last["duration_seconds"] == str(ours["duration_seconds"])
    plain = ours["completed_at"][:19].replace("T", " ")
    assert last["completed_at"] == plain
    lines = seed.get("/sync/logs?entity_type=orders&per_page=1")
    assert lines.headers["x-wp-total"] == "1"
    assert lines.json[0]["rows_pushed"] == last["rows_pushed"]
    assert lines.json[0]["at"] == plain
    wrapped = seed.get("/sync/status?_envelope=1").json
    assert wrapped["data"] == found.json and wrapped["success"] is True
    assert seed.get("/orders?per_page=1").json[0]["imported"] == 0


def test_a_schedule_is_changed_for_every_site_at_once(
    web: Client, demo: Installation
) -> None:
    demo.set_up("second", "SEC")
    found = web.get("/sync/schedule")
    assert found.status == 200, found.text
    assert found.data["entities"] == ["orders"] and found.data["enabled"]
    assert found.data["frequency"] == "hourly"
    body = {"enabled": True, "frequency": "daily", "time": "14:05"}
    moved = web.post("/sync/schedule", body)
    assert moved.status == 200, moved.text
    assert moved.data["frequency"] == "daily"
    assert moved.data["next_run_at"][11:16] == "14:05"
    twice = web.post("/sync/schedule", body).data
    assert twice["next_run_at"] == moved.data["next_run_at"]
    both = {row["name"]: row for row in twice["schedules"]}
    assert both["order_sync:demo"]["start_at"] == both["order_sync:second"]["start_at"]
    assert not both["item_sync"]["is_enabled"]
    one = web.post("/sync/schedule", {"site": "second", "frequency": "weekly"}).data
    assert one["frequency"] is None and one["enabled"]
    items = web.post("/sync/schedule", {"entities": ["items"], "enabled": True}).data
    assert items["entities"] == ["orders", "items"]
    off = {"entities": ["orders", "items"], "enabled": False}
    place = f"/schedules/{both['item_sync']['id']}"
    alone = web.ask("PUT", place, {"frequency": "daily"}, If_Match="*")
    assert alone.status == 200 and alone.data["frequency"] == "daily", alone.text
    stopped = web.post("/sync/schedule", off).data
    assert not stopped["enabled"] and stopped["next_run_at"] is None
    for wrong in ({"time": "25:00"}, {"time": "1:05p"}, {"frequency": "monthly"}):
        refused = web.post("/sync/schedule", wrong)
        assert refused.status == 400, refused.text
        assert list(refused.json["data"]["params"]) == list(wrong)
    assert stranger(web).post("/sync/schedule", {"enabled": True}).status == 404


def test_a_schedule_may_read_of_one_day_alone(web: Client, demo: Installation) -> None:
    demo.ob("order", "sync", "--site=demo")
    marks = demo.database.run("SELECT * FROM rm_watermark")
    wish = {"update_type": "last_day", "batch_size": 50}
    (row,) = [
        s
        for s in web.post("/sync/schedule", wish).data["schedules"]
        if s["kind"] == "order_sync"
    ]
    assert (row["update_type"], row["batch_size"]) == ("last_day", 50)
    demo.box.control("DELETE", "/_requests")
    done = work(web, demo, web.post(f"/schedules/{row['id']}/run"))
    assert done["scope"] == wish and not done["full"]
    assert (
        done["fetched"] > 0 and demo.database.run("SELECT * FROM rm_watermark") == marks
    )
    (asked, *_) = [
        r["path"] for r in demo.requests() if "orderby=modified" in r["path"]
    ]
    began = datetime.fromisoformat(done["started_at"].replace("Z", "+00:00"))
    after = re.search(r"modified_after=([^&]+)", asked)
    assert after is not None and "per_page=50" in asked
    since = datetime.fromisoformat(unquote(after[1]) + "+00:00")
    assert abs(since - (began - timedelta(days=1))) < timedelta(minutes=1)
    # Everything anew is another operation; what is null is the site's own again.
    place = f"/schedules/{row['id']}"
    change = {"update_type": "lifetime", "batch_size": None}
    changed = web.ask("PUT", place, change, If_Match="*").data
    assert (changed["update_type"], changed["batch_size"]) == ("lifetime", None)
    started = web.post(place + "/run").data
    assert started["full"] and started["scope"] == {"update_type": "lifetime"}
    (items,) = [s for s in web.get("/schedules").data if s["kind"] == "item_sync"]
    assert (items["update_type"], items["batch_size"]) == ("incremental", None)
    for wrong in (
        {**wish, "entities": ["items"]},
        {"batch_size": 49},
        {"update_type": "x"},
    ):
        refused = web.post("/sync/schedule", wrong)
        assert refused.status == 400, refused.text
    refused = web.ask("PUT", f"/schedules/{items['id']}", wish, If_Match="*")
    assert refused.status == 400 and "update_type" in refused.json["data"]["params"]


def test_a_dry_run_of_the_sync_tells_of_each_order_and_writes_nothing(
    web: Client, demo: Installation
) -> None:
    demo.ob("order", "sync", "--site=demo")
    # So far that nothing is new, and its overlap holds nothing either.
    demo.database.run("UPDATE rm_watermark SET value_at = value_at + INTERVAL 1 DAY")
    tables = (
        "rm_order",
        "rm_order_seen",
        "rm_error_orders",
        "rm_watermark",
        "rm_items",
    )
    before = {table: demo.database.run(f"SELECT * FROM {table}") for table in tables}
    marks, shown = demo.marks(), web.get("/sync/status").data["last_syncs"]
    entries = demo.count("rm_audit")
    asked = web.post("/sync/manual?dry_run=1", {"entity": "orders", "batch_size": 50})
    assert asked.status == 202 and asked.json["meta"]["dry_run"] is True
    (row,) = asked.data["operations"]
    assert (row["kind"], row["dry_run"]) == ("sync_plan", True)
    demo.ob("worker")
    row = web.get(f"/operations/{row['id']}").data
    assert row["state"] == "completed", row
    plan = row["result"]
    assert (plan["found"], plan["orders"]) == (0, [])
    assert {table: demo.database.run(f"SELECT * FROM {table}") for table in tables} == (
        before
    )
    assert demo.marks() == marks and demo.count("rm_audit") == entries
    assert web.get("/sync/status").data["last_syncs"] == shown
    # From the beginning: orders that are here already are met again.
    wish = {"entity": "orders", "site": "demo", "reset_watermark": True}
    (row,) = web.post("/sync/manual?dry_run=1", wish).data["operations"]
    assert row["scope"] == {"dry_run": True, "reset_watermark": True}
    demo.ob("worker")
    anew = web.get(f"/operations/{row['id']}").data["result"]
    assert anew["found"] == sum(anew["outcomes"].values()) > 0
    assert len(anew["orders"]) == anew["listed"] == anew["found"]
    assert {table: demo.database.run(f"SELECT * FROM {table}") for table in tables} == (
        before
    )
    assert demo.marks() == marks


def test_a_dry_run_counts_the_items_that_are_new_or_changed(
    web: Client, demo: Installation
) -> None:
    demo.ob("item", "sync", "--full")
    demo.database.run("DELETE FROM rm_items WHERE sku = 'COMP-A'")
    demo.database.run("UPDATE rm_items SET description = 'x' WHERE sku = 'COMP-B'")
    before = demo.database.run("SELECT * FROM rm_items ORDER BY id")
    marks = demo.database.run("SELECT * FROM rm_watermark")
    wish = {"entity": "items", "mode": "full"}
    (row,) = web.post("/sync/manual?dry_run=1", wish).data["operations"]
    demo.ob("worker")
    plan = web.get(f"/operations/{row['id']}").data["result"]
    assert (plan["added"], plan["changed"]) == (1, 1), plan
    assert plan["found"] == plan["added"] + plan["changed"] + plan["unchanged"]
    assert demo.database.run("SELECT * FROM rm_items ORDER BY id") == before
    assert demo.database.run("SELECT * FROM rm_watermark") == marks


def test_a_sync_may_begin_by_resetting_its_watermark(
    web: Client, demo: Installation
) -> None:
    demo.ob("order", "sync", "--site=demo")
    demo.ob("item", "sync")
    stood = {row["entity"]: row for row in web.get("/watermarks").data}
    wish = {"entity": "orders", "reset_watermark": True}
    started = web.post("/sync/manual", wish)
    assert started.status == 202, started.text
    now = {row["entity"]: row for row in web.get("/watermarks").data}
    assert now["orders"]["value_at"] is None and now["items"] == stood["items"]
    (entry,) = web.get("/audit?action=sync.now").data
    (mark,) = entry["before"]["watermarks"]
    assert mark["value_at"] == stood["orders"]["value_at"] and mark["site"] == "demo"
    (row,) = started.data["operations"]
    assert row["kind"] == "order_sync" and row["scope"] == {}
    done = work(web, demo, web.post("/sync/orders", {"site": "demo"}))
    assert done["id"] == row["id"] and done["unchanged"] >= demo.count("rm_order")
    # Nothing of it holds where a run is under way.
    demo.database.run(
        "UPDATE rm_lease SET until_at = '2999-01-01' WHERE name LIKE 'run:order_sync:%'"
    )
    operations = demo.count("rm_operation")
    refused = web.post("/sync/manual", wish)
    assert refused.status == 409, refused.text
    assert refused.json["code"] == "ob_already_running"
    assert demo.count("rm_operation") == operations


def test_the_orders_of_a_round_are_bounded_as_asked_for(
    web: Client, demo: Installation
) -> None:
    wish = {"entities": ["orders", "items"], "site": "demo", "batch_size": 50}
    started = web.post("/sync/manual", wish)
    assert started.status == 202, started.text
    scopes = {row["kind"]: row["scope"] for row in started.data["operations"]}
    assert scopes == {"order_sync": {"batch_size": 50}, "item_sync": {}}
    demo.ob("worker")
    asked = [r["path"] for r in demo.requests() if "orderby=modified" in r["path"]]
    assert asked and all("per_page=50" in path for path in asked), asked
    for wrong in (
        {"entity": "items", "batch_size": 50},
        {"entity": "orders", "batch_size": 49},
        {"entity": "orders", "batch_size": 5001},
        {"entity": "orders", "mode": "full", "batch_size": 50},
    ):
        got = web.post("/sync/manual", wrong)
        assert got.status == 400 and "batch_size" in got.json["data"]["params"], wrong


def test_a_watermark_is_reset_and_the_next_run_reads_all_again(
    web: Client, demo: Installation
) -> None:
    assert web.post("/watermarks/orders/reset").status == 404
    demo.ob("order", "sync", "--site=demo")
    demo.ob("item", "sync")
    before = {row["entity"]: row for row in web.get("/watermarks").data}
    assert set(before) == {"orders", "items"}
    assert before["orders"]["site"] == "demo" and before["items"]["site"] is None
    assert before["orders"]["value_at"] and before["orders"]["value_id"]
    place = "/watermarks/orders/reset"
    looked = web.post(place + "?dry_run=1")
    assert looked.json["meta"]["dry_run"] is True
    assert looked.data == [
        {n: before["orders"][n] for n in ("name", "site", "value_at", "value_id")}
    ]
    assert web.get("/watermarks?entity=orders").data == [before["orders"]]
    assert stranger(web).post(place).status == 404
    assert web.post(place, {"site": "nowhere"}).status == 400
    assert web.post("/watermarks/items/reset", {"site": "demo"}).status == 404
    assert web.post("/watermarks/customers/reset").status == 404
    done = web.post(place, {"site": "demo"})
    assert done.status == 200 and done.data == looked.data
    after = {row["entity"]: row for row in web.get("/watermarks").data}
    assert after["orders"]["value_at"] is after["orders"]["value_id"] is None
    assert after["orders"]["version"] == before["orders"]["version"] + 1
    assert after["items"] == before["items"]
    entry = web.get("/audit?action=watermark.reset").data
    assert [(row["user"], row["object"]) for row in entry] == [
        ("maria", "orders of demo")
    ]
    assert entry[0]["before"] == {"watermarks": looked.data}
    orders = demo.count("rm_order")
    last = web.post("/sync/orders", {"site": "demo"}).data["id"]
    demo.ob("cron")
    row = web.get(f"/operations/{last}").data
    assert row["unchanged"] >= orders and row["stored"] == 0
    assert web.get("/watermarks?entity=orders").data[0]["value_at"]


def test_no_watermark_is_reset_while_its_reader_runs(
    web: Client, demo: Installation
) -> None:
    demo.ob("order", "sync", "--site=demo")
    before = web.get("/watermarks?entity=orders").data

    def hold(until: str) -> None:
        demo.database.run(
            "UPDATE rm_lease SET until_at = %s WHERE name LIKE 'run:order_sync:%%'",
            until,
        )

    hold("2037-01-01")
    refused = web.post("/watermarks/orders/reset")
    assert refused.status == 409 and refused.json["code"] == "ob_already_running"
    assert before[0]["name"] in refused.json["message"]
    assert web.get("/watermarks?entity=orders").data == before
    hold("1970-01-01")
    assert web.post("/watermarks/orders/reset").status == 200


def test_a_watermark_that_moved_is_the_fault_of_no_order(
    web: Client, demo: Installation
) -> None:
    """Whoever moves it: the run is tried again, from where it stands then."""
    site = demo.one("SELECT id FROM rm_sites")
    name = f"fetch:orders:{site}"
    demo.database.run(
        "INSERT INTO rm_watermark (name, site_id, entity, value_at, updated_at)"
        f" VALUES ('{name}', {site}, 'orders', '2020-01-01', UTC_TIMESTAMP(3))"
    )
    demo.database.run(
        "CREATE TRIGGER meddle BEFORE INSERT ON rm_order FOR EACH ROW"
        " UPDATE rm_watermark SET value_at = value_at + INTERVAL 1 SECOND"
        f" WHERE name = '{name}'"
    )
    asked = web.post("/sync/orders", {"site": "demo"}).data["id"]
    demo.ob("cron")
    row = web.get("/operations/" + asked).data
    assert row["state"] == "not_processed" and row["retrying"], row
    assert demo.count("rm_error_orders", "code = 'ob_field'") == 0
    demo.database.run("DROP TRIGGER meddle")
    assert web.post(f"/operations/{asked}/cancel").status == 202
    demo.ob("order", "sync", "--site=demo")
    assert demo.count("rm_order") == demo.state()["expected"]["stored"]
