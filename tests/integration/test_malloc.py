"""Memory that is refused once, anywhere in a sync (RELIABILITY 1.2, F40)."""

from __future__ import annotations

import os
import pathlib
import random
import signal

import pytest
from conftest import MOMENT
from installation import BUILD, Installation
from fault_rows import add, marked, stored
from test_faults import settle

OBFAULT = str(BUILD / "tests" / "support" / "libobfault.so")
PAST = "2026-11-24T08:58:00"
POINTS = int(os.environ.get("MALLOC_POINTS", "12"))


@pytest.fixture
def shop(bare: Installation) -> Installation:
    """A shop with three orders, one of them of a kit."""
    bare.box.control("POST", "/_reset", {"seed": 1, "orders": 0})
    bare.set_up()
    return bare


def sync(ob: Installation, **more: str) -> int:
    done = ob.ob("order", "sync", "--site=demo", LD_PRELOAD=OBFAULT, **more)
    return done.status


def test_f40_memory_that_is_refused_leaves_no_half_order_and_loses_none(
    shop: Installation, tmp_path: pathlib.Path
) -> None:
    count = tmp_path / "count"
    ids = {*add(shop, 3, at=PAST), *add(shop, 1, variety="kit", at=PAST)}
    assert sync(shop, OBF_COUNT=str(count)) == 0
    assert stored(shop) == ids
    points = int(count.read_text())
    dice = random.Random(points)
    for nth in sorted(dice.sample(range(1, points), POINTS)):
        ids |= {*add(shop, 2, at=PAST), *add(shop, 1, variety="kit", at=PAST)}
        shop.set_clock(MOMENT, rate=1)  # PAST stays within the overlap
        status = sync(shop, OBF_PLAN=f"malloc:{nth}")
        # Whatever it says, it says so; and a library that does not expect it
        # (OpenSSL, while it starts) ends the process as a kill would.
        assert status in (0, 1, 69, 71, 75, 78, -signal.SIGSEGV), f"{nth}: {status}"
        assert status != 0 or stored(shop) == ids, f"allocation {nth}"
        settle(shop)
        assert stored(shop) == marked(shop) == ids, f"allocation {nth}"
    assert set(shop.marks().values()) == {1}
    shop.verify("--upstream")
