#include "queue/watermark.h"

#include <stdio.h>

#include "db/db.h"

bool
watermark_load(struct watermark *mark, struct db *db, struct err *e)
{
	AUTO(rows) rows = ROWS;

	mark->at = 0;
	mark->id[0] = '\0';
	if (!db_open(db, &rows, SQL_WATERMARK_FIND,
		     BINDS(bind_text(mark->name)), e))
		return err_in(e, "watermark %s", mark->name);
	if (rows_next(&rows)) {
		mark->at = rows_time(&rows, "value_at");
		rows_text(&rows, "value_id", mark->id, sizeof(mark->id));
	}
	return rows_check(&rows, e);
}

bool
watermark_move(struct watermark *mark, struct db *db, utc_ms at, const char *id,
	       struct err *e)
{
	if (mark->at == 0 &&
	    !db_run(db, SQL_WATERMARK_MAKE,
		    BINDS(bind_text(mark->name), bind_id(mark->site_id),
			  bind_text(mark->entity)),
		    e))
		return err_in(e, "watermark %s", mark->name);
	if (!db_run(db, SQL_WATERMARK_MOVE,
		    BINDS(bind_time(at), bind_text(id), bind_text(mark->name),
			  bind_time(mark->at), bind_text_or_null(mark->id)),
		    e))
		return err_in(e, "watermark %s", mark->name);
	if (db_changed(db) == 0)
		return err_set(e, ERR_CONFLICT,
			       "watermark %s was moved by somebody else",
			       mark->name);
	return true;
}

bool
watermark_reset(struct db *db, const char *name, unsigned version,
		const char *run, bool *done, struct err *e)
{
	if (!db_run(db, SQL_WATERMARK_RESET,
		    BINDS(bind_text(name), bind_int(version), bind_text(run)),
		    e))
		return err_in(e, "watermark %s", name);
	*done = db_changed(db) == 1;
	return true;
}
