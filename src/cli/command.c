#include "cli/command.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "local.h"

/* A row for each cmd_*.c; help shows them in this order. */
/* clang-format off */
static const struct command *const tables[] = {
	status_commands,
	sync_commands,
	import_commands,
	order_commands,
	replay_commands,
	error_commands,
	retry_commands,
	operation_commands,
	logs_commands,
	work_commands,
	site_commands,
	connection_commands,
	item_commands,
	kit_commands,
	secret_commands,
	user_commands,
	token_commands,
	audit_commands,
	test_commands,
	doctor_commands,
	verify_commands,
	migrate_commands,
	config_commands,
	openapi_commands,
	flush_cache_commands,
	completion_commands,
};
/* clang-format on */

const struct command *
command_at(size_t index)
{
	for (size_t i = 0; i < COUNT_OF(tables); i++)
		for (const struct command *row = tables[i]; row->name; row++)
			if (index-- == 0)
				return row;
	return NULL;
}

const struct command *
command_find(const char *name)
{
	const struct command *row;

	for (size_t i = 0; (row = command_at(i)) != NULL; i++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

bool
command_is_group(const char *word)
{
	const size_t length = strlen(word);
	const struct command *row;

	for (size_t i = 0; (row = command_at(i)) != NULL; i++)
		if (strncmp(row->name, word, length) == 0 &&
		    row->name[length] == ' ')
			return true;
	return false;
}

/*
 * "stie list" is near "site list"; a lone "stie" is near its first word, and of
 * "statsu now" only the first word counts beside a command of one.
 */
static size_t
distance_to(const char *wanted, const char *name)
{
	char first[64], word[64];

	(void)snprintf(first, sizeof(first), "%.*s", (int)strcspn(wanted, " "),
		       wanted);
	(void)snprintf(word, sizeof(word), "%.*s", (int)strcspn(name, " "),
		       name);
	if (strchr(wanted, ' ') != NULL && strchr(name, ' ') != NULL)
		return text_distance(wanted, name);
	return text_distance(first, word);
}

bool
command_unknown(const char *name, struct err *e)
{
	size_t best = strlen(name) < 6 ? 3 : 4;
	const struct command *row, *near = NULL;

	for (size_t i = 0; (row = command_at(i)) != NULL; i++) {
		size_t distance = distance_to(name, row->name);

		if (distance < best) {
			best = distance;
			near = row;
		}
	}
	err_set(e, ERR_INPUT, "unknown command \"%s\"", name);
	if (near != NULL)
		return err_hint(e, "did you mean: orderbridge %s?", near->name);
	return err_hint(e, "orderbridge help lists every command");
}

/* Flags that stand for a setting win over file and environment. */
static bool
apply_settings(struct app *app, const struct call *call, struct err *e)
{
	for (size_t i = 0; i < call->values; i++) {
		const struct call_value *value = &call->value[i];

		if (value->flag->setting != NULL &&
		    !config_set_flag(&app->config, value->flag->setting,
				     value->text, e))
			return err_in(e, "--%s", value->flag->name);
	}
	return true;
}

static bool
open_needs(struct app *app, const struct call *call, char *const *environment,
	   struct err *e)
{
	const unsigned traits = call->command->traits;
	const struct app_start start = {
		.config_file = call_given(call, "config")
				       ? call_text(call, "config")
				       : NULL,
		.log_name = "order-sync.log",
		.environment = environment,
		.verbose = call_switch(call, "verbose"),
	};

	if (!(traits & NEEDS_CONFIG))
		return true;
	if (!app_open(app, &start, e) || !apply_settings(app, call, e))
		return false;
	if ((traits & NEEDS_DATABASE) == NEEDS_DATABASE && !app_db(app, e))
		return false;
	if ((traits & NEEDS_SECRETS) == NEEDS_SECRETS && !app_secrets(app, e))
		return false;
	/* Before the change, so that none is made that cannot be written down.
	 */
	return !command_notes(call) || app_keys(app, e);
}

/* Whether the reader went away by itself: `orderbridge logs | head`. */
static bool
reader_is_gone(const struct call *call)
{
	struct pollfd end = {.fd = fileno(call->out)};

	return poll(&end, 1, 0) == 1 && (end.revents & POLLERR) != 0;
}

/* Data that did not reach its reader is a failure, whatever came before. */
static bool
flush_output(const struct call *call, struct err *e)
{
	errno = 0;
	if (fflush(call->out) == 0 && !ferror(call->out))
		return true;
	return err_set(e, ERR_PERMANENT, "standard output: %s",
		       errno != 0 ? strerror(errno) : "cannot be written");
}

/* Who made an error had nothing better: where to look. */
static void
add_next_step(const struct call *call, struct err *e)
{
	const char *name = call->command->name;
	char list[64];

	if (e->hint[0] != '\0' || e->code != CODE_NONE)
		return;
	(void)snprintf(list, sizeof(list), "%.*s list", (int)strcspn(name, " "),
		       name);
	if (e->class == ERR_MISSING && command_find(list) != NULL)
		err_hint(e, "orderbridge %s shows what there is", list);
	else if (e->class == ERR_INPUT || e->class == ERR_MISSING)
		err_hint(e, "see: orderbridge %s --help", name);
	else if (e->class == ERR_CONFLICT)
		err_hint(e, "look at it again, then repeat the command");
	else if (e->class == ERR_TEMPORARY)
		err_hint(e, "try again in a minute");
	else
		err_hint(e, "orderbridge doctor checks the installation");
}

/* The exit status; an error is told here, and nowhere else. */
static int
run_command(struct call *call, char *const *environment)
{
	struct app app = {0};
	struct err e = {0};
	int status;

	if (!open_needs(&app, call, environment, &e) ||
	    !command_run(&app, call, &e)) {
		status = exit_status(&e);
		add_next_step(call, &e);
		error_print(&e, call->err, call->color_err);
	} else if (!flush_output(call, &e)) {
		status = exit_status(&e);
		err_hint(&e, "make room where the output goes, and repeat the "
			     "command");
		if (!reader_is_gone(call))
			error_print(&e, call->err, call->color_err);
	} else {
		status = call->status;
	}
	/* Told apart from a failure, because what was done so far is kept. */
	if (app.stop != NULL && *app.stop != 0)
		status = 128 + *app.stop;
	app_close(&app);
	return status;
}

static int
print_help(const struct call *call)
{
	AUTO(strbuf) text = STRBUF((size_t)1 << 20);

	if (call->action == CALL_VERSION)
		help_version(&text);
	else
		help_add(&text, call->command, call->topic);
	(void)fputs(text.text != NULL ? text.text : "", call->out);
	return fflush(call->out) == 0 ? 0 : 1;
}

static void
look_at_streams(struct call *call, char *const *environment)
{
	const bool no_color = call_switch(call, "no-color");

	call->out_is_terminal = isatty(STDOUT_FILENO) == 1;
	call->err_is_terminal = isatty(STDERR_FILENO) == 1;
	call->can_ask = call->err_is_terminal && isatty(STDIN_FILENO) == 1;
	call->color_out =
		color_wanted(environment, call->out_is_terminal, no_color);
	call->color_err =
		color_wanted(environment, call->err_is_terminal, no_color);
}

int
command_main(int count, char *const *word, char *const *environment)
{
	struct err e = {0};
	struct call call;
	bool parsed;

	/* Widths of characters; nothing else follows the user's locale. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	parsed = call_parse(&call, count, word, &e);
	look_at_streams(&call, environment);
	if (parsed && call.action != CALL_RUN)
		return print_help(&call);
	if (parsed)
		return run_command(&call, environment);
	error_print(&e, stderr, call.color_err);
	return exit_status(&e);
}
