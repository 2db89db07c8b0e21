"""Help: words, keys, codes, and the API as its description tells it (UX 2.12)."""

from __future__ import annotations

from browser import Page


def test_codes_are_found_and_the_api_can_be_tried(page: Page) -> None:
    page.open("/help").see("First steps", "Soft fail")
    page.open("/help?tab=codes").see("ob_sku_unknown")
    page.fill("Search codes", "kit_cycle")
    page.until(lambda: len(page.rows()) == 1, "the search finds others")
    page.open("/help/api?op=get_window").see("Needs the right")
    page.click("Try it with your session")
    page.click("Send")
    page.see('"active": false')
    page.check_layout()
