#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "queue/window.h"
#include "worker_local.h"

enum {
	ASK_EVERY_MS = 1000,  /* a cancel is noticed within so long */
	SHOW_EVERY_MS = 1000, /* progress costs a durable write */
	ANSWER_S = 30,        /* a BC create in flight may take (F39) */
};

static bool
is_signalled(struct task *task)
{
	if (task->stop == NULL || *task->stop == 0)
		return false;
	if (task->signal_boot_ms == 0)
		task->signal_boot_ms = clock_boot_ms();
	return true;
}

static bool
is_stale(const struct task *task, int64_t limit_s)
{
	for (size_t i = 0; task->lease[i] != NULL; i++)
		if (lease_age_s(task->lease[i]) >= limit_s)
			return true;
	return false;
}

/* What a person or another synchronization asked of a running operation. */
static enum task_stop
asked(struct task *task)
{
	AUTO(rows) rows = ROWS;
	struct err e = {0};
	enum task_stop stop = TASK_GOES_ON;

	if (!task->kind->is_run ||
	    clock_boot_ms() - task->asked_boot_ms < ASK_EVERY_MS)
		return TASK_GOES_ON;
	task->asked_boot_ms = clock_boot_ms();
	/* Where the database is away, the next transaction finds out. */
	if (!db_open(task->db, &rows, SQL_OPERATION_ASKED,
		     BINDS(bind_int(task->op->id)), &e) ||
	    !rows_next(&rows))
		return TASK_GOES_ON;
	if (!rows_null(&rows, "cancel_at"))
		stop = TASK_CANCELLED;
	else if (!rows_null(&rows, "superseded_by"))
		stop = TASK_SUPERSEDED;
	return rows_check(&rows, &e) ? stop : TASK_GOES_ON;
}

bool
task_must_stop(struct task *task)
{
	if (task->stopped != TASK_GOES_ON)
		return true;
	if (is_signalled(task))
		task->stopped = TASK_SIGNAL;
	else if (task->stop_boot_ms != 0 &&
		 clock_boot_ms() >= task->stop_boot_ms)
		task->stopped = TASK_TIME;
	else if (task->kind->sync &&
		 shift_window_near(task->clock, task->db_ahead_ms,
				   WINDOW_DRAIN_S))
		task->stopped = TASK_WINDOW;
	else if (task->lost || is_stale(task, LEASE_STOP_S))
		task->stopped = TASK_STALE;
	else
		task->stopped = asked(task);
	return task->stopped != TASK_GOES_ON;
}

bool
task_transact(struct task *task,
	      bool (*work)(struct db *db, void *context, struct err *e),
	      void *context, struct err *e)
{
	if (lease_transact(task->db, task->lease, work, context, e))
		return true;
	task->lost |= e->code == OB_LEASE_LOST;
	return false;
}

struct keeping {
	int64_t operation;
	const char *json;
};

static bool
keep_result(struct db *db, void *context, struct err *e)
{
	const struct keeping *k = context;

	return db_run(db, SQL_OPERATION_RESULT,
		      BINDS(bind_text(k->json), bind_int(k->operation)), e);
}

bool
task_result(struct task *task, const char *json, struct err *e)
{
	struct keeping k = {task->op->id, json};

	return task_transact(task, keep_result, &k, e) ||
	       err_in(e, "keep the result");
}

bool
task_take(struct task *task, struct lease *lease, const char *name, bool *taken,
	  struct err *e)
{
	size_t count = 0;

	for (; task->lease[count] != NULL; count++)
		if (strcmp(task->lease[count]->name, name) == 0) {
			*taken = true; /* by the worker, for a kind alone */
			return true;
		}
	if (count + 1 >= COUNT_OF(task->lease))
		return err_set(e, ERR_FATAL, "no room for lease %s", name);
	if (!lease_take(lease, task->db, name, task->job->lease.owner, taken,
			e))
		return false;
	if (*taken)
		task->lease[count] = lease;
	return true;
}

static bool
write_progress(struct db *db, void *context, struct err *e)
{
	return operation_write_progress(db, context, e);
}

static void
show(const struct task *task)
{
	if (task->show != NULL)
		task->show(task->show_context, task->op);
}

void
task_progress(struct task *task, const char *phase, unsigned done,
	      unsigned total, const char *unit)
{
	struct operation *op = task->op;
	bool is_new = strcmp(op->phase, phase) != 0;
	struct err e = {0};

	op->done = done;
	op->total = total;
	(void)snprintf(op->phase, sizeof(op->phase), "%s", phase);
	(void)snprintf(op->unit, sizeof(op->unit), "%s",
		       unit != NULL ? unit : "");
	show(task);
	if (!task->kind->is_run || task->lost ||
	    (!is_new && clock_boot_ms() - task->shown_boot_ms < SHOW_EVERY_MS))
		return;
	task->shown_boot_ms = clock_boot_ms();
	/* Only shown; what is wrong, the next transaction of the work tells. */
	(void)!task_transact(task, write_progress, op, &e);
}

bool
task_tick(void *context)
{
	struct task *task = context;
	struct err e = {0};

	show(task);
	for (size_t i = 0; task->lease[i] != NULL && !task->lost; i++)
		if (!lease_beat(task->lease[i], &e))
			task->lost |= e.code == OB_LEASE_LOST;
	if (task->lost || is_stale(task, LEASE_ABORT_S)) {
		task->stopped = TASK_STALE;
		return true;
	}
	if (!is_signalled(task))
		return false;
	if (task->must_answer &&
	    clock_boot_ms() - task->signal_boot_ms < (int64_t)ANSWER_S * SECOND)
		return false;
	task->stopped = TASK_SIGNAL;
	return true;
}

/* Which item, and whether its end clears the count of lost attempts as well. */
struct item {
	const struct job *job;
	const char *name;
	bool was_poison;
};

static bool
begin_item(struct db *db, void *context, struct err *e)
{
	const struct item *item = context;

	return db_run(db, SQL_JOB_ITEM_BEGIN,
		      BINDS(bind_text(item->name), bind_int(item->job->id),
			    bind_int((int64_t)item->job->lease.fence)),
		      e);
}

static bool
end_item(struct db *db, void *context, struct err *e)
{
	const struct item *item = context;

	return db_run(db, SQL_JOB_ITEM_END,
		      BINDS(bind_int(item->was_poison), bind_int(item->job->id),
			    bind_int((int64_t)item->job->lease.fence)),
		      e);
}

bool
task_item_begin(struct task *task, const char *name, bool *poison,
		struct err *e)
{
	struct item item = {.job = task->job, .name = name};

	*poison = false;
	if (!task->job->taken_over)
		return true;
	*poison = task->job->crashes > 1 &&
		  strcmp(task->job->item_in_flight, name) == 0 &&
		  OB_GUARD("job.poison");
	task->poison = *poison;
	return *poison || task_transact(task, begin_item, &item, e) ||
	       err_in(e, "begin %s", name);
}

bool
task_item_end(struct task *task, struct err *e)
{
	struct item item = {.job = task->job, .was_poison = task->poison};

	if (!task->job->taken_over)
		return true;
	if (!task_transact(task, end_item, &item, e))
		return err_in(e, "end an item");
	if (task->poison) {
		/* What killed two attempts is found; the next counts anew. */
		task->job->item_in_flight[0] = '\0';
		task->job->crashes = 0;
	}
	task->poison = false;
	return true;
}
