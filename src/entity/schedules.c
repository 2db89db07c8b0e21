#include "entity/entity.h"

static const char *const frequencies[] = {"minutes", "hourly", "twice_daily",
					  "daily",   "weekly", NULL};

enum {
	LOOK = FIELD_FILTER,
	SORT = FIELD_FILTER | FIELD_SORT,
	MAYBE = FIELD_NULL,
};

/* clang-format off */
static const struct field fields[] = {
	{"id", FIELD_ID, SORT, "c.id", NULL, NULL, NULL},
	{"name", FIELD_TEXT, SORT | FIELD_CONTAINS, "c.name", NULL, NULL, NULL},
	{"kind", FIELD_TEXT, SORT | FIELD_ASCII, "c.kind", NULL, NULL, "what it starts"},
	{"site", FIELD_SITE, LOOK | MAYBE, "c.site_id", NULL, NULL,
	 "the site's code"},
	{"site_name", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"enabled", FIELD_FLAG, LOOK, "c.is_enabled", NULL, NULL, NULL},
	{"frequency", FIELD_WORD, LOOK, "c.frequency", frequencies, NULL, NULL},
	{"every_min", FIELD_COUNT, 0, NULL, NULL, NULL, "of minutes"},
	{"start_at", FIELD_TIME, 0, NULL, NULL, NULL,
	 "the moment that all runs are counted from"},
	{"next_run_at", FIELD_TIME, SORT, "c.next_run_at", NULL, NULL, NULL},
	{"last_run_at", FIELD_TIME, SORT, "c.last_run_at", NULL, NULL, NULL},
	{"last_operation_id", FIELD_ID, MAYBE, NULL, NULL, NULL, NULL},
	{"params", FIELD_JSON, 0, NULL, NULL, NULL, NULL},
	{"created_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"updated_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{0},
};
/* clang-format on */

const struct shape shape_schedule = {"Schedule", fields};

const struct entity entity_schedules = {
	.slug = "schedules",
	.shape = &shape_schedule,
	.rows = SQL_LIST_SCHEDULES,
	.table = "rm_schedule AS c",
	.key = "id",
	.site = "site",
	.site_may_be_null = true,
	.is_small = true,
	.sort = "name",
};
