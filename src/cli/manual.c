#include "cli/command.h"

#include <string.h>

#include "app/roff.h"
#include "base/text.h"
#include "local.h"

static void
add_flags(struct strbuf *out, const struct command *command,
	  const struct flag *flag)
{
	for (; flag != NULL && flag->name != NULL; flag++) {
		AUTO(strbuf) term = STRBUF(200);
		AUTO(strbuf) text = STRBUF(1000);

		if (command != NULL && !command_takes(command, flag))
			continue;
		help_flag(&term, flag, flag_is_argument(flag));
		strbuf_add(&text, flag->help);
		if (flag->type == FLAG_INT && flag->maximum < INT64_MAX)
			strbuf_addf(&text, " (%" PRId64 " to %" PRId64 ")",
				    flag->minimum, flag->maximum);
		strbuf_add(&text, ".");
		roff_term(out, term.text, text.text);
	}
}

static void
add_examples(struct strbuf *out, const struct example *example)
{
	if (example == NULL || example->line == NULL)
		return;
	roff_section(out, "EXAMPLES");
	for (; example->line != NULL; example++)
		roff_term(out, example->line, example->does);
}

static void
add_exit_statuses(struct strbuf *out)
{
	static const struct {
		const char *status, *means;
	} table[] = {
		{"0", "Done."},
		{"1", "Failed, or finished with a batch or an order failed."},
		{"2", "Wrong use: unknown command, flag or value."},
		{"3", "No such site, order, operation or file."},
		{"69", "The database or another system cannot be reached."},
		{"71", "Out of memory."},
		{"75", "Paused, or the lease was lost on the way."},
		{"78", "Settings, key, schema or restore guard."},
		{"130, 143",
		 "Ended by a signal; what was done so far is kept."},
	};

	roff_section(out, "EXIT STATUS");
	for (size_t i = 0; i < COUNT_OF(table); i++)
		roff_term(out, table[i].status, table[i].means);
	roff_paragraph(out, "New ones may come: take what you do not know for "
			    "a failure.");
}

/* "orderbridge-site-add" */
static void
page_name(const struct command *command, char *out, size_t room)
{
	(void)snprintf(out, room, "orderbridge-%s", command->name);
	for (char *at = out; *at != '\0'; at++)
		if (*at == ' ')
			*at = '-';
}

void
manual_name(const struct command *command, char *out, size_t room)
{
	char page[80];

	page_name(command, page, sizeof(page));
	(void)snprintf(out, room, "%s.1", page);
}

static void
add_paragraphs(struct strbuf *out, const char *text)
{
	while (*text != '\0') {
		const size_t length = strcspn(text, "\n");
		AUTO(strbuf) line = STRBUF(4000);

		strbuf_addn(&line, text, length);
		if (length > 0)
			roff_paragraph(out, line.text);
		text += length + (text[length] == '\n');
	}
}

void
manual_command(struct strbuf *out, const struct command *command)
{
	AUTO(strbuf) usage = STRBUF(2000);
	char page[80];

	page_name(command, page, sizeof(page));
	roff_title(out, page, "1");
	roff_section(out, "NAME");
	roff_text(out, page);
	strbuf_add(out, " \\- ");
	roff_text(out, command->summary);
	strbuf_add(out, "\n");
	roff_section(out, "SYNOPSIS");
	help_usage(&usage, command);
	roff_text(out, usage.text);
	strbuf_add(out, "\n");
	add_examples(out, command->examples);
	if (command->description != NULL) {
		roff_section(out, "DESCRIPTION");
		add_paragraphs(out, command->description);
	}
	roff_section(out, "OPTIONS");
	add_flags(out, command, command->arguments);
	add_flags(out, command, command->flags);
	add_flags(out, command, command_globals());
	add_exit_statuses(out);
	roff_section(out, "SEE ALSO");
	strbuf_add(out, ".BR orderbridge (1),\n.BR orderbridge.ini (5)\n");
}

void
manual_main(struct strbuf *out)
{
	const struct command *command;

	roff_title(out, "orderbridge", "1");
	roff_section(out, "NAME");
	roff_text(out, "orderbridge - order synchronisation between web shops "
		       "and Business Central\n");
	roff_section(out, "SYNOPSIS");
	roff_text(out, "orderbridge COMMAND [ARGUMENTS] [FLAGS]\n");
	roff_section(out, "DESCRIPTION");
	roff_paragraph(
		out, "orderbridge takes every order once from the shop to the "
		     "ledger, proves that nothing was lost or doubled, and "
		     "says what is wrong and what to do about it. Data goes to "
		     "standard output, words and progress to standard error.");
	roff_section(out, "COMMANDS");
	for (size_t i = 0; (command = command_at(i)) != NULL; i++)
		roff_term(out, command->name, command->summary);
	roff_section(out, "OPTIONS");
	add_flags(out, NULL, command_globals());
	roff_section(out, "ENVIRONMENT");
	roff_term(out, "ORDERBRIDGE_CONFIG", "The settings file.");
	roff_term(out, "ORDERBRIDGE_SECTION_KEY",
		  "Any setting of `orderbridge.ini`(5).");
	roff_term(out, "NO_COLOR, CLICOLOR_FORCE, TERM",
		  "Colours stand on a terminal only; a NO_COLOR that is not "
		  "empty and a TERM of dumb turn them off, CLICOLOR_FORCE=1 "
		  "turns them on everywhere.");
	add_exit_statuses(out);
	roff_section(out, "SEE ALSO");
	strbuf_add(out, ".BR orderbridge.ini (5)\n");
}
