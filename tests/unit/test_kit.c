#include "product/kit.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/dice.h"
#include "tests/support/fixture.h"
#include "tests/support/unit.h"

static const struct kit_limits limits = {.max_depth = 10, .max_lines = 500};

static const char *
text_at(const json_t *list, size_t index)
{
	return json_string_value(json_array_get(list, index));
}

static utc_ms
time_at(const char *text)
{
	struct err e = {0};
	utc_ms at = 0;

	if (text != NULL)
		assert_true(time_parse(text, &at, &e));
	return at;
}

static struct quantity
quantity_of(const char *text)
{
	struct quantity quantity;
	struct err e = {0};

	assert_true(quantity_parse(text, &quantity, &e));
	return quantity;
}

static struct money
money_of(const char *text)
{
	struct money money;
	struct err e = {0};

	assert_true(money_parse(text, &money, &e));
	return money;
}

static void
add_row(struct kit_table *table, const char *parent, const char *component,
	struct quantity quantity)
{
	struct kit_row row = {.quantity = quantity, .weight_e4 = -1};
	struct err e = {0};

	(void)snprintf(row.parent, sizeof(row.parent), "%s", parent);
	(void)snprintf(row.component, sizeof(row.component), "%s", component);
	assert_true(kit_table_add(table, &row, &e));
}

/* parent, component, quantity [, from, to [, sort [, weight]]] */
static void
read_rows(const json_t *rows, struct kit_table *table)
{
	size_t i;
	json_t *line;

	json_array_foreach(rows, i, line)
	{
		struct kit_row *row;

		add_row(table, text_at(line, 0), text_at(line, 1),
			quantity_of(text_at(line, 2)));
		row = &table->row[table->count - 1];
		row->valid_from = time_at(text_at(line, 3));
		row->valid_to = time_at(text_at(line, 4));
		/* without a sort of their own they stay as written */
		row->sort = json_array_size(line) > 5
				    ? (unsigned)json_integer_value(
					      json_array_get(line, 5))
				    : (unsigned)i;
		if (text_at(line, 6) != NULL)
			row->weight_e4 = money_of(text_at(line, 6)).e4;
	}
	kit_table_sort(table);
}

static unsigned
limit_of(const json_t *test, const char *name, unsigned fallback)
{
	const json_t *value = json_object_get(test, name);

	return value ? (unsigned)json_integer_value(value) : fallback;
}

static void
check_lines(const json_t *lines, const struct kit_parts *parts)
{
	assert_int_equal(parts->count, json_array_size(lines));
	for (size_t i = 0; i < parts->count; i++) {
		const json_t *line = json_array_get(lines, i);
		char text[QUANTITY_TEXT_MAX];

		assert_int_equal(json_integer_value(json_array_get(line, 0)),
				 i + 2);
		assert_string_equal(parts->part[i].key, text_at(line, 1));
		assert_string_equal(
			quantity_text(parts->part[i].quantity, text),
			text_at(line, 2));
		assert_int_equal(json_integer_value(json_array_get(line, 3)),
				 parts->part[i].parent + 2);
	}
}

static void
check_case(const json_t *test)
{
	AUTO(kit_table) table = {0};
	AUTO(kit_parts) parts = {0};
	struct kit_limits bounds = {
		.max_depth = limit_of(test, "max_depth", 10),
		.max_lines = limit_of(test, "max_lines", 500),
	};
	const char *on = json_string_value(json_object_get(test, "on"));
	const char *code = json_string_value(json_object_get(test, "code"));
	const char *text = json_string_value(json_object_get(test, "text"));
	struct err e = {0};
	bool ok;

	read_rows(json_object_get(test, "rows"), &table);
	ok = kit_expand(&table, json_string_value(json_object_get(test, "kit")),
			quantity_of(json_string_value(
				json_object_get(test, "ordered"))),
			time_at(on ? on : "2026-03-17T12:00:00Z"), bounds,
			&parts, &e);
	assert_int_equal(ok, code == NULL);
	if (ok) {
		check_lines(json_object_get(test, "lines"), &parts);
		return;
	}
	assert_string_equal(code_name(e.code), code);
	if (text != NULL)
		assert_string_equal(e.text, text);
}

TEST(kits_expand_as_the_worked_examples_say)
{
	json_auto_t *rules = fixture_json("rules/kits.json");
	size_t i;
	json_t *test;

	json_array_foreach(json_object_get(rules, "cases"), i, test)
	{
		print_message("%s\n",
			      json_string_value(json_object_get(test, "name")));
		check_case(test);
	}
	assert_true(i > 10);
}

static void
check_price(const json_t *test)
{
	AUTO(kit_table) table = {0};
	AUTO(kit_parts) parts = {0};
	AUTO(sku_set) prices = {0};
	json_t *list = json_object_get(test, "list");
	const json_t *wanted = json_object_get(test, "shares");
	struct money share[8];
	struct err e = {0};
	const char *key;
	json_t *price;

	read_rows(json_object_get(test, "rows"), &table);
	json_object_foreach(list, key, price) sku_set_add(&prices, key)
		->list_price = money_of(json_string_value(price));
	assert_true(kit_expand(&table, "K",
			       quantity_of(json_string_value(
				       json_object_get(test, "ordered"))),
			       0, limits, &parts, &e));
	assert_true(kit_allocate(
		&parts, &prices,
		money_of(json_string_value(json_object_get(test, "amount"))),
		(int)json_integer_value(json_object_get(test, "digits")), share,
		&e));
	assert_int_equal(parts.count, json_array_size(wanted));
	for (size_t i = 0; i < parts.count; i++)
		assert_int_equal(share[i].e4, money_of(text_at(wanted, i)).e4);
}

TEST(prices_are_shared_as_the_worked_examples_say)
{
	json_auto_t *rules = fixture_json("rules/kits.json");
	size_t i;
	json_t *test;

	json_array_foreach(json_object_get(rules, "prices"), i, test)
	{
		print_message("%s\n",
			      json_string_value(json_object_get(test, "name")));
		check_price(test);
	}
	assert_true(i > 3);
}

TEST(each_way_to_business_central_sums_to_the_kit)
{
	/* both and parent send 59.99 and zeros, components the shares. */
	AUTO(kit_table) table = {0};
	AUTO(kit_parts) parts = {0};
	struct money share[2], sum = {0};
	struct err e = {0};

	add_row(&table, "K", "A", quantity_of("3"));
	add_row(&table, "K", "B", quantity_of("1"));
	kit_table_sort(&table);
	assert_true(kit_expand(&table, "K", quantity_of("1"), 0, limits, &parts,
			       &e));
	assert_true(
		kit_allocate(&parts, NULL, money_of("59.99"), 2, share, &e));
	for (size_t i = 0; i < parts.count; i++)
		assert_true(money_add(&sum, share[i], &e));
	assert_int_equal(sum.e4, money_of("59.99").e4);
}

TEST(a_kit_is_what_has_rows_even_if_none_is_valid)
{
	AUTO(kit_table) table = {0};

	add_row(&table, "K", "A", quantity_of("1"));
	table.row[0].valid_to = 1;
	kit_table_sort(&table);
	assert_true(kit_is_parent(&table, "K"));
	assert_false(kit_is_parent(&table, "A"));
	assert_false(kit_is_parent(&table, ""));
}

TEST(rows_of_different_times_make_no_circle)
{
	AUTO(kit_table) table = {0};
	struct err e = {0};

	/* A holds B until the moment 100, B holds A from then on. */
	add_row(&table, "A", "B", quantity_of("1"));
	add_row(&table, "B", "A", quantity_of("1"));
	table.row[0].valid_to = 100;
	table.row[1].valid_from = 100;
	kit_table_sort(&table);
	assert_true(kit_prove(&table, "A", limits, &e));
	table.row[0].valid_to = 101;
	assert_false(kit_prove(&table, "A", limits, &e));
	assert_string_equal(e.text, "kit A contains itself: A → B → A");
	assert_int_equal(e.code, OB_KIT_CYCLE);
}

TEST(a_pause_of_one_component_hides_no_circle_behind_it)
{
	AUTO(kit_table) table = {0};
	struct err e = {0};

	add_row(&table, "A", "B", quantity_of("1"));
	add_row(&table, "A", "C", quantity_of("1"));
	add_row(&table, "B", "X", quantity_of("1"));
	add_row(&table, "C", "A", quantity_of("1"));
	table.row[2].valid_from = 100;
	table.row[2].valid_to = 200;
	for (size_t i = 0; i < table.count; i++)
		if (i != 2)
			table.row[i].valid_to = 50;
	kit_table_sort(&table);
	assert_false(kit_prove(&table, "A", limits, &e));
	assert_string_equal(e.text, "kit A contains itself: A → C → A");
}

TEST(a_look_names_the_circle_and_takes_a_pause_for_no_fault)
{
	static const char *const circle[] = {"B", "C", "B"};
	AUTO(kit_table) table = {0};
	AUTO(kit_parts) parts = {0};
	struct err why = {0};

	add_row(&table, "A", "B", quantity_of("1"));
	add_row(&table, "B", "C", quantity_of("1"));
	add_row(&table, "C", "B", quantity_of("1"));
	kit_table_sort(&table);
	assert_false(kit_look(&table, "A", quantity_of("1"), 0, limits, &parts,
			      &why));
	assert_int_equal(why.code, OB_KIT_CYCLE);
	assert_int_equal(parts.count, COUNT_OF(circle));
	for (size_t i = 0; i < parts.count; i++)
		assert_string_equal(parts.part[i].key, circle[i]);
	/* Without the way back it is whole, so many times. */
	table.count = 2;
	why = (struct err){0};
	assert_true(kit_look(&table, "A", quantity_of("3"), 0, limits, &parts,
			     &why));
	assert_int_equal(parts.count, 2);
	assert_string_equal(parts.part[1].key, "C");
	assert_int_equal(parts.part[1].quantity.e5, quantity_of("3").e5);
	/* A kit that begins later has no lines today, which is no fault. */
	table.row[0].valid_from = 100;
	assert_true(kit_look(&table, "A", quantity_of("1"), 0, limits, &parts,
			     &why));
	assert_int_equal(parts.count, 0);
	assert_int_equal(why.class, ERR_NONE);
}

enum { NODES = 7 };

/* edge[i][j]: how many of j stand in i; only i < j, so there is no circle. */
static void
random_graph(struct dice *dice, int64_t edge[NODES][NODES],
	     struct kit_table *table)
{
	table->count = 0;
	memset(edge, 0, sizeof(int64_t[NODES][NODES]));
	for (unsigned i = 0; i < NODES; i++)
		for (unsigned j = i + 1; j < NODES; j++) {
			char parent[2] = {(char)('A' + i), '\0'};
			char component[2] = {(char)('A' + j), '\0'};

			if (dice_between(dice, 0, 2) != 0 && (i != 0 || j != 1))
				continue;
			edge[i][j] = dice_between(dice, 1, 4);
			add_row(table, parent, component,
				(struct quantity){edge[i][j] * 100000});
		}
	kit_table_sort(table);
}

TEST(expansion_equals_the_powers_of_the_matrix)
{
	AUTO(kit_table) table = {0};
	AUTO(kit_parts) parts = {0};
	struct dice dice = DICE;

	for (int round = 0; round < DICE_CASES; round++) {
		int64_t edge[NODES][NODES], row[NODES] = {0};
		int64_t reach[NODES] = {0}, found[NODES] = {0};
		int64_t ordered = dice_between(&dice, 1, 5);
		struct err e = {0};

		random_graph(&dice, edge, &table);
		row[0] = ordered;
		for (int power = 0; power < NODES; power++) {
			int64_t next[NODES] = {0};

			for (int i = 0; i < NODES; i++)
				for (int j = 0; j < NODES; j++)
					next[j] += row[i] * edge[i][j];
			for (int j = 0; j < NODES; j++)
				reach[j] += row[j] = next[j];
		}
		assert_true(kit_expand(&table, "A",
				       (struct quantity){ordered * 100000}, 0,
				       limits, &parts, &e));
		for (size_t i = 0; i < parts.count; i++)
			found[parts.part[i].key[0] - 'A'] +=
				parts.part[i].quantity.e5 / 100000;
		assert_memory_equal(found, reach, sizeof(reach));
	}
}

RUN_TESTS(cmocka_unit_test(kits_expand_as_the_worked_examples_say),
	  cmocka_unit_test(prices_are_shared_as_the_worked_examples_say),
	  cmocka_unit_test(each_way_to_business_central_sums_to_the_kit),
	  cmocka_unit_test(a_kit_is_what_has_rows_even_if_none_is_valid),
	  cmocka_unit_test(rows_of_different_times_make_no_circle),
	  cmocka_unit_test(a_pause_of_one_component_hides_no_circle_behind_it),
	  cmocka_unit_test(
		  a_look_names_the_circle_and_takes_a_pause_for_no_fault),
	  cmocka_unit_test(expansion_equals_the_powers_of_the_matrix))
