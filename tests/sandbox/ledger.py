"""What really happened: executed effects and requests, in order.

Tests count losses and duplicates from here and never from the product's own
database, so an effect is written in the same step that changes the state.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock, iso_utc


@dataclass
class Ledger:
    """Append-only lists; `merchant` holds changes that no client made."""

    clock: Clock
    effects: list[dict[str, Any]] = field(default_factory=list)
    merchant: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    in_flight: int = 0
    epoch: int = 0
    current: int | None = None

    def effect(self, upstream: str, effect: str, **facts: Any) -> None:
        """Record one executed effect of a client's request."""
        facts["request"] = self.current
        self.effects.append(self._row(self.effects, upstream, effect, facts))

    def by_merchant(self, upstream: str, effect: str, **facts: Any) -> None:
        """Record a change made through the control API or by a fault."""
        self.merchant.append(self._row(self.merchant, upstream, effect, facts))

    def _row(
        self,
        rows: list[dict[str, Any]],
        upstream: str,
        effect: str,
        facts: dict[str, Any],
    ) -> dict[str, Any]:
        return {
            "seq": len(rows) + 1,
            "time": iso_utc(self.clock.now()),
            "upstream": upstream,
            "effect": effect,
            **facts,
        }

    def begin(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Open a request's row; the caller closes it with `end`."""
        self.in_flight += 1
        row = {
            "seq": len(self.requests) + 1,
            "time": iso_utc(self.clock.now()),
            **facts,
            "status": None,
            "bytes": 0,
            "faults": [],
            "begun_ms": self._since(),
            "ended_ms": None,
            "in_flight": self.in_flight,
        }
        self.requests.append(row)
        return row

    def end(self, row: dict[str, Any], status: int | None, size: int) -> None:
        """Close a request's row; status None means that no byte was answered."""
        self.in_flight -= 1
        row["status"], row["bytes"], row["ended_ms"] = status, size, self._since()

    def _since(self) -> float:
        return round((time.monotonic() - self.started) * 1000, 3)

    def counts(self) -> dict[str, dict[str, int]]:
        """Count effects by kind and requests by upstream."""
        return {
            "effects": dict(
                Counter(f"{e['upstream']}.{e['effect']}" for e in self.effects)
            ),
            "requests": dict(Counter(r["upstream"] for r in self.requests)),
        }

    def serial_stages(self) -> int:
        """Count requests that cannot have overlapped: the length in round trips."""
        stages, free_at = 0, -1.0
        done = [r for r in self.requests if r["ended_ms"] is not None]
        for row in sorted(done, key=lambda r: r["ended_ms"]):
            if row["begun_ms"] >= free_at:
                stages += 1
                free_at = row["ended_ms"]
        return stages

    def clear(self) -> None:
        """Forget everything, as POST /_reset asks."""
        self.effects.clear()
        self.merchant.clear()
        self.requests.clear()
        self.epoch += 1
        self.in_flight = 0
        self.current = None
        self.started = time.monotonic()
