#!/bin/sh
# What is still to do is an issue, not a comment.
set -eu
cd "${top_srcdir:-.}"
open='TO''DO|FIX''ME|X''XX'
found=$(find bootstrap configure.ac include m4 sql src tests www conf \
	\( -name node_modules -o -name __pycache__ \) -prune -o \
	\( -type f -o -type l \) -exec grep -nIEw "($open)" {} + || :)
[ -z "$found" ] || {
	echo "$found"
	echo "words: open an issue instead" >&2
	exit 1
}
