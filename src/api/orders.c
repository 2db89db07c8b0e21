#include "api/request.h"

#include <string.h>

#include "base/row_out.h"
#include "order/read.h"
#include "order_money.h"
#include "resources.h"

static const struct param id_part[] = {
	{.name = "id", .type = PARAM_ID, .help = "the order's id"}, {0}};

/* clang-format off */
static const struct shape line_shape = {
	"OrderLine",
	(const struct field[]){
		{"line_no", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"parent_line", FIELD_COUNT, FIELD_NULL, NULL, NULL, NULL,
		 "the kit's line"},
		{"line_type", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "product, component, shipping, fee, tax ..."},
		{"sku", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"name", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"quantity", FIELD_QUANTITY, 0, NULL, NULL, NULL, NULL},
		{"unit_price", FIELD_MONEY, 0, NULL, NULL, NULL, NULL},
		{"discount_amount", FIELD_MONEY, 0, NULL, NULL, NULL, NULL},
		{"amount", FIELD_MONEY, 0, NULL, NULL, NULL, NULL},
		{"credit_amount", FIELD_MONEY, 0, NULL, NULL, NULL,
		 "its share of the store credit"},
		{"tax_amount", FIELD_MONEY, 0, NULL, NULL, NULL, NULL},
		{"gl_account", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"is_memo", FIELD_FLAG, 0, NULL, NULL, NULL,
		 "told, not booked"},
		{0},
	},
};

static const struct shape address_shape = {
	"OrderAddress",
	(const struct field[]){
		{"kind", FIELD_TEXT, 0, NULL, NULL, NULL, "bill or ship"},
		{"first_name", FIELD_TEXT, FIELD_PII, NULL, NULL, NULL, NULL},
		{"last_name", FIELD_TEXT, FIELD_PII, NULL, NULL, NULL, NULL},
		{"company", FIELD_TEXT, FIELD_PII, NULL, NULL, NULL, NULL},
		{"address1", FIELD_TEXT, FIELD_PII, NULL, NULL, NULL, NULL},
		{"address2", FIELD_TEXT, FIELD_PII, NULL, NULL, NULL, NULL},
		{"city", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"state", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"postcode", FIELD_TEXT, FIELD_PII, NULL, NULL, NULL, NULL},
		{"country", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"phone", FIELD_TEXT, FIELD_PII, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape event_shape = {
	"OrderEvent",
	(const struct field[]){
		{"at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"step", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"outcome", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"code", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"message", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"ms", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"actor", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"operation_id", FIELD_ID, FIELD_NULL, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape detail_shape = {
	"OrderDetail",
	(const struct field[]){
		{"id", FIELD_ID, 0, NULL, NULL, NULL, NULL},
		{"number", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"site", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"site_name", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"platform_order_id", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"outcome", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "stored, soft, error, skipped, gone"},
		{"code", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"what", FIELD_WHAT, 0, NULL, NULL, NULL, "what the code means"},
		{"why", FIELD_WHY, 0, NULL, NULL, NULL, "how that comes about"},
		{"fix", FIELD_FIX, 0, NULL, NULL, NULL, "what to do"},
		{"fix_route", FIELD_ROUTE, 0, NULL, NULL, NULL,
		 "where in the dashboard"},
		{"message", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL,
		 "what kept it from being stored, or stopped it since"},
		{"error_order_id", FIELD_ID, FIELD_NULL, NULL, NULL, NULL,
		 "its row of /error-orders"},
		{"first_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"last_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"order_date", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"placed", FIELD_TIME, 0, NULL, NULL, NULL,
		 "the same as order_date"},
		{"platform_status", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL,
		 NULL},
		{"currency", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"total_before_credit", FIELD_MONEY, FIELD_NULL, NULL, NULL,
		 NULL, NULL},
		{"credit_total", FIELD_MONEY, FIELD_NULL, NULL, NULL, NULL,
		 NULL},
		{"total_due", FIELD_MONEY, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"tax_total", FIELD_MONEY, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"payment_method", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL,
		 NULL},
		{"trans_id", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"email", FIELD_TEXT, FIELD_NULL | FIELD_PII, NULL, NULL, NULL,
		 NULL},
		{"customer_note", FIELD_TEXT, FIELD_NULL | FIELD_PII, NULL,
		 NULL, NULL, NULL},
		{"state", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"mark_state", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"bc_state", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"imported", FIELD_COUNT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"proof_ok", FIELD_FLAG, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"proof_residual", FIELD_MONEY, FIELD_NULL, NULL, NULL, NULL,
		 NULL},
		{"has_kit", FIELD_FLAG, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"changed_upstream", FIELD_FLAG, FIELD_NULL, NULL, NULL, NULL,
		 NULL},
		{"bc_number", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"stored_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"marked_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"revision", FIELD_COUNT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"platform_url", FIELD_TEXT, FIELD_NULL | FIELD_APART, NULL, NULL, NULL,
		 "the order in the shop's own pages"},
		{"credit", FIELD_OBJECT, FIELD_NULL, NULL, NULL,
		 &shape_order_credit, "null: it is not stored"},
		{"totals", FIELD_OBJECT, 0, NULL, NULL, &shape_order_totals,
		 NULL},
		{"lines", FIELD_LIST, 0, NULL, NULL, &line_shape, NULL},
		{"addresses", FIELD_LIST, 0, NULL, NULL, &address_shape, NULL},
		{"timeline", FIELD_LIST, 0, NULL, NULL, &event_shape, NULL},
		{0},
	},
};
/* clang-format on */

typedef bool reader(struct db *db, int64_t id, struct rows *out, struct err *e);

static bool
add_part(struct request *r, const char *name, const struct shape *shape,
	 reader *read, int64_t id, struct err *e)
{
	AUTO(rows) rows = ROWS;
	const char *before = "";

	if (!read(r->app->db, id, &rows, e))
		return false;
	strbuf_addf(&r->data, ",\"%s\":[", name);
	while (rows_next(&rows)) {
		strbuf_add(&r->data, before);
		shape_row(&r->data, shape, &rows, request_can(r, CAN_PII),
			  false);
		before = ",";
	}
	strbuf_add(&r->data, "]");
	return rows_check(&rows, e);
}

static bool
order_show(struct request *r, struct err *e)
{
	const int64_t id = request_int(r, "id", 0);
	AUTO(rows) rows = ROWS;

	if (!db_open(r->app->db, &rows, SQL_API_ORDER_DETAIL,
		     BINDS(bind_int(id)), e))
		return false;
	if (!request_first(r, &rows, "order", e))
		return false;
	shape_row(&r->data, &detail_shape, &rows, request_can(r, CAN_PII),
		  true);
	if (!rows_check(&rows, e) ||
	    !order_add_money(r, rows_int(&rows, "site_id"),
			     rows_borrow(&rows, "platform_order_id", NULL),
			     !rows_null(&rows, "stored_at"), e))
		return false;
	if (!add_part(r, "lines", &line_shape, order_read_lines, id, e) ||
	    !add_part(r, "addresses", &address_shape, order_read_addresses, id,
		      e) ||
	    !add_part(r, "timeline", &event_shape, order_read_events, id, e))
		return false;
	strbuf_add(&r->data, "}");
	return strbuf_check(&r->data, e);
}

/* The shop's own words, as they came; they may not even be JSON. */
static bool
order_raw(struct request *r, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(r->app->db, &rows, SQL_API_ORDER_PAYLOAD,
		     BINDS(bind_int(request_int(r, "id", 0))), e))
		return false;
	if (!request_first(r, &rows, "order", e))
		return false;
	strbuf_addf(&r->data, "{\"revision\":%lld,\"fetched_at\":\"",
		    (long long)rows_int(&rows, "revision"));
	strbuf_add_time(&r->data, rows_time(&rows, "fetched_at"));
	strbuf_add(&r->data, "\",\"body\":");
	json_out_text(&r->data, rows_borrow(&rows, "body", NULL));
	strbuf_add(&r->data, "}");
	return rows_check(&rows, e) && strbuf_check(&r->data, e);
}

static const struct shape raw_shape = {
	"OrderRaw",
	(const struct field[]){
		{"revision", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"fetched_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"body", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "the shop's answer, as a text"},
		{0},
	},
};

/* The order of the path, and its site; foreign ones are not there. */
static bool
find_order(struct request *r, int64_t *site, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!order_read(r->app->db, request_int(r, "id", 0), &rows, e))
		return false;
	*site = rows_next(&rows) ? rows_int(&rows, "site_id") : 0;
	if (!rows_check(&rows, e))
		return false;
	if (*site != 0 && request_may_see(r, *site))
		return true;
	err_set(e, ERR_MISSING, "there is no such order");
	return err_as(e, OB_NOT_FOUND);
}

/* Work on one order: it asks the shop, or reads much, so a worker does it. */
static bool
work_on(struct request *r, const char *kind, const char *action, struct err *e)
{
	AUTO(strbuf) scope = STRBUF(200);
	const int64_t id = request_int(r, "id", 0);
	int64_t site;

	if (!find_order(r, &site, e))
		return false;
	strbuf_addf(&scope, "{\"order_id\":\"%lld\"", (long long)id);
	if (request_given(r, "revision"))
		strbuf_addf(&scope, ",\"revision\":%lld",
			    (long long)request_int(r, "revision", 0));
	strbuf_add(&scope, "}");
	if (action != NULL)
		answer_changed(r, action, "order %lld", (long long)id);
	return strbuf_check(&scope, e) &&
	       request_work(r, kind, site, false, scope.text, e);
}

static bool
order_plan(struct request *r, struct err *e)
{
	return work_on(r, "order_plan", NULL, e);
}

enum { FROM_FETCH, FROM_MARK }; /* as in from_steps */

/* What a retry has to know of the order. */
struct standing {
	bool is_stored, is_marked;
	char document[81]; /* of Business Central; "" = none */
};

static bool
read_standing(struct request *r, struct standing *out, struct err *e)
{
	AUTO(rows) rows = ROWS;
	const char *mark;

	if (!order_read(r->app->db, request_int(r, "id", 0), &rows, e))
		return false;
	if (!rows_next(&rows)) {
		if (!rows_check(&rows, e))
			return false;
		err_set(e, ERR_MISSING, "there is no such order");
		return err_as(e, OB_NOT_FOUND);
	}
	out->is_stored = !rows_null(&rows, "stored_at");
	mark = rows_borrow(&rows, "mark_state", NULL);
	out->is_marked =
		strcmp(mark, "pending") != 0 && strcmp(mark, "failed") != 0;
	rows_text(&rows, "nav_sales_order_number", out->document,
		  sizeof(out->document));
	return rows_check(&rows, e);
}

static bool
refuse(struct err *e, const char *why, const char *fix)
{
	err_set(e, ERR_CONFLICT, "%s", why);
	err_hint(e, "%s", fix);
	return err_as(e, OB_CONFLICT);
}

/* Only steps that are not done: the others would make another order of it. */
static bool
may_try(const struct standing *at, bool from_fetch, struct err *e)
{
	if (at->document[0] != '\0') {
		err_set(e, ERR_CONFLICT,
			"it is document %s of Business Central", at->document);
		err_hint(e, "change it there");
		return err_as(e, OB_CONFLICT);
	}
	if (from_fetch && at->is_stored)
		return refuse(e, "it is stored: all steps up to there are done",
			      "read it from the shop again, or mark it again");
	if (!from_fetch && !at->is_stored)
		return refuse(e, "it is not stored yet", "begin with fetch");
	return from_fetch || !at->is_marked ||
	       refuse(e, "its mark is done, or none is wanted",
		      "there is nothing to do");
}

/* In the order's own timeline, beside the audit trail. */
static bool
note_retry(struct request *r, const char *step, struct err *e)
{
	const char *reason = request_text(r, "reason");
	const int64_t id = request_int(r, "id", 0);

	answer_changed(r, "order.retry", "order %lld", (long long)id);
	strbuf_addf(&r->after, "{\"from_step\":\"%s\",\"reason\":", step);
	json_out_text(&r->after, reason);
	strbuf_add(&r->after, "}");
	return db_run(r->app->db, SQL_ORDER_EVENT_INSERT,
		      BINDS(bind_int(id), bind_null(), bind_time(r->now),
			    bind_text("person"), bind_text("ok"), bind_null(),
			    bind_text(reason), bind_text(r->caller.login)),
		      e);
}

static bool
mark_again(struct request *r, struct err *e)
{
	if (!db_run(r->app->db, SQL_ORDER_MARK_AGAIN,
		    BINDS(bind_int(request_int(r, "id", 0))), e))
		return false;
	return db_changed(r->app->db) == 1 ||
	       refuse(e, "somebody else changed it just now", "look again");
}

static bool
try_again(struct request *r, struct err *e)
{
	const bool from_fetch =
		request_int(r, "from_step", FROM_FETCH) == FROM_FETCH;
	struct standing at = {0};
	int64_t site;

	return find_order(r, &site, e) && read_standing(r, &at, e) &&
	       may_try(&at, from_fetch, e) &&
	       (from_fetch || mark_again(r, e)) &&
	       note_retry(r, request_text(r, "from_step"), e) &&
	       work_on(r, from_fetch ? "order_refetch" : "order_mark", NULL, e);
}

/* Without a step to go on from it only compares, and writes nothing. */
static bool
order_replay(struct request *r, struct err *e)
{
	if (!request_given(r, "from_step"))
		return request_given(r, "reason")
			       ? request_fault(r, e, "reason",
					       "goes with from_step")
			       : work_on(r, "order_replay", NULL, e);
	if (request_given(r, "revision"))
		return request_fault(r, e, "revision",
				     "is one to compare, not to go on from");
	if (request_given(r, "reason"))
		return try_again(r, e);
	request_fault(r, e, "reason", "is required");
	return err_as(e, OB_MISSING_PARAM);
}

static bool
order_refetch(struct request *r, struct err *e)
{
	return work_on(r, "order_refetch", "order.refetch", e);
}

static const char *const from_steps[] = {"fetch", "mark", NULL};

static const struct param replay_body[] = {
	{"revision", PARAM_INT, 0, 1, 100000, NULL, NULL,
	 "an earlier payload; else the newest"},
	{"from_step", PARAM_WORD, 0, 0, 0, from_steps, NULL,
	 "go on from here: fetch of one that is not stored, mark of one that "
	 "is; nothing: compare only"},
	{"reason", PARAM_TEXT, 0, 3, 500, NULL, NULL,
	 "with from_step: why, for timeline and audit"},
	{0},
};

const struct route orders_routes[] = {
	{
		.method = "GET",
		.path = "/orders",
		.need = CAN_VIEW,
		.handle = answer_list,
		.summary = "Stored orders",
		.status = 200,
		.list = &entity_orders,
		.many = true,
	},
	{
		.method = "GET",
		.path = "/orders/{id}",
		.need = CAN_VIEW,
		.handle = order_show,
		.summary = "One order with lines, addresses and timeline",
		.status = 200,
		.parts = id_part,
		.reply = &detail_shape,
	},
	{
		.method = "GET",
		.path = "/orders/{id}/raw",
		.need = CAN_PII,
		.handle = order_raw,
		.summary = "The order as the shop sent it",
		.status = 200,
		.parts = id_part,
		.reply = &raw_shape,
	},
	{
		.method = "POST",
		.path = "/orders/{id}/plan",
		.need = CAN_VIEW,
		.handle = order_plan,
		.summary = "What a retry would do with it, as the result",
		.status = 202,
		.parts = id_part,
		.reply = &shape_operation,
	},
	{
		.method = "POST",
		.path = "/orders/{id}/replay",
		.need = CAN_ORDERS_WRITE,
		.handle = order_replay,
		.summary = "What today's rules make of its payload, or its "
			   "open steps",
		.status = 202,
		.traits = ROUTE_KEY,
		.parts = id_part,
		.body = replay_body,
		.reply = &shape_operation,
	},
	{
		.method = "POST",
		.path = "/orders/{id}/refetch",
		.need = CAN_ORDERS_WRITE,
		.handle = order_refetch,
		.summary = "Read it from the shop again, and take what is new",
		.status = 202,
		.parts = id_part,
		.reply = &shape_operation,
	},
	{0},
};
