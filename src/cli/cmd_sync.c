/* order sync, order plan, import, item sync, retry: work asked for by hand. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/row_out.h"
#include "base/text.h"
#include "cli/operate.h"
#include "cli/print.h"
#include "flow/import.h"
#include "flow/order_sync.h"
#include "flow/replay.h"
#include "local.h"
#include "order/read.h"

enum { SITES_MAX = 100 };

static const struct flag sync_flags[] = {
	{.name = "site",
	 .type = FLAG_LIST,
	 .value = "CODE[,CODE]",
	 .help = "only these sites; default: every site that syncs orders",
	 .complete = "site list"},
	{.name = "full",
	 .type = FLAG_SWITCH,
	 .help = "Synchronize all: read every order anew"},
	{.name = "limit",
	 .type = FLAG_INT,
	 .value = "N",
	 .help = "with --dry-run: look at so many new orders",
	 .minimum = 1,
	 .maximum = 1000},
	{.name = "fail-if-paused",
	 .type = FLAG_SWITCH,
	 .help = "exit 75 inside the maintenance window"},
	{0},
};

static const struct flag plan_flags[] = {
	{.name = "site",
	 .type = FLAG_LIST,
	 .value = "CODE[,CODE]",
	 .help = "only these sites; default: every site that syncs orders",
	 .complete = "site list"},
	{.name = "limit",
	 .type = FLAG_INT,
	 .value = "N",
	 .help = "look at so many new orders",
	 .minimum = 1,
	 .maximum = 1000},
	{0},
};

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
	 .type = FLAG_TEXT,
	 .value = "2026-01-31",
	 .help = "orders created on or after this day, in the store's zone"},
	{.name = "fail-if-paused",
	 .type = FLAG_SWITCH,
	 .help = "exit 75 inside the maintenance window"},
	{0},
};

static const struct flag replay_arguments[] = {
	{.name = "ORDER",
	 .type = FLAG_TEXT,
	 .help = "number or id of the order",
	 .required = true},
	{0},
};

static const struct flag replay_flags[] = {
	{.name = "revision",
	 .type = FLAG_INT,
	 .value = "N",
	 .help = "an earlier payload; default: the newest",
	 .minimum = 1,
	 .maximum = 100000},
	{0},
};

static const struct flag item_sync_flags[] = {
	{.name = "full",
	 .type = FLAG_SWITCH,
	 .help = "read every item, not only changed ones"},
	{.name = "fail-if-paused",
	 .type = FLAG_SWITCH,
	 .help = "exit 75 inside the maintenance window"},
	{0},
};

/* Sites that a command works on, by the flag --site. */
struct sites {
	int64_t id[SITES_MAX + 1];
	size_t count;
};

static bool
add_named(struct app *app, const char *list, struct sites *out, struct err *e)
{
	char code[41];

	while (out->count < SITES_MAX &&
	       config_list_next(&list, code, sizeof(code))) {
		AUTO(site) site = {0};

		if (!site_find(app->db, code, &site, e))
			return false;
		out->id[out->count++] = site.id;
	}
	return true;
}

static bool
add_all(struct app *app, struct sites *out, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(app->db, &rows, SQL_SYNC_SITES, NO_BINDS, e))
		return false;
	while (out->count < SITES_MAX && rows_next(&rows))
		out->id[out->count++] = rows_int(&rows, "id");
	if (!rows_check(&rows, e))
		return false;
	if (out->count > 0)
		return true;
	(void)err_set(e, ERR_MISSING, "no site synchronises orders");
	return err_hint(e, "orderbridge site add --help");
}

static bool
choose_sites(struct app *app, const struct call *call, struct sites *out,
	     struct err *e)
{
	const char *list = call_text(call, "site");

	return list[0] ? add_named(app, list, out, e) : add_all(app, out, e);
}

static const char *
who(void)
{
	const char *name = getlogin();

	return name ? name : "cli";
}

static bool
ask(struct app *app, const char *kind, int64_t site_id, bool full,
    const char *scope, int64_t *id, struct err *e)
{
	struct operation_ask request = {
		.kind = kind,
		.site_id = site_id,
		.is_full = full,
		.scope = scope,
		.source = "cli",
		.created_by = who(),
		.max_waiting = app->config.queue.max_waiting_per_site,
	};
	bool merged;

	return operation_ask(app->db, &request, app_now(app), id, &merged, e);
}

/* What a dry run tells, order by order. */
static const struct column plan_columns[] = {
	{"order", PRINT_TEXT, NULL},
	{"outcome", PRINT_TEXT, NULL},
	{"code", PRINT_TEXT, NULL},
	{"sku", PRINT_TEXT, NULL},
	{"total", PRINT_MONEY, NULL},
	{"currency", PRINT_TEXT, NULL},
	{"message", PRINT_TEXT, NULL},
	{"fix", PRINT_TEXT, NULL},
	{0},
};

static void
print_plan(void *context, const struct order *o, const char *outcome,
	   const struct fault *why, enum code code)
{
	struct print *print = context;
	const struct code_info *info = code_info(why ? why->code : code);

	print_row(print,
		  CELLS(cell_text(o->number[0] ? o->number : o->platform_id),
			cell_text(outcome), cell_text(info->name),
			cell_text(why ? why->sku : ""),
			cell_money(o->total_due), cell_text(o->currency),
			cell_text(why ? why->message : info->what),
			cell_text(info->fix)));
}

static void
say_sums(const struct call *call, const struct run *run)
{
	const struct tally *t = &run->tally;

	call_say(call,
		 "%s would: fetched %u, stored %u, unchanged %u, skipped %u, "
		 "soft %u, hard %u. Nothing was written.",
		 run->site.code, t->fetched, t->stored, t->unchanged,
		 t->skipped, t->soft, t->hard);
}

static bool
plan_sites(struct app *app, struct call *call, struct err *e)
{
	AUTO(print) print = {0};
	struct sites sites = {0};
	unsigned limit = (unsigned)call_int(call, "limit", 0);

	if (!choose_sites(app, call, &sites, e) ||
	    !print_open(&print, call, plan_columns, e))
		return false;
	for (size_t i = 0; i < sites.count; i++) {
		AUTO(run) run = {0};

		if (!run_open(&run, app, NULL, sites.id[i],
			      call_switch(call, "full") ? RUN_FULL : RUN_SYNC,
			      e))
			return false;
		run.told = print_plan;
		run.told_context = &print;
		if (!order_sync_plan(&run, limit, e))
			return false;
		say_sums(call, &run);
	}
	return print_close(&print, e);
}

static bool
run_order_sync(struct app *app, struct call *call, struct err *e)
{
	struct sites sites = {0};
	int64_t operation[SITES_MAX + 1] = {0};

	if (call_switch(call, "dry-run"))
		return plan_sites(app, call, e);
	if (!choose_sites(app, call, &sites, e))
		return false;
	for (size_t i = 0; i < sites.count; i++)
		if (!ask(app, "order_sync", sites.id[i],
			 call_switch(call, "full"), NULL, &operation[i], e))
			return false;
	return operate_all(app, call, operation, e);
}

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
	run.told = print_plan;
	run.told_context = &print;
	if (!import_plan(&run, filter, e))
		return false;
	say_sums(call, &run);
	return print_close(&print, e);
}

/* IMP-11: one line an order. */
static bool
print_import_results(struct app *app, struct call *call, int64_t operation,
		     struct err *e)
{
	static const struct column columns[] = {
		{"order", PRINT_TEXT, NULL},   {"outcome", PRINT_TEXT, NULL},
		{"code", PRINT_TEXT, NULL},    {"total", PRINT_MONEY, NULL},
		{"message", PRINT_TEXT, NULL}, {0},
	};
	AUTO(print) print = {0};
	AUTO(rows) rows = ROWS;

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
	return ask(app, "import", site.id, false, scope.text, &operation, e) &&
	       operate(app, call, operation, e) &&
	       print_import_results(app, call, operation, e);
}

static bool
run_item_sync(struct app *app, struct call *call, struct err *e)
{
	int64_t operation;

	return ask(app, "item_sync", 0, call_switch(call, "full"), NULL,
		   &operation, e) &&
	       operate(app, call, operation, e);
}

static void
print_difference(void *context, const struct difference *d)
{
	print_row(context, CELLS(cell_text(d->field), cell_text(d->stored),
				 cell_text(d->now)));
}

static bool
run_order_replay(struct app *app, struct call *call, struct err *e)
{
	static const struct column columns[] = {
		{"field", PRINT_TEXT, NULL},
		{"stored", PRINT_TEXT, NULL},
		{"now", PRINT_TEXT, NULL},
		{0},
	};
	AUTO(print) print = {0};
	unsigned differences = 0;
	int64_t id;

	if (!order_find(app->db, call_text(call, "ORDER"), &id, e) ||
	    !print_open(&print, call, columns, e) ||
	    !replay_order(app, id, (unsigned)call_int(call, "revision", 0),
			  print_difference, &print, &differences, e))
		return false;
	call_say(call,
		 differences ? "%u differences; nothing was written."
			     : "No difference.",
		 differences);
	return print_close(&print, e);
}

const struct command sync_commands[] = {
	{
		.name = "order sync",
		.summary = "fetch, verify, store and mark orders now",
		.description =
			"Queues the order synchronisation of each site and "
			"works it here; a run that is under way elsewhere is "
			"awaited. With --dry-run it says what would be stored, "
			"skipped or failed and why, and writes nothing anywhere.",
		.flags = sync_flags,
		.examples =
			(const struct example[]){
				{"orderbridge order sync --site=woo-us",
				 "one site, now"},
				{"orderbridge order sync --dry-run",
				 "what would happen"},
				{0},
			},
		.traits = NEEDS_DATABASE | NEEDS_SECRETS | TAKES_FORMAT |
			  TAKES_DRY_RUN | IS_COMMON,
		.run = run_order_sync,
	},
	{
		.name = "order plan",
		.summary = "what the next order sync would do, and why",
		.flags = plan_flags,
		.examples =
			(const struct example[]){
				{"orderbridge order plan --site=woo-us",
				 "order by order"},
				{"orderbridge order plan --format=csv "
				 "--fields=order,outcome,code",
				 "for a spreadsheet"},
				{0},
			},
		.traits = NEEDS_DATABASE | NEEDS_SECRETS | TAKES_FORMAT,
		.run = plan_sites,
	},
	{
		.name = "order replay",
		.summary =
			"a stored payload through today's rules: what differs?",
		.description =
			"Runs the order as the shop sent it through the pure "
			"steps again and shows each difference to what is stored. "
			"Writes nothing and asks nobody.",
		.arguments = replay_arguments,
		.flags = replay_flags,
		.examples =
			(const struct example[]){
				{"orderbridge order replay BGM-12345",
				 "the newest payload"},
				{"orderbridge order replay BGM-12345 "
				 "--revision=1",
				 "as the shop sent it first"},
				{0},
			},
		.traits = NEEDS_DATABASE | NEEDS_SECRETS | TAKES_FORMAT,
		.run = run_order_replay,
	},
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
	{
		.name = "item sync",
		.summary = "read Business Central's items into the middleware",
		.flags = item_sync_flags,
		.examples =
			(const struct example[]){
				{"orderbridge item sync", "changed items"},
				{"orderbridge item sync --full", "every item"},
				{0},
			},
		.traits = NEEDS_DATABASE | NEEDS_SECRETS,
		.run = run_item_sync,
	},
	{0},
};
