"""The ready configuration, as make install puts it into share/orderbridge."""

from __future__ import annotations

import pathlib
import re
import shutil
import subprocess

import pytest
from web import hosting_zip
from installation import BUILD, SOURCE

UNITS = sorted((SOURCE / "conf" / "systemd").glob("orderbridge-*"))
SERVICES = [u.name.removesuffix(".in") for u in UNITS if ".service" in u.name]


def made(folder: pathlib.Path) -> pathlib.Path:
    """The units as installed, but for programs, which are those of this build."""
    for unit in UNITS:
        name = unit.name.removesuffix(".in")
        source = BUILD / "conf" / "systemd" / name if unit.suffix == ".in" else unit
        text = re.sub(
            r"ExecStart=\S*/", f"ExecStart={BUILD.resolve()}/", source.read_text()
        )
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def units(tmp_path: pathlib.Path) -> pathlib.Path:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    return made(tmp_path)


def test_systemd_finds_nothing_wrong_with_the_units(units: pathlib.Path) -> None:
    names = [str(unit).replace("@.", "@1.") for unit in units.iterdir()]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and done.stderr == "", done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_services_stay_in_their_sandbox(units: pathlib.Path, name: str) -> None:
    """RELIABILITY 6.9: exposure of at most 2.0; the option counts in tenths."""
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20"]
        + [str(units / name)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_place_is_left_open() -> None:
    files = [BUILD / "conf" / name for name in ("nginx.conf", "apache.conf", "crontab")]
    files += [BUILD / "conf" / "systemd" / name for name in SERVICES]
    for file in files:
        assert not re.findall(r"@\w+@", file.read_text()), file


def test_the_archive_for_shared_hosts_keeps_modes_and_folders_apart() -> None:
    modes = {
        entry.filename: entry.external_attr >> 16 & 0o777
        for entry in hosting_zip().infolist()
        if not entry.is_dir()
    }
    assets = [name for name in modes if name.startswith("public/assets/")]
    assert any(name.endswith(".css") for name in assets)
    assert {modes.pop(name) for name in assets} == {0o644}
    assert modes == {
        "public/.htaccess": 0o644,
        "public/index.html": 0o644,
        "public/orderbridge.fcgi": 0o755,
        "private/.htaccess": 0o644,
        "private/orderbridge": 0o755,
        "private/orderbridge.ini.sample": 0o644,
    }
    assert hosting_zip().read("private/.htaccess") == b"Require all denied\n"
