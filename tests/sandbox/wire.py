"""Requests as the fakes see them, and answers down to the last byte.

Answers are written to the socket by this module and not by aiohttp, because half
of the faults are about bytes: a wrong Content-Length, a chunk that never ends,
a connection closed without a word.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

SECRET_QUERY = re.compile(
    r"(?i)\b(consumer_key|consumer_secret|oauth_[a-z_]+|access_token"
    r"|client_secret)=[^&]*"
)
CHUNK = 16384


@dataclass
class Call:
    """One request, parsed no further than HTTP."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    secure: bool
    origin: str
    upstream: str = ""
    shop: str = ""
    rest: str = ""
    commit_limit: int | None = None
    stale_seconds: float | None = None

    @property
    def path(self) -> str:
        """The decoded path."""
        return unquote(self.target.partition("?")[0])

    @property
    def raw_path(self) -> str:
        """The path as sent."""
        return self.target.partition("?")[0]

    @property
    def query_text(self) -> str:
        """The query as sent."""
        return self.target.partition("?")[2]

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query's pairs in order, blanks kept."""
        return parse_qsl(self.query_text, keep_blank_values=True)

    @property
    def safe_target(self) -> str:
        """The target without secrets, for the log."""
        return SECRET_QUERY.sub(r"\1=***", self.target)

    def json(self) -> Any:
        """Parse the body; ValueError when it is not JSON."""
        return json.loads(self.body.decode("utf-8"))


@dataclass
class Wire:
    """How the bytes go out, where a fault wants it odd."""

    silent: str = ""  # "close" or "reset": not one byte
    truncate: int | None = None
    truncate_mode: str = "length"  # length, right_length, chunked, gzip
    bytes_per_second: float = 0.0
    first_byte_after: float = 0.0


@dataclass
class Reply:
    """An answer before it is turned into bytes."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=UTF-8"
    headers: list[tuple[str, str]] = field(default_factory=list)
    chunked: bool = True
    encoding: str = ""
    compressible: bool = True
    date: str = ""
    server: str = "nginx/1.22.1"
    wire: Wire = field(default_factory=Wire)

    def header(self, name: str) -> str | None:
        """Return the first header of that name."""
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None

    def drop(self, *names: str) -> None:
        """Remove headers by name."""
        gone = {name.lower() for name in names}
        self.headers = [h for h in self.headers if h[0].lower() not in gone]

    def json(self) -> Any:
        """Parse the body back; ValueError when a fault already spoiled it."""
        return json.loads(self.body.decode("utf-8"))


def php_json(value: Any) -> str:
    """Encode as PHP does by default: ASCII only and slashes escaped."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("/", "\\/")


def plain_json(value: Any) -> bytes:
    """Encode as Microsoft's services do: UTF-8, nothing escaped needlessly."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def compress(reply: Reply, accepted: str) -> None:
    """Compress like the front end: only when asked, only what is worth it."""
    if reply.encoding or not reply.compressible or len(reply.body) < 256:
        return
    if "gzip" not in accepted.lower() or "json" not in reply.content_type:
        return
    reply.body = gzip.compress(reply.body, compresslevel=1, mtime=0)
    reply.encoding = "gzip"
    reply.headers.append(("Vary", "Accept-Encoding"))


def encode(reply: Reply, *, head_only: bool, keep_alive: bool) -> tuple[bytes, bytes]:
    """Return head and body as they go over the wire; wire faults included."""
    wire, body = reply.wire, reply.body
    chunked, length, ends = reply.chunked, len(body), True
    if wire.truncate is not None:
        at = wire.truncate if wire.truncate >= 0 else max(0, length + wire.truncate)
        body = body[:at]
        if wire.truncate_mode == "length":
            chunked = False
        elif wire.truncate_mode == "right_length":
            chunked, length = False, len(body)
        elif wire.truncate_mode == "chunked":
            chunked, ends = True, False
    reason = HTTPStatus(reply.status).phrase if reply.status in _KNOWN else "Unknown"
    lines = [f"HTTP/1.1 {reply.status} {reason}"]
    if reply.server:
        lines.append(f"Server: {reply.server}")
    lines.append(f"Date: {reply.date}")
    if reply.content_type and reply.status != 204:
        lines.append(f"Content-Type: {reply.content_type}")
    if reply.status == 204:
        body, chunked = b"", False
    elif chunked:
        lines.append("Transfer-Encoding: chunked")
    else:
        lines.append(f"Content-Length: {length}")
    lines.append(f"Connection: {'keep-alive' if keep_alive else 'close'}")
    if reply.encoding:
        lines.append(f"Content-Encoding: {reply.encoding}")
    lines.extend(f"{name}: {value}" for name, value in reply.headers)
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
    if head_only or reply.status in (204, 304):
        return head, b""
    if chunked:
        parts = [
            b"%x\r\n%b\r\n" % (len(body[at : at + CHUNK]), body[at : at + CHUNK])
            for at in range(0, len(body), CHUNK)
        ]
        body = b"".join(parts) + (b"0\r\n\r\n" if ends else b"")
    return head, body


_KNOWN = {int(status) for status in HTTPStatus}


class WireResponse(web.StreamResponse):
    """Lets aiohttp believe that it sent the answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(status=reply.status)
        self._reply = reply
        self.sent = 0

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write the whole answer, or none of it, or less than was promised."""
        reply, wire = self._reply, self._reply.wire
        transport = request.transport
        if transport is None:
            raise ConnectionResetError("the client is gone")
        if wire.silent:
            self._keep_alive = False
            if wire.silent == "reset":
                _linger_zero(transport.get_extra_info("socket"))
                transport.abort()
            else:
                transport.close()
            raise ConnectionResetError("closed by a fault")
        keep = bool(request.keep_alive)
        cut = wire.truncate is not None and wire.truncate_mode in ("length", "chunked")
        head, body = encode(
            reply, head_only=request.method == "HEAD", keep_alive=keep and not cut
        )
        self._keep_alive = keep and not cut
        if wire.first_byte_after:
            await asyncio.sleep(wire.first_byte_after)
        if wire.bytes_per_second:
            await _drip(transport, head + body, wire.bytes_per_second)
        else:
            transport.write(head + body)
            self.sent = len(head) + len(body)
        if cut:
            transport.close()
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing: prepare wrote it all."""


async def _drip(transport: Any, data: bytes, rate: float) -> None:
    """Send about ten pieces a second, so that a time limit meets a live line."""
    piece = max(1, int(rate / 10))
    for at in range(0, len(data), piece):
        if transport.is_closing():
            raise ConnectionResetError("the client gave up")
        transport.write(data[at : at + piece])
        await asyncio.sleep(piece / rate)


def _linger_zero(sock: Any) -> None:
    """Make the kernel send RST instead of FIN."""
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
