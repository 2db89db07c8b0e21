#include "entity/entity.h"

/* Orders that were met but are not stored, in the shape of those that are. */

static const char *const outcomes[] = {"stored", "skipped",   "soft", "error",
				       "gone",   "cancelled", NULL};

enum {
	LOOK = FIELD_FILTER,
	FIND = FIELD_FILTER | FIELD_SEARCH,
	SORT = FIELD_FILTER | FIELD_SORT,
	BESIDE = FIELD_FILTER | FIELD_RANGED | FIELD_NULL,
	MAYBE = FIELD_NULL,
};

/* clang-format off */
static const struct field fields[] = {
	{"id", FIELD_ID, SORT, "s.id", NULL, NULL, NULL},
	{"number", FIELD_TEXT, FIND | MAYBE | FIELD_UPPER, "s.number", NULL,
	 NULL, NULL},
	{"site", FIELD_SITE, LOOK, "s.site_id", NULL, NULL, NULL},
	{"site_name", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
	{"platform_order_id", FIELD_TEXT, FIND, "s.platform_order_id", NULL,
	 NULL, NULL},
	{"platform_status", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"order_date", FIELD_TIME, SORT, "s.order_date", NULL, NULL, NULL},
	{"platform_modified", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"paid_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"currency", FIELD_TEXT, BESIDE | FIELD_ASCII, "s.currency", NULL, NULL, NULL},
	{"total_before_credit", FIELD_MONEY, MAYBE, NULL, NULL, NULL, NULL},
	{"credit_total", FIELD_MONEY, MAYBE, NULL, NULL, NULL, NULL},
	{"total_due", FIELD_MONEY, BESIDE, "s.total", NULL, NULL, NULL},
	{"tax_total", FIELD_MONEY, MAYBE, NULL, NULL, NULL, NULL},
	{"payment_method", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"payment_provider", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"klarna", FIELD_FLAG, MAYBE, NULL, NULL, NULL, NULL},
	{"stripe", FIELD_FLAG, MAYBE, NULL, NULL, NULL, NULL},
	{"paypal", FIELD_FLAG, MAYBE, NULL, NULL, NULL, NULL},
	{"trans_id", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"email", FIELD_TEXT, MAYBE | FIELD_PII, NULL, NULL, NULL, NULL},
	{"first_name", FIELD_TEXT, MAYBE | FIELD_PII, NULL, NULL, NULL, NULL},
	{"last_name", FIELD_TEXT, MAYBE | FIELD_PII, NULL, NULL, NULL, NULL},
	{"city", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"country", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"line_count", FIELD_COUNT, MAYBE, NULL, NULL, NULL, NULL},
	{"has_kit", FIELD_FLAG, MAYBE, NULL, NULL, NULL, NULL},
	{"outcome", FIELD_WORD, LOOK, "s.outcome", outcomes, NULL, NULL},
	{"code", FIELD_TEXT, LOOK | MAYBE | FIELD_ASCII, "s.code", NULL, NULL, NULL},
	{"message", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"state", FIELD_WORD, MAYBE, NULL, NULL, NULL, NULL},
	{"mark_state", FIELD_WORD, MAYBE, NULL, NULL, NULL, NULL},
	{"bc_state", FIELD_WORD, MAYBE, NULL, NULL, NULL, NULL},
	{"imported", FIELD_COUNT, MAYBE, NULL, NULL, NULL, NULL},
	{"verified", FIELD_FLAG, MAYBE, NULL, NULL, NULL, NULL},
	{"proof_ok", FIELD_FLAG, MAYBE, NULL, NULL, NULL, NULL},
	{"changed_upstream", FIELD_FLAG, MAYBE, NULL, NULL, NULL, NULL},
	{"bc_kind", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"bc_number", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"stored_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"marked_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"imported_date", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"updated_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{0},
};

static const struct entity_path paths[] = {
	{"ix_rm_order_seen_outcome_order_date_id", {"outcome", "order_date"},
	 false},
	{"PRIMARY", {0}, false},
	{0},
};

static const struct entity_finder finders[] = {
	{"number", SQL_LIST_MET_BY_NUMBER, false},
	{"platform_order_id", SQL_LIST_MET_BY_PLATFORM_ID, true},
	{0},
};

static const struct entity_common commons[] = {{"outcome", "stored"}, {0}};
/* clang-format on */

static const struct shape shape = {"Order", fields};

const struct entity entity_orders_met = {
	.slug = "orders-met",
	.shape = &shape,
	.rows = SQL_LIST_ORDERS_MET,
	.table = "rm_order_seen AS s",
	.key = "id",
	.site = "site",
	.sort = "-order_date",
	.span = "order_date",
	.paths = paths,
	.finders = finders,
	.commons = commons,
};
