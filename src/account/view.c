#include "account/view.h"

bool
views_read(struct db *db, int64_t user_id, struct strbuf *out,
	   unsigned *version, struct err *e)
{
	AUTO(rows) rows = ROWS;

	*version = 0;
	if (!db_open(db, &rows, SQL_VIEW_FIND, BINDS(bind_int(user_id)), e))
		return false;
	if (!rows_next(&rows)) {
		strbuf_add(out, "[]");
		return rows_check(&rows, e);
	}
	strbuf_add(out, rows_borrow(&rows, "views", NULL));
	*version = (unsigned)rows_int(&rows, "version");
	return rows_check(&rows, e);
}

static bool
changed_meanwhile(struct err *e)
{
	err_set(e, ERR_CONFLICT, "the views were changed meanwhile");
	return err_as(e, OB_PRECONDITION_FAILED);
}

/* Of two who make the first one at once the other finds it made. */
static bool
insert(struct db *db, int64_t user_id, const char *json, struct err *e)
{
	return db_run(db, SQL_VIEW_INSERT,
		      BINDS(bind_text(json), bind_int(user_id)), e) ||
	       (e->class == ERR_CONFLICT && changed_meanwhile(e));
}

bool
views_save(struct db *db, int64_t user_id, const char *json, unsigned version,
	   struct err *e)
{
	if (version == 0)
		return insert(db, user_id, json, e);
	return db_run(db, SQL_VIEW_UPDATE,
		      BINDS(bind_text(json), bind_int(user_id),
			    bind_int(version)),
		      e) &&
	       (db_changed(db) == 1 || changed_meanwhile(e));
}
