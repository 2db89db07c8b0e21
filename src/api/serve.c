#include "api/serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hooks.h"
#include "local.h"

enum { WAIT_MS = 1000, LOOK_EVERY = 64 };

/* Memory of this process in MiB, by the kernel's own count. */
static unsigned
resident_mb(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long all = 0, resident = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%lu %lu", &all, &resident) != 2)
		resident = 0;
	(void)fclose(file);
	return (unsigned)(resident * (unsigned long)sysconf(_SC_PAGESIZE) /
			  (1024 * 1024));
}

/* Whether the request that makes them so many is the last one here. */
static bool
is_old(const struct app *app, unsigned served)
{
	return served >= app->config.web.recycle_requests ||
	       (served % LOOK_EVERY == 0 &&
		resident_mb() > app->config.web.recycle_mb);
}

static void
answer_unset(struct fcgi *fcgi, const struct err *e)
{
	static const char body[] =
		"{\"code\":\"ob_config\",\"message\":\"The settings cannot be "
		"read; the web server's error log says why.\","
		"\"data\":{\"status\":500}}";

	(void)fprintf(stderr, "orderbridge-fcgi: %s\n", e->text);
	fcgi_answer(fcgi, 500,
		    "Content-Type: application/json\r\n"
		    "Cache-Control: no-store\r\n",
		    body, sizeof(body) - 1);
}

/*
 * mod_fcgid gives its processes no environment: SetEnv of an .htaccess file
 * comes with each request instead. It counts where neither a flag nor the
 * environment names the settings; a client cannot send it, since its headers
 * all arrive as HTTP_*.
 */
static bool
follow_settings(struct app *app, struct fcgi *fcgi, struct hooks *hooks,
		const struct app_start *start, struct err *e)
{
	const char *named = fcgi_param(fcgi, "ORDERBRIDGE_CONFIG");
	struct app_start again = *start;
	struct err away = {0};

	if (named == NULL || named[0] == '\0' || start->config_file != NULL ||
	    config_environment(start->environment, "ORDERBRIDGE_CONFIG") !=
		    NULL ||
	    strcmp(named, app->config.file) == 0)
		return true;
	again.config_file = named;
	hooks_write_refusals(hooks, app, true);
	hooks_end(hooks);
	app_close(app);
	if (!app_open(app, &again, e))
		return false;
	if (!app_db(app, &away))
		log_line(&app->log, LOG_WARN, LOG_TEXT("why", away.text));
	return true;
}

static void
answer(struct app *app, struct fcgi *fcgi, struct hooks *hooks)
{
	struct request *r = calloc(1, sizeof(*r));

	/* Without an answer the web server tells that there is none. */
	if (r == NULL) {
		fcgi_answer(fcgi, 503, "", "", 0);
		return;
	}
	r->app = app;
	r->fcgi = fcgi;
	r->hooks = hooks;
	request_serve(r);
	request_end(r);
	free(r);
}

/* Lines of the log go out together, once there is nothing else to do. */
static bool
next(struct app *app, struct fcgi *fcgi)
{
	if (fcgi_accept(fcgi, 0))
		return true;
	log_flush(&app->log);
	return fcgi_accept(fcgi, WAIT_MS);
}

void
serve(struct app *app, struct fcgi *fcgi, const struct app_start *start)
{
	AUTO(hooks) hooks = {0};
	unsigned served = 0;
	bool is_last = false;
	struct err e = {0};

	while (*app->stop == 0 && !is_last) {
		app_reopen_log(app);
		log_hold(&app->log);
		hooks_start_worker(&hooks, app);
		hooks_write_refusals(&hooks, app, false);
		if (!next(app, fcgi))
			continue;
		if (!follow_settings(app, fcgi, &hooks, start, &e)) {
			answer_unset(fcgi, &e);
			return;
		}
		is_last = is_old(app, ++served);
		if (is_last)
			fcgi_stop_listening(fcgi);
		answer(app, fcgi, &hooks);
	}
	hooks_start_worker(&hooks, app);
	hooks_write_refusals(&hooks, app, true);
}
