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
group "structure and units" make -s -C "$build/out" check
group "units under ASan and UBSan" make -s -C "$build/sanitized" check
group "the sandbox itself" pytest tests/sandbox
group "integration, against a real MariaDB" make -s -C "$build/out" integration
group "crash sweep" env SWEEP_POINTS=300 make -s -C "$build/out" sweep
