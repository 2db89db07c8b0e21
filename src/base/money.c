#include "base/money.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"

_Static_assert(MONEY_TEXT_MAX == DECIMAL_TEXT_MAX, "room for any amount");

static const struct decimal_rule rule = {4, "amount",
					 "more than four decimals"};

bool
money_parse(const char *text, struct money *out, struct err *e)
{
	return decimal_parse(text, &rule, &out->e4, NULL, e);
}

bool
money_parse_rounded(const char *text, struct money *out, bool *rounded,
		    struct err *e)
{
	bool lost = false;

	if (!decimal_parse(text, &rule, &out->e4, &lost, e))
		return false;
	if (rounded != NULL)
		*rounded = lost;
	return true;
}

bool
money_add(struct money *sum, struct money more, struct err *e)
{
	wide value = (wide)sum->e4 + more.e4;

	if (!decimal_fits(value))
		return err_set(e, ERR_INPUT, "sum of amounts too large");
	sum->e4 = (int64_t)value;
	return true;
}

/* Ten-thousandths in one unit of so many decimals. */
static int64_t
unit_of(int digits)
{
	int64_t unit = 10000;

	for (; digits > 0 && unit > 1; digits--)
		unit /= 10;
	return unit;
}

struct money
money_round(struct money m, int digits)
{
	int64_t unit = unit_of(digits);
	wide rounded = decimal_divide(m.e4, unit) * unit;

	/* Within a unit of the largest amount there is no room to go up. */
	if (!decimal_fits(rounded))
		return (struct money){m.e4 / unit * unit};
	return (struct money){(int64_t)rounded};
}

struct money
money_negate(struct money m)
{
	return (struct money){m.e4 == INT64_MIN ? INT64_MAX : -m.e4};
}

const char *
money_text(struct money m, char out[MONEY_TEXT_MAX])
{
	decimal_text(m.e4, 4, 4, out);
	return out;
}

const char *
money_text_short(struct money m, int digits, char out[MONEY_TEXT_MAX])
{
	decimal_text(m.e4, 4, digits, out);
	return out;
}

const char *
money_ratio_text(struct money part, struct money whole,
		 char out[MONEY_TEXT_MAX])
{
	const wide millionth =
		whole.e4 == 0
			? 0
			: decimal_divide((wide)part.e4 * 1000000, whole.e4);

	decimal_text(decimal_fits(millionth) ? (int64_t)millionth : INT64_MAX,
		     6, 1, out);
	return out;
}

/* ISO 4217 where it is not 2. */
int
currency_digits(const char *currency)
{
	static const char none[] = " BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF "
				   "UGX UYI VND VUV XAF XOF XPF ";
	static const char three[] = " BHD IQD JOD KWD LYD OMR TND ";
	char word[6];

	if (strlen(currency) != 3 || strchr(currency, ' ') != NULL)
		return 2;
	(void)snprintf(word, sizeof(word), " %.3s ", currency);
	if (strstr(none, word) != NULL)
		return 0;
	return strstr(three, word) != NULL ? 3 : 2;
}

/* What is left of one exact share when it was floored. */
struct fraction {
	wide rest;
	size_t index;
};

static int
by_size(const void *a, const void *b)
{
	const struct fraction *x = a, *y = b;

	if (x->rest != y->rest)
		return x->rest > y->rest ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Floors each share and notes the rests; returns what is still missing. */
static wide
floor_shares(wide total, int64_t unit, wide sum, const struct money *weight,
	     size_t count, struct money *part, struct fraction *left)
{
	wide missing = total;

	for (size_t i = 0; i < count; i++) {
		wide exact = total * weight[i].e4;
		wide share = exact / (sum * unit) * unit;

		left[i] = (struct fraction){exact % (sum * unit), i};
		part[i].e4 = (int64_t)share;
		missing -= share;
	}
	return missing;
}

static bool
weigh(const struct money *weight, size_t count, wide *sum, struct err *e)
{
	*sum = 0;
	for (size_t i = 0; i < count; i++) {
		if (weight[i].e4 < 0)
			return err_set(e, ERR_INPUT, "a negative weight");
		*sum += weight[i].e4;
	}
	return true;
}

bool
money_split(struct money total, int digits, const struct money *weight,
	    size_t count, struct money *part, struct err *e)
{
	int64_t unit = unit_of(digits);
	wide size = total.e4 < 0 ? -(wide)total.e4 : (wide)total.e4;
	wide sum, missing;
	struct fraction *left;

	if (!weigh(weight, count, &sum, e))
		return false;
	if (sum == 0 && size != 0)
		return err_set(e, ERR_INPUT,
			       "nothing to split the amount over");
	if (sum == 0)
		sum = 1; /* nothing over nothing: each part is 0 */
	left = calloc(count + 1, sizeof(*left));
	if (left == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	missing = floor_shares(size, unit, sum, weight, count, part, left);
	qsort(left, count, sizeof(*left), by_size);
	for (size_t i = 0; missing > 0; i++) {
		int64_t more = missing < unit ? (int64_t)missing : unit;

		part[left[i].index].e4 += more;
		missing -= more;
	}
	for (size_t i = 0; i < count && total.e4 < 0; i++)
		part[i].e4 = -part[i].e4;
	free(left);
	return true;
}
