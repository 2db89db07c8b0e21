#ifndef OB_ORDER_CHECK_H
#define OB_ORDER_CHECK_H

/*
 * The pure checks that every way into the middleware shares: the scheduled run,
 * the manual import, retries, the dry run and the replay. The way of an order
 * is read_order (connector) -> order_prepare -> [kits expanded, SKUs verified
 * by the flow] -> credit_apply (sorts and numbers the lines) -> store.
 * order_is_test may be asked after order_prepare; its answer comes before any
 * fault (FEATURES 8.12).
 */

#include <stdbool.h>
#include <stddef.h>

#include "order/order.h"
#include "site/site.h"

/*
 * What the site's row and mapping say; one struct for all pure steps. The lists
 * are commas between words; the words of those marked * may hold the wildcards
 * of a shell (* ? [ ]), and case does not matter in any of them. In the mapping
 * each is a member of the same name that holds a JSON list of texts; those of
 * payment.h stand in an object "payment":
 *   {"credit_words": ["store credit"], "unpaid_methods": ["stripe_sepa"],
 *    "no_sku_account": "8400", "multi_ship": false,
 *    "payment": {"card": ["stripe*", "mollie_cc"]}}
 */
struct order_rules {
	char prefix[15];
	bool skip_test;
	struct money test_below;
	bool distribute; /* credit mode; else one line of its own */
	bool infer_gift_card;
	bool multi_ship;      /* several shipping addresses are taken */
	char *unpaid_methods; /* owned*; slugs or codes, may be unpaid */
	char *credit_words;   /* owned; default "store credit" (8.12) */
	char no_sku_account[21]; /* lines without SKU go there; "" = none */
	char *source_status; /* owned; R-6 holds in these; "" = in every one */
	/* owned*; slugs of R-2's flags and R-3's codes, see payment.h */
	char *stripe, *klarna, *paypal, *card, *amazon, *apple_google;
	char *bank_transfer, *cod, *cheque;
	char *extra_meta;      /* owned*; meta keys that go to extra (8.1) */
	char *bundle_members;  /* owned; line members that name a parent
				*/
	char *state_countries; /* owned; where a state is required */
};

/* Reads them from the row and its mapping; ERR_INPUT names a bad member. */
MUST_CHECK bool order_rules_of_site(struct order_rules *out,
				    const struct site *site, struct err *e);
/* The same with a mapping given apart (NULL or "" = all defaults). */
MUST_CHECK bool order_rules_read(struct order_rules *out,
				 const struct site *site, const char *mapping,
				 struct err *e);
void order_rules_end(struct order_rules *rules);
/* Whether a word of a list marked * fits the text. */
bool order_list_fits(const char *list, const char *text);

/*
 * Folds a shop's order number (8.1, 8.12): "BGM-" and the value in upper case
 * without blanks and #, other characters than A-Z 0-9 . - as -. OB_NUMBER goes
 * to o->faults when nothing is left or it exceeds 35 characters.
 */
void order_set_number(struct order *o, const char *prefix, const char *number);
/* Trims the SKU as sent into line.sku and its key form into line.key. */
void order_set_sku(struct order *o, struct line *line, const char *sku);
/*
 * Notes a required member that is not there, or a value that is not what
 * the API promises, at stage normalise.
 */
void order_missing(struct order *o, const char *field);

/*
 * Required fields, addresses (R-7..R-12), proof, payment (R-2..
 * R-6), lines without SKU, content hash. What is wrong goes to
 * o->faults. May be called again on its own result: nothing changes then.
 */
void order_prepare(struct order *o, const struct order_rules *rules);
/*
 * Whether the test filter passes it over (D-5): S below the site's limit. Never
 * when the order could not be read well enough to say what S is.
 */
bool order_is_test(const struct order *o, const struct order_rules *rules);
/*
 * Inserts a component line behind its parent (and that one's components); the
 * flow fills sku, key, name, quantity. parent: index of the kit line or of a
 * component that is a kit itself; at: the index that the new line gets, so the
 * parts of kit_expand go to the kit's index + 1, + 2, ... NULL when memory is
 * out. Indexes of later lines move by one; line.parent of what follows is kept
 * right.
 */
struct line *order_insert_component(struct order *o, size_t parent, size_t at);

#endif
