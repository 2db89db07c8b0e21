#include "order/standing.h"

#include <stddef.h>
#include <string.h>

#include "base/auto.h"

static const char *const order_names[ORDER_STATES] = {
	[ORDER_NONE] = "",
	[ORDER_STORED] = "stored",
	[ORDER_CANCELLED] = "cancelled",
	[ORDER_FULFILLED] = "fulfilled",
	[ORDER_DELIVERED] = "delivered",
	[ORDER_ARCHIVED] = "archived",
};

static const char *const mark_names[MARK_STATES] = {
	[MARK_NONE] = "none",     [MARK_PENDING] = "pending",
	[MARK_DONE] = "done",     [MARK_SUPERSEDED] = "superseded",
	[MARK_FAILED] = "failed",
};

static const char *const bc_names[BC_STATES] = {
	[BC_STATE_NONE] = "none",           [BC_STATE_PENDING] = "pending",
	[BC_STATE_SENDING] = "sending",     [BC_STATE_UNKNOWN] = "unknown",
	[BC_STATE_SENT] = "sent",           [BC_STATE_HELD] = "held",
	[BC_STATE_ERROR] = "error",         [BC_STATE_SKIPPED] = "skipped",
	[BC_STATE_CANCELLED] = "cancelled",
};

static unsigned
find(const char *const *names, size_t count, const char *name)
{
	for (unsigned i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return 0;
}

const char *
order_state_name(enum order_state state)
{
	return state < ORDER_STATES ? order_names[state] : "";
}

enum order_state
order_state_find(const char *name)
{
	return (enum order_state)find(order_names, ORDER_STATES, name);
}

enum mark_state
mark_state_find(const char *name)
{
	return (enum mark_state)find(mark_names, MARK_STATES, name);
}

enum bc_state
bc_state_find(const char *name)
{
	return (enum bc_state)find(bc_names, BC_STATES, name);
}

bool
bc_state_is_before_sending(enum bc_state state)
{
	return state == BC_STATE_NONE || state == BC_STATE_PENDING ||
	       state == BC_STATE_ERROR;
}

/* The word of an order that is not stored. */
static const char *
by_outcome(const char *outcome)
{
	static const struct {
		const char *outcome, *word;
	} words[] = {
		{"soft", "soft"},           {"error", "hard"},
		{"skipped", "skipped"},     {"gone", "cancelled"},
		{"cancelled", "cancelled"},
	};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(words[i].outcome, outcome) == 0)
			return words[i].word;
	return "received";
}

const char *
order_pipeline(const struct order_standing *order)
{
	switch (order->state) {
	case ORDER_NONE:
	case ORDER_STATES:
		return by_outcome(order->outcome);
	case ORDER_CANCELLED:
		return "cancelled";
	case ORDER_ARCHIVED:
		return "archived";
	case ORDER_FULFILLED:
	case ORDER_DELIVERED:
		return "fulfilled";
	case ORDER_STORED:
		break;
	}
	if (order->bc == BC_STATE_ERROR || order->bc == BC_STATE_HELD)
		return "hard"; /* a person has to act before it goes on */
	if (order->imported == 1)
		return order->verified ? "verified" : "exported";
	if (order->mark == MARK_DONE || order->mark == MARK_SUPERSEDED)
		return "marked";
	return "stored";
}
