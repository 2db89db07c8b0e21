"""What makes the demo live: customers who order, a cron that comes by, a shop that
stumbles now and then, and the two switches of the dashboard's card "Try this".

    cd tests && /usr/bin/python3 -m demo.life SANDBOX_PORT PROGRAM PORT_FILE

GET and PUT /switches {business_central: open|stopped, clock: now|sunday}; the web
server of the demo hands them on below sandbox/. ORDERBRIDGE_CONFIG and
ORDERBRIDGE_TEST_CLOCK are those of the demo. SIGTERM ends it.
"""

from __future__ import annotations

import datetime
import http.server
import json
import pathlib
import random
import subprocess
import sys
import threading
import time
from typing import Any

from sandbox.client import Sandbox

CUSTOMER_S = (12, 30)
CRON_S = 20
ODD = 0.15  # of the orders: one that somebody has to look at
STUMBLE = 0.1  # before an order comes in: the shop fails once
ODDITIES = ("sku_unknown", "bad_address", "sku_wait", "total_mismatch")
SUNDAY = "2026-11-22T19:30:00Z"
SWITCHES = {"business_central": ("open", "stopped"), "clock": ("now", "sunday")}


class Life:
    """The state of the switches, and what goes on by itself."""

    def __init__(self, box: Sandbox, program: str):
        self.box, self.program = box, program
        self.state = {name: values[0] for name, values in SWITCHES.items()}
        self.fault: int | None = None
        self.lock = threading.Lock()

    def customers(self) -> None:
        dice = random.Random()
        while True:
            time.sleep(dice.uniform(*CUSTOMER_S))
            if dice.random() < STUMBLE:
                self.box.fault("status", {"code": 503}, upstream="woocommerce")
            wish = {"count": 1, "days": 0.0001, "seed": dice.randrange(1 << 30)}
            if dice.random() < ODD:
                wish["variety"] = dice.choice(ODDITIES)
            wish["base"] = self.box.control("GET", "/_clock")["now"]
            self.box.control("POST", "/_shops/demo/orders", wish)

    def cron(self) -> None:
        """The crontab's line, more often than a host would."""
        while True:
            time.sleep(CRON_S)
            subprocess.run([self.program, "cron"], stdout=subprocess.DEVNULL)

    def turn(self, change: dict[str, str]) -> None:
        """ValueError names what no switch has."""
        for name, value in change.items():
            if value not in SWITCHES.get(name, ()):
                raise ValueError(f"{name} cannot be {value}")
        with self.lock:
            for name, value in change.items():
                if self.state[name] != value:
                    getattr(self, f"turn_{name}")(value)
                    self.state[name] = value

    def turn_business_central(self, value: str) -> None:
        if value == "stopped":
            wish = {
                "match": {"upstream": "business_central"},
                "fault": {"kind": "status", "arg": {"code": 503}},
                "times": 0,
            }
            self.fault = self.box.control("POST", "/_faults", wish)["id"]
        else:
            self.box.control("DELETE", f"/_faults/{self.fault}")

    def turn_clock(self, value: str) -> None:
        now = datetime.datetime.now(datetime.timezone.utc)
        moment = SUNDAY if value == "sunday" else now.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.box.control("PUT", "/_clock", {"now": moment, "rate": 1})


def handler(life: Life) -> type[http.server.BaseHTTPRequestHandler]:
    class Switches(http.server.BaseHTTPRequestHandler):
        def answer(self, status: int, body: Any) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(text)

        def do_GET(self) -> None:
            if self.path != "/switches":
                return self.answer(404, {"error": "there is only /switches"})
            self.answer(200, life.state)

        def do_PUT(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            try:
                life.turn(json.loads(self.rfile.read(min(length, 1000))))
            except (ValueError, AttributeError) as error:
                return self.answer(400, {"error": str(error)})
            self.do_GET()

        def log_message(self, *words: Any) -> None:
            """Nobody reads it."""

    return Switches


def main() -> None:
    port, program, port_file = sys.argv[1:]
    life = Life(Sandbox(int(port)), program)
    for deed in (life.customers, life.cron):
        threading.Thread(target=deed, daemon=True).start()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(life))
    pathlib.Path(port_file).write_text(str(server.server_port))
    server.serve_forever()


if __name__ == "__main__":
    main()
