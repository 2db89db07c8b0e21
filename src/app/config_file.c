#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config_local.h"

/* One INI file on its way through libinih. */
struct reading {
	struct config *config;
	FILE *file;
	const char *path; /* as errors name it */
	unsigned line;
	struct err *err; /* the first error wins */
	bool failed;
};

/* Says which name of the table is nearest to an unknown one. */
static void
suggest(const char *section, const char *key, struct err *e)
{
	size_t count, best = 4; /* four slips and more are another word */
	const struct config_key *row = config_keys(&count);
	char wanted[128], name[128];
	const struct config_key *near = NULL;

	(void)snprintf(wanted, sizeof(wanted), "%.30s.%.30s", section, key);
	for (size_t i = 0; i < count; i++) {
		size_t distance;

		(void)snprintf(name, sizeof(name), "%s.%s", row[i].section,
			       row[i].key);
		distance = text_distance(wanted, name);
		if (strcmp(row[i].key, key) == 0 && distance > 3)
			distance = 3; /* right word, wrong section */
		if (distance < best) {
			best = distance;
			near = &row[i];
		}
	}
	if (near != NULL)
		err_hint(e, "did you mean %s in [%s]?", near->key,
			 near->section);
	else
		err_hint(e, "orderbridge.ini(5) lists every setting");
}

static bool
refuse_name(const char *section, const char *key, struct err *e)
{
	if (section[0] == '\0')
		err_set(e, ERR_INPUT, "%.40s stands before any [section]", key);
	else if (config_section_is_known(section))
		err_set(e, ERR_INPUT, "unknown setting %.40s in [%s]", key,
			section);
	else
		err_set(e, ERR_INPUT, "unknown section [%.40s]", section);
	err_as(e, OB_CONFIG);
	suggest(section, key, e);
	return false;
}

static bool
take_line(struct reading *in, const char *section, const char *key,
	  const char *value, struct err *e)
{
	const struct config_key *row;
	char name[128];

	if (strcmp(section, "window") == 0)
		return config_refuse_window(e);
	(void)snprintf(name, sizeof(name), "%.60s.%.60s", section, key);
	row = config_key_find(name);
	if (row == NULL)
		return refuse_name(section, key, e);
	if (in->config->line[config_index(row)] != 0) {
		err_set(e, ERR_INPUT, "%s is set twice, first in line %u", name,
			in->config->line[config_index(row)]);
		err_as(e, OB_CONFIG);
		return err_hint(e, "remove one of the two lines");
	}
	return config_take(in->config, row, value, CONFIG_FILE, in->line, e);
}

/* Puts the place in front of the first error. */
static int
fail(struct reading *in)
{
	err_in(in->err, "%.300s:%u", in->path, in->line);
	in->failed = true;
	return 0;
}

static int
on_value(void *context, const char *section, const char *key, const char *value)
{
	struct reading *in = context;

	if (in->failed)
		return 0;
	return take_line(in, section, key, value, in->err) ? 1 : fail(in);
}

/* libinih would cut the value there without a word. */
static bool
has_comment_behind(const char *line)
{
	if (line[0] == ';' || line[0] == '#')
		return false;
	return strstr(line, " ;") != NULL || strstr(line, "\t;") != NULL;
}

/*
 * Hands libinih one line, counting. Blanks in front go, because it would take
 * an indented "key = value" for more text of the line above.
 */
static char *
on_line(char *out, int room, void *context)
{
	struct reading *in = context;
	size_t length;

	if (in->failed || fgets(out, room, in->file) == NULL)
		return NULL;
	in->line++;
	length = strlen(out);
	if (length + 1 == (size_t)room && out[length - 1] != '\n') {
		err_set(in->err, ERR_INPUT, "longer than %d characters",
			room - 3);
		err_hint(in->err,
			 "give such a value by the environment: %s"
			 "SECTION_KEY",
			 CONFIG_PREFIX);
	} else if (has_comment_behind(out)) {
		err_set(in->err, ERR_INPUT, "a comment behind a value");
		err_hint(in->err, "put the comment on a line of its own; a "
				  "password with \" ;\" goes into a file");
	} else {
		memmove(out, out + strspn(out, " \t"),
			strlen(out + strspn(out, " \t")) + 1);
		return out;
	}
	err_as(in->err, OB_CONFIG);
	fail(in);
	return NULL;
}

/* libinih's own buffer holds 200 bytes, too few for a list of addresses. */
static void
widen_lines(void)
{
#if HAVE_DECL_INI_MAX_LINE
	ini_use_stack = false;
	ini_initial_alloc = CONFIG_LIST_MAX + 128;
	ini_max_line = CONFIG_LIST_MAX + 128;
#endif
}

static bool
read_stream(struct config *config, FILE *file, const char *path, struct err *e)
{
	struct reading in = {
		.config = config, .file = file, .path = path, .err = e};
	int bad;

	widen_lines();
	bad = ini_parse_stream(on_line, &in, on_value, &in);
	/* It reads on after a line that it cannot make sense of. */
	if (in.failed && (bad <= 0 || (unsigned)bad == in.line))
		return false;
	if (ferror(file))
		return err_set(e, ERR_PERMANENT, "%.300s: cannot be read",
			       path) ||
		       err_as(e, OB_CONFIG);
	if (bad == 0)
		return true;
	err_set(e, ERR_INPUT, "%.300s:%d: neither [section] nor key = value",
		path, bad);
	err_as(e, OB_CONFIG);
	return err_hint(e, "a comment begins with ; or #");
}

/* The absolute path, so that workers in another folder find the same file. */
static void
keep_path(struct config *config, const char *path)
{
	char *full = realpath(path, NULL);

	(void)text_copy(config->file, sizeof(config->file),
			full != NULL ? full : path);
	free(full);
}

/* *found false: there is no such file. */
bool
config_read_file(struct config *config, const char *path, bool *found,
		 struct err *e)
{
	FILE *file = fopen(path, "re");
	bool ok;

	*found = file != NULL;
	if (file == NULL && (errno == ENOENT || errno == ENOTDIR))
		return true;
	if (file == NULL) {
		err_set(e, ERR_PERMANENT, "%.300s: %s", path, strerror(errno));
		err_as(e, OB_CONFIG);
		return err_hint(e, "let the account that runs orderbridge "
				   "read the file");
	}
	ok = read_stream(config, file, path, e);
	(void)fclose(file);
	keep_path(config, path);
	return ok;
}
