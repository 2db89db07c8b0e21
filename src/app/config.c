#include "app/config.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "config_local.h"

size_t
config_index(const struct config_key *key)
{
	size_t count;

	return (size_t)(key - config_keys(&count));
}

/* Copies a setting's value and remembers where it came from. */
bool
config_take(struct config *config, const struct config_key *key,
	    const char *value, enum config_origin origin, unsigned line,
	    struct err *e)
{
	const size_t index = config_index(key);

	if (!config_parse(config, key, value, e))
		return false;
	config->origin[index] = (unsigned char)origin;
	config->line[index] = line;
	return true;
}

bool
config_section_is_known(const char *section)
{
	size_t count;
	const struct config_key *row = config_keys(&count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(row[i].section, section) == 0)
			return true;
	return false;
}

bool
config_refuse_window(struct err *e)
{
	err_set(e, ERR_INPUT,
		"[window] cannot be set: Business Central is maintained on "
		"Sunday 19:00 to Monday 04:00 UTC, and nothing turns the pause "
		"off");
	err_as(e, OB_CONFIG);
	return err_hint(e, "remove the section [window]");
}

static const char *
home_folder(const struct config_source *from)
{
	const char *home = config_environment(from->environment, "HOME");
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

	if (!config_read_file(config, path, &found, e))
		return false;
	if (found)
		return true;
	err_set(e, ERR_MISSING, "%.300s: no such file", path);
	err_as(e, OB_CONFIG);
	return err_hint(e, "name the INI file by --config or %sCONFIG",
			CONFIG_PREFIX);
}

static bool
read_files(struct config *config, const struct config_source *from,
	   struct err *e)
{
	const char *named = from->file;
	char path[CONFIG_PATH_MAX];
	bool found = false;

	if (named == NULL)
		named = config_environment(from->environment,
					   CONFIG_PREFIX "CONFIG");
	if (named != NULL && named[0] != '\0')
		return read_named(config, named, e);
	for (size_t i = 0; !found && place_text(from, i, path); i++)
		if (path[0] != '\0' &&
		    !config_read_file(config, path, &found, e))
			return false;
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
	    !config_read_environment(out, from->environment, e))
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
	return config_take(config, key, value, CONFIG_FLAG, 0, e);
}

bool
config_set_stored(struct config *config, const char *name, const char *value,
		  struct err *e)
{
	const struct config_key *key = config_key_find(name);

	if (key == NULL || !(key->flags & CONFIG_ON_SCREEN) ||
	    config_origin_of(config, key) > CONFIG_SETTING)
		return true;
	if (config_take(config, key, value, CONFIG_SETTING, 0, e))
		return true;
	err_in(e, "setting in the database");
	return err_hint(e,
			"set %s in the INI file, which wins, or mend it "
			"under Settings",
			name);
}

bool
config_forget_stored(struct config *config, struct err *e)
{
	size_t count;
	const struct config_key *key = config_keys(&count);

	for (size_t i = 0; i < count; i++) {
		if (config_origin_of(config, &key[i]) == CONFIG_SETTING &&
		    !config_take(config, &key[i], key[i].fallback,
				 CONFIG_DEFAULT, 0, e))
			return false;
	}
	return true;
}

enum config_origin
config_origin_of(const struct config *config, const struct config_key *key)
{
	return (enum config_origin)config->origin[config_index(key)];
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
			       config->line[config_index(key)]);
	else
		(void)text_copy(out, room, words[origin]);
	return out;
}
