#ifndef OB_BASE_LOG_H
#define OB_BASE_LOG_H

/*
 * One line an event, UTC, key=value, in UX section 4's format. ERROR and
 * Summary appear in no other kind of line. A line is one write(2), so that
 * several processes share a file; loaded secrets are masked; control characters
 * are escaped; a full disk drops the line and counts it (RELIABILITY F41).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/strbuf.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* One form of what must never be written; the longest stands first. */
struct log_secret {
	char *form; /* owned */
	size_t length;
};

struct log {
	const struct clock *clock; /* borrowed */
	int fd;                    /* 2 when there is no file */
	char path[512];            /* "" when it writes to stderr */
	enum log_level level;
	uint64_t dropped;      /* lines that could not be written */
	uint64_t dropped_told; /* of those, what a later line has told */
	bool torn;             /* a part of the last one could be */
	bool holds;            /* see log_hold */
	struct strbuf held;
	struct log_secret *secret;
	size_t secrets;
	bool is_blind; /* a secret could not be kept: masks every value */
	/*
	 * An equal line within a second is counted instead of written, and the
	 * count told when another comes (RELIABILITY 5.3).
	 */
	uint64_t last_hash;
	int64_t repeated;
	utc_ms last_at;
};

/*
 * One key=value; values with blanks are quoted by the writer, their words ERROR
 * and Summary written small, and no more than 1,000 bytes of them shown.
 */
struct log_pair {
	const char *key, *value; /* value NULL: the pair is left out */
	int64_t number;          /* used when is_number */
	bool is_number;
};
#define LOG_TEXT(k, v) ((struct log_pair){.key = (k), .value = (v)})
#define LOG_INT(k, n) \
	((struct log_pair){.key = (k), .number = (n), .is_number = true})

/*
 * Opens dir/name for appending (made with 0640), or stderr when dir is "".
 * ERR_PERMANENT names the path; the log writes to stderr then. close also ends
 * the list of secrets.
 */
MUST_CHECK bool log_open(struct log *log, const struct clock *clock,
			 const char *dir, const char *name,
			 enum log_level level, struct err *e);
void log_close(struct log *log);
/* Opens the file anew, after logrotate moved it away. */
void log_reopen(struct log *log);
/*
 * From now on lines are kept back and written together: some KiB of them, with
 * the next WARN or ERROR, or by log_flush. For who has something to do for as
 * long as lines come in numbers, and flushes before it waits.
 */
void log_hold(struct log *log);
void log_flush(struct log *log);
/*
 * A secret whose raw, base64 and URL-encoded forms are masked from now on; one
 * of less than 4 bytes is not. Where there is no memory for it, whole values
 * are masked until the log is closed: lines that tell little beat a secret
 * told.
 */
void log_hide(struct log *log, const char *secret);
/* Masks hidden secrets in a text that goes elsewhere (rm_log, an error). */
void log_mask(const struct log *log, char *text);

void log_write(struct log *log, enum log_level level, const char *word,
	       const struct log_pair *pair, size_t count);
/* log_line(log, LOG_INFO, LOG_TEXT("flow", "order_sync"), LOG_INT("op", 7)) */
#define log_line(log, level, ...)                         \
	log_write((log), (level), NULL,                   \
		  (const struct log_pair[]){__VA_ARGS__}, \
		  COUNT_OF(((const struct log_pair[]){__VA_ARGS__})))
/* The same with a word before the pairs: "Summary". */
#define log_summary(log, ...)                             \
	log_write((log), LOG_INFO, "Summary",             \
		  (const struct log_pair[]){__VA_ARGS__}, \
		  COUNT_OF(((const struct log_pair[]){__VA_ARGS__})))

#endif
