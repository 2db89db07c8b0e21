#ifndef OB_ORDER_STANDING_H
#define OB_ORDER_STANDING_H

/*
 * Where a stored order stands: three columns that change on their own
 * (RELIABILITY 3.2), and the one word that people see (FEATURES R-40). Which
 * changes there are stands in the statements of sql/queries that make them:
 * each has the old state in its WHERE.
 */

#include <stdbool.h>

/* rm_order.state; NONE = no row yet, ARCHIVED = moved to the archive's twin. */
enum order_state {
	ORDER_NONE,
	ORDER_STORED,
	ORDER_CANCELLED,
	ORDER_FULFILLED,
	ORDER_DELIVERED,
	ORDER_ARCHIVED,
	ORDER_STATES
};

enum mark_state {
	MARK_NONE,
	MARK_PENDING,
	MARK_DONE,
	MARK_SUPERSEDED, /* a person moved the order on: nothing was set */
	MARK_FAILED,
	MARK_STATES
};

enum bc_state {
	BC_STATE_NONE,
	BC_STATE_PENDING,
	BC_STATE_SENDING,
	BC_STATE_UNKNOWN, /* it may be there: looked up before a repeat */
	BC_STATE_SENT,
	BC_STATE_HELD, /* a person decides */
	BC_STATE_ERROR,
	BC_STATE_SKIPPED,   /* was there already */
	BC_STATE_CANCELLED, /* never will be sent */
	BC_STATES
};

/* The word as stored; "" for ORDER_NONE and what is no state. */
const char *order_state_name(enum order_state state);
/* ORDER_NONE, MARK_NONE, BC_STATE_NONE when there is no such word. */
enum order_state order_state_find(const char *name);
enum mark_state mark_state_find(const char *name);
enum bc_state bc_state_find(const char *name);

/* Whether its rows may still be rewritten: Business Central cannot have it. */
bool bc_state_is_before_sending(enum bc_state state);

/* What is known of an order, from rm_order_seen and, once stored, rm_order. */
struct order_standing {
	const char *outcome; /* rm_order_seen.outcome; "" = just received */
	enum order_state state;
	enum mark_state mark;
	enum bc_state bc;
	unsigned imported; /* 0 waits, 1 in BC, 2 never will be */
	bool verified;
};

/*
 * received, stored, marked, exported, verified, fulfilled, archived; side ends
 * soft, hard, skipped, cancelled.
 */
const char *order_pipeline(const struct order_standing *order);

#endif
