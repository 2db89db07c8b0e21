/*
 * What the integration tests make the account layer do. It reads a JSON array
 * of steps, each {"call": ..., "at": ms, ...}, and prints one JSON object a
 * step: class, code and text of the error, and what the call gave. Its time,
 * and that of its connection, is "at" of the step. Never installed.
 */

#include <stdlib.h>
#include <string.h>

#include "account/audit.h"
#include "account/identity.h"
#include "account/login.h"
#include "account/user.h"
#include "base/text.h"
#include "tests/support/steps.h"

static const unsigned char audit_key[32] = "a key of the tests, 32 bytes ...";

static void
put_text(struct step *step, const char *name, const char *value)
{
	put(step, name, json_string(value));
}

/* keys: so many of the two keys of the tests are in the key file. */
static struct secret_box
box_of(const struct step *step)
{
	struct secret_box box = {.keys = (size_t)number(step->ask, "keys", 1)};

	for (size_t i = 0; i < box.keys; i++) {
		box.key[i].id = (uint32_t)i + 1;
		memset(box.key[i].bytes, (int)i + 1, 32);
	}
	return box;
}

static bool
find(struct step *step, struct user *out, struct err *e)
{
	return user_find(step->db, text(step->ask, "login", ""), out, e);
}

static void
take(const struct step *step, const char *name, char *out, size_t room)
{
	(void)text_copy(out, room, text(step->ask, name, out));
}

/* ---- people */

static bool
call_user_add(struct step *step, struct err *e)
{
	const char *password = text(step->ask, "password", NULL);
	const char *link = text(step->ask, "link", NULL);
	struct user user = {.is_active = true, .role = "viewer"};
	unsigned char hash[32];

	user.all_sites = text(step->ask, "sites", NULL) == NULL;
	take(step, "login", user.login, sizeof(user.login));
	take(step, "name", user.name, sizeof(user.name));
	take(step, "email", user.email, sizeof(user.email));
	take(step, "role", user.role, sizeof(user.role));
	if (link != NULL)
		hash_sha256(link, strlen(link), hash);
	if ((password != NULL &&
	     !password_hash(password, "", user.password_hash, e)) ||
	    !user_add(step->db, &user, text(step->ask, "sites", NULL),
		      link == NULL ? NULL : hash, step->now, e))
		return false;
	put(step, "id", json_integer(user.id));
	return true;
}

static bool
call_user(struct step *step, struct err *e)
{
	struct user user;

	if (!find(step, &user, e))
		return false;
	put(step, "id", json_integer(user.id));
	put(step, "version", json_integer(user.version));
	put_text(step, "hash", user.password_hash);
	put_text(step, "role", user.role);
	put(step, "active", json_boolean(user.is_active));
	return true;
}

static bool
call_user_save(struct step *step, struct err *e)
{
	struct user user;

	if (!find(step, &user, e))
		return false;
	take(step, "name", user.name, sizeof(user.name));
	take(step, "email", user.email, sizeof(user.email));
	take(step, "role", user.role, sizeof(user.role));
	user.is_active = flag(step->ask, "active", user.is_active);
	user.all_sites = flag(step->ask, "all_sites", user.all_sites);
	user.version = (unsigned)number(step->ask, "version", user.version);
	return user_save(step->db, &user, text(step->ask, "sites", NULL), e);
}

static bool
call_user_delete(struct step *step, struct err *e)
{
	struct user user;

	return find(step, &user, e) && user_delete(step->db, &user, e);
}

static bool
call_role_save(struct step *step, struct err *e)
{
	uint32_t rights;

	return rights_read(text(step->ask, "rights", ""), &rights, e) &&
	       role_save(step->db, text(step->ask, "slug", ""),
			 text(step->ask, "name", ""), rights,
			 flag(step->ask, "new", true),
			 (unsigned)number(step->ask, "version", 0), e);
}

static bool
call_role_delete(struct step *step, struct err *e)
{
	return role_delete(step->db, text(step->ask, "slug", ""), e);
}

static bool
call_check_password(struct step *step, struct err *e)
{
	struct user user;

	return find(step, &user, e) &&
	       user_check_password(step->db, &user,
				   text(step->ask, "password", ""),
				   text(step->ask, "breached", ""), e);
}

static bool
call_password(struct step *step, struct err *e)
{
	char hash[PASSWORD_HASH_MAX];
	struct user user;

	return find(step, &user, e) &&
	       password_hash(text(step->ask, "password", ""), "", hash, e) &&
	       user_set_password(step->db, user.id, hash,
				 number(step->ask, "but", 0), e);
}

static bool
call_take_link(struct step *step, struct err *e)
{
	const char *link = text(step->ask, "link", "");
	char hash[PASSWORD_HASH_MAX];
	unsigned char secret[32];
	struct user user;

	hash_sha256(link, strlen(link), secret);
	if (!user_by_link(step->db, secret, &user, e) ||
	    !password_hash(text(step->ask, "password", ""), "", hash, e))
		return false;
	put_text(step, "login", user.login);
	return user_take_link(step->db, user.id, secret, hash, e);
}

static bool
call_login(struct step *step, struct err *e)
{
	const struct secret_box box = box_of(step);
	const struct login_ask ask = {
		.login = text(step->ask, "login", ""),
		.password = text(step->ask, "password", ""),
		.code = text(step->ask, "code", ""),
		.ip = text(step->ask, "ip", "192.0.2.1"),
		.slots = text(step->ask, "slots", ""),
		.secrets = &box,
		.now = step->now,
	};
	struct user user;
	const bool done = login_try(step->db, &ask, &user, e);

	put(step, "retry_ms",
	    json_integer(done || e->retry_at == 0 ? 0
						  : e->retry_at - step->now));
	return done;
}

/* ---- the second factor */

static bool
call_enrol(struct step *step, struct err *e)
{
	const struct secret_box box = box_of(step);
	struct user user;

	return find(step, &user, e) &&
	       totp_enrol(step->db, &box, user.id,
			  text(step->ask, "secret", ""),
			  text(step->ask, "code", ""), step->now, e);
}

static bool
call_totp_remove(struct step *step, struct err *e)
{
	struct user user;

	return find(step, &user, e) && totp_remove(step->db, user.id, e);
}

static bool
call_rotate(struct step *step, struct err *e)
{
	const struct secret_box box = box_of(step);
	unsigned count = 0;

	if (!totp_rotate(step->db, &box, &count, e))
		return false;
	put(step, "count", json_integer(count));
	return true;
}

static bool
call_recovery(struct step *step, struct err *e)
{
	char code[RECOVERY_CODES][RECOVERY_TEXT_MAX];
	json_t *list = json_array();
	struct user user;
	const bool done = find(step, &user, e) &&
			  recovery_make(step->db, user.id, code, e);

	for (size_t i = 0; done && i < RECOVERY_CODES; i++)
		(void)json_array_append_new(list, json_string(code[i]));
	put(step, "codes", list);
	return done;
}

/* ---- sessions and tokens */

static struct session_limits
limits_of(const struct step *step)
{
	return (struct session_limits){
		(unsigned)number(step->ask, "idle", 30),
		(unsigned)number(step->ask, "hours", 12)};
}

static bool
call_session_begin(struct step *step, struct err *e)
{
	const struct session_limits limits = limits_of(step);
	char session[SESSION_TEXT_MAX];
	struct user user;

	if (!find(step, &user, e) ||
	    !session_begin(step->db, user.id, "192.0.2.1",
			   text(step->ask, "agent", "a browser"), &limits,
			   session, e))
		return false;
	put_text(step, "text", session);
	return true;
}

static void
put_identity(struct step *step, struct identity *who)
{
	AUTO(strbuf) rights = STRBUF(400);
	json_t *sites = json_array();

	rights_add(&rights, who->rights);
	for (size_t i = 0; i < who->sites; i++)
		(void)json_array_append_new(sites, json_integer(who->site[i]));
	put(step, "user_id", json_integer(who->user_id));
	put(step, "session_id", json_integer(who->session_id));
	put_text(step, "login", who->login);
	put_text(step, "role", who->role);
	put_text(step, "rights", strbuf_text(&rights));
	put(step, "has_totp", json_boolean(who->has_totp));
	put(step, "all_sites", json_boolean(who->all_sites));
	put(step, "sites", sites);
	put(step, "proven_ms_ago", json_integer(step->now - who->proven_at));
	identity_end(who);
}

static bool
call_session(struct step *step, struct err *e)
{
	const struct session_limits limits = limits_of(step);
	struct identity who;
	const bool done =
		session_check(step->db, text(step->ask, "text", ""), &limits,
			      step->now, flag(step->ask, "use", true), &who, e);

	put_identity(step, &who);
	return done;
}

static bool
call_session_renew(struct step *step, struct err *e)
{
	char session[SESSION_TEXT_MAX];

	if (!session_renew(step->db, number(step->ask, "id", 0),
			   flag(step->ask, "proof", true), session, e))
		return false;
	put_text(step, "text", session);
	return true;
}

static bool
call_sessions(struct step *step, struct err *e)
{
	AUTO(rows) rows = ROWS;
	struct user user;

	if (!find(step, &user, e) || !session_list(step->db, user.id, &rows, e))
		return false;
	put(step, "count", json_integer((json_int_t)rows.count));
	return true;
}

static bool
call_token_add(struct step *step, struct err *e)
{
	struct token_new token = {
		.is_password = flag(step->ask, "is_password", false),
		.name = text(step->ask, "name", "a script"),
		.sites = text(step->ask, "sites", NULL),
		.expires_at = step->now + number(step->ask, "days", 90) * DAY,
	};
	char shown[TOKEN_TEXT_MAX], grouped[TOKEN_GROUPED_MAX];
	struct user user;
	int64_t id;

	if (!rights_read(text(step->ask, "scopes", "view"), &token.scopes, e) ||
	    !find(step, &user, e))
		return false;
	token.user_id = user.id;
	if (!token_add(step->db, &token, step->now, shown, &id, e))
		return false;
	put(step, "id", json_integer(id));
	put_text(step, "text", shown);
	put_text(step, "grouped", token_grouped(shown, grouped));
	return true;
}

static bool
call_token(struct step *step, struct err *e)
{
	struct identity who;
	const bool done = token_check(step->db, text(step->ask, "text", ""),
				      text(step->ask, "login", NULL),
				      text(step->ask, "ip", "192.0.2.1"),
				      step->now, &who, e);

	put_identity(step, &who);
	return done;
}

static bool
call_token_delete(struct step *step, struct err *e)
{
	return token_delete(step->db, number(step->ask, "id", 0),
			    flag(step->ask, "is_password", false), 0, e);
}

/* ---- the trail */

static bool
call_audit(struct step *step, struct err *e)
{
	const struct audit_entry entry = {
		.user_id = number(step->ask, "user_id", 0),
		.who = text(step->ask, "who", "maria"),
		.ip = text(step->ask, "ip", "192.0.2.1"),
		.request_id = "0123456789abcdef",
		.action = text(step->ask, "action", "site.enable"),
		.object = text(step->ask, "object", "site demo"),
		.before = text(step->ask, "before", NULL),
		.after = text(step->ask, "after", NULL),
	};

	for (int64_t i = 0; i < number(step->ask, "times", 1); i++) {
		if (!audit_write(step->db, audit_key,
				 text(step->ask, "chain", "api:web1"), &entry,
				 step->now, e))
			return false;
	}
	return true;
}

static bool
call_audit_verify(struct step *step, struct err *e)
{
	struct audit_result found;

	if (!audit_verify(step->db, audit_key, text(step->ask, "seal", ""),
			  &found, e))
		return false;
	put(step, "chains", json_integer((json_int_t)found.chains));
	put(step, "rows", json_integer((json_int_t)found.rows));
	put_text(step, "broken", found.broken);
	return true;
}

static bool
call_anchor(struct step *step, struct err *e)
{
	char seal[AUDIT_SEAL_MAX];

	if (!audit_anchor(step->db, audit_key,
			  text(step->ask, "chain", "cli:web1"), step->now, seal,
			  e))
		return false;
	put_text(step, "seal", seal);
	return true;
}

static bool
call_purge(struct step *step, struct err *e)
{
	uint64_t removed;

	if (!audit_purge(step->db, audit_key,
			 text(step->ask, "chain", "cli:web1"),
			 step->now - number(step->ask, "days", 400) * DAY,
			 step->now, &removed, e))
		return false;
	put(step, "removed", json_integer((json_int_t)removed));
	return true;
}

static const struct probe_call calls[] = {
	{"user_add", call_user_add},
	{"user", call_user},
	{"user_save", call_user_save},
	{"user_delete", call_user_delete},
	{"role_save", call_role_save},
	{"role_delete", call_role_delete},
	{"check_password", call_check_password},
	{"password", call_password},
	{"take_link", call_take_link},
	{"login", call_login},
	{"enrol", call_enrol},
	{"totp_remove", call_totp_remove},
	{"rotate", call_rotate},
	{"recovery", call_recovery},
	{"session_begin", call_session_begin},
	{"session", call_session},
	{"session_renew", call_session_renew},
	{"sessions", call_sessions},
	{"token_add", call_token_add},
	{"token", call_token},
	{"token_delete", call_token_delete},
	{"audit", call_audit},
	{"audit_verify", call_audit_verify},
	{"anchor", call_anchor},
	{"purge", call_purge},
	{0},
};

int
main(int argc, char **argv)
{
	const struct probe_call *const tables[] = {calls, NULL};

	return steps_run(argc, argv, tables, true);
}
