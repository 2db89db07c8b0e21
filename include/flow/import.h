#ifndef OB_FLOW_IMPORT_H
#define OB_FLOW_IMPORT_H

/*
 * The manual "Import Webstore Orders" (FEATURES IMP-*): a site's configuration,
 * with filters that win for this import. Stored orders are skipped and counted
 * by reason; it may run beside the automatic synchronisation.
 */

#include "flow/run.h"

struct import_filter {
	char order_id[65];   /* "" = all that match the rest */
	char statuses[801];  /* "" = the site's */
	utc_ms created_from; /* 0 = any; 00:00 of the store's zone */
};

/*
 * Reads the scope of an operation import: order_id, status, start_date (a date
 * in the store's zone). ERR_INPUT names a bad member.
 */
MUST_CHECK bool import_filter_read(struct import_filter *out, const char *scope,
				   const struct site *site, struct err *e);
/* The work of an operation import; of a dry run its preview. */
MUST_CHECK bool import_run(void *app, struct task *task, struct err *e);
/* The same without a task: told through run->told. */
MUST_CHECK bool import_plan(struct run *run, const struct import_filter *filter,
			    struct err *e);

#endif
