#include "base/quantity.h"

#include "tests/support/dice.h"
#include "tests/support/unit.h"

static struct quantity
parsed(const char *text)
{
	struct quantity q = {0};
	struct err e = {0};

	if (!quantity_parse(text, &q, &e))
		fail_msg("%s", e.text);
	return q;
}

TEST(a_quantity_has_at_most_five_decimals)
{
	struct quantity q;
	struct err e = {0};

	assert_int_equal(parsed("1.5").e5, 150000);
	assert_int_equal(parsed("0.00001").e5, 1);
	assert_int_equal(parsed("-2").e5, -200000);
	assert_int_equal(parsed("3.0000000").e5, 300000);
	assert_false(quantity_parse("0.000001", &q, &e));
	assert_string_equal(e.text, "more than five decimals: '0.000001'");
	assert_false(quantity_parse("x", &q, &e));
	assert_string_equal(e.text, "not a quantity: 'x'");
	assert_false(quantity_parse("100000000000000", &q, &e));
	assert_string_equal(e.text, "quantity too large: '100000000000000'");
	assert_int_equal(e.class, ERR_INPUT);
}

TEST(a_quantity_prints_without_needless_zeros)
{
	char text[QUANTITY_TEXT_MAX];

	assert_string_equal(quantity_text((struct quantity){150000}, text),
			    "1.5");
	assert_string_equal(quantity_text((struct quantity){200000}, text),
			    "2");
	assert_string_equal(quantity_text((struct quantity){-1}, text),
			    "-0.00001");
	assert_string_equal(quantity_text((struct quantity){0}, text), "0");
	assert_string_equal(quantity_text((struct quantity){1000000}, text),
			    "10");
}

TEST(reading_what_was_printed_gives_the_same_quantity)
{
	struct dice dice = DICE;

	for (int i = 0; i < DICE_CASES; i++) {
		int shift = (int)dice_between(&dice, 0, 62);
		int64_t e5 =
			dice_between(&dice, -INT64_MAX, INT64_MAX) >> shift;
		char text[QUANTITY_TEXT_MAX];

		quantity_text((struct quantity){e5}, text);
		assert_int_equal(parsed(text).e5, e5);
	}
}

TEST(kits_in_kits_multiply_exactly_or_not_at_all)
{
	struct quantity q;
	struct err e = {0};

	assert_true(quantity_multiply(parsed("2"), parsed("3"), &q, &e));
	assert_int_equal(q.e5, 600000);
	assert_true(quantity_multiply(parsed("0.5"), parsed("0.5"), &q, &e));
	assert_int_equal(q.e5, 25000);
	assert_false(
		quantity_multiply(parsed("0.001"), parsed("0.001"), &q, &e));
	assert_string_equal(e.text,
			    "product of quantities needs a sixth decimal");
	assert_false(quantity_multiply(parsed("90000000000000"), parsed("2"),
				       &q, &e));
	assert_string_equal(e.text, "product of quantities too large");
	assert_int_equal(e.class, ERR_INPUT);
}

TEST(a_price_for_each_rounds_half_away_from_zero)
{
	static const struct {
		int64_t amount;
		const char *count;
		int64_t each;
	} cases[] = {
		{100000, "1200", 83},
		{200000, "3", 66667},
		{-200000, "3", -66667},
		{1, "2", 1},
		{-1, "2", -1},
		{150000, "1.5", 100000},
		{INT64_MAX, "0.00001", INT64_MAX},
		{-INT64_MAX, "0.00001", -INT64_MAX},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(money_per_unit((struct money){cases[i].amount},
						parsed(cases[i].count))
					 .e4,
				 cases[i].each);
}

TEST(a_price_times_a_quantity_rounds_or_is_an_error)
{
	struct money m;
	struct err e = {0};

	assert_true(money_times((struct money){83}, parsed("1200"), &m, &e));
	assert_int_equal(m.e4, 99600);
	assert_true(money_times((struct money){1}, parsed("0.5"), &m, &e));
	assert_int_equal(m.e4, 1);
	assert_true(money_times((struct money){-1}, parsed("0.49999"), &m, &e));
	assert_int_equal(m.e4, 0);
	assert_false(money_times((struct money){INT64_MAX}, parsed("1.00001"),
				 &m, &e));
	assert_string_equal(e.text, "amount too large");
}

RUN_TESTS(cmocka_unit_test(a_quantity_has_at_most_five_decimals),
	  cmocka_unit_test(a_quantity_prints_without_needless_zeros),
	  cmocka_unit_test(reading_what_was_printed_gives_the_same_quantity),
	  cmocka_unit_test(kits_in_kits_multiply_exactly_or_not_at_all),
	  cmocka_unit_test(a_price_for_each_rounds_half_away_from_zero),
	  cmocka_unit_test(a_price_times_a_quantity_rounds_or_is_an_error))
