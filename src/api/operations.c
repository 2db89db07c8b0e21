#include "api/request.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/row_out.h"
#include "hooks.h"
#include "local.h"
#include "queue/operation.h"
#include "resources.h"

static const struct param id_part[] = {
	{.name = "id", .type = PARAM_ID, .help = "the operation's id"}, {0}};

/* ERR_MISSING too where it belongs to a site that may not be seen. */
static bool
load(struct request *r, int64_t id, struct err *e)
{
	AUTO(operation) op = {0};

	if (!operation_load(r->app->db, id, &op, e)) {
		/* The same words as for one of another site. */
		if (e->class == ERR_MISSING) {
			err_set(e, ERR_MISSING, "there is no such operation");
			err_as(e, OB_NOT_FOUND);
		}
		return false;
	}
	return op.site_id == 0 ||
	       request_must_see(r, op.site_id, "operation", e);
}

bool
request_list(struct request *r, const struct entity *entity,
	     const struct list_param *param, size_t count, struct list_ask *out,
	     struct err *e)
{
	const struct list_access access = {
		.all_sites = r->caller.all_sites,
		.site = r->caller.site,
		.sites = r->caller.sites,
		.with_pii = request_can(r, CAN_PII),
		.key = r->app->web_key,
		.known = &r->hooks->lists,
	};
	struct list_fault bad = {0};

	if (list_read(entity, r->app->db, param, count, &access, out, &bad, e))
		return true;
	if (bad.param[0] != '\0') {
		const enum code code = e->code;

		request_fault(r, e, bad.param, "%s", bad.message);
		if (code != CODE_NONE)
			err_as(e, code);
	}
	return false;
}

bool
request_rows(struct request *r, const struct entity *entity,
	     const struct list_param *param, size_t count, struct strbuf *out,
	     struct list_page *page, struct err *e)
{
	AUTO(list_ask) ask = {0};

	*page = (struct list_page){0};
	if (!request_list(r, entity, param, count, &ask, e))
		return false;
	ask.uncounted = true;
	return list_run(r->app->db, &ask, out, page, e);
}

bool
request_count(struct request *r, const struct entity *entity,
	      const struct list_param *param, size_t count, uint64_t *total,
	      bool *is_capped, struct err *e)
{
	AUTO(list_ask) ask = {0};

	return request_list(r, entity, param, count, &ask, e) &&
	       list_count(r->app->db, &ask, total, is_capped, e);
}

/* The row of the list, alone. */
bool
answer_one_of(struct request *r, const struct entity *entity, int64_t id,
	      struct err *e)
{
	struct list_page page;
	AUTO(strbuf) rows = STRBUF(DATA_MAX);
	char number[24];

	(void)snprintf(number, sizeof(number), "%lld", (long long)id);
	if (!request_rows(r, entity, &(struct list_param){"id", number}, 1,
			  &rows, &page, e))
		return false;
	if (page.rows == 0) {
		err_set(e, ERR_MISSING, "there is none with the id %s", number);
		return err_as(e, OB_NOT_FOUND);
	}
	/* An array of one, without its brackets. */
	strbuf_addn(&r->data, rows.text + 1, rows.len - 2);
	return strbuf_check(&r->data, e);
}

static bool
operation_show(struct request *r, struct err *e)
{
	return answer_one_of(r, &entity_operations, request_int(r, "id", 0), e);
}

bool
answer_operation(struct request *r, int64_t id, bool merged, struct err *e)
{
	r->status = 202;
	r->is_merged = merged;
	answer_location(r, "/operations/%lld", (long long)id);
	if (!answer_one_of(r, &entity_operations, id, e))
		return false;
	r->wants_worker = true;
	return true;
}

bool
request_ask(struct request *r, const char *kind, int64_t site_id, bool full,
	    const char *scope, int64_t *id, bool *merged, struct err *e)
{
	const struct operation_ask ask = {
		.kind = kind,
		.site_id = site_id,
		.is_full = full,
		.scope = scope,
		.source = "api",
		.created_by = r->caller.login,
		.max_waiting = r->app->config.queue.max_waiting_per_site,
	};

	return operation_ask(r->app->db, &ask, r->now, id, merged, e);
}

bool
request_work(struct request *r, const char *kind, int64_t site_id, bool full,
	     const char *scope, struct err *e)
{
	int64_t id;
	bool merged;

	return request_ask(r, kind, site_id, full, scope, &id, &merged, e) &&
	       answer_operation(r, id, merged, e);
}

static bool
operation_log(struct request *r, struct err *e)
{
	const int64_t id = request_int(r, "id", 0);
	AUTO(rows) rows = ROWS;

	return load(r, id, e) &&
	       db_open(r->app->db, &rows, SQL_API_OPERATION_LOG,
		       BINDS(bind_int(id)), e) &&
	       answer_rows(r, &rows, e);
}

static const struct shape log_shape = {
	"OperationLogLine",
	(const struct field[]){
		{"id", FIELD_ID, 0, NULL, NULL, NULL, NULL},
		{"at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"level", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"kind", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "run, line, call, system"},
		{"status", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"ms", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"error_code", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"message", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static bool
operation_try_again(struct request *r, struct err *e)
{
	const int64_t id = request_int(r, "id", 0);

	if (!load(r, id, e) || !operation_retry(r->app->db, id, e))
		return false;
	answer_changed(r, "operation.retry", "operation %lld", (long long)id);
	return answer_operation(r, id, false, e);
}

static bool
operation_stop(struct request *r, struct err *e)
{
	const int64_t id = request_int(r, "id", 0);

	if (!load(r, id, e) || !operation_cancel(r->app->db, id, r->now, e))
		return false;
	answer_changed(r, "operation.cancel", "operation %lld", (long long)id);
	return answer_operation(r, id, false, e);
}

/* What became of the many that a bulk change is about. */
struct bulk {
	bool retries; /* else it cancels */
	size_t changed;
	struct strbuf refused; /* JSON */
	struct strbuf ids;     /* of the changed ones, JSON */
};

static void
bulk_end(struct bulk *bulk)
{
	strbuf_end(&bulk->refused);
	strbuf_end(&bulk->ids);
}

/* One that is not in the state for it, or gone, holds up no other. */
static bool
change_one(struct request *r, struct bulk *bulk, const char *id, struct err *e)
{
	const int64_t number = strtoll(id, NULL, 10);
	const bool done =
		bulk->retries ? operation_retry(r->app->db, number, e)
			      : operation_cancel(r->app->db, number, r->now, e);

	if (done) {
		strbuf_addf(&bulk->ids, "%s\"%s\"",
			    bulk->changed++ == 0 ? "" : ",", id);
		return true;
	}
	if (e->class != ERR_CONFLICT && e->class != ERR_MISSING)
		return false;
	strbuf_addf(&bulk->refused, "%s{\"id\":\"%s\",\"message\":",
		    bulk->refused.len == 0 ? "" : ",", id);
	json_out_text(&bulk->refused, e->text);
	strbuf_add(&bulk->refused, "}");
	*e = (struct err){0};
	return true;
}

static bool
change_all(struct request *r, struct bulk *bulk, const json_t *ids,
	   struct err *e)
{
	for (size_t i = 0; i < json_array_size(ids); i++)
		if (!change_one(r, bulk,
				json_string_value(json_array_get(ids, i)), e))
			return false;
	return true;
}

static bool
operations_bulk(struct request *r, struct err *e)
{
	enum { AT_ONCE = 1000 };
	AUTO(bulk)
	bulk = {.retries = request_int(r, "action", 0) == 0,
		.refused = STRBUF(DATA_MAX / 2),
		.ids = STRBUF(1 << 18)};
	AUTO(strbuf) found = STRBUF(1 << 18);
	json_auto_t *ids = NULL;

	if (!request_choose(r, &entity_operations, AT_ONCE, &found, e) ||
	    !json_read(found.text, found.len, &ids, e))
		return false;
	r->status = r->dry_run ? 200 : 202;
	if (!r->dry_run && !change_all(r, &bulk, ids, e))
		return false;
	strbuf_addf(
		&r->data, "{\"matched\":%zu,\"changed\":%zu,\"refused\":[%s]}",
		json_array_size(ids), bulk.changed, strbuf_text(&bulk.refused));
	if (bulk.changed > 0) {
		answer_changed(r,
			       bulk.retries ? "operation.retry"
					    : "operation.cancel",
			       "%zu operations", bulk.changed);
		strbuf_addf(&r->after, "{\"operations\":[%s]}",
			    strbuf_text(&bulk.ids));
		if (bulk.retries)
			r->wants_worker = true;
	}
	return strbuf_check(&bulk.refused, e) && strbuf_check(&r->data, e);
}

static const char *const bulk_actions[] = {"retry", "cancel", NULL};

static const struct param bulk_body[] = {
	{"action", PARAM_WORD, PARAM_REQUIRED, 0, 0, bulk_actions, NULL,
	 "failed ones are tried again, open ones are stopped"},
	{"ids", PARAM_LIST, 0, 1, 1000, NULL, NULL, "ids of the list"},
	{"filter", PARAM_OBJECT, 0, 0, 0, NULL, NULL,
	 "the list's own filters: {\"state\":\"failed\"}"},
	{0},
};

static const struct shape refused_shape = {
	"Refused",
	(const struct field[]){
		{"id", FIELD_ID, 0, NULL, NULL, NULL, NULL},
		{"message", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape bulk_shape = {
	"OperationsBulk",
	(const struct field[]){
		{"matched", FIELD_COUNT, 0, NULL, NULL, NULL,
		 "operations that this is about"},
		{"changed", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"refused", FIELD_LIST, 0, NULL, NULL, &refused_shape,
		 "those that were in no state for it, and why"},
		{0},
	},
};

const struct route operations_routes[] = {
	{
		.method = "GET",
		.path = "/operations",
		.need = CAN_VIEW,
		.handle = answer_list,
		.summary = "What was asked for, and how it went",
		.status = 200,
		.list = &entity_operations,
		.many = true,
	},
	{
		.method = "POST",
		.path = "/operations/bulk",
		.need = CAN_SYNC,
		.handle = operations_bulk,
		.summary = "Try many again, or stop them",
		.status = 202,
		.traits = ROUTE_KEY | ROUTE_DRY_RUN,
		.body = bulk_body,
		.reply = &bulk_shape,
	},
	{
		.method = "GET",
		.path = "/operations/{id}",
		.need = CAN_VIEW,
		.handle = operation_show,
		.summary = "One operation; follow it by If-None-Match",
		.status = 200,
		.parts = id_part,
		.reply = &shape_operation,
	},
	{
		.method = "GET",
		.path = "/operations/{id}/log",
		.need = CAN_LOGS,
		.handle = operation_log,
		.summary = "What it wrote down, the first thousand lines",
		.status = 200,
		.parts = id_part,
		.reply = &log_shape,
		.many = true,
	},
	{
		.method = "POST",
		.path = "/operations/{id}/retry",
		.need = CAN_SYNC,
		.handle = operation_try_again,
		.summary = "Try a failed one again, with fresh attempts",
		.status = 202,
		.parts = id_part,
		.reply = &shape_operation,
	},
	{
		.method = "POST",
		.path = "/operations/{id}/cancel",
		.need = CAN_SYNC,
		.handle = operation_stop,
		.summary = "Stop it at its next safe point",
		.status = 202,
		.parts = id_part,
		.reply = &shape_operation,
	},
	{0},
};
