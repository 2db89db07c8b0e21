/* order sync, order plan, item sync: work asked for by hand. */
#include <string.h>

#include "cli/operate.h"
#include "cli/print.h"
#include "flow/one_order.h"
#include "flow/order_sync.h"
#include "local.h"
#include "order/read.h"
#include "plan.h"

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
	{.name = "order",
	 .type = FLAG_TEXT,
	 .value = "ORDER",
	 .help = "only this one, by its number or id, whatever was done with it"},
	{.name = "limit",
	 .type = FLAG_INT,
	 .value = "N",
	 .help = "look at so many new orders",
	 .minimum = 1,
	 .maximum = 1000},
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
		run.told = plan_print;
		run.told_context = &print;
		if (!order_sync_plan(&run, limit, false, e))
			return false;
		plan_say(call, &run);
	}
	return print_close(&print, e);
}

static bool
site_of_order(struct app *app, int64_t id, int64_t *site, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!order_read(app->db, id, &rows, e))
		return false;
	*site = rows_next(&rows) ? rows_int(&rows, "site_id") : 0;
	return rows_check(&rows, e);
}

static bool
plan_one(struct app *app, struct call *call, struct err *e)
{
	AUTO(print) print = {0};
	AUTO(run) run = {0};
	int64_t id, site;

	if (!order_find(app->db, call_text(call, "order"), &id, e) ||
	    !site_of_order(app, id, &site, e) ||
	    !print_open(&print, call, plan_columns, e) ||
	    !run_open(&run, app, NULL, site, RUN_RETRY, e))
		return false;
	run.told = plan_print;
	run.told_context = &print;
	if (!one_order_take(&run, id, e))
		return false;
	plan_say(call, &run);
	return print_close(&print, e);
}

static bool
run_order_plan(struct app *app, struct call *call, struct err *e)
{
	return call_given(call, "order") ? plan_one(app, call, e)
					 : plan_sites(app, call, e);
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
		if (!operation_request(app, "order_sync", sites.id[i],
				       call_switch(call, "full"), NULL,
				       &operation[i], e))
			return false;
	return operate_all(app, call, operation, e);
}

static bool
run_item_sync(struct app *app, struct call *call, struct err *e)
{
	int64_t operation;

	return operation_request(app, "item_sync", 0, call_switch(call, "full"),
				 NULL, &operation, e) &&
	       operate(app, call, operation, e);
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
				{"orderbridge order plan --order=BGM-12345",
				 "what a retry of this one would do"},
				{"orderbridge order plan --format=csv "
				 "--fields=order,outcome,code",
				 "for a spreadsheet"},
				{0},
			},
		.traits = NEEDS_DATABASE | NEEDS_SECRETS | TAKES_FORMAT,
		.run = run_order_plan,
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
