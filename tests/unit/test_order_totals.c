#include <string.h>

#include "base/text.h"
#include "order/proof.h"
#include "tests/support/dice.h"
#include "tests/support/fixture.h"
#include "tests/support/samples.h"
#include "tests/support/unit.h"

static const char *
text_in(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	return text != NULL ? text : "";
}

static void
add_line(struct order *o, const char *type, const char *amount)
{
	static const struct {
		const char *name;
		enum line_type type;
	} types[] = {
		{"product", LINE_PRODUCT},     {"component", LINE_COMPONENT},
		{"shipping", LINE_SHIPPING},   {"tax", LINE_TAX},
		{"coupon", LINE_COUPON},       {"fee", LINE_FEE},
		{"credit", LINE_CREDIT},       {"gift card", LINE_GIFT_CARD},
		{"smart coupon", LINE_CREDIT},
	};

	for (size_t i = 0; i < COUNT_OF(types); i++) {
		struct line *line;

		if (strcmp(types[i].name, type) != 0)
			continue;
		line = line_sample(o, types[i].type, "SKU-9", amount);
		line->smart_coupon = strcmp(type, "smart coupon") == 0;
		line->undecided = line->smart_coupon;
		(void)text_copy(line->code, sizeof(line->code), "CODE-12345");
		return;
	}
	fail_msg("no type %s", type);
}

static struct order
order_of(const json_t *row)
{
	struct order o = order_sample_empty();
	const json_t *lines = json_object_get(row, "lines");

	if (text_in(row, "currency")[0] != '\0')
		(void)text_copy(o.currency, sizeof(o.currency),
				text_in(row, "currency"));
	for (size_t i = 0; i < json_array_size(lines); i++) {
		const json_t *line = json_array_get(lines, i);

		add_line(&o, json_string_value(json_array_get(line, 0)),
			 json_string_value(json_array_get(line, 1)));
	}
	o.total = money_sample(text_in(row, "total"));
	return o;
}

static void
expect_money(const json_t *row, const char *name, struct money got)
{
	const char *wanted = text_in(row, name);
	char text[MONEY_TEXT_MAX];

	if (money_sample(wanted[0] ? wanted : "0").e4 != got.e4)
		fail_msg("%s: %s is %s, wanted %s", text_in(row, "rule"), name,
			 money_text(got, text), wanted);
}

static void
expect_fault(const json_t *row, const char *name, const struct fault *f)
{
	if (strcmp(f != NULL ? f->message : "", text_in(row, name)) != 0)
		fail_msg("%s: fault \"%s\", wanted \"%s\"",
			 text_in(row, "rule"), f != NULL ? f->message : "",
			 text_in(row, name));
}

/* The amount of the one line of a type, with a code if one is given. */
static struct money
amount_of(const struct order *o, enum line_type type, const char *code)
{
	for (size_t i = 0; i < o->lines; i++)
		if (o->line[i].type == type &&
		    (code == NULL || strcmp(o->line[i].code, code) == 0))
			return o->line[i].amount;
	return (struct money){0};
}

static void
expect_smart(const json_t *row, const struct order *o)
{
	const char *wanted = text_in(row, "smart");

	for (size_t i = 0; i < o->lines && wanted[0] != '\0'; i++) {
		const struct line *line = &o->line[i];
		bool credit = strcmp(wanted, "credit") == 0;

		if (!line->smart_coupon)
			continue;
		assert_false(line->undecided);
		assert_int_equal(line->type,
				 credit ? LINE_CREDIT : LINE_COUPON);
		assert_string_equal(line->code,
				    credit ? "****2345" : "CODE-12345");
	}
}

static void
prove_row(const json_t *row)
{
	struct order o = order_of(row);
	struct err e = {0};
	bool infer = json_is_true(json_object_get(row, "infer"));
	size_t lines;

	assert_true(order_prove(&o, infer, &e));
	expect_fault(row, "fault", fault_sample(&o, OB_TOTAL_MISMATCH));
	expect_fault(row, "exceeds", fault_sample(&o, OB_CREDIT_EXCEEDS));
	assert_int_equal(o.proof_ok, o.faults.count == 0);
	expect_money(row, "rounding", amount_of(&o, LINE_ROUNDING, NULL));
	expect_money(row, "rounding", o.proof_residual);
	expect_money(row, "inferred",
		     amount_of(&o, LINE_GIFT_CARD, "INFERRED"));
	expect_smart(row, &o);
	if (o.proof_ok) {
		expect_money(row, "before", o.total_before_credit);
		expect_money(row, "credit", o.credit_total);
		expect_money(row, "due", o.total_due);
	}
	/* a second time nothing changes. */
	lines = o.lines;
	assert_true(order_prove(&o, infer, &e));
	assert_int_equal(o.lines, lines);
	if (o.proof_ok) {
		expect_money(row, "due", o.total_due);
		expect_money(row, "rounding", o.proof_residual);
	}
	order_end(&o);
}

TEST(totals_are_proved_as_the_table_says)
{
	json_auto_t *rows = fixture_json("rules/proof.json");

	assert_true(json_array_size(rows) >= 30);
	for (size_t i = 0; i < json_array_size(rows); i++)
		prove_row(json_array_get(rows, i));
}

TEST(a_mismatch_stops_at_normalise_and_too_much_credit_at_credit)
{
	struct order o = order_sample();
	struct err e = {0};

	o.total = money_sample("99.00");
	assert_true(order_prove(&o, false, &e));
	(void)line_sample(&o, LINE_GIFT_CARD, "", "50.00");
	assert_true(order_prove(&o, false, &e));
	assert_int_equal(fault_sample(&o, OB_TOTAL_MISMATCH)->stage,
			 STAGE_NORMALISE);
	assert_int_equal(fault_sample(&o, OB_CREDIT_EXCEEDS)->stage,
			 STAGE_CREDIT);
	order_end(&o);
}

TEST(tax_total_is_the_sum_of_the_tax_lines)
{
	struct order o = order_sample();
	struct err e = {0};

	(void)line_sample(&o, LINE_TAX, "", "1.25");
	o.total = money_sample("34.25");
	assert_true(order_prove(&o, false, &e));
	assert_int_equal(o.tax_total.e4, 42500);
	order_end(&o);
}

static void
spread_row(const json_t *row)
{
	struct order o = order_of(row);
	const json_t *shares = json_object_get(row, "shares");
	struct err e = {0};

	assert_true(order_prove(&o, false, &e));
	assert_true(credit_apply(&o, strcmp(text_in(row, "mode"), "line") != 0,
				 &e));
	assert_int_equal(o.faults.count, 0);
	assert_int_equal(json_array_size(shares), o.lines);
	for (size_t i = 0; i < o.lines; i++) {
		const char *wanted =
			json_string_value(json_array_get(shares, i));

		if (money_sample(wanted).e4 != o.line[i].credit.e4)
			fail_msg("%s: line %zu has %" PRId64 ", wanted %s",
				 text_in(row, "rule"), i + 1,
				 o.line[i].credit.e4, wanted);
	}
	expect_money(row, "due", o.total_due);
	order_end(&o);
}

TEST(credit_is_spread_as_the_table_says)
{
	json_auto_t *rows = fixture_json("rules/credit.json");

	assert_true(json_array_size(rows) >= 14);
	for (size_t i = 0; i < json_array_size(rows); i++)
		spread_row(json_array_get(rows, i));
}

/* Any lines with a credit that they can hold; only the types that R-25 names.
 */
static void
throw_order(struct dice *dice, struct order *o)
{
	static const char *const currencies[] = {"USD", "JPY", "KWD"};
	const char *currency = currencies[dice_between(dice, 0, 2)];
	int64_t unit = strcmp(currency, "JPY") == 0   ? 10000
		       : strcmp(currency, "KWD") == 0 ? 10
						      : 100;
	int64_t lines = dice_between(dice, 1, 12), positive = 0;

	(void)text_copy(o->currency, sizeof(o->currency), currency);
	o->lines = 0;
	for (int64_t i = 0; i < lines; i++) {
		int64_t type = dice_between(dice, 1, 10);
		struct line *line = order_add_line(o, (enum line_type)type);

		line->amount.e4 = dice_between(dice, -300, 100000) * unit;
		if (!line_is_memo(line) && line->amount.e4 > 0)
			positive += line->amount.e4;
	}
	o->credit_total.e4 = dice_between(dice, 0, positive / unit) * unit;
}

TEST(shares_add_up_to_the_credit_for_any_lines)
{
	struct order o = order_sample_empty();
	struct dice dice = DICE;
	struct err e = {0};

	for (int n = 0; n < DICE_CASES; n++) {
		int64_t sum = 0;

		throw_order(&dice, &o);
		assert_true(credit_apply(&o, true, &e));
		assert_int_equal(o.faults.count, 0);
		for (size_t i = 0; i < o.lines; i++) {
			const struct line *line = &o.line[i];

			sum += line->credit.e4;
			assert_true(line->credit.e4 <= 0);
			assert_true(line->credit.e4 == 0 ||
				    (!line_is_memo(line) &&
				     -line->credit.e4 <= line->amount.e4));
		}
		assert_int_equal(sum, -o.credit_total.e4);
	}
	order_end(&o);
}

TEST(credit_that_no_line_can_take_is_a_fault)
{
	struct order o = order_sample_empty();
	struct err e = {0};

	(void)line_sample(&o, LINE_PRODUCT, "A", "0.00");
	o.credit_total = money_sample("1.00");
	assert_true(credit_apply(&o, true, &e));
	assert_string_equal(fault_sample(&o, OB_CREDIT_EXCEEDS)->message,
			    "credits of 1.00 USD exceed the lines they are "
			    "spread over");
	order_end(&o);
}

TEST(no_line_gets_more_credit_than_its_amount)
{
	struct order o = order_sample_empty();
	struct err e = {0};

	(void)line_sample(&o, LINE_PRODUCT, "A", "5.00");
	(void)line_sample(&o, LINE_FEE, "", "3.00");
	o.credit_total = money_sample("9.00");
	assert_true(credit_apply(&o, true, &e));
	assert_non_null(fault_sample(&o, OB_CREDIT_EXCEEDS));
	assert_int_equal(o.line[0].credit.e4, 0);
	order_end(&o);
}

/* The worked example of UX 2.7: a kit, shipping, tax and 11.90 of credit. */
static struct order
order_with_credit(void)
{
	struct order o = order_sample_empty();
	struct err e = {0};

	(void)line_sample(&o, LINE_PRODUCT, "KIT", "100.00");
	(void)line_sample(&o, LINE_COMPONENT, "COMP-A", "0.00");
	(void)line_sample(&o, LINE_SHIPPING, "", "10.00");
	(void)line_sample(&o, LINE_TAX, "", "9.00");
	(void)line_sample(&o, LINE_COUPON, "", "5.00");
	(void)line_sample(&o, LINE_CREDIT, "", "11.90");
	o.total = money_sample("107.10");
	assert_true(order_prove(&o, false, &e));
	assert_true(credit_apply(&o, true, &e));
	return o;
}

TEST(a_credit_is_proved_by_the_rule_that_spread_it)
{
	struct order o = order_with_credit();
	struct credit_proof proof;
	struct err e = {0};

	assert_true(credit_prove(&o, &proof, &e));
	assert_int_equal(proof.base.e4, 1190000);
	assert_true(proof.is_spread && proof.sum_ok);
	/* The sum is the same, but a share stands on another line. */
	o.line[0].credit.e4 += 100;
	o.line[2].credit.e4 -= 100;
	assert_true(credit_prove(&o, &proof, &e));
	assert_true(proof.is_spread && !proof.sum_ok);
	order_end(&o);
}

TEST(a_credit_in_a_line_of_its_own_is_proved_by_that)
{
	struct order o = order_with_credit();
	struct credit_proof proof;
	struct err e = {0};

	assert_true(credit_apply(&o, false, &e));
	assert_true(credit_prove(&o, &proof, &e));
	assert_true(!proof.is_spread && proof.sum_ok);
	o.credit_total.e4 += 100;
	assert_true(credit_prove(&o, &proof, &e));
	assert_true(!proof.is_spread && !proof.sum_ok);
	order_end(&o);
}

TEST(the_parts_of_an_order_make_its_total)
{
	struct order o = order_with_credit();
	struct order_sums sums, less;
	struct err e = {0};

	(void)line_sample(&o, LINE_FEE, "", "2.00");
	(void)line_sample(&o, LINE_ROUNDING, "", "-0.01");
	o.total_due.e4 += 19900;
	assert_true(order_sums(&o, &sums, &e));
	assert_int_equal(sums.subtotal.e4, 1000000);
	assert_int_equal(sums.shipping.e4, 100000);
	assert_int_equal(sums.tax.e4, 90000);
	assert_int_equal(sums.fees.e4, 19900);
	assert_int_equal(sums.discount.e4, 50000);
	assert_int_equal(sums.credit.e4, 119000);
	assert_int_equal(sums.total.e4, sums.subtotal.e4 + sums.shipping.e4 +
						sums.tax.e4 + sums.fees.e4 -
						sums.credit.e4);
	assert_true(order_sums_less(&sums, &sums, &less, &e));
	assert_memory_equal(&less, &(struct order_sums){0}, sizeof(less));
	sums.tax.e4 += 1;
	assert_true(order_sums_less(&sums, &(struct order_sums){0}, &less, &e));
	assert_memory_equal(&less, &sums, sizeof(less));
	o.line[0].amount.e4 = INT64_MAX;
	o.line[1].amount.e4 = 1;
	assert_false(order_sums(&o, &sums, &e));
	order_end(&o);
}

RUN_TESTS(cmocka_unit_test(a_credit_is_proved_by_the_rule_that_spread_it),
	  cmocka_unit_test(a_credit_in_a_line_of_its_own_is_proved_by_that),
	  cmocka_unit_test(the_parts_of_an_order_make_its_total),
	  cmocka_unit_test(totals_are_proved_as_the_table_says),
	  cmocka_unit_test(
		  a_mismatch_stops_at_normalise_and_too_much_credit_at_credit),
	  cmocka_unit_test(tax_total_is_the_sum_of_the_tax_lines),
	  cmocka_unit_test(credit_is_spread_as_the_table_says),
	  cmocka_unit_test(shares_add_up_to_the_credit_for_any_lines),
	  cmocka_unit_test(credit_that_no_line_can_take_is_a_fault),
	  cmocka_unit_test(no_line_gets_more_credit_than_its_amount))
