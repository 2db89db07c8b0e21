"""The responder behind a real web server, as an administrator sets it up."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import zipfile
from dataclasses import dataclass
from typing import Any, Iterator

import described
from installation import BUILD, SOURCE, Installation

RESPONDER = BUILD / "orderbridge-fcgi"
# Whoever Apache works as: it refuses to be root.
WWW = "www-data" if os.geteuid() == 0 else ""
COOKIE = "__Host-ob_session"


@dataclass
class Answer:
    """What a web server answered."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def data(self) -> Any:
        return self.json["data"]


class Client:
    """A script or a browser: keeps its cookie, nonce or token."""

    def __init__(self, port: int, base: str = "/api/v1"):
        self.port, self.base = port, base
        self.headers: dict[str, str] = {}

    def send(
        self, method: str, target: str, headers: Any = (), raw: bytes | None = None
    ) -> Answer:
        """One request of exactly this address and these headers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        line.request(method, target, body=raw, headers=dict(headers))
        reply = line.getresponse()
        text = reply.read().decode()
        line.close()
        names = [name.lower() for name, _ in reply.getheaders()]
        assert len(names) == len(set(names)), f"a header twice: {names}"
        found = {name.lower(): value for name, value in reply.getheaders()}
        described.check(method, target, reply.status, found, text)
        return Answer(reply.status, found, text)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        raw: bytes | None = None,
        **headers: str,
    ) -> Answer:
        """One request; header names with _ for -."""
        sent = {**self.headers}
        if body is not None:
            raw = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        return self.send(method, self.base + path, sent, raw)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.ask("POST", path, body, **headers)

    def log_in(self, login: str, password: str, totp: str = "") -> Answer:
        """As the login page does; keeps cookie and nonce."""
        body = {"login": login, "password": password}
        if totp:
            body["totp"] = totp
        done = self.post("/session", body)
        if done.status == 201:
            self.go_on(done)
        return done

    def go_on(self, done: Answer) -> None:
        """Keep the cookie and nonce of an answer that began or renewed a session."""
        cookie = done.headers["set-cookie"].split(";")[0]
        self.headers = {"Cookie": cookie, "X-OB-Nonce": done.data["nonce"]}


class Responder:
    """Processes of orderbridge-fcgi that share one socket, as systemd starts them."""

    def __init__(self, ob: Installation, folder: pathlib.Path, count: int = 2):
        self.ob, self.path = ob, str(folder / "fcgi")
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(self.path)
        os.chmod(self.path, 0o660)
        if WWW:
            shutil.chown(self.path, group=WWW)
        self.listening.listen(128)
        self.processes = [self.start() for _ in range(count)]

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(RESPONDER)],
            stdin=self.listening.fileno(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.ob.variables(),
        )

    def close(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.communicate(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        self.listening.close()


class Watched(Responder):
    """The same as the README starts them without systemd: who dies comes again."""

    def __init__(self, ob: Installation, folder: pathlib.Path):
        self.ob, self.path = ob, str(folder / "fcgi")
        # spawn-fcgi makes another one and hands that on.
        self.listening = socket.socket(socket.AF_UNIX)
        self.processes = [self.start()]
        for _ in range(200):
            if os.path.exists(self.path):
                return
            time.sleep(0.05)
        raise AssertionError("spawn-fcgi made no socket")

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["/usr/bin/spawn-fcgi", "-s", self.path, "-M", "0660"]
            + (["-G", WWW] if WWW else [])
            + ["-n", "--", "/usr/bin/multiwatch", "-s", "TERM", "-f", "2", "--"]
            + [str(RESPONDER)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            env=self.ob.variables(),
        )


def own_folder() -> pathlib.Path:
    """A short path, which a socket's has to be, that a server of others may enter."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="obweb", dir="/tmp"))
    folder.chmod(0o755)
    return folder


def site_file(name: str, folder: pathlib.Path, port: int, base: str = "") -> str:
    """A file of conf/ as the build makes it, for a test's own places."""
    text = (SOURCE / "conf" / name).read_text()
    for place in ("runstatedir", "pkgdatadir"):
        text = text.replace(f"@{place}@", str(folder))
    text = text.replace(f"{folder}/orderbridge/fcgi.sock", f"{folder}/fcgi")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};")
    text = text.replace("<VirtualHost *:80>", f"<VirtualHost 127.0.0.1:{port}>")
    # As its comment says for an installation below a path.
    assert text.count("^/(api") == 1
    return text.replace("^/(api", f"^{base}/(api")


NGINX = """\
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/log;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    access_log off;
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/body;
    fastcgi_temp_path {folder}/fastcgi;
    proxy_temp_path {folder}/proxy;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    include {folder}/site.conf;
}}
"""

# As Debian's, with the modules that our files name and nothing else.
APACHE = """\
ServerRoot {folder}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
Mutex file:{folder}
ErrorLog {folder}/log
ServerName localhost
Listen 127.0.0.1:{port}
{user}
{modules}
TypesConfig /etc/mime.types
<Directory />
    AllowOverride None
    Require all denied
</Directory>
Include {folder}/site.conf
"""
MODULES = (
    *("mpm_event", "authz_core", "mime", "dir", "env", "setenvif", "headers"),
    *("rewrite", "proxy", "proxy_fcgi", "fcgid"),
)

# What a host gives its customers: everything else stands in .htaccess.
HOSTING = """\
DocumentRoot {folder}/www
FcgidIPCDir {folder}/ipc
FcgidProcessTableFile {folder}/shm
FcgidMaxProcesses 4
<Directory {folder}/www>
    AllowOverride All
    Options None
    Require all granted
</Directory>
"""


def wait_for_port(port: int, process: subprocess.Popen[Any], log: pathlib.Path) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        assert process.poll() is None, log.read_text() if log.exists() else "it ended"
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on {port}")


@contextlib.contextmanager
def running(command: list[str], port: int, log: pathlib.Path) -> Iterator[None]:
    """A web server until the block ends."""
    with open(log, "ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        wait_for_port(port, process, log)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def static_files(folder: pathlib.Path, base: str) -> pathlib.Path:
    """The folder of static files; below a path they stand below the root."""
    place = folder / "www" / base.strip("/")
    place.mkdir(parents=True, exist_ok=True)
    (place / "index.html").write_text("<!doctype html><title>x</title>")
    return place


@contextlib.contextmanager
def nginx(folder: pathlib.Path, port: int, base: str = "") -> Iterator[None]:
    """nginx with our site file, as it is shipped."""
    static_files(folder, base)
    (folder / "site.conf").write_text(site_file("nginx.conf.in", folder, port, base))
    user = "user root;" if WWW else ""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, user=user))
    command = ["/usr/sbin/nginx", "-p", str(folder), "-c", f"{folder}/nginx.conf"]
    with running(command, port, folder / "log"):
        yield


@contextlib.contextmanager
def apache_with(folder: pathlib.Path, port: int, site: str) -> Iterator[None]:
    (folder / "site.conf").write_text(site)
    modules = "\n".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
        for name in MODULES
    )
    user = f"User {WWW}\nGroup {WWW}" if WWW else ""
    (folder / "apache.conf").write_text(
        APACHE.format(folder=folder, port=port, modules=modules, user=user)
    )
    command = [
        *("/usr/sbin/apache2", "-D", "FOREGROUND"),
        *("-f", str(folder / "apache.conf")),
    ]
    with running(command, port, folder / "log"):
        yield


@contextlib.contextmanager
def apache(folder: pathlib.Path, port: int, base: str = "") -> Iterator[None]:
    """Apache with mod_proxy_fcgi and our site file, as it is shipped."""
    static_files(folder, base)
    site = site_file("apache.conf.in", folder, port, base)
    with apache_with(folder, port, site):
        yield


@functools.cache
def hosting_zip() -> zipfile.ZipFile:
    """What an administrator of a shared host gets."""
    folder = os.open(BUILD, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # one test process at a time
        subprocess.run(["make", "-s", "-C", str(BUILD), "hosting-zip"], check=True)
        (found,) = BUILD.glob("orderbridge-*-hosting.zip")
        return zipfile.ZipFile(found)
    finally:
        os.close(folder)


def unpack(part: str, to: pathlib.Path) -> None:
    """One of its two folders, as unzip does; static files stay as they are."""
    for entry in hosting_zip().infolist():
        name = entry.filename.removeprefix(part + "/")
        path = to / name
        if name in ("", entry.filename) or path.exists():
            continue
        if entry.is_dir():
            path.mkdir()
            continue
        path.write_bytes(hosting_zip().read(entry))
        path.chmod(entry.external_attr >> 16 & 0o777)


@contextlib.contextmanager
def fcgid(
    folder: pathlib.Path, port: int, ob: Installation, base: str = ""
) -> Iterator[None]:
    """Apache of a shared host: mod_fcgid by our .htaccess alone."""
    place = static_files(folder, base)
    unpack("public", place)
    unpack("private", ob.home)
    text = (place / ".htaccess").read_text()
    named = "# SetEnv ORDERBRIDGE_CONFIG /home/USER/orderbridge/orderbridge.ini"
    assert named in text
    here = f"SetEnv ORDERBRIDGE_CONFIG {ob.home}/orderbridge.ini"
    (place / ".htaccess").write_text(text.replace(named, here))
    (folder / "ipc").mkdir()
    # No environment reaches a process of mod_fcgid.
    if ob.has_clock():
        ob.write_settings(**ob.settings, test__clock=str(ob.clock))
    hand_over(ob, folder / "ipc", folder / "shm")
    with apache_with(folder, port, HOSTING.format(folder=folder)):
        yield


def hand_over(ob: Installation, *more: pathlib.Path) -> None:
    """Settings, key and log belong to the user of a customer's processes."""
    if not WWW:
        return
    # They need not be able to enter the folder of the build.
    ob.program, ob.user = ob.home / "orderbridge", WWW
    ob.own()
    for path in more:
        if path.exists():
            shutil.chown(path, WWW, WWW)
    pathlib.Path(ob.database.server.socket).parent.chmod(0o755)


KINDS = ("nginx", "apache", "fcgid")


class Served:
    """An installation that a web server answers for, and nobody logged in."""

    def __init__(self, kind: str, ob: Installation, base: str, port: int):
        self.kind, self.ob, self.base, self.port = kind, ob, base, port
        self.folder = own_folder()
        self.responder: Responder | None = None

    def client(self) -> Client:
        return Client(self.port, self.base + "/api/v1")

    def processes(self) -> set[int]:
        """The ids of the responder's processes, whoever started them."""
        starters = [p.pid for p in self.responder.processes] if self.responder else []
        found = set()
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                word = (folder / "cmdline").read_bytes().split(b"\0")[0].decode()
                parent = int(
                    (folder / "stat").read_text().rpartition(")")[2].split()[1]
                )
                pid = int(folder.name)
                is_theirs = word == str(RESPONDER) and {pid, parent} & set(starters)
                if is_theirs or word.startswith(str(self.folder / "www")):
                    found.add(pid)
        return found

    def log(self) -> str:
        return (self.ob.home / "log" / "orderbridge-fcgi.log").read_text()


@contextlib.contextmanager
def served(
    kind: str, ob: Installation, port: int, base: str = "", starts: Any = Responder
) -> Iterator[Served]:
    """Kind: nginx, apache (mod_proxy_fcgi) or fcgid (mod_fcgid, .htaccess)."""
    found = Served(kind, ob, base, port)
    try:
        if kind == "fcgid":
            with fcgid(found.folder, port, ob, base):
                yield found
            return
        found.responder = starts(ob, found.folder)
        with (nginx if kind == "nginx" else apache)(found.folder, port, base):
            yield found
    finally:
        if found.responder:
            found.responder.close()
        shutil.rmtree(found.folder)
