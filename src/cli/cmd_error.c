/* error list, show, resolve: the orders that need a person. */
#include <stdio.h>
#include <string.h>

#include "base/jnode.h"
#include "cli/command.h"
#include "cli/print.h"
#include "listing.h"
#include "local.h"
#include "order/errors.h"
#include "order/read.h"

static const char *const statuses[] = {"open", "requeued", "fixed", "handled",
				       NULL};
static const char *const groups[] = {"cause", NULL};

static const struct flag list_flags[] = {
	FLAG_SITE,
	{.name = "code",
	 .type = FLAG_TEXT,
	 .value = "CODE",
	 .help = "only this code: ob_sku_unknown"},
	{.name = "status",
	 .type = FLAG_WORD,
	 .value = "open",
	 .help = "open (default), requeued, fixed or handled",
	 .words = statuses},
	{.name = "group",
	 .type = FLAG_WORD,
	 .value = "cause",
	 .help = "one row a cause, most orders first",
	 .words = groups},
	FLAG_LIMIT("at most so many rows; default 100"),
	{0},
};

static const struct flag order_argument[] = {
	{.name = "ORDER",
	 .type = FLAG_TEXT,
	 .help = "number or id of the order",
	 .required = true},
	{0},
};

static const struct flag resolve_arguments[] = {
	{.name = "ORDER",
	 .type = FLAG_TEXT,
	 .help = "number or id of the order",
	 .required = true,
	 .many = true},
	{0},
};

static const struct flag resolve_flags[] = {
	{.name = "reason",
	 .type = FLAG_TEXT,
	 .value = "TEXT",
	 .help = "what was done about it",
	 .required = true},
	{0},
};

static const struct column list_columns[] = {
	{.name = "number"},
	{.name = "order_id", .type = PRINT_ID},
	{.name = "site_code", .from = "site"},
	{.name = "stage"},
	{.name = "code"},
	{.name = "sku"},
	{.name = "field"},
	{.name = "message"},
	{.name = "total", .type = PRINT_MONEY},
	{.name = "currency"},
	{.name = "count", .type = PRINT_COUNT},
	{.name = "last_at", .type = PRINT_TIME},
	{0},
};

static const struct column cause_columns[] = {
	{.name = "code"},
	{.name = "sku"},
	{.name = "field"},
	{.name = "orders", .type = PRINT_COUNT},
	{.name = "value", .type = PRINT_COMPUTED},
	{.name = "sites", .type = PRINT_COMPUTED},
	{.name = "last_at", .type = PRINT_TIME},
	{.name = "message", .from = "what"},
	{0},
};
enum { CAUSE_VALUE = 4, CAUSE_SITES = 5 };

/* What a cause holds as JSON, as people read it. */
struct cause_text {
	struct strbuf *value, *sites;
};
enum { TEXT_MAX = 64 * 1024 };

/* {"EUR":"33.00","USD":"7.50"} is "33.00 EUR, 7.50 USD", ["a","b"] "a, b". */
static bool
join_json(struct rows *rows, const char *column, struct strbuf *out,
	  struct cell *cell, struct err *e)
{
	size_t length;
	const char *text = rows_borrow(rows, column, &length);
	json_auto_t *all = NULL;
	const char *name;
	json_t *one;
	size_t i;

	strbuf_clear(out);
	if (!json_read(text, length, &all, e))
		return err_in(e, "%s", column);
	json_object_foreach(all, name, one)
	{
		strbuf_addf(out, "%s%s %s", out->len == 0 ? "" : ", ",
			    json_string_value(one), name);
	}
	json_array_foreach(all, i, one)
	{
		strbuf_addf(out, "%s%s", out->len == 0 ? "" : ", ",
			    json_string_value(one));
	}
	*cell = out->len == 0 ? cell_null() : cell_text(out->text);
	return strbuf_check(out, e);
}

static bool
fill_cause(void *context, struct rows *rows, struct cell *cell, struct err *e)
{
	struct cause_text *text = context;

	return join_json(rows, "value", text->value, &cell[CAUSE_VALUE], e) &&
	       join_json(rows, "sites", text->sites, &cell[CAUSE_SITES], e);
}

static bool
print_causes(struct app *app, struct call *call, const struct listing *errors,
	     struct err *e)
{
	AUTO(strbuf) value = STRBUF(TEXT_MAX);
	AUTO(strbuf) sites = STRBUF(TEXT_MAX);
	struct cause_text text = {&value, &sites};
	struct listing causes = *errors;

	causes.columns = cause_columns;
	causes.fill = fill_cause;
	causes.context = &text;
	listing_where(&causes, "group", "cause");
	return listing_print(app, call, &causes, e);
}

static bool
run_list(struct app *app, struct call *call, struct err *e)
{
	struct listing listing = {
		.entity = &entity_error_orders,
		.columns = list_columns,
		.limit = call_int(call, "limit", 100),
	};

	listing_where(&listing, "status",
		      call_given(call, "status") ? call_text(call, "status")
						 : "open");
	listing_where(&listing, "code", call_text_or_null(call, "code"));
	if (!listing_of_site(&listing, app, call, e))
		return false;
	return call_given(call, "group")
		       ? print_causes(app, call, &listing, e)
		       : listing_print(app, call, &listing, e);
}

static bool
run_show(struct app *app, struct call *call, struct err *e)
{
	static const struct column columns[] = {
		{.name = "number"},
		{.name = "order_id", .type = PRINT_ID},
		{.name = "site_code"},
		{.name = "status"},
		{.name = "stage"},
		{.name = "code"},
		{.name = "sku"},
		{.name = "field"},
		{.name = "message"},
		{.name = "detail"},
		{.name = "total", .type = PRINT_MONEY},
		{.name = "currency"},
		{.name = "count", .type = PRINT_COUNT},
		{.name = "first_at", .type = PRINT_TIME},
		{.name = "last_at", .type = PRINT_TIME},
		{.name = "handled_by"},
		{.name = "resolution"},
		{0},
	};
	AUTO(print) print = {0};
	AUTO(rows) rows = ROWS;
	AUTO(rows) again = ROWS;
	const struct code_info *info;
	int64_t id;

	if (!order_find(app->db, call_text(call, "ORDER"), &id, e) ||
	    !order_error_find(app->db, id, &rows, e) ||
	    !print_open_record(&print, call, columns, e) ||
	    !print_rows(&print, &rows, e) || !print_close(&print, e) ||
	    !order_error_find(app->db, id, &again, e))
		return false;
	if (!rows_next(&again))
		return rows_check(&again, e);
	info = code_info(code_find(rows_borrow(&again, "code", NULL)));
	call_say(call, "  Why: %s\n  Fix: %s", info->why, info->fix);
	return rows_check(&again, e);
}

static bool
run_resolve(struct app *app, struct call *call, struct err *e)
{
	char by[PERSON_MAX];

	for (size_t i = 0; i < call_count(call, "ORDER"); i++) {
		const char *word = call_text_at(call, "ORDER", i);
		int64_t id;

		if (!order_find(app->db, word, &id, e) ||
		    !order_error_handle(app->db, id, call_text(call, "reason"),
					person_name(by), app_now(app), e))
			return err_in(e, "resolve %s", word);
		call_say(call, "%s is handled.", word);
	}
	return true;
}

const struct command error_commands[] = {
	{.name = "error list",
	 .summary = "orders that need a person, and why",
	 .flags = list_flags,
	 .examples =
		 (const struct example[]){
			 {"orderbridge error list", "what is open"},
			 {"orderbridge error list --group=cause",
			  "one row a cause"},
			 {0},
		 },
	 .traits = NEEDS_DATABASE | TAKES_FORMAT | IS_COMMON,
	 .run = run_list},
	{.name = "error show",
	 .summary = "one failed order: what is wrong, why, what to do",
	 .arguments = order_argument,
	 .examples =
		 (const struct example[]){
			 {"orderbridge error show BGM-12345", "by its number"},
			 {0},
		 },
	 .traits = NEEDS_DATABASE | TAKES_FORMAT,
	 .run = run_show},
	{.name = "error resolve",
	 .summary = "note that a person has dealt with failed orders",
	 .description =
		 "The order is not tried again by itself. To try it, use "
		 "retry.",
	 .arguments = resolve_arguments,
	 .flags = resolve_flags,
	 .examples =
		 (const struct example[]){
			 {"orderbridge error resolve BGM-12345 "
			  "--reason=\"entered by hand\"",
			  "done by hand"},
			 {0},
		 },
	 .traits = IS_CHANGE,
	 .run = run_resolve},
	{0},
};
