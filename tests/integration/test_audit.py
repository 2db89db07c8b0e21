"""The trail of changes: sealed, anchored, shortened (RELIABILITY 6.8)."""

from __future__ import annotations

import json
import re

import pytest
from account import DAY, NOW, PASSWORD, SECOND, Account
from conftest import Database
from installation import Installation


@pytest.fixture
def account(database: Database) -> Account:
    return Account(database)


@pytest.fixture
def trail(account: Account) -> Account:
    """Two chains: four entries of a responder, three of commands."""
    account.must("audit", times=2)
    account.must("audit", chain="cli:web1", ip="", who="cli:root", times=3)
    account.must("audit", before='{"name": "ä"}', after='{"name": "ö"}')
    account.must("audit", user_id=7, action="user.role", object="user maria")
    return account


def broken(account: Account, **ask: str) -> str:
    told = account.must("audit_verify", **ask)
    return str(told["broken"])


def test_a_trail_that_nobody_touched_is_whole(trail: Account) -> None:
    told = trail.must("audit_verify")
    assert (told["chains"], told["rows"], told["broken"]) == (2, 7, "")


# What somebody with the database, but without the key, could try.
FORGERIES = [
    "UPDATE rm_audit SET who = 'otto' WHERE chain = 'api:web1' AND seq = 3",
    "UPDATE rm_audit SET ip = '192.0.2.2' WHERE chain = 'api:web1' AND seq = 3",
    "UPDATE rm_audit SET at = at + INTERVAL 1 SECOND"
    " WHERE chain = 'api:web1' AND seq = 3",
    "UPDATE rm_audit SET user_id = 1 WHERE chain = 'api:web1' AND seq = 3",
    "UPDATE rm_audit SET action = 'site.add' WHERE chain = 'api:web1' AND seq = 3",
    "UPDATE rm_audit SET object = 'site' WHERE chain = 'api:web1' AND seq = 3",
    "UPDATE rm_audit SET request_id = '' WHERE chain = 'api:web1' AND seq = 3",
    "UPDATE rm_audit SET old_value = NULL WHERE chain = 'api:web1' AND seq = 3",
    "UPDATE rm_audit SET new_value = '{}' WHERE chain = 'api:web1' AND seq = 3",
    # A part of one text moved into the next.
    "UPDATE rm_audit SET action = 'site.enables', object = 'ite demo'"
    " WHERE chain = 'api:web1' AND seq = 3",
    "UPDATE rm_audit SET mac = REPEAT('x', 32) WHERE chain = 'api:web1' AND seq = 3",
    "UPDATE rm_audit SET chain = 'api:web2' WHERE chain = 'api:web1'",
]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_an_entry_that_was_changed_shows(trail: Account, forgery: str) -> None:
    trail.database.run(forgery)
    number, chain = (1, "api:web2") if "web2" in forgery else (3, "api:web1")
    found = re.fullmatch(
        rf"chain {chain}: entry {number} \(id \d+\) does not follow entry {number - 1}",
        broken(trail),
    )
    assert found, broken(trail)


def test_an_entry_that_was_taken_out_or_put_in_shows(trail: Account) -> None:
    rows = "FROM rm_audit WHERE chain = 'api:web1' AND seq"
    (row,) = trail.database.run(f"SELECT * {rows} = 2")
    trail.database.run(f"DELETE {rows} = 2")
    assert "entry 3 (id " in broken(trail)
    trail.database.run(
        "UPDATE rm_audit SET seq = seq - 1 WHERE chain = 'api:web1' AND seq > 2"
        " ORDER BY seq"
    )
    assert "entry 2 (id " in broken(trail)
    trail.database.run(
        "UPDATE rm_audit SET seq = seq + 1 WHERE chain = 'api:web1' AND seq > 1"
        " ORDER BY seq DESC"
    )
    places = ", ".join(["%s"] * len(row))
    trail.database.run(f"INSERT INTO rm_audit VALUES ({places})", *row)
    assert broken(trail) == ""


def test_a_beginning_that_was_taken_away_shows(trail: Account) -> None:
    trail.database.run("DELETE FROM rm_audit WHERE chain = 'api:web1' AND seq < 3")
    assert "entry 3 (id " in broken(trail) and "follow entry 0" in broken(trail)


def test_an_end_that_was_taken_away_shows_once_it_was_anchored(trail: Account) -> None:
    trail.must("anchor")
    assert broken(trail) == ""
    trail.database.run("DELETE FROM rm_audit WHERE chain = 'api:web1' AND seq > 3")
    gone = "chain api:web1: entry 4 is gone, which was there once"
    assert broken(trail) == gone
    trail.database.run("DELETE FROM rm_audit WHERE chain = 'api:web1'")
    assert broken(trail) == gone


def test_an_anchor_that_was_taken_away_shows_by_its_seal(trail: Account) -> None:
    seal = trail.must("anchor")["seal"]
    assert re.fullmatch("cli:web1:4:[0-9a-f]{64}", seal)
    assert broken(trail, seal=seal) == ""
    other = seal[:-1] + ("1" if seal[-1] == "0" else "0")
    assert "entry 4 is gone" in broken(trail, seal=other)
    trail.database.run("DELETE FROM rm_audit WHERE action = 'audit.anchor'")
    assert broken(trail) == ""
    assert broken(trail, seal=seal) == (
        "chain cli:web1: entry 4 is gone, which was there once"
    )
    for bad in ("x", "cli:web1:4:12", "cli:web1:0:" + "0" * 64, ":" * 3):
        told = trail.call("audit_verify", seal=bad)
        assert told["error"] == "a seal looks like cli:web1:12:5f2c..."


def test_many_who_write_at_once_make_one_chain(account: Account) -> None:
    told = account.at_once(20, "audit", times=10)
    assert all(step["ok"] for step in told), told
    told = [account.must("audit_verify")]
    assert (told[0]["chains"], told[0]["rows"], told[0]["broken"]) == (1, 200, "")


def test_what_is_old_goes_and_the_rest_stays_whole(account: Account) -> None:
    old = NOW - 401 * DAY
    account.must("audit", times=2500, at=old)
    account.must("audit", times=3, at=NOW - 399 * DAY)
    account.must("audit", chain="cli:gone", times=4, at=old)
    account.must("anchor", at=old + SECOND)
    told = account.must("purge")
    assert told["removed"] == 2505
    assert account.must("purge")["removed"] == 0
    told = account.must("audit_verify")
    assert told["broken"] == "" and told["chains"] == 2
    kept = account.database.run(
        "SELECT chain, seq FROM rm_audit WHERE action <> 'audit.purge' ORDER BY seq"
    )
    assert kept == [("api:web1", seq) for seq in (2501, 2502, 2503)]
    account.must("audit")
    account.must("audit", chain="cli:gone")
    account.must("anchor")
    assert broken(account) == ""
    account.database.run("DELETE FROM rm_audit WHERE seq = 2501")
    assert "entry 2502 (id " in broken(account)


def test_an_entry_between_old_ones_keeps_what_comes_after(account: Account) -> None:
    """A clock that was wrong for a day makes no hole."""
    for at in (NOW - 500 * DAY, NOW - 10 * DAY, NOW - 500 * DAY):
        account.must("audit", at=at)
    assert account.must("purge")["removed"] == 1
    assert broken(account) == ""


# ---- on the command line


def entries(ob: Installation) -> list[tuple[str, str, dict[str, str]]]:
    rows = ob.database.run("SELECT action, object, new_value FROM rm_audit ORDER BY id")
    return [(action, what, json.loads(new or "{}")) for action, what, new in rows]


def test_every_change_by_command_is_written_down(demo: Installation) -> None:
    ob = demo
    assert [(action, what) for action, what, _ in entries(ob)][:2] == [
        ("connection.set", "connection bc"),
        ("secret.set", "secret bc.client_secret"),
    ]
    ob.database.run("DELETE FROM rm_audit")
    ob.must("site", "edit", "demo", "--max-orders=50", "--name=The shop")
    ob.must("site", "disable", "demo")
    ob.must("site", "enable", "demo")
    ob.must("secret", "set", "mail.password", text="canary-value-1234")
    ob.must("secret", "delete", "mail.password", "--yes")
    ob.must("item", "import", "-", text="sku,description\nNEW-1,New\n")
    ob.must("item", "import", "-", "--dry-run", text="sku,description\nNEW-2,New\n")
    ob.must("user", "add", "otto", "--role=analyst", "--password-file=-", text=PASSWORD)
    assert ob.ob("user", "role", "otto", "king").status == 2
    assert entries(ob) == [
        ("site.edit", "site demo", {"max-orders": "50", "name": "The shop"}),
        ("site.disable", "site demo", {}),
        ("site.enable", "site demo", {}),
        ("secret.set", "secret mail.password", {}),
        ("secret.delete", "secret mail.password", {}),
        ("item.import", "item", {}),
        ("user.add", "user otto", {"role": "analyst", "password-file": "-"}),
    ]
    who = {who for (who,) in ob.database.run("SELECT who FROM rm_audit")}
    assert len(who) == 1 and who.pop().startswith("cli:")


def test_no_change_is_made_that_could_not_be_written_down(demo: Installation) -> None:
    (demo.home / "orderbridge.key").rename(demo.home / "away")
    done = demo.ob("site", "disable", "demo")
    assert done.status == 78, done.err
    assert demo.database.one("SELECT is_active FROM rm_sites") == 1


def test_a_trail_whose_key_is_spoilt_stops_changes(demo: Installation) -> None:
    demo.database.run("UPDATE rm_secret SET value = 'v1:1' WHERE name = 'audit.key'")
    done = demo.ob("site", "disable", "demo")
    assert done.status != 0 and "audit.key" in done.err
    assert demo.database.one("SELECT is_active FROM rm_sites") == 1


def test_the_trail_is_listed_and_proven_by_command(demo: Installation) -> None:
    listed = json.loads(demo.must("audit", "list", "--limit=2", "--format=json").out)
    assert len(listed) == 2
    whole = demo.must("audit", "verify")
    assert re.fullmatch(r"\d+ entries in 1 chains: whole\n", whole.out), whole.out
    demo.database.run("UPDATE rm_audit SET who = 'nobody' WHERE seq = 2")
    done = demo.ob("audit", "verify")
    assert done.status == 1 and "entry 2 (id " in done.out


def test_once_a_day_the_trail_is_anchored_and_its_seal_logged(
    demo: Installation,
) -> None:
    demo.must("cron", "run", "retention")
    seal = re.search(r"audit=anchor seal=(\S+) removed=0", demo.log.read_text())
    assert seal, demo.log.read_text()
    demo.must("audit", "verify", f"--seal={seal[1]}")
    demo.database.run("DELETE FROM rm_audit WHERE action = 'audit.anchor'")
    demo.database.run("DELETE FROM rm_audit WHERE action = 'cron.run'")
    demo.must("audit", "verify")
    done = demo.ob("audit", "verify", f"--seal={seal[1]}")
    assert done.status == 1 and "is gone, which was there once" in done.out
    assert demo.ob("audit", "verify", "--seal=x").status == 2
