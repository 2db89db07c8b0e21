#ifndef OB_PRODUCT_ITEM_H
#define OB_PRODUCT_ITEM_H

/* Items (rm_items), what Business Central says of a SKU, and the verdict. */

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/code.h"
#include "base/err.h"
#include "base/money.h"

#define SKU_ROOM 401 /* 100 characters */

enum item_status {
	ITEM_ABSENT,
	ITEM_ACTIVE,
	ITEM_SELL_THROUGH,
	ITEM_BLOCKED,
	ITEM_DISCONTINUED,
};

/* What Business Central says of one SKU. */
enum bc_answer { BC_UNKNOWN, BC_OK, BC_BLOCKED, BC_MISSING, BC_UNREACHABLE };

struct item {
	int64_t id;
	char sku[SKU_ROOM]; /* key form */
	char description[1001];
	enum item_status status;
	char bc_number[81], gl_account[81], barcode[257], unit[41];
	struct money list_price;
};

/* One SKU of a run: what is known, and the verdict. */
struct sku_check {
	char key[SKU_ROOM];
	enum item_status here;
	enum bc_answer there;
	char bc_number[81];   /* "" = the SKU itself */
	char gl_account[81];  /* not "": the line goes there, no item check */
	char item_id[37];     /* BC's id; "" */
	char detail[201];
	struct money list_price;
};

/* A growing set of SKUs, sorted by key. */
struct sku_set {
	struct sku_check *sku; /* owned */
	size_t count, room;
};

/* The entry of a key, added when it is new; NULL when memory is out. */
struct sku_check *sku_set_add(struct sku_set *set, const char *key);
/* NULL when absent. */
struct sku_check *sku_set_find(const struct sku_set *set, const char *key);
void sku_set_end(struct sku_set *set);

/*
 * The truth table R-30 for one SKU: CODE_NONE passes. allowed: bit set of
 * 1u << enum item_status. component: OB_KIT_COMPONENT stands for an item that is
 * here but not in BC, or nowhere (R-21, 8.12).
 */
enum code sku_judge(const struct sku_check *sku, unsigned allowed,
		    bool component);

const char *item_status_name(enum item_status status);
/* ITEM_ABSENT when there is no such word. */
enum item_status item_status_find(const char *name);

#endif
