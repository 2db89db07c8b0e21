#include "flow/retention.h"

#include "app/app.h"
#include "db/db.h"

enum { ROWS_AT_ONCE = 1000, PAUSE_MS = 50 };

struct chore {
	enum sql_id statement;
	utc_ms before;
	uint64_t removed; /* by the last step */
};

static bool
remove_some(struct db *db, void *context, struct err *e)
{
	struct chore *chore = context;

	if (!db_run(db, chore->statement,
		    BINDS(bind_time(chore->before), bind_int(ROWS_AT_ONCE)), e))
		return false;
	chore->removed = db_changed(db);
	return true;
}

/* Removes in small steps, so that nobody waits for a lock of ours. */
static bool
clean(struct task *task, enum sql_id statement, unsigned days, struct err *e)
{
	utc_ms now = task->clock->now(task->clock);
	struct chore chore = {.statement = statement,
			      .before = now - (utc_ms)days * DAY};

	do {
		if (task_must_stop(task))
			return true;
		if (!task_transact(task, remove_some, &chore, e))
			return false;
		task->op->done += (unsigned)chore.removed;
		task_progress(task, "clean", task->op->done, 0, "rows");
		clock_sleep_ms(PAUSE_MS);
	} while (chore.removed == ROWS_AT_ONCE);
	return true;
}

bool
retention_run(void *context, struct task *task, struct err *e)
{
	struct app *app = context;
	const struct config *config = &app->config;

	return clean(task, SQL_RETENTION_LOG, config->retention.log_days, e) &&
	       clean(task, SQL_RETENTION_OPERATIONS,
		     config->retention.operation_days, e) &&
	       clean(task, SQL_RETENTION_WEBHOOKS,
		     config->retention.webhook_days, e) &&
	       clean(task, SQL_RETENTION_FAILED_OPERATIONS,
		     config->retention.failed_operation_days, e) &&
	       (task_must_stop(task) || app_audit_daily(app, e));
}
