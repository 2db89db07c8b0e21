"""What is wrong outside is told in one message: what, where and what to do.

Each ends with the exit status of its class (UX 4), leaves nothing half done and
loses nothing: once it is mended, the next run brings every order. What is wrong
on the command line itself is in test_cli.py.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from http_server import make_certificates
from installation import Installation, Sandbox, start_sandbox
from test_faults import settle

LIST = {"upstream": "woocommerce", "method": "GET", "path": r"/orders\?"}


@pytest.fixture
def shop(bare: Installation) -> Installation:
    """An installation whose shop has five good orders."""
    bare.box.control("POST", "/_reset", {"seed": 1, "orders": 5})
    bare.set_up()
    return bare


def wrong_password(ob: Installation) -> Callable[[], None]:
    server = ob.database.server
    server.run("CREATE OR REPLACE USER keyed@localhost IDENTIFIED BY 'right'")
    server.run(f"GRANT ALL ON {ob.database.name}.* TO keyed@localhost")
    (ob.home / "password").write_text("wrong\n")
    ob.write_settings(
        database__user="keyed", database__password_file=str(ob.home / "password")
    )
    return lambda: ob.write_settings()


def unreachable_database(ob: Installation) -> Callable[[], None]:
    ob.write_settings(database__socket="/nowhere/s")
    return lambda: ob.write_settings()


def unknown_database(ob: Installation) -> Callable[[], None]:
    ob.write_settings(database__name="no_such_schema")
    return lambda: ob.write_settings()


def deleted_table(ob: Installation) -> Callable[[], None]:
    ob.database.run("RENAME TABLE rm_lineitems TO gone")
    return lambda: ob.database.run("RENAME TABLE gone TO rm_lineitems")


def malformed_ini(ob: Installation) -> Callable[[], None]:
    path = ob.home / "orderbridge.ini"
    path.write_text(path.read_text() + "[sync\n")
    return lambda: ob.write_settings()


def open_key_file(ob: Installation) -> Callable[[], None]:
    key = ob.home / "orderbridge.key"
    key.chmod(0o640)
    return lambda: key.chmod(0o600)


def unreachable_shop(ob: Installation) -> Callable[[], None]:
    base = f"http://127.0.0.1:{ob.box.port}/shop/demo"
    ob.move_shop("http://127.0.0.1:1/shop/demo")
    return lambda: ob.move_shop(base)


def fault(kind: str, arg: Any) -> Callable[[Installation], Callable[[], None]]:
    def arm(ob: Installation) -> Callable[[], None]:
        ob.box.fault(kind, arg, times=0, **LIST)
        return lambda: ob.box.control("DELETE", "/_faults") and None

    return arm


@dataclass
class Wrong:
    """What is done to the installation, and what `order sync` says of it."""

    do: Callable[[Installation], Callable[[], None]]
    status: int
    says: list[str]


WRONG = {
    "wrong_password": Wrong(
        wrong_password, 69, ["Access denied for user 'keyed'", "database.user"]
    ),
    "unreachable_database": Wrong(unreachable_database, 69, ["/nowhere/s"]),
    "unknown_database": Wrong(unknown_database, 69, ["no_such_schema"]),
    "deleted_table": Wrong(deleted_table, 78, ["rm_lineitems", "orderbridge migrate"]),
    "malformed_ini": Wrong(malformed_ini, 78, ["orderbridge.ini:"]),
    "open_key_file": Wrong(open_key_file, 78, ["orderbridge.key", "chmod 600"]),
    "unreachable_shop": Wrong(unreachable_shop, 69, ["demo", "127.0.0.1"]),
    "html_for_json": Wrong(fault("html200", None), 69, ["demo", "text/html"]),
    "40_mb": Wrong(fault("big", {"mib": 40}), 69, ["demo", "too large"]),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_it_is_told_with_what_to_do_and_nothing_is_lost(
    shop: Installation, wrong: Wrong
) -> None:
    mend = wrong.do(shop)
    done = shop.ob("order", "sync", "--site=demo")
    assert done.status == wrong.status, done.out + done.err
    for words in wrong.says:
        assert words in done.err
    assert done.err.count("\norderbridge: ") + done.err.startswith("orderbridge: ") == 1
    assert "\n  Fix: " in done.err
    assert "wrong" not in done.err
    mend()
    assert shop.count("rm_order") == shop.count("rm_lineitems") == 0
    assert shop.marks() == {}
    settle(shop)
    assert shop.count("rm_order") == len(shop.marks()) == 5
    shop.verify("--upstream")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("tls")
    make_certificates(folder)
    return folder


@pytest.fixture(scope="module", params=["untrusted", "wrong", "expired"])
def secure_box(
    certificates: pathlib.Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Secure]:
    """A sandbox that speaks TLS with a certificate that must not pass."""
    folder = tmp_path_factory.mktemp("secure")
    name = "good" if request.param == "untrusted" else request.param
    process, port = start_sandbox(
        folder,
        *("--tls-cert", str(certificates / f"{name}.pem")),
        *("--tls-key", str(certificates / f"{name}.key")),
        *("--tls-port-file", str(folder / "tls"), "--orders", "5"),
    )
    yield Secure(request.param, Sandbox(port), (folder / "tls").read_text().strip())
    process.terminate()
    process.wait(timeout=10)


@dataclass
class Secure:
    """What is wrong with its certificate, its plain port, its TLS port."""

    wrong: str
    box: Sandbox
    port: str


def test_f42_a_certificate_that_must_not_pass_stops_the_run_at_once(
    shop: Installation, secure_box: Secure, certificates: pathlib.Path
) -> None:
    box = secure_box.box
    trusted = {"net__ca_file": str(certificates / "ca.pem")}
    box.control("PUT", "/_clock", {"now": "2026-11-24T09:00:00Z", "rate": 1})
    box.control("DELETE", "/_requests")
    shop.move_shop(f"https://127.0.0.1:{secure_box.port}/shop/demo")
    if secure_box.wrong != "untrusted":
        shop.write_settings(**trusted)
    done = shop.ob("order", "sync", "--site=demo")
    assert done.status == 69, done.out + done.err
    assert "the certificate of 127.0.0.1" in done.err
    assert "\n  Fix: " in done.err
    # No storm: it failed after one try, and waits for a person.
    assert shop.one("SELECT state FROM rm_operation") == "failed"
    tries = [line for line in shop.lines() if "the certificate of" in line]
    assert tries
    for _ in range(3):
        shop.ob("cron")
    assert [line for line in shop.lines() if "the certificate of" in line] == tries
    assert shop.count("rm_operation") == 1
    assert shop.count("rm_job", "state = 'ready'") == 0
    assert box.control("GET", "/_requests")["requests"] == []
    if secure_box.wrong == "untrusted":
        shop.write_settings(**trusted)
        shop.ob("order", "sync", "--site=demo")
        assert shop.count("rm_order") == 5
