#!/bin/sh
# docs/asvs.md has each requirement of asvs.txt once, with what shows it or why it
# is not met; each test and file that it names is there, and its counts are right.
set -eu
cd "${top_srcdir:-.}"
table=docs/asvs.md

faults=$(
	sed '/^#/d' tests/lint/asvs.txt | awk -F' *[|] *' '
		FNR == NR { wanted[$1]; next }
		NF == 6 && $2 ~ /^[0-9]/ {
			seen[$2]++
			state[$3]++
			if ($3 !~ /^(met|partly|not met)$/) print $2 ": neither met, partly nor not met"
			if ($3 != "not met" && $5 !~ /\140/) print $2 ": nothing shows it"
			if ($4 == "") print $2 ": nothing is said of it"
		}
		NF == 4 && $2 ~ /^[0-9]/ {
			count = split($2, number, " ")
			for (i = 1; i <= count; i++) seen[number[i]]++
			apart += count
			if ($3 == "") print $2 ": no reason"
		}
		{ text = text " " $0 }
		END {
			for (n in wanted) if (seen[n] != 1) print n ": stands there " seen[n] + 0 " times"
			for (n in seen) if (!(n in wanted)) print n ": no such requirement"
			said = state["met"] + 0 " are met, " state["partly"] + 0 " partly, " \
				state["not met"] + 0 " are not, " apart + 0 " do not apply"
			if (!index(text, said)) print "its counts are: " said
		}' - "$table"
	awk -F'|' 'NF == 6 {
		count = split($5, part, "\140")
		for (i = 2; i <= count; i += 2) print part[i]
	}' "$table" | sort -u | while read -r name; do
		case $name in
		*/* | *.md) [ -e "$name" ] || echo "$name: no such file" ;;
		esac
	done
	sh tests/lint/named.sh | grep ': no such test$' || :
)
if [ -n "$faults" ]; then
	echo "$faults"
	echo "asvs: $table is not what it says" >&2
	exit 1
fi
