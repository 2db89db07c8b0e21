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

group "structure and units" make -s -C "$build/out" check
group "form" make -s -C "$build/out" lint
group "the sandbox itself" pytest tests/sandbox
