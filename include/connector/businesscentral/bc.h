#ifndef OB_CONNECTOR_BUSINESSCENTRAL_BC_H
#define OB_CONNECTOR_BUSINESSCENTRAL_BC_H

/*
 * Business Central by API v2.0 and, where a site publishes the item card, by
 * OData (UPSTREAM-APIS 4). Not a shop: items by SKU here, documents and sales
 * orders beside it.
 */

#include <stdbool.h>

#include "base/err.h"
#include "connector/shop.h"
#include "net/http.h"
#include "product/item.h"

struct bc {
	struct http_client *http; /* borrowed */
	char api_url[400];        /* ".../v2.0/tenant/environment" */
	char company_id[40];      /* GUID */
	char company_name[121];   /* of the OData service */
	char item_service[101]; /* web service of page 30/31, "" = API items */
	char connection[64];    /* for messages: "bc" */
	/*
	 * The bearer token of the moment; renew = true after a 401. The string
	 * is borrowed until the next call.
	 */
	const char *(*token)(void *context, bool renew, struct err *e);
	void *token_context;
};

/*
 * Asks for each SKU of the set whose answer is BC_UNKNOWN and that needs one
 * (no gl_account, at most 20 characters), 20 a request, several at once. A SKU
 * is BC_MISSING only when the answer was complete (RELIABILITY F12). A request
 * that failed leaves its SKUs BC_UNREACHABLE and *down says why; false only for
 * ERR_DENIED (credentials) or when nothing could be tried.
 */
MUST_CHECK bool bc_check_items(struct bc *bc, struct sku_set *set,
			       struct err *down, struct err *e);

struct bc_item {
	char number[81], description[1001], unit[41], barcode[65];
	bool blocked;
	struct money price;
	utc_ms modified;
};

/*
 * Reads items changed after a moment (0 = all), page by page as the server
 * sends them; each is called for every page, in one piece.
 */
MUST_CHECK bool bc_read_items(struct bc *bc, utc_ms modified_after,
			      bool (*each)(void *context,
					   const struct bc_item *item,
					   size_t count, struct err *e),
			      void *context, struct err *e);

/*
 * Sign-in, company found, items readable, item service readable: steps for a
 * test. Always true: what is wrong stands in the steps.
 */
MUST_CHECK bool bc_probe(struct bc *bc, struct probe *out, struct err *e);
/* The id of a company by its name or display name. ERR_MISSING lists them. */
MUST_CHECK bool bc_find_company(struct bc *bc, const char *name, char id[40],
				struct err *e);

#endif
