#ifndef OB_BASE_DECIMAL_H
#define OB_BASE_DECIMAL_H

/* What money and quantity share: decimal texts as whole numbers of 10^-scale.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct decimal_rule {
	int scale;        /* decimals that are kept */
	const char *noun; /* "amount", for the error */
	const char *many; /* "more than four decimals", for the error */
};

/*
 * Reads digits with an optional sign "-" and fraction. A decimal beyond the
 * scale is ERR_INPUT unless it is 0 or rounded is given: then it is rounded
 * half away from zero, and *rounded tells it.
 */
MUST_CHECK bool decimal_parse(const char *text, const struct decimal_rule *rule,
			      int64_t *out, bool *rounded, struct err *e);
/* Sign, 19 digits, point and end. */
#define DECIMAL_TEXT_MAX 24

/* Prints with at least so many decimals, more (to scale) only if not 0. */
void decimal_text(int64_t value, int scale, int least,
		  char out[DECIMAL_TEXT_MAX]);

/* a / b, rounded half away from zero; b > 0. */
__extension__ typedef __int128 wide;
wide decimal_divide(wide a, wide b);
/* Whether it fits what a struct money or quantity holds. */
bool decimal_fits(wide value);

#endif
