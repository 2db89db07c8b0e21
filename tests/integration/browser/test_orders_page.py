"""The list of orders: views, filters, what a search finds elsewhere (UX 2.7)."""

from __future__ import annotations

import re

from browser import Page, add_user
from web import Client

PASSWORD = "tall-anchor-forty-ships"
ENTER = "\ue007"
TABS = (
    "return [...document.querySelectorAll('main [role=tab]')]"
    ".map((tab) => [tab.innerText.trim(), tab.getAttribute('href')])"
)


def client_of(page: Page) -> Client:
    client = Client(page.served.port)
    client.log_in("maria", PASSWORD)
    return client


def failed_number(page: Page, code: str) -> str:
    return page.ob.one("SELECT number FROM rm_error_orders WHERE code = %s", code)


def test_each_view_tells_how_many_orders_it_shows(synced: Page) -> None:
    synced.open("/orders").find("main tbody tr")
    synced.until(lambda: re.search(r"All\s92", synced.text()), "no counts")
    tabs = synced.script(TABS)
    assert {"All", "Waiting for BC", "Retrying", "Errors", "Test"} <= {
        re.sub(r"\s*\d+$", "", word) for word, _ in tabs
    }
    for word, to in tabs:
        n = int(re.search(r"\d+$", word)[0])
        synced.open(to.lstrip("#"))
        if n > 0:
            synced.until(lambda: f"of {n}\n" in synced.text() + "\n", f"{word}, {to}")
        else:
            synced.see("None.")


def test_the_search_of_every_page_finds_what_stands_in_another_view(
    synced: Page,
) -> None:
    number = failed_number(synced, "ob_addr_zip")
    synced.open("/").see("things need you")
    synced.press("/")
    synced.press(*number, ENTER)
    synced.until(lambda: f"search={number}" in synced.place(), "no search")
    synced.see("It fits 1 order in other views.")
    synced.click("Errors (1)")
    synced.until(lambda: [row[0] for row in synced.rows()] == [number], "another order")
    synced.click(number)
    synced.see("What to do: correct the postcode.")


def test_filters_that_look_at_days_say_at_which(synced: Page) -> None:
    kits = synced.ob.count("rm_order", "has_kit = 1")
    synced.open("/orders").find("main tbody tr")
    synced.click("Kit", part=True, within="main")
    synced.click_field("With a kit")
    synced.see("this filter looks at 92 days at a time", f"of {kits}")
    synced.press("\ue00c")  # Escape
    synced.click("Total", part=True, within="main")
    synced.fill("From", "100")
    synced.fill("To, with it", "192")
    synced.press(ENTER)
    dear = synced.ob.count("rm_order", "has_kit = 1 AND total_due BETWEEN 100 AND 192")
    synced.see("Total: 100 – 192", f"of {dear}")


def test_a_link_brings_filters_along_that_can_be_taken_away(synced: Page) -> None:
    synced.open("/orders?imported=0&sku=COMP-A").see("In BC: not yet", "SKU: COMP-A")
    few = synced.ob.one(
        "SELECT COUNT(DISTINCT order_id) FROM rm_lineitems WHERE sku = 'COMP-A'"
    )
    synced.see(f"of {few}\n")
    synced.click("SKU: COMP-A", part=True)
    synced.until(lambda: synced.place() == "/orders?imported=0", "it stays")
    synced.see("of 92\n")


def test_an_empty_installation_says_what_comes_next(page: Page) -> None:
    page.open("/orders").see("No order has come in yet.")
    page.click("Operations", within="main .empty")
    page.until(lambda: page.place() == "/operations", "it leads nowhere")


def test_a_test_order_is_imported_all_the_same(synced: Page) -> None:
    synced.open("/orders?view=test").find("main tbody tr")
    (row,) = synced.rows()
    synced.click("Import anyway")
    synced.see(f"Import the test order {row[0]}?")
    synced.click("Import")
    synced.see("is read from the shop again")
    synced.until(
        lambda: synced.ob.count("rm_order", f"number = '{row[0]}'") == 1, "not stored"
    )


def test_in_the_window_an_order_is_queued(synced: Page) -> None:
    synced.ob.set_clock("2026-11-22T19:30:00Z", rate=1)
    synced.open("/orders?view=error").driver.refresh()
    synced.see("Paused")
    synced.click("Try now")
    synced.click("Queue", within="dialog[open]")
    synced.see("is queued")


def test_who_may_only_look_sees_masked_names_and_no_buttons(synced: Page) -> None:
    add_user(synced.ob, "victor", "viewer")
    synced.click("You: maria", part=True)
    synced.click("Log out")
    synced.log_in("victor").open("/orders").find("main tbody tr")
    assert "D., J." in synced.text() and "Doe, John" not in synced.text()
    assert not synced.named("Import webstore orders")
    synced.open("/orders?view=error").find("main tbody tr")
    assert not synced.named("Try now")


def test_a_view_that_there_is_not_is_told(synced: Page) -> None:
    synced.open("/orders?view=nope").see("is not known", "Try again")
    synced.check_layout()
