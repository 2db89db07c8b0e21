#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "worker_local.h"

/* What names a job in each line: the flow, the site, the operation. */
#define ABOUT(task)                                                            \
	LOG_TEXT("flow", (task)->kind->kind),                                  \
		LOG_TEXT("site", (task)->op->site_code[0] != '\0'              \
					 ? (task)->op->site_code               \
					 : NULL),                              \
		LOG_INT("op", (task)->op->id),                                 \
		LOG_TEXT("ref", (task)->job->ref[0] != '\0' ? (task)->job->ref \
							    : NULL)

static const char *
code_or_null(const struct err *why)
{
	return why->code == CODE_NONE ? NULL : code_name(why->code);
}

static void
tell_failure(struct log *log, const struct task *task,
	     const struct ending *ending)
{
	const struct err *why = &ending->why;
	const char *fix =
		why->hint[0] != '\0' ? why->hint : code_info(why->code)->fix;

	log_line(log, LOG_ERROR, ABOUT(task),
		 LOG_TEXT("code", code_or_null(why)),
		 LOG_TEXT("msg", why->text),
		 LOG_TEXT("fix", fix != NULL && *fix != '\0' ? fix : NULL));
}

static void
tell_pause(struct log *log, const struct task *task,
	   const struct ending *ending)
{
	const struct err *why = &ending->why;
	bool is_error = why->class != ERR_NONE;
	char when[TIME_TEXT_MAX];

	log_line(log, is_error ? LOG_WARN : LOG_INFO, ABOUT(task),
		 LOG_TEXT("code", is_error ? code_or_null(why) : NULL),
		 LOG_TEXT("msg", is_error ? why->text : "goes on later"),
		 LOG_INT("failures", ending->attempts),
		 LOG_TEXT("reason", ending->reason),
		 LOG_TEXT("next", ending->run_after != 0
					  ? time_text(ending->run_after, when)
					  : "now"));
}

static void
tell_summary(const struct shift *s, const struct task *task,
	     const struct ending *ending)
{
	const struct clock *clock = s->worker->clock;
	const struct operation *op = task->op;
	const struct tally *t = &op->tally;
	int64_t ms = op->started_at != 0 ? clock->now(clock) + s->db_ahead_ms -
						   op->started_at
					 : 0;
	char seconds[32];

	if (ms < 0)
		ms = 0;
	(void)snprintf(seconds, sizeof(seconds), "%" PRId64 ".%" PRId64,
		       ms / SECOND, ms % SECOND / 100);
	log_summary(s->worker->log, ABOUT(task), LOG_INT("fetched", t->fetched),
		    LOG_INT("stored", t->stored),
		    LOG_INT("unchanged", t->unchanged),
		    LOG_INT("soft", t->soft), LOG_INT("hard", t->hard),
		    LOG_INT("skipped", t->skipped),
		    LOG_TEXT("seconds", seconds),
		    LOG_TEXT("result", operation_state_name(ending->state)));
}

void
shift_tell(const struct shift *s, const struct task *task,
	   const struct ending *ending)
{
	struct log *log = s->worker->log;

	if (ending->is_failure)
		tell_failure(log, task, ending);
	if (ending->job == JOB_READY)
		tell_pause(log, task, ending);
	else if (task->kind->is_run)
		tell_summary(s, task, ending);
}
