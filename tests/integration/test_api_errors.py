"""Orders that need a person, by the API: their causes, and many at once."""

from __future__ import annotations

import json
from typing import Any, Iterator

import pytest
from installation import Installation
from served import administrator, stranger
from web import Client


@pytest.fixture
def web(demo: Installation) -> Iterator[Client]:
    """An administrator, whose work waits until a command takes it."""
    demo.write_settings(run__start_workers="off")
    with administrator(demo) as client:
        yield client


def test_errors_are_told_by_their_cause(web: Client, demo: Installation) -> None:
    demo.set_up("second", "SEC")
    demo.ob("order", "sync")
    rows = web.get("/error-orders?status=open&per_page=100").data
    found = web.get("/error-orders?group=cause&per_page=100")
    assert found.status == 200 and len(found.data) > 2, found.text
    assert found.json["meta"]["total"] == len(found.data)
    assert sum(one["orders"] for one in found.data) == len(rows)
    for one in found.data:
        mine = [row for row in rows if row["cause"] == one["cause"]]
        assert len(mine) == one["orders"]
        assert one["sites"] == sorted({row["site"] for row in mine})
        assert set(one["value"]) == {row["currency"] for row in mine} - {None}
        assert (one["code"], one["why"]) == (mine[0]["code"], mine[0]["why"])
        assert one["what"] in {row["message"] for row in mine}

    def attention(query: str) -> list[Any]:
        things = web.get("/overview" + query).data["attention"]
        return [one for one in things if "&cause=" in one["path"]]

    assert [(one["id"], one["count"]) for one in attention("")] == [
        (one["cause"], one["orders"]) for one in found.data[:10]
    ]
    mine = attention("?site=second")
    told = web.get("/error-orders?group=cause&site=second").data
    assert [one["id"] for one in mine] == [one["cause"] for one in told][:10]
    assert all(one["sites"] == ["second"] for one in told)
    second = web.get("/error-orders?group=cause&per_page=1&page=2")
    assert second.data == found.data[1:2]
    assert 'page=3>; rel="next"' in second.headers["link"]
    assert stranger(web).get("/error-orders?group=cause").data == []
    refused = web.get("/error-orders?group=cause&sort=id")
    assert refused.status == 400 and "sort" in refused.json["data"]["params"]


def test_the_command_line_tells_the_same_causes(
    web: Client, demo: Installation
) -> None:
    demo.ob("order", "sync")
    failed = web.get("/error-orders?status=open&site=demo").data
    demo.must("error", "resolve", failed[0]["order_id"], "--reason=entered by hand")
    for query, words in (
        ("", ()),
        ("&site=demo", ("--site=demo",)),
        ("&status=handled", ("--status=handled",)),
        ("&code=ob_sku_unknown", ("--code=ob_sku_unknown",)),
        ("&per_page=2", ("--limit=2",)),
    ):
        told = web.get("/error-orders?group=cause" + query).data
        printed = demo.must("error", "list", "--group=cause", "--format=json", *words)
        rows = json.loads(printed.out)
        assert rows and all("field" in row for row in rows), query
        assert [{k: v for k, v in row.items() if k != "field"} for row in rows] == [
            {
                "code": one["code"],
                "sku": one["sku"],
                "orders": one["orders"],
                "value": ", ".join(f"{n} {c}" for c, n in one["value"].items()) or None,
                "sites": ", ".join(one["sites"]),
                "last_at": one["last_at"],
                "message": one["what"],
            }
            for one in told
        ], query
    assert "raise --limit" in printed.err


def bulk(web: Client, key: str, query: str = "", **body: Any) -> Any:
    return web.post(f"/error-orders/bulk{query}", body, Idempotency_Key=key)


def test_many_errors_are_marked_as_handled(web: Client, demo: Installation) -> None:
    demo.ob("order", "sync", "--site=demo")
    errors = web.get("/error-orders?status=open&per_page=100").data
    code = errors[0]["code"]
    mine = [row["id"] for row in errors if row["code"] == code]
    body = {"action": "handled", "filter": {"code": code, "status": "open"}}
    missing = bulk(web, "handle-01", **body)
    assert missing.status == 400 and missing.json["code"] == "ob_missing_param"
    body["reason"] = "entered by hand"
    tried = bulk(web, "handle-02", "?dry_run=1", **body)
    assert tried.status == 200 and tried.json["meta"]["dry_run"] is True
    assert tried.data["orders"] == len(mine)
    assert tried.data["first"] == [row for row in errors if row["code"] == code][:10]
    assert web.get("/error-orders?status=handled").data == []
    done = bulk(web, "handle-03", **body)
    assert done.status == 200 and done.data == {"orders": len(mine)}, done.text
    handled = web.get("/error-orders?status=handled&per_page=100").data
    assert {row["id"] for row in handled} == set(mine)
    assert {row["handled_by"] for row in handled} == {"maria"}
    assert {row["resolution"] for row in handled} == {"entered by hand"}
    story = web.get(f"/orders/{handled[0]['order_id']}").data["timeline"]
    told = [(v["step"], v["message"], v["actor"]) for v in story]
    assert told.count(("person", "entered by hand", "maria")) == 1
    again = bulk(web, "handle-04", action="handled", ids=mine, reason="twice")
    assert again.data == {"orders": 0}
    (entry,) = web.get("/audit?action=error.handle").data
    assert entry["after"]["resolution"] == "entered by hand"
    assert len(entry["after"]["orders"]) == len(mine)
    assert demo.ob("verify").status == 0


def test_thousands_are_handled_as_a_few_are(web: Client, demo: Installation) -> None:
    demo.database.run(
        "INSERT INTO rm_order_seen (site_id, platform_order_id, outcome, first_at,"
        " last_at) SELECT 1, CONCAT('x', seq), 'error', NOW(3), NOW(3)"
        " FROM seq_1_to_2500"
    )
    demo.database.run(
        "INSERT INTO rm_error_orders (order_id, site_id, stage, code, message,"
        " cause_hash, status, count, first_at, last_at) SELECT id, 1, 'verify',"
        " 'ob_field', 'wrong', REPEAT('x', 32), 'open', 1, NOW(3), NOW(3)"
        " FROM rm_order_seen WHERE platform_order_id LIKE 'x%'"
    )
    body = {"action": "handled", "filter": {"code": "ob_field"}, "reason": "because"}
    assert bulk(web, "handle-05", **body).data == {"orders": 2500}
    assert demo.count("rm_error_orders", "status = 'handled'") == 2500
    assert demo.count("rm_order_event", "message = 'because'") == 2500


def test_a_retry_of_many_shows_first_what_it_is_about(
    web: Client, demo: Installation
) -> None:
    demo.ob("order", "sync", "--site=demo")
    errors = web.get("/error-orders?status=open&per_page=100").data
    ids = [row["id"] for row in errors]
    tried = bulk(web, "retry-001", "?dry_run=1", action="retry", ids=ids)
    assert tried.data["orders"] == len(errors)
    assert [row["id"] for row in tried.data["first"]] == ids[:10]
    assert web.get("/error-orders?status=requeued").data == []
    nothing = bulk(
        web, "retry-002", "?dry_run=1", action="retry", filter={"code": "ob_mark"}
    )
    assert nothing.data == {"orders": 0, "first": []}
    refused = bulk(web, "retry-003", action="retry", ids=ids, reason="because")
    assert refused.status == 400 and "reason" in refused.json["data"]["params"]
    assert bulk(web, "retry-004", action="retry", ids=ids).status == 202
    requeued = web.get("/error-orders?status=requeued&per_page=100").data
    assert {row["id"] for row in requeued} == set(ids)
