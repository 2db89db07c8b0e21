#include <stdio.h>
#include <string.h>

#include "worker_local.h"

enum { AT_ONCE = 2, LEASED_MAX = 200 };

/* A leased job whose owner may be gone. */
struct lost {
	struct shift *shift;
	int64_t id, operation_id, site_id;
	char kind[41], run_kind[41], ref[513], owner[OWNER_MAX];
	int64_t fence;
	unsigned attempts, max_attempts, crashes;
	bool is_expired, is_gone;
	utc_ms now;
	/* what became of it */
	bool freed, is_dead;
	char why[256];
};

static void
read_lost(struct rows *rows, struct lost *l)
{
	l->id = rows_int(rows, "id");
	l->operation_id = rows_int(rows, "operation_id");
	l->site_id = rows_int(rows, "site_id");
	rows_text(rows, "kind", l->kind, sizeof(l->kind));
	rows_text(rows, "run_kind", l->run_kind, sizeof(l->run_kind));
	rows_text(rows, "ref", l->ref, sizeof(l->ref));
	rows_text(rows, "owner", l->owner, sizeof(l->owner));
	l->fence = rows_int(rows, "fence");
	l->attempts = (unsigned)rows_int(rows, "attempts");
	l->max_attempts = (unsigned)rows_int(rows, "max_attempts");
	l->crashes = (unsigned)rows_int(rows, "crashes");
	l->is_expired = rows_flag(rows, "is_expired");
	l->now = rows_time(rows, "now");
}

/*
 * A crash costs the next process no wait; one that crashes again and again
 * takes the waits like any failure.
 */
static utc_ms
next_try(const struct lost *l)
{
	if (l->crashes < AT_ONCE)
		return 0;
	return retry_due(&l->shift->worker->waits, l->crashes + 1 - AT_ONCE,
			 l->now, 0);
}

static bool
free_job(struct db *db, struct lost *l, struct err *e)
{
	if (!db_run(db, SQL_JOB_FREE,
		    BINDS(bind_text(l->is_dead ? "dead" : "ready"),
			  bind_time(next_try(l)), bind_text(l->why),
			  bind_int(l->id), bind_text(l->owner),
			  bind_int(l->fence), bind_int(l->is_gone)),
		    e))
		return false;
	l->freed = db_changed(db) == 1;
	return true;
}

/* This program may not know the kind of what another one lost. */
static const char *
entity_of(const struct lost *l)
{
	const struct job_kind *kind =
		shift_kind(l->shift->worker, l->kind, l->run_kind);

	return kind != NULL ? kind->entity : NULL;
}

/* The operation of a run: it waits for its next attempt, or has failed. */
static bool
free_operation(struct db *db, struct lost *l, struct err *e)
{
	const struct closing as = {
		.state = OPERATION_FAILED,
		.code = OB_LEASE_LOST,
		.error = l->why,
		.level = "error",
		.message = l->why,
		.entity = entity_of(l),
	};
	AUTO(operation) whole = {0};
	struct operation_now op;

	if (!operation_lock(db, l->operation_id, &op, e))
		return false;
	if (op.state != OPERATION_IN_PROGRESS &&
	    op.state != OPERATION_NOT_PROCESSED)
		return true;
	if (l->is_dead)
		return operation_close(db, &op, &as, e);
	return operation_pause(db, &op, next_try(l),
			       next_try(l) != 0 ? "retry" : NULL, CODE_NONE,
			       NULL, e) &&
	       operation_load(db, l->operation_id, &whole, e) &&
	       operation_set_key(db, &whole, e);
}

static bool
write_down(struct db *db, const struct lost *l, struct err *e)
{
	return db_run(db, SQL_LOG_LINE_ADD,
		      BINDS(bind_text(l->is_dead ? "error" : "warn"),
			    bind_int(l->operation_id), bind_id(l->site_id),
			    bind_text(entity_of(l)), bind_text("lost"),
			    bind_text(code_name(OB_LEASE_LOST)),
			    bind_text(l->why), bind_text(l->shift->host)),
		      e);
}

static bool
repair_one(struct db *db, void *context, struct err *e)
{
	struct lost *l = context;
	bool is_run = strcmp(l->kind, "run") == 0;

	if (!free_job(db, l, e))
		return false;
	if (!l->freed)
		return true;
	if (is_run && !free_operation(db, l, e))
		return false;
	/* A failed operation has its one error row already. */
	return (is_run && l->is_dead) || write_down(db, l, e);
}

static void
tell(const struct lost *l)
{
	log_line(l->shift->worker->log, l->is_dead ? LOG_ERROR : LOG_WARN,
		 LOG_TEXT("flow",
			  strcmp(l->kind, "run") == 0 ? l->run_kind : l->kind),
		 LOG_INT("op", l->operation_id), LOG_INT("job", l->id),
		 LOG_TEXT("ref", l->ref[0] != '\0' ? l->ref : NULL),
		 LOG_TEXT("code", code_name(OB_LEASE_LOST)),
		 LOG_TEXT("msg", l->why),
		 LOG_TEXT("fix",
			  l->is_dead ? code_info(OB_LEASE_LOST)->fix : NULL));
}

static bool
repair(struct lost *l, unsigned *freed, struct err *e)
{
	l->is_gone = !l->is_expired && lease_owner_is_gone(l->owner);
	if (!l->is_expired && !l->is_gone)
		return true;
	l->is_dead = l->attempts + 1 >= l->max_attempts;
	(void)snprintf(l->why, sizeof(l->why), "attempt %u lost: process %s %s",
		       l->attempts + 1, l->owner,
		       l->is_gone ? "is gone" : "sends no more heartbeats");
	/* After an unanswered COMMIT the next round sees what stands there. */
	if (!db_transact(l->shift->worker->db, repair_one, l, e))
		return e->class == ERR_UNKNOWN;
	if (l->freed)
		tell(l);
	*freed += l->freed;
	return true;
}

bool
shift_repair(struct shift *s, unsigned *freed, struct err *e)
{
	AUTO(rows) rows = ROWS;

	*freed = 0;
	if (!db_open(s->worker->db, &rows, SQL_JOB_LEASED, NO_BINDS, e))
		return err_in(e, "look for lost jobs");
	while (rows_next(&rows)) {
		struct lost lost = {.shift = s};

		read_lost(&rows, &lost);
		if (rows_check(&rows, e) && !repair(&lost, freed, e))
			return err_in(e, "free job %lld", (long long)lost.id);
	}
	return rows_check(&rows, e) || err_in(e, "look for lost jobs");
}

bool
worker_repair(struct worker *worker, unsigned *repaired, struct err *e)
{
	struct shift shift = {.worker = worker};

	shift_begin(&shift);
	return shift_repair(&shift, repaired, e);
}
