#ifndef OB_ACCOUNT_AUDIT_H
#define OB_ACCOUNT_AUDIT_H

/*
 * The trail of what people changed: each row's mac covers the row before, so
 * that a row that was changed, or taken out of the middle, shows (RELIABILITY
 * 6.8). One chain a host and kind of process.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "db/db.h"

struct audit_entry {
	int64_t user_id; /* 0: none of ours */
	const char *who; /* login, or "cli:root" */
	const char *ip;  /* "" on the command line */
	const char *request_id;
	const char *action;         /* "site.enable" */
	const char *object;         /* "site woo-us" */
	const char *before, *after; /* JSON without secrets, or NULL */
};

/* chain: "api:web1", "cli:web1". In a transaction of its own. */
MUST_CHECK bool audit_write(struct db *db, const unsigned char key[32],
			    const char *chain, const struct audit_entry *entry,
			    utc_ms now, struct err *e);

/*
 * A place in a chain: what the next entry is sealed together with, and by what
 * an entry is found again.
 */
struct audit_link {
	int64_t seq; /* 0: before the first */
	unsigned char mac[32];
};

/*
 * The same, as the last statement of the caller's transaction: others who write
 * to this chain wait from here to its COMMIT.
 */
MUST_CHECK bool audit_add(struct db *db, const unsigned char key[32],
			  const char *chain, const struct audit_entry *entry,
			  utc_ms now, struct audit_link *out, struct err *e);
/* Whether it was committed, after a COMMIT without an answer. */
MUST_CHECK bool audit_landed(struct db *db, const char *chain,
			     const struct audit_link *place, bool *landed,
			     struct err *e);

struct audit_result {
	uint64_t chains, rows;
	char broken[200]; /* the first row that does not fit; "" = none */
};
/*
 * Walks all chains, and looks for what the last anchors saw, and the seal of
 * one that a person kept elsewhere ("": none). A broken one is no error: out
 * says where. ERR_INPUT: that is no seal.
 */
MUST_CHECK bool audit_verify(struct db *db, const unsigned char key[32],
			     const char *seal, struct audit_result *out,
			     struct err *e);
#define AUDIT_SEAL_MAX 500
/*
 * Writes down the heads of all chains, so that one that lost its end shows from
 * then on. seal: "chain:seq:mac" of that entry, for a log that leaves this
 * machine, so that the anchor itself cannot be lost unseen.
 */
MUST_CHECK bool audit_anchor(struct db *db, const unsigned char key[32],
			     const char *chain, utc_ms now,
			     char seal[AUDIT_SEAL_MAX], struct err *e);
/*
 * Removes what is older, in steps; what a chain now begins after is written
 * down, so that it still proves whole. *removed counts.
 */
MUST_CHECK bool audit_purge(struct db *db, const unsigned char key[32],
			    const char *chain, utc_ms before, utc_ms now,
			    uint64_t *removed, struct err *e);

#endif
