/* order list, show: orders as people look at them. */
#include <string.h>

#include "base/text.h"
#include "cli/print.h"
#include "listing.h"
#include "local.h"
#include "order/read.h"
#include "order/standing.h"

static const char *const pipeline[] = {"stored",    "marked",    "exported",
				       "verified",  "fulfilled", "archived",
				       "cancelled", "hard",      NULL};

/* What each view is in the API; there it may have another name. */
static const struct {
	const struct entity *entity;
	const char *field, *value;
} views[] = {
	{&entity_orders, "view", "waiting"},
	{&entity_orders, "view", "exported"},
	{&entity_orders, "state", "stored"},
	{&entity_orders, "state", "cancelled"},
	{&entity_orders, "state", "fulfilled"},
	{&entity_orders, "state", "delivered"},
	{&entity_orders, "view", "unmarked"},
	{&entity_orders, "mark_state", "failed"},
	{&entity_orders, "view", "held"},
	{&entity_orders, "view", "changed"},
	{&entity_orders, "view", "soft"},
	{&entity_orders, "view", "error"},
	{&entity_orders, "view", "skipped"},
	{&entity_orders_met, "outcome", "gone"},
};
static const char *const view_names[COUNT_OF(views) + 1] = {
	"waiting",   "exported", "stored",      "cancelled", "fulfilled",
	"delivered", "unmarked", "mark_failed", "held",      "changed",
	"soft",      "hard",     "skipped",     "gone",      NULL};

static const struct flag list_flags[] = {
	FLAG_SITE,
	FLAG_SINCE,
	FLAG_UNTIL,
	{.name = "state",
	 .type = FLAG_WORD,
	 .value = "STATE",
	 .words = pipeline,
	 .help = "only orders that stand there"},
	{.name = "view",
	 .type = FLAG_WORD,
	 .value = "VIEW",
	 .words = view_names,
	 .help = "one of the dashboard's lists; also of orders not stored"},
	FLAG_LIMIT("at most so many, the newest; default 20"),
	{0},
};

static const struct flag order_argument[] = {
	{.name = "ORDER",
	 .type = FLAG_TEXT,
	 .help = "number (BGM-12345) or id",
	 .required = true},
	{0},
};

static const struct column list_columns[] = {
	{.name = "number"},
	{.name = "site_code", .from = "site"},
	{.name = "order_date", .type = PRINT_TIME},
	{.name = "customer", .type = PRINT_COMPUTED},
	{.name = "total_due", .type = PRINT_MONEY},
	{.name = "currency"},
	{.name = "line_count", .type = PRINT_COUNT},
	{.name = "pipeline", .type = PRINT_COMPUTED},
	{.name = "nav_sales_order_number", .from = "bc_number"},
	{0},
};
enum { LIST_CUSTOMER = 3, LIST_PIPELINE = 7 };

static const struct column show_columns[] = {
	{.name = "number"},
	{.name = "id", .type = PRINT_ID},
	{.name = "site_code"},
	{.name = "platform_order_id"},
	{.name = "pipeline", .type = PRINT_COMPUTED},
	{.name = "outcome"},
	{.name = "seen_code"},
	{.name = "order_date", .type = PRINT_TIME},
	{.name = "paid_at", .type = PRINT_TIME},
	{.name = "platform_modified", .type = PRINT_TIME},
	{.name = "platform_status"},
	{.name = "email"},
	{.name = "customer_id"},
	{.name = "customer_note"},
	{.name = "payment_method"},
	{.name = "payment_provider"},
	{.name = "trans_id"},
	{.name = "ship_method"},
	{.name = "currency"},
	{.name = "total_before_credit", .type = PRINT_MONEY},
	{.name = "credit_total", .type = PRINT_MONEY},
	{.name = "total_due", .type = PRINT_MONEY},
	{.name = "tax_total", .type = PRINT_MONEY},
	{.name = "ship_cost", .type = PRINT_MONEY},
	{.name = "proof_ok", .type = PRINT_FLAG},
	{.name = "proof_residual", .type = PRINT_MONEY},
	{.name = "state"},
	{.name = "mark_state"},
	{.name = "bc_state"},
	{.name = "imported", .type = PRINT_COUNT},
	{.name = "verified", .type = PRINT_FLAG},
	{.name = "changed_upstream", .type = PRINT_FLAG},
	{.name = "nav_sales_order_number"},
	{.name = "stored_at", .type = PRINT_TIME},
	{.name = "marked_at", .type = PRINT_TIME},
	{.name = "first_at", .type = PRINT_TIME},
	{.name = "last_at", .type = PRINT_TIME},
	{0},
};
enum { SHOW_PIPELINE = 4 };

static const struct column line_columns[] = {
	{.name = "line_no", .type = PRINT_COUNT},
	{.name = "parent_line", .type = PRINT_COUNT},
	{.name = "line_type", .type = PRINT_COUNT},
	{.name = "sku"},
	{.name = "name"},
	{.name = "quantity", .type = PRINT_QUANTITY},
	{.name = "unit_price", .type = PRINT_MONEY},
	{.name = "discount_amount", .type = PRINT_MONEY},
	{.name = "amount", .type = PRINT_MONEY},
	{.name = "credit_amount", .type = PRINT_MONEY},
	{.name = "tax_amount", .type = PRINT_MONEY},
	{.name = "code"},
	{0},
};
enum { LINE_SKU = 3 };

static const struct column address_columns[] = {
	{.name = "kind"},
	{.name = "first_name"},
	{.name = "last_name"},
	{.name = "company"},
	{.name = "address1"},
	{.name = "address2"},
	{.name = "city"},
	{.name = "state"},
	{.name = "postcode"},
	{.name = "country"},
	{.name = "phone"},
	{.name = "email"},
	{0},
};

static const struct column event_columns[] = {
	{.name = "at", .type = PRINT_TIME},
	{.name = "step"},
	{.name = "outcome"},
	{.name = "code"},
	{.name = "seconds", .type = PRINT_COMPUTED},
	{.name = "actor"},
	{.name = "message"},
	{0},
};

static const struct column payload_columns[] = {
	{.name = "revision", .type = PRINT_COUNT},
	{.name = "bytes", .type = PRINT_COUNT},
	{.name = "fetched_at", .type = PRINT_TIME},
	{0},
};

/* The one word that people see, from the columns of the row. */
static const char *
standing_of(struct rows *rows)
{
	const struct order_standing standing = {
		.outcome = rows_borrow(rows, "outcome", NULL),
		.state = order_state_find(rows_borrow(rows, "state", NULL)),
		.mark = mark_state_find(rows_borrow(rows, "mark_state", NULL)),
		.bc = bc_state_find(rows_borrow(rows, "bc_state", NULL)),
		.imported = (unsigned)rows_int(rows, "imported"),
		.verified = rows_flag(rows, "verified"),
	};

	return order_pipeline(&standing);
}

struct search {
	const char *state;       /* NULL = any */
	struct strbuf *customer; /* of the present row */
};

static bool
stands_there(void *context, struct rows *rows)
{
	const struct search *search = context;

	return strcmp(standing_of(rows), search->state) == 0;
}

static bool
fill_order(void *context, struct rows *rows, struct cell *cell, struct err *e)
{
	struct strbuf *customer = ((const struct search *)context)->customer;
	const char *first, *last;

	cell[LIST_PIPELINE] = cell_text(standing_of(rows));
	if (rows_null(rows, "first_name") && rows_null(rows, "last_name"))
		return true; /* it is not stored */
	strbuf_clear(customer);
	first = rows_borrow(rows, "first_name", NULL);
	last = rows_borrow(rows, "last_name", NULL);
	strbuf_addf(customer, "%s%s%s", first,
		    *first != '\0' && *last != '\0' ? " " : "", last);
	cell[LIST_CUSTOMER] = cell_text(strbuf_text(customer));
	return strbuf_check(customer, e);
}

static bool
list(struct app *app, struct call *call, struct err *e)
{
	AUTO(strbuf) customer = STRBUF(4096);
	struct search search = {call_text_or_null(call, "state"), &customer};
	struct listing listing = {
		.entity = &entity_orders,
		.columns = list_columns,
		.limit = call_int(call, "limit", 20),
		.is_latest = true,
		.takes = search.state == NULL ? NULL : stands_there,
		.fill = fill_order,
		.context = &search,
	};

	if (call_given(call, "view")) {
		const size_t view = call_word(call, "view", 0);

		listing.entity = views[view].entity;
		listing_where(&listing, views[view].field, views[view].value);
	}
	listing_between(&listing, "order_date",
			call_time(call, "since", app_now(app)),
			call_time(call, "until", app_now(app)));
	return listing_of_site(&listing, app, call, e) &&
	       listing_print(app, call, &listing, e);
}

/* Components stand indented below their kit, in tables only. */
static bool
print_lines(struct app *app, struct print *record, int64_t id, struct err *e)
{
	AUTO(print) print = {0};
	AUTO(rows) rows = ROWS;
	struct cell cell[COUNT_OF(line_columns)];

	if (!order_read_lines(app->db, id, &rows, e) ||
	    !print_open_inner(&print, record, "lines", line_columns, e))
		return false;
	while (rows_next(&rows)) {
		char sku[500];

		print_fill(&print, &rows, cell);
		if (record->call->format == FORMAT_TABLE && !cell[1].is_null &&
		    !cell[LINE_SKU].is_null) {
			(void)snprintf(sku, sizeof(sku), "└ %s",
				       cell[LINE_SKU].text);
			cell[LINE_SKU] = cell_text(sku);
		}
		print_row(&print, cell, print.cells);
	}
	return rows_check(&rows, e) && print_close(&print, e);
}

static bool
print_events(struct app *app, struct print *record, int64_t id, struct err *e)
{
	AUTO(print) print = {0};
	AUTO(rows) rows = ROWS;
	struct cell cell[COUNT_OF(event_columns)];

	if (!order_read_events(app->db, id, &rows, e) ||
	    !print_open_inner(&print, record, "timeline", event_columns, e))
		return false;
	while (rows_next(&rows)) {
		print_fill(&print, &rows, cell);
		if (!rows_null(&rows, "ms"))
			cell[4] = cell_seconds(rows_int(&rows, "ms"));
		print_row(&print, cell, print.cells);
	}
	return rows_check(&rows, e) && print_close(&print, e);
}

static bool
print_inner(struct app *app, struct print *record, int64_t id, const char *name,
	    const struct column *columns,
	    bool (*read)(struct db *, int64_t, struct rows *, struct err *),
	    struct err *e)
{
	AUTO(print) print = {0};
	AUTO(rows) rows = ROWS;

	return read(app->db, id, &rows, e) &&
	       print_open_inner(&print, record, name, columns, e) &&
	       print_rows(&print, &rows, e) && print_close(&print, e);
}

static bool
print_header(struct app *app, struct print *record, int64_t id, struct err *e)
{
	AUTO(rows) rows = ROWS;
	struct cell cell[COUNT_OF(show_columns)];

	if (!order_read(app->db, id, &rows, e))
		return false;
	while (rows_next(&rows)) {
		print_fill(record, &rows, cell);
		cell[SHOW_PIPELINE] = cell_text(standing_of(&rows));
		print_row(record, cell, record->cells);
	}
	return rows_check(&rows, e);
}

static bool
show(struct app *app, struct call *call, struct err *e)
{
	AUTO(print) record = {0};
	int64_t id;

	return print_open_record(&record, call, show_columns, e) &&
	       order_find(app->db, call_text(call, "ORDER"), &id, e) &&
	       print_header(app, &record, id, e) &&
	       print_lines(app, &record, id, e) &&
	       print_inner(app, &record, id, "addresses", address_columns,
			   order_read_addresses, e) &&
	       print_events(app, &record, id, e) &&
	       print_inner(app, &record, id, "payloads", payload_columns,
			   order_read_payloads, e) &&
	       print_close(&record, e);
}

const struct command order_commands[] = {
	{
		.name = "order list",
		.summary = "stored orders and how far each has come",
		.description =
			"Orders that could not be stored stand in error list.",
		.flags = list_flags,
		.examples = EXAMPLES(
			{"orderbridge order list --site=woo-us --since=24h",
			 "one shop's last day"},
			{"orderbridge order list --state=marked --format=count",
			 "how many wait for Business Central"}),
		.traits = NEEDS_DATABASE | TAKES_FORMAT | IS_COMMON,
		.run = list,
	},
	{
		.name = "order show",
		.summary = "one order: totals, lines, addresses, timeline",
		.arguments = order_argument,
		.examples = EXAMPLES(
			{"orderbridge order show BGM-12345",
			 "what it is made of and what happened to it"},
			{"orderbridge order show BGM-12345 --format=json",
			 "the same for a script"}),
		.traits = NEEDS_DATABASE | TAKES_FORMAT,
		.run = show,
	},
	{0},
};
