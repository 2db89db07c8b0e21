#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "tests/support/order_dump.h"
#include "tests/support/samples.h"
#include "tests/support/unit.h"

/* removes one required member. */
static void
remove_site(struct order *o)
{
	o->site_id = 0;
}

static void
remove_id(struct order *o)
{
	o->platform_id[0] = '\0';
}

static void
remove_number(struct order *o)
{
	o->number[0] = '\0';
}

static void
remove_date(struct order *o)
{
	o->order_date = 0;
}

static void
remove_currency(struct order *o)
{
	o->currency[0] = '\0';
}

static void
remove_product(struct order *o)
{
	o->line[0].type = LINE_FEE;
}

static void
remove_bill(struct order *o)
{
	o->bill = (struct address){0};
}

TEST(each_required_member_is_missed_by_name)
{
	static const struct {
		void (*remove)(struct order *);
		const char *field;
	} cases[] = {
		{remove_site, "site"},         {remove_id, "platform_order_id"},
		{remove_number, "number"},     {remove_date, "order_date"},
		{remove_currency, "currency"}, {remove_product, "line_items"},
		{remove_bill, "bill"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct order_rules rules = rules_sample();
		struct order o = order_sample();
		const struct fault *f;
		char message[64];

		cases[i].remove(&o);
		order_prepare(&o, &rules);
		f = fault_first(&o.faults);
		assert_non_null(f);
		assert_int_equal(f->code, OB_FIELD);
		assert_string_equal(f->field, cases[i].field);
		(void)snprintf(message, sizeof(message), "%s is missing",
			       cases[i].field);
		assert_string_equal(f->message, message);
		assert_int_equal(o.faults.count, 1);
		order_end(&o);
		order_rules_end(&rules);
	}
}

TEST(a_good_order_has_no_fault_and_is_proved)
{
	struct order_rules rules = rules_sample();
	struct order o = order_sample();

	order_prepare(&o, &rules);
	assert_int_equal(o.faults.count, 0);
	assert_true(o.proof_ok);
	assert_string_equal(o.payment_method, "card");
	assert_string_equal(o.bill_clean.state, "CA");
	assert_string_equal(o.bill.state, "California");
	order_end(&o);
	order_rules_end(&rules);
}

/* D-5 */
TEST(test_orders_are_told_by_the_sum_before_credits)
{
	static const struct {
		const char *sum, *total;
		enum line_type with;
		const char *value;
		bool is_test;
	} cases[] = {
		{"25.00", "0.00", LINE_GIFT_CARD, "25.00", false},
		{"25.00", "0.00", LINE_CREDIT, "25.00", false},
		{"0.99", "0.99", LINE_COMMENT, "0.00", true},
		{"1.00", "1.00", LINE_COMMENT, "0.00", false},
		{"0.00", "0.00", LINE_COUPON, "25.00", true},
		{"0.99", "0.00", LINE_GIFT_CARD, "0.99", true},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct order_rules rules = rules_sample();
		struct order o = order_sample_empty();

		(void)line_sample(&o, LINE_PRODUCT, "A", cases[i].sum);
		(void)line_sample(&o, cases[i].with, "", cases[i].value);
		o.total = money_sample(cases[i].total);
		order_prepare(&o, &rules);
		assert_int_equal(order_is_test(&o, &rules), cases[i].is_test);
		rules.skip_test = false;
		assert_false(order_is_test(&o, &rules));
		order_end(&o);
		order_rules_end(&rules);
	}
}

TEST(store_credit_that_lowered_the_lines_makes_no_test_order)
{
	struct order_rules rules = rules_sample();
	struct order o = order_sample_empty();
	struct line *coupon;

	(void)line_sample(&o, LINE_PRODUCT, "A", "0.00");
	coupon = line_sample(&o, LINE_CREDIT, "", "25.00");
	coupon->smart_coupon = true;
	coupon->undecided = true;
	order_prepare(&o, &rules);
	assert_int_equal(o.line[1].type, LINE_COUPON);
	assert_false(order_is_test(&o, &rules));
	order_end(&o);
	order_rules_end(&rules);
}

TEST(an_order_that_could_not_be_read_is_no_test_order)
{
	struct order_rules rules = rules_sample();
	struct order o = order_sample_empty();

	order_missing(&o, "line_items[0].total");
	(void)line_sample(&o, LINE_PRODUCT, "A", "0.00");
	order_prepare(&o, &rules);
	assert_false(order_is_test(&o, &rules));
	assert_null(fault_sample(&o, OB_TOTAL_MISMATCH));
	order_end(&o);
	order_rules_end(&rules);
}

TEST(a_line_without_sku_needs_an_account)
{
	struct order_rules rules = rules_sample();
	struct order o = order_sample();
	const struct fault *f;

	o.line[0].sku[0] = '\0';
	o.line[0].key[0] = '\0';
	(void)text_copy(o.line[0].name, sizeof(o.line[0].name), "Repair");
	order_prepare(&o, &rules);
	f = fault_sample(&o, OB_SKU_MISSING);
	assert_int_equal(f->stage, STAGE_VERIFY);
	assert_string_equal(f->field, "line_items[0].sku");
	assert_string_equal(f->message, "\"Repair\" has no SKU");

	o.faults.count = 0;
	(void)text_copy(rules.no_sku_account, sizeof(rules.no_sku_account),
			"8400");
	order_prepare(&o, &rules);
	assert_int_equal(o.faults.count, 0);
	assert_string_equal(o.line[0].gl_account, "8400");
	order_end(&o);
	order_rules_end(&rules);
}

TEST(skus_are_kept_as_sent_and_looked_up_by_key)
{
	struct order o = order_sample_empty();
	struct line *line = line_sample(&o, LINE_PRODUCT, " bk/ü 12-ß ", "1");
	char sku[102];

	assert_string_equal(line->sku, "bk/ü 12-ß");
	assert_string_equal(line->key, "BK/Ü 12-SS");
	memset(sku, 'x', 101);
	sku[101] = '\0';
	order_set_sku(&o, line, sku);
	assert_string_equal(fault_sample(&o, OB_SKU_LONG)->message,
			    "a SKU of more than 100 characters");
	order_end(&o);
}

TEST(preparing_twice_changes_nothing)
{
	struct order_rules rules = rules_sample();
	struct order o = order_sample();
	struct err e = {0};
	char *first, *second;
	struct line *coupon = line_sample(&o, LINE_CREDIT, "", "2.99");

	coupon->smart_coupon = true;
	coupon->undecided = true;
	(void)text_copy(coupon->code, sizeof(coupon->code), "SC-12345");
	o.total = money_sample("30.00"); /* a cent of rounding */
	(void)text_copy(o.bill.address1, sizeof(o.bill.address1),
			"  123  Main\tSt ");
	order_prepare(&o, &rules);
	assert_true(credit_apply(&o, true, &e));
	first = order_dump(&o);
	order_prepare(&o, &rules);
	assert_true(credit_apply(&o, true, &e));
	second = order_dump(&o);
	assert_string_equal(first, second);
	assert_int_equal(o.lines, 5);
	free(first);
	free(second);
	order_end(&o);
	order_rules_end(&rules);
}

static void
hash_of(struct order *o, char out[65])
{
	char text[65];

	order_hash(o);
	(void)text_copy(out, 65, hash_text(o->content_hash, text));
}

TEST(the_hash_ignores_what_our_marking_changes)
{
	struct order o = order_sample();
	char before[65], after[65];

	hash_of(&o, before);
	o.modified += 60000;
	o.marked = true;
	(void)text_copy(o.status, sizeof(o.status), "completed");
	o.staff_notes = strdup("Exported to middleware");
	o.id = 17;
	hash_of(&o, after);
	assert_string_equal(before, after);
	order_end(&o);
}

TEST(the_hash_ignores_what_the_pure_steps_make)
{
	struct order_rules rules = rules_sample();
	struct order o = order_sample();
	struct line *coupon;
	struct err e = {0};
	char before[65], after[65];

	(void)line_sample(&o, LINE_CREDIT, "", "3.00");
	(void)line_sample(&o, LINE_PRODUCT, "SKU-10", "1.00");
	coupon = &o.line[3];
	coupon->smart_coupon = true;
	coupon->undecided = true;
	(void)text_copy(coupon->code, sizeof(coupon->code), "SC-12345");
	o.total = money_sample("31.01");
	hash_of(&o, before);
	order_prepare(&o, &rules);
	assert_true(o.proof_ok);
	assert_non_null(order_insert_component(&o, 0, 1));
	assert_true(credit_apply(&o, true, &e));
	hash_of(&o, after);
	assert_string_equal(before, after);
	order_end(&o);
	order_rules_end(&rules);
}

TEST(the_hash_ignores_a_card_that_was_inferred)
{
	struct order o = order_sample();
	struct err e = {0};
	char before[65], after[65];

	o.total = money_sample("3.00");
	hash_of(&o, before);
	assert_true(order_prove(&o, true, &e));
	assert_int_equal(o.lines, 4);
	hash_of(&o, after);
	assert_string_equal(before, after);
	order_end(&o);
}

static void
change_city(struct order *o)
{
	(void)text_copy(o->bill.city, sizeof(o->bill.city), "Santa Monica");
}

static void
change_quantity(struct order *o)
{
	o->line[0].quantity.e5 = 200000;
}

static void
change_total(struct order *o)
{
	o->total.e4++;
}

static void
change_note(struct order *o)
{
	o->customer_note = strdup("Ring twice");
}

static void
change_lines(struct order *o)
{
	(void)line_sample(o, LINE_FEE, "", "0.00");
}

static void
change_payment(struct order *o)
{
	o->paid_at = 0;
}

static void
change_options(struct order *o)
{
	o->line[0].options = strdup("[{\"name\":\"Size\",\"value\":\"L\"}]");
}

/* Moves a byte from one field to the next: no field may run into another. */
static void
change_border(struct order *o)
{
	(void)text_copy(o->bill.first_name, sizeof(o->bill.first_name), "Joh");
	(void)text_copy(o->bill.last_name, sizeof(o->bill.last_name), "nDoe");
}

TEST(the_hash_changes_with_what_a_customer_or_clerk_changes)
{
	static void (*const changes[])(struct order *) = {
		change_city,  change_quantity, change_total,   change_note,
		change_lines, change_payment,  change_options, change_border};
	char known[COUNT_OF(changes) + 1][65];

	for (size_t i = 0; i <= COUNT_OF(changes); i++) {
		struct order o = order_sample();

		if (i > 0)
			changes[i - 1](&o);
		hash_of(&o, known[i]);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(known[i], known[k]);
		order_end(&o);
	}
}

TEST(the_hash_is_the_same_in_every_version)
{
	struct order o = order_sample();
	char hash[65];

	/* A change of this value makes every stored order look edited. */
	hash_of(&o, hash);
	assert_string_equal(
		hash,
		"ed9d0b80ba805626a54f4b00eb62836a5545b03c1da59e2ce27d3b7cfff98e42");
	order_end(&o);
}

TEST(lines_are_numbered_products_first_each_with_its_components)
{
	struct order o = order_sample_empty();
	static const struct {
		const char *sku;
		enum line_type type;
		int parent;
	} wanted[] = {
		{"KIT-A", LINE_PRODUCT, 0},  {"KIT-B", LINE_COMPONENT, 1},
		{"D", LINE_COMPONENT, 2},    {"C", LINE_COMPONENT, 1},
		{"SINGLE", LINE_PRODUCT, 0}, {"S", LINE_SHIPPING, 0},
		{"T", LINE_TAX, 0},          {"CPN", LINE_COUPON, 0},
		{"CR", LINE_CREDIT, 0},
	};

	(void)line_sample(&o, LINE_CREDIT, "CR", "1.00");
	(void)line_sample(&o, LINE_COUPON, "CPN", "1.00");
	(void)line_sample(&o, LINE_TAX, "T", "1.00");
	(void)line_sample(&o, LINE_PRODUCT, "KIT-A", "1.00");
	(void)line_sample(&o, LINE_SHIPPING, "S", "1.00");
	(void)line_sample(&o, LINE_PRODUCT, "SINGLE", "1.00");
	order_set_sku(&o, order_insert_component(&o, 3, 4), "KIT-B");
	order_set_sku(&o, order_insert_component(&o, 4, 5), "D");
	order_set_sku(&o, order_insert_component(&o, 3, 6), "C");
	order_number_lines(&o);
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		assert_string_equal(o.line[i].sku, wanted[i].sku);
		assert_int_equal(o.line[i].type, wanted[i].type);
		assert_int_equal(o.line[i].parent, wanted[i].parent);
		assert_int_equal(o.line[i].number, i + 1);
	}
	assert_true(o.has_kit);
	order_end(&o);
}

TEST(lines_that_are_their_own_parents_are_numbered_all_the_same)
{
	struct order o = order_sample_empty();
	struct line *line;

	(void)line_sample(&o, LINE_PRODUCT, "A", "1.00");
	line = line_sample(&o, LINE_COMPONENT, "B", "1.00");
	line->parent = 3;
	line = line_sample(&o, LINE_COMPONENT, "C", "1.00");
	line->parent = 2;
	order_number_lines(&o);
	for (size_t i = 0; i < o.lines; i++)
		assert_int_equal(o.line[i].number, i + 1);
	order_end(&o);
}

/* X-9, but for the names of the components, which the kit table gives. */
TEST(the_golden_order_comes_out_as_written)
{
	static const struct {
		const char *sku, *amount, *discount, *credit;
		enum line_type type;
		int parent;
		int64_t quantity;
	} wanted[] = {
		{"KIT-PARENT-123", "80", "0", "-8.00", LINE_PRODUCT, 0, 2},
		{"COMP-A", "0", "0", "0", LINE_COMPONENT, 1, 6},
		{"COMP-B", "0", "0", "0", LINE_COMPONENT, 1, 2},
		{"SKU-9", "20", "5", "-2.00", LINE_PRODUCT, 0, 1},
		{"", "10", "0", "-1.00", LINE_SHIPPING, 0, 1},
		{"", "9", "0", "-0.90", LINE_TAX, 0, 1},
		{"", "5", "0", "0", LINE_COUPON, 0, 1},
		{"", "11.90", "0", "0", LINE_CREDIT, 0, 1},
	};
	struct order_rules rules = rules_sample();
	struct order o = order_sample_empty();
	struct line *line =
		line_sample(&o, LINE_PRODUCT, "KIT-PARENT-123", "80");
	struct err e = {0};

	line->quantity.e5 = 200000;
	line->unit_price = money_sample("40.00");
	line = line_sample(&o, LINE_PRODUCT, "SKU-9", "20.00");
	line->discount = money_sample("5.00");
	line->unit_price = money_sample("25.00");
	(void)line_sample(&o, LINE_CREDIT, "", "11.90");
	(void)line_sample(&o, LINE_COUPON, "", "5.00");
	(void)line_sample(&o, LINE_SHIPPING, "", "10.00");
	(void)line_sample(&o, LINE_TAX, "", "9.00");
	o.total = money_sample("107.10");
	order_prepare(&o, &rules);
	line = order_insert_component(&o, 0, 1);
	order_set_sku(&o, line, "COMP-A");
	line->quantity.e5 = 600000;
	line = order_insert_component(&o, 0, 2);
	order_set_sku(&o, line, "COMP-B");
	line->quantity.e5 = 200000;
	assert_true(credit_apply(&o, rules.distribute, &e));

	assert_int_equal(o.faults.count, 0);
	assert_int_equal(o.lines, COUNT_OF(wanted));
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		line = &o.line[i];
		assert_int_equal(line->number, i + 1);
		assert_string_equal(line->sku, wanted[i].sku);
		assert_int_equal(line->type, wanted[i].type);
		assert_int_equal(line->parent, wanted[i].parent);
		assert_int_equal(line->quantity.e5,
				 wanted[i].quantity * 100000);
		assert_int_equal(line->amount.e4,
				 money_sample(wanted[i].amount).e4);
		assert_int_equal(line->discount.e4,
				 money_sample(wanted[i].discount).e4);
		assert_int_equal(line->credit.e4,
				 money_sample(wanted[i].credit).e4);
	}
	assert_int_equal(o.total_before_credit.e4, 1190000);
	assert_int_equal(o.credit_total.e4, 119000);
	assert_int_equal(o.total_due.e4, 1071000);
	assert_int_equal(o.tax_total.e4, 90000);
	assert_string_equal(o.payment_method, "card");
	assert_string_equal(o.bill_clean.state, "CA");
	order_end(&o);
	order_rules_end(&rules);
}

TEST(an_order_has_a_limit_of_lines)
{
	struct order o = {0};
	size_t lines = 0;

	while (order_add_line(&o, LINE_COMMENT) != NULL)
		lines++;
	assert_int_equal(lines, 5000);
	order_end(&o);
}

RUN_TESTS(cmocka_unit_test(each_required_member_is_missed_by_name),
	  cmocka_unit_test(a_good_order_has_no_fault_and_is_proved),
	  cmocka_unit_test(test_orders_are_told_by_the_sum_before_credits),
	  cmocka_unit_test(
		  store_credit_that_lowered_the_lines_makes_no_test_order),
	  cmocka_unit_test(an_order_that_could_not_be_read_is_no_test_order),
	  cmocka_unit_test(a_line_without_sku_needs_an_account),
	  cmocka_unit_test(skus_are_kept_as_sent_and_looked_up_by_key),
	  cmocka_unit_test(preparing_twice_changes_nothing),
	  cmocka_unit_test(the_hash_ignores_what_our_marking_changes),
	  cmocka_unit_test(the_hash_ignores_what_the_pure_steps_make),
	  cmocka_unit_test(the_hash_ignores_a_card_that_was_inferred),
	  cmocka_unit_test(
		  the_hash_changes_with_what_a_customer_or_clerk_changes),
	  cmocka_unit_test(the_hash_is_the_same_in_every_version),
	  cmocka_unit_test(
		  lines_are_numbered_products_first_each_with_its_components),
	  cmocka_unit_test(
		  lines_that_are_their_own_parents_are_numbered_all_the_same),
	  cmocka_unit_test(the_golden_order_comes_out_as_written),
	  cmocka_unit_test(an_order_has_a_limit_of_lines))
