"""A program of tests/support that is driven by JSON: steps in, a line each out."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from conftest import BUILD, Database


class Probe:
    """Calls into one layer of the program, on a schema of the test's own."""

    program: str

    def __init__(self, database: Database):
        self.database = database
        probe = BUILD / "tests" / "support" / self.program
        self.command = [str(probe), database.server.socket, database.name]

    def steps(self, *steps: dict[str, Any]) -> list[dict[str, Any]]:
        """Steps of one process, and what each told."""
        done = subprocess.run(
            self.command,
            input=json.dumps(steps),
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr + done.stdout[-2000:]
        return [json.loads(line) for line in done.stdout.splitlines()]

    def call(self, name: str, /, **ask: Any) -> dict[str, Any]:
        """One call, however it ends."""
        return self.steps({"call": name, **ask})[0]

    def must(self, name: str, /, **ask: Any) -> dict[str, Any]:
        """One call that has to end well."""
        told = self.call(name, **ask)
        assert told["ok"], told
        return told

    def one(self, statement: str, *values: object) -> Any:
        return self.database.one(statement, *values)

    def count(self, table: str, where: str = "1 = 1") -> int:
        return int(self.one(f"SELECT COUNT(*) FROM {table} WHERE {where}"))
