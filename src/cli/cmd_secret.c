#include <stdio.h>
#include <unistd.h>

#include "account/login.h"
#include "app/app.h"
#include "cli/print.h"
#include "local.h"
#include "site/secret_store.h"

static bool
secret_set(struct app *app, struct call *call, struct err *e)
{
	struct strbuf value = STRBUF(SECRET_TEXT_MAX);
	const char *name = call_text(call, "NAME");
	char person[PERSON_MAX];
	const struct secret_put put = {.name = name,
				       .set_by = person_name(person)};
	bool ok;

	if (!secret_name_check(name, e))
		return false;
	ok = call_read_secret(call, name, call_text(call, "FILE"), &value, e);
	if (ok) {
		struct secret_put whole = put;

		whole.text = value.text;
		ok = secret_store_set(app->db, &app->secrets, &whole,
				      app_now(app), e);
	}
	secret_wipe(&value);
	if (ok)
		call_say(call, "%s is set", name);
	return ok;
}

static bool
secret_list(struct app *app, struct call *call, struct err *e)
{
	static const struct column columns[] = {
		{.name = "name"},
		{.name = "kind"},
		{.name = "last4"},
		{.name = "expires_at", .type = PRINT_TIME},
		{.name = "set_at", .type = PRINT_TIME},
		{.name = "set_by"},
		{0},
	};
	AUTO(print) print = {0};
	AUTO(rows) rows = ROWS;

	return print_open(&print, call, columns, e) &&
	       secret_store_list(app->db, &rows, e) &&
	       print_rows(&print, &rows, e) && print_close(&print, e);
}

static bool
secret_delete(struct app *app, struct call *call, struct err *e)
{
	const char *name = call_text(call, "NAME");

	if (!call_confirm(call, e, "Delete the secret %s?", name) ||
	    !secret_store_delete(app->db, name, e))
		return false;
	call_say(call, "%s is deleted", name);
	return true;
}

/*
 * A new key locks everything before the old one leaves the file, so a rotation
 * that is stopped anywhere is ended by the next one.
 */
static bool
secret_rotate(struct app *app, struct call *call, struct err *e)
{
	const char *path = app->config.secret.key_file;
	unsigned count;

	if (!secret_key_add(path, e))
		return false;
	secret_close(&app->secrets);
	if (!app_secrets(app, e) ||
	    !secret_store_rotate(app->db, &app->secrets, &count, e) ||
	    !totp_rotate(app->db, &app->secrets, &count, e) ||
	    !secret_key_trim(path, e))
		return false;
	(void)fprintf(call->out, "%u secrets are locked with a new key\n",
		      count);
	call_say(call, "copy %s to every other host", path);
	return true;
}

static bool
check_key(struct app *app, struct call *call, struct err *e)
{
	const char *path = app->config.secret.key_file;
	const bool is_new = access(path, F_OK) != 0;

	if (is_new && !secret_key_make(path, e)) {
		if (e->code == CODE_NONE)
			err_as(e, OB_CONFIG);
		return false;
	}
	if (!app_secrets(app, e))
		return false;
	(void)fprintf(call->out, "%s: %s, %zu %s\n", path,
		      is_new ? "made" : "fine", app->secrets.keys,
		      app->secrets.keys == 1 ? "key" : "keys");
	if (is_new)
		call_say(call, "keep a copy of it apart from the database: "
			       "without it no secret can be read");
	return true;
}

#define NAME_ARGUMENT                                                 \
	{                                                             \
		.name = "NAME", .type = FLAG_TEXT,                    \
		.help = "its name: bc.client_secret, mail.password, " \
			"site.CODE.consumer_key and the like",        \
		.required = true, .complete = "secret list"           \
	}

const struct command secret_commands[] = {
	{
		.name = "secret set",
		.summary = "store a password or key, encrypted",
		.description =
			"The value comes from a file, from standard input, or "
			"is asked for without being shown; never from a flag, "
			"where other accounts of the host could see it. Names: "
			"site.CODE.consumer_key, site.CODE.consumer_secret, "
			"site.CODE.webhook_secret, site.CODE.access_token, "
			"bc.client_secret, mail.password, slack.url.",
		.arguments = FLAGS(NAME_ARGUMENT,
				   {.name = "FILE",
				    .type = FLAG_FILE,
				    .help = "a file that holds the value, or "
					    "- for standard input"}),
		.examples = EXAMPLES(
			{"orderbridge secret set site.woo-us.consumer_key",
			 "asks for the value"},
			{"orderbridge secret set bc.client_secret - < "
			 "secret.txt",
			 "takes it from a file"}),
		.traits = IS_CHANGE,
		.run = secret_set,
	},
	{
		.name = "secret list",
		.summary = "names and ages of stored secrets, no values",
		.examples = EXAMPLES({"orderbridge secret list",
				      "what is set, and what expires when"}),
		.traits = NEEDS_DATABASE | TAKES_FORMAT,
		.run = secret_list,
	},
	{
		.name = "secret delete",
		.summary = "forget a stored secret",
		.arguments = FLAGS(NAME_ARGUMENT),
		.examples = EXAMPLES({"orderbridge secret delete slack.url",
				      "no more messages to Slack"}),
		.traits = IS_CHANGE | TAKES_YES,
		.run = secret_delete,
	},
	{
		.name = "secret rotate",
		.summary = "lock every secret with a new key",
		.description =
			"Adds a key to the key file, locks everything with it, "
			"and drops the old keys. It may be stopped and run "
			"again. Other hosts need the new file.",
		.examples = EXAMPLES({"orderbridge secret rotate",
				      "once a year, or when the key file was "
				      "seen by somebody"}),
		.traits = IS_STEPS,
		.run = secret_rotate,
	},
	{
		.name = "secret check-key",
		.summary = "make the key file, or test the one that is there",
		.description =
			"The file of secret.key_file must have mode 0600, "
			"belong to the account that runs orderbridge and be no "
			"link. Where it is missing, it is made.",
		.examples = EXAMPLES({"orderbridge secret check-key",
				      "once after the installation"}),
		.traits = NEEDS_CONFIG,
		.run = check_key,
	},
	{0},
};
