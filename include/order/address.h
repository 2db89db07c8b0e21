#ifndef OB_ORDER_ADDRESS_H
#define OB_ORDER_ADDRESS_H

/* Addresses as Business Central takes them (FEATURES 8.3). */

#include <stdbool.h>
#include <stddef.h>

#include "order/fault.h"
#include "order/order.h"

enum address_side { ADDRESS_BILL, ADDRESS_SHIP };

/*
 * Normalises raw into clean and notes what is wrong with it
 * under "bill.city" or "ship.city", each with its own code. States are required
 * and known in US, CA and AU, and required in the further countries of the
 * comma list (may be ""). Normalising the result again changes nothing.
 */
void address_check(const struct address *raw, struct address *clean,
		   enum address_side side, const char *state_countries,
		   struct faults *faults);
/* Nothing that says where to send it: all empty, or only country, state. */
bool address_is_empty(const struct address *a);

/*
 * ISO 3166-1 alpha-2 code of a code, name or alias in any case ("uk", "EL",
 * "United States"); NULL when unknown.
 */
const char *country_code(const char *text);
/*
 * Writes the country's own form ("k1a0b1" -> "K1A 0B1"; upper case elsewhere).
 * False when the country has a pattern and the text does not fit it.
 */
bool postcode_format(const char *country, const char *text, char *out,
		     size_t room);
/* Whether the country has states that we know: US, CA, AU. */
bool state_is_listed(const char *country);
/* The code of a state's code or name; NULL when unknown. */
const char *state_code(const char *country, const char *text);
/* The code of the one state that was probably meant; NULL when not clear. */
const char *state_suggest(const char *country, const char *text);
/* Whether it looks like an e-mail address: local@domain.tld. */
bool email_is_valid(const char *email);
/* Lower-cases the domain in place (8.1). */
void email_fold(char *email);

#endif
