#ifndef OB_PRODUCT_ITEM_H
#define OB_PRODUCT_ITEM_H

/* Items (rm_items), what Business Central says of a SKU, and the verdict. */

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/code.h"
#include "base/err.h"
#include "base/money.h"
#include "base/strbuf.h"

#define SKU_ROOM 401 /* 100 characters */

enum item_status {
	ITEM_ABSENT,
	ITEM_ACTIVE,
	ITEM_SELL_THROUGH,
	ITEM_BLOCKED,
	ITEM_DISCONTINUED,
};

/* What Business Central says of one SKU. BC_UNKNOWN: not asked yet. */
enum bc_answer { BC_UNKNOWN, BC_OK, BC_BLOCKED, BC_MISSING, BC_UNREACHABLE };

struct item {
	int64_t id;         /* 0 = not stored yet */
	char sku[SKU_ROOM]; /* key form */
	char description[1001];
	enum item_status status;
	char bc_number[81], gl_account[81], barcode[257], unit[41];
	struct money list_price;
	utc_ms bc_modified_at, last_ordered_at, updated_at; /* 0 = never */
	unsigned version;
};

/* One SKU of a run: what is known, and the verdict. */
struct sku_check {
	char key[SKU_ROOM];
	enum item_status here;
	enum bc_answer there;
	bool cached;         /* the answer came from rm_sku_check */
	char bc_number[81];  /* "" = the SKU itself */
	char gl_account[81]; /* not "": the line goes there, no item check */
	char item_id[37];    /* BC's id; "" */
	char detail[201];
	struct money list_price;
};

/* A growing set of SKUs: an array in order of arrival, found by key. */
struct sku_set {
	struct sku_check *sku; /* owned */
	size_t count, room;
	size_t *sorted; /* owned: positions in sku, by key */
};

#define SKU_SET_MAX 100000 /* more than any shop sells in one run */

/*
 * The entry of a key, added when it is new; NULL when memory is out or the set
 * is full. The pointer holds until the next add.
 */
struct sku_check *sku_set_add(struct sku_set *set, const char *key);
/* NULL when absent. */
struct sku_check *sku_set_find(const struct sku_set *set, const char *key);
/* Appends entries from..to (exclusive) as a JSON array of keys. */
void sku_set_json(const struct sku_set *set, size_t from, size_t to,
		  struct strbuf *out);
void sku_set_end(struct sku_set *set);

/*
 * The truth table R-30 for one SKU: CODE_NONE passes. allowed: bit set of
 * 1u << enum item_status. component: OB_KIT_COMPONENT stands for an item that
 * is here but not in BC, or nowhere (R-21, 8.12). An answer that is BC_UNKNOWN
 * decides as BC_UNREACHABLE does.
 */
enum code sku_judge(const struct sku_check *sku, unsigned allowed,
		    bool component);
/*
 * Whether the verdict hangs on Business Central's answer: false for a SKU that
 * is empty, mapped to a G/L account, or too long for an item number.
 */
bool sku_needs_answer(const struct sku_check *sku);

/* "active" as stored; "" for ITEM_ABSENT. */
const char *item_status_name(enum item_status status);
/* ITEM_ABSENT when there is no such word. */
enum item_status item_status_find(const char *name);

/*
 * The key form of a SKU: NFC, white space tidied, upper case, at most
 * 100 characters. An empty one gives ""; ERR_INPUT for text that is too long or
 * no UTF-8.
 */
MUST_CHECK bool item_key(const char *sku, char out[SKU_ROOM], struct err *e);

#endif
