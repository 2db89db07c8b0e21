#include "product/item.h"

#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/row_out.h"
#include "base/text.h"

enum {
	SKU_CHARACTERS = 100,
	BC_NUMBER_UNITS = 20, /* Code[20] of Business Central */
};

/* The position of the key in sorted order, or where it would go. */
static size_t
place_of(const struct sku_set *set, const char *key, bool *found)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(set->sku[set->sorted[middle]].key, key);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*found = false;
	return low;
}

static bool
set_grow(struct sku_set *set)
{
	size_t room = set->room ? set->room * 2 : 32;
	struct sku_check *sku;
	size_t *sorted;

	if (set->count < set->room)
		return true;
	if (set->count >= SKU_SET_MAX)
		return false;
	sku = realloc(set->sku, room * sizeof(*sku));
	if (sku == NULL)
		return false;
	set->sku = sku;
	sorted = realloc(set->sorted, room * sizeof(*sorted));
	if (sorted == NULL)
		return false;
	set->sorted = sorted;
	set->room = room;
	return true;
}

struct sku_check *
sku_set_find(const struct sku_set *set, const char *key)
{
	bool found;
	size_t at = place_of(set, key, &found);

	return found ? &set->sku[set->sorted[at]] : NULL;
}

struct sku_check *
sku_set_add(struct sku_set *set, const char *key)
{
	bool found;
	size_t at = place_of(set, key, &found);
	struct sku_check *sku;

	if (found)
		return &set->sku[set->sorted[at]];
	if (strlen(key) >= SKU_ROOM || !set_grow(set))
		return NULL;
	sku = &set->sku[set->count];
	*sku = (struct sku_check){0};
	(void)text_copy(sku->key, sizeof(sku->key), key);
	memmove(&set->sorted[at + 1], &set->sorted[at],
		(set->count - at) * sizeof(*set->sorted));
	set->sorted[at] = set->count++;
	return sku;
}

void
sku_set_json(const struct sku_set *set, size_t from, size_t to,
	     struct strbuf *out)
{
	strbuf_add(out, "[");
	for (size_t i = from; i < to && i < set->count; i++) {
		if (i > from)
			strbuf_add(out, ",");
		json_out_text(out, set->sku[i].key);
	}
	strbuf_add(out, "]");
}

void
sku_set_end(struct sku_set *set)
{
	free(set->sku);
	free(set->sorted);
	*set = (struct sku_set){0};
}

bool
sku_needs_answer(const struct sku_check *sku)
{
	if (sku->key[0] == '\0' || sku->gl_account[0] != '\0')
		return false;
	return sku->bc_number[0] != '\0' ||
	       text_utf16_length(sku->key) <= BC_NUMBER_UNITS;
}

enum code
sku_judge(const struct sku_check *sku, unsigned allowed, bool component)
{
	/* R-30 with the readings of 8.12; a row is what rm_items says. */
	enum { NOT_HERE, MAY_SELL, MUST_NOT_SELL };
	/* clang-format off */
	static const enum code verdict[][BC_UNREACHABLE + 1] = {
		[NOT_HERE] = {
			[BC_UNKNOWN] = OB_BC_DOWN,
			[BC_OK] = OB_SKU_WAIT,
			[BC_BLOCKED] = OB_SKU_BLOCKED,
			[BC_MISSING] = OB_SKU_UNKNOWN,
			[BC_UNREACHABLE] = OB_BC_DOWN,
		},
		[MAY_SELL] = {
			[BC_UNKNOWN] = OB_BC_DOWN,
			[BC_OK] = CODE_NONE,
			[BC_BLOCKED] = OB_SKU_BLOCKED,
			[BC_MISSING] = OB_SKU_UNKNOWN,
			[BC_UNREACHABLE] = OB_BC_DOWN,
		},
		/* Soft while BC is away, because D-3 asks both sides. */
		[MUST_NOT_SELL] = {
			[BC_UNKNOWN] = OB_BC_DOWN,
			[BC_OK] = OB_SKU_BLOCKED,
			[BC_BLOCKED] = OB_SKU_BLOCKED,
			[BC_MISSING] = OB_SKU_BLOCKED,
			[BC_UNREACHABLE] = OB_BC_DOWN,
		},
	};
	/* clang-format on */
	int here = NOT_HERE;
	enum code code;

	if (sku->gl_account[0] != '\0')
		return CODE_NONE; /* */
	if (sku->key[0] == '\0')
		return OB_SKU_MISSING;
	if (!sku_needs_answer(sku))
		return OB_SKU_LONG;
	if (sku->here != ITEM_ABSENT)
		here = (allowed & (1u << sku->here)) != 0 ||
				       !OB_GUARD("verify.allowed")
			       ? MAY_SELL
			       : MUST_NOT_SELL;
	code = verdict[here][sku->there];
	return code == OB_SKU_UNKNOWN && component ? OB_KIT_COMPONENT : code;
}

static const char *const status_names[] = {
	[ITEM_ABSENT] = "",
	[ITEM_ACTIVE] = "active",
	[ITEM_SELL_THROUGH] = "sell_through",
	[ITEM_BLOCKED] = "blocked",
	[ITEM_DISCONTINUED] = "discontinued",
};

const char *
item_status_name(enum item_status status)
{
	return (size_t)status < COUNT_OF(status_names) ? status_names[status]
						       : "";
}

enum item_status
item_status_find(const char *name)
{
	for (size_t i = ITEM_ACTIVE; i < COUNT_OF(status_names); i++)
		if (strcmp(name, status_names[i]) == 0)
			return (enum item_status)i;
	return ITEM_ABSENT;
}

bool
item_key(const char *sku, char out[SKU_ROOM], struct err *e)
{
	AUTO(strbuf) key = STRBUF(64 * SKU_ROOM);
	size_t characters = 0;

	out[0] = '\0';
	if (!text_key(sku, &key, e) || !strbuf_check(&key, e))
		return err_in(e, "SKU");
	for (size_t i = 0; i < key.len; i++)
		characters += ((unsigned char)key.text[i] & 0xc0) != 0x80;
	if (characters > SKU_CHARACTERS)
		return err_set(e, ERR_INPUT,
			       "SKU of %zu characters, at most %d", characters,
			       SKU_CHARACTERS);
	(void)text_copy(out, SKU_ROOM, strbuf_text(&key));
	return true;
}
