#ifndef OB_API_REQUEST_H
#define OB_API_REQUEST_H

/*
 * A request as a handler sees it: who asks, typed values, and the answer that
 * it fills. What every request needs (login, rights, limits, If-Match,
 * idempotency, envelope, ETag) is done before and after it, in dispatch.c.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "account/identity.h"
#include "api/route.h"
#include "app/app.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/jnode.h"
#include "base/money.h"
#include "base/quantity.h"
#include "base/strbuf.h"
#include "entity/list.h"
#include "net/fcgi.h"

struct hooks;
struct site;

enum { REQUEST_VALUES_MAX = 64, DATA_MAX = 8 * 1024 * 1024 };

struct value {
	const struct param *param;
	const char *text; /* borrowed from the request */
	int64_t number;   /* INT, ID, FLAG, WORD (index), TIME, DATE */
	struct money money;
	struct quantity quantity;
	json_t *json; /* borrowed: LIST, OBJECT, OBJECTS; null where it is */
};

/* Who begins with what was queued: a worker at once, or the next cron. */
enum starts { STARTS_NOTHING, STARTS_NOW, STARTS_BY_CRON };

struct request {
	struct app *app;
	struct fcgi *fcgi;
	struct hooks *hooks; /* what this process remembers of webhooks */
	const struct route *route;
	const struct resource *resource;
	utc_ms now;
	char id[65];      /* of the request, in log and answer */
	char base[256];   /* what stands before /api: "/ob" or "" */
	char origin[300]; /* "https://shop.example" as the client called it */
	char ip[64];
	char method[16];    /* of ours; what the server said is gone early */
	char *path, *query; /* owned, taken apart */
	char *shown;        /* owned: the path as it came, below the prefix */
	int envelope;       /* 1, 0, or -1: as the prefix has it */
	bool is_alias;      /* came by /wp-json/wkpbic/v1 */
	bool dry_run;
	struct identity caller; /* user_id 0: nobody */
	char nonce[65];         /* of the caller's session; "" = none */
	json_t *body;           /* owned; NULL when there was none */
	unsigned char body_hash[32];
	bool holds_key; /* an Idempotency-Key is ours to settle */
	struct value value[REQUEST_VALUES_MAX];
	size_t values;
	struct list_ask list; /* of a route with a list */
	/* Of the resource as it is now, where If-Match was compared. */
	bool has_version; /* 0 is one, too: of what was never changed */
	unsigned version;

	/* The answer. */
	unsigned status;
	struct strbuf data;    /* JSON; empty = null */
	struct strbuf headers; /* whole lines */
	struct list_page page; /* of a list */
	bool has_page;
	struct strbuf counts;     /* of a list: members of meta, or empty */
	bool is_merged;           /* an equal request waited: that is it */
	bool wants_worker;        /* something was queued */
	enum starts starts;       /* of an operation */
	utc_ms cron_at;           /* of STARTS_BY_CRON; 0: nobody knows */
	const char *content_type; /* NULL: JSON */
	struct strbuf params;     /* of an error: ,"name":"what is wrong" ... */
	/* A change of ours, for the audit trail; "" = none. */
	char action[48], object[128];
	struct strbuf before, after; /* JSON */
};

/* Values by name; given tells absence from 0 and "". */
bool request_given(const struct request *r, const char *name);
const char *request_text(const struct request *r, const char *name);
int64_t request_int(const struct request *r, const char *name,
		    int64_t otherwise);
bool request_flag(const struct request *r, const char *name, bool otherwise);
utc_ms request_time(const struct request *r, const char *name);
struct money request_money(const struct request *r, const char *name);
struct quantity request_quantity(const struct request *r, const char *name,
				 struct quantity otherwise);
/* LIST, OBJECT, OBJECTS; its value is NULL when it was not given. */
struct jnode request_json(const struct request *r, const char *name);
/* Whether a list of texts was given that holds this one. */
bool request_lists(const struct request *r, const char *name, const char *word);

/*
 * What a change of many is about, by the body's "ids" or "filter": the keys as
 * a JSON list of texts, of rows that the caller may see. ERR_INPUT when it says
 * neither or both, or finds more than most.
 */
MUST_CHECK bool request_choose(struct request *r, const struct entity *entity,
			       unsigned most, struct strbuf *out,
			       struct err *e);

/* Whether the caller may see what belongs to this site; others do not exist. */
bool request_may_see(const struct request *r, int64_t site_id);
/* ERR_MISSING as if there were none. */
MUST_CHECK bool request_must_see(const struct request *r, int64_t site_id,
				 const char *what, struct err *e);
/* Steps to the first row, whose site_id the caller may see; ERR_MISSING. */
MUST_CHECK bool request_first(const struct request *r, struct rows *rows,
			      const char *what, struct err *e);
/*
 * The site whose code the parameter names; the caller ends it. A foreign one is
 * told apart from one that is not there by nothing.
 */
MUST_CHECK bool request_site(struct request *r, const char *param,
			     struct site *out, struct err *e);
bool request_can(const struct request *r, enum capability what);
/*
 * Whether a session's password was given five minutes ago at most (a token has
 * none): for a handler that needs it for some values only. ERR_DENIED.
 */
MUST_CHECK bool request_is_proven(const struct request *r, struct err *e);
/* Adds one parameter's fault; ERR_INPUT, OB_INVALID_PARAM. */
bool request_fault(struct request *r, struct err *e, const char *param,
		   const char *format, ...) PRINTF_LIKE(4, 5);

/* One row as the route's shape says; ERR_MISSING names what there is none of.
 */
MUST_CHECK bool answer_one(struct request *r, struct rows *rows,
			   const char *missing, struct err *e);
/* All rows, as an array. */
MUST_CHECK bool answer_rows(struct request *r, struct rows *rows,
			    struct err *e);
/* The page of the route's list: a whole handler. */
MUST_CHECK bool answer_list(struct request *r, struct err *e);
/*
 * A list of an entity, as far as the caller may see it; ended by the caller. A
 * parameter that is wrong is a fault of the request's.
 */
MUST_CHECK bool request_list(struct request *r, const struct entity *entity,
			     const struct list_param *param, size_t count,
			     struct list_ask *out, struct err *e);
/* Appends its page. Nothing is counted: page has no total. */
MUST_CHECK bool request_rows(struct request *r, const struct entity *entity,
			     const struct list_param *param, size_t count,
			     struct strbuf *out, struct list_page *page,
			     struct err *e);
/* How many rows that list has for the caller, as list_count tells it. */
MUST_CHECK bool request_count(struct request *r, const struct entity *entity,
			      const struct list_param *param, size_t count,
			      uint64_t *total, bool *is_capped, struct err *e);
/* The row of an entity with this id, alone; a whole answer. */
MUST_CHECK bool answer_one_of(struct request *r, const struct entity *entity,
			      int64_t id, struct err *e);
/* 202: the operation, its Location, and a worker that begins with it. */
MUST_CHECK bool answer_operation(struct request *r, int64_t id, bool merged,
				 struct err *e);
/* Adds "Name: value"; values with control characters are dropped. */
void answer_header(struct request *r, const char *name, const char *format, ...)
	PRINTF_LIKE(3, 4);
/* Location of something made, "/orders/12"; below the API. */
void answer_location(struct request *r, const char *format, ...)
	PRINTF_LIKE(2, 3);
/*
 * Says what was changed, for the audit trail, which is written in the same
 * transaction when the request went well: "site.enable", "site woo-us". before
 * and after are JSON objects without secrets, in r->before and r->after.
 */
void answer_changed(struct request *r, const char *action, const char *format,
		    ...) PRINTF_LIKE(3, 4);

/* Asks for work in the caller's name. scope: JSON or NULL. */
MUST_CHECK bool request_ask(struct request *r, const char *kind,
			    int64_t site_id, bool full, const char *scope,
			    int64_t *id, bool *merged, struct err *e);
/* The same, and answers 202. */
MUST_CHECK bool request_work(struct request *r, const char *kind,
			     int64_t site_id, bool full, const char *scope,
			     struct err *e);

#endif
