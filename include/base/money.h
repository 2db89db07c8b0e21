#ifndef OB_BASE_MONEY_H
#define OB_BASE_MONEY_H

/*
 * Money is ten-thousandths of the currency's unit, exactly what DECIMAL(19,4)
 * holds, in a struct so that no one adds it to an integer. Never in a double.
 */

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct money {
	int64_t e4;
};

#define MONEY_TEXT_MAX 24

/* "-12.3456" exactly; a fifth decimal other than 0 is ERR_INPUT. */
MUST_CHECK bool money_parse(const char *text, struct money *out, struct err *e);
/*
 * As money_parse, but a fifth decimal is rounded half away from zero; *rounded
 * (may be NULL) says whether that lost something (FEATURES R-15).
 */
MUST_CHECK bool money_parse_rounded(const char *text, struct money *out,
				    bool *rounded, struct err *e);
MUST_CHECK bool money_add(struct money *sum, struct money more, struct err *e);
/* Rounds to a number of decimals (0 to 4), half away from zero. */
struct money money_round(struct money m, int digits);
struct money money_negate(struct money m);

/* "12.3400": four decimals, for SQL and JSON; returns out. */
const char *money_text(struct money m, char out[MONEY_TEXT_MAX]);
/* "12.34": at least so many decimals (0 to 4), more only if they are not 0. */
const char *money_text_short(struct money m, int digits,
			     char out[MONEY_TEXT_MAX]);

/* Which part of the whole it is: "0.1", to six decimals; "0.0" of nothing. */
const char *money_ratio_text(struct money part, struct money whole,
			     char out[MONEY_TEXT_MAX]);

/* Decimals that a currency is paid in: 0 JPY, 3 KWD, else 2 (FEATURES R-37). */
int currency_digits(const char *currency);

/*
 * Splits total (of either sign) over weights >= 0 so that the parts add up to
 * total again: each share is floored in units of 10^-digits, then the missing
 * units go to the largest fractional parts, ties to the lowest index (FEATURES
 * ERR_INPUT when no weight is positive and total is not 0.
 */
MUST_CHECK bool money_split(struct money total, int digits,
			    const struct money *weight, size_t count,
			    struct money *part, struct err *e);

#endif
