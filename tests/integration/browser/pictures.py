"""make screenshots: the pictures of README.md and docs/guide.md, from the demo."""

from __future__ import annotations

import base64
import os
import pathlib

import pytest
from browser import Page
from test_demo import demo_runs, visitor  # noqa: F401  fixtures of theirs

FOLDER = pathlib.Path(os.environ.get("OB_PICTURES", "pictures"))
# name, place, what has to be there first, width, height, theme
PICTURES = [
    ("overview", "/", "main .tile", 1280, 900, "light"),
    ("overview-dark", "/", "main .tile", 1280, 900, "dark"),
    ("overview-narrow", "/", "main .tile", 390, 844, "light"),
    ("operations", "/operations", "main tbody tr", 1280, 620, "light"),
    ("orders", "/orders", "main tbody tr", 1280, 760, "light"),
    ("errors", "/errors", "main tbody tr", 1280, 700, "light"),
    ("import", "/import", "main form", 1280, 560, "light"),
    ("logs", "/logs", "main tbody tr", 1280, 560, "light"),
]


def keep(page: Page, name: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    shot = page.cdp("Page.captureScreenshot", format="png", optimizeForSpeed=False)
    (FOLDER / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture[0])
def test_picture(visitor: Page, picture: tuple) -> None:  # noqa: F811
    name, place, first, width, height, theme = picture
    # The card of the demo is put away: a shop's own dashboard has none.
    visitor.script("localStorage.setItem('ob.try', 'away')")
    visitor.theme(theme).width(width, height).open(place).driver.refresh()
    visitor.find(first)
    visitor.until(lambda: not visitor.all("main .skel"), "it stays grey")
    if visitor.named("Dismiss"):
        visitor.click("Dismiss")
    keep(visitor, name)


def test_picture_of_an_order(visitor: Page) -> None:  # noqa: F811
    visitor.width(1280, 1100).open("/orders?sku=KIT-PARENT-123").find("main tbody tr")
    visitor.find("main tbody a").click()
    visitor.see("Timeline", "COMP-A")
    if visitor.named("Dismiss"):
        visitor.click("Dismiss")
    keep(visitor, "order")
