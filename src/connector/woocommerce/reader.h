#ifndef OB_WOOCOMMERCE_READER_H
#define OB_WOOCOMMERCE_READER_H

/*
 * Reading an order's members: what is missing or of another kind than the API
 * promises becomes a fault of the order, never a failure of the page. Text that
 * shops store with entities is decoded where it is a name, not in addresses.
 */

#include "base/jnode.h"
#include "local.h"

struct reader {
	const struct woocommerce *w;
	struct order *o;
	int digits;      /* of the order's currency */
	json_t *rounded; /* owned list of paths that lost a fifth decimal */
};

/* Notes OB_JSON with the error's text, at the node. */
void reader_wrong(struct reader *r, const struct jnode *at, enum code code,
		  const struct err *e);
/* Text or a whole number as text; "" when absent or null. */
const char *reader_text(struct reader *r, const struct jnode *at,
			const char *key, char number[24]);
/* The same copied; cut at the room's edge. */
void reader_copy(struct reader *r, const struct jnode *at, const char *key,
		 char *out, size_t room);
/* A name: entities decoded, clean, at most so many characters (UTF-16). */
void reader_name(struct reader *r, const struct jnode *at, const char *key,
		 char *out, size_t room, size_t units);
/* 0 when absent or null; OB_FIELD when it is required. */
struct money reader_money(struct reader *r, const struct jnode *at,
			  const char *key, bool required);
/* The same, rounded to the currency's digits (8.12). */
struct money reader_amount(struct reader *r, const struct jnode *at,
			   const char *key);
/* 0 when absent or null. */
utc_ms reader_time(struct reader *r, const struct jnode *at, const char *key);
/* An array or the values of an object; PHP turns one into the other. */
size_t reader_count(const struct jnode *at);
struct jnode reader_item(const struct jnode *at, size_t index);
/* A new line; NULL notes that there is no room. */
struct line *reader_line(struct reader *r, enum line_type type);

/* The lines of every kind, in the order of their types (lines.c). */
void reader_lines(struct reader *r, const struct jnode *order);
/* Coupons and gift cards (credits.c). */
void reader_coupons(struct reader *r, const struct jnode *order);
void reader_gift_cards(struct reader *r, const struct jnode *order);
/* Whether a negative fee is store credit by its name (8.12). */
bool reader_is_credit(const struct reader *r, const char *name);
/* Payment, allow-listed meta (payment.c). */
void reader_payment(struct reader *r, const struct jnode *order);
/* The first value of a meta key that is not empty, value NULL when none. */
struct jnode reader_meta(const struct jnode *order, const char *key,
			 struct jnode parents[2]);

#endif
