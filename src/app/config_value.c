#include "app/config.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "net/http.h"

static void *
place(struct config *config, const struct config_key *key)
{
	return (char *)config + key->offset;
}

static const void *
value_at(const struct config *config, const struct config_key *key)
{
	return (const char *)config + key->offset;
}

bool
config_list_next(const char **list, char *out, size_t room)
{
	const char *at = *list + strspn(*list, ", \t");
	size_t length = strcspn(at, ",");

	if (*at == '\0')
		return false;
	*list = at + length;
	while (length > 0 && (at[length - 1] == ' ' || at[length - 1] == '\t'))
		length--;
	if (length >= room)
		length = room - 1;
	memcpy(out, at, length);
	out[length] = '\0';
	return true;
}

/* Digits only: no sign, no blank, no unit. */
static bool
number_read(const char *text, unsigned minimum, unsigned maximum, unsigned *out)
{
	unsigned long value;
	char *end;

	if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text) ||
	    strlen(text) > 10)
		return false;
	value = strtoul(text, &end, 10);
	if (value < minimum || value > maximum)
		return false;
	*out = (unsigned)value;
	return true;
}

static bool
word_find(const char *const *words, const char *text, unsigned *out)
{
	for (unsigned i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], text) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}

/* "10.0.0.0/8", "::1", "127.0.0.1" */
static bool
range_is_valid(const char *text)
{
	unsigned char address[16];
	const char *slash = strchr(text, '/');
	char ip[64];
	unsigned bits;

	if (!text_copy(ip, sizeof(ip), text))
		return false;
	if (slash != NULL)
		ip[slash - text] = '\0';
	if (inet_pton(AF_INET, ip, address) == 1)
		return slash == NULL || number_read(slash + 1, 0, 32, &bits);
	return inet_pton(AF_INET6, ip, address) == 1 &&
	       (slash == NULL || number_read(slash + 1, 0, 128, &bits));
}

static bool
element_is_valid(const struct config_key *key, const char *element)
{
	struct err ignored = {0};
	unsigned index;

	switch (key->type) {
	case CONFIG_WORDS:
		return word_find(key->words, element, &index);
	case CONFIG_RANGES:
		return range_is_valid(element);
	case CONFIG_HOST_RANGES:
		return allow_private_check(element, &ignored);
	case CONFIG_LIST:
	case CONFIG_TEXT:
	case CONFIG_PATH:
	case CONFIG_URL:
	case CONFIG_NUMBER:
	case CONFIG_NUMBERS:
	case CONFIG_ON_OFF:
	case CONFIG_WORD:
		break;
	}
	return strpbrk(element, " \t") == NULL;
}

static bool
list_is_valid(const struct config_key *key, const char *value)
{
	char element[CONFIG_TEXT_MAX];

	while (config_list_next(&value, element, sizeof(element)))
		if (!element_is_valid(key, element))
			return false;
	return true;
}

static bool
url_is_valid(const struct config_key *key, const char *value)
{
	if (value[0] == '\0')
		return true;
	if (strpbrk(value, " \t") != NULL)
		return false;
	for (const char *const *scheme = key->words; *scheme != NULL; scheme++)
		if (text_starts_nocase(value, *scheme))
			return value[strlen(*scheme)] != '\0';
	return false;
}

static bool
numbers_read(const struct config_key *key, const char *value, unsigned *out)
{
	const size_t wanted = key->size / sizeof(*out);
	char element[16];
	size_t count = 0;

	while (config_list_next(&value, element, sizeof(element)))
		if (count == wanted ||
		    !number_read(element, key->minimum, key->maximum,
				 &out[count++]))
			return false;
	return count == wanted;
}

static bool
text_fits(const struct config_key *key, const char *value)
{
	size_t length = strlen(value);

	return length < key->size && (length == 0 || length >= key->minimum);
}

/* Writes the value to its place, or returns false. */
static bool
value_read(struct config *config, const struct config_key *key,
	   const char *value)
{
	void *out = place(config, key);

	switch (key->type) {
	case CONFIG_NUMBER:
		return number_read(value, key->minimum, key->maximum, out);
	case CONFIG_NUMBERS:
		return numbers_read(key, value, out);
	case CONFIG_ON_OFF:
		*(bool *)out = strcmp(value, "on") == 0;
		return *(bool *)out || strcmp(value, "off") == 0;
	case CONFIG_WORD:
		return word_find(key->words, value, out);
	case CONFIG_URL:
		return url_is_valid(key, value) && text_fits(key, value) &&
		       text_copy(out, key->size, value);
	case CONFIG_WORDS:
	case CONFIG_LIST:
	case CONFIG_RANGES:
	case CONFIG_HOST_RANGES:
		return list_is_valid(key, value) && text_fits(key, value) &&
		       text_copy(out, key->size, value);
	case CONFIG_TEXT:
	case CONFIG_PATH:
		break;
	}
	return text_fits(key, value) && text_copy(out, key->size, value);
}

static void
words_add(struct strbuf *out, const struct config_key *key)
{
	for (const char *const *word = key->words; *word != NULL; word++) {
		if (word != key->words)
			strbuf_add(out, word[1] == NULL ? " or " : ", ");
		strbuf_add(out, *word);
	}
}

static void
wanted_add(struct strbuf *out, const struct config_key *key)
{
	switch (key->type) {
	case CONFIG_NUMBER:
		strbuf_addf(out, "a number from %u to %u", key->minimum,
			    key->maximum);
		return;
	case CONFIG_NUMBERS:
		strbuf_addf(out, "%zu numbers from %u to %u, with commas",
			    key->size / sizeof(unsigned), key->minimum,
			    key->maximum);
		return;
	case CONFIG_ON_OFF:
		strbuf_add(out, "on or off");
		return;
	case CONFIG_WORD:
		words_add(out, key);
		return;
	case CONFIG_WORDS:
		strbuf_add(out, "a list of ");
		words_add(out, key);
		return;
	case CONFIG_URL:
		strbuf_add(out, "an address that begins with ");
		words_add(out, key);
		return;
	case CONFIG_RANGES:
		strbuf_add(out, "a list of address ranges (10.0.0.0/8)");
		return;
	case CONFIG_HOST_RANGES:
		strbuf_add(out, "a list of host=range "
				"(shop.lan=10.0.0.0/8)");
		return;
	case CONFIG_LIST:
		strbuf_add(out, "a list with commas, without blanks inside");
		return;
	case CONFIG_PATH:
		strbuf_add(out, "a path");
		break;
	case CONFIG_TEXT:
		strbuf_add(out, "a text");
		break;
	}
	if (key->minimum > 0)
		strbuf_addf(out, " of at least %u characters", key->minimum);
}

const char *
config_wanted(const struct config_key *key, char *out, size_t room)
{
	AUTO(strbuf) text = STRBUF(CONFIG_LIST_MAX);

	wanted_add(&text, key);
	(void)text_copy(out, room, text.text);
	return out;
}

static bool
is_text(const struct config_key *key)
{
	return key->type != CONFIG_NUMBER && key->type != CONFIG_NUMBERS &&
	       key->type != CONFIG_ON_OFF && key->type != CONFIG_WORD;
}

bool
config_parse(struct config *config, const struct config_key *key,
	     const char *value, struct err *e)
{
	char wanted[CONFIG_TEXT_MAX];
	size_t length = strlen(value);

	/* libinih keeps quotes, so a quoted text would not be what it seems. */
	if (length > 1 && value[0] == '"' && value[length - 1] == '"') {
		err_set(e, ERR_INPUT, "%s.%s: a value stands without quotes",
			key->section, key->key);
		err_as(e, OB_CONFIG);
		return err_hint(e, "remove the quotes at both ends");
	}
	if (value_read(config, key, value))
		return true;
	config_wanted(key, wanted, sizeof(wanted));
	if (key->flags & CONFIG_MASKED)
		err_set(e, ERR_INPUT, "%s.%s: wanted %s, found %zu characters",
			key->section, key->key, wanted, length);
	else if (is_text(key) && length >= key->size)
		err_set(e, ERR_INPUT, "%s.%s: longer than %zu characters",
			key->section, key->key, key->size - 1);
	else
		err_set(e, ERR_INPUT, "%s.%s: wanted %s, found \"%.100s\"",
			key->section, key->key, wanted, value);
	err_as(e, OB_CONFIG);
	return err_hint(e, "%s.%s is: %.150s", key->section, key->key,
			key->help);
}

static void
numbers_add(struct strbuf *out, const struct config_key *key,
	    const unsigned *number)
{
	for (size_t i = 0; i < key->size / sizeof(*number); i++)
		strbuf_addf(out, i ? ", %u" : "%u", number[i]);
}

/* A proxy may carry its login, which is shown as stars. */
static void
url_add(struct strbuf *out, const char *url)
{
	const char *host = strstr(url, "://");
	const char *login;

	host = host ? host + 3 : url;
	login = memchr(host, '@', strcspn(host, "/?#"));
	if (login == NULL) {
		strbuf_add(out, url);
		return;
	}
	strbuf_addn(out, url, (size_t)(host - url));
	strbuf_addf(out, "********%s", login);
}

const char *
config_text(const struct config *config, const struct config_key *key,
	    char *out, size_t room)
{
	AUTO(strbuf) text = STRBUF(CONFIG_LIST_MAX);
	const void *at = value_at(config, key);

	switch (key->type) {
	case CONFIG_NUMBER:
		strbuf_addf(&text, "%u", *(const unsigned *)at);
		break;
	case CONFIG_NUMBERS:
		numbers_add(&text, key, at);
		break;
	case CONFIG_ON_OFF:
		strbuf_add(&text, *(const bool *)at ? "on" : "off");
		break;
	case CONFIG_WORD:
		strbuf_add(&text, key->words[*(const unsigned *)at]);
		break;
	case CONFIG_URL:
		url_add(&text, at);
		break;
	case CONFIG_TEXT:
	case CONFIG_PATH:
	case CONFIG_WORDS:
	case CONFIG_LIST:
	case CONFIG_RANGES:
	case CONFIG_HOST_RANGES:
		if (key->flags & CONFIG_MASKED && *(const char *)at != '\0')
			strbuf_add(&text, "********");
		else
			strbuf_add(&text, at);
		break;
	}
	(void)text_copy(out, room, text.text ? text.text : "");
	return out;
}
