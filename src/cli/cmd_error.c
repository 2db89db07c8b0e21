/* error list, show, resolve: the orders that need a person. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/print.h"
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
	{"number", PRINT_TEXT, NULL},
	{"order_id", PRINT_ID, NULL},
	{"site_code", PRINT_TEXT, NULL},
	{"stage", PRINT_TEXT, NULL},
	{"code", PRINT_TEXT, NULL},
	{"sku", PRINT_TEXT, NULL},
	{"field", PRINT_TEXT, NULL},
	{"message", PRINT_TEXT, NULL},
	{"total", PRINT_MONEY, NULL},
	{"currency", PRINT_TEXT, NULL},
	{"count", PRINT_COUNT, NULL},
	{"last_at", PRINT_TIME, NULL},
	{0},
};

static const struct column cause_columns[] = {
	{"code", PRINT_TEXT, NULL},
	{"sku", PRINT_TEXT, NULL},
	{"field", PRINT_TEXT, NULL},
	{"orders", PRINT_COUNT, NULL},
	{"value", PRINT_TEXT, NULL},
	{"sites", PRINT_TEXT, NULL},
	{"last_at", PRINT_TIME, NULL},
	{"message", PRINT_TEXT, NULL},
	{0},
};

static bool
print_causes(struct app *app, struct call *call, int64_t site_id, struct err *e)
{
	AUTO(print) print = {0};
	AUTO(rows) rows = ROWS;
	unsigned limit = (unsigned)call_int(call, "limit", 100);

	return order_error_causes(app->db, call_text_or_null(call, "status"),
				  site_id, limit, &rows, e) &&
	       print_open(&print, call, cause_columns, e) &&
	       print_rows(&print, &rows, e) && print_close(&print, e);
}

static bool
run_list(struct app *app, struct call *call, struct err *e)
{
	AUTO(print) print = {0};
	AUTO(rows) rows = ROWS;
	struct error_filter filter = {
		.status = call_text_or_null(call, "status"),
		.code = call_text_or_null(call, "code"),
		.limit = (unsigned)call_int(call, "limit", 100),
	};

	if (!call_site(app, call, &filter.site_id, e))
		return false;
	if (call_given(call, "group"))
		return print_causes(app, call, filter.site_id, e);
	return order_error_list(app->db, &filter, &rows, e) &&
	       print_open(&print, call, list_columns, e) &&
	       print_rows(&print, &rows, e) && print_close(&print, e);
}

static bool
run_show(struct app *app, struct call *call, struct err *e)
{
	static const struct column columns[] = {
		{"number", PRINT_TEXT, NULL},
		{"order_id", PRINT_ID, NULL},
		{"site_code", PRINT_TEXT, NULL},
		{"status", PRINT_TEXT, NULL},
		{"stage", PRINT_TEXT, NULL},
		{"code", PRINT_TEXT, NULL},
		{"sku", PRINT_TEXT, NULL},
		{"field", PRINT_TEXT, NULL},
		{"message", PRINT_TEXT, NULL},
		{"detail", PRINT_TEXT, NULL},
		{"total", PRINT_MONEY, NULL},
		{"currency", PRINT_TEXT, NULL},
		{"count", PRINT_COUNT, NULL},
		{"first_at", PRINT_TIME, NULL},
		{"last_at", PRINT_TIME, NULL},
		{"handled_by", PRINT_TEXT, NULL},
		{"resolution", PRINT_TEXT, NULL},
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
