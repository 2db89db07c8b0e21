#include "cli/print.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/unit.h"

static const char *
shout(const char *code)
{
	return strcmp(code, "in_progress") == 0 ? "In progress" : code;
}

static const struct column columns[] = {
	{.name = "id", .type = PRINT_ID},
	{.name = "name"},
	{.name = "state", .words = shout},
	{.name = "row_count", .type = PRINT_COUNT},
	{.name = "total", .type = PRINT_MONEY},
	{.name = "quantity", .type = PRINT_QUANTITY},
	{.name = "at", .type = PRINT_TIME},
	{.name = "seconds", .type = PRINT_SECONDS},
	{.name = "active", .type = PRINT_FLAG},
	{0},
};

/* 2026-04-10 13:00:00.125 UTC */
#define MOMENT ((utc_ms)INT64_C(1775826000125))

/* What a call with this format prints into memory. */
struct paper {
	struct call call;
	struct call_value fields;
	char *text;
	size_t length;
};

static const struct flag fields_flag = {.name = "fields"};

static void
paper_open(struct paper *paper, enum format format, const char *fields)
{
	*paper = (struct paper){.call = {.format = format}};
	paper->call.out = open_memstream(&paper->text, &paper->length);
	paper->call.err = paper->call.out;
	if (fields == NULL)
		return;
	paper->call.value[0] =
		(struct call_value){.flag = &fields_flag, .text = fields};
	paper->call.values = 1;
}

static void
paper_end(struct paper *paper)
{
	free(paper->text);
}

static void
row_one(struct print *print)
{
	print_row(print, CELLS(cell_id(7), cell_text("Doe, \"J\""),
			       cell_text("in_progress"), cell_count(1234567),
			       cell_money((struct money){1190000}),
			       cell_quantity((struct quantity){150000}),
			       cell_time(MOMENT), cell_seconds(4770),
			       cell_flag(true)));
}

static void
row_two(struct print *print)
{
	print_row(print,
		  CELLS(cell_id(8), cell_text("=1+1"), cell_null(),
			cell_count(0), cell_money((struct money){-123456}),
			cell_quantity((struct quantity){0}), cell_time(0),
			cell_seconds(0), cell_flag(false)));
}

static void
print_two(struct paper *paper)
{
	AUTO(print) print = {0};
	struct err e = {0};

	assert_true(print_open(&print, &paper->call, columns, &e));
	row_one(&print);
	row_two(&print);
	assert_true(print_close(&print, &e));
	assert_int_equal(fclose(paper->call.out), 0);
}

TEST(each_format_shows_the_same_rows_its_way)
{
	static const struct {
		enum format format;
		const char *fields, *text;
	} cases[] = {
		{FORMAT_TABLE, NULL,
		 "id  name      state        row count  total     quantity  at "
		 "                      seconds  active\n"
		 "7   Doe, \"J\"  In progress  1,234,567  119.00    1.5       "
		 "2026-04-10 13:00:00 UTC  4.8      yes\n"
		 "8   =1+1      —            0          -12.3456  0         — "
		 "                       0.0      no\n"},
		{FORMAT_TABLE, "total,id",
		 "total     id\n"
		 "119.00    7\n"
		 "-12.3456  8\n"},
		{FORMAT_JSON, NULL,
		 "[\n"
		 "{\"id\":\"7\",\"name\":\"Doe, \\\"J\\\"\","
		 "\"state\":\"in_progress\",\"row_count\":1234567,"
		 "\"total\":\"119.00\",\"quantity\":\"1.5\","
		 "\"at\":\"2026-04-10T13:00:00.125Z\",\"seconds\":4.8,"
		 "\"active\":true},\n"
		 "{\"id\":\"8\",\"name\":\"=1+1\",\"state\":null,"
		 "\"row_count\":0,\"total\":\"-12.3456\",\"quantity\":\"0\","
		 "\"at\":null,\"seconds\":0.0,\"active\":false}\n"
		 "]\n"},
		{FORMAT_JSON, "name",
		 "[\n{\"name\":\"Doe, \\\"J\\\"\"},\n"
		 "{\"name\":\"=1+1\"}\n]\n"},
		{FORMAT_CSV, NULL,
		 "id,name,state,row_count,total,quantity,at,seconds,active\r\n"
		 "7,\"Doe, \"\"J\"\"\",in_progress,1234567,119.00,1.5,"
		 "2026-04-10T13:00:00.125Z,4.8,true\r\n"
		 "8,'=1+1,,0,-12.3456,0,,0.0,false\r\n"},
		{FORMAT_YAML, "id,name,total,at",
		 "- id: \"7\"\n"
		 "  name: \"Doe, \\\"J\\\"\"\n"
		 "  total: \"119.00\"\n"
		 "  at: \"2026-04-10T13:00:00.125Z\"\n"
		 "- id: \"8\"\n"
		 "  name: \"=1+1\"\n"
		 "  total: \"-12.3456\"\n"
		 "  at: null\n"},
		{FORMAT_COUNT, NULL, "2\n"},
		{FORMAT_IDS, NULL, "7\n8\n"},
		{FORMAT_IDS, "name", "7\n8\n"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct paper paper;

		paper_open(&paper, cases[i].format, cases[i].fields);
		print_two(&paper);
		assert_string_equal(paper.text, cases[i].text);
		paper_end(&paper);
	}
}

TEST(nothing_is_printed_as_nothing_in_each_format)
{
	static const struct {
		enum format format;
		const char *text;
	} cases[] = {
		{FORMAT_TABLE, "nothing found\n"},
		{FORMAT_JSON, "[]\n"},
		{FORMAT_CSV, "id,name,state,row_count,total,quantity,at,"
			     "seconds,active\r\n"},
		{FORMAT_YAML, "[]\n"},
		{FORMAT_COUNT, "0\n"},
		{FORMAT_IDS, ""},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(print) print = {0};
		struct paper paper;
		struct err e = {0};

		paper_open(&paper, cases[i].format, NULL);
		assert_true(print_open(&print, &paper.call, columns, &e));
		assert_true(print_close(&print, &e));
		assert_int_equal(fclose(paper.call.out), 0);
		assert_string_equal(paper.text, cases[i].text);
		paper_end(&paper);
	}
}

static const struct column few[] = {
	{.name = "number"},
	{.name = "order_date", .type = PRINT_TIME},
	{0},
};
static const struct column lines[] = {
	{.name = "line", .type = PRINT_COUNT},
	{.name = "sku"},
	{0},
};

TEST(a_record_holds_lists)
{
	static const struct {
		enum format format;
		const char *text;
	} cases[] = {
		{FORMAT_TABLE, "Number:      BGM-1\n"
			       "Order date:  2026-04-10 13:00:00 UTC\n"
			       "\nLINES\n"
			       "line  sku\n"
			       "1     COMP-A\n"
			       "2     COMP-B\n"
			       "\nEVENTS\n"
			       "—\n"},
		{FORMAT_JSON,
		 "{\n"
		 "  \"number\": \"BGM-1\",\n"
		 "  \"order_date\": \"2026-04-10T13:00:00.125Z\",\n"
		 "  \"lines\": [\n"
		 "    {\"line\":1,\"sku\":\"COMP-A\"},\n"
		 "    {\"line\":2,\"sku\":\"COMP-B\"}\n"
		 "  ],\n"
		 "  \"events\": [\n"
		 "  ]\n"
		 "}\n"},
		{FORMAT_CSV, "number,order_date\r\n"
			     "BGM-1,2026-04-10T13:00:00.125Z\r\n"},
		{FORMAT_YAML, "number: BGM-1\n"
			      "order_date: \"2026-04-10T13:00:00.125Z\"\n"
			      "lines:\n"
			      "  - line: 1\n"
			      "    sku: COMP-A\n"
			      "  - line: 2\n"
			      "    sku: COMP-B\n"
			      "events: []\n"},
		{FORMAT_COUNT, "1\n"},
		{FORMAT_IDS, "BGM-1\n"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(print) record = {0};
		AUTO(print) inner = {0};
		AUTO(print) empty = {0};
		struct paper paper;
		struct err e = {0};

		paper_open(&paper, cases[i].format, NULL);
		assert_true(print_open_record(&record, &paper.call, few, &e));
		print_row(&record,
			  CELLS(cell_text("BGM-1"), cell_time(MOMENT)));
		assert_true(
			print_open_inner(&inner, &record, "lines", lines, &e));
		print_row(&inner, CELLS(cell_count(1), cell_text("COMP-A")));
		print_row(&inner, CELLS(cell_count(2), cell_text("COMP-B")));
		assert_true(print_close(&inner, &e));
		assert_true(
			print_open_inner(&empty, &record, "events", lines, &e));
		assert_true(print_close(&empty, &e));
		assert_true(print_close(&record, &e));
		assert_int_equal(fclose(paper.call.out), 0);
		assert_string_equal(paper.text, cases[i].text);
		paper_end(&paper);
	}
}

TEST(an_unknown_column_is_told_with_those_there_are)
{
	AUTO(print) print = {0};
	struct paper paper;
	struct err e = {0};

	paper_open(&paper, FORMAT_JSON, "number,colour");
	assert_false(print_open(&print, &paper.call, few, &e));
	assert_string_equal(e.text, "--fields: no column \"colour\"");
	assert_string_equal(e.hint, "there are: number, order_date");
	assert_int_equal(fclose(paper.call.out), 0);
	paper_end(&paper);
}

/* A shop's text may hold what a terminal would take for orders. */
TEST(a_text_cannot_steer_the_terminal)
{
	const char *evil = "a\033[31mb\ac\nd\xc2\x9b"
			   "e";
	struct paper paper;
	struct err e = {0};
	AUTO(print) record = {0};
	AUTO(print) table = {0};

	paper_open(&paper, FORMAT_TABLE, NULL);
	assert_true(print_open_record(&record, &paper.call, few, &e));
	print_row(&record, CELLS(cell_text(evil), cell_null()));
	assert_true(print_close(&record, &e));
	assert_true(print_open(&table, &paper.call, few, &e));
	print_row(&table, CELLS(cell_text(evil), cell_null()));
	assert_true(print_close(&table, &e));
	assert_int_equal(fclose(paper.call.out), 0);
	assert_null(strchr(paper.text, '\033'));
	assert_null(strchr(paper.text, '\a'));
	assert_null(strstr(paper.text, "\xc2\x9b"));
	assert_non_null(strstr(paper.text, "a\\x1b[31mb\\x07c d\\x9be"));
	paper_end(&paper);
}

TEST(a_row_of_another_width_is_a_defect)
{
	AUTO(print) print = {0};
	struct paper paper;
	struct err e = {0};

	paper_open(&paper, FORMAT_CSV, NULL);
	assert_true(print_open(&print, &paper.call, few, &e));
	print_row(&print, CELLS(cell_text("BGM-1")));
	assert_false(print_close(&print, &e));
	assert_string_equal(e.text, "1 cells for 2 columns, first number");
	assert_int_equal(fclose(paper.call.out), 0);
	paper_end(&paper);
}

/* Followed logs come one by one, so they cannot wait for the widest. */
TEST(a_stream_shows_each_row_at_once)
{
	static const struct {
		enum format format;
		const char *text;
	} cases[] = {
		{FORMAT_TABLE, "BGM-1         2026-04-10 13:00:00 UTC\n"
			       "BGM-2         —\n"},
		{FORMAT_JSON, "{\"number\":\"BGM-1\","
			      "\"order_date\":\"2026-04-10T13:00:00.125Z\"}\n"
			      "{\"number\":\"BGM-2\",\"order_date\":null}\n"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(print) print = {0};
		struct paper paper;
		struct err e = {0};

		paper_open(&paper, cases[i].format, NULL);
		assert_true(print_open(&print, &paper.call, few, &e));
		print.is_stream = true;
		print_row(&print, CELLS(cell_text("BGM-1"), cell_time(MOMENT)));
		print_row(&print, CELLS(cell_text("BGM-2"), cell_time(0)));
		assert_string_equal(paper.text, cases[i].text);
		assert_true(print_close(&print, &e));
		assert_int_equal(fclose(paper.call.out), 0);
		paper_end(&paper);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_format_shows_the_same_rows_its_way),
		cmocka_unit_test(nothing_is_printed_as_nothing_in_each_format),
		cmocka_unit_test(a_record_holds_lists),
		cmocka_unit_test(
			an_unknown_column_is_told_with_those_there_are),
		cmocka_unit_test(a_text_cannot_steer_the_terminal),
		cmocka_unit_test(a_row_of_another_width_is_a_defect),
		cmocka_unit_test(a_stream_shows_each_row_at_once),
	};

	/* As command_main() does; without it a dash has no width. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
