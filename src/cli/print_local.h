#ifndef OB_CLI_PRINT_LOCAL_H
#define OB_CLI_PRINT_LOCAL_H

/* What print.c and print_text.c share: all formats but the table. */

#include "cli/print.h"

/* "last push": the header of a column. */
void print_title(const struct column *column, char out[64]);
/* A cell as a table shows it; control characters are escaped. */
void print_cell_for_people(struct strbuf *out, const struct column *column,
			   const struct cell *cell);
/* One row in the call's format, appended to print->text. */
void print_text_row(struct print *print, const struct cell *cell);
/* What stands before the rows of an inner list, and behind those of any. */
void print_text_inner_begins(struct print *print);
void print_text_close(struct print *print);

#endif
