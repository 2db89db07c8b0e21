#include "api/request.h"

#include <stdio.h>
#include <string.h>

#include "account/identity.h"
#include "base/row_out.h"
#include "resources.h"

static bool
list(struct request *r, bool is_password, int64_t user_id, struct err *e)
{
	AUTO(rows) rows = ROWS;

	return token_list(r->app->db, is_password, user_id, &rows, e) &&
	       answer_rows(r, &rows, e);
}

static bool
make(struct request *r, bool is_password, uint32_t scopes, struct err *e)
{
	const struct token_new token = {
		.user_id = r->caller.user_id,
		.is_password = is_password,
		.name = request_text(r, "name"),
		.scopes = scopes,
		.expires_at = r->now +
			      request_int(r, "days", TOKEN_DAYS) * (utc_ms)DAY,
	};
	char shown[TOKEN_TEXT_MAX], grouped[TOKEN_GROUPED_MAX];
	int64_t id;

	/* It would outlive the one that made it, and have more rights. */
	if (r->caller.token_id != 0) {
		err_set(e, ERR_DENIED, "a token cannot make tokens");
		return err_as(e, OB_FORBIDDEN);
	}
	if (!token_add(r->app->db, &token, r->now, shown, &id, e))
		return false;
	strbuf_addf(&r->data, "{\"id\":\"%lld\",\"name\":", (long long)id);
	json_out_text(&r->data, token.name);
	strbuf_add(&r->data, ",\"token\":");
	json_out_text(&r->data,
		      is_password ? token_grouped(shown, grouped) : shown);
	strbuf_add(&r->data, ",\"expires_at\":\"");
	strbuf_add_time(&r->data, token.expires_at);
	strbuf_add(&r->data, "\"}");
	answer_changed(r, is_password ? "app_password.add" : "token.add",
		       "token %lld", (long long)id);
	return strbuf_check(&r->data, e);
}

static bool
revoke(struct request *r, bool is_password, int64_t user_id, struct err *e)
{
	const int64_t id = request_int(r, "id", 0);

	/* One that leaked must not end those of its owner. */
	if (is_password && r->caller.token_id != 0) {
		err_set(e, ERR_DENIED, "a token cannot end tokens of its own");
		return err_as(e, OB_FORBIDDEN);
	}
	if (!token_delete(r->app->db, id, is_password, user_id, e))
		return false;
	strbuf_add(&r->data, "{\"deleted\":true}");
	answer_changed(r, is_password ? "app_password.revoke" : "token.revoke",
		       "token %lld", (long long)id);
	return true;
}

static bool
tokens_list(struct request *r, struct err *e)
{
	return list(r, false, 0, e);
}

static bool
tokens_make(struct request *r, struct err *e)
{
	uint32_t scopes;

	if (!rights_read(request_text(r, "scopes"), &scopes, e))
		return request_fault(r, e, "scopes", "%s", e->text);
	return make(r, false, scopes, e);
}

static bool
tokens_revoke(struct request *r, struct err *e)
{
	return revoke(r, false, 0, e);
}

/* Everybody's own: an application password may do what its owner may. */
static bool
passwords_list(struct request *r, struct err *e)
{
	return list(r, true, r->caller.user_id, e);
}

static bool
passwords_make(struct request *r, struct err *e)
{
	return make(r, true, r->caller.rights, e);
}

static bool
passwords_revoke(struct request *r, struct err *e)
{
	return revoke(r, true, r->caller.user_id, e);
}

static const struct shape token_shape = {
	"Token",
	(const struct field[]){
		{"id", FIELD_ID, 0, NULL, NULL, NULL, NULL},
		{"login", FIELD_TEXT, 0, NULL, NULL, NULL, "whose it is"},
		{"name", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"last4", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"scopes", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "capabilities, comma-separated"},
		{"created_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"expires_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"used_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"used_ip", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape new_shape = {
	"NewToken",
	(const struct field[]){
		{"id", FIELD_ID, 0, NULL, NULL, NULL, NULL},
		{"name", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"token", FIELD_TEXT, 0, NULL, NULL, NULL, "shown this once"},
		{"expires_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct param password_body[] = {
	{"name", PARAM_TEXT, PARAM_REQUIRED, 1, 80, NULL, NULL,
	 "what it is for"},
	{"days", PARAM_INT, 0, 1, 365, NULL, NULL, "days until it expires; 90"},
	{0},
};
static const struct param token_body[] = {
	{"name", PARAM_TEXT, PARAM_REQUIRED, 1, 80, NULL, NULL,
	 "what it is for"},
	{"scopes", PARAM_TEXT, PARAM_REQUIRED, 1, 400, NULL, NULL,
	 "capabilities, comma-separated: view,sync"},
	{"days", PARAM_INT, 0, 1, 365, NULL, NULL, "days until it expires; 90"},
	{0},
};
static const struct param id_part[] = {
	{.name = "id", .type = PARAM_ID, .help = "its id"}, {0}};

const struct route tokens_routes[] = {
	{
		.method = "GET",
		.path = "/app-passwords",
		.need = CAN_VIEW,
		.handle = passwords_list,
		.summary = "Your application passwords",
		.status = 200,
		.reply = &token_shape,
		.many = true,
	},
	{
		.method = "POST",
		.path = "/app-passwords",
		.need = CAN_VIEW,
		.handle = passwords_make,
		.summary = "Make one, for a program that logs in as you",
		.status = 201,
		.traits = ROUTE_REAUTH | ROUTE_SHOWN_ONCE,
		.body = password_body,
		.reply = &new_shape,
	},
	{
		.method = "DELETE",
		.path = "/app-passwords/{id}",
		.need = CAN_VIEW,
		.handle = passwords_revoke,
		.summary = "End one at once",
		.status = 200,
		.parts = id_part,
		.reply = &shape_deleted,
	},
	{
		.method = "GET",
		.path = "/tokens",
		.need = CAN_USERS,
		.handle = tokens_list,
		.summary = "Tokens of scripts",
		.status = 200,
		.reply = &token_shape,
		.many = true,
	},
	{
		.method = "POST",
		.path = "/tokens",
		.need = CAN_USERS,
		.handle = tokens_make,
		.summary = "Make one, with just the rights it needs",
		.status = 201,
		.traits = ROUTE_REAUTH | ROUTE_SHOWN_ONCE,
		.body = token_body,
		.reply = &new_shape,
	},
	{
		.method = "DELETE",
		.path = "/tokens/{id}",
		.need = CAN_USERS,
		.handle = tokens_revoke,
		.summary = "End one at once",
		.status = 200,
		.parts = id_part,
		.reply = &shape_deleted,
	},
	{0},
};
