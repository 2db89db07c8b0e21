"""A web server that misbehaves on purpose, and certificates for it.

It speaks HTTP/1.1 over bare sockets, so that a test decides on every byte and on
the moment a connection ends. Each path is one kind of trouble.
"""

from __future__ import annotations

import gzip
import pathlib
import socket
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import Callable


@dataclass
class Request:
    """What came in, and on which connection of the server's life."""

    connection: int
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Gone(Exception):
    """The connection ends here, without another word."""


def reply(status: int, body: bytes = b"{}", *headers: str) -> bytes:
    """A whole answer with its length."""
    lines = [
        f"HTTP/1.1 {status} Some Words",
        f"Content-Length: {len(body)}",
        *(headers or ["Content-Type: application/json"]),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chunked(*parts: bytes) -> bytes:
    """The beginning of an answer whose length nobody knows; no last chunk."""
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    return head + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts)


@dataclass
class Exchange:
    """One request being answered."""

    server: "BadServer"
    wire: socket.socket
    request: Request
    number: int  # of the request on its connection, from 1

    def send(self, data: bytes) -> None:
        self.wire.sendall(data)


Handler = Callable[[Exchange], None]


def ok(x: Exchange) -> None:
    x.send(reply(200, b'{"path":"%s"}' % x.request.path.encode()))


def close_second(x: Exchange) -> None:
    """Does what it was asked; on a used connection the answer gets lost."""
    if x.number > 1:
        raise Gone
    x.send(reply(201))


def close_always(x: Exchange) -> None:
    raise Gone


def truncated(x: Exchange) -> None:
    x.send(reply(200, b'{"orders": [1, 2, 3]}')[:-5])
    raise Gone


def truncated_chunks(x: Exchange) -> None:
    x.send(chunked(b'{"orders"', b": [1, 2"))
    raise Gone


def open_ended(x: Exchange) -> None:
    x.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}")
    raise Gone


def whole_chunks(x: Exchange) -> None:
    x.send(chunked(b'{"orders"', b": []}") + b"0\r\n\r\n")


def zipped(x: Exchange) -> None:
    body = gzip.compress(b'{"zipped": true}')
    x.send(reply(200, body, "Content-Type: application/json", "Content-Encoding: gzip"))


def bomb(x: Exchange) -> None:
    """512 MiB in half a megabyte."""
    body = x.server.bomb()
    x.send(reply(200, body, "Content-Type: application/json", "Content-Encoding: gzip"))


def large(x: Exchange) -> None:
    """40 MB, and the length says so."""
    x.send(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        b"Content-Length: 40000000\r\n\r\n"
    )
    for _ in range(40):
        x.send(b" " * 1_000_000)


def large_chunks(x: Exchange) -> None:
    """40 MB, of which the head says nothing."""
    x.send(chunked())
    for _ in range(40):
        x.send(b"f4240\r\n" + b" " * 1_000_000 + b"\r\n")


def large_head(x: Exchange) -> None:
    lines = "".join(f"X-Filler-{n}: {'x' * 1000}\r\n" for n in range(80))
    x.send(b"HTTP/1.1 200 OK\r\n" + lines.encode() + b"Content-Length: 0\r\n\r\n")


def slow_body(x: Exchange) -> None:
    """An answer by drops: 10 bytes a second."""
    x.send(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        b"Content-Length: 1000\r\n\r\n"
    )
    for _ in range(100):
        x.server.rest(0.1)
        x.send(b" ")


def think(x: Exchange) -> None:
    """Silence for 2.5 seconds, then a quick answer."""
    x.server.rest(2.5)
    ok(x)


def never(x: Exchange) -> None:
    x.server.rest(60)
    raise Gone


def short_work(x: Exchange) -> None:
    x.server.rest(0.15)
    ok(x)


def redirect(x: Exchange) -> None:
    target = f"Location: {x.server.redirect_to}/there?consumer_secret=cs_1"
    x.send(reply(302, b"", target))


def away(x: Exchange) -> None:
    """/away/307: a redirect of that kind."""
    status = int(x.request.path.split("/")[2])
    x.send(reply(status, b"", f"Location: {x.server.redirect_to}"))


def elsewhere(x: Exchange) -> None:
    """A good answer that tells of another place in every other way."""
    there = x.server.redirect_to
    host = there.partition("://")[2].partition("/")[0]
    x.send(
        reply(
            200,
            b"{}",
            "Content-Type: application/json",
            f"Location: {there}",
            f"Content-Location: {there}",
            f"Refresh: 0; url={there}",
            f'Link: <{there}>; rel="next"',
            f'Alt-Svc: http/1.1="{host}:443"; ma=86400',
        )
    )


def html(x: Exchange) -> None:
    page = b"<html>We are back soon</html>"
    x.send(reply(200, page, "Content-Type: text/html; charset=utf-8"))


def cookie(x: Exchange) -> None:
    x.send(reply(200, b"{}", "Content-Type: application/json", "Set-Cookie: a=1"))


def status_of(x: Exchange) -> None:
    """/status/503 answers that."""
    x.send(reply(int(x.request.path.partition("?")[0].split("/")[2])))


def recover(x: Exchange) -> None:
    """/recover/503/2: two such answers, then a good one."""
    _, _, status, times = x.request.path.split("/")
    if x.server.seen(x.request.path) <= int(times):
        x.send(reply(int(status)))
    else:
        ok(x)


def rate(x: Exchange) -> None:
    """/rate/7/2: two answers 429 with Retry-After: 7, then a good one."""
    _, _, seconds, times = x.request.path.split("/")
    if x.server.seen(x.request.path) <= int(times):
        x.send(reply(429, b"{}", f"Retry-After: {seconds}"))
    else:
        ok(x)


def continue_first(x: Exchange) -> None:
    """An interim answer, whose head is none of the real one's."""
    x.send(b"HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n")
    x.send(reply(200, b"{}", "Content-Type: application/json", "X-Late:  Yes "))


def no_http(x: Exchange) -> None:
    x.send(b"220 mail.example ESMTP\r\n" * 10)
    raise Gone


HANDLERS: dict[str, Handler] = {
    "away": away,
    "bomb": bomb,
    "close-always": close_always,
    "close-second": close_second,
    "continue": continue_first,
    "cookie": cookie,
    "elsewhere": elsewhere,
    "html": html,
    "large": large,
    "large-chunks": large_chunks,
    "large-head": large_head,
    "never": never,
    "no-http": no_http,
    "open-ended": open_ended,
    "rate": rate,
    "recover": recover,
    "redirect": redirect,
    "slow": slow_body,
    "status": status_of,
    "think": think,
    "truncated": truncated,
    "truncated-chunks": truncated_chunks,
    "whole-chunks": whole_chunks,
    "busy": short_work,
    "zipped": zipped,
}


@dataclass
class BadServer:
    """Listens on a port of 127.0.0.1 until it is closed."""

    tls: ssl.SSLContext | None = None
    redirect_to: str = "https://other.example"
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    resumed: int = 0  # TLS connections that were no whole handshake
    failed_handshakes: int = 0
    at_once: int = 0
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def seen(self, path: str) -> int:
        """How often a path was asked for."""
        with self.lock:
            return sum(r.path == path for r in self.requests)

    def rest(self, seconds: float) -> None:
        """Waits, unless the server is closed."""
        if self.closing.wait(seconds):
            raise Gone

    _bomb: bytes = b""

    def bomb(self) -> bytes:
        if not self._bomb:
            squeeze = gzip.zlib.compressobj(9, wbits=31)  # type: ignore
            parts = [squeeze.compress(bytes(1 << 20)) for _ in range(512)]
            self._bomb = b"".join(parts) + squeeze.flush()
        return self._bomb

    def close(self) -> None:
        self.closing.set()
        self.listener.close()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                wire, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                number = self.connections
            threading.Thread(
                target=self._serve, args=(wire, number), daemon=True
            ).start()

    def _serve(self, wire: socket.socket, connection: int) -> None:
        with wire:
            try:
                if self.tls:
                    wire = self._shake_hands(wire)
                self._talk(wire, connection)
            except (Gone, OSError):
                pass
            finally:
                wire.close()

    def _shake_hands(self, wire: socket.socket) -> socket.socket:
        try:
            secure = self.tls.wrap_socket(wire, server_side=True)
        except OSError:
            with self.lock:
                self.failed_handshakes += 1
            raise
        with self.lock:
            self.resumed += bool(secure.session_reused)
        return secure

    def _talk(self, wire: socket.socket, connection: int) -> None:
        reader = wire.makefile("rb")
        number = 0
        while line := reader.readline().decode("latin-1"):
            method, path, _ = line.split()
            headers = {}
            while (line := reader.readline().decode("latin-1").strip()) != "":
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            body = reader.read(int(headers.get("content-length", 0)))
            number += 1
            request = Request(connection, method, path, headers, body)
            with self.lock:
                self.requests.append(request)
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
            try:
                handler = HANDLERS.get(path.split("/")[1].split("?")[0], ok)
                handler(Exchange(self, wire, request, number))
            finally:
                with self.lock:
                    self.at_once -= 1


def make_certificates(home: pathlib.Path) -> None:
    """An authority, and what it signed: good, another name's, an expired one."""

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=home)

    openssl(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"),
        *("-subj", "/CN=Test Authority", "-keyout", "ca.key", "-out", "ca.pem"),
    )
    for name, subject, days in (
        ("good", "IP:127.0.0.1", "30"),
        ("wrong", "DNS:other.example", "30"),
        ("expired", "IP:127.0.0.1", "-1"),
        ("shop", "DNS:shop.test,DNS:inside.test,IP:10.1.2.3", "30"),
    ):
        (home / f"{name}.ext").write_text(f"subjectAltName={subject}\n")
        openssl(
            *("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}"),
            *("-keyout", f"{name}.key", "-out", f"{name}.csr"),
        )
        openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem"),
            *("-CAkey", "ca.key", "-CAcreateserial", "-days", days),
            *("-extfile", f"{name}.ext", "-out", f"{name}.pem"),
        )


def tls_context(home: pathlib.Path, name: str) -> ssl.SSLContext:
    """What a server with one of the certificates needs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home / f"{name}.pem", home / f"{name}.key")
    return context


def wait_until(fact: Callable[[], bool], seconds: float = 5) -> None:
    """Returns when it is so."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
