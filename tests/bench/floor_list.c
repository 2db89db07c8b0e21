/*
 * floor_list SOCKET DATABASE FILE TIMES TOGETHER: the statements of the file,
 * one a line, each prepared once and then run that often in turn, with all its
 * rows read. Prints how long so many together, which make one answer, took (ms)
 * in the middle and at the 95th of 100.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"

enum { LINE = 64 * 1024, MOST = 200 };

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
		out[count++] = floor_prepare(mysql, line);
	}
	(void)fclose(file);
	return count;
}

static unsigned long
run_once(MYSQL_STMT *statement)
{
	unsigned long rows = 0;

	if (mysql_stmt_execute(statement) || mysql_stmt_store_result(statement))
		floor_fail("execute", mysql_stmt_error(statement));
	while (mysql_stmt_fetch(statement) == 0)
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
	size_t count, times, together, done = 0;
	double *took;

	if (argc != 6)
		return 2;
	count = read_statements(argv[3], floor_connect(argv[1], argv[2]),
				statement);
	times = strtoul(argv[4], NULL, 10);
	together = strtoul(argv[5], NULL, 10);
	took = calloc(count * times + 1, sizeof(*took));
	if (took == NULL || count == 0)
		floor_fail(argv[3], "nothing to run");
	for (size_t i = 0; i < times; i++) {
		for (size_t n = 0; n + together <= count; n += together) {
			const double began = floor_seconds();

			for (size_t part = 0; part < together; part++)
				rows += run_once(statement[n + part]);
			took[done++] = floor_seconds() - began;
		}
	}
	qsort(took, done, sizeof(*took), by_size);
	printf("{\"p50\": %.4f, \"p95\": %.4f, \"rows\": %lu, \"n\": %zu}\n",
	       1e3 * took[done / 2], 1e3 * took[done * 95 / 100], rows, done);
	free(took);
	return 0;
}
