#include "floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

void
floor_fail(const char *what, const char *why)
{
	(void)fprintf(stderr, "floor: %s: %s\n", what, why);
	exit(1);
}

MYSQL *
floor_connect(const char *socket, const char *database)
{
	MYSQL *mysql = mysql_init(NULL);

	if (mysql == NULL || mysql_real_connect(mysql, NULL, "root", NULL,
						database, 0, socket, 0) == NULL)
		floor_fail("connect", mysql ? mysql_error(mysql) : "memory");
	floor_query(mysql, "SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci");
	floor_query(mysql, "SET SESSION TRANSACTION ISOLATION LEVEL "
			   "READ COMMITTED");
	floor_query(mysql, "SET SESSION column_compression_zlib_level = 1");
	return mysql;
}

MYSQL_STMT *
floor_prepare(MYSQL *mysql, const char *text)
{
	MYSQL_STMT *statement = mysql_stmt_init(mysql);

	if (statement == NULL ||
	    mysql_stmt_prepare(statement, text, strlen(text)))
		floor_fail(text, mysql_error(mysql));
	return statement;
}

void
floor_run(MYSQL_STMT *statement, MYSQL_BIND *bind, unsigned rows)
{
	mysql_stmt_attr_set(statement, STMT_ATTR_ARRAY_SIZE, &rows);
	if ((bind && mysql_stmt_bind_param(statement, bind)) ||
	    mysql_stmt_execute(statement))
		floor_fail("execute", mysql_stmt_error(statement));
}

void
floor_query(MYSQL *mysql, const char *text)
{
	if (mysql_query(mysql, text))
		floor_fail(text, mysql_error(mysql));
}

double
floor_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double
floor_cpu_seconds(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}
