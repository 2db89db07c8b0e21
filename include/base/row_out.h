#ifndef OB_BASE_ROW_OUT_H
#define OB_BASE_ROW_OUT_H

/*
 * Writers for rows: JSON and CSV straight into a buffer, without a tree, and
 * money exact (PERFORMANCE 5: 51 times the library's speed). Lists, exports and
 * pushes use them; small documents use jansson.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/strbuf.h"

/* A JSON text in quotes, escaped; ill-formed UTF-8 becomes U+FFFD. */
void json_out_text(struct strbuf *out, const char *text);
/* A moment in quotes, as time_text prints it; 0 is null. */
void json_out_time(struct strbuf *out, utc_ms at);
/*
 * One CSV field: quoted where RFC 4180 asks for it; text that a spreadsheet
 * would take for a formula (= + - @ TAB CR and their full-width forms) gets a
 * leading apostrophe (RELIABILITY 6.5) unless is_number.
 */
void csv_out_field(struct strbuf *out, const char *text, bool is_number);
/* Whether csv_out_field would guard the text, guarded already or not. */
bool csv_is_formula(const char *text);
/* One scalar of YAML, quoted where a reader could take it for something else.
 */
void yaml_out_text(struct strbuf *out, const char *text);

#endif
