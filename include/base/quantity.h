#ifndef OB_BASE_QUANTITY_H
#define OB_BASE_QUANTITY_H

/* Quantities are hundred-thousandths, what DECIMAL(19,5) holds. */

#include <inttypes.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/money.h"

struct quantity {
	int64_t e5;
};

#define QUANTITY_TEXT_MAX 24

/* "1.5"; more than five decimals or out of range is ERR_INPUT. */
MUST_CHECK bool quantity_parse(const char *text, struct quantity *out,
			       struct err *e);
/* a x b; ERR_INPUT when it overflows or needs a sixth decimal. */
MUST_CHECK bool quantity_multiply(struct quantity a, struct quantity b,
				  struct quantity *out, struct err *e);
/* "1.5": without needless zeros; returns out. */
const char *quantity_text(struct quantity q, char out[QUANTITY_TEXT_MAX]);
/* amount / q, rounded half away from zero to ten-thousandths; q must be > 0. */
struct money money_per_unit(struct money amount, struct quantity q);
/* price x q, rounded half away from zero to ten-thousandths; ERR_INPUT. */
MUST_CHECK bool money_times(struct money price, struct quantity q,
			    struct money *out, struct err *e);

#endif
