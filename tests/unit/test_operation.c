#include "queue/operation.h"

#include <string.h>

#include "tests/support/unit.h"

enum { STATES = OPERATION_FAILED + 1 };

TEST(operations_carry_the_six_words_of_the_requirement)
{
	static const struct {
		enum operation_state state;
		const char *name, *words;
	} cases[] = {
		{OPERATION_NOT_PROCESSED, "not_processed", "Not processed"},
		{OPERATION_IN_PROGRESS, "in_progress", "In progress"},
		{OPERATION_COMPLETED, "completed", "Completed"},
		{OPERATION_ABORTED, "aborted",
		 "Aborted by another synchronization"},
		{OPERATION_WEBSHOP_NOT_FOUND, "webshop_not_found",
		 "Webshop not found"},
		{OPERATION_FAILED, "failed", "Failed"},
	};
	enum operation_state found;

	assert_int_equal(COUNT_OF(cases), STATES);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		enum operation_state state = cases[i].state;

		assert_string_equal(operation_state_name(state), cases[i].name);
		assert_string_equal(operation_state_words(state),
				    cases[i].words);
		assert_true(operation_state_find(cases[i].name, &found));
		assert_int_equal(found, state);
	}
	assert_false(operation_state_find("paused", &found));
	assert_false(operation_state_find("", &found));
}

TEST(operations_change_only_as_the_state_machine_allows)
{
	/* RELIABILITY 3.1, letter by letter: Not processed, In progress,
	 * Completed, Aborted, Webshop not found, Failed. */
	static const struct {
		char from, to;
	} allowed[] = {
		{'N', 'I'}, {'N', 'A'}, {'N', 'W'}, {'N', 'F'},
		{'I', 'C'}, {'I', 'N'}, {'I', 'I'}, {'I', 'A'},
		{'I', 'W'}, {'I', 'F'}, {'F', 'N'},
	};
	static const char letter[STATES + 1] = "NICAWF";

	for (unsigned from = 0; from < STATES; from++)
		for (unsigned to = 0; to < STATES; to++) {
			bool may = false;

			for (size_t i = 0; i < COUNT_OF(allowed); i++)
				may |= allowed[i].from == letter[from] &&
				       allowed[i].to == letter[to];
			assert_int_equal(
				operation_may_become((enum operation_state)from,
						     (enum operation_state)to),
				may);
		}
}

RUN_TESTS(cmocka_unit_test(operations_carry_the_six_words_of_the_requirement),
	  cmocka_unit_test(operations_change_only_as_the_state_machine_allows))
