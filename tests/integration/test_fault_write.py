"""What fails while orders are written.

The rows of the failure table (RELIABILITY 1.2): one test at least for each, named
by its number and by what holds.
"""

from __future__ import annotations

import contextlib
import pathlib
import subprocess
import tempfile
import time
from typing import Iterator

import pytest
from conftest import MOMENT, MariaDb, new_database
from fault_rows import add, change, codes, marked, stored, sync
from installation import Installation, Sandbox, wait_until
from test_faults import settle


def test_f15_an_order_that_is_there_goes_to_its_mark_and_gets_no_second_row(
    shop: Installation,
) -> None:
    ids = add(shop, 5)
    dead = shop.ob(
        "order", "sync", "--site=demo", OB_FAULT_AT="mark.before_send:1:kill"
    )
    assert dead.status == -9
    assert stored(shop) == set(ids) and marked(shop) == set()
    shop.database.run("DELETE FROM rm_watermark")
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)
    assert shop.count("rm_order") == 5
    assert shop.count("rm_order", "version > 1") == 0
    shop.verify("--upstream")


def test_f15_a_number_that_another_order_holds_fails_its_order_alone(
    shop: Installation,
) -> None:
    (first,) = add(shop, 1, at="2026-11-24T08:00:00")
    assert sync(shop).status == 0
    good = add(shop, 2, at="2026-11-24T08:20:00")
    (second,) = add(shop, 1, seed=7, at="2026-11-24T08:30:00")
    change(shop, second, number=str(first))
    assert sync(shop).status == 1
    assert codes(shop) == {second: "ob_number"}
    assert stored(shop) == marked(shop) == {first, *good}


def test_f15_an_order_that_was_changed_is_written_over_in_its_one_row(
    shop: Installation,
) -> None:
    ids = add(shop, 3, at="2026-11-24T08:00:00")
    assert sync(shop).status == 0
    change(shop, ids[0], customer_note="to the back door, please")
    assert sync(shop).status == 0
    assert shop.count("rm_order") == 3
    assert shop.count("rm_order", "version = 2") == 1
    assert set(shop.marks().values()) == {1}


@pytest.mark.parametrize(
    "point", ["order.in_store:1:error", "lease.touched:3:error", "db.statement:9:error"]
)
def test_f16_what_the_database_takes_back_is_written_again(
    shop: Installation, point: str
) -> None:
    ids = add(shop, 5)
    shop.ob("order", "sync", "--site=demo", OB_FAULT_AT=point)
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)
    shop.verify("--upstream")


def test_f16_the_victim_of_a_deadlock_is_written_again_at_once(
    shop: Installation,
) -> None:
    ids = add(shop, 1)
    assert sync(shop).status == 0
    ids += add(shop, 5, at="2026-11-24T08:40:00")
    shop.database.run("CREATE TABLE heavy (n INT)")
    with shop.database.connect() as other, other.cursor() as cursor:
        other.begin()
        # Whoever has written most is not the victim.
        cursor.execute("INSERT INTO heavy SELECT seq FROM seq_1_to_20000")
        cursor.execute("SELECT * FROM rm_watermark FOR UPDATE")
        running = shop.start("order", "sync", "--site=demo")
        wait_until(lambda: waits_for_lock(shop))
        cursor.execute("SELECT * FROM rm_job FOR UPDATE")
        other.rollback()
    out, err = running.communicate(timeout=30)
    shop.database.run("DROP TABLE heavy")
    assert running.returncode == 0, out + err
    assert stored(shop) == marked(shop) == set(ids)


def waits_for_lock(ob: Installation) -> bool:
    time.sleep(0.15)  # asked more often, the server repeats what it said last
    found = ob.one(
        "SELECT COUNT(*) FROM information_schema.innodb_trx"
        " WHERE trx_state = 'LOCK WAIT'"
    )
    return bool(found)


@pytest.mark.parametrize("nth", range(1, 9))
@pytest.mark.parametrize("point", ["db.before_commit", "db.after_commit"])
def test_f17_f18_a_lost_connection_is_looked_behind_and_work_goes_on_at_once(
    shop: Installation, point: str, nth: int
) -> None:
    ids = add(shop, 5)
    done = shop.ob("order", "sync", "--site=demo", OB_FAULT_AT=f"{point}:{nth}:error")
    assert done.status == 0, done.out + done.err
    assert stored(shop) == marked(shop) == set(ids)
    # What was written is not written again, nor taken for what was there before.
    assert shop.summary()["stored"] == 5
    assert shop.count("rm_order", "version > 1") == 0
    shop.verify("--upstream")


@pytest.mark.parametrize(
    "point", ["lease.before_commit", "lease.after_commit", "order.in_store"]
)
def test_f17_f18_a_connection_lost_around_commit_loses_and_doubles_nothing(
    shop: Installation, point: str
) -> None:
    ids = add(shop, 20)
    running = shop.start(
        "order", "sync", "--site=demo", OB_FAULT_AT=f"{point}:0:delay=400"
    )
    for _ in range(6):
        wait_until(
            lambda: shop.database.kill_connections() or running.poll() is not None
        )
    out, err = running.communicate(timeout=60)
    for _ in range(3):
        settle(shop)
    assert stored(shop) == marked(shop) == set(ids), out + err
    assert shop.count("rm_order") == 20
    assert shop.count("rm_operation", "state = 'in_progress'") == 0
    shop.verify("--upstream")


def test_f19_a_server_that_is_read_only_stops_the_run_and_nothing_is_marked(
    shop: Installation,
) -> None:
    ids = add(shop, 5)
    server = shop.database.server
    server.run("CREATE OR REPLACE USER plain@localhost")
    server.run(f"GRANT ALL ON {shop.database.name}.* TO plain@localhost")
    shop.write_settings(database__user="plain")
    passes = shop.home / "passes"
    running = shop.start(
        *("order", "sync", "--site=demo"),
        OB_FAULT_AT="lease.touched:0:delay=300",
        OB_FAULT_LOG=str(passes),
    )
    try:
        wait_until(lambda: shop.count("rm_job", "state = 'leased'") == 1)
        server.run("SET GLOBAL read_only = 1")
        before = len(passes.read_text().split())
        out, err = running.communicate(timeout=30)
        again = sync(shop)
    finally:
        server.run("SET GLOBAL read_only = 0")
    # It stops at the first refusal and does not ask again and again.
    assert len(passes.read_text().split()) - before < 4
    assert running.returncode == 69, out + err
    assert again.status == 69, again.out + again.err
    assert "read-only" in again.err and "  Fix: " in again.err
    assert marked(shop) == set()
    settle(shop)
    assert stored(shop) == marked(shop) == set(ids)


DISK_MIB = 128


@pytest.fixture
def small_disk() -> Iterator[pathlib.Path]:
    """A file system of its own, where we may mount one."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="obfs", dir="/tmp"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", home]
    if subprocess.run(command, capture_output=True).returncode != 0:
        home.rmdir()
        pytest.skip("no right to mount a small file system")
    yield home
    subprocess.run(["umount", home], check=True)
    home.rmdir()


@pytest.fixture
def cramped(
    small_disk: pathlib.Path,
    server_template: pathlib.Path,
    box: Sandbox,
    tmp_path: pathlib.Path,
) -> Iterator[Installation]:
    """An installation whose database lives on that disk."""
    server = MariaDb(server_template, folder=str(small_disk))
    for database in new_database(server):
        made = Installation(tmp_path, database, box)
        made.set_clock(MOMENT, rate=1)
        box.control("POST", "/_reset", {"seed": 1, "orders": 0})
        made.set_up()
        yield made
    server.close()


def test_f19_a_full_disk_stops_the_run_and_nothing_is_lost(
    cramped: Installation, small_disk: pathlib.Path
) -> None:
    shop = cramped
    ids = add(shop, 300)
    neighbour = small_disk / "neighbour"
    with contextlib.suppress(OSError), neighbour.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    done = sync(shop)
    assert done.status == 69, done.out + done.err
    assert "  Fix: " in done.err
    assert marked(shop) <= stored(shop) != set(ids)
    neighbour.unlink()
    settle(shop)
    sync(shop)
    assert stored(shop) == marked(shop) == set(ids)
    assert set(shop.marks().values()) == {1}
    shop.verify("--upstream")
