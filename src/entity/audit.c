#include "entity/entity.h"

enum { LOOK = FIELD_FILTER };

/* clang-format off */
static const struct field fields[] = {
	{"id", FIELD_ID, LOOK | FIELD_SORT, "a.id", NULL, NULL, NULL},
	{"at", FIELD_TIME, LOOK | FIELD_SORT, "a.at", NULL, NULL, NULL},
	{"user", FIELD_TEXT, LOOK | FIELD_SEARCH, "a.who", NULL, NULL,
	 "the login, or cli: and the user of the machine"},
	{"ip", FIELD_TEXT, LOOK | FIELD_ASCII, "a.ip", NULL, NULL, NULL},
	{"action", FIELD_TEXT, LOOK | FIELD_ASCII, "a.action", NULL, NULL, "site.enable"},
	{"object", FIELD_TEXT, LOOK | FIELD_SEARCH, "a.object", NULL, NULL,
	 NULL},
	{"before", FIELD_JSON, FIELD_NULL, NULL, NULL, NULL, NULL},
	{"after", FIELD_JSON, FIELD_NULL, NULL, NULL, NULL, NULL},
	{"request_id", FIELD_TEXT, LOOK | FIELD_ASCII, "a.request_id", NULL, NULL, NULL},
	{"user_id", FIELD_ID, LOOK | FIELD_HIDDEN, "a.user_id", NULL, NULL,
	 NULL},
	{0},
};

static const struct entity_path paths[] = {
	{"ix_rm_audit_user_id_at_id", {"user_id", "at"}, false},
	{"ix_rm_audit_action_at_id", {"action", "at"}, false},
	{"ix_rm_audit_at_id", {"at"}, false},
	{"PRIMARY", {0}, false},
	{0},
};
/* clang-format on */

static const struct shape shape = {"AuditEntry", fields};

const struct entity entity_audit = {
	.slug = "audit",
	.shape = &shape,
	.rows = SQL_LIST_AUDIT,
	.table = "rm_audit AS a",
	.key = "id",
	.sort = "-at",
	.paths = paths,
};
