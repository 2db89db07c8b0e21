#include "src/db/local.h"

#include <string.h>

#include "tests/support/unit.h"

enum { ROOM = 1 << 20 };

static MYSQL_TIME *
time_of(const struct binding *binding, size_t row)
{
	return ((MYSQL_TIME **)binding->column->buffer)[row];
}

TEST(one_row_binds_each_value_by_its_type)
{
	AUTO(binding) binding = {0};
	struct err e;
	const struct bind bind[] = {
		bind_int(-7),
		bind_text("naïve"),
		bind_bytes("a\0b", 3),
		bind_money((struct money){-119001}),
		bind_quantity((struct quantity){150000}),
		bind_time(1795000000123),
		bind_null(),
	};
	MYSQL_BIND *out;

	assert_true(binding_make(&binding, bind, COUNT_OF(bind), 0, ROOM, &e));
	out = binding.column;
	assert_int_equal(out[0].buffer_type, MYSQL_TYPE_LONGLONG);
	assert_int_equal(*(int64_t *)out[0].buffer, -7);
	assert_int_equal(out[1].buffer_type, MYSQL_TYPE_STRING);
	assert_int_equal(*out[1].length, 6);
	assert_string_equal(out[1].buffer, "naïve");
	assert_int_equal(out[2].buffer_type, MYSQL_TYPE_BLOB);
	assert_int_equal(*out[2].length, 3);
	assert_int_equal(out[3].buffer_type, MYSQL_TYPE_NEWDECIMAL);
	assert_string_equal(out[3].buffer, "-11.9001");
	assert_int_equal(out[4].buffer_type, MYSQL_TYPE_NEWDECIMAL);
	assert_string_equal(out[4].buffer, "1.5");
	assert_int_equal(out[5].buffer_type, MYSQL_TYPE_DATETIME);
	assert_int_equal(out[6].buffer_type, MYSQL_TYPE_NULL);
}

TEST(what_is_absent_is_null)
{
	assert_int_equal(bind_id(0).type, BIND_NULL);
	assert_int_equal(bind_id(1).type, BIND_INT);
	assert_int_equal(bind_int(0).type, BIND_INT);
	assert_int_equal(bind_text(NULL).type, BIND_NULL);
	assert_int_equal(bind_text("").type, BIND_TEXT);
	assert_int_equal(bind_text_or_null("").type, BIND_NULL);
	assert_int_equal(bind_text_or_null(NULL).type, BIND_NULL);
	assert_int_equal(bind_bytes(NULL, 0).type, BIND_NULL);
	assert_int_equal(bind_bytes("", 0).type, BIND_BYTES);
	assert_int_equal(bind_time(0).type, BIND_NULL);
	assert_int_equal(bind_money((struct money){0}).type, BIND_DECIMAL);
}

TEST(many_rows_mark_null_by_indicator_and_keep_the_column_type)
{
	AUTO(binding) binding = {0};
	struct err e;
	const struct bind bind[] = {
		bind_null(), bind_null(),     bind_time(1), bind_null(),
		bind_null(), bind_null(),     bind_time(2), bind_null(),
		bind_null(), bind_text("no"),
	};
	MYSQL_BIND *out;

	assert_true(binding_make(&binding, bind, 2, 5, ROOM, &e));
	out = binding.column;
	assert_int_equal(out[0].buffer_type, MYSQL_TYPE_DATETIME);
	assert_memory_equal(out[0].u.indicator, "\1\0\1\0\1", 5);
	assert_int_equal(time_of(&binding, 1)->second_part, 1000);
	assert_int_equal(time_of(&binding, 3)->second_part, 2000);
	assert_int_equal(out[1].buffer_type, MYSQL_TYPE_STRING);
	assert_memory_equal(out[1].u.indicator, "\1\1\1\1\0", 5);
	assert_string_equal(((char **)out[1].buffer)[4], "no");
	assert_int_equal(out[1].length[4], 2);
}

TEST(moments_before_1970_and_far_ahead_keep_their_milliseconds)
{
	static const struct {
		utc_ms at;
		unsigned year, month, day, hour, minute, second, ms;
	} cases[] = {
		{-1, 1969, 12, 31, 23, 59, 59, 999},
		{-1001, 1969, 12, 31, 23, 59, 58, 999},
		{951782400000, 2000, 2, 29, 0, 0, 0, 0},
		{253402300799999, 9999, 12, 31, 23, 59, 59, 999},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(binding) binding = {0};
		const struct bind bind = bind_time(cases[i].at);
		const MYSQL_TIME *time;
		struct err e;

		assert_true(binding_make(&binding, &bind, 1, 1, ROOM, &e));
		time = time_of(&binding, 0);
		assert_int_equal(time->year, cases[i].year);
		assert_int_equal(time->month, cases[i].month);
		assert_int_equal(time->day, cases[i].day);
		assert_int_equal(time->hour, cases[i].hour);
		assert_int_equal(time->minute, cases[i].minute);
		assert_int_equal(time->second, cases[i].second);
		assert_int_equal(time->second_part, cases[i].ms * 1000);
	}
}

TEST(a_column_of_two_types_is_refused)
{
	AUTO(binding) binding = {0};
	struct err e;
	const struct bind bind[] = {bind_null(), bind_int(1), bind_text("no"),
				    bind_int(2), bind_int(3), bind_int(3)};

	assert_false(binding_make(&binding, bind, 2, 3, ROOM, &e));
	assert_int_equal(e.class, ERR_FATAL);
	assert_string_equal(e.text, "value 1: types differ in row 3");
}

TEST(more_than_a_packet_is_refused_before_it_is_sent)
{
	AUTO(binding) binding = {0};
	struct err e;
	const struct bind bind = bind_bytes("x", ROOM);

	assert_false(binding_make(&binding, &bind, 1, 0, ROOM, &e));
	assert_int_equal(e.class, ERR_PERMANENT);
	assert_string_equal(e.text, "1049616 bytes in one statement, the "
				    "server takes 1048576");
	assert_string_equal(e.hint,
			    "raise max_allowed_packet of the database server");
}

RUN_TESTS(cmocka_unit_test(one_row_binds_each_value_by_its_type),
	  cmocka_unit_test(what_is_absent_is_null),
	  cmocka_unit_test(
		  many_rows_mark_null_by_indicator_and_keep_the_column_type),
	  cmocka_unit_test(
		  moments_before_1970_and_far_ahead_keep_their_milliseconds),
	  cmocka_unit_test(a_column_of_two_types_is_refused),
	  cmocka_unit_test(more_than_a_packet_is_refused_before_it_is_sent))
