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

/* With orders in tables of their own the shop leads on from there, too. */
static void
order_page(const struct shop *self, const char *platform_id, struct strbuf *out)
{
	const struct woocommerce *w = (const struct woocommerce *)self;
	const size_t site = strlen(w->root) - strlen("/wp-json");

	if (platform_id[0] != '\0' &&
	    platform_id[strspn(platform_id, "0123456789")] == '\0')
		strbuf_addf(out, "%.*s/wp-admin/post.php?post=%s&action=edit",
			    (int)site, w->root, platform_id);
}

static bool
set_up(struct woocommerce *w, struct err *e)
{
	const struct site *site = w->set.site;
	size_t length = strlen(site->site_url);

	if (w->set.http != NULL &&
	    (w->set.key == NULL || w->set.key[0] == '\0' ||
	     w->set.secret == NULL || w->set.secret[0] == '\0')) {
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
		.order_page = order_page,
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
