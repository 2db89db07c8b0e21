#!/bin/sh
# Where tests are: a line each, FILE::NAME of pytest, or the program of units that
# holds it; "NAME: no such test" where there is none. The names are those that
# docs/security.md and docs/asvs.md name, or the ones given.
set -eu
cd "${top_srcdir:-.}"

# What stands in backquotes (octal 140) in the last column of tables of this width.
last_column() {
	awk -F'|' -v width="$2" 'NF == width {
		count = split($(width - 1), part, "\140")
		for (i = 2; i <= count; i += 2) if (part[i] !~ /[\/.]/) print part[i]
	}' "$1"
}

if [ $# -gt 0 ]; then
	printf '%s\n' "$@"
else
	last_column docs/security.md 5
	last_column docs/asvs.md 6
fi | awk '
	FILENAME == "-" { wanted[$1]; next }
	/^(def test_|TEST\()?[a-z0-9_]+[()]/ {
		name = $0
		sub(/^(def |TEST\()/, "", name)
		sub(/[^a-z0-9_].*/, "", name)
		if (!(name in wanted)) next
		place = FILENAME
		if (!sub(/\.c$/, "", place)) place = place "::" name
		if (!(place in told)) print place
		told[place]
		found[name]
	}
	END { for (name in wanted) if (!(name in found)) print name ": no such test" }
	' - tests/integration/test_*.py tests/unit/test_*.c
