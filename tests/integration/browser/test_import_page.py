"""Importing by hand: filters, a preview that writes nothing, results (UX 2.6)."""

from __future__ import annotations

from browser import Page


def test_a_preview_writes_nothing_and_an_import_shows_what_became_of_each(
    page: Page,
) -> None:
    page.open("/import").see("100 orders at the shop fit these filters")
    page.click("Preview")
    page.see("Nothing was written.", "will import", "Will fail")
    assert page.ob.one("SELECT COUNT(*) FROM rm_order") == 0
    page.click("Import", within="main")
    page.see("Import results", "Retry failed…")
    failed = page.button("Failed", part=True, within="main [role=tablist]")
    count = failed.text.split()[-1]
    failed.click()
    page.until(lambda: len(page.rows()) == int(count), "the tab shows other rows")
    assert all("Failed" in row[2] or "Waits" in row[2] for row in page.rows())
    page.open("/import/results").find("main table")
    assert len(page.rows()) == 1, "a preview is listed among the imports"


def test_filters_that_fit_nothing_say_which_one_is_in_the_way(page: Page) -> None:
    page.ob.must("site", "test", "demo")
    page.open("/import").see("fit these filters")
    page.click_field("Cancelled")
    page.see("0 orders at the shop", "without the status filter")
