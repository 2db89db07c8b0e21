#ifndef OB_TESTS_SAMPLES_H
#define OB_TESTS_SAMPLES_H

/*
 * A valid site and order that a test changes in the one place it is about.
 */

#include "order/check.h"
#include "order/order.h"
#include "order/totals.h"
#include "site/site.h"

/* WooCommerce, prefix BGM, defaults of SCHEMA; nothing of it is owned. */
struct site site_sample(void);
/* The rules of site_sample; the caller ends them. */
struct order_rules rules_sample(void);
/*
 * BGM-12345, USD, paid by stripe pi_abc123, John Doe, Los Angeles: one product
 * SKU-9 of 20.00, shipping 10.00, tax 3.00, 33.00 to pay. Not prepared yet; the
 * caller ends it.
 */
struct order order_sample(void);
/* The same without any line, for tests that add their own. */
struct order order_sample_empty(void);
/* Appends a line of one piece; amount as "12.30". */
struct line *line_sample(struct order *o, enum line_type type, const char *sku,
			 const char *amount);
/* "12.30", and it must be money. */
struct money money_sample(const char *text);
/* The fault with a code, NULL when there is none. */
const struct fault *fault_sample(const struct order *o, enum code code);

#endif
