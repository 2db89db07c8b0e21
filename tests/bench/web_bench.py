"""The responder at 1,000,000 orders, behind nginx and Apache, beside its floors."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Iterator

os.environ.setdefault("OB_BIG_ORDERS", "1000000")

import big_database  # noqa: E402
import web  # noqa: E402
from conftest import BUILD, Database, free_port  # noqa: E402
from installation import Installation  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PROCESSES = 4
PER_PAGE = 50
PASSWORD = "tall-anchor-forty-ships"
SECRET = "webhook-secret-of-the-bench"
FLOOR = BUILD / "tests" / "bench" / "floor_fcgi"
MONTH = "order_date=2020-01-01..2020-02-01"

# What people filter by: common values and rare ones, none, several, none indexed.
LISTS = {
    "all": "",
    "common_state": "state=stored",
    "rare_state": "bc_state=pending",
    "two_states": "mark_state=done,pending",
    "site": "site=shop1",
    "two_sites": "site=shop1,shop2",
    "site_and_imported": "site=shop1&imported=1",
    "by_id": "sort=id",
    "by_update": "sort=-updated_at",
    "month": MONTH,
    "month_and_currency": MONTH + "&currency=EUR",
}
# Of each list, so many pages of 100 are walked; cursors are drawn from them.
WALK, CURSORS = 1000, 20
LIST_SECONDS = 1


def fill(database: Database) -> None:
    """The orders alone: what else a shop of some years has is not read here."""
    wanted = ("rm_connection", "rm_sites", "rm_order_seen", "rm_order")
    parts = (big_database.GROUND + big_database.ORDER_ROWS).split(";\n")
    chosen = [p for p in parts if p.split()[2:3] and p.split()[2] in wanted]
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET unique_checks = 0, foreign_key_checks = 0")
        for statement in chosen:
            cursor.execute(statement)
        cursor.execute("ANALYZE TABLE " + ", ".join(wanted))


@dataclass
class Run:
    """What wrk saw."""

    per_s: float
    p50: float
    p95: float
    p99: float
    requests: int


@dataclass
class Site:
    """The installation with its web server, and floors on ports of their own."""

    ob: Installation
    folder: pathlib.Path
    port: int
    floors: dict[str, int]
    cookie: str
    responder: web.Responder
    listening: list[socket.socket] = field(default_factory=list)

    def client(self) -> web.Client:
        found = web.Client(self.port)
        found.headers = {"Cookie": self.cookie}
        return found

    def wrk(self, port: int, paths: list[str], connections: int, seconds: float) -> Run:
        """So many connections ask for the paths in turn; nothing may fail."""
        listed = self.folder / "paths"
        listed.write_text("\n".join(paths) + "\n")
        return wrk(
            port,
            "ask.lua",
            connections,
            seconds,
            OB_PATHS=str(listed),
            cookie=self.cookie,
        )


def wrk(
    port: int,
    script: str,
    connections: int,
    seconds: float,
    cookie: str = "",
    **env: str,
) -> Run:
    done = subprocess.run(
        [
            *("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"),
            *("-s", str(HERE / script), f"http://127.0.0.1:{port}"),
        ],
        env={**os.environ, "OB_COOKIE": cookie, **env},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0 or not done.stdout.strip().endswith("}"):
        sys.exit(f"bench: wrk: {done.stdout}{done.stderr}")
    found = json.loads(done.stdout.splitlines()[-1])
    if found["failed"]:
        sys.exit(f"bench: requests failed: {done.stdout}")
    return Run(
        found["requests"] / found["seconds"],
        *(found[key] for key in ("p50", "p95", "p99", "requests")),
    )


def start_floors(
    site_folder: pathlib.Path, name: str, words: list[str], count: int
) -> tuple[socket.socket, list[subprocess.Popen[Any]]]:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(site_folder / name))
    os.chmod(site_folder / name, 0o666)
    listening.listen(128)
    started = [
        subprocess.Popen([str(FLOOR), *words], stdin=listening.fileno())
        for _ in range(count)
    ]
    return listening, started


FLOOR_SERVER = """
server {{
    listen 127.0.0.1:{port};
    location / {{
        fastcgi_pass unix:{socket};
        fastcgi_param REQUEST_METHOD $request_method;
        fastcgi_param REQUEST_URI $request_uri;
        fastcgi_param QUERY_STRING $query_string;
        fastcgi_param REMOTE_ADDR $remote_addr;
    }}
}}
"""


@contextlib.contextmanager
def nginx(folder: pathlib.Path, port: int, floors: dict[str, int]) -> Iterator[None]:
    """Our site file as it is shipped, and a port for each floor."""
    web.static_files(folder, "")
    text = web.site_file("nginx.conf.in", folder, port)
    for name, floor_port in floors.items():
        text += FLOOR_SERVER.format(port=floor_port, socket=folder / name)
    (folder / "site.conf").write_text(text)
    user = "user root;" if web.WWW else ""
    (folder / "nginx.conf").write_text(web.NGINX.format(folder=folder, user=user))
    command = ["/usr/sbin/nginx", "-p", str(folder), "-c", f"{folder}/nginx.conf"]
    with web.running(command, port, folder / "log"):
        yield


@contextlib.contextmanager
def running(bench: Any, with_floors: bool = True) -> Iterator[Site]:
    """The whole: orders, a person logged in, responder, floors, nginx."""
    folder = web.own_folder()
    ob = installation(bench)
    floors = {"session": free_port(), "echo": free_port()} if with_floors else {}
    database = [bench.server.socket, ob.database.name]
    started, listening = [], []
    for name in floors:
        words = [name, *(database if name == "session" else [])]
        one, processes = start_floors(folder, name, words, PROCESSES)
        listening.append(one)
        started += processes
    responder = web.Responder(ob, folder, PROCESSES)
    port = free_port()
    try:
        with nginx(folder, port, floors):
            client = web.Client(port)
            done = client.log_in("bench", PASSWORD)
            if done.status != 201:
                sys.exit(f"bench: login: {done.text}")
            cookie = client.headers["Cookie"]
            yield Site(ob, folder, port, floors, cookie, responder)
    finally:
        responder.close()
        for process in started:
            process.kill()
            process.wait()
        for one in listening:
            one.close()
        shutil.rmtree(folder)


def installation(bench: Any) -> Installation:
    """Made once a bench, or found in the data folder that was kept."""
    if getattr(bench, "big", None):
        return bench.big
    home = bench.home / "web"
    home.mkdir()
    is_there = bench.server.run("SHOW DATABASES LIKE 'big'")
    if not is_there:
        bench.server.run("CREATE DATABASE big")
    ob = Installation(home, Database(bench.server, "big"), bench.box)
    settings(ob)
    if is_there:
        shutil.copy(bench.keep / "key", home / "orderbridge.key")
        ob.must("migrate")
    else:
        began = time.monotonic()
        ob.must("migrate")
        ob.must("secret", "check-key")
        fill(ob.database)
        ob.must(
            *("user", "add", "bench", "--role=administrator", "--name=Bench"),
            "--password-file=-",
            text=PASSWORD,
        )
        ob.must("secret", "set", "site.shop1.webhook_secret", text=SECRET)
        if bench.keep:
            shutil.copy(home / "orderbridge.key", bench.keep / "key")
        print(f"orders made in {time.monotonic() - began:.0f} s", file=sys.stderr)
    bench.big = ob
    return ob


def settings(ob: Installation) -> None:
    # The processes of this bench are not started again by anyone.
    ob.write_settings(web__recycle_requests="1000000", web__recycle_mb="1024")


# ---- the responder


def measure_responder(bench: Any) -> None:
    """A small answer to whoever is logged in, sixteen at once."""
    with running(bench) as site:
        rate, late = [], []
        for _ in range(bench.rounds):
            floor = site.wrk(site.floors["session"], ["/"], 16, 2)
            ours = site.wrk(site.port, ["/api/v1/session"], 16, 2)
            rate.append((ours.per_s, floor.per_s))
            late.append((ours.p99, floor.p99))
        bench.tell("responder_per_s", rate, PROCESSES)
        bench.tell("responder_p99_ms", late, PROCESSES)


# ---- lists


def walk(site: Site, query: str) -> list[str]:
    """Cursors from all over the list, drawn at random from a long walk."""
    line = http.client.HTTPConnection("127.0.0.1", site.port)
    found, cursor = [], ""
    for _ in range(WALK):
        path = f"/api/v1/orders?{query}&per_page=100&fields=id"
        if cursor:
            path += "&cursor=" + cursor
        line.request("GET", path, headers={"Cookie": site.cookie})
        reply = line.getresponse()
        body = json.loads(reply.read())
        if reply.status != 200:
            sys.exit(f"bench: {query}: {body}")
        cursor = body["meta"]["next_cursor"]
        if not cursor:
            break
        found.append(cursor)
    line.close()
    late = found[len(found) // 2 :]
    return random.Random(1).sample(late, min(CURSORS, len(late)))


def statements(bench: Any, site: Site, paths: list[str]) -> list[str]:
    """A list's own SQL, values and all, as the server's log has it."""
    run = bench.server.run
    run("SET GLOBAL log_output = 'TABLE'")
    run("SET GLOBAL general_log = 1")
    # Only what is prepared while the log is on is logged with its values.
    site.ob.database.kill_connections()
    # Each process notices that by a request that fails.
    with contextlib.suppress(SystemExit):
        site.wrk(site.port, ["/api/v1/session"], 16, 1)
    run("TRUNCATE mysql.general_log")
    run("TRUNCATE mysql.general_log")
    for path in paths:
        site.client().send("GET", path, {"Cookie": site.cookie})
    run("SET GLOBAL general_log = 0")
    rows = run("SELECT argument FROM mysql.general_log WHERE command_type = 'Execute'")
    texts = [" ".join(str(a).split()) for (a,) in rows]
    return [t for t in texts if "rm_order AS o" in t]


def bare(bench: Any, site: Site, texts: list[str], together: int) -> dict[str, float]:
    """The same statements by a client that reads all values and does nothing else."""
    listed = site.folder / "statements"
    listed.write_text("\n".join(texts) + "\n")
    words = (bench.server.socket, "big", listed, LIST_SECONDS, together)
    return bench.program("floor_list", *words)


def processor_ms(pids: list[int]) -> float:
    """What the processor has done for these so far; others at work change it little."""
    tasks = [t for pid in pids for t in pathlib.Path(f"/proc/{pid}/task").iterdir()]
    return sum(int((t / "schedstat").read_text().split()[0]) for t in tasks) / 1e6


@dataclass
class Pages:
    """Of one list, its beginning or deep in it: what to ask for, and its rounds."""

    paths: list[str]
    texts: list[str]
    rounds: dict[str, list[tuple[float, float]]] = field(
        default_factory=lambda: {"p50": [], "p95": [], "cpu": []}
    )

    def measure(self, bench: Any, site: Site) -> None:
        """Once the floor, once ours."""
        server = [bench.server.process.pid]
        together, rest = divmod(len(self.texts), len(self.paths))
        if together == 0 or rest:
            sys.exit(f"bench: {len(self.texts)} statements of {len(self.paths)} pages")
        before = processor_ms(server)
        floor = bare(bench, site, self.texts, together)
        floor["cpu"] += (processor_ms(server) - before) / floor["n"]
        working = server + [p.pid for p in site.responder.processes]
        before = processor_ms(working)
        ours = site.wrk(site.port, self.paths, 1, LIST_SECONDS)
        spent = (processor_ms(working) - before) / ours.requests
        self.rounds["p50"].append((ours.p50, floor["p50"]))
        self.rounds["p95"].append((ours.p95, floor["p95"]))
        self.rounds["cpu"].append((spent, floor["cpu"]))


def measure_list(bench: Any, site: Site, name: str) -> dict[str, Pages]:
    """Its first page and pages deep in it, by turns, so that noise meets both."""
    query = LISTS[name]
    path = f"/api/v1/orders?{query}&per_page={PER_PAGE}"
    deep = [f"{path}&cursor={c}" for c in walk(site, query)]
    places = {
        place: Pages(paths, statements(bench, site, paths))
        for place, paths in {"first": [path], "deep": deep}.items()
        if paths
    }
    for _ in range(bench.rounds):
        for pages in places.values():
            pages.measure(bench, site)
    for place, pages in places.items():
        for figure, rounds in pages.rounds.items():
            bench.tell(f"list_{name}_{place}_{figure}_ms", rounds, PER_PAGE)
    return places


def measure_lists(bench: Any) -> None:
    """A page of 50, of every kind of list, at its beginning and deep in it."""
    late: list[list[tuple[float, float]]] = []
    depths: dict[str, list[list[tuple[float, float]]]] = {"p95": [], "cpu": []}
    with running(bench, with_floors=False) as site:
        for name in LISTS:
            places = measure_list(bench, site, name)
            late += [pages.rounds["p95"] for pages in places.values()]
            for figure, found in depths.items() if "deep" in places else ():
                both = [places[place].rounds[figure] for place in ("deep", "first")]
                found.append([(far[0], near[0]) for far, near in zip(*both)])
    bench.tell("list_p95_ms", max(late, key=middle), len(late))
    for figure, found in depths.items():
        bench.tell(f"list_depth_{figure}_ms", max(found, key=middle), len(found))


def middle(rounds: list[tuple[float, float]]) -> float:
    return statistics.median(our / floor for our, floor in rounds)


# ---- memory

# Of each process.
MEMORY_REQUESTS = 100_000


def memory_kib(pid: int) -> tuple[int, int]:
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = dict(re.findall(r"^(\w+):\s+(\d+) kB", text, re.M))
    return int(found["Rss"]), int(found["Pss"])


def most_memory(site: Site) -> tuple[float, float]:
    """Of the largest of the responder's processes, in MiB."""
    all_of_them = [memory_kib(p.pid) for p in site.responder.processes]
    return tuple(max(column) / 1024 for column in zip(*all_of_them))  # type: ignore


MIXED = [
    *("/api/v1/session", "/api/v1/orders?per_page=10", "/api/v1/health"),
    *("/api/v1/orders?site=shop1&per_page=50", "/api/v1/operations"),
    *("/api/v1/session", "/api/v1/items?per_page=10", "/api/v1/schedules"),
]


def ask_many(site: Site, count: int) -> None:
    """So many requests of all kinds."""
    done = 0
    while done < count:
        done += site.wrk(site.port, MIXED, 16, 5).requests


def measure_memory(bench: Any) -> None:
    """One process of the responder after 100,000 requests, and what it gained."""
    with running(bench) as site:
        ask_many(site, 20_000)
        early, _ = most_memory(site)
        count = PROCESSES * MEMORY_REQUESTS
        ask_many(site, count)
        rss, pss = most_memory(site)
        bench.tell("responder_rss_mib", [(rss, 10)], count)
        bench.tell("responder_pss_mib", [(pss, 2.5)], count)
        bench.tell("responder_rss_growth", [(rss, early)], count)


def soak(bench: Any, requests: int) -> None:
    """Memory stays flat over so many requests."""
    with running(bench) as site:
        ask_many(site, requests // 10)
        early, _ = most_memory(site)
        ask_many(site, requests - requests // 10)
        late, _ = most_memory(site)
        ended = [p.pid for p in site.responder.processes if p.poll() is not None]
        if ended:
            sys.exit(f"soak: processes ended: {ended}")
        bench.tell("soak_rss_growth", [(late, early)], requests)


# ---- cold start


def record(kind: int, content: bytes) -> bytes:
    return bytes([1, kind, 0, 1]) + len(content).to_bytes(2, "big") + b"\0\0" + content


def params(**values: str) -> bytes:
    out = b""
    for name, value in values.items():
        sizes = b"".join(
            bytes([n]) if n < 128 else (n | 1 << 31).to_bytes(4, "big")
            for n in (len(name), len(value))
        )
        out += sizes + (name + value).encode()
    return out


def cold(site: Site, words: list[str], path: str) -> float:
    """Milliseconds from starting a process to the end of its first answer."""
    place = site.folder / "cold"
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(place))
    os.chmod(place, 0o660)
    listening.listen(4)
    line = socket.socket(socket.AF_UNIX)
    line.connect(str(place))
    asked = params(
        REQUEST_METHOD="GET",
        REQUEST_URI=path,
        REMOTE_ADDR="127.0.0.1",
        HTTP_HOST="localhost",
        HTTP_COOKIE=site.cookie,
    )
    line.sendall(
        record(1, bytes([0, 1, 0, 0, 0, 0, 0, 0]))
        + record(4, asked)
        + record(4, b"")
        + record(5, b"")
    )
    began = time.monotonic()
    process = subprocess.Popen(
        words, stdin=listening.fileno(), env=site.ob.variables(), close_fds=False
    )
    answer = b""
    while piece := line.recv(65536):
        answer += piece
    took = time.monotonic() - began
    process.kill()
    process.wait()
    line.close()
    listening.close()
    place.unlink()
    if b"Status: 200" not in answer:
        sys.exit(f"bench: cold start: {answer!r}")
    return 1000 * took


def measure_cold_start(bench: Any) -> None:
    """From exec to the first answer to somebody who is logged in."""
    with running(bench) as site:
        floor = [str(FLOOR), "session", bench.server.socket, "big"]
        ours = [str(web.RESPONDER)]
        rounds = []
        for _ in range(4 * bench.rounds):
            least = cold(site, floor, "/")
            rounds.append((cold(site, ours, "/api/v1/session"), least))
        bench.tell("cold_start_ms", rounds, len(rounds))


# ---- Apache


def measure_apache(bench: Any) -> None:
    """By mod_proxy_fcgi, with one connection less than there are processes."""
    behind_apache(bench, "apache", installation(bench))


def measure_fcgid(bench: Any) -> None:
    """By mod_fcgid, in a home that belongs to the customer's processes."""
    owner = installation(bench)
    bench.home.chmod(0o755)
    home = bench.home / "hosting"
    home.mkdir()
    ob = Installation(home, owner.database, bench.box)
    settings(ob)
    shutil.copy(owner.home / "orderbridge.key", home)
    behind_apache(bench, "fcgid", ob)


def behind_apache(bench: Any, kind: str, ob: Installation) -> None:
    port, rounds = free_port(), []
    (ob.home / "paths").write_text("/api/v1/session\n")
    env = {"OB_PATHS": str(ob.home / "paths")}
    with web.served(kind, ob, port, starts=all_processes) as served:
        client = served.client()
        done = client.log_in("bench", PASSWORD)
        if done.status != 201:
            sys.exit(f"bench: login by {kind}: {done.text}")
        cookie = client.headers["Cookie"]
        # mod_fcgid starts processes as they are needed, one a second.
        wrk(port, "ask.lua", PROCESSES - 1, 5, cookie=cookie, **env)
        for _ in range(bench.rounds):
            run = wrk(port, "ask.lua", PROCESSES - 1, 2, cookie=cookie, **env)
            rounds.append((run.p99, 10.0))
        bench.tell(f"{kind}_p99_ms", rounds, PROCESSES - 1)


def all_processes(ob: Installation, folder: pathlib.Path) -> web.Responder:
    return web.Responder(ob, folder, PROCESSES)


# ---- webhooks


def signed(count: int, path: pathlib.Path) -> None:
    """Deliveries, each of another order, with their signatures."""
    with open(path, "w") as out:
        for number in range(count):
            body = json.dumps({"id": 5_000_000 + number, "status": "processing"})
            mac = hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).digest()
            out.write(f"{base64.b64encode(mac).decode()} {body}\n")


def measure_webhooks(bench: Any) -> None:
    """Signed deliveries for a minute, beside a cron that runs without end."""
    seconds = 60 if bench.rounds >= 5 else 10
    with running(bench) as site:
        listed = site.folder / "deliveries"
        signed(5000 * seconds, listed)
        site.ob.database.run("DELETE FROM rm_webhook_in")
        cron = subprocess.Popen(
            ["/bin/sh", "-c", f"while :; do {BUILD}/orderbridge cron; done"],
            env=site.ob.variables(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            run = wrk(site.port, "post.lua", 16, seconds, OB_DELIVERIES=str(listed))
        finally:
            cron.kill()
            cron.wait()
        ((kept,),) = site.ob.database.run("SELECT COUNT(*) FROM rm_webhook_in")
        bench.tell("webhooks_per_s", [(run.per_s, 500)], seconds)
        bench.tell("webhooks_p99_ms", [(run.p99, 100)], seconds)
        # What was under way at the end may be kept without having been counted.
        bench.tell("webhooks_kept", [(kept, run.requests)], run.requests)
