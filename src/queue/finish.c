#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "worker_local.h"

/* The last transaction of an attempt. */
struct finishing {
	struct shift *shift;
	struct task *task;
	const struct ending *wanted;
	struct ending ending; /* what it became: it may have been cancelled */
};

enum { WHOLE_MAX = sizeof(struct err) };

/* What people copy: the cause, and on a line of its own what to do. */
static const char *
whole_text(const struct err *why, char out[WHOLE_MAX])
{
	if (why->class == ERR_NONE)
		return NULL;
	(void)snprintf(out, WHOLE_MAX, "%s%s%s", why->text,
		       why->hint[0] != '\0' ? "\n" : "", why->hint);
	return out;
}

static const char *
level_of(const struct ending *ending, const struct operation *op)
{
	if (ending->is_failure)
		return "error";
	if (ending->state == OPERATION_FAILED || op->failed_count > 0)
		return "warn";
	return "info";
}

static const char *
figures(const struct tally *t, char out[200])
{
	(void)snprintf(out, 200,
		       "%u fetched, %u stored, %u unchanged, %u skipped, "
		       "%u to be tried again, %u failed",
		       t->fetched, t->stored, t->unchanged, t->skipped, t->soft,
		       t->hard);
	return out;
}

static bool
close_operation(struct db *db, const struct finishing *f,
		const struct operation_now *now, struct err *e)
{
	const struct ending *ending = &f->ending;
	const struct operation *op = f->task->op;
	char whole[WHOLE_MAX], text[200];
	struct closing as = {
		.state = ending->state,
		.code = ending->why.code,
		.error = whole_text(&ending->why, whole),
		.superseded_by = ending->superseded_by,
		.level = level_of(ending, op),
		.entity = f->task->kind->entity,
	};

	as.message = as.error ? as.error : figures(&op->tally, text);
	return operation_close(db, now, &as, e);
}

/* An attempt that failed and is repeated, in the words of the log. */
static bool
write_line(struct db *db, const struct finishing *f, const char *level,
	   struct err *e)
{
	const struct ending *ending = &f->ending;
	const struct job *job = f->task->job;
	char text[1400], when[TIME_TEXT_MAX];

	if (ending->job == JOB_READY)
		(void)snprintf(text, sizeof(text), "%s; retry %u of %u at %s",
			       ending->why.text, ending->attempts,
			       job->max_attempts - 1,
			       time_text(ending->run_after, when));
	else
		(void)snprintf(text, sizeof(text), "%s %s: %s", job->kind,
			       job->ref, ending->why.text);
	return db_run(
		db, SQL_LOG_LINE_ADD,
		BINDS(bind_text(level), bind_int(job->operation_id),
		      bind_id(job->site_id), bind_text(f->task->kind->entity),
		      bind_text(ending->job == JOB_READY ? "retry" : "dead"),
		      bind_text_or_null(code_name(ending->why.code)),
		      bind_text(text), bind_text(f->shift->host)),
		e);
}

static bool
is_retry(const struct ending *ending)
{
	return ending->reason != NULL && strcmp(ending->reason, "retry") == 0;
}

static bool
pause_operation(struct db *db, const struct finishing *f,
		const struct operation_now *now, struct err *e)
{
	const struct ending *ending = &f->ending;
	char whole[WHOLE_MAX];

	return operation_pause(db, now, ending->run_after, ending->reason,
			       ending->why.code,
			       whole_text(&ending->why, whole), e) &&
	       operation_set_key(db, f->task->op, e) &&
	       (!is_retry(ending) || write_line(db, f, "warn", e));
}

static bool
write_operation(struct db *db, struct finishing *f, struct err *e)
{
	struct operation_now now;

	if (!operation_lock(db, f->task->op->id, &now, e))
		return false;
	if (now.state != OPERATION_IN_PROGRESS &&
	    now.state != OPERATION_NOT_PROCESSED) {
		/* It was ended before it began: only its job is left. */
		f->ending = (struct ending){.state = now.state,
					    .attempts = f->ending.attempts};
		return true;
	}
	ending_check(&f->ending, now.is_cancelled, now.superseded_by);
	if (!operation_write_progress(db, f->task->op, e))
		return false;
	if (f->ending.state == OPERATION_NOT_PROCESSED)
		return pause_operation(db, f, &now, e);
	return close_operation(db, f, &now, e);
}

static bool
write_job(struct db *db, const struct finishing *f, struct err *e)
{
	static const char *const state[] = {[JOB_DONE] = "done",
					    [JOB_READY] = "ready",
					    [JOB_DEAD] = "dead"};
	const struct ending *ending = &f->ending;
	const struct lease *lease = &f->task->job->lease;

	return db_run(db, SQL_JOB_FINISH,
		      BINDS(bind_text(state[ending->job]),
			    bind_time(ending->run_after),
			    bind_int(ending->attempts),
			    bind_time(ending->give_up_at),
			    bind_text_or_null(code_name(ending->why.code)),
			    bind_text_or_null(ending->why.text),
			    bind_int(lease->job_id), bind_text(lease->owner),
			    bind_int((int64_t)lease->fence)),
		      e);
}

/* In the same transaction, so that who waited for it finds it free. */
static bool
release_named(struct db *db, const struct finishing *f, struct err *e)
{
	const struct task *task = f->task;

	for (size_t i = 1; task->lease[i] != NULL; i++)
		if (!db_run(db, SQL_LEASE_RELEASE,
			    BINDS(bind_text(task->lease[i]->name),
				  bind_text(task->lease[i]->owner),
				  bind_int((int64_t)task->lease[i]->fence)),
			    e))
			return false;
	return !task->kind->alone || task->lease[1] == NULL ||
	       db_run(db, SQL_JOB_WAKE_BUSY,
		      BINDS(bind_text(task->op->kind),
			    bind_id(task->op->site_id)),
		      e);
}

static bool
write_ending(struct db *db, void *context, struct err *e)
{
	struct finishing *f = context;

	f->ending = *f->wanted; /* from the beginning at each try */
	if (f->task->kind->is_run) {
		if (!write_operation(db, f, e))
			return false;
	} else if (f->ending.job == JOB_DEAD && !write_line(db, f, "error", e))
		return false;
	return write_job(db, f, e) && release_named(db, f, e);
}

bool
shift_finish(struct shift *s, struct task *task, struct ending *ending,
	     struct err *e)
{
	struct finishing f = {.shift = s, .task = task, .wanted = ending};

	log_mask(s->worker->log, ending->why.text);
	log_mask(s->worker->log, ending->why.hint);
	if (!lease_transact(task->db, task->lease, write_ending, &f, e))
		return err_in(e, "end job %lld", (long long)task->job->id);
	for (size_t i = 0; task->lease[i] != NULL; i++)
		task->lease[i]->held = false;
	*ending = f.ending;
	shift_tell(s, task, ending);
	return true;
}
