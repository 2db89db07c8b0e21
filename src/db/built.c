#include <errmsg.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "local.h"

/* What errors call it: its text is long, and tells nobody anything. */
#define NAME "built statement"

/* The place of a text, or the one that was not used for longest. */
static struct built *
find(struct db *db, const char *text)
{
	struct built *oldest = &db->built[0];

	for (size_t i = 0; i < BUILT_MAX; i++) {
		struct built *at = &db->built[i];

		if (at->text != NULL && strcmp(at->text, text) == 0)
			return at;
		if (at->used < oldest->used)
			oldest = at;
	}
	return oldest;
}

/* Rows that somebody still reads keep their statement; it ends with them. */
static void
let_go(struct built *built)
{
	if (built->statement != NULL) {
		built->statement->cached = false;
		if (!built->statement->lent)
			statement_end(built->statement);
	}
	free(built->text);
	*built = (struct built){0};
}

void
built_end(struct db *db)
{
	for (size_t i = 0; i < BUILT_MAX; i++)
		let_go(&db->built[i]);
}

static enum db_phase
phase_of(const struct db *db)
{
	return db->tx == TX_NONE ? DB_PHASE_READ : DB_PHASE_IN_TRANSACTION;
}

static bool
prepare(struct db *db, struct built *built, const char *text, struct err *e)
{
	struct statement *statement = calloc(1, sizeof(*statement));

	let_go(built);
	built->statement = statement;
	built->text = strdup(text);
	if (statement != NULL) {
		statement->cached = true;
		statement->handle = mysql_stmt_init(db->mysql);
	}
	if (built->text == NULL || statement == NULL ||
	    statement->handle == NULL) {
		let_go(built);
		return err_set(e, ERR_TEMPORARY, "out of memory");
	}
	if (mysql_stmt_prepare(statement->handle, text, strlen(text)) == 0)
		return true;
	(void)db_fail(db, phase_of(db), mysql_stmt_errno(statement->handle),
		      mysql_stmt_error(statement->handle), NAME, e);
	let_go(built);
	return false;
}

bool
db_open_built(struct db *db, struct rows *rows, const char *text,
	      const struct bind *bind, size_t count, struct err *e)
{
	struct built *built;

	rows_end(rows);
	if (!db_ready(db, e))
		return false;
	if (OB_FAULT("db.statement"))
		return db_fail(db, phase_of(db), CR_SERVER_LOST,
			       "fault point db.statement", NAME, e);
	built = find(db, text);
	if ((built->text == NULL || strcmp(built->text, text) != 0 ||
	     built->statement->lent) &&
	    !prepare(db, built, text, e))
		return false;
	built->used = ++db->built_used;
	return statement_use(db, built->statement, phase_of(db), NAME, bind,
			     count, 0, rows, e);
}
