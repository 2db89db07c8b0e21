/* cron, worker: what does the work that is due. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/operate.h"
#include "cli/print.h"
#include "flow/jobs.h"
#include "flow/webhook.h"
#include "listing.h"
#include "local.h"
#include "queue/schedule.h"
#include "queue/window.h"

enum { PROCESSES_MAX = 32 };

/* How much work at once, and for how long. */
#define WORK_FLAGS                                                           \
	{.name = "jobs",                                                     \
	 .type = FLAG_INT,                                                   \
	 .value = "N",                                                       \
	 .help = "worker processes: so many sites at once",                  \
	 .minimum = 1,                                                       \
	 .maximum = PROCESSES_MAX,                                           \
	 .setting = "run.jobs"},                                             \
	{                                                                    \
		.name = "max-seconds", .type = FLAG_INT, .value = "SECONDS", \
		.help = "start nothing more after this time", .minimum = 10, \
		.maximum = 86400, .setting = "run.max_seconds"               \
	}
#define PAUSED_FLAG                                             \
	{                                                       \
		.name = "fail-if-paused", .type = FLAG_SWITCH,  \
		.help = "exit 75 inside the maintenance window" \
	}

static const struct flag worker_flags[] = {
	WORK_FLAGS,
	{.name = "follow",
	 .type = FLAG_SWITCH,
	 .help = "stay when the queue is empty (for systemd)"},
	{0},
};

static const struct flag cron_flags[] = {WORK_FLAGS, PAUSED_FLAG, {0}};

static const struct flag schedule_argument[] = {
	{.name = "NAME",
	 .type = FLAG_TEXT,
	 .help = "as cron list shows it",
	 .complete = "cron list",
	 .required = true},
	{0},
};

static const struct flag paused_flag[] = {PAUSED_FLAG, {0}};

/* Starts further workers; each child returns true with *is_child set. */
static bool
start_workers(struct app *app, unsigned more, pid_t *child, bool *is_child,
	      struct err *e)
{
	*is_child = false;
	/* A connection belongs to one process: each opens its own. */
	db_close(app->db);
	app->db = NULL;
	for (unsigned i = 0; i < more; i++) {
		(void)fflush(NULL);
		child[i] = fork();
		if (child[i] < 0)
			return err_set(e, ERR_TEMPORARY,
				       "cannot start a worker: %s",
				       strerror(errno));
		if (child[i] == 0) {
			*is_child = true;
			lease_owner(app->owner);
			/* Whoever kills the first kills them all. */
			(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
			return true;
		}
	}
	return true;
}

static bool
wait_for(const struct app *app, const pid_t *child, unsigned count)
{
	bool fine = true;

	for (unsigned i = 0; i < count; i++) {
		int status = 0;

		if (app->stop && *app->stop)
			(void)kill(child[i], SIGTERM);
		while (waitpid(child[i], &status, 0) < 0 && errno == EINTR)
			;
		fine = fine && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	return fine;
}

/*
 * The peak of this process, for `verify` (I12). Not getrusage: its figure
 * survives exec, so it would be that of whoever started us.
 */
static bool
note_memory(struct app *app, struct err *e)
{
	char line[256], detail[64];
	long peak = 0;
	FILE *status = fopen("/proc/self/status", "re");

	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "VmHWM: %ld kB", &peak) == 1)
			break;
	if (status)
		(void)fclose(status);
	(void)snprintf(detail, sizeof(detail), "{\"rss_kib\":%ld}", peak);
	return db_run(app->db, SQL_CRON_ENDED, BINDS(bind_text(detail)), e);
}

static bool
work(struct app *app, bool follow, struct err *e)
{
	struct worker worker;
	unsigned worked = 0;

	if (!app_db(app, e))
		return false;
	jobs_worker(app, &worker);
	worker.follow = follow;
	return worker_run(&worker, &worked, e) && note_memory(app, e);
}

/* How many worker processes the due jobs can use. */
static bool
count_ready(struct app *app, unsigned *count, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(app->db, &rows, SQL_CRON_READY,
		     BINDS(bind_int(PROCESSES_MAX)), e))
		return false;
	*count = rows_next(&rows) ? (unsigned)rows_int(&rows, "ready") : 0;
	return rows_check(&rows, e);
}

static bool
work_with(struct app *app, unsigned jobs, bool follow, struct call *call,
	  struct err *e)
{
	pid_t child[PROCESSES_MAX];
	unsigned ready = jobs, more;
	bool is_child = false, fine;

	if (!follow && !count_ready(app, &ready, e))
		return false;
	more = ready < jobs ? ready : jobs;
	more = more > 0 ? more - 1 : 0;
	if (more > 0 && !start_workers(app, more, child, &is_child, e))
		return false;
	fine = work(app, follow, e);
	if (more > 0 && is_child)
		_exit(fine ? 0 : exit_status(e));
	if (!wait_for(app, child, more))
		call_failed(call);
	return fine;
}

/* The one line that a paused start writes; true when it is paused. */
static bool
is_paused(struct app *app, struct call *call)
{
	char until[TIME_TEXT_MAX];
	utc_ms now = app_now(app);

	if (!bc_window_covers(now))
		return false;
	(void)time_text_minute(bc_window_ends(now), until);
	log_line(&app->log, LOG_INFO, LOG_TEXT("flow", call->command->name),
		 LOG_TEXT("paused_until", until),
		 LOG_TEXT("msg", "Business Central maintenance"));
	if (call->err_is_terminal || call_switch(call, "verbose"))
		call_say(call,
			 "Paused: Business Central maintenance until %s, due "
			 "work starts then.",
			 until);
	if (call_switch(call, "fail-if-paused"))
		call->status = 75;
	return true;
}

static bool
run_worker(struct app *app, struct call *call, struct err *e)
{
	(void)is_paused(app, call); /* what may go on in it, does */
	return work_with(app, app->config.run.jobs, call_switch(call, "follow"),
			 call, e);
}

static bool
last_seen(struct app *app, char out[TIME_TEXT_MAX], struct err *e)
{
	AUTO(rows) rows = ROWS;

	out[0] = '\0';
	if (!db_open(app->db, &rows, SQL_CRON_SEEN, NO_BINDS, e))
		return false;
	if (rows_next(&rows))
		rows_text(&rows, "value", out, TIME_TEXT_MAX);
	return rows_check(&rows, e);
}

/* The time before tells the responder when cron may be expected again. */
static bool
note_seen(struct app *app, struct err *e)
{
	char host[256] = "";
	char now[TIME_TEXT_MAX], before[TIME_TEXT_MAX];

	if (!last_seen(app, before, e))
		return false;
	(void)gethostname(host, sizeof(host) - 1);
	/* All rows at once: each commit waits for the disk. */
	return db_run_many(app->db, SQL_SETTING_NOTE,
			   (const struct bind[]){
				   bind_text("cron_last_seen"),
				   bind_text(time_text(app_now(app), now)),
				   bind_text("cron_host"),
				   bind_text(host),
				   bind_text("cron_seen_before"),
				   bind_text(before),
			   },
			   2, 3, e);
}

/* F36: what another start is at, for whoever wonders why this one did not. */
static bool
log_running(struct app *app, struct err *e)
{
	AUTO(rows) rows = ROWS;
	char since[TIME_TEXT_MAX], said[TIME_TEXT_MAX + 30];

	if (!db_open(app->db, &rows, SQL_CRON_RUNNING, NO_BINDS, e))
		return false;
	while (rows_next(&rows)) {
		(void)snprintf(
			said, sizeof(said), "already running since %s",
			time_text(rows_time(&rows, "started_at"), since));
		log_line(
			&app->log, LOG_INFO,
			LOG_TEXT("flow", rows_borrow(&rows, "kind", NULL)),
			LOG_TEXT("site", rows_borrow(&rows, "site_code", NULL)),
			LOG_INT("op", rows_int(&rows, "id")),
			LOG_TEXT("msg", said));
	}
	return rows_check(&rows, e);
}

/* What shops told is taken in inside the window too; it stops nothing else. */
static void
replay_spool(struct app *app)
{
	struct err why = {0};

	if (!webhook_replay(app, &why))
		log_line(&app->log, LOG_WARN, LOG_TEXT("flow", "cron"),
			 LOG_TEXT("msg", why.text));
}

static bool
run_cron(struct app *app, struct call *call, struct err *e)
{
	struct worker worker;
	const struct job_kind *kinds;
	unsigned made = 0, repaired = 0;
	size_t count;

	if (!note_seen(app, e))
		return false;
	replay_spool(app);
	if (is_paused(app, call))
		return true;
	kinds = job_kinds(&count);
	jobs_worker(app, &worker);
	return worker_repair(&worker, &repaired, e) &&
	       schedule_enqueue_due(app->db, kinds, count, app_now(app), &made,
				    e) &&
	       log_running(app, e) &&
	       work_with(app, app->config.run.jobs, false, call, e);
}

static bool
run_cron_list(struct app *app, struct call *call, struct err *e)
{
	static const struct column columns[] = {
		{.name = "name"},
		{.name = "kind"},
		{.name = "site_code", .from = "site"},
		{.name = "is_enabled", .type = PRINT_FLAG, .from = "enabled"},
		{.name = "frequency"},
		{.name = "next_run_at", .type = PRINT_TIME},
		{.name = "last_run_at", .type = PRINT_TIME},
		{0},
	};
	const struct listing listing = {
		.entity = &entity_schedules,
		.columns = columns,
		.limit = INT64_MAX,
	};

	return listing_print(app, call, &listing, e);
}

static bool
run_cron_run(struct app *app, struct call *call, struct err *e)
{
	char by[PERSON_MAX];
	int64_t operation;

	return schedule_run_now(app->db, call_text(call, "NAME"), app_now(app),
				person_name(by), &operation, e) &&
	       operate(app, call, operation, e);
}

const struct command work_commands[] = {
	{
		.name = "cron",
		.summary = "do what is due: the one line of the crontab",
		.description =
			"Turns due schedules into operations, repairs leases "
			"of processes that are gone, then works the queue until "
			"it is empty or the time is up. Any number of crons, on "
			"any number of hosts, may run at once. Silent when all "
			"went well. Inside Business Central's weekly "
			"maintenance (Sunday 19:00 to Monday 04:00 UTC) it does "
			"nothing and exits 0.",
		.flags = cron_flags,
		.examples =
			(const struct example[]){
				{"orderbridge cron", "what the crontab runs"},
				{"orderbridge cron --jobs=4 --max-seconds=600",
				 "four sites at once, ten minutes at most"},
				{0},
			},
		.traits = NEEDS_DATABASE | NEEDS_SECRETS | IS_COMMON,
		.run = run_cron,
	},
	{
		.name = "cron list",
		.summary = "schedules: what runs when",
		.examples =
			(const struct example[]){
				{"orderbridge cron list", "next and last runs"},
				{0},
			},
		.traits = NEEDS_DATABASE | TAKES_FORMAT,
		.run = run_cron_list,
	},
	{
		.name = "cron run",
		.summary = "run a schedule now, though it is not due",
		.arguments = schedule_argument,
		.flags = paused_flag,
		.examples =
			(const struct example[]){
				{"orderbridge cron run order_sync:woo-us",
				 "one site, now"},
				{0},
			},
		.traits = IS_STEPS,
		.run = run_cron_run,
	},
	{
		.name = "worker",
		.summary = "work the queue without looking at schedules",
		.description =
			"Claims one job after the other until nothing is due. "
			"With --follow it stays and waits for more, as a "
			"service does. SIGTERM ends it at the next safe point.",
		.flags = worker_flags,
		.examples =
			(const struct example[]){
				{"orderbridge worker", "empty the queue once"},
				{"orderbridge worker --follow --jobs=2",
				 "run as a service"},
				{0},
			},
		.traits = NEEDS_DATABASE | NEEDS_SECRETS,
		.run = run_worker,
	},
	{0},
};
