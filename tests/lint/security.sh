#!/bin/sh
# docs/security.md names code and tests: each is there.
set -eu
cd "${top_srcdir:-.}"

# What stands in backquotes (octal 140) in a column of its tables of three.
words() {
	awk -F'|' -v column="$1" 'NF == 5 {
		count = split($column, part, "\140")
		for (i = 2; i <= count; i += 2) print part[i]
	}' docs/security.md | sort -u
}

lost=$(
	for file in $(words 3); do
		[ -e "src/$file" ] || echo "src/$file"
	done
	# shellcheck disable=SC2046 # names of tests have no blanks
	sh tests/lint/named.sh $(words 4) | grep ': no such test$' || :
)
if [ -n "$lost" ]; then
	echo "$lost"
	echo "security: docs/security.md names what is gone" >&2
	exit 1
fi
