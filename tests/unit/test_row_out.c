#include "base/row_out.h"

#include <string.h>

#include <jansson.h>

#include "base/csv.h"
#include "tests/support/dice.h"
#include "tests/support/unit.h"

TEST(a_json_text_is_escaped)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{"", "\"\""},
		{"plain", "\"plain\""},
		{"a\"b\\c", "\"a\\\"b\\\\c\""},
		{"\n\r\t\b\f", "\"\\n\\r\\t\\b\\f\""},
		{"\x01\x1F", "\"\\u0001\\u001f\""},
		{"\x7F/", "\"\x7F/\""},
		{"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80",
		 "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
		{"a\xFFz\xC3", "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\""},
		{"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
		{"\xC3\"", "\"\xEF\xBF\xBD\\\"\""},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(strbuf) out = STRBUF(256);

		json_out_text(&out, cases[i].text);
		assert_string_equal(out.text, cases[i].json);
	}
}

TEST(csv_fields_are_quoted_where_the_rfc_asks_and_formulas_guarded)
{
	static const struct {
		const char *text;
		bool is_number;
		const char *field;
	} cases[] = {
		{"", false, ""},
		{"plain text", false, "plain text"},
		{"a,b", false, "\"a,b\""},
		{"5\" pipe", false, "\"5\"\" pipe\""},
		{"a\nb", false, "\"a\nb\""},
		{"a\rb", false, "\"a\rb\""},
		{"a;b", false, "a;b"},
		{"=1+2", false, "'=1+2"},
		{"=HYPERLINK(\"x\",\"y\")", false,
		 "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""},
		{"+1", false, "'+1"},
		{"-1", false, "'-1"},
		{"-1", true, "-1"},
		{"@SUM", false, "'@SUM"},
		{"\tx", false, "'\tx"},
		{"\rx", false, "\"'\rx\""},
		{"\xEF\xBC\x9Dx", false, "'\xEF\xBC\x9Dx"},
		{"\xEF\xBC\xA0x", false, "'\xEF\xBC\xA0x"},
		{"'=x", false, "''=x"},
		{"'tis", false, "'tis"},
		{"x=1", false, "x=1"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(strbuf) out = STRBUF(256);

		csv_out_field(&out, cases[i].text, cases[i].is_number);
		assert_string_equal(strbuf_text(&out), cases[i].field);
	}
}

TEST(yaml_texts_are_quoted_where_they_could_be_something_else)
{
	static const struct {
		const char *text, *yaml;
	} cases[] = {
		{"orders", "orders"},
		{"Store analytics (EU)", "Store analytics (EU)"},
		{"a@b.example", "a@b.example"},
		{"", "\"\""},
		{"12", "\"12\""},
		{"1e3", "\"1e3\""},
		{"-x", "\"-x\""},
		{"true", "\"true\""},
		{"No", "\"No\""},
		{"NULL", "\"NULL\""},
		{"~", "\"~\""},
		{"a: b", "\"a: b\""},
		{"a #b", "\"a #b\""},
		{"a ", "\"a \""},
		{" a", "\" a\""},
		{"2026-11-20", "\"2026-11-20\""},
		{"a\nb", "\"a\\nb\""},
		{"caf\xC3\xA9", "\"caf\xC3\xA9\""},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(strbuf) out = STRBUF(256);

		yaml_out_text(&out, cases[i].text);
		assert_string_equal(out.text, cases[i].yaml);
	}
}

enum { FIELDS = 4, ROWS = 5, TEXT_MAX = 12 };

static void
draw_text(struct dice *dice, char out[TEXT_MAX])
{
	static const char *const pieces[] = {"a",
					     "b",
					     ",",
					     ";",
					     "\"",
					     "\"\"",
					     "\r",
					     "\n",
					     "\t",
					     " ",
					     "=",
					     "+",
					     "-",
					     "@",
					     "'",
					     "\xC3\xA9",
					     "\xEF\xBC\x9D",
					     "\x01"};
	int64_t count = dice_between(dice, 0, 3);

	out[0] = '\0';
	while (count-- > 0)
		strncat(out,
			pieces[dice_between(dice, 0, COUNT_OF(pieces) - 1)], 3);
}

TEST(what_csv_out_writes_csv_reads_again)
{
	static const char *const names[] = {"a", "b", "c", "d", NULL};
	struct dice dice = DICE;

	for (int i = 0; i < DICE_CASES / ROWS; i++) {
		AUTO(strbuf) out = STRBUF(4096);
		AUTO(csv) csv = {0};
		char text[ROWS][FIELDS][TEXT_MAX];
		struct err e = {0};

		strbuf_add(&out, "a,b,c,d\r\n");
		for (size_t f = 0; f < (size_t)ROWS * FIELDS; f++) {
			char *field = text[f / FIELDS][f % FIELDS];

			draw_text(&dice, field);
			csv_out_field(&out, field, false);
			strbuf_add(&out,
				   f % FIELDS < FIELDS - 1 ? "," : "\r\n");
		}
		assert_true(csv_open(&csv, out.text, out.len, names, &e));
		for (size_t row = 0; row < ROWS; row++) {
			assert_true(csv_next(&csv, &e));
			for (size_t f = 0; f < FIELDS; f++)
				assert_string_equal(csv_value(&csv, f),
						    text[row][f]);
		}
		assert_false(csv_next(&csv, &e));
		assert_int_equal(e.class, ERR_NONE);
	}
}

TEST(any_json_text_is_read_back_by_a_json_reader)
{
	struct dice dice = DICE;

	for (int i = 0; i < DICE_CASES; i++) {
		AUTO(strbuf) out = STRBUF(256);
		char text[TEXT_MAX];
		json_auto_t *read = NULL;

		draw_text(&dice, text);
		json_out_text(&out, text);
		read = json_loads(out.text, JSON_DECODE_ANY, NULL);
		assert_string_equal(json_string_value(read), text);
	}
}

RUN_TESTS(
	cmocka_unit_test(a_json_text_is_escaped),
	cmocka_unit_test(
		csv_fields_are_quoted_where_the_rfc_asks_and_formulas_guarded),
	cmocka_unit_test(
		yaml_texts_are_quoted_where_they_could_be_something_else),
	cmocka_unit_test(what_csv_out_writes_csv_reads_again),
	cmocka_unit_test(any_json_text_is_read_back_by_a_json_reader))
