"""Any single fault of any upstream call: nothing lost, nothing doubled.

Each pair of (fault, call) hits the first run; the runs after it are left alone
and must end with every order exactly where it belongs. The rows of the failure
table (RELIABILITY 1.2) are named beside their kinds.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from installation import Installation

# kind, argument; the sandbox's README says what each does
FAULTS: list[tuple[str, Any]] = [
    ("status", {"code": 500}),  # F1
    ("status", {"code": 503, "headers": {"Retry-After": "1"}}),
    ("status", {"code": 404}),
    ("status", {"code": 429}),
    ("retry_after", 1),
    ("truncate", 64),  # F2
    ("truncate", 1),
    ("html200", None),
    ("php_warning", None),
    ("bom", None),
    ("bomb", None),
    ("deep_json", None),
    ("wrong_type", None),
    ("reset_before", None),
    ("close_after_execute", None),  # F22
    ("duplicate_page", None),  # F3
    ("mutate_between_pages", 7),  # F4
    ("short_page", None),  # F12
    ("skew", 7200),  # F5
    ("redirect", None),
    ("lose_write", None),
    ("partial_batch", 3),
    ("token_expired", None),  # F38
]
CALLS: list[dict[str, str]] = [
    {"upstream": "woocommerce", "method": "GET", "path": "/orders"},
    {"upstream": "woocommerce", "method": "POST", "path": "/orders/batch"},
    {"upstream": "entra", "method": "POST"},
    {"upstream": "business_central", "method": "GET", "path": "/items"},
]
# A shop that answers as if it had kept the mark cannot be seen through at once:
# test_order_sync has the full run that finds it.
PAIRS = [
    (fault, call)
    for fault in FAULTS
    for call in CALLS
    if fault[0] != "lose_write" or call.get("path") != "/orders/batch"
]
# Every third pair in check, all of them by `make faults`.
ALL = bool(os.environ.get("OB_ALL_FAULTS"))
STEP = 1 if ALL else 3


def settle(ob: Installation) -> None:
    """Let the time pass that retries, breakers and bans ask for."""
    ob.database.run(
        "UPDATE rm_job SET run_after = '2020-01-01', fence = fence + 1"
        " WHERE state = 'ready'"
    )
    ob.database.run(
        "UPDATE rm_upstream SET breaker = 'closed', failures = 0,"
        " open_until = NULL, not_before = NULL"
    )
    ob.database.run(
        "UPDATE rm_schedule SET next_run_at = '2020-01-01' WHERE kind = 'order_sync'"
    )
    done = ob.ob("cron")
    assert done.status in (0, 1), done.out + done.err


def name(pair: tuple[tuple[str, Any], dict[str, str]]) -> str:
    (kind, arg), call = pair
    text = arg.get("code", arg) if isinstance(arg, dict) else arg
    return f"{kind}-{text}-{call['upstream']}{call.get('path', '')}"


@pytest.mark.parametrize("pair", PAIRS[::STEP], ids=name)
def test_a_single_fault_heals_by_itself(
    demo: Installation, pair: tuple[tuple[str, Any], dict[str, str]]
) -> None:
    (kind, arg), call = pair
    demo.write_settings(net__connect_timeout_s="2", net__timeout_s="10")
    demo.box.fault(kind, arg, times=1, **call)
    settle(demo)
    demo.box.control("DELETE", "/_faults")
    # A site that a wrong answer paused goes on after a good test.
    if demo.count("rm_sites", "auth_failed_at IS NOT NULL"):
        demo.must("site", "test", "demo")
    for _ in range(3):
        settle(demo)
    orders = demo.state()["orders"]
    stored = {n for n, o in orders.items() if o["outcome"] == "stored"}
    assert set(demo.marks()) >= stored, "not marked"
    unmarked = [n for n in stored if not orders[n]["marked"]]
    assert not unmarked
    assert demo.count("rm_order") == len(stored)
    assert demo.count("rm_error_orders", "status = 'open'") == len(
        [n for n, o in orders.items() if o["outcome"] == "hard"]
    )
    demo.verify("--upstream")
