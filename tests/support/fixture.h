#ifndef OB_TESTS_FIXTURE_H
#define OB_TESTS_FIXTURE_H

/* Files of tests/fixtures, by their path below it. A missing one ends the test.
 */

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "tests/support/unit.h"

/* The path of a fixture; out has room for a long one. */
static inline const char *
fixture_path(const char *name, char out[512])
{
	const char *top = getenv("top_srcdir");

	(void)snprintf(out, 512, "%s/tests/fixtures/%s", top ? top : ".", name);
	return out;
}

enum { FILE_TEXT_MAX = 1 << 20 };

/* A whole file; the caller frees it; a NUL stands behind the last byte. */
static inline char *
file_text(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, FILE_TEXT_MAX);

	if (file == NULL || text == NULL)
		fail_msg("%s cannot be read", path);
	*length = fread(text, 1, FILE_TEXT_MAX - 1, file);
	(void)fclose(file);
	return text;
}

static inline char *
fixture_text(const char *name, size_t *length)
{
	char path[512];

	return file_text(fixture_path(name, path), length);
}

/* Holds a file against a text. */
static inline void
assert_file(const char *path, const char *wanted)
{
	size_t length;
	char *text = file_text(path, &length);

	assert_string_equal(text, wanted);
	free(text);
}

/* The caller owns it: json_auto_t. */
static inline json_t *
fixture_json(const char *name)
{
	char path[512];
	json_error_t error;
	json_t *json = json_load_file(fixture_path(name, path),
				      JSON_REJECT_DUPLICATES, &error);

	if (json == NULL)
		fail_msg("fixture %s: line %d: %s", path, error.line,
			 error.text);
	return json;
}

#endif
