"""Faults that a test arms, and what each does to a call or to its answer.

A fault has three chances: before the call is executed (`before`, which may answer
in its place), while it is executed (marks on the call), and afterwards (`after`,
which spoils the answer). Several faults may hit one call; they act in the order
in which they were armed.
"""

from __future__ import annotations

import asyncio
import copy
import gzip
import json
import random
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from . import woo_rest
from .clock import http_date
from .wire import Call, Reply, php_json

if TYPE_CHECKING:
    from .world import World

KINDS = {
    "delay": "seconds before the call is executed; {seconds, after} to execute first",
    "status": "{code, headers, body, kind: html|json|php, captured, execute}; a number "
    "is the code; captured names a file of fixtures/woocommerce/errors",
    "retry_after": "{seconds | date | absent: true, code, kind}; a number is seconds",
    "truncate": "{at, mode: length|right_length|chunked|gzip}; a number is `at`",
    "html200": "a login or maintenance page with status 200",
    "php_warning": "PHP's warning in front of the JSON",
    "bom": "a UTF-8 byte order mark in front of the JSON",
    "reset_before": "TCP reset, nothing executed",
    "close_after_execute": "executed, then closed without a byte; {reset: true}",
    "duplicate_page": "the last answer of the same list once more",
    "mutate_between_pages": "{seed, count}: a merchant changes orders first",
    "short_page": "{rows}: so many rows are missing from the list",
    "skew": "seconds added to the Date header",
    "slow_body": "bytes per second",
    "bomb": "{mib}: a gzip answer that grows",
    "deep_json": "{depth}: arrays in arrays",
    "big": "{mib}: a valid but huge answer",
    "redirect": "{to, code}: sent elsewhere",
    "token_expired": "401 as for an expired token; {revoke: true} revokes all",
    "lose_write": "answers as if done, changes nothing",
    "stale_read": "seconds: answers from the state of then",
    "wrong_type": "{pointer, value}: one value replaced; without: list for object",
    "raw": "{id, text}: the order of this id gets a member of this text, JSON or not",
    "partial_batch": "{items}: so many are committed, then status 500",
    "hang": "no answer at all; seconds, then closed",
}
ALIASES = {"woo": "woocommerce", "bc": "business_central"}

LOGIN_PAGE = b"""<!DOCTYPE html>
<html><head><title>Log In</title></head>
<body class="login"><form name="loginform" method="post"></form></body></html>
"""
PHP_WARNING = (
    b"<br />\n<b>Warning</b>:  example notice from a badly behaved plugin in "
    b"<b>/var/www/html/wp-content/mu-plugins/example.php</b> on line <b>2</b><br />\n"
)


class BadFault(ValueError):
    """What POST /_faults was given makes no sense."""


@dataclass
class Fault:
    """One armed fault."""

    id: int
    match: dict[str, Any]
    kind: str
    arg: Any
    times: int
    seen: int = 0
    used: int = 0
    state: dict[str, Any] = field(default_factory=dict)

    def option(self, name: str, default: Any = None, *, lone: bool = False) -> Any:
        """Return a member of arg; with `lone`, a bare arg stands for it."""
        if isinstance(self.arg, dict):
            return self.arg.get(name, default)
        if lone and self.arg is not None:
            return self.arg
        return default

    def takes(self, call: Call) -> bool:
        """Count the call when it fits; tell whether the fault acts on it."""
        match = self.match
        upstream = ALIASES.get(match.get("upstream", ""), match.get("upstream"))
        if upstream and upstream not in (call.upstream, call.shop):
            return False
        if match.get("shop") and match["shop"] != call.shop:
            return False
        if match.get("method") and match["method"].upper() != call.method:
            return False
        if match.get("path") and not re.search(match["path"], call.target):
            return False
        if match.get("body") and not re.search(
            match["body"], call.body.decode("utf-8", "replace")
        ):
            return False
        self.seen += 1
        nth = match.get("nth", 1)
        if isinstance(nth, list):
            hit = self.seen in nth
        else:
            hit = self.seen >= nth
        if not hit or (self.times and self.used >= self.times):
            return False
        self.used += 1
        return True

    def describe(self) -> dict[str, Any]:
        """Return what GET /_faults shows."""
        return {
            "id": self.id,
            "match": self.match,
            "fault": {"kind": self.kind, "arg": self.arg},
            "times": self.times,
            "seen": self.seen,
            "used": self.used,
        }


class Faults:
    """All armed faults."""

    def __init__(self) -> None:
        self.armed: list[Fault] = []
        self._last_id = 0

    def arm(self, wish: dict[str, Any]) -> Fault:
        """Arm a fault; BadFault says what is wrong with the wish."""
        fault = wish.get("fault") or {}
        match = wish.get("match") or {}
        kind = fault.get("kind")
        if kind not in KINDS:
            raise BadFault(f"unknown kind {kind!r}; known: {', '.join(KINDS)}")
        odd = set(match) - {"upstream", "shop", "method", "path", "body", "nth"}
        if odd:
            raise BadFault(f"unknown in match: {', '.join(sorted(odd))}")
        for name in ("path", "body"):
            try:
                re.compile(match.get(name) or "")
            except re.error as error:
                raise BadFault(f"{name}: {error}") from None
        arg = fault.get("arg")
        if isinstance(arg, dict) and arg.get("captured"):
            path = woo_rest.FIXTURES / "errors" / f"{arg['captured']}.http"
            if not path.exists():
                raise BadFault(f"no captured answer {arg['captured']!r}")
        nth = match.get("nth", 1)
        times = wish.get("times")
        if times is None:
            times = len(nth) if isinstance(nth, list) else 1
        self._last_id += 1
        made = Fault(self._last_id, match, kind, arg, int(times))
        self.armed.append(made)
        return made

    def take(self, call: Call) -> list[Fault]:
        """Return the faults that hit this call."""
        return [fault for fault in self.armed if fault.takes(call)]

    def disarm(self, fault_id: int | None = None) -> None:
        """Forget one fault or all."""
        self.armed = (
            []
            if fault_id is None
            else [fault for fault in self.armed if fault.id != fault_id]
        )


def html_page(code: int, title: str) -> bytes:
    """Return the page of a front end that answers by itself."""
    return (
        f"<html>\n<head><title>{code} {title}</title></head>\n<body>\n"
        f"<center><h1>{code} {title}</h1></center>\n"
        "<hr><center>nginx/1.22.1</center>\n</body>\n</html>\n"
    ).encode()


TITLES = {
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Time-out",
    520: "Web server is returning an unknown error",
    521: "Web server is down",
    522: "Connection timed out",
    523: "Origin is unreachable",
    524: "A timeout occurred",
}


def status_reply(fault: Fault, call: Call) -> Reply:
    """Answer with a status, as a host, a proxy or an API would."""
    if fault.option("captured"):
        return woo_rest.captured(f"errors/{fault.option('captured')}.http")
    if fault.option("kind") == "php":
        return woo_rest.fatal_reply(call.headers.get("Accept", ""))
    code = int(fault.option("code", 503, lone=True))
    headers = [(k, str(v)) for k, v in (fault.option("headers") or {}).items()]
    body, kind = fault.option("body"), fault.option("kind", "html")
    if isinstance(body, (dict, list)):
        kind, text = "json", php_json(body).encode()
    elif body is not None:
        text = str(body).encode()
    elif kind == "json":
        text = php_json({"code": "sandbox_fault", "message": f"status {code}"}).encode()
    else:
        text = html_page(code, TITLES.get(code, "Error"))
    type_ = "text/html" if kind == "html" else "application/json; charset=UTF-8"
    return Reply(
        status=code, body=text, content_type=type_, headers=headers, chunked=False
    )


def retry_after_reply(fault: Fault, world: World) -> Reply:
    """Throttle: seconds, an HTTP date or no hint at all."""
    code = int(fault.option("code", 429))
    kind = fault.option("kind", "html")
    headers: list[tuple[str, str]] = []
    if fault.option("date") is not None:
        until = world.clock.now() + timedelta(seconds=float(fault.option("date")))
        headers.append(("Retry-After", http_date(until)))
    elif not fault.option("absent"):
        seconds = fault.option("seconds", 2, lone=True)
        headers.append(("Retry-After", str(seconds)))
    body = html_page(code, TITLES.get(code, "Error"))
    if kind == "json":
        body = php_json({"code": "throttled", "message": "Slow down."}).encode()
    return Reply(
        status=code,
        body=body,
        content_type="text/html" if kind == "html" else "application/json",
        headers=headers,
        chunked=False,
    )


async def before(fault: Fault, call: Call, world: World) -> Reply | None:
    """Act before the call is executed; an answer ends it here."""
    kind = fault.kind
    if kind == "delay" and not fault.option("after"):
        await asyncio.sleep(float(fault.option("seconds", 1, lone=True)))
    elif kind == "status" and not fault.option("execute"):
        return status_reply(fault, call)
    elif kind == "retry_after":
        return retry_after_reply(fault, world)
    elif kind == "html200":
        page = fault.option("body", None, lone=True)
        return Reply(
            body=str(page).encode() if page else LOGIN_PAGE,
            content_type="text/html; charset=UTF-8",
        )
    elif kind == "reset_before":
        reply = Reply()
        reply.wire.silent = "reset"
        return reply
    elif kind == "hang":
        await asyncio.sleep(float(fault.option("seconds", 3600, lone=True)))
        reply = Reply()
        reply.wire.silent = "close"
        return reply
    elif kind == "redirect":
        to = fault.option("to", "https://login.example.com/", lone=True)
        code = int(fault.option("code", 301))
        return Reply(
            status=code,
            headers=[("Location", str(to))],
            body=html_page(code, "Moved"),
            content_type="text/html",
        )
    elif kind == "token_expired":
        if fault.option("revoke"):
            world.entra.revoke_all()
            return None
        return world.refusal(call)
    elif kind == "mutate_between_pages":
        shop = world.shops.get(call.shop)
        if shop is not None:
            seed = fault.option("seed", 1, lone=True)
            rng = fault.state.setdefault("rng", random.Random(f"mutate/{seed}"))
            for _ in range(int(fault.option("count", 1))):
                shop.mutate(rng)
    elif kind == "partial_batch":
        call.commit_limit = int(fault.option("items", 1, lone=True))
    elif kind == "stale_read" and call.method in ("GET", "HEAD"):
        call.stale_seconds = float(fault.option("seconds", 60, lone=True))
    elif kind == "duplicate_page":
        known = world.last_lists.get((call.upstream, call.raw_path))
        return copy.deepcopy(known) if known else None
    return None


async def after(fault: Fault, call: Call, reply: Reply, world: World) -> Reply:
    """Spoil the answer of a call that was executed."""
    kind = fault.kind
    if kind == "delay" and fault.option("after"):
        await asyncio.sleep(float(fault.option("seconds", 1)))
    elif kind == "status" and fault.option("execute"):
        return status_reply(fault, call)
    elif kind == "php_warning":
        reply.body = PHP_WARNING + reply.body
    elif kind == "bom":
        reply.body = b"\xef\xbb\xbf" + reply.body
    elif kind == "close_after_execute":
        reply.wire.silent = "reset" if fault.option("reset") else "close"
    elif kind == "short_page":
        shorten(reply, fault.option("rows", None, lone=True))
    elif kind == "skew":
        moment = world.clock.now() + timedelta(
            seconds=float(fault.option("seconds", 3600, lone=True))
        )
        reply.date = http_date(moment)
    elif kind == "slow_body":
        reply.wire.bytes_per_second = float(
            fault.option("bytes_per_second", 1, lone=True)
        )
    elif kind == "bomb":
        mib = int(fault.option("mib", 100, lone=True))
        reply.body, reply.encoding = gzip_bomb(mib), "gzip"
    elif kind == "deep_json":
        depth = int(fault.option("depth", 100000, lone=True))
        reply.body = b"[" * depth + b"]" * depth
    elif kind == "big":
        mib = int(fault.option("mib", 40, lone=True))
        reply.body = b"[" + b'"%s",' % (b"x" * 1021) * (1024 * mib) + b"0]"
    elif kind == "wrong_type":
        change_type(reply, fault.option("pointer"), fault.option("value"))
    elif kind == "raw":
        begin = b'{"id":%d,' % int(fault.option("id"))
        odd = b'"odd":' + str(fault.option("text")).encode() + b","
        reply.body = reply.body.replace(begin, begin + odd)
    elif kind == "truncate":
        truncate(reply, fault)
    return reply


def truncate(reply: Reply, fault: Fault) -> None:
    """Cut the body; the mode says what the framing claims."""
    at = int(fault.option("at", -1, lone=True))
    mode = str(fault.option("mode", "length"))
    if mode == "gzip":
        whole = gzip.compress(reply.body, mtime=0)
        reply.body = whole[:at] if at >= 0 else whole[: len(whole) + at]
        reply.encoding = "gzip"
    else:
        reply.compressible = False
        reply.wire.truncate, reply.wire.truncate_mode = at, mode


def shorten(reply: Reply, rows: Any) -> None:
    """Drop rows from a list while headers and links still promise them."""
    try:
        value = reply.json()
    except ValueError:
        return
    target = value.get("value") if isinstance(value, dict) else value
    if not isinstance(target, list):
        return
    count = int(rows) if rows is not None else max(1, len(target) // 2)
    del target[max(0, len(target) - count) :]
    reply.body = php_json(value).encode()


def change_type(reply: Reply, pointer: str | None, value: Any) -> None:
    """Replace one value, or turn the outermost list and object around."""
    try:
        root = reply.json()
    except ValueError:
        return
    if not pointer:
        root = {"data": root} if isinstance(root, list) else [root]
        reply.body = php_json(root).encode()
        return
    node, parts = root, [p for p in pointer.split("/")[1:]]
    for part in parts[:-1]:
        try:
            node = node[int(part)] if isinstance(node, list) else node[part]
        except (KeyError, IndexError, ValueError):
            return
    if isinstance(node, list) and int(parts[-1]) < len(node):
        node[int(parts[-1])] = value
    elif isinstance(node, dict):
        node[parts[-1]] = value
    reply.body = json.dumps(root).encode()


_BOMBS: dict[int, bytes] = {}


def gzip_bomb(mib: int) -> bytes:
    """Return a small gzip file that unpacks to a JSON array of `mib` MiB."""
    if mib not in _BOMBS:
        piece = b"[" + b" " * (mib * 1024 * 1024 - 2) + b"]"
        _BOMBS[mib] = gzip.compress(piece, compresslevel=9, mtime=0)
    return _BOMBS[mib]
