"""A role that needs a second factor gets nothing else before it is set up."""

from __future__ import annotations

from typing import Iterator

import pytest
from browser import Page, add_user, dashboard, tab
from installation import Installation
from selenium import webdriver


@pytest.fixture
def bound(chromium: webdriver.Chrome, demo: Installation) -> Iterator[Page]:
    """The same shop, where administrators need a second factor."""
    add_user(demo)
    settings = demo.home / "orderbridge.ini"
    text = settings.read_text()
    assert "require_totp = \n" in text
    text = text.replace("require_totp = \n", "require_totp = administrator\n")
    settings.write_text(text)
    with dashboard(demo) as found, tab(chromium, found) as shown:
        yield shown


def test_a_role_that_needs_a_second_factor_is_led_to_it(bound: Page) -> None:
    bound.open()
    bound.fill("User name", "maria")
    bound.fill("Password", "tall-anchor-forty-ships")
    bound.click("Log in")
    bound.see("Set up a second factor", "Scan this")
    assert not bound.all("nav.nav")
    bound.open("/orders").see("Set up a second factor")
    bound.check_layout()
    bound.check_axe()
    bound.click("Log out")
    bound.see("User name")
