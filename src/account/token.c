#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <zlib.h>

#include "account/identity.h"
#include "base/text.h"
#include "local.h"

enum { BEGIN = 4, HEX = 64, CRC = 8, NAME_LENGTH = 80 };

static const utc_ms touch_every = (utc_ms)MINUTE;

/*
 * "obt_", 32 random bytes and their CRC in hexadecimal: a mistyped one is known
 * for what it is without asking the database, and scanners of leaked secrets
 * find it by its beginning.
 */
static void
make_token(char out[TOKEN_TEXT_MAX])
{
	unsigned char bytes[32];
	char hex[65];

	random_bytes(bytes, sizeof(bytes));
	(void)snprintf(out, TOKEN_TEXT_MAX, "obt_%s%08lx",
		       hash_text(bytes, hex),
		       crc32(0, bytes, (unsigned)sizeof(bytes)));
}

static int
digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static bool
is_token(const char *text)
{
	unsigned char bytes[32];
	char crc[CRC + 1];

	if (strncmp(text, "obt_", BEGIN) != 0 ||
	    strlen(text) != BEGIN + HEX + CRC ||
	    text[BEGIN + strspn(text + BEGIN, "0123456789abcdef")] != '\0')
		return false;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(digit(text[BEGIN + 2 * i]) * 16 +
					   digit(text[BEGIN + 1 + 2 * i]));
	(void)snprintf(crc, sizeof(crc), "%08lx",
		       crc32(0, bytes, (unsigned)sizeof(bytes)));
	return strcmp(crc, text + BEGIN + HEX) == 0;
}

const char *
token_grouped(const char *text, char out[TOKEN_GROUPED_MAX])
{
	size_t used = 0;

	for (size_t i = 0; text[i] != '\0' && used + 2 < TOKEN_GROUPED_MAX;
	     i++) {
		if (i > 0 && i % 4 == 0)
			out[used++] = ' ';
		out[used++] = text[i];
	}
	out[used] = '\0';
	return out;
}

static bool
wrong(struct err *e, const char *text)
{
	err_set(e, ERR_INPUT, "%s", text);
	return err_as(e, OB_INVALID_PARAM);
}

/* A scope that its owner does not have would promise what it cannot do. */
static bool
check_scopes(struct db *db, const struct token_new *token, struct err *e)
{
	AUTO(rows) rows = ROWS;
	AUTO(strbuf) names = STRBUF(400);
	char held[401];
	uint32_t rights;

	if (token->scopes == 0)
		return wrong(e, "scopes: name at least one");
	if (!db_open(db, &rows, SQL_TOKEN_OWNER,
		     BINDS(bind_int(token->user_id)), e))
		return false;
	if (!rows_next(&rows)) {
		if (!rows_check(&rows, e))
			return false;
		err_set(e, ERR_MISSING, "there is no user with this id");
		return err_as(e, OB_NOT_FOUND);
	}
	rows_text(&rows, "capabilities", held, sizeof(held));
	if (!rows_check(&rows, e) || !rights_read(held, &rights, e))
		return false;
	if ((token->scopes & ~rights) == 0)
		return true;
	rights_add(&names, token->scopes & ~rights);
	err_set(e, ERR_INPUT, "scopes: the user does not have %s",
		strbuf_text(&names));
	return err_as(e, OB_INVALID_PARAM);
}

static bool
check_new(struct db *db, const struct token_new *token, utc_ms now,
	  struct err *e)
{
	const size_t length = text_utf16_length(token->name);

	if (length == 0 || length > NAME_LENGTH)
		return wrong(e, "name: 1 to 80 characters");
	if (token->expires_at <= now ||
	    token->expires_at - now > (utc_ms)TOKEN_DAYS_MAX * DAY)
		return wrong(e, "expires_at: 1 to 365 days from now");
	return check_scopes(db, token, e) &&
	       (token->sites == NULL || sites_check(db, token->sites, e));
}

static bool
end_tokens(struct db *db, enum sql_id which, int64_t user_id, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(db, &rows, which, BINDS(bind_int(user_id)), e))
		return false;
	while (rows_next(&rows)) {
		const int64_t id = rows_int(&rows, "id");

		if (!db_run(db, SQL_TOKEN_SITE_CLEAR, BINDS(bind_int(id)), e) ||
		    !db_run(db, SQL_TOKEN_DELETE, BINDS(bind_int(id)), e))
			return false;
	}
	return rows_check(&rows, e);
}

bool
token_end_all(struct db *db, int64_t user_id, struct err *e)
{
	return end_tokens(db, SQL_TOKEN_OF_USER, user_id, e);
}

struct adding {
	const struct token_new *token;
	const char *scopes, *last4;
	unsigned char hash[32];
	int64_t id;
};

static bool
insert(struct db *db, void *context, struct err *e)
{
	struct adding *a = context;
	const struct token_new *t = a->token;

	if (!end_tokens(db, SQL_TOKEN_EXPIRED, t->user_id, e) ||
	    !db_run(db, SQL_TOKEN_INSERT,
		    BINDS(bind_int(t->user_id),
			  bind_text(t->is_password ? "password" : "token"),
			  bind_text(t->name), bind_bytes(a->hash, 32),
			  bind_text(a->last4), bind_text(a->scopes),
			  bind_int(t->sites == NULL), bind_time(t->expires_at),
			  bind_int(t->user_id)),
		    e))
		return false;
	if (db_changed(db) != 1) {
		err_set(e, ERR_CONFLICT,
			"this user has 100 tokens: revoke one first");
		return err_as(e, OB_CONFLICT);
	}
	a->id = db_last_id(db);
	return t->sites == NULL ||
	       db_run(db, SQL_TOKEN_SITE_INSERT,
		      BINDS(bind_int(a->id), bind_text(t->sites)), e);
}

bool
token_add(struct db *db, const struct token_new *token, utc_ms now,
	  char out[TOKEN_TEXT_MAX], int64_t *id, struct err *e)
{
	AUTO(strbuf) scopes = STRBUF(400);
	struct adding a = {.token = token};

	if (!check_new(db, token, now, e))
		return false;
	make_token(out);
	hash_sha256(out, strlen(out), a.hash);
	rights_add(&scopes, token->scopes);
	a.scopes = strbuf_text(&scopes);
	a.last4 = out + strlen(out) - 4;
	if (!db_transact(db, insert, &a, e))
		return err_in(e, "add a token");
	*id = a.id;
	return true;
}

/* Application passwords are shown, and typed, in groups with blanks. */
static void
without_blanks(const char *text, char out[TOKEN_TEXT_MAX])
{
	size_t used = 0;

	for (; *text != '\0' && used + 1 < TOKEN_TEXT_MAX; text++) {
		if (!isspace((unsigned char)*text))
			out[used++] = *text;
	}
	out[used] = '\0';
}

/* Of Basic: an application password, and its owner's login. */
static bool
fits(struct rows *rows, const char *login)
{
	char kind[41], owner[241];

	rows_text(rows, "kind", kind, sizeof(kind));
	rows_text(rows, "login", owner, sizeof(owner));
	if (login == NULL)
		return strcmp(kind, "token") == 0;
	return strcmp(kind, "password") == 0 && text_equal_nocase(login, owner);
}

static bool
read_token(struct db *db, struct rows *rows, struct identity *out,
	   struct err *e)
{
	char scopes[401];
	uint32_t allowed;

	out->token_id = rows_int(rows, "id");
	rows_text(rows, "scopes", scopes, sizeof(scopes));
	if (!identity_read(db, rows, out, e) ||
	    !rights_read(scopes, &allowed, e))
		return false;
	out->rights &= allowed;
	return rows_flag(rows, "token_all_sites") ||
	       identity_narrow(out, rows_borrow(rows, "token_sites", NULL), e);
}

bool
token_check(struct db *db, const char *text, const char *login, const char *ip,
	    utc_ms now, struct identity *out, struct err *e)
{
	char token[TOKEN_TEXT_MAX];
	unsigned char hash[32];
	AUTO(rows) rows = ROWS;

	*out = (struct identity){0};
	without_blanks(text, token);
	if (!is_token(token))
		return true;
	hash_sha256(token, strlen(token), hash);
	if (!db_open(db, &rows, SQL_TOKEN_CHECK,
		     BINDS(bind_bytes(hash, sizeof(hash))), e))
		return err_in(e, "look the token up");
	if (!rows_next(&rows) || !fits(&rows, login))
		return rows_check(&rows, e);
	if (!read_token(db, &rows, out, e))
		return false;
	if (now - rows_time(&rows, "used_at") > touch_every &&
	    !tidy(db, SQL_TOKEN_USED,
		  BINDS(bind_text(ip), bind_int(out->token_id)), e))
		return err_in(e, "note the use of a token");
	return rows_check(&rows, e);
}

bool
token_list(struct db *db, bool is_password, int64_t user_id, struct rows *out,
	   struct err *e)
{
	return db_open(db, out, SQL_TOKEN_LIST,
		       BINDS(bind_text(is_password ? "password" : "token"),
			     bind_id(user_id), bind_id(user_id)),
		       e);
}

struct ending {
	int64_t id, user_id;
	const char *kind;
};

static bool
take_away(struct db *db, void *context, struct err *e)
{
	const struct ending *t = context;
	AUTO(rows) rows = ROWS;

	if (!db_open(db, &rows, SQL_TOKEN_FIND,
		     BINDS(bind_int(t->id), bind_text(t->kind),
			   bind_id(t->user_id), bind_id(t->user_id)),
		     e))
		return false;
	if (rows_next(&rows))
		return db_run(db, SQL_TOKEN_SITE_CLEAR, BINDS(bind_int(t->id)),
			      e) &&
		       db_run(db, SQL_TOKEN_DELETE, BINDS(bind_int(t->id)), e);
	if (!rows_check(&rows, e))
		return false;
	err_set(e, ERR_MISSING, "there is no token with this id");
	return err_as(e, OB_NOT_FOUND);
}

bool
token_delete(struct db *db, int64_t id, bool is_password, int64_t user_id,
	     struct err *e)
{
	struct ending t = {id, user_id, is_password ? "password" : "token"};

	return db_transact(db, take_away, &t, e);
}
