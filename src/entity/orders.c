#include "entity/entity.h"

/* Stored orders: rm_order. */

static const char *const states[] = {"stored", "cancelled", "fulfilled",
				     "delivered", NULL};
static const char *const mark_states[] = {"none",       "pending", "done",
					  "superseded", "failed",  NULL};
static const char *const bc_states[] = {
	"none", "pending", "sending", "unknown",   "sent",
	"held", "error",   "skipped", "cancelled", NULL};
static const char *const outcomes[] = {"stored", "skipped",   "soft", "error",
				       "gone",   "cancelled", NULL};

enum {
	LOOK = FIELD_FILTER,
	FIND = FIELD_FILTER | FIELD_SEARCH,
	SORT = FIELD_FILTER | FIELD_SORT,
	BESIDE = FIELD_FILTER | FIELD_RANGED | FIELD_NULL,
	MAYBE = FIELD_NULL,
	GIVEN = FIELD_FILTER | FIELD_HIDDEN,
};

/* Another list of the same shape has NULL where it knows less: orders_met.c. */
/* clang-format off */
static const struct field fields[] = {
	{"id", FIELD_ID, SORT, "o.id", NULL, NULL, NULL},
	{"number", FIELD_TEXT, FIND | FIELD_SORT | FIELD_UPPER | MAYBE,
	 "o.number", NULL, NULL,
	 "the order's number here and in Business Central"},
	{"site", FIELD_SITE, SORT, "o.site_id", NULL, NULL, "the site's code"},
	{"site_name", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
	{"platform_order_id", FIELD_TEXT, FIND, "o.platform_order_id", NULL,
	 NULL, "its id in the shop"},
	{"platform_status", FIELD_TEXT, BESIDE, "o.platform_status", NULL, NULL,
	 NULL},
	{"order_date", FIELD_TIME, SORT, "o.order_date", NULL, NULL,
	 "when it was placed"},
	{"platform_modified", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"paid_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"currency", FIELD_TEXT, BESIDE | FIELD_ASCII, "o.currency", NULL, NULL, NULL},
	{"total_before_credit", FIELD_MONEY, MAYBE, NULL, NULL, NULL, NULL},
	{"credit_total", FIELD_MONEY, BESIDE, "o.credit_total", NULL, NULL,
	 NULL},
	{"total_due", FIELD_MONEY, BESIDE, "o.total_due", NULL, NULL, NULL},
	{"tax_total", FIELD_MONEY, MAYBE, NULL, NULL, NULL, NULL},
	{"payment_method", FIELD_TEXT, BESIDE | FIELD_ASCII, "o.payment_method", NULL, NULL,
	 NULL},
	{"payment_provider", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"klarna", FIELD_FLAG, BESIDE, "o.klarna", NULL, NULL, NULL},
	{"stripe", FIELD_FLAG, BESIDE, "o.stripe", NULL, NULL, NULL},
	{"paypal", FIELD_FLAG, BESIDE, "o.paypal", NULL, NULL, NULL},
	{"trans_id", FIELD_TEXT, FIND | MAYBE, "o.trans_id", NULL, NULL,
	 "of the payment"},
	{"email", FIELD_TEXT, FIND | MAYBE | FIELD_PII, "o.email", NULL, NULL,
	 NULL},
	{"first_name", FIELD_TEXT, MAYBE | FIELD_PII, NULL, NULL, NULL, NULL},
	{"last_name", FIELD_TEXT, MAYBE | FIELD_PII, NULL, NULL, NULL, NULL},
	{"city", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"country", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"line_count", FIELD_COUNT, MAYBE, NULL, NULL, NULL, NULL},
	{"has_kit", FIELD_FLAG, BESIDE, "o.has_kit", NULL, NULL, NULL},
	{"outcome", FIELD_WORD, 0, NULL, outcomes, NULL,
	 "stored, or why it is not"},
	{"code", FIELD_TEXT, MAYBE, NULL, NULL, NULL, "of what went wrong"},
	{"message", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"state", FIELD_WORD, LOOK | MAYBE, "o.state", states, NULL, NULL},
	{"mark_state", FIELD_WORD, LOOK | MAYBE, "o.mark_state", mark_states,
	 NULL, "whether the shop was told"},
	{"bc_state", FIELD_WORD, LOOK | MAYBE, "o.bc_state", bc_states, NULL,
	 "how far it is to Business Central"},
	{"imported", FIELD_COUNT, LOOK | MAYBE, "o.imported", NULL, NULL,
	 "0 waits for Business Central, 1 is there, 2 never will be"},
	{"verified", FIELD_FLAG, MAYBE, NULL, NULL, NULL, NULL},
	{"proof_ok", FIELD_FLAG, MAYBE, NULL, NULL, NULL,
	 "the lines add up to the total"},
	{"changed_upstream", FIELD_FLAG, LOOK | MAYBE, "o.changed_upstream",
	 NULL, NULL, "edited in the shop after it was stored"},
	{"bc_kind", FIELD_TEXT, MAYBE, NULL, NULL, NULL, NULL},
	{"bc_number", FIELD_TEXT, FIND | MAYBE | FIELD_UPPER,
	 "o.nav_sales_order_number", NULL, NULL, "in Business Central"},
	{"stored_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"marked_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"imported_date", FIELD_TIME, 0, NULL, NULL, NULL,
	 "when Business Central had it"},
	{"updated_at", FIELD_TIME, SORT, "o.updated_at", NULL, NULL, NULL},
	{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{"sku", FIELD_TEXT, GIVEN | FIELD_SEARCH | FIELD_UPPER, NULL, NULL,
	 NULL, "a line of the order has it"},
	{"has_credit", FIELD_FLAG, GIVEN | FIELD_RANGED, NULL, NULL, NULL,
	 "store credit paid for a part"},
	{0},
};

static const struct entity_path paths[] = {
	{"ix_rm_order_bc_state_order_date_id", {"bc_state", "order_date"},
	 false},
	{"ix_rm_order_mark_state_order_date_id", {"mark_state", "order_date"},
	 false},
	{"ix_rm_order_changed_upstream_order_date_id",
	 {"changed_upstream", "order_date"}, false},
	{"ix_rm_order_site_id_imported_order_date_id",
	 {"site", "imported", "order_date"}, false},
	{"ix_rm_order_imported_order_date_id", {"imported", "order_date"},
	 false},
	{"ix_rm_order_site_id_order_date_id", {"site", "order_date"}, false},
	{"ix_rm_order_state_order_date_id", {"state", "order_date"}, false},
	{"ix_rm_order_order_date_id", {"order_date"}, false},
	{"ix_rm_order_updated_at_id", {"updated_at"}, false},
	{"uq_rm_order_number", {"number"}, true},
	{"PRIMARY", {0}, false},
	{0},
};

static const struct entity_finder finders[] = {
	{"number", SQL_LIST_ORDERS_BY_NUMBER, false},
	{"platform_order_id", SQL_LIST_ORDERS_BY_PLATFORM_ID, true},
	{"trans_id", SQL_LIST_ORDERS_BY_TRANS_ID, false},
	{"email", SQL_LIST_ORDERS_BY_EMAIL, false},
	{"bc_number", SQL_LIST_ORDERS_BY_BC_NUMBER, false},
	{"sku", SQL_LIST_ORDERS_BY_SKU, false},
	{0},
};

static const struct entity_test tests[] = {
	{"has_credit", SQL_LIST_ORDERS_HAS_CREDIT, NULL},
	{0},
};

/* What an order is for most of its life. */
static const struct entity_common commons[] = {
	{"state", "stored"}, {"mark_state", "done"}, {"bc_state", "sent"},
	{"imported", "1"}, {"changed_upstream", "0"}, {0},
};

static const struct entity_view views[] = {
	{"all", "", NULL, "every stored order"},
	{"waiting", "imported=0", NULL, "for Business Central"},
	{"exported", "imported=1", NULL, "in Business Central"},
	{"changed", "changed_upstream=1", NULL,
	 "in the shop after they were stored"},
	{"unmarked", "mark_state=pending,failed", NULL,
	 "the shop was not told yet"},
	{"held", "bc_state=held", NULL, "a person decides"},
	{"soft", "outcome=soft", &entity_orders_met,
	 "not stored, tried again by themselves"},
	{"error", "outcome=error", &entity_orders_met,
	 "not stored, a person has to look at them"},
	{"test", "outcome=skipped&code=skipped_test", &entity_orders_met,
	 "not stored, because they are tests"},
	{"skipped", "outcome=skipped", &entity_orders_met,
	 "not stored, because nothing is to be done"},
	{0},
};
/* clang-format on */

const struct shape shape_order = {"Order", fields};

const struct entity entity_orders = {
	.slug = "orders",
	.shape = &shape_order,
	.rows = SQL_LIST_ORDERS,
	.table = "rm_order AS o",
	.key = "id",
	.site = "site",
	.sort = "-order_date",
	.span = "order_date",
	.paths = paths,
	.finders = finders,
	.tests = tests,
	.commons = commons,
	.views = views,
};
