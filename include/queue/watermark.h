#ifndef OB_QUEUE_WATERMARK_H
#define OB_QUEUE_WATERMARK_H

/*
 * How far a reader has come (rm_watermark): the modification moment and the id
 * of the last row that is stored or has its own retry row (FEATURES D-4).
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct db;

struct watermark {
	char name[161]; /* "fetch:orders:3" */
	int64_t site_id;
	const char *entity; /* "orders" */
	utc_ms at;          /* 0 = nothing read yet */
	char id[257];
};

/* Fills at and id for the name; 0 and "" where there is none yet. */
MUST_CHECK bool watermark_load(struct watermark *mark, struct db *db,
			       struct err *e);
/*
 * Moves it on from where this copy stands; inside the transaction that stores
 * the rows. ERR_CONFLICT when somebody else moved it meanwhile.
 */
MUST_CHECK bool watermark_move(struct watermark *mark, struct db *db, utc_ms at,
			       const char *id, struct err *e);
/*
 * Forgets how far a reader has come, so that its next run begins anew. run: the
 * lease that its runs hold, "run:order_sync:3". *done false when one runs now,
 * or version is not that of the watermark any more.
 */
MUST_CHECK bool watermark_reset(struct db *db, const char *name,
				unsigned version, const char *run, bool *done,
				struct err *e);

#endif
