"""The API's routes that start work, stop it, and tell how far it has come."""

from __future__ import annotations

from typing import Any, Iterator

import pytest
from installation import Installation
from served import PASSWORD, administrator, stranger, work
from web import Client


@pytest.fixture
def web(demo: Installation) -> Iterator[Client]:
    """An administrator, whose work waits until a command takes it."""
    demo.write_settings(run__start_workers="off")
    with administrator(demo) as client:
        yield client


def queue_imports(web: Client, *orders: str) -> list[str]:
    """Imports that differ, so that none is merged with another; their ids."""
    found = []
    for order in orders:
        asked = web.post(
            "/imports",
            {"site_code": "demo", "order_id": order},
            Idempotency_Key=f"import-{order}",
        )
        assert asked.status == 202, asked.text
        found.append(asked.data["id"])
    return found


def test_imports_are_listed_and_nothing_else(web: Client, demo: Installation) -> None:
    ids = queue_imports(web, "1005", "1006")
    assert web.post("/sync/orders", {"site": "demo"}).status == 202
    found = web.get("/imports?sort=id")
    assert found.status == 200, found.text
    assert [row["id"] for row in found.data] == ids
    assert [row["scope"]["order_id"] for row in found.data] == ["1005", "1006"]
    assert stranger(web).get("/imports").data == []
    assert web.get("/imports?state=failed").data == []


def test_the_preview_of_an_import_tells_of_each_order_and_writes_nothing(
    web: Client, demo: Installation
) -> None:
    demo.ob("order", "sync", "--site=demo", "--limit=40")
    tables = ("rm_order", "rm_order_seen", "rm_order_event", "rm_error_orders")
    before = {table: demo.count(table) for table in tables}
    marks = demo.marks()
    wish = {"site_code": "demo", "start_date": "2020-01-01"}
    asked = web.post("/imports?dry_run=1", wish, Idempotency_Key="preview-01")
    assert asked.json["meta"]["dry_run"] is True and asked.data["dry_run"] is True
    row = work(web, demo, asked)
    plan = row["result"]
    assert plan["found"] == plan["listed"] == len(plan["orders"]) > 90
    assert sum(plan["outcomes"].values()) == plan["found"]
    assert plan["codes"]["skipped_exists"] == before["rm_order"]
    for order in plan["orders"]:
        assert order["platform_order_id"] and order["outcome"] in plan["outcomes"]
    assert before == {table: demo.count(table) for table in tables}
    assert marks == demo.marks()
    assert web.get("/imports/" + row["id"]).data == []
    # What it said is what the import does.
    done = work(web, demo, web.post("/imports", wish, Idempotency_Key="preview-02"))
    names = ("stored", "skipped", "soft", "hard")
    assert {n: done[n] for n in names} == {n: plan["outcomes"].get(n, 0) for n in names}
    one = {"site_code": "demo", "order_id": plan["orders"][0]["platform_order_id"]}
    asked = web.post("/imports?dry_run=1", one, Idempotency_Key="preview-03")
    assert work(web, demo, asked)["result"]["found"] == 1
    gone = {"site_code": "demo", "order_id": "99999999"}
    asked = web.post("/imports?dry_run=1", gone, Idempotency_Key="preview-04")
    assert work(web, demo, asked)["result"]["outcomes"] == {"skipped": 1}


def change(web: Client, key: str, **body: Any) -> Any:
    found = web.post("/operations/bulk", body, Idempotency_Key=key)
    assert found.status == 202, found.text
    return found.data


def states(web: Client, ids: list[str]) -> list[str]:
    return [web.get(f"/operations/{one}").data["state"] for one in ids]


def test_many_operations_are_stopped_and_tried_again(
    web: Client, demo: Installation
) -> None:
    ids = queue_imports(web, "1005", "1006", "1007")
    waiting = {"kind": "import", "state": "not_processed"}
    asked = {"action": "cancel", "filter": waiting}
    assert web.post("/operations/bulk", asked).json["code"] == "ob_missing_param"
    tried = web.post("/operations/bulk?dry_run=1", asked, Idempotency_Key="try-it-1")
    assert tried.status == 200 and tried.data["matched"] == 3, tried.text
    assert states(web, ids) == ["not_processed"] * 3
    told = change(web, "stop-all-1", action="cancel", filter=waiting)
    assert told == {"matched": 3, "changed": 3, "refused": []}
    assert states(web, ids) == ["failed"] * 3
    again = change(web, "stop-all-2", action="cancel", ids=ids)
    assert again["changed"] == 0
    assert [row["id"] for row in again["refused"]] == sorted(ids, reverse=True)
    assert "has ended" in again["refused"][0]["message"]
    told = change(web, "again-01", action="retry", ids=ids[:2])
    assert told["changed"] == 2
    assert states(web, ids) == ["not_processed", "not_processed", "failed"]
    trail = web.get("/audit?action=operation.cancel").data
    assert len(trail) == 1 and sorted(trail[0]["after"]["operations"]) == sorted(ids)
    both = {"action": "retry", "ids": ids, "filter": waiting}
    refused = web.post("/operations/bulk", both, Idempotency_Key="both-0001")
    assert refused.status == 400 and "filter" in refused.json["data"]["params"]


def test_bulk_work_reaches_no_foreign_site(web: Client) -> None:
    ids = queue_imports(web, "1005")
    told = change(stranger(web), "stop-foreign", action="cancel", ids=ids)
    assert told["matched"] == 0
    assert states(web, ids) == ["not_processed"]


def test_an_order_that_is_given_up_stands_among_the_errors(
    web: Client, demo: Installation
) -> None:
    demo.ob("order", "sync", "--site=demo")
    queue = web.get("/retry-queue?kind=order_retry").data
    assert queue
    waits = queue[0]
    assert stranger(web).post(f"/retry-queue/{waits['id']}/drop").status == 404
    assert demo.ob("verify").status == 0
    dropped = web.post(f"/retry-queue/{waits['id']}/drop")
    assert dropped.status == 202, dropped.text
    assert dropped.data["id"] == waits["operation_id"]
    assert web.get(f"/retry-queue?id={waits['id']}").data == []
    errors = web.get("/error-orders?status=open&per_page=100").data
    mine = [row for row in errors if row["platform_order_id"] == waits["ref"]]
    assert len(mine) == 1 and mine[0]["message"] and mine[0]["code"]
    assert mine[0]["sku"] == (waits["wait_sku"] or None)
    assert demo.ob("verify").status == 0
    assert web.post(f"/retry-queue/{waits['id']}/drop").status == 409
    asked = {"action": "retry", "ids": [mine[0]["id"]]}
    tried = web.post("/error-orders/bulk", asked, Idempotency_Key="try-again")
    assert tried.status == 202, tried.text


def test_filters_tell_how_many_rows_they_have(web: Client, demo: Installation) -> None:
    demo.ob("order", "sync", "--site=demo")
    queue_imports(web, "1005", "1006")
    found = web.get("/operations?counts=state&state=failed&per_page=1")
    assert found.status == 200, found.text
    told = found.json["meta"]
    assert told["counts"]["not_processed"] == 2 and told["counts"]["completed"] == 1
    assert set(told["counts_relation"].values()) == {"eq"}
    assert list(told["counts_relation"]) == list(told["counts"])
    mine = stranger(web).get("/operations?counts=state").json["meta"]["counts"]
    assert set(mine.values()) == {0}
    views = web.get("/orders?counts=view&view=soft").json["meta"]["counts"]
    for view in ("all", "waiting", "soft", "error", "changed", "test"):
        assert views[view] == web.get(f"/orders?view={view}").json["meta"]["total"]
    assert views["all"] > 2 and views["soft"] > 0
    bare = web.get("/orders").json["meta"]
    assert "counts" not in bare and "counts_relation" not in bare
    refused = web.get("/orders?counts=number")
    assert refused.status == 400 and "counts" in refused.json["data"]["params"]


def test_a_count_that_moved_is_another_answer(web: Client, demo: Installation) -> None:
    """Though the page that it stands beside is the same."""
    queue_imports(web, "1005")
    place = "/operations?counts=state&state=failed"
    first = web.get(place)
    assert web.get(place).headers["etag"] == first.headers["etag"]
    queue_imports(web, "1006")
    second = web.get(place)
    assert first.data == second.data == []
    assert second.headers["etag"] != first.headers["etag"]


PARTS = ("subtotal", "shipping", "tax", "fees", "discount", "credit", "total")


def cents(text: str) -> int:
    return int(round(float(text) * 10000))


def test_the_money_of_each_order_stands_side_by_side(
    web: Client, demo: Installation
) -> None:
    """Of every order of the sandbox, each with other kits, credits and taxes."""
    demo.ob("order", "sync", "--site=demo")
    ids = demo.database.run("SELECT id FROM rm_order ORDER BY id")
    assert len(ids) > 50
    spread = 0
    for (number,) in ids:
        got = web.get(f"/orders/{number}")
        assert got.status == 200, got.text
        order = got.data
        totals, credit = order["totals"], order["credit"]
        assert totals["bc"] is None
        assert set(totals["diff"].values()) == {"0.00"}, order
        parts = {name: cents(totals["middleware"][name]) for name in PARTS}
        added = sum(parts[name] for name in ("subtotal", "shipping", "tax", "fees"))
        assert added - parts["credit"] == parts["total"] == cents(order["total_due"])
        assert credit["sum_ok"] is True and credit["total"] == order["credit_total"]
        lines = {line["line_no"]: line for line in order["lines"]}
        shares = {one["line_no"]: cents(one["share"]) for one in credit["shares"]}
        assert sum(shares.values()) in (cents(credit["total"]), 0)
        for line, share in shares.items():
            assert share == -cents(lines[line]["credit_amount"])
        if shares:
            spread += 1
            assert credit["remainder_rule"] == "largest_remainder"
            rate = cents(credit["total"]) / cents(credit["base"])
            assert float(credit["rate"]) == round(rate, 6)
        assert order["placed"] == order["order_date"]
        assert order["platform_url"].endswith(
            f"/wp-admin/post.php?post={order['platform_order_id']}&action=edit"
        )
    assert spread > 2


def test_what_was_changed_since_is_seen_by_its_difference(
    web: Client, demo: Installation
) -> None:
    demo.ob("order", "sync", "--site=demo")
    order, line = demo.database.run(
        "SELECT order_id, id FROM rm_lineitems WHERE credit_amount < -0.01"
        " AND line_type = 1 ORDER BY id LIMIT 1"
    )[0]
    demo.database.run(
        "UPDATE rm_lineitems SET amount = amount + 1, credit_amount = credit_amount"
        f" + 0.01 WHERE id = {line}"
    )
    found = web.get(f"/orders/{order}").data
    assert found["credit"]["sum_ok"] is False
    same = dict.fromkeys(PARTS, "0.00")
    assert found["totals"]["diff"] == {**same, "subtotal": "1.00"}
    demo.database.run(f"DELETE FROM rm_order_payload WHERE order_id = {order}")
    found = web.get(f"/orders/{order}").data
    assert found["totals"]["platform"] is found["totals"]["diff"] is None
    assert found["totals"]["middleware"]["total"] == found["total_due"]


def test_an_order_that_is_not_stored_has_the_same_page(
    web: Client, demo: Installation
) -> None:
    demo.ob("order", "sync", "--site=demo")
    stored = web.get("/orders?per_page=1").data[0]["id"]
    members = list(web.get(f"/orders/{stored}").data)
    for view in ("soft", "error", "skipped"):
        for row in web.get(f"/orders?view={view}&per_page=100").data:
            order = web.get(f"/orders/{row['id']}").data
            assert list(order) == members
            assert (order["outcome"], order["code"]) == (row["outcome"], row["code"])
            assert order["credit"] is order["totals"]["middleware"] is None
            assert order["timeline"] and order["message"], order
            errors = web.get(f"/error-orders?order_id={row['id']}").data
            if view == "skipped":
                assert errors == []
                continue
            assert order["what"] and order["why"] and order["fix"]
            assert order["error_order_id"] == (errors[0]["id"] if errors else None)
            assert (view == "error") == bool(errors)
            if errors:
                assert order["message"] == errors[0]["message"]
    full = web.get(f"/orders/{stored}").data
    assert full["what"] is full["message"] is full["error_order_id"] is None


def test_a_run_that_is_given_up_is_an_operation_that_is_stopped(
    web: Client, demo: Installation
) -> None:
    (operation,) = queue_imports(web, "1005")
    demo.database.run(
        "UPDATE rm_job SET attempts = 1 WHERE operation_id = " + operation
    )
    (waits,) = web.get(f"/retry-queue?operation_id={operation}").data
    dropped = web.post(f"/retry-queue/{waits['id']}/drop")
    assert dropped.status == 202, dropped.text
    assert dropped.data["state"] == "failed"
    assert dropped.data["error"]["code"] == "ob_cancelled"


def test_a_plan_says_what_would_be_stored_and_writes_nothing(
    web: Client, demo: Installation
) -> None:
    demo.ob("order", "sync", "--site=demo")
    stored = web.get("/orders?per_page=1").data[0]
    failed = web.get("/error-orders?status=open&code=ob_sku_blocked").data[0]
    before = {
        table: demo.count(table) for table in ("rm_order_event", "rm_order_payload")
    }
    seen = demo.one("SELECT last_at FROM rm_order_seen WHERE id = %s", stored["id"])
    row = work(web, demo, web.post(f"/orders/{stored['id']}/plan"))
    plan = row["result"]
    assert plan["outcome"] == "stored" and plan["number"] == stored["number"]
    assert plan["total_due"] == stored["total_due"] and plan["faults"] == []
    assert plan["line_count"] == len(plan["lines"]) > 1
    assert plan["email"].endswith("***@***")
    full = web.get(f"/orders/{stored['id']}").data
    names = [a["last_name"] for a in full["addresses"]]
    assert all(len(name) > 2 for name in names)
    assert not any(name in str(plan) for name in [*names, full["email"]])
    assert row["stored"] == 0
    row = work(web, demo, web.post(f"/orders/{failed['order_id']}/plan"))
    assert row["result"]["outcome"] == "hard"
    assert row["result"]["code"] == "ob_sku_blocked" and row["result"]["fix"]
    assert before == {table: demo.count(table) for table in before}
    assert seen == demo.one(
        "SELECT last_at FROM rm_order_seen WHERE id = %s", stored["id"]
    )
    text = demo.ob("order", "plan", f"--order={failed['number']}", "--format=csv").out
    assert "ob_sku_blocked" in text and len(text.splitlines()) == 2
    assert stranger(web).post(f"/orders/{stored['id']}/plan").status == 404


def test_a_replay_tells_what_differs_and_writes_nothing(
    web: Client, demo: Installation
) -> None:
    demo.ob("order", "sync", "--site=demo")
    order = web.get("/orders?per_page=1").data[0]["id"]
    place = f"/orders/{order}/replay"
    assert web.post(place).json["code"] == "ob_missing_param"
    same = work(web, demo, web.post(place, Idempotency_Key="replay-01"))
    assert same["result"] == {"count": 0, "differences": []}
    demo.database.run(
        "UPDATE rm_order SET tax_total = tax_total + 1, email = 'other@example.org'"
        f" WHERE id = {order}"
    )
    asked = web.post(place, {"revision": 1}, Idempotency_Key="replay-02")
    result = work(web, demo, asked)["result"]
    assert result["count"] == 2
    by_field = {row["field"]: row for row in result["differences"]}
    assert set(by_field) == {"email", "tax_total"}
    assert by_field["email"]["stored"] == "o***@***"
    assert demo.one("SELECT email FROM rm_order WHERE id = %s", order) == (
        "other@example.org"
    )
    none = web.post(place, {"revision": 9}, Idempotency_Key="replay-03")
    demo.ob("cron")
    assert web.get("/operations/" + none.data["id"]).data["state"] == "failed"


def test_an_order_goes_on_from_a_step_that_is_not_done(
    web: Client, demo: Installation
) -> None:
    demo.ob("order", "sync", "--site=demo")
    error = web.get("/error-orders?status=open&code=ob_sku_blocked").data[0]
    order = error["order_id"]
    place = f"/orders/{order}/replay"
    numbers = iter(range(1000))

    def ask(client: Client = web, **body: Any) -> Any:
        return client.post(place, body, Idempotency_Key=f"go-on-{next(numbers):03}")

    for body, wrong in (
        ({"from_step": "fetch"}, "reason"),
        ({"reason": "no step"}, "reason"),
        ({"from_step": "fetch", "reason": "both", "revision": 1}, "revision"),
        ({"from_step": "verify", "reason": "no such step"}, "from_step"),
    ):
        got = ask(**body)
        assert got.status == 400 and wrong in got.json["data"]["params"], got.text
    assert ask(stranger(web), from_step="fetch", reason="not mine").status == 404
    early = ask(from_step="mark", reason="too early")
    assert early.status == 409 and "not stored" in early.json["message"]
    demo.database.run("UPDATE rm_items SET status = 'active'")
    demo.box.control("PUT", "/_bc/items/" + error["sku"], {"blocked": False})
    demo.ob("flush-cache")
    again = {"from_step": "fetch", "reason": "the item is free again"}
    asked = web.post(place, again, Idempotency_Key="go-on-with-it")
    same = web.post(place, again, Idempotency_Key="go-on-with-it")
    assert same.data["id"] == asked.data["id"]
    row = work(web, demo, asked)
    assert (row["kind"], row["stored"]) == ("order_refetch", 1)
    shown = web.get(f"/orders/{order}").data
    assert shown["outcome"] == "stored" and shown["mark_state"] == "done"
    said = [e for e in shown["timeline"] if e["step"] == "person"]
    assert [(e["message"], e["actor"]) for e in said] == [(again["reason"], "maria")]
    (entry,) = web.get("/audit?action=order.retry").data
    assert entry["object"] == f"order {order}" and entry["after"] == again
    assert "stored" in ask(**again).json["message"]
    assert "mark is done" in ask(from_step="mark", reason="again").json["message"]
    # What the shop refused is sent once more.
    marks = demo.marks()
    demo.database.run(f"UPDATE rm_order SET mark_state = 'failed' WHERE id = {order}")
    row = work(web, demo, ask(from_step="mark", reason="the key may write now"))
    assert row["kind"] == "order_mark"
    assert web.get(f"/orders/{order}").data["mark_state"] == "done"
    sent = {n: count - marks.get(n, 0) for n, count in demo.marks().items()}
    assert sum(sent.values()) == 1, sent
    # Business Central's document is nobody's to make anew.
    demo.database.run(
        "UPDATE rm_order SET mark_state = 'failed', nav_sales_order_number = 'SO-1'"
        f" WHERE id = {order}"
    )
    refused = ask(from_step="mark", reason="once more")
    assert refused.status == 409 and "SO-1" in refused.json["message"]
    assert web.get(f"/orders/{order}").data["mark_state"] == "failed"


def test_an_order_is_read_from_its_shop_again(web: Client, demo: Installation) -> None:
    demo.ob("order", "sync", "--site=demo")
    failed = web.get("/error-orders?status=open&code=ob_sku_blocked").data[0]
    demo.database.run("UPDATE rm_items SET status = 'active'")
    demo.box.control("PUT", "/_bc/items/" + failed["sku"], {"blocked": False})
    demo.ob("flush-cache")
    assert not web.get("/orders?id=" + failed["order_id"]).data
    row = work(web, demo, web.post(f"/orders/{failed['order_id']}/refetch"))
    assert (row["fetched"], row["stored"], row["hard"]) == (1, 1, 0)
    shown = web.get(f"/orders/{failed['order_id']}").data
    assert shown["outcome"] == "stored" and shown["mark_state"] == "done"
    assert web.get("/error-orders/" + failed["id"]).data["status"] == "fixed"
    assert demo.ob("verify").status == 0


def test_what_an_order_waits_for_stands_in_the_list(
    web: Client, demo: Installation
) -> None:
    demo.ob("order", "sync", "--site=demo")
    (soft,) = web.get("/orders?view=soft").data
    assert soft["code"] == "ob_sku_wait" and "NEW-IN-BC" in soft["message"]
    assert web.get("/orders/" + soft["id"]).data["message"] == soft["message"]
    assert all(row["message"] for row in web.get("/orders?view=error").data)


def test_an_order_that_holds_a_sku_on_two_lines_is_listed_once(
    web: Client, demo: Installation
) -> None:
    demo.ob("order", "sync", "--site=demo")
    demo.database.run("UPDATE rm_lineitems SET sku = 'TWICE' WHERE line_no <= 2")
    found = web.get("/orders?sku=TWICE&per_page=100")
    assert len(found.data) == found.json["meta"]["total"] == demo.count("rm_order")
    assert web.get("/orders?search=TWICE").json["meta"]["total"] == len(found.data)


def test_a_worker_begins_with_the_orders_that_an_item_mends(
    web: Client, demo: Installation
) -> None:
    demo.ob("order", "sync", "--site=demo")
    nobody = web.post("/items", {"sku": "NOBODY-WANTS", "description": "x"})
    assert nobody.status == 201 and "starts" not in nobody.json["meta"]
    mapped = {"sku": "GHOST-1", "bc_number": "COMP-A", "description": "x"}
    assert web.post("/items", mapped).json["meta"]["starts"] == "cron"
    assert web.get("/operations?kind=retry").data[0]["state"] == "not_processed"
    waits = {"sku": "NEW-IN-BC", "description": "x"}
    assert web.post("/items", waits).json["meta"]["starts"] == "cron"
    demo.ob("cron")
    assert not web.get("/error-orders?status=open&sku=GHOST-1").data


def test_business_central_is_asked_about_one_sku(
    web: Client, demo: Installation
) -> None:
    found = work(web, demo, web.post("/items/comp-a/check"))["result"]
    assert found == {
        "sku": "COMP-A",
        "here": "active",
        "bc": "ok",
        "passes": True,
        "code": "",
        "message": found["message"],
        "fix": found["fix"],
    }
    assert web.get("/items/COMP-A").data["bc"] == "ok"
    nowhere = work(web, demo, web.post("/items/NO-SUCH-THING/check"))["result"]
    assert nowhere["bc"] == "missing" and nowhere["here"] == ""
    assert nowhere["code"] == "ob_sku_unknown" and not nowhere["passes"]
    long = work(web, demo, web.post("/items/" + "X" * 21 + "/check"))["result"]
    assert long["bc"] == "not_asked" and long["code"] == "ob_sku_long"


def test_business_central_is_asked_about_all_that_a_kit_comes_to(
    web: Client, demo: Installation
) -> None:
    parts = [{"component": sku, "quantity": "2"} for sku in ("COMP-A", "NOT-THERE")]
    inner = [{"component": "KIT-IN", "quantity": "1"}, parts[0]]
    assert web.post("/kits", {"sku": "KIT-IN", "components": parts}).status == 201
    assert web.post("/kits", {"sku": "KIT-OUT", "components": inner}).status == 201
    demo.database.run("DELETE FROM rm_sku_check")
    found = work(web, demo, web.post("/kits/kit-out/check"))["result"]
    assert (found["sku"], found["valid"], found["passes"]) == ("KIT-OUT", True, False)
    assert (found["count"], found["failed"], found["listed"]) == (2, 1, 2)
    verdicts = {row["sku"]: row for row in found["items"]}
    assert verdicts["COMP-A"]["bc"] == "ok" and verdicts["COMP-A"]["passes"]
    assert verdicts["NOT-THERE"]["bc"] == "missing"
    assert verdicts["NOT-THERE"]["code"] == "ob_kit_component"
    assert web.get("/items/COMP-A").data["bc"] == "ok"
    # What no save lets in: a circle has nothing that could be asked for.
    demo.database.run(
        "UPDATE rm_kits SET component_sku = 'KIT-OUT'"
        " WHERE parent_sku = 'KIT-IN' AND component_sku = 'NOT-THERE'"
    )
    found = work(web, demo, web.post("/kits/KIT-OUT/check"))["result"]
    assert (found["valid"], found["passes"], found["items"]) == (False, False, [])
    assert found["code"] == "ob_kit_cycle" and "KIT-OUT → KIT-IN" in found["message"]
    assert web.post("/kits/NO-KIT/check").status == 404


def test_a_kit_is_not_judged_while_business_central_is_away(
    web: Client, demo: Installation
) -> None:
    away = {"upstream": "business_central", "method": "GET", "path": "/items"}
    demo.box.fault("status", {"code": 503}, times=0, **away)
    asked = web.post("/kits/KIT-PARENT-123/check")
    assert asked.status == 202, asked.text
    demo.ob("cron")
    row = web.get("/operations/" + asked.data["id"]).data
    assert row["state"] == "not_processed" and row["next_attempt_at"], row
    assert row["result"] is None and demo.count("rm_sku_check") == 0, row


def test_what_is_left_of_an_operation_follows_from_its_pace(
    web: Client, demo: Installation
) -> None:
    (number,) = queue_imports(web, "1005")

    def eta(**change: Any) -> Any:
        row = {"state": "in_progress", "done": 40, "total": 100, **change}
        changes = ", ".join(f"{name} = %s" for name in row)
        demo.database.run(
            f"UPDATE rm_operation SET {changes},"
            " started_at = '2026-11-20 10:00', heartbeat_at = '2026-11-20 10:01'"
            f" WHERE id = {number}",
            *row.values(),
        )
        return web.get("/operations/" + number).data["progress"]["eta_s"]

    assert eta() == 90
    assert eta(done=99) == 1
    # Nobody knows: nothing done, no total, all done, or it does not run.
    for change in ({"done": 0}, {"total": None}, {"done": 100}, {"done": 101}):
        assert eta(**change) is None, change
    assert eta(state="completed") is None
    # A wait between two attempts is no pace.
    demo.database.run("UPDATE rm_job SET attempts = 1")
    assert eta() is None
    links = web.get("/operations/" + number).data["links"]
    assert all(web.get(place).status == 200 for place in links.values()), links


def test_orders_of_a_filter_are_counted_by_the_shop(
    web: Client, demo: Installation
) -> None:
    place = f"/sites/{demo.one('SELECT id FROM rm_sites')}/preview-count"
    assert web.get(place).data == {"count": None, "source": "last_test"}
    demo.must("site", "test", "demo")
    before = len(demo.requests())
    last = web.get(place).data
    assert last["source"] == "last_test" and last["count"] > 10
    assert len(demo.requests()) == before
    # By a filter the shop itself is asked, and knows what came meanwhile.
    asked = web.get(place + "?status=processing")
    assert asked.data == {"count": last["count"], "source": "shop"}
    wish = {"count": 2, "variety": "plain", "seed": 7}
    demo.box.control("POST", "/_shops/demo/orders", wish)
    assert web.get(place + "?status=processing").data["count"] == last["count"] + 2
    assert web.get(place + "?start_date=2030-01-01").data["count"] == 0
    assert web.get(place + "?min_date=2030-01-01T00:00:00Z").data["count"] == 0
    assert web.get(place + "?start_date=2020-01-01").data["count"] == last["count"] + 2
    # Who may only look reads what is there, and does not send us to the shop.
    web.post("/users", {"login": "tom", "password": PASSWORD, "role": "viewer"})
    tom = Client(web.port)
    assert tom.log_in("tom", PASSWORD).status == 201
    assert tom.get(place).data == last
    refused = tom.get(place + "?status=processing")
    assert refused.status == 403 and "orders.write" in refused.json["message"]
    assert stranger(web).get(place).status == 404
    assert web.get("/sites/999/preview-count").status == 404
    # What the shop refuses is told as the shop's refusal.
    demo.must("secret", "set", "site.demo.consumer_key", text="ck_" + "0" * 40)
    refused = web.get(place + "?status=processing")
    assert refused.status == 502 and refused.json["code"] == "ob_auth_failed"
