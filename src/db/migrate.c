#include "db/migrate.h"

#include <string.h>

#include "base/fault.h"
#include "local.h"
#include "migrate_plan.h"

/*
 * The first steps make rm_schema and rm_lease; they run before there is
 * anything to record in. A step may take an hour: an index over years of
 * orders.
 */
enum { FIRST_STEPS = 2, STEP_MAX_S = 3600 };

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
	plan_hash(step, hash);
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
is_over(const struct migrate_order *order)
{
	return order->until_boot_ms != 0 &&
	       clock_boot_ms() >= order->until_boot_ms;
}

static bool
run_waiting(struct db *db, const struct migrate_order *order, struct plan *plan,
	    struct err *e)
{
	for (size_t i = 0; i < migration_steps; i++) {
		struct migrate_step *step = plan->step + i;

		if (step->state != MIGRATE_DONE && is_over(order))
			return true;
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
	done = plan_read(plan, db, e) && plan_check_texts(plan, e) &&
	       plan_check_age(plan, 0, e) && run_waiting(db, order, plan, e);
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
	if (!plan_read(&plan, db, e) || !plan_check_texts(&plan, e) ||
	    !plan_check_age(&plan, 0, e))
		return false;
	plan_summary(&plan, out);
	if (out->waiting == 0)
		return true;
	limit_next_session(db, STEP_MAX_S);
	done = run_first_steps(db, &plan, e) &&
	       run_under_lease(db, order, &plan, e);
	if (!done && e->class == ERR_UNKNOWN)
		e->class = ERR_TEMPORARY; /* every step may run twice */
	limit_next_session(db, usual);
	plan_summary(&plan, out);
	return done;
}
