"""The library that strikes a program at an exact call, on a program of others."""

import errno
import os
import pathlib
import signal
import subprocess
import time

import pytest

from conftest import BUILD

OBFAULT = BUILD / "tests" / "support" / "libobfault.so"


def copy(home: pathlib.Path, plan: str) -> subprocess.CompletedProcess:
    """dd copies "abc" byte by byte: three writes."""
    (home / "in").write_text("abc")
    return subprocess.run(
        ["dd", f"if={home}/in", f"of={home}/out", "bs=1"],
        env={
            **os.environ,
            "LC_ALL": "C",
            "LD_PRELOAD": str(OBFAULT),
            "OBF_PLAN": plan,
            "OBF_LOG": str(home / "calls"),
        },
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "plan, left",
    [
        ("kill:write:2:before", "a"),
        ("kill:write:2:after", "ab"),
        ("kill:any:3:before", "ab"),
        ("kill:send:1:before,kill:write:1:after", "a"),
    ],
)
def test_a_program_dies_at_the_call(tmp_path: pathlib.Path, plan: str, left: str):
    assert copy(tmp_path, plan).returncode == -signal.SIGKILL
    assert (tmp_path / "out").read_text() == left


@pytest.mark.parametrize(
    "plan, left, code",
    [
        ("errno:write:EIO:2", "a", errno.EIO),
        ("enospc:write:{home}/ou", "", errno.ENOSPC),
    ],
)
def test_a_call_fails(tmp_path: pathlib.Path, plan: str, left: str, code: int):
    done = copy(tmp_path, plan.format(home=tmp_path))
    assert done.returncode == 1
    assert os.strerror(code) in done.stderr
    assert (tmp_path / "out").read_text() == left


def test_other_calls_and_other_files_are_left_alone(tmp_path: pathlib.Path):
    plan = f"kill:write:9:after,kill:send:1:after,enospc:write:{tmp_path}/in"
    assert copy(tmp_path, plan).returncode == 0
    assert (tmp_path / "out").read_text() == "abc"
    # What "any" counts is written down, with the report of dd at the end.
    calls = (tmp_path / "calls").read_text().split()
    assert len(calls) >= 3 and set(calls) == {"write"}


def test_the_clock_is_ahead(tmp_path: pathlib.Path):
    done = subprocess.run(
        ["date", "+%s"],
        env={**os.environ, "LD_PRELOAD": str(OBFAULT), "OBF_PLAN": "clock:+7200"},
        capture_output=True,
        text=True,
    )
    assert abs(int(done.stdout) - time.time() - 7200) < 30
