#ifndef OB_SITE_SPOOL_H
#define OB_SITE_SPOOL_H

/*
 * Deliveries that came while the database was away (RELIABILITY F31): appended
 * to files of run.state_dir, mode 0600, on the disk before the shop gets its
 * answer. Any number of processes append; one at a time replays.
 */

#include "site/webhook.h"

/*
 * 64 MiB in all, a quarter of it for one client: each address has its part by
 * a hash, so that whoever floods us fills no more than that.
 */
enum { SPOOL_PARTS = 16 };
#define SPOOL_MAX (64L * 1024 * 1024)

/* Appends one. ERR_TEMPORARY with OB_UNAVAILABLE: full, or no such folder. */
MUST_CHECK bool spool_add(const char *folder, const struct webhook_in *in,
			  struct err *e);
/* Whether anything waits there. */
bool spool_is_empty(const char *folder);

/*
 * Hands each one to take, file by file, and removes a file when all in it were
 * taken; false from take leaves the file for the next time. What is torn is
 * counted in *torn and passed over. Another process that replays at the moment
 * is no error: then nothing happens.
 */
MUST_CHECK bool spool_replay(const char *folder,
			     bool (*take)(void *context,
					  const struct webhook_in *in,
					  struct err *e),
			     void *context, unsigned *torn, struct err *e);

/* One record as it stands in a file. */
void spool_write(struct strbuf *out, const struct webhook_in *in);

/* Where a reader stands; texts of a record are cut out of text in place. */
struct spool_reader {
	char *text;
	size_t length, at;
	unsigned torn;
};

/* The next whole record; false at the end. */
bool spool_next(struct spool_reader *reader, struct webhook_in *out);

#endif
