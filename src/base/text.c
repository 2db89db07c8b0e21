#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

/* One character from text; *length is 0 when it is ill-formed. */
static utf8proc_int32_t
character_at(const char *text, size_t room, size_t *length)
{
	utf8proc_int32_t c = -1;
	utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)text,
						 (utf8proc_ssize_t)room, &c);

	*length = used > 0 ? (size_t)used : 0;
	return c;
}

static void
add_character(struct strbuf *out, utf8proc_int32_t c)
{
	utf8proc_uint8_t bytes[4];
	utf8proc_ssize_t used = utf8proc_encode_char(c, bytes);

	strbuf_addn(out, (const char *)bytes, (size_t)used);
}

bool
text_is_utf8(const char *text, size_t length)
{
	size_t used;

	for (size_t at = 0; at < length; at += used) {
		if (text[at] == '\0')
			return false;
		(void)character_at(text + at, length - at, &used);
		if (used == 0)
			return false;
	}
	return true;
}

/* Blanks of every width, and the controls that stand for white space. */
static bool
is_space(utf8proc_int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);

	return (c >= '\t' && c <= '\r') || c == 0x85 ||
	       category == UTF8PROC_CATEGORY_ZS ||
	       category == UTF8PROC_CATEGORY_ZL ||
	       category == UTF8PROC_CATEGORY_ZP;
}

/* Other controls, and what has no width: it would make equal texts differ. */
static bool
is_invisible(utf8proc_int32_t c)
{
	return utf8proc_category(c) == UTF8PROC_CATEGORY_CC ||
	       utf8proc_get_property(c)->ignorable;
}

/* Characters that stay, single spaces between them. */
static bool
strip(const char *text, struct strbuf *out, struct err *e)
{
	size_t length = strlen(text), used;
	bool space = false;

	for (size_t at = 0; at < length; at += used) {
		utf8proc_int32_t c =
			character_at(text + at, length - at, &used);

		if (used == 0)
			return err_set(e, ERR_INPUT, "not UTF-8 at byte %zu",
				       at + 1);
		if (is_space(c)) {
			space = out->len > 0;
			continue;
		}
		if (is_invisible(c))
			continue;
		if (space)
			strbuf_addn(out, " ", 1);
		space = false;
		strbuf_addn(out, text + at, used);
	}
	return strbuf_check(out, e);
}

/* Appends what utf8proc makes of a text. */
static bool
map(const char *text, utf8proc_option_t options, struct strbuf *out,
    struct err *e)
{
	utf8proc_uint8_t *mapped = NULL;
	utf8proc_ssize_t length =
		utf8proc_map((const utf8proc_uint8_t *)text, 0, &mapped,
			     UTF8PROC_NULLTERM | UTF8PROC_STABLE | options);

	if (length < 0)
		return err_set(e, ERR_TEMPORARY, "text: %s",
			       utf8proc_errmsg(length));
	strbuf_addn(out, (const char *)mapped, (size_t)length);
	free(mapped);
	return strbuf_check(out, e);
}

static bool
is_ascii(const struct strbuf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if ((unsigned char)text->text[i] >= 0x80)
			return false;
	return true;
}

bool
text_clean(const char *text, struct strbuf *out, struct err *e)
{
	AUTO(strbuf) kept = STRBUF(out->ceiling);

	if (!strip(text, &kept, e))
		return false;
	/* ASCII is composed already, and most of what comes is ASCII. */
	if (!is_ascii(&kept))
		return map(strbuf_text(&kept), UTF8PROC_COMPOSE, out, e);
	strbuf_addn(out, strbuf_text(&kept), kept.len);
	return strbuf_check(out, e);
}

/*
 * Full upper case by way of full case folding, which knows that one character
 * can become two (ß is SS); utf8proc's own upper-casing is one to one.
 */
bool
text_key(const char *text, struct strbuf *out, struct err *e)
{
	AUTO(strbuf) kept = STRBUF(out->ceiling);
	AUTO(strbuf) folded = STRBUF(out->ceiling);
	AUTO(strbuf) upper = STRBUF(out->ceiling);
	size_t used;

	if (!strip(text, &kept, e) ||
	    !map(strbuf_text(&kept), UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD,
		 &folded, e))
		return false;
	for (size_t at = 0; at < folded.len; at += used)
		add_character(&upper, utf8proc_toupper(character_at(
					      folded.text + at, folded.len - at,
					      &used)));
	return strbuf_check(&upper, e) &&
	       map(strbuf_text(&upper), UTF8PROC_COMPOSE, out, e);
}

size_t
text_utf16_length(const char *text)
{
	size_t units = 0;

	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte < 0x80 || byte >= 0xC0)
			units += byte >= 0xF0 ? 2 : 1;
	}
	return units;
}

/* Bytes that follow the first one of a character. */
static size_t
character_length(const char *text)
{
	size_t length = 1;

	while (((unsigned char)text[length] & 0xC0) == 0x80)
		length++;
	return length;
}

size_t
text_utf16_prefix(const char *text, size_t units)
{
	size_t at = 0;

	while (text[at] != '\0') {
		size_t width = (unsigned char)text[at] >= 0xF0 ? 2 : 1;

		if (width > units)
			break;
		units -= width;
		at += character_length(text + at);
	}
	return at;
}

bool
text_copy(char *out, size_t room, const char *text)
{
	size_t length = strlen(text);
	size_t cut = length < room ? length : room - 1;

	while (cut > 0 && cut < length &&
	       ((unsigned char)text[cut] & 0xC0) == 0x80)
		cut--;
	memcpy(out, text, cut);
	out[cut] = '\0';
	return cut == length;
}
