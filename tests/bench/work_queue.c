/*
 * work_queue WORKERS SECONDS: the program's own workers over jobs that do
 * nothing, in so many processes; prints how many a second. The settings come by
 * ORDERBRIDGE_CONFIG.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/app.h"
#include "queue/worker.h"

extern char **environ;

static volatile int stop;

static void
on_alarm(int number)
{
	stop = number;
}

static bool
do_nothing(void *context, struct task *task, struct err *e)
{
	(void)context;
	(void)task;
	(void)e;
	return true;
}

static const struct job_kind kinds[] = {{.kind = "nothing", .run = do_nothing}};

static bool
work(struct app *app, double seconds, unsigned *worked, struct err *e)
{
	struct itimerval timer = {0};
	struct worker worker = {.clock = &app->clock,
				.log = &app->log,
				.kind = kinds,
				.kinds = COUNT_OF(kinds),
				.stop = &stop};

	if (!app_db(app, e))
		return false;
	worker.db = app->db;
	signal(SIGALRM, on_alarm);
	timer.it_value.tv_sec = (time_t)seconds;
	timer.it_value.tv_usec =
		(suseconds_t)((seconds - (double)(time_t)seconds) * 1e6);
	setitimer(ITIMER_REAL, &timer, NULL);
	return worker_run(&worker, worked, e);
}

static int
child(double seconds, int out)
{
	struct app app = {0};
	struct app_start start = {.log_name = "queue.log",
				  .environment = environ};
	unsigned worked = 0;
	struct err e = {0};

	if (!app_open(&app, &start, &e) || !work(&app, seconds, &worked, &e)) {
		fprintf(stderr, "work_queue: %s\n", e.text);
		return 1;
	}
	app_close(&app);
	return write(out, &worked, sizeof(worked)) == sizeof(worked) ? 0 : 1;
}

int
main(int argc, char **argv)
{
	int fd[2], status;
	long workers;
	unsigned long all = 0;
	unsigned one;

	if (argc != 3 || pipe(fd))
		return 2;
	workers = strtol(argv[1], NULL, 10);
	for (long i = 0; i < workers; i++)
		if (fork() == 0)
			_exit(child(strtod(argv[2], NULL), fd[1]));
	for (long i = 0; i < workers; i++)
		if (wait(&status) < 0 || status != 0)
			return 1;
	close(fd[1]);
	while (read(fd[0], &one, sizeof(one)) == sizeof(one))
		all += one;
	printf("{\"jobs\": %lu, \"seconds\": %s}\n", all, argv[2]);
	return 0;
}
