#include "order/proof.h"

static bool
add_line(struct order_sums *s, const struct line *line, struct err *e)
{
	switch (line->type) {
	case LINE_PRODUCT:
	case LINE_COMPONENT:
		return money_add(&s->subtotal, line->amount, e);
	case LINE_SHIPPING:
		return money_add(&s->shipping, line->amount, e);
	case LINE_TAX:
		return money_add(&s->tax, line->amount, e);
	case LINE_FEE:
	case LINE_ROUNDING:
		return money_add(&s->fees, line->amount, e);
	case LINE_COUPON:
		return money_add(&s->discount, line->amount, e);
	case LINE_CREDIT:
	case LINE_GIFT_CARD:
	case LINE_COMMENT:
		break;
	}
	return true;
}

bool
order_sums(const struct order *o, struct order_sums *out, struct err *e)
{
	*out = (struct order_sums){.credit = o->credit_total,
				   .total = o->total_due};
	for (size_t i = 0; i < o->lines; i++) {
		if (!add_line(out, &o->line[i], e))
			return err_in(e, "add up order %s", o->number);
	}
	return true;
}

bool
order_sums_less(const struct order_sums *more, const struct order_sums *less,
		struct order_sums *out, struct err *e)
{
	*out = *more;
	return money_add(&out->subtotal, money_negate(less->subtotal), e) &&
	       money_add(&out->shipping, money_negate(less->shipping), e) &&
	       money_add(&out->tax, money_negate(less->tax), e) &&
	       money_add(&out->fees, money_negate(less->fees), e) &&
	       money_add(&out->discount, money_negate(less->discount), e) &&
	       money_add(&out->credit, money_negate(less->credit), e) &&
	       money_add(&out->total, money_negate(less->total), e);
}
