#include "base/jnode.h"

#include <string.h>

#include "tests/support/unit.h"

static json_t *
read_json(const char *text)
{
	json_t *json = NULL;
	struct err e = {0};

	if (!json_read(text, strlen(text), &json, &e))
		fail_msg("%s", e.text);
	return json;
}

TEST(a_json_document_is_read_whole_or_refused_with_its_place)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"", "line 1, column 1: '[' or '{' expected"},
		{"{\"a\":1,\n \"a\":2}",
		 "line 2, column 4: duplicate object key"},
		{"{\"a\":1} x", "line 1, column 9: end of file expected"},
		{"{\"a\":1", "line 1, column 6: '}' expected"},
		{"\xEF\xBB\xBF{}", "line 1, column 1: a byte order mark"},
		{"{\"a\":\"\\u0000\"}",
		 "line 1, column 13: \\u0000 is not allowed"},
		{"{\"a\":9223372036854775808}",
		 "line 1, column 24: too big integer"},
		{"{\"a\":1e999}", "line 1, column 10: real number overflow"},
		{"{\"a\":\"x", "line 1, column 7: premature end of input"},
		{"{\"a\":\"\\", "line 1, column 7: invalid escape"},
		{"[\"\xFF\"]", "line 1, column 2: unable to decode byte 0xff"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		json_t *json = json_null(); /* NULL afterwards */
		struct err e = {0};

		assert_false(json_read(cases[i].text, strlen(cases[i].text),
				       &json, &e));
		assert_null(json);
		assert_string_equal(e.text, cases[i].error);
		assert_int_equal(e.class, ERR_INPUT);
		assert_int_equal(e.code, OB_JSON);
	}
}

TEST(what_a_customer_wrote_is_not_part_of_the_error)
{
	const char *text = "{\"name\":\"Ms Secret\" \"x\"}";
	json_t *json;
	struct err e = {0};

	assert_false(json_read(text, strlen(text), &json, &e));
	assert_null(strstr(e.text, "Secret"));
}

TEST(a_nul_byte_is_refused)
{
	json_t *json;
	struct err e = {0};

	assert_false(json_read("{}\0", 3, &json, &e));
	assert_false(json_read("[\"a\0b\"]", 7, &json, &e));
}

TEST(json_may_be_24_levels_deep_and_no_more)
{
	char text[64] = "";
	json_t *json;
	struct err e = {0};

	memset(text, '[', 24);
	memset(text + 24, ']', 24);
	assert_true(json_read(text, 48, &json, &e));
	json_decref(json);
	memset(text, '[', 25);
	memset(text + 25, ']', 25);
	assert_false(json_read(text, 50, &json, &e));
	assert_string_equal(e.text, "line 1, column 25: nested deeper than 24");
}

TEST(brackets_in_a_text_are_no_depth)
{
	const char *text = "[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[\", \"]\"]";
	json_t *json;
	struct err e = {0};

	assert_true(json_read(text, strlen(text), &json, &e));
	json_decref(json);
}

TEST(jnode_names_the_place_that_is_wrong)
{
	json_auto_t *json = read_json("{\"line_items\":[{},{},{\"sku\":null,"
				      "\"total\":\"1.2x\",\"price\":1e11,"
				      "\"qty\":0.000001,\"taxes\":{}}]}");
	struct jnode order = jnode_root(json, "order 12");
	struct jnode lines, line, other;
	const char *text;
	bool flag;
	struct money money;
	struct quantity quantity;
	struct err e = {0};

	assert_true(jnode_array(&order, "line_items", &lines, &e));
	assert_int_equal(jnode_count(&lines), 3);
	line = jnode_item(&lines, 2);
	assert_false(jnode_text(&line, "sku", &text, &e));
	assert_string_equal(
		e.text, "order 12.line_items[2].sku: wanted text, found null");
	assert_int_equal(e.code, OB_JSON);
	assert_false(jnode_bool(&line, "id", &flag, &e));
	assert_string_equal(e.text, "order 12.line_items[2].id: wanted true "
				    "or false, found nothing");
	assert_false(jnode_bool(&line, "price", &flag, &e));
	assert_string_equal(e.text, "order 12.line_items[2].price: wanted true "
				    "or false, found a number");
	assert_false(jnode_array(&line, "taxes", &other, &e));
	assert_string_equal(e.text, "order 12.line_items[2].taxes: wanted an "
				    "array, found an object");
	assert_false(jnode_object(&order, "line_items", &other, &e));
	assert_string_equal(e.text, "order 12.line_items: wanted an object, "
				    "found an array");
	other = jnode_get(&line, "sku");
	assert_false(jnode_money_of(&other, &money, NULL, &e));
	assert_string_equal(e.text, "order 12.line_items[2].sku: wanted an "
				    "amount, found null");
	other = jnode_get(&line, "total");
	assert_false(jnode_money_of(&other, &money, NULL, &e));
	assert_string_equal(e.text, "order 12.line_items[2].total: not an "
				    "amount: '1.2x'");
	assert_int_equal(e.code, OB_JSON);
	other = jnode_get(&line, "price");
	assert_false(jnode_money_of(&other, &money, NULL, &e));
	assert_string_equal(e.text, "order 12.line_items[2].price: a number "
				    "from 10^11 on has lost its cents");
	assert_false(jnode_quantity(&line, "qty", &quantity, &e));
	assert_string_equal(e.text, "order 12.line_items[2].qty: more than "
				    "five decimals: '0.00000100000000'");
	assert_false(jnode_text_or_empty(&line, "price", &text, &e));
	assert_string_equal(e.text, "order 12.line_items[2].price: wanted "
				    "text, found a number");
}

TEST(jnode_reads_what_is_there)
{
	json_auto_t *json = read_json("{\"a\":\"x\",\"n\":7,\"t\":true,"
				      "\"f\":false,\"o\":{\"p\":null}}");
	struct jnode root = jnode_root(json, "reply"), o, p, q;
	const char *text;
	bool flag;
	struct err e = {0};

	assert_true(jnode_text(&root, "a", &text, &e));
	assert_string_equal(text, "x");
	assert_true(jnode_text_or_empty(&root, "none", &text, &e));
	assert_string_equal(text, "");
	assert_true(jnode_bool(&root, "t", &flag, &e));
	assert_true(flag);
	assert_true(jnode_bool(&root, "f", &flag, &e));
	assert_false(flag);
	assert_true(jnode_object(&root, "o", &o, &e));
	p = jnode_get(&o, "p");
	q = jnode_get(&o, "q");
	assert_true(jnode_empty(&p) && jnode_empty(&q));
	assert_false(jnode_empty(&o));
	assert_true(jnode_text_or_empty(&o, "p", &text, &e));
	assert_string_equal(text, "");
	assert_int_equal(jnode_count(&o), 0);
}

TEST(money_comes_as_text_or_number_with_its_cents)
{
	static const struct {
		const char *json;
		int64_t e4;
		bool rounded;
	} cases[] = {
		{"[\"12.30\"]", 123000, false},
		{"[12.3]", 123000, false},
		{"[12]", 120000, false},
		{"[0.1]", 1000, false},
		{"[-0.07]", -700, false},
		{"[1.005]", 10050, false},
		{"[12.34565]", 123457, true},
		{"[\"12.34565\"]", 123457, true},
		{"[0.00004]", 0, true},
		{"[99999999999.9999]", 999999999999999, false},
		{"[-99999999999.9999]", -999999999999999, false},
		{"[0]", 0, false},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		json_auto_t *json = read_json(cases[i].json);
		struct jnode root = jnode_root(json, "reply");
		struct jnode node = jnode_item(&root, 0);
		struct money m;
		bool rounded = !cases[i].rounded;
		struct err e = {0};

		assert_true(jnode_money_of(&node, &m, &rounded, &e));
		assert_int_equal(m.e4, cases[i].e4);
		assert_int_equal(rounded, cases[i].rounded);
	}
}

TEST(a_quantity_comes_as_text_or_number)
{
	json_auto_t *json = read_json("{\"a\":2,\"b\":1.5,\"c\":\"1.5\"}");
	struct jnode root = jnode_root(json, "line");
	struct quantity q;
	struct err e = {0};

	assert_true(jnode_quantity(&root, "a", &q, &e));
	assert_int_equal(q.e5, 200000);
	assert_true(jnode_quantity(&root, "b", &q, &e));
	assert_int_equal(q.e5, 150000);
	assert_true(jnode_quantity(&root, "c", &q, &e));
	assert_int_equal(q.e5, 150000);
}

TEST(a_path_longer_than_its_room_is_cut)
{
	char key[300], path[JNODE_PATH_MAX];
	struct jnode root = jnode_root(NULL, "x"), child, below;

	memset(key, 'k', sizeof(key));
	key[sizeof(key) - 1] = '\0';
	child = jnode_get(&root, key);
	below = jnode_get(&child, "y");
	assert_int_equal(strlen(jnode_path(&below, path)), JNODE_PATH_MAX - 1);
}

RUN_TESTS(cmocka_unit_test(
		  a_json_document_is_read_whole_or_refused_with_its_place),
	  cmocka_unit_test(what_a_customer_wrote_is_not_part_of_the_error),
	  cmocka_unit_test(a_nul_byte_is_refused),
	  cmocka_unit_test(json_may_be_24_levels_deep_and_no_more),
	  cmocka_unit_test(brackets_in_a_text_are_no_depth),
	  cmocka_unit_test(jnode_names_the_place_that_is_wrong),
	  cmocka_unit_test(jnode_reads_what_is_there),
	  cmocka_unit_test(money_comes_as_text_or_number_with_its_cents),
	  cmocka_unit_test(a_quantity_comes_as_text_or_number),
	  cmocka_unit_test(a_path_longer_than_its_room_is_cut))
