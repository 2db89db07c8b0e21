"""The order sync against the real MariaDB and a strict shop: the main job."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import subprocess
import time
from typing import Any

import pytest
from installation import PROGRAM, SOURCE, Installation, csv_of, kill, wait_until

REQUIREMENT_PENDING = """SELECT COUNT(*) as pending
FROM rm_order
WHERE imported = 0;"""
REQUIREMENT_LAST_SYNC = """SELECT name, order_last_run,
TIMESTAMPDIFF(MINUTE, order_last_run, NOW()) as minutes_ago
FROM rm_sites
WHERE is_active = 1 AND orders_sync = 1;"""


def sync(ob: Installation) -> None:
    """One run of the crontab's line, whatever is due."""
    make_due(ob)
    done = ob.ob("cron")
    assert done.status == 0, done.out + done.err


def make_due(ob: Installation) -> None:
    ob.database.run(
        "UPDATE rm_schedule SET next_run_at = '2020-01-01' WHERE kind = 'order_sync'"
    )


def test_a_hundred_orders_travel_and_the_counts_agree(demo: Installation) -> None:
    sync(demo)
    state = demo.state()
    expected = state["expected"]
    summary = demo.summary()
    assert {k: summary[k] for k in expected} == expected
    assert summary["fetched"] == 100
    assert demo.count("rm_order") == expected["stored"]
    assert demo.one(REQUIREMENT_PENDING) == expected["stored"]
    assert demo.count("rm_error_orders", "status = 'open'") == expected["hard"]
    assert sorted(demo.marks()) == sorted(
        number
        for number, order in state["orders"].items()
        if order["outcome"] == "stored"
    )
    demo.verify("--upstream")


def test_each_order_ends_as_its_defect_says(demo: Installation) -> None:
    sync(demo)
    found = {
        str(platform_id): (outcome, code or "")
        for platform_id, outcome, code in demo.database.run(
            "SELECT s.platform_order_id, s.outcome,"
            " COALESCE(r.code, j.last_code, s.code)"
            " FROM rm_order_seen s"
            " LEFT JOIN rm_error_orders r ON r.order_id = s.id"
            " LEFT JOIN rm_job j ON j.ref = s.platform_order_id"
            "  AND j.kind = 'order_retry'"
        )
    }
    words = {"hard": "error", "stored": "stored", "soft": "soft", "skipped": "skipped"}
    wanted = {
        number: (words[order["outcome"]], order["code"])
        for number, order in demo.state()["orders"].items()
    }
    assert found == wanted


def test_a_second_run_stores_nothing_twice(demo: Installation) -> None:
    sync(demo)
    before = demo.row_counts()
    sync(demo)
    after = demo.row_counts()
    same = ["rm_order", "rm_address", "rm_lineitems", "rm_order_seen"]
    assert [after[t] for t in same] == [before[t] for t in same]
    assert demo.summary()["stored"] == 0
    assert set(demo.marks().values()) == {1}


def test_the_monitoring_queries_of_the_requirement_run_word_for_word(
    demo: Installation,
) -> None:
    sync(demo)
    ((name, last_run, minutes),) = demo.database.run(REQUIREMENT_LAST_SYNC)
    assert name == "Demo shop" and last_run is not None
    assert isinstance(minutes, int)


def test_killed_in_the_middle_and_run_again_nothing_is_missing(
    demo: Installation,
) -> None:
    demo.box.control("PUT", "/_latency", {"ms": 30})
    running = demo.start("order", "sync", "--site=demo")
    wait_until(lambda: demo.count("rm_order") > 0)
    kill(running)
    demo.box.control("PUT", "/_latency", {"ms": 0})
    sync(demo)
    assert demo.count("rm_order") == demo.state()["expected"]["stored"]
    assert len(demo.marks()) == demo.state()["expected"]["stored"]
    demo.verify("--upstream")


def on_terminal(ob: Installation, *words: str) -> tuple[int, str]:
    """A command whose standard error is a terminal, and what it shows there."""
    leader, follower = os.openpty()
    done = subprocess.run(
        [str(PROGRAM), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=follower,
        env=ob.variables(),
        timeout=60,
    )
    os.close(follower)
    shown = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while block := os.read(leader, 4096):
            shown += block
    os.close(leader)
    return done.returncode, shown.decode()


def test_inside_the_window_nothing_is_sent_and_it_says_when(
    demo: Installation,
) -> None:
    demo.set_clock("2026-11-29T19:30:00Z")
    before = len(demo.requests())
    done = demo.ob("order", "sync", "--site=demo")
    assert done.status == 0
    assert "Business Central maintenance until 2026-11-30 04:00 UTC" in done.out
    pause = "Business Central maintenance until 2026-11-30 04:00 UTC"
    for words in (["cron"], ["worker"]):
        status, shown = on_terminal(demo, *words)
        assert (status, shown) == (0, f"Paused: {pause}, due work starts then.\r\n")
        said = [line for line in demo.lines() if f" flow={words[0]} " in line]
        assert " INFO " in said[-1] or "level=info" in said[-1]
        assert 'paused_until="2026-11-30 04:00 UTC"' in said[-1]
        done = demo.ob(*words)
        assert (done.status, done.out, done.err) == (0, "", "")
    done = demo.ob("import", "--site=demo")
    assert done.status == 0 and done.err == ""
    assert done.out.startswith("Queued as operation ") and pause in done.out
    assert done.out.count("\n") == 1
    demo.database.run("DELETE FROM rm_operation WHERE kind = 'import'")
    assert len(demo.requests()) == before
    state, paused_until = demo.database.run(
        "SELECT state, paused_until FROM rm_operation WHERE kind = 'order_sync'"
    )[0]
    assert state == "not_processed"
    assert "2026-11-30 04:0" in str(paused_until)
    demo.set_clock("2026-11-30T04:05:00Z")
    sync(demo)
    assert demo.count("rm_order") == demo.state()["expected"]["stored"]


def test_a_sku_added_afterwards_heals_its_order_by_itself(
    demo: Installation,
) -> None:
    sync(demo)
    stored = demo.count("rm_order")
    done = demo.must(
        "item", "import", "-", text="sku,description\nNEW-IN-BC,Known to BC only\n"
    )
    assert "1" in done.out + done.err
    sync(demo)
    assert demo.count("rm_order") == stored + 1
    assert demo.count("rm_job", "kind = 'order_retry' AND state = 'ready'") == 0


def test_a_mended_order_goes_through_by_retry(demo: Installation) -> None:
    sync(demo)
    stored = demo.count("rm_order")
    demo.box.control("PUT", "/_bc/items/OLD-1", {"blocked": False})
    demo.must("flush-cache")
    done = demo.ob("retry", "--code=ob_sku_blocked", "--yes")
    assert done.status == 0, done.out + done.err
    assert demo.count("rm_order") == stored + 1
    assert demo.count("rm_error_orders", "status = 'fixed'") == 1


def whole_dump(ob: Installation) -> dict[str, list[tuple[Any, ...]]]:
    """Every row, but for what the requests themselves cost: docs/decisions.md."""
    dump = {}
    for (table,) in ob.database.run("SHOW TABLES"):
        columns = [name for name, *_ in ob.database.run(f"SHOW COLUMNS FROM {table}")]
        if table == "rm_upstream":
            columns = [name for name in columns if name not in SPENT]
        shown = ", ".join(columns)
        dump[table] = sorted(ob.database.run(f"SELECT {shown} FROM {table}"), key=str)
    return dump


SPENT = {"tat", "n", "window_calls", "window_at", "last_ok_at"}


@pytest.mark.parametrize(
    "words, lines",
    [
        (["order", "plan", "--site=demo"], 101),
        (["order", "sync", "--dry-run", "--site=demo"], 101),
        (["order", "sync", "--dry-run", "--full", "--site=demo"], 101),
        (["import", "--dry-run", "--site=demo"], 101),
    ],
)
def test_a_dry_run_writes_nothing_anywhere(
    demo: Installation, words: list[str], lines: int
) -> None:
    demo.must("site", "test", "demo")
    demo.must("connection", "test", "bc")
    before, effects = whole_dump(demo), demo.box.effects()
    done = demo.ob(*words, "--format=csv")
    assert done.status == 0, done.err
    assert len(done.out.splitlines()) == lines
    assert whole_dump(demo) == before
    assert demo.box.effects() == effects


def test_wrong_credentials_pause_the_site_and_fail_no_order(
    demo: Installation,
) -> None:
    demo.must("secret", "set", "site.demo.consumer_secret", text="cs_wrong_secret")
    make_due(demo)
    demo.ob("cron")
    assert demo.count("rm_error_orders") == 0
    assert demo.count("rm_sites", "auth_failed_at IS NOT NULL") == 1
    from sandbox.woo_store import default_secret

    demo.must("secret", "set", "site.demo.consumer_secret", text=default_secret("demo"))
    demo.must("site", "test", "demo")
    sync(demo)
    assert demo.count("rm_order") == demo.state()["expected"]["stored"]


def test_bc_away_fails_no_order_for_good(demo: Installation) -> None:
    demo.box.fault("status", {"code": 503}, times=0, upstream="business_central")
    sync(demo)
    assert demo.count("rm_error_orders", "code LIKE 'ob_sku%%'") == 0
    assert demo.count("rm_order") == 0
    demo.box.control("DELETE", "/_faults")
    demo.database.run(
        "UPDATE rm_job SET run_after = '2020-01-01' WHERE state = 'ready'"
    )
    demo.database.run(
        "UPDATE rm_upstream SET breaker = 'closed', failures = 0,"
        " open_until = NULL, not_before = NULL"
    )
    sync(demo)
    sync(demo)
    assert demo.count("rm_order") == demo.state()["expected"]["stored"]
    demo.verify("--upstream")


def test_an_import_by_id_skips_what_is_there_and_names_what_is_not(
    demo: Installation,
) -> None:
    sync(demo)
    number = next(
        n for n, o in demo.state()["orders"].items() if o["outcome"] == "stored"
    )
    done = demo.ob("import", "--site=demo", f"--order-id={number}", "--format=csv")
    assert done.status == 0
    assert "skipped_exists" in done.out
    done = demo.ob("import", "--site=demo", "--order-id=999999", "--format=csv")
    assert "gone" in done.out


def item_calls(ob: Installation) -> int:
    return sum(
        r["upstream"] == "business_central" and "/items" in r["path"]
        for r in ob.requests()
    )


def test_skus_are_asked_twenty_a_call_and_remembered_for_five_minutes(
    demo: Installation,
) -> None:
    demo.set_clock("2026-11-24T09:00:00Z")
    demo.box.control("DELETE", "/_requests")
    demo.ob("order", "sync", "--site=demo")
    asked = demo.count("rm_sku_check")
    assert asked > 40
    # kits hold more SKUs than the orders, and none is asked for twice.
    assert item_calls(demo) == -(-asked // 20)
    plan = ["order", "sync", "--dry-run", "--full", "--site=demo"]
    for moment, calls in (("09:04:59", 0), ("09:05:00", -(-asked // 20))):
        demo.set_clock(f"2026-11-24T{moment}Z")
        demo.box.control("DELETE", "/_requests")
        demo.must(*plan)
        assert item_calls(demo) == calls
    # What could not be asked is not remembered.
    demo.must("flush-cache")
    demo.box.fault("status", {"code": 503}, times=0, upstream="business_central")
    demo.ob("order", "sync", "--full", "--site=demo")
    assert demo.count("rm_sku_check") == 0


def test_only_an_import_by_its_id_takes_a_test_order(demo: Installation) -> None:
    number = next(
        n for n, o in demo.state()["orders"].items() if o["code"] == "skipped_test"
    )
    words = ["import", "--site=demo", "--format=json"]
    wide = json.loads(demo.must(*words, "--dry-run").out)
    assert [r["code"] for r in wide if r["order"] == f"BGM-{number}"] == [
        "skipped_test"
    ]
    for more in (["--dry-run"], []):
        done = demo.ob(*words, f"--order-id={number}", *more)
        (row,) = json.loads(done.out[done.out.index("[") :])
        assert (row["order"], row["outcome"]) == (f"BGM-{number}", "stored")
    assert demo.count("rm_order") == 1


def test_an_import_takes_an_order_that_an_earlier_system_marked(
    demo: Installation,
) -> None:
    demo.ob("order", "sync", "--site=demo")
    (number,) = (
        n for n, o in demo.state()["orders"].items() if o["code"] == "skipped_exists"
    )
    words = ["import", "--site=demo", "--format=json"]
    for more in (["--dry-run"], []):  # D-25: either way
        done = demo.ob(*words, f"--order-id={number}", *more)
        (row,) = json.loads(done.out[done.out.index("[") :])
        assert (row["order"], row["outcome"]) == (f"BGM-{number}", "stored")
    assert demo.count("rm_order", f"number = 'BGM-{number}'") == 1


def test_the_second_start_ends_within_a_second(demo: Installation) -> None:
    demo.box.control("PUT", "/_latency", {"ms": 300})
    first = demo.start("order", "sync", "--site=demo")
    wait_until(lambda: demo.count("rm_operation", "started_at IS NOT NULL") == 1)
    since = demo.one("SELECT started_at FROM rm_operation")
    began = time.monotonic()
    done = demo.ob("cron")
    assert time.monotonic() - began < 1
    assert (done.status, done.out, done.err) == (0, "", "")
    assert f"already running since {since.isoformat(timespec='milliseconds')}Z" in (
        demo.lines()[-1]
    )
    first.communicate(timeout=60)
    demo.box.control("PUT", "/_latency", {"ms": 0})
    assert set(demo.marks().values()) == {1}


def test_a_replay_of_every_order_shows_no_difference(demo: Installation) -> None:
    sync(demo)
    for (number,) in demo.database.run("SELECT number FROM rm_order LIMIT 20"):
        done = demo.ob("order", "replay", number, "--format=csv")
        assert done.status == 0, done.err
        assert len(done.out.splitlines()) == 1, done.out


def test_r5_a_card_number_is_stored_nowhere(demo: Installation) -> None:
    demo.box.control("POST", "/_reset", {"seed": 1, "orders": 1})
    ((number, _),) = demo.state()["orders"].items()
    order = demo.box.control("GET", f"/_shops/demo/orders/{number}")
    card, masked = "4242 4242 4242 4242", "**** **** **** 4242"
    intent = {"id": 1, "key": "_stripe_intent_id", "value": card}
    edit = {
        "transaction_id": card,
        "payment_method_title": f"Card {card}",
        "meta_data": [*order["meta_data"], intent],
    }
    demo.box.control("PATCH", f"/_shops/demo/orders/{number}", edit)
    sync(demo)
    assert demo.one("SELECT trans_id FROM rm_order") == masked
    assert demo.one("SELECT body FROM rm_order_payload").decode().count(masked) == 3
    for (table,) in demo.database.run("SHOW TABLES"):
        assert card not in str(demo.database.run(f"SELECT * FROM {table}")), table
    assert card not in demo.log.read_text()
    name = demo.one("SELECT number FROM rm_order")
    assert demo.must("order", "replay", name).err == "No difference.\n"


def test_no_secret_stands_in_any_log(demo: Installation) -> None:
    demo.ob("order", "sync", "--site=demo", "-v")
    text = demo.log.read_text()
    from sandbox.entra import CLIENT_SECRET
    from sandbox.woo_store import default_key, default_secret

    for secret in (CLIENT_SECRET, default_key("demo"), default_secret("demo")):
        assert secret not in text


def test_a_csv_of_the_catalogue_comes_back_as_it_was(
    demo: Installation, tmp_path: pathlib.Path
) -> None:
    done = demo.must("item", "export")
    assert done.out.count("\n") >= csv_of("items").count("\n")


def test_a_full_run_marks_again_what_the_shop_lost(demo: Installation) -> None:
    batch = {"upstream": "woocommerce", "method": "POST", "path": "/orders/batch"}
    demo.box.fault("lose_write", times=1, **batch)
    sync(demo)
    stored = demo.state()["expected"]["stored"]
    assert len(demo.marks()) < stored
    done = demo.ob("order", "sync", "--site=demo", "--full")
    assert done.status in (0, 1), done.err
    done = demo.ob("order", "sync", "--site=demo", "--full")
    assert len(demo.marks()) == stored
    assert demo.count("rm_order") == stored


def test_an_item_that_comes_requeues_the_order_that_failed_by_it(
    demo: Installation,
) -> None:
    sync(demo)
    stored = demo.count("rm_order")
    demo.box.control("PUT", "/_bc/items/GHOST-1", {"blocked": False})
    demo.must("flush-cache")
    demo.must("item", "import", "-", text="sku,description\nGHOST-1,Not a ghost\n")
    assert demo.ob("cron").status == 0
    assert demo.count("rm_order") == stored + 1
    assert demo.count("rm_error_orders", "sku = 'GHOST-1' AND status = 'fixed'") == 1


def test_a_kit_that_is_mended_requeues_the_order_that_failed_by_it(
    demo: Installation,
) -> None:
    # Every kit has ended: its rows exist and none is valid, which is ob_kit_empty.
    demo.database.run(
        "UPDATE rm_kits SET valid_to = '2001-01-01', valid_from = '2000-01-01'"
    )
    sync(demo)
    stored = demo.count("rm_order")
    empty = demo.count("rm_error_orders", "code = 'ob_kit_empty'")
    assert empty > 0
    demo.must("kit", "import", "-", "--dry-run", text=csv_of("kits"))
    assert demo.count("rm_error_orders", "status = 'requeued'") == 0
    demo.must("kit", "import", "-", text=csv_of("kits"))
    assert demo.count("rm_error_orders", "status = 'requeued'") == empty
    assert demo.ob("cron").status in (0, 1)
    assert (
        demo.count("rm_error_orders", "code = 'ob_kit_empty' AND status = 'open'") == 0
    )
    assert demo.count("rm_order") == demo.state()["expected"]["stored"] > stored
    demo.verify()


def test_one_sync_is_clean_under_valgrind(demo: Installation) -> None:
    done = subprocess.run(
        [
            *("valgrind", "-q", "--error-exitcode=99", "--leak-check=full"),
            *("--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"),
            f"--suppressions={SOURCE / 'tests/support/valgrind.supp'}",
            *(str(PROGRAM), "order", "sync", "--site=demo"),
        ],
        capture_output=True,
        text=True,
        env=demo.variables(),
        timeout=180,
    )
    # 1: some orders failed, as they should.
    assert done.returncode == 1, done.stderr
    assert demo.count("rm_order") == demo.state()["expected"]["stored"]


def test_the_window_that_opens_in_the_middle_pauses_and_loses_nothing(
    demo: Installation,
) -> None:
    # 18:57:58: the drain begins at 18:58:00, two seconds on.
    demo.must("site", "edit", "demo", "--max-orders=10")
    demo.set_clock("2026-11-29T18:57:58Z", rate=4)
    demo.box.control("PUT", "/_latency", {"ms": 100})
    done = demo.ob("order", "sync", "--site=demo")
    assert done.status == 0, done.out + done.err
    assert "waits" in done.out or "Queued" in done.out
    assert 0 < demo.count("rm_order") < demo.state()["expected"]["stored"]
    state, attempts = demo.database.run(
        "SELECT o.state, j.attempts FROM rm_operation o"
        " JOIN rm_job j ON j.operation_id = o.id WHERE j.kind = 'run'"
    )[0]
    assert (state, attempts) == ("not_processed", 0)
    demo.box.control("PUT", "/_latency", {"ms": 0})
    demo.set_clock("2026-11-30T04:05:00Z", rate=1)
    assert demo.ob("cron").status == 0
    assert demo.count("rm_order") == demo.state()["expected"]["stored"]
    inside = [
        request
        for request in demo.requests()
        if "2026-11-29T19:00" <= request["time"] < "2026-11-30T04:00"
    ]
    assert inside == []
    demo.verify("--upstream")


def test_sites_run_beside_each_other_and_share_nothing_but_the_database(
    bare: Installation,
) -> None:
    shops = {"demo": "BGM", "eu": "EUR", "asia": "ASI"}
    wish = {code: {"orders": 40, "seed": 7} for code in shops}
    bare.box.control("POST", "/_reset", {"seed": 1, "orders": 0, "shops": wish})
    bare.write_settings(run__jobs="3")
    for code, prefix in shops.items():
        bare.set_up(code, prefix)
    bare.box.control("PUT", "/_latency", {"ms": 100})
    bare.box.control("DELETE", "/_requests")
    sync(bare)
    bare.box.control("PUT", "/_latency", {"ms": 0})
    for code in shops:
        expected = bare.state(code)["expected"]["stored"]
        assert len(bare.marks(code)) == expected > 30
        assert (
            bare.one(
                "SELECT COUNT(*) FROM rm_order o JOIN rm_sites s ON s.id = o.site_id"
                " WHERE s.code = %s",
                code,
            )
            == expected
        )
    spans: dict[str, list[float]] = {}
    for request in bare.requests():
        if request["shop"]:
            spans.setdefault(request["shop"], []).extend(
                [request["begun_ms"], request["ended_ms"]]
            )
    begins = max(min(span) for span in spans.values())
    ends = min(max(span) for span in spans.values())
    assert begins < ends, "they did not overlap"
    bare.verify("--upstream")
