#include "order/address.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

/*
 * The forms of FEATURES 8.12's countries. 9 is a digit, A a letter, X either,
 * C a letter of Canadian codes; a small letter and another digit stand for
 * themselves; blank and dash are put in. prefix: what people write before it
 * in place of the country's code.
 */
struct form {
	char country[3];
	const char *prefix;
	const char *text;
};

static const struct form forms[] = {
	{"AT", "A", "9999"},     {"AU", "", "9999"},
	{"BE", "B", "9999"},     {"BR", "", "99999-999"},
	{"CA", "", "C9C 9C9"},   {"CH", "", "9999"},
	{"CZ", "", "999 99"},    {"DE", "D", "99999"},
	{"DK", "", "9999"},      {"ES", "E", "99999"},
	{"FI", "", "99999"},     {"FR", "F", "99999"},
	{"GB", "", "A9 9AA"},    {"GB", "", "A99 9AA"},
	{"GB", "", "AA9 9AA"},   {"GB", "", "AA99 9AA"},
	{"GB", "", "A9A 9AA"},   {"GB", "", "AA9A 9AA"},
	{"GB", "", "gir 0aa"},   {"IE", "", "A99 XXXX"},
	{"IE", "", "d6w XXXX"},  {"IN", "", "999999"},
	{"IT", "I", "99999"},    {"JP", "", "999-9999"},
	{"LU", "L", "9999"},     {"MX", "", "99999"},
	{"NL", "", "9999 AA"},   {"NO", "N", "9999"},
	{"NZ", "", "9999"},      {"PL", "", "99-999"},
	{"PT", "P", "9999-999"}, {"SE", "S", "999 99"},
	{"US", "", "99999"},     {"US", "", "99999-9999"},
	{"ZA", "", "9999"},
};

static bool
fits(char form, char c)
{
	switch (form) {
	case '9':
		return c >= '0' && c <= '9';
	case 'A':
		return c >= 'A' && c <= 'Z';
	case 'C':
		return c >= 'A' && c <= 'Z' && strchr("DFIOQU", c) == NULL;
	case 'X':
		return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
	default:
		return toupper((unsigned char)form) == c;
	}
}

/* Fills the form with the bare characters; false when they do not fit it. */
static bool
fill(const char *form, const char *bare, char *out, size_t room)
{
	size_t used = 0;

	for (; *form != '\0' && used + 1 < room; form++) {
		if (*form == ' ' || *form == '-')
			out[used++] = *form;
		else if (*bare == '\0' || !fits(*form, *bare))
			return false;
		else
			out[used++] = *bare++;
	}
	out[used] = '\0';
	return *form == '\0' && *bare == '\0';
}

/* Without blanks and dashes; false when it is longer than any form. */
static bool
strip(const char *text, char *out, size_t room)
{
	size_t used = 0;

	for (; *text != '\0'; text++) {
		if (*text == ' ' || *text == '-')
			continue;
		if (used + 1 == room)
			return false;
		out[used++] = *text;
	}
	out[used] = '\0';
	return true;
}

/* "D-50667", as it stands on European envelopes, is "50667". */
static const char *
without_prefix(const char *prefix, const char *text)
{
	size_t length = strlen(prefix);

	return length > 0 && strncmp(text, prefix, length) == 0 &&
			       text[length] == '-'
		       ? text + length + 1
		       : text;
}

bool
postcode_format(const char *country, const char *text, char *out, size_t room)
{
	bool has_form = false;
	char upper[64], bare[32];

	(void)text_copy(out, room, text);
	text_upper_ascii(out);
	(void)text_copy(upper, sizeof(upper), out);
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		const struct form *form = &forms[i];
		const char *begin;

		if (strcmp(form->country, country) != 0)
			continue;
		has_form = true;
		begin = without_prefix(country,
				       without_prefix(form->prefix, upper));
		if (strip(begin, bare, sizeof(bare)) &&
		    fill(form->text, bare, out, room))
			return true;
	}
	if (has_form)
		(void)text_copy(out, room, upper);
	return !has_form || (out[0] == '\0' && strcmp(country, "IE") == 0);
}
