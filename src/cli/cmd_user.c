#include <stdio.h>
#include <string.h>

#include "account/identity.h"
#include "account/login.h"
#include "account/user.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/print.h"
#include "local.h"

enum { LINK_MINUTES = 30, SECRET_MAX = 8192 };

static bool
is_token_only(const struct user *user)
{
	return strcmp(user->role, ROLE_TOKEN_ONLY) == 0;
}

static bool
read_password(struct app *app, struct call *call, const struct user *user,
	      char hash[PASSWORD_HASH_MAX], struct err *e)
{
	struct strbuf text = STRBUF(SECRET_MAX);
	bool fine;

	if (is_token_only(user)) {
		err_set(e, ERR_INPUT, "the role %s logs in by token alone",
			user->role);
		return err_hint(e, "orderbridge token add %.60s", user->login);
	}
	fine = call_read_secret(call, "the password",
				call_text(call, "password-file"), &text, e) &&
	       user_check_password(app->db, user, text.text,
				   app->config.auth.breached_file, e) &&
	       password_hash(text.text, app->config.run.state_dir, hash, e);
	secret_wipe(&text);
	return fine;
}

/* A link of half an hour, for who chooses the password without telling us. */
static void
make_link(char secret[65], unsigned char hash[32])
{
	unsigned char bytes[32];

	random_bytes(bytes, sizeof(bytes));
	(void)hash_text(bytes, secret);
	hash_sha256(secret, strlen(secret), hash);
}

static bool
say_link(struct app *app, struct call *call, const char *secret)
{
	const char *url = app->config.web.public_url;

	(void)fprintf(call->out, "%s#/welcome/%s\n",
		      url[0] == '\0' ? "https://YOUR-HOST/" : url, secret);
	call_say(call, "It works once, for %d minutes.", LINK_MINUTES);
	return true;
}

/* Into the user, and *sites, what flags were given; "all" is no list. */
static bool
take_flags(const struct call *call, struct user *user, struct strbuf *list,
	   const char **sites, struct err *e)
{
	if (!call_take(call, "name", user->name, sizeof(user->name), e) ||
	    !call_take(call, "email", user->email, sizeof(user->email), e) ||
	    !call_take(call, "role", user->role, sizeof(user->role), e))
		return false;
	*sites = NULL;
	if (!call_given(call, "sites"))
		return true;
	user->all_sites = strcmp(call_text(call, "sites"), "all") == 0;
	if (!user->all_sites)
		*sites = call_list_json(call, "sites", list);
	return strbuf_check(list, e);
}

static bool
add(struct app *app, struct call *call, struct err *e)
{
	const bool by_password = call_given(call, "password-file");
	struct user user = {.is_active = true, .all_sites = true};
	AUTO(strbuf) list = STRBUF(SECRET_MAX);
	const char *sites;
	unsigned char hash[32];
	char secret[65];
	bool by_link;

	(void)text_copy(user.role, sizeof(user.role),
			call_switch(call, "admin") ? "administrator"
						   : "viewer");
	if (!call_take(call, "LOGIN", user.login, sizeof(user.login), e) ||
	    !take_flags(call, &user, &list, &sites, e))
		return false;
	by_link = !by_password && !is_token_only(&user);
	make_link(secret, hash);
	if ((by_password &&
	     !read_password(app, call, &user, user.password_hash, e)) ||
	    !user_add(app->db, &user, sites, by_link ? hash : NULL,
		      app_now(app), e))
		return false;
	call_say(call, "user %s, %s", user.login, user.role);
	return !by_link || say_link(app, call, secret);
}

static bool
list(struct app *app, struct call *call, struct err *e)
{
	static const struct column columns[] = {
		{.name = "login"},
		{.name = "name"},
		{.name = "role"},
		{.name = "sites"},
		{.name = "is_active", .type = PRINT_FLAG},
		{.name = "has_totp", .type = PRINT_FLAG},
		{.name = "sessions", .type = PRINT_COUNT},
		{.name = "seen_at", .type = PRINT_TIME},
		{0},
	};
	AUTO(print) print = {0};
	AUTO(rows) rows = ROWS;

	return print_open(&print, call, columns, e) &&
	       user_list(app->db, 0, &rows, e) &&
	       print_rows(&print, &rows, e) && print_close(&print, e);
}

static bool
set(struct app *app, struct call *call, struct err *e)
{
	AUTO(strbuf) list = STRBUF(SECRET_MAX);
	const char *sites;
	struct user user;

	if (!user_find(app->db, call_text(call, "LOGIN"), &user, e) ||
	    !take_flags(call, &user, &list, &sites, e) ||
	    !user_save(app->db, &user, sites, e))
		return false;
	call_say(call, "user %s, %s", user.login, user.role);
	return true;
}

static bool
password(struct app *app, struct call *call, struct err *e)
{
	char hash[PASSWORD_HASH_MAX];
	struct user user;

	if (!user_find(app->db, call_text(call, "LOGIN"), &user, e) ||
	    !read_password(app, call, &user, hash, e) ||
	    !user_set_password(app->db, user.id, hash, 0, e))
		return false;
	call_say(call, "%s has a new password, and is logged out", user.login);
	return true;
}

static bool
new_link(struct app *app, struct call *call, struct err *e)
{
	unsigned char hash[32];
	char secret[65];
	struct user user;

	make_link(secret, hash);
	if (!user_find(app->db, call_text(call, "LOGIN"), &user, e) ||
	    !user_set_link(app->db, user.id, hash,
			   app_now(app) + (utc_ms)LINK_MINUTES * MINUTE, e))
		return false;
	return say_link(app, call, secret);
}

static bool
role(struct app *app, struct call *call, struct err *e)
{
	struct user user;

	if (!user_find(app->db, call_text(call, "LOGIN"), &user, e) ||
	    !call_take(call, "ROLE", user.role, sizeof(user.role), e) ||
	    !user_save(app->db, &user, NULL, e))
		return false;
	call_say(call, "%s is %s now", user.login, user.role);
	return true;
}

static bool
switch_to(struct app *app, struct call *call, bool is_active, struct err *e)
{
	struct user user;

	if (!user_find(app->db, call_text(call, "LOGIN"), &user, e))
		return false;
	user.is_active = is_active;
	if (!user_save(app->db, &user, NULL, e))
		return false;
	call_say(call, "%s is %s", user.login,
		 is_active ? "switched on" : "switched off and logged out");
	return true;
}

static bool
enable(struct app *app, struct call *call, struct err *e)
{
	return switch_to(app, call, true, e);
}

static bool
disable(struct app *app, struct call *call, struct err *e)
{
	return switch_to(app, call, false, e);
}

static bool
log_out(struct app *app, struct call *call, struct err *e)
{
	struct user user;

	if (!user_find(app->db, call_text(call, "LOGIN"), &user, e) ||
	    !session_end_all(app->db, user.id, 0, e))
		return false;
	call_say(call, "%s is logged out everywhere", user.login);
	return true;
}

static bool
reset_totp(struct app *app, struct call *call, struct err *e)
{
	struct user user;

	if (!user_find(app->db, call_text(call, "LOGIN"), &user, e) ||
	    !totp_remove(app->db, user.id, e))
		return false;
	call_say(call, "%s logs in without a code until a new one is set up",
		 user.login);
	return true;
}

static bool delete (struct app *app, struct call *call, struct err *e)
{
	struct user user;

	if (!user_find(app->db, call_text(call, "LOGIN"), &user, e) ||
	    !call_confirm(call, e, "Delete user %s and their tokens?",
			  user.login) ||
	    !user_delete(app->db, &user, e))
		return false;
	call_say(call, "%s is deleted; the audit trail keeps what they did",
		 user.login);
	return true;
}

/* clang-format off */
static const struct flag login_argument[] = {
	{.name = "LOGIN", .type = FLAG_TEXT, .help = "name to log in with",
	 .required = true, .complete = "user list"},
	{0},
};
static const struct flag role_arguments[] = {
	{.name = "LOGIN", .type = FLAG_TEXT, .help = "name to log in with",
	 .required = true, .complete = "user list"},
	{.name = "ROLE", .type = FLAG_TEXT, .help = "the new role",
	 .required = true},
	{0},
};

#define OF_A_PERSON                                                          \
	{.name = "role", .type = FLAG_TEXT, .value = "ROLE",                 \
	 .help = "administrator, operator, analyst, viewer, integrator "     \
		 "(tokens alone) or one of your own"},                       \
	{.name = "name", .type = FLAG_TEXT, .value = "NAME",                 \
	 .help = "the person's name", .empty = true},                        \
	{.name = "email", .type = FLAG_TEXT, .value = "ADDRESS",             \
	 .help = "the person's address", .empty = true},                     \
	{.name = "sites", .type = FLAG_LIST, .value = "CODES",               \
	 .help = "the sites that they see; all", .complete = "site list"}
#define PASSWORD_FLAG                                                        \
	{.name = "password-file", .type = FLAG_FILE, .value = "FILE",        \
	 .help = "a file that holds the password, - for stdin"}
/* clang-format on */

#define EXAMPLE(line_, does_) \
	.examples = EXAMPLES({"orderbridge user " line_, (does_)})

const struct command user_commands[] = {
	{
		.name = "user add",
		.summary = "let somebody log in",
		.description =
			"Without a password it prints a link with which the "
			"person chooses one; it works once, for 30 minutes.",
		.arguments = login_argument,
		.flags = FLAGS({.name = "admin", .help = "with every right"},
			       OF_A_PERSON, PASSWORD_FLAG),
		EXAMPLE("add maria --admin", "prints a link for Maria"),
		.traits = IS_CHANGE,
		.run = add,
	},
	{
		.name = "user list",
		.summary = "who may log in, with which role",
		EXAMPLE("list", "everybody, and when they were seen"),
		.traits = NEEDS_DATABASE | TAKES_FORMAT,
		.run = list,
	},
	{
		.name = "user set",
		.summary = "change role, sites, name or address",
		.arguments = login_argument,
		.flags = FLAGS(OF_A_PERSON),
		EXAMPLE("set maria --sites=woo-us,woo-de",
			"Maria sees two shops"),
		.traits = IS_CHANGE,
		.run = set,
	},
	{
		.name = "user role",
		.summary = "give somebody another role",
		.arguments = role_arguments,
		EXAMPLE("role maria operator", "Maria works on orders"),
		.traits = IS_CHANGE,
		.run = role,
	},
	{
		.name = "user password",
		.summary = "set a new password",
		.arguments = login_argument,
		.flags = FLAGS(PASSWORD_FLAG),
		EXAMPLE("password maria", "asks for it"),
		.traits = IS_CHANGE,
		.run = password,
	},
	{
		.name = "user link",
		.summary = "print a link with which a password is chosen",
		.arguments = login_argument,
		EXAMPLE("link maria", "Maria forgot hers"),
		.traits = IS_CHANGE,
		.run = new_link,
	},
	{
		.name = "user reset-totp",
		.summary = "take the second factor away",
		.arguments = login_argument,
		EXAMPLE("reset-totp maria", "Maria lost her telephone"),
		.traits = IS_CHANGE,
		.run = reset_totp,
	},
	{
		.name = "user logout",
		.summary = "end all sessions of somebody",
		.arguments = login_argument,
		EXAMPLE("logout maria", "a notebook was stolen"),
		.traits = IS_CHANGE,
		.run = log_out,
	},
	{
		.name = "user disable",
		.summary = "nobody logs in by this name any more",
		.arguments = login_argument,
		EXAMPLE("disable maria", "at once, with all sessions"),
		.traits = IS_CHANGE,
		.run = disable,
	},
	{
		.name = "user enable",
		.summary = "the opposite of user disable",
		.arguments = login_argument,
		EXAMPLE("enable maria", "Maria is back"),
		.traits = IS_CHANGE,
		.run = enable,
	},
	{
		.name = "user delete",
		.summary = "remove somebody with sessions and tokens",
		.arguments = login_argument,
		EXAMPLE("delete maria", "Maria left; asks first"),
		.traits = IS_CHANGE | TAKES_YES,
		.run = delete,
	},
	{0},
};
