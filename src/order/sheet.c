#include "sheet.h"

#include <stdlib.h>
#include <string.h>

#include "base/row_out.h"

/* Of one statement: the server takes packets of 16 MiB. */
enum { PIECE_ROWS = 2000, PIECE_BYTES = 4 << 20 };

void
sheet_add(struct sheet *sheet, const struct bind *bind, size_t count)
{
	size_t room = sheet->room ? sheet->room * 2 : 16;

	sheet->columns = count;
	if (sheet->rows == sheet->room) {
		struct bind *more =
			realloc(sheet->bind, room * count * sizeof(*more));

		if (more == NULL) {
			sheet->failed = true;
			return;
		}
		sheet->bind = more;
		sheet->room = room;
	}
	memcpy(sheet->bind + sheet->rows * count, bind, count * sizeof(*bind));
	sheet->rows++;
}

static bool
sheet_check(const struct sheet *sheet, struct err *e)
{
	return !sheet->failed ||
	       err_set(e, ERR_TEMPORARY, "no memory for %zu rows", sheet->rows);
}

/* A value that the server shortened is a defect of ours, not a detail. */
static bool
check_exact(const struct db *db, size_t rows, struct err *e)
{
	return db_warnings(db) == 0 ||
	       err_set(e, ERR_PERMANENT,
		       "the database shortened a value in %zu rows", rows);
}

/* How many rows from here on go well into one packet. */
static size_t
piece_of(const struct sheet *sheet, size_t from)
{
	size_t bytes = 0, rows = 0;

	while (from + rows < sheet->rows && rows < PIECE_ROWS) {
		const struct bind *row =
			sheet->bind + (from + rows) * sheet->columns;

		for (size_t i = 0; i < sheet->columns; i++)
			bytes += row[i].length;
		if (bytes > PIECE_BYTES && rows > 0)
			break;
		rows++;
	}
	return rows;
}

bool
sheet_run(const struct sheet *sheet, struct db *db, enum sql_id id,
	  struct err *e)
{
	if (!sheet_check(sheet, e))
		return false;
	for (size_t from = 0; from < sheet->rows;) {
		size_t rows = piece_of(sheet, from);

		if (!db_run_many(db, id, sheet->bind + from * sheet->columns,
				 sheet->columns, rows, e) ||
		    !check_exact(db, rows, e))
			return false;
		from += rows;
	}
	return true;
}

bool
sheet_open(const struct sheet *sheet, struct db *db, enum sql_id id,
	   struct rows *rows, struct err *e)
{
	return sheet_check(sheet, e) &&
	       db_open_many(db, rows, id, sheet->bind, sheet->columns,
			    sheet->rows, e) &&
	       check_exact(db, sheet->rows, e);
}

void
sheet_end(struct sheet *sheet)
{
	free(sheet->bind);
	*sheet = (struct sheet){0};
}

void
list_add_text(struct strbuf *list, const char *text)
{
	strbuf_add(list, list->len ? "," : "[");
	json_out_text(list, text);
}

void
list_add_id(struct strbuf *list, int64_t id)
{
	strbuf_addf(list, "%s%lld", list->len ? "," : "[", (long long)id);
}

bool
list_close(struct strbuf *list, struct err *e)
{
	strbuf_add(list, list->len ? "]" : "[]");
	return strbuf_check(list, e);
}
