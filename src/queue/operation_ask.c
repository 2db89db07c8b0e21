#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "local.h"
#include "queue/window.h"

enum { DUPLICATE_KEY = 1062, NO_SUCH_ROW = 1452 };

void
asking_end(struct asking *asking)
{
	free(asking->scope);
	*asking = (struct asking){0};
}

bool
asking_make(struct asking *out, const struct operation_ask *ask, utc_ms now,
	    struct err *e)
{
	*out = (struct asking){.ask = ask, .now = now};
	return queue_scope(ask->scope, &out->scope, &out->dry_run, e) &&
	       queue_key(ask->kind, ask->site_id, ask->is_full, out->scope,
			 out->key, e);
}

/* An id of the one row, or 0. */
static bool
find_id(struct db *db, enum sql_id id, struct bind bind, const char *column,
	int64_t *out, struct err *e)
{
	AUTO(rows) rows = ROWS;

	*out = 0;
	if (!db_open(db, &rows, id, &bind, 1, e))
		return false;
	if (rows_next(&rows))
		*out = rows_int(&rows, column);
	return rows_check(&rows, e);
}

static bool
find_open(struct db *db, struct asking *a, struct err *e)
{
	if (!find_id(db, SQL_OPERATION_FIND_OPEN,
		     bind_bytes(a->key, sizeof(a->key)), "id", &a->id, e))
		return false;
	a->merged = a->id != 0;
	return true;
}

/* RELIABILITY 3.6: a button pressed again and again must not fill the queue. */
static bool
check_waiting(struct db *db, const struct operation_ask *ask, struct err *e)
{
	int64_t waiting;

	if (ask->max_waiting == 0 || ask->site_id == 0)
		return true;
	if (!find_id(db, SQL_OPERATION_COUNT_WAITING, bind_int(ask->site_id),
		     "waiting", &waiting, e))
		return false;
	if (waiting < ask->max_waiting || !OB_GUARD("queue.waiting"))
		return true;
	(void)err_set(e, ERR_CONFLICT,
		      "%lld operations of this site wait already",
		      (long long)waiting);
	return err_as(e, OB_RATE);
}

static bool
insert(struct db *db, struct asking *a, struct err *e)
{
	const struct operation_ask *ask = a->ask;

	if (!db_run(db, SQL_OPERATION_ADD,
		    BINDS(bind_text(ask->kind), bind_id(ask->site_id),
			  bind_id(ask->site_id), bind_id(ask->site_id),
			  bind_int(ask->is_full), bind_text(a->scope),
			  bind_int(a->dry_run),
			  bind_bytes(a->key, sizeof(a->key)),
			  bind_text(ask->source),
			  bind_text_or_null(ask->created_by),
			  bind_id(ask->schedule_id),
			  bind_time(ask->paused_until),
			  bind_text_or_null(ask->pause_reason),
			  bind_time(a->now)),
		    e)) {
		if (db_error(db) == NO_SUCH_ROW)
			return err_set(e, ERR_MISSING, "no site %lld",
				       (long long)ask->site_id);
		return false;
	}
	a->id = db_last_id(db);
	return true;
}

static bool
insert_job(struct db *db, const struct asking *a, struct err *e)
{
	utc_ms after = a->ask->run_after;
	utc_ms resume = a->ask->paused_until;

	/* Not all at once when the window ends. */
	if (resume != 0 && bc_window_covers(resume - 1))
		resume = bc_window_resume(resume - 1, a->id);
	return db_run(db, SQL_JOB_ADD_RUN,
		      BINDS(bind_int(a->id), bind_id(a->ask->site_id),
			    bind_time(after > resume ? after : resume)),
		      e);
}

struct waiting {
	struct operation_now op[100];
	size_t count;
};

static bool
find_waiting(struct db *db, const struct asking *a, struct waiting *out,
	     struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(db, &rows, SQL_OPERATION_WAITING_LIKE,
		     BINDS(bind_text(a->ask->kind), bind_id(a->ask->site_id),
			   bind_int(a->id)),
		     e))
		return false;
	while (out->count < COUNT_OF(out->op) && rows_next(&rows))
		out->op[out->count++] = (struct operation_now){
			.id = rows_int(&rows, "id"),
			.version = rows_int(&rows, "version"),
			.state = OPERATION_NOT_PROCESSED,
		};
	return rows_check(&rows, e);
}

/* A "synchronize all" does the work of everything before it (D-13). */
static bool
abort_others(struct db *db, const struct asking *a, struct err *e)
{
	const struct closing as = {
		.state = OPERATION_ABORTED,
		.code = OB_SUPERSEDED,
		.superseded_by = a->id,
		.level = "info",
		.message = operation_state_words(OPERATION_ABORTED),
	};
	struct waiting waiting = {.count = 0};

	if (!find_waiting(db, a, &waiting, e))
		return false;
	for (size_t i = 0; i < waiting.count; i++)
		if (!operation_close(db, &waiting.op[i], &as, e) ||
		    !db_run(db, SQL_JOB_CLOSE_RUN,
			    BINDS(bind_int(waiting.op[i].id)), e))
			return false;
	return db_run(db, SQL_OPERATION_SUPERSEDE,
		      BINDS(bind_int(a->id), bind_text(a->ask->kind),
			    bind_id(a->ask->site_id), bind_int(a->id)),
		      e);
}

bool
asking_put(struct db *db, void *context, struct err *e)
{
	struct asking *a = context;

	if (!find_open(db, a, e) || a->merged)
		return a->merged;
	if (!check_waiting(db, a->ask, e))
		return false;
	if (!insert(db, a, e)) {
		/* An equal one came at the same moment, and is the one. */
		if (db_error(db) != DUPLICATE_KEY)
			return false;
		if (!find_open(db, a, e))
			return false;
		return a->merged || err_set(e, ERR_TEMPORARY,
					    "an equal operation came and went");
	}
	return insert_job(db, a, e) &&
	       (!a->ask->is_full || a->dry_run || abort_others(db, a, e));
}

bool
asking_landed(struct db *db, const struct asking *asking, bool *landed,
	      struct err *e)
{
	struct err off;
	int64_t id = 0;
	bool read;

	if (!db_sync_wait(db, true, e))
		return false;
	read = find_id(db, SQL_OPERATION_EXISTS, bind_int(asking->id), "id",
		       &id, e);
	(void)!db_sync_wait(db, false, &off);
	*landed = id != 0;
	return read;
}

bool
operation_ask(struct db *db, const struct operation_ask *ask, utc_ms now,
	      int64_t *id, bool *merged, struct err *e)
{
	AUTO(asking) a = {0};
	bool landed = false;

	if (!asking_make(&a, ask, now, e))
		return err_in(e, "queue %s", ask->kind);
	for (unsigned tries = 0; !db_transact(db, asking_put, &a, e); tries++) {
		bool in_doubt = e->class == ERR_UNKNOWN && a.id != 0;

		if ((db_takes_parts(db) && db_may_repeat(db)) ||
		    !queue_again(tries, e) ||
		    (in_doubt && !asking_landed(db, &a, &landed, e)))
			return err_in(e, "queue %s", ask->kind);
		if (landed)
			break;
	}
	*id = a.id;
	*merged = a.merged;
	return true;
}
