#include "app/config.h"

#include <errno.h>
#include <ini.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define PREFIX "ORDERBRIDGE_"

/* One INI file on its way through libinih. */
struct reading {
	struct config *config;
	FILE *file;
	const char *path; /* as errors name it */
	unsigned line;
	struct err *err; /* the first error wins */
	bool failed;
};

static size_t
key_index(const struct config_key *key)
{
	size_t count;

	return (size_t)(key - config_keys(&count));
}

/* Copies a setting's value and remembers where it came from. */
static bool
take(struct config *config, const struct config_key *key, const char *value,
     enum config_origin origin, unsigned line, struct err *e)
{
	const size_t index = key_index(key);

	if (!config_parse(config, key, value, e))
		return false;
	config->origin[index] = (unsigned char)origin;
	config->line[index] = line;
	return true;
}

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
section_is_known(const char *section)
{
	size_t count;
	const struct config_key *row = config_keys(&count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(row[i].section, section) == 0)
			return true;
	return false;
}

static bool
refuse_window(struct err *e)
{
	err_set(e, ERR_INPUT,
		"[window] cannot be set: Business Central is maintained on "
		"Sunday 19:00 to Monday 04:00 UTC, and nothing turns the pause "
		"off");
	err_as(e, OB_CONFIG);
	return err_hint(e, "remove the section [window]");
}

static bool
refuse_name(const char *section, const char *key, struct err *e)
{
	if (section[0] == '\0')
		err_set(e, ERR_INPUT, "%.40s stands before any [section]", key);
	else if (section_is_known(section))
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
		return refuse_window(e);
	(void)snprintf(name, sizeof(name), "%.60s.%.60s", section, key);
	row = config_key_find(name);
	if (row == NULL)
		return refuse_name(section, key, e);
	if (in->config->line[key_index(row)] != 0) {
		err_set(e, ERR_INPUT, "%s is set twice, first in line %u", name,
			in->config->line[key_index(row)]);
		err_as(e, OB_CONFIG);
		return err_hint(e, "remove one of the two lines");
	}
	return take(in->config, row, value, CONFIG_FILE, in->line, e);
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
			 PREFIX);
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
	if (in.failed)
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
static bool
read_file(struct config *config, const char *path, bool *found, struct err *e)
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

static const char *
environment_value(char *const *environment, const char *name)
{
	const size_t length = strlen(name);

	for (; environment != NULL && *environment != NULL; environment++)
		if (strncmp(*environment, name, length) == 0 &&
		    (*environment)[length] == '=')
			return *environment + length + 1;
	return NULL;
}

static const char *
home_folder(const struct config_source *from)
{
	const char *home = environment_value(from->environment, "HOME");
	const struct passwd *account;

	if (home != NULL && home[0] == '/')
		return home;
	account = getpwuid(geteuid()); /* a web server gives no HOME */
	return account != NULL ? account->pw_dir : "";
}

/* The places of CONFIG.md, in their order; false when there are no more. */
static bool
place_text(const struct config_source *from, size_t index,
	   char out[CONFIG_PATH_MAX])
{
	const char *program = from->program ? from->program : "";
	const char *slash = strrchr(program, '/');

	out[0] = '\0';
	switch (index) {
	case 0:
		(void)text_copy(out, CONFIG_PATH_MAX, "./orderbridge.ini");
		return true;
	case 1:
		(void)snprintf(out, CONFIG_PATH_MAX,
			       "%s/orderbridge/orderbridge.ini",
			       home_folder(from));
		return true;
	case 2:
		if (slash != NULL)
			(void)snprintf(out, CONFIG_PATH_MAX,
				       "%.*s/../private/orderbridge.ini",
				       (int)(slash - program), program);
		return true;
	case 3:
		(void)text_copy(out, CONFIG_PATH_MAX,
				"/etc/orderbridge/orderbridge.ini");
		return true;
	default:
		return false;
	}
}

static bool
read_named(struct config *config, const char *path, struct err *e)
{
	bool found;

	if (!read_file(config, path, &found, e))
		return false;
	if (found)
		return true;
	err_set(e, ERR_MISSING, "%.300s: no such file", path);
	err_as(e, OB_CONFIG);
	return err_hint(e, "name the INI file by --config or %sCONFIG", PREFIX);
}

static bool
read_files(struct config *config, const struct config_source *from,
	   struct err *e)
{
	const char *named = from->file;
	char path[CONFIG_PATH_MAX];
	bool found = false;

	if (named == NULL)
		named = environment_value(from->environment, PREFIX "CONFIG");
	if (named != NULL && named[0] != '\0')
		return read_named(config, named, e);
	for (size_t i = 0; !found && place_text(from, i, path); i++)
		if (path[0] != '\0' && !read_file(config, path, &found, e))
			return false;
	return true;
}

/* Whether the variable (past the prefix) belongs to a section: "DATABASE_". */
static bool
variable_section(const char *variable, const char *section)
{
	const size_t length = strlen(section);

	return text_starts_nocase(variable, section) && variable[length] == '_';
}

static const struct config_key *
variable_key(const char *variable, size_t length)
{
	size_t count;
	const struct config_key *row = config_keys(&count);

	for (size_t i = 0; i < count; i++) {
		char name[128];

		(void)snprintf(name, sizeof(name), "%s_%s", row[i].section,
			       row[i].key);
		text_upper_ascii(name);
		if (strlen(name) == length &&
		    strncmp(variable, name, length) == 0)
			return &row[i];
	}
	return NULL;
}

/* Variables of no section of ours are none of our business. */
static bool
refuse_variable(const char *variable, size_t length, struct err *e)
{
	size_t count;
	const struct config_key *row = config_keys(&count);

	if (variable_section(variable, "window"))
		return refuse_window(e);
	for (size_t i = 0; i < count; i++) {
		if (!variable_section(variable, row[i].section))
			continue;
		err_set(e, ERR_INPUT, "unknown setting " PREFIX "%.*s",
			(int)(length < 80 ? length : 80), variable);
		err_as(e, OB_CONFIG);
		return err_hint(e, "orderbridge.ini(5) lists every setting");
	}
	return true;
}

static bool
read_environment(struct config *config, char *const *environment, struct err *e)
{
	const size_t skip = strlen(PREFIX);

	for (; environment != NULL && *environment != NULL; environment++) {
		const char *variable = *environment + skip;
		const struct config_key *key;
		size_t length;

		if (strncmp(*environment, PREFIX, skip) != 0)
			continue;
		length = strcspn(variable, "=");
		key = variable_key(variable, length);
		if (key == NULL) {
			if (!refuse_variable(variable, length, e))
				return err_in(e, "environment");
			continue;
		}
		if (!take(config, key, variable + length + 1,
			  CONFIG_ENVIRONMENT, 0, e))
			return err_in(e, "environment " PREFIX "%.*s",
				      (int)length, variable);
	}
	return true;
}

/* The key lies beside the INI file unless somebody says otherwise. */
static void
place_key(struct config *config)
{
	const char *slash = strrchr(config->file, '/');

	if (config->secret.key_file[0] != '\0')
		return;
	if (slash == NULL)
		(void)text_copy(config->secret.key_file,
				sizeof(config->secret.key_file),
				"/etc/orderbridge/orderbridge.key");
	else
		(void)snprintf(config->secret.key_file,
			       sizeof(config->secret.key_file),
			       "%.*s/orderbridge.key",
			       (int)(slash - config->file), config->file);
}

bool
config_read(struct config *out, const struct config_source *from, struct err *e)
{
	size_t count;
	const struct config_key *row = config_keys(&count);

	*out = (struct config){0};
	for (size_t i = 0; i < count; i++)
		if (!config_parse(out, &row[i], row[i].fallback, e))
			return err_in(e, "default");
	if (!read_files(out, from, e) ||
	    !read_environment(out, from->environment, e))
		return false;
	place_key(out);
	return true;
}

bool
config_set_flag(struct config *config, const char *name, const char *value,
		struct err *e)
{
	const struct config_key *key = config_key_find(name);

	if (key == NULL)
		return err_set(e, ERR_FATAL, "no setting %s", name);
	return take(config, key, value, CONFIG_FLAG, 0, e);
}

bool
config_set_stored(struct config *config, const char *name, const char *value,
		  struct err *e)
{
	const struct config_key *key = config_key_find(name);

	if (key == NULL || !(key->flags & CONFIG_ON_SCREEN) ||
	    config_origin_of(config, key) > CONFIG_SETTING)
		return true;
	if (take(config, key, value, CONFIG_SETTING, 0, e))
		return true;
	err_in(e, "setting in the database");
	return err_hint(e,
			"set %s in the INI file, which wins, or mend it "
			"under Settings",
			name);
}

enum config_origin
config_origin_of(const struct config *config, const struct config_key *key)
{
	return (enum config_origin)config->origin[key_index(key)];
}

const char *
config_origin_text(const struct config *config, const struct config_key *key,
		   char *out, size_t room)
{
	static const char *const words[] = {"default", "database", "file",
					    "environment", "flag"};
	const enum config_origin origin = config_origin_of(config, key);

	if (origin == CONFIG_FILE)
		(void)snprintf(out, room, "%s:%u", config->file,
			       config->line[key_index(key)]);
	else
		(void)text_copy(out, room, words[origin]);
	return out;
}
