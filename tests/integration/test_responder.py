"""Processes of the responder: they share a socket, end in order, die alone."""

from __future__ import annotations

import concurrent.futures
import contextlib
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
from typing import Any, Callable, Iterator

import fastcgi
import pytest
from conftest import MOMENT, Database, MariaDb, free_port
from fastcgi import BEGIN, GET_VALUES, PARAMS, STDIN, record
from installation import SOURCE, Installation, Sandbox, wait_until
from web import (
    KINDS,
    RESPONDER,
    Answer,
    Client,
    Responder,
    Served,
    Watched,
    own_folder,
    served,
)

PASSWORD = "tall-anchor-forty-ships"


@contextlib.contextmanager
def installed(database: Database, box: Sandbox) -> Iterator[Installation]:
    """A whole installation that a customer's process may read, and Maria."""
    home = own_folder()
    ob = Installation(home, database, box)
    ob.set_clock(MOMENT, rate=1)
    ob.set_up()
    ob.must(
        *("user", "add", "maria", "--role=administrator", "--name=Maria"),
        "--password-file=-",
        text=PASSWORD,
    )
    yield ob
    shutil.rmtree(home)


@pytest.fixture
def ob(empty_database: Database, box: Sandbox) -> Iterator[Installation]:
    with installed(empty_database, box) as found:
        yield found


@pytest.fixture(params=KINDS)
def anywhere(request: pytest.FixtureRequest, ob: Installation) -> Iterator[Served]:
    """Behind each of the web servers, with processes that are started again."""
    with served(request.param, ob, free_port(), starts=Watched) as found:
        yield found


@pytest.fixture
def pair(ob: Installation) -> Iterator[Served]:
    """Behind nginx: two processes, and nobody who starts new ones."""
    with served("nginx", ob, free_port()) as found:
        yield found


def logged_in(site: Served) -> Client:
    client = site.client()
    assert client.log_in("maria", PASSWORD).status == 201
    return client


def alone(ob: Installation, folder: Any) -> Responder:
    """One process, so that it is known who answers."""
    return Responder(ob, folder, 1)


@contextlib.contextmanager
def held(ob: Installation, table: str = "rm_order") -> Iterator[None]:
    """Requests that read this table wait until the block ends."""
    with ob.database.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLES {table} WRITE")
        yield
        cursor.execute("UNLOCK TABLES")


def waits(ob: Installation, count: int = 1) -> Callable[[], bool]:
    def found() -> bool:
        rows = ob.database.server.run(
            "SELECT COUNT(*) FROM information_schema.processlist"
            " WHERE db = %s AND state LIKE '%%lock%%'",
            ob.database.name,
        )
        return bool(rows[0][0] >= count)

    return found


# ---- several on one socket


def test_processes_share_the_socket(pair: Served) -> None:
    maria = logged_in(pair)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        with held(pair.ob):
            slow = pool.submit(maria.get, "/orders")
            wait_until(waits(pair.ob))
            # The other process answers meanwhile.
            for _ in range(20):
                assert pair.client().get("/health").status == 200
        assert slow.result().status == 200


def test_idle_clients_hold_no_process(anywhere: Served) -> None:
    lines = [http.client.HTTPConnection("127.0.0.1", anywhere.port) for _ in range(12)]
    for line in lines * 2:
        line.request("GET", "/api/v1/health")
        reply = line.getresponse()
        assert reply.status == 200
        reply.read()
    for line in lines:
        line.close()


def test_no_connection_is_kept_whatever_the_server_asks(pair: Served) -> None:
    assert pair.responder
    found = fastcgi.ask(pair.responder.path, fastcgi.get("/api/v1/health", keep=True))
    assert b"Status: 200" in found


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_process_costs_one_request(kind: str, ob: Installation) -> None:
    with served(kind, ob, free_port(), starts=alone) as site:
        maria = logged_in(site)
        (busy,) = site.processes()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            with held(ob):
                lost = pool.submit(maria.get, "/orders")
                wait_until(waits(ob))
                if site.responder:
                    site.responder.processes.append(site.responder.start())
                os.kill(busy, signal.SIGKILL)
                assert lost.result().status in (500, 502, 503)
                for _ in range(20):
                    assert site.client().get("/health").status == 200
        assert maria.get("/orders").status == 200


def end_all(site: Served, number: int = signal.SIGTERM) -> set[int]:
    """Ends every process, and waits until it is gone; new ones may come."""
    before = site.processes()
    for pid in before:
        os.kill(pid, number)
    wait_until(lambda: not site.processes() & before)
    return before


def test_killed_processes_come_again(anywhere: Served) -> None:
    assert anywhere.client().get("/health").status == 200
    before = end_all(anywhere, signal.SIGKILL)
    for _ in range(20):
        assert anywhere.client().get("/health").status == 200
    assert anywhere.processes() and not anywhere.processes() & before


@pytest.mark.parametrize("kind", ["nginx", "apache"])
def test_what_comes_beyond_the_queue_is_told_to_come_again(
    kind: str, ob: Installation
) -> None:
    """Eight may wait for each of the two; one of Apache's processes counts alone."""
    with served(kind, ob, free_port(), starts=Watched) as site:
        maria = logged_in(site)
        with concurrent.futures.ThreadPoolExecutor(100) as pool:
            with held(ob):
                asked = [pool.submit(maria.get, "/orders") for _ in range(100)]
                # These are answered while nobody is free to answer.
                beyond = next(concurrent.futures.as_completed(asked)).result()
                assert beyond.status == 503 and beyond.headers["retry-after"] == "2"
                if kind == "nginx":
                    assert beyond.json["code"] == "ob_unavailable"
                    wait_until(lambda: sum(one.done() for one in asked) == 100 - 18)
            statuses = [one.result().status for one in asked]
        assert set(statuses) == {200, 503}
        assert kind == "apache" or statuses.count(200) == 18
        assert site.client().get("/health").status == 200


# ---- how they end


def test_the_request_at_hand_is_answered_before_the_end(ob: Installation) -> None:
    with served("nginx", ob, free_port(), starts=alone) as site:
        assert site.responder
        maria, process = logged_in(site), site.responder.processes[0]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            with held(ob):
                slow = pool.submit(maria.get, "/orders")
                wait_until(waits(ob))
                process.send_signal(signal.SIGTERM)
                time.sleep(0.2)
                assert process.poll() is None
            assert slow.result().status == 200
        assert process.wait(timeout=10) == 0


def hears(pid: int, number: int) -> bool:
    """Whether a process catches this signal; before that it would die of it."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    (caught,) = re.findall(r"SigCgt:\s*([0-9a-f]+)", status)
    return bool(int(caught, 16) >> (number - 1) & 1)


def test_an_idle_process_ends_at_once(pair: Served) -> None:
    assert pair.responder
    for process in pair.responder.processes:
        wait_until(lambda: hears(process.pid, signal.SIGTERM))
    began = time.monotonic()
    for process in pair.responder.processes:
        process.send_signal(signal.SIGTERM)
    for process in pair.responder.processes:
        assert process.wait(timeout=10) == 0
    assert time.monotonic() - began < 0.9


def test_an_old_process_makes_room_for_a_new_one(anywhere: Served) -> None:
    ob = anywhere.ob
    ob.write_settings(**{**ob.settings, "web__recycle_requests": "100"})
    ob.own()
    end_all(anywhere)
    assert anywhere.client().get("/health").status == 200
    first = anywhere.processes()
    for _ in range(220):
        assert anywhere.client().get("/health").status == 200
    assert not anywhere.processes() & first


def test_libcurl_is_loaded_once_somebody_is_asked(ob: Installation) -> None:
    """It is a third of the process: pages are answered without it."""

    def is_loaded() -> bool:
        return "/libcurl.so" in pathlib.Path(f"/proc/{pid}/maps").read_text()

    with served("nginx", ob, free_port(), starts=alone) as site:
        maria = logged_in(site)
        (pid,) = site.processes()
        for path in ("/health", "/overview", "/orders", "/sites/1", "/settings"):
            assert maria.get(path).status == 200
        assert not is_loaded()
        tested = maria.post("/sites/1/test")
        assert tested.status == 200 and tested.data["passed"], tested.text
        assert is_loaded() and site.processes() == {pid}


def test_without_libcurl_only_what_asks_somebody_fails(
    ob: Installation, tmp_path: pathlib.Path
) -> None:
    broken = tmp_path / "libcurl.so.4"
    broken.write_text("no library")
    tmp_path.chmod(0o755)
    ob.environment["LD_LIBRARY_PATH"] = str(tmp_path)
    done = ob.ob("site", "test", "demo")
    assert done.status != 0 and "libcurl does not start" in done.out + done.err
    with served("nginx", ob, free_port(), starts=alone) as site:
        maria = logged_in(site)
        tested = maria.post("/sites/1/test")
        assert tested.status == 500, tested.text
        assert maria.get("/orders").status == 200


def resident_kib(pid: int) -> int:
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    (found,) = re.findall(r"^Rss:\s+(\d+) kB", text, re.M)
    return int(found)


def test_memory_stays_as_it_was(ob: Installation) -> None:
    """A slice of make soak: what each request left behind would show here."""

    with served("nginx", ob, free_port(), starts=alone) as site:
        maria = logged_in(site)
        (pid,) = site.processes()
        paths = ("/orders?per_page=50", "/session", "/sites", "/items?search=SKU")
        paths += ("/operations", "/nowhere", "/orders?sort=nothing", "/overview")

        def ask(rounds: int) -> int:
            for _ in range(rounds):
                statuses = [maria.get(path).status for path in paths]
                assert statuses == [200] * 5 + [404, 400, 200]
            return resident_kib(pid)

        before = ask(50)
        # 64 bytes of each of 3200 requests are 200 KiB.
        assert ask(400) - before < 200
        assert site.processes() == {pid}


def test_a_rotated_log_is_begun_anew(pair: Served) -> None:
    log = pair.ob.home / "log" / "orderbridge-fcgi.log"
    assert pair.client().get("/health").status == 200
    log.rename(log.with_suffix(".log.1"))
    # By the name that logrotate's script gives pkill.
    script = (SOURCE / "conf" / "logrotate.in").read_text()
    (name,) = re.findall(r"pkill -HUP -x '(.+)'", script)
    done = subprocess.run(["pgrep", "-x", name], capture_output=True, text=True)
    assert pair.processes() <= {int(pid) for pid in done.stdout.split()}
    for pid in pair.processes():
        os.kill(pid, signal.SIGHUP)
    # A process writes its lines when nobody waits for an answer any more.
    wait_until(
        lambda: pair.client().get("/health").status == 200
        and log.exists()
        and "path=/health" in log.read_text()
    )


# ---- how they start


def refused(listening: Any, ob: Installation, *words: str) -> str:
    """What the responder says when it will not start."""
    done = subprocess.run(
        [str(RESPONDER), *words],
        stdin=listening,
        capture_output=True,
        text=True,
        env=ob.variables(),
        timeout=20,
    )
    assert done.returncode not in (0, 70), done
    return done.stderr


def test_tcp_is_refused(bare: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        said = refused(listening, bare)
    assert said == (
        "orderbridge: FastCGI over TCP is refused\n"
        "  Fix: let the web server use a unix socket\n"
    )


@pytest.mark.parametrize("mode", [0o666, 0o777, 0o662])
def test_a_socket_for_everybody_is_refused(bare: Installation, mode: int) -> None:
    folder = own_folder()
    path = folder / "s"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        path.chmod(mode)
        said = refused(listening, bare)
    shutil.rmtree(folder)
    assert said == (
        f"orderbridge: everybody may write to {path}\n  Fix: chmod 0660 {path}\n"
    )


def test_what_is_no_socket_is_refused(bare: Installation) -> None:
    said = refused(subprocess.DEVNULL, bare)
    assert said.startswith("orderbridge: standard input is no socket\n")


def test_a_socket_of_its_own_is_for_owner_and_group(demo: Installation) -> None:
    folder = own_folder()
    path = folder / "own"
    process = subprocess.Popen(
        [str(RESPONDER), f"--socket={path}"], env=demo.variables()
    )
    wait_until(path.exists)
    wait_until(lambda: path.stat().st_mode & 0o777 == 0o660)
    assert b"Status: 200" in fastcgi.ask(str(path), fastcgi.get("/api/v1/health"))
    process.terminate()
    assert process.wait(timeout=10) == 0
    assert not path.exists()
    shutil.rmtree(folder)


def test_a_request_names_the_settings_where_nobody_else_does(
    demo: Installation,
) -> None:
    folder = own_folder()
    path, bad = folder / "own", folder / "bad.ini"
    bad.write_text("nonsense\n")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    process = subprocess.Popen(
        [str(RESPONDER), f"--socket={path}"],
        env=environment,
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(path.exists)

    def ask(settings: str) -> bytes:
        more = {"ORDERBRIDGE_CONFIG": settings}
        return fastcgi.ask(str(path), fastcgi.get("/api/v1/health", **more))

    assert b'"database":true' in ask(f"{demo.home}/orderbridge.ini")
    refused = ask(str(bad))
    assert b"Status: 500" in refused and b"ob_config" in refused
    # Nothing of ours in the answer; the web server's log has it.
    assert str(bad).encode() not in refused
    assert process.wait(timeout=10) == 0
    assert f"{bad}:1: neither [section] nor key = value" in process.stderr.read()
    shutil.rmtree(folder)


def test_a_request_does_not_name_them_against_the_environment(pair: Served) -> None:
    assert pair.responder
    asked = fastcgi.get("/api/v1/health", ORDERBRIDGE_CONFIG="/nowhere.ini")
    assert b'"database":true' in fastcgi.ask(pair.responder.path, asked)


# ---- without a database


def test_503_while_the_database_is_away(
    server_template: Any, box: Sandbox, request: pytest.FixtureRequest
) -> None:
    own = MariaDb(server_template)
    own.run("CREATE DATABASE away")
    try:
        for kind in KINDS:
            with installed(Database(own, "away"), box) as ob:
                with served(kind, ob, free_port(), starts=Watched) as site:
                    comes_back(site, own)
            own.run("DROP DATABASE away")
            own.run("CREATE DATABASE away")
    finally:
        own.close()


def comes_back(site: Served, own: MariaDb) -> None:
    maria = logged_in(site)
    assert maria.get("/orders").status == 200
    own.stop()
    for _ in range(3):
        found = maria.get("/orders")
        assert found.status == 503, found
        assert found.json["code"] in ("ob_database", "ob_unavailable")
        assert found.json["message"] == "The database cannot be reached."
        assert found.json["data"]["retryable"] is True
        assert found.headers["retry-after"] == "2"
    health = site.client().get("/health")
    assert health.status == 503
    assert health.data == {"status": "unavailable", "database": False}
    # What needs no database is answered.
    assert site.client().get("/openapi.json").status == 200
    own.start_again()
    own.wait_until_ready()
    wait_until(lambda: maria.get("/orders").status == 200)
    assert site.client().get("/health").status == 200


def test_health_is_well_after_a_restart_that_nobody_met(
    server_template: Any, box: Sandbox
) -> None:
    own, folder = MariaDb(server_template), own_folder()
    own.run("CREATE DATABASE away")
    try:
        with installed(Database(own, "away"), box) as ob:
            responder = Responder(ob, folder, 1)
            for _ in range(3):
                said = fastcgi.ask(responder.path, fastcgi.get("/api/v1/health"))
                assert b'"database":true' in said, said
                own.stop()
                own.start_again()
            responder.close()
    finally:
        own.close()
        shutil.rmtree(folder)


def test_503_until_the_tables_are_of_its_version(ob: Installation) -> None:
    (row,) = ob.database.run(
        "SELECT version, step, name, checksum, started_at, finished_at"
        " FROM rm_schema ORDER BY version DESC, step DESC LIMIT 1"
    )
    where = "WHERE version = %s AND step = %s"
    ob.database.run(f"DELETE FROM rm_schema {where}", *row[:2])
    with served("nginx", ob, free_port()) as site:
        web = site.client()
        found = web.log_in("maria", PASSWORD)
        assert found.status == 503 and found.json["code"] == "ob_schema"
        assert "orderbridge migrate" in found.json["data"]["fix"]
        assert "rm_" not in found.text and " lacks " not in found.text
        ob.database.run("INSERT INTO rm_schema VALUES (%s, %s, %s, %s, %s, %s)", *row)
        assert web.log_in("maria", PASSWORD).status == 201


# ---- what comes in that no web server sends

MALFORMED = {
    "nothing": b"",
    "noise": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "version": b"\x07" + fastcgi.get("/api/v1/health")[1:],
    "half a header": b"\x01\x01\x00",
    "no parameters": fastcgi.begin(),
    "a role we do not play": record(BEGIN, b"\x00\x02\x00\x00\x00\x00\x00\x00"),
    "longer than it is": fastcgi.begin() + b"\x01\x04\x00\x01\xff\xff\x00\x00x",
    "a length beyond the record": fastcgi.begin()
    + record(PARAMS, b"\xff\xff\xff\xff\xff\xff\xff\xffx")
    + record(PARAMS)
    + record(STDIN),
    "an unknown type": record(99, b"x" * 100, 0),
    "values that overrun a buffer": record(
        GET_VALUES, fastcgi.pair("x" * 200, "") * 20, 0
    ),
    "a body that never ends": fastcgi.begin()
    + fastcgi.params(
        REQUEST_METHOD="POST",
        REQUEST_URI="/api/v1/session",
        HTTP_HOST="localhost",
        CONTENT_TYPE="application/json",
        CONTENT_LENGTH="50",
    )
    + record(STDIN, b'{"login":'),
    "another request's body": fastcgi.get("/api/v1/health") + record(STDIN, b"x", 7),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_malformed_records_do_not_stop_the_others(ob: Installation, what: str) -> None:
    with served("nginx", ob, free_port(), starts=Watched) as site:
        assert site.responder and site.client().get("/health").status == 200
        for _ in range(3):
            with fastcgi.connect(site.responder.path) as line:
                line.sendall(MALFORMED[what])
                # Whoever sends half of something and stays holds one process, not
                # two, and not for long.
                assert site.client().get("/health").status == 200
                line.shutdown(socket.SHUT_WR)
                fastcgi.until_closed(line)
        for _ in range(20):
            assert site.client().get("/health").status == 200


def test_too_many_parameters_are_refused(pair: Served) -> None:
    assert pair.responder
    many = {f"HTTP_X_{i}": "1" for i in range(210)}
    long = {f"HTTP_X_{i}": "1" * 15000 for i in range(5)}
    for more in (many, long):
        given = b"".join(
            fastcgi.pair(*item)
            for item in {"REQUEST_METHOD": "GET", "REQUEST_URI": "/", **more}.items()
        )
        pieces = [given[i : i + 60000] for i in range(0, len(given), 60000)]
        whole = fastcgi.begin() + b"".join(record(PARAMS, piece) for piece in pieces)
        whole += record(PARAMS) + record(STDIN)
        found = fastcgi.ask(pair.responder.path, whole)
        assert b"Status: 431" in found and b"ob_headers" in found


# ---- who asked


def test_a_trusted_proxy_says_who_asked(anywhere: Served) -> None:
    ob = anywhere.ob
    ranges = "127.0.0.0/8,10.0.0.0/8"
    ob.write_settings(**{**ob.settings, "net__trusted_proxies": ranges})
    ob.own()
    end_all(anywhere)
    web = anywhere.client()
    for number, (chain, asked) in enumerate(
        {
            "203.0.113.9": "203.0.113.9",
            # The first may be invented; the last is what our proxy saw.
            "1.2.3.4, 203.0.113.9": "203.0.113.9",
            "1.2.3.4, 203.0.113.9, 10.0.0.7": "203.0.113.9",
            "2001:db8::9": "2001:db8::9",
            "not an address": "127.0.0.1",
        }.items()
    ):
        mark = f"forwarded-{number}"
        found = web.get("/health", X_Forwarded_For=chain, X_Request_Id=mark)
        assert found.status == 200
        wait_until(lambda: f"request={mark} " in anywhere.log())
        line = [at for at in anywhere.log().splitlines() if f"request={mark} " in at]
        assert f"ip={asked}" in line[0].split(), chain


def test_the_other_way_to_pass_authorization_works_too(ob: Installation) -> None:
    """Where a host forbids CGIPassAuth, .htaccess says what to write instead."""
    words = ("token", "add", "maria", "--name=nightly", "--scopes=view")
    bearer = {"Authorization": f"Bearer {ob.must(*words).out.strip()}"}
    with served("fcgid", ob, free_port()) as site:
        file, web = site.folder / "www" / ".htaccess", site.client()
        shipped = file.read_text()
        assert web.get("/orders", **bearer).status == 200
        without = shipped.replace("\nCGIPassAuth On\n", "\n")
        file.write_text(without)
        assert web.get("/orders", **bearer).status == 401
        file.write_text(without.replace("\n# SetEnvIf Auth", "\nSetEnvIf Auth"))
        assert web.get("/orders", **bearer).status == 200


# ---- starting work


def queue(client: Client, **headers: str) -> Answer:
    return client.post("/sync/orders", {"site": "demo"}, **headers)


def test_work_begins_after_queuing(anywhere: Served) -> None:
    ob, maria = anywhere.ob, logged_in(anywhere)
    found = queue(maria)
    assert found.status == 202, found.text
    assert found.json["meta"]["starts"] == "now"
    place = found.headers["location"].removeprefix("/api/v1")

    def is_done() -> bool:
        return bool(maria.get(place).data["state"] == "completed")

    wait_until(is_done)
    assert ob.count("rm_order") > 50
    # Nobody has to bury it, and no request waits for it.
    wait_until(lambda: not zombies_of(anywhere))


def zombies_of(site: Served) -> list[int]:
    found = []
    for pid in site.processes():
        done = subprocess.run(
            ["ps", "-o", "pid=,stat=", "--ppid", str(pid)],
            capture_output=True,
            text=True,
        )
        found += [pid for line in done.stdout.splitlines() if " Z" in line]
    return found


def test_the_same_key_gives_the_same_answer(anywhere: Served) -> None:
    maria = logged_in(anywhere)
    first = queue(maria, Idempotency_Key="monday-0001")
    again = queue(maria, Idempotency_Key='"monday-0001"')
    assert first.status == again.status == 202
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert again.data["id"] == first.data["id"]
    other = maria.post("/sync/orders", {"site": "x"}, Idempotency_Key="monday-0001")
    assert other.status == 422 and other.json["code"] == "ob_idempotency_mismatch"


def test_without_workers_the_answer_says_when_cron_comes(ob: Installation) -> None:
    ob.write_settings(run__start_workers="off")
    ob.set_clock("2026-11-24T09:00:00Z")
    with served("nginx", ob, free_port()) as site:
        maria = logged_in(site)
        found = queue(maria)
        assert found.status == 202
        meta = found.json["meta"]
        assert meta["starts"] == "cron" and meta["cron_at"] is None
        # Nobody knows before cron has come twice.
        for moment in ("2026-11-24T09:05:00Z", "2026-11-24T09:10:00Z"):
            ob.set_clock(moment)
            ob.must("cron")
        ob.set_clock("2026-11-24T09:11:00Z")
        meta = queue(maria).json["meta"]
        assert meta["starts"] == "cron"
        assert meta["cron_at"] == "2026-11-24T09:15:00.000Z"
        assert maria.get("/operations").data[0]["state"] == "not_processed"


def test_no_more_workers_than_allowed(ob: Installation) -> None:
    ob.write_settings(run__max_workers="1")
    ob.box.control("PUT", "/_latency", {"ms": 200})
    with served("nginx", ob, free_port()) as site:
        maria = logged_in(site)
        assert queue(maria).json["meta"]["starts"] == "now"
        wait_until(lambda: maria.get("/operations").data[0]["state"] == "in_progress")
        assert workers() == 1
        found = maria.post(
            "/imports",
            {"site_code": "demo", "order_id": "1"},
            Idempotency_Key="one-order-1",
        )
        assert found.json["meta"]["starts"] == "now"
        assert workers() == 1
        ob.box.control("PUT", "/_latency", {"ms": 0})
        wait_until(lambda: workers() == 0)


def workers() -> int:
    done = subprocess.run(
        ["pgrep", "-cf", f"^{RESPONDER.parent}/orderbridge worker$"],
        capture_output=True,
        text=True,
    )
    return int(done.stdout)


def test_the_readme_shows_what_works(pair: Served) -> None:
    text = (SOURCE / "README.md").read_text()
    block = text.split("## The API with curl\n```sh\n")[1].split("```")[0]
    for shown, here in {
        "https://YOUR-HOST/api/v1": f"http://127.0.0.1:{pair.port}/api/v1",
        "woo-us": "demo",
    }.items():
        assert shown in block
        block = block.replace(shown, here)
    words = ("token", "add", "maria", "--name=nightly", "--scopes=view,sync")
    token = pair.ob.must(*words).out.strip()
    follow = block.splitlines()[-1]
    script = (
        f"set -eu; token={token}; cd {pair.folder}\n{block}sleep 1\n{follow}\n{follow}"
    )
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answers = re.findall(r'{"success":true,"data":.+?"timestamp"', done.stdout)
    assert len(answers) in (4, 5), done.stdout
    assert '"starts":"now"' in done.stdout
