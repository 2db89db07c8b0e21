#include "app/app.h"
#include "cli/print.h"
#include "local.h"

static bool
config_check(struct app *app, struct call *call, struct err *e)
{
	(void)e;
	if (app->config.file[0] == '\0')
		call_say(call, "no INI file found, the defaults are used");
	else
		call_say(call, "%s is fine", app->config.file);
	return true;
}

/* What was changed on screen is told only where the database can be asked. */
static void
read_stored(struct app *app, struct call *call)
{
	struct err e = {0};

	if (app_db(app, &e))
		return;
	call_say(call, "without what was changed on screen: %s", e.text);
}

static bool
config_show(struct app *app, struct call *call, struct err *e)
{
	static const struct column plain[] = {
		{.name = "setting"}, {.name = "value"}, {0}};
	static const struct column with_origin[] = {{.name = "setting"},
						    {.name = "value"},
						    {.name = "origin"},
						    {0}};
	const bool origin = call_switch(call, "origin");
	AUTO(print) print = {0};
	size_t count;
	const struct config_key *key = config_keys(&count);

	read_stored(app, call);
	if (!print_open(&print, call, origin ? with_origin : plain, e))
		return false;
	for (size_t i = 0; i < count; i++) {
		char name[128], value[CONFIG_LIST_MAX], from[CONFIG_PATH_MAX];

		(void)snprintf(name, sizeof(name), "%s.%s", key[i].section,
			       key[i].key);
		config_text(&app->config, &key[i], value, sizeof(value));
		config_origin_text(&app->config, &key[i], from, sizeof(from));
		print_row(&print,
			  (const struct cell[]){cell_text(name),
						cell_text(value),
						cell_text(from)},
			  origin ? 3 : 2);
	}
	return print_close(&print, e);
}

const struct command config_commands[] = {
	{
		.name = "config check",
		.summary = "read the settings and say what is wrong with them",
		.description =
			"Reads the INI file and the environment as every other "
			"command does. A mistake is told with its file and "
			"line; the exit status is 78 then.",
		.examples = EXAMPLES({"orderbridge config check",
				      "after each change of orderbridge.ini"},
				     {"orderbridge config check "
				      "--config=new.ini",
				      "a file before it is put in place"}),
		.traits = NEEDS_CONFIG,
		.run = config_check,
	},
	{
		.name = "config show",
		.summary = "every setting and its value",
		.description =
			"Passwords and keys are shown as stars. Settings that "
			"can be changed on screen are read from the database "
			"where it can be reached.",
		.flags = FLAGS({.name = "origin",
				.type = FLAG_SWITCH,
				.help = "also say where each value comes "
					"from"}),
		.examples =
			EXAMPLES({"orderbridge config show --origin",
				  "every setting, with the file and line it "
				  "stands in"},
				 {"orderbridge config show --format=json",
				  "the same for a script"}),
		.traits = NEEDS_CONFIG | TAKES_FORMAT,
		.run = config_show,
	},
	{0},
};
