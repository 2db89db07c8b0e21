"""The account layer, called through tests/support/account_probe."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
import subprocess
import time
from typing import Any

from probe import Probe

NOW = 1800000000000  # 2027-01-15T08:00:00Z
SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
DAY = 24 * HOUR
PASSWORD = "tall-anchor-forty-ships"
SECRET = base64.b32encode(b"12345678901234567890").decode()


def code_at(moment: int, secret: str = SECRET) -> str:
    """RFC 6238, written down a second time."""
    message = struct.pack(">Q", moment // 30_000)
    mac = hmac.new(base64.b32decode(secret), message, hashlib.sha1).digest()
    at = mac[19] & 15
    number = struct.unpack(">I", mac[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


class Account(Probe):
    """Steps of one process, each at its own moment."""

    program = "account_probe"

    def refused(self, name: str, /, **ask: Any) -> tuple[str, str]:
        """Code and text of a call that has to be refused."""
        told = self.call(name, **ask)
        assert not told["ok"], told
        return told["code"], told["error"]

    def start(self, *steps: dict[str, Any]) -> list[subprocess.Popen[str]]:
        """Each step by a process of its own, all at once."""
        running = [
            subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for _ in steps
        ]
        for process, step in zip(running, steps):
            assert process.stdin
            process.stdin.write(json.dumps([step]))
        for process in running:
            assert process.stdin
            process.stdin.close()
        return running

    def finish(self, running: list[subprocess.Popen[str]]) -> list[dict[str, Any]]:
        """What they told in the end."""
        told = []
        for process in running:
            assert process.stdout
            told.append(json.loads(process.stdout.read()))
            assert process.wait(60) == 0
        return told

    def waiting(self) -> int:
        """How many transactions of this schema wait for a lock."""
        time.sleep(0.15)  # the server looks anew after 100 ms without a question
        rows = self.database.run(
            "SELECT COUNT(*) FROM information_schema.innodb_trx AS t"
            " JOIN information_schema.processlist AS p"
            " ON p.id = t.trx_mysql_thread_id"
            " WHERE t.trx_state = 'LOCK WAIT' AND p.db = %s",
            self.database.name,
        )
        return int(rows[0][0])

    def at_once(self, count: int, name: str, /, **ask: Any) -> list[dict[str, Any]]:
        """The same call by so many processes at once."""
        return self.finish(self.start(*[{"call": name, **ask}] * count))

    def person(self, login: str = "maria", **more: Any) -> int:
        """Adds somebody who has a password."""
        told = self.must("user_add", login=login, password=PASSWORD, **more)
        return int(told["id"])

    def sites(self, *codes: str) -> list[int]:
        """Adds shops, of which the tests need no more than their codes."""
        for code in codes:
            self.database.run(
                "INSERT INTO rm_sites (code, prefix, platform, name, site_url,"
                " domain, source_status, target_status) VALUES (%s, %s,"
                " 'woocommerce', %s, %s, %s, 'processing', 'completed')",
                *(code, code.upper(), f"Shop of {code}", f"https://{code}.example"),
                f"{code}.example",
            )
        rows = self.database.run("SELECT id FROM rm_sites ORDER BY id")
        return [number for (number,) in rows]
