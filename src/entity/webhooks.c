#include "entity/entity.h"

static const char *const states[] = {"pending", "done", "ignored", NULL};

enum {
	LOOK = FIELD_FILTER,
	RANGED = FIELD_FILTER | FIELD_RANGED,
	SORT = FIELD_FILTER | FIELD_SORT,
};

/* clang-format off */
static const struct field fields[] = {
	{"id", FIELD_ID, SORT, "w.id", NULL, NULL, NULL},
	{"received_at", FIELD_TIME, SORT, "w.received_at", NULL, NULL, NULL},
	{"site", FIELD_SITE, LOOK, "w.site_id", NULL, NULL, "the site's code"},
	{"topic", FIELD_TEXT, RANGED, "w.topic", NULL, NULL, "order.updated"},
	{"platform_order_id", FIELD_TEXT, LOOK, "w.platform_order_id", NULL,
	 NULL, "the order's id in the shop; empty: it named none"},
	{"order_id", FIELD_ID, FIELD_NULL, NULL, NULL, NULL,
	 "our id of it; null: it was never met"},
	{"delivery_id", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
	{"ip", FIELD_TEXT, RANGED, "w.ip", NULL, NULL, NULL},
	{"is_signed", FIELD_FLAG, 0, NULL, NULL, NULL,
	 "what is not is never stored"},
	{"spooled", FIELD_FLAG, RANGED, "w.spooled", NULL, NULL,
	 "it came while the database was away"},
	{"state", FIELD_WORD, LOOK, "w.state", states, NULL,
	 "pending; done: its order was looked at; ignored: it named none"},
	{"operation_id", FIELD_ID, FIELD_NULL, NULL, NULL, NULL,
	 "which looked at the order"},
	{"done_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
	{"bytes", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
	{0},
};

static const struct entity_path paths[] = {
	{"ix_rm_webhook_in_platform_order_id_received_at_id",
	 {"platform_order_id", "received_at"}, false},
	{"ix_rm_webhook_in_site_id_received_at_id", {"site", "received_at"},
	 false},
	{"ix_rm_webhook_in_state_received_at_id", {"state", "received_at"},
	 false},
	{"ix_rm_webhook_in_received_at_id", {"received_at"}, false},
	{"PRIMARY", {0}, false},
	{0},
};

static const struct entity_common commons[] = {{"state", "done"}, {0}};
/* clang-format on */

static const struct shape shape = {"WebhookDelivery", fields};

const struct entity entity_webhooks = {
	.slug = "webhook-deliveries",
	.shape = &shape,
	.rows = SQL_LIST_WEBHOOKS,
	.table = "rm_webhook_in AS w",
	.key = "id",
	.site = "site",
	.sort = "-received_at",
	.span = "received_at",
	.paths = paths,
	.commons = commons,
};
