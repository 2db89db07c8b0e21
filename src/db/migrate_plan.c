#include "migrate_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "local.h"

enum { AHEAD_MAX = 1, NO_SUCH_TABLE = 1146 };

void
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

void
plan_hash(const struct migrate_step *step, unsigned char out[32])
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
	plan_hash(step, hash);
	if (step->state == MIGRATE_DONE &&
	    (length != sizeof(hash) || memcmp(recorded, hash, length) != 0))
		step->state = MIGRATE_CHANGED;
}

bool
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

void
plan_summary(const struct plan *plan, struct migrate_summary *out)
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

bool
plan_check_texts(const struct plan *plan, struct err *e)
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

bool
plan_check_age(const struct plan *plan, unsigned ahead, struct err *e)
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
	plan_summary(&plan, out);
	for (size_t i = 0; each && i < migration_steps; i++) {
		if (plan.step[i].state != MIGRATE_DONE &&
		    !count_rows(db, plan.step + i, e))
			return false;
		each(context, plan.step + i);
	}
	return plan_check_texts(&plan, e);
}

bool
db_schema_check(struct db *db, struct err *e)
{
	AUTO(plan) plan = {0};
	struct migrate_summary found;

	if (!plan_read(&plan, db, e))
		return err_in(e, "read rm_schema");
	if (!plan_check_texts(&plan, e) || !plan_check_age(&plan, AHEAD_MAX, e))
		return false;
	plan_summary(&plan, &found);
	if (found.waiting == 0)
		return true;
	err_set(e, ERR_FATAL,
		"the database lacks %zu of %zu steps of its tables",
		found.waiting, migration_steps);
	err_as(e, OB_SCHEMA);
	return err_hint(e, "orderbridge migrate");
}
