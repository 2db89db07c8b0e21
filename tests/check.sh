#!/bin/sh
# Every test, one group after the other; the first group that fails ends it.
# $1: the build folder, in which bootstrap has built out/.
set -eu
build=$1
export PYTHONDONTWRITEBYTECODE=1

group() {
	printf '\n== %s\n' "$1"
	shift
	"$@"
}

pytest() {
	/usr/bin/python3 -m pytest -q -p no:cacheprovider "$@"
}

group "form" make -s -C "$build/out" lint
group "hardening of the programs" make -s -C "$build/out" hardening
group "structure and units" make -s -C "$build/out" check
group "units under ASan and UBSan" make -s -C "$build/sanitized" check
group "fuzzing, a slice" make -s -C "$build/out" fuzz FUZZ_SECONDS=3
group "the sandbox itself" pytest tests/sandbox
# A file's tests share what is dear to make; two files at a time have two cores.
group "integration, against a real MariaDB" make -s -C "$build/out" integration \
	PYTEST_ARGS="-n 2 --dist=loadfile"
group "crash sweep" env SWEEP_POINTS=300 make -s -C "$build/out" sweep
