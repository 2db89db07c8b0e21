#include "base/csv.h"

#include <string.h>

#include "tests/support/unit.h"

enum { SKU, DESCRIPTION, PRICE };
static const char *const names[] = {"sku", "description", "list_price", NULL};

static bool
open_text(struct csv *csv, const char *text, struct err *e)
{
	return csv_open(csv, text, strlen(text), names, e);
}

TEST(a_file_is_read_row_by_row_in_any_order_of_columns)
{
	AUTO(csv) csv = {0};
	struct err e = {0};

	assert_true(open_text(&csv,
			      "\xEF\xBB\xBF"
			      "Description, SKU \r\n"
			      "\"Shirt, \"\"large\"\"\",ABC-1\r\n"
			      "\r\n"
			      "\"two\r\nlines\",ABC-2\n"
			      "5\" pipe,ABC-3",
			      &e));
	assert_true(csv_has(&csv, SKU));
	assert_false(csv_has(&csv, PRICE));
	assert_true(csv_next(&csv, &e));
	assert_int_equal(csv.line, 2);
	assert_string_equal(csv_value(&csv, SKU), "ABC-1");
	assert_string_equal(csv_value(&csv, DESCRIPTION), "Shirt, \"large\"");
	assert_string_equal(csv_value(&csv, PRICE), "");
	assert_true(csv_next(&csv, &e));
	assert_int_equal(csv.line, 4);
	assert_string_equal(csv_value(&csv, DESCRIPTION), "two\r\nlines");
	assert_true(csv_next(&csv, &e));
	assert_int_equal(csv.line, 6);
	assert_string_equal(csv_value(&csv, DESCRIPTION), "5\" pipe");
	assert_string_equal(csv_value(&csv, SKU), "ABC-3");
	assert_false(csv_next(&csv, &e));
	assert_int_equal(e.class, ERR_NONE);
}

TEST(a_semicolon_in_the_header_separates_the_fields)
{
	AUTO(csv) csv = {0};
	struct err e = {0};

	assert_true(open_text(&csv, "sku;list_price\rA;1,50\r\rB;\r", &e));
	assert_true(csv_next(&csv, &e));
	assert_string_equal(csv_value(&csv, PRICE), "1,50");
	assert_true(csv_next(&csv, &e));
	assert_int_equal(csv.line, 4);
	assert_string_equal(csv_value(&csv, SKU), "B");
	assert_string_equal(csv_value(&csv, PRICE), "");
	assert_false(csv_next(&csv, &e));
}

TEST(the_guard_of_a_formula_is_taken_off)
{
	AUTO(csv) csv = {0};
	struct err e = {0};

	assert_true(
		open_text(&csv, "sku,description\n'-1,''=x\n'tis,-2\n", &e));
	assert_true(csv_next(&csv, &e));
	assert_string_equal(csv_value(&csv, SKU), "-1");
	assert_string_equal(csv_value(&csv, DESCRIPTION), "'=x");
	assert_true(csv_next(&csv, &e));
	assert_string_equal(csv_value(&csv, SKU), "'tis");
	assert_string_equal(csv_value(&csv, DESCRIPTION), "-2");
}

TEST(a_header_that_is_not_understood_is_refused)
{
	static const char sixty_five[] =
		",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,"
		",,";
	static const struct {
		const char *text, *error, *hint;
	} cases[] = {
		{"", "line 1: the header is missing", ""},
		{"\nsku\n", "line 1: the header is missing", ""},
		{"sku,colour\n", "line 1, column 2: unknown column 'colour'",
		 "known columns: sku, description, list_price"},
		{"sku,,list_price\n", "line 1, column 2: unknown column ''",
		 "known columns: sku, description, list_price"},
		{"sku,list_price,SKU\n",
		 "line 1, column 3: column 'sku' comes twice", ""},
		{"\"sku", "line 1: a quoted field has no end", ""},
		{sixty_five, "line 1: more than 64 columns", ""},
		{"sku\n\xFF\n", "line 2: not UTF-8",
		 "save the file as CSV UTF-8"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct csv csv;
		struct err e = {0};

		assert_false(open_text(&csv, cases[i].text, &e));
		assert_string_equal(e.text, cases[i].error);
		assert_string_equal(e.hint, cases[i].hint);
		assert_int_equal(e.class, ERR_INPUT);
		assert_null(csv.text);
	}
}

TEST(a_row_that_does_not_fit_is_an_error_with_its_line)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"sku,list_price\nA\n",
		 "line 2: 1 fields where the header has 2"},
		{"sku,list_price\nA,1,\n",
		 "line 2: 3 fields where the header has 2"},
		{"sku,list_price\n\n\"A\" ,1\n",
		 "line 3, column 1: text after the closing quote"},
		{"sku,list_price\nA,\"1\n\n",
		 "line 2: a quoted field has no end"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(csv) csv = {0};
		struct err e = {0};

		assert_true(open_text(&csv, cases[i].text, &e));
		assert_false(csv_next(&csv, &e));
		assert_string_equal(e.text, cases[i].error);
		assert_int_equal(e.class, ERR_INPUT);
	}
}

TEST(a_nul_in_the_file_is_refused)
{
	struct csv csv;
	struct err e = {0};

	assert_false(csv_open(&csv, "sku\na\0b\n", 8, names, &e));
	assert_string_equal(e.text, "line 2: not UTF-8");
}

RUN_TESTS(cmocka_unit_test(a_file_is_read_row_by_row_in_any_order_of_columns),
	  cmocka_unit_test(a_semicolon_in_the_header_separates_the_fields),
	  cmocka_unit_test(the_guard_of_a_formula_is_taken_off),
	  cmocka_unit_test(a_header_that_is_not_understood_is_refused),
	  cmocka_unit_test(a_row_that_does_not_fit_is_an_error_with_its_line),
	  cmocka_unit_test(a_nul_in_the_file_is_refused))
