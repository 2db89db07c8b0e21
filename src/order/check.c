#include "order/check.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "order/address.h"
#include "order/payment.h"
#include "order/totals.h"

static bool
has_fault(const struct order *o, enum code code)
{
	for (size_t i = 0; i < o->faults.count; i++)
		if (o->faults.fault[i].code == code)
			return true;
	return false;
}

/* The connector could not read all of it: sums would say the wrong thing. */
static bool
was_unreadable(const struct order *o)
{
	return has_fault(o, OB_FIELD) || has_fault(o, OB_JSON) ||
	       has_fault(o, OB_LINE_QTY) || has_fault(o, OB_CURRENCY);
}

static bool
has_product(const struct order *o)
{
	for (size_t i = 0; i < o->lines; i++)
		if (o->line[i].type == LINE_PRODUCT)
			return true;
	return false;
}

static bool
address_is_blank(const struct address *a)
{
	return address_is_empty(a) && !a->country[0] && !a->state[0];
}

/* R-45; a missing total is noted by the connector, 0.00 is a total. */
static void
check_required(struct order *o)
{
	if (o->site_id == 0)
		order_missing(o, "site");
	if (o->platform_id[0] == '\0')
		order_missing(o, "platform_order_id");
	if (o->number[0] == '\0' && !has_fault(o, OB_NUMBER))
		order_missing(o, "number");
	if (o->order_date == 0)
		order_missing(o, "order_date");
	if (o->currency[0] == '\0' && !has_fault(o, OB_CURRENCY))
		order_missing(o, "currency");
	if (!has_product(o))
		order_missing(o, "line_items");
	if (address_is_blank(&o->bill))
		order_missing(o, "bill");
}

/* 8.12: nothing that says where, so it goes where the bill goes. */
static void
copy_shipping(struct order *o)
{
	if (!address_is_empty(&o->ship))
		return;
	o->ship = o->bill;
	o->ship.email[0] = '\0';
	o->ship_same = true;
}

static void
check_addresses(struct order *o, const struct order_rules *rules)
{
	if (!address_is_blank(&o->bill))
		address_check(&o->bill, &o->bill_clean, ADDRESS_BILL,
			      rules->state_countries, &o->faults);
	if (!o->ship_same) {
		address_check(&o->ship, &o->ship_clean, ADDRESS_SHIP,
			      rules->state_countries, &o->faults);
		return;
	}
	/* a copy has been checked. */
	o->ship_clean = o->bill_clean;
	o->ship_clean.email[0] = '\0';
}

static void
no_sku(struct order *o, struct line *line, size_t index,
       const struct order_rules *rules)
{
	char field[64];

	if (rules->no_sku_account[0] != '\0') {
		(void)text_copy(line->gl_account, sizeof(line->gl_account),
				rules->no_sku_account);
		return;
	}
	(void)snprintf(field, sizeof(field), "line_items[%zu].sku", index);
	fault_add(&o->faults, STAGE_VERIFY, OB_SKU_MISSING, field, "",
		  "\"%.80s\" has no SKU", line->name);
}

/* a line without SKU needs an account; the SKUs are asked about later. */
static void
check_skus(struct order *o, const struct order_rules *rules)
{
	size_t index = 0;

	for (size_t i = 0; i < o->lines; i++) {
		struct line *line = &o->line[i];

		if (line->type != LINE_PRODUCT && !line->bundled)
			continue;
		if (line->key[0] == '\0' && line->gl_account[0] == '\0' &&
		    !has_fault(o, OB_SKU_LONG))
			no_sku(o, line, index, rules);
		index++;
	}
}

void
order_prepare(struct order *o, const struct order_rules *rules)
{
	struct err e = {0};

	copy_shipping(o);
	order_hash(o);
	check_required(o);
	check_addresses(o, rules);
	if (!was_unreadable(o)) {
		if (!order_prove(o, rules->infer_gift_card, &e))
			fault_add(&o->faults, STAGE_NORMALISE, OB_LOCK, "", "",
				  "prove the total: %s", e.text);
		payment_check(o, rules);
	}
	check_skus(o, rules);
	order_number_lines(o);
}

bool
order_is_test(const struct order *o, const struct order_rules *rules)
{
	struct money s = order_sum(o);
	struct err e = {0};

	if (!rules->skip_test || was_unreadable(o) || !has_product(o))
		return false;
	/* Store credit pays as money does, wherever the plugin puts it. */
	for (size_t i = 0; i < o->lines; i++)
		if (o->line[i].smart_coupon && o->line[i].type == LINE_COUPON)
			if (!money_add(&s, o->line[i].amount, &e))
				return false;
	return s.e4 < rules->test_below.e4;
}
