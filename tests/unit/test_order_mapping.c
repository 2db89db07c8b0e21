#include <string.h>

#include "base/text.h"
#include "order/check.h"
#include "tests/support/samples.h"
#include "tests/support/unit.h"

static struct order_rules
rules_of(const char *mapping)
{
	struct site site = site_sample();
	struct order_rules rules;
	struct err e = {0};

	if (!order_rules_read(&rules, &site, mapping, &e))
		fail_msg("%s", e.text);
	return rules;
}

TEST(an_empty_mapping_has_the_defaults_of_the_features)
{
	static const char *const mappings[] = {NULL, "", "{}",
					       "{\"other\": [1, 2]}"};

	for (size_t i = 0; i < COUNT_OF(mappings); i++) {
		struct order_rules rules = rules_of(mappings[i]);

		assert_string_equal(rules.prefix, "BGM");
		assert_true(rules.skip_test);
		assert_int_equal(rules.test_below.e4, 10000);
		assert_true(rules.distribute);
		assert_false(rules.infer_gift_card);
		assert_false(rules.multi_ship);
		assert_string_equal(rules.source_status, "processing");
		assert_string_equal(rules.credit_words, "store credit");
		assert_string_equal(rules.unpaid_methods, "");
		assert_string_equal(rules.no_sku_account, "");
		assert_string_equal(rules.stripe, "stripe*");
		assert_string_equal(rules.klarna, "*klarna*,kco");
		assert_string_equal(rules.bundle_members,
				    "bundled_by,composite_parent");
		order_rules_end(&rules);
	}
}

TEST(a_mapping_replaces_the_lists_that_it_names)
{
	struct order_rules rules = rules_of(
		"{\"credit_words\": [\"store credit\", \"Guthaben\"],"
		" \"unpaid_methods\": [], \"no_sku_account\": \"8400\","
		" \"multi_ship\": true, \"extra_meta\": [\"vat_*\"],"
		" \"payment\": {\"card\": [\"mollie_cc\", \"sq*\"]}}");

	assert_string_equal(rules.credit_words, "store credit,Guthaben");
	assert_string_equal(rules.no_sku_account, "8400");
	assert_true(rules.multi_ship);
	assert_string_equal(rules.extra_meta, "vat_*");
	assert_string_equal(rules.card, "mollie_cc,sq*");
	assert_string_equal(rules.stripe, "stripe*");
	order_rules_end(&rules);
}

TEST(a_bad_mapping_is_told_with_its_place)
{
	static const struct {
		const char *mapping, *text;
	} cases[] = {
		{"{\"credit_words\": \"store credit\"}",
		 "site bgm: mapping.credit_words: wanted a list of words, "
		 "found text"},
		{"{\"payment\": {\"card\": [\"a\", 7]}}",
		 "site bgm: mapping.payment.card[1]: wanted a word without a "
		 "comma, found a whole number"},
		{"{\"extra_meta\": [\"a,b\"]}",
		 "site bgm: mapping.extra_meta[0]: wanted a word without a "
		 "comma, found text"},
		{"{\"no_sku_account\": \"123456789012345678901\"}",
		 "site bgm: mapping.no_sku_account: wanted at most 20 "
		 "characters, found text"},
		{"{\"multi_ship\": \"yes\"}",
		 "site bgm: mapping.multi_ship: wanted true or false, found "
		 "text"},
		{"[]", "site bgm: mapping: wanted an object, found an array"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct site site = site_sample();
		struct order_rules rules;
		struct err e = {0};

		assert_false(
			order_rules_read(&rules, &site, cases[i].mapping, &e));
		assert_string_equal(e.text, cases[i].text);
		assert_int_equal(e.class, ERR_INPUT);
		assert_null(rules.credit_words);
	}
}

TEST(credit_mode_line_spreads_nothing)
{
	struct site site = site_sample();
	struct order_rules rules;
	struct err e = {0};

	(void)text_copy(site.credit_mode, sizeof(site.credit_mode), "line");
	assert_true(order_rules_of_site(&rules, &site, &e));
	assert_false(rules.distribute);
	order_rules_end(&rules);
}

TEST(words_of_a_list_fit_in_any_case_and_with_wildcards)
{
	static const struct {
		const char *list, *text;
		bool fits;
	} cases[] = {
		{"a,b", "B", true},
		{"a,b", "ab", false},
		{"a,b", "", false},
		{"", "", false},
		{"", "a", false},
		{"stripe*", "Stripe_cc", true},
		{"*card*", "my_card_2", true},
		{"stripe*", "my_stripe", false},
		{"a,,b", "b", true},
		{NULL, "a", false},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(order_list_fits(cases[i].list, cases[i].text),
				 cases[i].fits);
}

RUN_TESTS(cmocka_unit_test(an_empty_mapping_has_the_defaults_of_the_features),
	  cmocka_unit_test(a_mapping_replaces_the_lists_that_it_names),
	  cmocka_unit_test(a_bad_mapping_is_told_with_its_place),
	  cmocka_unit_test(credit_mode_line_spreads_nothing),
	  cmocka_unit_test(words_of_a_list_fit_in_any_case_and_with_wildcards))
