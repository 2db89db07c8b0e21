#include <string.h>

#include "base/row_out.h"
#include "base/strbuf.h"
#include "db/migrate.h"
#include "db/sql.h"
#include "local.h"

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyz_0123456789"

enum { NAME_MAX_BYTES = 65, LISTED_MAX = 400, WANTED_MAX = 1 << 20 };

static const char create_table[] = "CREATE TABLE IF NOT EXISTS ";
static const char alter_table[] = "ALTER TABLE ";
static const char add_column[] = "ADD COLUMN IF NOT EXISTS ";

/* The name at the beginning of a text; a keyword is none. */
static bool
take_name(const char *text, char out[NAME_MAX_BYTES])
{
	const size_t length = strspn(text, NAME_LETTERS);

	if (length == 0 || length >= NAME_MAX_BYTES)
		return false;
	memcpy(out, text, length);
	out[length] = '\0';
	return true;
}

/* {"t":"rm_order","c":"id"} */
static void
want(struct strbuf *out, const char *table, const char *text)
{
	char column[NAME_MAX_BYTES];

	if (!take_name(text, column))
		return;
	strbuf_add(out, out->len > 0 ? ",{\"t\":" : "{\"t\":");
	json_out_text(out, table);
	strbuf_add(out, ",\"c\":");
	json_out_text(out, column);
	strbuf_add(out, "}");
}

/* What stands between the outer parentheses, part by part. */
static void
want_definitions(struct strbuf *out, const char *table, const char *text)
{
	unsigned depth = 0;
	bool is_quoted = false;

	for (; *text != '\0'; text++) {
		if (*text == '\'')
			is_quoted = !is_quoted;
		if (is_quoted)
			continue;
		depth += *text == '(';
		depth -= *text == ')';
		if (depth == 0)
			return;
		if (depth == 1 && (*text == '(' || *text == ','))
			want(out, table, text + 1 + strspn(text + 1, " "));
	}
}

static void
want_step(struct strbuf *out, const char *text)
{
	char table[NAME_MAX_BYTES];

	if (strncmp(text, create_table, strlen(create_table)) == 0) {
		text += strlen(create_table);
		if (take_name(text, table) && strchr(text, '(') != NULL)
			want_definitions(out, table, strchr(text, '('));
		return;
	}
	if (strncmp(text, alter_table, strlen(alter_table)) != 0 ||
	    !take_name(text + strlen(alter_table), table))
		return;
	while ((text = strstr(text, add_column)) != NULL) {
		text += strlen(add_column);
		want(out, table, text);
	}
}

static bool
lacks(struct rows *rows, struct err *e)
{
	AUTO(strbuf) list = STRBUF(LISTED_MAX);

	while (rows_next(rows) && list.len < LISTED_MAX / 2)
		strbuf_addf(&list, "%s%s", list.len > 0 ? ", " : "",
			    rows_borrow(rows, "name", NULL));
	if (!rows_check(rows, e))
		return false;
	err_set(e, ERR_FATAL, "the database has lost %s%s", strbuf_text(&list),
		rows_next(rows) ? " and more" : "");
	err_as(e, OB_SCHEMA);
	return err_hint(e, "restore the backup: orderbridge migrate makes "
			   "nothing a second time");
}

bool
db_schema_compare(struct db *db, struct err *e)
{
	AUTO(strbuf) wanted = STRBUF(WANTED_MAX);
	AUTO(strbuf) list = STRBUF(WANTED_MAX);
	AUTO(rows) rows = ROWS;

	for (size_t i = 0; i < migration_steps; i++)
		want_step(&wanted, migration_step[i].text);
	strbuf_addf(&list, "[%s]", strbuf_text(&wanted));
	if (!strbuf_check(&wanted, e) || !strbuf_check(&list, e) ||
	    !db_open(db, &rows, SQL_SCHEMA_LACKS, BINDS(bind_text(list.text)),
		     e))
		return err_in(e, "compare the tables");
	return rows.count == 0 || lacks(&rows, e);
}
