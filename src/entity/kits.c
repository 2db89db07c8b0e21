#include "entity/entity.h"

/* A kit is the rows of rm_kits with one parent. */

static const char *const statuses[] = {"active", "sell_through", "blocked",
				       "discontinued", NULL};

enum { LOOK = FIELD_FILTER, MAYBE = FIELD_NULL };

/* clang-format off */
static const struct field fields[] = {
	{"sku", FIELD_TEXT,
	 LOOK | FIELD_SORT | FIELD_CONTAINS | FIELD_UPPER, "k.parent_sku", NULL,
	 NULL, "of the parent"},
	{"description", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
	{"status", FIELD_WORD, LOOK | MAYBE, NULL, statuses, NULL,
	 "of the parent's item; null: it is no item"},
	{"components", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"missing", FIELD_COUNT, 0, NULL, NULL, NULL,
	 "components that are no items yet"},
	{"valid_from", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"valid_to", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"updated_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"depth", FIELD_COUNT, FIELD_APART, NULL, NULL, NULL,
	 "today; 1: all of its components are items"},
	{"valid", FIELD_FLAG, FIELD_APART, NULL, NULL, NULL,
	 "it can be expanded, at each moment"},
	{"component", FIELD_TEXT, LOOK | FIELD_HIDDEN | FIELD_UPPER, NULL, NULL,
	 NULL, "the SKU of one of its components"},
	{0},
};

static const struct entity_path paths[] = {
	{"uq_rm_kits_parent_sku_component_sku_valid_from", {"sku"}, true},
	{0},
};

static const struct entity_finder finders[] = {
	{"component", SQL_LIST_KITS_BY_COMPONENT, false},
	{0},
};

static const struct entity_test tests[] = {
	{"status", SQL_LIST_KITS_STATUS, NULL},
	{0},
};
/* clang-format on */

const struct shape shape_kit_row = {"KitRow", fields};

const struct entity entity_kits = {
	.slug = "kits",
	.shape = &shape_kit_row,
	.rows = SQL_LIST_KITS,
	.table = "rm_kits AS k",
	.key = "sku",
	.is_grouped = true,
	.sort = "sku",
	.paths = paths,
	.finders = finders,
	.tests = tests,
};
