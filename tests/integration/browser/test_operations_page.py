"""The list of synchronizations: start, watch, read, copy, keep views (UX 2.5, 5)."""

from __future__ import annotations

from browser import Page
from web import Client

FAULT = {"upstream": "woocommerce", "method": "GET", "path": "/orders"}


def test_a_synchronization_is_started_and_seen_through(page: Page) -> None:
    page.open("/operations").see("Nothing has run yet.")
    page.click("Sync orders", within="main .head")
    page.click("Sync orders", within="dialog[open]")
    page.see("Synchronization started")
    page.until(lambda: page.rows(), "no row comes")
    page.until(lambda: "Completed" in page.rows()[0][4], "it does not end")
    page.click("Demo shop", within="main table")
    page.see("Stored", "Hard fails")
    tiles = page.script(
        "return Object.fromEntries([...document.querySelectorAll('main .tile')]"
        ".map((tile) => [...tile.children].map((child) => child.innerText)))"
    )
    assert tiles["Stored"] == "92" and tiles["Hard fails"] == "5"


def test_an_error_is_copied_as_it_was_told(page: Page) -> None:
    page.ob.box.fault("status", {"code": 401}, 9, **FAULT)
    page.ob.ob("order", "sync", "--site=demo")
    page.open("/operations").find("main tbody tr")
    page.find("main tbody input[type=checkbox]").click()
    page.click("Copy error")
    page.see("Copied")
    client = Client(page.served.port)
    client.log_in("maria", "tall-anchor-forty-ships")
    (row,) = client.get("/operations?state=failed").data
    error = row["error"]
    assert page.clipboard() == "\n".join(
        [
            f"Operation {row['id']}, order_sync, demo, created {row['created_at']}",
            f"{error['code']}: {error['full_text']}",
            error["reason"],
            f"Fix: {error['fix']}",
        ]
    )


def test_filters_are_kept_under_a_name_and_come_back(synced: Page) -> None:
    synced.open("/operations").find("main tbody tr")
    synced.click("State", part=True, within="main")
    synced.click_field("Completed")
    synced.until(lambda: "state=completed" in synced.place(), "not in the address")
    synced.press("\ue00c")  # Escape
    synced.click("Views")
    synced.fill("Name of the view", "What went well")
    synced.click("Keep")
    synced.see("View: What went well")
    synced.open("/operations")
    synced.click("Views")
    synced.click("What went well")
    synced.until(lambda: "state=completed" in synced.place(), "the view leads nowhere")


def test_columns_are_chosen_and_stay_chosen(synced: Page) -> None:
    synced.open("/operations").find("main tbody tr")
    heads = (
        "return [...document.querySelectorAll('main th[scope=col]')]"
        ".map((e) => e.innerText.trim())"
    )
    assert "Synchronize all" in synced.script(heads)
    synced.click("Columns")
    synced.click_field("Synchronize all")
    synced.click("Error: further left")
    synced.driver.refresh()
    synced.find("main tbody tr")
    shown = synced.script(heads)
    assert "Synchronize all" not in shown
    assert shown.index("Error") < shown.index("State")


def test_the_window_turns_sync_into_queue_while_one_watches(synced: Page) -> None:
    synced.open("/operations").find("main tbody tr")
    synced.see("BC open")
    synced.ob.set_clock("2026-11-22T18:59:52Z", rate=1)
    synced.click("Refresh")
    synced.see("Paused", "Queue orders")
    synced.click("Queue orders", within="main .head")
    synced.click("Queue", within="dialog[open]")
    synced.see("queued", "waits for BC window")
