#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "account/identity.h"
#include "base/text.h"
#include "local.h"

static const utc_ms touch_every = (utc_ms)MINUTE;

struct beginning {
	int64_t user_id;
	const char *ip, *agent;
	const struct session_limits *limits;
	unsigned char hash[32];
};

static bool
write_session(struct db *db, void *context, struct err *e)
{
	const struct beginning *b = context;

	/* The user first: its lock puts those who begin at once in a row. */
	return db_run(db, SQL_USER_SEEN, BINDS(bind_int(b->user_id)), e) &&
	       db_run(db, SQL_SESSION_INSERT,
		      BINDS(bind_int(b->user_id), bind_bytes(b->hash, 32),
			    bind_text(b->ip), bind_text(b->agent),
			    bind_int(b->limits->idle_min),
			    bind_int(b->limits->absolute_h)),
		      e) &&
	       db_run(db, SQL_SESSION_END_OLDEST,
		      BINDS(bind_int(b->user_id), bind_int(b->user_id)), e);
}

static void
make_text(char out[SESSION_TEXT_MAX], unsigned char hash[32])
{
	unsigned char bytes[32];

	random_bytes(bytes, sizeof(bytes));
	(void)hash_text(bytes, out);
	hash_sha256(out, strlen(out), hash);
}

bool
session_begin(struct db *db, int64_t user_id, const char *ip, const char *agent,
	      const struct session_limits *limits, char out[SESSION_TEXT_MAX],
	      struct err *e)
{
	char kept[200];
	struct beginning b = {
		.user_id = user_id, .ip = ip, .agent = kept, .limits = limits};

	/* A browser may call itself anything; the column takes UTF-8. */
	if (!text_is_utf8(agent, strlen(agent)))
		agent = "";
	(void)text_copy(kept, sizeof(kept), agent);
	make_text(out, b.hash);
	return (db_transact(db, write_session, &b, e) &&
		tidy(db, SQL_SESSION_CLEAN, NO_BINDS, e)) ||
	       err_in(e, "begin a session");
}

bool
session_check(struct db *db, const char *text,
	      const struct session_limits *limits, utc_ms now, bool is_use,
	      struct identity *out, struct err *e)
{
	unsigned char hash[32];
	AUTO(rows) rows = ROWS;

	*out = (struct identity){0};
	hash_sha256(text, strlen(text), hash);
	if (!db_open(db, &rows, SQL_SESSION_CHECK,
		     BINDS(bind_bytes(hash, sizeof(hash)),
			   bind_int(limits->idle_min),
			   bind_int(limits->absolute_h)),
		     e))
		return err_in(e, "look the session up");
	if (!rows_next(&rows))
		return rows_check(&rows, e);
	out->session_id = rows_int(&rows, "id");
	out->proven_at = rows_time(&rows, "proven_at");
	if (!identity_read(db, &rows, out, e))
		return false;
	if (is_use && now - rows_time(&rows, "seen_at") > touch_every &&
	    !tidy(db, SQL_SESSION_SEEN,
		  BINDS(bind_int(limits->idle_min),
			bind_int(limits->absolute_h),
			bind_int(out->session_id)),
		  e))
		return err_in(e, "note the use of a session");
	return rows_check(&rows, e);
}

void
session_nonce(const unsigned char key[32], const char *text, char out[65])
{
	unsigned char mac[32];
	unsigned length = sizeof(mac);

	(void)HMAC(EVP_sha256(), key, 32, (const unsigned char *)text,
		   strlen(text), mac, &length);
	(void)hash_text(mac, out);
}

bool
session_renew(struct db *db, int64_t id, bool is_proof,
	      char out[SESSION_TEXT_MAX], struct err *e)
{
	unsigned char hash[32];

	make_text(out, hash);
	if (!db_run(db, SQL_SESSION_RENEW,
		    BINDS(bind_bytes(hash, sizeof(hash)), bind_int(is_proof),
			  bind_int(id)),
		    e))
		return err_in(e, "renew a session");
	if (db_changed(db) == 1)
		return true;
	err_set(e, ERR_MISSING, "this session has ended");
	return err_as(e, OB_NOT_LOGGED_IN);
}

bool
session_list(struct db *db, int64_t user_id, struct rows *out, struct err *e)
{
	return db_open(db, out, SQL_SESSION_LIST, BINDS(bind_int(user_id)), e);
}

bool
session_end(struct db *db, int64_t id, int64_t user_id, struct err *e)
{
	return db_run(db, SQL_SESSION_END,
		      BINDS(bind_int(id), bind_int(user_id)), e);
}

bool
session_end_all(struct db *db, int64_t user_id, int64_t but, struct err *e)
{
	return db_run(db, SQL_SESSION_END_ALL,
		      BINDS(bind_int(user_id), bind_int(but)), e);
}
