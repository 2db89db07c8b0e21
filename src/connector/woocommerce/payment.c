#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "reader.h"

#define META_MAX   64
#define META_BYTES 4096

/* A text for extra, without a card number. */
static void
add_text(json_t *extra, const char *name, const char *value)
{
	AUTO(strbuf) text = STRBUF(65536);

	if (value[0] == '\0')
		return;
	strbuf_add(&text, value);
	if (text.failed)
		return;
	text_mask_cards(text.text);
	(void)json_object_set_new(extra, name, json_string(text.text));
}

/* A meta value that the site wants; what is huge is no field of an order. */
static void
add_meta(json_t *meta, const char *key, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY |
					       JSON_REAL_PRECISION(15));

	if (text != NULL && strlen(text) <= META_BYTES &&
	    json_object_size(meta) < META_MAX) {
		if (json_is_string(value))
			add_text(meta, key, json_string_value(value));
		else
			(void)json_object_set(meta, key, value);
	}
	free(text);
}

static void
read_meta(struct reader *r, const struct jnode *order, json_t *extra)
{
	struct jnode list = jnode_get(order, "meta_data");
	json_auto_t *meta = json_object();

	for (size_t i = 0; i < jnode_count(&list); i++) {
		const json_t *row = json_array_get(list.value, i);
		const char *key =
			json_string_value(json_object_get(row, "key"));
		json_t *value = json_object_get(row, "value");

		if (key != NULL && value != NULL &&
		    order_list_fits(r->w->rules.extra_meta, key))
			add_meta(meta, key, value);
	}
	if (json_object_size(meta) > 0)
		(void)json_object_set(extra, "meta", meta);
}

/* the payment intent is the better name of a payment than its charge. */
static void
read_transaction(struct reader *r, const struct jnode *order, json_t *extra)
{
	struct jnode parents[2];
	struct jnode intent = reader_meta(order, "_stripe_intent_id", parents);
	const char *better = json_string_value(intent.value);
	char number[24];
	const char *id = reader_text(r, order, "transaction_id", number);

	if (better == NULL || better[0] == '\0')
		better = id;
	if (!text_copy(r->o->trans_id, sizeof(r->o->trans_id), better))
		add_text(extra, "transaction_id_whole", better);
	if (strcmp(better, id) != 0)
		add_text(extra, "transaction_id", id);
}

void
reader_payment(struct reader *r, const struct jnode *order)
{
	json_auto_t *extra = json_object();
	char title[2001];

	reader_name(r, order, "payment_method", r->o->payment_provider,
		    sizeof(r->o->payment_provider), 100);
	reader_name(r, order, "payment_method_title", title, sizeof(title),
		    500);
	add_text(extra, "payment_title", title);
	read_transaction(r, order, extra);
	read_meta(r, order, extra);
	if (json_array_size(r->rounded) > 0)
		(void)json_object_set(extra, "rounded", r->rounded);
	if (json_object_size(extra) > 0)
		r->o->extra =
			json_dumps(extra, JSON_COMPACT | JSON_SORT_KEYS |
						  JSON_REAL_PRECISION(15));
}
