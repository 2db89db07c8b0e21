/*
 * replay_orders SITE PAGE...: takes stored pages of a shop through the
 * program's own steps, without a network, and prints how long each step took.
 * The settings come by ORDERBRIDGE_CONFIG. Every SKU stands in the cache of
 * verdicts, so that nobody is asked.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "app/app.h"
#include "connector/woocommerce/woocommerce.h"
#include "flow/batch.h"

extern char **environ;

/* A shop whose answers lie in files. */
struct pages {
	struct http_client client; /* first, so that the two pointers are one */
	char **path;
	size_t count, next;
};

enum step { FETCH, NORMALISE, VERIFY, STORE, STEPS };

static const char *const step_names[STEPS] = {"fetch", "normalise", "verify",
					      "store"};

struct figures {
	double seconds[STEPS];
	size_t orders;
};

static bool
send_page(struct http_client *self, const struct http_request *ask,
	  struct http_response *reply, size_t count, struct err *e)
{
	struct pages *p = (struct pages *)self;
	char chunk[65536];
	size_t length;
	FILE *in;

	if (count != 1 || strstr(ask->url, "/orders?") == NULL ||
	    p->next >= p->count)
		return err_set(e, ERR_FATAL, "nothing but pages is here");
	in = fopen(p->path[p->next++], "re");
	if (in == NULL)
		return err_set(e, ERR_FATAL, "no page");
	*reply = (struct http_response){.status = 200};
	reply->body = (struct strbuf)STRBUF((size_t)1 << 25);
	reply->headers = (struct strbuf)STRBUF(1024);
	strbuf_addf(&reply->headers, "x-wp-totalpages: %zu\n",
		    p->next < p->count ? (size_t)1000 : 1);
	while ((length = fread(chunk, 1, sizeof(chunk), in)) > 0)
		strbuf_addn(&reply->body, chunk, length);
	(void)fclose(in);
	return strbuf_check(&reply->body, e);
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
lap(struct figures *f, enum step step, double *since)
{
	double now = seconds();

	f->seconds[step] += now - *since;
	*since = now;
}

static bool
take_page(struct run *run, struct shop *shop, struct fetch *at,
	  struct figures *f, struct err *e)
{
	AUTO(raw_page) page = {0};
	AUTO(batch) batch = {0};
	double since = seconds();

	if (!shop->fetch_page(shop, at, &page, e) ||
	    !batch_begin(&batch, &page, e))
		return false;
	lap(f, FETCH, &since);
	if (!batch_look(&batch, run, e))
		return false;
	lap(f, VERIFY, &since);
	batch_normalise(&batch, run);
	lap(f, NORMALISE, &since);
	batch_recognise(&batch, run);
	if (!batch_expand_kits(&batch, run, e) ||
	    !batch_verify_skus(&batch, run, e))
		return false;
	batch_apply_credit(&batch, run);
	lap(f, VERIFY, &since);
	if (!batch_store(&batch, run, NULL, NULL, e))
		return false;
	lap(f, STORE, &since);
	f->orders += page.count;
	return true;
}

static bool
replay(struct app *app, int64_t site_id, struct pages *pages, struct figures *f,
       struct err *e)
{
	AUTO(run) run = {0};
	struct operation op = {.id = 1, .kind = "order_sync"};
	struct job job = {0};
	struct job_kind kind = {.kind = "order_sync"};
	struct task task = {.clock = &app->clock,
			    .log = &app->log,
			    .job = &job,
			    .op = &op,
			    .kind = &kind};
	struct shop_settings set = {.http = &pages->client,
				    .clock = &app->clock,
				    .key = "none",
				    .secret = "none",
				    .mapping = "{}"};
	struct fetch at = {.statuses = "processing", .page_size = 100};
	struct shop *shop;
	bool fine = true;

	if (!app_db(app, e) ||
	    !run_open(&run, app, &task, site_id, RUN_SYNC, e))
		return false;
	task.db = app->db;
	set.site = &run.site;
	shop = woocommerce_open(&set, e);
	if (shop == NULL)
		return false;
	while (fine && pages->next < pages->count)
		fine = take_page(&run, shop, &at, f, e);
	shop->close(shop);
	printf("{\"stored\": %u, ", op.tally.stored);
	return fine;
}

static void
print(const struct figures *f)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	printf("\"orders\": %zu", f->orders);
	for (size_t i = 0; i < STEPS; i++)
		printf(", \"%s\": %.6f", step_names[i], f->seconds[i]);
	printf(", \"cpu\": %.6f}\n",
	       (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
		       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) /
			       1e6);
}

int
main(int argc, char **argv)
{
	struct app app = {0};
	struct app_start start = {.log_name = "replay.log",
				  .environment = environ};
	struct pages pages = {.client = {.send = send_page}};
	struct figures f = {0};
	struct err e = {0};

	if (argc < 3)
		return 2;
	pages.path = argv + 2;
	pages.count = (size_t)argc - 2;
	if (!app_open(&app, &start, &e) ||
	    !replay(&app, strtoll(argv[1], NULL, 10), &pages, &f, &e)) {
		fprintf(stderr, "replay_orders: %s\n", e.text);
		return 1;
	}
	print(&f);
	app_close(&app);
	return 0;
}
