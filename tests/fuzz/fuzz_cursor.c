/* Cursors of lists: strange ones are refused, and whatever stands in one that
 * is sealed is read within its bounds.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/entity/local.h"
#include "base/auto.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void
read_cursor(const unsigned char key[32], const char *cursor)
{
	const struct list_access access = {.all_sites = true, .key = key};
	const struct list_param param[] = {{"sort", "-order_date"},
					   {"cursor", cursor}};
	struct list_ask ask = {0};
	struct list_fault bad = {0};
	struct err e = {0};

	if (!list_read(&entity_orders, NULL, param, 2, &access, &ask, &bad,
		       &e) &&
	    e.class == ERR_NONE)
		abort();
	list_ask_end(&ask);
}

/* What a holder of our key would write: the form is right, the rest is not. */
static void
read_sealed(const unsigned char key[32], const uint8_t *bytes, size_t length)
{
	const struct list_access access = {.all_sites = true, .key = key};
	const struct list_param param[] = {{"sort", "-order_date"}};
	struct list_ask ask = {0};
	struct list_fault bad = {0};
	struct err e = {0};
	struct strbuf place = STRBUF(400);
	char cursor[LIST_CURSOR_MAX];

	if (!list_read(&entity_orders, NULL, param, 1, &access, &ask, &bad, &e))
		abort();
	strbuf_addn(&place, (const char *)bytes, length);
	list_cursor_seal(&ask, &place, cursor);
	(void)list_cursor_read(&ask, cursor);
	strbuf_end(&place);
	list_ask_end(&ask);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const unsigned char key[32] = "a key of the program's own";
	char *text = strndup((const char *)bytes, length);

	read_cursor(key, text);
	read_sealed(key, bytes, length < 400 ? length : 400);
	free(text);
	return 0;
}
