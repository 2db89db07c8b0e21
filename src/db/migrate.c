#include "db/migrate.h"

#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/secret.h"
#include "local.h"

/*
 * first_steps make rm_schema and rm_lease; they run before there is anything to
 * record in. A step may take an hour: an index over years of orders.
 */
enum { FIRST_STEPS = 2, STEP_MAX_S = 3600, AHEAD_MAX = 1 };

enum { NO_SUCH_TABLE = 1146 };

struct plan {
	struct migrate_step *step; /* migration_steps of them */
	unsigned database_version;
	bool has_strange; /* a step that no program of this version can know */
};

static void
plan_end(struct plan *plan)
{
	free(plan->step);
	*plan = (struct plan){0};
}

static unsigned
program_version(void)
{
	return migration_step[migration_steps - 1].version;
}

static bool
refuse(const struct migrate_step *step, struct err *e)
{
	err_set(e, ERR_FATAL,
		"migration %s, step %u: the database has it with another text",
		step->migration, step->step);
	err_as(e, OB_SCHEMA);
	return err_hint(e, "use the orderbridge that made this database, or "
			   "restore the backup taken before it");
}

static void
hash_step(const struct migrate_step *step, unsigned char out[32])
{
	hash_sha256(step->text, strlen(step->text), out);
}

static struct migrate_step *
find_step(const struct plan *plan, int64_t version, int64_t step)
{
	for (size_t i = 0; i < migration_steps; i++) {
		if (plan->step[i].version == version &&
		    plan->step[i].step == step)
			return plan->step + i;
	}
	return NULL;
}

/* Enters what the database has on record for one step. */
static void
note_record(struct plan *plan, struct rows *rows)
{
	const int64_t version = rows_int(rows, "version");
	struct migrate_step *step =
		find_step(plan, version, rows_int(rows, "step"));
	unsigned char hash[32];
	const char *recorded;
	size_t length;

	if (version > plan->database_version)
		plan->database_version = (unsigned)version;
	if (step == NULL) {
		plan->has_strange |= version <= program_version();
		return;
	}
	recorded = rows_borrow(rows, "checksum", &length);
	step->started_at = rows_time(rows, "started_at");
	step->finished_at = rows_time(rows, "finished_at");
	step->state = step->finished_at ? MIGRATE_DONE : MIGRATE_BEGUN;
	hash_step(step, hash);
	if (step->state == MIGRATE_DONE &&
	    (length != sizeof(hash) || memcmp(recorded, hash, length) != 0))
		step->state = MIGRATE_CHANGED;
}

static bool
plan_read(struct plan *plan, struct db *db, struct err *e)
{
	AUTO(rows) rows = ROWS;

	plan_end(plan);
	plan->step = calloc(migration_steps, sizeof(*plan->step));
	if (plan->step == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	for (size_t i = 0; i < migration_steps; i++)
		plan->step[i] = (struct migrate_step){
			.migration = migration_step[i].migration,
			.version = migration_step[i].version,
			.step = migration_step[i].step,
			.text = migration_step[i].text,
			.rows = -1,
		};
	if (!db_open(db, &rows, SQL_SCHEMA_LIST, NO_BINDS, e))
		return db_error(db) == NO_SUCH_TABLE; /* a new database */
	while (rows_next(&rows))
		note_record(plan, &rows);
	return rows_check(&rows, e);
}

static void
summarise(const struct plan *plan, struct migrate_summary *out)
{
	*out = (struct migrate_summary){
		.program_version = program_version(),
		.database_version = plan->database_version,
	};
	for (size_t i = 0; i < migration_steps; i++) {
		out->done += plan->step[i].state == MIGRATE_DONE;
		out->waiting += plan->step[i].state == MIGRATE_WAITING ||
				plan->step[i].state == MIGRATE_BEGUN;
	}
}

static bool
check_texts(const struct plan *plan, struct err *e)
{
	for (size_t i = 0; i < migration_steps; i++) {
		if (plan->step[i].state == MIGRATE_CHANGED)
			return refuse(plan->step + i, e);
	}
	if (!plan->has_strange)
		return true;
	err_set(e, ERR_FATAL,
		"the database has steps up to version %u that this program "
		"does not know",
		program_version());
	err_as(e, OB_SCHEMA);
	return err_hint(e, "use the orderbridge that made this database");
}

static bool
check_age(const struct plan *plan, unsigned ahead, struct err *e)
{
	if (plan->database_version <= program_version() + ahead)
		return true;
	err_set(e, ERR_FATAL,
		"the database is at version %u, this program knows %u",
		plan->database_version, program_version());
	err_as(e, OB_SCHEMA);
	return err_hint(e, "install the newer orderbridge on this host too");
}

/* The table of a step is the first name in it that begins like ours. */
static bool
count_rows(struct db *db, struct migrate_step *step, struct err *e)
{
	AUTO(rows) rows = ROWS;
	const char *from = strstr(step->text, "rm_");
	char table[65] = "";
	size_t length;

	if (from == NULL)
		return true;
	length = strspn(from, "abcdefghijklmnopqrstuvwxyz_0123456789");
	if (length >= sizeof(table))
		return true;
	memcpy(table, from, length);
	if (!db_open(db, &rows, SQL_SCHEMA_TABLE_ROWS, BINDS(bind_text(table)),
		     e))
		return false;
	if (rows_next(&rows))
		step->rows = rows_int(&rows, "table_rows");
	return rows_check(&rows, e);
}

bool
migrate_status(struct db *db, struct migrate_summary *out, migrate_each *each,
	       void *context, struct err *e)
{
	AUTO(plan) plan = {0};

	if (!plan_read(&plan, db, e))
		return err_in(e, "read rm_schema");
	summarise(&plan, out);
	for (size_t i = 0; each && i < migration_steps; i++) {
		if (plan.step[i].state != MIGRATE_DONE &&
		    !count_rows(db, plan.step + i, e))
			return false;
		each(context, plan.step + i);
	}
	return check_texts(&plan, e);
}

bool
db_schema_check(struct db *db, struct err *e)
{
	AUTO(plan) plan = {0};
	struct migrate_summary found;

	if (!plan_read(&plan, db, e))
		return err_in(e, "read rm_schema");
	if (!check_texts(&plan, e) || !check_age(&plan, AHEAD_MAX, e))
		return false;
	summarise(&plan, &found);
	if (found.waiting == 0)
		return true;
	err_set(e, ERR_FATAL,
		"the database lacks %zu of %zu steps of its tables",
		found.waiting, migration_steps);
	err_as(e, OB_SCHEMA);
	return err_hint(e, "orderbridge migrate");
}

static void
tell(const struct migrate_order *order, const struct migrate_step *step)
{
	if (order->each)
		order->each(order->context, step);
}

static bool
fault(const char *name, struct err *e)
{
	return err_set(e, ERR_TEMPORARY, "fault point %s", name);
}

static bool
record(struct db *db, const struct migrate_step *step, bool done, struct err *e)
{
	unsigned char hash[32];

	if (done)
		return db_run(
			db, SQL_SCHEMA_FINISH,
			BINDS(bind_int(step->version), bind_int(step->step)),
			e);
	hash_step(step, hash);
	return db_run(db, SQL_SCHEMA_START,
		      BINDS(bind_int(step->version), bind_int(step->step),
			    bind_text(step->migration),
			    bind_bytes(hash, sizeof(hash))),
		      e);
}

/* Records under the lease: who lost it must not say that a step is done. */
static bool
record_as_owner(struct db *db, const struct migrate_order *order,
		const struct migrate_step *step, bool done, struct err *e)
{
	if (!db_begin(db, e))
		return false;
	if (order->lease.touch(order->lease.context, e) &&
	    record(db, step, done, e))
		return db_commit(db, e);
	db_rollback(db);
	return false;
}

static bool
run_step(struct db *db, const struct migrate_order *order,
	 struct migrate_step *step, struct err *e)
{
	if (!order->allow_copy && strstr(step->text, "ALGORITHM = COPY")) {
		err_set(e, ERR_DENIED, "this step copies a table");
		return err_hint(e, "at a quiet hour: migrate --allow-copy");
	}
	step->state = MIGRATE_BEGUN;
	tell(order, step);
	if (!record_as_owner(db, order, step, false, e))
		return false;
	if (OB_FAULT("migrate.before_step"))
		return fault("migrate.before_step", e);
	if (!db_ready(db, e) || !db_run_text(db, DB_PHASE_STATEMENT, step->text,
					     step->migration, e))
		return false;
	if (OB_FAULT("migrate.after_step"))
		return fault("migrate.after_step", e);
	if (!record_as_owner(db, order, step, true, e))
		return false;
	step->state = MIGRATE_DONE;
	tell(order, step);
	return true;
}

static bool
run_waiting(struct db *db, const struct migrate_order *order, struct plan *plan,
	    struct err *e)
{
	for (size_t i = 0; i < migration_steps; i++) {
		struct migrate_step *step = plan->step + i;

		if (step->state != MIGRATE_DONE &&
		    !run_step(db, order, step, e))
			return err_in(e, "migration %s, step %u",
				      step->migration, step->step);
		if (step->version > plan->database_version)
			plan->database_version = step->version;
	}
	return true;
}

/* rm_schema and rm_lease, which all the rest is recorded in and kept by. */
static bool
run_first_steps(struct db *db, const struct plan *plan, struct err *e)
{
	if (!db_ready(db, e))
		return false;
	for (size_t i = 0; i < FIRST_STEPS; i++) {
		if (plan->step[i].state != MIGRATE_DONE &&
		    !db_run_text(db, DB_PHASE_STATEMENT, plan->step[i].text,
				 plan->step[i].migration, e))
			return false;
	}
	return true;
}

static bool
run_under_lease(struct db *db, const struct migrate_order *order,
		struct plan *plan, struct err *e)
{
	bool taken, done;

	if (!order->lease.take(order->lease.context, &taken, e))
		return false;
	if (!taken)
		return err_set(e, ERR_CONFLICT, "another migration is running");
	done = plan_read(plan, db, e) && check_texts(plan, e) &&
	       check_age(plan, 0, e) && run_waiting(db, order, plan, e);
	order->lease.release(order->lease.context);
	return done;
}

/* A statement's limit is its session's; the next statement dials with this. */
static void
limit_next_session(struct db *db, unsigned seconds)
{
	db->settings.statement_timeout_s = seconds;
	db_drop(db);
}

bool
migrate_run(struct db *db, const struct migrate_order *order,
	    struct migrate_summary *out, struct err *e)
{
	const unsigned usual = db->settings.statement_timeout_s;
	AUTO(plan) plan = {0};
	bool done;

	*out = (struct migrate_summary){0};
	if (!plan_read(&plan, db, e) || !check_texts(&plan, e) ||
	    !check_age(&plan, 0, e))
		return false;
	summarise(&plan, out);
	if (out->waiting == 0)
		return true;
	limit_next_session(db, STEP_MAX_S);
	done = run_first_steps(db, &plan, e) &&
	       run_under_lease(db, order, &plan, e);
	limit_next_session(db, usual);
	summarise(&plan, out);
	return done;
}
