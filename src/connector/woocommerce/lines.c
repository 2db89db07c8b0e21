#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "reader.h"

#define OPTIONS_MAX 64
/* An option that is longer is no choice of a customer. */
#define OPTION_BYTES 4096

static void
read_quantity(struct reader *r, const struct jnode *at, struct line *line)
{
	struct jnode node = jnode_get(at, "quantity");
	struct err e = {0};

	line->quantity.e5 = 0;
	if (jnode_quantity(at, "quantity", &line->quantity, &e) &&
	    line->quantity.e5 > 0)
		return;
	if (e.class == ERR_NONE)
		err_set(&e, ERR_INPUT, "a quantity must be more than 0");
	line->quantity.e5 = 0;
	reader_wrong(r, &node, OB_LINE_QTY, &e);
}

/* from subtotal and total, never from price, which is a float. */
static void
read_amounts(struct reader *r, const struct jnode *at, struct line *line)
{
	struct money total = reader_money(r, at, "total", true);
	struct jnode node = jnode_get(at, "subtotal");
	struct money before = jnode_empty(&node)
				      ? total
				      : reader_money(r, at, "subtotal", false);

	/* A surcharge on a line is no discount, it is its price. */
	if (before.e4 < total.e4)
		before = total;
	if (line->quantity.e5 > 0)
		line->unit_price = money_per_unit(before, line->quantity);
	line->amount = money_round(total, r->digits);
	line->discount = money_round(before, r->digits);
	line->discount.e4 -= line->amount.e4;
	line->tax = reader_amount(r, at, "total_tax");
}

/* What a customer chose; keys with a leading _ are of the shop itself. */
static json_t *
option_of(struct reader *r, const struct jnode *meta)
{
	struct jnode value = jnode_get(meta, "value");
	char key[512], name[512], number[24];
	const char *text;

	reader_copy(r, meta, "key", key, sizeof(key));
	if (key[0] == '\0' || key[0] == '_')
		return NULL;
	reader_name(r, meta, "display_key", name, sizeof(name), 200);
	if (json_is_object(value.value) || json_is_array(value.value))
		return json_pack("{s:s, s:O}", "name", name[0] ? name : key,
				 "value", value.value);
	text = json_is_boolean(value.value) || json_is_real(value.value)
		       ? NULL
		       : reader_text(r, meta, "value", number);
	if (text == NULL)
		return json_pack("{s:s, s:O}", "name", name[0] ? name : key,
				 "value", value.value);
	if (strlen(text) > OPTION_BYTES)
		return NULL;
	return json_pack("{s:s, s:s}", "name", name[0] ? name : key, "value",
			 text);
}

static void
read_options(struct reader *r, const struct jnode *at, struct line *line)
{
	struct jnode list = jnode_get(at, "meta_data");
	json_auto_t *options = json_array();

	for (size_t i = 0;
	     i < jnode_count(&list) && json_array_size(options) < OPTIONS_MAX;
	     i++) {
		struct jnode meta = jnode_item(&list, i);
		json_t *option = option_of(r, &meta);

		if (option != NULL)
			(void)json_array_append_new(options, option);
	}
	if (json_array_size(options) > 0)
		line->options = json_dumps(
			options, JSON_COMPACT | JSON_REAL_PRECISION(15));
}

static void
read_products(struct reader *r, const struct jnode *order)
{
	struct jnode list = jnode_get(order, "line_items");

	for (size_t i = 0; i < jnode_count(&list); i++) {
		struct jnode at = jnode_item(&list, i);
		struct line *line = reader_line(r, LINE_PRODUCT);
		char number[24];

		if (line == NULL)
			return;
		reader_copy(r, &at, "id", line->platform_id,
			    sizeof(line->platform_id));
		reader_name(r, &at, "name", line->name, sizeof(line->name),
			    500);
		order_set_sku(r->o, line, reader_text(r, &at, "sku", number));
		read_quantity(r, &at, line);
		read_amounts(r, &at, line);
		read_options(r, &at, line);
	}
}

/* "Flat rate, Express": the titles of all lines, as one. */
static void
add_method(struct order *o, const char *title)
{
	AUTO(strbuf) all = STRBUF(8192);

	if (title[0] == '\0')
		return;
	strbuf_addf(&all, "%s%s%s", o->ship_method,
		    o->ship_method[0] != '\0' ? ", " : "", title);
	all.text[text_utf16_prefix(all.text, 200)] = '\0';
	(void)text_copy(o->ship_method, sizeof(o->ship_method), all.text);
}

static void
read_shipping(struct reader *r, const struct jnode *order)
{
	struct jnode list = jnode_get(order, "shipping_lines");

	for (size_t i = 0; i < jnode_count(&list); i++) {
		struct jnode at = jnode_item(&list, i);
		struct line *line = reader_line(r, LINE_SHIPPING);
		struct err e = {0};

		if (line == NULL)
			return;
		reader_copy(r, &at, "id", line->platform_id,
			    sizeof(line->platform_id));
		reader_name(r, &at, "method_title", line->name,
			    sizeof(line->name), 500);
		reader_name(r, &at, "method_id", line->code, sizeof(line->code),
			    100);
		line->amount = reader_amount(r, &at, "total");
		line->unit_price = line->amount;
		line->tax = reader_amount(r, &at, "total_tax");
		add_method(r->o, line->name);
		if (!money_add(&r->o->ship_cost, line->amount, &e))
			reader_wrong(r, &at, OB_JSON, &e);
	}
}

/* One line a rate, goods and shipping together. */
static void
read_taxes(struct reader *r, const struct jnode *order)
{
	struct jnode list = jnode_get(order, "tax_lines");

	for (size_t i = 0; i < jnode_count(&list); i++) {
		struct jnode at = jnode_item(&list, i);
		struct line *line = reader_line(r, LINE_TAX);
		struct err e = {0};
		struct money tax;

		if (line == NULL)
			return;
		reader_copy(r, &at, "id", line->platform_id,
			    sizeof(line->platform_id));
		reader_name(r, &at, "label", line->name, sizeof(line->name),
			    500);
		reader_name(r, &at, "rate_code", line->code, sizeof(line->code),
			    100);
		tax = reader_money(r, &at, "tax_total", false);
		if (!money_add(
			    &tax,
			    reader_money(r, &at, "shipping_tax_total", false),
			    &e))
			reader_wrong(r, &at, OB_JSON, &e);
		line->amount = money_round(tax, r->digits);
		line->unit_price = line->amount;
	}
}

/* A tax that no rate accounts for: plugins that compute it elsewhere. */
static void
read_tax_without_rate(struct reader *r, const struct jnode *order)
{
	struct jnode list = jnode_get(order, "tax_lines");
	struct money tax = reader_amount(r, order, "total_tax");
	struct line *line;

	if (jnode_count(&list) > 0 || tax.e4 == 0)
		return;
	line = reader_line(r, LINE_TAX);
	if (line == NULL)
		return;
	(void)text_copy(line->name, sizeof(line->name), "Tax");
	line->amount = tax;
	line->unit_price = tax;
}

static void
read_fees(struct reader *r, const struct jnode *order)
{
	struct jnode list = jnode_get(order, "fee_lines");

	for (size_t i = 0; i < jnode_count(&list); i++) {
		struct jnode at = jnode_item(&list, i);
		struct line *line = reader_line(r, LINE_FEE);

		if (line == NULL)
			return;
		reader_copy(r, &at, "id", line->platform_id,
			    sizeof(line->platform_id));
		reader_name(r, &at, "name", line->name, sizeof(line->name),
			    500);
		/* REST's "amount" is what a form said, "total" is charged. */
		line->amount = reader_amount(r, &at, "total");
		line->tax = reader_amount(r, &at, "total_tax");
		if (line->amount.e4 < 0 && reader_is_credit(r, line->name)) {
			line->type = LINE_CREDIT;
			line->amount = money_negate(line->amount);
		}
		line->unit_price = line->amount;
	}
}

/* The line with a platform id; NULL when there is none. */
static struct line *
line_of(struct order *o, const char *platform_id)
{
	for (size_t i = 0; i < o->lines; i++)
		if (o->line[i].type == LINE_PRODUCT &&
		    strcmp(o->line[i].platform_id, platform_id) == 0)
			return &o->line[i];
	return NULL;
}

/* The parent that a bundle plugin names in one of its members (8.12). */
static void
read_parent(struct reader *r, const struct jnode *at, char *out, size_t room)
{
	const char *member = r->w->rules.bundle_members;

	out[0] = '\0';
	while (*member != '\0' && out[0] == '\0') {
		size_t length = strcspn(member, ",");
		char key[64];

		if (length < sizeof(key)) {
			memcpy(key, member, length);
			key[length] = '\0';
			reader_copy(r, at, key, out, room);
		}
		member += length + (member[length] == ',');
	}
}

/* Marks both, so that rm_kits is not applied to the parent again. */
static void
tie(struct order *o, struct line *parent, struct line *child)
{
	parent->bundled = true;
	child->bundled = true;
	child->parent = parent->number;
	o->has_kit = true;
}

/* Turns children that a bundle plugin sent into components. */
static void
read_bundles(struct reader *r, const struct jnode *order)
{
	struct jnode list = jnode_get(order, "line_items");

	/* Product lines came first, in the same order. */
	for (size_t i = 0; i < jnode_count(&list) && i < r->o->lines; i++) {
		struct jnode at = jnode_item(&list, i);
		struct line *line = &r->o->line[i], *parent;
		char id[65];

		read_parent(r, &at, id, sizeof(id));
		parent = id[0] != '\0' ? line_of(r->o, id) : NULL;
		if (parent != NULL && parent != line)
			tie(r->o, parent, line);
	}
	for (size_t i = 0; i < r->o->lines; i++)
		if (r->o->line[i].parent != 0)
			r->o->line[i].type = LINE_COMPONENT;
}

void
reader_lines(struct reader *r, const struct jnode *order)
{
	read_products(r, order);
	read_shipping(r, order);
	read_taxes(r, order);
	read_tax_without_rate(r, order);
	reader_coupons(r, order);
	read_fees(r, order);
	reader_gift_cards(r, order);
	read_bundles(r, order);
}
