#ifndef OB_API_ROUTE_H
#define OB_API_ROUTE_H

/*
 * The REST API as a table: a row says method, path, who may, what comes in and
 * what goes out. Matching, checking of input, permission, the OpenAPI document
 * and the tests that walk every route follow from it. A handler gets typed
 * values, never a raw parameter.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/right.h"
#include "base/clock.h"
#include "base/err.h"
#include "entity/entity.h"
#include "entity/field.h"

struct request;

enum param_type {
	PARAM_TEXT, /* minimum to maximum characters */
	PARAM_ID,
	PARAM_INT, /* minimum to maximum */
	PARAM_FLAG,
	PARAM_WORD, /* one of words */
	PARAM_TIME, /* ISO 8601 */
	PARAM_DATE, /* "2026-11-20": that day, to be read in a site's zone */
	PARAM_MONEY,
	PARAM_QUANTITY,
	PARAM_LIST,    /* of words, or of texts; minimum to maximum members */
	PARAM_OBJECT,  /* of members; any where there are none */
	PARAM_OBJECTS, /* a list of such; minimum to maximum of them */
};

enum {
	PARAM_REQUIRED = 1,
	PARAM_NULL = 2,   /* null empties the field */
	PARAM_SECRET = 4, /* written, never read; not in a log, nor in audit */
};

/* One value of a path, a query or a body. Rows end by one without a name. */
struct param {
	const char *name;
	enum param_type type;
	unsigned traits;
	int64_t minimum, maximum;
	const char *const *words;    /* ended by NULL */
	const struct param *members; /* of PARAM_OBJECT and PARAM_OBJECTS */
	const char *help;            /* one line, no full stop */
};

enum {
	ROUTE_SEED = 1,          /* of the requirement: If-Match is optional */
	ROUTE_IF_MATCH = 2,      /* GET of the same path says what it is now */
	ROUTE_KEY = 4,           /* Idempotency-Key is required */
	ROUTE_DRY_RUN = 8,       /* takes ?dry_run=1 */
	ROUTE_REAUTH = 16,       /* the password was given five minutes ago */
	ROUTE_BARE = 32,         /* its data is the body: no envelope */
	ROUTE_NO_DATABASE = 64,  /* answers while the database is away */
	ROUTE_RAW = 128,         /* the handler reads the body itself */
	ROUTE_MAYBE_202 = 256,   /* also answers 202 with an operation */
	ROUTE_PLAIN = 512,       /* the answer is text/plain */
	ROUTE_SHOWN_ONCE = 1024, /* it holds a secret: no repeat, no copy */
	ROUTE_ALL_SITES = 2048,  /* only for who may see every site */
	ROUTE_SEED_TEXTS = 4096, /* below the seed's prefix as it shows them */
	ROUTE_MAYBE_503 = 8192,  /* also answers 503 with its own data */
	ROUTE_ENROL = 16384,     /* also for who lacks a second factor */
	ROUTE_STEPS = 32768,     /* commits by itself, step by step */
};

/* A path that will go; what answers it says so (RFC 9745, RFC 8594). */
struct retirement {
	utc_ms since, until; /* at least 180 days apart (UX 3) */
	const char *instead; /* the path that takes its place */
};

struct route {
	const char *method;
	const char *path;     /* "/orders/{id}", below /api/v1 */
	enum capability need; /* CAN_ANYONE: no login */
	bool (*handle)(struct request *r, struct err *e);
	const char *summary;       /* one line, no full stop */
	unsigned status;           /* of success */
	unsigned traits;           /* ROUTE_ */
	const struct param *parts; /* of the path */
	const struct param *query;
	const struct param *body;
	/* A list of it: its filters, sorts and paging are the query. */
	const struct entity *list;
	const struct shape *reply; /* one, or with many a list; NULL: nothing */
	bool many;
	const struct retirement *retired; /* NULL: it stays */
};

#define PARAMS(...) ((const struct param[]){__VA_ARGS__, {0}})

/* One resource's rows; ended by a row without a method. */
struct resource {
	const char *tag; /* "Orders": its heading in the API's description */
	const struct route *routes;
};
/* Every resource; ended by one without a tag. */
extern const struct resource resources[];

/* What a path came to. */
struct match {
	const struct resource *resource;
	const struct route *route; /* NULL: no such path, or not this method */
	const char *part[4];       /* decoded, into the caller's text */
	char allow[64];            /* methods of the path; "" = no such path */
};

/*
 * The route of a method and a path below /api/v1, which is taken apart and
 * decoded in place. HEAD is GET.
 */
struct match route_match(const char *method, char *path);

/* Percent-decodes in place; false: a bad escape, NUL or ill-formed UTF-8. */
bool query_decode(char *text, bool plus_is_blank);

#endif
