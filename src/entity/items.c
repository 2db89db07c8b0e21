#include "entity/entity.h"

static const char *const statuses[] = {"active", "sell_through", "blocked",
				       "discontinued", NULL};
static const char *const verdicts[] = {"ok", "blocked", "missing", "unknown",
				       NULL};

enum {
	LOOK = FIELD_FILTER,
	SORT = FIELD_FILTER | FIELD_SORT,
	MAYBE = FIELD_NULL,
};

/* clang-format off */
static const struct field fields[] = {
	{"id", FIELD_ID, SORT, "i.id", NULL, NULL, NULL},
	{"sku", FIELD_TEXT, SORT | FIELD_CONTAINS | FIELD_UPPER, "i.sku", NULL,
	 NULL, NULL},
	{"description", FIELD_TEXT, FIELD_CONTAINS, "i.description", NULL, NULL,
	 NULL},
	{"status", FIELD_WORD, LOOK, "i.status", statuses, NULL, NULL},
	{"bc_number", FIELD_TEXT, LOOK | MAYBE, "i.bc_number", NULL, NULL,
	 "in Business Central, where it is not the SKU"},
	{"gl_account", FIELD_TEXT, LOOK | MAYBE, "i.gl_account", NULL, NULL,
	 "booked to this account, no item is asked for"},
	{"barcode", FIELD_TEXT, LOOK | MAYBE | FIELD_SEARCH, "i.barcode", NULL,
	 NULL, NULL},
	{"list_price", FIELD_MONEY, LOOK, "i.list_price", NULL, NULL, NULL},
	{"unit", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"bc", FIELD_WORD, LOOK, NULL, verdicts, NULL,
	 "what Business Central said last"},
	{"checked_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"in_kits", FIELD_COUNT, 0, NULL, NULL, NULL, "kits it is part of"},
	{"last_ordered_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"created_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"updated_at", FIELD_TIME, SORT, "i.updated_at", NULL, NULL, NULL},
	{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"in_kit", FIELD_FLAG, LOOK | FIELD_HIDDEN, NULL, NULL, NULL,
	 "it is part of a kit"},
	{0},
};

static const struct entity_path paths[] = {
	{"ix_rm_items_status_sku", {"status", "sku"}, true},
	{"uq_rm_items_sku", {"sku"}, true},
	{"ix_rm_items_updated_at_id", {"updated_at"}, false},
	{"PRIMARY", {0}, false},
	{0},
};

static const struct entity_finder finders[] = {
	{"sku", SQL_LIST_ITEMS_BY_SKU, false},
	{"barcode", SQL_LIST_ITEMS_BY_BARCODE, false},
	{0},
};

static const struct entity_test tests[] = {
	{"bc", SQL_LIST_ITEMS_BC, NULL},
	{"in_kit", SQL_LIST_ITEMS_IN_KIT, NULL},
	{0},
};

static const struct entity_common commons[] = {{"status", "active"}, {0}};
/* clang-format on */

const struct shape shape_item = {"Item", fields};

const struct entity entity_items = {
	.slug = "items",
	.shape = &shape_item,
	.rows = SQL_LIST_ITEMS,
	.table = "rm_items AS i",
	.key = "id",
	.sort = "sku",
	.paths = paths,
	.finders = finders,
	.tests = tests,
	.commons = commons,
};
