#include "login_limit.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "local.h"

/*
 * What is counted, and how much of it is free (RELIABILITY 6.1). Where it
 * doubles, each try beyond waits twice as long as the one before; else the rest
 * of the window.
 */
enum limit { OF_ACCOUNT, OF_ADDRESS, OF_ALL, LIMITS, OF_CODES = LIMITS };

static const struct rule {
	unsigned free, window_s;
	bool doubles;
} rules[] = {
	[OF_ACCOUNT] = {5, 86400, true},
	[OF_ADDRESS] = {30, 600, false},
	[OF_ALL] = {100, 60, false},
	/* Whoever gets as far as codes has the password: from any address. */
	[OF_CODES] = {5, 86400, true},
};

enum { LONGEST_WAIT_S = 15 * 60, TRIES_MAX = 50 };

struct subject {
	const struct login_ask *ask; /* of the first three */
	int64_t user_id;             /* of codes */
};

/* Whoever has one address of IPv6 has the other 2^64 of its network as well. */
static void
network_of(const char *ip, char out[INET6_ADDRSTRLEN])
{
	struct in6_addr address;

	(void)text_copy(out, INET6_ADDRSTRLEN, ip);
	if (inet_pton(AF_INET6, ip, &address) != 1 ||
	    IN6_IS_ADDR_V4MAPPED(&address))
		return;
	memset(address.s6_addr + 8, 0, 8);
	(void)inet_ntop(AF_INET6, &address, out, INET6_ADDRSTRLEN);
}

/* SHA-256, so that what strangers type is not kept. */
static struct bind
key_of(enum limit limit, const struct subject *of, unsigned char hash[32])
{
	char text[400], network[INET6_ADDRSTRLEN] = "";

	if (of->ask != NULL)
		network_of(of->ask->ip, network);
	switch (limit) {
	case OF_ACCOUNT:
		(void)snprintf(text, sizeof(text), "account\n%s\n%.240s",
			       network, of->ask->login);
		text_upper_ascii(text);
		break;
	case OF_ADDRESS:
		(void)snprintf(text, sizeof(text), "address\n%s", network);
		break;
	case OF_CODES:
		(void)snprintf(text, sizeof(text), "codes\n%" PRId64,
			       of->user_id);
		break;
	case OF_ALL:
	default:
		(void)snprintf(text, sizeof(text), "all");
		break;
	}
	hash_sha256(text, strlen(text), hash);
	return bind_bytes(hash, 32);
}

struct count {
	int64_t failures;
	utc_ms began_at, not_before, now; /* by the server's clock */
};

static struct count
one_more(struct count is, const struct rule *rule)
{
	const utc_ms window = (utc_ms)rule->window_s * SECOND;
	utc_ms wait = 0;

	if (is.now - is.began_at >= window)
		is = (struct count){.began_at = is.now, .now = is.now};
	is.failures++;
	if (is.failures >= rule->free) {
		const int64_t beyond = is.failures - rule->free;

		wait = beyond < 10 ? ((utc_ms)SECOND << beyond) : window;
		if (wait > (utc_ms)LONGEST_WAIT_S * SECOND)
			wait = (utc_ms)LONGEST_WAIT_S * SECOND;
		if (!rule->doubles)
			wait = is.began_at + window - is.now;
	}
	is.not_before = is.now + wait;
	return is;
}

/* By compare-and-set; *done is false when somebody else counted meanwhile. */
static bool
write_count(struct db *db, struct bind key, const struct count *was,
	    const struct rule *rule, bool *done, struct err *e)
{
	const struct count is = one_more(*was, rule);
	const bool first = was->began_at == 0;

	if (first &&
	    !db_run(db, SQL_LOGIN_TRY_BEGIN,
		    BINDS(key, bind_int(is.failures), bind_time(is.began_at),
			  bind_time(is.not_before)),
		    e))
		return false;
	if (!first &&
	    !db_run(db, SQL_LOGIN_TRY_COUNT,
		    BINDS(bind_int(is.failures), bind_time(is.began_at),
			  bind_time(is.not_before), key,
			  bind_int(was->failures), bind_time(was->not_before)),
		    e))
		return false;
	*done = db_changed(db) == 1;
	return true;
}

static bool
read_count(struct db *db, struct bind key, struct count *out, struct err *e)
{
	AUTO(rows) rows = ROWS;

	*out = (struct count){0};
	if (!db_open(db, &rows, SQL_LOGIN_TRY_FIND, BINDS(key), e))
		return false;
	(void)rows_next(&rows);
	out->failures = rows_int(&rows, "failures");
	out->began_at = rows_time(&rows, "began_at");
	out->not_before = rows_time(&rows, "not_before");
	out->now = rows_time(&rows, "now");
	return rows_check(&rows, e);
}

static bool
count_one(struct db *db, enum limit limit, const struct subject *of,
	  struct err *e)
{
	unsigned char hash[32];
	const struct bind key = key_of(limit, of, hash);
	bool done = false;

	for (unsigned tries = 0; !done && tries < TRIES_MAX; tries++) {
		struct count count;

		if (!read_count(db, key, &count, e))
			return false;
		/* Clocks of a cluster's nodes differ: only what is over. */
		if (count.failures >= rules[limit].free &&
		    count.not_before > count.now) {
			err_set(e, ERR_TEMPORARY, "too many tries failed");
			e->retry_at = count.not_before;
			return err_as(e, OB_RATE_LIMITED);
		}
		if (!write_count(db, key, &count, &rules[limit], &done, e))
			return false;
	}
	if (done)
		return true;
	err_set(e, ERR_TEMPORARY, "too many logins at once");
	return err_as(e, OB_RATE_LIMITED);
}

/* The set-up code belongs to no account. */
static enum limit
first_of(const struct subject *of)
{
	return of->ask->login == NULL ? OF_ADDRESS : OF_ACCOUNT;
}

/* All in the same order, so that no two wait for each other. */
static bool
count_all(struct db *db, void *context, struct err *e)
{
	for (enum limit limit = first_of(context); limit < LIMITS; limit++) {
		if (!count_one(db, limit, context, e))
			return false;
	}
	return true;
}

static bool
return_all(struct db *db, void *context, struct err *e)
{
	for (enum limit limit = first_of(context); limit < LIMITS; limit++) {
		unsigned char hash[32];

		if (!db_run(db, SQL_LOGIN_TRY_RETURN,
			    BINDS(key_of(limit, context, hash)), e))
			return false;
	}
	return true;
}

static bool
count_code(struct db *db, void *context, struct err *e)
{
	return count_one(db, OF_CODES, context, e);
}

/*
 * A COMMIT whose answer got lost may have counted; twice is better than not at
 * all, and than a login that fails for it.
 */
static bool
transact(struct db *db,
	 bool (*work)(struct db *db, void *context, struct err *e),
	 struct subject of, struct err *e)
{
	return db_transact(db, work, &of, e) ||
	       (e->class == ERR_UNKNOWN && db_transact(db, work, &of, e));
}

bool
limit_count(struct db *db, const struct login_ask *ask, struct err *e)
{
	return transact(db, count_all, (struct subject){.ask = ask}, e);
}

bool
limit_return(struct db *db, const struct login_ask *ask, struct err *e)
{
	return transact(db, return_all, (struct subject){.ask = ask}, e);
}

bool
limit_forget(struct db *db, const struct login_ask *ask, struct err *e)
{
	const struct subject of = {.ask = ask};
	unsigned char hash[32];

	return tidy(db, SQL_LOGIN_TRY_FORGET,
		    BINDS(key_of(OF_ACCOUNT, &of, hash)), e);
}

bool
limit_count_code(struct db *db, int64_t user_id, struct err *e)
{
	return transact(db, count_code, (struct subject){.user_id = user_id},
			e);
}

bool
limit_forget_codes(struct db *db, int64_t user_id, struct err *e)
{
	const struct subject of = {.user_id = user_id};
	unsigned char hash[32];

	return tidy(db, SQL_LOGIN_TRY_FORGET,
		    BINDS(key_of(OF_CODES, &of, hash)), e);
}
