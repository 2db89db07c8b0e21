"""One started sandbox for all tests of this folder."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from sandbox.client import NOW, WOO, Sandbox, captured, start
from sandbox.woo_store import default_key, default_secret

GOLDEN = sorted(
    path.stem
    for path in WOO.glob("*.json")
    if "raw-" not in path.name
    and json.loads(path.read_text(encoding="utf-8"))["version"] == "10.0.2"
)


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One process for all tests of this file."""
    process, port = start(tmp_path_factory.mktemp("sandbox"))
    yield Sandbox(port)
    process.terminate()
    assert process.wait(5) == 0


@pytest.fixture
def box(started: Sandbox) -> Sandbox:
    """Return a sandbox begun anew: 30 orders, real time."""
    started.control("PUT", "/_clock", {"now": None})
    started.control("POST", "/_reset", {"seed": 7, "orders": 30, "latency": 0})
    return started


@pytest.fixture
def golden(started: Sandbox) -> Sandbox:
    """Return a shop that holds the captured orders, at the hour of the capture."""
    started.control("PUT", "/_clock", {"now": NOW, "rate": 0})
    settings = {
        "zone": "America/Los_Angeles",
        "site_url": "https://shop.example.com",
        "orders": 0,
        "keys": [
            {"key": default_key("golden"), "secret": default_secret("golden")},
            {"key": "ck_r", "secret": "cs_r", "permissions": "read"},
            {"key": "ck_w", "secret": "cs_w", "permissions": "write"},
        ],
    }
    started.control("POST", "/_reset", {"orders": 0, "shops": {"golden": settings}})
    rows = [captured(name) for name in GOLDEN]
    started.control("POST", "/_shops/golden/orders", rows)
    return started
