#include "local.h"

struct change {
	int64_t id;
	utc_ms now;
	bool in_doubt;       /* a COMMIT of this change got no answer */
	struct operation op; /* retry: what its key is made of */
};

static bool
has_ended(int64_t id, enum operation_state state, struct err *e)
{
	err_set(e, ERR_CONFLICT, "operation %lld has ended: %s", (long long)id,
		operation_state_words(state));
	return err_hint(e, "nothing is left to stop");
}

static bool
has_not_failed(int64_t id, enum operation_state state, struct err *e)
{
	err_set(e, ERR_CONFLICT,
		"operation %lld is %s; only a failed one is tried again",
		(long long)id, operation_state_words(state));
	return err_hint(e, "orderbridge operation list --state=failed");
}

static bool
cancel(struct db *db, void *context, struct err *e)
{
	const struct change *c = context;
	const struct closing as = {
		.state = OPERATION_FAILED,
		.code = OB_CANCELLED,
		.error = "Cancelled before it began",
		.level = "warn",
		.message = "Cancelled before it began",
	};
	struct operation_now op;

	if (!operation_lock(db, c->id, &op, e))
		return false;
	if (op.state == OPERATION_NOT_PROCESSED)
		return operation_close(db, &op, &as, e) &&
		       db_run(db, SQL_JOB_CLOSE_RUN, BINDS(bind_int(c->id)), e);
	if (c->in_doubt && op.state == OPERATION_FAILED)
		return true;
	if (op.state != OPERATION_IN_PROGRESS)
		return has_ended(c->id, op.state, e);
	return db_run(db, SQL_OPERATION_CANCEL,
		      BINDS(bind_time(c->now), bind_int(c->id),
			    bind_int(op.version)),
		      e) &&
	       operation_changed(db, &op, e);
}

static bool
transact(struct db *db,
	 bool (*work)(struct db *db, void *context, struct err *e),
	 struct change *c, struct err *e)
{
	for (unsigned tries = 0; !db_transact(db, work, c, e); tries++) {
		c->in_doubt |= e->class == ERR_UNKNOWN;
		if ((db_takes_parts(db) && db_may_repeat(db)) ||
		    !queue_again(tries, e))
			return false;
	}
	return true;
}

bool
operation_cancel(struct db *db, int64_t id, utc_ms now, struct err *e)
{
	struct change c = {.id = id, .now = now};

	return transact(db, cancel, &c, e) ||
	       err_in(e, "cancel operation %lld", (long long)id);
}

static bool
reopen(struct db *db, void *context, struct err *e)
{
	const struct change *c = context;
	struct operation_now op;

	if (!operation_lock(db, c->id, &op, e))
		return false;
	if (c->in_doubt && (op.state == OPERATION_NOT_PROCESSED ||
			    op.state == OPERATION_IN_PROGRESS))
		return true;
	if (!operation_may_become(op.state, OPERATION_NOT_PROCESSED) ||
	    op.state == OPERATION_IN_PROGRESS)
		return has_not_failed(c->id, op.state, e);
	if (!db_run(db, SQL_OPERATION_REOPEN,
		    BINDS(bind_int(c->id), bind_int(op.version)), e) ||
	    !operation_changed(db, &op, e) ||
	    !db_run(db, SQL_JOB_REOPEN_RUN, BINDS(bind_int(c->id)), e))
		return false;
	return (db_changed(db) > 0 ||
		db_run(db, SQL_JOB_ADD_RUN,
		       BINDS(bind_int(c->id), bind_id(c->op.site_id),
			     bind_null()),
		       e)) &&
	       operation_set_key(db, &c->op, e);
}

bool
operation_retry(struct db *db, int64_t id, struct err *e)
{
	struct change c = {.id = id};
	bool done;

	if (!operation_load(db, id, &c.op, e))
		return false;
	done = transact(db, reopen, &c, e);
	operation_end(&c.op);
	return done || err_in(e, "try operation %lld again", (long long)id);
}
