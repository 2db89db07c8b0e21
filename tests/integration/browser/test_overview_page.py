"""The overview: each number leads to just its rows (UX 1.3, 2.3)."""

from __future__ import annotations

import re

from browser import Page


def test_each_number_leads_to_exactly_its_rows(synced: Page) -> None:
    synced.see("things need you")
    links = synced.script(
        "return [...document.querySelectorAll('main a.num, main a.tile')].map((a) =>"
        " [(a.querySelector('.big') ?? a).innerText.trim(), a.getAttribute('href')])"
    )
    numbers = [(int(n), to) for n, to in links if re.fullmatch(r"\d+", n)]
    assert len(numbers) >= 4, links
    for n, to in numbers:
        synced.open(to.lstrip("#")).find("main h1")
        synced.until(
            lambda: f"of {n}\n" in synced.text() + "\n", f"{to} has not {n} rows"
        )
        synced.open("/").see("things need you")
