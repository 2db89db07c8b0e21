/* logs: what ran, and with what result. */
#include <string.h>

#include "cli/print.h"
#include "local.h"

static const char *const kinds[] = {"run",    "line", "call",
				    "system", "all",  NULL};

static const struct flag flags[] = {
	FLAG_LIMIT("at most so many, the last ones; default 20"),
	FLAG_SITE,
	{.name = "entity",
	 .type = FLAG_TEXT,
	 .value = "ENTITY",
	 .help = "only this kind of record: orders, items"},
	{.name = "status",
	 .type = FLAG_TEXT,
	 .value = "STATUS",
	 .help = "only this result: completed, failed"},
	{.name = "operation",
	 .type = FLAG_INT,
	 .value = "ID",
	 .minimum = 1,
	 .maximum = INT64_MAX,
	 .help = "only this operation",
	 .complete = "operation list"},
	{.name = "kind",
	 .type = FLAG_WORD,
	 .words = kinds,
	 .help = "runs (default), single lines, calls, or the program's own"},
	FLAG_SINCE,
	FLAG_UNTIL,
	{.name = "follow",
	 .type = FLAG_SWITCH,
	 .help = "go on with what comes, until Ctrl-C"},
	{0},
};

static const struct column columns[] = {
	{.name = "time", .type = PRINT_TIME},
	{.name = "site"},
	{.name = "entity"},
	{.name = "status"},
	{.name = "rows", .type = PRINT_COUNT},
	{.name = "seconds", .type = PRINT_SECONDS},
	{.name = "message"},
	{0},
};

/* The filters that both statements share, each twice: NULL takes all. */
struct filters {
	struct bind bind[10];
};

static const char *
kind_of(const struct call *call)
{
	const char *kind = kinds[call_word(call, "kind", 0)];

	/* Somebody who asks for one operation wants all that is known of it. */
	if (strcmp(kind, "all") == 0 ||
	    (call_given(call, "operation") && !call_given(call, "kind")))
		return NULL;
	return kind;
}

static bool
read_filters(const struct app *app, const struct call *call,
	     struct filters *out, struct err *e)
{
	const struct bind kind = bind_text(kind_of(call));
	const struct bind entity = bind_text(call_text_or_null(call, "entity"));
	const struct bind status = bind_text(call_text_or_null(call, "status"));
	const struct bind operation = bind_id(call_int(call, "operation", 0));
	int64_t site_id;

	if (!call_site(app, call, &site_id, e))
		return false;
	*out = (struct filters){{kind, kind, entity, entity, status, status,
				 bind_id(site_id), bind_id(site_id), operation,
				 operation}};
	return true;
}

static bool
open_latest(struct app *app, const struct call *call,
	    const struct filters *filters, struct rows *rows, struct err *e)
{
	const utc_ms now = app_now(app);
	const struct bind since = bind_time(call_time(call, "since", now));
	const struct bind until = bind_time(call_time(call, "until", now));
	struct bind bind[COUNT_OF(filters->bind) + 5];
	size_t count = COUNT_OF(filters->bind);

	memcpy(bind, filters->bind, sizeof(filters->bind));
	bind[count++] = since;
	bind[count++] = since;
	bind[count++] = until;
	bind[count++] = until;
	bind[count++] = bind_int(call_int(call, "limit", 20));
	return db_open(app->db, rows, SQL_LOG_LATEST, bind, count, e);
}

static bool
last_id(struct app *app, int64_t *out, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(app->db, &rows, SQL_LOG_LAST_ID, NO_BINDS, e))
		return false;
	if (rows_next(&rows))
		*out = rows_int(&rows, "id");
	return rows_check(&rows, e);
}

/* What came since the row with this id; moves on to the last one. */
static bool
print_newer(struct app *app, const struct filters *filters, int64_t *after,
	    struct print *print, struct err *e)
{
	AUTO(rows) rows = ROWS;
	struct bind bind[COUNT_OF(filters->bind) + 1];
	struct cell cell[COUNT_OF(columns)];

	bind[0] = bind_int(*after);
	memcpy(bind + 1, filters->bind, sizeof(filters->bind));
	if (!db_open(app->db, &rows, SQL_LOG_NEWER, bind, COUNT_OF(bind), e))
		return false;
	while (rows_next(&rows)) {
		print_fill(print, &rows, cell);
		print_row(print, cell, print->cells);
		*after = rows_int(&rows, "id");
	}
	return rows_check(&rows, e);
}

static bool
follow(struct app *app, const struct filters *filters, int64_t after,
       struct print *print, struct err *e)
{
	while (*app->stop == 0) {
		if (!print_newer(app, filters, &after, print, e))
			return false;
		clock_sleep_ms(1000);
	}
	return true;
}

static bool
logs(struct app *app, struct call *call, struct err *e)
{
	AUTO(print) print = {0};
	AUTO(rows) rows = ROWS;
	struct filters filters;
	int64_t after = 0;

	if (!print_open(&print, call, columns, e) ||
	    !read_filters(app, call, &filters, e) || !last_id(app, &after, e) ||
	    !open_latest(app, call, &filters, &rows, e))
		return false;
	print.is_stream = call_switch(call, "follow");
	if (!print_rows(&print, &rows, e))
		return false;
	if (print.is_stream && !follow(app, &filters, after, &print, e))
		return false;
	return print_close(&print, e);
}

const struct command logs_commands[] = {
	{
		.name = "logs",
		.summary = "what ran, when, and with what result",
		.description =
			"One row a run and kind of record, the latest last. "
			"With --operation also its single lines. Rows are kept "
			"for retention.log_days days; the log file holds every "
			"step of every order.",
		.flags = flags,
		.examples =
			EXAMPLES({"orderbridge logs --status=failed --since=7d",
				  "what failed within a week"},
				 {"orderbridge logs --operation=1841",
				  "all that is known of one operation"},
				 {"orderbridge logs --follow --site=woo-us",
				  "watch a shop"}),
		.traits = NEEDS_DATABASE | TAKES_FORMAT | IS_COMMON,
		.run = logs,
	},
	{0},
};
