#ifndef OB_FLOW_WEBHOOK_CHECK_H
#define OB_FLOW_WEBHOOK_CHECK_H

/*
 * A shop's subscriptions to us (FEATURES Z-12): whether each topic is told, to
 * our address. A shop disables what failed too often and tells nobody, so they
 * are looked at each day; polling covers the gap.
 */

#include "app/app.h"
#include "queue/worker.h"
#include "site/site.h"

enum webhook_repair {
	WEBHOOK_LOOK,        /* change nothing */
	WEBHOOK_MEND_BROKEN, /* what is missing, silent or told elsewhere */
	WEBHOOK_SET_ALL,     /* and give each the site's secret once more */
};

enum { WEBHOOK_TOPICS = 4 };

struct webhook_finding {
	const char *topic;
	char id[65];     /* "" = there is none */
	char status[21]; /* active, paused, disabled, missing, elsewhere */
	char url[501];   /* where it is told now */
	bool repaired;
};

struct webhook_findings {
	char url[401]; /* of deliveries, before "/order.created" */
	struct webhook_finding topic[WEBHOOK_TOPICS];
	bool is_fine; /* now, after the repair */
	unsigned repaired;
};

/*
 * Looks at them, mends them as asked, and keeps what was found. base: our
 * address as the shop reaches it, without "/api/v1"; NULL: web.public_url, or
 * that of the last repair. ERR_INPUT with OB_CONFIG when there is none.
 * A secret is made where the site has none. is_person: not a part of a
 * synchronisation, so not kept from the shop by the window.
 */
MUST_CHECK bool webhook_check(struct app *app, const struct site *site,
			      const char *base, enum webhook_repair repair,
			      bool is_person, struct webhook_findings *out,
			      struct err *e);
/*
 * The work of an operation webhook_check: of one site, with {"repair": true,
 * "url": our address} in its scope; without a site of all that were set up,
 * mending what is broken.
 */
MUST_CHECK bool webhook_check_run(void *app, struct task *task, struct err *e);

#endif
