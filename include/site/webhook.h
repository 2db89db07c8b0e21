#ifndef OB_SITE_WEBHOOK_H
#define OB_SITE_WEBHOOK_H

/*
 * What a shop tells us by itself: "order 12 was changed". A delivery is a hint
 * (RELIABILITY 2.5): its body is never imported, the order is fetched by id.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/strbuf.h"

struct db;

/* The topics that we subscribe to, "order.created" ...; ended by NULL. */
extern const char *const webhook_topics[];

/* Secrets that a delivery may be signed with: the newest one, the one before.
 */
enum { WEBHOOK_SECRETS_MAX = 2 };
struct webhook_secrets {
	int64_t site_id; /* 0: there is no such site */
	struct strbuf text[WEBHOOK_SECRETS_MAX];
	size_t count;
};

/* Wipes them. */
void webhook_secrets_end(struct webhook_secrets *secrets);
/*
 * The secrets site.CODE.webhook_secret and site.CODE.webhook_secret_previous.
 * An unknown or deleted site is no error: site_id is 0 and there are none.
 */
MUST_CHECK bool webhook_secrets_load(struct db *db,
				     const struct secret_box *box,
				     const char *code,
				     struct webhook_secrets *out,
				     struct err *e);

/*
 * Whether signature is the base64 of the HMAC-SHA256 of the body with one of
 * the secrets. Takes as long when there is none: a stranger must not learn from
 * the time which sites exist.
 */
bool webhook_is_signed(const struct webhook_secrets *secrets, const char *body,
		       size_t length, const char *signature);
/* Whether it has the form of a signature at all: 44 characters of base64. */
bool webhook_may_be_signature(const char *signature);
/* The unsigned form body "webhook_id=12" of a subscription's creation. */
bool webhook_is_ping(const char *body, size_t length);

/* One delivery as it came; all borrowed. */
struct webhook_in {
	utc_ms received_at;
	const char *site; /* its code */
	const char *topic, *ip, *delivery_id, *signature;
	bool checked; /* the signature was right */
	const char *body;
	size_t length;
};

/*
 * Stores a delivery whose signature was right, with one INSERT; one that is
 * there already (site, topic and body) changes nothing: *fresh is false. From a
 * body without an order's id nothing follows, so it is kept as ignored.
 */
MUST_CHECK bool webhook_store(struct db *db, int64_t site_id, bool spooled,
			      const struct webhook_in *in, bool *fresh,
			      struct err *e);

#endif
