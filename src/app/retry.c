#include "app/retry.h"

#include "queue/job.h"
#include "queue/operation.h"

struct requeue {
	enum sql_id statement;
	const char *list; /* JSON array */
	uint64_t changed;
};

static bool
requeue(struct db *db, void *context, struct err *e)
{
	struct requeue *r = context;

	if (!db_run(db, r->statement, BINDS(bind_text(r->list)), e))
		return false;
	r->changed = db_changed(db);
	return true;
}

static bool
ask_for_retry(struct app *app, const char *source, const char *by,
	      int64_t *operation, struct err *e)
{
	struct operation_ask ask = {
		.kind = "retry", .source = source, .created_by = by};
	bool merged;

	return operation_ask(app->db, &ask, app_now(app), operation, &merged,
			     e);
}

bool
retry_wake_skus(struct app *app, const char *keys, const char *source,
		const char *by, bool *woke, struct err *e)
{
	struct requeue r = {SQL_RETRY_REQUEUE_SKUS, keys, 0};
	int64_t operation;
	bool waited;

	if (!job_wake_sku(app->db, keys, e))
		return false;
	waited = db_changed(app->db) > 0;
	if (!db_transact(app->db, requeue, &r, e))
		return false;
	if (woke != NULL)
		*woke = waited || r.changed > 0;
	return r.changed == 0 || ask_for_retry(app, source, by, &operation, e);
}

bool
retry_wake_kits(struct app *app, const char *source, const char *by, bool *woke,
		struct err *e)
{
	struct requeue r = {SQL_RETRY_REQUEUE_CODES,
			    "[\"ob_kit_component\",\"ob_kit_empty\","
			    "\"ob_kit_cycle\",\"ob_kit_depth\"]",
			    0};
	int64_t operation;

	if (!db_transact(app->db, requeue, &r, e))
		return false;
	if (woke != NULL)
		*woke = r.changed > 0;
	return r.changed == 0 || ask_for_retry(app, source, by, &operation, e);
}

bool
retry_ask(struct app *app, const char *ids, const char *source, const char *by,
	  int64_t *operation, struct err *e)
{
	struct requeue failed = {SQL_RETRY_REQUEUE_IDS, ids, 0};
	struct requeue waiting = {SQL_RETRY_HASTEN_IDS, ids, 0};

	*operation = 0;
	return db_transact(app->db, requeue, &failed, e) &&
	       db_transact(app->db, requeue, &waiting, e) &&
	       (failed.changed == 0 ||
		ask_for_retry(app, source, by, operation, e));
}
