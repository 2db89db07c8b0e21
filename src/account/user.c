#include "account/user.h"

#include <string.h>

#include "base/text.h"
#include "local.h"

enum { LOGIN_MAX = 60, NAME_LENGTH = 120, EMAIL_LENGTH = 254 };

static const utc_ms link_lives = (utc_ms)30 * MINUTE;

bool
user_is_there(struct db *db, bool *out, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(db, &rows, SQL_USER_COUNT, NO_BINDS, e))
		return err_in(e, "look for users");
	*out = rows_next(&rows) && rows_int(&rows, "users") > 0;
	return rows_check(&rows, e);
}

static bool
read_user(struct rows *rows, struct user *out, const char *who, struct err *e)
{
	*out = (struct user){0};
	if (!rows_next(rows)) {
		if (!rows_check(rows, e))
			return false;
		err_set(e, ERR_MISSING, "there is no user %s", who);
		return err_as(e, OB_NOT_FOUND);
	}
	out->id = rows_int(rows, "id");
	rows_text(rows, "login", out->login, sizeof(out->login));
	rows_text(rows, "name", out->name, sizeof(out->name));
	rows_text(rows, "email", out->email, sizeof(out->email));
	rows_text(rows, "role", out->role, sizeof(out->role));
	out->is_active = rows_flag(rows, "is_active");
	out->all_sites = rows_flag(rows, "all_sites");
	rows_text(rows, "password_hash", out->password_hash,
		  sizeof(out->password_hash));
	rows_text(rows, "totp_secret", out->totp_secret,
		  sizeof(out->totp_secret));
	out->has_totp = out->totp_secret[0] != '\0';
	out->totp_step = rows_int(rows, "totp_step");
	out->version = (unsigned)rows_int(rows, "version");
	return rows_check(rows, e);
}

/* The server takes "mari\xc3\xa1" for "maria" as well; a login is ASCII. */
static bool
is_login(const char *text)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@-";
	const size_t length = strlen(text);

	return length > 0 && length <= LOGIN_MAX &&
	       strspn(text, fine) == length;
}

bool
user_find(struct db *db, const char *login, struct user *out, struct err *e)
{
	AUTO(rows) rows = ROWS;

	*out = (struct user){0};
	if (!is_login(login)) {
		err_set(e, ERR_MISSING, "there is no user %.60s", login);
		return err_as(e, OB_NOT_FOUND);
	}
	return db_open(db, &rows, SQL_USER_FIND, BINDS(bind_text(login)), e) &&
	       read_user(&rows, out, login, e);
}

bool
user_load(struct db *db, int64_t id, struct user *out, struct err *e)
{
	AUTO(rows) rows = ROWS;

	return db_open(db, &rows, SQL_USER_LOAD, BINDS(bind_int(id)), e) &&
	       read_user(&rows, out, "with this id", e);
}

bool
user_list(struct db *db, int64_t id, struct rows *out, struct err *e)
{
	return db_open(db, out, SQL_USER_LIST, BINDS(bind_id(id), bind_id(id)),
		       e) ||
	       err_in(e, "list users");
}

static bool
wrong(struct err *e, const char *text)
{
	err_set(e, ERR_INPUT, "%s", text);
	return err_as(e, OB_INVALID_PARAM);
}

/* Something before the @, and a dot amid what comes after it. */
static bool
is_address(const char *text)
{
	const char *at = strchr(text, '@');
	const char *dot = at == NULL ? NULL : strchr(at, '.');

	for (const char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return false;
	}
	return at != NULL && at > text && strchr(at + 1, '@') == NULL &&
	       dot != NULL && dot > at + 1 && dot[1] != '\0';
}

static bool
user_check(struct db *db, const struct user *user, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!is_login(user->login))
		return wrong(e, "login: 1 to 60 of a-z, 0-9 and . _ @ -");
	if (text_utf16_length(user->name) > NAME_LENGTH)
		return wrong(e, "name: at most 120 characters");
	if (user->email[0] != '\0' &&
	    (strlen(user->email) > EMAIL_LENGTH || !is_address(user->email)))
		return wrong(e, "email: that is no address");
	if (!role_find(db, user->role, &rows, e))
		return false;
	if (rows_next(&rows))
		return true;
	return rows_check(&rows, e) && wrong(e, "role: there is no such role");
}

struct change {
	struct user *user;
	const char *sites;
	const unsigned char *link;
	utc_ms now;
};

static bool
write_sites(struct db *db, const struct change *c, struct err *e)
{
	if (c->sites == NULL && !c->user->all_sites)
		return true;
	return db_run(db, SQL_GRANT_CLEAR, BINDS(bind_int(c->user->id)), e) &&
	       (c->user->all_sites ||
		db_run(db, SQL_GRANT_INSERT,
		       BINDS(bind_int(c->user->id), bind_text(c->sites)), e));
}

static bool
conflict(struct err *e, const char *login, const char *what)
{
	err_set(e, ERR_CONFLICT, "user %s %s", login, what);
	return err_as(e, OB_CONFLICT);
}

static bool
insert(struct db *db, void *context, struct err *e)
{
	struct change *c = context;
	struct user *u = c->user;
	const bool by_link = c->link != NULL;
	const bool has_hash = u->password_hash[0] != '\0';

	if (!db_run(db, SQL_USER_INSERT,
		    BINDS(bind_text(u->login), bind_text(u->name),
			  bind_text(u->email), bind_text(u->role),
			  bind_int(u->all_sites), bind_text(u->password_hash),
			  bind_time(has_hash ? c->now : 0),
			  by_link ? bind_bytes(c->link, 32) : bind_null(),
			  bind_time(by_link ? c->now + link_lives : 0)),
		    e))
		return false;
	if (db_changed(db) != 1)
		return conflict(e, u->login, "would be one of more than 1000");
	u->id = db_last_id(db);
	return write_sites(db, c, e);
}

bool
user_add(struct db *db, struct user *user, const char *sites,
	 const unsigned char *link, utc_ms now, struct err *e)
{
	struct change c = {
		.user = user, .sites = sites, .link = link, .now = now};

	if (!user_check(db, user, e) ||
	    (sites != NULL && !sites_check(db, sites, e)))
		return false;
	if (db_transact(db, insert, &c, e))
		return true;
	if (e->code == OB_DATABASE && e->class == ERR_CONFLICT)
		return conflict(e, user->login, "is there already");
	return err_in(e, "add user %s", user->login);
}

/*
 * Of two who remove each other only one succeeds: both write the role's row,
 * which also two nodes of a cluster cannot do at once.
 */
static bool
keep_one_administrator(struct db *db, const struct user *user, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_run(db, SQL_USER_HOLD_ADMINISTRATORS, NO_BINDS, e) ||
	    !db_open(db, &rows, SQL_USER_OTHER_ADMINISTRATORS,
		     BINDS(bind_int(user->id)), e))
		return false;
	if (rows_next(&rows))
		return true;
	return rows_check(&rows, e) &&
	       conflict(e, user->login, "is the last administrator");
}

static bool
is_administrator(const struct user *user)
{
	return user->is_active && strcmp(user->role, "administrator") == 0;
}

static bool
changed_meanwhile(const struct user *user, struct err *e)
{
	err_set(e, ERR_CONFLICT, "user %s was changed meanwhile", user->login);
	return err_as(e, OB_PRECONDITION_FAILED);
}

static bool
update(struct db *db, void *context, struct err *e)
{
	struct change *c = context;
	struct user *u = c->user;
	struct user before;

	if (!user_load(db, u->id, &before, e))
		return false;
	if (is_administrator(&before) && !is_administrator(u) &&
	    !keep_one_administrator(db, u, e))
		return false;
	if (!db_run(db, SQL_USER_UPDATE,
		    BINDS(bind_text(u->name), bind_text(u->email),
			  bind_text(u->role), bind_int(u->is_active),
			  bind_int(u->all_sites), bind_int(u->id),
			  bind_int(u->version)),
		    e))
		return false;
	if (db_changed(db) != 1)
		return changed_meanwhile(u, e);
	if ((!u->is_active || strcmp(u->role, before.role) != 0) &&
	    !session_end_all(db, u->id, 0, e))
		return false;
	return write_sites(db, c, e);
}

bool
user_save(struct db *db, struct user *user, const char *sites, struct err *e)
{
	struct change c = {.user = user, .sites = sites};

	if (!user_check(db, user, e) ||
	    (sites != NULL && !sites_check(db, sites, e)) ||
	    !db_transact(db, update, &c, e))
		return false;
	user->version++;
	return true;
}

static bool delete (struct db *db, void *context, struct err *e)
{
	const struct change *c = context;
	const struct user *u = c->user;
	struct user before;

	if (!user_load(db, u->id, &before, e) ||
	    (is_administrator(&before) && !keep_one_administrator(db, u, e)) ||
	    !session_end_all(db, u->id, 0, e) || !token_end_all(db, u->id, e) ||
	    !db_run(db, SQL_GRANT_CLEAR, BINDS(bind_int(u->id)), e) ||
	    !db_run(db, SQL_RECOVERY_CLEAR, BINDS(bind_int(u->id)), e) ||
	    !db_run(db, SQL_VIEW_CLEAR, BINDS(bind_int(u->id)), e) ||
	    !db_run(db, SQL_USER_DELETE,
		    BINDS(bind_int(u->id), bind_int(u->version)), e))
		return false;
	return db_changed(db) == 1 || changed_meanwhile(u, e);
}

bool
user_delete(struct db *db, struct user *user, struct err *e)
{
	struct change c = {.user = user};

	return db_transact(db, delete, &c, e);
}
