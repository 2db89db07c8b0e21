#include "entity/entity.h"

static const char *const platforms[] = {"woocommerce", "bigcommerce", NULL};

enum {
	LOOK = FIELD_FILTER,
	SORT = FIELD_FILTER | FIELD_SORT,
	MAYBE = FIELD_NULL,
};

/* clang-format off */
static const struct field fields[] = {
	{"id", FIELD_ID, SORT, "s.id", NULL, NULL, NULL},
	{"code", FIELD_TEXT, SORT | FIELD_CONTAINS, "s.code", NULL, NULL, NULL},
	{"prefix", FIELD_TEXT, LOOK | FIELD_UPPER, "s.prefix", NULL, NULL,
	 "of order numbers"},
	{"platform", FIELD_WORD, LOOK, "s.platform", platforms, NULL, NULL},
	{"name", FIELD_TEXT, SORT | FIELD_CONTAINS, "s.name", NULL, NULL, NULL},
	{"url", FIELD_TEXT, FIELD_CONTAINS, "s.site_url", NULL, NULL, NULL},
	{"enabled", FIELD_FLAG, LOOK, "s.is_active", NULL, NULL, NULL},
	{"orders_sync", FIELD_FLAG, LOOK, "s.orders_sync", NULL, NULL, NULL},
	{"time_zone", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
	{"currency", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"order_last_run", FIELD_TIME, SORT, "s.order_last_run", NULL, NULL,
	 "end of the last completed order sync"},
	{"fetchable", FIELD_COUNT, MAYBE, NULL, NULL, NULL,
	 "orders the next sync would fetch, counted by the last test"},
	{"auth_failed_at", FIELD_TIME, LOOK, "s.auth_failed_at", NULL, NULL,
	 NULL},
	{"auth_failed", FIELD_TEXT, MAYBE, NULL, NULL, NULL,
	 "why the shop refused the keys"},
	{"pending", FIELD_COUNT, 0, NULL, NULL, NULL,
	 "orders that wait for Business Central"},
	{"errors", FIELD_COUNT, 0, NULL, NULL, NULL, "open error orders"},
	{"last_state", FIELD_TEXT, MAYBE, NULL, NULL, NULL,
	 "of the last operation"},
	{"next_run_at", FIELD_TIME, 0, NULL, NULL, NULL,
	 "when orders are fetched next"},
	{"sort", FIELD_COUNT, 0, "s.sort", NULL, NULL, NULL},
	{"deleted_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"created_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"updated_at", FIELD_TIME, SORT, "s.updated_at", NULL, NULL, NULL},
	{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"site", FIELD_SITE, LOOK | FIELD_HIDDEN, "s.id", NULL, NULL,
	 "the site's code"},
	{0},
};
/* clang-format on */

const struct shape shape_site = {"SiteRow", fields};

const struct entity entity_sites = {
	.slug = "sites",
	.shape = &shape_site,
	.rows = SQL_LIST_SITES,
	.table = "rm_sites AS s",
	.key = "id",
	.site = "site",
	.is_small = true,
	.has_always = true,
	.always = SQL_LIST_SITES_NOT_DELETED,
	.sort = "code",
};
