#include "base/row_out.h"

#include <string.h>

#include <utf8proc.h>

#include "base/text.h"

/* Bytes that a JSON text may hold as they are. */
static bool
is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

static void
add_escape(struct strbuf *out, char byte)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *short_form = strchr(from, byte);

	if (short_form != NULL)
		strbuf_addf(out, "\\%c", to[short_form - from]);
	else
		strbuf_addf(out, "\\u%04x", (unsigned int)byte);
}

/* One character beyond ASCII; returns its length in bytes. */
static size_t
add_wide(struct strbuf *out, const char *text)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t used =
		utf8proc_iterate((const utf8proc_uint8_t *)text,
				 (utf8proc_ssize_t)strnlen(text, 4), &c);

	if (used <= 0) {
		strbuf_addn(out, "\xEF\xBF\xBD", 3);
		return 1;
	}
	strbuf_addn(out, text, (size_t)used);
	return (size_t)used;
}

void
json_out_text(struct strbuf *out, const char *text)
{
	size_t plain = 0;
	char *at;

	while (is_plain((unsigned char)text[plain]))
		plain++;
	/* Most are: written at once. */
	if (text[plain] == '\0') {
		at = strbuf_extend(out, plain + 2);
		if (at != NULL) {
			at[0] = at[plain + 1] = '"';
			memcpy(at + 1, text, plain);
		}
		return;
	}
	strbuf_addn(out, "\"", 1);
	while (*text != '\0') {
		size_t run = 0;

		while (is_plain((unsigned char)text[run]))
			run++;
		strbuf_addn(out, text, run);
		text += run;
		if ((unsigned char)*text >= 0x80)
			text += add_wide(out, text);
		else if (*text != '\0')
			add_escape(out, *text++);
	}
	strbuf_addn(out, "\"", 1);
}

void
json_out_time(struct strbuf *out, utc_ms at)
{
	if (at == 0) {
		strbuf_add(out, "null");
		return;
	}
	strbuf_add(out, "\"");
	strbuf_add_time(out, at);
	strbuf_add(out, "\"");
}

/* What a spreadsheet begins a formula with, and the full-width twins of it. */
static const char *const formula_starts[] = {
	"=",
	"+",
	"-",
	"@",
	"\t",
	"\r",
	"\xEF\xBC\x9D",
	"\xEF\xBC\x8B",
	"\xEF\xBC\x8D",
	"\xEF\xBC\xA0",
};

bool
csv_is_formula(const char *text)
{
	text += strspn(text, "'");
	for (size_t i = 0; i < COUNT_OF(formula_starts); i++)
		if (strncmp(text, formula_starts[i],
			    strlen(formula_starts[i])) == 0)
			return true;
	return false;
}

void
csv_out_field(struct strbuf *out, const char *text, bool is_number)
{
	bool guarded = !is_number && csv_is_formula(text);
	const char *guard = guarded ? "'" : "";

	if (text[strcspn(text, ",\"\r\n")] == '\0') {
		strbuf_addf(out, "%s%s", guard, text);
		return;
	}
	strbuf_addf(out, "\"%s", guard);
	while (*text != '\0') {
		size_t run = strcspn(text, "\"");

		strbuf_addn(out, text, run);
		text += run;
		if (*text == '\0')
			break;
		strbuf_addn(out, "\"\"", 2);
		text++;
	}
	strbuf_addn(out, "\"", 1);
}

/* Words that YAML 1.1 or 1.2 reads as null, true, false. */
static bool
is_yaml_word(const char *text)
{
	static const char *const words[] = {"null", "true", "false", "yes",
					    "no",   "on",   "off",   "y",
					    "n",    "nan",  "inf"};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (text_equal_nocase(text, words[i]))
			return true;
	return false;
}

/*
 * A plain scalar is one that begins with a letter and holds nothing that has a
 * meaning in YAML; all else is a JSON text, which YAML reads as such.
 */
void
yaml_out_text(struct strbuf *out, const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz";
	static const char others[] = "0123456789 _./()+@-";
	const char *at = text;
	size_t length = strlen(text);

	if (length > 0 && strchr(letters, *text) != NULL)
		while (*at != '\0' && (strchr(letters, *at) != NULL ||
				       strchr(others, *at) != NULL))
			at++;
	if (length == 0 || at != text + length || at[-1] == ' ' ||
	    is_yaml_word(text))
		json_out_text(out, text);
	else
		strbuf_addn(out, text, length);
}
