/*
 * floor_queue SOCKET DATABASE WORKERS SECONDS: claims and completes the jobs of
 * floor_job as fast as it goes, and prints how many a second: read the first
 * 16, pick one at random, compare-and-set on its fence, complete it; each of
 * the two changes is a durable commit.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "floor.h"

enum { HEAD = 16, WORKERS_MAX = 32 };

struct worker {
	MYSQL *mysql;
	MYSQL_STMT *due, *take, *finish;
	int64_t id, fence; /* of the row that is read, bound */
	int64_t picked, picked_fence;
	unsigned seed;
};

static void
set_up(struct worker *w, const char *socket, const char *database)
{
	w->mysql = floor_connect(socket, database);
	w->due = floor_prepare(w->mysql, "SELECT id, fence FROM floor_job"
					 " WHERE state = 'ready'"
					 " AND run_after <= UTC_TIMESTAMP(6)"
					 " ORDER BY run_after, id LIMIT 16");
	w->take = floor_prepare(
		w->mysql,
		"UPDATE floor_job SET state = 'leased', owner = 'floor',"
		" fence = fence + 1,"
		" until_at = UTC_TIMESTAMP(6) + INTERVAL 120 SECOND"
		" WHERE id = ? AND fence = ? AND state = 'ready'");
	w->finish = floor_prepare(
		w->mysql,
		"UPDATE floor_job SET state = 'done', done_at = UTC_TIMESTAMP(3)"
		" WHERE id = ? AND fence = ? + 1 AND state = 'leased'");
}

static unsigned
read_head(struct worker *w, int64_t id[HEAD], int64_t fence[HEAD])
{
	MYSQL_BIND out[2] = {
		{.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &w->id},
		{.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &w->fence},
	};
	unsigned count = 0;

	floor_run(w->due, NULL, 0);
	if (mysql_stmt_bind_result(w->due, out) ||
	    mysql_stmt_store_result(w->due))
		floor_fail("due", mysql_stmt_error(w->due));
	while (count < HEAD && mysql_stmt_fetch(w->due) == 0) {
		id[count] = w->id;
		fence[count++] = w->fence;
	}
	mysql_stmt_free_result(w->due);
	return count;
}

/* Whether there was anything; *worked grows when this one got it. */
static int
work_one(struct worker *w, long *worked)
{
	int64_t id[HEAD], fence[HEAD];
	MYSQL_BIND in[2] = {
		{.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &w->picked},
		{.buffer_type = MYSQL_TYPE_LONGLONG,
		 .buffer = &w->picked_fence},
	};
	unsigned count = read_head(w, id, fence), pick;

	if (count == 0)
		return 0;
	pick = (unsigned)rand_r(&w->seed) % count;
	w->picked = id[pick];
	w->picked_fence = fence[pick];
	floor_run(w->take, in, 0);
	if (mysql_stmt_affected_rows(w->take) != 1)
		return 1;
	floor_run(w->finish, in, 0);
	*worked += 1;
	return 1;
}

static void
work(const char *socket, const char *database, double seconds, int out)
{
	struct worker w = {.seed = (unsigned)getpid()};
	long worked = 0;
	double until;

	set_up(&w, socket, database);
	until = floor_seconds() + seconds;
	while (floor_seconds() < until && work_one(&w, &worked))
		;
	if (write(out, &worked, sizeof(worked)) != sizeof(worked))
		floor_fail("pipe", "cannot be written");
	mysql_close(w.mysql);
}

int
main(int argc, char **argv)
{
	int fd[2];
	long workers, all = 0, one;
	double seconds;

	if (argc != 5 || pipe(fd))
		return 2;
	workers = strtol(argv[3], NULL, 10);
	seconds = strtod(argv[4], NULL);
	for (long i = 0; i < workers && i < WORKERS_MAX; i++)
		if (fork() == 0) {
			work(argv[1], argv[2], seconds, fd[1]);
			_exit(0);
		}
	for (long i = 0; i < workers; i++)
		if (read(fd[0], &one, sizeof(one)) == sizeof(one))
			all += one;
	while (wait(NULL) > 0)
		;
	(void)printf("{\"jobs\": %ld, \"seconds\": %.3f}\n", all, seconds);
	return 0;
}
