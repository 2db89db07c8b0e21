"""The stores of orders, items and sites, called through tests/support/store_probe."""

from __future__ import annotations

from typing import Any

from conftest import SOURCE, Database
from probe import Probe


class Store(Probe):
    program = "store_probe"

    def must(self, name: str, /, **ask: Any) -> dict[str, Any]:
        """One call that has to end well, and without a warning."""
        told = super().must(name, **ask)
        assert told["warnings_of_last"] == 0, told
        return told

    def fates(self, *orders: dict[str, Any], **ask: Any) -> list[str]:
        told = self.must("store", orders=list(orders), **ask)
        return [order["fate"] for order in told["orders"]]

    def rows(self, what: str, **ask: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.must("list", what=what, **ask)["rows"]
        return rows

    def listed(self, entity: str, /, **params: object) -> list[dict[str, Any]]:
        """A list of the entity layer, all its pages."""
        texts = {name: str(value) for name, value in params.items()}
        told = self.must("entity", entity=entity, params=texts)
        rows: list[dict[str, Any]] = told["rows"]
        return rows

    def row_counts(self) -> dict[str, int]:
        tables = self.database.run("SHOW TABLES")
        return {table: self.count(table) for (table,) in tables}


def statement(package: str, name: str) -> str:
    """The text of a statement, as it stands in sql/queries."""
    text = (SOURCE / "sql" / "queries" / f"{package}.sql").read_text()
    body = text.split(f"-- name: {name}\n", 1)[1].split("\n-- name:", 1)[0]
    return "\n".join(x for x in body.splitlines() if not x.startswith("--"))


def explain(database: Database, text: str, *values: object) -> list[dict[str, Any]]:
    with database.connect() as connection, connection.cursor() as cursor:
        text = text.replace("%", "%%").replace("?", "%s")
        cursor.execute("EXPLAIN " + text, values[: text.count("%s")])
        names = [d[0] for d in cursor.description]
        return [dict(zip(names, row)) for row in cursor.fetchall()]
