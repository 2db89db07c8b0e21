"""The card "Try this" of ./bootstrap demo, done by somebody who knows nothing else
(UX 7): each of its five things, in the demo itself."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from typing import Iterator

import pytest
from browser import Page, tab
from conftest import SOURCE
from installation import BUILD
from selenium import webdriver

ORDERS_COME_S = 180
ENDS = re.compile(r"Its address: (http://[\d.:]+/)  login: (\w+)  password: (\w+)")


class Demo:
    """What the demo says at its end, for a tab."""

    ob, base = None, ""

    def __init__(self, address: str, login: str, password: str):
        self.port = int(address.rstrip("/").rpartition(":")[2])
        self.login, self.password = login, password


@pytest.fixture(scope="module")
def demo_runs() -> Iterator[Demo]:
    process = subprocess.Popen(
        ["sh", str(SOURCE / "tests" / "demo" / "demo.sh"), str(BUILD)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said, found = "", None
    for line in process.stdout:
        said += line
        found = ENDS.search(line)
        if found:
            break
    assert found, said[-3000:]
    yield Demo(*found.groups())
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=60)


@pytest.fixture
def visitor(chromium: webdriver.Chrome, demo_runs: Demo) -> Iterator[Page]:
    with tab(chromium, demo_runs) as shown:
        yield shown.log_in(demo_runs.login, demo_runs.password)


def stored(visitor: Page) -> int:
    text = visitor.open("/orders").find("main footer").text
    return int(re.search(r"of ([\d,]+)", text)[1].replace(",", ""))


def test_the_five_things_of_the_card(visitor: Page) -> None:
    at_first = stored(visitor)
    visitor.open("/").see("Sandbox:", "Try this", "things need you")

    visitor.click("Orders with a kit")
    visitor.find("main tbody tr")
    visitor.find("main tbody a").click()
    visitor.see("Timeline", "KIT-PARENT-123", "COMP-A", "Totals")

    visitor.open("/").click("Error orders", within="main")
    visitor.see("SKU GHOST-1")
    visitor.script(
        "[...document.querySelectorAll('main tr')]"
        ".find((row) => row.innerText.includes('SKU GHOST-1:'))"
        ".querySelector('button:not([aria-expanded])').click()"
    )
    visitor.fill("Item number in Business Central", "BGM-STK-5A")
    visitor.click("Save and retry", part=True)
    visitor.see("No order is left")

    visitor.open("/").click("Operations", within="main")
    visitor.click("Sync orders", within="main .head")
    visitor.click("Sync orders", within="dialog[open]")
    visitor.see("Synchronization started")
    visitor.until(lambda: "Completed" in visitor.rows()[0][4], "it does not end")

    visitor.open("/").click("Clock")
    visitor.see("Paused", "Business Central maintenance until")
    visitor.open("/operations").see("Queue orders")
    visitor.open("/").click("Clock")
    visitor.see("BC open")

    visitor.click("Business Central", within="main ol")
    visitor.see("Start it again", "You have seen it all")
    visitor.click("Business Central", within="main ol")
    visitor.see("Stop it")
    visitor.click("Add a site")
    visitor.until(lambda: visitor.place().startswith("/sites/new"), "leads nowhere")

    # Meanwhile customers have ordered, and cron has come by.
    end = time.monotonic() + ORDERS_COME_S
    while stored(visitor) <= at_first:
        assert time.monotonic() < end, "no order came"
        time.sleep(2)
