#include "site/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"

/*
 * A record: "OBHOOK1 <bytes> <SHA-256>\n", then so many bytes with that hash:
 * a line of words, the body, a line's end. Where a crash tore one, the reader
 * goes on at the next line that begins one.
 */
static const char magic[] = "OBHOOK1 ";
enum { MAGIC = 8, HASH = 64, HEAD_MAX = MAGIC + 20 + 1 + HASH + 1, WORDS = 7 };

/* A word of the line; "-" for what is empty or would break the line. */
static const char *
word(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~')
			return "-";
	return text[0] == '\0' ? "-" : text;
}

void
spool_write(struct strbuf *out, const struct webhook_in *in)
{
	AUTO(strbuf) rest = STRBUF(in->length + 1024);
	unsigned char hash[32];
	char hex[65];

	strbuf_addf(&rest, "%lld %d %s %s %s %s %s\n",
		    (long long)in->received_at, in->checked, word(in->site),
		    word(in->topic), word(in->ip), word(in->delivery_id),
		    word(in->signature));
	strbuf_addn(&rest, in->body, in->length);
	strbuf_add(&rest, "\n");
	hash_sha256(strbuf_text(&rest), rest.len, hash);
	strbuf_addf(out, "%s%zu %s\n", magic, rest.len, hash_text(hash, hex));
	strbuf_addn(out, strbuf_text(&rest), rest.len);
	out->failed |= rest.failed;
}

/* The head of a record at text; returns its length, 0 where there is none. */
static size_t
read_head(const char *text, size_t length, size_t *bytes, const char **hash)
{
	size_t at = MAGIC, size = 0;

	if (length < MAGIC || memcmp(text, magic, MAGIC) != 0)
		return 0;
	while (at < length && at < MAGIC + 9 && text[at] >= '0' &&
	       text[at] <= '9')
		size = size * 10 + (size_t)(text[at++] - '0');
	if (length - at < 1 + HASH + 1 || text[at] != ' ' ||
	    text[at + 1 + HASH] != '\n')
		return 0;
	*bytes = size;
	*hash = text + at + 1;
	at += 1 + HASH + 1;
	return size > 1 && size <= length - at ? at : 0;
}

/* Cuts the line of a record into words and says where the body begins. */
static bool
read_line(char *text, size_t length, struct webhook_in *out)
{
	char *word_at[WORDS], *end = memchr(text, '\n', length), *at = text;

	/* Behind the body, which may be empty, stands a line's end. */
	if (end == NULL || end + 1 == text + length)
		return false;
	*end = '\0';
	for (size_t i = 0; i < WORDS; i++) {
		word_at[i] = at;
		at += strcspn(at, " ");
		if ((*at == ' ') != (i + 1 < WORDS))
			return false;
		*at++ = '\0';
	}
	*out = (struct webhook_in){
		.received_at = strtoll(word_at[0], NULL, 10),
		.checked = strcmp(word_at[1], "1") == 0,
		.site = word_at[2],
		.topic = word_at[3],
		.ip = word_at[4],
		.delivery_id = word_at[5],
		.signature = word_at[6],
		.body = end + 1,
		.length = length - (size_t)(end + 1 - text) - 1,
	};
	text[length - 1] = '\0'; /* the line's end behind the body */
	return true;
}

static bool
read_record(struct spool_reader *reader, struct webhook_in *out)
{
	char *text = reader->text + reader->at, hex[65];
	const size_t left = reader->length - reader->at;
	unsigned char hash[32];
	const char *wanted;
	size_t bytes;
	const size_t head = read_head(text, left, &bytes, &wanted);

	if (head == 0)
		return false;
	hash_sha256(text + head, bytes, hash);
	if (memcmp(hash_text(hash, hex), wanted, HASH) != 0 ||
	    !read_line(text + head, bytes, out))
		return false;
	reader->at += head + bytes;
	return true;
}

/* Where the next record may begin; the end where none does. */
static size_t
find_next(const struct spool_reader *reader)
{
	const char *from = reader->text + reader->at + 1;
	const size_t left = reader->length - reader->at - 1;
	const char *found = memmem(from, left, magic, MAGIC);

	return found == NULL ? reader->length : (size_t)(found - reader->text);
}

bool
spool_next(struct spool_reader *reader, struct webhook_in *out)
{
	bool is_torn = false;

	while (reader->at < reader->length) {
		if (read_record(reader, out))
			return true;
		reader->torn += !is_torn;
		is_torn = true;
		reader->at = find_next(reader);
	}
	return false;
}

/* The part of one client, by its address. */
static unsigned
part_of(const char *ip)
{
	unsigned char hash[32];

	hash_sha256(ip, strlen(ip), hash);
	return hash[0] % SPOOL_PARTS;
}

static bool
failed(const char *path, struct err *e)
{
	err_set(e, ERR_TEMPORARY, "%.300s: %s", path, strerror(errno));
	return err_as(e, OB_UNAVAILABLE);
}

static const char *
part_path(const char *folder, unsigned part, const char *ending,
	  char out[PATH_MAX])
{
	(void)snprintf(out, PATH_MAX, "%s/webhooks-%02u.%s", folder, part,
		       ending);
	return out;
}

/* A lock that ends with its descriptor; -1: somebody else has it, or error. */
static int
take_lock(const char *folder, const char *name, int how)
{
	char path[PATH_MAX];
	int lock;

	(void)snprintf(path, sizeof(path), "%s/webhooks.%s", folder, name);
	lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (lock < 0 || flock(lock, how) == 0)
		return lock;
	(void)close(lock);
	errno = EWOULDBLOCK;
	return -1;
}

static off_t
size_of(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 ? file.st_size : 0;
}

static off_t
part_size(const char *folder, unsigned part)
{
	char path[PATH_MAX];

	return size_of(part_path(folder, part, "spool", path)) +
	       size_of(part_path(folder, part, "replay", path));
}

bool
spool_is_empty(const char *folder)
{
	for (unsigned i = 0; i < SPOOL_PARTS; i++)
		if (part_size(folder, i) > 0)
			return false;
	return true;
}

static bool
has_room(const char *folder, unsigned part, size_t more, struct err *e)
{
	off_t all = (off_t)more;

	for (unsigned i = 0; i < SPOOL_PARTS; i++)
		all += part_size(folder, i);
	if (all <= SPOOL_MAX &&
	    part_size(folder, part) + (off_t)more <= SPOOL_MAX / 4)
		return true;
	err_set(e, ERR_TEMPORARY, "the spool of webhooks is full");
	return err_as(e, OB_UNAVAILABLE);
}

/* A file that was just made has its name on the disk too. */
static void
keep_name(const char *folder)
{
	const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fsync(fd);
		(void)close(fd);
	}
}

/* All of it or nothing: half a record is taken back. */
static bool
append(const char *path, const struct strbuf *record, bool *is_new,
       struct err *e)
{
	const int fd = open(path,
			    O_WRONLY | O_APPEND | O_CREAT | O_DSYNC |
				    O_NOFOLLOW | O_CLOEXEC,
			    0600);
	const off_t before = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	bool fine;

	if (fd < 0)
		return failed(path, e);
	*is_new = before == 0;
	fine = !OB_FAULT("spool.full") &&
	       write(fd, record->text, record->len) == (ssize_t)record->len;
	if (!fine) {
		(void)failed(path, e);
		(void)!ftruncate(fd, before);
	}
	(void)close(fd);
	return fine;
}

bool
spool_add(const char *folder, const struct webhook_in *in, struct err *e)
{
	AUTO(strbuf) record = STRBUF(in->length + 2048);
	const unsigned part = part_of(in->ip);
	char path[PATH_MAX];
	bool is_new = false, fine;
	int lock;

	spool_write(&record, in);
	if (!strbuf_check(&record, e))
		return false;
	lock = take_lock(folder, "lock", LOCK_EX);
	if (lock < 0)
		return failed(folder, e);
	fine = has_room(folder, part, record.len, e) &&
	       append(part_path(folder, part, "spool", path), &record, &is_new,
		      e);
	if (fine && is_new)
		keep_name(folder);
	(void)close(lock);
	return fine;
}

/* What came so far becomes a file that nobody appends to. */
static bool
set_aside(const char *folder, unsigned part, struct err *e)
{
	char from[PATH_MAX], to[PATH_MAX];
	int lock;
	bool fine;

	part_path(folder, part, "spool", from);
	part_path(folder, part, "replay", to);
	/* One that was left half done comes first. */
	if (access(to, F_OK) == 0 || access(from, F_OK) != 0)
		return true;
	lock = take_lock(folder, "lock", LOCK_EX);
	if (lock < 0)
		return failed(folder, e);
	fine = rename(from, to) == 0 || failed(from, e);
	(void)close(lock);
	return fine;
}

struct taking {
	bool (*take)(void *context, const struct webhook_in *in, struct err *e);
	void *context;
	unsigned *torn;
};

static bool
take_all(const struct taking *taking, char *text, size_t length, struct err *e)
{
	struct spool_reader reader = {.text = text, .length = length};
	struct webhook_in in;
	bool fine = true;

	while (fine && spool_next(&reader, &in))
		fine = taking->take(taking->context, &in, e);
	*taking->torn += reader.torn;
	return fine;
}

static bool
replay_file(const char *path, const struct taking *taking, struct err *e)
{
	const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	const off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	char *text;
	bool fine = true;

	if (fd < 0)
		return errno == ENOENT || failed(path, e);
	if (size > 0) {
		/* Private: words are cut in memory, the file stays as it is. */
		text = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE, fd, 0);
		fine = text != MAP_FAILED || failed(path, e);
		if (fine) {
			fine = take_all(taking, text, (size_t)size, e);
			(void)munmap(text, (size_t)size);
		}
	}
	(void)close(fd);
	return fine && (unlink(path) == 0 || failed(path, e));
}

bool
spool_replay(const char *folder,
	     bool (*take)(void *context, const struct webhook_in *in,
			  struct err *e),
	     void *context, unsigned *torn, struct err *e)
{
	const struct taking taking = {take, context, torn};
	char path[PATH_MAX];
	bool fine = true;
	int lock;

	*torn = 0;
	if (spool_is_empty(folder))
		return true;
	/* Two at once could remove a file that the other has just set aside. */
	lock = take_lock(folder, "replaying", LOCK_EX | LOCK_NB);
	if (lock < 0)
		return errno == EWOULDBLOCK || failed(folder, e);
	for (unsigned i = 0; fine && i < SPOOL_PARTS; i++)
		fine = set_aside(folder, i, e) &&
		       replay_file(part_path(folder, i, "replay", path),
				   &taking, e);
	(void)close(lock);
	return fine;
}
