"""GET /overview: each number is that of the rows its link leads to (UX 1, 2.3)."""

from __future__ import annotations

import datetime
from typing import Any, Iterator

import pytest
from conftest import MOMENT
from installation import Installation
from served import PASSWORD, administrator
from web import Client

# What each number means, as its list says it.
TILES = {
    "orders_today": "/orders?order_date=2026-11-24",
    "pending_bc": "/orders?view=waiting",
    "error_orders": "/error-orders?status=open",
    "error_causes": "/error-orders?group=cause",
    "retrying": "/orders?view=soft",
    "running": "/operations?state=in_progress",
}
OF_SITES = [name for name in TILES if name != "running"]
NOW = datetime.datetime.fromisoformat(MOMENT.replace("Z", ""))
HOUR = datetime.timedelta(hours=1)

# Orders of the last 29 days, some of each kind today; all that is known of them
# says the same.
SPREAD = """
UPDATE rm_order_seen SET order_date = TIMESTAMP'2026-11-24 08:30:00'
    - INTERVAL (id * 7 MOD 29) * 24 + id MOD 3 HOUR;
UPDATE rm_order AS o JOIN rm_order_seen AS s ON s.id = o.id
    SET o.order_date = s.order_date;
UPDATE rm_order_seen SET order_date = '2026-11-24 07:30:00'
    WHERE outcome IN ('soft', 'error') AND id MOD 5 <> 0;
UPDATE rm_order SET imported = 1 WHERE id MOD 4 = 0
"""
OPERATION = """
INSERT INTO rm_operation (kind, site_id, state, source, error_code, error, created_at,
    started_at, completed_at, done, total, unit, phase)
VALUES (%s, (SELECT id FROM rm_sites WHERE code = %s), %s, 'cron', %s, %s, %s, %s, %s,
    40, 100, 'orders', 'store')
"""


# More than a list counts, of two kinds.
MANY = """
INSERT INTO rm_order_seen (site_id, platform_order_id, number, outcome, order_date,
    first_at, last_at)
SELECT 1, 100000 + seq, CONCAT('MANY-', seq), IF(seq MOD 2, 'stored', 'soft'),
    '2026-11-24 06:30:00', '2026-11-24', '2026-11-24' FROM seq_1_to_20100;
INSERT INTO rm_order (id, site_id, platform_order_id, number, order_date,
    platform_modified, platform_status, currency, payment_method, content_hash,
    stored_at)
SELECT id, 1, platform_order_id, number, order_date, order_date, 'processing', 'USD',
    'card', UNHEX(SHA2(id, 256)), order_date
FROM rm_order_seen WHERE number LIKE 'MANY-%' AND outcome = 'stored'
"""

# Later than all others, and more than bars are made of.
FLOOD = """
INSERT INTO rm_order_seen (site_id, platform_order_id, number, outcome, order_date,
    first_at, last_at)
SELECT 1, 100000 + seq, CONCAT('FLOOD-', seq), 'soft', '2026-11-24 08:45:00',
    '2026-11-24', '2026-11-24' FROM seq_1_to_20001
"""


@pytest.fixture
def web(demo: Installation) -> Iterator[Client]:
    """An administrator of two shops, whose orders came in."""
    wish = {code: {"orders": 100, "seed": 1} for code in ("demo", "second")}
    demo.box.control("POST", "/_reset", {"seed": 1, "orders": 0, "shops": wish})
    demo.write_settings(run__start_workers="off")
    demo.set_up("second", "SEC")
    for site in ("demo", "second"):
        demo.ob("order", "sync", f"--site={site}")
    for statement in SPREAD.split(";"):
        demo.database.run(statement)
    with administrator(demo) as client:
        yield client


def colleague(web: Client, login: str, *sites: str) -> Client:
    """A viewer of some sites alone."""
    body = {"login": login, "password": PASSWORD, "role": "viewer"}
    made = web.post("/users", {**body, "all_sites": False, "sites": list(sites)})
    assert made.status == 201, made.text
    found = Client(web.port)
    assert found.log_in(login, PASSWORD).status == 201
    return found


def glance(web: Client, query: str = "") -> Any:
    found = web.get("/overview" + query)
    assert found.status == 200, found.text
    return found.data


def add_operation(
    ob: Installation,
    site: str | None,
    state: str,
    ended: datetime.datetime | None = NOW,
    kind: str = "order_sync",
) -> None:
    begun = (ended or NOW) - HOUR / 60
    why = (
        ("ob_upstream", "BC answered 503: the\nfull text") if state == "failed" else ()
    )
    values = (kind, site, state, *(why or (None, None)), begun, begun, ended)
    ob.database.run(OPERATION, *values)


def trouble(ob: Installation) -> None:
    """Something of each kind that the overview counts, at both sites."""
    for days in (0, 1, 2, 20):
        add_operation(ob, "demo", "failed", NOW - days * 24 * HOUR)
    add_operation(ob, "second", "failed", NOW - HOUR)
    add_operation(ob, "second", "in_progress", None)
    add_operation(ob, None, "in_progress", None, "item_sync")
    ob.database.run(
        "UPDATE rm_secret SET expires_at = '2026-11-30' WHERE name IN"
        " ('bc.client_secret', 'site.second.consumer_key')"
    )
    ob.database.run(
        "UPDATE rm_schedule SET is_enabled = 0 WHERE name = 'order_sync:demo'"
    )
    ob.database.run(
        "UPDATE rm_sites SET order_last_run = '2026-11-24 06:00:00'"
        " WHERE code = 'second'"
    )


def rows(web: Client, path: str) -> int:
    """How many rows the list tells, or 1 for something that stands alone."""
    found = web.get(path)
    assert found.status == 200, path + found.text
    return int(found.json["meta"]["total"]) if isinstance(found.data, list) else 1


def check_numbers(web: Client, seen: Any, site: str) -> None:
    """Each number against its list, and each link against the site that was asked."""
    tiles = seen["tiles"]
    for name in TILES:
        link = tiles["links"][name]
        assert link["relation"] == "eq"
        assert link["path"] == TILES[name] + (f"&site={site}" if site else "")
        assert link["route"].split("?")[1] == link["path"].split("?")[1]
        assert tiles[name] == rows(web, link["path"]), name
    for shop in seen["sites"]:
        for name in ("pending", "errors"):
            tile = "pending_bc" if name == "pending" else "error_orders"
            asked = f"{TILES[tile]}&site={shop['code']}"
            assert shop["links"][name]["path"] == asked
            assert shop[name] == rows(web, shop["links"][name]["path"])
    for thing in seen["attention"]:
        if "?" in thing["path"]:
            assert ("site=" + site in thing["path"]) == bool(site)
            query = thing["path"].split("?")[1]
            assert thing["fix_route"].split("?")[1] == query
        if thing["path"] != "/bc/connection":  # not for a viewer
            assert thing["count"] == rows(web, thing["path"]), thing


def test_each_number_is_that_of_the_rows_behind_its_link(
    web: Client, demo: Installation
) -> None:
    trouble(demo)
    for site in ("", "demo", "second"):
        seen = glance(web, f"?site={site}" if site else "")
        check_numbers(web, seen, site)
        assert all(seen["tiles"][name] > 0 for name in OF_SITES), seen["tiles"]
        codes = [shop["code"] for shop in seen["sites"]]
        assert codes == ([site] if site else ["demo", "second"])
    everything = glance(web)["tiles"]
    for name in TILES:
        parts = [glance(web, f"?site={s}")["tiles"][name] for s in ("demo", "second")]
        if name == "running":  # what belongs to no site is in neither
            assert (everything[name], parts) == (2, [0, 1])
        elif name != "error_causes":  # both shops have the same catalogue
            assert everything[name] == sum(parts)


def test_more_than_a_list_counts_is_told_as_the_list_tells_it(
    web: Client, demo: Installation
) -> None:
    for statement in MANY.split(";"):
        demo.database.run(statement)
    for site in ("", "?site=demo"):
        seen = glance(web, site)
        for name in ("orders_today", "pending_bc", "retrying"):
            link = seen["tiles"]["links"][name]
            meta = web.get(link["path"]).json["meta"]
            assert (seen["tiles"][name], link["relation"]) == (10000, "gte")
            assert (meta["total"], meta["total_relation"]) == (10000, "gte")
        assert seen["tiles"]["links"]["error_orders"]["relation"] == "eq"
        assert "10,000+ orders wait for Business" in seen["health"]["sentence"]
        waiting = [x for x in seen["attention"] if x["id"] == "bc_pending"][0]
        assert (waiting["count"], waiting["relation"]) == (10000, "gte")
        assert seen["sites"][0]["links"]["pending"]["relation"] == "gte"
        assert max(seen["series"]["stored"]) >= 10050, "bars go on"
        assert seen["series"]["links"]["stored"]["relation"] == "eq"
    first, other = web.get("/sites").data
    assert (first["pending"], first["pending_relation"]) == (10000, "gte")
    assert other["pending"] == rows(web, "/orders?view=waiting&site=second")
    assert (other["pending_relation"], other["errors_relation"]) == ("eq", "eq")
    assert glance(web, "?site=second")["tiles"]["links"]["pending_bc"] == {
        **{"relation": "eq", "path": "/orders?view=waiting&site=second"},
        "route": "#/orders?view=waiting&site=second",
    }


def test_the_bars_of_a_flood_say_that_they_are_cut(
    web: Client, demo: Installation
) -> None:
    demo.database.run(FLOOD)
    for site in ("", "?site=demo"):
        series = glance(web, site)["series"]
        assert sum(series["soft"]) == 20000
        assert series["links"]["soft"]["relation"] == "gte"
        assert series["links"]["hard"]["relation"] == "eq"
    # The latest are looked at first, whose they are is asked afterwards.
    series = glance(web, "?site=second")["series"]
    assert (sum(series["soft"]), series["links"]["soft"]["relation"]) == (0, "gte")


def test_what_one_may_not_see_is_counted_nowhere(
    web: Client, demo: Installation
) -> None:
    trouble(demo)
    all_of_it = glance(web)
    both = glance(colleague(web, "both", "demo", "second"))
    for part in ("tiles", "sites", "series", "recent_errors", "attention"):
        assert both[part] == all_of_it[part], part
    one = colleague(web, "one", "second")
    seen = glance(one)
    check_numbers(one, seen, "")
    assert '"demo"' not in one.get("/overview").text
    of_second = glance(web, "?site=second")
    for name in ("pending_bc", "error_orders", "error_causes", "retrying"):
        assert seen["tiles"][name] == of_second["tiles"][name] > 0, name
    for bars in ("stored", "soft", "hard"):
        assert seen["series"][bars] == of_second["series"][bars]
    assert seen["recent_errors"] == of_second["recent_errors"]
    assert one.get("/overview?site=demo").status == 404
    nobody = glance(colleague(web, "none"))
    assert (nobody["sites"], nobody["recent_errors"]) == ([], [])
    assert {nobody["tiles"][name] for name in OF_SITES} == {0}
    assert sum(nobody["series"]["stored"]) == 0
    assert [thing["id"] for thing in nobody["attention"]] == [
        "expires:bc.client_secret"
    ]


def test_what_needs_a_person_stands_in_order(web: Client, demo: Installation) -> None:
    trouble(demo)
    seen = glance(web)
    causes = [thing for thing in seen["attention"] if "cause=" in thing["path"]]
    assert [thing["id"] for thing in seen["attention"]] == [
        "operations_failed",
        *(thing["id"] for thing in causes),
        "not_synced:second",
        "expires:bc.client_secret",
        "expires:site.second.consumer_key",
        "bc_pending",
        "schedule_off:demo",
    ]
    assert len(causes) == seen["tiles"]["error_causes"] > 1
    orders = [thing["count"] for thing in causes]
    assert orders == sorted(orders, reverse=True)
    failed = seen["attention"][0]
    assert failed["count"] == 4, "what failed three weeks ago is history"
    assert failed["fix_route"] == "#/operations?state=failed&created_at=2026-11-18.."
    assert failed["why"] == "BC answered 503: the" and failed["fix"]
    assert failed["since"] == "2026-11-22T08:59:00.000Z"
    assert seen["health"]["level"] == "warn"
    assert seen["health"]["sentence"].startswith(
        f"{len(seen['attention'])} things need you. 1 of 2 sites synced in the last"
    )
    kept = glance(web, "?site=second")["attention"]
    assert kept[0]["fix_route"].endswith("&site=second") and kept[0]["count"] == 1
    assert "expires:bc.client_secret" not in [thing["id"] for thing in kept]
    demo.database.run(
        "UPDATE rm_sites SET auth_failed_at = '2026-11-24 08:00:00' WHERE code = 'demo'"
    )
    refused = [x for x in glance(web)["attention"] if x["id"] == "keys_refused:demo"]
    assert refused and refused[0]["severity"] == "error"


def test_the_maintenance_is_no_reason_to_worry(web: Client, demo: Installation) -> None:
    """Two intervals are hours in which a sync could have run."""

    def things(moment: str, last_run: str) -> set[str]:
        demo.set_clock(moment)
        demo.database.run("UPDATE rm_sites SET order_last_run = %s", last_run)
        assert web.log_in("maria", PASSWORD).status == 201
        return {thing["id"] for thing in glance(web)["attention"]}

    missed = {"not_synced:demo", "not_synced:second"}
    assert not missed & things("2026-11-30T05:30:00Z", "2026-11-29 18:45:00")
    assert missed <= things("2026-11-30T06:00:00Z", "2026-11-29 18:45:00")
    within = things("2026-11-29T20:00:00Z", "2026-11-29 18:45:00")
    assert not (missed | {"bc_pending"}) & within
    seen = glance(web)
    assert seen["health"]["level"] == "paused" and seen["window"]["active"]
    window = {
        "starts_at": "2026-11-29T19:00:00.000Z",
        "ends_at": "2026-11-30T04:00:00.000Z",
    }
    assert seen["windows"] == [window]
    assert glance(web, "?range=7d")["windows"][-1] == window
    month = glance(web, "?range=30d")["windows"]
    assert len(month) == 5 and month[0]["starts_at"] == "2026-11-01T19:00:00.000Z"


def test_without_business_central_its_waiting_orders_are_told_once(
    web: Client, demo: Installation
) -> None:
    def of_bc() -> Any:
        return [x for x in glance(web)["attention"] if x["id"].startswith("bc_")]

    assert [thing["id"] for thing in of_bc()] == ["bc_pending"]
    demo.must("secret", "delete", "bc.client_secret", "--yes")
    (told,) = of_bc()
    assert told["id"] == "bc_not_connected"
    assert told["count"] == glance(web)["tiles"]["pending_bc"] > 0
    assert told["fix_route"] == "#/orders?view=waiting"
    demo.database.run("UPDATE rm_order SET imported = 1")
    assert of_bc() == []


def test_each_bar_leads_to_its_orders(web: Client, demo: Installation) -> None:
    lengths = {"24h": (24, 3600), "7d": (168, 3600), "30d": (120, 21600)}
    for span, (count, seconds) in lengths.items():
        for site in ("", "second"):
            asked = f"?range={span}" + (f"&site={site}" if site else "")
            series = glance(web, asked)["series"]
            assert (series["range"], series["bucket_s"]) == (span, seconds)
            begins = [datetime.datetime.fromisoformat(t[:-1]) for t in series["t"]]
            step = datetime.timedelta(seconds=seconds)
            assert [b - a for a, b in zip(begins, begins[1:])] == [step] * (count - 1)
            assert begins[-1] <= NOW < begins[-1] + step
            for kind in ("stored", "soft", "hard"):
                bars = series[kind]
                assert len(bars) == count and sum(bars) > 0, (span, kind)
                place = series["links"][kind]["path"]
                ends = [
                    *(t + "Z" for t in map(iso, begins)),
                    iso(begins[-1] + step) + "Z",
                ]
                for i, bar in enumerate(bars):
                    if bar:
                        path = place.replace("{from}", ends[i])
                        assert bar == rows(web, path.replace("{to}", ends[i + 1]))
                whole = place.replace("{from}", ends[0]).replace("{to}", ends[-1])
                assert sum(bars) == rows(web, whole)
    assert web.get("/overview?range=1y").status == 400


def iso(moment: datetime.datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def test_a_site_s_last_result_stands_beside_what_happens_now(
    web: Client, demo: Installation
) -> None:
    for hours in range(30, 0, -1):
        add_operation(demo, "second", "completed", NOW - hours * HOUR)
    add_operation(demo, "second", "failed", NOW + HOUR / 4)
    add_operation(demo, "second", "completed", NOW + HOUR / 2, "import")
    add_operation(demo, "second", "in_progress", None)
    first, second = glance(web)["sites"]
    assert first["running_operation"] is None
    assert first["last_run"]["state"] == "completed" and len(first["runs"]) == 1
    progress = second["running_operation"]["progress"]
    assert (progress["done"], progress["total"]) == (40, 100)
    assert (progress["unit"], progress["phase"]) == ("orders", "store")
    assert second["last_run"]["error"]["message"] == "BC answered 503: the"
    listed = web.get(
        "/operations?site=second&kind=order_sync&per_page=24"
        "&state=completed,failed,aborted,webshop_not_found"
    ).data
    assert [run["id"] for run in second["runs"]] == [row["id"] for row in listed]
    assert len(listed) == 24 and second["last_run"]["id"] == listed[0]["id"]
    assert second["next_run_at"] == "2026-11-24T10:00:00.000Z"


def test_the_latest_errors_are_of_orders_and_operations(
    web: Client, demo: Installation
) -> None:
    add_operation(demo, "second", "failed", NOW + HOUR)
    add_operation(demo, "demo", "failed", NOW - 48 * HOUR)
    seen = glance(web)["recent_errors"]
    assert len(seen) == 5
    times = [one["at"] for one in seen]
    assert times == sorted(times, reverse=True)
    assert [one["kind"] for one in seen] == ["operation"] + ["order"] * 4
    assert seen[0]["site"] == "second" and seen[0]["what"] == "BC answered 503: the"
    listed = web.get("/error-orders?status=open&per_page=4").data
    for one, row in zip(seen[1:], listed):
        assert one["id"] == row["id"] and one["what"] == row["message"]
        assert one["route"] == f"#/orders/{row['order_id']}"
        for name in ("at", "why", "fix", "fix_route", "site", "number"):
            assert one[name] == row["last_at" if name == "at" else name]
    assert {one["site"] for one in glance(web, "?site=demo")["recent_errors"]} == {
        "demo"
    }


def test_the_live_panel_is_the_overview(web: Client, demo: Installation) -> None:
    trouble(demo)
    for query in ("", "&site=second", "&range=7d", "&site=demo&range=30d"):
        live = web.get("/live?panels=overview" + query)
        assert live.status == 200, live.text
        assert live.data["overview"] == glance(web, "?" + query[1:])
    assert web.get("/live?panels=overview&range=1y").status == 400


def test_cron_tells_how_often_it_comes(web: Client, demo: Installation) -> None:
    assert glance(web)["cron"] == {
        **{"last_seen_at": None, "interval_s": None, "host": ""}
    }
    for minute in (10, 25):
        demo.set_clock(f"2026-11-24T09:{minute}:00Z")
        demo.must("cron")
    assert web.log_in("maria", PASSWORD).status == 201
    cron = glance(web)["cron"]
    assert cron["last_seen_at"] == "2026-11-24T09:25:00.000Z"
    assert cron["interval_s"] == 900 and cron["host"]
