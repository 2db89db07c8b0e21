#include "entity/entity.h"

enum { SORT = FIELD_FILTER | FIELD_SORT, MAYBE = FIELD_NULL };

/* clang-format off */
static const struct field fields[] = {
	{"name", FIELD_TEXT, SORT | FIELD_SEARCH, "w.name", NULL, NULL,
	 "fetch:orders:3"},
	{"site", FIELD_SITE, FIELD_FILTER | MAYBE, "w.site_id", NULL, NULL,
	 "the site's code"},
	{"site_name", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"entity", FIELD_TEXT, SORT | FIELD_ASCII, "w.entity", NULL, NULL, NULL},
	{"value_at", FIELD_TIME, SORT, "w.value_at", NULL, NULL,
	 "what is older was fetched"},
	{"value_id", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"updated_at", FIELD_TIME, SORT, "w.updated_at", NULL, NULL, NULL},
	{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{0},
};
/* clang-format on */

static const struct shape shape = {"Watermark", fields};

const struct entity entity_watermarks = {
	.slug = "watermarks",
	.shape = &shape,
	.rows = SQL_LIST_WATERMARKS,
	.table = "rm_watermark AS w",
	.key = "name",
	.site = "site",
	.site_may_be_null = true,
	.is_small = true,
	.sort = "name",
};
