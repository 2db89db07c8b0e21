#include "db/sql.h"

#include <string.h>

#include "base/auto.h"

#include "tests/support/unit.h"

/* What lets a step run twice, by how it begins. */
static const struct shape {
	const char *begins;
	const char *holds;
} shapes[] = {
	{"CREATE TABLE IF NOT EXISTS rm_", "ENGINE = InnoDB DEFAULT CHARSET"},
	{"ALTER TABLE rm_", "ALGORITHM = "},
	{"INSERT INTO rm_", "WHERE NOT EXISTS ("},
	{"UPDATE rm_", "WHERE "},
};

static const struct shape *
shape_of(const char *text)
{
	for (size_t i = 0; i < COUNT_OF(shapes); i++) {
		if (strncmp(text, shapes[i].begins, strlen(shapes[i].begins)) ==
		    0)
			return shapes + i;
	}
	return NULL;
}

TEST(each_step_may_run_twice)
{
	for (size_t i = 0; i < migration_steps; i++) {
		const struct shape *shape = shape_of(migration_step[i].text);

		if (shape == NULL ||
		    strstr(migration_step[i].text, shape->holds) == NULL)
			fail_msg("%s, step %u: %s", migration_step[i].migration,
				 migration_step[i].step,
				 migration_step[i].text);
	}
}

TEST(no_alter_copies_a_table_or_keeps_writers_out)
{
	for (size_t i = 0; i < migration_steps; i++) {
		const char *text = migration_step[i].text;

		if (strncmp(text, "ALTER ", 6) != 0)
			continue;
		if (strstr(text, "ALGORITHM = INSTANT") == NULL)
			assert_non_null(strstr(text, "LOCK = NONE"));
	}
}

TEST(versions_and_steps_are_counted_without_a_gap)
{
	unsigned version = 0, step = 0;

	for (size_t i = 0; i < migration_steps; i++) {
		if (migration_step[i].version != version) {
			version++;
			step = 0;
		}
		assert_int_equal(migration_step[i].version, version);
		assert_int_equal(migration_step[i].step, ++step);
	}
}

/* migrate.c runs these two before it has a lease or a place to record. */
TEST(the_first_two_steps_make_what_the_migrator_needs)
{
	assert_non_null(strstr(migration_step[0].text, " rm_schema ("));
	assert_non_null(strstr(migration_step[1].text, " rm_lease ("));
}

RUN_TESTS(cmocka_unit_test(each_step_may_run_twice),
	  cmocka_unit_test(no_alter_copies_a_table_or_keeps_writers_out),
	  cmocka_unit_test(versions_and_steps_are_counted_without_a_gap),
	  cmocka_unit_test(the_first_two_steps_make_what_the_migrator_needs))
