"""Schedules: what runs by itself, and when (UX 2.12)."""

from __future__ import annotations

from browser import Page


def test_a_schedule_is_changed_and_run(page: Page) -> None:
    page.open("/schedules").see("Fetch new orders", "Clean up")
    page.check_layout()
    page.check_axe()
    page.click("Edit “Fetch new orders”", part=True)
    page.fill("How often", "Every few minutes")
    page.fill("Minutes between", "5")
    page.click("Save")
    page.see("is saved", "Every 5 min")
    page.click("Run now")
    page.see("is started")
