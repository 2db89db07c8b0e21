#include "base/text.h"

#include <string.h>

#include <utf8proc.h>

#include "tests/support/dice.h"
#include "tests/support/unit.h"

typedef bool mapping(const char *text, struct strbuf *out, struct err *e);

/* Holds what a mapping makes of a text against the text wanted. */
static void
assert_mapped(mapping *map, const char *text, const char *wanted)
{
	AUTO(strbuf) out = STRBUF(4096);
	struct err e = {0};

	if (!map(text, &out, &e))
		fail_msg("'%s': %s", text, e.text);
	assert_string_equal(out.text ? out.text : "", wanted);
}

TEST(text_clean_follows_the_rule_of_addresses)
{
	static const struct {
		const char *text, *clean;
	} cases[] = {
		{" Los  Angeles ", "Los Angeles"},
		{"", ""},
		{" \t\r\n", ""},
		{"a\tb\r\n\vc\fd", "a b c d"},
		{"a\x01\x1F\x7F"
		 "b",
		 "ab"},
		{"a\xC2\x85"
		 "b",
		 "a b"}, /* next line */
		{"a\xC2\x9F"
		 "b",
		 "ab"},                               /* other C1 control */
		{"a\xC2\xA0\xE3\x80\x80z", "a z"},    /* blanks of two widths */
		{"a\xE2\x80\x8B\xEF\xBB\xBFz", "az"}, /* zero width, BOM */
		{"\xE2\x80\xAE"
		 "abc",
		 "abc"},                               /* right to left */
		{"Bu\xC2\xADro", "Buro"},              /* soft hyphen */
		{"Cafe\xCC\x81", "Caf\xC3\xA9"},       /* NFC */
		{"e\xE2\x80\x8D\xCC\x81", "\xC3\xA9"}, /* joiner in between */
		{"\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xED\x95\x9C"},
		{"na\xC3\xAFve \xF0\x9F\x98\x80",
		 "na\xC3\xAFve \xF0\x9F\x98\x80"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_mapped(text_clean, cases[i].text, cases[i].clean);
}

TEST(text_key_is_the_full_upper_case)
{
	static const struct {
		const char *text, *key;
	} cases[] = {
		{" abc-1 ", "ABC-1"},
		{"stra\xC3\x9F"
		 "e",
		 "STRASSE"},
		{"\xEF\xAC\x81x", "FIX"}, /* ligature fi */
		{"e\xCC\x81", "\xC3\x89"},
		{"\xCF\x83\xCF\x82", "\xCE\xA3\xCE\xA3"}, /* both sigmas */
		{"\xC4\xB1", "I"},                        /* dotless i */
		{"\xC4\xB0", "\xC4\xB0"},                 /* I with dot */
		{"\xC3\xBF", "\xC5\xB8"},                 /* y with dots */
		{"", ""},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_mapped(text_key, cases[i].text, cases[i].key);
}

TEST(ill_formed_utf8_is_an_error_with_its_place)
{
	static const char *const cases[] = {"ab\xFF",
					    "ab\xC3",
					    "ab\xC0\x80",
					    "ab\xED\xA0\x80",
					    "ab\xF4\x90\x80\x80",
					    "ab\x80"};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(strbuf) out = STRBUF(64);
		struct err e = {0};

		assert_false(text_is_utf8(cases[i], strlen(cases[i])));
		assert_false(text_clean(cases[i], &out, &e));
		assert_string_equal(e.text, "not UTF-8 at byte 3");
		assert_int_equal(e.class, ERR_INPUT);
		assert_false(text_key(cases[i], &out, &e));
	}
	assert_true(text_is_utf8("\xE2\x82\xAC\xF0\x9F\x98\x80", 7));
	assert_false(text_is_utf8("a\0b", 3));
	assert_true(text_is_utf8("", 0));
}

TEST(a_text_above_its_ceiling_is_an_error)
{
	AUTO(strbuf) out = STRBUF(4);
	struct err e = {0};

	assert_false(text_clean("12345", &out, &e));
	assert_string_equal(e.text, "text of more than 4 bytes");
}

/* Texts of the characters that are most likely to make trouble. */
static void
draw_text(struct dice *dice, char *out)
{
	static const int32_t special[] = {
		' ',    '\t',   '\n',    0x01,   0xA0,   0xAD,   0x85,
		0x200B, 0x200D, 0xFEFF,  0x301,  0x308,  0x327,  'e',
		'i',    0x130,  0x131,   0xDF,   0x1E9E, 0x345,  0x3B1,
		0x1FB3, 0xFB01, 0x1100,  0x1161, 0x11A8, 0x2000, 0x2028,
		0x3000, 0x212B, 0x1F600, 0xAB70, 0x13A0, 0x10D0, 0x149};
	int count = (int)dice_between(dice, 0, 12);

	for (int i = 0; i < count; i++) {
		int32_t c = dice_between(dice, 0, 2)
				    ? special[dice_between(
					      dice, 0, COUNT_OF(special) - 1)]
				    : (int32_t)dice_between(dice, 1, 0x10FFFF);

		if (utf8proc_codepoint_valid(c))
			out += utf8proc_encode_char(c, (uint8_t *)out);
	}
	*out = '\0';
}

static void
assert_settles(mapping *map, const char *text)
{
	AUTO(strbuf) once = STRBUF(4096);
	struct err e = {0};

	if (!map(text, &once, &e))
		fail_msg("'%s': %s", text, e.text);
	assert_mapped(map, once.text ? once.text : "",
		      once.text ? once.text : "");
}

TEST(cleaning_a_clean_text_changes_nothing)
{
	struct dice dice = DICE;

	for (int i = 0; i < DICE_CASES; i++) {
		char text[64];

		draw_text(&dice, text);
		assert_settles(text_clean, text);
		assert_settles(text_key, text);
	}
}

TEST(every_character_alone_settles_at_once)
{
	for (int32_t c = 1; c <= 0x10FFFF; c++) {
		char text[8];

		if (!utf8proc_codepoint_valid(c))
			continue;
		text[utf8proc_encode_char(c, (uint8_t *)text)] = '\0';
		assert_settles(text_clean, text);
		assert_settles(text_key, text);
	}
}

TEST(entities_become_characters_and_unknown_ones_stay)
{
	static const struct {
		const char *text, *decoded;
	} cases[] = {
		{"Tom &amp; Jerry", "Tom & Jerry"},
		{"&lt;b&gt; &quot;x&quot; &apos;y&#039;", "<b> \"x\" 'y'"},
		{"5&#8243; &#x2033;", "5\xE2\x80\xB3 \xE2\x80\xB3"},
		{"caf&eacute; &yuml;&nbsp;&szlig;",
		 "caf\xC3\xA9 \xC3\xBF\xC2\xA0\xC3\x9F"},
		{"&ndash;&hellip;&trade;",
		 "\xE2\x80\x93\xE2\x80\xA6\xE2\x84\xA2"},
		{"&amp;lt;", "&lt;"}, /* once, not twice */
		{"R&D; AT&T & co", "R&D; AT&T & co"},
		{"&nonsense; &; &", "&nonsense; &; &"},
		{"&#0; &#1; &#x; &#xD800; &#1114112; &#99999999; &#12a;",
		 "&#0; &#1; &#x; &#xD800; &#1114112; &#99999999; &#12a;"},
		{"&&amp;", "&&"},
		{"a&#10;b", "a\nb"},
		{"", ""},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(strbuf) out = STRBUF(256);

		text_decode_entities(cases[i].text, &out);
		assert_string_equal(out.text ? out.text : "", cases[i].decoded);
	}
}

TEST(lengths_are_counted_in_utf16_units)
{
	/* a, é, €, grinning face */
	const char *text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";

	assert_int_equal(text_utf16_length(text), 5);
	assert_int_equal(text_utf16_length(""), 0);
	assert_int_equal(text_utf16_prefix(text, 0), 0);
	assert_int_equal(text_utf16_prefix(text, 1), 1);
	assert_int_equal(text_utf16_prefix(text, 3), 6);
	assert_int_equal(text_utf16_prefix(text, 4), 6); /* no half a pair */
	assert_int_equal(text_utf16_prefix(text, 5), 10);
	assert_int_equal(text_utf16_prefix(text, 99), 10);
}

TEST(ascii_letters_are_compared_without_case)
{
	char upper[] = "ab-\xC3\xA9z1";

	text_upper_ascii(upper);
	assert_string_equal(upper, "AB-\xC3\xA9Z1");
	assert_string_equal(text_find_nocase("My STORE Credit", "store"),
			    "STORE Credit");
	assert_null(text_find_nocase("stor", "store"));
	assert_true(text_equal_nocase("Content-Type", "content-type"));
	assert_false(text_equal_nocase("a", "ab"));
	assert_true(text_starts_nocase("PPCP-gateway", "ppcp"));
	assert_false(text_starts_nocase("pp", "ppcp"));
}

TEST(a_copy_is_cut_at_the_edge_of_a_character)
{
	char out[5];

	assert_true(text_copy(out, sizeof(out), "abcd"));
	assert_string_equal(out, "abcd");
	assert_false(text_copy(out, sizeof(out), "abcde"));
	assert_string_equal(out, "abcd");
	assert_false(text_copy(out, sizeof(out), "abc\xC3\xA9"));
	assert_string_equal(out, "abc");
	assert_false(text_copy(out, sizeof(out), "a\xF0\x9F\x98\x80"));
	assert_string_equal(out, "a");
	assert_true(text_copy(out, sizeof(out), ""));
	assert_string_equal(out, "");
}

TEST(the_distance_counts_the_edits_between_two_words)
{
	char longest[100];

	assert_int_equal(text_distance("status", "status"), 0);
	assert_int_equal(text_distance("staus", "status"), 1);
	assert_int_equal(text_distance("kitten", "sitting"), 3);
	assert_int_equal(text_distance("", "abc"), 3);
	assert_int_equal(text_distance("abc", ""), 3);
	memset(longest, 'x', sizeof(longest));
	longest[99] = '\0';
	assert_int_equal(text_distance(longest, ""), 64);
}

TEST(card_numbers_are_masked_but_for_the_last_four_digits)
{
	static const struct {
		const char *text, *masked;
	} cases[] = {
		{"4111111111111111", "************1111"},
		{"4111 1111 1111 1111", "**** **** **** 1111"},
		{"card 3782-822463-10005.", "card ****-******-*0005."},
		{"4222222222222", "*********2222"},
		{"4111111111111112", "4111111111111112"}, /* fails Luhn */
		{"411111111117", "411111111117"},         /* 12 digits */
		{"41111111111111111115", "41111111111111111115"},
		{"4111111111111111110", "***************1110"},
		{"12 4111 1111 1111 1111", "12 **** **** **** 1111"},
		{"4111111111111111 123", "************1111 123"},
		{"pi_3MtwBwLkdIwHu7ix28a3tqPa", "pi_3MtwBwLkdIwHu7ix28a3tqPa"},
		{"", ""},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[80];

		(void)text_copy(text, sizeof(text), cases[i].text);
		text_mask_cards(text);
		assert_string_equal(text, cases[i].masked);
	}
}

RUN_TESTS(
	cmocka_unit_test(text_clean_follows_the_rule_of_addresses),
	cmocka_unit_test(text_key_is_the_full_upper_case),
	cmocka_unit_test(ill_formed_utf8_is_an_error_with_its_place),
	cmocka_unit_test(a_text_above_its_ceiling_is_an_error),
	cmocka_unit_test(cleaning_a_clean_text_changes_nothing),
	cmocka_unit_test(every_character_alone_settles_at_once),
	cmocka_unit_test(entities_become_characters_and_unknown_ones_stay),
	cmocka_unit_test(lengths_are_counted_in_utf16_units),
	cmocka_unit_test(ascii_letters_are_compared_without_case),
	cmocka_unit_test(a_copy_is_cut_at_the_edge_of_a_character),
	cmocka_unit_test(the_distance_counts_the_edits_between_two_words),
	cmocka_unit_test(card_numbers_are_masked_but_for_the_last_four_digits))
