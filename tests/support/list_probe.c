/*
 * What the integration tests ask lists for. It reads a JSON array of questions
 * {"entity", "params": [[name, value], ...], "sites": [ids] or null, "pii",
 * "call": "run", "count", "counts" or "ids", "limit", "older"} and prints one
 * JSON object each; with "older" the counts of long lists are remembered from
 * question to question, and what is remembered is so many milliseconds older.
 * It prints what the call gave, what the server read for it, or what was wrong.
 * Never installed.
 */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entity/list.h"

enum { PARAMS_MAX = 80, SITES_MAX = 400 };

/* What the server has counted for this connection so far, of this question
 * too: the difference of two of them is told apart from it. */
static int64_t
counted(struct db *db, bool prepares)
{
	static const char reads[] = "SELECT SUM(variable_value) AS n "
				    "FROM information_schema.session_status "
				    "WHERE variable_name LIKE 'HANDLER_READ%'";
	static const char prepared[] =
		"SELECT SUM(variable_value) AS n "
		"FROM information_schema.session_status "
		"WHERE variable_name = 'COM_STMT_PREPARE'";
	AUTO(rows) rows = ROWS;
	struct err e = {0};

	if (!db_open_built(db, &rows, prepares ? prepared : reads, NO_BINDS,
			   &e) ||
	    !rows_next(&rows))
		exit(3);
	return rows_int(&rows, "n");
}

static void
put(json_t *tell, const char *name, json_t *value)
{
	(void)json_object_set_new(tell, name, value);
}

static bool
call_counts(struct db *db, const struct list_ask *ask, json_t *tell,
	    struct err *e)
{
	struct list_count count[LIST_COUNTS_MAX];
	json_t *totals = json_object(), *capped = json_array();
	size_t counts;

	put(tell, "counts", totals);
	put(tell, "capped", capped);
	if (!list_counts(db, ask, count, &counts, e))
		return false;
	for (size_t i = 0; i < counts; i++) {
		put(totals, count[i].name,
		    json_integer((json_int_t)count[i].total));
		if (count[i].is_capped)
			(void)json_array_append_new(capped,
						    json_string(count[i].name));
	}
	return true;
}

static bool
call(struct db *db, const struct list_ask *ask, const json_t *question,
     json_t *tell, struct err *e)
{
	AUTO(strbuf) out = STRBUF(8 * 1024 * 1024);
	const char *what = json_string_value(json_object_get(question, "call"));
	struct list_page page = {0};
	bool more = false, capped = false;
	uint64_t total = 0;
	size_t count = 0;

	if (what != NULL && strcmp(what, "count") == 0) {
		if (!list_count(db, ask, &total, &capped, e))
			return false;
		put(tell, "total", json_integer((json_int_t)total));
		put(tell, "capped", json_boolean(capped));
		return true;
	}
	if (what != NULL && strcmp(what, "counts") == 0)
		return call_counts(db, ask, tell, e);
	if (what != NULL && strcmp(what, "ids") == 0) {
		if (!list_ids(db, ask,
			      (unsigned)json_integer_value(
				      json_object_get(question, "limit")),
			      &out, &count, &more, e))
			return false;
		put(tell, "ids", json_loads(strbuf_text(&out), 0, NULL));
		put(tell, "count", json_integer((json_int_t)count));
		put(tell, "more", json_boolean(more));
		return true;
	}
	if (!list_run(db, ask, &out, &page, e))
		return false;
	put(tell, "rows", json_loads(strbuf_text(&out), 0, NULL));
	put(tell, "total",
	    page.is_counted ? json_integer((json_int_t)page.total)
			    : json_null());
	put(tell, "capped", json_boolean(page.is_capped));
	put(tell, "page", json_integer(page.page));
	put(tell, "next", json_string(page.next_cursor));
	return true;
}

static size_t
params_of(const json_t *question, struct list_param param[PARAMS_MAX])
{
	const json_t *all = json_object_get(question, "params");
	size_t count = 0;

	for (; count < json_array_size(all) && count < PARAMS_MAX; count++) {
		const json_t *pair = json_array_get(all, count);

		param[count].name = json_string_value(json_array_get(pair, 0));
		param[count].value = json_string_value(json_array_get(pair, 1));
	}
	return count;
}

static size_t
sites_of(const json_t *question, int64_t site[SITES_MAX])
{
	const json_t *all = json_object_get(question, "sites");
	size_t count = 0;

	for (; count < json_array_size(all) && count < SITES_MAX; count++)
		site[count] = json_integer_value(json_array_get(all, count));
	return count;
}

/* The memory of a process, after so long; none where nobody asks for it. */
static struct list_known *
known_of(const json_t *question)
{
	static struct list_known known;
	const json_t *older = json_object_get(question, "older");

	for (size_t i = 0; i < LIST_KNOWN_MAX; i++)
		known.place[i].until_boot_ms -= json_integer_value(older);
	return json_is_integer(older) ? &known : NULL;
}

static void
tell_error(json_t *tell, const struct err *e, const struct list_fault *bad)
{
	put(tell, "class", json_string(err_class_text(e->class)));
	put(tell, "code", json_string(code_name(e->code)));
	put(tell, "text", json_string(e->text));
	put(tell, "param", json_string(bad->param));
	put(tell, "message", json_string(bad->message));
}

static json_t *
answer(struct db *db, const json_t *question)
{
	static const unsigned char key[32] = "a key for the cursors of a test";
	struct list_param param[PARAMS_MAX];
	int64_t site[SITES_MAX];
	const struct list_access access = {
		.all_sites = !json_is_array(json_object_get(question, "sites")),
		.site = site,
		.sites = sites_of(question, site),
		.with_pii = !json_is_false(json_object_get(question, "pii")),
		.key = key,
		.known = known_of(question),
	};
	const struct entity *entity = entity_find(
		json_string_value(json_object_get(question, "entity")));
	const size_t count = params_of(question, param);
	AUTO(list_ask) ask = {0};
	struct list_fault bad = {{0}, {0}};
	struct err e = {0};
	json_t *tell = json_object();
	const int64_t prepares = counted(db, true);
	const int64_t start = counted(db, false), begun = counted(db, false);

	if (entity == NULL)
		exit(4);
	if (!list_read(entity, db, param, count, &access, &ask, &bad, &e) ||
	    !call(db, &ask, question, tell, &e))
		tell_error(tell, &e, &bad);
	put(tell, "path",
	    json_string(ask.path ? ask.path->index
				 : (ask.is_found ? "found" : "")));
	put(tell, "reads",
	    json_integer(counted(db, false) - begun - (begun - start)));
	put(tell, "prepared", json_integer(counted(db, true) - prepares));
	return tell;
}

/* Everything that the lists offer, so that a test can walk it. */
static json_t *
describe(void)
{
	json_t *all = json_array();

	for (size_t i = 0; entity_at(i) != NULL; i++) {
		const struct entity *entity = entity_at(i);
		json_t *one = json_object(), *paths = json_array();
		json_t *fields = json_array(), *views = json_array();

		for (const struct entity_path *at = entity->paths;
		     at != NULL && at->index != NULL; at++) {
			json_t *columns = json_array();

			for (size_t j = 0; at->column[j] != NULL; j++)
				(void)json_array_append_new(
					columns, json_string(at->column[j]));
			(void)json_array_append_new(
				paths,
				json_pack("{s:s, s:o}", "index", at->index,
					  "columns", columns));
		}
		for (const struct field *at = entity->shape->fields;
		     at->name != NULL; at++)
			(void)json_array_append_new(
				fields,
				json_pack("{s:s, s:i, s:i, s:s?}", "name",
					  at->name, "type", (int)at->type,
					  "traits", (int)at->traits, "column",
					  at->column));
		for (const struct entity_view *at = entity->views;
		     at != NULL && at->name != NULL; at++)
			(void)json_array_append_new(views,
						    json_string(at->name));
		put(one, "slug", json_string(entity->slug));
		put(one, "table", json_string(entity->table));
		put(one, "sort", json_string(entity->sort));
		put(one, "site", json_boolean(entity->site != NULL));
		put(one, "paths", paths);
		put(one, "fields", fields);
		put(one, "views", views);
		(void)json_array_append_new(all, one);
	}
	return all;
}

static void
print(json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);

	(void)puts(text);
	free(text);
	json_decref(value);
}

int
main(int argc, char **argv)
{
	struct db_settings settings = {
		.user = "root",
		.password = "",
		.host = "",
		.ca_file = "",
		.connect_timeout_s = 5,
		.statement_timeout_s = 15,
	};
	json_auto_t *questions = NULL;
	struct db *db;
	struct err e = {0};

	if (argc == 2 && strcmp(argv[1], "describe") == 0) {
		print(describe());
		return 0;
	}
	questions = json_loadf(stdin, JSON_ALLOW_NUL, NULL);
	if (argc != 3 || !json_is_array(questions))
		return 2;
	settings.socket = argv[1];
	settings.name = argv[2];
	if (!db_connect(&db, &settings, &clock_system, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return 3;
	}
	for (size_t i = 0; i < json_array_size(questions); i++)
		print(answer(db, json_array_get(questions, i)));
	db_close(db);
	return 0;
}
