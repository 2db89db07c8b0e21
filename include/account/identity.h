#ifndef OB_ACCOUNT_IDENTITY_H
#define OB_ACCOUNT_IDENTITY_H

/*
 * Who asks: sessions of browsers, tokens and application passwords of scripts.
 * Only SHA-256 of what they send is kept (RELIABILITY 6.1).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/right.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/secret.h"
#include "db/db.h"

#define SESSION_TEXT_MAX  65 /* 64 hexadecimal digits */
#define TOKEN_TEXT_MAX    80
#define TOKEN_GROUPED_MAX 100 /* with a blank after each four */
#define TOKEN_DAYS        90  /* until one expires where nobody says when */
#define TOKEN_DAYS_MAX    365

struct identity {
	int64_t user_id, session_id, token_id; /* one of the last two */
	char login[241], name[481], role[41];
	uint32_t rights;
	bool has_totp;
	bool all_sites;
	int64_t *site; /* owned: ids, where it is not all */
	size_t sites;
	utc_ms proven_at; /* when the password was given; 0 for tokens */
};

void identity_end(struct identity *who);

struct session_limits {
	unsigned idle_min, absolute_h;
};

/* A new session; out: what the cookie holds. The oldest beyond five end. */
MUST_CHECK bool session_begin(struct db *db, int64_t user_id, const char *ip,
			      const char *agent,
			      const struct session_limits *limits,
			      char out[SESSION_TEXT_MAX], struct err *e);
/*
 * Whose session it is; user_id 0: nobody's, or it has ended. is_use: moves the
 * idle end (at most once a minute), which polling does not.
 */
MUST_CHECK bool session_check(struct db *db, const char *text,
			      const struct session_limits *limits, utc_ms now,
			      bool is_use, struct identity *out, struct err *e);
/*
 * What a page has to send along with a change: HMAC over the session's text;
 * out: 64 hexadecimal digits.
 */
void session_nonce(const unsigned char key[32], const char *text, char out[65]);
/*
 * A new text for the cookie (and so a new nonce); the old text is nobody's.
 * is_proof: the password was given once more, so it is proven now. ERR_MISSING
 * when the session has ended.
 */
MUST_CHECK bool session_renew(struct db *db, int64_t id, bool is_proof,
			      char out[SESSION_TEXT_MAX], struct err *e);
/* Those that have not ended: id, ip, agent, created_at, seen_at, ends_at. */
MUST_CHECK bool session_list(struct db *db, int64_t user_id, struct rows *out,
			     struct err *e);
MUST_CHECK bool session_end(struct db *db, int64_t id, int64_t user_id,
			    struct err *e);
/* All of a user but one (0: all). */
MUST_CHECK bool session_end_all(struct db *db, int64_t user_id, int64_t but,
				struct err *e);

struct token_new {
	int64_t user_id;
	bool is_password; /* an application password, sent by Basic */
	const char *name; /* 1 to 80 characters */
	uint32_t scopes; /* never more than the user's own at the time of use */
	const char *sites; /* JSON list of codes; NULL: all that the user has */
	utc_ms expires_at; /* at most TOKEN_DAYS_MAX away */
};
/*
 * out: what is shown once, "obt_..."; *id its row. ERR_INPUT: name, scopes that
 * the user does not have, sites or date. ERR_CONFLICT: there are 100 already.
 */
MUST_CHECK bool token_add(struct db *db, const struct token_new *token,
			  utc_ms now, char out[TOKEN_TEXT_MAX], int64_t *id,
			  struct err *e);
/* As an application password is shown, "obt_ 5f2c ..."; returns out. */
const char *token_grouped(const char *text, char out[TOKEN_GROUPED_MAX]);
/*
 * Whose token it is, with the rights and sites that both have; user_id 0:
 * nobody's. Blanks in text do not count. login: of Basic, which has to be the
 * owner's; NULL for a bearer.
 */
MUST_CHECK bool token_check(struct db *db, const char *text, const char *login,
			    const char *ip, utc_ms now, struct identity *out,
			    struct err *e);
/*
 * id, kind, name, last4, scopes, all_sites, sites (JSON or NULL), created_at,
 * expires_at, used_at, used_ip, login; user_id 0: of all.
 */
MUST_CHECK bool token_list(struct db *db, bool is_password, int64_t user_id,
			   struct rows *out, struct err *e);
/* ERR_MISSING. user_id 0: anybody's. */
MUST_CHECK bool token_delete(struct db *db, int64_t id, bool is_password,
			     int64_t user_id, struct err *e);

#endif
