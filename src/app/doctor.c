#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "app/shops.h"
#include "app/tests.h"
#include "app_local.h"
#include "base/text.h"
#include "db/migrate.h"
#include "queue/window.h"

static void
check(struct test_result *out, const char *name, bool fine, const struct err *e)
{
	struct probe_step step;

	step_fill(&step, name, fine, e);
	test_add_step(out, &step);
}

static void
warn(struct test_result *out, const char *name, bool fine, const char *why,
     const char *fix)
{
	struct probe_step step = {.name = name,
				  .verdict = fine ? PROBE_PASS : PROBE_WARN};

	(void)text_copy(step.why, sizeof(step.why), why);
	(void)text_copy(step.fix, sizeof(step.fix), fix);
	test_add_step(out, &step);
}

static void
check_root(struct test_result *out)
{
	warn(out, "Runs without root", geteuid() != 0,
	     "this process runs as root",
	     "run it as a user of its own: the key file is that user's");
}

static void
check_log(struct app *app, struct test_result *out)
{
	warn(out, "Log folder",
	     app->log.path[0] != '\0' || app->config.log.dir[0] == '\0',
	     "the log goes to standard error",
	     "make log.dir writable, or set it to another folder");
}

/* Below 5 % or 512 MiB the work stops fetching (RELIABILITY 3.6). */
static void
check_disk(struct app *app, struct test_result *out)
{
	struct statvfs disk;
	const char *path = app->config.run.state_dir;
	char why[200];
	double free_mib, share;

	if (statvfs(path, &disk) != 0 && statvfs(".", &disk) != 0)
		return;
	free_mib = (double)disk.f_bavail * (double)disk.f_frsize / 1048576.0;
	share = (double)disk.f_bavail / (double)(disk.f_blocks + 1);
	(void)snprintf(why, sizeof(why), "%.0f MiB are free (%.1f %%)",
		       free_mib, share * 100);
	warn(out, "Disk", free_mib > 512 && share > 0.05, why,
	     "make room: below 512 MiB or 5 % no orders are fetched");
}

static bool
check_database(struct app *app, struct test_result *out)
{
	struct err why = {0};
	bool fine = app_connect(app, &why);

	check(out, "Database", fine, &why);
	if (!fine)
		return false;
	fine = db_schema_check(app->db, &why) &&
	       db_schema_compare(app->db, &why);
	check(out, "Schema", fine, &why);
	return fine;
}

static void
check_time(struct app *app, struct test_result *out)
{
	AUTO(rows) rows = ROWS;
	struct err e = {0};
	int64_t skew = 0;
	char why[200];

	if (db_open(app->db, &rows, SQL_SESSION_NOW, NO_BINDS, &e) &&
	    rows_next(&rows))
		skew = rows_time(&rows, "now") - app_now(app);
	(void)snprintf(why, sizeof(why),
		       "the database's clock differs by %lld s",
		       (long long)(skew / SECOND));
	warn(out, "Clock", skew > -MINUTE && skew < MINUTE, why,
	     "let both hosts follow a time server");
}

static void
check_cron(struct app *app, struct test_result *out)
{
	AUTO(rows) rows = ROWS;
	struct err e = {0};
	utc_ms seen = 0;

	if (db_open(app->db, &rows, SQL_STATUS_FACTS, NO_BINDS, &e) &&
	    rows_next(&rows) && !rows_null(&rows, "cron_seen") &&
	    !time_parse(rows_borrow(&rows, "cron_seen", NULL), &seen, &e))
		seen = 0;
	warn(out, "Cron", seen > app_now(app) - 2 * (utc_ms)HOUR,
	     seen ? "cron ran longer than two hours ago" : "cron never ran",
	     "crontab: 0 * * * * orderbridge cron");
	if (seen)
		warn(out, "Queue", rows_int(&rows, "dead") == 0,
		     "jobs have failed for good",
		     "orderbridge operation list, orderbridge retry");
}

static void
check_shop(struct app *app, struct test_result *out, const char *code)
{
	AUTO(site) site = {0};
	AUTO(open_shop) shop = {0};
	struct probe probe = {0};
	struct err why = {0};
	bool fine;

	fine = site_find(app->db, code, &site, &why) &&
	       open_shop_begin(&shop, app, &site, false, &why) &&
	       shop.shop->probe(shop.shop, &probe, &why);
	for (size_t i = 0; fine && i < probe.steps; i++)
		if (probe.step[i].verdict == PROBE_FAIL) {
			fine = err_set(&why, ERR_PERMANENT, "%s: %s",
				       probe.step[i].name, probe.step[i].why);
			(void)err_hint(&why, "%s", probe.step[i].fix);
		}
	check(out, code, fine, &why);
}

static void
check_shops(struct app *app, struct test_result *out)
{
	AUTO(rows) rows = ROWS;
	struct err e = {0};

	if (!db_open(app->db, &rows, SQL_STATUS_SITES, NO_BINDS, &e))
		return;
	while (rows_next(&rows)) {
		char code[41];

		rows_text(&rows, "code", code, sizeof(code));
		check_shop(app, out, code);
	}
}

static void
check_bc(struct app *app, struct test_result *out)
{
	AUTO(open_bc) bc = {0};
	struct probe_step skipped = {.name = "Business Central",
				     .verdict = PROBE_SKIP};
	struct err why = {0};
	bool fine;

	if (bc_window_covers(app_now(app))) {
		test_add_step(out, &skipped); /* I8 */
		return;
	}
	fine = open_bc_begin(&bc, app, 0, true, &why) &&
	       bc.client.token(bc.client.token_context, false, &why) != NULL;
	check(out, "Business Central", fine, &why);
}

void
doctor_look(struct app *app, bool upstreams, struct test_result *out)
{
	struct err why = {0};
	bool key;

	/* It was read before we came here. */
	check(out, "Configuration", true, &why);
	key = app_secrets(app, &why);
	check(out, "Key file", key, &why);
	check_root(out);
	check_log(app, out);
	check_disk(app, out);
	if (!check_database(app, out))
		return;
	check_time(app, out);
	check_cron(app, out);
	doctor_webhooks(app, out);
	if (key && upstreams) {
		check_shops(app, out);
		check_bc(app, out);
	}
}
