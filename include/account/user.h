#ifndef OB_ACCOUNT_USER_H
#define OB_ACCOUNT_USER_H

/* People: rm_user, their role and sites, and one-time links. */

#include <stdbool.h>
#include <stdint.h>

#include "account/password.h"
#include "account/right.h"
#include "base/clock.h"
#include "base/err.h"
#include "db/db.h"

struct user {
	int64_t id;
	char login[241], name[481], email[1017], role[41];
	bool is_active, all_sites, has_totp;
	char password_hash[PASSWORD_HASH_MAX];
	char totp_secret[401]; /* locked */
	int64_t totp_step;
	unsigned version;
};

/* Whether there is nobody yet: then the setup code lets the first one in. */
MUST_CHECK bool user_is_there(struct db *db, bool *out, struct err *e);
/* ERR_MISSING. */
MUST_CHECK bool user_find(struct db *db, const char *login, struct user *out,
			  struct err *e);
MUST_CHECK bool user_load(struct db *db, int64_t id, struct user *out,
			  struct err *e);
/*
 * id, login, name, email, role, is_active, all_sites, has_totp, password_at,
 * seen_at, created_at, sessions, sites (JSON), version; id 0: all, by login.
 */
MUST_CHECK bool user_list(struct db *db, int64_t id, struct rows *out,
			  struct err *e);
/* The role that logs in by token alone (UX 3): it takes no password. */
#define ROLE_TOKEN_ONLY "integrator"
/*
 * Adds one, with password_hash, or with a one-time link of 30 minutes (SHA-256
 * of its secret), or (NULL and "") for tokens alone; sites: JSON list of codes,
 * where all_sites is not set. Fills id. ERR_CONFLICT when the login is taken;
 * ERR_INPUT.
 */
MUST_CHECK bool user_add(struct db *db, struct user *user, const char *sites,
			 const unsigned char *link, utc_ms now, struct err *e);
/*
 * Writes name, email, role, is_active, all_sites and sites (NULL: as they are).
 * Whoever is switched off, or gets another role, is logged out. ERR_CONFLICT,
 * OB_PRECONDITION_FAILED on another version, OB_CONFLICT when no administrator
 * would be left; ERR_INPUT for a site that there is not.
 */
MUST_CHECK bool user_save(struct db *db, struct user *user, const char *sites,
			  struct err *e);
/*
 * Sets the password and ends all sessions but the one that asks (0: all); a
 * link that waits is void.
 */
MUST_CHECK bool user_set_password(struct db *db, int64_t id, const char *hash,
				  int64_t but_session, struct err *e);
/* A new one-time link; *link is its secret's SHA-256. */
MUST_CHECK bool user_set_link(struct db *db, int64_t id,
			      const unsigned char link[32], utc_ms until,
			      struct err *e);
/* Who a one-time link is for: id, login, name, email. ERR_MISSING. */
MUST_CHECK bool user_by_link(struct db *db, const unsigned char link[32],
			     struct user *out, struct err *e);
/*
 * Takes the link for the password, once: ERR_MISSING for whoever comes second.
 * id: as user_by_link found it.
 */
MUST_CHECK bool user_take_link(struct db *db, int64_t id,
			       const unsigned char link[32], const char *hash,
			       struct err *e);
/*
 * With sessions, tokens and grants; what they did stays in the trail.
 * ERR_CONFLICT as of user_save.
 */
MUST_CHECK bool user_delete(struct db *db, struct user *user, struct err *e);
/*
 * Every rule of a password for this person (password_check), the names of the
 * installation and its shops among them. ERR_INPUT, OB_UNPROCESSABLE.
 */
MUST_CHECK bool user_check_password(struct db *db, const struct user *user,
				    const char *password,
				    const char *breached_file, struct err *e);

/* slug, name, capabilities, is_builtin, version. */
MUST_CHECK bool role_list(struct db *db, struct rows *out, struct err *e);
MUST_CHECK bool role_find(struct db *db, const char *slug, struct rows *out,
			  struct err *e);
/* ERR_CONFLICT: it is there, was changed, or is built in; ERR_INPUT. */
MUST_CHECK bool role_save(struct db *db, const char *slug, const char *name,
			  uint32_t rights, bool is_new, unsigned version,
			  struct err *e);
/* ERR_CONFLICT when it is built in or somebody has it. */
MUST_CHECK bool role_delete(struct db *db, const char *slug, struct err *e);

#endif
