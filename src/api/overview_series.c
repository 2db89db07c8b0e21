#include "overview.h"

#include "queue/window.h"
#include "resources.h"

/*
 * Orders by the hour in which they were placed: that is what the list filters
 * by, so that each bar leads to its rows.
 */
enum { BUCKETS_MAX = 168 };

const char *const glance_ranges[] = {"24h", "7d", "30d", NULL};

static const struct span {
	int64_t bucket;
	size_t buckets;
} spans[] = {
	{HOUR, 24},
	{HOUR, 168},
	{(int64_t)6 * HOUR, 120},
};

enum bars { STORED, SOFT, HARD, BARS };

/*
 * Of each kind the latest so many orders of a range are counted, and then its
 * numbers are "at least": 0.3 us an order by the index alone, 1 us where the
 * rows are read for their sites.
 */
static const struct {
	const char *name, *view;
	int64_t most;
} kinds[BARS] = {
	[STORED] = {"stored", "all", 100000},
	[SOFT] = {"soft", "soft", 20000},
	[HARD] = {"hard", "error", 20000},
};

struct series {
	utc_ms from, to;
	int64_t bucket;
	size_t buckets;
	int64_t bar[BARS][BUCKETS_MAX];
	bool is_cut[BARS];
};

static struct series
series_of(const struct request *r)
{
	const struct span *span = &spans[request_int(r, "range", 0)];
	struct series s = {.bucket = span->bucket, .buckets = span->buckets};

	s.to = r->now - r->now % s.bucket + s.bucket;
	s.from = s.to - s.bucket * (int64_t)s.buckets;
	return s;
}

static bool
read_bars(struct db *db, struct series *s, enum bars kind, enum sql_id id,
	  const struct bind *bind, size_t binds, int64_t most, struct err *e)
{
	AUTO(rows) rows = ROWS;
	int64_t seen = 0;

	if (!db_open(db, &rows, id, bind, binds, e))
		return false;
	while (rows_next(&rows)) {
		const int64_t bucket = rows_int(&rows, "bucket");

		seen += rows_int(&rows, "seen");
		if (bucket >= 0 && bucket < (int64_t)s->buckets)
			s->bar[kind][bucket] += rows_int(&rows, "orders");
	}
	s->is_cut[kind] = s->is_cut[kind] || seen >= most;
	return rows_check(&rows, e);
}

/* The sites share what may be read. */
static bool
read_stored(struct glance *g, struct series *s, struct err *e)
{
	const struct bind from = bind_time(s->from), to = bind_time(s->to);
	const struct bind seconds = bind_int(s->bucket / SECOND);
	struct db *db = g->r->app->db;
	int64_t most = kinds[STORED].most;

	if (g->ids.len == 0)
		return read_bars(db, s, STORED, SQL_API_OVERVIEW_STORED,
				 BINDS(from, seconds, from, to, bind_int(most)),
				 most, e);
	if (g->sites > 0)
		most /= (int64_t)g->sites;
	for (size_t i = 0; i < g->sites; i++) {
		if (!read_bars(db, s, STORED, SQL_API_OVERVIEW_STORED_OF,
			       BINDS(from, seconds, bind_int(g->site[i]), from,
				     to, bind_int(most)),
			       most, e))
			return false;
	}
	return true;
}

static bool
read_met(struct glance *g, struct series *s, enum bars kind,
	 const char *outcome, struct err *e)
{
	const struct bind from = bind_time(s->from), to = bind_time(s->to);
	const int64_t most = kinds[kind].most;

	return read_bars(g->r->app->db, s, kind, SQL_API_OVERVIEW_MET,
			 BINDS(from, bind_int(s->bucket / SECOND),
			       glance_ids(g), glance_ids(g), bind_text(outcome),
			       from, to, bind_int(most)),
			 most, e);
}

static void
add_bars(struct strbuf *out, const struct series *s, enum bars kind)
{
	strbuf_addf(out, ",\"%s\":[", kinds[kind].name);
	for (size_t i = 0; i < s->buckets; i++)
		strbuf_addf(out, "%s%lld", i == 0 ? "" : ",",
			    (long long)s->bar[kind][i]);
	strbuf_add(out, "]");
}

static void
add_starts(struct strbuf *out, const struct series *s)
{
	strbuf_addf(out, ",\"bucket_s\":%lld,\"t\":[",
		    (long long)(s->bucket / SECOND));
	for (size_t i = 0; i < s->buckets; i++) {
		strbuf_add(out, i == 0 ? "\"" : ",\"");
		strbuf_add_time(out, s->from + s->bucket * (int64_t)i);
		strbuf_add(out, "\"");
	}
	strbuf_add(out, "]");
}

/* Where the rows of a bar are, with the place of its time left open. */
static void
add_link(struct strbuf *out, const struct glance *g, const struct series *s,
	 enum bars kind)
{
	const char *view = kinds[kind].view;

	strbuf_addf(out,
		    "\"%s\":{\"relation\":\"%s\",\"path\":\"/orders?view=%s"
		    "&order_date={from}..{to}%s%s\",",
		    kinds[kind].name, total_relations[s->is_cut[kind]], view,
		    *g->code == '\0' ? "" : "&site=", g->code);
	strbuf_addf(out,
		    "\"route\":\"#/orders?view=%s&order_date={from}..{to}%s"
		    "%s\"}",
		    view, *g->code == '\0' ? "" : "&site=", g->code);
}

/* What Business Central's maintenance covers of the range, for shading. */
static void
add_windows(struct strbuf *out, const struct series *s)
{
	const char *before = "";

	strbuf_add(out, ",\"windows\":[");
	for (utc_ms at = s->from; bc_window_starts(at) < s->to;
	     at = bc_window_ends(at)) {
		strbuf_addf(out, "%s{", before);
		glance_moment(out, "starts_at", bc_window_starts(at));
		strbuf_add(out, ",");
		glance_moment(out, "ends_at", bc_window_ends(at));
		strbuf_add(out, "}");
		before = ",";
	}
	strbuf_add(out, "]");
}

bool
glance_add_series(struct glance *g, struct err *e)
{
	struct strbuf *out = &g->r->data;
	struct series s = series_of(g->r);

	if (!read_stored(g, &s, e) || !read_met(g, &s, SOFT, "soft", e) ||
	    !read_met(g, &s, HARD, "error", e))
		return false;
	strbuf_addf(out, ",\"series\":{\"range\":\"%s\"",
		    glance_ranges[request_int(g->r, "range", 0)]);
	add_starts(out, &s);
	for (enum bars kind = STORED; kind < BARS; kind++)
		add_bars(out, &s, kind);
	strbuf_add(out, ",\"links\":{");
	for (enum bars kind = STORED; kind < BARS; kind++) {
		strbuf_add(out, kind == STORED ? "" : ",");
		add_link(out, g, &s, kind);
	}
	strbuf_add(out, "}}");
	add_windows(out, &s);
	return strbuf_check(out, e);
}

/* clang-format off */
static const struct shape links_shape = {
	"OverviewSeriesLinks",
	(const struct field[]){
		{"stored", FIELD_OBJECT, 0, NULL, NULL, &shape_overview_link, NULL},
		{"soft", FIELD_OBJECT, 0, NULL, NULL, &shape_overview_link, NULL},
		{"hard", FIELD_OBJECT, 0, NULL, NULL, &shape_overview_link, NULL},
		{0},
	},
};

const struct shape shape_overview_series = {
	"OverviewSeries",
	(const struct field[]){
		{"range", FIELD_WORD, 0, NULL, glance_ranges, NULL, NULL},
		{"bucket_s", FIELD_COUNT, 0, NULL, NULL, NULL, "seconds that a bar stands for: an hour, of 30d six"},
		{"t", FIELD_LIST, 0, NULL, NULL, NULL, "where each bar begins; the last one holds now"},
		{"stored", FIELD_COUNTS, 0, NULL, NULL, NULL, "orders placed then that are stored"},
		{"soft", FIELD_COUNTS, 0, NULL, NULL, NULL, "that wait and are tried again by themselves"},
		{"hard", FIELD_COUNTS, 0, NULL, NULL, NULL, "that a person has to look at"},
		{"links", FIELD_OBJECT, 0, NULL, NULL, &links_shape, "to the rows of a bar, once {from} and {to} are put in"},
		{0},
	},
};

const struct shape shape_overview_window = {
	"OverviewWindow",
	(const struct field[]){
		{"starts_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"ends_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};
/* clang-format on */
