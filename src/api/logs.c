#include "api/request.h"
#include "resources.h"

/* A person's "now"; the worker that is started takes it. */
static bool
retry_now(struct request *r, struct err *e)
{
	const int64_t id = request_int(r, "id", 0);
	AUTO(rows) rows = ROWS;
	int64_t site, operation;

	if (!db_open(r->app->db, &rows, SQL_API_JOB, BINDS(bind_int(id)), e))
		return false;
	if (!rows_next(&rows)) {
		if (!rows_check(&rows, e))
			return false;
		err_set(e, ERR_MISSING, "there is no such retry");
		return err_as(e, OB_NOT_FOUND);
	}
	site = rows_int(&rows, "site_id");
	operation = rows_int(&rows, "operation_id");
	if (!rows_check(&rows, e) ||
	    (site != 0 && !request_must_see(r, site, "retry", e)) ||
	    !db_run(r->app->db, SQL_API_JOB_HASTEN, BINDS(bind_int(id)), e))
		return false;
	if (db_changed(r->app->db) != 1) {
		err_set(e, ERR_CONFLICT, "it runs already, or has ended");
		return err_as(e, OB_CONFLICT);
	}
	answer_changed(r, "retry.now", "retry %lld", (long long)id);
	return answer_operation(r, operation, false, e);
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
