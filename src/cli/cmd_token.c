#include <stdio.h>
#include <string.h>

#include "account/identity.h"
#include "account/user.h"
#include "cli/print.h"
#include "local.h"

enum { LIST_MAX = 8192 };

static bool
add(struct app *app, struct call *call, struct err *e)
{
	AUTO(strbuf) list = STRBUF(LIST_MAX);
	struct user user;
	struct token_new token = {
		.is_password = call_switch(call, "app-password"),
		.name = call_text(call, "name"),
		.expires_at = app_now(app) +
			      call_int(call, "days", TOKEN_DAYS) * (utc_ms)DAY,
	};
	char shown[TOKEN_TEXT_MAX], grouped[TOKEN_GROUPED_MAX];
	int64_t id;

	if (call_given(call, "sites"))
		token.sites = call_list_json(call, "sites", &list);
	if (!strbuf_check(&list, e) ||
	    !rights_read(call_text(call, "scopes"), &token.scopes, e) ||
	    !user_find(app->db, call_text(call, "LOGIN"), &user, e))
		return false;
	token.user_id = user.id;
	if (!token_add(app->db, &token, app_now(app), shown, &id, e))
		return false;
	(void)fprintf(call->out, "%s\n",
		      token.is_password ? token_grouped(shown, grouped)
					: shown);
	call_say(call,
		 token.is_password
			 ? "It is shown this once. It is the password of %s "
			   "for a program that logs in by Basic."
			 : "It is shown this once, %s's. Send it as: "
			   "Authorization: Bearer ...",
		 user.login);
	return true;
}

static bool
list(struct app *app, struct call *call, struct err *e)
{
	static const struct column columns[] = {
		{.name = "id", .type = PRINT_ID},
		{.name = "login"},
		{.name = "name"},
		{.name = "last4"},
		{.name = "scopes"},
		{.name = "sites"},
		{.name = "created_at", .type = PRINT_TIME},
		{.name = "expires_at", .type = PRINT_TIME},
		{.name = "used_at", .type = PRINT_TIME},
		{.name = "used_ip"},
		{0},
	};
	AUTO(print) print = {0};
	AUTO(rows) rows = ROWS;

	return print_open(&print, call, columns, e) &&
	       token_list(app->db, call_switch(call, "app-password"), 0, &rows,
			  e) &&
	       print_rows(&print, &rows, e) && print_close(&print, e);
}

static bool
revoke_one(struct app *app, struct call *call, struct err *e)
{
	const int64_t id = call_int(call, "ID", 0);

	if (!token_delete(app->db, id, call_switch(call, "app-password"), 0, e))
		return false;
	call_say(call, "token %lld is revoked", (long long)id);
	return true;
}

/* clang-format off */
#define APP_PASSWORD                                                         \
	{.name = "app-password",                                             \
	 .help = "an application password, sent by Basic with the login"}
/* clang-format on */

const struct command token_commands[] = {
	{
		.name = "token add",
		.summary = "make a token for a script",
		.arguments = FLAGS({.name = "LOGIN",
				    .type = FLAG_TEXT,
				    .help = "whose it is",
				    .required = true,
				    .complete = "user list"}),
		.flags = FLAGS(
			{.name = "name",
			 .type = FLAG_TEXT,
			 .value = "NAME",
			 .help = "what it is for",
			 .required = true},
			{.name = "scopes",
			 .type = FLAG_TEXT,
			 .value = "LIST",
			 .help = "capabilities, of those of its owner: view,sync",
			 .required = true},
			{.name = "sites",
			 .type = FLAG_LIST,
			 .value = "CODES",
			 .help = "no other sites than these",
			 .complete = "site list"},
			{.name = "days",
			 .type = FLAG_INT,
			 .value = "N",
			 .minimum = 1,
			 .maximum = TOKEN_DAYS_MAX,
			 .help = "days until it expires (90)"},
			APP_PASSWORD),
		.examples =
			EXAMPLES({"orderbridge token add maria --name=nightly "
				  "--scopes=view,sync",
				  "prints the token, once"}),
		.traits = IS_CHANGE,
		.run = add,
	},
	{
		.name = "token list",
		.summary = "tokens, their scopes and last use",
		.flags = FLAGS(APP_PASSWORD),
		.examples = EXAMPLES(
			{"orderbridge token list", "which could be revoked?"}),
		.traits = NEEDS_DATABASE | TAKES_FORMAT,
		.run = list,
	},
	{
		.name = "token revoke",
		.summary = "end a token at once",
		.arguments = FLAGS({.name = "ID",
				    .type = FLAG_INT,
				    .minimum = 1,
				    .maximum = INT64_MAX,
				    .help = "of token list",
				    .required = true,
				    .complete = "token list"}),
		.flags = FLAGS(APP_PASSWORD),
		.examples =
			EXAMPLES({"orderbridge token revoke 3", "it leaked"}),
		.traits = IS_CHANGE,
		.run = revoke_one,
	},
	{0},
};
