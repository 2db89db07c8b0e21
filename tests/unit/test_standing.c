#include "order/standing.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/unit.h"

/* One row a state, one character a target: x = the change exists. */
TEST(only_the_changes_of_the_table_exist)
{
	static const char *const order[ORDER_STATES] = {
		/*               - S C F D A */
		[ORDER_NONE] = "-xx---",      [ORDER_STORED] = "--xx--",
		[ORDER_CANCELLED] = "------", [ORDER_FULFILLED] = "----x-",
		[ORDER_DELIVERED] = "-----x", [ORDER_ARCHIVED] = "------",
	};
	static const char *const mark[MARK_STATES] = {
		/*              - P D S F */
		[MARK_NONE] = "-x---",   [MARK_PENDING] = "--xxx",
		[MARK_DONE] = "-x---",   [MARK_SUPERSEDED] = "-----",
		[MARK_FAILED] = "-x---",
	};
	static const char *const bc[BC_STATES] = {
		/*                  - P S U T H E K C */
		[BC_STATE_NONE] = "-x------x",
		[BC_STATE_PENDING] = "--x-----x",
		[BC_STATE_SENDING] = "-x-xxxxx-",
		[BC_STATE_UNKNOWN] = "-x--xx---",
		[BC_STATE_SENT] = "---------",
		[BC_STATE_HELD] = "-x--x---x",
		[BC_STATE_ERROR] = "-x------x",
		[BC_STATE_SKIPPED] = "---------",
		[BC_STATE_CANCELLED] = "---------",
	};

	for (int from = 0; from < ORDER_STATES; from++)
		for (int to = 0; to < ORDER_STATES; to++)
			assert_int_equal(order_state_may((enum order_state)from,
							 (enum order_state)to),
					 order[from][to] == 'x');
	for (int from = 0; from < MARK_STATES; from++)
		for (int to = 0; to < MARK_STATES; to++)
			assert_int_equal(mark_state_may((enum mark_state)from,
							(enum mark_state)to),
					 mark[from][to] == 'x');
	for (int from = 0; from < BC_STATES; from++)
		for (int to = 0; to < BC_STATES; to++)
			assert_int_equal(bc_state_may((enum bc_state)from,
						      (enum bc_state)to),
					 bc[from][to] == 'x');
}

TEST(each_state_has_a_word_and_is_found_by_it)
{
	for (int i = 1; i < ORDER_STATES; i++)
		assert_int_equal(
			order_state_find(order_state_name((enum order_state)i)),
			i);
	for (int i = 0; i < MARK_STATES; i++)
		assert_int_equal(
			mark_state_find(mark_state_name((enum mark_state)i)),
			i);
	for (int i = 0; i < BC_STATES; i++)
		assert_int_equal(bc_state_find(bc_state_name((enum bc_state)i)),
				 i);
	assert_int_equal(order_state_find("nonsense"), ORDER_NONE);
	assert_string_equal(bc_state_name(BC_STATES), "");
}

TEST(rows_may_be_rewritten_while_bc_cannot_have_the_order)
{
	for (int i = 0; i < BC_STATES; i++)
		assert_int_equal(bc_state_is_before_sending((enum bc_state)i),
				 i == BC_STATE_NONE || i == BC_STATE_PENDING ||
					 i == BC_STATE_ERROR);
}

TEST(people_see_one_word_for_where_an_order_stands)
{
	static const struct {
		const char *word;
		struct order_standing order;
	} cases[] = {
		{"received", {.outcome = ""}},
		{"soft", {.outcome = "soft"}},
		{"hard", {.outcome = "error"}},
		{"skipped", {.outcome = "skipped"}},
		{"cancelled", {.outcome = "gone"}},
		{"stored",
		 {"stored", ORDER_STORED, MARK_PENDING, BC_STATE_PENDING, 0,
		  false}},
		{"stored",
		 {"stored", ORDER_STORED, MARK_FAILED, BC_STATE_PENDING, 0,
		  false}},
		{"marked",
		 {"stored", ORDER_STORED, MARK_DONE, BC_STATE_PENDING, 0,
		  false}},
		{"marked",
		 {"stored", ORDER_STORED, MARK_SUPERSEDED, BC_STATE_SENDING, 0,
		  false}},
		{"hard",
		 {"stored", ORDER_STORED, MARK_DONE, BC_STATE_ERROR, 0, false}},
		{"hard",
		 {"stored", ORDER_STORED, MARK_DONE, BC_STATE_HELD, 0, false}},
		{"exported",
		 {"stored", ORDER_STORED, MARK_DONE, BC_STATE_SENT, 1, false}},
		{"exported",
		 {"stored", ORDER_STORED, MARK_PENDING, BC_STATE_SKIPPED, 1,
		  false}},
		{"verified",
		 {"stored", ORDER_STORED, MARK_DONE, BC_STATE_SENT, 1, true}},
		{"fulfilled",
		 {"stored", ORDER_FULFILLED, MARK_DONE, BC_STATE_SENT, 1,
		  true}},
		{"fulfilled",
		 {"stored", ORDER_DELIVERED, MARK_DONE, BC_STATE_SENT, 1,
		  true}},
		{"archived",
		 {"stored", ORDER_ARCHIVED, MARK_DONE, BC_STATE_SENT, 1, true}},
		{"cancelled",
		 {"cancelled", ORDER_CANCELLED, MARK_PENDING,
		  BC_STATE_CANCELLED, 2, false}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(order_pipeline(&cases[i].order),
				    cases[i].word);
}

RUN_TESTS(
	cmocka_unit_test(only_the_changes_of_the_table_exist),
	cmocka_unit_test(each_state_has_a_word_and_is_found_by_it),
	cmocka_unit_test(rows_may_be_rewritten_while_bc_cannot_have_the_order),
	cmocka_unit_test(people_see_one_word_for_where_an_order_stands))
