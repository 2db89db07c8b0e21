"""The API's routes that start work, stop it, and tell how far it has come."""

from __future__ import annotations

import shutil
from typing import Any, Iterator

import pytest
from conftest import free_port
from installation import Installation
from web import Client, Responder, nginx, own_folder

PASSWORD = "tall-anchor-forty-ships"


@pytest.fixture
def web(demo: Installation) -> Iterator[Client]:
    """An administrator, whose work waits until a command takes it."""
    folder, port = own_folder(), free_port()
    demo.write_settings(run__start_workers="off")
    demo.must(
        *("user", "add", "maria", "--role=administrator", "--password-file=-"),
        text=PASSWORD,
    )
    responder = Responder(demo, folder)
    with nginx(folder, port):
        client = Client(port)
        assert client.log_in("maria", PASSWORD).status == 201
        yield client
    responder.close()
    shutil.rmtree(folder)


def stranger(web: Client, role: str = "operator") -> Client:
    """Somebody who may do what the role may, at no site."""
    body = {"login": "vera", "password": PASSWORD, "role": role}
    made = web.post("/users", {**body, "all_sites": False, "sites": []})
    assert made.status == 201, made.text
    found = Client(web.port)
    assert found.log_in("vera", PASSWORD).status == 201
    return found


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
