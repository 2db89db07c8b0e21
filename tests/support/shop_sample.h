#ifndef OB_TESTS_SHOP_SAMPLE_H
#define OB_TESTS_SHOP_SAMPLE_H

/* A WooCommerce shop over a script, and orders that a test changes. */

#include "connector/woocommerce/woocommerce.h"
#include "tests/support/fake_http.h"

struct shop_sample {
	struct site site;
	struct clock clock;
	struct fake_http http;
	struct shop_settings settings;
	struct shop *shop; /* opened by shop_sample_open */
};

/* Keys ck_1 and cs_1, https://shop.test, 50 marks a request. */
void shop_sample_open(struct shop_sample *s,
		      const struct fake_exchange *exchange, size_t count);
/* The same with a mapping. */
void shop_sample_open_with(struct shop_sample *s, const char *mapping);
/* Closes it, and fails the test when the script was not played to its end. */
void shop_sample_close(struct shop_sample *s);

/*
 * Reads an order of tests/fixtures/woocommerce with members replaced by those
 * of patch (JSON, NULL = none) and prepares it; a member that patch sets to the
 * text "REMOVED" is taken out. The caller ends the order.
 */
struct order order_patched(struct shop_sample *s, const char *fixture,
			   const char *patch);

#endif
