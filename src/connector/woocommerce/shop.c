#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "local.h"

static void
close_shop(struct shop *self)
{
	struct woocommerce *w = (struct woocommerce *)self;

	order_rules_end(&w->rules);
	free(w);
}

static bool
set_up(struct woocommerce *w, struct err *e)
{
	const struct site *site = w->set.site;
	size_t length = strlen(site->site_url);

	if (w->set.key == NULL || w->set.key[0] == '\0' ||
	    w->set.secret == NULL || w->set.secret[0] == '\0') {
		err_set(e, ERR_PERMANENT,
			"site %s has no consumer key and secret", site->code);
		err_as(e, OB_CONFIG);
		return err_hint(e,
				"store both: orderbridge secret set "
				"site.%s.consumer_key",
				site->code);
	}
	while (length > 0 && site->site_url[length - 1] == '/')
		length--;
	(void)snprintf(w->root, sizeof(w->root), "%.*s/wp-json", (int)length,
		       site->site_url);
	woo_auth_set(w, site->auth_mode);
	return order_rules_read(&w->rules, site, w->set.mapping, e);
}

struct shop *
woocommerce_open(const struct shop_settings *settings, struct err *e)
{
	struct woocommerce *w = calloc(1, sizeof(*w));

	if (w == NULL) {
		err_set(e, ERR_TEMPORARY, "out of memory");
		return NULL;
	}
	w->set = *settings;
	w->shop = (struct shop){
		.platform = "woocommerce",
		.probe = woo_probe,
		.statuses = woo_statuses,
		.count = woo_count,
		.fetch_page = woo_fetch_page,
		.fetch_ids = woo_fetch_ids,
		.read_order = woo_read_order,
		.mark = woo_mark,
		.subscriptions = woo_subscriptions,
		.subscribe = woo_subscribe,
		.close = close_shop,
	};
	if (!set_up(w, e)) {
		close_shop(&w->shop);
		return NULL;
	}
	return &w->shop;
}
