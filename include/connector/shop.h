#ifndef OB_CONNECTOR_SHOP_H
#define OB_CONNECTOR_SHOP_H

/*
 * The seam to a web shop: a connector is a folder that fills this struct, and a
 * row in app/shops.c. It turns HTTP into structs and never sees the database.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/jnode.h"
#include "net/http.h"
#include "order/order.h"
#include "site/site.h"

/* Where one page stands; the connector moves it on. */
struct fetch {
	/* asked by the caller, constant over the pages */
	utc_ms modified_after; /* exclusive; 0 = from the beginning */
	utc_ms modified_until; /* inclusive upper bound; 0 = none yet */
	utc_ms created_from;   /* inclusive; 0 = any (IMP-16) */
	const char *statuses;  /* comma list of slugs */
	unsigned page_size;    /* 1 to 100 */
	/* kept by the connector */
	unsigned page;      /* of the present anchor, from 1 */
	utc_ms anchor;      /* keyset: modification time that pages begin at */
	utc_ms server_date; /* the shop's own clock at the first page */
	unsigned total; /* orders there were at it; 0: the shop does not tell */
	bool done;      /* no page after this one */
	bool ignores_dates; /* the shop gave orders from before the anchor */
	/* to find the order that spoils a page (F2) */
	unsigned rows;   /* a page has now; 0: page_size */
	unsigned bad;    /* answers in a row that could not be read */
	unsigned passed; /* single orders passed that could not be read */
	bool fair;       /* other orders of the shop can be read */
};

/* One order as the shop sent it. */
struct raw_order {
	char platform_id[65];
	utc_ms modified;
	json_t *json; /* borrowed from the page; NULL: body is no JSON (F2) */
	char *body;   /* owned: its text, to be kept as payload */
	size_t body_length;
	bool gone; /* fetch_ids: the shop has no such order any more */
};

struct raw_page {
	json_t *document;        /* owned */
	struct raw_order *order; /* owned array */
	size_t count;
	size_t bytes; /* as they came over the wire, decompressed */
	/* Entries without an id: no order can be named, so the walk must not
	 * pass them for good. */
	size_t nameless;
};

void raw_page_end(struct raw_page *page);

struct mark {
	const char *platform_id;
	const char *number; /* for a note, where the shop takes one */
};

/* How one mark ended. */
struct outcome {
	struct err err;  /* ERR_NONE: done. ERR_MISSING: gone from the shop */
	bool superseded; /* a person moved the order on: nothing was set */
};

enum probe_verdict { PROBE_SKIP, PROBE_PASS, PROBE_WARN, PROBE_FAIL };

/* What a connection test found; each step in order. */
struct probe_step {
	const char *name;
	enum probe_verdict verdict;
	char why[400], fix[256];
	int64_t ended_boot_ms; /* the next one began then */
};

struct probe {
	struct probe_step step[8];
	size_t steps;
	char version[64];  /* of the shop's software, "" unknown */
	int64_t fetchable; /* orders the next sync would fetch; -1 unknown */
	/* How the key has to be shown, for site.auth_mode; "" not found out. */
	char auth_mode[16];
};

struct status_list {
	struct {
		char id[61], label[121];
	} status[64];
	size_t count;
};

/* What the shop tells by itself, and where to. */
struct subscription {
	char id[65]; /* "" = to be made */
	char topic[41], url[501];
	char status[21]; /* active; else it is silent: paused, disabled */
};

struct subscription_list {
	struct subscription *at; /* owned */
	size_t count;
};

void subscription_list_end(struct subscription_list *list);

/* What not every platform has; its members may be NULL: ask shop_can. */
enum shop_feature { SHOP_WEBHOOKS };

struct shop { /* one platform; every call may use the network but pure ones */
	const char *platform;
	bool (*probe)(struct shop *self, struct probe *out, struct err *e);
	bool (*statuses)(struct shop *self, struct status_list *out,
			 struct err *e);
	/*
	 * How many orders the shop has of these statuses, created_from and
	 * modified_after; -1 when it does not tell. A person waits: ten
	 * seconds at most.
	 */
	bool (*count)(struct shop *self, const struct fetch *of, int64_t *out,
		      struct err *e);
	/*
	 * Reads the next page by modification time, oldest first; sets
	 * at->done. A page holds each order at most once, but pages overlap.
	 * Bodies that are not what the API promises are ERR_TEMPORARY with
	 * OB_UPSTREAM: the page as a whole, never half of it. What is bad a
	 * third time is asked for in smaller pages, until the order that spoils
	 * it stands alone: without json, or nameless. Where no other order can
	 * be read either, it is the shop's trouble and no order's.
	 */
	bool (*fetch_page)(struct shop *self, struct fetch *at,
			   struct raw_page *out, struct err *e);
	/* Reads orders by id, in the order asked; 404 sets gone. */
	bool (*fetch_ids)(struct shop *self, const char *const *ids,
			  size_t count, struct raw_page *out, struct err *e);
	/*
	 * Pure: JSON to struct order. False (OB_JSON, ERR_INPUT) only when it
	 * is not an order at all; what is wrong inside goes to out->faults.
	 */
	bool (*read_order)(const struct shop *self, const struct raw_order *raw,
			   struct order *out, struct err *e);
	/*
	 * Pure: where a person sees the order in the shop's own pages. Ids come
	 * from the shop: only what can stand in an address is taken.
	 */
	void (*order_page)(const struct shop *self, const char *platform_id,
			   struct strbuf *out);
	/* Marks orders as exported, batched; one outcome a mark. */
	bool (*mark)(struct shop *self, const struct mark *marks, size_t count,
		     struct outcome *each, struct err *e);
	/* SHOP_WEBHOOKS: all subscriptions of the shop, whosever they are. */
	bool (*subscriptions)(struct shop *self, struct subscription_list *out,
			      struct err *e);
	/* Makes one, or lets one that exists speak again as wanted. */
	bool (*subscribe)(struct shop *self, const struct subscription *want,
			  const char *secret, struct err *e);
	void (*close)(struct shop *self);
};

bool shop_can(const struct shop *shop, enum shop_feature feature);

/* What a connector is opened with; strings are borrowed for its life. */
struct shop_settings {
	const struct site *site;
	struct http_client *http; /* NULL: pure calls only, no key is needed */
	const struct clock *clock;
	const char *key, *secret; /* consumer key and secret; token */
	unsigned mark_batch;      /* marks a request, halved on trouble */
	const char *mapping;      /* JSON text of the site's mapping */
};

#endif
