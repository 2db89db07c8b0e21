"""Settings: what is changed is marked, saved together and can go back (UX 2.12)."""

from __future__ import annotations

from browser import Page


def test_a_setting_is_changed_refused_saved_and_reset(page: Page) -> None:
    page.open("/settings?tab=orders").see("Wait for a missing SKU")
    page.fill("Wait for a missing SKU", "900")
    page.see("1 setting changed, not saved")
    page.click("Save")
    page.see("1 to 90")
    assert page.field("Wait for a missing SKU").get_attribute("value") == "900"
    page.fill("Wait for a missing SKU", "21")
    page.click("Save")
    page.see("Saved")
    page.click("Back to default")
    page.until(
        lambda: page.field("Wait for a missing SKU").get_attribute("value") == "14",
        "the default does not come back",
    )


def test_each_tab_is_there(page: Page) -> None:
    page.open("/settings?tab=bc").see("Tenant", "Maintenance of Business Central")
    page.click("Test connection")
    page.see("Passes")
    page.check_layout()
    page.open("/settings?tab=about").see("Doctor", "orderbridge.ini")
    page.check_layout()
