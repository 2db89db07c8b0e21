#include "order/standing.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/unit.h"

TEST(each_state_has_a_word_and_is_found_by_it)
{
	static const char *const mark[MARK_STATES] = {"none", "pending", "done",
						      "superseded", "failed"};
	static const char *const bc[BC_STATES] = {
		"none", "pending", "sending", "unknown",  "sent",
		"held", "error",   "skipped", "cancelled"};

	for (int i = 1; i < ORDER_STATES; i++)
		assert_int_equal(
			order_state_find(order_state_name((enum order_state)i)),
			i);
	for (size_t i = 0; i < MARK_STATES; i++)
		assert_int_equal(mark_state_find(mark[i]), i);
	for (size_t i = 0; i < BC_STATES; i++)
		assert_int_equal(bc_state_find(bc[i]), i);
	assert_int_equal(order_state_find("nonsense"), ORDER_NONE);
	assert_string_equal(order_state_name(ORDER_STATES), "");
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
	cmocka_unit_test(each_state_has_a_word_and_is_found_by_it),
	cmocka_unit_test(rows_may_be_rewritten_while_bc_cannot_have_the_order),
	cmocka_unit_test(people_see_one_word_for_where_an_order_stands))
