#ifndef OB_APP_APP_H
#define OB_APP_APP_H

/*
 * What a process has: settings, clock, log, database, secrets, network. Opened
 * once by main(), passed down; a function takes the narrowest piece that does.
 */

#include <stdbool.h>

#include "app/config.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/secret.h"
#include "db/db.h"
#include "net/http.h"
#include "queue/lease.h"

struct app {
	struct config config;
	struct clock clock; /* the machine's, or the test clock */
	struct log log;
	struct db *db;             /* NULL until app_db or app_connect */
	struct secret_box secrets; /* empty until app_secrets */
	struct http_client *http;  /* NULL until app_http */
	/* Signs cursors and nonces; the audit trail. Zero until app_keys. */
	unsigned char web_key[32], audit_key[32];
	bool has_keys;
	int64_t settings_ms;   /* when rm_setting was read, by clock_boot_ms */
	char owner[OWNER_MAX]; /* of this process's leases */
	const volatile int *stop; /* the signal that asked for an end, or 0 */
	/*
	 * Called while a transfer runs (task_tick), so that leases stay alive;
	 * true ends the transfer. NULL: only a signal does.
	 */
	bool (*tick)(void *context);
	void *tick_context;
	int64_t operation_id; /* whose calls are noted in rm_log; 0 = nobody's
			       */
	bool verbose;         /* -v: the log goes to stderr at level debug */
};

/* How a process starts; texts are borrowed for the call only. */
struct app_start {
	const char *config_file; /* of --config, or NULL */
	const char *log_name;    /* "order-sync.log"; NULL: stderr */
	char *const *environment;
	bool verbose;
};

/*
 * Hardens the process, catches signals, reads the settings, sets the clock and
 * opens the log. No database, key or network yet. Where log.dir is at its
 * default and cannot be written, the log goes to stderr.
 */
MUST_CHECK bool app_open(struct app *app, const struct app_start *start,
			 struct err *e);
void app_close(struct app *app);

/* app->db: connected, of the right schema, with rm_setting read. */
MUST_CHECK bool app_db(struct app *app, struct err *e);
/* Reads rm_setting anew: what somebody changed on a screen. */
MUST_CHECK bool app_settings(struct app *app, struct err *e);
/* app->db connected and no more: for migrate and doctor. */
MUST_CHECK bool app_connect(struct app *app, struct err *e);
/* As app_connect, by the account for migrations where there is one. */
MUST_CHECK bool app_connect_admin(struct app *app, struct err *e);
/* What is asked next connects anew. */
void app_disconnect(struct app *app);
struct migrate_order;
struct migrate_summary;
/*
 * migrate_run by a connection of app_connect_admin, with the lease that the
 * order lacks; where nothing is left the tables are compared too.
 */
MUST_CHECK bool app_migrate(struct app *app, struct migrate_order *order,
			    struct migrate_summary *out, struct err *e);
/* app->secrets, from secret.key_file; errors carry OB_CONFIG. */
MUST_CHECK bool app_secrets(struct app *app, struct err *e);
/* app->http, bare: app/guard.c puts window, breaker and rate before it. */
MUST_CHECK bool app_http(struct app *app, struct err *e);
/*
 * app->web_key and app->audit_key: secrets of the program's own, made at first
 * use and locked like any other, so that all hosts have the same.
 */
MUST_CHECK bool app_keys(struct app *app, struct err *e);
struct audit_entry;
/*
 * Runs work, which fills an entry in, and writes that entry in the same
 * transaction: a change and its place in the audit trail are both there or
 * neither (an entry without an action is none). db_transact within work becomes
 * a part of it. Where it may repeat, work runs again from its beginning after a
 * deadlock, or a COMMIT without an answer that did not land: the trail itself
 * tells that.
 */
MUST_CHECK bool app_change(struct app *app,
			   bool (*work)(void *context,
					struct audit_entry *entry,
					struct err *e),
			   void *context, bool may_repeat, struct err *e);
/*
 * Once a day: drops what is older than retention.audit_days, anchors the rest,
 * and logs the anchor's seal.
 */
MUST_CHECK bool app_audit_daily(struct app *app, struct err *e);
utc_ms app_now(const struct app *app);
/* Opens the log anew when SIGHUP came since the last call. */
void app_reopen_log(struct app *app);

/*
 * A first SIGTERM or SIGINT sets *app->stop to its number, a second one ends
 * the process at once with 128 + its number. SIGHUP asks for a new log file.
 */
void app_catch_signals(void);
/* No core file, no debugger of another process (RELIABILITY 6.9). */
void app_harden(void);

#endif
