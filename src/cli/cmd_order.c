/* order list, show: orders as people look at them. */
#include <string.h>

#include "base/text.h"
#include "cli/print.h"
#include "local.h"
#include "order/read.h"
#include "order/standing.h"

enum { PAGE = 1000, LOOK_MAX = 1000000 };

static const char *const pipeline[] = {"stored",    "marked",    "exported",
				       "verified",  "fulfilled", "archived",
				       "cancelled", "hard",      NULL};

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
	 .words = order_views,
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
	{"number", PRINT_TEXT, NULL},
	{"site_code", PRINT_TEXT, NULL},
	{"order_date", PRINT_TIME, NULL},
	{"customer", PRINT_TEXT, NULL},
	{"total_due", PRINT_MONEY, NULL},
	{"currency", PRINT_TEXT, NULL},
	{"line_count", PRINT_COUNT, NULL},
	{"pipeline", PRINT_COMPUTED, NULL},
	{"nav_sales_order_number", PRINT_TEXT, NULL},
	{0},
};
enum { LIST_PIPELINE = 7 };

static const struct column show_columns[] = {
	{"number", PRINT_TEXT, NULL},
	{"id", PRINT_ID, NULL},
	{"site_code", PRINT_TEXT, NULL},
	{"platform_order_id", PRINT_TEXT, NULL},
	{"pipeline", PRINT_COMPUTED, NULL},
	{"outcome", PRINT_TEXT, NULL},
	{"seen_code", PRINT_TEXT, NULL},
	{"order_date", PRINT_TIME, NULL},
	{"paid_at", PRINT_TIME, NULL},
	{"platform_modified", PRINT_TIME, NULL},
	{"platform_status", PRINT_TEXT, NULL},
	{"email", PRINT_TEXT, NULL},
	{"customer_id", PRINT_TEXT, NULL},
	{"customer_note", PRINT_TEXT, NULL},
	{"payment_method", PRINT_TEXT, NULL},
	{"payment_provider", PRINT_TEXT, NULL},
	{"trans_id", PRINT_TEXT, NULL},
	{"ship_method", PRINT_TEXT, NULL},
	{"currency", PRINT_TEXT, NULL},
	{"total_before_credit", PRINT_MONEY, NULL},
	{"credit_total", PRINT_MONEY, NULL},
	{"total_due", PRINT_MONEY, NULL},
	{"tax_total", PRINT_MONEY, NULL},
	{"ship_cost", PRINT_MONEY, NULL},
	{"proof_ok", PRINT_FLAG, NULL},
	{"proof_residual", PRINT_MONEY, NULL},
	{"state", PRINT_TEXT, NULL},
	{"mark_state", PRINT_TEXT, NULL},
	{"bc_state", PRINT_TEXT, NULL},
	{"imported", PRINT_COUNT, NULL},
	{"verified", PRINT_FLAG, NULL},
	{"changed_upstream", PRINT_FLAG, NULL},
	{"nav_sales_order_number", PRINT_TEXT, NULL},
	{"stored_at", PRINT_TIME, NULL},
	{"marked_at", PRINT_TIME, NULL},
	{"first_at", PRINT_TIME, NULL},
	{"last_at", PRINT_TIME, NULL},
	{0},
};
enum { SHOW_PIPELINE = 4 };

static const struct column line_columns[] = {
	{"line_no", PRINT_COUNT, NULL},
	{"parent_line", PRINT_COUNT, NULL},
	{"line_type", PRINT_COUNT, NULL},
	{"sku", PRINT_TEXT, NULL},
	{"name", PRINT_TEXT, NULL},
	{"quantity", PRINT_QUANTITY, NULL},
	{"unit_price", PRINT_MONEY, NULL},
	{"discount_amount", PRINT_MONEY, NULL},
	{"amount", PRINT_MONEY, NULL},
	{"credit_amount", PRINT_MONEY, NULL},
	{"tax_amount", PRINT_MONEY, NULL},
	{"code", PRINT_TEXT, NULL},
	{0},
};
enum { LINE_SKU = 3 };

static const struct column address_columns[] = {
	{"kind", PRINT_TEXT, NULL},
	{"first_name", PRINT_TEXT, NULL},
	{"last_name", PRINT_TEXT, NULL},
	{"company", PRINT_TEXT, NULL},
	{"address1", PRINT_TEXT, NULL},
	{"address2", PRINT_TEXT, NULL},
	{"city", PRINT_TEXT, NULL},
	{"state", PRINT_TEXT, NULL},
	{"postcode", PRINT_TEXT, NULL},
	{"country", PRINT_TEXT, NULL},
	{"phone", PRINT_TEXT, NULL},
	{"email", PRINT_TEXT, NULL},
	{0},
};

static const struct column event_columns[] = {
	{"at", PRINT_TIME, NULL},          {"step", PRINT_TEXT, NULL},
	{"outcome", PRINT_TEXT, NULL},     {"code", PRINT_TEXT, NULL},
	{"seconds", PRINT_COMPUTED, NULL}, {"actor", PRINT_TEXT, NULL},
	{"message", PRINT_TEXT, NULL},     {0},
};

static const struct column payload_columns[] = {
	{"revision", PRINT_COUNT, NULL},
	{"bytes", PRINT_COUNT, NULL},
	{"fetched_at", PRINT_TIME, NULL},
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

/* What is still to be printed, and where the next page begins. */
struct search {
	struct order_filter filter;
	const char *state; /* NULL = any */
	int64_t left;
};

static bool
print_page(struct app *app, struct search *search, struct print *print,
	   size_t *met, struct err *e)
{
	AUTO(rows) rows = ROWS;
	struct cell cell[COUNT_OF(list_columns)];

	if (!order_list(app->db, &search->filter, &rows, e))
		return false;
	while (search->left > 0 && rows_next(&rows)) {
		const char *state = standing_of(&rows);

		search->filter.before_date = rows_time(&rows, "order_date");
		search->filter.before_id = rows_int(&rows, "id");
		if (search->state != NULL && strcmp(state, search->state) != 0)
			continue;
		print_fill(print, &rows, cell);
		cell[LIST_PIPELINE] = cell_text(state);
		print_row(print, cell, print->cells);
		search->left--;
	}
	*met += rows.count;
	return rows_check(&rows, e);
}

static bool
list(struct app *app, struct call *call, struct err *e)
{
	const utc_ms until = call_time(call, "until", app_now(app));
	struct search search = {
		.filter = {.view = call_text_or_null(call, "view"),
			   .since = call_time(call, "since", app_now(app)),
			   .before_date = until,
			   /* No order has a lower id: those before, alone. */
			   .before_id = until != 0 ? 1 : 0},
		.state = call_text_or_null(call, "state"),
		.left = call_int(call, "limit", 20),
	};
	AUTO(print) print = {0};
	size_t met = 0, before;

	if (!print_open(&print, call, list_columns, e) ||
	    !call_site(app, call, &search.filter.site_id, e))
		return false;
	do {
		before = met;
		search.filter.limit = PAGE;
		if (search.state == NULL && search.left < PAGE)
			search.filter.limit = (unsigned)search.left;
		if (!print_page(app, &search, &print, &met, e))
			return false;
	} while (search.left > 0 && met < LOOK_MAX &&
		 met - before == search.filter.limit);
	if (met >= LOOK_MAX)
		call_say(call,
			 "looked at %zu orders: narrow it down by "
			 "--since and --until",
			 met);
	return print_close(&print, e);
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
