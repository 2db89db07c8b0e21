/*
 * floor_list SOCKET DATABASE FILE SECONDS TOGETHER: the statements of the file,
 * one a line, each prepared once and then run in turn for so long, with all
 * values of all rows read. Prints how long so many together, which make one
 * answer, took (ms) in the middle and at the 95th of 100, and the processor's
 * time of this program an answer (ms).
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"

enum { LINE = 64 * 1024, MOST = 200, COLUMNS = 64, CELL = 512 };
enum { ANSWERS_MAX = 1000 * 1000 };

/* Where each row's values go; what does not fit is cut. */
static union {
	long long number;
	MYSQL_TIME time;
	char text[CELL];
} cell[COLUMNS];

/* Numbers and moments as they are, all else as text. */
static enum enum_field_types
type_of(const MYSQL_FIELD *field)
{
	static const enum enum_field_types whole[] = {
		MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_INT24,
		MYSQL_TYPE_LONG, MYSQL_TYPE_LONGLONG};

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		if (field->type == whole[i])
			return MYSQL_TYPE_LONGLONG;
	}
	return field->type == MYSQL_TYPE_DATETIME ||
			       field->type == MYSQL_TYPE_TIMESTAMP
		       ? MYSQL_TYPE_DATETIME
		       : MYSQL_TYPE_STRING;
}

static void
bind_cells(MYSQL_STMT *statement)
{
	MYSQL_BIND bind[COLUMNS] = {0};
	MYSQL_RES *about = mysql_stmt_result_metadata(statement);
	const unsigned count = mysql_stmt_field_count(statement);

	if (about == NULL || count > COLUMNS)
		floor_fail("columns", mysql_stmt_error(statement));
	for (unsigned i = 0; i < count; i++) {
		bind[i].buffer_type =
			type_of(mysql_fetch_field_direct(about, i));
		bind[i].buffer = &cell[i];
		bind[i].buffer_length = sizeof(cell[i]);
	}
	if (mysql_stmt_bind_result(statement, bind))
		floor_fail("columns", mysql_stmt_error(statement));
	mysql_free_result(about);
}

static size_t
read_statements(const char *path, MYSQL *mysql, MYSQL_STMT **out)
{
	static char line[LINE];
	FILE *file = fopen(path, "r");
	size_t count = 0;

	if (file == NULL)
		floor_fail("open", path);
	while (count < MOST && fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		out[count] = floor_prepare(mysql, line);
		bind_cells(out[count++]);
	}
	(void)fclose(file);
	return count;
}

static unsigned long
run_once(MYSQL_STMT *statement)
{
	unsigned long rows = 0;
	int done;

	if (mysql_stmt_execute(statement) || mysql_stmt_store_result(statement))
		floor_fail("execute", mysql_stmt_error(statement));
	while ((done = mysql_stmt_fetch(statement)) == 0 ||
	       done == MYSQL_DATA_TRUNCATED)
		rows++;
	mysql_stmt_free_result(statement);
	return rows;
}

static int
by_size(const void *a, const void *b)
{
	const double one = *(const double *)a, other = *(const double *)b;

	return (one > other) - (one < other);
}

int
main(int argc, char **argv)
{
	MYSQL_STMT *statement[MOST];
	unsigned long rows = 0;
	size_t count, together, next = 0, done = 0;
	double *took, until, used;

	if (argc != 6)
		return 2;
	count = read_statements(argv[3], floor_connect(argv[1], argv[2]),
				statement);
	together = strtoul(argv[5], NULL, 10);
	took = calloc(ANSWERS_MAX, sizeof(*took));
	if (took == NULL || together == 0 || count < together)
		floor_fail(argv[3], "nothing to run");
	until = floor_seconds() + strtod(argv[4], NULL);
	used = floor_cpu_seconds();
	while (done < ANSWERS_MAX && (done == 0 || floor_seconds() < until)) {
		const double began = floor_seconds();

		for (size_t part = 0; part < together; part++)
			rows += run_once(statement[next + part]);
		took[done++] = floor_seconds() - began;
		next += together;
		if (next + together > count)
			next = 0;
	}
	used = (floor_cpu_seconds() - used) / (double)done;
	qsort(took, done, sizeof(*took), by_size);
	printf("{\"p50\": %.4f, \"p95\": %.4f, \"cpu\": %.4f, "
	       "\"rows\": %lu, \"n\": %zu}\n",
	       1e3 * took[done / 2], 1e3 * took[done * 95 / 100], 1e3 * used,
	       rows, done);
	free(took);
	return 0;
}
