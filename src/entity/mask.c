#include <ctype.h>
#include <string.h>

#include "local.h"

/*
 * Of each word its first letter and a full stop; a word that begins with
 * anything else becomes "*", so that no digit of a phone number or a house is
 * left. Of an address for mail the first letter, "j***@***".
 */

enum { WORDS_MAX = 8 };

static size_t
character(const char *text)
{
	size_t length = 1;

	while (((unsigned char)text[length] & 0xC0) == 0x80)
		length++;
	return length;
}

static bool
is_letter(const char *text)
{
	const unsigned char c = (unsigned char)*text;

	return c >= 0x80 || isalpha(c);
}

static void
add_word(struct strbuf *out, const char *word)
{
	if (!is_letter(word)) {
		strbuf_add(out, "*");
		return;
	}
	strbuf_addn(out, word, character(word));
	strbuf_add(out, ".");
}

void
mask_add(struct strbuf *out, const char *text)
{
	static const char blank[] = " \t,;/";

	if (strchr(text, '@') != NULL) {
		if (is_letter(text))
			strbuf_addn(out, text, character(text));
		strbuf_add(out, "***@***");
		return;
	}
	for (size_t words = 0; words < WORDS_MAX; words++) {
		text += strspn(text, blank);
		if (*text == '\0')
			return;
		strbuf_add(out, words == 0 ? "" : " ");
		add_word(out, text);
		text += strcspn(text, blank);
	}
}
