"""Error orders: by their cause, mended in place, many at once (UX 2.8)."""

from __future__ import annotations

import re

from browser import Page
from test_order_page import mend_postcode


def actions(page: Page, words: str) -> str:
    """The cell of actions of a cause, named by words of it, for a selector."""
    rows = page.until(
        lambda: page.script(
            "return [...document.querySelectorAll('main tbody tr')]"
            ".findIndex((row) => row.innerText.includes(arguments[0])) + 1",
            words,
        ),
        f"no cause “{words}”",
    )
    return f"main tbody tr:nth-child({rows})"


def test_a_cause_leads_to_exactly_its_orders(synced: Page) -> None:
    synced.open("/errors").find("main tbody tr")
    links = synced.script(
        "return [...document.querySelectorAll('main tbody td a')]"
        ".map((a) => [a.innerText, a.getAttribute('href')])"
    )
    assert [n for n, _ in links] == ["1"] * 5
    for _, to in links:
        synced.open(to.lstrip("#")).see("of 1\n", "the one above")
    synced.open("/errors").find("main tbody tr")
    row = actions(synced, "GHOST-1")
    synced.click("Show its orders", within=row)
    number = synced.ob.one("SELECT number FROM rm_error_orders WHERE sku = 'GHOST-1'")
    synced.see(number)
    synced.check_layout()
    synced.check_axe()


def test_a_sku_is_mapped_and_its_orders_come_through(synced: Page) -> None:
    synced.open("/errors")
    synced.click("Map SKU…", within=actions(synced, "GHOST-1"))
    synced.see("Which item is GHOST-1?")
    synced.check_axe()
    synced.fill("Item number in Business Central", "COMP-A")
    synced.click("Check in BC now")
    synced.see("Business Central has it.")
    synced.click("Save and retry the order")
    synced.see("No order is left", "Tried again: 1 stored.")
    assert (
        synced.ob.one("SELECT status FROM rm_error_orders WHERE sku = 'GHOST-1'")
        == "fixed"
    )
    assert synced.ob.ob("verify").status == 0


def test_what_business_central_blocks_is_asked_before_the_retry(synced: Page) -> None:
    synced.open("/errors")
    synced.click("Unblock…", within=actions(synced, "OLD-1"))
    assert not synced.button("Retry the order").is_enabled()
    synced.click("Check in BC now")
    synced.see("Business Central has blocked it.")
    assert not synced.button("Retry the order").is_enabled()
    synced.ob.box.control("PUT", "/_bc/items/OLD-1", {"blocked": False})
    synced.click("Check in BC now")
    synced.see("Business Central has it.")
    synced.click("Retry the order")
    synced.see("Tried again: 1 stored.")


def test_an_order_is_corrected_in_the_shop_and_checked_here(synced: Page) -> None:
    order = synced.ob.one(
        "SELECT order_id FROM rm_error_orders WHERE code = 'ob_addr_zip'"
    )
    synced.open("/errors")
    synced.click("Correct…", within=actions(synced, "9001X"))
    link = synced.button("Open in the shop")
    assert "wp-admin" in link.get_attribute("href")
    synced.click("Check", within="dialog[open]")
    synced.see("1 order would fail again.")
    mend_postcode(synced, order)
    synced.click("Check", within="dialog[open]")
    synced.see("passes every step now")
    synced.click("Retry the order")
    synced.see("Tried again: 1 stored.")


def test_what_waits_by_itself_gets_its_item(synced: Page) -> None:
    synced.open("/errors").see("Waiting by themselves", "NEW-IN-BC")
    link = synced.find("section[aria-label='Waiting by themselves'] a")
    assert link.text == "1 order"
    synced.open(link.get_attribute("href").partition("#")[2]).see("of 1\n")
    synced.open("/errors")
    synced.click("Add item…")
    synced.fill("Description", "New this week")
    synced.click("Save and retry the order")
    synced.see("NEW-IN-BC is saved, its orders go on")
    synced.until(
        lambda: synced.ob.count("rm_order_seen", "outcome = 'soft'") == 0, "it waits"
    )


def test_many_are_looked_at_then_tried_or_done_with(synced: Page) -> None:
    synced.open("/errors?status=open").find("main tbody tr")
    for box in synced.all("main tbody input[type=checkbox]")[:2]:
        box.click()
    numbers = [row[1] for row in synced.rows()[:2]]
    synced.click("Retry 2…")
    synced.see("Try 2 orders again?")
    assert all(number in synced.find("dialog[open]").text for number in numbers)
    synced.click("Retry 2", within="dialog[open]")
    synced.see("Tried again: 2 failed again.")
    synced.click("Mark all 5 as handled…")
    synced.see("Mark 5 orders as handled?")
    synced.fill("What was done about them", "entered by hand")
    synced.click("Mark as handled 5", within="dialog[open]")
    synced.see("5 orders marked as handled")
    synced.open("/errors").see("No error orders.")
    synced.open("/errors?status=handled").see("of 5\n", "maria: entered by hand")


def test_a_filter_narrows_what_a_bulk_change_takes(synced: Page) -> None:
    synced.open("/errors?status=open&code=ob_addr_zip").see("Code: ob_addr_zip")
    synced.click("Retry 1…")
    synced.see("Try 1 order again?")
    synced.press("\ue00c")  # Escape
    synced.until(lambda: not synced.all("dialog[open]"), "Escape does not close it")


def test_without_errors_it_says_so(page: Page) -> None:
    page.open("/errors").see("No error orders.", "Every order is on its way.")
    page.click("Orders", within="main .empty")
    page.until(lambda: page.place() == "/orders", "it leads nowhere")


def test_in_the_window_a_retry_is_queued(synced: Page) -> None:
    synced.ob.set_clock("2026-11-22T19:30:00Z", rate=1)
    synced.open("/errors").driver.refresh()
    synced.see("Paused")
    row = actions(synced, "9001X")
    synced.click("Queue 1", within=row)
    synced.see("The retry waits for Business Central's maintenance to end")
    assert re.search(r"Queue \d", synced.text())
