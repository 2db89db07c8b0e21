#include "tests/support/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
text(const json_t *object, const char *name, const char *fallback)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : fallback;
}

int64_t
number(const json_t *object, const char *name, int64_t fallback)
{
	const json_t *value = json_object_get(object, name);

	return json_is_integer(value) ? json_integer_value(value) : fallback;
}

bool
flag(const json_t *object, const char *name, bool fallback)
{
	const json_t *value = json_object_get(object, name);

	return json_is_boolean(value) ? json_is_true(value) : fallback;
}

void
put(struct step *step, const char *name, json_t *value)
{
	(void)json_object_set_new(step->tell, name, value);
}

bool
add_rows(json_t *list, struct rows *rows, size_t most, struct err *e)
{
	for (size_t n = 0; n < most && rows_next(rows); n++) {
		json_t *row = json_object();

		for (size_t i = 0; i < rows->columns; i++)
			(void)json_object_set_new(
				row, rows_name(rows, i),
				rows_null(rows, rows_name(rows, i))
					? json_null()
					: json_string(rows_cell(rows, i)));
		(void)json_array_append_new(list, row);
	}
	return rows_check(rows, e);
}

void
fail(const struct err *e)
{
	fprintf(stderr, "%s\n", e->text);
	exit(3);
}

struct money
money_of(const char *value)
{
	struct money money;
	struct err e = {0};

	if (!money_parse(value, &money, &e))
		fail(&e);
	return money;
}

struct quantity
quantity_of(const char *value)
{
	struct quantity quantity;
	struct err e = {0};

	if (!quantity_parse(value, &quantity, &e))
		fail(&e);
	return quantity;
}

static bool
run_call(struct step *step, const struct probe_call *const *tables,
	 struct err *e)
{
	const char *name = text(step->ask, "call", "");

	for (; *tables != NULL; tables++) {
		for (const struct probe_call *at = *tables; at->name != NULL;
		     at++) {
			if (strcmp(at->name, name) == 0)
				return at->run(step, e);
		}
	}
	return err_set(e, ERR_FATAL, "no such call");
}

static void
run_step(struct step *step, const struct probe_call *const *tables)
{
	struct err e = {0};
	const bool done = run_call(step, tables, &e);

	put(step, "ok", json_boolean(done));
	put(step, "class", json_string(done ? "" : err_class_text(e.class)));
	put(step, "code", json_string(done ? "" : code_name(e.code)));
	put(step, "error", json_string(done ? "" : e.text));
	put(step, "warnings_of_last", json_integer(db_warnings(step->db)));
	(void)json_dumpf(step->tell, stdout, JSON_COMPACT);
	printf("\n");
	json_decref(step->tell);
}

int
steps_run(int argc, char **argv, const struct probe_call *const *tables,
	  bool is_timed)
{
	struct db_settings settings = {
		.user = "root",
		.password = "",
		.host = "",
		.ca_file = "",
		.connect_timeout_s = 5,
		.statement_timeout_s = 15,
	};
	struct clock clock = clock_fixed(1800000000000);
	json_auto_t *steps = json_loadf(stdin, 0, NULL);
	struct db *db;
	struct err e = {0};

	if (argc != 3 || !json_is_array(steps))
		return 2;
	settings.socket = argv[1];
	settings.name = argv[2];
	if (!db_connect(&db, &settings, is_timed ? &clock : &clock_system, &e))
		fail(&e);
	for (size_t i = 0; i < json_array_size(steps); i++) {
		struct step step = {.db = db,
				    .ask = json_array_get(steps, i),
				    .tell = json_object()};

		step.now = clock.fixed = number(step.ask, "at", clock.fixed);
		run_step(&step, tables);
	}
	db_close(db);
	return 0;
}
