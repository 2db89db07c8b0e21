#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "order/address.h"
#include "reader.h"

/* FEATURES 8.1: in characters */
#define NOTE_MAX 4000

static void
read_address(struct reader *r, const struct jnode *order, const char *key,
	     struct address *a)
{
	struct jnode at = jnode_get(order, key);

	reader_copy(r, &at, "first_name", a->first_name, sizeof(a->first_name));
	reader_copy(r, &at, "last_name", a->last_name, sizeof(a->last_name));
	reader_copy(r, &at, "company", a->company, sizeof(a->company));
	reader_copy(r, &at, "address_1", a->address1, sizeof(a->address1));
	reader_copy(r, &at, "address_2", a->address2, sizeof(a->address2));
	reader_copy(r, &at, "city", a->city, sizeof(a->city));
	reader_copy(r, &at, "state", a->state, sizeof(a->state));
	reader_copy(r, &at, "postcode", a->postcode, sizeof(a->postcode));
	reader_copy(r, &at, "country", a->country, sizeof(a->country));
	reader_copy(r, &at, "phone", a->phone, sizeof(a->phone));
	reader_copy(r, &at, "email", a->email, sizeof(a->email));
}

static void
read_number(struct reader *r, const struct jnode *order)
{
	struct jnode node = jnode_get(order, "number");
	char number[24];

	if (jnode_empty(&node))
		order_missing(r->o, "number");
	else
		order_set_number(r->o, r->w->set.site->prefix,
				 reader_text(r, order, "number", number));
}

static void
read_currency(struct reader *r, const struct jnode *order)
{
	char text[16], number[24];
	struct jnode node = jnode_get(order, "currency");

	if (!text_copy(text, sizeof(text),
		       reader_text(r, order, "currency", number)) ||
	    (text[0] != '\0' &&
	     (strlen(text) != 3 || !isupper((unsigned char)text[0]) ||
	      !isupper((unsigned char)text[1]) ||
	      !isupper((unsigned char)text[2]))))
		fault_add(&r->o->faults, STAGE_NORMALISE, OB_CURRENCY,
			  "currency", "", "\"%.15s\" is no currency", text);
	else if (jnode_empty(&node))
		order_missing(r->o, "currency");
	else
		(void)text_copy(r->o->currency, sizeof(r->o->currency), text);
	r->digits = currency_digits(r->o->currency);
}

static void
read_note(struct reader *r, const struct jnode *order)
{
	AUTO(strbuf) clean = STRBUF((size_t)1 << 20);
	struct jnode node = jnode_get(order, "customer_note");
	char number[24];
	struct err e = {0};

	if (!text_clean(reader_text(r, order, "customer_note", number), &clean,
			&e)) {
		reader_wrong(r, &node, OB_JSON, &e);
		return;
	}
	if (clean.len == 0)
		return;
	clean.text[text_utf16_prefix(clean.text, NOTE_MAX)] = '\0';
	r->o->customer_note = TAKE(clean.text);
}

static void
read_email(struct order *o)
{
	AUTO(strbuf) clean = STRBUF(4096);
	struct err e = {0};

	/* What is no address is found by address_check. */
	if (!text_clean(o->bill.email, &clean, &e) || clean.len == 0)
		return;
	(void)text_copy(o->email, sizeof(o->email), clean.text);
	email_fold(o->email);
}

static void
read_header(struct reader *r, const struct jnode *order)
{
	struct order *o = r->o;
	struct jnode shipping = jnode_get(order, "shipping_lines");
	struct jnode created = jnode_get(order, "date_created_gmt");

	read_number(r, order);
	read_currency(r, order);
	o->order_date = reader_time(r, order, "date_created_gmt");
	if (jnode_empty(&created))
		order_missing(o, "date_created_gmt");
	o->modified = reader_time(r, order, "date_modified_gmt");
	o->paid_at = reader_time(r, order, "date_paid_gmt");
	reader_copy(r, order, "status", o->status, sizeof(o->status));
	o->prices_include_tax = json_is_true(
		json_object_get(order->value, "prices_include_tax"));
	reader_copy(r, order, "customer_id", o->customer_id,
		    sizeof(o->customer_id));
	if (strcmp(o->customer_id, "0") == 0) /* 8.12: a guest */
		o->customer_id[0] = '\0';
	read_note(r, order);
	read_address(r, order, "billing", &o->bill);
	read_address(r, order, "shipping", &o->ship);
	read_email(o);
	o->has_shipping_address_need =
		jnode_count(&shipping) > 0 || !address_is_empty(&o->ship);
	o->total =
		money_round(reader_money(r, order, "total", true), r->digits);
}

/* 8.12: refunded in full or called off before we met it. */
static bool
is_cancelled(struct reader *r, const struct jnode *order)
{
	static const char *const statuses[] = {"cancelled", "refunded",
					       "trash"};
	struct jnode list = jnode_get(order, "refunds");
	int64_t refunded = 0;

	for (size_t i = 0; i < COUNT_OF(statuses); i++)
		if (strcmp(r->o->status, statuses[i]) == 0)
			return true;
	for (size_t i = 0; i < jnode_count(&list); i++) {
		struct jnode refund = jnode_item(&list, i);

		/* In an order they are negative (2.3). */
		refunded += llabs(reader_money(r, &refund, "total", false).e4);
	}
	return r->o->total.e4 > 0 && refunded >= r->o->total.e4;
}

static bool
is_an_order(const struct raw_order *raw, struct err *e)
{
	struct jnode order = jnode_root(raw->json, "order");
	json_auto_t *bad = NULL;

	if (raw->json == NULL && raw->body != NULL &&
	    !json_read(raw->body, raw->body_length, &bad, e))
		return err_in(e, "its data is no JSON");
	if (!json_is_object(raw->json))
		return jnode_wrong(&order, "an object", e);
	if (raw->platform_id[0] != '\0')
		return true;
	err_set(e, ERR_INPUT, "order: it has no id");
	return err_as(e, OB_JSON);
}

bool
woo_read_order(const struct shop *self, const struct raw_order *raw,
	       struct order *out, struct err *e)
{
	const struct woocommerce *w = (const struct woocommerce *)self;
	struct jnode order = jnode_root(raw->json, "order");
	struct reader r = {.w = w, .o = out};

	if (!is_an_order(raw, e))
		return false;
	*out = (struct order){.site_id = w->set.site->id};
	r.rounded = json_array();
	(void)text_copy(out->platform_id, sizeof(out->platform_id),
			raw->platform_id);
	read_header(&r, &order);
	reader_lines(&r, &order);
	out->marked = woo_is_marked(r.w, order.value);
	out->cancelled = is_cancelled(&r, &order);
	reader_payment(&r, &order);
	json_decref(r.rounded);
	return true;
}
