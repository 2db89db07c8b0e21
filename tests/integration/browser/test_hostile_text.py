"""What a shop or a person may have written into a field is shown, never run (UX 5)."""

from __future__ import annotations

import contextlib
import json

import pymysql
from browser import PASSWORD, Page
from conftest import SOURCE
from web import Client

PLACES = ("/orders", "/errors", "/logs", "/operations", "/access", "/items", "/sites")


def corpus() -> list[str]:
    return json.loads((SOURCE / "tests/fixtures/browser/hostile.json").read_text())


# Words of the machine are ASCII; what people write is not.
COLUMNS = """
SELECT table_name, column_name, LEAST(character_maximum_length, 200)
FROM information_schema.columns
WHERE table_schema = DATABASE() AND character_set_name = 'utf8mb4'
    AND data_type IN ('char', 'varchar', 'text', 'mediumtext')
    AND character_maximum_length >= 20 AND table_name NOT IN ('rm_audit')
    AND column_name NOT LIKE '%json' AND column_name NOT IN ('url', 'query')
"""


def write_everywhere(page: Page, texts: list[str]) -> int:
    """Each row of each column has one of them; returns how many columns took it."""
    taken = 0
    for table, column, room in page.ob.database.run(COLUMNS):
        cases = " ".join(f"WHEN {at} THEN LEFT(%s, {room})" for at in range(len(texts)))
        # What a constraint keeps out cannot be shown either.
        with contextlib.suppress(pymysql.err.MySQLError):
            page.ob.database.run(
                f"UPDATE {table} SET {column} = CASE CRC32({column}) MOD {len(texts)}"
                f" {cases} END WHERE {column} <> ''",
                *texts,
            )
            taken += 1
    return taken


def test_hostile_texts_are_shown_as_they_are(synced: Page) -> None:
    client = Client(synced.served.port)
    assert client.log_in("maria", PASSWORD).status == 201
    order = client.get("/orders?per_page=1").data[0]["id"]
    operation = client.get("/operations").data[0]["id"]
    texts = corpus()
    assert write_everywhere(synced, texts) >= 20
    synced.ob.database.run("UPDATE rm_sites SET name = %s", texts[0])
    for place in (*PLACES, f"/orders/{order}", f"/operations/{operation}"):
        synced.open(place).find("main h1")
        synced.until(lambda: not synced.all("main .skel"), f"{place} stays grey")
        assert synced.script("return window.pwned") is None, place
        made = (
            "return document.querySelectorAll('main :is(img, iframe, script)').length"
        )
        assert synced.script(made) == 0, place
    synced.open("/").driver.refresh()
    synced.see(texts[0])
