#include "flow/order_json.h"

#include "base/row_out.h"
#include "entity/mask.h"

/* A page of a hundred operations with their results fits into an answer. */
enum { LINES_ROOM = 40 * 1024, MASK_ROOM = 200 };

static void
add_text(struct strbuf *out, const char *name, const char *text)
{
	strbuf_addf(out, ",\"%s\":", name);
	json_out_text(out, text);
}

static void
add_masked(struct strbuf *out, const char *name, const char *text)
{
	AUTO(strbuf) masked = STRBUF(MASK_ROOM);

	mask_add(&masked, text);
	add_text(out, name, strbuf_text(&masked));
}

static void
add_money(struct strbuf *out, const char *name, struct money amount)
{
	char text[MONEY_TEXT_MAX];

	add_text(out, name, money_text_short(amount, 2, text));
}

static void
add_line(struct strbuf *out, const struct line *line)
{
	char text[QUANTITY_TEXT_MAX];

	strbuf_addf(out, "{\"line_no\":%d,\"parent_line\":", line->number);
	strbuf_addf(out, line->parent == 0 ? "null" : "%d", line->parent);
	strbuf_addf(out, ",\"line_type\":\"%d\"", (int)line->type);
	add_text(out, "sku", line->sku);
	add_text(out, "name", line->name);
	add_text(out, "quantity", quantity_text(line->quantity, text));
	add_money(out, "unit_price", line->unit_price);
	add_money(out, "discount_amount", line->discount);
	add_money(out, "amount", line->amount);
	add_money(out, "credit_amount", line->credit);
	add_money(out, "tax_amount", line->tax);
	add_text(out, "gl_account", line->gl_account);
	strbuf_add(out, "}");
}

static void
add_address(struct strbuf *out, const char *kind, const struct address *a)
{
	strbuf_addf(out, "{\"kind\":\"%s\"", kind);
	add_masked(out, "first_name", a->first_name);
	add_masked(out, "last_name", a->last_name);
	add_masked(out, "company", a->company);
	add_masked(out, "address1", a->address1);
	add_text(out, "city", a->city);
	add_text(out, "state", a->state);
	add_masked(out, "postcode", a->postcode);
	add_text(out, "country", a->country);
	strbuf_add(out, "}");
}

static void
add_fault(struct strbuf *out, const struct fault *f)
{
	strbuf_addf(out, "{\"stage\":\"%s\",\"code\":\"%s\"",
		    stage_name(f->stage), code_name(f->code));
	add_text(out, "field", f->field);
	add_text(out, "sku", f->sku);
	add_text(out, "message", f->message);
	strbuf_add(out, "}");
}

static void
add_header(struct strbuf *out, const struct order *o)
{
	add_text(out, "number", o->number);
	add_text(out, "platform_order_id", o->platform_id);
	add_text(out, "platform_status", o->status);
	add_text(out, "currency", o->currency);
	add_money(out, "total_before_credit", o->total_before_credit);
	add_money(out, "credit_total", o->credit_total);
	add_money(out, "total_due", o->total_due);
	add_money(out, "tax_total", o->tax_total);
	add_money(out, "ship_cost", o->ship_cost);
	add_text(out, "payment_method", o->payment_method);
	add_text(out, "trans_id", o->trans_id);
	add_masked(out, "email", o->email);
}

static void
add_parts(struct strbuf *out, const struct order *o)
{
	strbuf_addf(out, ",\"line_count\":%zu,\"lines\":[", o->lines);
	for (size_t i = 0; i < o->lines && out->len < LINES_ROOM; i++) {
		strbuf_add(out, i == 0 ? "" : ",");
		add_line(out, &o->line[i]);
	}
	strbuf_add(out, "],\"addresses\":[");
	add_address(out, "bill", &o->bill_clean);
	strbuf_add(out, ",");
	add_address(out, "ship", &o->ship_clean);
	strbuf_add(out, "],\"faults\":[");
	for (size_t i = 0; i < o->faults.count; i++) {
		strbuf_add(out, i == 0 ? "" : ",");
		add_fault(out, &o->faults.fault[i]);
	}
	strbuf_add(out, "]");
}

void
order_json_tell(void *context, const struct order *o, const char *outcome,
		const struct fault *why, enum code code)
{
	struct strbuf *out = context;
	const struct code_info *info = code_info(why ? why->code : code);

	strbuf_addf(out, "{\"outcome\":\"%s\",\"code\":\"%s\"", outcome,
		    info->name);
	add_text(out, "message", why ? why->message : info->what);
	add_text(out, "fix", info->fix);
	add_header(out, o);
	add_parts(out, o);
	strbuf_add(out, "}");
}
