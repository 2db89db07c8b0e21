#ifndef OB_BASE_TEXT_H
#define OB_BASE_TEXT_H

/* UTF-8 text as shops and people write it (utf8proc does the tables). */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/strbuf.h"

/* True for well-formed UTF-8 without NUL. */
bool text_is_utf8(const char *text, size_t length);
/*
 * Unicode NFC; white-space controls become a space, other control and
 * zero-width characters go, runs of spaces collapse, ends are trimmed (FEATURES
 * Appends to out, which starts empty; ill-formed UTF-8 is ERR_INPUT.
 */
MUST_CHECK bool text_clean(const char *text, struct strbuf *out, struct err *e);
/* As text_clean, in full upper case: the key form of a SKU. */
MUST_CHECK bool text_key(const char *text, struct strbuf *out, struct err *e);
/* "&amp;" and numeric entities to characters; unknown ones stay. */
void text_decode_entities(const char *text, struct strbuf *out);
/* Upper-cases A to Z in place; other bytes stay. */
void text_upper_ascii(char *text);
/* Length in UTF-16 units, which is how Business Central measures a field. */
size_t text_utf16_length(const char *text);
/* The longest prefix, in bytes, of at most so many UTF-16 units. */
size_t text_utf16_prefix(const char *text, size_t units);
/* Case-insensitive (ASCII) search; NULL when absent. */
const char *text_find_nocase(const char *text, const char *part);
bool text_equal_nocase(const char *a, const char *b);
bool text_starts_nocase(const char *text, const char *prefix);
/* Copies, cutting at a character's edge; returns false when it was cut. */
bool text_copy(char *out, size_t room, const char *text);
/* Edit distance, for "did you mean"; both at most 64 bytes. */
size_t text_distance(const char *a, const char *b);
/*
 * Masks runs of 13 to 19 digits (blanks and dashes between them allowed) that
 * pass the Luhn test, but for the last four: no card number is ever stored
 * (FEATURES R-5). In place.
 */
void text_mask_cards(char *text);

#endif
