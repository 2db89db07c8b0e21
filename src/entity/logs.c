#include "entity/entity.h"

/* What ran (one row an operation), and all lines of the log. */

static const char *const levels[] = {"debug", "info", "warn", "error", NULL};
static const char *const kinds[] = {"run", "line", "call", "system", NULL};

enum {
	LOOK = FIELD_FILTER,
	SORT = FIELD_FILTER | FIELD_SORT,
	MAYBE = FIELD_NULL,
};

/* clang-format off */
static const struct field fields[] = {
	{"id", FIELD_ID, SORT, "l.id", NULL, NULL, NULL},
	{"at", FIELD_TIME, SORT, "l.at", NULL, NULL, NULL},
	{"level", FIELD_WORD, LOOK, "l.level", levels, NULL, NULL},
	{"kind", FIELD_WORD, LOOK, "l.kind", kinds, NULL,
	 "run: the end of an operation"},
	{"site", FIELD_SITE, LOOK | MAYBE, "l.site_id", NULL, NULL,
	 "the site's code"},
	{"entity_type", FIELD_TEXT, LOOK | MAYBE | FIELD_ASCII, "l.entity", NULL, NULL, NULL},
	{"status", FIELD_TEXT, LOOK | MAYBE | FIELD_ASCII, "l.status", NULL, NULL, NULL},
	{"rows_pushed", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"duration_seconds", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"ms", FIELD_COUNT, 0, NULL, NULL, NULL, "the same in milliseconds"},
	{"error_code", FIELD_TEXT, LOOK | MAYBE | FIELD_ASCII, "l.error_code", NULL, NULL,
	 NULL},
	{"message", FIELD_TEXT, FIELD_CONTAINS, "l.message", NULL, NULL, NULL},
	{"why", FIELD_WHY, 0, "error_code", NULL, NULL, "how that comes about"},
	{"fix", FIELD_FIX, 0, "error_code", NULL, NULL, "what to do"},
	{"fix_route", FIELD_ROUTE, 0, "error_code", NULL, NULL,
	 "where in the dashboard"},
	{"operation_id", FIELD_ID, LOOK | MAYBE, "l.operation_id", NULL, NULL,
	 NULL},
	{"request_id", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"host", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"detail", FIELD_JSON, MAYBE, NULL, NULL, NULL, NULL},
	{0},
};

static const struct entity_path paths[] = {
	{"ix_rm_log_operation_id_id", {"operation_id"}, false},
	{"ix_rm_log_kind_site_id_at_id", {"kind", "site", "at"}, false},
	{"ix_rm_log_kind_at_id", {"kind", "at"}, false},
	{"ix_rm_log_entity_status_at_id", {"entity_type", "status", "at"},
	 false},
	{"ix_rm_log_at_id", {"at"}, false},
	{"PRIMARY", {0}, false},
	{0},
};

static const struct entity_finder finders[] = {
	{"operation_id", SQL_LIST_LOG_BY_OPERATION, false},
	{0},
};

static const struct entity_common commons[] = {
	{"status", "completed"}, {0},
};
/* clang-format on */

static const struct shape shape = {"LogLine", fields};

const struct entity entity_sync_logs = {
	.slug = "sync-logs",
	.shape = &shape,
	.rows = SQL_LIST_LOG,
	.table = "rm_log AS l",
	.key = "id",
	.site = "site",
	.site_may_be_null = true,
	.fixed = "kind=run",
	.sort = "-at",
	.paths = paths,
	.finders = finders,
	.commons = commons,
};

const struct entity entity_log = {
	.slug = "log",
	.shape = &shape,
	.rows = SQL_LIST_LOG,
	.table = "rm_log AS l",
	.key = "id",
	.site = "site",
	.site_may_be_null = true,
	.sort = "-at",
	.paths = paths,
	.finders = finders,
	.commons = commons,
};
