"""Each guard is what its row's test stands on.

The rows of the failure table (RELIABILITY 1.2): one test at least for each, named
by its number and by what holds.
"""

from __future__ import annotations

import re
from typing import Any, Callable

import pytest
import test_fault_any_step as any_step
import test_fault_fetch as fetch
import test_fault_mark as mark
import test_fault_verify as verify
import test_fault_write as write
from installation import Installation

# F35 and F36 are in test_queue_work.py. F22, F37, F39, F41 and F44 stand on more than
# a switch could take away: the shape of the data, the order of the steps, the clock
# of the database.
Row = Callable[..., None]
GUARDS: list[tuple[str, Row, tuple[Any, ...]]] = [
    (
        "fetch.watermark",
        fetch.test_f1_what_is_behind_a_page_that_does_not_come_is_read_the_next_time,
        ("status", {"code": 503}, 2),
    ),
    (
        "fetch.cut_page,fetch.halve",
        fetch.test_f2_orders_that_are_no_json_fail_alone,
        (),
    ),
    (
        "fetch.halve",
        fetch.test_f2_a_page_bad_three_times_is_halved_until_the_order_stands_alone,
        ([5],),
    ),
    (
        "fetch.loop",
        fetch.test_f3_a_page_that_comes_again_stops_paging_and_keeps_what_is_there,
        (),
    ),
    (
        "fetch.keyset",
        fetch.test_f4_orders_that_change_between_pages_are_neither_lost_nor_doubled,
        (1,),
    ),
    (
        "fetch.watermark",
        fetch.test_f5_a_shop_whose_clock_is_wrong_loses_no_order_and_is_told_of,
        (7200,),
    ),
    (
        "fetch.skew",
        fetch.test_f5_how_wrong_a_clock_is_says_how_loudly_it_is_told,
        (120, "WARN"),
    ),
    (
        "fetch.overlap",
        fetch.test_f5_an_order_that_shows_up_late_is_read_by_the_overlap,
        (),
    ),
    (
        "fetch.more",
        fetch.test_f6_a_thousand_orders_waiting_go_in_rounds_and_none_is_skipped,
        (),
    ),
    (
        "retry.gone",
        fetch.test_f7_an_order_that_is_gone_is_tried_three_times_and_let_go,
        (),
    ),
    ("retry.gone", fetch.test_f7_a_404_that_passes_loses_no_order, ()),
    (
        "order.fails",
        fetch.test_f8_odd_orders_in_a_page_of_good_ones_fail_alone,
        (),
    ),
    (
        "fetch.nameless",
        fetch.test_f8_what_is_no_order_stops_no_other_and_holds_the_watermark,
        (),
    ),
    (
        "verify.soft",
        verify.test_f9_an_order_waits_for_its_sku_and_is_stored_when_it_comes,
        (),
    ),
    (
        "retry.give_up",
        verify.test_f9_an_order_whose_sku_never_comes_is_an_error_after_fourteen_days,
        (),
    ),
    (
        "verify.allowed",
        verify.test_f10_an_item_that_must_not_be_sold_fails_its_order_alone,
        (),
    ),
    (
        "verify.soft",
        verify.test_f11_business_central_away_makes_every_order_wait_and_none_fail,
        ("status", {"code": 503}),
    ),
    (
        "verify.next_page",
        verify.test_f12_rows_on_a_page_that_does_not_come_are_not_missing,
        (),
    ),
    (
        "verify.cache",
        verify.test_f12_what_is_missing_is_not_asked_for_again_within_five_minutes,
        (),
    ),
    (
        "kit.cycle",
        verify.test_f13_a_kit_that_contains_itself_is_named_with_its_way,
        (),
    ),
    (
        "credit.exceeds",
        verify.test_f14_credit_beyond_the_lines_fails_its_order,
        (),
    ),
    (
        "store.hash",
        write.test_f15_an_order_that_is_there_goes_to_its_mark_and_gets_no_second_row,
        (),
    ),
    (
        "store.number",
        write.test_f15_a_number_that_another_order_holds_fails_its_order_alone,
        (),
    ),
    (
        "store.repeat",
        write.test_f16_the_victim_of_a_deadlock_is_written_again_at_once,
        (),
    ),
    # The fourth COMMIT is the one with the orders.
    (
        "store.repeat",
        write.test_f17_f18_a_lost_connection_is_looked_behind_and_work_goes_on_at_once,
        ("db.before_commit", 4),
    ),
    (
        "lease.read_back",
        write.test_f17_f18_a_lost_connection_is_looked_behind_and_work_goes_on_at_once,
        ("db.after_commit", 4),
    ),
    (
        "db.fatal",
        write.test_f19_a_server_that_is_read_only_stops_the_run_and_nothing_is_marked,
        (),
    ),
    (
        "mark.pending",
        mark.test_f20_f22_a_mark_that_fails_waits_and_the_order_is_not_taken_again,
        ("status", {"code": 500}),
    ),
    (
        "mark.gone",
        mark.test_f21_an_order_that_was_deleted_before_its_mark_holds_up_no_other,
        (),
    ),
    ("token.lease", any_step.test_f38_many_processes_ask_for_one_token, ()),
    (
        "net.no_such_host",
        any_step.test_d14_a_shop_whose_name_does_not_exist_is_not_tried_again,
        (),
    ),
]


def test_each_row_from_fetch_to_write_has_a_guard_in_the_table() -> None:
    names = " ".join(row.__name__ for _, row, _ in GUARDS)
    assert {int(n) for n in re.findall(r"_f(\d+)(?=_)", names)} >= set(range(1, 20))


@pytest.mark.parametrize(
    "guard,row,more", GUARDS, ids=lambda v: getattr(v, "__name__", str(v))[:24]
)
def test_without_its_guard_a_row_does_not_hold(
    shop: Installation, guard: str, row: Row, more: tuple[Any, ...]
) -> None:
    shop.environment["OB_GUARD_OFF"] = guard
    with pytest.raises(AssertionError):
        row(shop, *more)
