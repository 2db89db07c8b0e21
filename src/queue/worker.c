#include "queue/worker.h"

#include <stdio.h>
#include <string.h>

#include "worker_local.h"

enum { POLL_MS = 1000, DATABASE_AWAY_MS = 5000 };

/* All of one job: from its claim to its end. */
struct hand {
	struct shift *shift;
	struct job job;
	struct operation op;
	struct lease alone;
	struct task task;
	bool is_open; /* the operation was not ended before it began */
};

static void
hand_end(struct hand *hand)
{
	job_end(&hand->job);
	operation_end(&hand->op);
}

void
shift_begin(struct shift *s)
{
	const char *colon;

	lease_owner(s->owner);
	colon = strchr(s->owner, ':');
	(void)snprintf(s->host, sizeof(s->host), "%.*s",
		       (int)(colon - s->owner), s->owner);
	if (s->worker->max_seconds > 0)
		s->stop_boot_ms = clock_boot_ms() +
				  (int64_t)s->worker->max_seconds * SECOND;
}

static bool
is_over(const struct shift *s)
{
	const struct worker *w = s->worker;

	return (w->stop != NULL && *w->stop != 0) ||
	       (s->stop_boot_ms != 0 && clock_boot_ms() >= s->stop_boot_ms);
}

static void
make_task(struct hand *h)
{
	const struct worker *w = h->shift->worker;

	h->task = (struct task){
		.db = w->db,
		.clock = w->clock,
		.log = w->log,
		.job = &h->job,
		.op = &h->op,
		.kind = shift_kind(w, h->job.kind, h->op.kind),
		.lease = {&h->job.lease},
		.stop_boot_ms = h->shift->stop_boot_ms,
		.stop = w->stop,
		.show = w->show,
		.show_context = w->show_context,
		.db_ahead_ms = h->shift->db_ahead_ms,
	};
}

/* One run of a kind and site at a time, where the kind asks for it (F36). */
static bool
take_alone(struct hand *h, bool *taken, struct err *e)
{
	char name[sizeof(h->alone.name)];

	*taken = true;
	if (!h->task.kind->is_run || !h->task.kind->alone)
		return true;
	(void)snprintf(name, sizeof(name), "run:%s:%lld", h->op.kind,
		       (long long)h->op.site_id);
	if (!task_take(&h->task, &h->alone, name, taken, e))
		return false;
	if (!*taken)
		log_line(h->shift->worker->log, LOG_INFO,
			 LOG_TEXT("flow", h->op.kind),
			 LOG_TEXT("site", h->op.site_code),
			 LOG_INT("op", h->op.id),
			 LOG_TEXT("msg", "another one is running already"),
			 LOG_TEXT("owner", h->alone.owner));
	return true;
}

static bool
start(struct db *db, void *context, struct err *e)
{
	struct hand *h = context;
	struct operation_now now;

	if (!operation_lock(db, h->op.id, &now, e))
		return false;
	h->is_open = now.state == OPERATION_NOT_PROCESSED ||
		     now.state == OPERATION_IN_PROGRESS;
	return !h->is_open || operation_start(db, &now, h->shift->host, e);
}

static utc_ms
db_now(const struct shift *s)
{
	return s->worker->clock->now(s->worker->clock) + s->db_ahead_ms;
}

static bool
finish(struct hand *h, bool ok, const struct err *why,
       const struct operation *before, struct err *e)
{
	const struct task *task = &h->task;
	const struct facts facts = {
		.is_run = task->kind->is_run,
		.ok = ok,
		.err = why,
		.stopped = task->stopped,
		.more = task->more,
		.resume_at = task->resume_at,
		.resume_reason = task->resume_reason,
		.attempts = h->job.attempts,
		.max_attempts = h->job.max_attempts,
		.waits = h->shift->worker->waits,
		.operation_id = h->op.id,
		.now = db_now(h->shift),
		.give_up_at = h->job.give_up_at,
		.progressed = before->done != h->op.done ||
			      memcmp(&before->tally, &h->op.tally,
				     sizeof(before->tally)) != 0,
	};
	struct ending ending;

	ending_decide(&facts, &ending);
	return shift_finish(h->shift, &h->task, &ending, e);
}

/* Nothing more is written: whoever took the job over does it (F35). */
static bool
tell_lost(const struct hand *h, const struct err *why, struct err *e)
{
	log_line(h->shift->worker->log, LOG_WARN,
		 LOG_TEXT("flow", h->task.kind->kind), LOG_INT("op", h->op.id),
		 LOG_TEXT("msg", "lost_lease"), LOG_TEXT("why", why->text));
	if (why->code == OB_LEASE_LOST) {
		*e = *why;
		return false;
	}
	(void)err_set(e, ERR_CONFLICT,
		      "operation %lld was taken over by another process",
		      (long long)h->op.id);
	return err_as(e, OB_LEASE_LOST);
}

/* The work itself, and what follows from it. */
static bool
run(struct hand *h, struct err *e)
{
	const struct worker *worker = h->shift->worker;
	struct task *task = &h->task;
	const struct operation before = h->op;
	struct err why = {0};
	bool ok;

	if (worker->attend)
		worker->attend(worker->context, task);
	ok = task->kind->run(worker->context, task, &why);
	if (worker->attend)
		worker->attend(worker->context, NULL);
	if (task->lost || (!ok && why.code == OB_LEASE_LOST))
		return tell_lost(h, &why, e);
	if (!finish(h, ok, &why, &before, e))
		return e->code == OB_LEASE_LOST ? tell_lost(h, e, e) : false;
	if (!ok && why.class == ERR_FATAL) {
		*e = why;
		return false;
	}
	return true;
}

/* Claimed, but another of its kind and site runs: it waits for that one. */
static bool
give_way(struct hand *h, struct err *e)
{
	const struct operation before = h->op;
	const struct err none = {0};

	h->task.resume_at = db_now(h->shift) + (utc_ms)BUSY_S * SECOND;
	h->task.resume_reason = "busy";
	return finish(h, true, &none, &before, e);
}

static bool
work(struct hand *h, struct err *e)
{
	struct db *db = h->shift->worker->db;
	bool taken;

	if (!operation_load(db, h->job.operation_id, &h->op, e))
		return false;
	make_task(h);
	if (!take_alone(h, &taken, e))
		return false;
	if (!taken)
		return give_way(h, e);
	h->is_open = true;
	if (h->task.kind->is_run &&
	    !lease_transact(db, h->task.lease, start, h, e))
		return err_in(e, "start operation %lld", (long long)h->op.id);
	if (h->task.kind->is_run && h->op.started_at == 0)
		h->op.started_at = db_now(h->shift);
	if (!h->is_open) {
		const struct err none = {0};

		return finish(h, true, &none, &h->op, e);
	}
	return run(h, e);
}

static bool
work_one(struct shift *s, bool *worked, struct err *e)
{
	AUTO(hand) hand = {.shift = s};

	*worked = false;
	if (!shift_claim(s, &hand.job, worked, e))
		return false;
	return !*worked || work(&hand, e);
}

/* A worker that stays outlives a database that is away for a while. */
static bool
may_wait(const struct shift *s, const struct err *e)
{
	if (!s->worker->follow || e->code == OB_LEASE_LOST ||
	    (e->class != ERR_TEMPORARY && e->class != ERR_UNKNOWN))
		return false;
	log_line(s->worker->log, LOG_WARN, LOG_TEXT("flow", "worker"),
		 LOG_TEXT("msg", e->text));
	clock_sleep_ms(DATABASE_AWAY_MS);
	return true;
}

/* Whether there is more to do now. */
static bool
gather(const struct worker *w)
{
	struct err why = {0};
	unsigned made = 0;

	if (w->gather == NULL || w->only_operation != 0)
		return false;
	if (!w->gather(w->context, &made, &why))
		log_line(w->log, LOG_WARN, LOG_TEXT("flow", "worker"),
			 LOG_TEXT("msg", why.text));
	return made > 0;
}

bool
worker_run(struct worker *worker, unsigned *worked, struct err *e)
{
	struct shift shift = {.worker = worker};
	bool one;

	*worked = 0;
	shift_begin(&shift);
	(void)gather(worker);
	while (!is_over(&shift)) {
		if (!work_one(&shift, &one, e)) {
			if (!may_wait(&shift, e))
				return false;
			continue;
		}
		*worked += one;
		if (one || gather(worker))
			continue;
		if (!worker->follow)
			break;
		clock_sleep_ms(POLL_MS);
	}
	return true;
}
