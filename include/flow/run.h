#ifndef OB_FLOW_RUN_H
#define OB_FLOW_RUN_H

/*
 * One pass over one shop: what every flow that touches orders shares (the
 * scheduled run, the manual import, retries, marks, dry runs, replay).
 */

#include <stdbool.h>
#include <stdint.h>

#include "app/app.h"
#include "app/shops.h"
#include "base/err.h"
#include "connector/businesscentral/bc.h"
#include "connector/shop.h"
#include "order/check.h"
#include "product/kit.h"
#include "queue/operation.h"
#include "queue/worker.h"
#include "site/site.h"

/* How a pass treats orders that are known already. */
enum run_kind {
	RUN_SYNC, /* equal content costs nothing; a mark of others is respected
		   */
	RUN_FULL, /* "Synchronize all": as if nothing had been read before */
	RUN_IMPORT, /* stored orders are skipped, all others tried (IMP-7) */
	RUN_RETRY,  /* orders that waited: all are tried */
};

struct run {
	struct app *app;   /* borrowed */
	struct task *task; /* NULL: a dry run; nothing is written anywhere */
	enum run_kind kind;
	struct site site;
	struct open_shop shop;
	struct open_bc bc;
	struct order_rules rules;
	struct kit_limits limits;
	unsigned allowed; /* item statuses, bits of 1u << enum item_status */
	utc_ms started;   /* the first sync's moment (D-25) */
	bool any_size;    /* test orders are taken: asked for by id (D-5) */
	struct tally tally;
	/*
	 * Called for each order whose fate is decided; may be NULL. Dry runs
	 * print by it.
	 */
	void (*told)(void *context, const struct order *o, const char *outcome,
		     const struct fault *why, enum code code);
	void *told_context;
};

/*
 * Loads the site, its rules, shop and Business Central. ERR_MISSING with
 * OB_WEBSHOP_NOT_FOUND when the site is gone or disabled (D-14); ERR_DENIED
 * with OB_AUTH_FAILED while wrong credentials keep it paused.
 */
MUST_CHECK bool run_open(struct run *run, struct app *app, struct task *task,
			 int64_t site_id, enum run_kind kind, struct err *e);
void run_end(struct run *run);
/* Item statuses that sell, bits of 1u << enum item_status. */
unsigned run_allowed(const struct app *app);
/* Shows how far a walk is; before: what the operation had fetched before it. */
void run_progress(const struct run *run, const struct fetch *at,
		  unsigned before);
/* Counts an order that is decided, and tells whoever listens. */
void run_tell(struct run *run, const struct order *o, const char *outcome,
	      const struct fault *why, enum code code);
/*
 * Takes note of an error that concerns the whole shop: wrong credentials pause
 * the site. Returns false, so that a caller can write: return run_failed(...).
 */
bool run_failed(struct run *run, struct err *e);
/*
 * What run_open could not do, for a job that has to wait for it: a site that is
 * paused, disabled or not at its address costs no attempt (R-46, D-14), a
 * deleted one ends the job.
 */
bool run_postpone(struct run *run, struct err *e);

#endif
