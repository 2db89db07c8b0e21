"""Sites: added asleep, tested, enabled, changed by two, given up (UX 2.10)."""

from __future__ import annotations

from browser import Page
from installation import default_key, default_secret


def add_site(page: Page) -> None:
    box = page.ob.box
    box.control("PUT", "/_shops/second", {"orders_from": {"count": 5}})
    page.open("/sites/new")
    page.fill("Code", "second")
    page.fill("URL", f"http://127.0.0.1:{box.port}/shop/second")
    page.fill("Consumer key", default_key("second"))
    page.fill("Consumer secret", default_secret("second"))
    page.click("Add site")
    page.see("Site added", "Disabled")


def test_a_site_is_added_tested_and_enabled(page: Page) -> None:
    add_site(page)
    page.click("Enable…")
    page.see("has not passed a test", "would be fetched now")
    assert not page.button("Enable").is_enabled()
    page.click("Cancel")
    page.click("Test connection")
    page.see("8 of 8 passed")
    page.click("Enable…")
    page.see_not("has not passed a test")
    page.click("Enable")
    page.see("second is enabled")
    page.open("/sites").see("second", "Demo")
    page.check_layout()
    page.check_axe()


def test_keys_are_never_shown_again(page: Page) -> None:
    add_site(page)
    assert default_secret("second") not in page.driver.page_source
    page.click("Replace consumer secret")
    assert page.field("Consumer secret").get_attribute("value") == ""
    page.check_layout()
    page.check_axe()


def test_a_wrong_value_is_told_at_its_field(page: Page) -> None:
    page.open("/sites/1").fill("Maximum orders per run", "5000")
    page.click("Save")
    page.see("1 field needs a change before this can be saved", "1 to 1000")
    page.fill("Maximum orders per run", "50")
    page.click("Save")
    page.see("Saved")


def test_a_site_is_deleted_by_typing_its_code(page: Page) -> None:
    add_site(page)
    page.click("More actions")
    page.click("Delete…")
    assert not page.button("Delete").is_enabled()
    page.fill("Type second to go on", "second")
    page.click("Delete")
    page.see("second is deleted")
