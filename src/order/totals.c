#include "order/totals.h"

#include "base/fault.h"
#include "base/text.h"
#include "order/payment.h"

/* this many lines may each be off by one minor unit. */
#define ROUNDED_LINES_MAX 5

/* S, the parts of C, and how many lines may each be rounded by a unit. */
struct sums {
	struct money goods;     /* S: what is not memo */
	struct money credit;    /* certain credits */
	struct money undecided; /* smart coupons, in S or in C */
	struct money tax, rounding;
	int lines;
	bool has_undecided, ok;
};

/* Overflow sticks, and is asked for once. */
static void
add(struct sums *s, struct money *sum, struct money more)
{
	struct err e;

	s->ok = money_add(sum, more, &e) && s->ok;
}

static struct sums
sums_of(const struct order *o)
{
	struct sums s = {.ok = true};

	for (size_t i = 0; i < o->lines; i++) {
		const struct line *line = &o->line[i];

		if (line->undecided) {
			add(&s, &s.undecided, line->amount);
			s.has_undecided = true;
		} else if (line->type == LINE_CREDIT ||
			   line->type == LINE_GIFT_CARD) {
			add(&s, &s.credit, line->amount);
		} else if (!line_is_memo(line)) {
			add(&s, &s.goods, line->amount);
			/* A rounding line is no cause of rounding. */
			s.lines += line->type != LINE_COMPONENT &&
				   line->type != LINE_ROUNDING;
		}
		if (line->type == LINE_TAX)
			add(&s, &s.tax, line->amount);
		if (line->type == LINE_ROUNDING)
			add(&s, &s.rounding, line->amount);
	}
	return s;
}

struct money
order_sum(const struct order *o)
{
	return sums_of(o).goods;
}

/* One unit of the currency's smallest coin. */
static int64_t
minor_unit(const char *currency)
{
	int64_t unit = 10000;

	for (int i = currency_digits(currency); i > 0; i--)
		unit /= 10;
	return unit;
}

/* A reading of the total: which credits have already lowered it. */
struct reading {
	int64_t credit;   /* C when this reading holds */
	int64_t residual; /* P less what P should be */
	bool outside;     /* smart coupons are credits */
};

static int64_t
size_of(int64_t n)
{
	return n < 0 ? -n : n;
}

/* The closest of the readings; the first of equals. */
static struct reading
closest(const struct order *o, const struct sums *s)
{
	const int64_t p = o->total.e4, goods = s->goods.e4;
	const int64_t certain = s->credit.e4;
	const int64_t all = certain + s->undecided.e4;
	/*
	 * P = S - C, where smart coupons are in the lines (8.12: asked first)
	 * or outside, or P = S before any credit (BigCommerce, and WooCommerce
	 * with some gift cards, 8.12).
	 */
	const struct reading readings[] = {
		{certain, p - (goods - certain), false},
		{all, p - (goods - all), true},
		{certain, p - goods, false},
	};
	struct reading best = readings[0];

	for (size_t i = 1; i < COUNT_OF(readings); i++) {
		if (i == 1 && !s->has_undecided)
			continue;
		if (size_of(readings[i].residual) < size_of(best.residual))
			best = readings[i];
	}
	return best;
}

/* A smart coupon becomes a discount that is told, or a credit that is spread.
 */
static void
decide(struct order *o, bool outside)
{
	for (size_t i = 0; i < o->lines; i++) {
		struct line *line = &o->line[i];
		char code[sizeof(line->code)];

		if (!line->undecided)
			continue;
		line->undecided = false;
		line->type = outside ? LINE_CREDIT : LINE_COUPON;
		if (!outside)
			continue;
		(void)text_copy(code, sizeof(code), line->code);
		payment_mask_code(line->code, sizeof(line->code), code);
		(void)text_copy(line->name, sizeof(line->name), "Store credit");
	}
}

static bool
add_amount_line(struct order *o, enum line_type type, int64_t amount,
		const char *name, const char *code, struct err *e)
{
	struct line *line = order_add_line(o, type);

	if (line == NULL)
		return err_set(e, ERR_TEMPORARY, "no room for another line");
	line->quantity.e5 = 100000;
	line->amount.e4 = amount;
	line->unit_price = line->amount;
	(void)text_copy(line->name, sizeof(line->name), name);
	(void)text_copy(line->code, sizeof(line->code), code);
	return true;
}

static void
mismatch(struct order *o, const struct sums *s, int64_t credit)
{
	char lines[MONEY_TEXT_MAX], credits[MONEY_TEXT_MAX];
	char total[MONEY_TEXT_MAX];
	int digits = currency_digits(o->currency);

	fault_add(&o->faults, STAGE_NORMALISE, OB_TOTAL_MISMATCH, "total", "",
		  "the lines add up to %s, credits to %s, the shop says %s %s",
		  money_text_short(s->goods, digits, lines),
		  money_text_short((struct money){credit}, digits, credits),
		  money_text_short(o->total, digits, total), o->currency);
}

static void
exceeds(struct order *o, int64_t credit)
{
	char lines[MONEY_TEXT_MAX], credits[MONEY_TEXT_MAX];
	int digits = currency_digits(o->currency);

	if (!OB_GUARD("credit.exceeds"))
		return;
	fault_add(&o->faults, STAGE_CREDIT, OB_CREDIT_EXCEEDS, "credit_total",
		  "", "credits of %s exceed the order's %s %s",
		  money_text_short((struct money){credit}, digits, credits),
		  money_text_short(o->total_before_credit, digits, lines),
		  o->currency);
}

/* Whether the rest of a total that is too low is a gift card. */
static bool
may_infer(const struct sums *s, const struct reading *best, bool infer)
{
	return infer && !s->has_undecided && best->residual < 0;
}

/*
 * Makes the order's lines and its total agree. False with e: no memory. What
 * cannot be explained leaves proof_ok unset, with the fault.
 */
static bool
settle(struct order *o, const struct sums *s, bool infer, int64_t *credit,
       struct err *e)
{
	struct reading best = closest(o, s);
	int lines = s->lines < ROUNDED_LINES_MAX ? s->lines : ROUNDED_LINES_MAX;

	*credit = best.credit;
	if (size_of(best.residual) <= lines * minor_unit(o->currency)) {
		decide(o, best.outside);
		o->proof_residual.e4 = s->rounding.e4 + best.residual;
		o->proof_ok = true;
		return best.residual == 0 ||
		       add_amount_line(o, LINE_ROUNDING, best.residual,
				       "Rounding", "", e);
	}
	*credit = s->credit.e4;
	best.residual = o->total.e4 - (s->goods.e4 - *credit);
	if (s->has_undecided && *credit + s->undecided.e4 > s->goods.e4) {
		exceeds(o, *credit + s->undecided.e4);
		return true;
	}
	if (!may_infer(s, &best, infer)) {
		mismatch(o, s, *credit);
		return true;
	}
	*credit -= best.residual;
	o->proof_ok = true;
	return add_amount_line(o, LINE_GIFT_CARD, -best.residual, "Gift card",
			       "INFERRED", e);
}

bool
order_prove(struct order *o, bool infer_gift_card, struct err *e)
{
	struct sums s = sums_of(o);
	int64_t credit;

	o->proof_ok = false;
	o->total_before_credit = s.goods;
	o->credit_total = s.credit;
	o->tax_total = s.tax;
	o->total_due = o->total;
	if (!s.ok || size_of(o->total.e4) > INT64_MAX / 4 ||
	    size_of(s.goods.e4) > INT64_MAX / 4 ||
	    size_of(s.credit.e4) > INT64_MAX / 4 ||
	    size_of(s.undecided.e4) > INT64_MAX / 4) {
		fault_add(&o->faults, STAGE_NORMALISE, OB_TOTAL_MISMATCH,
			  "total", "", "the amounts are too large to add up");
		return true;
	}
	if (s.credit.e4 > s.goods.e4) {
		exceeds(o, s.credit.e4);
		return true;
	}
	if (!settle(o, &s, infer_gift_card, &credit, e))
		return false;
	o->total_before_credit = order_sum(o);
	o->credit_total.e4 = credit;
	o->total_due.e4 = o->total_before_credit.e4 - credit;
	return true;
}
