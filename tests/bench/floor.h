#ifndef OB_BENCH_FLOOR_H
#define OB_BENCH_FLOOR_H

/*
 * What the floor programs share. They use libmariadb alone, with nothing of the
 * program's own in between: what the machine and the server can do at best.
 */

#include <mysql.h>

/* Connects as the program does; ends the process when it cannot. */
MYSQL *floor_connect(const char *socket, const char *database);
MYSQL_STMT *floor_prepare(MYSQL *mysql, const char *text);
/* Runs a prepared statement, rows at once (0: one, not bound as an array). */
void floor_run(MYSQL_STMT *statement, MYSQL_BIND *bind, unsigned rows);
void floor_query(MYSQL *mysql, const char *text);
double floor_seconds(void);     /* that only grow */
double floor_cpu_seconds(void); /* of this process */
/* Tells what went wrong and ends the process. */
void floor_fail(const char *what, const char *why);

#endif
