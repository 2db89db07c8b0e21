/*
 * The queue on a real server, driven by its arguments, with kinds of work that
 * do nothing but leave a line in a file: the ledger, which is what tests count
 * effects in. Environment: OBQ_SOCKET, OBQ_DATABASE, OBQ_DIR (ledger and log),
 * ORDERBRIDGE_TEST_CLOCK.
 */

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/log.h"
#include "db/db.h"
#include "queue/schedule.h"
#include "queue/upstream.h"
#include "queue/window.h"
#include "queue/worker.h"

struct probe {
	struct db *db;
	struct clock clock, database_clock;
	struct log log;
	char ledger[512];
};

static volatile int stop;

static void
on_signal(int number)
{
	stop = number;
}

static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? value : "";
}

/* Whether the ledger has the line; its lines are short and few. */
static bool
ledger_has(const struct probe *p, const char *line)
{
	char one[256];
	FILE *in = fopen(p->ledger, "re");
	bool found = false;

	while (in != NULL && !found && fgets(one, sizeof(one), in) != NULL) {
		one[strcspn(one, "\n")] = '\0';
		found = strcmp(one, line) == 0;
	}
	if (in != NULL)
		(void)fclose(in);
	return found;
}

static bool
ledger_add(const struct probe *p, const char *line, struct err *e)
{
	char text[256];
	int length = snprintf(text, sizeof(text), "%s\n", line);
	int fd = open(p->ledger, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
		      0600);
	bool done = fd >= 0 && write(fd, text, (size_t)length) == length;

	if (fd >= 0)
		(void)close(fd);
	return done || err_set(e, ERR_TEMPORARY, "cannot write the ledger");
}

static int64_t
number_of(const char *scope, const char *name, int64_t otherwise)
{
	json_t *all = json_loads(scope != NULL ? scope : "{}", 0, NULL);
	const json_t *value = json_object_get(all, name);
	int64_t number =
		json_is_integer(value) ? json_integer_value(value) : otherwise;

	json_decref(all);
	return number;
}

static void
text_of(const char *scope, const char *name, char out[81])
{
	json_t *all = json_loads(scope, 0, NULL);
	const char *value = json_string_value(json_object_get(all, name));

	(void)snprintf(out, 81, "%s", value != NULL ? value : "");
	json_decref(all);
}

struct step {
	const struct job *job;
	int64_t done;
};

static bool
write_checkpoint(struct db *db, void *context, struct err *e)
{
	const struct step *step = context;
	char json[40];

	(void)snprintf(json, sizeof(json), "{\"done\":%" PRId64 "}",
		       step->done);
	return job_checkpoint(db, step->job, json, e);
}

static bool
remember(struct task *task, int64_t done, struct err *e)
{
	struct step step = {.job = task->job, .done = done};

	return task_transact(task, write_checkpoint, &step, e);
}

/* Looked up first, as with every effect whose outcome may be unknown. */
static bool
effect(struct probe *p, const char *line, struct err *e)
{
	if (ledger_has(p, line))
		return true;
	if (OB_FAULT("probe.before_effect"))
		return err_set(e, ERR_TEMPORARY, "fault point");
	if (!ledger_add(p, line, e))
		return false;
	if (OB_FAULT("probe.after_effect"))
		return err_set(e, ERR_UNKNOWN, "fault point");
	return true;
}

static void
sleep_awake(struct task *task, int64_t ms)
{
	int64_t until = clock_boot_ms() + ms;

	while (clock_boot_ms() < until && !task_tick(task))
		clock_sleep_ms(20);
}

/*
 * One item. "crash": n in the scope kills whoever touches that one; "stop": n
 * freezes the first attempt there.
 */
static bool
append_item(struct probe *p, struct task *task, int64_t i, struct err *e)
{
	const char *scope = task->op->scope;
	char line[80];
	bool poison;

	(void)snprintf(line, sizeof(line), "%" PRId64 ":%" PRId64, task->op->id,
		       i);
	if (!task_item_begin(task, line, &poison, e))
		return false;
	/* It may have been done before the process died: looked up first. */
	poison = poison && !ledger_has(p, line);
	if (i == number_of(scope, "crash", 0) && !poison)
		(void)raise(SIGKILL);
	if (i == number_of(scope, "stop", 0) && task->job->attempts == 0)
		(void)raise(SIGSTOP);
	sleep_awake(task, number_of(scope, "sleep_ms", 0));
	task->op->tally.fetched++;
	if (poison) {
		task->op->tally.hard++;
		task->op->failed_count++;
	} else {
		/* Under the lease, right before what cannot be undone. */
		if (!remember(task, i - 1, e) || !effect(p, line, e))
			return false;
		task->op->tally.stored++;
	}
	return remember(task, i, e) && task_item_end(task, e);
}

static bool
append_run(void *context, struct task *task, struct err *e)
{
	struct probe *p = context;
	int64_t items = number_of(task->op->scope, "items", 3);
	int64_t i = number_of(task->job->checkpoint, "done", 0);

	while (i < items) {
		if (task_must_stop(task))
			return true;
		task_progress(task, "append", (unsigned)i, (unsigned)items,
			      "items");
		if (!append_item(p, task, ++i, e))
			return false;
	}
	return true;
}

/* A job of its own: one line for its ref. */
static bool
effect_run(void *context, struct task *task, struct err *e)
{
	return ledger_add(context, task->job->ref, e);
}

/* The same, but for an effect that can be looked up. */
static bool
once_run(void *context, struct task *task, struct err *e)
{
	return effect(context, task->job->ref, e);
}

/* Fails as the scope says, while fewer than "times" attempts have failed. */
static bool
fail_run(void *context, struct task *task, struct err *e)
{
	static const enum err_class classes[] = {ERR_TEMPORARY, ERR_DENIED,
						 ERR_FATAL,     ERR_MISSING,
						 ERR_UNKNOWN,   ERR_PERMANENT};
	const struct probe *p = context;
	const char *scope = task->op->scope;
	char class[81], code[81];
	int64_t in_s = number_of(scope, "retry_in_s", 0);

	if (task->job->attempts >= number_of(scope, "times", 99))
		return true;
	text_of(scope, "class", class);
	text_of(scope, "code", code);
	for (size_t i = 0; i < COUNT_OF(classes); i++)
		if (strcmp(err_class_text(classes[i]), class) == 0)
			err_set(e, classes[i], "told to be %s", class);
	err_as(e, code_find(code));
	if (in_s > 0)
		e->retry_at = p->clock.now(&p->clock) + in_s * SECOND;
	return false;
}

static bool
later_run(void *context, struct task *task, struct err *e)
{
	const struct probe *p = context;

	(void)e;
	task->resume_at = p->clock.now(&p->clock) +
			  number_of(task->op->scope, "in_s", 60) * SECOND;
	task->resume_reason = "backpressure";
	return true;
}

/* One pass of three, each asking to go on at once. */
static bool
more_run(void *context, struct task *task, struct err *e)
{
	int64_t done = number_of(task->job->checkpoint, "done", 0) + 1;
	char line[80];

	(void)snprintf(line, sizeof(line), "%" PRId64 ":%" PRId64, task->op->id,
		       done);
	task->more = done < 3;
	return effect(context, line, e) && remember(task, done, e);
}

static const struct job_kind kinds[] = {
	{"append", true, true, append_run, false, "orders"},
	{"alone", true, true, append_run, true, NULL},
	{"quiet", true, false, append_run, false, NULL},
	{"fail", true, true, fail_run, false, NULL},
	{"later", true, true, later_run, false, NULL},
	{"more", true, true, more_run, false, NULL},
	{"effect", false, true, effect_run, false, NULL},
	{"once", false, true, once_run, false, NULL},
	{"fail_job", false, true, fail_run, false, NULL},
};

static struct worker
make_worker(struct probe *p)
{
	return (struct worker){
		.db = p->db,
		.clock = &p->clock,
		.log = &p->log,
		.kind = kinds,
		.kinds = COUNT_OF(kinds),
		.context = p,
		.waits = {{60, 300, 1800, 10800}},
		.stop = &stop,
	};
}

/* work [follow] [for SECONDS] [only OPERATION] */
static bool
do_work(struct probe *p, char **word, struct err *e)
{
	struct worker worker = make_worker(p);
	unsigned worked;

	for (; *word != NULL; word++) {
		if (strcmp(*word, "follow") == 0)
			worker.follow = true;
		else if (strcmp(*word, "for") == 0)
			worker.max_seconds =
				(unsigned)strtoul(*++word, NULL, 10);
		else if (strcmp(*word, "only") == 0)
			worker.only_operation = strtoll(*++word, NULL, 10);
	}
	if (!worker_run(&worker, &worked, e))
		return false;
	printf("%u\n", worked);
	return true;
}

static bool
do_repair(struct probe *p, char **word, struct err *e)
{
	struct worker worker = make_worker(p);
	unsigned repaired;

	(void)word;
	if (!worker_repair(&worker, &repaired, e))
		return false;
	printf("%u\n", repaired);
	return true;
}

static bool
do_due(struct probe *p, char **word, struct err *e)
{
	unsigned made;

	(void)word;
	if (!schedule_enqueue_due(p->db, kinds, COUNT_OF(kinds),
				  p->clock.now(&p->clock), &made, e))
		return false;
	printf("%u\n", made);
	return true;
}

static bool
do_cron(struct probe *p, char **word, struct err *e)
{
	return do_repair(p, word, e) && do_due(p, word, e) &&
	       do_work(p, word, e);
}

/* ask KIND [site ID] [full] [scope JSON] [waiting N] [until] */
static bool
do_ask(struct probe *p, char **word, struct err *e)
{
	utc_ms now = p->clock.now(&p->clock);
	struct operation_ask ask = {.kind = *word++, .source = "cli"};
	int64_t id;
	bool merged;

	for (; *word != NULL; word++) {
		if (strcmp(*word, "site") == 0)
			ask.site_id = strtoll(*++word, NULL, 10);
		else if (strcmp(*word, "full") == 0)
			ask.is_full = true;
		else if (strcmp(*word, "scope") == 0)
			ask.scope = *++word;
		else if (strcmp(*word, "waiting") == 0)
			ask.max_waiting = (unsigned)strtoul(*++word, NULL, 10);
		else if (strcmp(*word, "until") == 0) {
			ask.paused_until = bc_window_ends(now);
			ask.pause_reason = "window";
		}
	}
	if (!operation_ask(p->db, &ask, now, &id, &merged, e))
		return false;
	printf("%" PRId64 "%s\n", id, merged ? " merged" : "");
	return true;
}

/* jobs OPERATION KIND REF...; one job a ref */
static bool
do_jobs(struct probe *p, char **word, struct err *e)
{
	struct job_ask ask = {.operation_id = strtoll(word[0], NULL, 10),
			      .kind = word[1]};

	for (word += 2; *word != NULL; word++) {
		ask.ref = *word;
		if (!job_add(p->db, &ask, e))
			return false;
	}
	return true;
}

/* renew OPERATION KIND REF ATTEMPTS SKU */
static bool
do_renew(struct probe *p, char **word, struct err *e)
{
	utc_ms now = p->clock.now(&p->clock);
	struct job_ask ask = {
		.operation_id = strtoll(word[0], NULL, 10),
		.kind = word[1],
		.ref = word[2],
		.attempts = (unsigned)strtoul(word[3], NULL, 10),
		.wait_sku = word[4],
		.run_after = now + (utc_ms)5 * MINUTE,
		.give_up_at = now + (utc_ms)14 * DAY,
		.code = OB_SKU_WAIT,
		.error = "SKU is not there yet",
	};

	return job_add(p->db, &ask, e);
}

static bool
do_settle(struct probe *p, char **word, struct err *e)
{
	return job_settle(p->db, word[0], 0, word[1], e);
}

static bool
do_wake(struct probe *p, char **word, struct err *e)
{
	return job_wake_sku(p->db, word[0], e);
}

static bool
do_cancel(struct probe *p, char **word, struct err *e)
{
	return operation_cancel(p->db, strtoll(*word, NULL, 10),
				p->clock.now(&p->clock), e);
}

static bool
do_retry(struct probe *p, char **word, struct err *e)
{
	return operation_retry(p->db, strtoll(*word, NULL, 10), e);
}

static bool
do_run_now(struct probe *p, char **word, struct err *e)
{
	int64_t id;

	if (!schedule_run_now(p->db, *word, p->clock.now(&p->clock), "Ann", &id,
			      e))
		return false;
	printf("%" PRId64 "\n", id);
	return true;
}

/* lease NAME SECONDS: takes it, holds it, gives it back */
static bool
do_lease(struct probe *p, char **word, struct err *e)
{
	char owner[OWNER_MAX];
	struct lease lease;
	bool taken;

	lease_owner(owner);
	if (!lease_take(&lease, p->db, word[0], owner, &taken, e))
		return false;
	printf("%s %s\n", taken ? "taken" : "held by", lease.owner);
	(void)fflush(stdout);
	if (taken)
		clock_sleep_ms(strtoll(word[1], NULL, 10) * SECOND);
	lease_release(&lease);
	return true;
}

/* A call that ends: fails or not, and when it names a moment, in a minute. */
static bool
report(struct probe *p, struct upstream *up, const char *what, struct err *e)
{
	bool fails = strcmp(what, "fail") == 0;
	bool waits = strcmp(what, "429") == 0 || strcmp(what, "told") == 0;

	return upstream_report(up, p->db, !fails, fails,
			       waits ? p->clock.now(&p->clock) + MINUTE : 0,
			       "no answer", e);
}

/*
 * calls NAME RATE BURST, then one word a call: ok, fail, 429, enter (no answer
 * yet), told (an answer to an earlier call), retry
 */
static bool
do_calls(struct probe *p, char **word, struct err *e)
{
	struct upstream up = {0};
	int64_t wait_ms;
	bool may;

	(void)snprintf(up.name, sizeof(up.name), "%s", word[0]);
	up.per_second = strtod(word[1], NULL);
	up.burst = (unsigned)strtoul(word[2], NULL, 10);
	for (word += 3; *word != NULL; word++) {
		const char *what = *word;
		bool told = strcmp(what, "told") == 0;

		if (strcmp(what, "retry") == 0) {
			if (!upstream_may_retry(&up, p->db, &may, e))
				return false;
			printf("%s\n", may ? "may" : "may not");
			continue;
		}
		if (!told && !upstream_enter(&up, p->db, 1, &wait_ms, e)) {
			printf("refused %s %s\n", code_name(e->code), e->text);
			continue;
		}
		if (!told)
			printf("entered %" PRId64 "\n", wait_ms);
		if (strcmp(what, "enter") != 0 && !report(p, &up, what, e))
			return false;
	}
	return true;
}

static const struct {
	const char *name;
	bool (*run)(struct probe *p, char **word, struct err *e);
} commands[] = {
	{"work", do_work},     {"cron", do_cron},     {"repair", do_repair},
	{"due", do_due},       {"ask", do_ask},       {"jobs", do_jobs},
	{"renew", do_renew},   {"settle", do_settle}, {"wake", do_wake},
	{"cancel", do_cancel}, {"retry", do_retry},   {"run-now", do_run_now},
	{"lease", do_lease},   {"calls", do_calls},
};

static bool
open_all(struct probe *p, struct err *e)
{
	const char *clock = variable("ORDERBRIDGE_TEST_CLOCK");
	/* The database's own, where the host's is wrong. */
	const char *other = variable("OBQ_DATABASE_CLOCK");
	const struct db_settings settings = {
		.socket = variable("OBQ_SOCKET"),
		.host = "",
		.name = variable("OBQ_DATABASE"),
		.user = "root",
		.password = "",
		.ca_file = "",
		.connect_timeout_s = 5,
		.statement_timeout_s = 15,
	};

	p->clock = clock_system;
	(void)snprintf(p->ledger, sizeof(p->ledger), "%s/ledger",
		       variable("OBQ_DIR"));
#ifdef OB_TEST_CLOCK
	if (*clock != '\0' &&
	    (!clock_test_open(&p->clock, clock, e) ||
	     !clock_test_open(&p->database_clock, *other ? other : clock, e)))
		return false;
#else
	(void)other;
#endif
	return log_open(&p->log, &p->clock, variable("OBQ_DIR"), "log",
			LOG_DEBUG, e) &&
	       db_connect(&p->db, &settings,
			  *clock != '\0' ? &p->database_clock : &clock_system,
			  e);
}

static bool
run_command(struct probe *p, char **word, struct err *e)
{
	for (size_t i = 0; *word != NULL && i < COUNT_OF(commands); i++)
		if (strcmp(commands[i].name, *word) == 0)
			return open_all(p, e) &&
			       commands[i].run(p, word + 1, e);
	return err_set(e, ERR_INPUT, "no such command");
}

int
main(int count, char **word)
{
	const struct sigaction act = {.sa_handler = on_signal};
	struct probe p = {.log = {.fd = -1}};
	struct err e = {0};
	bool done;

	(void)count;
	(void)sigaction(SIGTERM, &act, NULL);
	done = run_command(&p, word + 1, &e);
	if (!done)
		fprintf(stderr, "%s: %s\n", code_name(e.code), e.text);
	db_close(p.db);
	log_close(&p.log);
	if (done)
		return 0;
	return e.code == OB_LEASE_LOST ? 75 : e.class == ERR_FATAL ? 69 : 1;
}
