"""What the client for upstreams does when the other side misbehaves.

RELIABILITY 0, 1.1, 1.2 (F1, F2, F42, F43) and 6.4, over real sockets.
"""

import json
import os
import pathlib
import socket
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import Any, Iterator
from urllib.parse import parse_qsl

import pytest
from http_server import (
    BadServer,
    make_certificates,
    tls_context,
    wait_until,
)

SUPPORT = pathlib.Path(os.environ.get("OB_BUILD", ".")) / "tests/support"
PROBE = SUPPORT / "http_probe"
OBFAULT = SUPPORT / "libobfault.so"
LOOPBACK = "127.0.0.1=127.0.0.0/8"


@dataclass
class Told:
    """What the probe printed: about the process, and a line a reply."""

    process: dict[str, Any]
    reply: list[dict[str, Any]]

    @property
    def first(self) -> dict[str, Any]:
        return self.reply[0]


def named(said: str) -> dict[str, str]:
    """What the resolver says of every name in a call."""
    return {"LD_PRELOAD": str(OBFAULT), "OBF_PLAN": f"dns:{said}"}


def call(*words: str, allow: str = LOOPBACK, **variables: str) -> Told:
    done = subprocess.run(
        [str(PROBE), "-a", allow, *words],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return Told(lines[0], lines[1:])


@pytest.fixture
def server() -> Iterator[BadServer]:
    made = BadServer()
    yield made
    made.close()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    home = tmp_path_factory.mktemp("tls")
    make_certificates(home)
    return home


@pytest.fixture
def secure(certificates: pathlib.Path) -> Iterator[BadServer]:
    made = BadServer(tls_context(certificates, "good"))
    yield made
    made.close()


# --- connections


def test_one_connection_serves_a_whole_run(secure, certificates):
    urls = [f"{secure.url}/{n}" for n in range(5)]
    told = call("-e", "-c", str(certificates / "ca.pem"), *urls)
    assert [r["class"] for r in told.reply] == ["none"] * 5
    assert secure.connections == 1


def test_requests_run_side_by_side_up_to_the_limit(server):
    urls = [f"{server.url}/busy/{n}" for n in range(12)]
    told = call("-p", "4", *urls)
    assert [json.loads(r["body"])["path"] for r in told.reply] == [
        f"/busy/{n}" for n in range(12)
    ]
    assert server.most_at_once == 4
    assert server.connections == 4


def test_a_second_connection_resumes_the_tls_session(server, secure, certificates):
    """The first handle is busy elsewhere: what is resumed was shared."""
    ca = str(certificates / "ca.pem")
    urls = [secure.url + "/1", server.url + "/busy", secure.url + "/2"]
    call("-g", "-o", "-M", "POST", "-c", ca, *urls)
    assert secure.connections == 2
    assert secure.resumed == 1


# --- exactly one send


def test_a_post_is_never_sent_twice_behind_our_back(server):
    """libcurl repeats by itself what dies on a used connection."""
    told = call(
        *("-e", "-g", "-o", "-M", "POST", "-b", "{}"),
        *(server.url + "/warm-up", server.url + "/close-second"),
    )
    assert server.seen("/close-second") == 1
    assert [r.connection for r in server.requests] == [1, 2]
    assert told.reply[1]["status"] == 201


def test_what_may_be_repeated_uses_the_connection_it_has(server):
    told = call(
        *("-e", "-g", "-M", "PUT", "-b", "{}"),
        *(server.url + "/warm-up", server.url + "/close-second"),
    )
    assert server.seen("/close-second") == 2
    assert [r.connection for r in server.requests] == [1, 1, 2]
    assert told.reply[1]["status"] == 201


def test_an_unanswered_post_is_unknown_and_not_repeated(server):
    told = call("-o", "-M", "POST", "-b", "{}", server.url + "/close-always")
    assert server.seen("/close-always") == 1
    assert told.first["class"] == "unknown"
    assert told.first["code"] == "ob_network"
    assert told.first["text"] == (
        "127.0.0.1 closed the connection without an answer"
        "; whether the request had an effect is unknown"
    )
    assert told.first["sent"] and told.first["tries"] == 1


def test_an_unanswered_get_is_tried_thrice(server):
    told = call(server.url + "/close-always")
    assert server.seen("/close-always") == 3
    assert told.first["class"] == "temporary"
    first, second = told.process["waits"]
    assert 250 <= first <= 750 and 1000 <= second <= 3000


def test_a_refused_connection_harms_no_post(server):
    server.close()
    wait_until(lambda: not is_open(server.port))
    told = call("-o", "-M", "POST", "-b", "{}", server.url + "/")
    assert told.first["class"] == "temporary"
    assert told.first["text"] == "no connection to 127.0.0.1"
    assert told.first["tries"] == 3 and not told.first["sent"]


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


# --- answers that are none


@pytest.mark.parametrize("path", ["truncated", "truncated-chunks", "open-ended"])
def test_half_an_answer_is_no_answer(server, path):
    told = call(f"{server.url}/{path}")
    assert told.first["class"] == "temporary"
    assert told.first["code"] == "ob_upstream"
    assert told.first["text"] == "the answer of 127.0.0.1 ended too early"
    assert told.first["tries"] == 3


def test_a_truncated_answer_to_a_post_is_unknown(server):
    told = call("-o", "-M", "POST", "-b", "{}", server.url + "/truncated")
    assert told.first["class"] == "unknown"
    assert told.first["status"] == 200
    assert server.seen("/truncated") == 1


def test_an_answer_in_chunks_or_packed_is_whole(server):
    told = call(server.url + "/whole-chunks", server.url + "/zipped")
    assert told.reply[0]["body"] == '{"orders": []}'
    assert told.reply[1]["body"] == '{"zipped": true}'
    assert server.requests[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("path", ["bomb", "large", "large-chunks"])
def test_an_answer_beyond_the_ceiling_is_dropped(server, path):
    """Also one whose bytes on the wire are few; and never a second time."""
    told = call("-m", str(8 << 20), f"{server.url}/{path}")
    assert told.first["class"] == "temporary"
    assert told.first["text"] == "the answer of 127.0.0.1 is too large"
    assert told.first["tries"] == 1 and told.first["bytes"] == 0
    assert told.process["peak_kb"] < 40 << 10


def test_forty_megabytes_pass_where_they_are_allowed(server):
    told = call("-m", str(64 << 20), server.url + "/large")
    assert told.first["class"] == "none"
    assert told.first["bytes"] == 40_000_000


def test_a_head_beyond_64_kib_is_dropped(server):
    told = call(server.url + "/large-head")
    assert told.first["text"] == "the answer of 127.0.0.1 is too large"


def test_a_page_for_people_is_trouble_of_the_upstream(server):
    told = call(server.url + "/html")
    assert told.first["class"] == "temporary"
    assert told.first["code"] == "ob_upstream"
    assert told.first["text"] == (
        "127.0.0.1 answered 200 with text/html instead of application/json"
    )
    assert told.first["tries"] == 3


def test_what_is_not_http_is_said_to_be(server):
    told = call(server.url + "/no-http")
    assert told.first["text"] == "the answer of 127.0.0.1 is not HTTP"
    assert told.first["code"] == "ob_upstream"


def test_a_redirect_is_named_and_not_followed(server):
    other = BadServer()
    server.redirect_to = other.url
    told = call("-u", "ck_1", "-s", "cs_1", server.url + "/redirect")
    assert told.first["class"] == "permanent"
    assert told.first["text"] == (
        f"127.0.0.1 answered 302 (a redirect to {other.url}/there)"
    )
    assert other.connections == 0
    other.close()


def test_headers_are_those_of_the_last_answer(server):
    told = call(server.url + "/continue")
    lines = told.first["headers"].splitlines()
    assert "x-late: Yes" in lines
    assert not any(line.startswith("x-early") for line in lines)


# --- time


def test_f43_drops_of_an_answer_are_a_timeout(server):
    told = call("-l", "1", server.url + "/slow")
    assert told.first["class"] == "temporary"
    assert told.first["code"] == "ob_timeout"
    assert told.first["text"] == "127.0.0.1 did not answer in time"
    assert told.first["status"] == 200
    assert told.first["tries"] == 3
    assert told.process["ms"] < 8000


def test_f43_without_its_guard_drops_of_an_answer_are_waited_for(server):
    told = call("-l", "1", "-t", "4", server.url + "/slow", OB_GUARD_OFF="net.crawls")
    assert told.first["ms"] > 3900


def test_an_upstream_may_think_longer_than_it_may_crawl(server):
    told = call("-l", "1", server.url + "/think")
    assert told.first["class"] == "none"


def test_a_try_has_its_time(server):
    told = call("-t", "1", server.url + "/never")
    assert told.first["code"] == "ob_timeout"
    assert told.first["tries"] == 3
    assert 2900 < told.first["ms"] < 9000


def test_all_tries_together_have_theirs(server):
    told = call("-t", "2", "-T", "3", server.url + "/never")
    assert told.first["code"] == "ob_timeout"
    assert told.first["tries"] == 2
    assert 2900 < told.first["ms"] < 6000


def test_the_tick_comes_four_times_a_second(server):
    told = call(server.url + "/think")
    assert told.process["ticks"] >= 10
    assert told.process["gap_ms"] <= 350


def test_the_tick_ends_whatever_runs_or_waits(server):
    urls = [f"{server.url}/never/{n}" for n in range(3)]
    told = call("-p", "2", "-k", "400", *urls)
    assert told.process["ms"] < 3000
    assert [r["class"] for r in told.reply] == ["temporary"] * 3
    assert told.reply[0]["text"] == (
        "the call to 127.0.0.1 was given up, this process has to stop"
    )
    assert told.reply[2]["text"] == "not sent, this process has to stop"
    assert told.reply[2]["tries"] == 0


def test_the_tick_ends_a_wait_between_tries(server):
    told = call("-w", "60000", "-k", "400", server.url + "/rate/50/9")
    assert told.process["ms"] < 3000
    assert told.first["code"] == "ob_rate"


def test_a_post_that_is_given_up_is_unknown(server):
    told = call("-o", "-M", "POST", "-b", "{}", "-k", "400", server.url + "/never")
    assert told.first["class"] == "unknown"


def test_nothing_begins_when_it_has_to_stop(server):
    told = call("-k", "0", server.url + "/")
    assert told.process["refused"] == "nothing sent, this process has to stop"
    assert server.connections == 0


# --- tries


def test_trouble_that_passes_is_not_told(server):
    told = call(server.url + "/recover/503/2")
    assert told.first["class"] == "none"
    assert told.first["tries"] == 3


def test_trouble_that_stays_is_told_after_three_tries(server):
    told = call(server.url + "/status/500")
    assert told.first["tries"] == 3
    assert told.first["text"] == "127.0.0.1 answered 500 (trouble on its side)"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_a_refusal_is_not_repeated(server, status):
    told = call(f"{server.url}/status/{status}")
    assert told.first["tries"] == 1


def test_a_retry_after_is_obeyed(server):
    told = call(server.url + "/rate/7/2")
    assert told.first["class"] == "none"
    assert told.first["tries"] == 3
    assert len(told.process["waits"]) == 2
    assert all(6000 < wait <= 7000 for wait in told.process["waits"])


def test_a_retry_after_is_obeyed_thrice(server):
    told = call(server.url + "/rate/7/9")
    assert told.first["code"] == "ob_rate"
    assert told.first["tries"] == 4
    assert told.first["retry_at"] > time.time() * 1000 + 5000


def test_a_retry_after_of_more_than_a_minute_is_left_to_the_queue(server):
    told = call(server.url + "/rate/61/1")
    assert told.first["tries"] == 1
    assert told.first["code"] == "ob_rate"


def test_a_retry_after_holds_all_requests_to_the_host(server):
    urls = [f"{server.url}/rate/5/1", *(f"{server.url}/{n}" for n in range(3))]
    told = call("-p", "1", "-w", "600", *urls)
    assert [r["class"] for r in told.reply] == ["none"] * 4
    assert [r.path for r in server.requests][0:2] == ["/rate/5/1", "/rate/5/1"]
    assert told.process["ms"] >= 600


# --- who is called, and with what


def test_certificates_are_verified_and_not_tried_again(secure, certificates):
    told = call(secure.url + "/")
    assert told.first["class"] == "denied"
    assert told.first["code"] == "ob_network"
    assert told.first["text"] == "the certificate of 127.0.0.1 is not trusted"
    assert "net.ca_file" in told.first["hint"]
    assert told.first["tries"] == 1
    assert secure.requests == []


@pytest.mark.parametrize("name", ["wrong", "expired"])
def test_a_certificate_must_fit_and_be_valid(certificates, name):
    server = BadServer(tls_context(certificates, name))
    told = call("-c", str(certificates / "ca.pem"), server.url + "/")
    assert told.first["class"] == "denied"
    assert told.first["tries"] == 1
    assert server.requests == []
    server.close()


OLD_TLS_ALLOWED = """openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = weak
[weak]
MinProtocol = TLSv1
CipherString = DEFAULT@SECLEVEL=0
"""


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_old_tls_is_not_spoken(certificates, tmp_path):
    """Also where the machine's own settings would let it pass."""
    (tmp_path / "openssl.cnf").write_text(OLD_TLS_ALLOWED)
    context = tls_context(certificates, "good")
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    server = BadServer(context)
    told = call(
        *("-c", str(certificates / "ca.pem"), server.url + "/"),
        OPENSSL_CONF=str(tmp_path / "openssl.cnf"),
    )
    assert told.first["text"] == "no secure connection to 127.0.0.1"
    assert server.requests == []
    server.close()


def test_an_authority_file_that_is_gone_is_said_to_be(secure):
    told = call("-c", "/nonexistent/ca.pem", secure.url + "/")
    assert told.first["class"] == "permanent"
    assert told.first["code"] == "ob_config"


def private_name() -> str:
    """A name of this machine that leads to an address of its own."""
    for line in pathlib.Path("/etc/hosts").read_text().splitlines():
        words = line.split("#")[0].split()
        for name in words[1:]:
            if "localhost" not in name and words[0].startswith("127."):
                return name
    pytest.skip("no name in /etc/hosts leads to 127.0.0.0/8")


def test_a_name_that_leads_to_a_private_address_is_not_called():
    name = private_name()
    told = call(f"https://{name}/")
    assert told.first["class"] == "denied"
    assert told.first["text"].startswith(f"{name} is at 127.")
    assert told.first["text"].endswith(", which is not a public address")
    assert told.first["tries"] == 1 and not told.first["sent"]


def test_a_name_that_is_listed_is_called(server):
    name = private_name()
    told = call(f"http://{name}:{server.port}/", allow=f"{name}=127.0.0.0/8")
    assert told.first["class"] == "none"


def test_http_is_spoken_to_loopback_only(server):
    told = call(server.url + "/", allow="")
    assert told.first["class"] == "input"
    assert told.first["text"] == "127.0.0.1 is not a public address"
    assert server.connections == 0


@pytest.mark.parametrize("scheme", ["ftp", "file", "gopher", "dict"])
def test_no_other_protocol_is_spoken(scheme):
    told = call(f"{scheme}://127.0.0.1/etc/passwd")
    assert told.first["class"] == "input"
    assert told.first["text"] == "address must begin with https://"


def test_credentials_go_where_they_belong_and_nothing_else_does(server, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    home = str(tmp_path)
    call("-e", server.url + "/cookie", server.url + "/2", HOME=home)
    call("-u", "ck_1", "-s", "cs_1", server.url + "/basic", HOME=home)
    call("-s", "tok.en", server.url + "/bearer", HOME=home)
    plain, second, basic, bearer = server.requests
    assert "authorization" not in plain.headers
    assert "cookie" not in second.headers
    assert basic.headers["authorization"] == "Basic Y2tfMTpjc18x"
    assert bearer.headers["authorization"] == "Bearer tok.en"
    assert plain.headers["user-agent"] == "orderbridge-test"
    assert plain.headers["accept"] == "application/json"
    assert "expect" not in plain.headers


def test_a_secret_goes_in_the_query_by_https_only(server, secure, certificates):
    ca = str(certificates / "ca.pem")
    words = ("-q", "-u", "ck_1", "-s", "cs_&2", "-c", ca)
    told = call(*words, secure.url + "/x?a=1")
    assert told.first["class"] == "none"
    sent = secure.requests[0]
    assert sent.path == "/x?a=1&consumer_key=ck_1&consumer_secret=cs_%262"
    assert "authorization" not in sent.headers
    refused = call(*words, server.url + "/x").first
    assert refused["text"] == "a secret goes in the query by https only"
    assert refused["class"] == "input"
    assert server.requests == []


def test_each_try_is_signed_for_itself(server):
    told = call("-S", "-u", "ck_1", "-s", "cs_2", server.url + "/status/500")
    assert told.first["tries"] == 3
    nonces = set()
    for request in server.requests:
        query = dict(parse_qsl(request.path.partition("?")[2]))
        assert query["oauth_consumer_key"] == "ck_1"
        assert query["oauth_signature_method"] == "HMAC-SHA256"
        nonces.add(query["oauth_nonce"])
        assert "cs_2" not in request.path
    assert len(nonces) == 3
    # What is told of it names neither key nor signature.
    assert told.first["text"] == "127.0.0.1 answered 500 (trouble on its side)"


def test_a_body_goes_out_as_it_is(server):
    body = json.dumps({"note": "x" * 5000})
    call("-M", "PUT", "-b", body, "-H", "X-More: 1", server.url + "/put")
    call("-M", "DELETE", server.url + "/delete")
    put, delete = server.requests
    assert put.method == "PUT" and put.body == body.encode()
    assert put.headers["content-type"] == "application/json"
    assert put.headers["x-more"] == "1"
    assert "expect" not in put.headers
    assert delete.method == "DELETE" and delete.body == b""


@pytest.mark.parametrize("line", ["X: a\r\nY: b", "X: a\nY: b", "X: \u00e4"])
def test_no_header_hides_in_another(server, line):
    told = call("-H", line, server.url + "/")
    assert told.first["class"] == "input"
    assert server.requests == []


def test_no_header_hides_in_a_token(server):
    told = call("-s", "a\r\nX: b", server.url + "/")
    assert told.first["class"] == "input"
    assert server.requests == []


@pytest.mark.parametrize(
    "said, gone, text",
    [
        ("NONAME", True, "the name shop.invalid does not exist"),
        ("AGAIN", False, "the name shop.invalid could not be resolved"),
    ],
)
def test_a_name_that_is_gone_is_told_from_a_silent_name_server(said, gone, text):
    told = call("https://shop.invalid/", **named(said))
    assert told.first["text"] == text
    assert told.first["no_such_host"] is gone
    # A connector knows whether it is for good; by itself it is tried again.
    assert told.first["class"] == "temporary"
    assert told.first["code"] == "ob_network"
    assert told.first["tries"] == 3
    assert not told.first["sent"]


def test_the_environment_chooses_no_proxy(server):
    proxy = f"http://127.0.0.1:{server.port}"
    told = call(
        "-t",
        "2",
        "https://shop.invalid/",
        **named("AGAIN"),
        HTTPS_PROXY=proxy,
        https_proxy=proxy,
        ALL_PROXY=proxy,
    )
    assert told.first["text"] == "the name shop.invalid could not be resolved"
    assert server.connections == 0


class Proxy:
    """Notes what it is asked for and refuses it."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.asked: list[str] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                wire, _ = self.listener.accept()
            except OSError:
                return
            with wire:
                self.asked.append(wire.recv(4096).decode().split("\r\n")[0])
                wire.sendall(b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n")


def test_the_configured_proxy_is_asked_for_all_but_private_hosts(server):
    proxy = Proxy()
    told = call("-x", proxy.url, "https://shop.invalid/", server.url + "/")
    assert proxy.asked == ["CONNECT shop.invalid:443 HTTP/1.1"] * 3
    assert told.reply[0]["class"] == "temporary"
    assert told.reply[0]["code"] == "ob_network"
    assert told.reply[1]["class"] == "none"
    proxy.listener.close()
