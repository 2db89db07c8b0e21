"""That make lint finds what docs/asvs.md says and is not so."""

from __future__ import annotations

import os
import pathlib
import subprocess

import pytest
from installation import SOURCE

TABLE = (SOURCE / "docs" / "asvs.md").read_text()
LINE = next(x for x in TABLE.splitlines() if x.startswith("| 1.2.4 |"))


def judged(folder: pathlib.Path, text: str) -> tuple[int, str]:
    """What is said of this table, beside the tree's own files."""
    for entry in SOURCE.iterdir():
        if entry.name != "docs":
            (folder / entry.name).symlink_to(entry)
    (folder / "docs").mkdir()
    for entry in (SOURCE / "docs").iterdir():
        (folder / "docs" / entry.name).symlink_to(entry)
    (folder / "docs" / "asvs.md").unlink()
    (folder / "docs" / "asvs.md").write_text(text)
    done = subprocess.run(
        ["sh", str(SOURCE / "tests" / "lint" / "asvs.sh")],
        env={**os.environ, "top_srcdir": str(folder)},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout


def test_the_table_is_what_it_says(tmp_path: pathlib.Path) -> None:
    assert judged(tmp_path, TABLE) == (0, "")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (LINE, "", "1.2.4: stands there 0 times"),
        (LINE, f"{LINE}\n{LINE}", "1.2.4: stands there 2 times"),
        ("| 1.2.4 |", "| 1.2.99 |", "1.2.99: no such requirement"),
        ("| 1.2.4 | met", "| 1.2.4 | nearly", "1.2.4: neither met, partly nor not met"),
        ("| 1.2.4 | met", "| 1.2.4 | not met", "its counts are: "),
        ("`test_nothing_that_is_sent_is_sql`", "`test_x`", "test_x: no such test"),
        ("`docs/security.md`", "`docs/x.md`", "docs/x.md: no such file"),
        (LINE, LINE[: LINE.index("`")] + " |", "1.2.4: nothing shows it"),
        ("| 1.5.1 | No XML |", "| 1.5.1 | |", "1.5.1: no reason"),
    ],
)
def test_what_is_not_so_is_named(
    tmp_path: pathlib.Path, old: str, new: str, said: str
) -> None:
    assert old in TABLE
    status, told = judged(tmp_path, TABLE.replace(old, new))
    assert status == 1 and said in told
