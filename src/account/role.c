#include <string.h>

#include "account/user.h"
#include "base/text.h"

enum { SLUG_MAX = 40, NAME_LENGTH = 80 };

bool
role_list(struct db *db, struct rows *out, struct err *e)
{
	return db_open(db, out, SQL_ROLE_LIST, NO_BINDS, e);
}

bool
role_find(struct db *db, const char *slug, struct rows *out, struct err *e)
{
	return db_open(db, out, SQL_ROLE_FIND, BINDS(bind_text(slug)), e);
}

static bool
must_have_changed(struct db *db, const char *slug, struct err *e)
{
	if (db_changed(db) == 1)
		return true;
	err_set(e, ERR_CONFLICT,
		"role %s is built in, in use, or was changed meanwhile", slug);
	return err_as(e, OB_CONFLICT);
}

static bool
wrong(struct err *e, const char *text)
{
	err_set(e, ERR_INPUT, "%s", text);
	return err_as(e, OB_INVALID_PARAM);
}

static bool
check(const char *slug, const char *name, struct err *e)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	const size_t length = strlen(slug), shown = text_utf16_length(name);

	if (length == 0 || length > SLUG_MAX || strspn(slug, fine) != length)
		return wrong(e, "slug: 1 to 40 of a-z, 0-9 and -");
	return (shown > 0 && shown <= NAME_LENGTH) ||
	       wrong(e, "name: 1 to 80 characters");
}

static bool
add(struct db *db, const char *slug, const char *name, const char *names,
    struct err *e)
{
	if (db_run(db, SQL_ROLE_INSERT,
		   BINDS(bind_text(slug), bind_text(name), bind_text(names)),
		   e)) {
		if (db_changed(db) == 1)
			return true;
		err_set(e, ERR_CONFLICT, "there are 100 roles");
		return err_as(e, OB_CONFLICT);
	}
	if (e->class != ERR_CONFLICT)
		return err_in(e, "add role %s", slug);
	err_set(e, ERR_CONFLICT, "role %s is there already", slug);
	return err_as(e, OB_CONFLICT);
}

bool
role_save(struct db *db, const char *slug, const char *name, uint32_t rights,
	  bool is_new, unsigned version, struct err *e)
{
	AUTO(strbuf) names = STRBUF(400);

	if (!check(slug, name, e))
		return false;
	rights_add(&names, rights);
	if (is_new)
		return add(db, slug, name, strbuf_text(&names), e);
	return db_run(db, SQL_ROLE_UPDATE,
		      BINDS(bind_text(name), bind_text(strbuf_text(&names)),
			    bind_text(slug), bind_int(version)),
		      e) &&
	       must_have_changed(db, slug, e);
}

bool
role_delete(struct db *db, const char *slug, struct err *e)
{
	return db_run(db, SQL_ROLE_DELETE, BINDS(bind_text(slug)), e) &&
	       must_have_changed(db, slug, e);
}
