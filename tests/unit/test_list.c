/*
 * The grammar of lists: what a query becomes, or what is wrong with it, from
 * tests/fixtures/lists/grammar.txt; cursors; what an entity's table must keep
 * to. No database: site= is tested with one.
 */

#include "src/entity/local.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "db/sql.h"
#include "tests/support/fixture.h"

enum { PARAMS_MAX = 80, LINE_MAX = 8192 };

static const unsigned char key[32] = "a key for the cursors of a test";

/* A query as a person writes it, taken apart in place. */
static size_t
split(char *query, struct list_param param[PARAMS_MAX])
{
	size_t count = 0;

	for (char *pair; (pair = strsep(&query, "&")) != NULL;) {
		char *value = strchr(pair, '=');

		if (*pair == '\0')
			continue;
		assert_non_null(value);
		assert_true(count < PARAMS_MAX);
		*value = '\0';
		param[count++] = (struct list_param){pair, value + 1};
	}
	return count;
}

static bool
read_query(const char *slug, const char *query, struct list_ask *ask,
	   struct list_fault *bad, struct err *e)
{
	static const int64_t sites[] = {3, 5};
	const bool restricted = slug[strlen(slug) - 1] == '-';
	struct list_access access = {
		.all_sites = !restricted,
		.site = sites,
		.sites = restricted ? 2 : 0,
		.with_pii = !restricted,
		.key = key,
	};
	struct list_param param[PARAMS_MAX];
	char name[64], copy[LINE_MAX];
	const struct entity *entity;
	size_t count;

	(void)snprintf(name, sizeof(name), "%.*s",
		       (int)(strlen(slug) - restricted), slug);
	(void)snprintf(copy, sizeof(copy), "%s", query);
	entity = entity_find(name);
	assert_non_null(entity);
	/* The texts of values are kept: the query's own may go. */
	count = split(copy, param);
	return list_read(entity, NULL, param, count, &access, ask, bad, e);
}

static void
add_value(struct strbuf *out, const struct bind *bind)
{
	switch (bind->type) {
	case BIND_NULL:
		strbuf_add(out, "NULL");
		return;
	case BIND_INT:
		strbuf_addf(out, "%lld", (long long)bind->integer);
		return;
	case BIND_TEXT:
		strbuf_add(out, "'");
		strbuf_addn(out, bind->bytes, bind->length);
		strbuf_add(out, "'");
		return;
	case BIND_DECIMAL:
		strbuf_add(out, bind->own);
		return;
	case BIND_BYTES:
		strbuf_addf(out, "<%zu bytes>", bind->length);
		return;
	case BIND_TIME:
		fail_msg("a time is bound as text");
	}
}

/* The statement that finds the keys, its values put in, for eyes only. */
static void
show(const struct list_ask *ask, struct strbuf *out)
{
	AUTO(list_sql) sql = {0};
	const char *text;
	size_t next = 0;

	list_sql_keys(&sql, ask, 9);
	assert_false(sql.failed || sql.text.failed);
	text = sql.text.text + strlen(sql_text[SQL_LIST_WITHIN_2_S].text);
	for (; *text != '\0'; text++) {
		if (*text == '?') {
			assert_true(next < sql.binds);
			add_value(out, &sql.bind[next++]);
		} else if (*text != ' ' || text[1] != ' ') {
			strbuf_addn(out, text, 1);
		}
	}
	assert_int_equal(next, sql.binds);
}

static void
answer(const char *slug, const char *query, struct strbuf *out)
{
	AUTO(list_ask) ask = {0};
	struct list_fault bad;
	struct err e = {0};

	if (read_query(slug, query, &ask, &bad, &e)) {
		show(&ask, out);
		return;
	}
	assert_true(e.code == OB_INVALID_PARAM || e.code == OB_USE_CURSOR ||
		    e.code == OB_FORBIDDEN);
	assert_int_equal(e.class,
			 e.code == OB_FORBIDDEN ? ERR_DENIED : ERR_INPUT);
	strbuf_addf(out, "! %s %s: %s", code_name(e.code), bad.param,
		    bad.message);
}

/* "entity query", then lines of what it becomes, then an empty one. */
TEST(each_query_becomes_what_is_written_below_it)
{
	size_t length, cases = 0;
	char *text = fixture_text("lists/grammar.txt", &length);
	char *rest = text;
	char *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		AUTO(strbuf) wanted = STRBUF(LINE_MAX);
		AUTO(strbuf) found = STRBUF(LINE_MAX);
		char *query = strchr(line, ' ');
		const char *more;

		if (*line == '\0' || *line == '#')
			continue;
		if (query != NULL)
			*query++ = '\0';
		while ((more = strsep(&rest, "\n")) != NULL && *more != '\0')
			strbuf_addf(&wanted, "%s%s", wanted.len == 0 ? "" : " ",
				    more + 1);
		answer(line, query ? query : "", &found);
		if (strcmp(strbuf_text(&found), strbuf_text(&wanted)) != 0) {
			print_error("%s %s\n", line, query ? query : "");
			assert_string_equal(strbuf_text(&found),
					    strbuf_text(&wanted));
		}
		cases++;
	}
	free(text);
	assert_true(cases > 60);
}

/* ---- cursors */

static void
read_well(const char *slug, const char *query, struct list_ask *ask)
{
	struct list_fault bad;
	struct err e = {0};

	if (!read_query(slug, query, ask, &bad, &e))
		fail_msg("%s", e.text);
}

static void
seal(const struct list_ask *ask, char out[LIST_CURSOR_MAX])
{
	AUTO(strbuf) place = STRBUF(500);

	for (size_t i = 0; i < ask->orders; i++)
		list_cursor_add(&place,
				i == 0 ? "2026-11-20 12:00:00.001" : NULL,
				i == 0 ? 23 : 0);
	list_cursor_add(&place, "77", 2);
	list_cursor_seal(ask, &place, out);
	assert_string_not_equal(out, "");
}

static bool
takes(const char *slug, const char *query, const char *cursor)
{
	AUTO(list_ask) ask = {0};

	read_well(slug, query, &ask);
	return list_cursor_read(&ask, cursor);
}

TEST(a_cursor_holds_its_place)
{
	AUTO(list_ask) ask = {0};
	AUTO(strbuf) found = STRBUF(LINE_MAX);
	char cursor[LIST_CURSOR_MAX];

	read_well("orders", "imported=0", &ask);
	seal(&ask, cursor);
	assert_int_equal(strspn(cursor, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"abcdefghijklmnopqrstuvwxyz"
					"0123456789-_"),
			 strlen(cursor));
	assert_true(list_cursor_read(&ask, cursor));
	assert_true(ask.by_cursor);
	assert_string_equal(ask.place[0].text, "2026-11-20 12:00:00.001");
	assert_false(ask.place[0].is_null);
	assert_int_equal(ask.place[LIST_ORDER_MAX].number, 77);
}

TEST(a_cursor_goes_with_its_own_list_filters_and_sort_alone)
{
	static const struct {
		const char *slug, *query;
		bool taken;
	} cases[] = {
		{"orders", "imported=0&state=stored", true},
		{"orders", "state=stored&imported=0", true},
		{"orders", "state=stored&imported=0&per_page=7", true},
		{"orders", "state=stored&imported=0&fields=id", true},
		{"orders", "state=stored&imported=0&sort=-order_date,id", true},
		{"orders", "state=stored&imported=0&sort=order_date", false},
		{"orders", "state=stored&imported=0&sort=-updated_at", false},
		{"orders", "state=stored&imported=1", false},
		{"orders", "state=stored,cancelled&imported=0", false},
		{"orders", "state=!stored&imported=0", false},
		{"orders", "imported=0", false},
		{"orders", "state=stored&imported=0&search=bgm", false},
		{"orders-", "state=stored&imported=0", false},
		{"orders", "view=error", false},
		{"operations", "", false},
	};
	AUTO(list_ask) ask = {0};
	char cursor[LIST_CURSOR_MAX];

	read_well("orders", "imported=0&state=stored", &ask);
	seal(&ask, cursor);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (takes(cases[i].slug, cases[i].query, cursor) !=
		    cases[i].taken)
			fail_msg("%s %s", cases[i].slug, cases[i].query);
	}
}

TEST(a_cursor_with_another_key_is_none)
{
	static const unsigned char other[32] = "another key, of another server";
	AUTO(list_ask) ask = {0};
	char cursor[LIST_CURSOR_MAX];

	read_well("orders", "", &ask);
	ask.access.key = other;
	seal(&ask, cursor);
	assert_false(takes("orders", "", cursor));
}

TEST(a_cursor_that_was_touched_is_none)
{
	AUTO(list_ask) ask = {0};
	char cursor[LIST_CURSOR_MAX], touched[LIST_CURSOR_MAX + 1];
	size_t length;

	read_well("orders", "", &ask);
	seal(&ask, cursor);
	length = strlen(cursor);
	assert_true(takes("orders", "", cursor));
	for (size_t i = 0; i < length; i++) {
		memcpy(touched, cursor, length + 1);
		touched[i] = touched[i] == 'A' ? 'B' : 'A';
		/* The last one's low bits stand for nothing. */
		if (i + 1 < length && takes("orders", "", touched))
			fail_msg("character %zu", i);
		touched[i] = '\0';
		assert_false(takes("orders", "", touched));
	}
	(void)snprintf(touched, sizeof(touched), "%sA", cursor);
	assert_false(takes("orders", "", touched));
}

TEST(what_is_no_cursor_is_none)
{
	static const char *const none[] = {
		"",
		"=",
		"====",
		"AAAA",
		"a+b/",
		"....",
		"\xff\xfe",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	};
	char big[5000];

	for (size_t i = 0; i < COUNT_OF(none); i++)
		assert_false(takes("orders", "", none[i]));
	memset(big, 'A', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	assert_false(takes("orders", "", big));
}

/* The condition of a place, for each way a sort and its value can be. */
TEST(a_place_becomes_an_or_of_ands)
{
	static const struct {
		const char *slug, *query, *value, *wanted;
	} cases[] = {
		{"orders", "sort=-updated_at", "T",
		 "((o.updated_at < 'T' OR o.updated_at IS NULL) OR "
		 "(o.updated_at = 'T' AND o.id < 7))"},
		{"orders", "sort=updated_at", "T",
		 "(o.updated_at > 'T' OR (o.updated_at = 'T' AND o.id > 7))"},
		{"orders", "sort=-number", "N",
		 "((o.number < 'N' OR o.number IS NULL))"},
		{"operations", "sort=-completed_at", NULL,
		 "(0 = 1 OR (p.completed_at IS NULL AND p.id < 7))"},
		{"operations", "sort=completed_at", NULL,
		 "(p.completed_at IS NOT NULL OR "
		 "(p.completed_at IS NULL AND p.id > 7))"},
		{"operations", "sort=-state", "failed",
		 "(p.state < 'failed' OR (p.state = 'failed' AND "
		 "0 = 1) OR (p.state = 'failed' AND p.created_at IS NULL "
		 "AND p.id < 7))"},
		{"operations", "sort=-full", "1",
		 "(p.is_full < 1 OR (p.is_full = 1 AND 0 = 1) OR "
		 "(p.is_full = 1 AND p.created_at IS NULL AND p.id < 7))"},
		{"orders", "sort=-id", NULL, "(o.id < 7)"},
		{"kits", "", "7", "(k.parent_sku > '7')"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(list_ask) ask = {0};
		AUTO(list_sql) sql = {0};
		AUTO(strbuf) place = STRBUF(500);
		AUTO(strbuf) found = STRBUF(LINE_MAX);
		char cursor[LIST_CURSOR_MAX];
		size_t next = 0;

		read_well(cases[i].slug, cases[i].query, &ask);
		for (size_t j = 0; j < ask.orders; j++)
			list_cursor_add(&place, j == 0 ? cases[i].value : NULL,
					j == 0 && cases[i].value
						? strlen(cases[i].value)
						: 0);
		list_cursor_add(&place, "7", 1);
		list_cursor_seal(&ask, &place, cursor);
		assert_true(list_cursor_read(&ask, cursor));
		list_sql_page(&sql, &ask);
		for (const char *at = sql.text.text; *at != '\0'; at++) {
			if (*at == '?')
				add_value(&found, &sql.bind[next++]);
			else
				strbuf_addn(&found, at, 1);
		}
		if (strstr(strbuf_text(&found), cases[i].wanted) == NULL)
			fail_msg("%s\nis not in\n%s", cases[i].wanted,
				 strbuf_text(&found));
	}
}

/* ---- tables */

static void
assert_field(const struct entity *entity, const char *name)
{
	if (entity_field(entity, name, 0) == NULL)
		fail_msg("%s: no field %s", entity->slug, name);
}

TEST(each_name_in_an_entity_is_one_of_its_fields)
{
	for (size_t i = 0; entity_at(i) != NULL; i++) {
		const struct entity *entity = entity_at(i);

		assert_ptr_equal(entity_find(entity->slug), entity);
		assert_field(entity, entity->key);
		for (const struct entity_path *at = entity->paths;
		     at != NULL && at->index != NULL; at++) {
			for (size_t j = 0; at->column[j] != NULL; j++)
				assert_non_null(
					list_column(entity, at->column[j]));
		}
		for (const struct entity_finder *at = entity->finders;
		     at != NULL && at->field != NULL; at++) {
			assert_field(entity, at->field);
			assert_non_null(
				strstr(sql_text[at->keys].text, "{is}"));
		}
		for (const struct entity_test *at = entity->tests;
		     at != NULL && at->field != NULL; at++)
			assert_field(entity, at->field);
		for (const struct entity_common *at = entity->commons;
		     at != NULL && at->field != NULL; at++)
			assert_field(entity, at->field);
	}
	assert_null(entity_find("nothing"));
}

TEST(each_field_that_filters_has_a_way_to_do_so)
{
	for (size_t i = 0; entity_at(i) != NULL; i++) {
		const struct entity *entity = entity_at(i);
		size_t count = 0;

		for (const struct field *at = entity->shape->fields;
		     at->name != NULL; at++, count++) {
			if ((at->traits & FIELD_FILTER) != 0 &&
			    at->column == NULL &&
			    list_test(entity, at) == NULL &&
			    list_finder(entity, at) == NULL)
				fail_msg("%s.%s", entity->slug, at->name);
			if ((at->traits & FIELD_FILTER) != 0 &&
			    at->type == FIELD_WORD)
				assert_non_null(at->words);
			if ((at->traits & (FIELD_SORT | FIELD_CONTAINS)) != 0)
				assert_non_null(at->column);
			if ((at->traits & FIELD_RANGED) != 0)
				assert_non_null(entity->span);
		}
		/* fields= is a bit each. */
		assert_in_range(count, 1, SHAPE_FIELDS_MAX);
	}
}

TEST(each_sort_and_each_view_can_be_had)
{
	char query[200];

	for (size_t i = 0; entity_at(i) != NULL; i++) {
		const struct entity *entity = entity_at(i);

		for (const struct field *at = entity->shape->fields;
		     at->name != NULL; at++) {
			AUTO(list_ask) up = {0};
			AUTO(list_ask) down = {0};

			if ((at->traits & FIELD_SORT) == 0)
				continue;
			(void)snprintf(query, sizeof(query), "sort=%s",
				       at->name);
			read_well(entity->slug, query, &up);
			(void)snprintf(query, sizeof(query), "sort=-%s",
				       at->name);
			read_well(entity->slug, query, &down);
			assert_false(up.falling);
			assert_true(down.falling);
		}
		for (const struct entity_view *at = entity->views;
		     at != NULL && at->name != NULL; at++) {
			AUTO(list_ask) ask = {0};

			(void)snprintf(query, sizeof(query), "view=%s",
				       at->name);
			read_well(entity->slug, query, &ask);
			assert_ptr_equal(ask.entity, at->of ? at->of : entity);
		}
	}
}

TEST(an_order_looks_the_same_in_either_list)
{
	const struct field *stored = entity_orders.shape->fields;
	const struct field *met = entity_orders_met.shape->fields;

	for (; met->name != NULL; stored++, met++) {
		assert_string_equal(stored->name, met->name);
		assert_int_equal(stored->type, met->type);
		assert_int_equal(stored->traits & FIELD_PII,
				 met->traits & FIELD_PII);
	}
	for (; stored->name != NULL; stored++)
		assert_true(stored->traits & FIELD_HIDDEN);
}

TEST(too_much_is_refused)
{
	AUTO(strbuf) query = STRBUF(LINE_MAX);
	AUTO(strbuf) found = STRBUF(LINE_MAX);

	strbuf_add(&query, "number=A");
	for (size_t i = 0; i < 100; i++)
		strbuf_add(&query, ",A");
	answer("orders", query.text, &found);
	assert_string_equal(found.text,
			    "! ob_invalid_param number: more than 100 values");
	strbuf_clear(&query);
	strbuf_clear(&found);
	strbuf_add(&query, "number=");
	for (size_t i = 0; i < 401; i++)
		strbuf_add(&query, "A");
	answer("orders", query.text, &found);
	assert_string_equal(found.text, "! ob_invalid_param number: longer "
					"than 400 bytes");
}

TEST(a_link_has_the_query_but_not_its_place)
{
	AUTO(list_ask) ask = {0};
	AUTO(strbuf) out = STRBUF(500);

	read_well("orders", "search=a b%&page=3&state=stored&per_page=10",
		  &ask);
	list_query(&ask, &out, 4, NULL);
	assert_string_equal(out.text, "search=a%20b%25&state=stored&"
				      "per_page=10&page=4");
	strbuf_clear(&out);
	list_query(&ask, &out, 0, "abc");
	assert_string_equal(out.text, "search=a%20b%25&state=stored&"
				      "per_page=10&cursor=abc");
}

TEST(a_mask_leaves_initials)
{
	static const struct {
		const char *text, *masked;
	} cases[] = {
		{"", ""},
		{"Ada", "A."},
		{"Ada Sample", "A. S."},
		{"Doe, John", "D. J."},
		{"Éva Őri", "É. Ő."},
		{"Example Street 12b", "E. S. *"},
		{"+49 30 123456", "* * *"},
		{"ada@example.org", "a***@***"},
		{"4711@example.org", "***@***"},
		{"a b c d e f g h i j", "a. b. c. d. e. f. g. h."},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(strbuf) out = STRBUF(MASKED_MAX);

		mask_add(&out, cases[i].text);
		assert_string_equal(strbuf_text(&out), cases[i].masked);
	}
}

TEST(a_schema_tells_each_member_that_is_shown)
{
	for (size_t i = 0; entity_at(i) != NULL; i++) {
		const struct shape *shape = entity_at(i)->shape;
		AUTO(strbuf) out = STRBUF(65536);
		json_auto_t *schema = NULL;
		const json_t *all;
		size_t shown = 0;

		shape_schema(&out, shape);
		schema = json_loads(strbuf_text(&out), JSON_REJECT_DUPLICATES,
				    NULL);
		assert_non_null(schema);
		all = json_object_get(schema, "properties");
		for (const struct field *at = shape->fields; at->name != NULL;
		     at++) {
			if ((at->traits & FIELD_HIDDEN) != 0)
				continue;
			assert_non_null(json_object_get(all, at->name));
			shown++;
		}
		assert_int_equal(json_object_size(all), shown);
	}
}

RUN_TESTS(cmocka_unit_test(each_query_becomes_what_is_written_below_it),
	  cmocka_unit_test(a_cursor_holds_its_place),
	  cmocka_unit_test(
		  a_cursor_goes_with_its_own_list_filters_and_sort_alone),
	  cmocka_unit_test(a_cursor_with_another_key_is_none),
	  cmocka_unit_test(a_cursor_that_was_touched_is_none),
	  cmocka_unit_test(what_is_no_cursor_is_none),
	  cmocka_unit_test(a_place_becomes_an_or_of_ands),
	  cmocka_unit_test(each_name_in_an_entity_is_one_of_its_fields),
	  cmocka_unit_test(each_field_that_filters_has_a_way_to_do_so),
	  cmocka_unit_test(each_sort_and_each_view_can_be_had),
	  cmocka_unit_test(an_order_looks_the_same_in_either_list),
	  cmocka_unit_test(too_much_is_refused),
	  cmocka_unit_test(a_link_has_the_query_but_not_its_place),
	  cmocka_unit_test(a_mask_leaves_initials),
	  cmocka_unit_test(a_schema_tells_each_member_that_is_shown))
