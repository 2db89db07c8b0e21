"""That make hardening finds what is missing (RELIABILITY 6.9)."""

from __future__ import annotations

import pathlib
import subprocess

import pytest
from installation import SOURCE

SCRIPT = SOURCE / "tests" / "lint" / "hardening.sh"
PROGRAM = """\
#include <stdio.h>
#include <stdlib.h>
#ifdef BOTH
__asm__(".section .both,\\"awx\\"; .byte 1; .text");
#endif
int main(int count, char **word)
{
    char text[64];
    snprintf(text, (size_t)atoi(word[count - 1]), "%s", word[0]);
    return puts(text);
}
"""
GOOD = (
    *("-O2", "-fPIE", "-pie", "-fstack-protector-strong", "-D_FORTIFY_SOURCE=3"),
    *("-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack"),
)


def judged(folder: pathlib.Path, *flags: str) -> tuple[int, str]:
    (folder / "x.c").write_text(PROGRAM)
    built = folder / "x"
    subprocess.run(
        ["gcc", *GOOD, *flags, "-o", str(built), str(folder / "x.c")], check=True
    )
    done = subprocess.run(
        ["sh", str(SCRIPT), str(built)], capture_output=True, text=True
    )
    return done.returncode, done.stderr


def test_a_program_with_every_flag_passes(tmp_path: pathlib.Path) -> None:
    assert judged(tmp_path) == (0, "")


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("-no-pie", "its place in memory is fixed"),
        ("-Wl,-z,lazy", "functions are bound late"),
        ("-Wl,-z,norelro", "its table of functions stays writable"),
        ("-Wl,-z,execstack", "its stack can be executed"),
        ("-DBOTH", "memory is writable and executable"),
        ("-Wl,-rpath,/opt/lib", "it names a place of libraries"),
        ("-fno-stack-protector", "its stack is not guarded"),
        ("-U_FORTIFY_SOURCE", "it is not fortified"),
    ],
)
def test_a_program_without_one_of_them_is_named(
    tmp_path: pathlib.Path, flag: str, said: str
) -> None:
    status, told = judged(tmp_path, flag)
    assert status == 1
    assert f"hardening: {tmp_path}/x: {said}\n" in told
