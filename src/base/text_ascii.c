#include "base/text.h"

#include <string.h>
#include <strings.h>

void
text_upper_ascii(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'a' && *text <= 'z')
			*text = (char)(*text - 'a' + 'A');
}

const char *
text_find_nocase(const char *text, const char *part)
{
	return strcasestr(text, part);
}

bool
text_equal_nocase(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

bool
text_starts_nocase(const char *text, const char *prefix)
{
	return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

enum { WORD_MAX = 64 };

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

size_t
text_distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1];
	size_t a_length = strnlen(a, WORD_MAX), b_length = strnlen(b, WORD_MAX);

	for (size_t j = 0; j <= b_length; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			size_t above = row[j];

			row[j] = least(above + 1, row[j - 1] + 1,
				       diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[b_length];
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Luhn's sum over the digits of a stretch, blanks and dashes passed over. */
static bool
luhn_holds(const char *from, const char *to)
{
	int sum = 0;
	bool twice = false;

	while (to > from) {
		int digit = *--to - '0';

		if (!is_digit(*to))
			continue;
		if (twice)
			digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
		sum += digit;
		twice = !twice;
	}
	return sum % 10 == 0;
}

/* Where the longest card number that begins here ends; NULL: there is none. */
static char *
card_end(char *from)
{
	char *end = NULL;
	int digits = 0;

	for (char *at = from; is_digit(*at) || *at == ' ' || *at == '-'; at++) {
		if (!is_digit(*at))
			continue;
		if (++digits > 19)
			break;
		if (digits >= 13 && !is_digit(at[1]) &&
		    luhn_holds(from, at + 1))
			end = at + 1;
	}
	return end;
}

void
text_mask_cards(char *text)
{
	for (char *at = text; *at != '\0'; at++) {
		bool starts =
			is_digit(*at) && (at == text || !is_digit(at[-1]));
		char *end = starts ? card_end(at) : NULL;
		int shown = 4;

		if (end == NULL)
			continue;
		for (char *digit = end - 1; digit >= at; digit--)
			if (is_digit(*digit) && --shown < 0)
				*digit = '*';
		at = end - 1;
	}
}
