#include <stdio.h>
#include <string.h>

#include "account/audit.h"
#include "base/row_out.h"
#include "base/text.h"
#include "local.h"

enum { ACTION_MAX = 48, OBJECT_MAX = 160, AFTER_MAX = 64 * 1024 };

/* "site enable" is the action "site.enable". */
static void
action_of(const struct command *command, char out[ACTION_MAX])
{
	(void)text_copy(out, ACTION_MAX, command->name);
	for (char *c = out; *c != '\0'; c++) {
		if (*c == ' ')
			*c = '.';
	}
}

/* The flags that name a thing where no argument does. */
static bool
names_it(const struct flag *flag)
{
	return flag_is_argument(flag) || strcmp(flag->name, "code") == 0 ||
	       strcmp(flag->name, "site") == 0;
}

/* "site woo-us": the first word of the command, and what it was given. */
static void
object_of(const struct call *call, char out[OBJECT_MAX])
{
	const char *name = call->command->name;
	AUTO(strbuf) text = STRBUF(AFTER_MAX);

	strbuf_addn(&text, name, strcspn(name, " "));
	for (size_t i = 0; i < call->values; i++) {
		/* "-" is standard input. */
		if (names_it(call->value[i].flag) &&
		    strcmp(call->value[i].text, "-") != 0)
			strbuf_addf(&text, " %s", call->value[i].text);
	}
	(void)text_copy(out, OBJECT_MAX, strbuf_text(&text));
}

static bool
is_of(const struct command *command, const struct flag *flag)
{
	for (const struct flag *own = command->flags;
	     own != NULL && own->name != NULL; own++) {
		if (own == flag)
			return true;
	}
	return false;
}

/*
 * The command's own flags. None can hold a secret: those are read from a file
 * or standard input.
 */
static bool
after_of(const struct call *call, struct strbuf *out, struct err *e)
{
	const char *before = "{";

	for (size_t i = 0; i < call->values; i++) {
		const struct call_value *value = &call->value[i];

		if (!is_of(call->command, value->flag))
			continue;
		strbuf_add(out, before);
		json_out_text(out, value->flag->name);
		strbuf_add(out, ":");
		if (value->flag->type == FLAG_SWITCH)
			strbuf_add(out, "true");
		else
			json_out_text(out, value->text);
		before = ",";
	}
	if (out->len > 0)
		strbuf_add(out, "}");
	return strbuf_check(out, e);
}

bool
command_notes(const struct call *call)
{
	const struct command *command = call->command;

	return (command->traits & IS_CHANGE) == IS_CHANGE &&
	       !call_switch(call, "dry-run") &&
	       (command->change_flag == NULL ||
		call_switch(call, command->change_flag));
}

bool
command_note(struct app *app, const struct call *call, struct err *e)
{
	char action[ACTION_MAX], object[OBJECT_MAX];
	char person[PERSON_MAX], who[PERSON_MAX + 8];
	AUTO(strbuf) after = STRBUF(AFTER_MAX);
	struct audit_entry entry = {
		.who = who,
		.ip = "",
		.request_id = "",
		.action = action,
		.object = object,
	};

	action_of(call->command, action);
	object_of(call, object);
	(void)snprintf(who, sizeof(who), "cli:%.70s", person_name(person));
	if (!after_of(call, &after, e))
		return false;
	entry.after = after.text;
	return app_audit(app, &entry, e);
}
