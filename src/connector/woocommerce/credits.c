#include <string.h>

#include "base/text.h"
#include "order/payment.h"
#include "reader.h"

bool
reader_is_credit(const struct reader *r, const char *name)
{
	const char *word = r->w->rules.credit_words;

	while (*word != '\0') {
		size_t length = strcspn(word, ",");
		char text[201];

		if (length > 0 && length < sizeof(text)) {
			memcpy(text, word, length);
			text[length] = '\0';
			if (text_find_nocase(name, text) != NULL)
				return true;
		}
		word += length + (word[length] == ',');
	}
	return false;
}

struct jnode
reader_meta(const struct jnode *order, const char *key, struct jnode parents[2])
{
	parents[0] = jnode_get(order, "meta_data");
	for (size_t i = 0; i < jnode_count(&parents[0]); i++) {
		const char *name;

		parents[1] = jnode_item(&parents[0], i);
		name = json_string_value(
			json_object_get(parents[1].value, "key"));
		if (name != NULL && strcmp(name, key) == 0) {
			struct jnode value = jnode_get(&parents[1], "value");

			if (!jnode_empty(&value))
				return value;
		}
	}
	return (struct jnode){.parent = order, .key = key};
}

/* What StoreApps' plugin says a coupon paid; absent in no object. */
static bool
contribution(struct reader *r, const struct jnode *all, const char *code,
	     struct money *out)
{
	const char *name;
	json_t *ignored;

	json_object_foreach(all->value, name, ignored)
	{
		if (!text_equal_nocase(name, code))
			continue;
		*out = reader_amount(r, all, name);
		return out->e4 > 0;
	}
	return false;
}

/*
 * A smart coupon may have lowered the lines already or only the total;
 * order_prove finds out by the sums (8.12).
 */
static void
make_smart(struct line *line, struct money value)
{
	line->type = LINE_CREDIT;
	line->smart_coupon = true;
	line->undecided = true;
	line->amount = value;
	line->unit_price = value;
}

static void
read_coupon(struct reader *r, const struct jnode *at,
	    const struct jnode *contributions)
{
	struct line *line = reader_line(r, LINE_COUPON);
	char type[64];
	struct money value;

	if (line == NULL)
		return;
	reader_copy(r, at, "id", line->platform_id, sizeof(line->platform_id));
	reader_name(r, at, "code", line->code, sizeof(line->code), 100);
	(void)text_copy(line->name, sizeof(line->name), line->code);
	line->amount = reader_amount(r, at, "discount");
	line->unit_price = line->amount;
	line->tax = reader_amount(r, at, "discount_tax");
	reader_copy(r, at, "discount_type", type, sizeof(type));
	if (contribution(r, contributions, line->code, &value))
		make_smart(line, value);
	else if (strcmp(type, "smart_coupon") == 0 && line->amount.e4 > 0)
		make_smart(line, line->amount);
}

/* Whether a coupon line with this code was read. */
static bool
has_coupon(const struct order *o, const char *code)
{
	for (size_t i = 0; i < o->lines; i++)
		if ((o->line[i].type == LINE_COUPON ||
		     o->line[i].smart_coupon) &&
		    text_equal_nocase(o->line[i].code, code))
			return true;
	return false;
}

/* Contributions that no coupon line tells of. */
static void
read_rest(struct reader *r, const struct jnode *contributions)
{
	const char *code;
	json_t *ignored;

	json_object_foreach(contributions->value, code, ignored)
	{
		struct money value;
		struct line *line;

		if (has_coupon(r->o, code) ||
		    !contribution(r, contributions, code, &value))
			continue;
		line = reader_line(r, LINE_COUPON);
		if (line == NULL)
			return;
		(void)text_copy(line->code, sizeof(line->code), code);
		(void)text_copy(line->name, sizeof(line->name), "Store credit");
		make_smart(line, value);
	}
}

void
reader_coupons(struct reader *r, const struct jnode *order)
{
	struct jnode parents[2];
	/* An object {code: amount}; PHP writes an empty one as []. */
	struct jnode contributions =
		reader_meta(order, "smart_coupons_contribution", parents);
	struct jnode list = jnode_get(order, "coupon_lines");

	for (size_t i = 0; i < jnode_count(&list); i++) {
		struct jnode at = jnode_item(&list, i);

		read_coupon(r, &at, &contributions);
	}
	read_rest(r, &contributions);
}

/* The card's number, under the names that plugins give it (8.12). */
static const char *
card_code(const json_t *card)
{
	static const char *const names[] = {"number", "card_number", "code"};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *code =
			json_string_value(json_object_get(card, names[i]));

		if (code != NULL && code[0] != '\0')
			return code;
	}
	return "";
}

static void
read_cards(struct reader *r, const struct jnode *list)
{
	for (size_t i = 0; i < reader_count(list); i++) {
		struct jnode at = reader_item(list, i);
		struct money value = reader_amount(r, &at, "amount");
		struct err e = {0};
		struct line *line;

		if (value.e4 < 0) {
			err_set(&e, ERR_INPUT, "a gift card of less than 0");
			reader_wrong(r, &at, OB_JSON, &e);
		}
		if (value.e4 <= 0)
			continue;
		line = reader_line(r, LINE_GIFT_CARD);
		if (line == NULL)
			return;
		(void)text_copy(line->name, sizeof(line->name), "Gift card");
		payment_mask_code(line->code, sizeof(line->code),
				  card_code(at.value));
		line->amount = value;
		line->unit_price = value;
	}
}

void
reader_gift_cards(struct reader *r, const struct jnode *order)
{
	struct jnode parents[2];
	struct jnode pw = jnode_get(order, "pw_gift_cards_redeemed");
	struct jnode official = jnode_get(order, "gift_cards");

	/* The member first, the meta where it is absent or empty (8.12). */
	if (reader_count(&pw) == 0)
		pw = reader_meta(order, "_pw_gift_cards_redeemed", parents);
	read_cards(r, &pw);
	read_cards(r, &official);
}
