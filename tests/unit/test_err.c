#include "base/err.h"

#include "tests/support/unit.h"

TEST(an_error_reads_from_operation_to_cause)
{
	struct err e = {0};

	assert_false(err_set(&e, ERR_TEMPORARY, "server has gone away"));
	assert_false(err_in(&e, "save order %s", "BGM-12345"));
	assert_false(err_in(&e, "import orders"));
	assert_string_equal(e.text, "import orders: save order BGM-12345: "
				    "server has gone away");
	assert_int_equal(e.class, ERR_TEMPORARY);
}

TEST(a_new_error_forgets_hint_and_code_of_the_old_one)
{
	struct err e = {0};

	err_set(&e, ERR_DENIED, "token refused");
	err_as(&e, OB_AUTH_FAILED);
	err_hint(&e, "check the client secret");
	err_set(&e, ERR_INPUT, "no such flag");
	assert_int_equal(e.code, CODE_NONE);
	assert_string_equal(e.hint, "");
}

RUN_TESTS(cmocka_unit_test(an_error_reads_from_operation_to_cause),
	  cmocka_unit_test(a_new_error_forgets_hint_and_code_of_the_old_one))
