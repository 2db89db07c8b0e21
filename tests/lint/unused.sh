#!/bin/sh
# Every global function of src/ is called from another object file of the
# program, or stands in tests/lint/unused.txt with its reason. Looks at what is
# built here: unused.sh FILE.o ...
set -eu
list="${top_srcdir:-.}/tests/lint/unused.txt"
nm -A "$@" | awk '
FILENAME == ARGV[1] {
	sub(/#.*/, "")
	if (!NF) next
	if ($2 !~ /^(test|own|next)$/) { print "unused.txt: " $1 " has no reason"; bad++ }
	reason[$1] = $2
	next
}
$(NF - 1) == "T" { object = $1; sub(/:.*/, "", object); home[$NF] = object; functions++ }
$(NF - 1) == "U" { called[$NF] = 1 }
END {
	for (name in home) {
		if (name == "main" || name in called || name in reason) continue
		print home[name] ": nobody calls " name; bad++
	}
	for (name in reason) {
		if (name in home && !(name in called)) continue
		print "unused.txt: " name " needs no line any more"; bad++
	}
	if (!functions) { print "unused: no function seen"; bad++ }
	printf "unused: %d functions, %d breaches\n", functions, bad
	exit bad > 0
}' "$list" -
