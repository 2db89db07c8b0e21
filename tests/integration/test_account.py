"""People, passwords, second factors, sessions and tokens (RELIABILITY 6.1)."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import pathlib
import re
from datetime import datetime
from typing import Any

import pytest
from account import DAY, HOUR, MINUTE, NOW, PASSWORD, SECOND, SECRET, Account, code_at
from conftest import MOMENT, Database
from installation import Installation, wait_until

MOMENT_MS = int(datetime.fromisoformat(MOMENT).timestamp()) * SECOND
WRONG = "quite-another-thing"


@pytest.fixture
def account(database: Database) -> Account:
    return Account(database)


# ---- people


BAD_USERS: list[tuple[dict[str, str], str]] = [
    ({"login": ""}, "login: 1 to 60 of a-z, 0-9 and . _ @ -"),
    ({"login": "ma ria"}, "login: 1 to 60 of a-z, 0-9 and . _ @ -"),
    ({"login": "m" * 61}, "login: 1 to 60 of a-z, 0-9 and . _ @ -"),
    ({"login": "mariá"}, "login: 1 to 60 of a-z, 0-9 and . _ @ -"),
    ({"name": "n" * 121}, "name: at most 120 characters"),
    ({"email": "nobody"}, "email: that is no address"),
    ({"email": "@shop.example"}, "email: that is no address"),
    ({"email": "a@b"}, "email: that is no address"),
    ({"email": "a@b@c.example"}, "email: that is no address"),
    ({"email": "a b@c.example"}, "email: that is no address"),
    ({"email": "a@.example"}, "email: that is no address"),
    ({"role": "king"}, "role: there is no such role"),
    ({"sites": '["nowhere"]'}, 'there is no site "nowhere"'),
]


def test_input_that_breaks_a_rule_is_refused_by_name(account: Account) -> None:
    for given, message in BAD_USERS:
        person = {"login": "maria", "role": "viewer", **given}
        assert account.refused("user_add", **person) == ("ob_invalid_param", message)
    assert account.count("rm_user") == 0


def test_a_login_is_taken_once_whatever_its_case(account: Account) -> None:
    account.must("user_add", login="maria")
    assert account.refused("user_add", login="MARIA") == (
        "ob_conflict",
        "user MARIA is there already",
    )


def test_the_five_roles_are_there_and_stay_as_they_are(account: Account) -> None:
    rows = account.database.run("SELECT slug, capabilities FROM rm_role")
    roles = {slug: rights.split(",") for slug, rights in rows}
    assert set(roles) == {
        *("administrator", "operator", "analyst", "viewer", "integrator"),
    }
    assert len(roles["administrator"]) == 13
    assert roles["viewer"] == ["view"]
    assert roles["integrator"] == ["view", "sync", "orders.write", "export"]
    taken = "role viewer is built in, in use, or was changed meanwhile"
    assert account.refused(
        "role_save", slug="viewer", name="V", rights="view,users", new=False, version=0
    ) == ("ob_conflict", taken)
    assert account.refused("role_delete", slug="viewer") == ("ob_conflict", taken)


def test_a_role_of_ones_own_lives_while_somebody_has_it(account: Account) -> None:
    role = {"slug": "packer", "name": "Packer", "rights": "view,orders.write"}
    account.must("role_save", **role)
    assert account.refused("role_save", **role)[1] == "role packer is there already"
    account.must("user_add", login="maria", role="packer")
    assert account.refused("role_delete", slug="packer")[0] == "ob_conflict"
    changed = {**role, "name": "Packers", "new": False}
    account.must("role_save", **changed, version=0)
    assert account.refused("role_save", **changed, version=0)[0] == "ob_conflict"
    account.must("user_delete", login="maria")
    account.must("role_delete", slug="packer")
    for bad in ({"slug": "Ü"}, {"slug": "a" * 41}, {"name": ""}, {"name": "n" * 81}):
        assert account.refused("role_save", **{**role, **bad})[0] == "ob_invalid_param"
    assert account.refused("role_save", **{**role, "rights": "view,fly"}) == (
        "ob_invalid_param",
        'there is no capability "fly"',
    )


def test_the_last_administrator_stays(account: Account) -> None:
    account.person("maria", role="administrator")
    account.person("otto", role="administrator")
    account.must("user_save", login="otto", role="viewer")
    last = ("ob_conflict", "user maria is the last administrator")
    assert account.refused("user_save", login="maria", role="viewer") == last
    assert account.refused("user_save", login="maria", active=False) == last
    assert account.refused("user_delete", login="maria") == last
    assert account.must("user", login="maria")["role"] == "administrator"


def test_two_who_remove_each_other_do_not_both_succeed(account: Account) -> None:
    for number in range(2):
        account.person(f"admin{number}", role="administrator")
    # Both wait here, after they have looked: then only one may go on.
    with account.database.connect() as held, held.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT id FROM rm_user FOR UPDATE")
        running = account.start(
            *({"call": "user_delete", "login": f"admin{n}"} for n in range(2))
        )
        wait_until(lambda: account.waiting() == 2)
        cursor.execute("COMMIT")
    told = account.finish(running)
    assert sorted(step["ok"] for step in told) == [False, True]
    assert account.count("rm_user") == 1


def test_an_old_version_changes_nothing(account: Account) -> None:
    account.must("user_add", login="maria")
    account.must("user_save", login="maria", name="Maria", version=0)
    assert account.refused("user_save", login="maria", name="M", version=0) == (
        "ob_precondition_failed",
        "user maria was changed meanwhile",
    )
    assert account.must("user", login="maria")["version"] == 1


def test_whoever_is_removed_takes_sessions_and_tokens_along(account: Account) -> None:
    account.sites("one", "two")
    account.person(sites='["one"]')
    account.must("session_begin", login="maria")
    account.must("token_add", login="maria", sites='["one"]')
    account.must("recovery", login="maria")
    account.must("user_delete", login="maria")
    for table in (
        *("rm_user", "rm_session", "rm_token", "rm_token_site", "rm_grant"),
        "rm_recovery_code",
    ):
        assert account.count(table) == 0, table


# ---- passwords


REFUSED = [
    ("short-passwd", None),  # 12 characters are enough, this one is fine
    ("elevenchars", "shorter than 12 characters"),
    ("ab" * 65, "longer than 128 characters"),
    ("aaaaaaaaaaaaaaaa", "it is a run of neighbours"),
    ("abcdefghijklmnop", "it is a run of neighbours"),
    ("Password1234!", "common"),
    ("P4ssw0rd2026!!", "common"),
    ("PasswordPassword", "common"),
    ("Sommer-Winter-2026", "common"),
    ("1qaz2wsx3edc4rfv", "common"),
    ("1qaz2wsx3edc!!", "common"),
    ("147258369147", "common"),
    ("orderbridge-admin", "common"),
    ("one.example-2026", "common"),
    ("Shop of one 123", "common"),
    ("maria.fischer.12", "common"),
    ("correct horse battery staple", None),
    ("три весёлых ёжика", None),
]


def test_passwords_that_many_use_or_that_are_names_are_refused(
    account: Account,
) -> None:
    account.sites("one")
    account.must("user_add", login="maria", name="Maria Fischer")
    common = "it is words that many use, or a name of this installation"
    for password, why in REFUSED:
        told = account.call("check_password", login="maria", password=password)
        assert told["ok"] == (why is None), (password, told)
        if why is not None:
            assert told["code"] == "ob_unprocessable"
            why = common if why == "common" else why
            assert told["error"] == f"this password is refused: {why}", password


def test_a_list_of_leaked_passwords_is_asked_where_there_is_one(
    account: Account, tmp_path: pathlib.Path
) -> None:
    leaked = tmp_path / "leaked"
    leaked.write_text("something-else\r\n" + PASSWORD + "\r\n")
    account.must("user_add", login="maria")
    ask = {"login": "maria", "password": PASSWORD}
    account.must("check_password", **ask)
    assert account.refused("check_password", **ask, breached=str(leaked)) == (
        "ob_unprocessable",
        "this password is refused: it stands in a list of leaked ones",
    )
    gone = str(tmp_path / "gone")
    assert account.refused("check_password", **ask, breached=gone) == (
        "ob_config",
        f"auth.breached_file: {gone}: No such file or directory",
    )


def test_a_link_is_good_once_and_for_half_an_hour(account: Account) -> None:
    account.must("user_add", login="maria", link="secret-of-the-link")
    ask = {"link": "secret-of-the-link", "password": PASSWORD}
    old = ("ob_not_found", "this link was used or is too old")
    late = NOW + 30 * MINUTE + 1
    assert account.refused("take_link", **ask, at=late) == old
    assert account.must("take_link", **ask, at=late - 1001)["login"] == "maria"
    assert account.refused("take_link", **ask) == old
    account.must("login", login="maria", password=PASSWORD)


def test_of_many_who_take_a_link_at_once_one_does(account: Account) -> None:
    account.must("user_add", login="maria", link="secret-of-the-link")
    told = account.at_once(8, "take_link", link="secret-of-the-link", password=PASSWORD)
    assert sum(step["ok"] for step in told) == 1


def test_a_new_password_ends_the_sessions_but_the_one_that_asks(
    account: Account,
) -> None:
    account.person()
    texts = [account.must("session_begin", login="maria")["text"] for _ in "abc"]
    mine = account.must("session", text=texts[1])["session_id"]
    account.must("password", login="maria", password=WRONG, but=mine)
    known = [bool(account.must("session", text=t)["user_id"]) for t in texts]
    assert known == [False, True, False]
    account.must("password", login="maria", password=WRONG)
    assert account.must("session", text=texts[1])["user_id"] == 0


# ---- logins


def login(password: str = PASSWORD, at: int = NOW, **more: Any) -> dict[str, Any]:
    given = {"login": "maria", "password": password, "at": at}
    return {"call": "login", **given, **more}


def test_nobody_learns_whether_a_login_exists(account: Account) -> None:
    account.person()
    account.person("gone")
    account.must("user_add", login="fresh", link="x")
    account.person("robot", role="integrator")
    account.must("user_save", login="gone", active=False)
    denied = ("ob_login_failed", "wrong user name or password")
    for name in ("maria", "nobody", "mariá", "", "m" * 300):
        assert account.refused("login", login=name, password=WRONG) == denied
    for name in ("gone", "fresh", "robot", "mariá"):
        assert account.refused("login", login=name, password=PASSWORD) == denied
    assert account.refused("login", login="maria", password="") == denied
    assert account.refused("login", login="maria", password="x" * 5000) == denied
    account.must("login", login="MARIA", password=PASSWORD, ip="192.0.2.9")


def test_five_tries_are_free_then_each_waits_twice_as_long(account: Account) -> None:
    account.person()
    told = account.steps(*[login(WRONG)] * 5, login())
    assert [step["code"] for step in told[:5]] == ["ob_login_failed"] * 5
    assert (told[5]["code"], told[5]["retry_ms"]) == ("ob_rate_limited", SECOND)
    assert told[5]["error"] == "too many tries failed"
    now, waits = NOW, []
    for _ in range(12):
        now += waits[-1] if waits else SECOND
        told = account.steps(login(WRONG, now), login(at=now))
        assert told[0]["code"] == "ob_login_failed", told
        waits.append(told[1]["retry_ms"])
    seconds = [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    assert [wait // SECOND for wait in waits] == seconds
    # Never a lock that lasts: from elsewhere, and here after the wait.
    account.must("login", login="maria", password=PASSWORD, ip="192.0.2.2", at=now)
    now += waits[-1]
    account.must("login", login="maria", password=PASSWORD, at=now)
    told = account.steps(*[login(WRONG, now)] * 5)
    assert {step["code"] for step in told} == {"ob_login_failed"}


def test_an_address_has_thirty_tries_in_ten_minutes(account: Account) -> None:
    account.person()
    names = [login(WRONG, login=f"guess{n}") for n in range(30)]
    assert {s["code"] for s in account.steps(*names)} == {"ob_login_failed"}
    told = account.steps(login(), login(at=NOW + 10 * MINUTE - 1))
    assert [step["retry_ms"] for step in told] == [10 * MINUTE, 1]
    account.must("login", **{**login(at=NOW + 10 * MINUTE)})
    account.must("login", **login(ip="192.0.2.2", at=NOW + 10 * MINUTE))


def test_an_address_of_ipv6_is_its_whole_network(account: Account) -> None:
    account.person()
    names = [
        login(WRONG, login=f"guess{n}", ip=f"2001:db8:0:1:{n:x}::{n:x}")
        for n in range(30)
    ]
    assert {s["code"] for s in account.steps(*names)} == {"ob_login_failed"}
    assert account.refused("login", **login(ip="2001:db8:0:1::99"))[0] == (
        "ob_rate_limited"
    )
    account.must("login", **login(ip="2001:db8:0:2::1"))
    # What is an address of IPv4 in another spelling is none.
    account.must("login", **login(ip="::ffff:192.0.2.1"))
    rows = account.database.run("SELECT 1 FROM rm_login_try")
    assert len(rows) == 30 + 3 + 1, "an account each, three networks, all"


def test_all_together_have_a_hundred_tries_a_minute(account: Account) -> None:
    account.person()
    names = [
        login(WRONG, login=f"guess{n}", ip=f"192.0.2.{n // 20}") for n in range(100)
    ]
    assert {s["code"] for s in account.steps(*names)} == {"ob_login_failed"}
    told = account.call("login", **login(ip="198.51.100.1"))
    assert (told["code"], told["retry_ms"]) == ("ob_rate_limited", MINUTE)
    account.must("login", **login(ip="198.51.100.1", at=NOW + MINUTE))


def test_logins_that_go_well_count_for_nothing(account: Account) -> None:
    account.person()
    assert all(step["ok"] for step in account.steps(*[login()] * 40))
    rows = account.database.run("SELECT failures FROM rm_login_try")
    assert {failures for (failures,) in rows} == {0}


def test_tries_at_once_are_not_more_than_tries_in_a_row(account: Account) -> None:
    account.person()
    told = account.at_once(50, "login", login="maria", password=WRONG)
    codes = [step["code"] for step in told]
    assert codes.count("ob_login_failed") == 5, codes
    assert codes.count("ob_rate_limited") == 45, codes


def test_fifty_people_log_in_at_once(account: Account, tmp_path: pathlib.Path) -> None:
    """Each with their own password, two hashes at a time."""
    account.person()
    told = account.at_once(
        50, "login", login="maria", password=PASSWORD, ip="192.0.2.1"
    )
    # What is under way counts until it ends: some wait a second, none is lost.
    assert {step["code"] for step in told} <= {"", "ob_rate_limited"}
    assert sum(step["ok"] for step in told) >= 5
    account.must("login", **login(at=NOW + 15 * MINUTE))


def test_at_most_two_hashes_are_made_at_once(
    account: Account, tmp_path: pathlib.Path
) -> None:
    account.person()
    locks = [open(tmp_path / f"hash-{n}.lock", "w") for n in range(2)]
    for lock in locks:
        fcntl.flock(lock, fcntl.LOCK_EX)
    ask = login(slots=str(tmp_path))
    assert account.refused("login", **ask) == (
        "ob_rate_limited",
        "too many logins at once",
    )
    rows = account.database.run("SELECT failures FROM rm_login_try")
    assert {failures for (failures,) in rows} == {0}, "nobody looked: no try"
    locks[0].close()
    account.must("login", **ask)


def test_what_strangers_typed_is_not_kept_for_longer_than_a_day(
    account: Account,
) -> None:
    account.steps(*[login(WRONG, login=f"guess{n}") for n in range(10)])
    assert account.count("rm_login_try") == 12
    account.steps(login(WRONG, NOW + DAY + SECOND, login="other"))
    assert account.count("rm_login_try") == 3
    subjects = account.database.run("SELECT subject FROM rm_login_try")
    assert not any(b"other" in subject for (subject,) in subjects)


def test_an_old_hash_is_made_anew_at_the_next_login(account: Account) -> None:
    account.person()
    salt = b"salt of 16 bytes"
    key = hashlib.pbkdf2_hmac("sha512", PASSWORD.encode(), salt, 1000, 32)
    texts = [base64.b64encode(part).decode() for part in (salt, key)]
    account.database.run(
        "UPDATE rm_user SET password_hash = %s",
        f"$pbkdf2-sha512$i=1000${texts[0]}${texts[1]}",
    )
    account.must("login", **login())
    assert account.must("user", login="maria")["hash"].startswith(
        "$argon2id$v=19$m=47104,t=1,p=1$"
    )
    account.must("login", **login())


# ---- the second factor


@pytest.fixture
def careful(account: Account) -> Account:
    """Maria has a second factor since an hour ago."""
    account.person()
    before = NOW - HOUR
    code = code_at(before)
    account.must("enrol", login="maria", secret=SECRET, code=code, at=before)
    return account


def test_a_wrong_code_turns_nothing_on(account: Account) -> None:
    account.person()
    assert account.refused("enrol", login="maria", secret=SECRET, code="000000") == (
        "ob_unprocessable",
        "the code does not belong to this secret",
    )
    account.must("login", **login())


def test_the_code_that_turns_it_on_is_used_up_by_that(careful: Account) -> None:
    before = NOW - HOUR
    told = careful.steps(
        login(at=before, code=code_at(before)),
        login(at=before + 30 * SECOND, code=code_at(before + 30 * SECOND)),
    )
    assert [step["code"] for step in told] == ["ob_totp_required", ""]


def test_a_login_needs_the_code_of_now_give_or_take_a_step(careful: Account) -> None:
    missing = careful.call("login", **login())
    assert missing["code"] == "ob_totp_required"
    assert missing["error"] == "the code of the second factor is needed"
    for off in (-2, 2):
        told = careful.call("login", **login(code=code_at(NOW + off * 30 * SECOND)))
        assert told["code"] == "ob_totp_required"
        assert told["error"] == "the code is wrong, or was used before"
    for off in (-1, 0, 1):
        spaced = code_at(NOW + off * 30 * SECOND)
        careful.must("login", **login(code=f"{spaced[:3]} {spaced[3:]}"))
    # Whoever looked over a shoulder comes too late also with an earlier one.
    told = careful.call("login", **login(code=code_at(NOW)))
    assert told["error"] == "the code is wrong, or was used before"


def test_each_code_is_good_once_also_for_many_at_once(careful: Account) -> None:
    ask = login(code=code_at(NOW))
    told = careful.at_once(4, "login", **{k: v for k, v in ask.items() if k != "call"})
    assert sum(step["ok"] for step in told) == 1, told
    assert careful.refused("login", **{**ask, "at": NOW + MINUTE})[0] == (
        "ob_totp_required"
    )


def test_a_missing_code_is_no_try_and_forgives_none(careful: Account) -> None:
    """Whoever knows the password must not start the count anew by leaving it out."""
    told = careful.steps(*[login()] * 20)
    assert {step["code"] for step in told} == {"ob_totp_required"}
    pairs = [login(code="000000"), login()] * 5
    told = careful.steps(*pairs, login(code=code_at(NOW)))
    assert told[-1]["code"] == "ob_rate_limited"


def test_codes_are_counted_for_the_account_from_every_address(
    careful: Account,
) -> None:
    told = careful.steps(
        *[login(code="000000", ip=f"192.0.2.{n}") for n in range(5)],
        login(code=code_at(NOW), ip="192.0.2.99"),
    )
    assert told[-1]["code"] == "ob_rate_limited" and told[-1]["retry_ms"] == SECOND
    careful.must(
        "login", **login(code=code_at(NOW + MINUTE), ip="192.0.2.9", at=NOW + MINUTE)
    )


def test_recovery_codes_are_good_once_however_typed(careful: Account) -> None:
    codes = careful.must("recovery", login="maria")["codes"]
    assert len(set(codes)) == 10
    assert all(re.fullmatch("([A-Z2-7]{4}-){5}[A-Z2-7]{4}", code) for code in codes)
    careful.must("login", **login(code=codes[0]))
    assert careful.refused("login", **login(code=codes[0]))[0] == "ob_totp_required"
    careful.must("login", **login(code=codes[1].lower().replace("-", " ")))
    told = careful.at_once(4, "login", login="maria", password=PASSWORD, code=codes[2])
    assert sum(step["ok"] for step in told) == 1
    again = careful.must("recovery", login="maria")["codes"]
    assert careful.refused("login", **login(code=codes[5]))[0] == "ob_totp_required"
    careful.must("login", **login(code=again[0]))


def test_without_the_second_factor_the_password_is_enough_again(
    careful: Account,
) -> None:
    careful.must("recovery", login="maria")
    careful.must("totp_remove", login="maria")
    assert careful.count("rm_recovery_code") == 0
    careful.must("login", **login())


def test_secrets_are_locked_anew_when_the_key_changes(careful: Account) -> None:
    old = careful.database.one("SELECT totp_secret FROM rm_user")
    assert str(old).startswith("v1:1:")
    assert careful.must("rotate", keys=2)["count"] == 1
    assert careful.must("rotate", keys=2)["count"] == 0
    new = careful.database.one("SELECT totp_secret FROM rm_user")
    assert str(new).startswith("v1:2:")
    careful.must("login", **login(code=code_at(NOW)), keys=2)


# ---- sessions


def test_a_session_says_all_that_a_request_needs(account: Account) -> None:
    ids = account.sites("one", "two", "three")
    user = account.person(role="operator", sites='["three", "one", "one"]')
    text = account.must("session_begin", login="maria")["text"]
    assert re.fullmatch("[0-9a-f]{64}", text)
    told = account.must("session", text=text)
    assert told["user_id"] == user and told["login"] == "maria"
    assert told["role"] == "operator" and not told["has_totp"]
    assert told["rights"] == "view,pii,sync,orders.write,items.write,export,logs"
    assert not told["all_sites"] and told["sites"] == [ids[0], ids[2]]
    assert told["proven_ms_ago"] == 0
    for other in ("", text[:-1], text.upper(), "0" * 64):
        assert account.must("session", text=other)["user_id"] == 0
    kept = account.database.one("SELECT HEX(token_hash) FROM rm_session")
    assert str(kept).lower() != text


def test_a_session_ends_idle_and_in_any_case(account: Account) -> None:
    account.person()
    told = account.steps({"call": "session_begin", "login": "maria"})
    text = told[0]["text"]

    def known(after: int, **more: Any) -> bool:
        told = account.must("session", text=text, at=NOW + after, **more)
        return bool(told["user_id"])

    assert known(29 * MINUTE)
    assert known(58 * MINUTE), "its use moved the end"
    assert known(87 * MINUTE, use=False), "polling sees it"
    assert not known(89 * MINUTE), "but is no use"
    assert not known(87 * MINUTE, idle=20), "a lower limit counts at once"
    assert not known(87 * MINUTE, hours=1), "of either kind"
    assert not known(89 * MINUTE, idle=60), "a higher one brings nothing back"
    account.must("session_begin", login="maria")
    text = account.must("session_begin", login="maria")["text"]
    for step in range(1, 25):
        assert known(step * 29 * MINUTE), step
    assert not known(12 * HOUR), "absolute"


def test_the_use_of_a_session_is_noted_once_a_minute(account: Account) -> None:
    account.person()
    text = account.must("session_begin", login="maria")["text"]
    seen = "SELECT UNIX_TIMESTAMP(seen_at) FROM rm_session"
    for after, noted in ((59, 0), (61, 61), (100, 61), (122, 122)):
        account.must("session", text=text, at=NOW + after * SECOND)
        found = account.database.one(seen)
        assert int(str(found).split(".")[0]) == NOW // SECOND + noted
    user = account.database.one("SELECT UNIX_TIMESTAMP(seen_at) FROM rm_user")
    assert int(str(user).split(".")[0]) == NOW // SECOND + 122


def test_a_sixth_session_ends_the_oldest(account: Account) -> None:
    account.person()
    begin = [
        {"call": "session_begin", "login": "maria", "at": NOW + n * SECOND}
        for n in range(6)
    ]
    texts = [step["text"] for step in account.steps(*begin)]
    at = NOW + 6 * SECOND
    known = [bool(account.must("session", text=t, at=at)["user_id"]) for t in texts]
    assert known == [False, True, True, True, True, True]
    assert account.must("sessions", login="maria", at=at)["count"] == 5
    late = NOW + 31 * MINUTE
    assert account.must("sessions", login="maria", at=late)["count"] == 0
    account.must("session_begin", login="maria", at=late)
    assert account.count("rm_session") == 1, "what ended is gone"


def test_fifty_sessions_that_begin_at_once_leave_five(account: Account) -> None:
    account.person()
    told = account.at_once(50, "session_begin", login="maria")
    assert all(step["ok"] for step in told), told
    account.must("session_begin", login="maria", at=NOW + SECOND)
    assert account.count("rm_session") == 5


def test_a_session_that_is_proven_again_has_a_new_text(account: Account) -> None:
    account.person()
    text = account.must("session_begin", login="maria")["text"]
    later = NOW + 10 * MINUTE
    told = account.must("session", text=text, at=later)
    assert told["proven_ms_ago"] == 10 * MINUTE
    new = account.must("session_renew", id=told["session_id"], at=later)["text"]
    assert account.must("session", text=text, at=later)["user_id"] == 0
    assert account.must("session", text=new, at=later)["proven_ms_ago"] == 0
    # Another reason for a new text is no proof.
    last = later + MINUTE
    new = account.must("session_renew", id=told["session_id"], proof=False)["text"]
    assert account.must("session", text=new, at=last)["proven_ms_ago"] == MINUTE
    assert account.refused("session_renew", id=99) == (
        "ob_not_logged_in",
        "this session has ended",
    )


@pytest.mark.parametrize("change", [{"active": False}, {"role": "analyst"}])
def test_who_is_switched_off_or_gets_another_role_is_logged_out(
    account: Account, change: dict[str, Any]
) -> None:
    account.person(role="operator")
    text = account.must("session_begin", login="maria")["text"]
    account.must("user_save", login="maria", name="Maria")
    assert account.must("session", text=text)["user_id"]
    account.must("user_save", login="maria", **change)
    assert account.must("session", text=text)["user_id"] == 0
    assert account.count("rm_session") == 0


def test_a_browser_may_call_itself_anything(account: Account) -> None:
    account.person()
    account.must("session_begin", login="maria", agent="Mozilla/5.0 " + "ä" * 300)


# ---- tokens


def test_a_token_has_what_it_and_its_owner_both_have(account: Account) -> None:
    ids = account.sites("one", "two", "three")
    user = account.person(role="operator", sites='["one", "two"]')
    given = account.must(
        "token_add", login="maria", scopes="view,sync", sites='["two", "three"]'
    )
    assert re.fullmatch("obt_[0-9a-f]{72}", given["text"])
    told = account.must("token", text=given["text"])
    assert (told["user_id"], told["login"]) == (user, "maria")
    assert told["rights"] == "view,sync" and told["sites"] == [ids[1]]
    account.must("user_save", login="maria", role="viewer", all_sites=True)
    told = account.must("token", text=given["text"])
    assert told["rights"] == "view" and told["sites"] == [ids[1], ids[2]]
    assert not told["all_sites"]
    account.must("user_save", login="maria", active=False)
    assert account.must("token", text=given["text"])["user_id"] == 0


def test_a_token_is_known_by_its_whole_text_alone(account: Account) -> None:
    account.person()
    text = account.must("token_add", login="maria")["text"]
    changed = ("0" if text[-1] != "0" else "1") + text[1:]
    for other in (text[4:], text[:-1], text + "0", text.upper(), changed, "obt_"):
        assert account.must("token", text=other)["user_id"] == 0, other
    last4 = account.database.one("SELECT last4 FROM rm_token")
    assert last4 == text[-4:]


def test_an_application_password_needs_its_owners_login(account: Account) -> None:
    account.person()
    account.person("otto")
    given = account.must("token_add", login="maria", is_password=True)
    assert given["grouped"].replace(" ", "") == given["text"]
    assert {len(part) for part in given["grouped"].split(" ")} == {4}
    for login_, known in (("maria", True), ("MARIA", True), ("otto", False)):
        told = account.must("token", text=given["grouped"], login=login_)
        assert bool(told["user_id"]) == known
    assert account.must("token", text=given["text"])["user_id"] == 0, "as a bearer"
    token = account.must("token_add", login="maria")["text"]
    assert account.must("token", text=token, login="maria")["user_id"] == 0


def test_a_token_expires(account: Account) -> None:
    account.person()
    text = account.must("token_add", login="maria", days=1)["text"]
    assert account.must("token", text=text, at=NOW + DAY - 1)["user_id"]
    assert account.must("token", text=text, at=NOW + DAY)["user_id"] == 0
    for days in (0, 366):
        assert account.refused("token_add", login="maria", days=days) == (
            "ob_invalid_param",
            "expires_at: 1 to 365 days from now",
        )
    account.must("token_add", login="maria", at=NOW + 32 * DAY)
    assert account.count("rm_token") == 1, "expired a month ago: gone"


def test_a_token_promises_nothing_that_its_owner_cannot_do(account: Account) -> None:
    account.person(role="viewer")
    refusals = [
        ({"scopes": "view,sync"}, "scopes: the user does not have sync"),
        ({"scopes": ""}, "scopes: name at least one"),
        ({"name": ""}, "name: 1 to 80 characters"),
        ({"name": "n" * 81}, "name: 1 to 80 characters"),
        ({"sites": '["nowhere"]'}, 'there is no site "nowhere"'),
    ]
    for ask, message in refusals:
        told = account.refused("token_add", login="maria", **ask)
        assert told == ("ob_invalid_param", message)


def test_the_use_of_a_token_is_noted_once_a_minute(account: Account) -> None:
    account.person()
    text = account.must("token_add", login="maria")["text"]
    used = "SELECT UNIX_TIMESTAMP(used_at), used_ip FROM rm_token"
    assert account.database.run(used) == [(None, None)]
    for after, noted, ip in ((0, 0, "192.0.2.1"), (59, 0, "::1"), (61, 61, "::1")):
        account.must("token", text=text, ip=ip, at=NOW + after * SECOND)
        at, where = account.database.run(used)[0]
        assert int(at) == NOW // SECOND + noted
        assert where == ("::1" if noted else "192.0.2.1")


def test_a_user_has_at_most_a_hundred_tokens(account: Account) -> None:
    account.person()
    told = account.steps(*[{"call": "token_add", "login": "maria"}] * 101)
    assert all(step["ok"] for step in told[:100])
    assert told[100]["error"] == (
        "add a token: this user has 100 tokens: revoke one first"
    )
    account.must("token_delete", id=told[0]["id"])
    assert account.must("token", text=told[0]["text"])["user_id"] == 0
    account.must("token_add", login="maria")
    assert account.refused("token_delete", id=told[0]["id"]) == (
        "ob_not_found",
        "there is no token with this id",
    )


# ---- on the command line


def test_a_first_administrator_gets_a_link(bare: Installation) -> None:
    bare.must("migrate")
    bare.must("secret", "check-key")
    done = bare.must("user", "add", "maria", "--admin", "--name=Maria F")
    link = re.fullmatch(r"https://YOUR-HOST/#/welcome/([0-9a-f]{64})\n", done.out)
    assert link, done.out
    assert done.err == ("user maria, administrator\nIt works once, for 30 minutes.\n")
    told = Account(bare.database).steps(
        {"call": "take_link", "link": link[1], "password": PASSWORD, "at": MOMENT_MS}
    )
    assert told[0]["ok"], told
    listed = json.loads(bare.must("user", "list", "--format=json").out)
    assert [(row["login"], row["role"]) for row in listed] == [
        ("maria", "administrator")
    ]


def test_people_are_kept_by_command(demo: Installation) -> None:
    refused = demo.ob("user", "add", "otto", "--password-file=-", text="password1234")
    assert refused.status == 2 and "refused: it is words" in refused.err
    demo.must(
        "user", "add", "otto", "--role=operator", "--password-file=-", text=PASSWORD
    )
    demo.must("user", "set", "otto", "--sites=demo", "--email=otto@shop.example")
    listed = json.loads(demo.must("user", "list", "--format=json").out)
    assert listed[0]["sites"] == '["demo"]'
    demo.must("user", "set", "otto", "--sites=all")
    assert (
        json.loads(demo.must("user", "list", "--format=json").out)[0]["sites"] is None
    )
    demo.must("user", "role", "otto", "analyst")
    demo.must("user", "password", "otto", "--password-file=-", text=WRONG)
    assert "#/welcome/" in demo.must("user", "link", "otto").out
    for word in ("reset-totp", "logout", "disable", "enable"):
        demo.must("user", word, "otto")
    assert demo.ob("user", "role", "otto", "king").status == 2
    assert demo.ob("user", "role", "nobody", "viewer").status == 3
    asked = demo.ob("user", "delete", "otto")
    assert asked.status == 2 and "add --yes" in asked.err
    demo.must("user", "delete", "otto", "--yes")
    assert demo.count("rm_user") == 0


def test_an_integrator_gets_tokens_and_no_link(demo: Installation) -> None:
    done = demo.must("user", "add", "erp", "--role=integrator")
    assert done.out == ""
    refused = demo.ob("user", "password", "erp", "--password-file=-", text=PASSWORD)
    assert refused.status == 2
    assert "the role integrator logs in by token alone" in refused.err
    words = ("token", "add", "erp", "--name=nightly", "--scopes=view,sync")
    text = demo.must(*words, "--sites=demo", "--days=30").out.strip()
    assert re.fullmatch("obt_[0-9a-f]{72}", text)
    grouped = demo.must(*words, "--app-password").out.strip()
    assert {len(part) for part in grouped.split(" ")} == {4}
    tokens = json.loads(demo.must("token", "list", "--format=json").out)
    assert [(t["login"], t["last4"], t["sites"]) for t in tokens] == [
        ("erp", text[-4:], '["demo"]')
    ]
    demo.must("token", "revoke", tokens[0]["id"])
    assert json.loads(demo.must("token", "list", "--format=json").out) == []
    kept = json.loads(demo.must("token", "list", "--app-password", "--format=json").out)
    assert len(kept) == 1


def test_a_new_key_locks_second_factors_as_well(demo: Installation) -> None:
    demo.must("user", "add", "maria", "--password-file=-", text=PASSWORD)
    before = demo.must("secret", "rotate").out
    assert re.search(r"^\d+ secrets are locked with a new key$", before, re.M)
