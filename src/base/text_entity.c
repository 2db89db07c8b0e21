#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

/* HTML's names of U+00A0 to U+00FF, in order. */
static const char *const latin[] = {
	"nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar",
	"sect",   "uml",    "copy",   "ordf",   "laquo",  "not",    "shy",
	"reg",    "macr",   "deg",    "plusmn", "sup2",   "sup3",   "acute",
	"micro",  "para",   "middot", "cedil",  "sup1",   "ordm",   "raquo",
	"frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",
	"Atilde", "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute",
	"Ecirc",  "Euml",   "Igrave", "Iacute", "Icirc",  "Iuml",   "ETH",
	"Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde", "Ouml",   "times",
	"Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",
	"szlig",  "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",
	"aelig",  "ccedil", "egrave", "eacute", "ecirc",  "euml",   "igrave",
	"iacute", "icirc",  "iuml",   "eth",    "ntilde", "ograve", "oacute",
	"ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave", "uacute",
	"ucirc",  "uuml",   "yacute", "thorn",  "yuml",
};

static const struct {
	const char *name;
	long point;
} other[] = {
	{"amp", '&'},       {"lt", '<'},       {"gt", '>'},
	{"quot", '"'},      {"apos", '\''},    {"ndash", 0x2013},
	{"mdash", 0x2014},  {"lsquo", 0x2018}, {"rsquo", 0x2019},
	{"sbquo", 0x201A},  {"ldquo", 0x201C}, {"rdquo", 0x201D},
	{"bdquo", 0x201E},  {"bull", 0x2022},  {"hellip", 0x2026},
	{"prime", 0x2032},  {"Prime", 0x2033}, {"lsaquo", 0x2039},
	{"rsaquo", 0x203A}, {"euro", 0x20AC},  {"trade", 0x2122},
	{"OElig", 0x152},   {"oelig", 0x153},  {"Scaron", 0x160},
	{"scaron", 0x161},  {"Yuml", 0x178},
};

static bool
is_name(const char *text, size_t length, const char *name)
{
	return strlen(name) == length && memcmp(text, name, length) == 0;
}

static long
named(const char *text, size_t length)
{
	for (size_t i = 0; i < COUNT_OF(other); i++)
		if (is_name(text, length, other[i].name))
			return other[i].point;
	for (size_t i = 0; i < COUNT_OF(latin); i++)
		if (is_name(text, length, latin[i]))
			return 0xA0 + (long)i;
	return 0;
}

/* "#233" or "#xE9"; controls but line breaks are nothing that a name has. */
static long
numbered(const char *text, size_t length)
{
	bool hex = length > 1 && (text[1] == 'x' || text[1] == 'X');
	const char *digits = text + (hex ? 2 : 1);
	size_t count =
		strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789");
	long point;

	if (count == 0 || count > 7 || digits + count != text + length)
		return 0;
	point = strtol(digits, NULL, hex ? 16 : 10);
	if (point < 0xA0 && (point < ' ' || point > '~') && point != '\n' &&
	    point != '\t')
		return 0;
	return utf8proc_codepoint_valid((utf8proc_int32_t)point) ? point : 0;
}

void
text_decode_entities(const char *text, struct strbuf *out)
{
	while (*text != '\0') {
		size_t plain = strcspn(text, "&");
		size_t length;
		long point = 0;
		utf8proc_uint8_t bytes[4];

		strbuf_addn(out, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		length = strcspn(text + 1, ";& ");
		if (text[1 + length] == ';')
			point = text[1] == '#' ? numbered(text + 1, length)
					       : named(text + 1, length);
		if (point == 0) {
			strbuf_addn(out, text++, 1);
			continue;
		}
		strbuf_addn(out, (const char *)bytes,
			    (size_t)utf8proc_encode_char(
				    (utf8proc_int32_t)point, bytes));
		text += 1 + length + 1;
	}
}
