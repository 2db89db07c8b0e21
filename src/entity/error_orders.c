#include "entity/entity.h"

static const char *const statuses[] = {"open", "requeued", "fixed", "handled",
				       NULL};
static const char *const stages[] = {"normalise", "verify", "kits",   "credit",
				     "store",     "mark",   "export", NULL};

enum { LOOK = FIELD_FILTER, MAYBE = FIELD_NULL };

/* clang-format off */
static const struct field fields[] = {
	{"id", FIELD_ID, LOOK | FIELD_SORT, "r.id", NULL, NULL, NULL},
	{"order_id", FIELD_ID, LOOK, "r.order_id", NULL, NULL, NULL},
	{"number", FIELD_TEXT, LOOK | MAYBE | FIELD_SEARCH | FIELD_UPPER,
	 "r.number", NULL, NULL, NULL},
	{"platform_order_id", FIELD_TEXT, 0, NULL, NULL, NULL,
	 "its id in the shop"},
	{"order_date", FIELD_TIME, 0, NULL, NULL, NULL, "when it was placed"},
	{"site", FIELD_SITE, LOOK | FIELD_SORT, "r.site_id", NULL, NULL,
	 "the site's code"},
	{"site_name", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
	{"stage", FIELD_WORD, LOOK, "r.stage", stages, NULL,
	 "the step that failed"},
	{"code", FIELD_TEXT, LOOK | FIELD_ASCII, "r.code", NULL, NULL, NULL},
	{"what", FIELD_WHAT, 0, NULL, NULL, NULL, "what the code means"},
	{"why", FIELD_WHY, 0, NULL, NULL, NULL, "how that comes about"},
	{"fix", FIELD_FIX, 0, NULL, NULL, NULL, "what to do"},
	{"fix_route", FIELD_ROUTE, 0, NULL, NULL, NULL,
	 "where in the dashboard"},
	{"sku", FIELD_TEXT, LOOK | MAYBE | FIELD_SEARCH | FIELD_UPPER, "r.sku",
	 NULL, NULL, NULL},
	{"field", FIELD_TEXT, MAYBE, NULL, NULL, NULL,
	 "the place in the shop's order"},
	{"message", FIELD_TEXT, FIELD_CONTAINS, "r.message", NULL, NULL, NULL},
	{"detail", FIELD_JSON, MAYBE, NULL, NULL, NULL,
	 "further faults of the same order"},
	{"total", FIELD_MONEY, LOOK, "r.total", NULL, NULL, NULL},
	{"currency", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"cause", FIELD_HASH, LOOK, "r.cause_hash", NULL, NULL,
	 "what orders with the same root cause share"},
	{"status", FIELD_WORD, LOOK, "r.status", statuses, NULL, NULL},
	{"count", FIELD_COUNT, 0, NULL, NULL, NULL, "how often it failed"},
	{"first_at", FIELD_TIME, LOOK, "r.first_at", NULL, NULL, NULL},
	{"last_at", FIELD_TIME, LOOK | FIELD_SORT, "r.last_at", NULL, NULL,
	 NULL},
	{"operation_id", FIELD_ID, LOOK | MAYBE, "r.operation_id", NULL, NULL,
	 NULL},
	{"reviewed_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"handled_by", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"resolution", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{0},
};

static const struct entity_path paths[] = {
	{"ix_rm_error_orders_status_cause_hash_last_at",
	 {"status", "cause", "last_at"}, false},
	{"ix_rm_error_orders_site_id_status_last_at",
	 {"site", "status", "last_at"}, false},
	{"ix_rm_error_orders_status_last_at_id", {"status", "last_at"}, false},
	{"ix_rm_error_orders_last_at_id", {"last_at"}, false},
	{"PRIMARY", {0}, false},
	{0},
};

static const struct entity_finder finders[] = {
	{"order_id", SQL_LIST_ERRORS_BY_ORDER, false},
	{"number", SQL_LIST_ERRORS_BY_NUMBER, false},
	{"sku", SQL_LIST_ERRORS_BY_SKU, false},
	{0},
};

static const struct entity_common commons[] = {{"status", "fixed"}, {0}};

static const struct entity_view views[] = {
	{"open", "status=open", NULL, "a person has to look at them"},
	{"requeued", "status=requeued", NULL, "are tried again"},
	{"handled", "status=handled,fixed", NULL, "are done with"},
	{0},
};

static const struct field cause_fields[] = {
	{"cause", FIELD_TEXT, 0, NULL, NULL, NULL, "cause= of its orders"},
	{"what", FIELD_TEXT, 0, NULL, NULL, NULL, "as the latest of them says"},
	{"why", FIELD_WHY, 0, NULL, NULL, NULL, "how that comes about"},
	{"fix", FIELD_FIX, 0, NULL, NULL, NULL, "what to do"},
	{"fix_route", FIELD_ROUTE, 0, NULL, NULL, NULL,
	 "where in the dashboard"},
	{"code", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
	{"sku", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"orders", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"value", FIELD_SUMS, 0, NULL, NULL, NULL,
	 "by currency, as far as the orders' is known"},
	{"sites", FIELD_TEXTS, 0, NULL, NULL, NULL, "their codes"},
	{"first_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"last_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{0},
};
/* clang-format on */

static const struct shape shape_cause = {"ErrorCause", cause_fields};

static const struct entity_group groups[] = {
	{"cause", &shape_cause, SQL_LIST_ERROR_CAUSES, "status=open"},
	{0},
};

const struct shape shape_error_order = {"ErrorOrder", fields};

const struct entity entity_error_orders = {
	.slug = "error-orders",
	.shape = &shape_error_order,
	.rows = SQL_LIST_ERROR_ORDERS,
	.table = "rm_error_orders AS r",
	.key = "id",
	.site = "site",
	.sort = "-last_at",
	.paths = paths,
	.finders = finders,
	.commons = commons,
	.views = views,
	.groups = groups,
};
