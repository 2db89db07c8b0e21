#ifndef OB_FLOW_BATCH_H
#define OB_FLOW_BATCH_H

/*
 * Steps 2 to 6 of an order's way (DESIGN 4) for a page of orders as the shop
 * sent them. Each step is one function over the whole batch; an order that is
 * decided takes no part in the later ones, and never touches the others.
 */

#include <stdbool.h>
#include <stddef.h>

#include "connector/shop.h"
#include "flow/run.h"
#include "order/order.h"
#include "order/store.h"

enum fate {
	FATE_OPEN,      /* still under way; after the last step: to be stored */
	FATE_UNCHANGED, /* known with equal content */
	FATE_SKIPPED,   /* code says why */
	FATE_SOFT,      /* waits: retried by itself */
	FATE_HARD,      /* a person has to act */
	FATE_GONE,      /* the shop has it no more */
};

struct batch_order {
	const struct raw_order *raw; /* borrowed from the page */
	struct order order;
	struct seen seen; /* what batch_look found */
	enum fate fate;
	enum code code;          /* of a skip */
	bool lost_row;           /* marked by us, but our row was lost (D-25) */
	bool remark;             /* stored, but the shop lost the mark */
	bool poison;             /* it ended the program: nobody touches it */
	bool may_return;         /* a 404 may pass: it is tried again (F7) */
	bool waited;             /* it may have a retry row from before */
	bool updated, unchanged; /* what storing it did */
	unsigned attempts;       /* of its retry row so far */
	utc_ms give_up_at;       /* of its wait for a SKU; 0 = it begins now */
};

struct batch {
	struct batch_order *at; /* owned */
	size_t count;
	unsigned fresh; /* orders that were not known with equal content */
	/* What else decides orders once they are read; NULL: nothing. */
	void (*filter)(struct batch *batch, const void *context);
	const void *filter_context;
};

/* Takes the page's orders; the page must outlive the batch. */
MUST_CHECK bool batch_begin(struct batch *batch, const struct raw_page *page,
			    struct err *e);
void batch_end(struct batch *batch);

/* Whether it has one of these statuses; NULL: any is fine. */
bool batch_has_status(const struct batch_order *b, const char *list);
/* What is known already: one query. */
MUST_CHECK bool batch_look(struct batch *batch, struct run *run, struct err *e);
/* 2: JSON to struct order, proof, rules of the site. Pure. */
void batch_normalise(struct batch *batch, struct run *run);
/* What follows from what is known. Pure. */
void batch_recognise(struct batch *batch, struct run *run);
/* 4 prepared: kit lines get their components, so that 3 sees every SKU. */
MUST_CHECK bool batch_expand_kits(struct batch *batch, struct run *run,
				  struct err *e);
/* 3: every SKU of the batch: one query, one cache read, batched BC calls. */
MUST_CHECK bool batch_verify_skus(struct batch *batch, struct run *run,
				  struct err *e);
/* 5: store credit and gift cards to the cent. Pure. */
void batch_apply_credit(struct batch *batch, struct run *run);
/*
 * 6: one transaction for the batch, with what else belongs to it (watermark,
 * retry rows); an order that the database refuses is isolated by halving.
 */
MUST_CHECK bool batch_store(struct batch *batch, struct run *run,
			    bool (*also)(struct db *db, void *context,
					 struct err *e),
			    void *context, struct err *e);
/*
 * All of them. Once an attempt of the job was lost, each order goes its way
 * alone, so that one which ends the program is found and set aside
 * (RELIABILITY 3.4).
 */
MUST_CHECK bool batch_run(struct batch *batch, struct run *run,
			  bool (*also)(struct db *db, void *context,
				       struct err *e),
			  void *context, struct err *e);

#endif
