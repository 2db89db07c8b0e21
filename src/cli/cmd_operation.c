/* operation list, show, watch, cancel: work that was asked for. */
#include <inttypes.h>
#include <string.h>

#include "cli/operate.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "listing.h"
#include "local.h"

static const char *const states[] = {
	"not_processed",     "in_progress", "completed", "aborted",
	"webshop_not_found", "failed",      NULL};

static const struct flag list_flags[] = {
	FLAG_SITE,
	{.name = "state",
	 .type = FLAG_WORD,
	 .value = "STATE",
	 .words = states,
	 .help = "only operations in this state"},
	{.name = "kind",
	 .type = FLAG_TEXT,
	 .value = "KIND",
	 .help = "only this kind: order_sync, import, item_sync"},
	FLAG_SINCE,
	FLAG_LIMIT("at most so many, the newest; default 20"),
	{0},
};

static const struct flag id_argument[] = {
	{.name = "ID",
	 .type = FLAG_INT,
	 .minimum = 1,
	 .maximum = INT64_MAX,
	 .help = "the number of the operation",
	 .complete = "operation list",
	 .required = true},
	{0},
};

/* The requirement's words of a stored state. */
static const char *
words(const char *code)
{
	enum operation_state state;

	return operation_state_find(code, &state) ? operation_state_words(state)
						  : code;
}

static const struct column list_columns[] = {
	{.name = "id", .type = PRINT_ID},
	{.name = "kind"},
	{.name = "site_code", .from = "site.code"},
	{.name = "state", .words = words},
	{.name = "stored", .type = PRINT_COUNT},
	{.name = "soft", .type = PRINT_COUNT},
	{.name = "hard", .type = PRINT_COUNT},
	{.name = "created_at", .type = PRINT_TIME},
	{.name = "completed_at", .type = PRINT_TIME},
	{.name = "error", .from = "error.full_text"},
	{0},
};

static const struct column show_columns[] = {
	{.name = "id", .type = PRINT_ID},
	{.name = "kind"},
	{.name = "site_code"},
	{.name = "state", .words = words},
	{.name = "is_full", .type = PRINT_FLAG},
	{.name = "dry_run", .type = PRINT_FLAG},
	{.name = "scope"},
	{.name = "phase"},
	{.name = "done", .type = PRINT_COUNT},
	{.name = "total", .type = PRINT_COUNT},
	{.name = "unit"},
	{.name = "fetched", .type = PRINT_COUNT},
	{.name = "stored", .type = PRINT_COUNT},
	{.name = "unchanged", .type = PRINT_COUNT},
	{.name = "skipped", .type = PRINT_COUNT},
	{.name = "soft", .type = PRINT_COUNT},
	{.name = "hard", .type = PRINT_COUNT},
	{.name = "paused_until", .type = PRINT_TIME},
	{.name = "pause_reason"},
	{.name = "error_code"},
	{.name = "error"},
	{.name = "superseded_by", .type = PRINT_ID},
	{.name = "source"},
	{.name = "created_by"},
	{.name = "host"},
	{.name = "cancel_at", .type = PRINT_TIME},
	{.name = "created_at", .type = PRINT_TIME},
	{.name = "started_at", .type = PRINT_TIME},
	{.name = "completed_at", .type = PRINT_TIME},
	{.name = "heartbeat_at", .type = PRINT_TIME},
	{0},
};

static const struct column job_columns[] = {
	{.name = "id", .type = PRINT_ID},
	{.name = "kind"},
	{.name = "ref"},
	{.name = "state"},
	{.name = "attempts", .type = PRINT_COUNT},
	{.name = "max_attempts", .type = PRINT_COUNT},
	{.name = "run_after", .type = PRINT_TIME},
	{.name = "last_code"},
	{.name = "last_error"},
	{0},
};

static bool
list(struct app *app, struct call *call, struct err *e)
{
	struct listing listing = {
		.entity = &entity_operations,
		.columns = list_columns,
		.limit = call_int(call, "limit", 20),
		.is_latest = true,
	};

	listing_where(&listing, "state", call_text_or_null(call, "state"));
	listing_where(&listing, "kind", call_text_or_null(call, "kind"));
	listing_between(&listing, "created_at",
			call_time(call, "since", app_now(app)), 0);
	return listing_of_site(&listing, app, call, e) &&
	       listing_print(app, call, &listing, e);
}

static bool
print_jobs(struct app *app, struct print *record, int64_t id, struct err *e)
{
	AUTO(print) print = {0};
	AUTO(rows) rows = ROWS;

	return print_open_inner(&print, record, "jobs", job_columns, e) &&
	       db_open(app->db, &rows, SQL_OPERATION_JOBS, BINDS(bind_int(id)),
		       e) &&
	       print_rows(&print, &rows, e) && print_close(&print, e);
}

static bool
show(struct app *app, struct call *call, struct err *e)
{
	const int64_t id = call_int(call, "ID", 0);
	AUTO(print) print = {0};
	AUTO(rows) rows = ROWS;

	if (!print_open_record(&print, call, show_columns, e) ||
	    !db_open(app->db, &rows, SQL_OPERATION_SHOW, BINDS(bind_int(id)),
		     e))
		return false;
	if (rows.count == 0) {
		err_set(e, ERR_MISSING, "no operation %" PRId64, id);
		return err_hint(e, "orderbridge operation list shows them");
	}
	return print_rows(&print, &rows, e) && print_jobs(app, &print, id, e) &&
	       print_close(&print, e);
}

static bool
watch(struct app *app, struct call *call, struct err *e)
{
	struct progress progress = {.call = call};

	while (*app->stop == 0) {
		AUTO(operation) op = {0};

		if (!operation_load(app->db, call_int(call, "ID", 0), &op, e))
			return false;
		if (operate_has_ended(&op)) {
			progress_end(&progress);
			operate_result(call, &op);
			return true;
		}
		progress_show(&progress, &op, clock_boot_ms());
		clock_sleep_ms(500);
	}
	progress_end(&progress);
	call_say(call, "the operation goes on");
	return true;
}

static bool
cancel(struct app *app, struct call *call, struct err *e)
{
	const int64_t id = call_int(call, "ID", 0);
	AUTO(operation) op = {0};

	if (!operation_cancel(app->db, id, app_now(app), e) ||
	    !operation_load(app->db, id, &op, e))
		return false;
	if (operate_has_ended(&op))
		call_say(call, "operation %" PRId64 " is cancelled", id);
	else
		call_say(call,
			 "operation %" PRId64 " stops at the next safe point",
			 id);
	return true;
}

const struct command operation_commands[] = {
	{
		.name = "operation list",
		.summary = "work that was asked for, and how it went",
		.flags = list_flags,
		.examples = EXAMPLES(
			{"orderbridge operation list --state=failed",
			 "what failed, with its whole error"},
			{"orderbridge operation list --site=woo-us --since=24h",
			 "one shop's last day"}),
		.traits = NEEDS_DATABASE | TAKES_FORMAT | IS_COMMON,
		.run = list,
	},
	{
		.name = "operation show",
		.summary = "one operation: progress, result, error, jobs",
		.arguments = id_argument,
		.examples = EXAMPLES({"orderbridge operation show 1841",
				      "all that is known of it"}),
		.traits = NEEDS_DATABASE | TAKES_FORMAT,
		.run = show,
	},
	{
		.name = "operation watch",
		.summary = "follow an operation to its end",
		.description =
			"Shows its progress and ends with its result: exit "
			"status 0 when it completed without a failure, else 1. "
			"Ctrl-C ends the watching, not the operation.",
		.arguments = id_argument,
		.examples =
			EXAMPLES({"orderbridge operation watch 1841 || notify",
				  "wait for it, and act on a failure"}),
		.traits = NEEDS_DATABASE,
		.run = watch,
	},
	{
		.name = "operation cancel",
		.summary = "stop an operation at its next safe point",
		.description =
			"One that only waits ends at once. What was stored "
			"stays stored; the next run goes on from there.",
		.arguments = id_argument,
		.examples = EXAMPLES({"orderbridge operation cancel 1841",
				      "finish the batch and end"}),
		.traits = IS_CHANGE,
		.run = cancel,
	},
	{0},
};
