"""The first run at the dashboard: from an empty database to a login (UX 2.2, 7)."""

from __future__ import annotations

import pathlib
from typing import Any, Iterator

import pytest
from browser import PASSWORD, Page, dashboard, tab
from conftest import MOMENT, Database
from installation import Installation
from selenium import webdriver

CODE = "a-code-of-my-own"


@pytest.fixture
def fresh(
    chromium: webdriver.Chrome,
    empty_database: Database,
    sandbox_process: Any,
    tmp_path: pathlib.Path,
) -> Iterator[Page]:
    """A browser before an installation that is settings and nothing else."""
    sandbox_process.control("DELETE", "/_faults")
    ob = Installation(tmp_path, empty_database, sandbox_process)
    ob.set_clock(MOMENT, rate=1)
    ob.write_settings(setup__code=CODE, run__start_workers="off")
    with dashboard(ob) as found, tab(chromium, found) as shown:
        yield shown


def test_the_wizard_ends_at_the_overview(fresh: Page) -> None:
    fresh.open().see("orderbridge setup", "Setup code")
    fresh.check_layout((360, 1280))
    fresh.fill("Setup code", "x" * 12)
    fresh.click("Continue")
    fresh.see("set-up code")
    fresh.fill("Setup code", CODE)
    fresh.click("Continue")
    fresh.click("Test")
    fresh.find("ol[aria-label=Rights]")
    fresh.click("Make the tables")
    fresh.see("Keep a copy of the key somewhere else.")
    fresh.click("Continue")
    fresh.fill("User name", "carla")
    fresh.fill("Password", PASSWORD)
    fresh.click("Add the administrator")
    fresh.see("Connect the first shop")
    fresh.check_axe()
    fresh.click("Skip for now")
    fresh.see("orders are fetched without it")
    fresh.click("Skip for now")
    fresh.see("Waiting for its first run")
    fresh.click("Skip for now")
    fresh.see("This installation is set up.")
    fresh.click("Overview", within="main")
    fresh.see("No site yet.")
