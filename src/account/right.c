#include "account/right.h"

#include <string.h>

static const char *const names[CAPABILITY_COUNT] = {
	[CAN_ANYONE] = "",
	[CAN_LOGIN] = "",
	[CAN_VIEW] = "view",
	[CAN_PII] = "pii",
	[CAN_SYNC] = "sync",
	[CAN_ORDERS_WRITE] = "orders.write",
	[CAN_ITEMS_WRITE] = "items.write",
	[CAN_SITES_WRITE] = "sites.write",
	[CAN_POWERBI_WRITE] = "powerbi.write",
	[CAN_QUERY] = "query",
	[CAN_EXPORT] = "export",
	[CAN_ALERTS_WRITE] = "alerts.write",
	[CAN_LOGS] = "logs",
	[CAN_USERS] = "users",
	[CAN_SETTINGS] = "settings",
};

const char *
capability_name(enum capability what)
{
	return names[what];
}

bool
rights_have(uint32_t rights, enum capability what)
{
	return what <= CAN_LOGIN || (rights & (1u << what)) != 0;
}

static uint32_t
right_find(const char *name, size_t length)
{
	for (unsigned i = CAN_VIEW; i < CAPABILITY_COUNT; i++) {
		if (strlen(names[i]) == length &&
		    memcmp(names[i], name, length) == 0)
			return 1u << i;
	}
	return 0;
}

bool
rights_read(const char *list, uint32_t *out, struct err *e)
{
	*out = 0;
	while (*list != '\0') {
		const size_t length = strcspn(list, ",");
		const uint32_t right = right_find(list, length);

		if (right == 0) {
			err_set(e, ERR_INPUT, "there is no capability \"%.*s\"",
				(int)length, list);
			return err_as(e, OB_INVALID_PARAM);
		}
		*out |= right;
		list += length + (list[length] == ',');
	}
	return true;
}

void
rights_add(struct strbuf *out, uint32_t rights)
{
	const char *before = "";

	for (unsigned i = CAN_VIEW; i < CAPABILITY_COUNT; i++) {
		if ((rights & (1u << i)) == 0)
			continue;
		strbuf_addf(out, "%s%s", before, names[i]);
		before = ",";
	}
}
