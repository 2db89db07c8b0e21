# Turns .sql files into C, by mode:
#   ids:        enum sql_id, one SQL_SOME_NAME for each "-- name: some_name"
#   text:       the table sql_text[] in the same order
#   migrations: the table migration_step[]; a statement ends with ";" at the end
#               of its line and is one step
# Written for mawk: no gensub, no length(array), no {n} repeats.
function fail(why) {
	printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"
	failed = 1
	exit 1
}
function quoted(line) {
	sub(/[ \t]+-- .*$/, "", line)
	sub(/^[ \t]+/, "", line)
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	return "\"" line " \""
}
function add(line) {
	text[count] = text[count] (text[count] == "" ? "" : "\n") "\t\t" quoted(line)
}
mode == "migrations" && FNR == 1 {
	if (open) fail("the file before ends without \";\"")
	parts = split(FILENAME, part, "/")
	file = part[parts]
	sub(/\.sql$/, "", file)
	version = substr(file, 1, 4) + 0
	if (file !~ /^[0-9][0-9][0-9][0-9]_[a-z0-9_]+$/ || version != last + 1)
		fail("migrations are numbered 0001_name.sql, 0002_name.sql, ...")
	last = version
	step = 0
}
mode != "migrations" && /^-- name: / {
	name = $3
	if (name !~ /^[a-z][a-z0-9_]*$/) fail("bad statement name: " name)
	if (name in seen) fail("name used twice: " name)
	seen[name] = ++count
	names[count] = name
	next
}
/^[ \t]*--/ || /^[ \t]*$/ { next }
mode == "migrations" {
	if (!open) { open = 1; count++; of[count] = file; ver[count] = version; nth[count] = ++step }
	line = $0
	sub(/[ \t]+-- .*$/, "", line)
	if (line ~ /;[ \t]*$/) { sub(/;[ \t]*$/, "", line); open = 0 }
	add(line)
	next
}
{
	if (!count) fail("text before the first \"-- name:\"")
	add($0)
}
END {
	if (failed) exit 1
	print "/* Made from sql/: edit the .sql files instead. */"
	if (mode == "ids") {
		print "#ifndef OB_DB_SQL_IDS_H\n#define OB_DB_SQL_IDS_H\n\nenum sql_id {"
		for (i = 1; i <= count; i++) print "\tSQL_" toupper(names[i]) ","
		print "\tSQL_COUNT\n};\n\n#endif"
		exit
	}
	print "#include \"db/sql.h\"\n"
	if (mode == "migrations") {
		if (open) { print "a statement without \";\" in " file > "/dev/stderr"; exit 1 }
		print "const struct migration_step migration_step[] = {"
		for (i = 1; i <= count; i++)
			printf "\t{\"%s\", %d, %d,\n%s},\n", of[i], ver[i], nth[i], text[i]
		printf "};\nconst size_t migration_steps = %d;\n", count
		exit
	}
	print "const struct sql_text sql_text[SQL_COUNT] = {"
	for (i = 1; i <= count; i++) {
		if (text[i] == "") { print "empty statement: " names[i] > "/dev/stderr"; exit 1 }
		printf "\t[SQL_%s] = {\"%s\",\n%s},\n", toupper(names[i]), names[i], text[i]
	}
	print "};"
}
