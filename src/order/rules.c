#include "order/check.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/jnode.h"
#include "base/strbuf.h"
#include "base/text.h"

#define LIST_MAX 4000
#define WORD_MAX 200

/* A member of the mapping that holds a list, and what it is without one. */
struct list_member {
	const char *group; /* the object it stands in; NULL = the mapping */
	const char *name, *otherwise;
	size_t offset; /* of the char * in struct order_rules */
};

#define LIST(group, member, otherwise)                       \
	{                                                    \
		group, #member, otherwise,                   \
			offsetof(struct order_rules, member) \
	}

/* Defaults: FEATURES and 8.12. */
static const struct list_member lists[] = {
	LIST(NULL, unpaid_methods, ""),
	LIST(NULL, credit_words, "store credit"),
	LIST("payment", stripe, "stripe*"),
	LIST("payment", klarna, "*klarna*,kco"),
	LIST("payment", paypal, "ppcp*,paypal*"),
	LIST("payment", card, "stripe*,*card*"),
	LIST("payment", amazon, "*amazon*"),
	LIST("payment", apple_google, "*apple*pay*,*google*pay*"),
	LIST("payment", bank_transfer, "bacs,bank*"),
	LIST("payment", cod, "cod,cash_on_delivery"),
	LIST("payment", cheque, "cheque,check"),
	LIST(NULL, extra_meta, ""),
	LIST(NULL, bundle_members, "bundled_by,composite_parent"),
	LIST(NULL, state_countries, ""),
};

static char **
list_at(struct order_rules *rules, const struct list_member *member)
{
	return (char **)((char *)rules + member->offset);
}

static bool
add_word(struct strbuf *out, const struct jnode *at, struct err *e)
{
	const char *word = json_string_value(at->value);

	if (word == NULL || word[0] == '\0' || strchr(word, ',') != NULL ||
	    strlen(word) > WORD_MAX)
		return jnode_wrong(at, "a word without a comma", e);
	if (out->len > 0)
		strbuf_add(out, ",");
	strbuf_add(out, word);
	return true;
}

static bool
read_list(struct order_rules *rules, const struct list_member *member,
	  const struct jnode *mapping, struct err *e)
{
	AUTO(strbuf) words = STRBUF(LIST_MAX);
	struct jnode group =
		member->group ? jnode_get(mapping, member->group) : *mapping;
	struct jnode list = jnode_get(&group, member->name);

	if (jnode_empty(&list)) {
		strbuf_add(&words, member->otherwise);
	} else {
		if (!json_is_array(list.value))
			return jnode_wrong(&list, "a list of words", e);
		strbuf_add(&words, "");
		for (size_t i = 0; i < jnode_count(&list); i++) {
			struct jnode word = jnode_item(&list, i);

			if (!add_word(&words, &word, e))
				return false;
		}
	}
	if (!strbuf_check(&words, e))
		return err_in(e, "mapping.%s", member->name);
	*list_at(rules, member) = TAKE(words.text);
	return true;
}

static bool
read_single(struct order_rules *rules, const struct jnode *mapping,
	    struct err *e)
{
	const char *account;
	struct jnode multi_ship = jnode_get(mapping, "multi_ship");
	struct jnode at = jnode_get(mapping, "no_sku_account");

	if (!jnode_text_or_empty(mapping, "no_sku_account", &account, e))
		return false;
	if (!text_copy(rules->no_sku_account, sizeof(rules->no_sku_account),
		       account))
		return jnode_wrong(&at, "at most 20 characters", e);
	return jnode_empty(&multi_ship) ||
	       jnode_bool(mapping, "multi_ship", &rules->multi_ship, e);
}

static bool
read_mapping(struct order_rules *rules, const char *text, struct err *e)
{
	json_auto_t *document = NULL;
	struct jnode mapping;

	if (text != NULL && text[0] != '\0' &&
	    !json_read(text, strlen(text), &document, e))
		return err_in(e, "mapping");
	mapping = jnode_root(document, "mapping");
	if (document != NULL && !json_is_object(document))
		return jnode_wrong(&mapping, "an object", e);
	for (size_t i = 0; i < COUNT_OF(lists); i++)
		if (!read_list(rules, &lists[i], &mapping, e))
			return false;
	return read_single(rules, &mapping, e);
}

bool
order_rules_read(struct order_rules *out, const struct site *site,
		 const char *mapping, struct err *e)
{
	*out = (struct order_rules){
		.skip_test = site->skip_test,
		.test_below = site->test_below,
		.distribute = strcmp(site->credit_mode, "line") != 0,
		.infer_gift_card = site->infer_gift_card,
		.source_status = strdup(site->source_status),
	};
	(void)text_copy(out->prefix, sizeof(out->prefix), site->prefix);
	if (out->source_status == NULL)
		err_set(e, ERR_FATAL, "out of memory");
	else if (read_mapping(out, mapping, e))
		return true;
	order_rules_end(out);
	return err_in(e, "site %s", site->code);
}

bool
order_rules_of_site(struct order_rules *out, const struct site *site,
		    struct err *e)
{
	return order_rules_read(out, site, site->mapping, e);
}

void
order_rules_end(struct order_rules *rules)
{
	for (size_t i = 0; i < COUNT_OF(lists); i++)
		free(*list_at(rules, &lists[i]));
	free(rules->source_status);
	*rules = (struct order_rules){0};
}

bool
order_list_fits(const char *list, const char *text)
{
	while (list != NULL && *list != '\0') {
		size_t length = strcspn(list, ",");
		char word[WORD_MAX + 1];

		if (length < sizeof(word)) {
			memcpy(word, list, length);
			word[length] = '\0';
			if (fnmatch(word, text, FNM_CASEFOLD) == 0)
				return true;
		}
		list += length + (list[length] == ',');
	}
	return false;
}
