#!/bin/sh
# Each header compiles alone, and twice, with the flags of the tree: $CC $FLAGS.
set -eu
top=${top_srcdir:-.}
bad=0
for header in $(cd "$top" && find include src -name '*.h' | LC_ALL=C sort); do
	name=${header#include/}
	# shellcheck disable=SC2086 # a list of flags
	printf '#include "%s"\n#include "%s"\n' "$name" "$name" |
		${CC:-cc} ${FLAGS:-} -fsyntax-only -x c - || {
		echo "headers: $header does not compile alone" >&2
		bad=1
	}
done
exit $bad
