#include "tests/support/order_dump.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/secret.h"

static void
text(json_t *out, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0')
		(void)json_object_set_new(out, name, json_string(value));
}

static void
money(json_t *out, const char *name, struct money m, int digits)
{
	char buffer[MONEY_TEXT_MAX];

	if (m.e4 != 0)
		text(out, name, money_text_short(m, digits, buffer));
}

static void
moment(json_t *out, const char *name, utc_ms t)
{
	char buffer[TIME_TEXT_MAX];

	if (t != 0)
		text(out, name, time_text(t, buffer));
}

static void
flag(json_t *out, const char *name, bool on)
{
	if (on)
		(void)json_object_set_new(out, name, json_true());
}

/* Documents of our own that stand in text. */
static void
document(json_t *out, const char *name, const char *value)
{
	json_t *parsed = value ? json_loads(value, 0, NULL) : NULL;

	if (value != NULL && parsed == NULL)
		text(out, name, "not JSON");
	else if (parsed != NULL)
		(void)json_object_set_new(out, name, parsed);
}

static json_t *
address(const struct address *a)
{
	const char *const parts[] = {a->first_name, a->last_name, a->company,
				     a->address1,   a->address2,  a->city,
				     a->state,      a->postcode,  a->country,
				     a->phone,      a->email};
	json_t *out = json_array();

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		(void)json_array_append_new(out, json_string(parts[i]));
	return out;
}

static json_t *
line_of(const struct line *l, int digits)
{
	static const char *const types[] = {
		"?",   "product", "component", "shipping", "tax",     "coupon",
		"fee", "credit",  "gift card", "rounding", "comment",
	};
	char quantity[QUANTITY_TEXT_MAX];
	json_t *out = json_object();

	(void)json_object_set_new(out, "no", json_integer(l->number));
	text(out, "type", types[l->type]);
	if (l->parent != 0)
		(void)json_object_set_new(out, "parent",
					  json_integer(l->parent));
	text(out, "id", l->platform_id);
	text(out, "sku", l->sku);
	if (strcmp(l->sku, l->key) != 0)
		text(out, "key", l->key);
	text(out, "name", l->name);
	if (l->quantity.e5 != 100000)
		text(out, "qty", quantity_text(l->quantity, quantity));
	money(out, "unit", l->unit_price, digits);
	money(out, "discount", l->discount, digits);
	money(out, "amount", l->amount, digits);
	money(out, "credit", l->credit, digits);
	money(out, "tax", l->tax, digits);
	text(out, "code", l->code);
	text(out, "gl", l->gl_account);
	document(out, "options", l->options);
	flag(out, "bundled", l->bundled);
	flag(out, "smart_coupon", l->smart_coupon);
	flag(out, "undecided", l->undecided);
	return out;
}

static json_t *
lines(const struct order *o)
{
	json_t *out = json_array();

	for (size_t i = 0; i < o->lines; i++)
		(void)json_array_append_new(
			out,
			line_of(&o->line[i], currency_digits(o->currency)));
	return out;
}

static json_t *
faults(const struct order *o)
{
	json_t *out = json_array();

	for (size_t i = 0; i < o->faults.count; i++) {
		const struct fault *f = &o->faults.fault[i];

		(void)json_array_append_new(
			out, json_pack("{s:s, s:s, s:s, s:s}", "stage",
				       stage_name(f->stage), "code",
				       code_name(f->code), "field", f->field,
				       "message", f->message));
	}
	return out;
}

static void
totals(json_t *out, const struct order *o)
{
	int digits = currency_digits(o->currency);

	money(out, "total", o->total, digits);
	money(out, "total_before_credit", o->total_before_credit, digits);
	money(out, "credit_total", o->credit_total, digits);
	money(out, "total_due", o->total_due, digits);
	money(out, "tax_total", o->tax_total, digits);
	money(out, "ship_cost", o->ship_cost, digits);
	money(out, "proof_residual", o->proof_residual, digits);
	flag(out, "proof_ok", o->proof_ok);
}

static json_t *
header(const struct order *o)
{
	char hash[65];
	json_t *out = json_object();

	text(out, "platform_id", o->platform_id);
	text(out, "number", o->number);
	moment(out, "order_date", o->order_date);
	moment(out, "modified", o->modified);
	moment(out, "paid_at", o->paid_at);
	text(out, "status", o->status);
	text(out, "currency", o->currency);
	flag(out, "prices_include_tax", o->prices_include_tax);
	text(out, "customer_id", o->customer_id);
	text(out, "email", o->email);
	text(out, "customer_note", o->customer_note);
	(void)json_object_set_new(out, "bill", address(&o->bill));
	(void)json_object_set_new(out, "bill_clean", address(&o->bill_clean));
	if (o->ship_same) {
		flag(out, "ship_same", true);
	} else {
		(void)json_object_set_new(out, "ship", address(&o->ship));
		(void)json_object_set_new(out, "ship_clean",
					  address(&o->ship_clean));
	}
	flag(out, "ships", o->has_shipping_address_need);
	text(out, "ship_method", o->ship_method);
	text(out, "payment_method", o->payment_method);
	text(out, "payment_provider", o->payment_provider);
	flag(out, "klarna", o->klarna);
	flag(out, "stripe", o->stripe);
	flag(out, "paypal", o->paypal);
	text(out, "trans_id", o->trans_id);
	totals(out, o);
	flag(out, "has_kit", o->has_kit);
	flag(out, "marked", o->marked);
	flag(out, "cancelled", o->cancelled);
	document(out, "extra", o->extra);
	text(out, "hash", hash_text(o->content_hash, hash));
	(void)json_object_set_new(out, "lines", lines(o));
	(void)json_object_set_new(out, "faults", faults(o));
	return out;
}

/* A list of objects, one a text line. */
static void
add_list(struct strbuf *out, const json_t *list)
{
	strbuf_add(out, "[");
	for (size_t i = 0; i < json_array_size(list); i++) {
		char *row = json_dumps(json_array_get(list, i),
				       JSON_REAL_PRECISION(15));

		strbuf_addf(out, "%s\n  %s", i > 0 ? "," : "", row);
		free(row);
	}
	strbuf_add(out, "]");
}

char *
order_dump(const struct order *o)
{
	json_auto_t *all = header(o);
	struct strbuf out = STRBUF(1 << 22);
	const char *name;
	json_t *value;

	strbuf_add(&out, "{");
	json_object_foreach(all, name, value)
	{
		strbuf_addf(&out, "%s\n \"%s\": ", out.len > 1 ? "," : "",
			    name);
		if (strcmp(name, "lines") == 0 || strcmp(name, "faults") == 0) {
			add_list(&out, value);
		} else {
			char *member = json_dumps(
				value,
				JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

			strbuf_add(&out, member);
			free(member);
		}
	}
	strbuf_add(&out, "\n}\n");
	return out.text;
}
