#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config_local.h"

const char *
config_environment(char *const *environment, const char *name)
{
	const size_t length = strlen(name);

	for (; environment != NULL && *environment != NULL; environment++)
		if (strncmp(*environment, name, length) == 0 &&
		    (*environment)[length] == '=')
			return *environment + length + 1;
	return NULL;
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
		return config_refuse_window(e);
	for (size_t i = 0; i < count; i++) {
		if (!variable_section(variable, row[i].section))
			continue;
		err_set(e, ERR_INPUT, "unknown setting " CONFIG_PREFIX "%.*s",
			(int)(length < 80 ? length : 80), variable);
		err_as(e, OB_CONFIG);
		return err_hint(e, "orderbridge.ini(5) lists every setting");
	}
	return true;
}

bool
config_read_environment(struct config *config, char *const *environment,
			struct err *e)
{
	const size_t skip = strlen(CONFIG_PREFIX);

	for (; environment != NULL && *environment != NULL; environment++) {
		const char *variable = *environment + skip;
		const struct config_key *key;
		size_t length;

		if (strncmp(*environment, CONFIG_PREFIX, skip) != 0)
			continue;
		length = strcspn(variable, "=");
		key = variable_key(variable, length);
		if (key == NULL) {
			if (!refuse_variable(variable, length, e))
				return err_in(e, "environment");
			continue;
		}
		if (!config_take(config, key, variable + length + 1,
				 CONFIG_ENVIRONMENT, 0, e))
			return err_in(e, "environment " CONFIG_PREFIX "%.*s",
				      (int)length, variable);
	}
	return true;
}
