#include "tests/support/shop_sample.h"

#include <string.h>

#include "base/text.h"
#include "tests/support/fixture.h"
#include "tests/support/samples.h"
#include "tests/support/unit.h"

void
shop_sample_open(struct shop_sample *s, const struct fake_exchange *exchange,
		 size_t count)
{
	struct err e = {0};

	*s = (struct shop_sample){.site = site_sample(),
				  .clock = clock_fixed(1795210000000),
				  .http = fake_http(exchange, count)};
	(void)text_copy(s->site.site_url, sizeof(s->site.site_url),
			"https://shop.test/");
	s->settings = (struct shop_settings){.site = &s->site,
					     .http = &s->http.client,
					     .clock = &s->clock,
					     .key = "ck_1",
					     .secret = "cs_1",
					     .mark_batch = 50};
	s->shop = woocommerce_open(&s->settings, &e);
	if (s->shop == NULL)
		fail_msg("%s", e.text);
}

void
shop_sample_open_with(struct shop_sample *s, const char *mapping)
{
	struct err e = {0};

	shop_sample_open(s, NULL, 0);
	s->shop->close(s->shop);
	s->settings.mapping = mapping;
	s->shop = woocommerce_open(&s->settings, &e);
	if (s->shop == NULL)
		fail_msg("%s", e.text);
}

void
shop_sample_close(struct shop_sample *s)
{
	s->shop->close(s->shop);
	fake_http_done(&s->http);
}

static void
change(json_t *order, const char *patch)
{
	json_auto_t *changes = NULL;
	json_error_t error;
	const char *name;
	json_t *value;

	if (patch == NULL)
		return;
	changes = json_loads(patch, 0, &error);
	if (changes == NULL)
		fail_msg("patch: %s", error.text);
	json_object_foreach(changes, name, value)
	{
		const char *text = json_string_value(value);

		if (text != NULL && strcmp(text, "REMOVED") == 0)
			(void)json_object_del(order, name);
		else
			(void)json_object_set(order, name, value);
	}
}

struct order
order_patched(struct shop_sample *s, const char *fixture, const char *patch)
{
	json_auto_t *order = NULL;
	struct order_rules rules;
	struct raw_order raw = {.platform_id = "12345"};
	struct order o;
	struct err e = {0};
	char name[256];

	(void)snprintf(name, sizeof(name), "woocommerce/%s", fixture);
	order = fixture_json(name);
	change(order, patch);
	raw.json = order;
	if (!order_rules_read(&rules, &s->site, s->settings.mapping, &e) ||
	    !s->shop->read_order(s->shop, &raw, &o, &e))
		fail_msg("%s: %s", fixture, e.text);
	order_prepare(&o, &rules);
	order_rules_end(&rules);
	return o;
}
