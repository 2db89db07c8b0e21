"""A client of the sandbox for tests: start it, steer it, call its upstreams.

Integration tests use it too, so that the control API has one spelling.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from .entra import CLIENT_ID, CLIENT_SECRET, TENANT
from .woo_store import default_key, default_secret

TESTS = Path(__file__).resolve().parents[1]
FIXTURES = TESTS / "fixtures"
WOO = FIXTURES / "woocommerce"
MARK = "sumatra_wc_integrator_exported"
NOW = "2026-11-20T21:40:19Z"
API = "/wp-json/wc/v3"
BC = f"/bc/v2.0/{TENANT}/sandbox"
COMPANY = f"{BC}/api/v2.0/companies(c0c0c0c0-0000-4000-8000-000000000001)"
CARDS = f"{BC}/ODataV4/Company('SAMPLE%20CO')/Item_Card"
SCOPE = "https://api.businesscentral.dynamics.com/.default"


@dataclass
class Answer:
    """Status, headers in order and the body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def json(self) -> Any:
        """Parse the body."""
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        """Return a header."""
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None


class Sandbox:
    """A started sandbox."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.bearer = ""

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        timeout: float = 5,
    ) -> Answer:
        """Send one request on a connection of its own."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = dict(headers or {})
        data = body
        if body is not None and not isinstance(body, (bytes, str)):
            data = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        try:
            line.request(method, path, body=data, headers=headers)
            answer = line.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            line.close()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control API, which must accept."""
        answer = self.send(method, path, body)
        assert answer.status == 200, answer.body
        return answer.json()

    def woo(
        self,
        method: str,
        path: str,
        body: Any = None,
        shop: str = "demo",
        headers: dict[str, str] | None = None,
        key: tuple[str, str] | None = None,
        timeout: float = 5,
    ) -> Answer:
        """Call a shop with its default key."""
        pair = key or (default_key(shop), default_secret(shop))
        text = base64.b64encode(":".join(pair).encode()).decode()
        known = {"Authorization": f"Basic {text}", "Accept": "application/json"}
        return self.send(
            method,
            f"/shop/{shop}{API}{path}",
            body,
            {**known, **(headers or {})},
            timeout,
        )

    def token(self, **change: Any) -> Answer:
        """Ask for a token."""
        form = {
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "scope": SCOPE,
            **change,
        }
        return self.send(
            "POST",
            f"/entra/{TENANT}/oauth2/v2.0/token",
            urlencode(form),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )

    def login(self) -> None:
        """Keep a token for `bc`."""
        self.bearer = self.token().json()["access_token"]

    def bc(
        self,
        path: str,
        method: str = "GET",
        body: Any = None,
        **headers: str,
    ) -> Answer:
        """Call Business Central."""
        known = {"Authorization": f"Bearer {self.bearer}", **headers}
        return self.send(method, path, body, known)

    def fault(self, kind: str, arg: Any = None, times: int = 1, **match: Any) -> None:
        """Arm a fault."""
        fault = {"kind": kind, "arg": arg}
        wish = {"match": match, "fault": fault, "times": times}
        self.control("POST", "/_faults", wish)

    def effects(self) -> list[dict[str, Any]]:
        """Return the executed effects."""
        rows: list[dict[str, Any]] = self.control("GET", "/_effects")["effects"]
        return rows


def start(tmp: Path, *words: str) -> tuple[subprocess.Popen[bytes], int]:
    """Start a sandbox and wait for its port."""
    port_file = tmp / "port"
    process = subprocess.Popen(
        ["/usr/bin/python3", "-m", "sandbox", "--port-file", str(port_file), *words],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    for _ in range(200):
        if port_file.exists():
            return process, int(port_file.read_text())
        assert process.poll() is None, "the sandbox ended at once"
        time.sleep(0.05)
    raise AssertionError("no port after ten seconds")


def captured(name: str) -> Any:
    """Read a captured WooCommerce file."""
    return json.loads((WOO / f"{name}.json").read_text(encoding="utf-8"))


def parse_error(name: str) -> tuple[str, str, Answer]:
    """Split a captured error into request line and answer."""
    text = (WOO / "errors" / f"{name}.http").read_text(encoding="utf-8")
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    rows = head.split("\n")
    _, method, path = rows[0].split(" ", 2)
    pairs = [(key, value) for key, _, value in (r.partition(": ") for r in rows[2:])]
    answer = Answer(int(rows[1].split()[1]), pairs, body.strip().encode())
    return method, path, answer
