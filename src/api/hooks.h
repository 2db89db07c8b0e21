#ifndef OB_API_HOOKS_H
#define OB_API_HOOKS_H

/*
 * What a responder remembers between requests, so that a webhook costs one
 * INSERT, and is answered at once even while the database is away.
 */

#include "app/app.h"
#include "entity/list.h"
#include "site/refusal.h"
#include "site/webhook.h"

enum { HOOK_SITES_MAX = 64 };

struct hook_site {
	char code[41];
	struct webhook_secrets secrets;
	int64_t read_boot_ms;
};

struct hooks {
	struct list_known lists; /* and what it remembers of lists */
	struct hook_site site[HOOK_SITES_MAX];
	size_t sites, oldest;
	/* Until then nobody waits for a database that did not answer. */
	int64_t away_until_boot_ms;
	/* Pings in the present minute, which carry no signature. */
	int64_t ping_boot_ms;
	unsigned pings;
	/* Set-up codes in the present minute, before there are tables. */
	int64_t guess_boot_ms;
	unsigned guesses;
	bool wants_worker;
	int64_t worker_boot_ms; /* not before this */
	struct refusals refusals;
	int64_t refusals_boot_ms; /* nor these */
};

void hooks_end(struct hooks *hooks);
/* The place of a site that is remembered, or NULL. */
struct hook_site *hooks_find(struct hooks *hooks, const char *code);
/* Reads a site's secrets anew; NULL with ERR_NONE: there is no such site. */
struct hook_site *hooks_load(struct hooks *hooks, struct app *app,
			     const char *code, struct err *e);
/* Whether one more ping may be answered. */
bool hooks_may_ping(struct hooks *hooks);
/* Whether one more set-up code may be looked at. */
bool hooks_may_guess(struct hooks *hooks);
/*
 * Starts the worker that requests have asked for; once a second at most, and
 * again while all places are taken: theirs may have looked too early.
 */
void hooks_start_worker(struct hooks *hooks, struct app *app);
/*
 * Writes what was refused: the first one at once, those that follow every ten
 * seconds, whatever their number. is_last: now, nobody will ask again.
 */
void hooks_write_refusals(struct hooks *hooks, struct app *app, bool is_last);

#endif
