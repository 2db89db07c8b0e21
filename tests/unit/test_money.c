#include "base/money.h"

#include <string.h>

#include "tests/support/dice.h"
#include "tests/support/fixture.h"
#include "tests/support/unit.h"

static struct money
parsed(const char *text)
{
	struct money m = {0};
	struct err e = {0};

	if (!money_parse(text, &m, &e))
		fail_msg("%s", e.text);
	return m;
}

TEST(money_reads_ten_thousandths_exactly)
{
	static const struct {
		const char *text;
		int64_t e4;
	} cases[] = {
		{"19.99", 199900},
		{"0.005", 50},
		{"1.50000", 15000},
		{"-12.3456", -123456},
		{"0", 0},
		{"-0.00", 0},
		{"1.234", 12340},
		{"007", 70000},
		{"922337203685477.5807", INT64_MAX},
		{"-922337203685477.5807", -INT64_MAX},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(parsed(cases[i].text).e4, cases[i].e4);
}

TEST(money_refuses_what_is_no_exact_amount)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"", "not an amount: ''"},
		{"-", "not an amount: '-'"},
		{".5", "not an amount: '.5'"},
		{"5.", "not an amount: '5.'"},
		{"+5", "not an amount: '+5'"},
		{" 5", "not an amount: ' 5'"},
		{"5 ", "not an amount: '5 '"},
		{"1,50", "not an amount: '1,50'"},
		{"1.2.3", "not an amount: '1.2.3'"},
		{"--5", "not an amount: '--5'"},
		{"1e3", "not an amount: '1e3'"},
		{"NaN", "not an amount: 'NaN'"},
		{"1.23456", "more than four decimals: '1.23456'"},
		{"1.00001", "more than four decimals: '1.00001'"},
		{"922337203685477.5808",
		 "amount too large: '922337203685477.5808'"},
		{"99999999999999999999",
		 "amount too large: '99999999999999999999'"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct money m;
		struct err e = {0};

		assert_false(money_parse(cases[i].text, &m, &e));
		assert_string_equal(e.text, cases[i].error);
		assert_int_equal(e.class, ERR_INPUT);
	}
}

TEST(a_fifth_decimal_of_a_shop_is_rounded_away_from_zero_and_told)
{
	static const struct {
		const char *text;
		int64_t e4;
		bool rounded;
	} cases[] = {
		{"1.23454", 12345, true},   {"1.23455", 12346, true},
		{"-1.23455", -12346, true}, {"1.234549999", 12345, true},
		{"1.23450", 12345, false},  {"1.99995", 20000, true},
		{"0.00001", 0, true},       {"-0.00001", 0, true},
		{"-0.00005", -1, true},     {"7", 70000, false},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct money m;
		struct err e = {0};
		bool rounded = !cases[i].rounded;

		assert_true(
			money_parse_rounded(cases[i].text, &m, &rounded, &e));
		assert_int_equal(m.e4, cases[i].e4);
		assert_int_equal(rounded, cases[i].rounded);
	}
}

TEST(rounding_an_amount_cannot_overflow)
{
	struct money m;
	struct err e = {0};

	assert_false(
		money_parse_rounded("922337203685477.58075", &m, NULL, &e));
	assert_string_equal(e.text,
			    "amount too large: '922337203685477.58075'");
	assert_int_equal(money_round((struct money){INT64_MAX}, 2).e4,
			 INT64_MAX - 7);
}

TEST(money_rounds_half_away_from_zero)
{
	static const struct {
		int64_t e4;
		int digits;
		int64_t rounded;
	} cases[] = {
		{10050, 2, 10100},   {10049, 2, 10000}, {-10050, 2, -10100},
		{-10049, 2, -10000}, {5000, 0, 10000},  {4999, 0, 0},
		{12345, 4, 12345},   {12345, 3, 12350}, {0, 2, 0},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(money_round((struct money){cases[i].e4},
					     cases[i].digits)
					 .e4,
				 cases[i].rounded);
}

TEST(money_prints_four_decimals_or_as_many_as_it_needs)
{
	static const struct {
		int64_t e4;
		int digits;
		const char *text, *brief;
	} cases[] = {
		{123400, 2, "12.3400", "12.34"},
		{123456, 2, "12.3456", "12.3456"},
		{-5, 2, "-0.0005", "-0.0005"},
		{0, 2, "0.0000", "0.00"},
		{1650000, 0, "165.0000", "165"},
		{1655000, 0, "165.5000", "165.5"},
		{12340, 3, "1.2340", "1.234"},
		{INT64_MIN, 2, "-922337203685477.5808",
		 "-922337203685477.5808"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct money m = {cases[i].e4};
		char text[MONEY_TEXT_MAX];

		assert_string_equal(money_text(m, text), cases[i].text);
		assert_string_equal(money_text_short(m, cases[i].digits, text),
				    cases[i].brief);
	}
}

TEST(a_part_of_a_whole_is_told_to_six_decimals)
{
	static const struct {
		int64_t part, whole;
		const char *text;
	} cases[] = {
		{119000, 1190000, "0.1"},
		{10000, 30000, "0.333333"},
		{20000, 30000, "0.666667"},
		{30000, 30000, "1.0"},
		{0, 30000, "0.0"},
		{10000, 0, "0.0"},
		{-10000, 40000, "-0.25"},
		{1, INT64_MAX, "0.0"},
		{INT64_MAX, 1, "9223372036854.775807"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[MONEY_TEXT_MAX];

		assert_string_equal(
			money_ratio_text((struct money){cases[i].part},
					 (struct money){cases[i].whole}, text),
			cases[i].text);
	}
}

TEST(reading_what_was_printed_gives_the_same_money)
{
	struct dice dice = DICE;

	for (int i = 0; i < DICE_CASES; i++) {
		int shift = (int)dice_between(&dice, 0, 62);
		int64_t e4 =
			dice_between(&dice, -INT64_MAX, INT64_MAX) >> shift;
		char text[MONEY_TEXT_MAX];

		assert_int_equal(
			parsed(money_text((struct money){e4}, text)).e4, e4);
		assert_int_equal(parsed(money_text_short((struct money){e4},
							 i % 5, text))
					 .e4,
				 e4);
	}
}

TEST(a_sum_that_is_too_large_is_an_error_and_changes_nothing)
{
	struct money sum = {INT64_MAX - 1};
	struct err e = {0};

	assert_true(money_add(&sum, (struct money){1}, &e));
	assert_false(money_add(&sum, (struct money){1}, &e));
	assert_string_equal(e.text, "sum of amounts too large");
	assert_int_equal(sum.e4, INT64_MAX);
	sum.e4 = -INT64_MAX;
	assert_false(money_add(&sum, (struct money){-1}, &e));
	assert_int_equal(sum.e4, -INT64_MAX);
	assert_int_equal(money_negate((struct money){-5}).e4, 5);
}

TEST(currencies_have_the_digits_they_are_paid_in)
{
	static const struct {
		const char *currency;
		int digits;
	} cases[] = {
		{"JPY", 0}, {"KRW", 0}, {"CLP", 0}, {"VND", 0}, {"BHD", 3},
		{"KWD", 3}, {"JOD", 3}, {"OMR", 3}, {"TND", 3}, {"USD", 2},
		{"EUR", 2}, {"", 2},    {"JP", 2},  {"Y K", 2}, {"JPYX", 2},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(currency_digits(cases[i].currency),
				 cases[i].digits);
}

enum { PARTS_MAX = 40 };

static size_t
amounts_of(json_t *list, struct money *out)
{
	size_t i;
	json_t *text;

	json_array_foreach(list, i, text) out[i] =
		parsed(json_string_value(text));
	return json_array_size(list);
}

TEST(money_split_follows_the_worked_examples)
{
	json_auto_t *cases = fixture_json("rules/credit_split.json");
	size_t i;
	json_t *one;

	json_array_foreach(cases, i, one)
	{
		struct money amount[PARTS_MAX], share[PARTS_MAX],
			part[PARTS_MAX];
		size_t count =
			amounts_of(json_object_get(one, "amounts"), amount);
		const char *credit =
			json_string_value(json_object_get(one, "credit"));
		json_t *digits = json_object_get(one, "digits");
		struct err e = {0};

		amounts_of(json_object_get(one, "shares"), share);
		assert_true(money_split(parsed(credit),
					(int)json_integer_value(digits), amount,
					count, part, &e));
		for (size_t p = 0; p < count; p++)
			if (part[p].e4 != share[p].e4)
				fail_msg("%s: part %zu is %" PRId64,
					 json_string_value(
						 json_object_get(one, "rule")),
					 p, part[p].e4);
	}
}

/* Σ parts = total; no part exceeds its weight while the total does not. */
TEST(money_split_adds_up_to_the_total_for_any_lines)
{
	struct dice dice = DICE;

	for (int i = 0; i < DICE_CASES; i++) {
		struct money weight[PARTS_MAX], part[PARTS_MAX];
		int digits = (int)dice_between(&dice, 0, 4);
		int64_t unit = (int64_t[]){10000, 1000, 100, 10, 1}[digits];
		size_t count = (size_t)dice_between(&dice, 1, PARTS_MAX);
		int64_t sum = 0, given = 0, total;
		struct err e = {0};

		for (size_t p = 0; p < count; p++) {
			weight[p].e4 = unit * dice_between(&dice, 0, 99999) *
				       dice_between(&dice, 0, 1);
			sum += weight[p].e4;
		}
		total = sum ? unit * dice_between(&dice, 0, sum / unit) : 0;
		assert_true(money_split((struct money){total}, digits, weight,
					count, part, &e));
		for (size_t p = 0; p < count; p++) {
			given += part[p].e4;
			assert_int_equal(part[p].e4 % unit, 0);
			assert_in_range(part[p].e4, 0, weight[p].e4);
		}
		assert_int_equal(given, total);
	}
}

TEST(money_split_holds_at_the_ends_of_the_range)
{
	const struct money weight[] = {{INT64_MAX}, {INT64_MAX}, {1}};
	struct money part[3];
	struct err e = {0};

	assert_true(money_split((struct money){-INT64_MAX}, 4, weight, 3, part,
				&e));
	assert_int_equal(part[0].e4 + part[1].e4 + part[2].e4, -INT64_MAX);
	assert_int_equal(part[2].e4, -1);
}

TEST(money_split_needs_something_to_split_over)
{
	const struct money zero[] = {{0}, {0}}, negative[] = {{10}, {-1}};
	struct money part[2] = {{7}, {7}};
	struct err e = {0};

	assert_false(money_split((struct money){1}, 2, zero, 2, part, &e));
	assert_string_equal(e.text, "nothing to split the amount over");
	assert_false(money_split((struct money){1}, 2, NULL, 0, NULL, &e));
	assert_false(money_split((struct money){1}, 2, negative, 2, part, &e));
	assert_string_equal(e.text, "a negative weight");
	assert_true(money_split((struct money){0}, 2, zero, 2, part, &e));
	assert_int_equal(part[0].e4, 0);
	assert_int_equal(part[1].e4, 0);
	assert_true(money_split((struct money){0}, 2, NULL, 0, NULL, &e));
}

RUN_TESTS(cmocka_unit_test(money_reads_ten_thousandths_exactly),
	  cmocka_unit_test(money_refuses_what_is_no_exact_amount),
	  cmocka_unit_test(
		  a_fifth_decimal_of_a_shop_is_rounded_away_from_zero_and_told),
	  cmocka_unit_test(rounding_an_amount_cannot_overflow),
	  cmocka_unit_test(money_rounds_half_away_from_zero),
	  cmocka_unit_test(money_prints_four_decimals_or_as_many_as_it_needs),
	  cmocka_unit_test(a_part_of_a_whole_is_told_to_six_decimals),
	  cmocka_unit_test(reading_what_was_printed_gives_the_same_money),
	  cmocka_unit_test(
		  a_sum_that_is_too_large_is_an_error_and_changes_nothing),
	  cmocka_unit_test(currencies_have_the_digits_they_are_paid_in),
	  cmocka_unit_test(money_split_follows_the_worked_examples),
	  cmocka_unit_test(money_split_adds_up_to_the_total_for_any_lines),
	  cmocka_unit_test(money_split_holds_at_the_ends_of_the_range),
	  cmocka_unit_test(money_split_needs_something_to_split_over))
