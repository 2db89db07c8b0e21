/* site test, connection test: does the other side answer, and as whom? */
#include <string.h>

#include "app/tests.h"
#include "cli/command.h"
#include "cli/steps.h"
#include "local.h"
#include "queue/window.h"

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

static void
tell(void *context, const struct probe_step *step)
{
	steps_print(context, step);
}

static bool
run_site_test(struct app *app, struct call *call, struct err *e)
{
	AUTO(site) site = {0};
	struct steps steps = {.call = call, .numbered = true};
	struct test_result found = {.tell = tell, .context = &steps};

	if (!site_find(app->db, call_text(call, "CODE"), &site, e) ||
	    !test_site(app, &site, &found, e))
		return false;
	steps_end_checks(&steps);
	if (found.fetchable >= 0)
		call_say(call, "%lld orders wait for the next sync.",
			 (long long)found.fetchable);
	return true;
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
	const bool closed = bc_window_covers(app_now(app));
	struct steps steps = {.call = call, .numbered = !closed};
	struct test_result found = {.tell = tell, .context = &steps};
	char until[TIME_TEXT_MAX];

	if (strcmp(call_text(call, "KIND"), "bc") != 0)
		return no_connection(call_text(call, "KIND"), e);
	if (!test_bc(app, 0, &found, e))
		return false;
	if (closed)
		call_say(call, "Maintenance until %s.",
			 time_text_minute(bc_window_ends(app_now(app)), until));
	else
		steps_end_checks(&steps);
	return true;
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
		.traits = IS_STEPS,
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
