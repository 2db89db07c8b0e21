"""Sites, connections and locked secrets in the database."""

import pytest
from conftest import Database
from store import Store


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)


def test_a_new_site_has_its_hourly_schedule(store: Store) -> None:
    store.must("site_add", code="woo-us")
    found = store.database.run(
        "SELECT s.name, s.kind, s.is_enabled, s.frequency,"
        " CAST(s.start_at AS CHAR), CAST(s.next_run_at AS CHAR), t.prefix, t.domain"
        " FROM rm_schedule AS s JOIN rm_sites AS t ON t.id = s.site_id"
    )
    # it is 2027-01-15 08:00 for the test
    at = ("2027-01-15 08:00:00.000", "2027-01-15 09:00:00.000")
    assert found == [
        ("order_sync:woo-us", "order_sync", 1, "hourly", *at, "WOOUS", "shop.test")
    ]


@pytest.mark.parametrize(
    "second", [{"code": "a", "prefix": "B"}, {"code": "b", "prefix": "A"}]
)
def test_code_and_prefix_are_taken_once(store: Store, second: dict[str, str]) -> None:
    store.must("site_add", code="a", prefix="A")
    told = store.call("site_add", **second)
    assert told["class"] == "conflict"
    assert told["error"] == (
        f"a site with the code {second['code']} or the prefix {second['prefix']}"
        " is there already"
    )
    assert store.count("rm_sites") == 1
    assert store.count("rm_schedule", "kind = 'order_sync'") == 1


def test_a_site_is_changed_by_the_one_who_has_its_version(store: Store) -> None:
    store.must("site_add", code="a")
    store.must("site", code="a", max_orders=7)
    assert store.one("SELECT max_orders FROM rm_sites") == 7
    told = store.call("site", code="a", max_orders=8, ahead=1)
    assert (told["class"], told["error"]) == (
        "conflict",
        "site a was changed by somebody else meanwhile",
    )
    told = store.call("site", code="a", max_orders=1001)
    assert (told["class"], told["error"]) == ("input", "max orders 1001: 1 to 1000")
    told = store.call("site", code="b")
    assert (told["class"], told["error"]) == ("missing", 'no site "b"')


def test_a_deleted_site_stays_for_its_orders_but_runs_no_more(store: Store) -> None:
    store.must("site_add", code="a")
    store.must("site", code="a", how="delete")
    found = store.database.run(
        "SELECT t.is_active, t.deleted_at IS NOT NULL, s.is_enabled"
        " FROM rm_sites AS t JOIN rm_schedule AS s ON s.site_id = t.id"
    )
    assert found == [(0, 1, 0)]
    assert store.call("site", code="a", how="delete")["class"] == "conflict"
    assert store.call("site_add", code="a")["class"] == "conflict"


def test_wrong_credentials_pause_it_until_a_good_test(store: Store) -> None:
    paused = "SELECT auth_failed, CAST(auth_failed_at AS CHAR) FROM rm_sites"
    store.must("site_add", code="a")
    store.must("site", code="a", how="pause")
    assert store.database.run(paused) == [("401", "2027-01-15 08:00:00.000")]
    store.must("site", code="a", how="clear")
    assert store.database.run(paused) == [(None, None)]


def test_the_first_sync_is_remembered(store: Store) -> None:
    store.must("site_add", code="a")
    moments = "SELECT order_last_run, first_sync_at FROM rm_sites"
    store.must("site", code="a", how="synced")
    ((last, first),) = store.database.run(moments)
    store.must("site", code="a", how="synced")
    ((later, still),) = store.database.run(moments)
    assert still == first and later > last


def test_a_connection_comes_back_as_it_went(store: Store) -> None:
    told = store.must("connection", tenant='quote " and Ä')
    assert told["company"] == "SAMPLE CO"
    assert told["authority"] == "https://login.microsoftonline.com"
    assert store.one("SELECT JSON_VALUE(settings, '$.tenant') FROM rm_connection") == (
        'quote " and Ä'
    )


# ---- credentials are bound to scheme, host and port (RELIABILITY 6.4)


def keep(store: Store, *names: str) -> None:
    for name in names:
        store.must("secret", how="set", name=name, text="abcdefgh-1234")


def kept(store: Store) -> list[str]:
    rows = store.database.run("SELECT name FROM rm_secret ORDER BY name")
    return [name for (name,) in rows]


OF_A = [
    *("site.a.consumer_key", "site.a.consumer_secret"),
    *("site.a.webhook_secret", "site.a.webhook_secret_previous"),
]


@pytest.mark.parametrize(
    "url",
    [
        *("http://shop.test/eu", "https://shop.test:8443/eu", "https://evil.test/eu"),
        *("https://shop.test.evil.test/eu", "https://shop.tes/eu"),
    ],
)
def test_another_place_gets_no_key_of_a_site(store: Store, url: str) -> None:
    store.must("site_add", code="a")
    store.must("site_add", code="b")
    keep(store, *OF_A[:3], OF_A[2], "site.b.consumer_key", "bc.client_secret")
    store.must("secret", how="set", name=OF_A[2], text="another-12345678")
    assert [n for n in kept(store) if n in OF_A] == OF_A
    told = store.must("site", code="a", url=url)
    assert told["forgotten"] == 4
    assert kept(store) == ["bc.client_secret", "site.b.consumer_key"]
    assert store.one("SELECT site_url FROM rm_sites WHERE code = 'a'") == url


@pytest.mark.parametrize(
    "url",
    [
        *("https://shop.test/us", "https://SHOP.test/eu", "https://shop.test:443/"),
        "https://shop.test/eu",
    ],
)
def test_another_path_of_the_same_place_keeps_them(store: Store, url: str) -> None:
    store.must("site_add", code="a")
    keep(store, *OF_A[:3])
    assert store.must("site", code="a", url=url)["forgotten"] == 0
    assert kept(store) == OF_A[:3]


def test_a_change_that_is_refused_forgets_nothing(store: Store) -> None:
    store.must("site_add", code="a")
    keep(store, *OF_A[:3], "bc.client_secret")
    evil = "https://evil.test"
    assert store.call("site", code="a", url=evil, ahead=1)["class"] == "conflict"
    store.must("connection", authority="https://login.test")
    keep(store, "bc.client_secret")
    told = store.call("connection", authority=evil, ahead=1)
    assert told["class"] == "conflict"
    assert kept(store) == ["bc.client_secret", *OF_A[:3]]
    assert store.one("SELECT site_url FROM rm_sites") == "https://shop.test/eu"


@pytest.mark.parametrize("which", ["authority", "api_url"])
def test_another_place_gets_nothing_of_business_central(
    store: Store, which: str
) -> None:
    before = {"authority": "https://login.test/a", "api_url": "https://api.test/v2.0"}
    store.must("site_add", code="a")
    store.must("connection", **before)
    keep(store, "bc.client_secret", OF_A[0])
    store.must("secret", how="set", name="token:1:bc", text="e" * 40, token=True)
    told = store.must("connection", **{**before, which: before[which] + "/more"})
    assert told["forgotten"] == 0
    assert kept(store) == ["bc.client_secret", OF_A[0], "token:1:bc"]
    told = store.must("connection", **{**before, which: "https://evil.test/v2.0"})
    assert told["forgotten"] == 1
    assert kept(store) == [OF_A[0]]


def test_a_secret_set_before_its_connection_was_meant_for_microsoft(
    store: Store,
) -> None:
    keep(store, "bc.client_secret")
    assert store.must("connection")["forgotten"] == 0
    store.database.run("DELETE FROM rm_connection")
    told = store.must("connection", authority="https://evil.test")
    assert told["forgotten"] == 1 and kept(store) == []


# ---- secrets


def test_a_secret_is_locked_in_its_own_place(store: Store) -> None:
    secret = "ck_0123456789abcdefghij"
    store.must("site_add", code="a")
    for name in ("consumer_key", "consumer_secret"):
        store.must("secret", how="set", name=f"site.a.{name}", text=secret + name)
    name = "site.a.consumer_key"
    told = store.must("secret", how="get", name=name)
    assert told["text"] == secret + "consumer_key"
    kept = store.one("SELECT value FROM rm_secret WHERE name = %s", name)
    assert secret.encode() not in kept
    # moved to another row it does not open
    store.database.run(
        "UPDATE rm_secret SET value = %s WHERE name = 'site.a.consumer_secret'", kept
    )
    told = store.call("secret", how="get", name="site.a.consumer_secret")
    assert told["code"] == "ob_secret_undecryptable"


def test_a_list_of_secrets_shows_none(store: Store) -> None:
    store.must("secret", how="set", name="bc.client_secret", text="abcdefgh-1234")
    store.must("secret", how="set", name="mail.password", text="short")
    store.must("secret", how="set", name="token:1:bc", text="e" * 40, token=True)
    rows = store.rows("secrets")
    assert [(r["name"], r["kind"], r["last4"], r["set_by"]) for r in rows] == [
        ("bc.client_secret", "secret", "1234", "maria"),
        ("mail.password", "secret", None, "maria"),
        ("token:1:bc", "token", None, "maria"),
    ]
    assert "value" not in rows[0]
    assert store.must("secret", how="flush")["count"] == 1
    assert store.count("rm_secret") == 2


def test_what_is_not_set_says_how_to_set_it(store: Store) -> None:
    told = store.call("secret", how="get", name="bc.client_secret")
    assert (told["class"], told["error"]) == (
        "missing",
        "secret bc.client_secret is not set",
    )
    told = store.call("secret", how="set", name="site.x.consumer_key", text="a")
    assert (told["class"], told["error"]) == ("missing", 'no site "x"')
    told = store.call("secret", how="set", name="bc.password", text="a")
    assert told["class"] == "input"
    told = store.call("secret", how="set", name="bc.client_secret", text="")
    assert (told["class"], told["error"]) == (
        "input",
        "secret bc.client_secret: 1 to 8192 bytes",
    )
    assert store.call("secret", how="delete", name="slack.url")["class"] == "missing"


def test_a_new_key_takes_over_what_the_old_one_locked(store: Store) -> None:
    store.must("secret", how="set", name="bc.client_secret", text="one")
    store.must("secret", how="set", name="mail.password", text="two")
    assert store.must("secret", how="rotate", newer=True)["count"] == 2
    assert store.must("secret", how="rotate", newer=True)["count"] == 0
    assert store.count("rm_secret", "key_id = 2") == 2
    told = store.must("secret", how="get", name="bc.client_secret", newer=True)
    assert told["text"] == "one"
    told = store.call("secret", how="get", name="bc.client_secret")
    assert told["code"] == "ob_secret_undecryptable"
