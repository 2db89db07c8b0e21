/* The work of an operation retry: failed orders, fetched and taken anew. */
#include <string.h>

#include "base/text.h"
#include "db/db.h"
#include "flow/retry.h"

enum { ORDERS_AT_ONCE = 100 };

/* The next orders of the site to be tried; keeps on after the last id seen. */
struct portion {
	char id[ORDERS_AT_ONCE][65];
	const char *ids[ORDERS_AT_ONCE];
	size_t count;
	int64_t last;
};

static bool
load_portion(struct run *run, struct portion *p, struct err *e)
{
	AUTO(rows) rows = ROWS;

	p->count = 0;
	if (!db_open(run->app->db, &rows, SQL_RETRY_REQUEUED,
		     BINDS(bind_int(run->site.id), bind_int(p->last),
			   bind_int(ORDERS_AT_ONCE)),
		     e))
		return false;
	while (rows_next(&rows)) {
		rows_text(&rows, "platform_order_id", p->id[p->count],
			  sizeof(p->id[0]));
		p->ids[p->count] = p->id[p->count];
		p->last = rows_int(&rows, "order_id");
		p->count++;
	}
	return rows_check(&rows, e);
}

static bool
try_portion(struct run *run, const struct portion *p, struct err *e)
{
	AUTO(raw_page) page = {0};
	AUTO(batch) batch = {0};
	struct shop *shop = run->shop.shop;

	return shop->fetch_ids(shop, p->ids, p->count, &page, e) &&
	       batch_begin(&batch, &page, e) &&
	       batch_run(&batch, run, NULL, NULL, e);
}

static bool
try_site(struct app *app, struct task *task, int64_t site_id, struct err *e)
{
	AUTO(run) run = {0};
	struct portion p = {.last = 0};
	struct err later;

	if (!run_open(&run, app, task, site_id, RUN_RETRY, e))
		return run_failed(&run, e);
	do {
		if (!load_portion(&run, &p, e))
			return false;
		if (p.count > 0 && !try_portion(&run, &p, e))
			return run_failed(&run, e);
	} while (p.count == ORDERS_AT_ONCE && !task_must_stop(task));
	return (mark_orders(&run, &later, e) && mark_defer(&run, &later, e)) ||
	       run_failed(&run, e);
}

bool
retry_run(void *context, struct task *task, struct err *e)
{
	struct app *app = context;
	AUTO(rows) rows = ROWS;

	if (!app_db(app, e) ||
	    !db_open(app->db, &rows, SQL_RETRY_SITES, NO_BINDS, e))
		return false;
	while (rows_next(&rows) && !task_must_stop(task))
		if (!try_site(app, task, rows_int(&rows, "site_id"), e))
			return false;
	return rows_check(&rows, e);
}
