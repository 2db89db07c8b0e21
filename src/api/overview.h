#ifndef OB_API_OVERVIEW_H
#define OB_API_OVERVIEW_H

/*
 * What the files of the overview share: one glance, gathered part after part.
 * A number comes from the list that shows its rows, by the same filter and cut
 * to the same sites (UX 1, principle 3).
 */

#include "api/request.h"

/* A list that numbers lead to. */
struct glance_list {
	const struct entity *entity;
	const char *path;  /* "/orders", below /api/v1 */
	const char *route; /* "#/orders", of the dashboard */
};
extern const struct glance_list glance_orders, glance_errors, glance_operations;

enum { GLANCE_QUERY_MAX = 256 };

/* A number, and what its list is asked for. */
struct tally {
	const struct glance_list *of;
	char query[GLANCE_QUERY_MAX]; /* "view=waiting&site=demo" */
	uint64_t count;
	bool is_capped; /* there are more: lists count so far */
};

/* A site, with what the rules of attention ask of it. */
struct shop {
	int64_t id, schedule_id, interval; /* ms; 0: no schedule */
	char code[41], name[481], url[501], platform[41];
	bool enabled, orders_sync, is_scheduled;
	utc_ms last_run, created_at, next_run_at, auth_failed_at;
};

/* Whose errors share one root. */
struct cause {
	char hash[65], code[41], message[4001];
	int64_t orders;
	utc_ms since;
};
enum { GLANCE_CAUSES_MAX = 10 };

struct glance {
	struct request *r;
	const char *code;  /* of site=; "": all that may be seen */
	struct strbuf ids; /* of these sites, a JSON list; empty: all there are
			    */
	const int64_t *site; /* the same as an array */
	size_t sites;
	int64_t one;
	struct tally today, pending, errors, causes, soft, running;
	utc_ms oldest_pending, next_retry;
	struct cause cause[GLANCE_CAUSES_MAX];
	size_t causes_shown;
	utc_ms cron_seen;
	int64_t cron_interval; /* ms; 0: nobody knows */
	char cron_host[257];
	bool bc_connected;
	struct shop *shop; /* owned */
	size_t shops;
	struct strbuf attention; /* JSON objects */
	int64_t things;          /* that need a person */
};

/* The ids as a value: NULL where all sites are meant. */
struct bind glance_ids(const struct glance *g);
/* "1 order", "12 orders", "10,000+ orders"; returns out. */
const char *glance_amount(const struct tally *of, const char *one,
			  const char *many, char out[64]);
/* Writes "name":"2026-11-20T13:00:09.114Z", or null for 0. */
void glance_moment(struct strbuf *out, const char *name, utc_ms at);
/*
 * Counts what a filter like "view=waiting" leads to. code: of a site; NULL: as
 * the overview was asked.
 */
MUST_CHECK bool glance_count(const struct glance *g,
			     const struct glance_list *of, const char *filter,
			     const char *code, struct tally *out,
			     struct err *e);
/* Writes a tally's place: "name":{"relation","path","route"}. */
void glance_link(struct strbuf *out, const char *name, const struct tally *of);
/* Appends rows of a list, as an array; the filter may page, sort and cut. */
MUST_CHECK bool glance_rows(const struct glance *g, const struct entity *entity,
			    const char *filter, const char *code,
			    struct strbuf *out, struct err *e);
/* Appends the first of them alone, or null. */
MUST_CHECK bool glance_first(const struct glance *g,
			     const struct entity *entity, const char *filter,
			     const char *code, struct strbuf *out,
			     struct err *e);
/* A moment of the first of them; 0: there is none. */
MUST_CHECK bool glance_first_time(const struct glance *g,
				  const struct entity *entity,
				  const char *filter, const char *member,
				  utc_ms *out, struct err *e);

/* overview_sites.c: reads g->shop; then writes the panel as an array. */
MUST_CHECK bool glance_read_shops(struct glance *g, struct err *e);
MUST_CHECK bool glance_add_sites(struct glance *g, struct err *e);
/* overview_series.c: "series":{...},"windows":[...] of a range. */
MUST_CHECK bool glance_add_series(struct glance *g, struct err *e);
/* overview_attention.c: g->cause, then g->attention by the rules of UX 2.3. */
MUST_CHECK bool glance_read_causes(struct glance *g, struct err *e);
MUST_CHECK bool glance_find_attention(struct glance *g, struct err *e);
/* overview_errors.c: the latest five as an array. */
MUST_CHECK bool glance_add_errors(struct glance *g, struct err *e);

extern const struct shape shape_overview_link, shape_overview_site,
	shape_overview_series, shape_overview_window, shape_overview_attention,
	shape_overview_error;
/* Of query=range. */
extern const char *const glance_ranges[];

#endif
