"""How a shop is shown its key: header, query, or OAuth 1.0a by plain http."""

from __future__ import annotations

from typing import Any

import pytest

from installation import Installation
from sandbox.woo_store import default_key, default_secret


def calls(ob: Installation) -> list[dict[str, Any]]:
    return [row for row in ob.requests() if "/wp-json/wc/" in row["path"]]


@pytest.fixture
def plain(bare: Installation) -> Installation:
    """A shop without https: it sees no key that is not signed."""
    bare.set_up()
    bare.box.control("PUT", "/_shops/demo", {"require_ssl": True})
    bare.box.control("POST", "/_shops/demo/orders", {"count": 12, "defects": False})
    return bare


def test_a_shop_without_https_is_signed_for_after_its_test(plain: Installation) -> None:
    # Nobody has found out yet: the shop sees no key, and the site is paused.
    assert plain.ob("order", "sync", "--site=demo").status == 1
    assert plain.one("SELECT auth_failed_at IS NOT NULL FROM rm_sites") == 1
    plain.must("site", "test", "demo")
    assert plain.one("SELECT auth_mode FROM rm_sites") == "oauth"
    plain.ob("order", "sync", "--site=demo")
    assert plain.count("rm_order") > 0
    assert len(plain.marks()) == plain.count("rm_order")
    plain.verify()


def test_a_try_that_is_repeated_is_signed_anew(plain: Installation) -> None:
    plain.must("site", "test", "demo")
    plain.box.fault("status", {"code": 503}, times=2, upstream="woocommerce")
    done = plain.ob("order", "sync", "--site=demo")
    assert "nonce" not in done.err + plain.log.read_text()
    assert plain.count("rm_order") > 0


def test_a_wrong_secret_is_told_and_stands_nowhere(plain: Installation) -> None:
    plain.must("site", "test", "demo")
    plain.must("secret", "set", "site.demo.consumer_secret", text="cs_wrong_secret")
    done = plain.ob("site", "test", "demo")
    assert done.status == 1
    assert "provided signature does not match" in done.out
    sync = plain.ob("order", "sync", "--site=demo")
    told = done.out + done.err + sync.out + sync.err + plain.log.read_text()
    rows = str(plain.database.run("SELECT message, detail FROM rm_log"))
    for word in ("cs_wrong_secret", "oauth_signature", default_key("demo")):
        assert word not in told + rows


def test_query_keys_are_never_sent_without_https(bare: Installation) -> None:
    bare.set_up()
    bare.box.control("PUT", "/_shops/demo", {"strip_authorization": True})
    bare.must("site", "test", "demo")
    assert bare.one("SELECT auth_mode FROM rm_sites") == "oauth"
    # Even if somebody says so: an address that lost its s is signed instead.
    bare.database.run("UPDATE rm_sites SET auth_mode = 'query'")
    bare.ob("order", "sync", "--site=demo")
    assert bare.one("SELECT auth_failed_at IS NULL FROM rm_sites") == 1
    assert calls(bare)
    assert not any("consumer_secret" in row["path"] for row in calls(bare))
    assert default_secret("demo") not in str(bare.requests())
