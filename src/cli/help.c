#include "cli/command.h"

#include <string.h>

#include "base/text.h"
#include "local.h"

enum { WIDTH = 79 };

/* Breaks a text at blanks; every line but the first is indented. */
static void
add_wrapped(struct strbuf *out, const char *text, size_t indent)
{
	const size_t width = WIDTH - indent;

	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		if (length > width) {
			length = width;
			while (length > 0 && text[length] != ' ')
				length--;
			if (length == 0)
				length = strcspn(text, " \n");
		}
		strbuf_addf(out, "%.*s\n", (int)length, text);
		text += length;
		if (*text == '\n')
			text++;
		else
			text += strspn(text, " ");
		if (*text != '\0' && *text != '\n')
			strbuf_addf(out, "%*s", (int)indent, "");
	}
}

static void
add_pair(struct strbuf *out, const char *term, size_t width, const char *text)
{
	const size_t indent = width + 4;

	if (strlen(term) > width)
		strbuf_addf(out, "  %s\n%*s", term, (int)indent, "");
	else
		strbuf_addf(out, "  %-*s  ", (int)width, term);
	add_wrapped(out, text, indent);
}

static void
add_words(struct strbuf *out, const struct flag *flag, const char *between)
{
	for (const char *const *word = flag->words; *word != NULL; word++)
		strbuf_addf(out, "%s%s", word == flag->words ? "" : between,
			    *word);
}

void
help_flag(struct strbuf *out, const struct flag *flag, bool is_argument)
{
	if (is_argument) {
		strbuf_addf(out, flag->many ? "%s..." : "%s", flag->name);
		return;
	}
	if (flag->letter != '\0')
		strbuf_addf(out, "-%c, ", flag->letter);
	strbuf_addf(out, "--%s", flag->name);
	if (flag->type == FLAG_SWITCH)
		return;
	strbuf_add(out, "=");
	if (flag->type == FLAG_ON_OFF)
		strbuf_add(out, "on|off");
	else if (flag->type == FLAG_WORD && flag->value == NULL)
		add_words(out, flag, "|");
	else
		strbuf_add(out, flag->value);
}

void
help_usage(struct strbuf *out, const struct command *command)
{
	const struct flag *flag;
	bool others = false;

	strbuf_addf(out, "orderbridge %s", command->name);
	for (flag = command->arguments; flag && flag->name; flag++) {
		strbuf_add(out, flag->required ? " " : " [");
		help_flag(out, flag, true);
		strbuf_add(out, flag->required ? "" : "]");
	}
	for (flag = command->flags; flag && flag->name; flag++) {
		others = others || !flag->required;
		if (!flag->required)
			continue;
		strbuf_add(out, " ");
		help_flag(out, flag, false);
	}
	strbuf_add(out, others ? " [flags]" : "");
}

static void
add_examples(struct strbuf *out, const struct command *command)
{
	const struct example *example = command->examples;

	if (example == NULL || example->line == NULL)
		return;
	strbuf_add(out, "\nExamples:\n");
	for (; example->line != NULL; example++)
		strbuf_addf(out, "  %s\n      %s\n", example->line,
			    example->does);
}

static void
add_flag(struct strbuf *out, const struct flag *flag)
{
	const bool is_argument = flag_is_argument(flag);
	AUTO(strbuf) term = STRBUF(200);
	AUTO(strbuf) text = STRBUF(1000);

	help_flag(&term, flag, is_argument);
	strbuf_add(&text, flag->help);
	if (flag->type == FLAG_WORD && flag->value != NULL &&
	    strcmp(flag->name, "format") != 0) {
		strbuf_add(&text, ": ");
		add_words(&text, flag, ", ");
	} else if (flag->type == FLAG_INT && flag->maximum < INT64_MAX) {
		strbuf_addf(&text, " (%" PRId64 " to %" PRId64 ")",
			    flag->minimum, flag->maximum);
	}
	add_pair(out, term.text, 22, text.text);
}

static void
add_flags(struct strbuf *out, const char *heading, const struct flag *flag)
{
	if (flag == NULL || flag->name == NULL)
		return;
	strbuf_addf(out, "\n%s:\n", heading);
	for (; flag->name != NULL; flag++)
		add_flag(out, flag);
}

static void
add_command(struct strbuf *out, const struct command *command)
{
	const struct flag *global = command_globals();

	strbuf_addf(out, "orderbridge %s: %s\n", command->name,
		    command->summary);
	add_examples(out, command);
	strbuf_add(out, "\nUsage:\n  ");
	help_usage(out, command);
	strbuf_add(out, "\n");
	if (command->description != NULL) {
		strbuf_add(out, "\n");
		add_wrapped(out, command->description, 0);
	}
	add_flags(out, "Arguments", command->arguments);
	add_flags(out, "Flags", command->flags);
	strbuf_add(out, "\nFlags of every command:\n");
	for (; global->name != NULL; global++)
		if (command_takes(command, global))
			add_flag(out, global);
}

static bool
is_shown(const struct command *command, const char *topic)
{
	const size_t length = strlen(topic);

	if (length == 0)
		return (command->traits & IS_COMMON) != 0;
	return strcmp(topic, "help") == 0 ||
	       (strncmp(command->name, topic, length) == 0 &&
		(command->name[length] == ' ' || command->name[length] == 0));
}

static void
add_list(struct strbuf *out, const char *topic)
{
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)) != NULL; i++)
		if (is_shown(command, topic))
			add_pair(out, command->name, 22, command->summary);
}

static void
add_group(struct strbuf *out, const char *topic)
{
	const struct command *command;

	strbuf_addf(out, "orderbridge %s\n\nExamples:\n", topic);
	for (size_t i = 0; (command = command_at(i)) != NULL; i++)
		if (is_shown(command, topic) && command->examples != NULL &&
		    command->examples->line != NULL)
			strbuf_addf(out, "  %s\n      %s\n",
				    command->examples->line,
				    command->examples->does);
	strbuf_add(out, "\nCommands:\n");
	add_list(out, topic);
	strbuf_addf(out, "\nMore of one: orderbridge %s COMMAND --help\n",
		    topic);
}

static void
add_overview(struct strbuf *out)
{
	strbuf_add(out, "orderbridge takes orders from web shops to Business "
			"Central, exactly once.\n\nThe commonest commands:\n");
	add_list(out, "");
	strbuf_add(out, "\nAll of them: orderbridge help\n"
			"More of one: orderbridge COMMAND --help\n");
}

static void
add_everything(struct strbuf *out)
{
	strbuf_add(out,
		   "orderbridge takes orders from web shops to Business "
		   "Central, exactly once.\n\nUsage:\n"
		   "  orderbridge COMMAND [ARGUMENTS] [FLAGS]\n\nCommands:\n");
	add_list(out, "help");
	add_flags(out, "Flags of every command", command_globals());
	strbuf_add(out, "\nMore of one: orderbridge COMMAND --help\n");
}

void
help_add(struct strbuf *out, const struct command *command, const char *topic)
{
	if (command != NULL)
		add_command(out, command);
	else if (topic[0] == '\0')
		add_overview(out);
	else if (strcmp(topic, "help") == 0)
		add_everything(out);
	else
		add_group(out, topic);
}

/* Names what only tests may have, so that nobody takes such a build for good.
 */
void
help_version(struct strbuf *out)
{
	strbuf_add(out, PACKAGE_STRING);
#ifdef OB_TEST_CLOCK
	strbuf_add(out, " +test-clock");
#endif
#ifdef OB_FAULT_POINTS
	strbuf_add(out, " +fault-points");
#endif
	strbuf_add(out, "\n");
}
