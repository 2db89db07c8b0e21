#ifndef OB_CONNECTOR_WOOCOMMERCE_WOOCOMMERCE_H
#define OB_CONNECTOR_WOOCOMMERCE_WOOCOMMERCE_H

/*
 * WooCommerce by its REST API, wc/v3 (UPSTREAM-APIS 2): consumer key and secret
 * by HTTP Basic, in the query or by OAuth 1.0a, as the site's auth_mode says,
 * which probe() finds out. The shop needs pretty permalinks.
 */

#include "connector/shop.h"

/*
 * Opens a shop; nothing is sent. The settings and what they point to must
 * outlive it. NULL: ERR_INPUT names a bad member of the mapping, ERR_PERMANENT
 * with OB_CONFIG says that a key is missing.
 */
struct shop *woocommerce_open(const struct shop_settings *settings,
			      struct err *e);

#endif
