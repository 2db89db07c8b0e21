#include <errmsg.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "local.h"

void
statement_end(struct statement *statement)
{
	if (statement == NULL)
		return;
	if (statement->handle)
		mysql_stmt_close(statement->handle);
	free(statement);
}

static enum db_phase
phase_of(const struct db *db, enum sql_id id)
{
	if (db->tx != TX_NONE)
		return DB_PHASE_IN_TRANSACTION;
	/* What a session was told goes with it. */
	if (strncmp(sql_text[id].text, "SELECT ", 7) == 0 ||
	    strncmp(sql_text[id].text, "SET SESSION ", 12) == 0)
		return DB_PHASE_READ;
	return DB_PHASE_STATEMENT;
}

/* Tells the statement's error; a statement that is kept is made fit again. */
static bool
fail(struct db *db, struct statement *statement, enum db_phase phase,
     const char *name, struct err *e)
{
	MYSQL *const before = db->mysql;
	const bool kept = statement->cached;

	db_fail(db, phase, mysql_stmt_errno(statement->handle),
		mysql_stmt_error(statement->handle), name, e);
	if (!kept)
		statement_end(statement);
	else if (db->mysql == before)
		mysql_stmt_free_result(statement->handle);
	return false;
}

/*
 * Each statement is prepared once a connection. While somebody still reads rows
 * from it, a second reader gets one of their own.
 */
static bool
prepare(struct db *db, enum sql_id id, struct statement **out, struct err *e)
{
	const char *text = sql_text[id].text;
	struct statement *statement = db->prepared[id];

	*out = statement;
	if (statement && !statement->lent)
		return true;
	statement = calloc(1, sizeof(*statement));
	if (statement)
		statement->handle = mysql_stmt_init(db->mysql);
	if (statement == NULL || statement->handle == NULL) {
		statement_end(statement);
		return err_set(e, ERR_TEMPORARY, "out of memory");
	}
	if (mysql_stmt_prepare(statement->handle, text, strlen(text)))
		return fail(db, statement, phase_of(db, id), sql_text[id].name,
			    e);
	if (db->prepared[id] == NULL) {
		statement->cached = true;
		db->prepared[id] = statement;
	}
	*out = statement;
	return true;
}

static bool
check_count(const struct statement *statement, const char *name, size_t columns,
	    struct err *e)
{
	const size_t wanted = mysql_stmt_param_count(statement->handle);

	if (columns == wanted)
		return true;
	err_set(e, ERR_FATAL, "%s: %zu values for %zu places", name, columns,
		wanted);
	return err_as(e, OB_DATABASE);
}

/* Sends it and reads the answer to its end: with RETURNING, an error of a bound
 * row shows only there, after an execute that "succeeded". */
static bool
execute(struct statement *statement, const struct binding *binding,
	unsigned rows)
{
	MYSQL_STMT *handle = statement->handle;

	mysql_stmt_attr_set(handle, STMT_ATTR_ARRAY_SIZE, &rows);
	if (binding->column && mysql_stmt_bind_param(handle, binding->column))
		return false;
	if (mysql_stmt_execute(handle))
		return false;
	return mysql_stmt_field_count(handle) == 0 ||
	       mysql_stmt_store_result(handle) == 0;
}

static void
keep_figures(struct db *db, const struct statement *statement)
{
	db->error = 0;
	db->may_repeat = false;
	db->changed = mysql_stmt_affected_rows(statement->handle);
	db->last_id = (int64_t)mysql_stmt_insert_id(statement->handle);
	db->warnings = mysql_warning_count(db->mysql);
}

bool
statement_use(struct db *db, struct statement *statement, enum db_phase phase,
	      const char *name, const struct bind *bind, size_t columns,
	      size_t rows, struct rows *out, struct err *e)
{
	AUTO(binding) binding = {0};

	if (!check_count(statement, name, columns, e) ||
	    !binding_make(&binding, bind, columns, rows, db->max_packet, e)) {
		if (!statement->cached)
			statement_end(statement);
		return false;
	}
	if (!execute(statement, &binding, (unsigned)rows))
		return fail(db, statement, phase, name, e);
	keep_figures(db, statement);
	if (out)
		return rows_take(out, statement, e);
	mysql_stmt_free_result(statement->handle);
	if (!statement->cached)
		statement_end(statement);
	return true;
}

bool
statement_run(struct db *db, enum sql_id id, const struct bind *bind,
	      size_t columns, size_t rows, struct rows *out, struct err *e)
{
	struct statement *statement;

	return prepare(db, id, &statement, e) &&
	       statement_use(db, statement, phase_of(db, id), sql_text[id].name,
			     bind, columns, rows, out, e);
}

/* A statement of a caller: on a connection that is fit for it. */
static bool
run(struct db *db, enum sql_id id, const struct bind *bind, size_t columns,
    size_t rows, struct rows *out, struct err *e)
{
	if (!db_ready(db, e))
		return false;
	if (OB_FAULT("db.statement"))
		return db_fail(db, phase_of(db, id), CR_SERVER_LOST,
			       "fault point db.statement", sql_text[id].name,
			       e);
	return statement_run(db, id, bind, columns, rows, out, e);
}

bool
db_run(struct db *db, enum sql_id id, const struct bind *bind, size_t count,
       struct err *e)
{
	return run(db, id, bind, count, 0, NULL, e);
}

bool
db_open(struct db *db, struct rows *rows, enum sql_id id,
	const struct bind *bind, size_t count, struct err *e)
{
	rows_end(rows);
	return run(db, id, bind, count, 0, rows, e);
}

/*
 * Whether the server takes all bound rows as one statement. Others (UPDATE) it
 * repeats row after row, and what came before a row that fails would stay.
 */
static bool
is_all_or_none(enum sql_id id)
{
	const char *text = sql_text[id].text;

	return strncmp(text, "INSERT ", 7) == 0 && strstr(text, "VALUES (");
}

static bool
run_in_transaction(struct db *db, enum sql_id id, const struct bind *bind,
		   size_t columns, size_t rows, struct err *e)
{
	if (!db_begin(db, e))
		return false;
	if (run(db, id, bind, columns, rows, NULL, e))
		return db_commit(db, e);
	db_rollback(db);
	return false;
}

static bool
run_in_savepoint(struct db *db, enum sql_id id, const struct bind *bind,
		 size_t columns, size_t rows, struct err *e)
{
	struct err undo;
	unsigned error;

	if (!db_ready(db, e) ||
	    !db_run_plain(db, DB_PHASE_IN_TRANSACTION, SQL_SAVEPOINT_MANY, e))
		return false;
	if (run(db, id, bind, columns, rows, NULL, e))
		return true;
	error = db->error;
	/* A transaction that is broken goes as a whole. */
	if (db->tx == TX_OPEN && db_run_plain(db, DB_PHASE_IN_TRANSACTION,
					      SQL_SAVEPOINT_MANY_UNDO, &undo))
		db->error = error;
	return false;
}

bool
db_run_many(struct db *db, enum sql_id id, const struct bind *bind,
	    size_t columns, size_t rows, struct err *e)
{
	db->changed = 0;
	if (rows == 0)
		return true;
	if (is_all_or_none(id))
		return run(db, id, bind, columns, rows, NULL, e);
	if (db->tx == TX_NONE)
		return run_in_transaction(db, id, bind, columns, rows, e);
	return run_in_savepoint(db, id, bind, columns, rows, e);
}

bool
db_open_many(struct db *db, struct rows *rows, enum sql_id id,
	     const struct bind *bind, size_t columns, size_t count,
	     struct err *e)
{
	rows_end(rows);
	if (count == 0)
		return true;
	return run(db, id, bind, columns, count, rows, e);
}

uint64_t
db_changed(const struct db *db)
{
	return db->changed;
}

int64_t
db_last_id(const struct db *db)
{
	return db->last_id;
}

unsigned
db_warnings(const struct db *db)
{
	return db->warnings;
}
