#include "entity/entity.h"

static const char *const states[] = {
	"not_processed",     "in_progress", "completed", "aborted",
	"webshop_not_found", "failed",      NULL};
static const char *const sources[] = {"cron",    "cli",      "api",
				      "webhook", "schedule", NULL};

enum {
	LOOK = FIELD_FILTER,
	SORT = FIELD_FILTER | FIELD_SORT,
	MAYBE = FIELD_NULL,
	GIVEN = FIELD_FILTER | FIELD_HIDDEN,
};

/* clang-format off */
static const struct field site_fields[] = {
	{"id", FIELD_ID, 0, NULL, NULL, NULL, NULL},
	{"code", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"name", FIELD_TEXT, MAYBE, NULL, NULL, NULL, "as it was then"},
	{"url", FIELD_TEXT, MAYBE, NULL, NULL, NULL, "as it was then"},
	{0},
};

static const struct field error_fields[] = {
	{"code", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
	{"message", FIELD_TEXT, 0, NULL, NULL, NULL, "its first line"},
	{"reason", FIELD_WHY, 0, NULL, NULL, NULL, "how that comes about"},
	{"fix", FIELD_FIX, 0, NULL, NULL, NULL, "what to do"},
	{"fix_route", FIELD_ROUTE, 0, NULL, NULL, NULL,
	 "where in the dashboard"},
	{"full_text", FIELD_TEXT, 0, NULL, NULL, NULL, "to be copied"},
	{0},
};

static const struct field progress_fields[] = {
	{"done", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"total", FIELD_COUNT, MAYBE, NULL, NULL, NULL, NULL},
	{"unit", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"phase", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"eta_s", FIELD_COUNT, MAYBE, NULL, NULL, NULL,
	 "seconds that are left, about, at the pace so far"},
	{0},
};

static const struct field link_fields[] = {
	{"log", FIELD_TEXT, 0, NULL, NULL, NULL, "what it wrote down"},
	{"results", FIELD_TEXT, MAYBE, NULL, NULL, NULL,
	 "of an import: what became of each order"},
	{0},
};

static const struct shape site_shape = {"OperationSite", site_fields};
const struct shape shape_operation_error = {"OperationError", error_fields};
const struct shape shape_progress = {"Progress", progress_fields};
static const struct shape link_shape = {"OperationLinks", link_fields};

static const struct field fields[] = {
	{"id", FIELD_ID, SORT, "p.id", NULL, NULL, NULL},
	{"kind", FIELD_TEXT, SORT | FIELD_ASCII, "p.kind", NULL, NULL,
	 "order_sync, import, retry, item_sync ..."},
	{"parent_id", FIELD_ID, LOOK | MAYBE, "p.parent_id", NULL, NULL, NULL},
	{"site", FIELD_OBJECT, FIELD_INLINE | MAYBE, NULL, NULL, &site_shape,
	 NULL},
	{"full", FIELD_FLAG, SORT, "p.is_full", NULL, NULL, "synchronize all"},
	{"dry_run", FIELD_FLAG, LOOK, "p.dry_run", NULL, NULL, NULL},
	{"state", FIELD_WORD, SORT, "p.state", states, NULL, NULL},
	{"retrying", FIELD_FLAG, LOOK, NULL, NULL, NULL,
	 "it failed and is tried again at next_attempt_at"},
	{"error", FIELD_OBJECT, FIELD_INLINE | MAYBE, NULL, NULL, &shape_operation_error,
	 NULL},
	{"progress", FIELD_OBJECT, FIELD_INLINE, NULL, NULL, &shape_progress,
	 NULL},
	{"fetched", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"stored", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"unchanged", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"skipped", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"soft", FIELD_COUNT, 0, NULL, NULL, NULL,
	 "orders that wait and are tried again by themselves"},
	{"hard", FIELD_COUNT, 0, NULL, NULL, NULL,
	 "orders that a person has to look at"},
	{"failed_count", FIELD_COUNT, 0, NULL, NULL, NULL,
	 "more than 0 in a completed one: it was completed in part"},
	{"attempts", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"max_attempts", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"next_attempt_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"paused_until", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"pause_reason", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"superseded_by", FIELD_ID, MAYBE, NULL, NULL, NULL,
	 "the newer one that does its work"},
	{"source", FIELD_WORD, LOOK, "p.source", sources, NULL, NULL},
	{"created_by", FIELD_TEXT, LOOK | MAYBE, "p.created_by", NULL, NULL,
	 NULL},
	{"host", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"schedule_id", FIELD_ID, LOOK | MAYBE, "p.schedule_id", NULL, NULL,
	 NULL},
	{"cancel_at", FIELD_TIME, 0, NULL, NULL, NULL,
	 "when somebody asked it to stop"},
	{"created_at", FIELD_TIME, SORT, "p.created_at", NULL, NULL, NULL},
	{"started_at", FIELD_TIME, SORT, "p.started_at", NULL, NULL, NULL},
	{"completed_at", FIELD_TIME, SORT, "p.completed_at", NULL, NULL, NULL},
	{"heartbeat_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"scope", FIELD_JSON, 0, NULL, NULL, NULL, "what it was asked for"},
	{"result", FIELD_JSON, MAYBE, NULL, NULL, NULL, NULL},
	{"links", FIELD_OBJECT, FIELD_INLINE, NULL, NULL, &link_shape,
	 "below the API"},
	{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"site", FIELD_SITE, GIVEN | FIELD_SORT | MAYBE, "p.site_id", NULL,
	 NULL, "the site's code"},
	{"error_code", FIELD_TEXT, GIVEN | MAYBE | FIELD_ASCII, "p.error_code", NULL, NULL,
	 NULL},
	{"error_text", FIELD_TEXT, FIELD_HIDDEN | FIELD_CONTAINS | MAYBE,
	 "p.error", NULL, NULL, NULL},
	{"site_title", FIELD_TEXT, FIELD_HIDDEN | FIELD_CONTAINS | MAYBE,
	 "p.site_name", NULL, NULL, NULL},
	{0},
};

static const struct entity_path paths[] = {
	{"ix_rm_operation_state_created_at_id", {"state", "created_at"}, false},
	{"ix_rm_operation_kind_created_at_id", {"kind", "created_at"}, false},
	{"ix_rm_operation_site_id_created_at_id", {"site", "created_at"},
	 false},
	{"ix_rm_operation_is_full_created_at_id", {"full", "created_at"},
	 false},
	{"ix_rm_operation_created_at_id", {"created_at"}, false},
	{"ix_rm_operation_started_at_id", {"started_at"}, false},
	{"ix_rm_operation_completed_at_id", {"completed_at"}, false},
	{"ix_rm_operation_parent_id", {"parent_id"}, false},
	{"PRIMARY", {0}, false},
	{0},
};

/* Each import is of one kind: the other indexes pass by most rows. */
static const struct entity_path import_paths[] = {
	{"ix_rm_operation_kind_created_at_id", {"kind", "created_at"}, false},
	{"ix_rm_operation_state_created_at_id", {"state", "created_at"}, false},
	{"ix_rm_operation_site_id_created_at_id", {"site", "created_at"},
	 false},
	{"ix_rm_operation_is_full_created_at_id", {"full", "created_at"},
	 false},
	{"ix_rm_operation_started_at_id", {"started_at"}, false},
	{"ix_rm_operation_completed_at_id", {"completed_at"}, false},
	{"PRIMARY", {0}, false},
	{0},
};

static const struct entity_test tests[] = {
	{"retrying", SQL_LIST_OPERATIONS_RETRYING, "state=not_processed"},
	{0},
};

static const struct entity_common commons[] = {
	{"state", "completed"}, {"kind", "order_sync"}, {"full", "0"}, {0},
};

/* All are imports here: what they came to tells more. */
static const struct entity_common import_commons[] = {
	{"kind", "import"}, {"state", "completed"}, {0},
};

static const struct entity_view views[] = {
	{"open", "state=not_processed,in_progress", NULL,
	 "wait or are being worked on"},
	{"retrying", "retrying=1", NULL, "failed and are tried again"},
	{"failed", "state=failed", NULL, "a person has to look at them"},
	{0},
};
/* clang-format on */

const struct shape shape_operation = {"Operation", fields};

const struct entity entity_operations = {
	.slug = "operations",
	.shape = &shape_operation,
	.rows = SQL_LIST_OPERATIONS,
	.table = "rm_operation AS p",
	.key = "id",
	.site = "site",
	.site_may_be_null = true,
	.sort = "-created_at",
	.paths = paths,
	.tests = tests,
	.commons = commons,
	.views = views,
};

const struct entity entity_imports = {
	.slug = "imports",
	.shape = &shape_operation,
	.rows = SQL_LIST_OPERATIONS,
	.table = "rm_operation AS p",
	.key = "id",
	.site = "site",
	.site_may_be_null = true,
	.fixed = "kind=import",
	.sort = "-created_at",
	.paths = import_paths,
	.tests = tests,
	.commons = import_commons,
	.views = views,
};
