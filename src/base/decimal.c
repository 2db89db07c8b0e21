#include "decimal.h"

#include <string.h>

/* One digit more; values stay symmetric, so that each can be negated. */
static bool
push_digit(int64_t *value, int digit)
{
	return !__builtin_mul_overflow(*value, 10, value) &&
	       !__builtin_add_overflow(*value, digit, value);
}

static bool
too_large(const char *text, const struct decimal_rule *rule, struct err *e)
{
	return err_set(e, ERR_INPUT, "%s too large: '%.40s'", rule->noun, text);
}

/* digits, or digits "." digits */
static bool
well_formed(const char *text)
{
	static const char digits[] = "0123456789";
	size_t whole = strspn(text, digits);
	size_t fraction;

	if (whole == 0 || text[whole] == '\0')
		return whole > 0;
	fraction = strspn(text + whole + 1, digits);
	return text[whole] == '.' && fraction > 0 &&
	       text[whole + 1 + fraction] == '\0';
}

bool
decimal_parse(const char *text, const struct decimal_rule *rule, int64_t *out,
	      bool *rounded, struct err *e)
{
	bool negative = *text == '-';
	const char *p = text + negative;
	const char *rest;
	int64_t value = 0;
	int decimals = 0;

	if (!well_formed(p))
		return err_set(e, ERR_INPUT, "not %s %s: '%.40s'",
			       strchr("aeiou", rule->noun[0]) ? "an" : "a",
			       rule->noun, text);
	for (; *p != '\0' && *p != '.'; p++)
		if (!push_digit(&value, *p - '0'))
			return too_large(text, rule, e);
	rest = *p == '.' ? p + 1 : p;
	for (; decimals < rule->scale; decimals++)
		if (!push_digit(&value, *rest != '\0' ? *rest++ - '0' : 0))
			return too_large(text, rule, e);
	if (rounded != NULL)
		*rounded = rest[strspn(rest, "0")] != '\0';
	else if (rest[strspn(rest, "0")] != '\0')
		return err_set(e, ERR_INPUT, "%s: '%.40s'", rule->many, text);
	if (*rest >= '5' && __builtin_add_overflow(value, 1, &value))
		return too_large(text, rule, e);
	*out = negative ? -value : value;
	return true;
}

/* From the last digit to the first: lists print millions of amounts. */
void
decimal_text(int64_t value, int scale, int least, char out[DECIMAL_TEXT_MAX])
{
	uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	char digits[DECIMAL_TEXT_MAX];
	char *const end = digits + sizeof(digits), *at = end;

	*--at = '\0';
	for (; scale > least && size % 10 == 0; scale--)
		size /= 10;
	for (int i = scale; size > 0 || i >= 0; i--) {
		if (i == 0 && scale > 0)
			*--at = '.';
		*--at = (char)('0' + size % 10);
		size /= 10;
	}
	if (value < 0)
		*--at = '-';
	memcpy(out, at, (size_t)(end - at));
}

wide
decimal_divide(wide a, wide b)
{
	wide rest = a % b;
	wide away = a < 0 ? -1 : 1;

	if (rest * away >= b - rest * away)
		return a / b + away;
	return a / b;
}

bool
decimal_fits(wide value)
{
	return value <= INT64_MAX && value >= -INT64_MAX;
}
