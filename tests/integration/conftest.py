"""What every integration test stands on: a private MariaDB and fresh schemas.

Run by "make integration", which says where the build is (OB_BUILD) and where
the sources are (OB_SOURCE).
"""

import contextlib
import getpass
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from typing import Iterator

import pymysql
import pytest
from installation import Installation, Sandbox, start_sandbox
from queue_bench import Bench

BUILD = pathlib.Path(os.environ.get("OB_BUILD", "."))
SOURCE = pathlib.Path(os.environ.get("OB_SOURCE", "."))
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
DB_PROBE = BUILD / "tests" / "support" / "db_probe"
NEXT_PROBE = BUILD / "tests" / "support" / "next_probe"

# As a shop's server, but small, and quick to start. Commits stay durable:
# what a crash leaves behind is what many tests are about.
SERVER_OPTIONS = [
    "--no-defaults",
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-file-size=16M",
    "--innodb-fast-shutdown=2",
    "--performance-schema=OFF",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_unicode_ci",
]


# When tests live, whatever the day: a Tuesday, outside the maintenance window.
MOMENT = "2026-11-24T09:00:00Z"


def tool(name: str) -> str:
    """The path of a program that may stand in an administrator's folder."""
    path = shutil.which(name, path=PATH)
    if path is None:
        pytest.exit(f"{name} is not installed", returncode=2)
    return path


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class MariaDb:
    """One server of ours, on a socket and, if told, on a port of 127.0.0.1."""

    def __init__(
        self,
        template: pathlib.Path,
        *options: str,
        port: int = 0,
        folder: str = "/tmp",
    ):
        # A short path: that of a socket must stay below 108 bytes.
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="obdb", dir=folder))
        self.socket = str(self.home / "s")
        self.port = port
        self.options = list(options)
        shutil.copytree(template, self.home / "data", symlinks=True)
        self.process = self._start()
        self.wait_until_ready()

    def _start(self) -> subprocess.Popen:
        network = ["--skip-networking"]
        if self.port:
            network = ["--bind-address=127.0.0.1", f"--port={self.port}"]
        with open(self.home / "log", "ab") as log:
            return subprocess.Popen(
                [
                    tool("mariadbd"),
                    *SERVER_OPTIONS,
                    f"--datadir={self.home / 'data'}",
                    # Of its own: a server that starts empties it.
                    f"--tmpdir={self.home}",
                    f"--socket={self.socket}",
                    f"--pid-file={self.home / 'pid'}",
                    f"--user={getpass.getuser()}",
                    *network,
                    *self.options,
                ],
                stdout=log,
                stderr=log,
            )

    def wait_until_ready(self) -> None:
        """Returns when the server answers; fails with the end of its log."""
        for _ in range(300):
            try:
                self.connect().close()
                return
            except pymysql.err.OperationalError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        log = (self.home / "log").read_text(errors="replace")
        pytest.exit(f"MariaDB did not start: {log[-2000:]}", returncode=2)

    def connect(self, database: str | None = None) -> pymysql.Connection:
        """A connection that commits each statement, with UTC as its zone."""
        return pymysql.connect(
            unix_socket=self.socket,
            user="root",
            database=database,
            charset="utf8mb4",
            autocommit=True,
            init_command="SET time_zone = '+00:00'",
        )

    def run(self, statement: str, *values: object) -> list[tuple]:
        """Runs one statement on a connection of its own."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())

    def crash(self) -> None:
        """Ends the server as a power cut would, and starts it again."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.start_again()

    def stop(self) -> None:
        """Ends the server in order; its data stay."""
        self.process.terminate()
        self.process.wait(timeout=20)

    def start_again(self) -> None:
        self.process = self._start()
        self.wait_until_ready()

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


@dataclass
class Answer:
    """What a program printed, its name=value lines also by name."""

    status: int
    text: str
    errors: str
    value: dict[str, str] = field(default_factory=dict)

    def all(self, name: str) -> list[str]:
        """Every value of a name that is printed more than once, in order."""
        lines = (line.partition("=") for line in self.text.splitlines())
        return [value for key, _, value in lines if key == name]


def answer(status: int, text: str, errors: str) -> Answer:
    found = Answer(status, text, errors)
    for line in text.splitlines():
        name, _, value = line.partition("=")
        found.value[name] = value
    return found


class Database:
    """A schema on a server, and the probe that uses it as the program would."""

    def __init__(self, server: MariaDb, name: str):
        self.server = server
        self.name = name

    def connect(self) -> pymysql.Connection:
        return self.server.connect(self.name)

    def run(self, statement: str, *values: object) -> list[tuple]:
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())

    def one(self, statement: str, *values: object) -> object:
        """The first value of the first row."""
        return self.run(statement, *values)[0][0]

    def kill_connections(self) -> int:
        """Ends every other connection to this schema; returns how many."""
        ids = self.run(
            "SELECT id FROM information_schema.processlist"
            " WHERE db = %s AND id <> CONNECTION_ID()",
            self.name,
        )
        for (number,) in ids:
            with contextlib.suppress(pymysql.err.OperationalError):
                # 1094: it ended by itself meanwhile.
                self.server.run(f"KILL CONNECTION {number}")
        return len(ids)

    def probe_command(self, *words: str) -> list[str]:
        return [
            str(DB_PROBE),
            *("-s", self.server.socket, "-n", self.name),
            *words,
        ]

    def probe(
        self, *words: str, fault: str = "", program: pathlib.Path = DB_PROBE
    ) -> Answer:
        """Runs tests/support/db_probe to its end, or a later program's."""
        done = subprocess.run(
            [str(program), *self.probe_command(*words)[1:]],
            env={**os.environ, "OB_FAULT_AT": fault},
            capture_output=True,
            text=True,
            timeout=60,
        )
        return answer(done.returncode, done.stdout, done.stderr)

    def probe_until_pause(self, *words: str) -> "Paused":
        """Starts the probe and returns when it pauses for the first time."""
        return Paused(self.probe_command(*words))

    def migrate(self) -> None:
        done = self.probe("migrate")
        assert done.value["result"] == "ok", done.text + done.errors

    def dump(self) -> dict[str, str]:
        """Each table's SHOW CREATE TABLE, without its counter."""
        shown = {}
        for (table,) in self.run("SHOW TABLES"):
            text = self.run(f"SHOW CREATE TABLE `{table}`")[0][1]
            words = (w for w in text.split(" ") if "AUTO_INCREMENT=" not in w)
            shown[table] = " ".join(words)
        return shown


class Paused:
    """A probe that waits for a line before it goes on."""

    def __init__(self, command: list[str]):
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.text = ""
        self._read_until_pause()

    def _read_until_pause(self) -> None:
        for line in self.process.stdout:
            self.text += line
            if line.startswith("paused="):
                return
        raise AssertionError("no pause: " + self.text)

    def go_on(self) -> None:
        """Lets it run to its next pause."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self._read_until_pause()

    def finish(self) -> Answer:
        """Lets it run to its end."""
        text, errors = self.process.communicate("\n", timeout=60)
        return answer(self.process.returncode, self.text + text, errors)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextlib.contextmanager
def installed_template() -> Iterator[pathlib.Path]:
    """A data folder as installed, from which each server takes a copy."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="obdb", dir="/tmp"))
    done = subprocess.run(
        [
            tool("mariadb-install-db"),
            "--no-defaults",
            "--innodb-log-file-size=16M",
            f"--datadir={home / 'data'}",
            f"--tmpdir={home}",
            "--auth-root-authentication-method=normal",
            # A bare machine may not know its own name.
            "--force",
            "--skip-test-db",
            f"--user={getpass.getuser()}",
        ],
        env={**os.environ, "PATH": PATH},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        pytest.exit(f"mariadb-install-db: {done.stdout}{done.stderr}", 2)
    try:
        yield home / "data"
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def server_template() -> Iterator[pathlib.Path]:
    """The same for a whole session."""
    with installed_template() as template:
        yield template


@pytest.fixture(scope="session")
def server(server_template: pathlib.Path) -> Iterator[MariaDb]:
    """The server that all tests share, each with a schema of its own."""
    running = MariaDb(server_template)
    yield running
    running.close()


def new_database(server: MariaDb) -> Iterator[Database]:
    """A schema without tables; it is dropped after the test."""
    name = f"test_{os.getpid()}_{time.monotonic_ns()}"
    server.run(f"CREATE DATABASE {name}")
    database = Database(server, name)
    yield database
    database.kill_connections()
    server.run(f"DROP DATABASE {name}")


@pytest.fixture
def empty_database(server: MariaDb) -> Iterator[Database]:
    """A schema without tables."""
    yield from new_database(server)


@pytest.fixture
def second_database(server: MariaDb) -> Iterator[Database]:
    """Another one, to compare with."""
    yield from new_database(server)


@pytest.fixture
def database(empty_database: Database) -> Database:
    """A schema with all tables of the program and no row of a test."""
    empty_database.migrate()
    return empty_database


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    """The fake upstreams, one process for all tests."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="obsb", dir="/tmp"))
    process, port = start_sandbox(home)
    yield Sandbox(port)
    process.terminate()
    process.wait(timeout=10)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def box(sandbox_process: Sandbox) -> Sandbox:
    """The fake upstreams as new: 100 orders in the shop demo, real time."""
    sandbox_process.control("DELETE", "/_faults")
    # Orders are made for the moment at which the tests live.
    sandbox_process.control("PUT", "/_clock", {"now": MOMENT, "rate": 1})
    sandbox_process.control("PUT", "/_latency", {"ms": 0})
    sandbox_process.control("POST", "/_reset", {"seed": 1, "orders": 100})
    return sandbox_process


@pytest.fixture
def queue(database: Database, tmp_path: pathlib.Path) -> Bench:
    return Bench(database, tmp_path)


@pytest.fixture
def bare(
    empty_database: Database, box: Sandbox, tmp_path: pathlib.Path
) -> Installation:
    """Settings and a schema without tables: before the first command."""
    made = Installation(tmp_path, empty_database, box)
    # The real moment may lie in Business Central's window.
    made.set_clock(MOMENT, rate=1)
    return made


@pytest.fixture
def shop(bare: Installation) -> Installation:
    """An installation whose shop has no order yet."""
    bare.box.control("POST", "/_reset", {"seed": 1, "orders": 0})
    bare.set_up()
    return bare


@pytest.fixture
def demo(bare: Installation) -> Installation:
    """A whole installation with the site demo, before its first sync."""
    bare.set_up()
    return bare


from browser import chromium, page, synced  # noqa: E402, F401  fixtures of theirs
