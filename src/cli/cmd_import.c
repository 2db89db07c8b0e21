/* import: the manual import of a webstore's orders, with filters. */
#include "base/row_out.h"
#include "cli/operate.h"
#include "cli/print.h"
#include "flow/import.h"
#include "local.h"
#include "plan.h"

static const struct flag import_flags[] = {
	{.name = "site",
	 .type = FLAG_TEXT,
	 .value = "CODE",
	 .help = "the webstore to import from",
	 .complete = "site list",
	 .required = true},
	{.name = "order-id",
	 .type = FLAG_TEXT,
	 .value = "ID",
	 .help = "the shop's own id of one order"},
	{.name = "status",
	 .type = FLAG_LIST,
	 .value = "processing,completed",
	 .help = "online statuses; default: the site's"},
	{.name = "start-date",
	 .type = FLAG_DATE,
	 .value = "2026-01-31",
	 .help = "orders created on or after this day, in the store's zone"},
	{.name = "fail-if-paused",
	 .type = FLAG_SWITCH,
	 .help = "exit 75 inside the maintenance window"},
	{0},
};

/* {"order_id":"","start_date":"","status":""}: keys sorted, so that equal
 * requests are equal texts. */
static bool
write_scope(const struct call *call, struct strbuf *out, struct err *e)
{
	static const struct {
		const char *member, *flag;
	} members[] = {{"order_id", "order-id"},
		       {"start_date", "start-date"},
		       {"status", "status"}};

	for (size_t i = 0; i < COUNT_OF(members); i++) {
		strbuf_addf(out, "%s\"%s\":", i ? "," : "{", members[i].member);
		json_out_text(out, call_text(call, members[i].flag));
	}
	strbuf_add(out, "}");
	return strbuf_check(out, e);
}

static bool
plan_import(struct app *app, struct call *call, int64_t site_id,
	    const struct import_filter *filter, struct err *e)
{
	AUTO(print) print = {0};
	AUTO(run) run = {0};

	if (!print_open(&print, call, plan_columns, e) ||
	    !run_open(&run, app, NULL, site_id, RUN_IMPORT, e))
		return false;
	run.told = plan_print;
	run.told_context = &print;
	if (!import_plan(&run, filter, e))
		return false;
	plan_say(call, &run);
	return print_close(&print, e);
}

/* IMP-11: one line an order. */
static bool
print_import_results(struct app *app, struct call *call, int64_t operation,
		     struct err *e)
{
	static const struct column columns[] = {
		{.name = "order"},   {.name = "outcome"},
		{.name = "code"},    {.name = "total", .type = PRINT_MONEY},
		{.name = "message"}, {0},
	};
	AUTO(operation) op = {0};
	AUTO(print) print = {0};
	AUTO(rows) rows = ROWS;

	if (!operation_load(app->db, operation, &op, e))
		return false;
	if (!operate_has_ended(&op))
		return true; /* it waits, which has been said */
	return db_open(app->db, &rows, SQL_IMPORT_RESULTS,
		       BINDS(bind_int(operation)), e) &&
	       print_open(&print, call, columns, e) &&
	       print_rows(&print, &rows, e) && print_close(&print, e);
}

static bool
run_import(struct app *app, struct call *call, struct err *e)
{
	AUTO(site) site = {0};
	AUTO(strbuf) scope = STRBUF(4096);
	struct import_filter filter;
	int64_t operation;

	if (!site_find(app->db, call_text(call, "site"), &site, e) ||
	    !write_scope(call, &scope, e) ||
	    !import_filter_read(&filter, scope.text, &site, e))
		return false;
	if (call_switch(call, "dry-run"))
		return plan_import(app, call, site.id, &filter, e);
	return operation_request(app, "import", site.id, false, scope.text,
				 &operation, e) &&
	       operate(app, call, operation, e) &&
	       print_import_results(app, call, operation, e);
}

const struct command import_commands[] = {
	{
		.name = "import",
		.summary = "import orders of a webstore by hand, with filters",
		.description =
			"Uses the site's configuration; the filters win for this "
			"import and combine. Orders that are here already are "
			"skipped. May run beside the automatic synchronisation.",
		.flags = import_flags,
		.examples =
			(const struct example[]){
				{"orderbridge import --site=woo-us "
				 "--order-id=12345",
				 "one order"},
				{"orderbridge import --site=woo-us "
				 "--status=processing,completed "
				 "--start-date=2026-01-01",
				 "everything since new year"},
				{0},
			},
		.traits = NEEDS_DATABASE | NEEDS_SECRETS | TAKES_FORMAT |
			  TAKES_DRY_RUN | IS_COMMON,
		.run = run_import,
	},
	{0},
};
