#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

enum { KEY_BYTES = 32, FILE_MAX = 1024, PATH_BYTES = 1024 };

static bool
refuse(const char *path, enum err_class class, const char *why, struct err *e)
{
	err_set(e, class, "key file %s: %s", path, why);
	return err_as(e, OB_CONFIG);
}

/* No one else may read the file or have made it. */
static bool
is_ours(int file, const char *path, struct err *e)
{
	struct stat state;

	if (fstat(file, &state) != 0)
		return refuse(path, ERR_DENIED, strerror(errno), e);
	if (!S_ISREG(state.st_mode))
		return refuse(path, ERR_DENIED, "is not a file", e);
	if (state.st_uid != geteuid()) {
		refuse(path, ERR_DENIED, "belongs to another user", e);
		return err_hint(e, "chown %u %s", (unsigned int)geteuid(),
				path);
	}
	if ((state.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		refuse(path, ERR_DENIED, "others may read it", e);
		return err_hint(e, "chmod 600 %s", path);
	}
	return true;
}

static bool
cannot_open(const char *path, struct err *e)
{
	if (errno == ELOOP)
		return refuse(path, ERR_DENIED, "is a symbolic link", e);
	if (errno != ENOENT)
		return refuse(path, ERR_DENIED, strerror(errno), e);
	refuse(path, ERR_MISSING, "does not exist", e);
	return err_hint(e, "make it with: orderbridge secret check-key");
}

/* One line "id:base64", ids rising; *at goes to the next line. */
static bool
take_key(char **at, struct secret_box *box)
{
	AUTO(strbuf) bytes = STRBUF(KEY_BYTES);
	struct secret_key *key = &box->key[box->keys];
	char *end, *from;
	unsigned long id = strtoul(*at, &end, 10);
	struct err ignored;
	bool good = end > *at && *end == ':' && id <= UINT32_MAX &&
		    (box->keys == 0 || id > key[-1].id);

	from = end + (*end == ':');
	*at = from + strcspn(from, "\n");
	good = good &&
	       base64_read(from, (size_t)(*at - from), &bytes, &ignored) &&
	       bytes.len == KEY_BYTES;
	if (good) {
		key->id = (uint32_t)id;
		memcpy(key->bytes, bytes.text, KEY_BYTES);
		box->keys++;
	}
	*at += **at == '\n';
	secret_wipe(&bytes);
	return good;
}

static bool
take_keys(char *text, const char *path, struct secret_box *box, struct err *e)
{
	box->keys = 0;
	while (*text != '\0') {
		if (box->keys == SECRET_KEYS_MAX)
			return refuse(path, ERR_INPUT, "has too many keys", e);
		if (!take_key(&text, box))
			return refuse(path, ERR_INPUT,
				      "a line is not \"id:key\"", e);
	}
	return box->keys > 0 || refuse(path, ERR_INPUT, "is empty", e);
}

bool
secret_open(struct secret_box *box, const char *path, struct err *e)
{
	char text[FILE_MAX] = "";
	int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	ssize_t got = 0;
	bool good;

	*box = (struct secret_box){0};
	if (file < 0)
		return cannot_open(path, e);
	good = is_ours(file, path, e);
	if (good)
		got = read(file, text, sizeof(text) - 1);
	(void)close(file);
	if (good && got < 0)
		good = refuse(path, ERR_DENIED, strerror(errno), e);
	good = good && take_keys(text, path, box, e);
	OPENSSL_cleanse(text, sizeof(text));
	if (!good)
		secret_close(box);
	return good;
}

/*
 * A new version of the key file beside it. Its name also is the lock: while it
 * stands there, no one else changes the keys.
 */
struct draft {
	int file;
	char path[PATH_BYTES]; /* "" once it is in place */
};

static void
draft_end(struct draft *draft)
{
	if (draft->file >= 0)
		(void)close(draft->file);
	if (draft->path[0] != '\0')
		(void)unlink(draft->path);
}

static bool
draft_open(struct draft *draft, const char *path, struct err *e)
{
	char name[PATH_BYTES];

	if (snprintf(name, sizeof(name), "%s.new", path) >= (int)sizeof(name))
		return refuse(path, ERR_INPUT, "the path is too long", e);
	draft->file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (draft->file >= 0) {
		memcpy(draft->path, name, sizeof(name));
		return true;
	}
	if (errno != EEXIST)
		return refuse(path, ERR_DENIED, strerror(errno), e);
	refuse(path, ERR_CONFLICT, "another process is changing it", e);
	return err_hint(e, "if none is, remove %s", name);
}

static void
add_keys(struct strbuf *out, const struct secret_key *key, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		strbuf_addf(out, "%" PRIu32 ":", key[i].id);
		base64_add(out, key[i].bytes, KEY_BYTES);
		strbuf_add(out, "\n");
	}
}

void
secret_key_text(const struct secret_box *box, struct strbuf *out)
{
	add_keys(out, box->key, box->keys);
}

/* Writes the keys through to the disk. */
static bool
draft_write(const struct draft *draft, const char *path,
	    const struct secret_key *key, size_t count, struct err *e)
{
	AUTO(strbuf) text = STRBUF(FILE_MAX);
	ssize_t written;

	add_keys(&text, key, count);
	if (!strbuf_check(&text, e))
		return false;
	written = write(draft->file, text.text, text.len);
	if (written == (ssize_t)text.len && fsync(draft->file) == 0) {
		secret_wipe(&text);
		return true;
	}
	secret_wipe(&text);
	return refuse(path, ERR_PERMANENT, strerror(errno), e);
}

static bool
draft_replace(struct draft *draft, const char *path, struct err *e)
{
	if (rename(draft->path, path) != 0)
		return refuse(path, ERR_PERMANENT, strerror(errno), e);
	draft->path[0] = '\0';
	return true;
}

static void
make_key(struct secret_key *key, uint32_t id)
{
	key->id = id;
	random_bytes(key->bytes, sizeof(key->bytes));
}

void
secret_key_draw(struct secret_box *box)
{
	make_key(&box->key[0], 1);
	box->keys = 1;
}

bool
secret_key_make(const char *path, struct err *e)
{
	AUTO(draft) draft = {.file = -1};
	struct secret_key key;
	bool good;

	if (!draft_open(&draft, path, e))
		return false;
	make_key(&key, 1);
	good = draft_write(&draft, path, &key, 1, e);
	OPENSSL_cleanse(&key, sizeof(key));
	/* A link, not a rename: it refuses when someone was first. */
	if (good && link(draft.path, path) != 0) {
		good = refuse(
			path, errno == EEXIST ? ERR_CONFLICT : ERR_PERMANENT,
			errno == EEXIST ? "exists already" : strerror(errno),
			e);
	}
	return good;
}

bool
secret_key_add(const char *path, struct err *e)
{
	AUTO(draft) draft = {.file = -1};
	struct secret_box box;
	bool good;

	if (!draft_open(&draft, path, e) || !secret_open(&box, path, e))
		return false;
	if (box.keys == SECRET_KEYS_MAX) {
		secret_close(&box);
		refuse(path, ERR_CONFLICT, "has no room for another key", e);
		return err_hint(e, "finish the rotation before: orderbridge "
				   "secret rotate");
	}
	make_key(&box.key[box.keys], box.key[box.keys - 1].id + 1);
	good = draft_write(&draft, path, box.key, box.keys + 1, e) &&
	       draft_replace(&draft, path, e);
	secret_close(&box);
	return good;
}

bool
secret_key_trim(const char *path, struct err *e)
{
	AUTO(draft) draft = {.file = -1};
	struct secret_box box;
	bool good;

	if (!draft_open(&draft, path, e) || !secret_open(&box, path, e))
		return false;
	good = draft_write(&draft, path, &box.key[box.keys - 1], 1, e) &&
	       draft_replace(&draft, path, e);
	secret_close(&box);
	return good;
}
