#include "api/request.h"

#include <string.h>

#include "account/login.h"
#include "account/user.h"
#include "base/row_out.h"
#include "base/text.h"
#include "hooks.h"
#include "local.h"
#include "resources.h"
#include "setup.h"

static bool
setup_show(struct request *r, struct err *e)
{
	struct setup setup;

	if (!setup_look(r, &setup, e))
		return false;
	setup_add(&setup, &r->data);
	strbuf_add(&r->data, "}");
	return strbuf_check(&r->data, e);
}

/*
 * Nobody else may take a fresh installation over (RELIABILITY 6.1). Without
 * tables there is nothing to count in but this process.
 */
static bool
knows_code(struct request *r, struct err *e)
{
	const char *code = r->app->config.setup.code;
	const char *said = request_text(r, "code");
	struct err ignored = {0};

	if (code[0] == '\0') {
		err_set(e, ERR_DENIED, "no set-up code stands in the INI file");
		err_hint(e, "write [setup] code = ... (12 characters or more)");
		return err_as(e, OB_FORBIDDEN);
	}
	if (app_keys(r->app, &ignored))
		return login_try_setup(r->app->db, code, said, r->ip, e);
	if (!hooks_may_guess(r->hooks)) {
		err_set(e, ERR_TEMPORARY, "too many tries of the set-up code");
		e->retry_at = r->now + MINUTE;
		return err_as(e, OB_RATE_LIMITED);
	}
	return login_is_setup_code(code, said, e);
}

bool
setup_allows(struct request *r, struct err *e)
{
	struct setup setup;

	if (!setup_look(r, &setup, e))
		return false;
	if (setup.at <= SETUP_ADMINISTRATOR)
		return knows_code(r, e);
	err_set(e, ERR_MISSING, "this installation has its first user");
	return err_as(e, OB_NOT_FOUND);
}

static bool
setup_code(struct request *r, struct err *e)
{
	return setup_allows(r, e) && setup_show(r, e);
}

static bool
add_administrator(struct request *r, void *context, struct err *e)
{
	struct user *user = context;

	if (!user_add(r->app->db, user, NULL, NULL, r->now, e) ||
	    !setup_begin(r->app->db, e))
		return false;
	strbuf_add(&r->data, "{\"login\":");
	json_out_text(&r->data, user->login);
	strbuf_add(&r->data, "}");
	answer_changed(r, "setup.administrator", "user %s", user->login);
	return strbuf_check(&r->data, e);
}

/* A code that is tried is counted whatever becomes of it. */
static bool
setup_administrator(struct request *r, struct err *e)
{
	struct user user = {
		.is_active = true, .all_sites = true, .role = "administrator"};

	(void)text_copy(user.login, sizeof(user.login),
			request_text(r, "login"));
	(void)text_copy(user.name, sizeof(user.name), request_text(r, "name"));
	return setup_allows(r, e) &&
	       request_hash_password(r, &user, request_text(r, "password"),
				     user.password_hash, e) &&
	       request_change(r, add_administrator, &user, e);
}

/* A one-time link: whoever has it chooses the password. */
static bool
welcome(struct request *r, struct err *e)
{
	const char *link = request_text(r, "link");
	char hash[PASSWORD_HASH_MAX];
	unsigned char secret[32];
	struct user user;

	hash_sha256(link, strlen(link), secret);
	if (!user_by_link(r->app->db, secret, &user, e) ||
	    !request_hash_password(r, &user, request_text(r, "password"), hash,
				   e) ||
	    !user_take_link(r->app->db, user.id, secret, hash, e))
		return false;
	strbuf_add(&r->data, "{\"login\":");
	json_out_text(&r->data, user.login);
	strbuf_add(&r->data, "}");
	answer_changed(r, "user.welcome", "user %s", user.login);
	return strbuf_check(&r->data, e);
}

static const struct shape login_shape = {
	"NewLogin",
	(const struct field[]){
		{"login", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct param administrator_body[] = {
	{"code", PARAM_TEXT, PARAM_REQUIRED | PARAM_SECRET, 12, 200, NULL, NULL,
	 "setup.code of the INI file"},
	{"login", PARAM_TEXT, PARAM_REQUIRED, 1, 60, NULL, NULL, NULL},
	{"name", PARAM_TEXT, 0, 0, 120, NULL, NULL, NULL},
	{"password", PARAM_TEXT, PARAM_REQUIRED | PARAM_SECRET, 12, 128, NULL,
	 NULL, NULL},
	{0},
};
static const struct param code_body[] = {
	{"code", PARAM_TEXT, PARAM_REQUIRED | PARAM_SECRET, 12, 200, NULL, NULL,
	 "setup.code of the INI file"},
	{0},
};
static const struct param step_body[] = {
	{"skip", PARAM_FLAG, 0, 0, 0, NULL, NULL, "later, or never"},
	{0},
};
static const struct param welcome_body[] = {
	{"link", PARAM_TEXT, PARAM_REQUIRED | PARAM_SECRET, 64, 64, NULL, NULL,
	 "what stands behind #/welcome/"},
	{"password", PARAM_TEXT, PARAM_REQUIRED | PARAM_SECRET, 12, 128, NULL,
	 NULL, NULL},
	{0},
};

const struct route setup_routes[] = {
	{
		.method = "GET",
		.path = "/setup",
		.need = CAN_ANYONE,
		.handle = setup_show,
		.summary = "Whether this installation still has to be set up",
		.status = 200,
		.traits = ROUTE_NO_DATABASE,
		.reply = &shape_setup,
	},
	{
		.method = "POST",
		.path = "/setup/code",
		.need = CAN_ANYONE,
		.handle = setup_code,
		.summary = "Whether that is the set-up code",
		.status = 200,
		.traits = ROUTE_NO_DATABASE,
		.body = code_body,
		.reply = &shape_setup,
	},
	{
		.method = "POST",
		.path = "/setup/database",
		.need = CAN_ANYONE,
		.handle = setup_database,
		.summary = "Rights, key file and tables; again until finished",
		.status = 200,
		.traits = ROUTE_NO_DATABASE | ROUTE_DRY_RUN | ROUTE_SHOWN_ONCE,
		.body = code_body,
		.reply = &shape_setup_database,
	},
	{
		.method = "POST",
		.path = "/setup/administrator",
		.need = CAN_ANYONE,
		.handle = setup_administrator,
		.summary = "The first account, with the set-up code",
		.status = 201,
		.traits = ROUTE_STEPS,
		.body = administrator_body,
		.reply = &login_shape,
	},
	{
		.method = "POST",
		.path = "/setup/site",
		.need = CAN_SETTINGS,
		.handle = setup_site,
		.summary = "A shop is enabled, or comes later",
		.status = 200,
		.traits = ROUTE_DRY_RUN,
		.body = step_body,
		.reply = &shape_setup,
	},
	{
		.method = "POST",
		.path = "/setup/business_central",
		.need = CAN_SETTINGS,
		.handle = setup_bc,
		.summary = "Business Central is connected, or comes later",
		.status = 200,
		.traits = ROUTE_DRY_RUN,
		.body = step_body,
		.reply = &shape_setup,
	},
	{
		.method = "POST",
		.path = "/setup/cron",
		.need = CAN_SETTINGS,
		.handle = setup_cron,
		.summary = "Cron was seen; or, looked at first, its line",
		.status = 200,
		.traits = ROUTE_DRY_RUN,
		.body = step_body,
		.reply = &shape_setup,
	},
	{
		.method = "POST",
		.path = "/welcome",
		.need = CAN_ANYONE,
		.handle = welcome,
		.summary = "Choose a password with a one-time link",
		.status = 200,
		.body = welcome_body,
		.reply = &login_shape,
	},
	{0},
};
