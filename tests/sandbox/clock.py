"""The clock of the sandbox, which a test may set, stop or let run faster.

Dates that the fakes write (Date headers, modification times, token expiry) all
come from here, so that a test of the Sunday window need not wait for Sunday.
"""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

UTC = timezone.utc


def parse_moment(text: str) -> datetime:
    """Read an ISO moment; one without a zone is taken as UTC."""
    moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


def iso_seconds(moment: datetime) -> str:
    """Write whole seconds without a zone, as WordPress does."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def iso_utc(moment: datetime) -> str:
    """Write milliseconds with Z, as Business Central and our own log do."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def http_date(moment: datetime) -> str:
    """Write an HTTP date."""
    return format_datetime(moment.replace(microsecond=0), usegmt=True)


class Clock:
    """Real time by default, else an anchor that runs at a rate.

    With a file, moment and rate are read from it at each use and run on from the
    file's modification time, so that several processes agree on the hour.
    """

    def __init__(self, path: str | None = None) -> None:
        self.path = path
        self._anchor: datetime | None = None
        self._set_at = 0.0
        self._rate = 1.0

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        if self.path is not None and os.path.exists(self.path):
            self._read_file()
        if self._anchor is None:
            return datetime.now(UTC)
        return self._anchor + timedelta(
            seconds=(time.time() - self._set_at) * self._rate
        )

    def set(self, moment: datetime | None, rate: float) -> None:
        """Set the hour, here and in the file that others may be reading."""
        self._anchor, self._set_at, self._rate = moment, time.time(), rate
        if self.path is None:
            return
        if moment is None:
            if os.path.exists(self.path):
                os.unlink(self.path)
            return
        draft = f"{self.path}.{os.getpid()}"
        with open(draft, "w", encoding="ascii") as out:
            out.write(f"{iso_utc(moment)} {rate:g}\n")
        os.replace(draft, self.path)

    def describe(self) -> dict[str, object]:
        """Return what GET /_clock shows."""
        return {"now": iso_utc(self.now()), "rate": self._rate, "file": self.path}

    def _read_file(self) -> None:
        assert self.path is not None
        with open(self.path, encoding="ascii") as source:
            words = source.read().split()
        if not words:
            return
        self._anchor = parse_moment(words[0])
        self._rate = float(words[1]) if len(words) > 1 else 0.0
        self._set_at = os.stat(self.path).st_mtime
