"""The command line as people and scripts meet it: UX 4."""

from __future__ import annotations

import csv
import io
import json
import os
import pathlib
import re
import signal
import subprocess

import pytest
from installation import BUILD, PROGRAM, Installation, wait_until

PAGES = BUILD / "gen" / "manual"


def commands(ob: Installation) -> list[str]:
    """Every command, as `orderbridge help` lists them."""
    text = ob.must("help").out.split("Commands:\n")[1].split("\n\n")[0]
    return [line[2:26].strip() for line in text.splitlines() if line[2] != " "]


# ---- help


def test_alone_it_shows_the_twelve_commonest_commands(bare: Installation) -> None:
    done = bare.must()
    assert done.out.startswith("orderbridge takes orders from web shops")
    assert len(re.findall(r"^  \w", done.out, re.M)) == 12


def test_every_command_has_help_with_examples_first(bare: Installation) -> None:
    names = commands(bare)
    assert {"order sync", "site add", "migrate", "operation watch"} <= set(names)
    for name in names:
        text = bare.must(*name.split(), "--help").out
        assert text.startswith(f"orderbridge {name}: "), text
        assert text.split("\n\n")[1].startswith("Examples:\n"), text
        assert bare.must("help", *name.split()).out == text


def test_every_command_has_its_manual_page(bare: Installation) -> None:
    for name in commands(bare):
        page = PAGES / f"orderbridge-{name.replace(' ', '-')}.1"
        text = page.read_text()
        assert text.startswith(f'.TH "{page.stem}" 1 ')
        assert "\n.SH EXAMPLES\n" in text and "\n.SH EXIT STATUS\n" in text
    assert ".SH [database]" in (PAGES / "orderbridge.ini.5").read_text()


def test_the_version_names_what_only_tests_may_have(bare: Installation) -> None:
    text = bare.must("--version").out
    assert text.startswith("orderbridge ")
    assert "+test-clock" in text


# ---- one message that says what, where and what to do


BAD_INPUT: list[tuple[list[str], int, str, str]] = [
    (
        ["stauts"],
        2,
        'unknown command "stauts"',
        "did you mean: orderbridge status?",
    ),
    (
        ["site", "lst"],
        2,
        'unknown command "site lst"',
        "did you mean: orderbridge site list?",
    ),
    (
        ["site", "list", "--formt=json"],
        2,
        "site list: unknown flag --formt=json",
        "did you mean --format? See: orderbridge site list --help",
    ),
    (
        ["logs", "--limit=0"],
        2,
        'logs: --limit: wanted a number from 1 to 1000000, found "0"',
        "",
    ),
    (
        ["logs", "--since=31.12.2026"],
        2,
        "logs: --since: wanted a date (2026-11-20), a moment "
        '(2026-11-20T13:00Z) or an age (90m, 48h, 7d), found "31.12.2026"',
        "",
    ),
    (
        ["logs", "--fields=time,colour"],
        2,
        '--fields: no column "colour"',
        "there are: time, site, entity, status, rows, seconds, message",
    ),
    (
        ["operation", "show", "9999"],
        3,
        "no operation 9999",
        "orderbridge operation list shows them",
    ),
    (
        ["operation", "cancel", "999"],
        3,
        "cancel operation 999: no operation 999",
        "orderbridge operation list shows them",
    ),
    (["operation", "watch", "999"], 3, "no operation 999", "orderbridge operation"),
    (["retry", "--operation=999"], 3, "no operation 999", "orderbridge operation"),
    (
        ["connection", "test", "sap"],
        3,
        'no connection of kind "sap"',
        "there is bc: orderbridge connection test bc",
    ),
    (
        ["site", "add", "--code=second", "--platform=woocommerce"],
        2,
        "site add: --url is missing",
        "write --url=https://shop.example.com",
    ),
    (
        [
            *("site", "add", "--code=demo", "--platform=woocommerce"),
            *("--url=https://shop.example.com", "--zone=UTC"),
        ],
        1,
        "a site with the code demo or the prefix DEMO is there already",
        "choose others: orderbridge site list shows which are taken",
    ),
    (
        ["item", "export", "/nowhere/items.csv"],
        1,
        "/nowhere/items.csv: No such file or directory",
        "name a file that this account can write",
    ),
    (["order", "show", "BGM-9"], 3, 'no order "BGM-9"', "orderbridge order list"),
    (["item", "import", "nowhere.csv"], 3, "nowhere.csv: No such file", ""),
    (
        ["site", "delete", "demo"],
        2,
        "this asks before it acts, and nobody can answer here",
        "add --yes when you are sure",
    ),
]


def test_bad_input_is_told_in_one_message(demo: Installation) -> None:
    for words, status, message, fix in BAD_INPUT:
        done = demo.ob(*words)
        assert done.status == status
        assert done.out == ""
        assert done.err.startswith(f"orderbridge: {message}"), done.err
        assert f"\n  Fix: {fix}" in done.err


def test_a_mistake_in_the_line_is_told_before_the_database_is_asked(
    bare: Installation,
) -> None:
    away = {"ORDERBRIDGE_DATABASE_SOCKET": "/nowhere/s"}
    for words in (
        ["import", "--site=demo", "--start-date=31.12.2026"],
        ["logs", "--since=31.12.2026"],
        ["site", "edit", "demo", "--min-date=yesterday"],
        ["retry"],
    ):
        done = bare.ob(*words, **away)
        assert done.status == 2, done.err
        assert "/nowhere/s" not in done.err and "\n  Fix: " in done.err


def test_an_unknown_site_is_no_such_thing(demo: Installation) -> None:
    for words in (
        ["logs"],
        ["order", "list"],
        ["operation", "list"],
        ["error", "list"],
    ):
        done = demo.ob(*words, "--site=zebra")
        assert done.status == 3
        assert "zebra" in done.err


def test_a_broken_ini_file_is_told_with_its_line(bare: Installation) -> None:
    path = bare.home / "orderbridge.ini"
    path.write_text(path.read_text() + "[database]\nprot = 3307\n")
    done = bare.ob("config", "check")
    line = len(path.read_text().splitlines())
    assert done.status == 78
    assert (
        done.err == f"orderbridge: {path}:{line}: unknown setting prot in [database]\n"
        "  Fix: did you mean port in [database]?\n"
    )


def test_nothing_turns_the_maintenance_window_off(bare: Installation) -> None:
    path = bare.home / "orderbridge.ini"
    path.write_text(path.read_text() + "[window]\nenabled = off\n")
    done = bare.ob("status")
    assert done.status == 78
    assert "[window] cannot be set" in done.err


def test_a_key_file_that_others_may_read_is_refused(demo: Installation) -> None:
    (demo.home / "orderbridge.key").chmod(0o644)
    done = demo.ob("secret", "set", "slack.url", text="https://hooks.example.com/1")
    assert done.status == 78
    assert "orderbridge.key" in done.err
    assert "chmod 600" in done.err


def test_a_database_that_is_away_is_unreachable(bare: Installation) -> None:
    done = bare.ob("site", "list", ORDERBRIDGE_DATABASE_SOCKET="/nowhere/s")
    assert done.status == 69
    assert "/nowhere/s" in done.err


def test_a_database_without_tables_names_migrate(bare: Installation) -> None:
    done = bare.ob("site", "list")
    assert done.status == 78
    assert "  Fix: orderbridge migrate\n" in done.err


def test_doctor_and_migrate_miss_a_table_and_a_column(demo: Installation) -> None:
    assert re.search(r"^Schema \.+ PASS$", demo.ob("doctor").out, re.M)
    demo.database.run("ALTER TABLE rm_items DROP COLUMN barcode")
    demo.database.run("DROP TABLE rm_lineitems")
    lost = "the database has lost rm_items.barcode, rm_lineitems"
    fix = "restore the backup: orderbridge migrate makes nothing a second time"
    done = demo.ob("doctor")
    assert done.status == 1
    assert f"{lost}\n" in done.out and fix in done.out
    done = demo.ob("migrate")
    assert (done.status, done.err) == (78, f"orderbridge: {lost}\n  Fix: {fix}\n")


def test_a_password_file_is_read_and_its_absence_told(demo: Installation) -> None:
    path = demo.home / "password"
    variable = {"ORDERBRIDGE_DATABASE_PASSWORD_FILE": str(path)}
    done = demo.ob("site", "list", **variable)
    assert done.status == 78
    assert done.err.startswith(f"orderbridge: {path}: No such file or directory\n")
    path.write_text("wrong\n")
    done = demo.ob("site", "list", **variable)
    assert done.status != 0
    assert "wrong" not in done.err
    path.write_text("\n")
    assert demo.ob("site", "list", **variable).status == 0


def test_a_log_folder_that_cannot_be_written_is_told(demo: Installation) -> None:
    done = demo.ob("site", "list", ORDERBRIDGE_LOG_DIR="/nowhere")
    assert done.status == 78
    assert "/nowhere" in done.err
    assert "  Fix: make the folder writable, or set log.dir\n" in done.err


def test_a_csv_with_a_mistake_changes_nothing(demo: Installation) -> None:
    before = demo.row_counts()
    done = demo.ob("item", "import", "-", text="sku,colour\nNEW-1,red\n")
    assert done.err.startswith("-:1: column 2: unknown column 'colour' (known columns:")
    text = "sku,status\nNEW-1,active\nNEW-2,zebra\n"
    done = demo.ob("item", "import", "-", text=text)
    assert done.status == 2
    assert "-:3: status" in done.err
    assert "1 mistake, nothing was written" in done.err
    assert demo.row_counts() == before


def test_a_kit_that_holds_itself_is_refused(demo: Installation) -> None:
    text = "parent_sku,component_sku,quantity\nLOOP-A,LOOP-B,1\nLOOP-B,LOOP-A,1\n"
    done = demo.ob("kit", "import", "-", text=text)
    assert done.status == 2
    assert "LOOP-A" in done.err and "LOOP-B" in done.err
    assert demo.count("rm_kits", "parent_sku LIKE 'LOOP%'") == 0


# ---- settings and secrets


def test_each_setting_tells_where_it_comes_from(bare: Installation) -> None:
    done = bare.ob(
        *("config", "show", "--origin", "--format=json"),
        ORDERBRIDGE_SYNC_PAGE_SIZE="50",
        ORDERBRIDGE_DATABASE_PASSWORD="hunter22",
    )
    found = {row["setting"]: row for row in json.loads(done.out)}
    path = bare.home / "orderbridge.ini"
    assert found["sync.page_size"]["value"] == "50"
    assert found["sync.page_size"]["origin"] == "environment"
    assert found["database.password"]["value"] == "********"
    assert found["database.socket"]["origin"] == f"{path}:2"
    assert found["sync.mark_batch"]["origin"] == "default"
    assert "hunter22" not in done.out + done.err


def test_what_was_changed_on_screen_counts_unless_a_file_says_otherwise(
    demo: Installation,
) -> None:
    for name, value in (("sync.overlap_min", "33"), ("log.level", "debug")):
        demo.database.run(
            "INSERT INTO rm_setting (name, value) VALUES (%s, %s)", name, value
        )
    done = demo.ob("config", "show", "--format=json", ORDERBRIDGE_LOG_LEVEL="warn")
    found = {row["setting"]: row["value"] for row in json.loads(done.out)}
    assert found["sync.overlap_min"] == "33"
    assert found["log.level"] == "warn"


def test_a_secret_goes_in_and_never_comes_out(demo: Installation) -> None:
    value = "https://hooks.example.com/T0/very-secret"
    done = demo.must("secret", "set", "slack.url", text=value + "\n")
    assert "very-secret" not in done.out + done.err
    for form in ("table", "json", "csv", "yaml"):
        assert "very-secret" not in demo.must("secret", "list", f"--format={form}").out
    assert demo.count("rm_secret", "name = 'slack.url'") == 1
    demo.must("secret", "rotate")
    assert demo.must("secret", "check-key").out.endswith(": fine, 1 key\n")
    demo.must("connection", "test", "bc")
    demo.must("secret", "delete", "slack.url", "--yes")
    assert demo.count("rm_secret", "name = 'slack.url'") == 0


# ---- data


DATA = [
    "site list",
    "connection list",
    "item list",
    "kit list",
    "order list",
    "error list",
    "operation list",
    "logs",
    "cron list",
    "secret list",
    "config show",
    "migrate --status",
]


def test_every_list_speaks_every_format(demo: Installation) -> None:
    demo.ob("order", "sync", "--site=demo")
    for line in DATA:
        words = line.split()
        rows = json.loads(demo.must(*words, "--format=json").out)
        assert rows, line
        text = demo.must(*words, "--format=csv").out
        table = list(csv.reader(io.StringIO(text, newline="")))
        assert table[0] == list(rows[0]), line
        assert len(table) == len(rows) + 1, line
        assert demo.must(*words, "--format=count").out == f"{len(rows)}\n"
        ids = demo.must(*words, "--format=ids").out.splitlines()
        assert ids == [str(next(iter(row.values()))) for row in rows], line
        yaml = demo.must(*words, "--format=yaml").out
        assert yaml.count("\n- ") == len(rows) - 1, line
        head = demo.must(*words).out.splitlines()[0]
        assert head.split("  ")[0] == next(iter(rows[0])).replace("_", " "), line
        first = next(iter(rows[0]))
        only = json.loads(demo.must(*words, "--format=json", f"--fields={first}").out)
        assert only == [{first: row[first]} for row in rows], line


def test_an_order_shows_its_lines_and_its_way(demo: Installation) -> None:
    demo.ob("order", "sync", "--site=demo")
    number = demo.one("SELECT number FROM rm_order WHERE has_kit = 1 LIMIT 1")
    order = json.loads(demo.must("order", "show", str(number), "--format=json").out)
    assert order["number"] == number
    assert order["pipeline"] == "marked"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", order["order_date"])
    assert re.fullmatch(r"-?\d+\.\d{2,4}", order["total_due"])
    kits = {line["line_no"] for line in order["lines"]}
    children = [line for line in order["lines"] if line["parent_line"]]
    assert children and {line["parent_line"] for line in children} <= kits
    assert [line["step"] for line in order["timeline"]][:1] != []
    assert {line["kind"] for line in order["addresses"]} == {"bill", "ship"}
    text = demo.must("order", "show", str(number)).out
    assert "\nLINES\n" in text and "\nTIMELINE\n" in text and "└ " in text


def test_orders_are_found_by_state_and_date(demo: Installation) -> None:
    demo.ob("order", "sync", "--site=demo")
    stored = demo.count("rm_order")
    found = demo.must("order", "list", "--limit=1000", "--format=count").out
    assert int(found) == stored
    marked = demo.must(
        "order", "list", "--state=marked", "--limit=1000", "--format=count"
    )
    assert int(marked.out) == demo.count("rm_order", "mark_state = 'done'")
    rows = json.loads(demo.must("order", "list", "--limit=1000", "--format=json").out)
    middle = rows[len(rows) // 2]["order_date"]
    late = demo.must(
        "order", "list", f"--since={middle}", "--limit=1000", "--format=count"
    )
    early = demo.must(
        "order", "list", f"--until={middle}", "--limit=1000", "--format=count"
    )
    assert int(late.out) + int(early.out) == stored
    assert int(late.out) == sum(row["order_date"] >= middle for row in rows)


VIEWS = {
    "waiting": "rm_order WHERE imported = 0",
    "exported": "rm_order WHERE imported = 1",
    "stored": "rm_order WHERE state = 'stored'",
    "cancelled": "rm_order WHERE state = 'cancelled'",
    "fulfilled": "rm_order WHERE state = 'fulfilled'",
    "delivered": "rm_order WHERE state = 'delivered'",
    "unmarked": "rm_order WHERE mark_state IN ('pending', 'failed')",
    "mark_failed": "rm_order WHERE mark_state = 'failed'",
    "held": "rm_order WHERE bc_state = 'held'",
    "changed": "rm_order WHERE changed_upstream = 1",
    "soft": "rm_order_seen WHERE outcome = 'soft'",
    "hard": "rm_order_seen WHERE outcome = 'error'",
    "skipped": "rm_order_seen WHERE outcome = 'skipped'",
    "gone": "rm_order_seen WHERE outcome = 'gone'",
}


def test_each_view_of_orders_has_its_orders(demo: Installation) -> None:
    demo.ob("order", "sync", "--site=demo")
    for statement in (
        "UPDATE rm_order SET imported = 1, bc_state = 'sent' WHERE id % 5 = 1",
        "UPDATE rm_order SET state = ELT(id % 9, 'cancelled', 'fulfilled', 'delivered')"
        " WHERE id % 9 BETWEEN 1 AND 3",
        "UPDATE rm_order SET mark_state = ELT(id % 7, 'failed', 'pending')"
        " WHERE id % 7 BETWEEN 1 AND 2",
        "UPDATE rm_order SET bc_state = 'held' WHERE id % 11 = 0",
        "UPDATE rm_order SET changed_upstream = 1 WHERE id % 13 = 0",
        "UPDATE rm_order_seen SET outcome = 'gone' WHERE outcome = 'error' LIMIT 1",
    ):
        demo.database.run(statement)
    for view, meant in VIEWS.items():
        found = demo.must("order", "list", f"--view={view}", "--limit=1000")
        rows = len(found.out.splitlines()[1:])
        assert rows == demo.one(f"SELECT COUNT(*) FROM {meant}"), view
        assert rows or view == "soft", view


def test_a_list_goes_on_beyond_a_page_up_to_its_limit(
    demo: Installation, tmp_path: pathlib.Path
) -> None:
    skus = [f"PAGE-{n:04}" for n in range(2500)]
    file = tmp_path / "items.csv"
    file.write_text("sku\n" + "\n".join(skus) + "\n")
    demo.must("item", "import", str(file))
    words = ("item", "list", "--search=PAGE-", "--format=ids")
    cut = demo.must(*words, "--limit=2400")
    assert cut.out.splitlines() == skus[:2400]
    assert cut.err.startswith("there may be more: raise --limit")
    for limit in (2500, 9000):
        whole = demo.must(*words, f"--limit={limit}")
        assert (whole.out.splitlines(), whole.err) == (skus, "")


def test_a_table_keeps_its_layout_in_a_pipe(demo: Installation) -> None:
    wide = demo.must("cron", "list").out
    assert demo.ob("cron", "list", COLUMNS="20").out == wide
    lines = wide.splitlines()
    column = lines[0].index("kind")
    assert all(line[column - 2 : column] == "  " for line in lines)


def test_a_reader_that_goes_away_is_no_failure_to_tell(demo: Installation) -> None:
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {BUILD}/orderbridge config show | true"],
        env=demo.variables(),
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""


def test_a_full_disk_is_told(demo: Installation) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [str(BUILD / "orderbridge"), "config", "show", "--format=csv"],
            env=demo.variables(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert "standard output: " in done.stderr


def test_errors_are_coloured_only_where_that_is_wanted(bare: Installation) -> None:
    assert "\033[" not in bare.ob("zebra").err
    assert "\033[" in bare.ob("zebra", CLICOLOR_FORCE="1").err
    assert "\033[" not in bare.ob("zebra", CLICOLOR_FORCE="1", NO_COLOR="1").err


def test_a_dry_run_migrates_nothing(bare: Installation) -> None:
    done = bare.must("migrate", "--dry-run")
    assert "CREATE TABLE" in done.out
    assert bare.database.run("SHOW TABLES") == []
    first = bare.must("migrate")
    assert re.search(r"schema \d+, \d\d+ steps done now", first.out)
    assert first.err == ""
    assert bare.must("migrate").out.endswith(", 0 steps done now\n")


# ---- operations


def test_watching_ends_with_the_result_of_the_operation(demo: Installation) -> None:
    demo.ob("order", "sync", "--site=demo")
    operation = str(demo.one("SELECT MAX(id) FROM rm_operation"))
    done = demo.ob("operation", "watch", operation)
    # The sandbox's orders hold ones that fail, so the run is no full success.
    assert done.status == 1
    assert done.out.startswith("order_sync demo: Completed; fetched 100, ")
    shown = json.loads(demo.must("operation", "show", operation, "--format=json").out)
    assert shown["state"] == "completed"
    assert shown["fetched"] == 100
    assert shown["jobs"][0]["kind"] == "run"
    again = demo.ob("operation", "cancel", operation)
    assert again.status == 1
    assert again.err.endswith("Completed\n  Fix: nothing is left to stop\n")
    logs = json.loads(demo.must("logs", "--format=json").out)
    assert logs[-1]["status"] == "completed" and logs[-1]["site"] == "demo"


def test_progress_goes_to_standard_error_a_line_a_phase(demo: Installation) -> None:
    done = demo.ob("order", "sync", "--site=demo")
    assert done.out.startswith("order_sync demo: Completed; fetched 100, ")
    assert done.out.count("\n") == 1
    said = [line for line in done.err.splitlines() if line.startswith("order_sync: ")]
    assert said == ["order_sync: fetch, 0 orders", "order_sync: mark, 0 orders"]
    assert "\r" not in done.err
    quiet = demo.ob("-q", "order", "sync", "--site=demo")
    assert "order_sync: " not in quiet.err
    demo.database.run("UPDATE rm_schedule SET next_run_at = '2020-01-01'")
    assert "order_sync: " not in demo.ob("cron").err


def read_terminal(leader: int) -> str:
    """All that was written, until nobody can write any more."""
    shown = b""
    try:
        while block := os.read(leader, 4096):
            shown += block
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(leader)
    return shown.decode()


def test_on_a_terminal_progress_is_one_line_that_goes_away(demo: Installation) -> None:
    leader, follower = os.openpty()
    process = subprocess.Popen(
        [str(PROGRAM), "order", "sync", "--site=demo"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=follower,
        text=True,
        env=demo.variables(),
    )
    os.close(follower)
    shown = read_terminal(leader)
    out, _ = process.communicate(timeout=60)
    assert out.startswith("order_sync demo: Completed; fetched 100, ")
    assert "\r\033[K◐ order_sync  fetch 0 orders" in shown
    assert "\r\033[K◐ order_sync  mark 0" in shown
    assert shown.rstrip().endswith("\033[K")


def test_a_terminal_shows_how_many_orders_there_are(demo: Installation) -> None:
    """Each page takes longer than a painting stays, so that the next is shown."""
    demo.write_settings(sync__page_size="40")
    demo.box.fault("delay", 0.4, times=9, upstream="woo", method="GET", path="/orders")
    leader, follower = os.openpty()
    process = subprocess.Popen(
        [str(PROGRAM), "order", "sync", "--site=demo"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=follower,
        env=demo.variables(),
    )
    os.close(follower)
    shown = read_terminal(leader)
    assert process.wait(timeout=60) in (0, 1)
    assert "\r\033[K◐ order_sync  fetch 40/100 orders" in shown


# ---- what a person does about an order


def failed_order(ob: Installation, code: str) -> str:
    """The number of an order that failed by it."""
    return str(ob.one("SELECT number FROM rm_error_orders WHERE code = %s", code))


def test_a_replay_shows_what_differs_and_writes_nothing(demo: Installation) -> None:
    demo.ob("order", "sync", "--site=demo")
    number, order, total, email = demo.database.run(
        "SELECT number, id, total_due, email FROM rm_order"
        " WHERE has_kit = 0 AND email IS NOT NULL AND total_due > 0 LIMIT 1"
    )[0]
    demo.database.run(
        "UPDATE rm_order SET total_due = total_due + 1, email = 'old@example.com'"
        " WHERE id = %s",
        order,
    )
    demo.database.run(
        "UPDATE rm_lineitems SET sku = 'OTHER' WHERE order_id = %s AND line_no = 1",
        order,
    )
    done = demo.must("order", "replay", number, "--format=json")
    found = {row["field"]: (row["stored"], row["now"]) for row in json.loads(done.out)}
    assert found.pop("email") == ("old@example.com", email)
    assert found.pop("total_due") == (f"{total + 1:.4f}", f"{total:.4f}")
    ((field, (stored, now)),) = found.items()
    assert "1" in field and "sku" in field
    assert stored == "OTHER" and now != "OTHER"
    assert done.err == "3 differences; nothing was written.\n"
    assert demo.one("SELECT email FROM rm_order WHERE id = %s", order) == (
        "old@example.com"
    )
    assert demo.ob("order", "replay", number, "--revision=7").status == 3


def test_an_error_that_is_handled_is_written_down_and_not_tried(
    demo: Installation,
) -> None:
    demo.ob("order", "sync", "--site=demo")
    number = failed_order(demo, "ob_sku_blocked")
    opened = int(demo.must("error", "list", "--format=count").out)
    assert demo.ob("error", "resolve", number).err == (
        "orderbridge: error resolve: --reason is missing\n"
        "  Fix: see: orderbridge error resolve --help\n"
    )
    reason = "--reason=entered by hand"
    done = demo.must("error", "resolve", number, reason)
    assert done.err == f"{number} is handled.\n"
    assert int(demo.must("error", "list", "--format=count").out) == opened - 1
    shown = json.loads(demo.must("error", "show", number, "--format=json").out)
    assert shown["status"] == "handled" and shown["handled_by"]
    assert shown["resolution"] == "entered by hand"
    again = demo.ob("error", "resolve", number, reason)
    assert again.status != 0 and "\n  Fix: " in again.err
    asked = demo.count("rm_operation")
    assert demo.ob("retry", "--code=ob_sku_blocked", "--yes").err == (
        "Nothing to retry.\n"
    )
    assert demo.count("rm_operation") == asked


def test_a_failed_operation_is_tried_again_and_completes(demo: Installation) -> None:
    demo.box.control("POST", "/_reset", {"seed": 1, "orders": 5})
    demo.ob("order", "sync", "--site=demo")
    demo.must("site", "test", "demo")
    operation = demo.one("SELECT id FROM rm_operation")
    demo.database.run(
        "UPDATE rm_operation SET state = 'failed', open_key = NULL WHERE id = %s",
        operation,
    )
    demo.database.run("UPDATE rm_job SET state = 'dead' WHERE kind = 'run'")
    done = demo.ob("retry", f"--operation={operation}")
    assert done.status == 0, done.out + done.err
    assert done.out.startswith("order_sync demo: Completed; fetched ")
    again = demo.ob("retry", f"--operation={operation}")
    assert again.status == 1 and "\n  Fix: " in again.err


def test_good_settings_are_said_to_be(bare: Installation) -> None:
    done = bare.must("config", "check")
    assert done.err == f"{bare.home / 'orderbridge.ini'} is fine\n"
    other = bare.home / "new.ini"
    other.write_text("[net]\ntimeout_s = 5000\n")
    done = bare.ob("config", "check", f"--config={other}")
    assert done.status == 78
    assert done.err.startswith(f"orderbridge: {other}:2: ")
    assert "\n  Fix: " in done.err


def test_the_line_of_the_crontab_runs(demo: Installation) -> None:
    text = (BUILD / "conf" / "crontab").read_text()
    (line,) = [line for line in text.splitlines() if not line.startswith("#")]
    when, command = line.split()[:5], line.split(maxsplit=5)[5]
    assert all(re.fullmatch(r"[*\d/,-]+", word) for word in when)
    program, rest = command.split(maxsplit=1)
    assert program.endswith("/bin/orderbridge")
    words = [
        f"--config={demo.home / 'orderbridge.ini'}"
        if word.startswith("--config=")
        else word
        for word in rest.split()
    ]
    assert words[0] == "cron" and len(words) == 2
    demo.database.run("DELETE FROM rm_schedule")
    done = demo.ob(*words, ORDERBRIDGE_CONFIG="/nowhere")
    assert (done.status, done.out, done.err) == (0, "", "")


# ---- signals


@pytest.mark.parametrize(
    "number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_ends_it_in_good_order(
    demo: Installation, number: int, status: int
) -> None:
    process = demo.start("logs", "--follow")
    limits = pathlib.Path(f"/proc/{process.pid}/limits")
    wait_until(lambda: re.search(r"core file size +0 +0", limits.read_text()))
    wait_until(
        lambda: demo.database.run(
            "SELECT 1 FROM information_schema.processlist"
            " WHERE db = %s AND id <> CONNECTION_ID()",
            demo.database.name,
        )
    )
    process.send_signal(number)
    process.communicate(timeout=10)
    assert process.returncode == status


def test_following_shows_what_comes(demo: Installation) -> None:
    process = demo.start("logs", "--follow", "--format=json", "--kind=system")
    wait_until(
        lambda: demo.database.run(
            "SELECT 1 FROM information_schema.processlist"
            " WHERE db = %s AND id <> CONNECTION_ID()",
            demo.database.name,
        )
    )
    demo.database.run(
        "INSERT INTO rm_log (at, level, kind, message)"
        " VALUES (UTC_TIMESTAMP(3), 'info', 'system', 'hello follower')"
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert json.loads(line)["message"] == "hello follower"


# ---- completion


def complete(ob: Installation, line: str) -> set[str]:
    """What bash would offer at the end of a line."""
    script = f"""
        PATH={BUILD}:$PATH
        source <(orderbridge completion bash)
        compopt() {{ :; }}
        line={line!r}
        read -ra COMP_WORDS <<< "${{line//=/ = }}"
        [[ $line != *' ' && $line != *= ]] || COMP_WORDS+=('')
        COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _orderbridge
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "-c", script],
        env={**ob.variables(), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
    )
    assert done.stderr == "", done.stderr
    return set(done.stdout.split())


def test_bash_completes_commands_flags_and_names(demo: Installation) -> None:
    assert {"status", "site", "order", "help"} <= complete(demo, "orderbridge ")
    assert complete(demo, "orderbridge sta") == {"status"}
    assert {"list", "add", "edit"} <= complete(demo, "orderbridge site ")
    assert {"list", "run"} <= complete(demo, "orderbridge cron ")
    assert complete(demo, "orderbridge logs --fol") == {"--follow"}
    assert "--dry-run" not in complete(demo, "orderbridge logs --")
    assert complete(demo, "orderbridge logs --format=y") == {"yaml"}
    assert complete(demo, "orderbridge site enable de") == {"demo"}
    assert complete(demo, "orderbridge logs --site=") == {"demo"}
