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

/* The caller frees it; a NUL stands behind the last byte. */
static inline char *
fixture_text(const char *name, size_t *length)
{
	char path[512];
	FILE *file = fopen(fixture_path(name, path), "rb");
	char *text = calloc(1, 1 << 20);

	if (file == NULL || text == NULL)
		fail_msg("fixture %s cannot be read", path);
	*length = fread(text, 1, (1 << 20) - 1, file);
	(void)fclose(file);
	return text;
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
