#ifndef OB_APP_ROFF_H
#define OB_APP_ROFF_H

/* Manual pages in man(7), made from the tables of settings and commands. */

#include "base/strbuf.h"

/* The .TH line of a page: roff_title(out, "orderbridge-site-add", "1"). */
void roff_title(struct strbuf *out, const char *page, const char *section);
/* A heading: roff_section(out, "EXAMPLES"). */
void roff_section(struct strbuf *out, const char *name);
/* Text as it stands, with what is `quoted` in bold; no line break at its end.
 */
void roff_text(struct strbuf *out, const char *text);
/* A paragraph of such text. */
void roff_paragraph(struct strbuf *out, const char *text);
/* A term in bold and, indented below it, what it means. */
void roff_term(struct strbuf *out, const char *term, const char *text);

#endif
