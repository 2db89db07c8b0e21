#include "product/item.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/unit.h"

static const unsigned default_set = 1u << ITEM_ACTIVE | 1u << ITEM_SELL_THROUGH;

TEST(the_verdict_of_every_pair_is_that_of_the_truth_table)
{
	/* By here (none, may be sold, may not), then there (as the enum). */
	static const enum code wanted[3][5] = {
		{OB_BC_DOWN, OB_SKU_WAIT, OB_SKU_BLOCKED, OB_SKU_UNKNOWN,
		 OB_BC_DOWN},
		{OB_BC_DOWN, CODE_NONE, OB_SKU_BLOCKED, OB_SKU_UNKNOWN,
		 OB_BC_DOWN},
		{OB_BC_DOWN, OB_SKU_BLOCKED, OB_SKU_BLOCKED, OB_SKU_BLOCKED,
		 OB_BC_DOWN},
	};
	static const int row[] = {0, 1, 1, 2, 2};

	for (int here = ITEM_ABSENT; here <= ITEM_DISCONTINUED; here++)
		for (int there = BC_UNKNOWN; there <= BC_UNREACHABLE; there++) {
			const struct sku_check sku = {
				.key = "ABC",
				.here = (enum item_status)here,
				.there = (enum bc_answer)there,
			};
			enum code want = wanted[row[here]][there];

			assert_int_equal(sku_judge(&sku, default_set, false),
					 want);
			if (want == OB_SKU_UNKNOWN)
				want = OB_KIT_COMPONENT;
			assert_int_equal(sku_judge(&sku, default_set, true),
					 want);
		}
}

TEST(which_status_may_be_sold_is_a_setting)
{
	const struct sku_check sku = {
		.key = "ABC", .here = ITEM_SELL_THROUGH, .there = BC_OK};

	assert_int_equal(sku_judge(&sku, 1u << ITEM_SELL_THROUGH, false),
			 CODE_NONE);
	assert_int_equal(sku_judge(&sku, 1u << ITEM_ACTIVE, false),
			 OB_SKU_BLOCKED);
}

TEST(a_sku_on_an_account_needs_no_item)
{
	struct sku_check sku = {
		.key = "GIFT50", .gl_account = "9990", .there = BC_MISSING};

	assert_int_equal(sku_judge(&sku, default_set, false), CODE_NONE);
	assert_false(sku_needs_answer(&sku));
	sku.key[0] = '\0';
	assert_int_equal(sku_judge(&sku, default_set, false), CODE_NONE);
}

TEST(a_line_without_sku_is_refused)
{
	const struct sku_check sku = {.there = BC_OK};

	assert_int_equal(sku_judge(&sku, default_set, false), OB_SKU_MISSING);
	assert_false(sku_needs_answer(&sku));
}

TEST(a_sku_of_more_than_20_characters_needs_a_mapping)
{
	struct sku_check sku = {.key = "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ",
				.here = ITEM_ACTIVE,
				.there = BC_OK};

	assert_int_equal(sku_judge(&sku, default_set, false), CODE_NONE);
	memcpy(sku.key, "123456789012345678901", 22);
	assert_false(sku_needs_answer(&sku));
	assert_int_equal(sku_judge(&sku, default_set, false), OB_SKU_LONG);
	memcpy(sku.bc_number, "1000", 5);
	assert_true(sku_needs_answer(&sku));
	assert_int_equal(sku_judge(&sku, default_set, false), CODE_NONE);
}

TEST(a_set_holds_each_key_once_and_finds_it)
{
	AUTO(sku_set) set = {0};
	char key[16];

	for (int i = 0; i < 500; i++) {
		(void)snprintf(key, sizeof(key), "SKU-%d", i * 7919 % 250);
		assert_non_null(sku_set_add(&set, key));
	}
	assert_int_equal(set.count, 250);
	for (int i = 0; i < 250; i++) {
		(void)snprintf(key, sizeof(key), "SKU-%d", i);
		assert_string_equal(sku_set_find(&set, key)->key, key);
	}
	assert_null(sku_set_find(&set, "SKU-250"));
	for (size_t i = 1; i < set.count; i++)
		assert_true(strcmp(set.sku[set.sorted[i - 1]].key,
				   set.sku[set.sorted[i]].key) < 0);
}

TEST(a_set_is_told_as_json_in_pieces)
{
	AUTO(sku_set) set = {0};
	AUTO(strbuf) all = STRBUF(256);
	AUTO(strbuf) piece = STRBUF(256);

	assert_non_null(sku_set_add(&set, "B"));
	assert_non_null(sku_set_add(&set, "A\"1"));
	assert_non_null(sku_set_add(&set, "C"));
	sku_set_json(&set, 0, 9, &all);
	assert_string_equal(all.text, "[\"B\",\"A\\\"1\",\"C\"]");
	sku_set_json(&set, 2, 3, &piece);
	assert_string_equal(piece.text, "[\"C\"]");
}

TEST(a_key_too_long_for_its_column_is_not_taken_in)
{
	AUTO(sku_set) set = {0};
	char key[SKU_ROOM + 1];

	memset(key, 'A', SKU_ROOM);
	key[SKU_ROOM] = '\0';
	assert_null(sku_set_add(&set, key));
	key[SKU_ROOM - 1] = '\0';
	assert_non_null(sku_set_add(&set, key));
}

TEST(statuses_are_named_and_found)
{
	for (int i = ITEM_ACTIVE; i <= ITEM_DISCONTINUED; i++)
		assert_int_equal(
			item_status_find(item_status_name((enum item_status)i)),
			i);
	assert_int_equal(item_status_find(""), ITEM_ABSENT);
	assert_int_equal(item_status_find("Active"), ITEM_ABSENT);
}

TEST(the_key_form_is_upper_case_and_tidy)
{
	struct err e = {0};
	char key[SKU_ROOM];

	assert_true(item_key("  ab\tc  d ", key, &e));
	assert_string_equal(key, "AB C D");
	/* a and a combining diaeresis: NFC makes one letter of them */
	assert_true(item_key("a\xcc\x88-1", key, &e));
	assert_string_equal(key, "\xc3\x84-1");
	assert_true(item_key(" ", key, &e));
	assert_string_equal(key, "");
}

TEST(a_sku_of_more_than_100_characters_is_no_sku)
{
	struct err e = {0};
	char sku[102], key[SKU_ROOM];

	memset(sku, 'a', 101);
	sku[101] = '\0';
	assert_false(item_key(sku, key, &e));
	assert_string_equal(e.text, "SKU of 101 characters, at most 100");
	assert_int_equal(e.class, ERR_INPUT);
	sku[100] = '\0';
	assert_true(item_key(sku, key, &e));
	assert_int_equal(strlen(key), 100);
}

RUN_TESTS(
	cmocka_unit_test(the_verdict_of_every_pair_is_that_of_the_truth_table),
	cmocka_unit_test(which_status_may_be_sold_is_a_setting),
	cmocka_unit_test(a_sku_on_an_account_needs_no_item),
	cmocka_unit_test(a_line_without_sku_is_refused),
	cmocka_unit_test(a_sku_of_more_than_20_characters_needs_a_mapping),
	cmocka_unit_test(a_set_holds_each_key_once_and_finds_it),
	cmocka_unit_test(a_set_is_told_as_json_in_pieces),
	cmocka_unit_test(a_key_too_long_for_its_column_is_not_taken_in),
	cmocka_unit_test(statuses_are_named_and_found),
	cmocka_unit_test(the_key_form_is_upper_case_and_tidy),
	cmocka_unit_test(a_sku_of_more_than_100_characters_is_no_sku))
