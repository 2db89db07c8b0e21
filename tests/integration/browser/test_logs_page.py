"""Logs, the retry queue, the audit trail and webhooks (UX 2.12)."""

from __future__ import annotations

from browser import Page


def test_each_tab_shows_its_list_and_keeps_no_filter_of_another(synced: Page) -> None:
    synced.open("/logs?status=completed").find("main table")
    synced.see("92 stored")
    synced.click("Retry queue")
    synced.see("of 5", "Give up…")
    assert "status" not in synced.place()
    synced.click("Webhooks")
    synced.see("No shop has told anything by itself yet")
    synced.click("Audit")
    synced.see("session.begin")


def test_giving_up_asks_first_and_makes_an_error_order(synced: Page) -> None:
    synced.open("/logs?tab=retry").find("main table")
    synced.click("Give up…")
    synced.click("Give up", within="dialog[open]")
    synced.see("It stands under Error orders now")


def test_the_audit_trail_tells_what_was_before(synced: Page) -> None:
    synced.ob.must("site", "disable", "demo")
    synced.open("/logs?tab=audit").see("site.disable")
    synced.click("site.disable")
    synced.until(lambda: len(synced.rows()) == 1, "the action does not filter")
    synced.click("Details") if synced.named("Details") else synced.click(
        "value", part=True, within="main table"
    )
    synced.see("Request")
