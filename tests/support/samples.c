#include "tests/support/samples.h"

#include <string.h>

#include "base/text.h"
#include "tests/support/unit.h"

struct site
site_sample(void)
{
	return (struct site){
		.id = 3,
		.code = "bgm",
		.prefix = "BGM",
		.platform = "woocommerce",
		.site_url = "https://shop.example.com",
		.is_active = true,
		.orders_sync = true,
		.max_orders = 100,
		.skip_test = true,
		.test_below = {10000},
		.source_status = "processing",
		.mark_key = "sumatra_wc_integrator_exported",
		.mark_value = "1",
		.time_zone = "UTC",
		.credit_mode = "distribute",
		.kit_mode = "both",
	};
}

struct order_rules
rules_sample(void)
{
	struct site site = site_sample();
	struct order_rules rules;
	struct err e = {0};

	if (!order_rules_of_site(&rules, &site, &e))
		fail_msg("%s", e.text);
	return rules;
}

struct money
money_sample(const char *text)
{
	struct money m;
	struct err e = {0};

	if (!money_parse(text, &m, &e))
		fail_msg("%s", e.text);
	return m;
}

struct line *
line_sample(struct order *o, enum line_type type, const char *sku,
	    const char *amount)
{
	struct line *line = order_add_line(o, type);

	assert_non_null(line);
	order_set_sku(o, line, sku);
	(void)text_copy(line->name, sizeof(line->name), sku);
	line->quantity.e5 = 100000;
	line->amount = money_sample(amount);
	line->unit_price = line->amount;
	return line;
}

struct order
order_sample_empty(void)
{
	struct order o = {
		.site_id = 3,
		.platform_id = "12345",
		.number = "BGM-12345",
		.order_date = 1792000000000,
		.modified = 1792000100000,
		.paid_at = 1792000000000,
		.status = "processing",
		.currency = "USD",
		.email = "john.doe@example.com",
		.payment_provider = "stripe",
		.trans_id = "pi_abc123",
		.ship_method = "Flat rate",
		.has_shipping_address_need = true,
		.bill = {.first_name = "John",
			 .last_name = "Doe",
			 .address1 = "123 Main St",
			 .city = "Los Angeles",
			 .state = "California",
			 .postcode = "90012",
			 .country = "US",
			 .phone = "+1 555 0100",
			 .email = "john.doe@example.com"},
	};

	return o;
}

struct order
order_sample(void)
{
	struct order o = order_sample_empty();

	(void)line_sample(&o, LINE_PRODUCT, "SKU-9", "20.00");
	(void)line_sample(&o, LINE_SHIPPING, "", "10.00");
	(void)line_sample(&o, LINE_TAX, "", "3.00");
	o.total = money_sample("33.00");
	o.ship_cost = money_sample("10.00");
	return o;
}

const struct fault *
fault_sample(const struct order *o, enum code code)
{
	for (size_t i = 0; i < o->faults.count; i++)
		if (o->faults.fault[i].code == code)
			return &o->faults.fault[i];
	return NULL;
}
