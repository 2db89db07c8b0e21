#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log_value.h"

enum { LINE_MAX_BYTES = 16384, HELD_BYTES = 8192, HELD_MAX_BYTES = 32768 };

/* Opens the file of the path; < 0 and errno when that fails. */
static int
open_file(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY,
		    0640);
}

bool
log_open(struct log *log, const struct clock *clock, const char *dir,
	 const char *name, enum log_level level, struct err *e)
{
	int used = 0;

	*log = (struct log){
		.clock = clock, .fd = STDERR_FILENO, .level = level};
	if (*dir == '\0')
		return true;
	used = snprintf(log->path, sizeof(log->path), "%s/%s", dir, name);
	errno = ENAMETOOLONG;
	log->fd = used < (int)sizeof(log->path) ? open_file(log->path) : -1;
	if (log->fd >= 0)
		return true;
	err_set(e, ERR_PERMANENT, "log file %s: %s", log->path,
		strerror(errno));
	log->fd = STDERR_FILENO;
	log->path[0] = '\0';
	err_hint(e, "make the folder writable, or set log.dir");
	return err_as(e, OB_CONFIG);
}

/* One write, so that lines of several processes never mix. */
static void
put_lines(struct log *log, const char *text, size_t length, size_t lines)
{
	ssize_t written;

	do {
		written = write(log->fd, text, length);
	} while (written < 0 && errno == EINTR);
	if (written == (ssize_t)length) {
		log->torn = false;
		return;
	}
	if (log->dropped == 0 && log->fd != STDERR_FILENO)
		(void)dprintf(STDERR_FILENO,
			      "log %s: %s; lines are dropped and counted\n",
			      log->path,
			      written < 0 ? strerror(errno) : "it is full");
	log->dropped += lines;
	log->torn = log->torn || written > 0;
}

void
log_flush(struct log *log)
{
	size_t lines = 0;

	for (size_t i = 0; i < log->held.len; i++)
		lines += log->held.text[i] == '\n';
	if (lines > 0)
		put_lines(log, log->held.text, log->held.len, lines);
	strbuf_clear(&log->held);
}

static void
put_body(struct log *log, utc_ms now, const char *body)
{
	AUTO(strbuf) line = STRBUF(LINE_MAX_BYTES + TIME_TEXT_MAX);
	char time[TIME_TEXT_MAX];

	/* What a full disk cut off must not swallow the next line. */
	strbuf_addf(&line, "%s%s %s\n", log->torn ? "\n" : "",
		    time_text(now, time), body);
	if (log->holds)
		strbuf_addn(&log->held, strbuf_text(&line), line.len);
	if (!log->holds || log->held.failed) {
		log_flush(log);
		put_lines(log, strbuf_text(&line), line.len, 1);
	} else if (log->held.len >= HELD_BYTES) {
		log_flush(log);
	}
}

/* Tells how often the last line came again, once it is over. */
static void
put_repeats(struct log *log, utc_ms now)
{
	char body[60];

	if (log->repeated == 0)
		return;
	(void)snprintf(body, sizeof(body),
		       "INFO  log=repeated_line times=%" PRId64, log->repeated);
	log->repeated = 0;
	put_body(log, now, body);
}

/* F41: what a full disk took away is told once there is room again. */
static void
put_dropped(struct log *log, utc_ms now)
{
	const uint64_t before = log->dropped;
	char body[60];

	if (before == log->dropped_told)
		return;
	(void)snprintf(body, sizeof(body),
		       "ERROR log=lines_dropped times=%" PRIu64,
		       before - log->dropped_told);
	put_body(log, now, body);
	if (log->dropped == before)
		log->dropped_told = before;
	else
		log->dropped = before; /* this line itself was none */
}

/* FNV-1a */
static uint64_t
hash_of(const char *text)
{
	uint64_t hash = 14695981039346656037ULL;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211ULL;
	return hash;
}

void
log_write(struct log *log, enum log_level level, const char *word,
	  const struct log_pair *pair, size_t count)
{
	static const char *const names[] = {"DEBUG", "INFO ", "WARN ", "ERROR"};
	AUTO(strbuf) body = STRBUF(LINE_MAX_BYTES);
	utc_ms now;
	uint64_t hash;

	if (level < log->level)
		return;
	strbuf_add(&body, names[level]);
	if (word != NULL)
		strbuf_addf(&body, " %s", word);
	for (size_t i = 0; i < count; i++)
		log_value_add(log, &pair[i], &body);
	now = log->clock->now(log->clock);
	hash = hash_of(strbuf_text(&body));
	if (hash == log->last_hash && now - log->last_at < SECOND &&
	    now >= log->last_at) {
		log->repeated++;
		return;
	}
	put_dropped(log, now);
	put_repeats(log, now);
	log->last_hash = hash;
	log->last_at = now;
	put_body(log, now, strbuf_text(&body));
	if (level >= LOG_WARN)
		log_flush(log);
}

void
log_hold(struct log *log)
{
	log->holds = true;
	log->held.ceiling = HELD_MAX_BYTES;
}

void
log_reopen(struct log *log)
{
	int file = log->path[0] != '\0' ? open_file(log->path) : -1;

	/* Where that fails, lines still reach the file that was moved away. */
	if (file < 0)
		return;
	log_flush(log);
	(void)close(log->fd);
	log->fd = file;
}

void
log_close(struct log *log)
{
	if (log->clock != NULL)
		put_repeats(log, log->clock->now(log->clock));
	log_flush(log);
	strbuf_end(&log->held);
	if (log->path[0] != '\0')
		(void)close(log->fd);
	log_forget(log);
	*log = (struct log){.fd = STDERR_FILENO};
}
