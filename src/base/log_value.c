#include "log_value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <utf8proc.h>

#include "base/secret.h"

enum {
	VALUE_SHOWN = 1000, /* bytes of a value that a line shows */
	VALUE_READ = 65536, /* bytes of a value that are looked at */
	SECRET_LEAST = 4,   /* shorter ones would mask half of every line */
	STARS = 8,          /* at most, so that they do not tell its length */
};

/* Takes one form, longest first, so that none masks a part of another. */
static void
hide_form(struct log *log, const char *form)
{
	size_t length = strlen(form), at = 0;
	struct log_secret *grown;
	char *copy;

	if (length < SECRET_LEAST)
		return;
	while (at < log->secrets && log->secret[at].length >= length)
		if (strcmp(log->secret[at++].form, form) == 0)
			return;
	copy = strdup(form);
	grown = realloc(log->secret, (log->secrets + 1) * sizeof(*grown));
	if (grown != NULL)
		log->secret = grown;
	if (copy == NULL || grown == NULL) {
		log->is_blind = true;
		free(copy);
		return;
	}
	memmove(grown + at + 1, grown + at,
		(log->secrets - at) * sizeof(*grown));
	grown[at] = (struct log_secret){copy, length};
	log->secrets++;
}

void
log_hide(struct log *log, const char *secret)
{
	AUTO(strbuf) base64 = STRBUF(VALUE_READ);
	AUTO(strbuf) url = STRBUF(VALUE_READ);

	hide_form(log, secret);
	base64_add(&base64, secret, strlen(secret));
	/* Without padding: it may go on where the secret is part of more. */
	if (base64.len > 0)
		base64.text[strcspn(base64.text, "=")] = '\0';
	hide_form(log, strbuf_text(&base64));
	strbuf_add_url(&url, secret);
	hide_form(log, strbuf_text(&url));
	if (base64.failed || url.failed)
		log->is_blind = true;
	secret_wipe(&url);
	secret_wipe(&base64);
}

void
log_forget(struct log *log)
{
	for (size_t i = 0; i < log->secrets; i++) {
		OPENSSL_cleanse(log->secret[i].form, log->secret[i].length);
		free(log->secret[i].form);
	}
	free(log->secret);
	log->secret = NULL;
	log->secrets = 0;
	log->is_blind = false;
}

/* Puts stars in the place of a part of a text; returns what follows them. */
static char *
star_out(char *part, size_t length)
{
	size_t stars = length < STARS ? length : STARS;

	memset(part, '*', stars);
	memmove(part + stars, part + length, strlen(part + length) + 1);
	return part + stars;
}

void
log_mask(const struct log *log, char *text)
{
	if (log->is_blind) {
		star_out(text, strlen(text));
		return;
	}
	for (size_t i = 0; i < log->secrets; i++) {
		char *at = text;

		while ((at = strstr(at, log->secret[i].form)) != NULL)
			at = star_out(at, log->secret[i].length);
	}
}

/* The words by which lines are found stand in no value (UX 4). */
static void
soften(char *text)
{
	static const struct {
		const char *word, *softer;
	} words[] = {{"ERROR", "Error"}, {"Summary", "summary"}};

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		size_t length = strlen(words[i].word);

		for (char *at = text; (at = strstr(at, words[i].word)) != NULL;)
			memcpy(at, words[i].softer, length);
	}
}

/* Ends of lines of any kind, other controls, and what is no UTF-8. */
static bool
is_shown(utf8proc_int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);

	return category != UTF8PROC_CATEGORY_CC &&
	       category != UTF8PROC_CATEGORY_ZL &&
	       category != UTF8PROC_CATEGORY_ZP;
}

static void
add_byte(struct strbuf *out, char byte)
{
	static const char from[] = "\n\r\t", to[] = "nrt";
	const char *known = byte != '\0' ? strchr(from, byte) : NULL;

	if (known != NULL)
		strbuf_addf(out, "\\%c", to[known - from]);
	else if (byte == '"' || byte == '\\')
		strbuf_addf(out, "\\%c", byte);
	else
		strbuf_addf(out, "\\x%02x", (unsigned char)byte);
}

static void
add_escaped(struct strbuf *out, const char *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		utf8proc_int32_t c;
		utf8proc_ssize_t used =
			utf8proc_iterate((const utf8proc_uint8_t *)text + at,
					 (utf8proc_ssize_t)(length - at), &c);

		if (used > 0 && is_shown(c) && c != '"' && c != '\\') {
			strbuf_addn(out, text + at, (size_t)used);
			at += (size_t)used;
			continue;
		}
		do {
			add_byte(out, text[at++]);
		} while (--used > 0);
	}
}

/* A value that can stand without quotes. */
static bool
is_word(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~' || strchr("\"\\=", *at) != NULL)
			return false;
	return *text != '\0';
}

static void
add_text(const struct log *log, const char *value, struct strbuf *out)
{
	AUTO(strbuf) text = STRBUF(VALUE_READ);
	size_t length = strnlen(value, VALUE_READ);

	strbuf_addn(&text, value, length);
	if (text.text == NULL)
		return;
	log_mask(log, text.text);
	soften(text.text);
	length = strlen(text.text);
	if (length <= VALUE_SHOWN && is_word(text.text)) {
		strbuf_addn(out, text.text, length);
		return;
	}
	strbuf_addn(out, "\"", 1);
	add_escaped(out, text.text,
		    length < VALUE_SHOWN ? length : VALUE_SHOWN);
	strbuf_add(out, length > VALUE_SHOWN ? "...\"" : "\"");
}

void
log_value_add(const struct log *log, const struct log_pair *pair,
	      struct strbuf *out)
{
	if (pair->is_number) {
		strbuf_addf(out, " %s=%" PRId64, pair->key, pair->number);
	} else if (pair->value != NULL) {
		strbuf_addf(out, " %s=", pair->key);
		add_text(log, pair->value, out);
	}
}
