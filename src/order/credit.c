#include <stdlib.h>

#include "base/fault.h"
#include "order/totals.h"

/* tender goes over what is to be paid for. */
static bool
takes_credit(const struct line *line)
{
	return !line_is_memo(line) && line->amount.e4 > 0;
}

static void
exceeds(struct order *o)
{
	char credits[MONEY_TEXT_MAX];

	if (!OB_GUARD("credit.exceeds"))
		return;
	fault_add(&o->faults, STAGE_CREDIT, OB_CREDIT_EXCEEDS, "credit_total",
		  "", "credits of %s %s exceed the lines they are spread over",
		  money_text_short(o->credit_total,
				   currency_digits(o->currency), credits),
		  o->currency);
}

/* Σ credit = -C holds by money_split; no line may get more than its amount. */
static void
write_shares(struct order *o, const struct money *part)
{
	for (size_t i = 0; i < o->lines; i++)
		if (part[i].e4 > o->line[i].amount.e4 && part[i].e4 > 0) {
			exceeds(o);
			return;
		}
	for (size_t i = 0; i < o->lines; i++)
		o->line[i].credit = money_negate(part[i]);
}

static bool
spread(struct order *o, struct money *weight, struct money *part, struct err *e)
{
	bool any = false;

	for (size_t i = 0; i < o->lines; i++) {
		bool takes = takes_credit(&o->line[i]);

		weight[i] = takes ? o->line[i].amount : (struct money){0};
		any = any || takes;
	}
	if (!any) {
		exceeds(o);
		return true;
	}
	if (!money_split(o->credit_total, currency_digits(o->currency), weight,
			 o->lines, part, e))
		return err_in(e, "spread credit over order %s", o->number);
	write_shares(o, part);
	return true;
}

bool
credit_apply(struct order *o, bool distribute, struct err *e)
{
	struct money *shares;
	bool ok;

	order_number_lines(o);
	for (size_t i = 0; i < o->lines; i++)
		o->line[i].credit = (struct money){0};
	if (!distribute || o->credit_total.e4 == 0)
		return true;
	shares = calloc(o->lines * 2 + 1, sizeof(*shares));
	if (shares == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	ok = spread(o, shares, shares + o->lines, e);
	free(shares);
	return ok;
}
