"""Every example of docs/api.md, run as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Iterator

import pytest
from conftest import SOURCE
from installation import Installation
from served import served

EXAMPLE = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)
SCOPES = "view,pii,sync,orders.write,items.write,sites.write,logs"


@pytest.fixture
def shell(demo: Installation) -> Iterator[dict[str, str]]:
    """The variables that the page asks for."""
    demo.ob("order", "sync", "--site=demo")
    demo.must("user", "add", "script", "--role=administrator")
    token = demo.must(
        "token", "add", "script", "--name=doc", f"--scopes={SCOPES}"
    ).out.strip()
    with served(demo) as client:
        yield {"API": f"http://127.0.0.1:{client.port}/api/v1", "TOKEN": token}


def test_every_example_works(shell: dict[str, str]) -> None:
    examples = EXAMPLE.findall((SOURCE / "docs" / "api.md").read_text())
    assert len(examples) >= 7
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-x", "-c", "\n".join(examples)],
        env={**os.environ, **shell},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
