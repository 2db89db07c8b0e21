#include <stdio.h>
#include <string.h>

#include "queue/window.h"
#include "worker_local.h"

static void
again(struct ending *out, utc_ms at, const char *reason)
{
	out->state = OPERATION_NOT_PROCESSED;
	out->job = JOB_READY;
	out->run_after = at;
	out->reason = reason;
}

static void
failed(struct ending *out)
{
	out->state = OPERATION_FAILED;
	out->job = JOB_DEAD;
	out->is_failure = true;
}

static void
pause_for_window(const struct facts *f, struct ending *out)
{
	again(out, bc_window_resume(f->now, f->operation_id), "window");
}

/*
 * Put off without an attempt: not for ever. An operation that gets nowhere for
 * 24 hours has failed, however often it was only put off (RELIABILITY 3.1).
 */
static void
postpone(const struct facts *f, struct ending *out, utc_ms at,
	 const char *reason)
{
	again(out, at, reason);
	if (!f->is_run || f->progressed)
		return;
	if (out->give_up_at == 0)
		out->give_up_at = f->now + (utc_ms)PROGRESS_HOURS * HOUR;
	if (f->now < out->give_up_at)
		return;
	failed(out);
	if (out->why.class == ERR_NONE)
		(void)err_set(&out->why, ERR_PERMANENT, "put off: %s", reason);
	(void)err_in(&out->why, "no progress for %d hours", PROGRESS_HOURS);
}

static void
after_success(const struct facts *f, struct ending *out)
{
	if (f->stopped == TASK_WINDOW)
		pause_for_window(f, out);
	else if (f->stopped != TASK_GOES_ON)
		again(out, 0, NULL);
	else if (f->resume_at != 0)
		postpone(f, out, f->resume_at,
			 f->resume_reason != NULL ? f->resume_reason : "later");
	else if (f->more)
		again(out, 0, NULL);
	else
		*out = (struct ending){.state = OPERATION_COMPLETED,
				       .job = JOB_DONE,
				       .attempts = out->attempts};
}

/* One of the four waits, then no more (D-1). */
static void
next_wait(const struct facts *f, struct ending *out)
{
	utc_ms due;

	out->attempts++;
	due = retry_due(&f->waits, out->attempts, f->now, f->err->retry_at);
	if (due == 0 || out->attempts >= f->max_attempts)
		failed(out);
	else
		again(out, due, "retry");
}

static bool may_pass(enum err_class class)
{
	return class == ERR_TEMPORARY || class == ERR_UNKNOWN ||
	       class == ERR_CONFLICT;
}

static void
after_error(const struct facts *f, struct ending *out)
{
	const struct err *why = f->err;

	out->why = *why;
	if (why->code == OB_WINDOW)
		pause_for_window(f, out);
	else if (may_pass(why->class) && f->stopped != TASK_GOES_ON)
		/* The transfer was dropped because we had to stop. */
		again(out, 0, NULL);
	else if (why->class == ERR_TEMPORARY && why->code == OB_UPSTREAM &&
		 why->retry_at != 0)
		postpone(f, out, why->retry_at, "upstream");
	else if (may_pass(why->class))
		next_wait(f, out);
	else if (why->class == ERR_MISSING &&
		 why->code == OB_WEBSHOP_NOT_FOUND) {
		out->state = OPERATION_WEBSHOP_NOT_FOUND;
		out->job = f->is_run ? JOB_DONE : JOB_DEAD;
		out->is_failure = true;
	} else if (why->class == ERR_DENIED && !f->is_run)
		/* orders wait untouched until the key is mended. */
		again(out, f->now + (utc_ms)HOUR, "denied");
	else
		failed(out);
}

void
ending_decide(const struct facts *facts, struct ending *out)
{
	*out = (struct ending){.attempts = facts->attempts,
			       .give_up_at = facts->give_up_at};
	/* Of a run it means 24 hours of standing still, and it moved. */
	if (facts->is_run && facts->progressed)
		out->give_up_at = 0;
	if (facts->ok)
		after_success(facts, out);
	else
		after_error(facts, out);
}

void
ending_check(struct ending *ending, bool is_cancelled, int64_t superseded_by)
{
	bool on = ending->state == OPERATION_NOT_PROCESSED;

	if (!on || (!is_cancelled && superseded_by == 0))
		return;
	*ending = (struct ending){
		.state = is_cancelled ? OPERATION_FAILED : OPERATION_ABORTED,
		.job = JOB_DONE,
		.attempts = ending->attempts,
		.superseded_by = superseded_by,
	};
	(void)err_set(&ending->why, ERR_CONFLICT, "%s",
		      is_cancelled ? "Cancelled by a person"
				   : operation_state_words(OPERATION_ABORTED));
	(void)err_as(&ending->why, is_cancelled ? OB_CANCELLED : OB_SUPERSEDED);
}
