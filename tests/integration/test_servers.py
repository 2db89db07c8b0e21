"""The same manners behind nginx and both Apaches, with the files that we ship.

Each web server has habits of its own with methods, addresses, headers and
bodies; whoever scripts the API must not see them.
"""

from __future__ import annotations

import base64
import http.client
import json
import shutil
from typing import Iterator

import pytest
from conftest import MOMENT, MariaDb, free_port, new_database
from installation import Installation, Sandbox, wait_until
from web import KINDS, Client, Served, own_folder, served

PASSWORD = "tall-anchor-forty-ships"
# UX section 5, word for word.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; frame-src https://app.powerbi.com "
    "https://*.fabric.microsoft.com; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
SECURITY = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
# Both at the root of a host and below a path.
PLACES = [(kind, base) for kind in KINDS for base in ("", "/ob")]


@pytest.fixture(scope="module", params=PLACES, ids=lambda at: at[0] + at[1])
def site(
    request: pytest.FixtureRequest, server: MariaDb, sandbox_process: Sandbox
) -> Iterator[Served]:
    """One installation a server and place, with Maria and a token of hers."""
    kind, base = request.param
    home = own_folder()
    for database in new_database(server):
        ob = Installation(home, database, sandbox_process)
        ob.set_clock(MOMENT, rate=1)
        ob.must("migrate")
        ob.must("secret", "check-key")
        ob.must(
            *("user", "add", "maria", "--role=administrator", "--name=Maria"),
            "--password-file=-",
            text=PASSWORD,
        )
        words = ("token", "add", "maria", "--name=script", "--scopes=view,sync")
        token = ob.must(*words).out.strip()
        with served(kind, ob, free_port(), base) as found:
            found.token = token
            found.password = ob.must(*words).out.strip()
            # As POST /app-passwords makes it.
            ob.database.run("UPDATE rm_token SET kind = 'password' WHERE id = 2")
            yield found
    shutil.rmtree(home)


@pytest.fixture
def web(site: Served) -> Client:
    """Somebody who has not logged in."""
    return site.client()


@pytest.fixture
def maria(site: Served) -> Client:
    client = site.client()
    assert client.log_in("maria", PASSWORD).status == 201
    return client


# ---- methods and addresses


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_every_method_arrives(web: Client, method: str) -> None:
    found = web.ask(method, "/health", {})
    assert found.status == 405, found.text
    assert found.json["code"] == "ob_method_not_allowed"
    assert found.headers["allow"] == "GET, OPTIONS"


def test_options_tell_the_methods_and_no_cors(web: Client) -> None:
    found = web.ask("OPTIONS", "/session", Origin="https://evil.example")
    assert found.status == 204 and found.text == ""
    assert found.headers["allow"] == "POST, GET, DELETE, OPTIONS"
    assert not [name for name in found.headers if name.startswith("access-control")]


def test_head_is_get_without_a_body(web: Client) -> None:
    found = web.ask("HEAD", "/health")
    assert found.status == 200 and found.text == ""
    assert found.headers["etag"] == web.get("/health").headers["etag"]


def test_the_length_of_an_answer_is_told(site: Served, maria: Client) -> None:
    for path in ("/orders?per_page=100", "/session", "/nowhere"):
        found = maria.get(path)
        told = found.headers.get("content-length")
        # mod_proxy_fcgi believes no length and sends a long body in chunks.
        assert told == str(len(found.text.encode())) or site.kind == "apache"
        assert told or found.headers["transfer-encoding"] == "chunked"
    assert maria.ask("HEAD", "/nowhere").headers.get("content-length") == told


def test_trace_echoes_nothing(site: Served, web: Client) -> None:
    found = web.ask("TRACE", "/health", Cookie="secret=1")
    # Apache answers it before it looks into .htaccess: the host has to forbid it.
    assert site.kind == "fcgid" or found.status == 405 and "secret=1" not in found.text


def test_queries_arrive_as_they_were_sent(maria: Client) -> None:
    found = maria.get("/orders?per_page=3&search=a%26b%3Dc%2B%20d")
    assert found.status == 200 and found.data == []
    assert found.json["meta"]["per_page"] == 3
    found = maria.get("/orders?per_page=3&per_page=4")
    assert found.status == 400 and "per_page" in found.json["data"]["params"]


def test_a_path_is_decoded_once(web: Client) -> None:
    assert web.get("/%68ealth").status == 200
    twice = web.get("/%2568ealth")
    assert twice.status == 404 and twice.json["code"] == "ob_not_found"


def test_a_slash_in_a_name_is_refused_somewhere(site: Served, maria: Client) -> None:
    found = maria.get("/operations%2F1")
    assert found.status == 404
    # Apache says so itself where .htaccess alone speaks: AllowEncodedSlashes is
    # no setting of it.
    assert site.kind == "fcgid" or found.json["code"] == "ob_not_found"


def test_the_old_prefix_is_the_same_api(site: Served) -> None:
    old = Client(site.port, site.base + "/wp-json/wkpbic/v1")
    assert old.get("/health").json == {"status": "ok", "database": True}


def test_what_lies_beside_the_api_is_no_api(site: Served) -> None:
    web = site.client()
    found = web.send("GET", f"{site.base}/api/v2/health")
    assert found.status == 404
    assert web.send("GET", f"{site.base}/nowhere").status == 404


def test_links_name_the_place_of_the_installation(site: Served, web: Client) -> None:
    found = web.get("/openapi.json")
    assert found.json["servers"][0]["url"] == f"{site.base}/api/v1"


# ---- who asks


def test_a_session_needs_its_nonce(maria: Client) -> None:
    nonce = maria.headers.pop("X-OB-Nonce")
    refused = maria.ask("DELETE", "/session")
    assert refused.status == 403 and refused.json["code"] == "ob_bad_nonce"
    wrong = maria.ask("DELETE", "/session", X_OB_Nonce="0" * 64)
    assert wrong.status == 403 and wrong.json["code"] == "ob_bad_nonce"
    gone = maria.ask("DELETE", "/session", X_OB_Nonce=nonce)
    assert gone.status == 204 and gone.text == ""
    assert "Max-Age=0" in gone.headers["set-cookie"]


def test_the_old_name_of_the_nonce_is_taken_too(maria: Client) -> None:
    nonce = maria.headers.pop("X-OB-Nonce")
    assert maria.ask("DELETE", "/session", X_WP_Nonce=nonce).status == 204


def test_another_site_changes_nothing(maria: Client) -> None:
    for words in ({"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}):
        refused = maria.ask("DELETE", "/session", **words)
        assert refused.status == 403 and refused.json["code"] == "ob_bad_nonce"


def test_a_bearer_token_arrives(site: Served, web: Client) -> None:
    assert web.get("/orders").status == 401
    found = web.get("/orders", Authorization=f"Bearer {site.token}")
    assert found.status == 200, found.text
    wrong = web.get("/orders", Authorization="Bearer obt_nothing")
    assert wrong.status == 401 and wrong.json["code"] == "ob_not_logged_in"
    assert wrong.headers["www-authenticate"] == 'Bearer realm="orderbridge"'


def test_basic_with_an_application_password_arrives(site: Served, web: Client) -> None:
    both = base64.b64encode(f"maria:{site.password}".encode()).decode()
    assert web.get("/orders", Authorization=f"Basic {both}").status == 200
    other = base64.b64encode(f"paul:{site.password}".encode()).decode()
    assert web.get("/orders", Authorization=f"Basic {other}").status == 401


# ---- what comes back


def test_security_headers_stand_on_every_answer(site: Served, web: Client) -> None:
    known = web.get("/health").headers["etag"]
    answers = [
        web.get("/health"),
        web.get("/health", If_None_Match=known),
        web.get("/orders"),
        web.get("/nowhere"),
        web.ask("OPTIONS", "/health"),
        web.ask("POST", "/health", {}),
    ]
    assert [a.status for a in answers] == [200, 304, 401, 404, 204, 405]
    for answer in answers:
        # Apache keeps of a 304 what HTTP lists and drops the rest.
        if answer.status == 304 and site.kind == "apache":
            continue
        found = {name: answer.headers.get(name) for name in SECURITY}
        assert found == SECURITY, answer.status
        assert answer.headers["x-request-id"]


def test_security_headers_stand_on_static_files(site: Served) -> None:
    web = site.client()
    for target in (f"{site.base}/", f"{site.base}/index.html"):
        answer = web.send("GET", target)
        assert answer.status == 200 and "<title>x</title>" in answer.text
        assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_an_asset_is_kept_by_browsers_and_a_missing_one_is_not(site: Served) -> None:
    place = site.folder / "www" / site.base.strip("/") / "assets"
    place.mkdir(exist_ok=True)
    (place / "main-AB12CD34.js").write_text("1;" * 1000)
    (place / "main.js").write_text("1")
    web = site.client()
    kept = {}
    for name in ("main-AB12CD34.js", "main.js", "main-AB12CD35.js"):
        answer = web.send("GET", f"{site.base}/assets/{name}")
        kept[name] = (answer.status, answer.headers.get("cache-control"))
        if answer.status == 200:
            assert {n: answer.headers.get(n) for n in SECURITY} == SECURITY
    assert kept["main-AB12CD34.js"] == (200, "public, max-age=31536000, immutable")
    assert kept["main.js"] == (200, "no-cache")
    assert kept["main-AB12CD35.js"][0] == 404
    assert "immutable" not in (kept["main-AB12CD35.js"][1] or "")


def test_folders_are_not_listed_and_settings_not_shown(site: Served) -> None:
    place = site.folder / "www" / site.base.strip("/")
    (place / "assets").mkdir(exist_ok=True)
    (place / "assets" / "x.js").write_text("1")
    web = site.client()
    assert web.send("GET", f"{site.base}/assets/").status in (403, 404)
    assert web.send("GET", f"{site.base}/assets/x.js").status == 200
    if site.kind == "fcgid":
        for name in ("orderbridge.ini", "orderbridge.key", "orderbridge"):
            (place / name).write_text("secret")
            assert web.send("GET", f"{site.base}/{name}").status == 403
            (place / name).unlink()
        assert web.send("GET", f"{site.base}/.htaccess").status == 403
        # The responder called by its file name is no address of the API.
        direct = web.send("GET", f"{site.base}/orderbridge.fcgi")
        assert direct.status == 404 and direct.json["code"] == "ob_not_found"


def test_what_is_known_comes_back_as_304(maria: Client) -> None:
    first = maria.get("/orders")
    again = maria.get("/orders", If_None_Match=first.headers["etag"])
    assert again.status == 304 and again.text == ""
    assert again.headers["etag"] == first.headers["etag"]
    assert maria.get("/orders", If_None_Match='"other"').status == 200


def test_errors_come_as_problems_to_who_asks_for_them(web: Client) -> None:
    found = web.get("/orders", Accept="application/problem+json")
    assert found.status == 401
    assert found.headers["content-type"] == "application/problem+json"
    assert found.json["status"] == 401 and found.json["code"] == "ob_not_logged_in"


def test_the_request_id_of_the_client_is_kept(site: Served, web: Client) -> None:
    mark = f"{site.kind}-0123456789"
    found = web.get("/health", X_Request_Id=mark)
    assert found.headers["x-request-id"] == mark
    wait_until(lambda: f"request={mark}" in site.log())


# ---- bodies and limits


def test_a_body_of_unknown_length_arrives_whole(site: Served) -> None:
    body = json.dumps({"login": "maria", "password": "x" * 150}).encode()
    line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    line.request(
        "POST",
        f"{site.base}/api/v1/session",
        body=iter([body[:40], body[40:]]),
        headers={"Content-Type": "application/json"},
        encode_chunked=True,
    )
    reply = line.getresponse()
    assert reply.status == 401, reply.read()
    assert json.loads(reply.read())["code"] == "ob_login_failed"


def test_bodies_end_where_the_limit_stands(site: Served, web: Client) -> None:
    """1 MiB; what a host's mod_fcgid takes is less, and it would answer 500."""
    limit = 131072 if site.kind == "fcgid" else 1048576
    fits = b'{"login":"%s"}' % (b"x" * (limit - 12))
    assert len(fits) == limit
    found = web.ask("POST", "/session", raw=fits, Content_Type="application/json")
    assert found.status == 400, found.text
    assert found.json["data"]["params"]["login"] == "longer than 60 characters"
    for size in (limit + 1, limit + 300_000):
        found = web.ask(
            *("POST", "/session"), raw=b" " * size, Content_Type="application/json"
        )
        assert found.status == 413, (size, found)


def test_who_may_not_is_told_so_before_the_body_is_read(
    site: Served, web: Client
) -> None:
    """An answer that comes early must not be lost under the rest of the body."""
    size = 120_000 if site.kind == "fcgid" else 1_000_000
    for _ in range(5):
        found = web.ask(
            *("POST", "/operations/1/retry"),
            raw=b"x" * size,
            Content_Type="application/json",
        )
        assert found.status == 401, found.text
        assert found.json["code"] == "ob_not_logged_in"


def test_other_bodies_than_json_are_refused(web: Client) -> None:
    found = web.ask("POST", "/session", raw=b"a=1", Content_Type="text/plain")
    assert found.status == 415 and found.json["code"] == "ob_media_type"
    found = web.ask(
        "POST", "/session", raw=b'{"login":', Content_Type="application/json"
    )
    assert found.status == 400 and found.json["code"] == "ob_invalid_param"


def test_an_address_has_a_limit(site: Served, web: Client) -> None:
    fits = web.get("/orders?search=" + "x" * 3900)
    assert fits.status == 401, fits.text
    found = web.get("/orders?search=" + "x" * 4400)
    # A host's own limit is 8 KiB; below it the responder has the word.
    assert found.status == (400 if site.kind == "fcgid" else 414)


def test_headers_have_a_limit(site: Served, web: Client) -> None:
    many = [(f"X-Fill-{i}", "x" * 4000) for i in range(20)]
    found = web.send("GET", f"{web.base}/health", many)
    # mod_fcgid gives up by itself at 64 KiB.
    assert found.status == {"nginx": 400, "apache": 431, "fcgid": 500}[site.kind]
    few = [(f"X-Fill-{i}", "x" * 1000) for i in range(10)]
    assert web.send("GET", f"{web.base}/health", few).status == 200
    assert web.get("/health").status == 200


# ---- who asked, by which way


def test_only_a_trusted_proxy_says_who_asked(site: Served, web: Client) -> None:
    found = web.get("/health", X_Forwarded_For="203.0.113.9", X_Request_Id="untrusted")
    assert found.status == 200
    wait_until(lambda: "request=untrusted" in site.log())
    line = [at for at in site.log().splitlines() if "request=untrusted" in at]
    assert len(line) == 1 and "ip=127.0.0.1" in line[0]
