#include "api/request.h"

#include <string.h>

#include "account/login.h"
#include "base/row_out.h"
#include "local.h"
#include "resources.h"

/* Secure also on http://127.0.0.1, where browsers keep it (RELIABILITY 6.1). */
static void
set_cookie(struct request *r, const char *text)
{
	answer_header(r, "Set-Cookie",
		      "__Host-ob_session=%s; Path=/; Secure; HttpOnly; "
		      "SameSite=Strict%s",
		      text, *text == '\0' ? "; Max-Age=0" : "");
}

static void
add_rights(struct strbuf *out, uint32_t rights)
{
	const char *before = "";

	strbuf_add(out, "[");
	for (unsigned i = CAN_VIEW; i < CAPABILITY_COUNT; i++) {
		if (!rights_have(rights, i))
			continue;
		strbuf_addf(out, "%s\"%s\"", before, capability_name(i));
		before = ",";
	}
	strbuf_add(out, "]");
}

static void
add_session(struct request *r)
{
	const struct identity *who = &r->caller;

	strbuf_addf(&r->data, "{\"user\":{\"id\":\"%lld\",\"login\":",
		    (long long)who->user_id);
	json_out_text(&r->data, who->login);
	strbuf_add(&r->data, ",\"name\":");
	json_out_text(&r->data, who->name);
	strbuf_add(&r->data, ",\"caps\":");
	add_rights(&r->data, who->rights);
	strbuf_addf(&r->data, ",\"all_sites\":%s},\"nonce\":",
		    who->all_sites ? "true" : "false");
	if (r->nonce[0] == '\0')
		strbuf_add(&r->data, "null");
	else
		json_out_text(&r->data, r->nonce);
	strbuf_addf(&r->data,
		    ",\"idle_min\":%u,\"must_enrol\":%s,"
		    "\"version\":\"" PACKAGE_VERSION "\"}",
		    r->app->config.auth.idle_min,
		    request_must_enrol(r) ? "true" : "false");
}

bool
request_renew(struct request *r, bool is_proof, struct err *e)
{
	char text[SESSION_TEXT_MAX];

	if (r->caller.session_id == 0)
		return true;
	if (!session_renew(r->app->db, r->caller.session_id, is_proof, text, e))
		return false;
	session_nonce(r->app->web_key, text, r->nonce);
	set_cookie(r, text);
	return true;
}

static bool
begin(struct request *r, void *context, struct err *e)
{
	const struct user *user = context;
	const char *agent = request_header(r, "User-Agent");
	const struct session_limits limits = {r->app->config.auth.idle_min,
					      r->app->config.auth.absolute_h};
	char text[SESSION_TEXT_MAX];

	identity_end(&r->caller);
	if (!session_begin(r->app->db, user->id, r->ip,
			   agent == NULL ? "" : agent, &limits, text, e) ||
	    !session_check(r->app->db, text, &limits, r->now, false, &r->caller,
			   e))
		return false;
	session_nonce(r->app->web_key, text, r->nonce);
	set_cookie(r, text);
	add_session(r);
	answer_changed(r, "session.begin", "user %s", user->login);
	return strbuf_check(&r->data, e);
}

/* The try is counted whatever becomes of it. */
static bool
session_open(struct request *r, struct err *e)
{
	const struct login_ask ask = {
		.login = request_text(r, "login"),
		.password = request_text(r, "password"),
		.code = request_text(r, "totp"),
		.ip = r->ip,
		.slots = r->app->config.run.state_dir,
		.secrets = &r->app->secrets,
		.now = r->now,
	};
	struct user user;

	return login_try(r->app->db, &ask, &user, e) &&
	       request_change(r, begin, &user, e);
}

static bool
renew(struct request *r, void *context, struct err *e)
{
	(void)context;
	if (!request_renew(r, true, e))
		return false;
	add_session(r);
	answer_changed(r, "session.prove", "user %s", r->caller.login);
	return strbuf_check(&r->data, e);
}

static bool
session_prove(struct request *r, struct err *e)
{
	struct user user;

	return request_prove(r, &user, e) && request_change(r, renew, NULL, e);
}

static bool
session_show(struct request *r, struct err *e)
{
	add_session(r);
	return strbuf_check(&r->data, e);
}

static bool
session_close(struct request *r, struct err *e)
{
	if (r->caller.session_id != 0 &&
	    !session_end(r->app->db, r->caller.session_id, r->caller.user_id,
			 e))
		return false;
	set_cookie(r, "");
	answer_header(r, "Clear-Site-Data", "\"cache\", \"storage\"");
	answer_changed(r, "session.end", "user %s", r->caller.login);
	return true;
}

static const struct shape caller_shape = {
	"Caller",
	(const struct field[]){
		{"id", FIELD_ID, 0, NULL, NULL, NULL, NULL},
		{"login", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"name", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"caps", FIELD_LIST, 0, NULL, NULL, NULL, "capabilities"},
		{"all_sites", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape session_shape = {
	"Session",
	(const struct field[]){
		{"user", FIELD_OBJECT, 0, NULL, NULL, &caller_shape, NULL},
		{"nonce", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL,
		 "to be sent as X-OB-Nonce with each change"},
		{"idle_min", FIELD_COUNT, 0, NULL, NULL, NULL,
		 "minutes without use after which it ends"},
		{"must_enrol", FIELD_FLAG, 0, NULL, NULL, NULL,
		 "nothing else is possible before a second factor is set up"},
		{"version", FIELD_TEXT, 0, NULL, NULL, NULL, "of this program"},
		{0},
	},
};

static const struct param login_body[] = {
	{"login", PARAM_TEXT, PARAM_REQUIRED, 1, 60, NULL, NULL, NULL},
	{"password", PARAM_TEXT, PARAM_REQUIRED | PARAM_SECRET, 1, 200, NULL,
	 NULL, NULL},
	{"totp", PARAM_TEXT, PARAM_SECRET, 0, 40, NULL, NULL,
	 "six digits, or a recovery code"},
	{0},
};
static const struct param prove_body[] = {
	{"password", PARAM_TEXT, PARAM_REQUIRED | PARAM_SECRET, 1, 200, NULL,
	 NULL, NULL},
	{"totp", PARAM_TEXT, PARAM_SECRET, 0, 40, NULL, NULL,
	 "six digits, or a recovery code"},
	{0},
};

const struct route session_routes[] = {
	{
		.method = "POST",
		.path = "/session",
		.need = CAN_ANYONE,
		.handle = session_open,
		.summary = "Log in; the answer sets a cookie",
		.status = 201,
		.traits = ROUTE_STEPS,
		.body = login_body,
		.reply = &session_shape,
	},
	{
		.method = "GET",
		.path = "/session",
		.need = CAN_LOGIN,
		.handle = session_show,
		.summary = "Who is logged in, and the nonce of the session",
		.status = 200,
		.traits = ROUTE_ENROL,
		.reply = &session_shape,
	},
	{
		.method = "POST",
		.path = "/session/prove",
		.need = CAN_LOGIN,
		.handle = session_prove,
		.summary = "The password once more, before what needs it",
		.status = 200,
		.traits = ROUTE_SHOWN_ONCE | ROUTE_ENROL | ROUTE_STEPS,
		.body = prove_body,
		.reply = &session_shape,
	},
	{
		.method = "DELETE",
		.path = "/session",
		.need = CAN_LOGIN,
		.handle = session_close,
		.summary = "Log out",
		.status = 204,
		.traits = ROUTE_ENROL,
	},
	{0},
};
