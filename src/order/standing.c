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

/* One change that there is; the lists below are RELIABILITY 3.2. */
struct change {
	unsigned char from, to;
};

static const struct change order_changes[] = {
	{ORDER_NONE, ORDER_STORED},
	/* refunded in full before it was ever stored (8.12) */
	{ORDER_NONE, ORDER_CANCELLED},
	{ORDER_STORED, ORDER_CANCELLED},
	{ORDER_STORED, ORDER_FULFILLED},
	{ORDER_FULFILLED, ORDER_DELIVERED},
	{ORDER_DELIVERED, ORDER_ARCHIVED},
};

static const struct change mark_changes[] = {
	{MARK_NONE, MARK_PENDING},
	{MARK_PENDING, MARK_DONE},
	{MARK_PENDING, MARK_SUPERSEDED},
	{MARK_PENDING, MARK_FAILED},
	/* by a person, or by a late answer */
	{MARK_FAILED, MARK_PENDING},
	/* the shop lost the mark: a backup of it was restored */
	{MARK_DONE, MARK_PENDING},
};

static const struct change bc_changes[] = {
	{BC_STATE_NONE, BC_STATE_PENDING},
	{BC_STATE_PENDING, BC_STATE_SENDING},
	{BC_STATE_SENDING, BC_STATE_SENT},
	{BC_STATE_SENDING, BC_STATE_PENDING},
	{BC_STATE_SENDING, BC_STATE_UNKNOWN},
	{BC_STATE_SENDING, BC_STATE_ERROR},
	{BC_STATE_SENDING, BC_STATE_HELD},
	{BC_STATE_SENDING, BC_STATE_SKIPPED},
	{BC_STATE_UNKNOWN, BC_STATE_SENT},
	{BC_STATE_UNKNOWN, BC_STATE_PENDING},
	{BC_STATE_UNKNOWN, BC_STATE_HELD},
	/* by a person */
	{BC_STATE_HELD, BC_STATE_SENT},
	{BC_STATE_HELD, BC_STATE_PENDING},
	{BC_STATE_HELD, BC_STATE_CANCELLED},
	{BC_STATE_ERROR, BC_STATE_PENDING},
	/* with the order, before it was ever sent (D-23) */
	{BC_STATE_NONE, BC_STATE_CANCELLED},
	{BC_STATE_PENDING, BC_STATE_CANCELLED},
	{BC_STATE_ERROR, BC_STATE_CANCELLED},
};

static const char *
name_of(const char *const *names, size_t count, unsigned state)
{
	return state < count ? names[state] : "";
}

static unsigned
find(const char *const *names, size_t count, const char *name)
{
	for (unsigned i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return 0;
}

static bool
may(const struct change *changes, size_t count, unsigned from, unsigned to)
{
	for (size_t i = 0; i < count; i++)
		if (changes[i].from == from && changes[i].to == to)
			return true;
	return false;
}

const char *
order_state_name(enum order_state state)
{
	return name_of(order_names, ORDER_STATES, state);
}

const char *
mark_state_name(enum mark_state state)
{
	return name_of(mark_names, MARK_STATES, state);
}

const char *
bc_state_name(enum bc_state state)
{
	return name_of(bc_names, BC_STATES, state);
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
order_state_may(enum order_state from, enum order_state to)
{
	return may(order_changes, COUNT_OF(order_changes), from, to);
}

bool
mark_state_may(enum mark_state from, enum mark_state to)
{
	return may(mark_changes, COUNT_OF(mark_changes), from, to);
}

bool
bc_state_may(enum bc_state from, enum bc_state to)
{
	return may(bc_changes, COUNT_OF(bc_changes), from, to);
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
