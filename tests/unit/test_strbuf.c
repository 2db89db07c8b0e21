#include "base/strbuf.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/unit.h"

TEST(a_text_grows_as_it_is_appended_to)
{
	AUTO(strbuf) sb = STRBUF(1000);
	struct err e = {0};

	assert_string_equal(strbuf_text(&sb), "");
	for (int i = 0; i < 200; i++)
		strbuf_addf(&sb, "%d,", i % 10);
	strbuf_add(&sb, "end");
	strbuf_addn(&sb, "!?", 1);
	assert_true(strbuf_check(&sb, &e));
	assert_int_equal(sb.len, 404);
	assert_string_equal(sb.text + 396, "8,9,end!");
}

TEST(the_first_failure_sticks_and_is_told_once)
{
	AUTO(strbuf) sb = STRBUF(4);
	struct err e = {0};

	strbuf_add(&sb, "123");
	assert_true(strbuf_check(&sb, &e));
	strbuf_add(&sb, "45");
	strbuf_add(&sb, "4");
	assert_false(strbuf_check(&sb, &e));
	assert_string_equal(e.text, "text of more than 4 bytes");
	assert_int_equal(e.class, ERR_PERMANENT);
	assert_string_equal(strbuf_text(&sb), "123");
	strbuf_clear(&sb);
	strbuf_addf(&sb, "%s", "ab");
	assert_true(strbuf_check(&sb, &e));
	assert_string_equal(strbuf_text(&sb), "ab");
	strbuf_addf(&sb, "%s", "cd");
	assert_true(strbuf_check(&sb, &e));
	strbuf_addf(&sb, "%s", "cde");
	assert_false(strbuf_check(&sb, &e));
}

TEST(a_taken_text_is_the_callers)
{
	AUTO(strbuf) sb = STRBUF(10);
	char *text;

	text = strbuf_take(&sb);
	assert_string_equal(text, "");
	free(text);
	strbuf_add(&sb, "abc");
	text = strbuf_take(&sb);
	assert_string_equal(text, "abc");
	free(text);
	assert_string_equal(strbuf_text(&sb), "");
	assert_int_equal(sb.ceiling, 10);
}

TEST(a_note_has_its_time_to_the_second)
{
	AUTO(strbuf) sb = STRBUF(100);

	strbuf_add(&sb, "Exported to middleware ");
	strbuf_add_time(&sb, 1768469400123);
	assert_string_equal(sb.text,
			    "Exported to middleware 2026-01-15T09:30:00Z");
}

RUN_TESTS(cmocka_unit_test(a_text_grows_as_it_is_appended_to),
	  cmocka_unit_test(the_first_failure_sticks_and_is_told_once),
	  cmocka_unit_test(a_taken_text_is_the_callers),
	  cmocka_unit_test(a_note_has_its_time_to_the_second))
