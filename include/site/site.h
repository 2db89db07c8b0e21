#ifndef OB_SITE_SITE_H
#define OB_SITE_SITE_H

/* One web shop: rm_sites. Secrets are in rm_secret, by account name. */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/money.h"

struct db;
struct rows;

struct site {
	int64_t id;
	char code[41], prefix[15], platform[41];
	char name[481], site_url[501], domain[254];
	bool is_active, orders_sync, inventory_sync, tracking_sync, staging;
	utc_ms order_last_run;
	utc_ms min_date_modified, first_sync_at;
	unsigned max_orders;
	bool skip_test;
	struct money test_below;
	char source_status[801], target_status[241];
	char mark_key[101], mark_value[41];
	char auth_mode[41]; /* how its connector shows the key; found by test */
	char time_zone[65], currency[4];
	char bc_store_hash[41];
	unsigned bc_channel_id;
	int64_t connection_id;
	char credit_mode[41], kit_mode[41];
	bool create_missing_items, create_missing_customers, infer_gift_card;
	char *mapping; /* owned JSON text */
	char health_url[501];
	utc_ms auth_failed_at;
	char auth_failed[2001];
	utc_ms deleted_at;
	unsigned version;
};

void site_end(struct site *site);
/* ERR_MISSING names the code. Deleted ones are found too: ask deleted_at. */
MUST_CHECK bool site_find(struct db *db, const char *code, struct site *out,
			  struct err *e);
MUST_CHECK bool site_load(struct db *db, int64_t id, struct site *out,
			  struct err *e);

/*
 * id, code, prefix, platform, name, site_url, is_active, orders_sync,
 * order_last_run, fetchable, auth_failed, deleted_at, version.
 */
MUST_CHECK bool site_list(struct db *db, bool with_deleted, struct rows *out,
			  struct err *e);

/* Defaults of SCHEMA for a platform; code, prefix folded from it. */
MUST_CHECK bool site_default(struct site *out, const char *code,
			     const char *platform, struct err *e);
/* Every rule of SCHEMA and FEATURES D-7 that a person's input can break. */
MUST_CHECK bool site_check(const struct site *site, struct err *e);
/* Inserts it and its schedule order_sync:CODE, hourly; fills id. */
MUST_CHECK bool site_add(struct db *db, struct site *site, utc_ms now,
			 struct err *e);
/*
 * Writes every field a person may change; ERR_CONFLICT on another version.
 * Where scheme, host or port of its address change, the site's secrets go with
 * the old ones: *forgotten tells how many there were.
 */
MUST_CHECK bool site_save(struct db *db, struct site *site, unsigned *forgotten,
			  struct err *e);
MUST_CHECK bool site_enable(struct db *db, struct site *site, bool on,
			    struct err *e);
/* Marks it deleted and disables it: its orders refer to it for ever. */
MUST_CHECK bool site_delete(struct db *db, struct site *site, utc_ms now,
			    struct err *e);

/* Paused by wrong credentials, and the good test that clears it. */
MUST_CHECK bool site_pause_auth(struct db *db, int64_t id, const char *why,
				utc_ms now, struct err *e);
MUST_CHECK bool site_clear_auth(struct db *db, int64_t id, struct err *e);
/*
 * What a good test found out: the shop's statuses as JSON and how the key has
 * to be shown (NULL or "" = not told, the old one stays), and how many orders
 * the next sync would fetch (-1 = unknown).
 */
struct site_findings {
	const char *statuses, *auth_mode;
	int64_t fetchable;
};
MUST_CHECK bool site_tested(struct db *db, int64_t id,
			    const struct site_findings *found, struct err *e);
/* The end of a completed order sync, and of the first one. */
MUST_CHECK bool site_synced(struct db *db, int64_t id, struct err *e);

#endif
