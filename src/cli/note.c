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

/* An entry, and where its texts stand. */
struct note {
	struct app *app;
	struct call *call;
	char action[ACTION_MAX], object[OBJECT_MAX];
	char person[PERSON_MAX], who[PERSON_MAX + 8];
	struct strbuf after;
};

static bool
note_only(void *context, struct audit_entry *entry, struct err *e)
{
	struct note *n = context;

	action_of(n->call->command, n->action);
	object_of(n->call, n->object);
	(void)snprintf(n->who, sizeof(n->who), "cli:%.70s",
		       person_name(n->person));
	strbuf_clear(&n->after);
	if (!after_of(n->call, &n->after, e))
		return false;
	*entry = (struct audit_entry){
		.who = n->who,
		.ip = "",
		.request_id = "",
		.action = n->action,
		.object = n->object,
		.after = n->after.text,
	};
	return true;
}

static bool
run_and_note(void *context, struct audit_entry *entry, struct err *e)
{
	struct note *n = context;

	return n->call->command->run(n->app, n->call, e) &&
	       note_only(n, entry, e);
}

/* What it read and printed cannot be taken back, so it runs once. */
static bool
run_change(struct note *n, struct err *e)
{
	if (app_change(n->app, run_and_note, n, false, e))
		return true;
	if (e->class == ERR_TEMPORARY && e->hint[0] == '\0')
		err_hint(e, "nothing was changed; run the command again");
	return false;
}

bool
command_run(struct app *app, struct call *call, struct err *e)
{
	const struct command *command = call->command;
	struct note n = {.app = app, .call = call, .after = STRBUF(AFTER_MAX)};
	bool done;

	if (!command_notes(call))
		done = command->run(app, call, e);
	else if ((command->traits & IS_STEPS) == IS_STEPS)
		done = app_change(app, note_only, &n, true, e) &&
		       command->run(app, call, e);
	else
		done = run_change(&n, e);
	strbuf_end(&n.after);
	return done;
}
