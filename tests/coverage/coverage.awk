# Reads what gcov -n says of each object of src/ and prints lines covered per
# layer, then the files below 85 % with the worst first.
/^File '/ {
	file = $0
	sub(/^File '/, "", file); sub(/'$/, "", file)
	if (!match(file, /src\/[a-z]+\/.*\.c$/)) { file = ""; next }
	file = substr(file, RSTART)
	next
}
/^Lines executed:/ && file != "" {
	split($0, part, /[:% ]+/)
	lines = part[5] + 0; hit = int(part[3] * lines / 100 + 0.5)
	split(file, step, "/"); layer = step[2]
	if (!(layer in all)) layers[++count] = layer
	all[layer] += lines; covered[layer] += hit
	total += lines; total_hit += hit
	if (lines && hit * 100 < lines * 85)
		below[++low] = sprintf("%6.1f %% %5d of %5d  %s", hit * 100 / lines, hit, lines, file)
	file = ""
}
END {
	if (!total) { print "coverage: nothing counted"; exit 1 }
	for (i = 1; i <= count; i++)
		printf "%-12s %6.1f %% %6d of %6d\n", layers[i], covered[layers[i]] * 100 / all[layers[i]], covered[layers[i]], all[layers[i]]
	printf "%-12s %6.1f %% %6d of %6d\n", "all", total_hit * 100 / total, total_hit, total
	print "below 85 %:"
	for (i = 1; i <= low; i++) print below[i] | "sort -n"
}
