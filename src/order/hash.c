#include "order/totals.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "order/address.h"
#include "order/payment.h"

/*
 * The canonical form, stable over versions of the program: a change of it
 * makes every order look edited, so it gets a new first line and a migration.
 *
 *   orderbridge-order-1 LF, then fields, then the records of the lines.
 *   field  = name ":" length-in-bytes ":" bytes LF
 *   record = the fields of one line; the records are sorted by their bytes, so
 *            that numbering and proof do not matter.
 * Money is written with four decimals, times as milliseconds, quantities
 * without needless zeros, addresses as received. Left out is what we make
 * ourselves (rounding, inferred gift cards, kit components, credit shares,
 * totals, codes of payment, clean addresses) and what our marking changes
 * (modified, status, mark, staff notes). A smart coupon has the same record
 * before and after the decision.
 */
#define FIRST_LINE "orderbridge-order-1\n"
/* 5,000 lines of at most 8 KiB, and the header. */
#define FORM_MAX ((size_t)48 << 20)

static void
field(struct strbuf *out, const char *name, const char *value)
{
	size_t length = value != NULL ? strlen(value) : 0;
	char digits[24], *at = digits + sizeof(digits);
	size_t rest = length;

	/* Some sixty fields an order: printf would be half of the work. */
	do
		*--at = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	strbuf_add(out, name);
	strbuf_addn(out, ":", 1);
	strbuf_addn(out, at, (size_t)(digits + sizeof(digits) - at));
	strbuf_addn(out, ":", 1);
	strbuf_addn(out, value != NULL ? value : "", length);
	strbuf_addn(out, "\n", 1);
}

static void
field_money(struct strbuf *out, const char *name, struct money m)
{
	char text[MONEY_TEXT_MAX];

	field(out, name, money_text(m, text));
}

static void
field_time(struct strbuf *out, const char *name, utc_ms t)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, t);
	field(out, name, text);
}

static void
address(struct strbuf *out, const struct address *a)
{
	field(out, "first_name", a->first_name);
	field(out, "last_name", a->last_name);
	field(out, "company", a->company);
	field(out, "address1", a->address1);
	field(out, "address2", a->address2);
	field(out, "city", a->city);
	field(out, "state", a->state);
	field(out, "postcode", a->postcode);
	field(out, "country", a->country);
	field(out, "phone", a->phone);
}

static void
header(struct strbuf *out, const struct order *o)
{
	/* order_prepare fills an empty one with a copy. */
	bool ship_same = o->ship_same || address_is_empty(&o->ship);

	field(out, "id", o->platform_id);
	field(out, "number", o->number);
	field_time(out, "date", o->order_date);
	field_time(out, "paid_at", o->paid_at);
	field(out, "currency", o->currency);
	field(out, "display_currency", o->display_currency);
	field(out, "prices_include_tax", o->prices_include_tax ? "1" : "0");
	field(out, "customer_id", o->customer_id);
	field(out, "email", o->email);
	field(out, "customer_note", o->customer_note);
	field(out, "bill", "");
	address(out, &o->bill);
	field(out, "ship", ship_same ? "same" : "");
	if (!ship_same)
		address(out, &o->ship);
	field(out, "ship_method", o->ship_method);
	field_money(out, "ship_cost", o->ship_cost);
	field(out, "payment_provider", o->payment_provider);
	field(out, "trans_id", o->trans_id);
	field_money(out, "total", o->total);
	field(out, "extra", o->extra);
}

/* The shop's own id of the line that a bundle's child belongs to. */
static const char *
parent_id(const struct order *o, const struct line *line)
{
	for (size_t i = 0; line->parent != 0 && i < o->lines; i++)
		if (o->line[i].number == line->parent)
			return o->line[i].platform_id;
	return "";
}

static void
record(struct strbuf *out, const struct order *o, const struct line *line)
{
	const int type = line->smart_coupon ? LINE_CREDIT : (int)line->type;
	char number[12], text[QUANTITY_TEXT_MAX], masked[32];
	const char *code = line->code;

	(void)snprintf(number, sizeof(number), "%d", type);
	if (line->smart_coupon) {
		payment_mask_code(masked, sizeof(masked), code);
		code = masked;
	}
	field(out, "type", number);
	field(out, "id", line->platform_id);
	field(out, "parent", parent_id(o, line));
	field(out, "sku", line->sku);
	field(out, "name", line->smart_coupon ? "" : line->name);
	field(out, "quantity", quantity_text(line->quantity, text));
	field_money(out, "unit_price", line->unit_price);
	field_money(out, "discount", line->discount);
	field_money(out, "amount", line->amount);
	field_money(out, "tax", line->tax);
	field(out, "code", code);
	field(out, "options", line->options);
}

static bool
is_ours(const struct line *line)
{
	return line->type == LINE_ROUNDING ||
	       (line->type == LINE_COMPONENT && !line->bundled) ||
	       (line->type == LINE_GIFT_CARD &&
		strcmp(line->code, "INFERRED") == 0);
}

static int
by_bytes(const void *a, const void *b)
{
	const struct strbuf *x = a, *y = b;

	return strcmp(x->text ? x->text : "", y->text ? y->text : "");
}

/* Appends one record a line that counts, sorted. False: no memory. */
static bool
add_records(struct strbuf *form, const struct order *o)
{
	struct strbuf *records = calloc(o->lines + 1, sizeof(*records));
	size_t count = 0;

	if (records == NULL)
		return false;
	for (size_t i = 0; i < o->lines; i++) {
		if (is_ours(&o->line[i]))
			continue;
		records[count].ceiling = FORM_MAX;
		record(&records[count++], o, &o->line[i]);
	}
	qsort(records, count, sizeof(*records), by_bytes);
	for (size_t i = 0; i < count; i++) {
		if (records[i].failed)
			form->failed = true;
		else
			strbuf_addn(form, records[i].text, records[i].len);
		strbuf_end(&records[i]);
	}
	free(records);
	return true;
}

void
order_hash(struct order *o)
{
	AUTO(strbuf) form = STRBUF(FORM_MAX);
	struct err e = {0};

	strbuf_add(&form, FIRST_LINE);
	header(&form, o);
	if (!add_records(&form, o) || !strbuf_check(&form, &e)) {
		fault_add(&o->faults, STAGE_NORMALISE, OB_LOCK, "", "",
			  "no memory to hash the order");
		return;
	}
	hash_sha256(form.text, form.len, o->content_hash);
}
