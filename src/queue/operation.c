#include "queue/operation.h"

#include <stdlib.h>
#include <string.h>

#include "local.h"

void
operation_end(struct operation *op)
{
	free(op->scope);
	free(op->error);
	*op = (struct operation){0};
}

/* A NULL stays NULL. */
static bool
keep_text(struct rows *rows, const char *column, char **out, struct err *e)
{
	if (rows_null(rows, column))
		return true;
	*out = strdup(rows_borrow(rows, column, NULL));
	return *out != NULL || err_set(e, ERR_TEMPORARY, "out of memory");
}

static unsigned
count_of(struct rows *rows, const char *column)
{
	return (unsigned)rows_int(rows, column);
}

static void
read_names(struct rows *rows, struct operation *op)
{
	op->id = rows_int(rows, "id");
	rows_text(rows, "kind", op->kind, sizeof(op->kind));
	op->parent_id = rows_int(rows, "parent_id");
	op->site_id = rows_int(rows, "site_id");
	rows_text(rows, "site_code", op->site_code, sizeof(op->site_code));
	rows_text(rows, "site_name", op->site_name, sizeof(op->site_name));
	rows_text(rows, "site_url", op->site_url, sizeof(op->site_url));
	op->is_full = rows_flag(rows, "is_full");
	op->dry_run = rows_flag(rows, "dry_run");
	op->superseded_by = rows_int(rows, "superseded_by");
	rows_text(rows, "source", op->source, sizeof(op->source));
	rows_text(rows, "created_by", op->created_by, sizeof(op->created_by));
	rows_text(rows, "host", op->host, sizeof(op->host));
	op->schedule_id = rows_int(rows, "schedule_id");
}

static void
read_progress(struct rows *rows, struct operation *op)
{
	rows_text(rows, "pause_reason", op->pause_reason,
		  sizeof(op->pause_reason));
	rows_text(rows, "phase", op->phase, sizeof(op->phase));
	rows_text(rows, "unit", op->unit, sizeof(op->unit));
	op->done = count_of(rows, "done");
	op->total = count_of(rows, "total");
	op->tally = (struct tally){
		.fetched = count_of(rows, "fetched"),
		.stored = count_of(rows, "stored"),
		.unchanged = count_of(rows, "unchanged"),
		.skipped = count_of(rows, "skipped"),
		.soft = count_of(rows, "soft"),
		.hard = count_of(rows, "hard"),
	};
	op->failed_count = count_of(rows, "failed_count");
	rows_text(rows, "error_code", op->error_code, sizeof(op->error_code));
	op->paused_until = rows_time(rows, "paused_until");
	op->cancel_at = rows_time(rows, "cancel_at");
	op->created_at = rows_time(rows, "created_at");
	op->started_at = rows_time(rows, "started_at");
	op->completed_at = rows_time(rows, "completed_at");
	op->heartbeat_at = rows_time(rows, "heartbeat_at");
	op->version = count_of(rows, "version");
}

static bool
read_operation(struct rows *rows, struct operation *op, struct err *e)
{
	char state[41];

	read_names(rows, op);
	read_progress(rows, op);
	rows_text(rows, "state", state, sizeof(state));
	if (!keep_text(rows, "scope", &op->scope, e) ||
	    !keep_text(rows, "error", &op->error, e) || !rows_check(rows, e))
		return false;
	return operation_state_find(state, &op->state) ||
	       err_set(e, ERR_FATAL, "unknown state %s", state);
}

static bool
no_operation(int64_t id, struct err *e)
{
	err_set(e, ERR_MISSING, "no operation %lld", (long long)id);
	return err_hint(e, "orderbridge operation list shows them");
}

bool
operation_load(struct db *db, int64_t id, struct operation *out, struct err *e)
{
	AUTO(rows) rows = ROWS;

	*out = (struct operation){0};
	if (!db_open(db, &rows, SQL_OPERATION_LOAD, BINDS(bind_int(id)), e))
		return err_in(e, "load operation %lld", (long long)id);
	if (!rows_next(&rows))
		return rows_check(&rows, e) && no_operation(id, e);
	if (read_operation(&rows, out, e))
		return true;
	operation_end(out);
	return err_in(e, "load operation %lld", (long long)id);
}

bool
operation_lock(struct db *db, int64_t id, struct operation_now *out,
	       struct err *e)
{
	AUTO(rows) rows = ROWS;
	char state[41];

	*out = (struct operation_now){.id = id};
	if (!db_open(db, &rows, SQL_OPERATION_LOCK, BINDS(bind_int(id)), e))
		return false;
	if (!rows_next(&rows))
		return rows_check(&rows, e) && no_operation(id, e);
	rows_text(&rows, "state", state, sizeof(state));
	out->version = rows_int(&rows, "version");
	out->is_cancelled = !rows_null(&rows, "cancel_at");
	out->superseded_by = rows_int(&rows, "superseded_by");
	if (!rows_check(&rows, e))
		return false;
	return operation_state_find(state, &out->state) ||
	       err_set(e, ERR_FATAL, "unknown state %s", state);
}

/* The row was locked or named with its version, so anything else is a race. */
bool
operation_changed(struct db *db, const struct operation_now *op, struct err *e)
{
	if (db_changed(db) == 1)
		return true;
	(void)err_set(e, ERR_TEMPORARY, "operation %lld changed meanwhile",
		      (long long)op->id);
	return err_as(e, OB_LOCK);
}

static bool
check_change(const struct operation_now *op, enum operation_state to,
	     struct err *e)
{
	if (operation_may_become(op->state, to))
		return true;
	return err_set(e, ERR_CONFLICT,
		       "operation %lld is %s, not to become %s",
		       (long long)op->id, operation_state_words(op->state),
		       operation_state_words(to));
}

bool
operation_close(struct db *db, const struct operation_now *op,
		const struct closing *as, struct err *e)
{
	if (!check_change(op, as->state, e))
		return false;
	return db_run(db, SQL_OPERATION_CLOSE,
		      BINDS(bind_text(operation_state_name(as->state)),
			    bind_text_or_null(code_name(as->code)),
			    bind_text_or_null(as->error),
			    bind_id(as->superseded_by), bind_int(op->id),
			    bind_text(operation_state_name(op->state)),
			    bind_int(op->version)),
		      e) &&
	       operation_changed(db, op, e) &&
	       db_run(db, SQL_OPERATION_LOG,
		      BINDS(bind_text(as->level), bind_text_or_null(as->entity),
			    bind_text(as->message), bind_int(op->id)),
		      e);
}

bool
operation_pause(struct db *db, const struct operation_now *op, utc_ms until,
		const char *reason, enum code code, const char *error,
		struct err *e)
{
	if (op->state != OPERATION_NOT_PROCESSED &&
	    !check_change(op, OPERATION_NOT_PROCESSED, e))
		return false;
	return db_run(db, SQL_OPERATION_PAUSE,
		      BINDS(bind_time(until), bind_text_or_null(reason),
			    bind_text_or_null(code_name(code)),
			    bind_text_or_null(error), bind_int(op->id),
			    bind_text(operation_state_name(op->state)),
			    bind_int(op->version)),
		      e) &&
	       operation_changed(db, op, e);
}

bool
operation_start(struct db *db, const struct operation_now *op, const char *host,
		struct err *e)
{
	if (!check_change(op, OPERATION_IN_PROGRESS, e))
		return false;
	return db_run(db, SQL_OPERATION_START,
		      BINDS(bind_text(host), bind_int(op->id),
			    bind_text(operation_state_name(op->state)),
			    bind_int(op->version)),
		      e) &&
	       operation_changed(db, op, e);
}

bool
operation_set_key(struct db *db, const struct operation *op, struct err *e)
{
	unsigned char key[32];

	return queue_key(op->kind, op->site_id, op->is_full, op->scope, key,
			 e) &&
	       db_run(db, SQL_OPERATION_SET_KEY,
		      BINDS(bind_bytes(key, sizeof(key)), bind_int(op->id)), e);
}

bool
operation_write_progress(struct db *db, const struct operation *op,
			 struct err *e)
{
	return db_run(db, SQL_OPERATION_PROGRESS,
		      BINDS(bind_text_or_null(op->phase), bind_int(op->done),
			    bind_id(op->total), bind_text_or_null(op->unit),
			    bind_int(op->tally.fetched),
			    bind_int(op->tally.stored),
			    bind_int(op->tally.unchanged),
			    bind_int(op->tally.skipped),
			    bind_int(op->tally.soft), bind_int(op->tally.hard),
			    bind_int(op->failed_count), bind_int(op->id)),
		      e);
}
