/* The money of an order's page: proof of its credit, totals side by side. */
#include "order_money.h"
#include "app/shops.h"
#include "base/row_out.h"
#include "base/text.h"
#include "order/proof.h"
#include "order/read.h"
#include "order/store.h"
#include "order/totals.h"

enum { BODY_MAX = 1 << 25 };

/* Where each part stands; NULL: nobody can tell. */
struct columns {
	const struct order_sums *platform, *middleware, *diff;
};

static void
add_money(struct strbuf *out, const char *before, const char *name,
	  struct money amount)
{
	char text[MONEY_TEXT_MAX];

	strbuf_addf(out, "%s\"%s\":\"%s\"", before, name,
		    money_text_short(amount, 2, text));
}

static void
add_sums(struct strbuf *out, const char *name, const struct order_sums *sums)
{
	strbuf_addf(out, "\"%s\":", name);
	if (sums == NULL) {
		strbuf_add(out, "null");
		return;
	}
	add_money(out, "{", "subtotal", sums->subtotal);
	add_money(out, ",", "shipping", sums->shipping);
	add_money(out, ",", "tax", sums->tax);
	add_money(out, ",", "fees", sums->fees);
	add_money(out, ",", "discount", sums->discount);
	add_money(out, ",", "credit", sums->credit);
	add_money(out, ",", "total", sums->total);
	strbuf_add(out, "}");
}

/* Business Central's own column comes with its documents. */
static void
add_totals(struct strbuf *out, const struct columns *columns)
{
	strbuf_add(out, ",\"totals\":{");
	add_sums(out, "platform", columns->platform);
	strbuf_add(out, ",");
	add_sums(out, "middleware", columns->middleware);
	strbuf_add(out, ",");
	add_sums(out, "bc", NULL);
	strbuf_add(out, ",");
	add_sums(out, "diff", columns->diff);
	strbuf_add(out, "}");
}

static void
add_shares(struct strbuf *out, const struct order *o)
{
	const char *before = "";

	strbuf_add(out, ",\"shares\":[");
	for (size_t i = 0; i < o->lines; i++) {
		const struct line *line = &o->line[i];

		if (line->credit.e4 == 0)
			continue;
		strbuf_addf(out, "%s{\"line_no\":%d", before, line->number);
		add_money(out, ",", "share", money_negate(line->credit));
		strbuf_add(out, "}");
		before = ",";
	}
	strbuf_add(out, "]");
}

static bool
add_credit(struct strbuf *out, const struct order *o, struct err *e)
{
	struct credit_proof proof;
	char rate[MONEY_TEXT_MAX];

	if (!credit_prove(o, &proof, e))
		return false;
	strbuf_add(out, ",\"credit\":");
	add_money(out, "{", "total", o->credit_total);
	add_money(out, ",", "base", proof.base);
	strbuf_addf(out, ",\"rate\":\"%s\"",
		    money_ratio_text(o->credit_total, proof.base, rate));
	add_shares(out, o);
	strbuf_addf(out, ",\"remainder_rule\":%s,\"sum_ok\":%s}",
		    proof.is_spread ? "\"largest_remainder\"" : "null",
		    proof.sum_ok ? "true" : "false");
	return true;
}

/* What cannot be read is no fault of who looks at it: it stays unknown. */
static bool
is_unknown(struct err *e)
{
	if (e->class == ERR_TEMPORARY || e->class == ERR_FATAL)
		return false;
	*e = (struct err){0};
	return true;
}

/* The order as the shop sent it last, in the form that sums are made of. */
static bool
read_payload(struct request *r, const struct shop *shop,
	     const char *platform_id, struct order *out, struct err *e)
{
	AUTO(strbuf) body = STRBUF(BODY_MAX);
	json_auto_t *json = NULL;
	struct raw_order raw = {0};
	unsigned revision;

	if (!order_payload(r->app->db, request_int(r, "id", 0), 0, &body,
			   &revision, e) ||
	    !json_read(body.text, body.len, &json, e))
		return false;
	(void)text_copy(raw.platform_id, sizeof(raw.platform_id), platform_id);
	raw.json = json;
	return shop->read_order(shop, &raw, out, e);
}

static bool
sums_of_platform(struct request *r, const struct shop *shop,
		 const struct site *site, const char *platform_id,
		 struct order_sums *out, bool *known, struct err *e)
{
	AUTO(order) o = {0};

	*known = false;
	if (!read_payload(r, shop, platform_id, &o, e))
		return is_unknown(e);
	if (!order_prove(&o, site->infer_gift_card, e) ||
	    !order_sums(&o, out, e))
		return is_unknown(e);
	/* Not what the lines come to, but what it says itself. */
	out->total = o.total;
	*known = true;
	return true;
}

static void
add_page(struct strbuf *out, const struct shop *shop, const char *platform_id)
{
	AUTO(strbuf) url = STRBUF(2048);

	shop->order_page(shop, platform_id, &url);
	strbuf_add(out, ",\"platform_url\":");
	if (url.len > 0 && !url.failed)
		json_out_text(out, url.text);
	else
		strbuf_add(out, "null");
}

/* What the shop says, and where it shows it; without a connector nothing. */
static bool
ask_shop(struct request *r, int64_t site_id, const char *platform_id,
	 struct order_sums *out, bool *known, struct err *e)
{
	AUTO(site) site = {0};
	AUTO(open_shop) open = {0};

	*known = false;
	if (!site_load(r->app->db, site_id, &site, e))
		return false;
	if (!open_shop_pure(&open, &site, e)) {
		strbuf_add(&r->data, ",\"platform_url\":null");
		return is_unknown(e);
	}
	add_page(&r->data, open.shop, platform_id);
	return sums_of_platform(r, open.shop, &site, platform_id, out, known,
				e);
}

bool
order_add_money(struct request *r, int64_t site_id, const char *platform_id,
		bool is_stored, struct err *e)
{
	struct order_sums platform, middleware, diff;
	struct columns columns = {0};
	AUTO(order) stored = {0};
	bool known;

	if (!ask_shop(r, site_id, platform_id, &platform, &known, e))
		return false;
	columns.platform = known ? &platform : NULL;
	if (!is_stored) {
		strbuf_add(&r->data, ",\"credit\":null");
		add_totals(&r->data, &columns);
		return true;
	}
	if (!order_read_money(r->app->db, request_int(r, "id", 0), &stored,
			      e) ||
	    !order_sums(&stored, &middleware, e) ||
	    (known && !order_sums_less(&middleware, &platform, &diff, e)))
		return false;
	columns.middleware = &middleware;
	columns.diff = known ? &diff : NULL;
	if (!add_credit(&r->data, &stored, e))
		return false;
	add_totals(&r->data, &columns);
	return true;
}

/* clang-format off */
static const struct shape share_shape = {
	"OrderCreditShare",
	(const struct field[]){
		{"line_no", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"share", FIELD_MONEY, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

const struct shape shape_order_credit = {
	"OrderCredit",
	(const struct field[]){
		{"total", FIELD_MONEY, 0, NULL, NULL, NULL, NULL},
		{"base", FIELD_MONEY, 0, NULL, NULL, NULL,
		 "sum of the lines that it goes over"},
		{"rate", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "total by base: 0.1"},
		{"shares", FIELD_LIST, 0, NULL, NULL, &share_shape,
		 "as they stand on the lines"},
		{"remainder_rule", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL,
		 "largest_remainder; null: it stands in lines of its own"},
		{"sum_ok", FIELD_FLAG, 0, NULL, NULL, NULL,
		 "the lines hold just what the rule gives them"},
		{0},
	},
};

static const struct shape sums_shape = {
	"OrderSums",
	(const struct field[]){
		{"subtotal", FIELD_MONEY, 0, NULL, NULL, NULL,
		 "of the goods, discounts taken off"},
		{"shipping", FIELD_MONEY, 0, NULL, NULL, NULL, NULL},
		{"tax", FIELD_MONEY, 0, NULL, NULL, NULL, NULL},
		{"fees", FIELD_MONEY, 0, NULL, NULL, NULL,
		 "with what was rounded"},
		{"discount", FIELD_MONEY, 0, NULL, NULL, NULL,
		 "coupons; they are in the subtotal already"},
		{"credit", FIELD_MONEY, 0, NULL, NULL, NULL, NULL},
		{"total", FIELD_MONEY, 0, NULL, NULL, NULL,
		 "subtotal + shipping + tax + fees - credit"},
		{0},
	},
};

const struct shape shape_order_totals = {
	"OrderTotals",
	(const struct field[]){
		{"platform", FIELD_OBJECT, FIELD_NULL, NULL, NULL, &sums_shape,
		 "as the shop sent it last"},
		{"middleware", FIELD_OBJECT, FIELD_NULL, NULL, NULL,
		 &sums_shape, "as it is stored"},
		{"bc", FIELD_OBJECT, FIELD_NULL, NULL, NULL, &sums_shape,
		 "as Business Central has it"},
		{"diff", FIELD_OBJECT, FIELD_NULL, NULL, NULL, &sums_shape,
		 "what is stored less what the shop sent"},
		{0},
	},
};
/* clang-format on */
