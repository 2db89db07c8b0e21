"""A whole orderbridge as an administrator installs it, beside the sandbox.

Settings, key file, log folder, a site, Business Central, items and kits: all by
the commands that the README names, so that each test walks them too.
"""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from sandbox import catalogue  # noqa: E402
from sandbox.client import Sandbox  # noqa: E402
from sandbox.client import start as start_sandbox  # noqa: E402, F401
from sandbox.entra import CLIENT_ID, CLIENT_SECRET, TENANT  # noqa: E402
from sandbox.woo_store import default_key, default_secret  # noqa: E402

BUILD = pathlib.Path(os.environ.get("OB_BUILD", "."))
SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = BUILD / "orderbridge"
SUMMARY = re.compile(r"(\w+)=(\d+)(?= |$)")


@dataclass
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str


class Installation:
    """One configuration with its database, and a sandbox to talk to."""

    def __init__(self, home: pathlib.Path, database: Any, box: Sandbox):
        self.home, self.database, self.box = home, database, box
        self.log = home / "log" / "order-sync.log"
        self.clock = home / "clock"
        self.environment: dict[str, str] = {}
        self.settings: dict[str, str] = {}
        # Which program, and whom the commands run as; "" = us.
        self.program, self.user = PROGRAM, ""
        (home / "log").mkdir()
        self.write_settings()

    def write_settings(self, **change: str) -> None:
        """Write the INI file; change: section__key = value."""
        self.settings = change
        values = {
            "database__socket": self.database.server.socket,
            "database__name": self.database.name,
            "database__user": "root",
            "secret__key_file": str(self.home / "orderbridge.key"),
            "log__dir": str(self.home / "log"),
            "run__state_dir": str(self.home),
            "run__jobs": "1",
            "net__allow_private": "127.0.0.1=127.0.0.0/8",
            # Most tests have nobody's telephone (test_second_factor.py has).
            "auth__require_totp": "",
            **change,
        }
        sections: dict[str, list[str]] = {}
        for name, value in values.items():
            section, key = name.split("__")
            sections.setdefault(section, []).append(f"{key} = {value}")
        text = "".join(f"[{s}]\n" + "\n".join(k) + "\n" for s, k in sections.items())
        (self.home / "orderbridge.ini").write_text(text)

    def own(self) -> None:
        """Give what we wrote to whom the commands run as."""
        if self.user:
            for path in (self.home, *self.home.rglob("*")):
                shutil.chown(path, self.user, self.user)

    def variables(self, **more: str) -> dict[str, str]:
        """The environment of a command."""
        return {
            **os.environ,
            "ORDERBRIDGE_CONFIG": str(self.home / "orderbridge.ini"),
            **({"ORDERBRIDGE_TEST_CLOCK": str(self.clock)} if self.has_clock() else {}),
            **self.environment,
            **more,
        }

    def has_clock(self) -> bool:
        return self.clock.exists()

    def set_clock(self, moment: str, rate: float = 0) -> None:
        """Let the product and the sandbox live at this UTC moment."""
        self.clock.write_text(f"{moment} {rate}")
        # It runs from the file's age, by the clock that all here are shown: a whole
        # run can be moved to another day (libobfault, clock:+SECONDS).
        os.utime(self.clock, (time.time(), time.time()))
        self.box.control("PUT", "/_clock", {"now": moment, "rate": rate})

    def ob(
        self,
        *words: str,
        text: str | None = None,
        timeout: float = 60,
        **variables: str,
    ) -> Done:
        """Run a command to its end."""
        done = subprocess.run(
            [str(self.program), *words],
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            capture_output=True,
            text=True,
            env=self.variables(**variables),
            timeout=timeout,
            user=self.user or None,
            group=self.user or None,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def must(self, *words: str, text: str | None = None) -> Done:
        """Run a command that has to end well."""
        done = self.ob(*words, text=text)
        assert done.status == 0, f"{words}: {done.out}{done.err}"
        return done

    def start(self, *words: str, **variables: str) -> subprocess.Popen[str]:
        """Start a command and leave it running."""
        return subprocess.Popen(
            [str(self.program), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.variables(**variables),
        )

    def set_up(self, code: str = "demo", prefix: str = "BGM", *flags: str) -> None:
        """Everything that the README's quick start does, for one site."""
        base = f"http://127.0.0.1:{self.box.port}"
        if not (self.home / "orderbridge.key").exists():
            self.must("migrate")
            self.must("secret", "check-key")
            self.must(
                *("connection", "set", "bc", f"--tenant={TENANT}"),
                *("--environment=sandbox", "--company=SAMPLE CO"),
                *(f"--client-id={CLIENT_ID}", f"--authority={base}/entra"),
                f"--api-url={base}/bc/v2.0",
            )
            self.must("secret", "set", "bc.client_secret", text=CLIENT_SECRET)
            self.must("connection", "test", "bc")
            self.must("item", "import", "-", text=csv_of("items"))
            self.must("kit", "import", "-", text=csv_of("kits"))
        self.must(
            *("site", "add", f"--code={code}", f"--prefix={prefix}"),
            *("--platform=woocommerce", "--name=Demo shop"),
            *(f"--url={base}/shop/{code}", "--zone=America/New_York"),
            *flags,
        )
        self.give_keys(code)

    def give_keys(self, code: str) -> None:
        name = f"site.{code}.consumer"
        self.must("secret", "set", f"{name}_key", text=default_key(code))
        self.must("secret", "set", f"{name}_secret", text=default_secret(code))

    def move_shop(self, url: str, code: str = "demo") -> None:
        """Another address, and the keys once more, which another place needs."""
        self.must("site", "edit", code, f"--url={url}")
        self.give_keys(code)

    def move_bc(self, api_url: str) -> None:
        """The same for Business Central."""
        self.must("connection", "set", "bc", f"--api-url={api_url}")
        self.must("secret", "set", "bc.client_secret", text=CLIENT_SECRET)

    # ---- what tests look at

    def one(self, statement: str, *values: object) -> Any:
        return self.database.one(statement, *values)

    def count(self, table: str, where: str = "1 = 1") -> int:
        return int(self.one(f"SELECT COUNT(*) FROM {table} WHERE {where}"))

    def summary(self) -> dict[str, int]:
        """The counts of the last Summary line."""
        lines = [line for line in self.lines() if " Summary " in line]
        assert lines, "no Summary in the log"
        return {k: int(v) for k, v in SUMMARY.findall(lines[-1])}

    def lines(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def verify(self, *words: str) -> None:
        """Every invariant holds."""
        done = self.ob("verify", *words)
        assert done.status == 0, done.out + done.err

    def row_counts(self) -> dict[str, int]:
        """Rows of every table: equal before and after what writes nothing."""
        tables = self.database.run("SHOW TABLES")
        return {table: self.count(table) for (table,) in tables}

    def marks(self, shop: str = "demo") -> dict[str, int]:
        """How often each order was marked, by the sandbox's own ledger."""
        found: dict[str, int] = {}
        for row in self.box.effects():
            if row["effect"] == "mark" and row["shop"] == shop:
                found[str(row["order"])] = found.get(str(row["order"]), 0) + 1
        return found

    def state(self, shop: str = "demo") -> dict[str, Any]:
        """What the sandbox says of a shop: expected counts, orders, marks."""
        found: dict[str, Any] = self.box.control("GET", f"/_state/{shop}")
        return found

    def requests(self) -> list[dict[str, Any]]:
        """Every request that reached an upstream."""
        found: list[dict[str, Any]] = self.box.control("GET", "/_requests")["requests"]
        return found


def csv_of(kind: str) -> str:
    """The catalogue as the product imports it."""
    done = subprocess.run(
        ["/usr/bin/python3", "-m", catalogue.__name__, kind],
        env={
            **os.environ,
            "PYTHONPATH": str(pathlib.Path(__file__).resolve().parents[1]),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def kill(process: subprocess.Popen[str]) -> None:
    """kill -9, as a crash would."""
    process.send_signal(signal.SIGKILL)
    process.communicate()


def wait_until(what: Any, seconds: float = 20) -> None:
    """Wait for something to become true."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(0.02)
