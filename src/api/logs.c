#include "api/request.h"

#include <string.h>

#include "order/errors.h"
#include "queue/operation.h"
#include "resources.h"

/* A row of the retry queue that may be seen. */
struct retry {
	int64_t id, operation_id;
	bool is_run, is_dead;
};

static bool
find_retry(struct request *r, struct retry *out, struct err *e)
{
	AUTO(rows) rows = ROWS;
	char kind[41], state[41];
	int64_t site;

	*out = (struct retry){.id = request_int(r, "id", 0)};
	if (!db_open(r->app->db, &rows, SQL_API_JOB, BINDS(bind_int(out->id)),
		     e))
		return false;
	if (!rows_next(&rows)) {
		if (!rows_check(&rows, e))
			return false;
		err_set(e, ERR_MISSING, "there is no such retry");
		return err_as(e, OB_NOT_FOUND);
	}
	site = rows_int(&rows, "site_id");
	out->operation_id = rows_int(&rows, "operation_id");
	rows_text(&rows, "kind", kind, sizeof(kind));
	rows_text(&rows, "state", state, sizeof(state));
	out->is_run = strcmp(kind, "run") == 0;
	out->is_dead = strcmp(state, "dead") == 0;
	return rows_check(&rows, e) &&
	       (site == 0 || request_must_see(r, site, "retry", e));
}

/* A person's "now"; the worker that is started takes it. */
static bool
retry_now(struct request *r, struct err *e)
{
	struct retry retry;

	if (!find_retry(r, &retry, e) || !db_run(r->app->db, SQL_API_JOB_HASTEN,
						 BINDS(bind_int(retry.id)), e))
		return false;
	if (db_changed(r->app->db) != 1) {
		err_set(e, ERR_CONFLICT, "it runs already, or has ended");
		return err_as(e, OB_CONFLICT);
	}
	answer_changed(r, "retry.now", "retry %lld", (long long)retry.id);
	return answer_operation(r, retry.operation_id, false, e);
}

/*
 * A person's "no more". What waits as the run of an operation is that
 * operation, which is stopped; one that is dead has failed already.
 */
static bool
retry_drop(struct request *r, struct err *e)
{
	struct retry retry;

	if (!find_retry(r, &retry, e) ||
	    !(retry.is_run && !retry.is_dead
		      ? operation_cancel(r->app->db, retry.operation_id, r->now,
					 e)
		      : order_give_up(r->app->db, retry.id, r->caller.login,
				      r->now, e)))
		return false;
	answer_changed(r, "retry.drop", "retry %lld", (long long)retry.id);
	return answer_operation(r, retry.operation_id, false, e);
}

static const struct param id_part[] = {
	{.name = "id", .type = PARAM_ID, .help = "the retry's id"}, {0}};

const struct route logs_routes[] = {
	{
		.method = "GET",
		.path = "/sync/logs",
		.need = CAN_LOGS,
		.handle = answer_list,
		.summary = "What ran, line by line",
		.status = 200,
		.traits = ROUTE_SEED | ROUTE_SEED_TEXTS,
		.list = &entity_sync_logs,
		.many = true,
	},
	{
		.method = "GET",
		.path = "/retry-queue",
		.need = CAN_LOGS,
		.handle = answer_list,
		.summary = "What failed and is tried again",
		.status = 200,
		.list = &entity_retry_queue,
		.many = true,
	},
	{
		.method = "POST",
		.path = "/retry-queue/{id}/retry",
		.need = CAN_SYNC,
		.handle = retry_now,
		.summary = "Try it now",
		.status = 202,
		.parts = id_part,
		.reply = &shape_operation,
	},
	{
		.method = "POST",
		.path = "/retry-queue/{id}/drop",
		.need = CAN_SYNC,
		.handle = retry_drop,
		.summary = "Try it no more: its order becomes an error",
		.status = 202,
		.parts = id_part,
		.reply = &shape_operation,
	},
	{
		.method = "GET",
		.path = "/audit",
		.need = CAN_LOGS,
		.traits = ROUTE_ALL_SITES,
		.handle = answer_list,
		.summary = "Who changed what",
		.status = 200,
		.list = &entity_audit,
		.many = true,
	},
	{0},
};
