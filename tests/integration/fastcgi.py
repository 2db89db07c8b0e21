"""FastCGI by hand: what a web server sends, and what none would send."""

from __future__ import annotations

import socket
import struct

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES = range(1, 10)


def record(kind: int, content: bytes = b"", request: int = 1) -> bytes:
    return struct.pack(">BBHHBx", 1, kind, request, len(content), 0) + content


def begin(keep: bool = False) -> bytes:
    """A responder is asked for; keep: the connection should stay."""
    return record(BEGIN, struct.pack(">HB5x", 1, keep))


def pair(name: str, value: str) -> bytes:
    def length(text: str) -> bytes:
        size = len(text.encode())
        return bytes([size]) if size < 128 else struct.pack(">I", size | 1 << 31)

    return length(name) + length(value) + (name + value).encode()


def params(**values: str) -> bytes:
    return record(PARAMS, b"".join(pair(*item) for item in values.items())) + record(
        PARAMS
    )


def get(path: str, keep: bool = False, **more: str) -> bytes:
    """A whole request."""
    given = {
        "REQUEST_METHOD": "GET",
        "REQUEST_URI": path,
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        **more,
    }
    return begin(keep) + params(**given) + record(STDIN)


def connect(path: str) -> socket.socket:
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(20)
    line.connect(path)
    return line


def until_closed(line: socket.socket) -> bytes:
    """What comes until the other side closes, or breaks off."""
    found = b""
    try:
        while piece := line.recv(65536):
            found += piece
    except ConnectionError:
        pass
    return found


def ask(path: str, what: bytes) -> bytes:
    with connect(path) as line:
        line.sendall(what)
        return until_closed(line)
