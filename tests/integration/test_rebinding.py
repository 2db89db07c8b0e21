"""That no name, and no answer of a shop, leads to an address that is not public.

RELIABILITY 6.4: the address that is looked at is the one that is connected to, so
a name server that answers differently the second time gains nothing. What
libobfault answers for names is what somebody's name server might; connections to
PUBLIC reach one server of the test, those to PRIVATE would reach the other.
"""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
from typing import Any, Iterator

import pytest
from conftest import BUILD
from http_server import BadServer, make_certificates, tls_context
from installation import Done, Installation

SUPPORT = BUILD / "tests" / "support"
PUBLIC, SILENT, PRIVATE = "93.184.216.34", "93.184.216.35", "10.1.2.3"
SHOP = "https://shop.test"
REFUSED = f"shop.test is at {PRIVATE}, which is not a public address"


class Net:
    """A shop in the open, and a service inside that nobody may reach."""

    def __init__(self, home: pathlib.Path):
        self.ca = str(home / "ca.pem")
        self.shop = BadServer(tls_context(home, "shop"))
        self.inside = BadServer(tls_context(home, "shop"))

    def close(self) -> None:
        self.shop.close()
        self.inside.close()

    def variables(self, names: str, *more: str) -> dict[str, str]:
        """The environment in which names have these addresses."""
        routes = [f"route:{PUBLIC}:{self.shop.port}"]
        routes += [f"route:{PRIVATE}:{self.inside.port}", f"route:{SILENT}:1"]
        return {
            "LD_PRELOAD": str(SUPPORT / "libobfault.so"),
            "OBF_PLAN": ",".join([f"names:{names}", *routes, *more]),
        }

    def run(
        self, *words: str, names: str, allow: str = "", plan: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(SUPPORT / "http_probe"), "-a", allow, "-c", self.ca, *words],
            env={**os.environ, **self.variables(names, *plan)},
            capture_output=True,
            text=True,
            timeout=60,
        )

    def call(self, *words: str, names: str, allow: str = "") -> list[dict[str, Any]]:
        """What the client for upstreams told of each address."""
        done = self.run(*words, names=names, allow=allow)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()[1:]]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    home = tmp_path_factory.mktemp("tls")
    make_certificates(home)
    return home


@pytest.fixture
def net(certificates: pathlib.Path) -> Iterator[Net]:
    made = Net(certificates)
    yield made
    made.close()


def is_refused(reply: dict[str, Any]) -> bool:
    """For good, at the first try, before a byte was sent."""
    assert (reply["class"], reply["code"]) == ("denied", "ob_network")
    assert (reply["tries"], reply["sent"], reply["status"]) == (1, False, 0)
    return str(reply["text"]) == REFUSED


# ---- names


def test_a_name_that_turns_private_is_not_called_again(net: Net) -> None:
    """Each on a connection of its own, and the second after another look-up."""
    post = ("-e", "-o", "-M", "POST", "-b", "{}")
    first, second, third = net.call(
        *(*post, f"{SHOP}/1", f"{SHOP}/2", f"{SHOP}/3"),
        names=f"{PUBLIC}/{PRIVATE}/{PUBLIC}",
    )
    assert first["class"] == "none" and third["class"] == "none"
    assert is_refused(second)
    assert [r.path for r in net.shop.requests] == ["/1", "/3"]
    assert net.inside.connections == 0


def test_what_is_listed_is_reached_where_the_others_are_not(net: Net) -> None:
    """The same way as above leads there: it is the list that decides."""
    first, second = net.call(
        *("-e", "-o", "-M", "POST", "-b", "{}", f"{SHOP}/1", f"{SHOP}/2"),
        names=f"{PUBLIC}/{PRIVATE}",
        allow="shop.test=10.1.0.0/16",
    )
    assert first["class"] == second["class"] == "none"
    assert [r.path for r in net.inside.requests] == ["/2"]


@pytest.mark.parametrize(
    "allow", ["shop.test=10.2.0.0/16", "other.test=10.1.0.0/16", "10.1.2.3=10.0.0.0/8"]
)
def test_a_list_is_of_a_host_and_a_range(net: Net, allow: str) -> None:
    (told,) = net.call(SHOP, names=PRIVATE, allow=allow)
    assert is_refused(told)
    assert net.inside.connections == 0


def test_of_several_addresses_only_public_ones_are_tried(net: Net) -> None:
    for names in (f"{PRIVATE}+{PUBLIC}", f"{PUBLIC}+{PRIVATE}", f"::1+{PUBLIC}"):
        (told,) = net.call(SHOP, names=names)
        assert told["class"] == "none", told
    (told,) = net.call(SHOP, names=f"{SILENT}+{PRIVATE}")
    assert told["text"] == REFUSED
    assert net.inside.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254"),
        *("172.16.0.1", "192.168.0.1", "224.0.0.1", "::", "::1", "fd00::1"),
        *("fe80::1", "::ffff:10.1.2.3", "::10.1.2.3", "64:ff9b::a01:203"),
        *("2002:a01:203::1", "::ffff:127.0.0.1"),
    ],
)
def test_not_even_a_connection_is_begun(net: Net, address: str) -> None:
    """The process would die of the first call of connect()."""
    deadly = ("kill:connect:1:before",)
    done = net.run(SHOP, names=address, plan=deadly)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[1])
    assert told["text"] == f"shop.test is at {address}, which is not a public address"
    assert told["tries"] == 1
    called = net.run(SHOP, names=PUBLIC, plan=deadly)
    assert called.returncode == -signal.SIGKILL


# ---- answers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("there", [f"https://{PRIVATE}/", "https://inside.test/"])
def test_no_redirect_leads_inside(
    net: Net, status: int, method: str, there: str
) -> None:
    net.shop.redirect_to = there
    (told,) = net.call(
        *("-o", "-M", method, "-s", "token", f"{SHOP}/away/{status}"),
        names=f"{PUBLIC}/{PRIVATE}",
    )
    assert told["class"] == "permanent" and told["tries"] == 1
    assert told["text"] == f"shop.test answered {status} (a redirect to {there})"
    assert net.shop.connections == 1 and net.inside.connections == 0


def test_no_other_header_leads_anywhere(net: Net) -> None:
    net.shop.redirect_to = f"https://{PRIVATE}/"
    first, second = net.call(
        *("-e", f"{SHOP}/elsewhere", f"{SHOP}/elsewhere"),
        names=f"{PUBLIC}/{PRIVATE}",
    )
    assert first["class"] == second["class"] == "none"
    assert net.shop.seen("/elsewhere") == 2 and net.inside.connections == 0


# ---- the whole program


@pytest.fixture
def secure(net: Net, bare: Installation) -> Installation:
    """An installation whose shop and Business Central are by name and https."""
    bare.write_settings(net__ca_file=net.ca)
    bare.set_up()
    bare.move_shop(SHOP)
    bare.move_bc(f"{SHOP}/bc/v2.0")
    return bare


@pytest.mark.parametrize(
    "words", [("site", "test", "demo"), ("connection", "test", "bc")]
)
def test_a_shop_that_moved_inside_is_not_tested(
    net: Net, secure: Installation, words: tuple[str, ...]
) -> None:
    def run(names: str) -> Done:
        return secure.ob(*words, **net.variables(names))

    run(PUBLIC)
    assert net.shop.requests
    asked = len(net.shop.requests)
    done = run(PRIVATE)
    assert done.status != 0
    assert REFUSED in done.out + done.err
    assert f"shop.test={PRIVATE} in net.allow_private" in done.out + done.err
    assert len(net.shop.requests) == asked and net.inside.connections == 0


def test_a_run_leaves_a_shop_alone_that_moved_inside(
    net: Net, secure: Installation
) -> None:
    done = secure.ob("order", "sync", "--site=demo", **net.variables(PRIVATE))
    assert done.status != 0
    assert REFUSED in "\n".join(secure.lines())
    assert net.inside.connections == 0 and secure.count("rm_order") == 0
