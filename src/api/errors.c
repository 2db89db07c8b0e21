#include "api/request.h"

#include "app/retry.h"
#include "base/row_out.h"
#include "order/errors.h"
#include "resources.h"

/* A row of rm_error_orders that may be seen; fills its order. */
static bool
find_error(struct request *r, int64_t *order_id, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(r->app->db, &rows, SQL_API_ERROR_ORDER,
		     BINDS(bind_int(request_int(r, "id", 0))), e))
		return false;
	if (!request_first(r, &rows, "error", e))
		return false;
	*order_id = rows_int(&rows, "order_id");
	return rows_check(&rows, e);
}

static bool
error_show(struct request *r, struct err *e)
{
	return answer_one_of(r, &entity_error_orders, request_int(r, "id", 0),
			     e);
}

static bool
error_handle(struct request *r, struct err *e)
{
	int64_t order_id;

	if (!find_error(r, &order_id, e) ||
	    !order_error_handle(r->app->db, order_id, request_text(r, "reason"),
				r->caller.login, r->now, e) ||
	    !error_show(r, e))
		return false;
	answer_changed(r, "error.handle", "order %lld", (long long)order_id);
	strbuf_add(&r->after, strbuf_text(&r->data));
	return true;
}

enum { AT_ONCE = 10000, FIRST = 10 };

/* What a bulk change is about, as JSON lists in the list's own order. */
struct chosen {
	struct strbuf orders;
	struct strbuf first; /* ids of the first errors, with commas alone */
	size_t count;
};

static void
chosen_end(struct chosen *chosen)
{
	strbuf_end(&chosen->orders);
	strbuf_end(&chosen->first);
}

/* Of the errors, those that nobody has done with yet. */
static bool
choose(struct request *r, struct chosen *out, struct err *e)
{
	AUTO(strbuf) ids = STRBUF(1 << 18);
	AUTO(rows) rows = ROWS;

	if (!request_choose(r, &entity_error_orders, AT_ONCE, &ids, e) ||
	    !db_open(r->app->db, &rows, SQL_API_ERROR_ORDER_IDS,
		     BINDS(bind_text(strbuf_text(&ids))), e))
		return false;
	strbuf_add(&out->orders, "[");
	for (; rows_next(&rows); out->count++) {
		const char *before = out->count == 0 ? "" : ",";

		strbuf_addf(&out->orders, "%s%lld", before,
			    (long long)rows_int(&rows, "order_id"));
		if (out->count < FIRST)
			strbuf_addf(&out->first, "%s%lld", before,
				    (long long)rows_int(&rows, "id"));
	}
	strbuf_add(&out->orders, "]");
	return rows_check(&rows, e) && strbuf_check(&out->orders, e);
}

/* What it would be about: how many, and the first of them to look at. */
static bool
tell(struct request *r, const struct chosen *chosen, struct err *e)
{
	const struct list_param param[] = {
		{"id", strbuf_text(&chosen->first)},
	};
	struct list_page page;

	strbuf_addf(&r->data, "{\"orders\":%zu,\"first\":", chosen->count);
	if (chosen->count == 0)
		strbuf_add(&r->data, "[]");
	else if (!request_rows(r, &entity_error_orders, param, COUNT_OF(param),
			       &r->data, &page, e))
		return false;
	strbuf_add(&r->data, "}");
	return strbuf_check(&r->data, e);
}

static bool
retry_all(struct request *r, const struct chosen *chosen, struct err *e)
{
	int64_t operation = 0;

	if (!retry_ask(r->app, chosen->orders.text, "api", r->caller.login,
		       &operation, e))
		return false;
	answer_changed(r, "error.retry", "%zu orders", chosen->count);
	strbuf_addf(&r->after, "{\"orders\":%s}", chosen->orders.text);
	if (operation != 0)
		return answer_operation(r, operation, false, e);
	r->wants_worker = true;
	strbuf_addf(&r->data, "{\"orders\":%zu}", chosen->count);
	return true;
}

static bool
handle_all(struct request *r, const struct chosen *chosen, struct err *e)
{
	const char *reason = request_text(r, "reason");
	uint64_t changed;

	if (!order_error_handle_many(r->app->db, chosen->orders.text,
				     chosen->count, reason, r->caller.login,
				     r->now, &changed, e))
		return false;
	answer_changed(r, "error.handle", "%llu orders",
		       (unsigned long long)changed);
	strbuf_addf(&r->after,
		    "{\"orders\":%s,\"resolution\":", chosen->orders.text);
	json_out_text(&r->after, reason);
	strbuf_add(&r->after, "}");
	strbuf_addf(&r->data, "{\"orders\":%llu}", (unsigned long long)changed);
	return true;
}

static const char *const bulk_actions[] = {"retry", "handled", NULL};
enum { RETRY, HANDLED };

/* Who is done with it says why; a retry explains itself. */
static bool
check_reason(struct request *r, int64_t action, struct err *e)
{
	if (action == HANDLED && !request_given(r, "reason")) {
		request_fault(r, e, "reason", "is required");
		return err_as(e, OB_MISSING_PARAM);
	}
	if (action == RETRY && request_given(r, "reason"))
		return request_fault(r, e, "reason", "goes with handled");
	return true;
}

static bool
errors_bulk(struct request *r, struct err *e)
{
	const int64_t action = request_int(r, "action", RETRY);
	AUTO(chosen)
	chosen = {.orders = STRBUF(1 << 18), .first = STRBUF(1024)};

	if (!check_reason(r, action, e) || !choose(r, &chosen, e))
		return false;
	if (r->dry_run)
		return tell(r, &chosen, e);
	if (chosen.count == 0) {
		strbuf_add(&r->data, "{\"orders\":0}");
		return true;
	}
	return action == HANDLED ? handle_all(r, &chosen, e)
				 : retry_all(r, &chosen, e);
}

static const struct param handle_body[] = {
	{"reason", PARAM_TEXT, PARAM_REQUIRED, 3, 500, NULL, NULL,
	 "what was done about it"},
	{0},
};

static const struct param bulk_body[] = {
	{"action", PARAM_WORD, PARAM_REQUIRED, 0, 0, bulk_actions, NULL,
	 "tried again, or done with by a person"},
	{"ids", PARAM_LIST, 0, 1, 1000, NULL, NULL, "ids of the list"},
	{"filter", PARAM_OBJECT, 0, 0, 0, NULL, NULL,
	 "the list's own filters: {\"code\":\"ob_sku_unknown\"}"},
	{"reason", PARAM_TEXT, 0, 3, 500, NULL, NULL,
	 "of handled: what was done about them"},
	{0},
};

static const struct shape bulk_shape = {
	"BulkCount",
	(const struct field[]){
		{"orders", FIELD_COUNT, 0, NULL, NULL, NULL,
		 "orders that this is about"},
		{"first", FIELD_LIST, FIELD_MAYBE, NULL, NULL,
		 &shape_error_order, "the first ten of them, of a dry run"},
		{0},
	},
};

static const struct param error_part[] = {
	{.name = "id", .type = PARAM_ID, .help = "the error's id"}, {0}};

const struct route errors_routes[] = {
	{
		.method = "GET",
		.path = "/error-orders",
		.need = CAN_VIEW,
		.handle = answer_list,
		.summary = "Orders that a person has to look at",
		.status = 200,
		.list = &entity_error_orders,
		.many = true,
	},
	{
		.method = "POST",
		.path = "/error-orders/bulk",
		.need = CAN_ORDERS_WRITE,
		.handle = errors_bulk,
		.summary = "Try many again, or mark them as handled",
		.status = 200,
		.traits = ROUTE_KEY | ROUTE_DRY_RUN | ROUTE_MAYBE_202,
		.body = bulk_body,
		.reply = &bulk_shape,
	},
	{
		.method = "GET",
		.path = "/error-orders/{id}",
		.need = CAN_VIEW,
		.handle = error_show,
		.summary = "One of them",
		.status = 200,
		.parts = error_part,
		.list = NULL,
		.reply = &shape_error_order,
	},
	{
		.method = "PATCH",
		.path = "/error-orders/{id}",
		.need = CAN_ORDERS_WRITE,
		.handle = error_handle,
		.summary = "Mark it as handled, with the reason",
		.status = 200,
		.traits = ROUTE_IF_MATCH,
		.parts = error_part,
		.body = handle_body,
		.reply = &shape_error_order,
	},
	{0},
};
