"""Every page as a whole: layout, accessibility, and what it says when it cannot."""

from __future__ import annotations

import re

import pytest
from browser import Page
from conftest import SOURCE

TABLE = (SOURCE / "www" / "src" / "pages.js").read_text()
# Those that need no id; the others are walked by their own tests.
PAGES = re.findall(r'path: "(/[^"{]*)"', TABLE)


def test_each_page_fits_every_width_and_everybody(synced: Page) -> None:
    """One login for all: a page of its own for each would take minutes."""
    assert "/" in PAGES and "/operations" in PAGES
    for place in PAGES:
        synced.open(place).find("main h1")
        synced.until(lambda: not synced.all("main .skel"), f"{place} stays grey")
        synced.check_layout()
        synced.check_axe()


def test_the_database_stops_and_comes_back_under_an_open_page(synced: Page) -> None:
    synced.open("/operations").find("main table")
    rows = synced.rows()
    server = synced.ob.database.server
    server.stop()
    try:
        synced.click("Refresh")
        synced.see("database")
        assert synced.rows() == rows, "what was known is not shown any more"
    finally:
        server.start_again()
    synced.click("Try again")
    synced.until(lambda: not synced.all("main .note[data-s=err]"), "it stays wrong")


@pytest.mark.parametrize("place", ["/nowhere", "/operations/999999"])
def test_what_is_not_there_is_told_with_a_way_on(synced: Page, place: str) -> None:
    synced.open(place).find("main h1")
    synced.until(
        lambda: re.search(
            "no such|not found|does not exist|There is no", synced.text(), re.I
        ),
        "nothing is told",
    )


def test_the_pages_go_by_keys(synced: Page) -> None:
    synced.open("/").see("Overview")
    synced.press("g", "p")
    synced.until(lambda: synced.place() == "/operations", "g p goes nowhere")
    synced.find("main tbody tr")
    synced.press("j")
    synced.press("\ue007")  # Enter
    synced.until(
        lambda: synced.place().startswith("/operations/"), "Enter opens nothing"
    )
    synced.driver.back()
    synced.until(lambda: synced.place() == "/operations", "Back does not go back")
