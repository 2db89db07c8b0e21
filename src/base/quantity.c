#include "base/quantity.h"

#include "decimal.h"

enum { E5 = 100000 };

_Static_assert(QUANTITY_TEXT_MAX == DECIMAL_TEXT_MAX, "room for any number");

static const struct decimal_rule rule = {5, "quantity",
					 "more than five decimals"};

bool
quantity_parse(const char *text, struct quantity *out, struct err *e)
{
	return decimal_parse(text, &rule, &out->e5, NULL, e);
}

bool
quantity_multiply(struct quantity a, struct quantity b, struct quantity *out,
		  struct err *e)
{
	wide product = (wide)a.e5 * b.e5;

	if (product % E5 != 0)
		return err_set(e, ERR_INPUT,
			       "product of quantities needs a sixth decimal");
	if (!decimal_fits(product / E5))
		return err_set(e, ERR_INPUT, "product of quantities too large");
	out->e5 = (int64_t)(product / E5);
	return true;
}

const char *
quantity_text(struct quantity q, char out[QUANTITY_TEXT_MAX])
{
	decimal_text(q.e5, 5, 0, out);
	return out;
}

struct money
money_per_unit(struct money amount, struct quantity q)
{
	wide value = decimal_divide((wide)amount.e4 * E5, q.e5);

	if (!decimal_fits(value))
		return (struct money){value < 0 ? -INT64_MAX : INT64_MAX};
	return (struct money){(int64_t)value};
}

bool
money_times(struct money price, struct quantity q, struct money *out,
	    struct err *e)
{
	wide value = decimal_divide((wide)price.e4 * q.e5, E5);

	if (!decimal_fits(value))
		return err_set(e, ERR_INPUT, "amount too large");
	out->e4 = (int64_t)value;
	return true;
}
