#include "site/site.h"

#include <string.h>

#include "base/text.h"
#include "site/connection.h"
#include "site/secret_store.h"
#include "tests/support/unit.h"

static struct site
good_site(void)
{
	struct site site;
	struct err e = {0};

	assert_true(site_default(&site, "woo-us", "woocommerce", &e));
	(void)text_copy(site.name, sizeof(site.name), "US shop");
	(void)text_copy(site.site_url, sizeof(site.site_url),
			"https://shop.test/us");
	return site;
}

TEST(a_new_woocommerce_site_starts_as_the_requirement_says)
{
	AUTO(site) site = good_site();
	struct err e = {0};

	assert_true(site_check(&site, &e));
	assert_string_equal(site.prefix, "WOOUS");
	assert_string_equal(site.source_status, "processing");
	assert_string_equal(site.mark_key, "sumatra_wc_integrator_exported");
	assert_string_equal(site.mark_value, "1");
	assert_int_equal(site.max_orders, 100);
	assert_true(site.skip_test);
	assert_int_equal(site.test_below.e4, 10000);
	assert_string_equal(site.time_zone, "UTC");
	assert_string_equal(site.credit_mode, "distribute");
	assert_string_equal(site.kit_mode, "both");
}

TEST(a_new_bigcommerce_site_goes_from_status_11_to_9)
{
	AUTO(site) site;
	struct err e = {0};

	assert_true(site_default(&site, "bc", "bigcommerce", &e));
	assert_string_equal(site.source_status, "11");
	assert_string_equal(site.target_status, "9");
	assert_string_equal(site.mark_key, "");
}

TEST(a_prefix_folded_from_a_long_code_fits)
{
	AUTO(site) site;
	struct err e = {0};

	assert_true(site_default(&site, "a-very-long-code-of-a-shop",
				 "woocommerce", &e));
	assert_string_equal(site.prefix, "AVERYLONGCODEO");
}

/* One field that is wrong, and what is said of it. */
struct wrong {
	size_t offset, room;
	const char *value, *text;
};

#define FIELD(name) \
	offsetof(struct site, name), sizeof(((struct site *)0)->name)

TEST(what_a_person_gets_wrong_is_named)
{
	static const struct wrong cases[] = {
		{FIELD(code), "Woo",
		 "code \"Woo\": small letters, digits and - only"},
		{FIELD(code), "",
		 "code \"\": small letters, digits and - only"},
		{FIELD(code), "-us", "code \"-us\" begins with -"},
		{FIELD(prefix), "bgm",
		 "prefix \"bgm\": capitals and digits only"},
		{FIELD(prefix), "", "prefix \"\": capitals and digits only"},
		{FIELD(name), "", "a site needs a name"},
		{FIELD(platform), "magento",
		 "platform \"magento\": woocommerce or bigcommerce"},
		{FIELD(site_url), "shop.test",
		 "address \"shop.test\": wanted https://host/path"},
		{FIELD(site_url), "ftp://shop.test",
		 "address \"ftp://shop.test\": wanted https://host/path"},
		{FIELD(site_url), "https://a:b@shop.test",
		 "address \"https://a:b@shop.test\": wanted https://host/path"},
		{FIELD(site_url), "https://shop.test/?x=1",
		 "address \"https://shop.test/?x=1\": wanted https://host/path"},
		{FIELD(site_url), "https:///path",
		 "address \"https:///path\": wanted https://host/path"},
		{FIELD(time_zone), "Mars/Olympus",
		 "no time zone \"Mars/Olympus\""},
		{FIELD(source_status), "",
		 "a site needs a status to fetch orders of"},
		{FIELD(source_status), "processing,,x",
		 "statuses \"processing,,x\": a list with commas"},
		{FIELD(currency), "US", "currency \"US\": three letters"},
		{FIELD(currency), "usd", "currency \"usd\": three letters"},
		{FIELD(credit_mode), "spread",
		 "credit mode \"spread\": distribute or line"},
		{FIELD(kit_mode), "all",
		 "kit mode \"all\": both, components or parent"},
		{FIELD(mark_key), "",
		 "a WooCommerce site needs the name of its mark"},
		{FIELD(health_url), "nowhere",
		 "address \"nowhere\": wanted https://host/path"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(site) site = good_site();
		struct err e = {0};

		(void)text_copy((char *)&site + cases[i].offset, cases[i].room,
				cases[i].value);
		assert_false(site_check(&site, &e));
		assert_string_equal(e.text, cases[i].text);
		assert_int_equal(e.class, ERR_INPUT);
	}
}

TEST(the_number_of_orders_a_run_has_bounds)
{
	static const struct {
		unsigned value;
		bool good;
	} cases[] = {{0, false}, {1, true}, {1000, true}, {1001, false}};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(site) site = good_site();
		struct err e = {0};

		site.max_orders = cases[i].value;
		assert_int_equal(site_check(&site, &e), cases[i].good);
	}
}

TEST(a_mapping_is_a_json_object)
{
	AUTO(site) site = good_site();
	struct err e = {0};
	char list[] = "[1]", broken[] = "{";
	char *kept = site.mapping;

	site.mapping = list;
	assert_false(site_check(&site, &e));
	assert_string_equal(e.text,
			    "mapping: wanted an object, found an array");
	site.mapping = broken;
	assert_false(site_check(&site, &e));
	site.mapping = kept;
}

TEST(only_secrets_that_something_reads_have_a_name)
{
	static const struct {
		const char *name;
		bool good;
	} cases[] = {
		{"site.woo-us.consumer_key", true},
		{"site.woo-us.consumer_secret", true},
		{"site.woo-us.webhook_secret", true},
		{"bc.client_secret", true},
		{"mail.password", true},
		{"slack.url", true},
		{"site.woo-us.password", false},
		{"site..consumer_key", false},
		{"site.consumer_key", false},
		{"bc.client_secret ", false},
		{"token:1:bc", false},
		{"", false},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = {0};

		assert_int_equal(secret_name_check(cases[i].name, &e),
				 cases[i].good);
	}
}

TEST(settings_of_business_central_come_back_as_they_went)
{
	AUTO(connection) connection = {.kind = "bc"};
	struct bc_settings out, in = bc_settings_default();
	struct err e = {0};

	(void)text_copy(in.tenant, sizeof(in.tenant), "t.example");
	(void)text_copy(in.environment, sizeof(in.environment), "Sand \"box\"");
	(void)text_copy(in.company_name, sizeof(in.company_name),
			"Müller & Co");
	assert_false(bc_settings_write(&in, &connection, &e));
	assert_string_equal(e.text, "connection bc: client_id is missing");
	(void)text_copy(in.client_id, sizeof(in.client_id), "c");
	assert_true(bc_settings_write(&in, &connection, &e));
	assert_true(bc_settings_read(&connection, &out, &e));
	assert_memory_equal(&in, &out, sizeof(in));
}

RUN_TESTS(
	cmocka_unit_test(a_new_woocommerce_site_starts_as_the_requirement_says),
	cmocka_unit_test(a_new_bigcommerce_site_goes_from_status_11_to_9),
	cmocka_unit_test(a_prefix_folded_from_a_long_code_fits),
	cmocka_unit_test(what_a_person_gets_wrong_is_named),
	cmocka_unit_test(the_number_of_orders_a_run_has_bounds),
	cmocka_unit_test(a_mapping_is_a_json_object),
	cmocka_unit_test(only_secrets_that_something_reads_have_a_name),
	cmocka_unit_test(settings_of_business_central_come_back_as_they_went))
