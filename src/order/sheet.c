#include "sheet.h"

#include <stdlib.h>
#include <string.h>

#include "base/row_out.h"

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

bool
sheet_run(const struct sheet *sheet, struct db *db, enum sql_id id,
	  struct err *e)
{
	return sheet_check(sheet, e) &&
	       db_run_many(db, id, sheet->bind, sheet->columns, sheet->rows, e);
}

bool
sheet_open(const struct sheet *sheet, struct db *db, enum sql_id id,
	   struct rows *rows, struct err *e)
{
	return sheet_check(sheet, e) &&
	       db_open_many(db, rows, id, sheet->bind, sheet->columns,
			    sheet->rows, e);
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
