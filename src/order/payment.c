#include "order/payment.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Which codes of R-3 a slug has: the first list that fits. */
static const char *
code_of_slug(const struct order_rules *r, const char *slug)
{
	const struct {
		const char *code, *list;
	} table[] = {
		{"klarna", r->klarna},
		{"card", r->card},
		{"paypal", r->paypal},
		{"amazon", r->amazon},
		{"apple_google", r->apple_google},
		{"bank_transfer", r->bank_transfer},
		{"cod", r->cod},
		{"cheque", r->cheque},
	};

	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (order_list_fits(table[i].list, slug))
			return table[i].code;
	return "other";
}

static bool
has_type(const struct order *o, enum line_type type)
{
	for (size_t i = 0; i < o->lines; i++)
		if (o->line[i].type == type)
			return true;
	return false;
}

/* Where nothing is due the slug says nothing: what paid, or a free order. */
static const char *
code_of_order(const struct order *o, const struct order_rules *rules)
{
	if (o->total_due.e4 > 0 || !o->proof_ok)
		return code_of_slug(rules, o->payment_provider);
	if (has_type(o, LINE_GIFT_CARD))
		return "gift_card";
	return has_type(o, LINE_CREDIT) ? "store_credit" : "free";
}

/* FEATURES 8.12: methods whose money is there before the goods leave. */
static bool
is_online(const char *code)
{
	static const char *const online[] = {"card", "klarna", "paypal",
					     "amazon", "apple_google"};

	for (size_t i = 0; i < COUNT_OF(online); i++)
		if (strcmp(online[i], code) == 0)
			return true;
	return false;
}

static bool
may_be_unpaid(const struct order *o, const struct order_rules *rules)
{
	if (rules->source_status != NULL && rules->source_status[0] != '\0' &&
	    !order_list_fits(rules->source_status, o->status))
		return true;
	return order_list_fits(rules->unpaid_methods, o->payment_provider) ||
	       order_list_fits(rules->unpaid_methods, o->payment_method);
}

void
payment_check(struct order *o, const struct order_rules *rules)
{
	const char *slug = o->payment_provider;

	text_mask_cards(o->payment_provider);
	text_mask_cards(o->trans_id);
	o->stripe = order_list_fits(rules->stripe, slug);
	o->klarna = order_list_fits(rules->klarna, slug);
	o->paypal = order_list_fits(rules->paypal, slug);
	(void)text_copy(o->payment_method, sizeof(o->payment_method),
			code_of_order(o, rules));
	if (!is_online(o->payment_method))
		return;
	if (o->paid_at == 0 && !may_be_unpaid(o, rules))
		fault_add(&o->faults, STAGE_NORMALISE, OB_PAYMENT_UNPAID,
			  "paid_at", "", "%s, an online method, is not paid",
			  slug);
	if (o->trans_id[0] == '\0')
		fault_add(&o->faults, STAGE_NORMALISE, OB_PAYMENT_TRANS,
			  "trans_id", "",
			  "%s, an online method, has no transaction id", slug);
}

/* Where the last four characters of a text begin. */
static const char *
last_four(const char *text)
{
	const char *at = text + strlen(text);

	for (int left = 4; at > text && left > 0; left--)
		do
			at--;
		while (at > text && ((unsigned char)*at & 0xC0) == 0x80);
	return at;
}

void
payment_mask_code(char *out, size_t room, const char *code)
{
	const char *last = last_four(code);
	char text[32];

	/* A code of four characters or fewer would be shown whole. */
	(void)snprintf(text, sizeof(text), "****%s", last > code ? last : "");
	(void)text_copy(out, room, text);
}
