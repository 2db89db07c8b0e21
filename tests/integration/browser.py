"""A person at the dashboard: a real Chromium on the real thing behind nginx.

What is asked for is named as a person sees it: buttons and links by their name,
fields by their label. Each test ends by looking at what the browser had to say:
no error of a script, nothing that the policy refused, no request to another host.
"""

from __future__ import annotations

import contextlib
import json
import pathlib
import shutil
import time
from typing import Any, Callable, Iterator

import pytest
from conftest import free_port
from installation import BUILD, Installation
from selenium import webdriver
from selenium.common.exceptions import (
    NoSuchElementException,
    StaleElementReferenceException,
    WebDriverException,
)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys  # noqa: F401  tests take it from here
from selenium.webdriver.remote.webelement import WebElement
from web import Served, served

SITE = BUILD / "www" / "site"
AXE = BUILD / "www" / "work" / "node_modules" / "axe-core" / "axe.min.js"
PASSWORD = "tall-anchor-forty-ships"
WAIT_S = 30
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking", "--disable-sync"),
    *("--disable-component-update", "--disable-dev-shm-usage", "--hide-scrollbars"),
)
WIDTHS = (360, 768, 1280, 1920)

HERE = pathlib.Path(__file__).parent / "browser"
NAMED = (HERE / "named.js").read_text()
SMALL = (HERE / "small.js").read_text()
WIDER = """
const page = document.documentElement;
return page.scrollWidth - page.clientWidth;
"""
BUTTONS = "button, a[href], summary, [role=menuitem], [role=tab]"
FIELDS = "input, select, textarea"


class Page:
    """One tab, and what a person does in it."""

    def __init__(self, driver: webdriver.Chrome, served_by: Served):
        self.driver, self.served = driver, served_by
        self.ob = served_by.ob
        self.address = f"http://127.0.0.1:{served_by.port}{served_by.base}/"
        self.expected: list[str] = []

    # ---- going about

    def open(self, place: str = "/") -> "Page":
        """A place as its address names it: /orders?view=error."""
        here = self.driver.current_url
        self.driver.get(f"{self.address}#{place}")
        if here.split("#")[0] == self.address and here.endswith(f"#{place}"):
            self.driver.refresh()
        return self

    def place(self) -> str:
        return self.driver.current_url.partition("#")[2]

    def log_in(self, login: str = "maria", password: str = PASSWORD) -> "Page":
        """By the login page, which shows wherever nobody is logged in."""
        self.open()
        self.fill("User name", login)
        self.fill("Password", password)
        self.click("Log in")
        self.find("nav.nav")
        return self

    def width(self, width: int, height: int = 900) -> "Page":
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        return self

    def theme(self, name: str) -> "Page":
        feature = {"name": "prefers-color-scheme", "value": name}
        self.cdp("Emulation.setEmulatedMedia", features=[feature])
        return self

    def cdp(self, command: str, **arguments: Any) -> Any:
        return self.driver.execute_cdp_cmd(command, arguments)

    def script(self, text: str, *arguments: Any) -> Any:
        return self.driver.execute_script(text, *arguments)

    # ---- looking

    def until(self, what: Callable[[], Any], told: str) -> Any:
        """Waits until it is true and returns it; a page that changes meanwhile is
        looked at again."""
        end = time.monotonic() + WAIT_S
        while True:
            with contextlib.suppress(
                StaleElementReferenceException, NoSuchElementException
            ):
                found = what()
                if found:
                    return found
            assert time.monotonic() < end, f"{told}; the page says:\n{self.text()}"
            time.sleep(0.05)

    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").text

    def find(self, selector: str, root: WebElement | None = None) -> WebElement:
        """The first that a CSS selector finds, once there is one."""
        of = root or self.driver
        return self.until(
            lambda: of.find_elements(By.CSS_SELECTOR, selector), f"no {selector}"
        )[0]

    def all(self, selector: str) -> list[WebElement]:
        """Those that are there now."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def see(self, *words: str) -> None:
        """Waits until the page shows each of the words."""
        for word in words:
            self.until(lambda: word in self.text(), f"“{word}” is not seen")

    def see_not(self, *words: str) -> None:
        for word in words:
            self.until(lambda: word not in self.text(), f"“{word}” is still seen")

    def rows(self, selector: str = "main table") -> list[list[str]]:
        """The words of each cell of the first table's rows."""
        return self.script(
            "return [...(document.querySelector(arguments[0])?.tBodies[0]?.rows ?? [])]"
            ".map((row) => [...row.cells].map((cell) => cell.innerText.trim()))",
            selector,
        )

    def named(
        self, name: str, kind: str = BUTTONS, part: bool = False, within: str = ""
    ) -> list[WebElement]:
        root = self.driver.find_element(By.CSS_SELECTOR, within) if within else None
        return self.script(NAMED, root, kind, name, part)

    def button(self, name: str, part: bool = False, within: str = "") -> WebElement:
        return self.until(
            lambda: self.named(name, part=part, within=within), f"no button “{name}”"
        )[0]

    def field(self, label: str, part: bool = False) -> WebElement:
        return self.until(
            lambda: self.named(label, FIELDS, part), f"no field “{label}”"
        )[0]

    def focused(self) -> str:
        """The name of what has the focus."""
        return self.script(
            "const e = document.activeElement;"
            "return (e.getAttribute('aria-label') ?? e.innerText ?? '').trim()"
        )

    # ---- acting

    def click(self, name: str, part: bool = False, within: str = "") -> None:
        """A button or link, once it can be pressed; the topmost dialog's first."""

        def press() -> bool:
            found = self.named(name, part=part, within=within)
            top = [
                e
                for e in found
                if self.script("return !!arguments[0].closest('dialog[open]')", e)
            ]
            for element in top or found:
                if element.is_enabled():
                    element.click()
                    return True
            return False

        self.until(press, f"no button “{name}” to press")

    def fill(self, label: str, value: str, part: bool = False) -> None:
        """Types into a field, or chooses of a select by what is shown."""

        def enter() -> bool:
            field = self.field(label, part)
            if field.tag_name == "select":
                offered = field.find_elements(By.TAG_NAME, "option")
                found = [o for o in offered if o.text.strip() == value]
                assert found, f"“{label}” does not offer “{value}”"
                found[0].click()
            else:
                field.send_keys(Keys.CONTROL, "a")
                field.send_keys(value or Keys.DELETE)
            return True

        self.until(enter, f"“{label}” cannot be filled")

    def click_field(self, label: str, part: bool = False) -> None:
        """A box to tick, or whatever a click on a field does."""
        self.field(label, part).click()

    def press(self, *keys: str) -> None:
        """Keys, for whatever has the focus."""
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def clipboard(self) -> str:
        self.cdp(
            "Browser.grantPermissions",
            origin=self.address.rstrip("/"),
            permissions=["clipboardReadWrite", "clipboardSanitizedWrite"],
        )
        return self.driver.execute_async_script(
            "const [done] = arguments;"
            "navigator.clipboard.readText().then(done, (e) => done(String(e)));"
        )

    # ---- judging

    def check_layout(self, widths: tuple[int, ...] = WIDTHS) -> None:
        """No way sideways and nothing too small to hit, at each width."""
        for width in widths:
            self.width(width)
            assert self.script(WIDER) == 0, f"{self.place()} scrolls at {width}"
            small = self.script(SMALL)
            assert not small, f"{self.place()} at {width} has small targets: {small}"
        self.width(1280)

    def check_axe(self) -> None:
        """axe-core finds nothing serious, in both themes."""
        for theme in ("light", "dark"):
            self.theme(theme)
            self.script(AXE.read_text())
            found = self.driver.execute_async_script(
                "axe.run(document, {resultTypes: ['violations']})"
                ".then((r) => r.violations, String).then(arguments[0])"
            )
            assert isinstance(found, list), found
            serious = [
                (v["id"], v["help"], [n["html"][:160] for n in v["nodes"]][:4])
                for v in found
                if v["impact"] in ("serious", "critical")
            ]
            assert not serious, f"{self.place()}, {theme}: {serious}"
        self.theme("light")

    def judge(self) -> None:
        """What the browser had to say since it was last asked."""
        told = []
        for line in self.driver.get_log("browser"):
            # An answer of 4xx or 5xx is the page's business, which shows it.
            is_answer = line["source"] == "network"
            if line["level"] == "SEVERE" and not is_answer:
                told.append(line["message"])
            elif "Content Security Policy" in line["message"]:
                told.append(line["message"])
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = message["params"]["request"]["url"]
                own = (self.address, "data:", "blob:", "about:", "chrome")
                if not url.startswith(own):
                    told.append(f"a request to {url}")
        assert not told, told


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One browser for all tests; each begins as on its first day."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in FLAGS:
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    options.set_capability(
        "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
    )
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    yield driver
    driver.quit()


@contextlib.contextmanager
def dashboard(ob: Installation) -> Iterator[Served]:
    """The built dashboard and the API behind nginx."""
    with served("nginx", ob, free_port()) as found:
        shutil.copytree(SITE, found.folder / "www", dirs_exist_ok=True)
        yield found


def add_user(
    ob: Installation, login: str = "maria", role: str = "administrator"
) -> None:
    ob.must(
        *("user", "add", login, f"--role={role}", "--name=" + login.title()),
        "--password-file=-",
        text=PASSWORD,
    )


@contextlib.contextmanager
def tab(chromium: webdriver.Chrome, found: Served) -> Iterator[Page]:
    """A tab that knows nothing of the one before; judged at its end."""
    page = Page(chromium, found)
    page.cdp("Network.clearBrowserCookies")
    page.cdp("Storage.clearDataForOrigin", origin=page.address, storageTypes="all")
    page.cdp("Emulation.setTimezoneOverride", timezoneId="UTC")
    page.width(1280).theme("light")
    chromium.get("about:blank")
    with contextlib.suppress(WebDriverException):
        chromium.get_log("performance")
        chromium.get_log("browser")
    yield page
    page.judge()
    chromium.get("about:blank")


@pytest.fixture
def page(chromium: webdriver.Chrome, demo: Installation) -> Iterator[Page]:
    """An administrator logged in to a shop whose orders have not come in yet."""
    add_user(demo)
    with dashboard(demo) as found, tab(chromium, found) as shown:
        yield shown.log_in()


@pytest.fixture
def synced(chromium: webdriver.Chrome, demo: Installation) -> Iterator[Page]:
    """The same after its first sync: 92 stored, one soft, five hard, two skipped."""
    add_user(demo)
    demo.ob("order", "sync", "--site=demo")
    with dashboard(demo) as found, tab(chromium, found) as shown:
        yield shown.log_in()
