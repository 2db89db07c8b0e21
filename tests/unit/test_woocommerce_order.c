#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/support/samples.h"
#include "tests/support/shop_sample.h"
#include "tests/support/unit.h"

/* What the golden files do not show: odd values, and the site's mapping. */

#define BASE "kit-coupon-tax.json" /* 109.00: 72 + 18 + 10 + 9, save10 */

/* each required member removed in turn. */
TEST(each_required_member_that_the_shop_leaves_out_is_named)
{
	static const struct {
		const char *patch, *field;
	} cases[] = {
		{"{\"number\": \"REMOVED\"}", "number"},
		{"{\"number\": null}", "number"},
		{"{\"date_created_gmt\": \"REMOVED\"}", "date_created_gmt"},
		{"{\"currency\": \"REMOVED\"}", "currency"},
		{"{\"line_items\": []}", "line_items"},
		{"{\"line_items\": \"REMOVED\"}", "line_items"},
		{"{\"billing\": \"REMOVED\"}", "bill"},
		{"{\"billing\": {}}", "bill"},
		{"{\"total\": \"REMOVED\"}", "total"},
		{"{\"total\": null}", "total"},
	};
	struct shop_sample s;

	shop_sample_open(&s, NULL, 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct order o = order_patched(&s, BASE, cases[i].patch);
		const struct fault *f = fault_first(&o.faults);

		if (f == NULL || f->code != OB_FIELD ||
		    strcmp(f->field, cases[i].field) != 0)
			fail_msg("%s: %s %s", cases[i].patch,
				 f ? code_name(f->code) : "no fault",
				 f ? f->field : "");
		order_end(&o);
	}
	shop_sample_close(&s);
}

TEST(what_is_not_as_promised_is_a_fault_at_its_place)
{
	static const struct {
		const char *patch, *code, *field, *message;
	} cases[] = {
		{"{\"number\": \"\"}", "ob_number", "number",
		 "the order number \"\" is empty"},
		{"{\"total\": \"12,30\"}", "ob_json", "total", NULL},
		{"{\"total\": {}}", "ob_json", "total",
		 "order.total: wanted an amount, found an object"},
		{"{\"currency\": \"usd\"}", "ob_currency", "currency",
		 "\"usd\" is no currency"},
		{"{\"currency\": \"DOLLAR\"}", "ob_currency", "currency",
		 "\"DOLLAR\" is no currency"},
		{"{\"date_created_gmt\": \"yesterday\"}", "ob_json",
		 "date_created_gmt", NULL},
		{"{\"status\": {\"a\": 1}}", "ob_json", "status",
		 "order.status: wanted text, found an object"},
		{"{\"line_items\": [{\"id\": 1, \"sku\": \"A\", "
		 "\"quantity\": 1}]}",
		 "ob_field", "line_items[0].total",
		 "line_items[0].total is missing"},
		{"{\"line_items\": [{\"id\": 1, \"sku\": [1], "
		 "\"quantity\": 1, \"total\": \"1\"}]}",
		 "ob_json", "line_items[0].sku",
		 "order.line_items[0].sku: wanted text, found an array"},
		{"{\"pw_gift_cards_redeemed\": [{\"number\": \"X\", "
		 "\"amount\": \"-5\"}]}",
		 "ob_json", "pw_gift_cards_redeemed[0]",
		 "a gift card of less than 0"},
	};
	struct shop_sample s;

	shop_sample_open(&s, NULL, 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct order o = order_patched(&s, BASE, cases[i].patch);
		const struct fault *f = fault_first(&o.faults);

		if (f == NULL)
			fail_msg("%s: no fault", cases[i].patch);
		assert_string_equal(code_name(f->code), cases[i].code);
		assert_string_equal(f->field, cases[i].field);
		if (cases[i].message != NULL)
			assert_string_equal(f->message, cases[i].message);
		assert_int_equal(f->stage, STAGE_NORMALISE);
		order_end(&o);
	}
	shop_sample_close(&s);
}

TEST(a_thing_that_is_no_order_is_refused)
{
	static const char *const texts[] = {"[]", "\"order\"", "{}"};
	static const char *const told[] = {
		"order: wanted an object, found an array",
		"order: wanted an object, found text", "order: it has no id"};
	struct shop_sample s;

	shop_sample_open(&s, NULL, 0);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		json_auto_t *json = json_loads(texts[i], JSON_DECODE_ANY, NULL);
		struct raw_order raw = {.json = json};
		struct order o = {.platform_id = "kept"};
		struct err e = {0};

		assert_false(s.shop->read_order(s.shop, &raw, &o, &e));
		assert_int_equal(e.class, ERR_INPUT);
		assert_int_equal(e.code, OB_JSON);
		assert_string_equal(e.text, told[i]);
		assert_string_equal(o.platform_id, "kept");
	}
	shop_sample_close(&s);
}

TEST(quantities_are_more_than_0_with_five_decimals_at_most)
{
	static const struct {
		const char *quantity;
		int64_t e5; /* 0: ob_line_qty */
	} cases[] = {
		{"2", 200000},  {"1.5", 150000}, {"\"1.5\"", 150000},
		{"0.00001", 1}, {"0", 0},        {"-1", 0},
		{"null", 0},    {"\"\"", 0},     {"\"0.000001\"", 0},
		{"true", 0},
	};
	struct shop_sample s;

	shop_sample_open(&s, NULL, 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char patch[256];
		struct order o;

		(void)snprintf(patch, sizeof(patch),
			       "{\"line_items\": [{\"id\": 1, \"sku\": \"A\", "
			       "\"quantity\": %s, \"total\": \"90\"}]}",
			       cases[i].quantity);
		o = order_patched(&s, BASE, patch);
		assert_int_equal(o.line[0].quantity.e5, cases[i].e5);
		assert_int_equal(fault_sample(&o, OB_LINE_QTY) != NULL,
				 cases[i].e5 == 0);
		if (cases[i].e5 == 0)
			assert_string_equal(
				fault_sample(&o, OB_LINE_QTY)->field,
				"line_items[0].quantity");
		order_end(&o);
	}
	shop_sample_close(&s);
}

/* R-16's example as dp=4 shows it. */
TEST(four_decimals_are_rounded_and_the_rest_goes_to_the_proof)
{
	struct shop_sample s;
	struct order o;

	shop_sample_open(&s, NULL, 0);
	o = order_patched(
		&s, BASE,
		"{\"line_items\": [{\"id\": 1, \"sku\": \"A\", \"quantity\": 3,"
		" \"subtotal\": \"40.7143\", \"total\": \"35.7143\"}],"
		" \"shipping_lines\": [{\"id\": 2, \"total\": \"3.1250\"}],"
		" \"tax_lines\": [{\"id\": 3, \"tax_total\": \"4.3000\","
		"  \"shipping_tax_total\": \"0.3700\"}],"
		" \"coupon_lines\": [], \"total\": \"43.5000\"}");
	assert_int_equal(o.faults.count, 0);
	assert_int_equal(o.line[0].amount.e4, 357100);
	assert_int_equal(o.line[0].discount.e4, 50000);
	assert_int_equal(o.line[0].unit_price.e4, 135714);
	assert_int_equal(o.line[1].amount.e4, 31300);
	assert_int_equal(o.line[2].amount.e4, 46700);
	assert_int_equal(o.line[3].type, LINE_ROUNDING);
	assert_int_equal(o.line[3].amount.e4, -100);
	assert_int_equal(o.total_due.e4, 435000);
	assert_string_equal(o.extra,
			    "{\"payment_title\":\"Credit card (Stripe)\"}");
	order_end(&o);
	shop_sample_close(&s);
}

TEST(a_fifth_decimal_is_rounded_and_noted)
{
	struct shop_sample s;
	struct order o;

	shop_sample_open(&s, NULL, 0);
	o = order_patched(
		&s, BASE,
		"{\"line_items\": [{\"id\": 1, \"sku\": \"A\", \"quantity\": 1,"
		" \"subtotal\": \"90.00005\", \"total\": \"90.000049\"}]}");
	assert_int_equal(o.line[0].amount.e4, 900000);
	assert_int_equal(o.line[0].unit_price.e4, 900001);
	assert_non_null(strstr(o.extra, "\"rounded\":[\"line_items[0].total\","
					"\"line_items[0].subtotal\"]"));
	order_end(&o);
	shop_sample_close(&s);
}

TEST(yen_have_no_decimals)
{
	struct shop_sample s;
	struct order o;

	shop_sample_open(&s, NULL, 0);
	o = order_patched(
		&s, BASE,
		"{\"currency\": \"JPY\", \"shipping_lines\": [],"
		" \"tax_lines\": [], \"coupon_lines\": [], \"total\": \"100\","
		" \"total_tax\": \"0\","
		" \"line_items\": [{\"id\": 1, \"sku\": \"A\", \"quantity\": 1,"
		" \"total\": \"100.50\"}]}");
	assert_int_equal(o.line[0].amount.e4, 1010000);
	assert_int_equal(o.line[1].type, LINE_ROUNDING);
	assert_int_equal(o.line[1].amount.e4, -10000);
	order_end(&o);
	shop_sample_close(&s);
}

TEST(a_line_that_costs_more_than_its_subtotal_has_no_discount)
{
	struct shop_sample s;
	struct order o;

	shop_sample_open(&s, NULL, 0);
	o = order_patched(
		&s, BASE,
		"{\"line_items\": [{\"id\": 1, \"sku\": \"A\", \"quantity\": 2,"
		" \"subtotal\": \"80\", \"total\": \"90\"}]}");
	assert_int_equal(o.line[0].unit_price.e4, 450000);
	assert_int_equal(o.line[0].discount.e4, 0);
	assert_true(o.proof_ok);
	order_end(&o);
	shop_sample_close(&s);
}

TEST(tax_without_a_rate_makes_a_line_of_its_own)
{
	struct shop_sample s;
	struct order o;

	shop_sample_open(&s, NULL, 0);
	o = order_patched(&s, BASE, "{\"tax_lines\": []}");
	assert_true(o.proof_ok);
	assert_int_equal(o.tax_total.e4, 90000);
	assert_string_equal(o.line[3].name, "Tax");
	order_end(&o);
	shop_sample_close(&s);
}

TEST(our_mark_is_seen_in_every_form_that_it_takes)
{
	static const struct {
		const char *meta;
		bool marked;
	} cases[] = {
		{"[]", false},
		{"[{\"key\": \"sumatra_wc_integrator_exported\", "
		 "\"value\": \"1\"}]",
		 true},
		{"[{\"key\": \"sumatra_wc_integrator_exported\", "
		 "\"value\": 1}]",
		 true},
		{"[{\"key\": \"sumatra_wc_integrator_exported\", "
		 "\"value\": true}]",
		 true},
		{"[{\"key\": \"sumatra_wc_integrator_exported\", "
		 "\"value\": \"Yes\"}]",
		 true},
		{"[{\"key\": \"sumatra_wc_integrator_exported\", "
		 "\"value\": \"0\"}]",
		 false},
		{"[{\"key\": \"sumatra_wc_integrator_exported\", "
		 "\"value\": \"\"}]",
		 false},
		{"[{\"key\": \"sumatra_wc_integrator_exported\", "
		 "\"value\": null}]",
		 false},
		{"[{\"key\": \"sumatra_wc_integrator_exported\", "
		 "\"value\": [\"1\"]}]",
		 false},
		{"[{\"key\": \"another\", \"value\": \"1\"}]", false},
		{"[{\"key\": \"sumatra_wc_integrator_exported\", "
		 "\"value\": \"0\"}, {\"key\": "
		 "\"sumatra_wc_integrator_exported\", \"value\": \"1\"}]",
		 true},
	};
	struct shop_sample s;

	shop_sample_open(&s, NULL, 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char patch[512];
		struct order o;

		(void)snprintf(patch, sizeof(patch), "{\"meta_data\": %s}",
			       cases[i].meta);
		o = order_patched(&s, BASE, patch);
		if (o.marked != cases[i].marked)
			fail_msg("%s", cases[i].meta);
		order_end(&o);
	}
	shop_sample_close(&s);
}

TEST(a_mark_of_the_site_s_own_words_is_seen)
{
	struct shop_sample s;
	struct order o;

	shop_sample_open(&s, NULL, 0);
	(void)text_copy(s.site.mark_key, sizeof(s.site.mark_key), "in_bc");
	(void)text_copy(s.site.mark_value, sizeof(s.site.mark_value), "done");
	o = order_patched(&s, BASE,
			  "{\"meta_data\": [{\"key\": \"in_bc\", "
			  "\"value\": \"done\"}]}");
	assert_true(o.marked);
	order_end(&o);
	shop_sample_close(&s);
}

/* our own marking bumps date_modified, and the next run finds it so. */
TEST(marking_leaves_the_hash_as_it_was)
{
	struct shop_sample s;
	struct order before, after;

	shop_sample_open(&s, NULL, 0);
	before = order_patched(&s, BASE, NULL);
	after = order_patched(
		&s, BASE,
		"{\"date_modified_gmt\": \"2026-11-20T10:00:00\","
		" \"date_modified\": \"2026-11-20T02:00:00\","
		" \"meta_data\": [{\"id\": 7, \"key\": "
		"\"sumatra_wc_integrator_exported\", \"value\": \"1\"}]}");
	assert_true(after.marked);
	assert_int_not_equal(before.modified, after.modified);
	assert_memory_equal(before.content_hash, after.content_hash, 32);
	order_end(&before);
	order_end(&after);
	shop_sample_close(&s);
}

/* Each adds up to the total of BASE, 109.00. */
TEST(gift_cards_are_found_under_every_name)
{
	static const struct {
		const char *patch;
		const char *codes[2];
		const char *credit;
	} cases[] = {
		{"{\"total\": \"99\", \"pw_gift_cards_redeemed\": "
		 "[{\"number\": \"AAAA-1111\", \"amount\": 10}]}",
		 {"****1111"},
		 "10.00"},
		{"{\"total\": \"99\", \"pw_gift_cards_redeemed\": [], "
		 "\"meta_data\": [{\"key\": \"_pw_gift_cards_redeemed\", "
		 "\"value\": [{\"card_number\": \"BBBB-2222\", "
		 "\"amount\": \"10.00\"}]}]}",
		 {"****2222"},
		 "10.00"},
		{"{\"total\": \"99\", \"pw_gift_cards_redeemed\": "
		 "[{\"number\": \"AAAA-1111\", \"amount\": 10}], "
		 "\"meta_data\": [{\"key\": \"_pw_gift_cards_redeemed\", "
		 "\"value\": [{\"card_number\": \"BBBB-2222\", "
		 "\"amount\": \"10.00\"}]}]}",
		 {"****1111"},
		 "10.00"},
		{"{\"total\": \"84\", \"gift_cards\": [{\"id\": 5, \"code\": "
		 "\"CCCC-3333\", \"amount\": \"20\"}, {\"code\": \"DDDD-4444\","
		 " \"amount\": \"5\"}]}",
		 {"****3333", "****4444"},
		 "25.00"},
		{"{\"total\": \"99\", \"pw_gift_cards_redeemed\": {\"1\": "
		 "{\"number\": \"EEEE-5555\", \"amount\": \"10\"}}}",
		 {"****5555"},
		 "10.00"},
		{"{\"pw_gift_cards_redeemed\": [{\"number\": \"FFFF-6666\", "
		 "\"amount\": 0}]}",
		 {NULL},
		 "0.00"},
		{"{\"total\": \"99\", \"pw_gift_cards_redeemed\": "
		 "[{\"amount\": 10}]}",
		 {"****"},
		 "10.00"},
	};
	struct shop_sample s;

	shop_sample_open(&s, NULL, 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct order o = order_patched(&s, BASE, cases[i].patch);
		size_t found = 0;

		for (size_t k = 0; k < o.lines; k++) {
			if (o.line[k].type != LINE_GIFT_CARD)
				continue;
			assert_string_equal(o.line[k].code,
					    cases[i].codes[found++]);
		}
		assert_int_equal(found, cases[i].codes[0] == NULL   ? 0
					: cases[i].codes[1] == NULL ? 1
								    : 2);
		assert_int_equal(o.credit_total.e4,
				 money_sample(cases[i].credit).e4);
		assert_true(o.proof_ok);
		order_end(&o);
	}
	shop_sample_close(&s);
}

TEST(a_negative_fee_with_a_credit_word_is_store_credit)
{
	static const struct {
		const char *name;
		enum line_type type;
	} cases[] = {
		{"Store credit / goodwill", LINE_CREDIT},
		{"Your STORE CREDIT", LINE_CREDIT},
		{"Store&#32;credit", LINE_CREDIT},
		{"Loyalty discount", LINE_FEE},
		{"Guthaben", LINE_FEE},
	};
	struct shop_sample s;

	shop_sample_open(&s, NULL, 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char patch[256];
		struct order o;
		bool credit = cases[i].type == LINE_CREDIT;

		(void)snprintf(patch, sizeof(patch),
			       "{\"total\": \"104\", \"fee_lines\": [{\"id\": "
			       "9, \"name\": \"%s\", \"total\": \"-5.00\"}]}",
			       cases[i].name);
		o = order_patched(&s, BASE, patch);
		assert_true(o.proof_ok);
		assert_int_equal(o.line[5].type, cases[i].type);
		assert_int_equal(o.line[5].amount.e4, credit ? 50000 : -50000);
		assert_int_equal(o.credit_total.e4, credit ? 50000 : 0);
		order_end(&o);
	}
	shop_sample_close(&s);
}

TEST(a_positive_fee_is_a_fee_whatever_its_name)
{
	struct shop_sample s;
	struct order o;

	shop_sample_open(&s, NULL, 0);
	o = order_patched(&s, BASE,
			  "{\"total\": \"114\", \"fee_lines\": [{\"id\": 9, "
			  "\"name\": \"Buy store credit\", \"total\": "
			  "\"5.00\"}]}");
	assert_true(o.proof_ok);
	assert_int_equal(o.line[5].type, LINE_FEE);
	order_end(&o);
	shop_sample_close(&s);
}

TEST(credit_words_are_the_site_s)
{
	struct shop_sample s;
	struct order o;

	shop_sample_open_with(&s, "{\"credit_words\": [\"Guthaben\"]}");
	o = order_patched(&s, BASE,
			  "{\"total\": \"104\", \"fee_lines\": [{\"id\": 9, "
			  "\"name\": \"Ihr Guthaben\", \"total\": "
			  "\"-5.00\"}]}");
	assert_int_equal(o.credit_total.e4, 50000);
	order_end(&o);
	shop_sample_close(&s);
}

TEST(smart_coupons_are_credits_only_outside_the_lines)
{
	static const struct {
		const char *patch;
		enum line_type type;
		const char *code, *credit;
	} cases[] = {
		/* by type alone, outside */
		{"{\"total\": \"99\", \"coupon_lines\": [{\"id\": 8, \"code\": "
		 "\"sc-abcd\", \"discount\": \"10\", \"discount_type\": "
		 "\"smart_coupon\"}]}",
		 LINE_CREDIT, "****abcd", "10.00"},
		/* by type alone, inside */
		{"{\"coupon_lines\": [{\"id\": 8, \"code\": \"sc-abcd\", "
		 "\"discount\": \"10\", \"discount_type\": "
		 "\"smart_coupon\"}]}",
		 LINE_COUPON, "sc-abcd", "0.00"},
		/* by the meta alone, in another case, outside */
		{"{\"total\": \"99\", \"coupon_lines\": [{\"id\": 8, \"code\": "
		 "\"sc-abcd\", \"discount\": \"0\", \"discount_type\": "
		 "\"fixed_cart\"}], \"meta_data\": [{\"key\": "
		 "\"smart_coupons_contribution\", \"value\": {\"SC-ABCD\": "
		 "\"10.00\"}}]}",
		 LINE_CREDIT, "****abcd", "10.00"},
		/* no coupon line at all */
		{"{\"total\": \"99\", \"coupon_lines\": [], \"meta_data\": "
		 "[{\"key\": \"smart_coupons_contribution\", \"value\": "
		 "{\"sc-efgh\": 10}}]}",
		 LINE_CREDIT, "****efgh", "10.00"},
	};
	struct shop_sample s;

	shop_sample_open(&s, NULL, 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct order o = order_patched(&s, BASE, cases[i].patch);

		assert_true(o.proof_ok);
		assert_int_equal(o.lines, 5);
		assert_int_equal(o.line[4].type, cases[i].type);
		assert_string_equal(o.line[4].code, cases[i].code);
		assert_int_equal(o.credit_total.e4,
				 money_sample(cases[i].credit).e4);
		order_end(&o);
	}
	shop_sample_close(&s);
}

TEST(children_of_a_bundle_become_its_components)
{
	static const char lines[] =
		"{\"total\": \"109\", \"line_items\": ["
		"{\"id\": 1, \"sku\": \"BOX\", \"quantity\": 1, \"total\": "
		"\"60\", \"bundled_by\": \"\", \"bundled_items\": [2]},"
		"{\"id\": 4, \"sku\": \"X\", \"quantity\": 1, \"total\": "
		"\"10\", \"composite_parent\": null},"
		"{\"id\": 2, \"sku\": \"A\", \"quantity\": 2, \"total\": "
		"\"20\", \"bundled_by\": 1},"
		"{\"id\": 3, \"sku\": \"B\", \"quantity\": 1, \"total\": "
		"\"0\", \"composite_parent\": \"1\"},"
		"{\"id\": 5, \"sku\": \"Y\", \"quantity\": 1, \"total\": "
		"\"0\", \"bundled_by\": 77}]}";
	struct shop_sample s;
	struct order o;

	shop_sample_open(&s, NULL, 0);
	o = order_patched(&s, BASE, lines);
	assert_true(o.proof_ok);
	assert_true(o.has_kit);
	assert_string_equal(o.line[0].sku, "BOX");
	assert_string_equal(o.line[1].sku, "A");
	assert_int_equal(o.line[1].type, LINE_COMPONENT);
	assert_int_equal(o.line[1].parent, 1);
	assert_true(o.line[1].bundled);
	assert_string_equal(o.line[2].sku, "B");
	assert_int_equal(o.line[2].parent, 1);
	assert_string_equal(o.line[3].sku, "X");
	/* Its parent is not in the order: a product as any other. */
	assert_string_equal(o.line[4].sku, "Y");
	assert_int_equal(o.line[4].type, LINE_PRODUCT);
	/* the parent is expanded, rm_kits is not asked again. */
	assert_true(o.line[0].bundled);
	assert_false(o.line[3].bundled);
	order_end(&o);
	shop_sample_close(&s);
}

TEST(members_of_bundles_are_the_site_s)
{
	struct shop_sample s;
	struct order o;

	shop_sample_open_with(&s, "{\"bundle_members\": [\"part_of\"]}");
	o = order_patched(
		&s, BASE,
		"{\"line_items\": [{\"id\": 1, \"sku\": \"BOX\", \"quantity\": "
		"1, \"total\": \"90\"}, {\"id\": 2, \"sku\": \"A\", "
		"\"quantity\": 1, \"total\": \"0\", \"part_of\": 1, "
		"\"bundled_by\": 9}]}");
	assert_int_equal(o.line[1].type, LINE_COMPONENT);
	order_end(&o);
	shop_sample_close(&s);
}

TEST(meta_goes_to_extra_by_the_allow_list_alone)
{
	static const char patch[] =
		"{\"meta_data\": [{\"key\": \"vat_id\", \"value\": \"DE1\"},"
		" {\"key\": \"_secret\", \"value\": \"s\"},"
		" {\"key\": \"gift\", \"value\": {\"b\": [1, null], \"a\": "
		"1.5}}, {\"key\": \"card\", \"value\": \"4242424242424242\"},"
		" {\"key\": null, \"value\": 1}, {\"value\": 1}, null, 7]}";
	struct shop_sample s;
	struct order o;

	shop_sample_open(&s, NULL, 0);
	o = order_patched(&s, BASE, patch);
	assert_string_equal(o.extra,
			    "{\"payment_title\":\"Credit card (Stripe)\"}");
	order_end(&o);
	shop_sample_close(&s);

	shop_sample_open_with(
		&s, "{\"extra_meta\": [\"vat_*\", \"gift\", \"card\"]}");
	o = order_patched(&s, BASE, patch);
	assert_string_equal(
		o.extra,
		"{\"meta\":{\"card\":\"************4242\",\"gift\":{\"a\":1.5,"
		"\"b\":[1,null]},\"vat_id\":\"DE1\"},"
		"\"payment_title\":\"Credit card (Stripe)\"}");
	order_end(&o);
	shop_sample_close(&s);
}

TEST(a_huge_meta_value_is_left_out)
{
	struct shop_sample s;
	struct order o;
	char *patch = calloc(1, 10000);

	(void)snprintf(patch, 10000,
		       "{\"meta_data\": [{\"key\": \"blob\", \"value\": "
		       "\"%05000d\"}]}",
		       0);
	shop_sample_open_with(&s, "{\"extra_meta\": [\"*\"]}");
	o = order_patched(&s, BASE, patch);
	assert_null(strstr(o.extra, "blob"));
	order_end(&o);
	shop_sample_close(&s);
	free(patch);
}

/* */
TEST(the_payment_intent_goes_before_the_charge)
{
	struct shop_sample s;
	struct order o;

	shop_sample_open(&s, NULL, 0);
	o = order_patched(&s, BASE,
			  "{\"transaction_id\": \"ch_9\", \"meta_data\": "
			  "[{\"key\": \"_stripe_intent_id\", \"value\": "
			  "\"pi_abc123\"}]}");
	assert_string_equal(o.trans_id, "pi_abc123");
	assert_string_equal(o.extra,
			    "{\"payment_title\":\"Credit card (Stripe)\","
			    "\"transaction_id\":\"ch_9\"}");
	order_end(&o);
	shop_sample_close(&s);
}

TEST(a_card_number_is_kept_in_no_payment_field)
{
	struct shop_sample s;
	struct order o;

	shop_sample_open(&s, NULL, 0);
	o = order_patched(
		&s, BASE,
		"{\"transaction_id\": \"4242 4242 4242 4242\","
		" \"payment_method_title\": \"Visa 4242-4242-4242-4242\","
		" \"payment_method\": \"card_5555555555554444\"}");
	assert_string_equal(o.trans_id, "**** **** **** 4242");
	assert_string_equal(o.payment_provider, "card_************4444");
	assert_string_equal(o.extra,
			    "{\"payment_title\":\"Visa ****-****-****-4242\"}");
	order_end(&o);
	shop_sample_close(&s);
}

TEST(an_order_refunded_in_full_is_cancelled)
{
	static const struct {
		const char *patch;
		bool cancelled;
	} cases[] = {
		{"{\"refunds\": [{\"id\": 1, \"total\": \"-21.80\"}]}", false},
		{"{\"refunds\": [{\"id\": 1, \"total\": \"-100\"}, {\"id\": 2,"
		 " \"total\": \"-9.00\"}]}",
		 true},
		{"{\"status\": \"cancelled\"}", true},
		{"{\"status\": \"refunded\"}", true},
		{"{\"status\": \"trash\"}", true},
		{"{\"status\": \"on-hold\"}", false},
	};
	struct shop_sample s;

	shop_sample_open(&s, NULL, 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct order o = order_patched(&s, BASE, cases[i].patch);

		assert_int_equal(o.cancelled, cases[i].cancelled);
		order_end(&o);
	}
	shop_sample_close(&s);
}

TEST(long_texts_are_cut_where_that_is_allowed_and_refused_where_not)
{
	struct shop_sample s;
	struct order o;
	char *patch = calloc(1, 16384);

	(void)snprintf(patch, 16384,
		       "{\"customer_note\": \"%05000d\","
		       " \"line_items\": [{\"id\": 1, \"sku\": \"A\", "
		       "\"name\": \"%0600d\", \"quantity\": 1, \"total\": "
		       "\"90\"}],"
		       " \"billing\": {\"first_name\": \"A\", \"address_1\": "
		       "\"%0300d\", \"city\": \"Berlin\", \"postcode\": "
		       "\"10115\", \"country\": \"DE\"}}",
		       0, 0, 0);
	shop_sample_open(&s, NULL, 0);
	o = order_patched(&s, BASE, patch);
	assert_int_equal(strlen(o.customer_note), 4000);
	assert_int_equal(strlen(o.line[0].name), 500);
	assert_string_equal(fault_first(&o.faults)->message,
			    "bill.address1 has 300 characters, Business "
			    "Central takes 100");
	order_end(&o);
	shop_sample_close(&s);
	free(patch);
}

TEST(options_keep_what_a_customer_chose)
{
	struct shop_sample s;
	struct order o;

	shop_sample_open(&s, NULL, 0);
	o = order_patched(
		&s, BASE,
		"{\"line_items\": [{\"id\": 1, \"sku\": \"A\", \"quantity\": 1,"
		" \"total\": \"90\", \"meta_data\": ["
		"{\"key\": \"_reduced_stock\", \"value\": \"1\"},"
		"{\"key\": \"text\", \"display_key\": \"Text &amp; font\","
		" \"value\": \"Zoë\"}, {\"key\": \"n\", \"value\": 3},"
		"{\"key\": \"list\", \"value\": [\"a\", 1]},"
		"{\"key\": \"none\", \"value\": null},"
		"{\"key\": \"on\", \"value\": true}]}]}");
	assert_string_equal(o.line[0].options,
			    "[{\"name\":\"Text & font\",\"value\":\"Zoë\"},"
			    "{\"name\":\"n\",\"value\":\"3\"},"
			    "{\"name\":\"list\",\"value\":[\"a\",1]},"
			    "{\"name\":\"none\",\"value\":\"\"},"
			    "{\"name\":\"on\",\"value\":true}]");
	order_end(&o);
	shop_sample_close(&s);
}

TEST(a_shop_without_keys_or_with_a_bad_mapping_does_not_open)
{
	struct site site = site_sample();
	struct http_client sends = {0};
	struct shop_settings settings = {
		.site = &site, .http = &sends, .key = "ck_1"};
	struct err e = {0};

	assert_null(woocommerce_open(&settings, &e));
	assert_string_equal(e.text, "site bgm has no consumer key and secret");
	assert_string_equal(e.hint, "store both: orderbridge secret set "
				    "site.bgm.consumer_key");
	assert_int_equal(e.code, OB_CONFIG);
	settings.secret = "cs_1";
	settings.mapping = "{\"credit_words\": 1}";
	assert_null(woocommerce_open(&settings, &e));
	assert_string_equal(e.text, "site bgm: mapping.credit_words: wanted a "
				    "list of words, found a whole number");
}

TEST(a_shop_that_is_only_read_from_needs_no_keys_and_knows_its_pages)
{
	static const struct {
		const char *id, *url;
	} cases[] = {
		{"12345", "https://shop.test/wp-admin/post.php?post=12345&"
			  "action=edit"},
		{"12&x=<", ""},
		{"", ""},
	};
	struct site site = site_sample();
	struct shop_settings settings = {.site = &site};
	struct err e = {0};
	struct shop *shop;

	(void)text_copy(site.site_url, sizeof(site.site_url),
			"https://shop.test/");
	shop = woocommerce_open(&settings, &e);
	assert_non_null(shop);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(strbuf) url = STRBUF(200);

		shop->order_page(shop, cases[i].id, &url);
		assert_string_equal(strbuf_text(&url), cases[i].url);
	}
	shop->close(shop);
}

RUN_TESTS(
	cmocka_unit_test(
		each_required_member_that_the_shop_leaves_out_is_named),
	cmocka_unit_test(what_is_not_as_promised_is_a_fault_at_its_place),
	cmocka_unit_test(a_thing_that_is_no_order_is_refused),
	cmocka_unit_test(quantities_are_more_than_0_with_five_decimals_at_most),
	cmocka_unit_test(
		four_decimals_are_rounded_and_the_rest_goes_to_the_proof),
	cmocka_unit_test(a_fifth_decimal_is_rounded_and_noted),
	cmocka_unit_test(yen_have_no_decimals),
	cmocka_unit_test(
		a_line_that_costs_more_than_its_subtotal_has_no_discount),
	cmocka_unit_test(tax_without_a_rate_makes_a_line_of_its_own),
	cmocka_unit_test(our_mark_is_seen_in_every_form_that_it_takes),
	cmocka_unit_test(a_mark_of_the_site_s_own_words_is_seen),
	cmocka_unit_test(marking_leaves_the_hash_as_it_was),
	cmocka_unit_test(gift_cards_are_found_under_every_name),
	cmocka_unit_test(a_negative_fee_with_a_credit_word_is_store_credit),
	cmocka_unit_test(a_positive_fee_is_a_fee_whatever_its_name),
	cmocka_unit_test(credit_words_are_the_site_s),
	cmocka_unit_test(smart_coupons_are_credits_only_outside_the_lines),
	cmocka_unit_test(children_of_a_bundle_become_its_components),
	cmocka_unit_test(members_of_bundles_are_the_site_s),
	cmocka_unit_test(meta_goes_to_extra_by_the_allow_list_alone),
	cmocka_unit_test(a_huge_meta_value_is_left_out),
	cmocka_unit_test(the_payment_intent_goes_before_the_charge),
	cmocka_unit_test(a_card_number_is_kept_in_no_payment_field),
	cmocka_unit_test(an_order_refunded_in_full_is_cancelled),
	cmocka_unit_test(
		long_texts_are_cut_where_that_is_allowed_and_refused_where_not),
	cmocka_unit_test(options_keep_what_a_customer_chose),
	cmocka_unit_test(
		a_shop_that_is_only_read_from_needs_no_keys_and_knows_its_pages),
	cmocka_unit_test(
		a_shop_without_keys_or_with_a_bad_mapping_does_not_open))
