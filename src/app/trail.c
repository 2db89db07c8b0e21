/* What people change, and its place in the audit trail (RELIABILITY 6.8). */
#include <stdio.h>
#include <unistd.h>

#include "account/audit.h"
#include "app/app.h"
#include "base/fault.h"

enum { TRIES_MAX = 3 };

/* "api" is what answers requests, "cli" whatever else runs here. */
static void
chain_of(const char *process, char out[100])
{
	char host[64] = "?";

	(void)gethostname(host, sizeof(host) - 1);
	(void)snprintf(out, 100, "%s:%s", process, host);
}

struct change {
	struct app *app;
	bool (*work)(void *context, struct audit_entry *entry, struct err *e);
	void *context;
	char chain[100];
	struct audit_link place; /* of the entry of the last try */
};

/* The entry is the last statement: its chain is everybody's. */
static bool
change_and_note(struct db *db, void *context, struct err *e)
{
	struct change *c = context;
	struct audit_entry entry = {.who = "", .ip = "", .action = ""};

	*e = (struct err){0};
	c->place = (struct audit_link){0};
	if (!c->work(c->context, &entry, e))
		return false;
	if (entry.action[0] == '\0')
		return true;
	if (OB_FAULT("change.before_entry"))
		return err_set(e, ERR_TEMPORARY,
			       "fault point change.before_entry");
	chain_of(entry.ip[0] == '\0' ? "cli" : "api", c->chain);
	return audit_add(db, c->app->audit_key, c->chain, &entry,
			 app_now(c->app), &c->place, e);
}

bool
app_change(struct app *app,
	   bool (*work)(void *context, struct audit_entry *entry,
			struct err *e),
	   void *context, bool may_repeat, struct err *e)
{
	struct change c = {.app = app, .work = work, .context = context};
	bool landed = false;

	if (!app_keys(app, e))
		return false;
	for (unsigned tries = 1; !landed; tries++) {
		struct err why = {0};

		if (db_transact_whole(app->db, change_and_note, &c, may_repeat,
				      e))
			return true;
		if (e->class != ERR_UNKNOWN || c.place.seq == 0 ||
		    !audit_landed(app->db, c.chain, &c.place, &landed, &why) ||
		    (!landed && (!may_repeat || tries == TRIES_MAX)))
			return false;
	}
	*e = (struct err){0};
	return true;
}

bool
app_audit_daily(struct app *app, struct err *e)
{
	const utc_ms now = app_now(app);
	const utc_ms before =
		now - (utc_ms)app->config.retention.audit_days * DAY;
	char chain[100], seal[AUDIT_SEAL_MAX];
	uint64_t removed;

	chain_of("cli", chain);
	if (!app_keys(app, e) ||
	    !audit_purge(app->db, app->audit_key, chain, before, now, &removed,
			 e) ||
	    !audit_anchor(app->db, app->audit_key, chain, now, seal, e))
		return false;
	log_line(&app->log, LOG_INFO, LOG_TEXT("audit", "anchor"),
		 LOG_TEXT("seal", seal), LOG_INT("removed", (int64_t)removed));
	return true;
}
