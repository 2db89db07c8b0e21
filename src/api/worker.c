#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "local.h"

enum { NONE_FREE = -1, NO_PLACES = -2 };

/*
 * A place for one more worker of this host: a lock that the worker inherits and
 * that ends with it, however it ends.
 */
static int
take_place(const struct app *app)
{
	char path[CONFIG_PATH_MAX + 32];

	for (unsigned i = 0; i < app->config.run.max_workers; i++) {
		int place;

		(void)snprintf(path, sizeof(path), "%s/worker-%u.lock",
			       app->config.run.state_dir, i);
		place = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
			     0600);
		if (place < 0)
			return NO_PLACES;
		if (flock(place, LOCK_EX | LOCK_NB) == 0)
			return place;
		(void)close(place);
	}
	return NONE_FREE;
}

static bool
program_beside(const char *file, char *out, size_t room)
{
	char folder[CONFIG_PATH_MAX];

	(void)snprintf(folder, sizeof(folder), "%s", file);
	(void)snprintf(out, room, "%s/orderbridge", dirname(folder));
	return access(out, X_OK) == 0;
}

/*
 * Beside this program, as one installation has it; or beside the settings, as
 * on a shared host, where the web root holds the responder alone.
 */
bool
worker_program(const struct app *app, char *out, size_t room)
{
	char self[CONFIG_PATH_MAX];
	const ssize_t length =
		readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[length > 0 ? length : 0] = '\0';
	return (length > 0 && program_beside(self, out, room)) ||
	       (app->config.file[0] == '/' &&
		program_beside(app->config.file, out, room));
}

/*
 * In the grandchild: nothing of the request may stay open but the place. What
 * hinders it goes into the pipe, which closes by itself when it runs.
 */
static void
become_worker(char *program, char *command, const char *config, int place,
	      int told)
{
	char *const words[] = {program, command, NULL};
	const int null = open("/dev/null", O_RDWR);

	(void)setsid();
	/* Out of the way of what they become. */
	place = fcntl(place, F_DUPFD, 10);
	told = fcntl(told, F_DUPFD, 10);
	for (int fd = 0; fd < 3; fd++)
		(void)dup2(null, fd);
	(void)dup2(place, 3);
	(void)dup2(told, 4);
	closefrom(5);
	(void)fcntl(4, F_SETFD, FD_CLOEXEC);
	if (config[0] != '\0')
		(void)setenv("ORDERBRIDGE_CONFIG", config, 1);
	(void)execv(program, words);
	(void)!write(4, &errno, sizeof(errno));
	_exit(127);
}

/* Twice, so that init and not we has to bury the worker. 0, or an errno. */
static int
start_detached(const struct app *app, char *program, char *command, int place)
{
	int told[2], why = 0;
	pid_t child;

	if (pipe2(told, O_CLOEXEC) != 0)
		return errno;
	child = fork();
	if (child == 0) {
		child = fork();
		if (child == 0)
			become_worker(program, command, app->config.file, place,
				      told[1]);
		if (child < 0)
			(void)!write(told[1], &errno, sizeof(errno));
		_exit(0);
	}
	if (child < 0)
		why = errno;
	else
		(void)waitpid(child, NULL, 0);
	(void)close(told[1]);
	/* Nothing comes when the program runs. */
	if (child > 0 && read(told[0], &why, sizeof(why)) <= 0)
		why = 0;
	(void)close(told[0]);
	return why;
}

/* The next time that cron comes, if it goes on as it did; 0: nobody knows. */
static utc_ms
next_cron(struct app *app)
{
	AUTO(rows) rows = ROWS;
	struct err ignored = {0};
	utc_ms last = 0, before = 0;
	const utc_ms now = app_now(app);

	if (!db_open(app->db, &rows, SQL_WORKER_CRON, NO_BINDS, &ignored) ||
	    !rows_next(&rows) || rows_null(&rows, "last") ||
	    rows_null(&rows, "before") ||
	    !time_parse(rows_borrow(&rows, "last", NULL), &last, &ignored) ||
	    !time_parse(rows_borrow(&rows, "before", NULL), &before,
			&ignored) ||
	    last - before < SECOND || now - last > 2 * (last - before))
		return 0;
	return last + (last - before) < now ? now : last + (last - before);
}

static enum worker_started
start(struct app *app, char *command)
{
	char program[CONFIG_PATH_MAX + 16];
	int place, why;

	if (!app->config.run.start_workers ||
	    !worker_program(app, program, sizeof(program)))
		return WORKER_IS_FORBIDDEN;
	place = take_place(app);
	if (place == NONE_FREE)
		return WORKER_IS_FULL;
	if (place < 0)
		return WORKER_IS_FORBIDDEN;
	why = start_detached(app, program, command, place);
	(void)close(place);
	if (why == 0)
		return WORKER_RUNS;
	log_line(&app->log, LOG_WARN,
		 LOG_TEXT("why", "a process cannot be started"),
		 LOG_TEXT("command", command),
		 LOG_TEXT("cause", strerror(why)));
	return WORKER_IS_FORBIDDEN;
}

enum worker_started
worker_start_one(struct app *app)
{
	char command[] = "worker";

	return start(app, command);
}

enum worker_started
cron_start_one(struct app *app)
{
	char command[] = "cron";

	return start(app, command);
}

void
worker_start(struct request *r)
{
	/* As many as may run at once do: they take it. */
	const bool runs = worker_start_one(r->app) != WORKER_IS_FORBIDDEN;

	r->starts = runs ? STARTS_NOW : STARTS_BY_CRON;
	r->cron_at = runs ? 0 : next_cron(r->app);
}
