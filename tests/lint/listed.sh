#!/bin/sh
# A file of tests that no list of the build names would never run.
set -eu
cd "${top_srcdir:-.}"
lost=$(for file in tests/unit/test_*.c tests/integration/test_*.py; do
	name=${file##*/}
	grep -q "${name%.c}\$" tests/tests.am tests/*/*.am || echo "$file"
done)
[ -z "$lost" ] || {
	echo "$lost"
	echo "listed: name them in tests.am or integration.am" >&2
	exit 1
}
