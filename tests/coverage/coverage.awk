# Reads what gcov -n -b says of each object of src/ and prints lines run and
# branches taken per layer; then the files below 85 % of lines, the worst first.
# Of a file that was compiled twice the object counts that ran more.
/^File '/ {
	file = $0
	sub(/^File '/, "", file); sub(/'$/, "", file)
	file = match(file, /src\/[a-z]+\/.*\.c$/) ? substr(file, RSTART) : ""
	now_lines = now_branches = ""
	next
}
/^Lines executed:/ { now_lines = $0 }
/^Taken at least once:/ { now_branches = $0 }
# The last word on a file; what follows without one is the sum of an object.
/^(Calls executed:|No calls)/ && file != "" {
	if (!(file in lines) || hit(now_lines) > hit(lines[file])) {
		lines[file] = now_lines; branches[file] = now_branches
	}
	file = ""
}
# "Lines executed:91.30% of 92", "Taken at least once:83.33% of 60", or nothing.
function of(text) { return text == "" ? 0 : substr(text, match(text, / [0-9]+$/)) + 0 }
function hit(text,	part) {
	split(text, part, /[:%]/)
	return int(part[2] * of(text) / 100 + 0.5)
}
function row(name) {
	printf "%-12s %6.1f %% %6d of %6d %8.1f %% %6d of %6d\n", name,
		run[name] * 100 / all[name], run[name], all[name],
		forks[name] ? taken[name] * 100 / forks[name] : 100, taken[name], forks[name]
}
function add(name, file) {
	run[name] += hit(lines[file]); all[name] += of(lines[file])
	taken[name] += hit(branches[file]); forks[name] += of(branches[file])
}
END {
	for (file in lines) {
		split(file, step, "/")
		add(step[2], file)
		add("all", file)
		if (hit(lines[file]) * 100 < of(lines[file]) * 85)
			below[++low] = sprintf("%6.1f %% %5d of %5d  %s",
				hit(lines[file]) * 100 / of(lines[file]), hit(lines[file]),
				of(lines[file]), file)
	}
	if (!all["all"]) { print "coverage: nothing counted"; exit 1 }
	print "                        lines                    branches"
	count = split("base db net queue site product account order entity connector app flow api cli bin all", layers, " ")
	for (i = 1; i <= count; i++)
		if (all[layers[i]]) row(layers[i])
	print "below 85 %:"
	for (i = 1; i <= low; i++) print below[i] | "sort -n"
}
