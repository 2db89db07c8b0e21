#include "hooks.h"

#include <string.h>

#include "base/text.h"
#include "local.h"

enum {
	PINGS_A_MINUTE = 60,
	GUESSES_A_MINUTE = 10,
	WORKER_EVERY_MS = 1000,
	REFUSALS_EVERY_MS = 10 * 1000
};

void
hooks_end(struct hooks *hooks)
{
	for (size_t i = 0; i < hooks->sites; i++)
		webhook_secrets_end(&hooks->site[i].secrets);
	*hooks = (struct hooks){0};
}

struct hook_site *
hooks_find(struct hooks *hooks, const char *code)
{
	for (size_t i = 0; i < hooks->sites; i++)
		if (strcmp(hooks->site[i].code, code) == 0)
			return &hooks->site[i];
	return NULL;
}

/* A place for one more; the one that has stood there longest has to go. */
static struct hook_site *
make_place(struct hooks *hooks, const char *code)
{
	struct hook_site *site = hooks_find(hooks, code);

	if (site == NULL && hooks->sites < HOOK_SITES_MAX)
		site = &hooks->site[hooks->sites++];
	if (site == NULL) {
		site = &hooks->site[hooks->oldest];
		hooks->oldest = (hooks->oldest + 1) % HOOK_SITES_MAX;
	}
	webhook_secrets_end(&site->secrets);
	(void)text_copy(site->code, sizeof(site->code), code);
	return site;
}

struct hook_site *
hooks_load(struct hooks *hooks, struct app *app, const char *code,
	   struct err *e)
{
	struct webhook_secrets secrets = {0};
	struct hook_site *site;

	if (!app_db(app, e) || !app_secrets(app, e) ||
	    !webhook_secrets_load(app->db, &app->secrets, code, &secrets, e)) {
		webhook_secrets_end(&secrets);
		return NULL;
	}
	if (secrets.site_id == 0) {
		site = hooks_find(hooks, code);
		/* Deleted: what was remembered counts no more. */
		if (site != NULL)
			webhook_secrets_end(&site->secrets);
		return NULL;
	}
	site = make_place(hooks, code);
	site->secrets = secrets;
	site->read_boot_ms = clock_boot_ms();
	for (size_t i = 0; i < secrets.count; i++)
		log_hide(&app->log, secrets.text[i].text);
	return site;
}

/* Counts within the present minute. */
static unsigned
count_in_minute(int64_t *began_boot_ms, unsigned *count)
{
	const int64_t now = clock_boot_ms();

	if (*count == 0 || now - *began_boot_ms >= MINUTE) {
		*began_boot_ms = now;
		*count = 0;
	}
	return (*count)++;
}

bool
hooks_may_ping(struct hooks *hooks)
{
	return count_in_minute(&hooks->ping_boot_ms, &hooks->pings) <
	       PINGS_A_MINUTE;
}

bool
hooks_may_guess(struct hooks *hooks)
{
	return count_in_minute(&hooks->guess_boot_ms, &hooks->guesses) <
	       GUESSES_A_MINUTE;
}

void
hooks_start_worker(struct hooks *hooks, struct app *app)
{
	const int64_t now = clock_boot_ms();

	if (!hooks->wants_worker || now < hooks->worker_boot_ms)
		return;
	hooks->worker_boot_ms = now + WORKER_EVERY_MS;
	hooks->wants_worker = worker_start_one(app) == WORKER_IS_FULL;
}

void
hooks_write_refusals(struct hooks *hooks, struct app *app, bool is_last)
{
	const int64_t now = clock_boot_ms();
	struct err why = {0};

	/* Nobody waits for a database here: the next webhook would wait too. */
	if (app->db == NULL || refusals_are_none(&hooks->refusals) ||
	    (!is_last && (now < hooks->refusals_boot_ms ||
			  now < hooks->away_until_boot_ms)))
		return;
	hooks->refusals_boot_ms = now + REFUSALS_EVERY_MS;
	if (refusals_write(app->db, &hooks->refusals, &why))
		return;
	hooks->refusals_boot_ms = now + MINUTE;
	log_line(&app->log, LOG_WARN, LOG_TEXT("why", why.text));
}
