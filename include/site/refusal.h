#ifndef OB_SITE_REFUSAL_H
#define OB_SITE_REFUSAL_H

/*
 * Deliveries that were refused, by site and reason (RELIABILITY 6.7): counted
 * in memory, and written now and then, since whoever sends what is none of a
 * shop's must not make us write as often.
 */

#include "base/clock.h"
#include "base/code.h"
#include "base/err.h"

struct db;

enum { REFUSAL_CODES = 6, REFUSAL_SITES_MAX = 64 };

/* The reasons, as they are kept and shown; ended by NULL. */
extern const char *const refusal_codes[REFUSAL_CODES + 1];

struct refusals {
	/* The first one is of no site of ours; in others, 0 is a free place. */
	struct refusals_of_site {
		int64_t site_id;
		utc_ms last_at;
		unsigned count[REFUSAL_CODES];
	} site[1 + REFUSAL_SITES_MAX];
};

/*
 * One more. Of a code that is no reason: as OB_UNAVAILABLE, since it was us. Of
 * a site for which there is no place left: as of no site.
 */
void refusals_count(struct refusals *refusals, int64_t site_id, enum code why,
		    utc_ms at);
bool refusals_are_none(const struct refusals *refusals);
/*
 * Adds them to those in the database, and forgets each that was added; the rest
 * stays for the next time. One whose answer got lost may be added twice.
 */
MUST_CHECK bool refusals_write(struct db *db, struct refusals *refusals,
			       struct err *e);

#endif
