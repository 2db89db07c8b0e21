"""What a person at a terminal types, and is told."""

from __future__ import annotations

import os
import re
import subprocess

from conftest import MOMENT
from installation import PROGRAM, Installation

TYPED = "typed-canary-of-a-secret"


def converse(ob: Installation, words: list[str], asked: str, said: str) -> tuple:
    """A command at a terminal: its status and all that was shown there."""
    leader, follower = os.openpty()
    process = subprocess.Popen(
        [str(PROGRAM), *words],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=ob.variables(),
    )
    os.close(follower)
    shown = b""
    try:
        while block := os.read(leader, 4096):
            shown += block
            if said and shown.decode(errors="ignore").endswith(asked):
                os.write(leader, said.encode())
                said = ""
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(leader)
    return process.wait(timeout=60), shown.decode().replace("\r\n", "\n")


def test_a_secret_that_is_typed_is_not_shown(demo: Installation) -> None:
    words = ["secret", "set", "slack.url"]
    status, shown = converse(demo, words, "Value of slack.url: ", TYPED + "\n")
    assert (status, shown) == (0, "Value of slack.url: \nslack.url is set\n")
    assert TYPED[-4:] in demo.must("secret", "list").out
    status, shown = converse(demo, words, "Value of slack.url: ", "\n")
    assert status == 2 and "slack.url: the value is empty or no text" in shown
    assert TYPED[-4:] in demo.must("secret", "list").out


def test_a_question_is_answered_by_y_alone(demo: Installation) -> None:
    words = ["site", "delete", "demo"]
    question = "nothing more is fetched. [y/N] "
    for said in ("n\n", "\n", "\x04"):
        status, shown = converse(demo, words, question, said)
        assert status != 0 and "stopped, nothing was changed" in shown
    assert demo.one("SELECT deleted_at FROM rm_sites") is None
    done = demo.ob(*words, text="y\n")
    assert done.status == 2 and "add --yes when you are sure" in done.err
    assert demo.one("SELECT deleted_at FROM rm_sites") is None
    assert demo.count("rm_audit", "action = 'site.delete'") == 0
    assert converse(demo, words, question, "y\n")[0] == 0
    assert demo.one("SELECT deleted_at FROM rm_sites") is not None
    assert demo.count("rm_audit", "action = 'site.delete'") == 1


def lines_of(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-Z][^:]*): +(.*)$", text, re.M))


def test_status_tells_how_it_stands(demo: Installation) -> None:
    found = lines_of(demo.must("status", "-v").out)
    assert found["Last sync"] == "never" and found["Cron"] == "never"
    assert ", enabled, last sync never, 0 waiting" in found["Site demo"]
    assert found["Window"].startswith("open, next pause 2026-11-29 19:00")
    assert demo.ob("status", "--check").status == 1  # cron never came
    demo.ob("order", "sync", "--site=demo")
    demo.ob("cron")
    stored = demo.count("rm_order")
    failed = demo.count("rm_error_orders", "status = 'open'")
    waiting = demo.count("rm_job", "kind = 'order_retry' AND state = 'ready'")
    assert stored > 0 and failed > 0 and waiting > 0
    found = lines_of(demo.must("status", "-v").out)
    assert found["Last sync"].startswith(MOMENT[:10])
    assert found["Last sync"].endswith("— orders — demo")
    assert found["Entities"].startswith(f"orders ({stored}) | items (")
    assert found["Pending"] == f"{stored} orders wait for BC"
    assert found["Errors"] == f"{failed} open, {waiting} retrying"
    assert re.fullmatch(
        r"0 running, 0 ready, \d+ waiting \(next .*\), 0 dead", found["Queue"]
    ), found
    assert re.fullmatch(r".* ago on .+", found["Cron"])
    assert found["Site demo"].endswith(
        f"{stored} waiting for BC, {waiting} retrying, {failed} errors"
    )


def test_status_check_fails_by_each_thing_that_is_wrong(demo: Installation) -> None:
    demo.ob("order", "sync", "--site=demo")
    demo.ob("cron")
    demo.database.run("UPDATE rm_error_orders SET status = 'handled'")
    assert demo.ob("status", "--check").status == 0
    wrong = [
        ("rm_error_orders", "status", "open", "handled"),
        ("rm_setting", "value", "2026-11-24T06:00:00.000Z", None),
    ]
    for table, column, value, healthy in wrong:
        where = " WHERE name = 'cron_last_seen'" if table == "rm_setting" else ""
        before = healthy or demo.one(f"SELECT {column} FROM {table}{where}")
        demo.database.run(f"UPDATE {table} SET {column} = %s{where}", value)
        assert demo.ob("status", "--check").status == 1, table
        demo.database.run(f"UPDATE {table} SET {column} = %s{where}", before)
        assert demo.ob("status", "--check").status == 0, table
    demo.database.run("UPDATE rm_sites SET auth_failed_at = NOW(3)")
    done = demo.ob("status", "-v", "--check")
    assert done.status == 1 and "demo:  woocommerce, paused by wrong" in done.out
    demo.set_clock("2026-11-29T20:00:00Z")
    found = lines_of(demo.ob("status", "-v").out)
    assert found["Window"].startswith("paused until 2026-11-30 04:00")


def test_kits_go_out_as_they_come_in(demo: Installation) -> None:
    path = demo.home / "kits.csv"
    demo.must("kit", "export", str(path))
    written = path.read_text()
    assert written.count("\n") == demo.count("rm_kits") + 1
    again = demo.must("kit", "import", str(path), "--remove-missing", "--yes").out
    assert re.fullmatch(r"kits: 0 new, 0 changed, \d+ unchanged, 0 removed\n", again)
    assert demo.must("kit", "export").out == written.replace("\r\n", "\n")
    first = written.split("\n", 2)
    path.write_text("\n".join(first[:2]) + "\n")
    done = demo.ob("kit", "import", str(path), "--remove-missing")
    assert done.status == 2 and "add --yes" in done.err
    listed = demo.ob("kit", "list", "--limit=1")
    assert "there may be more: raise --limit" in listed.err


def test_a_kit_that_is_wrong_is_told_by_validate(demo: Installation) -> None:
    good = demo.ob("kit", "validate")
    assert good.status == 0 and re.match(r"\d+ kits: 0 wrong", good.out), good.out
    parent = demo.one("SELECT MIN(parent_sku) FROM rm_kits")
    demo.database.run(
        "UPDATE rm_kits SET component_sku = parent_sku WHERE parent_sku = %s LIMIT 1",
        parent,
    )
    bad = demo.ob("kit", "validate")
    assert bad.status == 1 and re.search(r"\d+ kits: [1-9]\d* wrong", bad.out), bad.out


def test_one_order_is_tried_again_by_its_number(demo: Installation) -> None:
    demo.ob("order", "sync", "--site=demo")
    number = demo.one("SELECT MIN(number) FROM rm_error_orders WHERE status = 'open'")
    done = demo.ob("retry", f"--id={number}")
    assert done.status == 1 and ", hard 1, " in done.out, done.out
    assert demo.count("rm_operation", "kind = 'retry' AND state = 'completed'") == 1
    done = demo.ob("retry", f"--id={number},NO-SUCH-1")
    assert done.status == 3, done.err
    assert "no failed or waiting order NO-SUCH-1\n  Fix: orderbridge" in done.err
    waiting = demo.one("SELECT id FROM rm_order_seen WHERE outcome = 'soft'")
    done = demo.must("retry", f"--id={waiting}")
    assert done.err == "1 waiting order is due now: the next cron tries.\n"
    assert demo.must("retry", "--sku=NOBODY-HAS-IT").err == "Nothing to retry.\n"
    assert demo.ob("retry").status == 2
