#include "api/request.h"

#include <string.h>

#include "account/login.h"
#include "local.h"
#include "resources.h"

bool
request_prove(struct request *r, struct user *out, struct err *e)
{
	const struct login_ask ask = {
		.login = r->caller.login,
		.password = request_text(r, "password"),
		.code = request_text(r, "totp"),
		.ip = r->ip,
		.slots = r->app->config.run.state_dir,
		.secrets = &r->app->secrets,
		.now = r->now,
	};

	return login_try(r->app->db, &ask, out, e);
}

bool
request_hash_password(struct request *r, const struct user *user,
		      const char *password, char out[PASSWORD_HASH_MAX],
		      struct err *e)
{
	return user_check_password(r->app->db, user, password,
				   r->app->config.auth.breached_file, e) &&
	       password_hash(password, r->app->config.run.state_dir, out, e);
}

static bool
keep_password(struct request *r, void *context, struct err *e)
{
	answer_changed(r, "user.password", "user %s", r->caller.login);
	return user_set_password(r->app->db, r->caller.user_id, context,
				 r->caller.session_id, e);
}

static bool
me_show(struct request *r, struct err *e)
{
	return answer_user(r, r->caller.user_id, e);
}

/* How one is called and written to; what one may do others decide. */
static bool
me_edit(struct request *r, struct err *e)
{
	struct user user;

	/* Where one is written to is as good as a way in. */
	if ((request_given(r, "email") && !request_is_proven(r, e)) ||
	    !user_load(r->app->db, r->caller.user_id, &user, e))
		return false;
	request_take_person(r, &user);
	user.version = r->version;
	if (!user_save(r->app->db, &user, NULL, e) || !me_show(r, e))
		return false;
	answer_changed(r, "user.edit", "user %s", user.login);
	strbuf_add(&r->after, strbuf_text(&r->data));
	return true;
}

static bool
me_password(struct request *r, struct err *e)
{
	const char *wanted = request_text(r, "new_password");
	char hash[PASSWORD_HASH_MAX];
	struct user user;

	return request_prove(r, &user, e) &&
	       request_hash_password(r, &user, wanted, hash, e) &&
	       request_change(r, keep_password, hash, e);
}

static bool
me_sessions(struct request *r, struct err *e)
{
	AUTO(rows) rows = ROWS;

	return session_list(r->app->db, r->caller.user_id, &rows, e) &&
	       answer_rows(r, &rows, e);
}

static bool
me_session_end(struct request *r, struct err *e)
{
	const int64_t id = request_int(r, "id", 0);

	if (!session_end(r->app->db, id, r->caller.user_id, e))
		return false;
	if (db_changed(r->app->db) != 1) {
		err_set(e, ERR_MISSING, "there is no such session");
		return err_as(e, OB_NOT_FOUND);
	}
	answer_changed(r, "session.end", "session %lld", (long long)id);
	return true;
}

/* Not kept yet: it counts once a code of it was shown. */
static bool
totp_offer(struct request *r, struct err *e)
{
	char secret[TOTP_SECRET_MAX], uri[TOTP_URI_MAX];

	totp_make(secret);
	totp_uri(secret, r->caller.login, strstr(r->origin, "://") + 3, uri);
	strbuf_addf(&r->data, "{\"secret\":\"%s\",\"uri\":\"%s\"}", secret,
		    uri);
	return strbuf_check(&r->data, e);
}

/*
 * Sessions that began without what is asked for from now on end; this one goes
 * on under a new text.
 */
static bool
renew_sessions(struct request *r, bool has_totp, struct err *e)
{
	r->caller.has_totp = has_totp;
	return session_end_all(r->app->db, r->caller.user_id,
			       r->caller.session_id, e) &&
	       request_renew(r, false, e);
}

static void
add_nonce(struct request *r)
{
	strbuf_addf(&r->data, "\"nonce\":\"%s\",\"must_enrol\":%s}", r->nonce,
		    request_must_enrol(r) ? "true" : "false");
}

static bool
totp_turn_on(struct request *r, struct err *e)
{
	const char *secret = request_text(r, "secret");
	char code[RECOVERY_CODES][RECOVERY_TEXT_MAX];

	if (!totp_enrol(r->app->db, &r->app->secrets, r->caller.user_id, secret,
			request_text(r, "code"), r->now, e))
		return e->class == ERR_INPUT ? request_fault(r, e, "code",
							     "is not what the "
							     "authenticator "
							     "shows now")
					     : false;
	if (!recovery_make(r->app->db, r->caller.user_id, code, e) ||
	    !renew_sessions(r, true, e))
		return false;
	strbuf_add(&r->data, "{\"recovery_codes\":[");
	for (size_t i = 0; i < RECOVERY_CODES; i++)
		strbuf_addf(&r->data, "%s\"%s\"", i == 0 ? "" : ",", code[i]);
	strbuf_add(&r->data, "],");
	add_nonce(r);
	answer_changed(r, "user.totp", "user %s", r->caller.login);
	return strbuf_check(&r->data, e);
}

static bool
totp_turn_off(struct request *r, struct err *e)
{
	if (!totp_remove(r->app->db, r->caller.user_id, e) ||
	    !renew_sessions(r, false, e))
		return false;
	strbuf_add(&r->data, "{");
	add_nonce(r);
	answer_changed(r, "user.totp_off", "user %s", r->caller.login);
	return strbuf_check(&r->data, e);
}

static const struct shape session_row = {
	"SessionRow",
	(const struct field[]){
		{"id", FIELD_ID, 0, NULL, NULL, NULL, NULL},
		{"ip", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"agent", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"created_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"seen_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"ends_at", FIELD_TIME, 0, NULL, NULL, NULL,
		 "when nobody uses it until then"},
		{0},
	},
};

static const struct shape offer_shape = {
	"TotpOffer",
	(const struct field[]){
		{"secret", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"uri", FIELD_TEXT, 0, NULL, NULL, NULL, "for a QR code"},
		{0},
	},
};

static const struct shape codes_shape = {
	"RecoveryCodes",
	(const struct field[]){
		{"recovery_codes", FIELD_LIST, 0, NULL, NULL, NULL,
		 "each works once; shown this once"},
		{"nonce", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "of the session, which goes on under another cookie"},
		{"must_enrol", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape renewed_shape = {
	"RenewedSession",
	(const struct field[]){
		{"nonce", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "of the session, which goes on under another cookie"},
		{"must_enrol", FIELD_FLAG, 0, NULL, NULL, NULL,
		 "the role needs one: nothing else is possible now"},
		{0},
	},
};

static const struct param me_body[] = {
	{"name", PARAM_TEXT, 0, 0, 120, NULL, NULL, "as people call you"},
	{"email", PARAM_TEXT, 0, 0, 254, NULL, NULL, NULL},
	{0},
};
static const struct param password_body[] = {
	{"password", PARAM_TEXT, PARAM_REQUIRED | PARAM_SECRET, 1, 200, NULL,
	 NULL, "the one so far"},
	{"totp", PARAM_TEXT, PARAM_SECRET, 0, 40, NULL, NULL,
	 "six digits, or a recovery code"},
	{"new_password", PARAM_TEXT, PARAM_REQUIRED | PARAM_SECRET, 12, 128,
	 NULL, NULL, NULL},
	{0},
};
static const struct param totp_body[] = {
	{"secret", PARAM_TEXT, PARAM_REQUIRED | PARAM_SECRET, 32, 32, NULL,
	 NULL, "that was offered"},
	{"code", PARAM_TEXT, PARAM_REQUIRED, 6, 6, NULL, NULL,
	 "that the authenticator shows"},
	{0},
};
static const struct param id_part[] = {
	{.name = "id", .type = PARAM_ID, .help = "its id"}, {0}};

const struct route me_routes[] = {
	{
		.method = "GET",
		.path = "/me",
		.need = CAN_LOGIN,
		.handle = me_show,
		.summary = "Who you are here",
		.status = 200,
		.reply = &shape_user,
	},
	{
		.method = "PATCH",
		.path = "/me",
		.need = CAN_LOGIN,
		.handle = me_edit,
		.summary = "Change your name, or your address by your password",
		.status = 200,
		.traits = ROUTE_IF_MATCH,
		.body = me_body,
		.reply = &shape_user,
	},
	{
		.method = "PUT",
		.path = "/me/password",
		.need = CAN_LOGIN,
		.handle = me_password,
		.summary = "Change your password; ends your other sessions",
		.status = 204,
		.traits = ROUTE_STEPS,
		.body = password_body,
	},
	{
		.method = "GET",
		.path = "/me/sessions",
		.need = CAN_LOGIN,
		.handle = me_sessions,
		.summary = "Where you are logged in",
		.status = 200,
		.reply = &session_row,
		.many = true,
	},
	{
		.method = "DELETE",
		.path = "/me/sessions/{id}",
		.need = CAN_LOGIN,
		.handle = me_session_end,
		.summary = "End one of them",
		.status = 204,
		.parts = id_part,
	},
	{
		.method = "POST",
		.path = "/me/totp/offer",
		.need = CAN_LOGIN,
		.handle = totp_offer,
		.summary = "A secret for an authenticator, not kept yet",
		.status = 200,
		.traits = ROUTE_REAUTH | ROUTE_SHOWN_ONCE | ROUTE_ENROL,
		.reply = &offer_shape,
	},
	{
		.method = "PUT",
		.path = "/me/totp",
		.need = CAN_LOGIN,
		.handle = totp_turn_on,
		.summary = "Turn the second factor on, with a code of it; ends "
			   "your other sessions",
		.status = 200,
		.traits = ROUTE_REAUTH | ROUTE_ENROL,
		.body = totp_body,
		.reply = &codes_shape,
	},
	{
		.method = "DELETE",
		.path = "/me/totp",
		.need = CAN_LOGIN,
		.handle = totp_turn_off,
		.summary = "Turn the second factor off; ends your other "
			   "sessions",
		.status = 200,
		.traits = ROUTE_REAUTH,
		.reply = &renewed_shape,
	},
	{0},
};
