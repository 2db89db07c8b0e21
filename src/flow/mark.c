#include "flow/mark.h"

#include <stdlib.h>

#include "base/fault.h"
#include "db/db.h"
#include "order/store.h"

enum { MARKS_AT_ONCE = 200 };

struct marking {
	struct run *run;
	struct to_mark order[MARKS_AT_ONCE];
	struct mark mark[MARKS_AT_ONCE];
	struct outcome outcome[MARKS_AT_ONCE];
	struct marked ended[MARKS_AT_ONCE];
	size_t count, endings;
	const struct err *later; /* of a mark that has to be tried again */
};

/* The state that an outcome leads to; NULL: it stays pending. */
static const char *
state_of(const struct outcome *outcome)
{
	if (outcome->superseded)
		return "superseded";
	switch (outcome->err.class) {
	case ERR_NONE:
		return "done";
	case ERR_MISSING: /* the order is gone, or the whole shop is */
		return outcome->err.code == GONE && OB_GUARD("mark.gone")
			       ? "cancelled"
			       : NULL;
	case ERR_INPUT:
	case ERR_PERMANENT:
	case ERR_CONFLICT:
		return "failed";
	case ERR_DENIED:
	case ERR_TEMPORARY:
	case ERR_UNKNOWN:
	case ERR_FATAL:
	default:
		return OB_GUARD("mark.pending") ? NULL : "done";
	}
}

static void
judge(struct marking *m)
{
	m->endings = 0;
	m->later = NULL;
	for (size_t i = 0; i < m->count; i++) {
		const struct outcome *o = &m->outcome[i];
		const char *state = state_of(o);

		if (state == NULL)
			m->later = &o->err;
		else
			m->ended[m->endings++] = (struct marked){
				.id = m->order[i].id,
				.state = state,
				.message = o->err.class ? o->err.text : NULL,
			};
	}
}

static bool
write_marks(struct db *db, void *context, struct err *e)
{
	struct marking *m = context;
	const struct run *run = m->run;

	return m->endings == 0 ||
	       order_mark_many(db, run->task->op->id, app_now(run->app),
			       m->ended, m->endings, e);
}

static bool
send_marks(struct marking *m, struct err *e)
{
	struct shop *shop = m->run->shop.shop;

	for (size_t i = 0; i < m->count; i++) {
		m->mark[i] = (struct mark){m->order[i].platform_id,
					   m->order[i].number};
		m->outcome[i] = (struct outcome){0};
	}
	if (OB_FAULT("mark.before_send"))
		return err_set(e, ERR_TEMPORARY,
			       "fault point mark.before_send");
	return shop->mark(shop, m->mark, m->count, m->outcome, e);
}

/* One batch; *going: there may be more, and nothing speaks against them. */
static bool
mark_some(struct marking *m, bool *going, struct err *e)
{
	struct run *run = m->run;

	*going = false;
	if (!order_to_mark(run->app->db, run->site.id, m->order, MARKS_AT_ONCE,
			   &m->count, e))
		return false;
	if (m->count == 0)
		return true;
	if (!send_marks(m, e)) {
		/* Nothing was tried at all: each waits for the same reason. */
		if (e->class != ERR_TEMPORARY)
			return false;
		for (size_t i = 0; i < m->count; i++)
			m->outcome[i].err = *e;
	}
	judge(m);
	if (m->later && m->later->class == ERR_DENIED) {
		*e = *m->later;
		return false;
	}
	*going = m->later == NULL && m->count == MARKS_AT_ONCE;
	return task_transact(run->task, write_marks, m, e);
}

bool
mark_orders(struct run *run, struct err *later, struct err *e)
{
	struct marking *m = calloc(1, sizeof(*m));
	unsigned done = 0;
	bool going = m != NULL, fine = m != NULL;

	*later = (struct err){0};
	if (m == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for marks");
	m->run = run;
	while (going && !task_must_stop(run->task)) {
		task_progress(run->task, "mark", done, 0, "orders");
		fine = mark_some(m, &going, e);
		going = going && fine;
		done += (unsigned)m->count;
	}
	if (fine && m->later)
		*later = *m->later;
	free(m);
	return fine || err_in(e, "mark orders");
}

struct deferral {
	const struct run *run;
	const struct err *why;
};

static bool
add_job(struct db *db, void *context, struct err *e)
{
	const struct deferral *d = context;

	return job_add(db,
		       &(struct job_ask){
			       .operation_id = d->run->task->op->id,
			       .site_id = d->run->site.id,
			       .kind = "mark",
			       .ref = d->run->site.code,
			       .run_after = app_now(d->run->app) + MINUTE,
			       .code = d->why->code,
			       .error = d->why->text,
			       .attempts = 1,
		       },
		       e);
}

bool
mark_defer(struct run *run, const struct err *later, struct err *e)
{
	struct deferral d = {run, later};

	return later->class == ERR_NONE ||
	       task_transact(run->task, add_job, &d, e);
}

bool
mark_run(void *context, struct task *task, struct err *e)
{
	AUTO(run) run = {0};
	struct err later;

	if (!run_open(&run, context, task, task->job->site_id, RUN_RETRY, e))
		return run_postpone(&run, e);
	if (!mark_orders(&run, &later, e))
		return run_failed(&run, e);
	if (later.class == ERR_NONE)
		return true;
	*e = later; /* the next of the four waits */
	return false;
}
