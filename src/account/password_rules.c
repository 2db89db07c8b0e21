#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "account/password.h"
#include "base/text.h"
#include "local.h"

enum { LENGTH_MIN = 12, LENGTH_MAX = 128, LINE_LENGTH = 512 };

/*
 * Three ways to look at what was typed, since people dress the same word up in
 * few: digits and signs left out ("Pass-word 2026"), read as the letters that
 * they stand for ("p4ssw0rd!"), and as it is ("147258369").
 */
enum form { LETTERS, SWAPPED, PLAIN, FORMS };

enum { FORM_MAX = 600, WORD_MIN = 4, WORDS_IN_ONE = 2 };

static bool
is_letter(char c)
{
	/* Letters of other alphabets, and their marks, are letters to us. */
	return isalpha((unsigned char)c) || (c & 0x80) != 0;
}

/* What stands before the first letter and after the last is no letter. */
static const char *
trim(const char *text, size_t *length)
{
	*length = strlen(text);
	while (*length > 0 && !is_letter(text[*length - 1]))
		(*length)--;
	while (*length > 0 && !is_letter(*text)) {
		text++;
		(*length)--;
	}
	return text;
}

static void
make_form(enum form form, const char *text, char out[FORM_MAX])
{
	static const char from[] = "01345@$!7", to[] = "oieasasit";
	size_t length = strlen(text), used = 0;

	if (form == SWAPPED)
		text = trim(text, &length);
	for (size_t i = 0; i < length && used + 1 < FORM_MAX; i++) {
		char c = (char)tolower((unsigned char)text[i]);
		const char *swapped = strchr(from, c);

		if (form == SWAPPED && swapped != NULL)
			c = to[swapped - from];
		if (form == PLAIN || is_letter(c))
			out[used++] = c;
	}
	out[used] = '\0';
}

/* Every place where it stands is taken out. */
static void
without(const char *text, const char *word, char out[FORM_MAX])
{
	const size_t length = strlen(word);
	size_t used = 0;

	while (*text != '\0') {
		if (strncmp(text, word, length) == 0)
			text += length;
		else
			out[used++] = *text++;
	}
	out[used] = '\0';
}

struct words {
	const char *const *list;
	size_t count;
};

static bool is_made_of(const char *text, enum form form,
		       const struct words words[2], unsigned most);

static bool
is_made_with(const char *text, enum form form, const char *given,
	     const struct words words[2], unsigned most)
{
	char word[FORM_MAX], rest[FORM_MAX];

	make_form(form, given, word);
	if (strlen(word) < WORD_MIN || strstr(text, word) == NULL)
		return false;
	without(text, word, rest);
	return strlen(rest) < WORD_MIN ||
	       is_made_of(rest, form, words, most - 1);
}

/* Whether it is so many of the words, and less than four characters more. */
static bool
is_made_of(const char *text, enum form form, const struct words words[2],
	   unsigned most)
{
	for (size_t set = 0; most > 0 && set < 2; set++) {
		for (size_t i = 0; i < words[set].count; i++) {
			if (is_made_with(text, form, words[set].list[i], words,
					 most))
				return true;
		}
	}
	return false;
}

static bool
is_common(const char *password, const char *const *names)
{
	struct words words[2] = {{common_password, common_passwords},
				 {names, 0}};
	char text[FORM_MAX];

	while (names != NULL && names[words[1].count] != NULL)
		words[1].count++;
	for (enum form form = 0; form < FORMS; form++) {
		make_form(form, password, text);
		if (is_made_of(text, form, words, WORDS_IN_ONE))
			return true;
	}
	return false;
}

static bool
refuse(struct err *e, const char *why)
{
	err_set(e, ERR_INPUT, "this password is refused: %s", why);
	err_hint(e, "take a sentence, or let a password manager choose");
	return err_as(e, OB_UNPROCESSABLE);
}

/* One character, or a run such as 123456 or abcdef, is soon guessed. */
static bool
is_a_run(const char *text)
{
	size_t steps = 0, length = strlen(text);

	for (size_t i = 1; i < length; i++) {
		const int step = text[i] - text[i - 1];

		steps += step >= -1 && step <= 1;
	}
	return length > 0 && steps * 4 >= (length - 1) * 3;
}

static bool
is_leaked(const char *password, const char *path, bool *leaked, struct err *e)
{
	FILE *file = *path != '\0' ? fopen(path, "re") : NULL;
	char line[LINE_LENGTH];

	*leaked = false;
	if (*path != '\0' && file == NULL) {
		err_set(e, ERR_PERMANENT, "auth.breached_file: %s: %s", path,
			strerror(errno));
		return err_as(e, OB_CONFIG);
	}
	while (file != NULL && !*leaked &&
	       fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		*leaked = strcmp(line, password) == 0;
	}
	if (file != NULL)
		(void)fclose(file);
	return true;
}

bool
password_check(const char *password, const struct password_rules *rules,
	       struct err *e)
{
	const size_t length = text_utf16_length(password);
	bool leaked;

	if (!text_is_utf8(password, strlen(password)))
		return refuse(e, "it is not UTF-8 text");
	if (length < LENGTH_MIN)
		return refuse(e, "shorter than 12 characters");
	if (length > LENGTH_MAX)
		return refuse(e, "longer than 128 characters");
	if (is_a_run(password))
		return refuse(e, "it is a run of neighbours");
	if (is_common(password, rules->names))
		return refuse(e, "it is words that many use, or a name of "
				 "this installation");
	if (!is_leaked(password, rules->breached_file, &leaked, e))
		return false;
	return !leaked || refuse(e, "it stands in a list of leaked ones");
}
