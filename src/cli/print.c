#include "cli/print.h"

#include <errno.h>
#include <libsmartcols.h>
#include <string.h>

#include "base/text.h"
#include "print_local.h"

static bool
is_table(const struct print *print)
{
	return print->call->format == FORMAT_TABLE;
}

/* The columns of --fields, in its order; all where it is not given. */
static bool
choose_columns(struct print *print, const struct column *columns, struct err *e)
{
	const char *list = call_text(print->call, "fields");
	AUTO(strbuf) known = STRBUF(2000);
	char name[64];

	print->all = columns;
	for (print->cells = 0; columns[print->cells].name; print->cells++)
		strbuf_addf(&known, print->cells ? ", %s" : "%s",
			    columns[print->cells].name);
	if (print->is_inner || list[0] == '\0') {
		for (size_t i = 0; i < print->cells; i++) {
			print->column[i] = &columns[i];
			print->place[i] = i;
		}
		print->columns = print->cells;
		return true;
	}
	while (config_list_next(&list, name, sizeof(name))) {
		size_t i = 0;

		while (columns[i].name && strcmp(columns[i].name, name) != 0)
			i++;
		if (columns[i].name == NULL ||
		    print->columns == PRINT_COLUMNS_MAX) {
			err_set(e, ERR_INPUT, "--fields: no column \"%s\"",
				name);
			return err_hint(e, "there are: %.230s", known.text);
		}
		print->place[print->columns] = i;
		print->column[print->columns++] = &columns[i];
	}
	return true;
}

static bool
out_of_memory(struct err *e)
{
	return err_set(e, ERR_TEMPORARY, "out of memory");
}

/* Bold headers on a terminal; the layout is the same in a pipe. */
static bool
open_table(struct print *print, struct err *e)
{
	struct libscols_table *table = scols_new_table();

	print->table = table;
	if (table == NULL)
		return out_of_memory(e);
	scols_table_set_stream(table, print->call->out);
	scols_table_set_column_separator(table, "  ");
	scols_table_enable_minout(table, 1);
	scols_table_enable_colors(table, print->call->color_out);
	scols_table_set_termforce(table, print->call->out_is_terminal
						 ? SCOLS_TERMFORCE_AUTO
						 : SCOLS_TERMFORCE_NEVER);
	for (size_t i = 0; i < print->columns; i++) {
		const bool wraps = i + 1 == print->columns &&
				   (print->column[i]->type == PRINT_TEXT ||
				    print->column[i]->type == PRINT_COMPUTED);
		char title[64];
		struct libscols_column *column;

		print_title(print->column[i], title);
		column = scols_table_new_column(table, title, 0.1,
						wraps ? SCOLS_FL_WRAP : 0);
		if (column == NULL)
			return out_of_memory(e);
		if (print->call->color_out)
			(void)scols_cell_set_color(
				scols_column_get_header(column), "\033[1m");
	}
	return true;
}

static bool
open(struct print *print, const struct column *columns, struct err *e)
{
	print->text.ceiling = (size_t)16 << 20;
	if (!choose_columns(print, columns, e))
		return false;
	return !is_table(print) || print->is_record || open_table(print, e);
}

bool
print_open(struct print *print, const struct call *call,
	   const struct column *columns, struct err *e)
{
	*print = (struct print){.call = call};
	return open(print, columns, e);
}

bool
print_open_record(struct print *print, const struct call *call,
		  const struct column *columns, struct err *e)
{
	*print = (struct print){.call = call, .is_record = true};
	return open(print, columns, e);
}

bool
print_open_inner(struct print *print, struct print *record, const char *name,
		 const struct column *columns, struct err *e)
{
	*print = (struct print){
		.call = record->call, .is_inner = true, .name = name};
	if (!open(print, columns, e))
		return false;
	print_text_inner_begins(print);
	return true;
}

static void
add_line(struct print *print, const struct cell *cell)
{
	struct libscols_line *line = scols_table_new_line(print->table, NULL);

	for (size_t i = 0; line != NULL && i < print->columns; i++) {
		AUTO(strbuf) text = STRBUF(64 * 1024);

		print_cell_for_people(&text, print->column[i],
				      &cell[print->place[i]]);
		if (scols_line_set_data(line, i, text.text) != 0)
			line = NULL;
	}
	if (line == NULL)
		(void)out_of_memory(&print->err);
}

/* Hands what was written so far to the stream. */
static void
flush(struct print *print)
{
	if (print->text.len > 0)
		(void)fwrite(print->text.text, 1, print->text.len,
			     print->call->out);
	print->text.len = 0;
}

void
print_row(struct print *print, const struct cell *cell, size_t count)
{
	if (print->err.class != ERR_NONE)
		return;
	if (count != print->cells) {
		err_set(&print->err, ERR_FATAL,
			"%zu cells for %zu columns, first %s", count,
			print->cells, print->column[0]->name);
		return;
	}
	if (is_table(print) && !print->is_record && !print->is_stream)
		add_line(print, cell);
	else
		print_text_row(print, cell);
	print->count++;
	flush(print);
	if (print->is_stream)
		(void)fflush(print->call->out);
}

static struct cell
cell_of(struct rows *rows, const struct column *column)
{
	const char *from = column->from != NULL ? column->from : column->name;

	if (column->type == PRINT_COMPUTED || rows_null(rows, from))
		return cell_null();
	switch (column->type) {
	case PRINT_TEXT:
		return cell_text(rows_borrow(rows, from, NULL));
	case PRINT_ID:
		return cell_id(rows_int(rows, from));
	case PRINT_COUNT:
		return cell_count(rows_int(rows, from));
	case PRINT_MONEY:
		return cell_money(rows_money(rows, from));
	case PRINT_QUANTITY:
		return cell_quantity(rows_quantity(rows, from));
	case PRINT_TIME:
		return cell_time(rows_time(rows, from));
	case PRINT_FLAG:
		return cell_flag(rows_flag(rows, from));
	case PRINT_SECONDS:
		return cell_seconds(rows_int(rows, from));
	case PRINT_COMPUTED:
		break;
	}
	return cell_null();
}

void
print_fill(struct print *print, struct rows *rows, struct cell *cell)
{
	for (size_t i = 0; i < print->cells; i++)
		cell[i] = cell_of(rows, &print->all[i]);
}

bool
print_rows(struct print *print, struct rows *rows, struct err *e)
{
	struct cell cell[PRINT_COLUMNS_MAX];

	while (rows_next(rows)) {
		print_fill(print, rows, cell);
		print_row(print, cell, print->cells);
	}
	return rows_check(rows, e);
}

static void
close_table(struct print *print)
{
	if (print->count > 0 && scols_print_table(print->table) != 0)
		err_set(&print->err, ERR_PERMANENT, "standard output: %s",
			strerror(errno));
	if (print->count == 0 && print->is_inner)
		strbuf_add(&print->text, "—\n");
	else if (print->count == 0)
		call_say(print->call, "nothing found");
}

bool
print_close(struct print *print, struct err *e)
{
	if (print->err.class == ERR_NONE && print->table != NULL &&
	    !print->is_stream)
		close_table(print);
	else if (print->err.class == ERR_NONE)
		print_text_close(print);
	flush(print);
	if (print->err.class == ERR_NONE)
		return strbuf_check(&print->text, e);
	*e = print->err;
	return false;
}

void
print_end(struct print *print)
{
	scols_unref_table(print->table);
	print->table = NULL;
	strbuf_end(&print->text);
}
