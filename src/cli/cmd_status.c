/* status: the five lines, and with -v what an administrator looks at first. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/print.h"
#include "local.h"
#include "queue/window.h"

static const struct flag status_flags[] = {
	{.name = "check",
	 .type = FLAG_SWITCH,
	 .help = "exit 1 when something is not healthy"},
	{0},
};

/* What the lines are made of. */
struct facts {
	int64_t orders, items, kits, pending, soft, errors;
	int64_t running, ready, waiting, dead;
	utc_ms last_sync, next_job, cron_seen;
	char last_site[41], cron_host[257];
};

static bool
load(struct app *app, struct facts *f, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(app->db, &rows, SQL_STATUS_FACTS, NO_BINDS, e))
		return false;
	if (!rows_next(&rows))
		return rows_check(&rows, e);
	f->orders = rows_int(&rows, "orders");
	f->items = rows_int(&rows, "items");
	f->kits = rows_int(&rows, "kits");
	f->pending = rows_int(&rows, "pending");
	f->soft = rows_int(&rows, "soft");
	f->errors = rows_int(&rows, "errors");
	f->running = rows_int(&rows, "running");
	f->ready = rows_int(&rows, "ready");
	f->waiting = rows_int(&rows, "waiting");
	f->dead = rows_int(&rows, "dead");
	f->next_job = rows_time(&rows, "next_job");
	f->last_sync = rows_time(&rows, "last_sync");
	rows_text(&rows, "last_site", f->last_site, sizeof(f->last_site));
	rows_text(&rows, "cron_host", f->cron_host, sizeof(f->cron_host));
	if (!rows_null(&rows, "cron_seen")) {
		const char *seen = rows_borrow(&rows, "cron_seen", NULL);

		if (!time_parse(seen, &f->cron_seen, e))
			return err_in(e, "setting cron_last_seen");
	}
	return rows_check(&rows, e);
}

static const char *
ago(utc_ms then, utc_ms now, char out[TIME_TEXT_MAX + 8])
{
	char length[TIME_TEXT_MAX];

	if (then == 0)
		return "never";
	(void)snprintf(out, TIME_TEXT_MAX + 8, "%s ago",
		       duration_text(now - then, length));
	return out;
}

static void
print_first_lines(const struct call *call, const struct facts *f)
{
	char when[TIME_TEXT_MAX];

	(void)fprintf(call->out, "Connection:   Power BI not configured\n"
				 "Token expiry: -\n"
				 "Workspace:    -\n");
	if (f->last_sync)
		(void)fprintf(call->out, "Last sync:    %s — orders — %s\n",
			      time_text_minute(f->last_sync, when),
			      f->last_site);
	else
		(void)fprintf(call->out, "Last sync:    never\n");
	(void)fprintf(call->out,
		      "Entities:     orders (%lld) | items (%lld) | kits "
		      "(%lld)\n",
		      (long long)f->orders, (long long)f->items,
		      (long long)f->kits);
}

static bool
print_sites(struct app *app, const struct call *call, bool *healthy,
	    struct err *e)
{
	AUTO(rows) rows = ROWS;
	char since[TIME_TEXT_MAX + 8];
	utc_ms now = app_now(app);

	if (!db_open(app->db, &rows, SQL_STATUS_SITES, NO_BINDS, e))
		return false;
	while (rows_next(&rows)) {
		bool paused = !rows_null(&rows, "auth_failed_at");
		char code[41], platform[41];

		rows_text(&rows, "code", code, sizeof(code));
		rows_text(&rows, "platform", platform, sizeof(platform));
		(void)fprintf(
			call->out,
			"Site %s:  %s, %s, last sync %s, %lld waiting for BC, "
			"%lld retrying, %lld errors\n",
			code, platform,
			paused ? "paused by wrong credentials"
			: rows_flag(&rows, "is_active") ? "enabled"
							: "disabled",
			ago(rows_time(&rows, "order_last_run"), now, since),
			(long long)rows_int(&rows, "pending"),
			(long long)rows_int(&rows, "soft"),
			(long long)rows_int(&rows, "errors"));
		*healthy = *healthy && !paused;
	}
	return rows_check(&rows, e);
}

static void
print_window(const struct app *app, const struct call *call)
{
	utc_ms now = app_now(app);
	char when[TIME_TEXT_MAX], left[TIME_TEXT_MAX];

	if (bc_window_covers(now))
		(void)fprintf(call->out, "Window:       paused until %s (%s)\n",
			      time_text_minute(bc_window_ends(now), when),
			      duration_text(bc_window_ends(now) - now, left));
	else
		(void)fprintf(call->out,
			      "Window:       open, next pause %s (%s)\n",
			      time_text_minute(bc_window_starts(now), when),
			      duration_text(bc_window_starts(now) - now, left));
}

static void
print_queue(const struct app *app, const struct call *call,
	    const struct facts *f)
{
	char when[TIME_TEXT_MAX], since[TIME_TEXT_MAX + 8];

	(void)fprintf(call->out, "Pending:      %lld orders wait for BC\n",
		      (long long)f->pending);
	(void)fprintf(call->out, "Errors:       %lld open, %lld retrying\n",
		      (long long)f->errors, (long long)f->soft);
	(void)fprintf(call->out,
		      "Queue:        %lld running, %lld ready, %lld waiting",
		      (long long)f->running, (long long)f->ready,
		      (long long)f->waiting);
	if (f->next_job)
		(void)fprintf(call->out, " (next %s)",
			      time_text_minute(f->next_job, when));
	(void)fprintf(call->out, ", %lld dead\n", (long long)f->dead);
	(void)fprintf(call->out, "Cron:         %s%s%s\n",
		      ago(f->cron_seen, app_now(app), since),
		      f->cron_host[0] ? " on " : "", f->cron_host);
}

static bool
run_status(struct app *app, struct call *call, struct err *e)
{
	struct facts f = {0};
	bool healthy = true;

	if (!load(app, &f, e))
		return false;
	print_first_lines(call, &f);
	if (call_switch(call, "verbose")) {
		if (!print_sites(app, call, &healthy, e))
			return false;
		print_window(app, call);
		print_queue(app, call, &f);
	}
	healthy = healthy && f.dead == 0 && f.errors == 0 &&
		  f.cron_seen > app_now(app) - 2 * (utc_ms)HOUR;
	if (call_switch(call, "check") && !healthy)
		call_failed(call);
	return true;
}

const struct command status_commands[] = {
	{
		.name = "status",
		.summary = "connection, last sync and row counts",
		.description =
			"With -v also sites, maintenance window, pending "
			"orders, errors, queue and cron.",
		.flags = status_flags,
		.examples =
			(const struct example[]){
				{"orderbridge status -v", "the whole picture"},
				{"orderbridge status --check || notify",
				 "for a monitor"},
				{0},
			},
		.traits = NEEDS_DATABASE | IS_COMMON,
		.run = run_status,
	},
	{0},
};
