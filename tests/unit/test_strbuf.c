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
}

TEST(a_format_may_fill_a_text_to_its_ceiling_and_no_further)
{
	AUTO(strbuf) sb = STRBUF(4);
	struct err e = {0};

	strbuf_addf(&sb, "%s", "ab");
	strbuf_addf(&sb, "%s", "cd");
	assert_true(strbuf_check(&sb, &e));
	assert_string_equal(strbuf_text(&sb), "abcd");
	strbuf_addf(&sb, "%s", "e");
	assert_false(strbuf_check(&sb, &e));
	assert_string_equal(strbuf_text(&sb), "abcd");
}

TEST(room_is_made_for_a_caller_who_writes_by_himself)
{
	AUTO(strbuf) sb = STRBUF(300);
	char *at;

	strbuf_add(&sb, "ab");
	at = strbuf_extend(&sb, 3);
	memcpy(at, "cde", 3);
	assert_string_equal(strbuf_text(&sb), "abcde");
	assert_int_equal(sb.len, 5);
	/* Beyond what is there already: the text may move. */
	at = strbuf_extend(&sb, 200);
	memset(at, 'x', 200);
	assert_ptr_equal(at, sb.text + 5);
	assert_int_equal(strlen(sb.text), 205);
	assert_memory_equal(sb.text, "abcdex", 6);
	at = strbuf_extend(&sb, 95);
	memset(at, 'y', 95);
	assert_int_equal(strlen(sb.text), 300);
}

TEST(there_is_no_room_beyond_the_ceiling)
{
	AUTO(strbuf) sb = STRBUF(10);
	struct err e = {0};

	strbuf_add(&sb, "12345678");
	assert_null(strbuf_extend(&sb, 3));
	assert_string_equal(strbuf_text(&sb), "12345678");
	/* What failed once stays so, also for what would fit. */
	assert_null(strbuf_extend(&sb, 1));
	assert_int_equal(sb.len, 8);
	assert_false(strbuf_check(&sb, &e));
	strbuf_clear(&sb);
	assert_non_null(strbuf_extend(&sb, 10));
}

TEST(text_in_an_address_is_percent_encoded)
{
	AUTO(strbuf) sb = STRBUF(200);

	strbuf_add_url(&sb, "number eq 'A/B' & \xc3\xa4-_.~9");
	assert_string_equal(sb.text, "number%20eq%20%27A%2FB%27%20%26%20"
				     "%C3%A4-_.~9");
	strbuf_add_url(&sb, "");
	assert_int_equal(sb.len, 45);
}

RUN_TESTS(cmocka_unit_test(a_text_grows_as_it_is_appended_to),
	  cmocka_unit_test(room_is_made_for_a_caller_who_writes_by_himself),
	  cmocka_unit_test(there_is_no_room_beyond_the_ceiling),
	  cmocka_unit_test(text_in_an_address_is_percent_encoded),
	  cmocka_unit_test(the_first_failure_sticks_and_is_told_once),
	  cmocka_unit_test(
		  a_format_may_fill_a_text_to_its_ceiling_and_no_further))
