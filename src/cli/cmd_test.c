/* site test, connection test: does the other side answer, and as whom? */
#include <string.h>

#include "app/shops.h"
#include "base/row_out.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/steps.h"
#include "local.h"
#include "queue/window.h"
#include "site/connection.h"

static const struct flag site_arguments[] = {
	{.name = "CODE",
	 .type = FLAG_TEXT,
	 .help = "the site",
	 .complete = "site list",
	 .required = true},
	{0},
};

static const struct flag connection_arguments[] = {
	{.name = "KIND", .type = FLAG_TEXT, .help = "bc", .required = true},
	{0},
};

static bool
has_failed(const struct probe *probe)
{
	for (size_t i = 0; i < probe->steps; i++)
		if (probe->step[i].verdict == PROBE_FAIL)
			return true;
	return false;
}

/* [{"id":"processing","label":"Processing"}, ...]; empty when it is refused. */
static void
write_statuses(struct shop *shop, struct strbuf *out)
{
	struct status_list list = {0};
	struct err ignored = {0};

	if (!shop->statuses(shop, &list, &ignored))
		return; /* the test stands without them */
	for (size_t i = 0; i < list.count; i++) {
		strbuf_add(out, i ? ",{\"id\":" : "[{\"id\":");
		json_out_text(out, list.status[i].id);
		strbuf_add(out, ",\"label\":");
		json_out_text(out, list.status[i].label);
		strbuf_add(out, "}");
	}
	if (list.count > 0)
		strbuf_add(out, "]");
}

/* What the test learned of the shop is kept, and a pause ends. */
static bool
keep_site_test(struct app *app, const struct site *site, struct shop *shop,
	       const struct probe *probe, struct err *e)
{
	AUTO(strbuf) statuses = STRBUF(1 << 16);
	struct site_findings found = {.auth_mode = probe->auth_mode,
				      .fetchable = probe->fetchable};

	if (has_failed(probe))
		return true;
	write_statuses(shop, &statuses);
	found.statuses = statuses.text;
	return strbuf_check(&statuses, e) &&
	       site_tested(app->db, site->id, &found, e) &&
	       site_clear_auth(app->db, site->id, e);
}

static bool
run_site_test(struct app *app, struct call *call, struct err *e)
{
	AUTO(site) site = {0};
	AUTO(open_shop) shop = {0};
	struct steps steps = {.call = call, .numbered = true};
	struct probe probe = {.fetchable = -1};
	struct probe_step first;
	struct err why = {0};
	bool open;

	if (!site_find(app->db, call_text(call, "CODE"), &site, e))
		return false;
	open = open_shop_begin(&shop, app, &site, false, &why);
	steps_fill(&first, "Decrypt credentials", open, &why);
	steps_print(&steps, &first);
	if (open && !shop.shop->probe(shop.shop, &probe, e))
		return false;
	steps_print_all(&steps, &probe);
	steps_end_checks(&steps);
	if (probe.fetchable >= 0)
		call_say(call, "%lld orders wait for the next sync.",
			 (long long)probe.fetchable);
	return !open || keep_site_test(app, &site, shop.shop, &probe, e);
}

/* The company's id is found once and kept, so that its name may change. */
static bool
keep_company(struct app *app, struct open_bc *bc, struct err *e)
{
	AUTO(connection) connection = {0};
	char id[40];

	if (bc->set.company_id[0])
		return true;
	if (!bc_find_company(&bc->client, bc->set.company_name, id, e))
		return false;
	(void)text_copy(bc->set.company_id, sizeof(bc->set.company_id), id);
	(void)text_copy(bc->client.company_id, sizeof(bc->client.company_id),
			id);
	return connection_load(app->db, bc->connection_id, &connection, e) &&
	       bc_settings_write(&bc->set, &connection, e) &&
	       connection_save(app->db, &connection, e);
}

static bool
test_bc(struct app *app, struct call *call, struct err *e)
{
	AUTO(open_bc) bc = {0};
	struct steps steps = {.call = call, .numbered = true};
	struct probe probe = {.fetchable = -1};
	struct probe_step step;
	struct err why = {0};
	bool fine;

	fine = open_bc_begin(&bc, app, 0, true, &why);
	steps_fill(&step, "Decrypt credentials", fine, &why);
	steps_print(&steps, &step);
	if (fine) {
		fine = bc.client.token(bc.client.token_context, true, &why) !=
		       NULL;
		steps_fill(&step, "Request OAuth token", fine, &why);
		steps_print(&steps, &step);
	}
	if (fine) {
		fine = keep_company(app, &bc, &why);
		steps_fill(&step, "Find the company", fine, &why);
		steps_print(&steps, &step);
	}
	if (fine && !bc_probe(&bc.client, &probe, e))
		return false;
	steps_print_all(&steps, &probe);
	steps_end_checks(&steps);
	return bc.connection_id == 0 ||
	       connection_tested(app->db, bc.connection_id, steps.failed == 0,
				 "{}", app_now(app), e);
}

static bool
no_connection(const char *kind, struct err *e)
{
	err_set(e, ERR_MISSING, "no connection of kind \"%s\"", kind);
	return err_hint(e, "there is bc: orderbridge connection test bc");
}

static bool
run_connection_test(struct app *app, struct call *call, struct err *e)
{
	struct steps steps = {.call = call};
	struct probe_step skipped = {.name = "Business Central",
				     .verdict = PROBE_SKIP};
	char until[TIME_TEXT_MAX];

	if (strcmp(call_text(call, "KIND"), "bc") != 0)
		return no_connection(call_text(call, "KIND"), e);
	/* I8: a test of Business Central is not sent inside the window. */
	if (bc_window_covers(app_now(app))) {
		steps_print(&steps, &skipped);
		call_say(call, "Maintenance until %s.",
			 time_text_minute(bc_window_ends(app_now(app)), until));
		return true;
	}
	return test_bc(app, call, e);
}

const struct command test_commands[] = {
	{
		.name = "site test",
		.summary = "does the shop answer, and may we read and mark?",
		.description =
			"Changes nothing at the shop. A good test lets a site "
			"go on that wrong credentials had paused.",
		.arguments = site_arguments,
		.examples =
			(const struct example[]){
				{"orderbridge site test woo-us",
				 "after its keys were set"},
				{0},
			},
		.traits = NEEDS_DATABASE | NEEDS_SECRETS,
		.run = run_site_test,
	},
	{
		.name = "connection test",
		.summary = "does Business Central answer, and as whom?",
		.arguments = connection_arguments,
		.examples =
			(const struct example[]){
				{"orderbridge connection test bc",
				 "after its secret was set"},
				{0},
			},
		.traits = NEEDS_DATABASE | NEEDS_SECRETS,
		.run = run_connection_test,
	},
	{0},
};
