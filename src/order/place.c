#include "local.h"

#include <string.h>

#include "base/strbuf.h"
#include "base/text.h"

/* Characters that one writer sets and another leaves out. */
static size_t
skipped(const char *at)
{
	static const char apostrophe[] = "\xE2\x80\x99"; /* U+2019 */

	if (strchr(".,()'", *at) != NULL)
		return 1;
	return strncmp(at, apostrophe, 3) == 0 ? 3 : 0;
}

static void
fold(const char *key, struct strbuf *out)
{
	while (*key != '\0') {
		size_t skip = skipped(key);

		if (skip == 0 && *key == '&')
			strbuf_add(out, "AND");
		else if (skip == 0)
			strbuf_addn(out, key, 1);
		key += skip ? skip : 1;
	}
}

bool
place_fold(const char *text, char out[PLACE_ROOM])
{
	AUTO(strbuf) key = STRBUF(4096);
	AUTO(strbuf) bare = STRBUF(4096);
	AUTO(strbuf) name = STRBUF(4096);
	struct err e = {0};
	const char *begin;

	/* Twice: what is left out may leave blanks at an end. */
	if (!text_key(text, &key, &e) || key.len == 0)
		return false;
	fold(key.text, &bare);
	if (bare.len == 0 || !text_clean(bare.text, &name, &e) || name.len == 0)
		return false;
	begin = strncmp(name.text, "THE ", 4) == 0 ? name.text + 4 : name.text;
	return text_copy(out, PLACE_ROOM, begin);
}

bool
place_list_has(const char *list, const char *name)
{
	size_t wanted = strlen(name);

	while (*list != '\0') {
		size_t length = strcspn(list, "|");

		if (length == wanted && memcmp(list, name, length) == 0)
			return true;
		list += length + (list[length] == '|');
	}
	return false;
}
