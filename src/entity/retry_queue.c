#include "entity/entity.h"

static const char *const states[] = {"ready", "leased", "dead", NULL};

enum { LOOK = FIELD_FILTER, MAYBE = FIELD_NULL };

/* clang-format off */
static const struct field fields[] = {
	{"id", FIELD_ID, LOOK, "j.id", NULL, NULL, NULL},
	{"kind", FIELD_TEXT, LOOK | FIELD_ASCII, "j.kind", NULL, NULL,
	 "run, order_retry, mark ..."},
	{"ref", FIELD_TEXT, LOOK | MAYBE | FIELD_SEARCH, "j.ref", NULL, NULL,
	 "what it is about: the order's id in the shop"},
	{"site", FIELD_SITE, LOOK | MAYBE, "j.site_id", NULL, NULL,
	 "the site's code"},
	{"site_name", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"operation_id", FIELD_ID, LOOK, "j.operation_id", NULL, NULL, NULL},
	{"operation_kind", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"state", FIELD_WORD, LOOK, "j.state", states, NULL,
	 "ready waits for run_after, leased is worked on, dead has failed"},
	{"run_after", FIELD_TIME, LOOK | FIELD_SORT, "j.run_after", NULL, NULL,
	 "when it is tried next"},
	{"attempts", FIELD_COUNT, LOOK, "j.attempts", NULL, NULL, NULL},
	{"max_attempts", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"first_failed_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"give_up_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"wait_sku", FIELD_TEXT, LOOK | MAYBE | FIELD_SEARCH | FIELD_UPPER,
	 "j.wait_sku", NULL, NULL, "the SKU it waits for"},
	{"last_code", FIELD_TEXT, LOOK | MAYBE | FIELD_ASCII, "j.last_code", NULL, NULL,
	 NULL},
	{"last_error", FIELD_TEXT, MAYBE | FIELD_CONTAINS, "j.last_error", NULL,
	 NULL, NULL},
	{"why", FIELD_WHY, 0, "last_code", NULL, NULL, "how that comes about"},
	{"fix", FIELD_FIX, 0, "last_code", NULL, NULL, "what to do"},
	{"fix_route", FIELD_ROUTE, 0, "last_code", NULL, NULL,
	 "where in the dashboard"},
	{"created_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{0},
};

static const struct entity_path paths[] = {
	{"ix_rm_job_state_run_after_id", {"state", "run_after"}, false},
	{0},
};

static const struct entity_finder finders[] = {
	{"operation_id", SQL_LIST_JOBS_BY_OPERATION, false},
	{"wait_sku", SQL_LIST_JOBS_BY_WAIT_SKU, false},
	{0},
};
/* clang-format on */

static const struct shape shape = {"Retry", fields};

const struct entity entity_retry_queue = {
	.slug = "retry-queue",
	.shape = &shape,
	.rows = SQL_LIST_RETRY_QUEUE,
	.table = "rm_job AS j",
	.key = "id",
	.site = "site",
	.site_may_be_null = true,
	.has_always = true,
	.always = SQL_LIST_RETRY_QUEUE_ALWAYS,
	.sort = "run_after",
	.paths = paths,
	.finders = finders,
};
