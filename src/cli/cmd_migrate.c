#include <inttypes.h>
#include <stdio.h>

#include "app/app.h"
#include "cli/print.h"
#include "db/migrate.h"
#include "local.h"

static const char *
state_name(enum migrate_state state)
{
	static const char *const names[] = {"waiting", "begun", "done",
					    "changed"};

	return names[state];
}

/* --status: one row a step. */
static void
print_step(void *context, const struct migrate_step *step)
{
	print_row(context,
		  CELLS(cell_text(step->migration), cell_count(step->step),
			cell_text(state_name(step->state)),
			cell_time(step->started_at),
			cell_time(step->finished_at)));
}

static bool
show_status(struct app *app, struct call *call, struct err *e)
{
	static const struct column columns[] = {
		{.name = "migration"},
		{.name = "step", .type = PRINT_COUNT},
		{.name = "state"},
		{.name = "started_at", .type = PRINT_TIME},
		{.name = "finished_at", .type = PRINT_TIME},
		{0},
	};
	AUTO(print) print = {0};
	struct migrate_summary summary;
	struct err changed = {0};
	bool ok;

	if (!print_open(&print, call, columns, e))
		return false;
	ok = migrate_status(app->db, &summary, print_step, &print, &changed);
	if (!print_close(&print, e))
		return false;
	if (!ok)
		*e = changed;
	return ok;
}

/* --dry-run: the SQL that would run, and how many rows it meets. */
static void
print_sql(void *context, const struct migrate_step *step)
{
	const struct call *call = context;

	if (step->state == MIGRATE_DONE)
		return;
	(void)fprintf(call->out, "-- %s, step %u", step->migration, step->step);
	if (step->rows >= 0)
		(void)fprintf(call->out, ", about %" PRId64 " rows",
			      step->rows);
	(void)fprintf(call->out, "\n%s;\n\n", step->text);
}

static bool
show_plan(struct app *app, struct call *call, struct err *e)
{
	struct migrate_summary summary;

	if (!migrate_status(app->db, &summary, print_sql, call, e))
		return false;
	call_say(call, "%zu of %zu steps are to run, nothing was changed",
		 summary.waiting, summary.waiting + summary.done);
	return true;
}

/* Counts what is done now, and tells of it with -v. */
struct steps {
	const struct call *call;
	size_t done;
};

static void
count_step(void *context, const struct migrate_step *step)
{
	struct steps *steps = context;

	if (step->state != MIGRATE_DONE)
		return;
	steps->done++;
	if (call_switch(steps->call, "verbose"))
		call_say(steps->call, "%s, step %u: done", step->migration,
			 step->step);
}

static bool
migrate(struct app *app, struct call *call, struct err *e)
{
	struct steps steps = {.call = call};
	struct migrate_order order = {
		.allow_copy = call_switch(call, "allow-copy"),
		.each = count_step,
		.context = &steps,
	};
	struct migrate_summary summary;

	if (!app_connect_admin(app, e))
		return false;
	if (call_switch(call, "status"))
		return show_status(app, call, e);
	if (call_switch(call, "dry-run"))
		return show_plan(app, call, e);
	if (!app_migrate(app, &order, &summary, e))
		return false;
	(void)fprintf(call->out, "schema %u, %zu %s done now\n",
		      summary.database_version, steps.done,
		      steps.done == 1 ? "step" : "steps");
	return true;
}

const struct command migrate_commands[] = {
	{
		.name = "migrate",
		.summary = "bring the database to this version's tables",
		.description =
			"Makes the tables at first, and changes them after an "
			"update. It may be stopped anywhere and run again. Two "
			"at once do no harm: the second one says so and ends. "
			"Where the daily account may not change tables, "
			"database.admin_user names one that may.",
		.flags = FLAGS(
			{.name = "status",
			 .type = FLAG_SWITCH,
			 .help = "show each step and whether it is done"},
			{.name = "allow-copy",
			 .type = FLAG_SWITCH,
			 .help = "also run steps that copy a whole table, "
				 "which stops writers meanwhile"}),
		.examples = EXAMPLES(
			{"orderbridge migrate --dry-run",
			 "the SQL that would run"},
			{"orderbridge migrate", "after installing or updating"},
			{"orderbridge migrate --status", "what was done when"}),
		.traits =
			NEEDS_CONFIG | TAKES_DRY_RUN | TAKES_FORMAT | IS_COMMON,
		.run = migrate,
	},
	{0},
};
