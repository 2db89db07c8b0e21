"""Every statement that the program runs, over a big database: none reads a big
table from one end to the other, and a page deep in a list costs what the first
one does.
"""

from __future__ import annotations

import json
import pathlib
import re
from datetime import datetime
from typing import Any, Iterator

import big_database
import pytest
from conftest import SOURCE, Database
from statement_values import CASES, WALK, Case

BIG = 1000  # rows from which on a table is no longer read as a whole
PLANNED = ("SELECT", "INSERT", "UPDATE", "DELETE")
EACH, BESIDE = 10, 50  # reads that a row, and a statement beside its rows, may cost
PAGE_EACH = 3  # a row of a page deep in a list


def read_statements() -> dict[str, str]:
    """The named statements of sql/queries, as sql/embed.awk reads them."""
    found: dict[str, list[str]] = {}
    for path in sorted((SOURCE / "sql" / "queries").glob("*.sql")):
        name = ""
        for line in path.read_text().splitlines():
            if line.startswith("-- name: "):
                name = line.split()[2]
                found[name] = []
            elif line.strip() and not re.match(r"\s*--", line):
                found[name].append(re.sub(r"[ \t]+-- .*$", "", line).strip())
    return {name: " ".join(lines) for name, lines in found.items()}


STATEMENTS = read_statements()
# Texts with places are whole only in a list: test_list.py runs them.
PLANNED_NAMES = [
    name
    for name, text in STATEMENTS.items()
    if text.startswith(PLANNED) and not re.search(r"\{[a-z]+\}", text)
]
RUNS = [
    pytest.param(name, given, id=f"{name}-{i}" if i else name)
    for name in PLANNED_NAMES
    if name in CASES
    for i, given in enumerate(
        CASES[name] if isinstance(CASES[name], list) else [CASES[name]]
    )
]


class BigDatabase:
    """The filled schema, on a session as the program opens it."""

    def __init__(self, database: Database, rows: dict[str, int]):
        self.rows = rows
        self.connection = database.connect()
        self.cursor = self.connection.cursor()
        for name in ("session_modes", "session_isolation", "session_charset"):
            self.cursor.execute(STATEMENTS[name])
        self.cursor.execute("SET timestamp = UNIX_TIMESTAMP('2026-11-20 12:00:00')")

    def execute(self, text: str, given: Case) -> None:
        """Run a statement with bound values, as the program binds them."""
        marks = ", ".join(
            "CAST(%s AS DATETIME(3))" if isinstance(value, datetime) else "%s"
            for value in given.values
        )
        using = f" USING {marks}" if marks else ""
        self.cursor.execute(f"EXECUTE IMMEDIATE %s{using}", (text, *given.values))

    def plan(self, text: str, given: Case) -> list[dict[str, Any]]:
        self.execute(f"EXPLAIN {text}", given)
        columns = [column[0] for column in self.cursor.description]
        return [dict(zip(columns, row)) for row in self.cursor.fetchall()]

    def reads(self, text: str, given: Case) -> tuple[int, int]:
        """Rows that the server read, and rows that it gave or changed."""
        self.cursor.execute("FLUSH STATUS")  # ends a transaction by itself
        self.cursor.execute("START TRANSACTION")
        self.execute(text, given)
        rows = self.cursor.rowcount
        self.cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read_%'")
        reads = sum(int(value) for _, value in self.cursor.fetchall())
        self.cursor.execute("ROLLBACK")
        return reads, rows


@pytest.fixture(scope="module")
def filled(server_template: pathlib.Path) -> Iterator[Database]:
    with big_database.empty(server_template) as database:
        for name in ("probe_create", "probe_alter"):  # by the set-up, for a moment
            database.run(STATEMENTS[name])
        yield database


@pytest.fixture(scope="module", params=["five-shops", "one-of-each"])
def big(filled: Database, request: pytest.FixtureRequest) -> Iterator[BigDatabase]:
    """The second is made of the first, which pytest takes in this order."""
    if request.param == "five-shops":
        rows = big_database.fill(filled)
    else:
        rows = big_database.leave_one_of_each(filled)
    opened = BigDatabase(filled, rows)
    yield opened
    opened.connection.close()


def tables_of(text: str) -> dict[str, set[str]]:
    """Which tables the names of a plan stand for."""
    found: dict[str, set[str]] = {}
    for table, alias in re.findall(
        r"(?:FROM|JOIN|UPDATE|INTO|IGNORE)\s+(rm_\w+)(?:\s+(?:AS\s+)?([a-z]\w*))?", text
    ):
        for name in (table, alias or table):
            found.setdefault(name, set()).add(table)
    return found


def is_list(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("[")


def test_every_statement_has_values_and_every_value_a_statement() -> None:
    assert sorted(set(PLANNED_NAMES) - set(CASES)) == [], "add them to statement_values"
    assert sorted(set(CASES) - set(PLANNED_NAMES)) == [], "these statements are gone"


@pytest.mark.parametrize("name, given", RUNS)
def test_no_big_table_is_read_from_one_end_to_the_other(
    big: BigDatabase, name: str, given: Case
) -> None:
    text = STATEMENTS[name]
    scanned = set()
    for row in big.plan(text, given):
        if row["select_type"] == "INSERT" or row["type"] not in ("ALL", "index"):
            continue
        for table in tables_of(text).get(row["table"], set()):
            if big.rows.get(table, 0) > BIG:
                scanned.add(table)
    assert scanned <= set(given.scan), f"{name} scans: {text}"
    declared = {table for table in given.scan if big.rows[table] > BIG}
    assert declared <= scanned, "declared, but it is no longer scanned"


@pytest.mark.parametrize("name, times", [("api_sites", 2), ("status_sites", 1)])
def test_a_list_of_sites_reads_what_waits_and_no_rows_of_it(
    big: BigDatabase, name: str, times: int
) -> None:
    """The list that stops at 10,000 looks first whether there are more."""
    given = CASES[name][0] if isinstance(CASES[name], list) else CASES[name]
    reads, sites = big.reads(STATEMENTS[name], given)
    big.execute(STATEMENTS[name], given)
    columns = [column[0] for column in big.cursor.description]
    counted = [columns.index(c) for c in ("pending", "soft", "errors") if c in columns]
    total = sum(row[at] for row in big.cursor.fetchall() for at in counted)
    assert 0 < total <= reads <= times * (total + EACH * sites) + BESIDE


def test_what_waits_is_counted_up_to_ten_thousand(big: BigDatabase) -> None:
    waits = "SELECT COUNT(*) FROM rm_order WHERE site_id = 1 AND imported = 0"
    read = "SHOW SESSION STATUS LIKE 'Handler_read_next'"
    big.cursor.execute("START TRANSACTION")
    big.cursor.execute("UPDATE rm_order SET imported = 0 WHERE site_id = 1")
    big.cursor.execute(waits)
    ((all_of_them,),) = big.cursor.fetchall()
    big.cursor.execute(read)
    ((_, before),) = big.cursor.fetchall()
    big.execute(STATEMENTS["api_sites"], CASES["api_sites"][1])
    columns = [column[0] for column in big.cursor.description]
    ((*row,),) = big.cursor.fetchall()
    big.cursor.execute(read)
    ((_, after),) = big.cursor.fetchall()
    big.cursor.execute("ROLLBACK")
    seen = row[columns.index("pending")]
    assert seen == min(all_of_them, 10001)
    if seen == 10001:
        assert int(after) - int(before) <= 10001 + row[columns.index("errors")] * 2


@pytest.mark.parametrize("name, given", [r for r in RUNS if "overview_" in r.id])
def test_a_busy_range_is_read_up_to_a_limit(
    big: BigDatabase, name: str, given: Case
) -> None:
    if given.dear:
        reads, _ = big.reads(STATEMENTS[name], given)
        assert reads <= 5 * given.values[-1] + BESIDE


@pytest.mark.parametrize("name, given", RUNS)
def test_what_is_read_is_in_proportion_to_what_is_given(
    big: BigDatabase, name: str, given: Case
) -> None:
    reads, rows = big.reads(STATEMENTS[name], given)
    if given.page:  # a page deep in a list costs no more than the first one
        assert rows == given.page
        assert reads <= PAGE_EACH * given.page + BESIDE
    elif not given.dear and set(given.scan.values()) <= {WALK}:
        asked = sum(len(json.loads(v)) for v in given.values if is_list(v))
        assert reads <= EACH * (rows + asked) + BESIDE
