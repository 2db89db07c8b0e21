#include <stdlib.h>
#include <string.h>

#include "account/identity.h"
#include "account/user.h"
#include "base/text.h"

struct new_password {
	int64_t user_id, but_session;
	const char *hash;
	const unsigned char *link; /* NULL: without one */
};

static bool
too_late(struct err *e)
{
	err_set(e, ERR_MISSING, "this link was used or is too old");
	return err_as(e, OB_NOT_FOUND);
}

static bool
write_password(struct db *db, void *context, struct err *e)
{
	const struct new_password *p = context;

	if (p->link == NULL) {
		if (!db_run(db, SQL_USER_PASSWORD,
			    BINDS(bind_text(p->hash), bind_int(p->user_id)), e))
			return false;
	} else if (!db_run(db, SQL_USER_TAKE_LINK,
			   BINDS(bind_text(p->hash), bind_int(p->user_id),
				 bind_bytes(p->link, 32)),
			   e)) {
		return false;
	} else if (db_changed(db) != 1) {
		return too_late(e);
	}
	return session_end_all(db, p->user_id, p->but_session, e);
}

bool
user_set_password(struct db *db, int64_t id, const char *hash,
		  int64_t but_session, struct err *e)
{
	struct new_password p = {
		.user_id = id, .but_session = but_session, .hash = hash};

	return db_transact(db, write_password, &p, e) ||
	       err_in(e, "set a password");
}

bool
user_set_link(struct db *db, int64_t id, const unsigned char link[32],
	      utc_ms until, struct err *e)
{
	return db_run(
		db, SQL_USER_LINK,
		BINDS(bind_bytes(link, 32), bind_time(until), bind_int(id)), e);
}

bool
user_by_link(struct db *db, const unsigned char link[32], struct user *out,
	     struct err *e)
{
	AUTO(rows) rows = ROWS;

	*out = (struct user){0};
	if (!db_open(db, &rows, SQL_USER_BY_LINK, BINDS(bind_bytes(link, 32)),
		     e))
		return false;
	if (!rows_next(&rows))
		return rows_check(&rows, e) && too_late(e);
	out->id = rows_int(&rows, "id");
	rows_text(&rows, "login", out->login, sizeof(out->login));
	rows_text(&rows, "name", out->name, sizeof(out->name));
	rows_text(&rows, "email", out->email, sizeof(out->email));
	return rows_check(&rows, e);
}

bool
user_take_link(struct db *db, int64_t id, const unsigned char link[32],
	       const char *hash, struct err *e)
{
	struct new_password p = {.user_id = id, .hash = hash, .link = link};

	return db_transact(db, write_password, &p, e);
}

/* Texts one behind the other, each with its NUL; and where each begins. */
struct names {
	struct strbuf text;
	const char **list;
};

static void
add_name(struct names *names, const char *name)
{
	strbuf_addn(&names->text, name, strlen(name) + 1);
}

static bool
read_names(struct db *db, const struct user *user, struct names *out,
	   size_t *count, struct err *e)
{
	static const char *const column[] = {"code", "name", "domain"};
	AUTO(rows) rows = ROWS;

	add_name(out, user->login);
	add_name(out, user->name);
	add_name(out, user->email);
	if (!db_open(db, &rows, SQL_USER_NAMES, NO_BINDS, e))
		return false;
	while (rows_next(&rows)) {
		for (size_t i = 0; i < COUNT_OF(column); i++)
			add_name(out, rows_borrow(&rows, column[i], NULL));
	}
	*count = 3 + COUNT_OF(column) * rows.count;
	return rows_check(&rows, e) && strbuf_check(&out->text, e);
}

bool
user_check_password(struct db *db, const struct user *user,
		    const char *password, const char *breached_file,
		    struct err *e)
{
	struct names names = {.text = STRBUF((size_t)8 << 20)};
	struct password_rules rules = {.breached_file = breached_file};
	size_t count = 0;
	bool fine = read_names(db, user, &names, &count, e);

	names.list = calloc(count + 1, sizeof(*names.list));
	if (fine && names.list == NULL)
		fine = err_set(e, ERR_TEMPORARY, "no memory for names");
	for (size_t i = 0, at = 0; fine && i < count; i++) {
		names.list[i] = names.text.text + at;
		at += strlen(names.list[i]) + 1;
	}
	rules.names = names.list;
	fine = fine && password_check(password, &rules, e);
	free(names.list);
	strbuf_end(&names.text);
	return fine;
}
