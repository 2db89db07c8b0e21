#ifndef OB_ACCOUNT_RIGHT_H
#define OB_ACCOUNT_RIGHT_H

/* What somebody may do: capabilities, and sets of them as one number (UX 3). */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"

enum capability {
	CAN_ANYONE, /* of a route: nobody has to be logged in */
	CAN_LOGIN,  /* of a route: whoever is logged in */
	CAN_VIEW,
	CAN_PII, /* see e-mail, telephone, street */
	CAN_SYNC,
	CAN_ORDERS_WRITE,
	CAN_ITEMS_WRITE,
	CAN_SITES_WRITE,
	CAN_POWERBI_WRITE,
	CAN_QUERY,
	CAN_EXPORT,
	CAN_ALERTS_WRITE,
	CAN_LOGS,
	CAN_USERS,
	CAN_SETTINGS,
	CAPABILITY_COUNT
};

/* "orders.write"; "" for the two that are none. */
const char *capability_name(enum capability what);
/* Whether the set has it; CAN_ANYONE and CAN_LOGIN are in each. */
bool rights_have(uint32_t rights, enum capability what);
/* A set from its names, comma-separated; ERR_INPUT names the unknown one. */
MUST_CHECK bool rights_read(const char *names, uint32_t *out, struct err *e);
/* Appends the names, comma-separated, in the order above. */
void rights_add(struct strbuf *out, uint32_t rights);

#endif
