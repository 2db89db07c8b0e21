"""The queue as tests use it: tests/support/queue_probe on a schema of its own.

Also used by the crash sweep, so it knows nothing of pytest.
"""

import datetime
import json
import os
import pathlib
import signal
import subprocess
import time

UTC = datetime.timezone.utc
TUESDAY = datetime.datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Clock:
    """The test clock's file, which the programs read at each question."""

    def __init__(self, path: pathlib.Path, at: datetime.datetime = TUESDAY):
        self.path = path
        self.at = at
        self.set(at)

    def set(self, at: datetime.datetime, rate: float = 0) -> None:
        """Replaces the file in one step, as a reader may come at any moment."""
        self.at = at
        text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        fresh = self.path.with_suffix(".new")
        fresh.write_text(f"{text}Z {rate:g}\n")
        fresh.rename(self.path)

    def forward(self, **length: float) -> None:
        self.set(self.at + datetime.timedelta(**length))


class Queue:
    """One schema, one folder with ledger and log, and the probe."""

    def __init__(
        self,
        probe: pathlib.Path,
        socket: str,
        schema: str,
        home: pathlib.Path,
        clock: Clock | None = None,
    ):
        self.probe = probe
        self.home = home
        self.clock = clock
        self.environment = {
            **os.environ,
            "OBQ_SOCKET": socket,
            "OBQ_DATABASE": schema,
            "OBQ_DIR": str(home),
        }
        if clock:
            self.environment["ORDERBRIDGE_TEST_CLOCK"] = str(clock.path)

    def start(self, *words: object, **more: str) -> subprocess.Popen:
        return subprocess.Popen(
            [str(self.probe), *(str(word) for word in words)],
            env={**self.environment, **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: object, status: int = 0, **more: str) -> str:
        """Runs a command to its end; its output, or what it complained of."""
        process = self.start(*words, **more)
        text, errors = process.communicate(timeout=60)
        assert process.returncode == status, (words, text, errors)
        return text.strip() if status == 0 else errors.strip()

    def ask(self, kind: str, *words: object, **scope: object) -> int:
        """Queues an operation; its id."""
        if scope:
            words = (*words, "scope", json.dumps(scope))
        return int(self.run("ask", kind, *words).split()[0])

    def ledger(self) -> list[str]:
        path = self.home / "ledger"
        return path.read_text().splitlines() if path.exists() else []

    def log(self) -> list[str]:
        path = self.home / "log"
        return path.read_text().splitlines() if path.exists() else []

    def log_lines(self, *words: str) -> list[str]:
        """The lines of the log that hold all these words."""
        return [line for line in self.log() if all(word in line for word in words)]


def wait_until(condition, seconds: float = 20) -> None:
    """Returns as soon as the condition holds; an error after so long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def is_stopped(process: subprocess.Popen) -> bool:
    """Whether SIGSTOP has reached it."""
    stat = pathlib.Path(f"/proc/{process.pid}/stat").read_text()
    return stat.rpartition(")")[2].split()[0] == "T"


def kill(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()
