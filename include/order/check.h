#ifndef OB_ORDER_CHECK_H
#define OB_ORDER_CHECK_H

/*
 * The pure checks that every way into the middleware shares: the scheduled run,
 * the manual import, retries, the dry run and the replay. The way of an order is
 *   read_order (connector) -> order_prepare -> [kits expanded, SKUs verified by
 *   the flow] -> credit_apply -> order_number_lines -> store.
 */

#include <stdbool.h>
#include <stddef.h>

#include "order/order.h"
#include "site/site.h"

/* What the site's row and mapping say; one struct for all pure steps. */
struct order_rules {
	char prefix[15];
	bool skip_test;
	struct money test_below;
	bool distribute; /* credit mode; else one line of its own */
	bool infer_gift_card;
	bool multi_ship; /* several shipping addresses are taken */
	char *unpaid_methods; /* owned comma list: may be unpaid */
	char *credit_words;   /* owned comma list (8.12) */
	char no_sku_account[21]; /* lines without SKU go there; "" = none */
};

/* Reads them from the row and its mapping; ERR_INPUT names a bad member. */
MUST_CHECK bool order_rules_of_site(struct order_rules *out,
				    const struct site *site, struct err *e);
void order_rules_end(struct order_rules *rules);

/*
 * Number (8.1, 8.12), required fields, addresses (R-7..R-12), payment
 * (R-2..R-6), proof, content hash. What is wrong goes to o->faults.
 */
void order_prepare(struct order *o, const struct order_rules *rules);
/* Whether the test filter passes it over (D-5): S below the site's limit. */
bool order_is_test(const struct order *o, const struct order_rules *rules);
/*
 * Inserts a component line behind its parent (and that one's components); the
 * flow fills sku, key, name, quantity. parent: index of the kit line or of a
 * component that is a kit itself. NULL when memory is out. Indexes of later
 * lines move by one; line.parent of what follows is kept right.
 */
struct line *order_insert_component(struct order *o, size_t parent, size_t at);

#endif
