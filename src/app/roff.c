#include "app/roff.h"

#include <string.h>

void
roff_title(struct strbuf *out, const char *page, const char *section)
{
	strbuf_addf(out, ".TH \"%s\" %s \"\" \"%s\" \"%s\"\n.nh\n.ad l\n", page,
		    section, PACKAGE_STRING, PACKAGE_NAME);
}

void
roff_section(struct strbuf *out, const char *name)
{
	strbuf_addf(out, ".SH %s\n", name);
}

void
roff_text(struct strbuf *out, const char *text)
{
	bool bold = false;

	/* A dot or quote in front would begin a request. */
	if (text[0] == '.' || text[0] == '\'')
		strbuf_add(out, "\\&");
	for (; *text != '\0'; text++) {
		if (*text == '`') {
			bold = !bold;
			strbuf_add(out, bold ? "\\fB" : "\\fR");
		} else if (*text == '\\') {
			strbuf_add(out, "\\e");
		} else if (*text == '-') {
			strbuf_add(out, "\\-");
		} else if (*text == '\n' &&
			   (text[1] == '.' || text[1] == '\'')) {
			strbuf_add(out, "\n\\&");
		} else {
			strbuf_addn(out, text, 1);
		}
	}
}

void
roff_paragraph(struct strbuf *out, const char *text)
{
	strbuf_add(out, ".PP\n");
	roff_text(out, text);
	strbuf_add(out, "\n");
}

void
roff_term(struct strbuf *out, const char *term, const char *text)
{
	strbuf_add(out, ".TP\n\\fB");
	roff_text(out, term);
	strbuf_add(out, "\\fR\n");
	roff_text(out, text);
	strbuf_add(out, "\n");
}
