#include "api/request.h"

#include <string.h>

#include "account/login.h"
#include "account/user.h"
#include "base/row_out.h"
#include "base/text.h"
#include "local.h"
#include "resources.h"
#include "site/site.h"

/* clang-format off */
#define USER_FIELDS                                                      \
	{"id", FIELD_ID, 0, NULL, NULL, NULL, NULL},                     \
	{"login", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},                \
	{"name", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},                 \
	{"email", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},                \
	{"role", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},                 \
	{"is_active", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},            \
	{"all_sites", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},            \
	{"sites", FIELD_JSON, FIELD_NULL, NULL, NULL, NULL,              \
	 "codes of the sites, where it is not all"},                     \
	{"has_totp", FIELD_FLAG, 0, NULL, NULL, NULL,                    \
	 "a second factor is set up"},                                   \
	{"password_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},          \
	{"created_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},           \
	{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL}

/* Not what changes by itself: one reads it to change it. */
const struct shape shape_user = {
	"User", (const struct field[]){USER_FIELDS, {0}},
};

static const struct shape user_row = {
	"UserRow",
	(const struct field[]){
		USER_FIELDS,
		{"sessions", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"seen_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};
/* clang-format on */

static bool
users_list(struct request *r, struct err *e)
{
	AUTO(rows) rows = ROWS;

	return user_list(r->app->db, 0, &rows, e) && answer_rows(r, &rows, e);
}

bool
answer_user(struct request *r, int64_t id, struct err *e)
{
	AUTO(rows) rows = ROWS;

	return user_list(r->app->db, id, &rows, e) &&
	       answer_one(r, &rows, "there is no such user", e);
}

static bool
user_show(struct request *r, struct err *e)
{
	return answer_user(r, request_int(r, "id", 0), e);
}

/* {"all_sites":false,"sites":["a","b"]}: the list as JSON text, or NULL. */
static const char *
sites_text(const struct request *r, struct strbuf *out)
{
	const json_t *sites = request_json(r, "sites").value;

	if (sites == NULL)
		return NULL;
	strbuf_add(out, "[");
	for (size_t i = 0; i < json_array_size(sites); i++) {
		strbuf_add(out, i == 0 ? "" : ",");
		json_out_text(out, json_string_value(json_array_get(sites, i)));
	}
	strbuf_add(out, "]");
	return strbuf_text(out);
}

static void
take(const struct request *r, const char *name, char *out, size_t room)
{
	if (request_given(r, name))
		(void)text_copy(out, room, request_text(r, name));
}

void
request_take_person(const struct request *r, struct user *user)
{
	take(r, "name", user->name, sizeof(user->name));
	take(r, "email", user->email, sizeof(user->email));
}

static bool
hash_password(struct request *r, const struct user *user,
	      char out[PASSWORD_HASH_MAX], struct err *e)
{
	return request_hash_password(r, user, request_text(r, "password"), out,
				     e);
}

/* Nobody gives away more than they have themselves. */
static bool
may_give(struct request *r, const char *slug, struct err *e)
{
	AUTO(rows) rows = ROWS;
	char names[401];
	uint32_t rights;

	if (!role_find(r->app->db, slug, &rows, e))
		return false;
	if (!rows_next(&rows))
		return rows_check(&rows, e) &&
		       request_fault(r, e, "role", "there is no such role");
	rows_text(&rows, "capabilities", names, sizeof(names));
	if (!rows_check(&rows, e) || !rights_read(names, &rights, e))
		return false;
	return (rights & ~r->caller.rights) == 0 ||
	       request_fault(r, e, "role", "has rights that you do not have");
}

/*
 * Sites are rights too: who may see some gives away those, and leaves alone who
 * may see more.
 */
static bool
may_give_sites(struct request *r, bool all, struct err *e)
{
	const json_t *sites = request_json(r, "sites").value;

	if (r->caller.all_sites)
		return true;
	if (all)
		return request_fault(r, e, "all_sites",
				     "you do not see every site yourself");
	for (size_t i = 0; i < json_array_size(sites); i++) {
		const char *code = json_string_value(json_array_get(sites, i));
		AUTO(site) site = {0};
		struct err missing = {0};

		if (!site_find(r->app->db, code, &site, &missing) ||
		    !request_may_see(r, site.id))
			return request_fault(r, e, "sites",
					     "there is no site \"%.40s\"",
					     code);
	}
	return true;
}

static bool
user_make(struct request *r, struct err *e)
{
	struct user user = {.is_active = true};
	AUTO(strbuf) sites = STRBUF(1 << 16);

	take(r, "login", user.login, sizeof(user.login));
	request_take_person(r, &user);
	take(r, "role", user.role, sizeof(user.role));
	user.all_sites = request_flag(r, "all_sites", true);
	if (!may_give(r, user.role, e) ||
	    !may_give_sites(r, user.all_sites, e) ||
	    !hash_password(r, &user, user.password_hash, e) ||
	    !user_add(r->app->db, &user, sites_text(r, &sites), NULL, r->now,
		      e) ||
	    !answer_user(r, user.id, e))
		return false;
	answer_location(r, "/users/%lld", (long long)user.id);
	answer_changed(r, "user.add", "user %s", user.login);
	strbuf_add(&r->after, strbuf_text(&r->data));
	return true;
}

static bool
user_edit(struct request *r, struct err *e)
{
	const int64_t id = request_int(r, "id", 0);
	AUTO(strbuf) sites = STRBUF(1 << 16);
	char hash[PASSWORD_HASH_MAX];
	struct user user;

	/* Nor does anybody touch who has more rights, or sees more. */
	if (!user_load(r->app->db, id, &user, e) ||
	    !may_give(r, user.role, e) || !may_give_sites(r, user.all_sites, e))
		return false;
	request_take_person(r, &user);
	take(r, "role", user.role, sizeof(user.role));
	user.is_active = request_flag(r, "is_active", user.is_active);
	user.all_sites = request_flag(r, "all_sites", user.all_sites);
	if (id == r->caller.user_id && !user.is_active)
		return request_fault(r, e, "is_active",
				     "you cannot switch yourself off");
	if (r->has_version)
		user.version = r->version;
	if (!may_give(r, user.role, e) ||
	    !may_give_sites(r, user.all_sites, e) ||
	    (request_given(r, "password") &&
	     !hash_password(r, &user, hash, e)) ||
	    !user_save(r->app->db, &user, sites_text(r, &sites), e) ||
	    (request_given(r, "password") &&
	     !user_set_password(
		     r->app->db, id, hash,
		     id == r->caller.user_id ? r->caller.session_id : 0, e)) ||
	    !answer_user(r, id, e))
		return false;
	answer_changed(r, "user.edit", "user %s", user.login);
	strbuf_add(&r->after, strbuf_text(&r->data));
	return true;
}

static bool
user_remove(struct request *r, struct err *e)
{
	const int64_t id = request_int(r, "id", 0);
	struct user user;

	if (!user_load(r->app->db, id, &user, e))
		return false;
	if (id == r->caller.user_id) {
		err_set(e, ERR_CONFLICT, "you cannot remove yourself");
		return err_as(e, OB_CONFLICT);
	}
	if (r->has_version)
		user.version = r->version;
	if (!may_give(r, user.role, e) ||
	    !may_give_sites(r, user.all_sites, e) ||
	    !user_delete(r->app->db, &user, e))
		return false;
	strbuf_add(&r->data, "{\"deleted\":true}");
	answer_changed(r, "user.delete", "user %s", user.login);
	return true;
}

static bool
user_log_out(struct request *r, struct err *e)
{
	const int64_t id = request_int(r, "id", 0);
	struct user user;

	if (!user_load(r->app->db, id, &user, e) ||
	    !may_give(r, user.role, e) ||
	    !session_end_all(r->app->db, id, 0, e))
		return false;
	answer_changed(r, "user.logout", "user %s", user.login);
	return true;
}

/* ---- roles */

static const struct shape role_shape = {
	"Role",
	(const struct field[]){
		{"slug", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"name", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"capabilities", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "comma-separated"},
		{"is_builtin", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static bool
roles_list(struct request *r, struct err *e)
{
	AUTO(rows) rows = ROWS;

	return role_list(r->app->db, &rows, e) && answer_rows(r, &rows, e);
}

static bool
role_show(struct request *r, struct err *e)
{
	AUTO(rows) rows = ROWS;

	return role_find(r->app->db, request_text(r, "slug"), &rows, e) &&
	       answer_one(r, &rows, "there is no such role", e);
}

static bool
take_rights(struct request *r, uint32_t *out, struct err *e)
{
	if (!rights_read(request_text(r, "capabilities"), out, e))
		return request_fault(r, e, "capabilities", "%s", e->text);
	return (*out & ~r->caller.rights) == 0 ||
	       request_fault(r, e, "capabilities",
			     "hold rights that you do not have");
}

static bool
role_make(struct request *r, struct err *e)
{
	uint32_t rights;

	if (!take_rights(r, &rights, e) ||
	    !role_save(r->app->db, request_text(r, "slug"),
		       request_text(r, "name"), rights, true, 0, e) ||
	    !role_show(r, e))
		return false;
	answer_changed(r, "role.add", "role %s", request_text(r, "slug"));
	strbuf_add(&r->after, strbuf_text(&r->data));
	return true;
}

static bool
role_edit(struct request *r, struct err *e)
{
	uint32_t rights;

	if (!may_give(r, request_text(r, "slug"), e) ||
	    !take_rights(r, &rights, e) ||
	    !role_save(r->app->db, request_text(r, "slug"),
		       request_text(r, "name"), rights, false, r->version, e) ||
	    !role_show(r, e))
		return false;
	answer_changed(r, "role.edit", "role %s", request_text(r, "slug"));
	strbuf_add(&r->after, strbuf_text(&r->data));
	return true;
}

static bool
role_remove(struct request *r, struct err *e)
{
	if (!may_give(r, request_text(r, "slug"), e) ||
	    !role_delete(r->app->db, request_text(r, "slug"), e))
		return false;
	strbuf_add(&r->data, "{\"deleted\":true}");
	answer_changed(r, "role.delete", "role %s", request_text(r, "slug"));
	return true;
}

/* ---- tables */

#define USER_PARAMS                                                   \
	{"name", PARAM_TEXT, 0, 0, 120, NULL, NULL, NULL},            \
		{"email", PARAM_TEXT, 0, 0, 254, NULL, NULL, NULL},   \
		{"all_sites", PARAM_FLAG, 0, 0, 0, NULL, NULL, NULL}, \
	{                                                             \
		"sites", PARAM_LIST, 0, 0, 1000, NULL, NULL,          \
			"codes of the sites, where it is not all"     \
	}

static const struct param new_user[] = {
	{"login", PARAM_TEXT, PARAM_REQUIRED, 1, 60, NULL, NULL, NULL},
	{"password", PARAM_TEXT, PARAM_REQUIRED | PARAM_SECRET, 12, 128, NULL,
	 NULL, NULL},
	{"role", PARAM_TEXT, PARAM_REQUIRED, 1, 40, NULL, NULL, NULL},
	USER_PARAMS,
	{0},
};
static const struct param edit_user[] = {
	{"password", PARAM_TEXT, PARAM_SECRET, 12, 128, NULL, NULL,
	 "a new one; ends the sessions"},
	{"role", PARAM_TEXT, 0, 1, 40, NULL, NULL, NULL},
	{"is_active", PARAM_FLAG, 0, 0, 0, NULL, NULL, NULL},
	USER_PARAMS,
	{0},
};
static const struct param new_role[] = {
	{"slug", PARAM_TEXT, PARAM_REQUIRED, 1, 40, NULL, NULL,
	 "fixed for ever"},
	{"name", PARAM_TEXT, PARAM_REQUIRED, 1, 80, NULL, NULL, NULL},
	{"capabilities", PARAM_TEXT, PARAM_REQUIRED, 0, 400, NULL, NULL,
	 "comma-separated: view,sync"},
	{0},
};
static const struct param edit_role[] = {
	{"name", PARAM_TEXT, PARAM_REQUIRED, 1, 80, NULL, NULL, NULL},
	{"capabilities", PARAM_TEXT, PARAM_REQUIRED, 0, 400, NULL, NULL,
	 "comma-separated: view,sync"},
	{0},
};
static const struct param id_part[] = {
	{.name = "id", .type = PARAM_ID, .help = "the user's id"}, {0}};
static const struct param slug_part[] = {
	{"slug", PARAM_TEXT, 0, 1, 40, NULL, NULL, "the role's slug"}, {0}};

const struct route users_routes[] = {
	{
		.method = "GET",
		.path = "/users",
		.need = CAN_USERS,
		.handle = users_list,
		.summary = "Who may log in",
		.status = 200,
		.reply = &user_row,
		.many = true,
	},
	{
		.method = "POST",
		.path = "/users",
		.need = CAN_USERS,
		.handle = user_make,
		.summary = "Let somebody log in",
		.status = 201,
		.traits = ROUTE_REAUTH,
		.body = new_user,
		.reply = &shape_user,
	},
	{
		.method = "GET",
		.path = "/users/{id}",
		.need = CAN_USERS,
		.handle = user_show,
		.summary = "One of them",
		.status = 200,
		.parts = id_part,
		.reply = &shape_user,
	},
	{
		.method = "PATCH",
		.path = "/users/{id}",
		.need = CAN_USERS,
		.handle = user_edit,
		.summary = "Change role, sites, name or password; switch off",
		.status = 200,
		.traits = ROUTE_IF_MATCH | ROUTE_REAUTH,
		.parts = id_part,
		.body = edit_user,
		.reply = &shape_user,
	},
	{
		.method = "DELETE",
		.path = "/users/{id}",
		.need = CAN_USERS,
		.handle = user_remove,
		.summary = "Remove somebody, with sessions and tokens",
		.status = 200,
		.traits = ROUTE_IF_MATCH | ROUTE_REAUTH,
		.parts = id_part,
		.reply = &shape_deleted,
	},
	{
		.method = "POST",
		.path = "/users/{id}/logout",
		.need = CAN_USERS,
		.handle = user_log_out,
		.summary = "End all their sessions",
		.status = 204,
		.parts = id_part,
	},
	{
		.method = "GET",
		.path = "/roles",
		.need = CAN_USERS,
		.handle = roles_list,
		.summary = "Roles and what they may do",
		.status = 200,
		.reply = &role_shape,
		.many = true,
	},
	{
		.method = "POST",
		.path = "/roles",
		.need = CAN_USERS,
		.handle = role_make,
		.summary = "Add a role of your own",
		.status = 201,
		.traits = ROUTE_REAUTH,
		.body = new_role,
		.reply = &role_shape,
	},
	{
		.method = "GET",
		.path = "/roles/{slug}",
		.need = CAN_USERS,
		.handle = role_show,
		.summary = "One role",
		.status = 200,
		.parts = slug_part,
		.reply = &role_shape,
	},
	{
		.method = "PUT",
		.path = "/roles/{slug}",
		.need = CAN_USERS,
		.handle = role_edit,
		.summary = "Change a role of your own",
		.status = 200,
		.traits = ROUTE_IF_MATCH | ROUTE_REAUTH,
		.parts = slug_part,
		.body = edit_role,
		.reply = &role_shape,
	},
	{
		.method = "DELETE",
		.path = "/roles/{slug}",
		.need = CAN_USERS,
		.handle = role_remove,
		.summary = "Remove a role that nobody has",
		.status = 200,
		.traits = ROUTE_IF_MATCH | ROUTE_REAUTH,
		.parts = slug_part,
		.reply = &shape_deleted,
	},
	{0},
};
