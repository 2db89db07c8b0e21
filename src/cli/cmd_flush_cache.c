#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "local.h"
#include "product/store.h"
#include "site/secret_store.h"

/* What can be asked for again at any time. */
static const struct {
	const char *name;
	bool (*flush)(struct db *db, unsigned *removed, struct err *e);
} caches[] = {
	{"sku", sku_cache_flush},
	{"token", secret_store_flush_tokens},
};

static bool
is_wanted(const struct call *call, const char *name)
{
	const char *list = call_text(call, "only");
	char element[32];

	if (list[0] == '\0')
		return true;
	while (config_list_next(&list, element, sizeof(element)))
		if (strcmp(element, name) == 0)
			return true;
	return false;
}

static bool
flush_cache(struct app *app, struct call *call, struct err *e)
{
	AUTO(strbuf) each = STRBUF(1000);
	unsigned total = 0;

	for (size_t i = 0; i < COUNT_OF(caches); i++) {
		unsigned removed = 0;

		if (!is_wanted(call, caches[i].name))
			continue;
		if (!caches[i].flush(app->db, &removed, e))
			return err_in(e, "clear %s", caches[i].name);
		strbuf_addf(&each, each.len > 0 ? ", %s %u" : "%s %u",
			    caches[i].name, removed);
		total += removed;
	}
	if (!strbuf_check(&each, e))
		return false;
	(void)fprintf(call->out, "Cleared %u cached entries (%s).\n", total,
		      each.text);
	return true;
}

const struct command flush_cache_commands[] = {
	{
		.name = "flush-cache",
		.summary = "forget what upstreams said, so they are asked anew",
		.description =
			"sku: what Business Central said of SKUs, kept for "
			"sync.sku_cache_s seconds. token: access tokens of "
			"Microsoft, kept until they expire. Neither is needed "
			"in daily work.",
		.flags = FLAGS({.name = "only",
				.type = FLAG_LIST,
				.value = "sku,token",
				.words = WORDS("sku", "token"),
				.help = "only these, with commas"}),
		.examples = EXAMPLES({"orderbridge flush-cache --only=sku",
				      "after items were unblocked in Business "
				      "Central"}),
		.traits = NEEDS_DATABASE,
		.run = flush_cache,
	},
	{0},
};
