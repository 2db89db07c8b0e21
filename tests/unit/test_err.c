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

TEST(an_error_may_be_made_from_its_own_text)
{
	struct err e = {0};

	err_set(&e, ERR_TEMPORARY, "busy");
	err_set(&e, ERR_PERMANENT, "tried thrice: %s", e.text);
	assert_string_equal(e.text, "tried thrice: busy");
	err_hint(&e, "wait");
	err_hint(&e, "%s and %s", e.hint, e.hint);
	assert_string_equal(e.hint, "wait and wait");
	err_in(&e, "%s", e.text);
	assert_string_equal(e.text, "tried thrice: busy: tried thrice: busy");
}

TEST(every_class_has_a_word)
{
	assert_string_equal(err_class_text(ERR_NONE), "none");
	assert_string_equal(err_class_text(ERR_UNKNOWN), "unknown");
	assert_string_equal(err_class_text(ERR_FATAL), "fatal");
	assert_string_equal(err_class_text((enum err_class)99), "?");
}

RUN_TESTS(cmocka_unit_test(an_error_may_be_made_from_its_own_text),
	  cmocka_unit_test(every_class_has_a_word),
	  cmocka_unit_test(an_error_reads_from_operation_to_cause),
	  cmocka_unit_test(a_new_error_forgets_hint_and_code_of_the_old_one))
