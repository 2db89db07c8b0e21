#ifndef OB_ORDER_ORDER_H
#define OB_ORDER_ORDER_H

/*
 * One order in the unified form (FEATURES 8.1), whatever shop it came from. The
 * pure steps fill and change it in memory: read_order (connector), order_check,
 * kit_expand, credit_apply, order_prove; order/store.c keeps it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/money.h"
#include "base/quantity.h"
#include "base/strbuf.h"
#include "order/fault.h"

/* As received. Widths are bytes: VARCHAR(n) x 4 + NUL. */
struct address {
	char first_name[1021], last_name[1021], company[1021];
	char address1[1021], address2[1021], city[1021], state[1021];
	char postcode[1021], country[1021], phone[1021];
	char email[1021]; /* of billing only */
};

enum line_type {
	LINE_PRODUCT = 1,   /* or kit parent */
	LINE_COMPONENT = 2, /* of a kit */
	LINE_SHIPPING = 3,
	LINE_TAX = 4,
	LINE_COUPON = 5, /* memo */
	LINE_FEE = 6,
	LINE_CREDIT = 7,    /* memo: store credit */
	LINE_GIFT_CARD = 8, /* memo: gift card redeemed */
	LINE_ROUNDING = 9,
	LINE_COMMENT = 10,
};

struct line {
	int number; /* line_no, from 1; given by order_number_lines */
	enum line_type type;
	int parent;           /* number of the kit parent; 0 none */
	char platform_id[65]; /* platform_line_id; "" */
	char sku[401];        /* as sent, trimmed; "" */
	char key[401];        /* key form of the SKU */
	char name[2001];
	struct quantity quantity;
	struct money unit_price, discount, amount, credit, tax;
	char code[401];      /* coupon code, masked card, rate code; "" */
	char *options;       /* owned JSON text, or NULL */
	char gl_account[21]; /* the line goes to this account; "" */
	bool bundled; /* bundle plugin, kit or part: is expanded */
	/*
	 * A smart coupon is store credit whose value may already be inside the
	 * amounts of the lines. While undecided its code stands in full;
	 * order_prove makes it type 5 (inside) or 7 with a masked code.
	 */
	bool smart_coupon, undecided;
	int place; /* of order_number_lines alone */
};

struct order {
	int64_t id; /* of rm_order_seen; 0 while not met */
	int64_t site_id;
	char platform_id[65];
	char number[36]; /* BGM-12345 */
	utc_ms order_date, modified, paid_at;
	char status[61];
	char currency[4], display_currency[4];
	bool prices_include_tax;
	char customer_id[65]; /* "" = guest */
	char email[255];
	char *customer_note;       /* owned, at most 4000 characters, or NULL */
	struct address bill, ship; /* as received */
	struct address bill_clean, ship_clean; /* normalised */
	bool ship_same;
	bool has_shipping_address_need; /* false: digital only */
	char ship_method[801];
	struct money ship_cost;
	char payment_method[41];    /* code of R-3 */
	char payment_provider[401]; /* the platform's slug */
	bool klarna, stripe, paypal;
	char trans_id[129];
	struct money total; /* P: what the platform says is to pay */
	struct money total_before_credit, credit_total, total_due, tax_total;
	struct money proof_residual;
	bool proof_ok;
	bool has_kit;
	bool marked;    /* carries our export mark */
	bool cancelled; /* refunded in full or cancelled before the first fetch
			 */
	struct line *line; /* owned */
	size_t lines, line_room;
	char *extra;       /* owned JSON text of allow-listed meta, or NULL */
	char *staff_notes; /* owned, or NULL */
	unsigned char content_hash[32];
	struct faults faults;
};

/* Frees what it owns and empties it. */
void order_end(struct order *o);
/*
 * Appends an empty line of the type, with a number that no other line has; NULL
 * when memory is out or the order has 5,000 lines. Pointers to lines move.
 */
struct line *order_add_line(struct order *o, enum line_type type);
/* Memo lines (coupon, credit, gift card, comment) are in no sum. */
bool line_is_memo(const struct line *line);
/*
 * Sorts the lines (products in platform order each followed by its components,
 * then by type) and numbers them from 1; line.parent follows.
 */
void order_number_lines(struct order *o);

#endif
