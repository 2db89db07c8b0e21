#include "flow/verify.h"

#include <string.h>

#include "base/text.h"
#include "db/db.h"
#include "flow/run.h"
#include "order/store.h"
#include "site/secret_store.h"

static const struct {
	const char *id, *what;
	enum sql_id statement;
} checks[] = {
	{"I1", "a stored order has one row, under the id it was met with",
	 SQL_VERIFY_SEEN_ONCE},
	{"I1", "each order stands in the one place that its outcome names",
	 SQL_VERIFY_ONE_FATE},
	{"I3", "a stored order has two addresses and a product line",
	 SQL_VERIFY_ADDRESSES},
	{"I3", "the lines of a stored order add up to its totals",
	 SQL_VERIFY_MONEY},
	{"I5", "no order was marked before it was stored", SQL_VERIFY_MARKS},
	{"I6", "leases have an owner and a fence, done jobs are closed",
	 SQL_VERIFY_LEASES},
	{"I8", "no synchronisation called out inside the window",
	 SQL_VERIFY_WINDOW},
	{"I9", "each operation's run is where its state says",
	 SQL_VERIFY_OPERATIONS},
};

/* PERFORMANCE: the ceiling of a cron run over 100 orders, in KiB. */
static const int64_t memory_ceiling = 32 * 1024;

static struct invariant *
add(struct verification *v, const char *id, const char *what)
{
	struct invariant *i = &v->invariant[v->count++];

	*i = (struct invariant){.id = id, .what = what};
	return i;
}

static bool
ask(struct db *db, struct invariant *i, enum sql_id statement,
    const struct bind *bind, size_t binds, struct err *e)
{
	AUTO(rows) rows = ROWS;
	const char *sample;

	if (!db_open(db, &rows, statement, bind, binds, e))
		return err_in(e, "verify %s", i->id);
	if (rows_next(&rows)) {
		i->breaches = (unsigned)rows_int(&rows, "breaches");
		sample = rows_borrow(&rows, "sample", NULL);
		if (i->breaches && sample)
			(void)text_copy(i->sample, sizeof(i->sample), sample);
	}
	return rows_check(&rows, e);
}

/* What the search for secrets needs of one. */
struct search {
	struct app *app;
	struct invariant *result;
};

static bool
line_holds(const char *line, const char *secret)
{
	return strlen(secret) >= 8 && strstr(line, secret) != NULL;
}

/* I10: a planted or real secret stands in no log line. */
static bool
look_for(struct search *s, const char *name, const char *secret, struct err *e)
{
	AUTO(rows) rows = ROWS;
	char line[8192];
	FILE *log = s->app->log.path[0] ? fopen(s->app->log.path, "r") : NULL;

	while (log && fgets(line, sizeof(line), log))
		if (line_holds(line, secret)) {
			s->result->breaches++;
			(void)text_copy(s->result->sample,
					sizeof(s->result->sample), name);
		}
	if (log)
		(void)fclose(log);
	if (!db_open(s->app->db, &rows, SQL_VERIFY_SECRET,
		     BINDS(bind_text(secret), bind_text(secret),
			   bind_text(secret)),
		     e))
		return false;
	if (rows_next(&rows) && rows_int(&rows, "breaches") > 0) {
		s->result->breaches += (unsigned)rows_int(&rows, "breaches");
		(void)text_copy(s->result->sample, sizeof(s->result->sample),
				name);
	}
	return rows_check(&rows, e);
}

static bool
look_for_secrets(struct search *s, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!app_secrets(s->app, e) || !secret_store_list(s->app->db, &rows, e))
		return false;
	while (rows_next(&rows)) {
		AUTO(strbuf) text = STRBUF(SECRET_TEXT_MAX);
		char name[4 * SECRET_NAME_MAX + 1];
		bool fine;

		rows_text(&rows, "name", name, sizeof(name));
		fine = secret_store_get(s->app->db, &s->app->secrets, name,
					&text, NULL, e) &&
		       look_for(s, name, text.text, e);
		secret_wipe(&text);
		if (!fine)
			return false;
	}
	return rows_check(&rows, e);
}

bool
verify_database(struct app *app, struct verification *out, struct err *e)
{
	struct search search = {.app = app};

	if (!app_db(app, e))
		return false;
	for (size_t i = 0; i < COUNT_OF(checks); i++)
		if (!ask(app->db, add(out, checks[i].id, checks[i].what),
			 checks[i].statement, NO_BINDS, e))
			return false;
	if (!ask(app->db, add(out, "I12", "a cron run stays within 32 MiB"),
		 SQL_VERIFY_MEMORY, BINDS(bind_int(memory_ceiling)), e))
		return false;
	search.result = add(out, "I10", "no secret stands in the log");
	return look_for_secrets(&search, e);
}

/* Orders of a page that carry our mark and are not known here. */
static bool
count_unknown(struct run *run, const struct raw_page *page, struct invariant *i,
	      struct err *e)
{
	struct seen seen[100] = {0};
	size_t count = 0;

	for (size_t k = 0; k < page->count && count < COUNT_OF(seen); k++) {
		struct order o = {0};
		struct err bad = {0};
		const struct shop *shop = run->shop.shop;

		if (shop->read_order(shop, &page->order[k], &o, &bad) &&
		    o.marked)
			(void)text_copy(seen[count++].platform_id,
					sizeof(seen->platform_id),
					o.platform_id);
		order_end(&o);
	}
	if (!order_seen_match(run->app->db, run->site.id, seen, count, e))
		return false;
	for (size_t k = 0; k < count; k++)
		if (seen[k].id == 0) {
			i->breaches++;
			(void)text_copy(i->sample, sizeof(i->sample),
					seen[k].platform_id);
		}
	return true;
}

static bool
verify_site(struct app *app, int64_t site_id, struct invariant *i,
	    struct err *e)
{
	AUTO(run) run = {0};
	struct fetch at = {.statuses = "any", .page_size = 100};

	if (!run_open(&run, app, NULL, site_id, RUN_SYNC, e))
		return false;
	while (!at.done) {
		AUTO(raw_page) page = {0};
		struct shop *shop = run.shop.shop;

		if (!shop->fetch_page(shop, &at, &page, e) ||
		    !count_unknown(&run, &page, i, e))
			return err_in(e, "verify %s", run.site.code);
	}
	return true;
}

bool
verify_upstream(struct app *app, struct verification *out, struct err *e)
{
	AUTO(rows) rows = ROWS;
	struct invariant *i =
		add(out, "I2", "what the shops show as exported is known here");

	if (!app_db(app, e) ||
	    !db_open(app->db, &rows, SQL_VERIFY_SITES, NO_BINDS, e))
		return false;
	while (rows_next(&rows))
		if (!verify_site(app, rows_int(&rows, "id"), i, e))
			return false;
	return rows_check(&rows, e);
}
